//! Who is told of what, as one table: a line for everything that can happen to Kofi's ticket, which Ana
//! has and Fay follows, in a queue that Lee leads and Mia manages.

use jiff::Timestamp;

use super::*;
use crate::command::Opening;
use crate::config::{ChatChannel, Config};
use crate::event::Visibility;
use crate::history::{Text, fold};
use crate::sla::Alarm;
use crate::talk::ChatMessage;
use crate::test_desk::{self, fresh, opening};
use crate::ticket::{Channel, Place, Type};
use crate::{Number, outbox};

fn minute(n: i64) -> Timestamp {
    Timestamp::from_second(1_772_442_000 + 60 * n).unwrap()
}

fn id(name: &str) -> PersonId {
    PersonId::from(name)
}

fn desk() -> Config {
    let mut config = fresh();
    let admin = config.members[0].clone();
    let names = ["ana", "ben", "lee", "mia", "hal"];
    config.members = names
        .map(|name| Member {
            id: id(name),
            email: format!("{name}@example.com"),
            name: name.to_owned(),
            ..admin.clone()
        })
        .to_vec();
    let queue = &mut config.queues[0];
    queue.members = ["ana", "ben"].map(id).to_vec();
    (queue.lead, queue.manager, queue.head) = (Some(id("lee")), Some(id("mia")), Some(id("hal")));
    config
}

fn beginning() -> Vec<Entry> {
    let opening = opening(Type::Question, Priority::Medium, Channel::Email);
    let opening = Opening { number: Number(7), ..opening };
    let mut entries = test_desk::opened(opening, minute(0));
    entries.push(happens("ana", Event::Claimed));
    entries.push(happens("fay", Event::Followed { who: id("fay") }));
    entries
}

fn happens(by: &str, event: Event) -> Entry {
    let by = if by.is_empty() { Actor::System } else { Actor::person(id(by)) };
    let text = Some(Text::plain("@ben, have a look."));
    Entry { at: minute(0), by, event, text }
}

/// Who hears what of these entries, which happen to the ticket one after the other.
fn told(config: &Config, entries: &[Entry]) -> String {
    let before = beginning();
    let ticket = fold(&before).unwrap();
    let after = fold(before.iter().chain(entries)).unwrap();
    let queue = after.queue.as_ref().and_then(|id| config.queue(id));
    let scene = Scene { before: Some(&ticket), ticket: &after, queue, members: &config.members };
    let first = u32::try_from(before.len()).unwrap() + 1;
    let lines = outbox::outgoing(&scene, first, entries).into_iter().filter_map(|owed| {
        let whom = match &owed.lane {
            Lane::Mail(person) => format!("{person} by mail"),
            Lane::Chat(person) => person.to_string(),
            Lane::Queue(queue) => format!("#{queue}"),
            Lane::Card(_) => "its card".to_owned(),
            Lane::GiveOut(_) | Lane::Webhook(_) | Lane::Daily | Lane::Bus(_) => return None,
            Lane::Held(_) => return None,
        };
        Some(format!("{:?} → {whom}", owed.message))
    });
    lines.collect::<Vec<_>>().join("; ")
}

#[test]
fn everybody_hears_what_concerns_them_and_never_what_they_did() {
    let config = desk();
    let queue = config.queues[0].id.clone();
    let promise = fold(&beginning()).unwrap().promise;
    let raised =
        |alarm| Event::AlarmRaised { metric: Metric::FirstResponse, alarm, due: minute(0) };
    let to = |name: &str| Event::Assigned { to: id(name), how: None };
    let mut table = vec![format!("opened: {}", {
        let entries = beginning();
        let ticket = fold(&entries[..2]).unwrap();
        let scene =
            Scene { before: None, ticket: &ticket, queue: config.queue(&queue), members: &[] };
        let owed = outbox::outgoing(&scene, 1, &entries[..2]);
        owed.iter()
            .map(|one| format!("{:?} → {:?}", one.message, one.lane))
            .collect::<Vec<_>>()
            .join("; ")
    })];
    for (what, by, events) in [
        ("assigned by somebody else", "lee", vec![to("ben")]),
        ("taken over", "ben", vec![to("ben")]),
        ("moved to another queue", "lee", vec![Event::Transferred { queue: queue.clone() }]),
        ("answered", "ana", vec![Event::AgentReplied]),
        ("asked back", "ana", vec![Event::Awaited]),
        ("requester wrote", "kofi", vec![Event::RequesterReplied]),
        ("follower wrote", "fay", vec![Event::RequesterReplied]),
        ("note", "ana", vec![Event::NoteAdded]),
        ("note by who is named", "ben", vec![Event::NoteAdded]),
        ("priority", "lee", vec![Event::PriorityChanged { to: Priority::High, promise }]),
        ("for review", "ana", vec![Event::Submitted]),
        ("approved", "lee", vec![Event::Submitted, Event::Approved]),
        ("proposed", "ana", vec![Event::Proposed]),
        ("not solved", "kofi", vec![Event::Declined]),
        ("not solved twice", "kofi", vec![Event::Declined, Event::Declined]),
        ("confirmed", "kofi", vec![Event::Confirmed]),
        ("nobody answered", "", vec![Event::ResolvedUnanswered]),
        ("rated 2", "kofi", vec![Event::Rated { score: 2 }]),
        ("rated 3", "kofi", vec![Event::Rated { score: 3 }]),
        ("warned", "", vec![raised(Alarm::Warning(0))]),
        ("breach", "", vec![raised(Alarm::Breach)]),
        ("breach, manager", "", vec![raised(Alarm::Manager)]),
        ("breach, head", "", vec![raised(Alarm::Head)]),
        (
            "undeliverable",
            "",
            vec![Event::Undeliverable { message: "m".into(), reason: "r".into() }],
        ),
        ("merged", "ben", vec![Event::Merged { into: Number(9) }]),
        ("rejected", "ana", vec![Event::Closed { closure: Closure::Rejected }]),
        ("cancelled", "kofi", vec![Event::Closed { closure: Closure::Cancelled }]),
        ("tagged", "ana", vec![Event::Tagged { tags: BTreeSet::new() }]),
    ] {
        let entries: Vec<Entry> = events.into_iter().map(|event| happens(by, event)).collect();
        table.push(format!("{what}, by {by:?}: {}", told(&config, &entries)));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn a_channel_hears_what_was_said_elsewhere_and_its_card_follows() {
    let mut config = desk();
    config.queues[0].channel = Some(ChatChannel::Slack("C1".into()));
    let place = Place::Slack { team: "T1".into(), channel: "C1".into(), thread: "1.1".into() };
    let inside = |event| {
        let mut entry = happens("ana", event);
        let chat = ChatMessage { place: place.clone(), id: "1.2".into(), inside: true };
        entry.text = Some(Text { chat: Some(chat), ..Text::plain("Only for us.") });
        entry
    };
    let rows: [(&str, Vec<Entry>); 8] = [
        ("an agent has it", vec![happens("kofi", Event::RequesterReplied)]),
        (
            "nobody has it",
            vec![happens("ana", Event::Released), happens("kofi", Event::RequesterReplied)],
        ),
        ("a note by REST", vec![happens("ana", Event::NoteAdded)]),
        ("a note below the card", vec![inside(Event::NoteAdded)]),
        ("an answer by mail", vec![happens("ana", Event::AgentReplied)]),
        ("let go", vec![happens("ana", Event::Released)]),
        (
            "edited elsewhere",
            vec![happens(
                "kofi",
                Event::MessageEdited { entry: 3, visibility: Visibility::Public },
            )],
        ),
        (
            "the description edited",
            vec![happens(
                "kofi",
                Event::MessageEdited { entry: 1, visibility: Visibility::Public },
            )],
        ),
    ];
    let lines = rows.map(|(what, entries)| format!("{what}: {}", told(&config, &entries)));
    insta::assert_snapshot!(lines.join("\n"));
}
