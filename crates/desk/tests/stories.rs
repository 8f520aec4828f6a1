//! What the desk does, told as given / when / then. Times are minutes after Monday 09:00 UTC.

use desk::access::{Permit, Role, Who, permit};
use desk::command::Opening;
use desk::config::Config;
use desk::history::Text;
use desk::policy::Circumstances;
use desk::sla::{Metric, due_at};
use desk::{
    Channel, Closure, Command, Entry, Event, Number, PersonId, Priority, QueueId, Refusal, Status,
    Ticket, Type, decide, fold, next_moment,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

#[test]
fn an_urgent_ticket_left_alone_climbs_the_ladder() {
    given(Priority::Urgent).ticks_until(8 * 60).then(&[
        "0 opened",
        "0 queued",
        "60 first_response warning 0",
        "90 first_response warning 1",
        "105 first_response warning 2",
        "120 first_response breach",
        "150 first_response repeat 1",
        "180 first_response repeat 2",
        "180 first_response manager",
        "210 first_response repeat 3",
        "240 first_response repeat 4",
        "240 first_response head",
        "270 first_response repeat 5",
    ]);
}

#[test]
fn lunch_and_night_do_not_count() {
    // High: four staffed hours from 09:00 are over at 14:00, an hour of lunch between.
    given(Priority::High).due(Metric::FirstResponse, 5 * 60);
    // Medium: eight staffed hours fill Monday to 18:00.
    given(Priority::Medium).due(Metric::FirstResponse, 9 * 60);
    // Low: sixteen fill Tuesday.
    given(Priority::Low).due(Metric::FirstResponse, 33 * 60);
}

#[test]
fn a_medium_breach_is_repeated_at_nine_five_times() {
    let repeats: Vec<String> = given(Priority::Medium)
        .ticks_until(60 * 24 * 20)
        .told()
        .into_iter()
        .filter(|line| line.contains("first_response repeat"))
        .collect();
    let day = 24 * 60;
    let at = [day, 2 * day, 3 * day, 4 * day, 7 * day];
    let expected: Vec<String> =
        (1..).zip(at).map(|(n, at)| format!("{at} first_response repeat {n}")).collect();
    assert_eq!(repeats, expected);
}

#[test]
fn a_late_answer_is_recorded_after_the_breach_it_missed() {
    given(Priority::Urgent)
        .at(130, agent(Command::Claim))
        .at(135, agent(Command::ReplyAsAgent(text())))
        .then(&[
            "0 opened",
            "0 queued",
            "60 first_response warning 0",
            "90 first_response warning 1",
            "105 first_response warning 2",
            "120 first_response breach",
            "130 claimed",
            "135 agent_replied",
        ]);
}

#[test]
fn an_answer_stops_the_first_response_and_the_ladder() {
    let story = given(Priority::Urgent)
        .at(10, agent(Command::Claim))
        .at(20, agent(Command::ReplyAsAgent(text())))
        .ticks_until(300);
    let ticket = story.ticket();
    assert_eq!(ticket.clocks.first_response.met_at(), Some(minute(20)));
    assert!(story.told().iter().all(|line| !line.contains("first_response")));
}

#[test]
fn waiting_on_the_requester_costs_no_resolution_time() {
    given(Priority::Urgent)
        .at(10, agent(Command::Claim))
        .at(20, agent(Command::Await(text())))
        .at(620, requester(Command::ReplyAsRequester(text())))
        .due(Metric::Resolution, 24 * 60 + 600)
        .stands(Status::InProgress);
}

#[test]
fn each_wait_for_an_answer_is_measured_anew() {
    given(Priority::Urgent)
        .at(5, agent(Command::ReplyAsAgent(text())))
        .at(9, requester(Command::ReplyAsRequester(text())))
        .at(15, requester(Command::ReplyAsRequester(text())))
        .due(Metric::NextResponse, 129)
        .at(20, agent(Command::ReplyAsAgent(text())))
        .at(50, requester(Command::ReplyAsRequester(text())))
        .due(Metric::NextResponse, 170);
}

#[test]
fn another_priority_counts_from_the_beginning() {
    given(Priority::Medium)
        .at(
            100,
            agent(Command::SetPriority {
                to: Priority::Urgent,
                promise: promise(Priority::Urgent),
            }),
        )
        .due(Metric::FirstResponse, 120)
        .ticks_until(100)
        .then(&[
            "0 opened",
            "0 queued",
            "100 priority_changed",
            "100 first_response warning 0",
            "100 first_response warning 1",
        ]);
}

#[test]
fn a_past_breach_stays_on_record_when_the_priority_falls() {
    let ticket = given(Priority::Urgent)
        .ticks_until(125)
        .at(126, agent(Command::SetPriority { to: Priority::Low, promise: promise(Priority::Low) }))
        .ticket();
    assert!(ticket.clocks.first_response.breached);
    assert_eq!(due_at(&ticket, Metric::FirstResponse), Some(minute(33 * 60)));
}

#[test]
fn declined_goes_back_to_the_same_agent_and_confirmed_is_resolved() {
    let ticket = given(Priority::Urgent)
        .at(1, agent(Command::Claim))
        .at(2, agent(Command::Propose(text())))
        .at(3, requester(Command::Decline(text())))
        .stands(Status::InProgress)
        .at(4, agent(Command::Propose(text())))
        .at(5, requester(Command::Confirm))
        .stands(Status::Resolved)
        .ticket();
    assert_eq!(ticket.assignee, Some(PersonId::from("ana")));
    assert_eq!((ticket.declined, ticket.closure), (1, Some(Closure::Confirmed)));
    assert_eq!(ticket.resolved_at, Some(minute(5)));
}

#[test]
fn a_reply_reopens_and_leaves_at_least_a_quarter() {
    let day = 24 * 60;
    let story = given(Priority::Urgent)
        .at(1, agent(Command::Claim))
        .at(day - 10, agent(Command::Propose(text())))
        .at(day, requester(Command::Confirm))
        .at(2 * day, requester(Command::ReplyAsRequester(text())))
        .stands(Status::InProgress);
    // 1430 minutes are spent; a quarter of 24 hours is left.
    story.due(Metric::Resolution, 2 * day + 360);
}

#[test]
fn nobody_answers_and_the_desk_reminds_resolves_and_closes() {
    let day = 24 * 60;
    let story = given(Priority::Urgent)
        .at(1, agent(Command::Claim))
        .at(2, agent(Command::Await(text())))
        .ticks_until(20 * day);
    let told: Vec<String> = story
        .told()
        .into_iter()
        .filter(|line| {
            line.contains("remind")
                || line.contains("resol") && !line.contains("resolution")
                || line.contains("closed")
        })
        .collect();
    let at = |n: i64| 2 + n * day;
    assert_eq!(
        told,
        [
            format!("{} reminded 1", at(2)),
            format!("{} reminded 2", at(5)),
            format!("{} resolved_unanswered", at(7)),
            format!("{} closed no_reply", at(14)),
        ]
    );
}

#[test]
fn a_clock_that_slept_reminds_once() {
    let day = 24 * 60;
    let story = given(Priority::Low)
        .at(1, agent(Command::Claim))
        .at(2, agent(Command::ReplyAsAgent(text())))
        .at(3, agent(Command::Await(text())))
        .late_tick(30 * day);
    assert_eq!(story.told().last().unwrap(), &format!("{} reminded 1", 30 * day));
    assert_eq!(next_moment(&story.ticket()), Some(minute(33 * day)));
}

#[test]
fn a_hold_wakes_by_itself_and_by_a_message() {
    let until = Some(minute(500));
    let held = given(Priority::Urgent)
        .at(1, agent(Command::Claim))
        .at(10, agent(Command::Hold { until, reason: text() }));
    held.clone().ticks_until(501).stands(Status::InProgress);
    held.at(20, requester(Command::ReplyAsRequester(text()))).stands(Status::InProgress);
}

#[test]
fn an_unassigned_hold_wakes_into_the_queue() {
    given(Priority::Urgent)
        .at(10, agent(Command::Hold { until: Some(minute(50)), reason: text() }))
        .ticks_until(51)
        .stands(Status::PendingAssignment);
}

#[test]
fn refusals_say_why() {
    let fresh = given(Priority::Medium);
    fresh.refuses(1, agent(Command::Propose(text())), |r| matches!(r, Refusal::NotAllowed { .. }));
    fresh.refuses(1, requester(Command::Confirm), |r| matches!(r, Refusal::NotAllowed { .. }));
    fresh.refuses(1, requester(Command::Claim), |r| *r == Refusal::NotPermitted);
    fresh.refuses(1, stranger(Command::ReplyAsRequester(text())), |r| *r == Refusal::NotOpened);
    let long = Some(minute(91 * 24 * 60));
    let hold = agent(Command::Hold { until: long, reason: text() });
    fresh.refuses(1, hold, |r| *r == Refusal::HoldOutOfRange);
    let taken = fresh.at(1, agent(Command::Claim));
    taken.refuses(2, other_agent(Command::Claim), |r| matches!(r, Refusal::AlreadyClaimed { .. }));
    let closed = taken.at(3, requester(Command::Cancel(text())));
    closed.refuses(4, requester(Command::ReplyAsRequester(text())), |r| *r == Refusal::Closed);
    closed.refuses(4, agent(Command::Claim), |r| *r == Refusal::Closed);
}

/// The lifecycle, spelled out by hand so that no test uses `may_become` as its own oracle.
#[test]
fn lifecycle() {
    let table: String = Status::ALL
        .iter()
        .map(|from| {
            let can = |to: &Status| if from.may_become(*to) { 'x' } else { '.' };
            format!("{} {from}\n", Status::ALL.iter().map(can).collect::<String>())
        })
        .collect();
    assert_eq!(
        table,
        "\
.xx.....x new
..x...x.x pending_assignment
.x.xxxx.x in_progress
..x..xx.x in_review
..x...xxx awaiting_requester
..x...xxx awaiting_confirmation
.xx.....x on_hold
..x.....x resolved
......... closed
"
    );
}

#[derive(Clone)]
struct Story {
    history: Vec<Entry>,
}

struct Line(Who, Command);

fn minute(n: i64) -> Timestamp {
    let monday: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    monday + SignedDuration::from_mins(n)
}

fn text() -> Text {
    Text::plain("words")
}

fn promise(priority: Priority) -> Box<desk::sla::Promise> {
    let (kind, channel) = (Type::Incident, Channel::Slack);
    let ticket = Circumstances { queue: None, kind, priority, channel, email: None, form: None };
    Box::new(Config::fresh("example.com", "admin@example.com", TimeZone::UTC).promise(&ticket))
}

fn agent(command: Command) -> Line {
    Line(Who::new(PersonId::from("ana"), Role::Agent), command)
}

fn other_agent(command: Command) -> Line {
    Line(Who::new(PersonId::from("ben"), Role::Agent), command)
}

fn requester(command: Command) -> Line {
    Line(Who::new(PersonId::from("kofi"), Role::Requester), command)
}

fn stranger(command: Command) -> Line {
    Line(Who::new(PersonId::from("mallory"), Role::Requester), command)
}

fn given(priority: Priority) -> Story {
    let opening = Opening {
        number: Number(1),
        requester: PersonId::from("kofi"),
        kind: Type::Incident,
        priority,
        channel: Channel::Slack,
        promise: *promise(priority),
        queue: QueueId::from("support"),
        origin: None,
        silent: false,
        receipt: desk::Acknowledgement::Whole,
        external_id: None,
        organisation: None,
        text: text(),
        filled: None,
    };
    let Line(who, command) = requester(Command::Open(Box::new(opening)));
    let history = decide(None, &permit(&who, None, command).unwrap(), minute(0)).unwrap();
    Story { history }
}

impl Story {
    fn ticket(&self) -> Ticket {
        fold(&self.history).unwrap()
    }

    fn outcome(&self, at: i64, line: Line) -> Result<Vec<Entry>, Refusal> {
        let ticket = self.ticket();
        let permit = permit(&line.0, Some(&ticket), line.1)?;
        decide(Some(&ticket), &permit, minute(at))
    }

    #[track_caller]
    fn at(mut self, at: i64, line: Line) -> Story {
        self.history.extend(self.outcome(at, line).unwrap());
        self
    }

    #[track_caller]
    fn refuses(&self, at: i64, line: Line, expected: impl Fn(&Refusal) -> bool) {
        let refusal = self.outcome(at, line).unwrap_err();
        assert!(expected(&refusal), "{refusal:?}");
    }

    fn late_tick(mut self, at: i64) -> Story {
        let entries = decide(Some(&self.ticket()), &Permit::tick(), minute(at)).unwrap();
        self.history.extend(entries);
        self
    }

    fn ticks_until(mut self, until: i64) -> Story {
        while let Some(moment) = next_moment(&self.ticket()).filter(|m| *m <= minute(until)) {
            let now = moment.max(self.ticket().updated_at);
            let entries = decide(Some(&self.ticket()), &Permit::tick(), now).unwrap();
            self.history.extend(entries);
        }
        self
    }

    #[track_caller]
    fn due(self, metric: Metric, expected: i64) -> Story {
        assert_eq!(due_at(&self.ticket(), metric), Some(minute(expected)));
        self
    }

    #[track_caller]
    fn stands(self, expected: Status) -> Story {
        assert_eq!(self.ticket().status, expected);
        self
    }

    fn told(&self) -> Vec<String> {
        let tell = |entry: &Entry| {
            let at = minute(0).duration_until(entry.at).as_mins();
            let what = match &entry.event {
                Event::AlarmRaised { metric, alarm, .. } => {
                    format!(
                        "{metric} {}",
                        format!("{alarm:?}").to_lowercase().replace('(', " ").replace(')', "")
                    )
                }
                Event::Reminded { number } => format!("reminded {number}"),
                Event::Closed { closure } => format!("closed {closure}"),
                event => event.name().to_owned(),
            };
            format!("{at} {what}")
        };
        self.history.iter().map(tell).collect()
    }

    #[track_caller]
    fn then(self, expected: &[&str]) {
        assert_eq!(self.told(), expected);
    }
}
