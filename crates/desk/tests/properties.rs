//! What is always true, whatever anybody does and whenever anybody looks.

use std::collections::BTreeSet;

use desk::access::{Permit, Role, Who, permit};
use desk::command::Opening;
use desk::config::Config;
use desk::history::Text;
use desk::policy::Circumstances;
use desk::schedule::Calendar;
use desk::sla::{Alarm, Metric, Promise, State};
use desk::{
    Channel, Closure, Command, Entry, Event, Number, PersonId, Priority, QueueId, Status, Ticket,
    Type, decide, evolve, fold, next_moment, outbox,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Lisbon",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
];

/// The week in which Europe springs forward.
fn epoch() -> Timestamp {
    "2026-03-23T07:00:00Z".parse().unwrap()
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn zone(n: usize) -> TimeZone {
    TimeZone::get(ZONES[n % ZONES.len()]).unwrap()
}

fn calendars() -> impl Strategy<Value = Calendar> {
    prop_oneof![
        Just(Calendar::AroundTheClock),
        (0..ZONES.len()).prop_map(|n| Calendar::office(zone(n))),
    ]
}

fn text() -> Text {
    Text::plain("words")
}

fn agent() -> Who {
    Who::new(PersonId::from("ana"), Role::Lead)
}

fn requester() -> Who {
    Who::new(PersonId::from("kofi"), Role::Requester)
}

/// A fresh desk in one of the zones.
fn config(n: usize) -> Config {
    Config::fresh("example.com", "admin@example.com", zone(n))
}

fn promise(config: &Config, priority: Priority) -> Promise {
    let (kind, channel) = (Type::Incident, Channel::Slack);
    let ticket = Circumstances { queue: None, kind, priority, channel, email: None, form: None };
    config.promise(&ticket)
}

fn opening(config: &Config, priority: Priority) -> Command {
    Command::Open(Box::new(Opening {
        number: Number(1),
        requester: requester().id,
        kind: Type::Question,
        priority,
        channel: Channel::Email,
        promise: promise(config, priority),
        queue: QueueId::from("support"),
        origin: None,
        silent: false,
        receipt: desk::Acknowledgement::Whole,
        external_id: None,
        organisation: None,
        text: text(),
        filled: None,
    }))
}

#[derive(Clone, Debug)]
enum Step {
    Agent(Command),
    Requester(Command),
}

fn steps(config: Config) -> impl Strategy<Value = Step> {
    let by_agent = prop_oneof![
        3 => Just(Command::Claim),
        1 => Just(Command::Assign { to: PersonId::from("ben") }),
        1 => Just(Command::Release),
        1 => Just(Command::Transfer { queue: QueueId::from("it"), reason: text() }),
        2 => prop::option::of(1..200_000i64).prop_map(|wait| Command::Hold {
            until: wait.map(|wait| epoch() + minutes(wait)),
            reason: text(),
        }),
        3 => Just(Command::Await(text())),
        4 => Just(Command::Propose(text())),
        3 => Just(Command::ReplyAsAgent(text())),
        1 => Just(Command::AddNote(text())),
        1 => Just(Command::Reject(text())),
        1 => Just(Command::Close { closure: None, reason: text() }),
        1 => Just(Command::Close { closure: Some(Closure::Spam), reason: text() }),
        1 => Just(Command::Escalate(text())),
        1 => Just(Command::Acknowledge),
        1 => (1..60_000i64).prop_map(|ahead| Command::Extend {
            due_at: epoch() + minutes(ahead),
            reason: text(),
        }),
        2 => prop::sample::select(Priority::ALL).prop_map(move |to| Command::SetPriority {
            to,
            promise: Box::new(promise(&config, to)),
        }),
    ];
    let by_requester = prop_oneof![
        4 => Just(Command::ReplyAsRequester(text())),
        3 => Just(Command::Confirm),
        2 => Just(Command::Decline(text())),
        2 => Just(Command::Reopen(text())),
        1 => Just(Command::Cancel(text())),
        1 => (1..=5u8).prop_map(|score| Command::Rate { score, comment: text() }),
    ];
    prop_oneof![by_agent.prop_map(Step::Agent), by_requester.prop_map(Step::Requester)]
}

#[derive(Clone, Debug)]
struct Tale {
    config: Config,
    priority: Priority,
    steps: Vec<(i64, Step)>,
}

fn tales() -> impl Strategy<Value = Tale> {
    (0..ZONES.len(), prop::sample::select(Priority::ALL)).prop_flat_map(|(n, priority)| {
        let config = config(n);
        let steps = prop::collection::vec((0..4_000i64, steps(config.clone())), 0..14);
        steps.prop_map(move |steps| Tale { config: config.clone(), priority, steps })
    })
}

/// A desk with one ticket, driven by its own history alone.
struct Desk {
    history: Vec<Entry>,
    now: Timestamp,
}

impl Desk {
    fn ticket(&self) -> Ticket {
        fold(&self.history).unwrap()
    }

    fn give(&mut self, permit: &Permit) {
        if let Ok(entries) = decide(fold(&self.history).as_ref(), permit, self.now) {
            self.history.extend(entries);
        }
    }

    /// Lets time pass, ticking whenever something is due and, if asked, in between.
    fn pass(&mut self, until: Timestamp, extra: i32) {
        let gap = self.now.duration_until(until);
        let looks: BTreeSet<Timestamp> =
            (1..=extra).map(|n| self.now + gap * n / (extra + 1)).collect();
        for look in looks {
            self.pass_moments(look);
            self.now = look;
            self.give(&Permit::tick());
        }
        self.pass_moments(until);
        self.now = until;
    }

    fn pass_moments(&mut self, until: Timestamp) {
        while let Some(moment) = next_moment(&self.ticket()).filter(|moment| *moment <= until) {
            let before = self.history.len();
            self.now = self.now.max(moment);
            self.give(&Permit::tick());
            assert!(self.history.len() > before, "a tick at {moment} wrote nothing");
        }
    }
}

/// Tells a tale, punctually: the clock looks whenever something is due.
fn tell(tale: &Tale, extra: i32) -> Vec<Entry> {
    let mut desk = opened(tale);
    for (gap, step) in &tale.steps {
        let next = desk.now + minutes(*gap);
        desk.pass(next, extra);
        play(&mut desk, step);
    }
    let end = desk.now + minutes(30_000);
    desk.pass(end, extra);
    desk.history
}

fn opened(tale: &Tale) -> Desk {
    let open = permit(&requester(), None, opening(&tale.config, tale.priority)).unwrap();
    Desk { history: decide(None, &open, epoch()).unwrap(), now: epoch() }
}

fn play(desk: &mut Desk, step: &Step) {
    let ticket = desk.ticket();
    let (who, command) = match step {
        Step::Agent(command) => (agent(), command),
        Step::Requester(command) => (requester(), command),
    };
    if let Ok(permit) = permit(&who, Some(&ticket), command.clone()) {
        desk.give(&permit);
    }
}

fn alarms(history: &[Entry]) -> Vec<(Metric, Alarm, Timestamp)> {
    history
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::AlarmRaised { metric, alarm, due } => Some((*metric, *alarm, *due)),
            _ => None,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn staffed_time_is_additive(
        calendar in calendars(), a in 0..50_000i64, b in 0..50_000i64, c in 0..50_000i64,
    ) {
        let mut t = [a, b, c];
        t.sort();
        let [a, b, c] = t.map(|m| epoch() + minutes(m));
        prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
    }

    #[test]
    fn after_undoes_between(calendar in calendars(), from in 0..50_000i64, wanted in 1..9_000i64) {
        let from = epoch() + minutes(from);
        let due = calendar.after(from, minutes(wanted)).unwrap();
        prop_assert_eq!(calendar.between(from, due), minutes(wanted));
        prop_assert!(calendar.between(from, due - minutes(1)) < minutes(wanted));
    }

    #[test]
    fn history_is_in_order(tale in tales()) {
        let history = tell(&tale, 0);
        prop_assert!(history.is_sorted_by_key(|entry| entry.at), "{history:#?}");
    }

    #[test]
    fn status_moves_only_along_the_lifecycle(tale in tales()) {
        let mut ticket = None;
        for entry in &tell(&tale, 0) {
            let before = ticket.as_ref().map(|ticket: &Ticket| ticket.status);
            ticket = evolve(ticket, entry);
            let after = ticket.as_ref().unwrap().status;
            if let Some(before) = before.filter(|before| *before != after) {
                prop_assert!(before.may_become(after), "{before} -> {after} by {:?}", entry.event);
            }
        }
    }

    #[test]
    fn a_closed_ticket_never_moves(tale in tales()) {
        let mut ticket: Option<Ticket> = None;
        for entry in &tell(&tale, 0) {
            let was_closed = ticket.as_ref().is_some_and(|ticket| ticket.status == Status::Closed);
            ticket = evolve(ticket, entry);
            if was_closed {
                prop_assert_eq!(ticket.as_ref().unwrap().status, Status::Closed);
                let harmless = matches!(entry.event, Event::Rated { .. } | Event::NoteAdded);
                prop_assert!(harmless, "{:?} after closing", entry.event);
            }
        }
    }

    #[test]
    fn snapshot_plus_tail_is_the_whole(tale in tales(), cut in 0..60usize) {
        let history = tell(&tale, 0);
        let (head, tail) = history.split_at(cut.min(history.len()));
        let stored = fold(head).map(|ticket| serde_json::to_string(&ticket).unwrap());
        let snapshot = stored.map(|json| serde_json::from_str(&json).unwrap());
        let resumed = tail.iter().fold(snapshot, evolve);
        prop_assert_eq!(resumed.clone(), fold(&history));
        prop_assert_eq!(resumed.unwrap().version as usize, history.len());
    }

    #[test]
    fn how_often_the_tick_runs_changes_nothing(tale in tales(), extra in 1..6i32) {
        prop_assert_eq!(tell(&tale, 0), tell(&tale, extra));
    }

    /// Alarms are stamped with the instant they fell due even if nobody looked for days: a desk
    /// whose clock only runs at the end measures the same, as long as nothing was waited for.
    #[test]
    fn a_late_tick_measures_like_a_punctual_one(
        n in 0..ZONES.len(), priority in prop::sample::select(Priority::ALL), gap in 0..60_000i64,
    ) {
        let tale = Tale { config: config(n), priority, steps: Vec::new() };
        let until = epoch() + minutes(gap);
        let mut punctual = opened(&tale);
        punctual.pass(until, 0);
        let mut late = opened(&tale);
        late.now = until;
        late.give(&Permit::tick());
        prop_assert_eq!(punctual.history, late.history);
    }

    #[test]
    fn after_a_tick_nothing_is_due(tale in tales(), late in 0..400_000i64) {
        let mut desk = Desk { history: tell(&tale, 0), now: epoch() };
        desk.now = desk.history.last().unwrap().at + minutes(late);
        let mut rounds = 0;
        while next_moment(&desk.ticket()).is_some_and(|moment| moment <= desk.now) {
            desk.give(&Permit::tick());
            rounds += 1;
            prop_assert!(rounds <= 1, "one tick is enough");
        }
        let count = desk.history.len();
        desk.give(&Permit::tick());
        prop_assert_eq!(desk.history.len(), count, "ticking twice is ticking once");
    }

    #[test]
    fn no_clock_runs_backwards(tale in tales()) {
        let history = tell(&tale, 0);
        let mut ticket: Option<Ticket> = None;
        for entry in &history {
            let before = ticket.clone();
            ticket = evolve(ticket, entry);
            let after = ticket.as_ref().unwrap();
            let Some(before) = before else { continue };
            if before.promise != after.promise { continue }
            let spent = |t: &Ticket| t.clocks.resolution.spent(&t.promise.calendar, entry.at);
            prop_assert!(spent(&before) <= spent(after), "{:?}", entry.event);
        }
    }

    #[test]
    fn no_clock_resumes_before_it_paused(tale in tales()) {
        for clock in [Metric::FirstResponse, Metric::NextResponse, Metric::Resolution] {
            let ticket = fold(&tell(&tale, 0)).unwrap();
            let clock = ticket.clocks.get(clock);
            let mut last = ticket.opened_at;
            for (from, to) in &clock.runs {
                prop_assert!(last <= *from && from <= to);
                last = *to;
            }
            if let State::Running(since) = clock.state {
                prop_assert!(last <= since);
            }
        }
    }

    #[test]
    fn a_paused_ticket_raises_no_resolution_alarm(tale in tales()) {
        let history = tell(&tale, 0);
        let mut ticket: Option<Ticket> = None;
        for entry in &history {
            if let (Some(ticket), Event::AlarmRaised { metric: Metric::Resolution, .. }) = (&ticket, &entry.event) {
                prop_assert!(ticket.clocks.resolution.is_running());
            }
            ticket = evolve(ticket, entry);
        }
    }

    #[test]
    fn each_alarm_is_raised_once_an_episode(tale in tales()) {
        // Without reopenings and new promises there is one episode of resolution.
        let quiet = |step: &Step| !matches!(
            step,
            Step::Agent(Command::SetPriority { .. } | Command::Extend { .. })
                | Step::Requester(Command::Reopen(_) | Command::ReplyAsRequester(_))
        );
        let steps = tale.steps.iter().filter(|(_, step)| quiet(step)).cloned().collect();
        let raised = alarms(&tell(&Tale { steps, ..tale }, 0));
        let resolution = raised.iter().filter(|(metric, ..)| *metric == Metric::Resolution);
        let names: Vec<Alarm> = resolution.map(|(_, alarm, _)| *alarm).collect();
        let distinct: BTreeSet<Alarm> = names.iter().copied().collect();
        prop_assert_eq!(names.len(), distinct.len(), "{:?}", names);
    }

    #[test]
    fn an_answer_on_the_stroke_is_late(n in 0..ZONES.len(), priority in prop::sample::select(Priority::ALL)) {
        let config = config(n);
        let desk = opened(&Tale { config, priority, steps: Vec::new() });
        let due = desk::sla::due_at(&desk.ticket(), Metric::FirstResponse).unwrap();
        let answer = permit(&agent(), Some(&desk.ticket()), Command::ReplyAsAgent(text())).unwrap();
        let breached = |at| {
            let entries = decide(Some(&desk.ticket()), &answer, at).unwrap();
            alarms(&entries).iter().any(|(m, a, _)| (*m, *a) == (Metric::FirstResponse, Alarm::Breach))
        };
        prop_assert!(breached(due) && !breached(due - minutes(1)));
    }

    #[test]
    fn owed_ids_are_stable_and_distinct(tale in tales(), cut in 0..60usize) {
        let config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
        let history: Vec<Entry> =
            tell(&tale, 0).into_iter().filter(|e| !matches!(e.event, Event::AlarmRaised { .. })).collect();
        let ticket = fold(&history).unwrap();
        let queue = config.queues.first();
        let cut = cut.min(history.len());
        let (head, tail) = history.split_at(cut);
        let ids = |owed: Vec<outbox::Owed>| -> Vec<String> {
            // The bus and the card are owed by a commit, not by an entry.
            let by_entry = |lane: &_| !matches!(lane, outbox::Lane::Bus(_) | outbox::Lane::Card(_));
            let told = owed.into_iter().filter(|o| by_entry(&o.lane));
            told.map(|o| o.id()).collect()
        };
        let before = fold(head);
        let scene = outbox::Scene { before: None, ticket: &ticket, queue, members: &[] };
        let later = outbox::Scene { before: before.as_ref(), ..scene };
        let whole = ids(outbox::outgoing(&scene, 1, &history));
        let mut parts = ids(outbox::outgoing(&scene, 1, head));
        parts.extend(ids(outbox::outgoing(&later, 1 + cut as u32, tail)));
        prop_assert_eq!(&whole, &parts);
        let distinct: BTreeSet<&String> = whole.iter().collect();
        prop_assert_eq!(distinct.len(), whole.len(), "{:?}", whole);
    }

    #[test]
    fn a_note_never_reaches_the_requester(tale in tales()) {
        let history = tell(&tale, 0);
        let ticket = fold(&history).unwrap();
        for (n, entry) in history.iter().enumerate() {
            if entry.event == Event::NoteAdded {
                let scene = outbox::Scene { before: None, ticket: &ticket, queue: None, members: &[] };
                let owed = outbox::outgoing(&scene, n as u32 + 1, std::slice::from_ref(entry));
                prop_assert!(owed.iter().all(|o| matches!(o.lane, outbox::Lane::Bus(_))));
            }
        }
    }
}
