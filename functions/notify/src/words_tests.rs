//! Every letter the desk writes, as people read it.

use std::sync::Arc;

use desk::access::{Role, Who, permit};
use desk::command::Opening;
use desk::config::Config;
use desk::history::Entry;
use desk::policy::Circumstances;
use desk::{
    Actor, Channel, Command, Number, PersonId, Priority, QueueId, Text, Type, decide, fold,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::{Asker, Stored};

use super::*;

fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

/// A ticket of Kofi's about the VPN, and one more entry of Ana's.
fn facts(event: Event, said: &str, time: &str) -> Facts {
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
    Facts { stored, entry, opening, config, author: "Ana".into(), now: at(time) }
}

fn read(facts: &Facts, message: Message) -> String {
    let letter = letter(facts, message);
    let mail = format!("Subject: {}\n\n{}", letter.mail_subject(facts), letter.text());
    format!("{mail}\n-- in chat --\n{}\n", letter.short())
}

fn alarm(alarm: Alarm, time: &str) -> String {
    let due = at(time);
    let event = Event::AlarmRaised { metric: Metric::FirstResponse, alarm, due };
    read(&facts(event, "", time), Message::Alarm(Metric::FirstResponse, alarm))
}

#[test]
fn to_the_requester() {
    let said = "Please restart the client.";
    let letters = [
        read(&facts(Event::NoteAdded, "", "09:10:00"), Message::Receipt),
        read(&facts(Event::AgentReplied, said, "09:10:00"), Message::Reply),
        read(&facts(Event::Awaited, "Which client?", "09:10:00"), Message::Question),
        read(&facts(Event::Proposed, said, "09:10:00"), Message::Solution),
        read(&facts(Event::Confirmed, "", "09:10:00"), Message::Solved),
        read(&facts(Event::ResolvedUnanswered, "", "09:10:00"), Message::Solved),
        read(&facts(Event::Reminded { number: 1 }, "", "09:10:00"), Message::Reminder),
        read(&facts(Event::NoteAdded, said, "09:10:00"), Message::Ended(Closure::Rejected)),
        read(&facts(Event::NoteAdded, "", "09:10:00"), Message::GoesOnIn(Number(7))),
        read(&facts(Event::NoteAdded, "", "09:10:00"), Message::OnItsOwn),
        read(&facts(Event::NoteAdded, "", "09:10:00"), Message::NowFollowing),
        read(&facts(Event::RequesterReplied, said, "09:10:00"), Message::OthersWrote),
    ];
    insta::assert_snapshot!(letters.join("\n========\n"));
}

#[test]
fn to_agents() {
    let said = "It still drops.";
    let messages = [
        (Event::Assigned { to: PersonId::from("admin"), how: None }, Message::Assigned),
        (Event::RequesterReplied, Message::RequesterWrote),
        (Event::Declined, Message::NotSolved),
        (Event::Confirmed, Message::Confirmed),
        (Event::Reopened, Message::CameBack),
        (Event::Woken, Message::Awake),
        (Event::Escalated, Message::HelpWanted),
        (Event::NoteAdded, Message::Withdrawn),
        (Event::NoteAdded, Message::TookIn(Number(7))),
        (Event::Submitted, Message::ReviewWanted),
        (Event::Approved, Message::LetThrough),
        (Event::Returned, Message::ChangesWanted),
        (Event::NoteAdded, Message::Card),
        (
            Event::Undeliverable {
                message: "12/1/kofi/mail".into(),
                reason: "mailbox full".into(),
            },
            Message::NotDelivered,
        ),
    ];
    let letters = messages.map(|(event, message)| read(&facts(event, said, "09:10:00"), message));
    insta::assert_snapshot!(letters.join("\n========\n"));
}

#[test]
fn of_visits_and_tasks() {
    let (from, to) = (at("13:00:00"), at("15:00:00"));
    let plan = Event::VisitPlanned { region: Some("north".into()), from, to };
    let planned = |event: Event, said: &str, message: Message| {
        let mut facts = facts(event, said, "09:10:00");
        let (stage, since) = (desk::visit::Stage::Planned, from);
        let visit = desk::visit::Visit { region: None, from, to, stage, since, photos: Vec::new() };
        facts.stored.ticket.visit = Some(visit);
        if let Some(text) = &mut facts.entry.text {
            text.title = Some("Kofi Mensah".into());
        }
        read(&facts, message)
    };
    let letters = [
        planned(plan.clone(), "", Message::VisitPlanned),
        planned(plan, "", Message::VisitYours),
        planned(Event::VisitStarted, "", Message::VisitStarted),
        planned(Event::VisitDone { photos: Vec::new() }, "New cable.", Message::VisitDone),
        planned(Event::VisitCancelled, "The cable is late.", Message::VisitCancelled),
        planned(Event::TaskGiven { task: 3, to: None }, "Order a cable", Message::TaskGiven),
        planned(Event::TaskDue { task: 3 }, "Order a cable", Message::TaskDue),
    ];
    insta::assert_snapshot!(letters.join("\n========\n"));
}

#[test]
fn of_progress() {
    let (admin, low) = (PersonId::from("admin"), Priority::Low);
    let promise = facts(Event::NoteAdded, "", "09:10:00").stored.ticket.promise;
    let messages = [
        (Event::Assigned { to: admin.clone(), how: None }, Message::InHands),
        (Event::Transferred { queue: QueueId::from("support") }, Message::MovedOn),
        (Event::Assigned { to: admin, how: None }, Message::NotYours),
        (Event::Transferred { queue: QueueId::from("support") }, Message::NotYours),
        (Event::PriorityChanged { to: low, promise }, Message::Reprioritised),
        (Event::Rated { score: 1 }, Message::Unhappy),
        (Event::NoteAdded, Message::Mentioned),
    ];
    let letters = messages.map(|(event, message)| {
        read(&facts(event, "It still drops, @admin.", "09:10:00"), message)
    });
    insta::assert_snapshot!(letters.join("\n========\n"));
}

#[test]
fn the_ladder() {
    let letters = [
        alarm(Alarm::Warning(0), "10:00:00"),
        alarm(Alarm::Warning(2), "10:45:00"),
        alarm(Alarm::Breach, "11:00:00"),
        alarm(Alarm::Repeat(1), "11:30:00"),
        alarm(Alarm::Manager, "12:00:00"),
        alarm(Alarm::Head, "13:00:00"),
    ];
    insta::assert_snapshot!(letters.join("\n========\n"));
}

#[test]
fn lengths_of_time() {
    let spoken: Vec<String> =
        [15, 60, 90, 1500, 3000].map(|n| spoken(SignedDuration::from_mins(n))).to_vec();
    assert_eq!(spoken, ["15 min", "1 h", "1 h 30 min", "1 day 1 h", "2 days 2 h"]);
}
