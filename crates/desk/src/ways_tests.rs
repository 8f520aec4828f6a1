//! What a queue forbids is refused whoever asks, and what must happen happens all the same.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::access::{Permit, Role, Who, permit};
use crate::command::Refusal;
use crate::history::{Entry, Text, fold};
use crate::lifecycle::decide;
use crate::test_desk::{self, opening};
use crate::{Channel, PersonId, Priority, Type};

fn minute(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(n)
}

struct Desk {
    config: Config,
    history: Vec<Entry>,
}

impl Desk {
    fn forbidding(forbidden: &[Move]) -> Desk {
        let mut config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
        config.queues[0].ways.forbidden = forbidden.iter().copied().collect();
        let labels = Labels { agents: Some("Cooking".into()), requesters: None };
        config.queues[0].ways.labels = [(Status::InProgress, labels)].into();
        let opening = opening(Type::Question, Priority::Low, Channel::Api);
        Desk { config, history: test_desk::opened(opening, minute(0)) }
    }

    fn give(&mut self, at: i64, permit: Permit) -> Result<Status, Refusal> {
        let ticket = fold(&self.history).unwrap();
        let permit = permit.in_queue(self.config.queues.first());
        self.history.extend(decide(Some(&ticket), &permit, minute(at))?);
        Ok(fold(&self.history).unwrap().status)
    }

    fn does(&mut self, at: i64, who: &str, command: Command) -> Result<Status, Refusal> {
        let role = if who == "kofi" { Role::Requester } else { Role::Admin };
        let who = Who::new(PersonId::from(who), role);
        let permit = permit(&who, Some(&fold(&self.history).unwrap()), command)?;
        self.give(at, permit)
    }
}

fn text() -> Text {
    Text::plain("words")
}

#[test]
fn a_forbidden_move_is_refused_in_the_queues_own_words() {
    let mut desk = Desk::forbidding(&[(Status::InProgress, Status::OnHold)]);
    desk.does(1, "ana", Command::Claim).unwrap();
    let hold = Command::Hold { until: None, reason: text() };
    let refused = desk.does(2, "ana", hold).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this queue lets no ticket go from \"Cooking\" to \"On hold\"; ask whoever runs it"
    );
    assert_eq!(desk.does(3, "ana", Command::Await(text())), Ok(Status::AwaitingRequester));
    let hold = Command::Hold { until: None, reason: text() };
    assert_eq!(desk.does(4, "ana", hold), Ok(Status::OnHold), "from elsewhere it may");
    let ticket = fold(&desk.history).unwrap();
    assert_eq!(desk.config.label(&ticket), "On hold");
}

#[test]
fn requesters_are_heard_and_the_clock_goes_on() {
    let mut desk = Desk::forbidding(&[
        (Status::AwaitingRequester, Status::InProgress),
        (Status::OnHold, Status::InProgress),
        (Status::AwaitingConfirmation, Status::Resolved),
    ]);
    desk.does(1, "ana", Command::Claim).unwrap();
    let ticket = fold(&desk.history).unwrap();
    let (label, requesters) =
        (desk.config.label(&ticket), desk.config.label_for_requester(&ticket));
    assert_eq!([label.as_str(), requesters.as_str()], ["Cooking", "Being worked on"]);
    desk.does(2, "ana", Command::Await(text())).unwrap();
    let heard = desk.does(3, "kofi", Command::ReplyAsRequester(text()));
    assert_eq!(heard, Ok(Status::InProgress));
    desk.does(4, "ana", Command::Hold { until: Some(minute(10)), reason: text() }).unwrap();
    assert_eq!(desk.give(11, Permit::tick()), Ok(Status::InProgress));
    desk.does(12, "ana", Command::Propose(text())).unwrap();
    assert!(matches!(desk.does(13, "kofi", Command::Confirm), Err(Refusal::Forbidden { .. })));
}
