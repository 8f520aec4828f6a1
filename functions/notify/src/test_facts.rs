//! A ticket and what happened to it, for the tests of the words.

use std::sync::Arc;

use desk::Number;
use desk::access::{Role, Who, permit};
use desk::command::Opening;
use desk::config::Config;
use desk::history::{Entry, Event};
use desk::policy::Circumstances;
use desk::{Actor, Channel, Command, PersonId, Priority, QueueId, Text, Type, decide, fold};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::{Asker, Stored};

use crate::facts::Facts;
use crate::locale::Locale;

/// A time of the day everything happens on.
pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

/// A ticket of Kofi's about the VPN, and one more entry of Ana's.
pub(crate) fn facts(event: Event, said: &str, time: &str) -> Facts {
    let mut config =
        Config::fresh("example.com", "admin@example.com", TimeZone::get("Europe/Lisbon").unwrap());
    config.members[0].name = "Ana".into();
    let opening = Text { title: Some("VPN drops".into()), ..Text::plain("Every ten minutes.") };
    let open = Command::Open(Box::new(Opening {
        number: Number(12),
        requester: PersonId::from("kofi"),
        kind: Type::Incident,
        priority: Priority::Urgent,
        channel: Channel::Email,
        promise: config.promise(&Circumstances {
            queue: None,
            kind: Type::Incident,
            priority: Priority::Urgent,
            channel: Channel::Email,
            email: None,
            form: None,
        }),
        queue: QueueId::from("support"),
        origin: None,
        silent: false,
        receipt: desk::Acknowledgement::Whole,
        external_id: None,
        organisation: None,
        text: opening.clone(),
        filled: None,
    }));
    let kofi = Who::new(PersonId::from("kofi"), Role::Requester);
    let mut history = decide(None, &permit(&kofi, None, open).unwrap(), at("09:00:00")).unwrap();
    let claim = Entry {
        at: at("09:05:00"),
        by: Actor::person(PersonId::from("admin")),
        event: Event::Claimed,
        text: None,
    };
    let entry = Entry {
        at: at(time),
        by: Actor::person(PersonId::from("admin")),
        event,
        text: Some(Text::plain(said)),
    };
    history.extend([claim, entry.clone()]);
    let ticket = fold(&history).unwrap();
    let asker = Asker { name: "Kofi".into(), email: Some("kofi@example.org".into()) };
    let answers = desk::answer::Answers::new();
    let (titles, metadata) = Default::default();
    let stored = Stored { ticket, title: "VPN drops".into(), titles, answers, metadata, asker };
    let config = Arc::new(config);
    let (author, now, locale) = ("Ana".into(), at(time), Locale::of(None));
    Facts { stored, entry, opening, config, author, now, locale }
}
