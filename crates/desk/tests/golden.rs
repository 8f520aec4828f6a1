//! What is already stored. Every variant of [`Event`] that was ever written must be read forever:
//! a line may be added to the golden file, never changed.

use desk::config::Config;
use desk::history::{Event, Visibility};
use desk::language::Language;
use desk::policy::Circumstances;
use desk::related::Relation;
use desk::rule::{Did, Fuse};
use desk::sla::{Alarm, Metric, Promise};
use desk::texts::Part;
use desk::ticket::Place;
use desk::{
    Channel, Closure, FieldId, FormId, MacroId, Number, PersonId, Priority, QueueId, RuleId, Type,
};
use jiff::tz::TimeZone;

fn promise(config: &Config, priority: Priority) -> Promise {
    let (kind, channel) = (Type::Incident, Channel::Email);
    config.promise(&Circumstances { queue: None, kind, priority, channel, email: None, form: None })
}

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
            promise: promise(&config, Priority::High),
            origin: Some(Place::Mail { message_id: "a@b".into() }),
            silent: true,
            receipt: desk::Acknowledgement::Whole,
            external_id: Some("x-1".into()),
            organisation: None,
            language: None,
        },
        Event::Queued { queue: QueueId::from("support") },
        Event::Claimed,
        Event::Assigned { to: PersonId::from("p2"), how: None },
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
        Event::PriorityChanged {
            to: Priority::Urgent,
            promise: promise(&config, Priority::Urgent),
        },
        Event::TypeChanged { to: Type::Fault },
        Event::Retitled,
        Event::Tagged { tags: ["vpn".to_owned()].into() },
        Event::Rated { score: 5 },
        Event::AlarmRaised { metric: Metric::Resolution, alarm: Alarm::Repeat(2), due: at },
        Event::AlarmRaised { metric: Metric::NextResponse, alarm: Alarm::Warning(0), due: at },
        Event::Undeliverable { message: "7/1/p1/mail".into(), reason: "mailbox full".into() },
        Event::Extended { due_at: at },
        Event::Acknowledged { until: at },
        Event::Submitted,
        Event::Approved,
        Event::Returned,
        Event::Linked { relation: Relation::BlockedBy, number: Number(8) },
        Event::Unlinked { relation: Relation::Related, number: Number(8) },
        Event::SplitOff { entry: 4, into: Number(9) },
        Event::Merged { into: Number(8) },
        Event::Unmerged,
        Event::Absorbed { number: Number(6), asker: PersonId::from("p3") },
        Event::Parted { number: Number(6) },
        Event::Followed { who: PersonId::from("p3") },
        Event::Unfollowed { who: PersonId::from("p3") },
        Event::FormFilled { form: FormId::from("refund"), fields: [FieldId::from("order")].into() },
        Event::FieldsSet { fields: [FieldId::from("amount"), FieldId::from("order")].into() },
        Event::TaskAdded { assignee: None, due_at: None },
        Event::TaskAdded { assignee: Some(PersonId::from("p2")), due_at: Some(at) },
        Event::TaskRenamed { task: 4 },
        Event::TaskGiven { task: 4, to: Some(PersonId::from("p2")) },
        Event::TaskDated { task: 4, due_at: None },
        Event::TaskDone { task: 4 },
        Event::TaskUndone { task: 4 },
        Event::TaskDue { task: 4 },
        Event::VisitPlanned { region: None, from: at, to: at },
        Event::VisitPlanned { region: Some("north".into()), from: at, to: at },
        Event::VisitStarted,
        Event::VisitArrived,
        Event::VisitDone { photos: Vec::new() },
        Event::VisitDone { photos: vec!["u1".into()] },
        Event::VisitCancelled,
        Event::AutoReplied,
        Event::Notified { who: [PersonId::from("p2")].into(), queue: true },
        Event::RuleRan {
            rule: RuleId::from("vip"),
            name: "Dear guests".into(),
            version: 3,
            because: 1,
            episode: None,
            due: None,
            did: vec![
                Did { action: "set_priority high".into(), skipped: None },
                Did { action: "reply".into(), skipped: Some("a machine asked".into()) },
            ],
        },
        Event::RuleRan {
            rule: RuleId::from("late"),
            name: "Late".into(),
            version: 1,
            because: 7,
            episode: Some(at),
            due: Some(at),
            did: Vec::new(),
        },
        Event::RulesStopped { fuse: Fuse::Depth, rule: RuleId::from("vip") },
        Event::MacroApplied { id: MacroId::from("greet"), name: "Greet".into() },
        Event::Translated { part: Part::Title, language: Language::parse("pt-BR").unwrap() },
        Event::Archived,
        Event::Annotated,
        Event::MessageEdited { entry: 4, visibility: Visibility::Public },
        Event::MessageDeleted { entry: 4, visibility: Visibility::Internal },
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

/// What a desk stored while it had one policy, and each promise a calendar of its own.
const ONE_POLICY: &str = include_str!("stored/one_policy.json");

#[test]
fn a_configuration_with_one_policy_is_still_read() {
    let read: Config = serde_json::from_str(ONE_POLICY).unwrap();
    let fresh = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    assert_eq!(read.policies, fresh.policies);
    assert_eq!(read.calendars, fresh.calendars);
    assert_eq!(read, fresh);
    for priority in Priority::ALL {
        assert_eq!(promise(&read, *priority), promise(&fresh, *priority));
    }
}
