//! The receipt adds up: its counted stretches are what the clock spent, whatever anybody does; and it
//! says why, which was promised first, and what comes.

mod histories;

use desk::access::{Permit, Role, Who, permit};
use desk::command::Opening;
use desk::config::Queue;
use desk::history::Text;
use desk::outbox::{Lane, Scene, outgoing};
use desk::receipt::{Coming, Reason, Receipt, Stretch, Target, receipt};
use desk::schedule::Calendar;
use desk::sla::{Alarm, Metric, Promise, Repeats, Warning, due_at};
use desk::{
    Channel, Command, Entry, Event, Number, PersonId, Priority, QueueId, Refusal, Ticket, Type,
    decide, fold, next_moment,
};
use histories::{live, lives};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counted_stretches_add_up_to_what_was_spent(life in lives()) {
        let lived = live(&life);
        let ticket = lived.ticket();
        let receipt = receipt(&lived.history, lived.now).unwrap();
        for target in &receipt.targets {
            let clock = ticket.clocks.get(target.metric);
            let spent = clock.spent(&ticket.promise.calendar, lived.now);
            let sum: SignedDuration = target.stretches.iter().map(|stretch| stretch.staffed).sum();
            prop_assert_eq!(sum, spent, "{:#?}", target);
            prop_assert_eq!(target.spent, spent);
            prop_assert_eq!(target.due_at, due_at(&ticket, target.metric));
            in_order(target, &lived.history)?;
            let on_record = alarms_of(&lived.history, target.metric);
            let listed: Vec<_> = target.alarms.iter().map(|one| (one.alarm, one.due)).collect();
            prop_assert_eq!(listed, on_record);
        }
        prop_assert_eq!(receipt.next.first().map(|next| next.at), next_moment(&ticket));
    }

    /// What people are told depends on when an alarm fell due, never on when somebody looked.
    #[test]
    fn what_is_silent_does_not_depend_on_when_the_clock_looked(gap in 60..600i64, wait in 0..600i64) {
        let acknowledged = Story::begin(around_the_clock())
            .ticks_until(gap)
            .given(gap, lead(), Command::Acknowledge);
        let punctual = acknowledged.clone().ticks_until(gap + wait);
        let late = acknowledged.tick_at(gap + wait);
        prop_assert_eq!(silent(&punctual), silent(&late));
    }
}

fn in_order(target: &Target, history: &[Entry]) -> Result<(), TestCaseError> {
    for pair in target.stretches.windows(2) {
        prop_assert_eq!(pair[0].to, Some(pair[1].from));
        prop_assert!(pair[0].from <= pair[1].from && pair[0].seq < pair[1].seq);
    }
    for stretch in &target.stretches {
        prop_assert!(stretch.counted || stretch.staffed.is_zero());
        prop_assert_eq!(history[stretch.seq as usize - 1].at, stretch.from);
    }
    prop_assert!(target.stretches.last().is_none_or(|last| last.to.is_none()));
    Ok(())
}

fn alarms_of(history: &[Entry], wanted: Metric) -> Vec<(Alarm, Timestamp)> {
    let alarm = |entry: &Entry| match &entry.event {
        Event::AlarmRaised { metric, alarm, due } if *metric == wanted => Some((*alarm, *due)),
        _ => None,
    };
    history.iter().filter_map(alarm).collect()
}

fn silent(story: &Story) -> Vec<(Metric, Alarm)> {
    let receipt = story.receipt(100_000);
    let all = receipt.targets.iter().flat_map(|t| t.alarms.iter().map(move |a| (t.metric, a)));
    all.filter(|(_, alarm)| alarm.silent).map(|(metric, alarm)| (metric, alarm.alarm)).collect()
}

fn minute(n: i64) -> Timestamp {
    let monday: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    monday + SignedDuration::from_mins(n)
}

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

fn around_the_clock() -> Promise {
    Promise {
        policy: "Gold".into(),
        calendar: Calendar::AroundTheClock,
        first_response: Some(hours(2)),
        next_response: Some(hours(2)),
        resolution: Some(hours(24)),
        warnings: vec![Warning::Spent(50)],
        repeats: Repeats::Every { every: SignedDuration::from_mins(30), at_most: 5 },
    }
}

fn office() -> Promise {
    Promise { calendar: Calendar::office(TimeZone::UTC), ..around_the_clock() }
}

fn words() -> Text {
    Text::plain("words")
}

fn lead() -> Who {
    Who::new(PersonId::from("ana"), Role::Lead)
}

fn agent() -> Who {
    Who::new(PersonId::from("ben"), Role::Agent)
}

fn kofi() -> Who {
    Who::new(PersonId::from("kofi"), Role::Requester)
}

#[derive(Clone)]
struct Story {
    history: Vec<Entry>,
}

impl Story {
    fn begin(promise: Promise) -> Story {
        let opening = Command::Open(Box::new(Opening {
            number: Number(1),
            requester: kofi().id,
            kind: Type::Incident,
            priority: Priority::High,
            channel: Channel::Email,
            promise,
            queue: QueueId::from("support"),
            origin: None,
            silent: false,
            receipt: desk::Acknowledgement::Whole,
            external_id: None,
            organisation: None,
            text: words(),
            filled: None,
        }));
        let open = permit(&kofi(), None, opening).unwrap();
        Story { history: decide(None, &open, minute(0)).unwrap() }
    }

    fn ticket(&self) -> Ticket {
        fold(&self.history).unwrap()
    }

    fn outcome(&self, at: i64, who: Who, command: Command) -> Result<Vec<Entry>, Refusal> {
        let ticket = self.ticket();
        decide(Some(&ticket), &permit(&who, Some(&ticket), command)?, minute(at))
    }

    #[track_caller]
    fn given(mut self, at: i64, who: Who, command: Command) -> Story {
        self.history.extend(self.outcome(at, who, command).unwrap());
        self
    }

    fn tick_at(mut self, at: i64) -> Story {
        let entries = decide(Some(&self.ticket()), &Permit::tick(), minute(at)).unwrap();
        self.history.extend(entries);
        self
    }

    fn ticks_until(mut self, until: i64) -> Story {
        while let Some(moment) = next_moment(&self.ticket()).filter(|at| *at <= minute(until)) {
            let now = moment.max(self.ticket().updated_at);
            let entries = decide(Some(&self.ticket()), &Permit::tick(), now).unwrap();
            self.history.extend(entries);
        }
        self
    }

    fn receipt(&self, at: i64) -> Receipt {
        receipt(&self.history, minute(at)).unwrap()
    }

    fn target(&self, at: i64, metric: Metric) -> Target {
        self.receipt(at).targets.into_iter().find(|target| target.metric == metric).unwrap()
    }
}

fn told(stretches: &[Stretch]) -> Vec<String> {
    let minutes = |at: Timestamp| minute(0).duration_until(at).as_mins();
    let line = |stretch: &Stretch| {
        let to = stretch.to.map_or("now".to_owned(), |to| minutes(to).to_string());
        let counts = if stretch.counted { "counts" } else { "stands" };
        let (from, staffed) = (minutes(stretch.from), stretch.staffed.as_mins());
        format!("{from}-{to} {counts} {staffed} {}", stretch.reason)
    };
    stretches.iter().map(line).collect()
}

#[test]
fn every_stretch_says_why() {
    let until = Some(minute(500));
    let other = Box::new(Promise { resolution: Some(hours(40)), ..office() });
    let story = Story::begin(office())
        .given(10, lead(), Command::Claim)
        .given(60, lead(), Command::Await(words()))
        .given(120, kofi(), Command::ReplyAsRequester(words()))
        .given(200, lead(), Command::Hold { until, reason: words() })
        .ticks_until(501)
        .given(510, lead(), Command::SetPriority { to: Priority::Low, promise: other })
        .given(530, lead(), Command::Propose(words()))
        .given(535, kofi(), Command::Decline(words()))
        .given(537, lead(), Command::Propose(words()))
        .given(538, kofi(), Command::Confirm)
        .given(539, kofi(), Command::Reopen(words()));
    let resolution = story.target(600, Metric::Resolution);
    assert_eq!(
        told(&resolution.stretches),
        [
            "0-60 counts 60 opened",
            "60-120 stands 0 awaiting_requester",
            // An hour of lunch lies within.
            "120-200 counts 60 resumed",
            "200-500 stands 0 on_hold",
            "500-510 counts 10 woken",
            "510-530 counts 20 priority_changed",
            "530-535 stands 0 awaiting_confirmation",
            "535-537 counts 2 declined",
            "537-538 stands 0 awaiting_confirmation",
            "538-539 stands 0 resolved",
            "539-now counts 1 reopened",
        ]
    );
    assert_eq!(resolution.stretches[3].until, until);
    let first = story.target(600, Metric::FirstResponse);
    assert_eq!(told(&first.stretches), ["0-60 counts 60 opened", "60-now stands 0 answered"]);
    let next = story.target(600, Metric::NextResponse);
    assert_eq!(told(&next.stretches), ["539-now counts 1 requester_waits"]);
    let earlier: Vec<_> = next.earlier.iter().map(|e| e.spent.as_mins()).collect();
    assert_eq!(earlier, [350, 2]);
    let promised: Vec<_> = resolution.promised.iter().map(|p| (p.reason, p.target)).collect();
    assert_eq!(
        promised,
        [(Reason::Opened, Some(hours(24))), (Reason::PriorityChanged, Some(hours(40)))]
    );
}

#[test]
fn a_requester_reads_neither_alarms_nor_holds() {
    let until = Some(minute(700));
    let story = Story::begin(around_the_clock())
        .ticks_until(130)
        .given(140, lead(), Command::Claim)
        .given(140, lead(), Command::Hold { until, reason: words() });
    let inside = story.receipt(140);
    assert!(!inside.targets[0].alarms.is_empty());
    let coming: Vec<Coming> = inside.next.iter().map(|next| next.what).collect();
    assert!(coming.contains(&Coming::Wake) && coming.contains(&Coming::Repeat), "{coming:?}");
    let outside = inside.for_requester();
    assert!(outside.targets.iter().all(|target| target.alarms.is_empty()));
    assert!(outside.next.is_empty(), "{:?}", outside.next);
    let reasons: Vec<Reason> =
        outside.targets.iter().flat_map(|t| t.stretches.iter().map(|s| s.reason)).collect();
    assert!(!reasons.contains(&Reason::OnHold) && reasons.contains(&Reason::WaitingElsewhere));
    assert!(outside.targets.iter().all(|t| t.stretches.iter().all(|s| s.until.is_none())));
}

#[test]
fn an_agreed_date_keeps_what_was_promised_first() {
    let extend = |at| Command::Extend { due_at: minute(at), reason: words() };
    let day = 24 * 60;
    // Ninety hours after it was opened it was due, and was not there.
    let story = Story::begin(around_the_clock()).ticks_until(day + 10);
    let story = story.given(day + 20, lead(), extend(3 * day));
    let ticket = story.ticket();
    assert_eq!(due_at(&ticket, Metric::Resolution), Some(minute(3 * day)));
    assert!(ticket.clocks.resolution.breached, "what was broken stays broken");
    let target = story.target(day + 30, Metric::Resolution);
    let promised: Vec<_> = target.promised.iter().map(|p| (p.reason, p.due_at)).collect();
    assert_eq!(
        promised,
        [(Reason::Opened, Some(minute(day))), (Reason::DateAgreed, Some(minute(3 * day)))]
    );
    let raised = |story: &Story| {
        let alarms = story.target(9 * day, Metric::Resolution).alarms;
        alarms.iter().filter(|one| one.alarm == Alarm::Breach).count()
    };
    assert_eq!([raised(&story), raised(&story.clone().ticks_until(4 * day))], [1, 2]);

    // Outside staffed hours the date is kept by the end of those before it: Friday, 18:00.
    let office = Story::begin(office()).given(0, lead(), extend(5 * day + 600));
    assert_eq!(due_at(&office.ticket(), Metric::Resolution), Some(minute(4 * day + 540)));
    let refused = |at, who, until| office.outcome(at, who, extend(until)).unwrap_err();
    assert_eq!(refused(60, agent(), day), Refusal::NotPermitted);
    assert_eq!(refused(60, lead(), 30), Refusal::AgreedDateOutOfRange);
    assert_eq!(refused(10 * 60, lead(), 12 * 60), Refusal::AgreedDateOutOfRange);
    assert_eq!(refused(60, lead(), 367 * day), Refusal::AgreedDateOutOfRange);
    let held = office.given(60, lead(), Command::Hold { until: None, reason: words() });
    let refusal = held.outcome(70, lead(), extend(5 * day)).unwrap_err();
    assert!(matches!(refusal, Refusal::NotAllowed { .. }), "{refusal:?}");
}

/// Who hears by mail or chat of each alarm that is not silent.
fn heard(story: &Story) -> Vec<(i64, Alarm)> {
    let queue = Queue {
        assignment: None,
        id: QueueId::from("support"),
        name: "Support".into(),
        address: "support@example.com".into(),
        members: Vec::new(),
        lead: Some(PersonId::from("lead")),
        manager: Some(PersonId::from("manager")),
        head: Some(PersonId::from("head")),
        channel: None,
        review: false,
        tasks_first: false,
        private: false,
        ways: Default::default(),
    };
    let mut heard = Vec::new();
    for (n, entry) in story.history.iter().enumerate() {
        let Event::AlarmRaised { alarm, due, .. } = &entry.event else { continue };
        let ticket = fold(&story.history[..=n]).unwrap();
        let scene = Scene { before: None, ticket: &ticket, queue: Some(&queue), members: &[] };
        let owed = outgoing(&scene, n as u32 + 1, std::slice::from_ref(entry));
        if owed.iter().any(|owed| !matches!(owed.lane, Lane::Bus(_))) {
            heard.push((minute(0).duration_until(*due).as_mins(), *alarm));
        }
    }
    heard
}

#[test]
fn whoever_takes_notice_is_left_alone_for_a_while() {
    let nothing = Story::begin(around_the_clock()).outcome(10, agent(), Command::Acknowledge);
    assert!(matches!(nothing.unwrap_err(), Refusal::NotAllowed { .. }));
    let outsider = Story::begin(around_the_clock()).ticks_until(70);
    let refused = outsider.outcome(80, kofi(), Command::Acknowledge).unwrap_err();
    assert_eq!(refused, Refusal::NotPermitted);

    let warned = Story::begin(around_the_clock()).ticks_until(125);
    let story = warned.given(130, agent(), Command::Acknowledge);
    assert_eq!(story.receipt(140).silence.map(|silence| silence.until), Some(minute(190)));
    let story = story.ticks_until(250);
    let Event::Acknowledged { until } = story.history[4].event else { panic!("{story:?}") };
    assert_eq!(until, minute(190), "an hour around the clock");
    assert_eq!(
        heard(&story),
        [
            (60, Alarm::Warning(0)),
            (120, Alarm::Breach),
            // The reminder at 150 and both at 180, the manager's among them, are on record alone.
            (210, Alarm::Repeat(3)),
            (240, Alarm::Repeat(4)),
            (240, Alarm::Head),
        ]
    );
    let silent = silent(&story);
    let first = Metric::FirstResponse;
    let expected = [Alarm::Repeat(1), Alarm::Repeat(2), Alarm::Manager];
    assert_eq!(silent, expected.map(|alarm| (first, alarm)));
    assert_eq!(story.receipt(300).silence, None);

    // A breach is told whoever took notice of the warning before it.
    let warned = Story::begin(around_the_clock()).ticks_until(70);
    let story = warned.given(80, agent(), Command::Acknowledge).ticks_until(125);
    assert_eq!(heard(&story), [(60, Alarm::Warning(0)), (120, Alarm::Breach)]);

    let office = Story::begin(office()).ticks_until(70).given(80, agent(), Command::Acknowledge);
    let Event::Acknowledged { until } = office.history[3].event else { panic!("no notice") };
    assert_eq!(until, minute(80 + 5 * 60), "four staffed hours and a lunch");
}

impl std::fmt::Debug for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.history.iter().map(|entry| entry.event.name())).finish()
    }
}
