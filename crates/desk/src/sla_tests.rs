//! What is said again after another promise was made, and what is not.

use jiff::tz::TimeZone;

use super::*;
use crate::event::Event;
use crate::history::{Actor, Entry};
use crate::policy::Circumstances;
use crate::ticket::{Channel, Priority, Status, Type};

fn promise(priority: Priority) -> Promise {
    let config = crate::config::Config::fresh("desk.test", "admin@desk.test", TimeZone::UTC);
    let (kind, channel) = (Type::Question, Channel::Api);
    config.promise(&Circumstances { queue: None, kind, priority, channel, email: None, form: None })
}

/// Raises what falls due until then, as a ticket's history would, and says what it was.
fn raise_until(
    clocks: &mut Clocks,
    promise: &Promise,
    until: Timestamp,
) -> Vec<(Timestamp, Alarm)> {
    let mut raised = Vec::new();
    loop {
        let coming = clocks.first_response.alarms(promise, Metric::FirstResponse);
        let Some((due, alarm)) = coming.into_iter().min().filter(|(due, _)| *due <= until) else {
            return raised;
        };
        let metric = Metric::FirstResponse;
        let event = Event::AlarmRaised { metric, alarm, due };
        clocks.advance(&by_desk(event, due), Status::PendingAssignment, promise);
        raised.push((due, alarm));
    }
}

fn by_desk(event: Event, at: Timestamp) -> Entry {
    Entry { at, by: Actor::System, event, text: None }
}

#[test]
fn the_same_promise_made_again_says_nothing_again() {
    let opened: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let until: Timestamp = "2026-03-12T18:00:00Z".parse().unwrap();
    let (medium, high) = (promise(Priority::Medium), promise(Priority::High));
    let mut clocks = Clocks::default();
    clocks.first_response.state = State::Running(opened);
    let said = raise_until(&mut clocks, &medium, until);
    assert!(said.iter().any(|(_, alarm)| matches!(alarm, Alarm::Repeat(_))), "{said:?}");
    assert!(said.iter().any(|(_, alarm)| *alarm == Alarm::Head), "{said:?}");

    let status = Status::PendingAssignment;
    let again = |priority, promise: &Promise| Event::PriorityChanged {
        to: priority,
        promise: promise.clone(),
    };
    clocks.advance(&by_desk(again(Priority::High, &high), until), status, &high);
    let other = raise_until(&mut clocks, &high, until);
    assert!(!other.is_empty(), "another promise is another matter");
    clocks.advance(&by_desk(again(Priority::Medium, &medium), until), status, &medium);
    assert_eq!(raise_until(&mut clocks, &medium, until), []);
}
