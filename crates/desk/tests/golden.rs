//! What is already stored. Every variant of [`Event`] that was ever written must be read forever:
//! a line may be added to the golden file, never changed.

use desk::config::Config;
use desk::history::Event;
use desk::sla::{Alarm, Metric};
use desk::ticket::Place;
use desk::{Channel, Closure, Number, PersonId, Priority, QueueId, Type};
use jiff::tz::TimeZone;

fn events() -> Vec<Event> {
    let config =
        Config::fresh("example.com", "admin@example.com", TimeZone::get("Europe/Lisbon").unwrap());
    let at: jiff::Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    vec![
        Event::Opened {
            number: Number(7),
            requester: PersonId::from("p1"),
            kind: Type::Incident,
            priority: Priority::High,
            channel: Channel::Email,
            promise: config.promise(Priority::High),
            origin: Some(Place::Mail { message_id: "a@b".into() }),
            silent: true,
            external_id: Some("x-1".into()),
        },
        Event::Queued { queue: QueueId::from("support") },
        Event::Claimed,
        Event::Assigned { to: PersonId::from("p2") },
        Event::Released,
        Event::Transferred { queue: QueueId::from("it") },
        Event::RequesterReplied,
        Event::AgentReplied,
        Event::NoteAdded,
        Event::Resumed,
        Event::Awaited,
        Event::Held { until: at },
        Event::Woken,
        Event::Proposed,
        Event::Confirmed,
        Event::Declined,
        Event::Reminded { number: 1 },
        Event::ResolvedUnanswered,
        Event::Reopened,
        Event::Closed { closure: Closure::Rejected },
        Event::Escalated,
        Event::PriorityChanged { to: Priority::Urgent, promise: config.promise(Priority::Urgent) },
        Event::TypeChanged { to: Type::Fault },
        Event::Retitled,
        Event::Tagged { tags: ["vpn".to_owned()].into() },
        Event::Rated { score: 5 },
        Event::AlarmRaised { metric: Metric::Resolution, alarm: Alarm::Repeat(2), due: at },
        Event::AlarmRaised { metric: Metric::NextResponse, alarm: Alarm::Warning(0), due: at },
        Event::Undeliverable { message: "7/1/p1/mail".into(), reason: "mailbox full".into() },
    ]
}

#[test]
fn events_at_rest() {
    let lines: Vec<String> =
        events().iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    for (line, event) in lines.iter().zip(events()) {
        assert_eq!(serde_json::from_str::<Event>(line).unwrap(), event);
    }
    insta::assert_snapshot!("events", lines.join("\n"));
}

#[test]
fn configuration_at_rest() {
    let config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config);
    insta::assert_snapshot!("config", json);
}
