//! Who reads and who does what: organisations, and people who were somebody else before.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::command::Opening;
use crate::config::Config;
use crate::history::{Entry, Text, fold};
use crate::lifecycle::decide;
use crate::message::Message;
use crate::outbox::{Scene, outgoing};
use crate::test_desk::{self, opening};
use crate::{Channel, Priority, Type};

fn organisation(shared: bool) -> Organisation {
    Organisation {
        id: "acme".into(),
        name: "Acme".into(),
        domains: Vec::new(),
        external_id: None,
        metadata: Default::default(),
        shared,
    }
}

fn person(id: &str, organisation: Option<&str>) -> Person {
    let organisation = organisation.map(Into::into);
    Person { organisation, ..Person::named(id.into(), id) }
}

fn config() -> Config {
    Config::fresh("example.com", "admin@example.com", TimeZone::UTC)
}

/// Kofi of Acme asked; Lea follows.
fn history() -> Vec<Entry> {
    let opening = opening(Type::Question, Priority::Medium, Channel::Email);
    let opening = Opening { organisation: Some("acme".into()), ..opening };
    let mut history = test_desk::opened(opening, Timestamp::UNIX_EPOCH);
    let ticket = fold(&history).unwrap();
    let agent = Who::new("ana".into(), Role::Agent);
    let follow = permit(&agent, Some(&ticket), Command::Follow { who: "lea".into() }).unwrap();
    history.extend(decide(Some(&ticket), &follow, Timestamp::UNIX_EPOCH).unwrap());
    history
}

#[test]
fn a_ticket_is_read_by_whom_it_concerns() {
    let ticket = fold(&history()).unwrap();
    let rows = [
        ("kofi", None, Role::Requester, false, true),
        ("lea", None, Role::Requester, false, true),
        ("eve", None, Role::Requester, true, false),
        ("ben", Some("acme"), Role::Requester, false, false),
        ("ben", Some("acme"), Role::Requester, true, true),
        ("ben", Some("globex"), Role::Requester, true, false),
        ("ben", Some("acme"), Role::OrganisationViewer, false, true),
        ("ben", Some("globex"), Role::OrganisationViewer, true, false),
        ("ben", None, Role::OrganisationViewer, true, false),
        ("ben", None, Role::Agent, false, true),
        ("ben", None, Role::Auditor, false, true),
    ];
    for (who, of, role, shared, reads) in rows {
        let one = Who::of(&person(who, of), role, Some(&organisation(shared)), &config());
        assert_eq!(may_read(&one, &ticket), reads, "{who} {of:?} {role} {shared}");
    }
    let gone = Who::of(&person("ben", Some("acme")), Role::OrganisationViewer, None, &config());
    assert!(!may_read(&gone, &ticket), "an organisation that is gone shows nothing");
}

#[test]
fn a_private_queue_is_for_those_who_look_after_it() {
    let mut ticket = fold(&history()).unwrap();
    let mut config = config();
    let queue = &mut config.queues[0];
    (queue.private, queue.lead) = (true, Some("lena".into()));
    queue.members = vec!["hanna".into()];
    ticket.queue = Some(queue.id.clone());
    ticket.assignee = Some("ada".into());
    let rows = [
        ("hanna", Role::Agent, true),
        ("lena", Role::Lead, true),
        ("ada", Role::Agent, true),
        ("kofi", Role::Requester, true),
        ("lea", Role::Requester, true),
        ("admin", Role::Admin, true),
        ("audrey", Role::Auditor, true),
        ("ben", Role::Agent, false),
        ("maria", Role::Manager, false),
        ("robot", Role::Service, false),
        ("cora", Role::Collaborator, false),
    ];
    for (who, role, reads) in rows {
        let one = Who::of(&person(who, None), role, None, &config);
        assert_eq!(may_read(&one, &ticket), reads, "{who} {role}");
    }
    let viewer = Who::of(
        &person("vera", Some("acme")),
        Role::OrganisationViewer,
        Some(&organisation(true)),
        &config,
    );
    assert!(!may_read(&viewer, &ticket), "nor for their organisation");
}

#[test]
fn whoever_reads_by_belonging_reads_and_follows_and_nothing_else() {
    let ticket = fold(&history()).unwrap();
    for role in [Role::Requester, Role::OrganisationViewer] {
        let ben = Who::of(&person("ben", Some("acme")), role, Some(&organisation(true)), &config());
        assert!(!may_read_internal(&ben));
        let words = || Text::plain("x");
        for command in [
            Command::ReplyAsRequester(words()),
            Command::ReplyAsAgent(words()),
            Command::AddNote(words()),
            Command::Confirm,
            Command::Decline(words()),
            Command::Cancel(words()),
            Command::Reopen(words()),
            Command::Rate { score: 5, comment: words() },
            Command::Claim,
            Command::Annotate(words()),
            Command::Follow { who: "eve".into() },
            Command::Unfollow { who: "lea".into() },
        ] {
            let refused = permit(&ben, Some(&ticket), command.clone());
            assert_eq!(refused, Err(Refusal::NotPermitted), "{role} {command:?}");
        }
        assert!(permit(&ben, Some(&ticket), Command::Follow { who: "ben".into() }).is_ok());
    }
}

#[test]
fn whoever_was_somebody_else_answers_as_that_one_and_is_not_told_of_it() {
    let history = history();
    let ticket = fold(&history).unwrap();
    let was = |id: &str| Person { was: [id.into()].into(), ..person("now", None) };
    for (before, expected) in [("kofi", Some("kofi")), ("lea", Some("lea")), ("eve", None)] {
        let one = Who::of(&was(before), Role::Requester, None, &config());
        let reply = Command::ReplyAsRequester(Text::plain("Still."));
        let permit = permit(&one, Some(&ticket), reply);
        let Some(expected) = expected else {
            assert_eq!(permit, Err(Refusal::NotOpened), "{before}");
            continue;
        };
        let permit = permit.unwrap();
        let (id, through) = (expected.into(), Some("now".into()));
        assert_eq!(permit.by(), &Actor::Person { id, through });
        let entries = decide(Some(&ticket), &permit, Timestamp::UNIX_EPOCH).unwrap();
        let after = fold(history.iter().chain(&entries)).unwrap();
        let scene = Scene { before: Some(&ticket), ticket: &after, queue: None, members: &[] };
        let owed = outgoing(&scene, ticket.version + 1, &entries);
        let told = owed.iter().filter(|owed| owed.message == Message::OthersWrote);
        let told: Vec<String> = told.map(|owed| format!("{:?}", owed.lane)).collect();
        assert_eq!(told.len(), 1, "the other side alone hears of it: {told:?}");
        assert!(!told[0].contains(expected), "{told:?}");
    }
    // An agent who asked it under another name works on it as themself.
    let agent = Who::of(&was("kofi"), Role::Agent, None, &config());
    let claim = permit(&agent, Some(&ticket), Command::Claim).unwrap();
    assert_eq!(claim.by().person_id(), Some(&"now".into()));
}
