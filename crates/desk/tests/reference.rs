//! The clocks, reckoned once more by the slowest means there are: every minute of a ticket's life is
//! looked at by itself, in its own zone, and asked whether it counts. Shares no rule with what it
//! checks: neither the arithmetic of calendars nor what an event does to a clock.

mod histories;

use desk::schedule::{Calendar, Timetable};
use desk::sla::{Metric, Promise, due_at};
use desk::{Entry, Event};
use histories::{Life, Lived, live, lives};
use jiff::{SignedDuration, Timestamp};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// How far past the end a due time is looked for, in minutes.
const AHEAD: i64 = 60 * 24 * 60;

/// Histories in a run of the suite; `BELLHOP_HISTORIES` asks for more.
const HISTORIES: u32 = 200;

/// What a metric comes to.
#[derive(Debug, PartialEq)]
struct Sum {
    spent: i64,
    due: Option<i64>,
    breached: bool,
}

/// Where a ticket stands, as far as clocks care.
#[derive(Clone, Copy, PartialEq)]
enum Stands {
    Acting,
    Waiting,
    Resolved,
    Closed,
}

#[derive(Clone, Copy, PartialEq)]
enum Doing {
    NotYet,
    Counting,
    Standing,
    Over,
}

/// One metric, minute by minute.
struct Hand {
    metric: Metric,
    /// The ticket's first minute.
    first: i64,
    doing: Doing,
    /// Minutes that counted, by their number since 1970.
    minutes: Vec<i64>,
    /// When it last began to count.
    since: i64,
    /// A target that replaced the promise's, in minutes.
    own: Option<i64>,
    breached: bool,
}

/// Remembers which minutes a calendar is staffed in.
struct Staff<'a> {
    calendar: &'a Calendar,
    /// The ticket's first minute, at which what is known begins.
    first: i64,
    known: Vec<Option<bool>>,
}

impl<'a> Staff<'a> {
    fn of(promise: &'a Promise, first: i64) -> Staff<'a> {
        Staff { calendar: &promise.calendar, first, known: Vec::new() }
    }

    fn is_there(&mut self, minute: i64) -> bool {
        let Calendar::Staffed(timetable) = self.calendar else { return true };
        let place = (minute - self.first) as usize;
        if place >= self.known.len() {
            self.known.resize(place + 1, None);
        }
        *self.known[place].get_or_insert_with(|| staffed(timetable, minute))
    }

    fn count(&mut self, minutes: &[i64]) -> i64 {
        minutes.iter().filter(|minute| self.is_there(**minute)).count() as i64
    }
}

/// Whether the wall in that zone shows a time within a window.
fn staffed(timetable: &Timetable, minute: i64) -> bool {
    let zoned = Timestamp::from_second(minute * 60).unwrap().to_zoned(timetable.zone.clone());
    if timetable.holidays.contains(&zoned.date()) {
        return false;
    }
    let weekday = zoned.weekday().to_monday_zero_offset() as usize;
    let wall = i64::from(zoned.hour()) * 60 + i64::from(zoned.minute());
    timetable.week[weekday].iter().any(|window| {
        let of = |time: jiff::civil::Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
        let closes = if of(window.closes) == 0 { 24 * 60 } else { of(window.closes) };
        of(window.opens) <= wall && wall < closes
    })
}

fn minute_of(at: Timestamp) -> i64 {
    assert_eq!(at.as_second() % 60, 0, "{at} is no whole minute");
    at.as_second() / 60
}

impl Hand {
    fn new(metric: Metric, first: i64) -> Hand {
        Hand {
            metric,
            first,
            doing: Doing::NotYet,
            minutes: Vec::new(),
            since: 0,
            own: None,
            breached: false,
        }
    }

    fn target(&self, promise: &Promise) -> Option<i64> {
        let promised = match self.metric {
            Metric::FirstResponse => promise.first_response,
            Metric::NextResponse => promise.next_response,
            Metric::Resolution => promise.resolution,
        };
        self.own.or(promised.map(|target| target.as_mins()))
    }

    fn begin(&mut self, at: i64) {
        self.doing = Doing::Counting;
        self.since = at;
    }

    fn look(&mut self, staff: &mut Staff<'_>, promise: &Promise) {
        let over = self.target(promise).is_some_and(|whole| staff.count(&self.minutes) >= whole);
        self.breached |= self.doing == Doing::Counting && over;
    }

    fn happens(&mut self, event: &Event, at: i64, stands: Stands, promise: &Promise) {
        match self.metric {
            Metric::FirstResponse => self.first_answer(event, at, stands),
            Metric::NextResponse => {}
            Metric::Resolution => self.solution(event, at, stands, promise),
        }
    }

    fn first_answer(&mut self, event: &Event, at: i64, stands: Stands) {
        if matches!(event, Event::Opened { .. }) {
            self.begin(at);
        }
        let over = answers(event) || matches!(stands, Stands::Resolved | Stands::Closed);
        if over && self.doing == Doing::Counting {
            self.doing = Doing::Over;
        }
    }

    /// Each answer is owed from the oldest message nobody answered, once there was a first answer.
    fn next_answer(&mut self, event: &Event, at: i64, stands: Stands, first_is_owed: bool) {
        let over = answers(event) || matches!(stands, Stands::Resolved | Stands::Closed);
        if asks(event) && !first_is_owed && self.doing != Doing::Counting {
            self.minutes.clear();
            self.begin(at);
        }
        if over && self.doing == Doing::Counting {
            self.doing = Doing::Over;
        }
    }

    fn solution(&mut self, event: &Event, at: i64, stands: Stands, promise: &Promise) {
        let was_over = self.doing == Doing::Over;
        if was_over && stands == Stands::Acting {
            self.come_back(promise);
        }
        match stands {
            Stands::Acting if self.doing != Doing::Counting => self.begin(at),
            Stands::Acting => {}
            Stands::Waiting => self.doing = Doing::Standing,
            Stands::Resolved | Stands::Closed => self.doing = Doing::Over,
        }
        if let Event::Extended { due_at } = event {
            let mut staff = Staff::of(promise, self.first);
            let ahead: Vec<i64> = (at..minute_of(*due_at)).collect();
            self.own = Some(staff.count(&self.minutes) + staff.count(&ahead));
        }
    }

    /// At least an hour, or a quarter of what was promised, is left.
    fn come_back(&mut self, promise: &Promise) {
        let spent = Staff::of(promise, self.first).count(&self.minutes);
        let promised = promise.resolution.map(|target| target.as_mins());
        let base = promised.or(self.own);
        self.own = base.map(|whole| {
            let least = spent + std::cmp::max(60, whole / 4);
            *[whole, least, self.own.unwrap_or(0)].iter().max().unwrap()
        });
    }

    fn sum(&self, promise: &Promise, now: i64) -> Sum {
        let mut staff = Staff::of(promise, self.first);
        Sum {
            spent: staff.count(&self.minutes),
            due: self.target(promise).and_then(|whole| self.due(&mut staff, whole, now)),
            breached: self.breached,
        }
    }

    /// The end of the minute that fills the target; past the last that counted if it counted on.
    fn due(&self, staff: &mut Staff<'_>, whole: i64, now: i64) -> Option<i64> {
        let goes_on = match self.doing {
            Doing::NotYet => return None,
            Doing::Counting => now..now + AHEAD,
            Doing::Over => {
                let last = self.minutes.last().map_or(self.since, |last| last + 1);
                let from = last.max(self.since);
                from..from + AHEAD
            }
            Doing::Standing => 0..0,
        };
        let mut left = whole;
        for minute in self.minutes.iter().copied().chain(goes_on) {
            left -= i64::from(staff.is_there(minute));
            if left == 0 {
                return Some(minute + 1);
            }
        }
        None
    }
}

fn answers(event: &Event) -> bool {
    matches!(event, Event::AgentReplied | Event::Awaited | Event::Proposed | Event::Approved)
}

fn asks(event: &Event) -> bool {
    matches!(event, Event::RequesterReplied | Event::Declined | Event::Reopened)
}

fn stands_after(event: &Event, before: Stands) -> Stands {
    match event {
        Event::Opened { .. } | Event::Resumed | Event::Woken => Stands::Acting,
        Event::Declined | Event::Reopened => Stands::Acting,
        Event::Submitted | Event::Returned => Stands::Acting,
        Event::Approved => Stands::Waiting,
        Event::Queued { .. } | Event::Released | Event::Transferred { .. } => Stands::Acting,
        Event::Awaited | Event::Held { .. } | Event::Proposed => Stands::Waiting,
        Event::Confirmed | Event::ResolvedUnanswered => Stands::Resolved,
        Event::Closed { .. } | Event::Merged { .. } => Stands::Closed,
        _ => before,
    }
}

/// Walks the history from its first minute to `now`.
fn reckon(history: &[Entry], now: i64) -> [Sum; 3] {
    let Event::Opened { promise, .. } = &history[0].event else { panic!("it is not opened") };
    let mut promise = promise;
    let mut minute = minute_of(history[0].at);
    let first = minute;
    let metrics = [Metric::FirstResponse, Metric::NextResponse, Metric::Resolution];
    let mut hands = metrics.map(|metric| Hand::new(metric, first));
    let mut staff = Staff::of(promise, first);
    let mut stands = Stands::Acting;
    let mut merged = None;
    let deeds = history.iter().filter(|entry| !matches!(entry.event, Event::AlarmRaised { .. }));
    for entry in deeds {
        let at = minute_of(entry.at);
        pass(&mut hands, &mut staff, promise, minute..at);
        minute = at;
        if let Event::Merged { .. } = &entry.event {
            merged = Some((stands, hands.each_ref().map(|hand| hand.doing)));
        }
        // Whatever was going on goes on where it was; the time between counts for nothing.
        if let (Event::Unmerged, Some((stood, did))) = (&entry.event, merged) {
            stands = stood;
            hands.iter_mut().zip(did).for_each(|(hand, doing)| hand.doing = doing);
            let counting = hands.iter_mut().filter(|hand| hand.doing == Doing::Counting);
            counting.for_each(|hand| hand.since = at);
            continue;
        }
        stands = stands_after(&entry.event, stands);
        if let Event::PriorityChanged { promise: other, .. } | Event::Rearmed { promise: other } =
            &entry.event
        {
            promise = other;
            staff = Staff::of(promise, first);
            hands.iter_mut().for_each(|hand| hand.own = None);
        }
        let first_is_owed = hands[0].doing == Doing::Counting && !answers(&entry.event);
        hands[1].next_answer(&entry.event, at, stands, first_is_owed);
        hands.iter_mut().for_each(|hand| hand.happens(&entry.event, at, stands, promise));
    }
    pass(&mut hands, &mut staff, promise, minute..now);
    hands.map(|hand| hand.sum(promise, now))
}

/// Lets minutes pass, one by one, and looks at each of their ends.
fn pass(
    hands: &mut [Hand; 3],
    staff: &mut Staff<'_>,
    promise: &Promise,
    minutes: std::ops::Range<i64>,
) {
    // What an event left behind is looked at before the first minute.
    hands.iter_mut().for_each(|hand| hand.look(staff, promise));
    for minute in minutes {
        for hand in hands.iter_mut().filter(|hand| hand.doing == Doing::Counting) {
            hand.minutes.push(minute);
        }
    }
    hands.iter_mut().for_each(|hand| hand.look(staff, promise));
}

fn of_the_desk(lived: &Lived, metric: Metric) -> Sum {
    let ticket = lived.ticket();
    let clock = ticket.clocks.get(metric);
    let spent = clock.spent(&ticket.promise.calendar, lived.now);
    assert_eq!(spent, SignedDuration::from_mins(spent.as_mins()), "no whole minutes");
    Sum {
        spent: spent.as_mins(),
        due: due_at(&ticket, metric).map(|at| at.as_second() / 60),
        breached: clock.breached,
    }
}

fn agree(life: &Life) -> Result<(), TestCaseError> {
    let lived = live(life);
    let reference = reckon(&lived.history, minute_of(lived.now));
    for (metric, expected) in Metric::ALL.iter().zip(reference) {
        let found = of_the_desk(&lived, *metric);
        if found != expected {
            let story: Vec<String> = lived
                .history
                .iter()
                .map(|entry| format!("{} {}", entry.at, entry.event.name()))
                .collect();
            let why = format!("{metric}: desk {found:?}, reference {expected:?}\n{story:#?}");
            return Err(TestCaseError::fail(why));
        }
    }
    Ok(())
}

#[test]
fn every_clock_agrees_with_the_minutes_counted_one_by_one() {
    let asked = histories().unwrap_or(HISTORIES);
    let mut runner =
        TestRunner::new(Config { cases: asked, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&lives(), |life| agree(&life));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    println!("{asked} histories agree");
}

#[allow(clippy::disallowed_methods, reason = "how much is tested is told by the environment")]
fn histories() -> Option<u32> {
    std::env::var("BELLHOP_HISTORIES").ok()?.parse().ok()
}
