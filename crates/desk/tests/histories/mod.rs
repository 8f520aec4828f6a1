//! Random lives of a ticket: random promises in twenty zones, random deeds at random whole minutes, and
//! a clock that looks whenever something is due. What they must come to is the tests' own.

use std::collections::BTreeSet;

use desk::access::{Permit, Role, Who, permit};
use desk::command::Opening;
use desk::history::Text;
use desk::schedule::{Calendar, Timetable, Window};
use desk::sla::{Promise, Repeats, Warning};
use desk::{
    Channel, Command, Entry, Number, PersonId, Priority, QueueId, Ticket, Type, decide, fold,
    next_moment,
};
use jiff::civil::{Date, Time, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

/// Half and quarter hours, both hemispheres, zones that change their clocks at midnight or by half an
/// hour, and zones that never do.
const ZONES: [&str; 20] = [
    "UTC",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Chisinau",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Lagos",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Auckland",
    "Pacific/Chatham",
];

/// Days before which many zones change their clocks, and one on which none does.
const STARTS: [Date; 7] = [
    date(2026, 3, 6),
    date(2026, 3, 27),
    date(2026, 4, 2),
    date(2026, 9, 4),
    date(2026, 10, 2),
    date(2026, 10, 23),
    date(2026, 6, 15),
];

/// A life: what was promised first, when it began, and what was done how many minutes later.
#[derive(Clone, Debug)]
pub struct Life {
    promise: Promise,
    begin: Timestamp,
    deeds: Vec<(i64, Deed)>,
    rest: i64,
}

#[derive(Clone, Debug)]
enum Deed {
    /// The desk's policy changed.
    Rearm(Promise),
    Agent(Command),
    Requester(Command),
    /// Hold for so many minutes.
    Hold(i64),
    /// Agree on a date so many minutes ahead.
    Extend(i64),
    /// Something to do within so many minutes.
    Task(i64),
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn text() -> Text {
    Text::plain("words")
}

pub fn lives() -> impl Strategy<Value = Life> {
    let begin = (prop::sample::select(&STARTS), 0..4 * 24 * 60i64).prop_map(|(day, minute)| {
        day.to_zoned(TimeZone::UTC).unwrap().timestamp() + minutes(minute)
    });
    let deeds = prop::collection::vec((prop_oneof![0..90i64, 0..2_000i64], deeds()), 0..16);
    (promises(), begin, deeds, 0..4_000i64).prop_map(|(promise, begin, deeds, rest)| Life {
        promise,
        begin,
        deeds,
        rest,
    })
}

fn promises() -> impl Strategy<Value = Promise> {
    let target = || prop::option::weighted(0.9, (1..150i64).prop_map(|n| minutes(4 * n)));
    let repeats = prop_oneof![
        Just(Repeats::Digest),
        (5..90i64).prop_map(|n| Repeats::Every { every: minutes(n), at_most: 3 }),
        Just(Repeats::Daily { at: Time::constant(9, 0, 0, 0), at_most: 3 }),
    ];
    (calendars(), target(), target(), target(), repeats).prop_map(
        |(calendar, first_response, next_response, resolution, repeats)| Promise {
            policy: "Random".into(),
            calendar,
            first_response,
            next_response,
            resolution,
            warnings: vec![Warning::Spent(75), Warning::Left(minutes(15))],
            repeats,
        },
    )
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let holidays = prop::collection::btree_set((0..7usize, 0..14i64), 0..6);
    let week = prop::collection::vec(windows(), 7);
    let staffed =
        (prop::sample::select(&ZONES), week, holidays).prop_map(|(zone, week, holidays)| {
            let mut week: [Vec<Window>; 7] = std::array::from_fn(|n| week[n].clone());
            // Enough of them that everything falls due within weeks.
            week[2] = vec![window(6 * 60, 13 * 60), window(14 * 60, 20 * 60)];
            let holidays: BTreeSet<Date> =
                holidays.into_iter().map(|(start, days)| STARTS[start] + days.days()).collect();
            let zone = TimeZone::get(zone).unwrap();
            Calendar::Staffed(Timetable { zone, week, holidays })
        });
    prop_oneof![1 => Just(Calendar::AroundTheClock), 6 => staffed]
}

/// None, one, or several windows with breaks between them. Their edges are at midnight or between four
/// and eleven: a window that begins or ends within an hour that is lost or doubled has no one meaning.
fn windows() -> impl Strategy<Value = Vec<Window>> {
    let edges = prop::collection::btree_set((4 * 12)..(23 * 12i64 + 1), 0..=6);
    (edges, any::<bool>()).prop_map(|(edges, from_midnight)| {
        let mut edges: Vec<i64> = edges.into_iter().map(|five| five * 5).collect();
        if from_midnight {
            edges.insert(0, 0);
        }
        if let Some(last) = edges.last_mut().filter(|last| **last == 23 * 60) {
            *last = 24 * 60;
        }
        edges.chunks_exact(2).map(|pair| window(pair[0], pair[1])).collect()
    })
}

fn window(opens: i64, closes: i64) -> Window {
    let at = |minute: i64| Time::midnight().wrapping_add(minutes(minute));
    Window { opens: at(opens), closes: at(closes) }
}

fn deeds() -> impl Strategy<Value = Deed> {
    let by_agent = prop_oneof![
        4 => Just(Command::Claim),
        1 => Just(Command::Release),
        1 => Just(Command::Assign { to: PersonId::from("ben") }),
        1 => Just(Command::Transfer { queue: QueueId::from("it"), reason: text() }),
        3 => Just(Command::Await(text())),
        4 => Just(Command::Propose(text())),
        3 => Just(Command::ReplyAsAgent(text())),
        1 => Just(Command::AddNote(text())),
        1 => Just(Command::Acknowledge),
        2 => Just(Command::Submit(text())),
        2 => Just(Command::Approve),
        1 => Just(Command::Return(text())),
        1 => Just(Command::Merge { into: Number(2) }),
        4 => Just(Command::Unmerge),
        1 => Just(Command::Close { closure: None, reason: text() }),
        2 => (prop::sample::select(Priority::ALL), promises()).prop_map(|(to, promise)| {
            Command::SetPriority { to, promise: Box::new(promise) }
        }),
    ];
    let by_requester = prop_oneof![
        5 => Just(Command::ReplyAsRequester(text())),
        3 => Just(Command::Confirm),
        2 => Just(Command::Decline(text())),
        2 => Just(Command::Reopen(text())),
    ];
    prop_oneof![
        16 => by_agent.prop_map(Deed::Agent),
        10 => by_requester.prop_map(Deed::Requester),
        2 => (1..3_000i64).prop_map(Deed::Hold),
        2 => (1..6_000i64).prop_map(Deed::Extend),
        2 => (1..6_000i64).prop_map(Deed::Task),
        1 => promises().prop_map(Deed::Rearm),
    ]
}

/// A ticket with its history so far.
pub struct Lived {
    pub history: Vec<Entry>,
    pub now: Timestamp,
}

impl Lived {
    pub fn ticket(&self) -> Ticket {
        fold(&self.history).unwrap()
    }

    fn give(&mut self, permit: &Permit) {
        if let Ok(entries) = decide(Some(&self.ticket()), permit, self.now) {
            self.history.extend(entries);
        }
    }

    /// Looks at the first whole minute at which something is due, again and again.
    fn pass(&mut self, until: Timestamp) {
        while let Some(moment) = next_moment(&self.ticket()).map(whole_minute) {
            if moment > until {
                break;
            }
            self.now = self.now.max(moment);
            self.give(&Permit::tick());
        }
        self.now = until;
        self.give(&Permit::tick());
    }
}

fn whole_minute(at: Timestamp) -> Timestamp {
    let (second, nanos) = (at.as_second(), at.subsec_nanosecond());
    let up = i64::from(second.rem_euclid(60) > 0 || nanos > 0);
    Timestamp::from_second((second.div_euclid(60) + up) * 60).unwrap()
}

/// Lives it to its end.
pub fn live(life: &Life) -> Lived {
    let requester = Who::new(PersonId::from("kofi"), Role::Requester);
    let agent = Who::new(PersonId::from("ana"), Role::Lead);
    // Nobody reviews their own work.
    let reviewer = Who::new(PersonId::from("ben"), Role::Lead);
    let open = permit(&requester, None, opening(&life.promise)).unwrap();
    let mut lived = Lived { history: decide(None, &open, life.begin).unwrap(), now: life.begin };
    for (gap, deed) in &life.deeds {
        lived.pass(lived.now + minutes(*gap));
        let (who, command) = match deed {
            Deed::Rearm(promise) => {
                lived.give(&Permit::rearm(promise.clone()));
                continue;
            }
            Deed::Agent(command @ (Command::Approve | Command::Return(_))) => {
                (&reviewer, command.clone())
            }
            Deed::Agent(command) => (&agent, command.clone()),
            Deed::Requester(command) => (&requester, command.clone()),
            Deed::Hold(wait) => {
                let until = Some(lived.now + minutes(*wait));
                (&agent, Command::Hold { until, reason: text() })
            }
            Deed::Task(ahead) => {
                let due_at = Some(lived.now + minutes(*ahead));
                (&agent, Command::AddTask { title: text(), assignee: None, due_at })
            }
            Deed::Extend(ahead) => {
                let due_at = lived.now + minutes(*ahead);
                (&agent, Command::Extend { due_at, reason: text() })
            }
        };
        if let Ok(permit) = permit(who, Some(&lived.ticket()), command) {
            lived.give(&permit);
        }
    }
    lived.pass(lived.now + minutes(life.rest));
    lived
}

fn opening(promise: &Promise) -> Command {
    Command::Open(Box::new(Opening {
        number: Number(1),
        requester: PersonId::from("kofi"),
        kind: Type::Question,
        priority: Priority::Medium,
        channel: Channel::Email,
        promise: promise.clone(),
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
