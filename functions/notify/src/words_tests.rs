//! Every letter the desk writes, as people read it in each language.

use desk::history::Event;
use desk::language::Language;
use desk::sla::{Alarm, Metric};
use desk::{Closure, Number, PersonId, Priority, QueueId};

use super::*;
use crate::locale::Locale;
use crate::test_facts::{at, facts};

/// Letters by what they are made of.
type Letters = Vec<(Facts, Message)>;

fn read(facts: &Facts, message: Message) -> String {
    let letter = letter(facts, message);
    let mail = format!("Subject: {}\n\n{}", letter.mail_subject(facts), letter.text());
    format!("{mail}\n-- in chat --\n{}\n", letter.short())
}

/// The letters in the desk's first language under their own name, and in each other.
fn check(name: &str, letters: fn() -> Letters) {
    for (tag, name) in [("en", name.to_owned()), ("de", format!("{name}_de"))] {
        let locale = Locale::of(Language::parse(tag).as_ref());
        let letters = letters().into_iter();
        let told = letters.map(|(facts, message)| {
            let facts = Facts { locale, ..facts }.in_channel();
            read(&facts, message)
        });
        insta::assert_snapshot!(name, told.collect::<Vec<_>>().join("\n========\n"));
    }
}

fn said(event: Event, said: &str, message: Message) -> (Facts, Message) {
    (facts(event, said, "09:10:00"), message)
}

fn letters_to_the_requester() -> Letters {
    let words = "Please restart the client.";
    vec![
        said(Event::NoteAdded, "", Message::Receipt),
        said(Event::AgentReplied, words, Message::Reply),
        said(Event::Awaited, "Which client?", Message::Question),
        said(Event::Proposed, words, Message::Solution),
        said(Event::Confirmed, "", Message::Solved),
        said(Event::ResolvedUnanswered, "", Message::Solved),
        said(Event::Reminded { number: 1 }, "", Message::Reminder),
        said(Event::NoteAdded, words, Message::Ended(Closure::Rejected)),
        said(Event::NoteAdded, "", Message::GoesOnIn(Number(7))),
        said(Event::NoteAdded, "", Message::OnItsOwn),
        said(Event::NoteAdded, "", Message::NowFollowing),
        said(Event::RequesterReplied, words, Message::OthersWrote),
    ]
}

#[test]
fn to_the_requester() {
    check("to_the_requester", letters_to_the_requester);
}

fn letters_to_agents() -> Letters {
    let full =
        Event::Undeliverable { message: "12/1/kofi/mail".into(), reason: "mailbox full".into() };
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
        (full, Message::NotDelivered),
    ];
    messages.map(|(event, message)| said(event, "It still drops.", message)).into()
}

#[test]
fn to_agents() {
    check("to_agents", letters_to_agents);
}

fn letters_of_visits_and_tasks() -> Letters {
    let (from, to) = (at("13:00:00"), at("15:00:00"));
    let plan = Event::VisitPlanned { region: Some("north".into()), from, to };
    let planned = |event: Event, words: &str, message: Message| {
        let (mut facts, message) = said(event, words, message);
        let (stage, since) = (desk::visit::Stage::Planned, from);
        let visit = desk::visit::Visit { region: None, from, to, stage, since, photos: Vec::new() };
        facts.stored.ticket.visit = Some(visit);
        if let Some(text) = &mut facts.entry.text {
            text.title = Some("Kofi Mensah".into());
        }
        (facts, message)
    };
    vec![
        planned(plan.clone(), "", Message::VisitPlanned),
        planned(plan, "", Message::VisitYours),
        planned(Event::VisitStarted, "", Message::VisitStarted),
        planned(Event::VisitDone { photos: Vec::new() }, "New cable.", Message::VisitDone),
        planned(Event::VisitCancelled, "The cable is late.", Message::VisitCancelled),
        planned(Event::TaskGiven { task: 3, to: None }, "Order a cable", Message::TaskGiven),
        planned(Event::TaskDue { task: 3 }, "Order a cable", Message::TaskDue),
    ]
}

#[test]
fn of_visits_and_tasks() {
    check("of_visits_and_tasks", letters_of_visits_and_tasks);
}

fn letters_of_progress() -> Letters {
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
    messages.map(|(event, message)| said(event, "It still drops, @admin.", message)).into()
}

#[test]
fn of_progress() {
    check("of_progress", letters_of_progress);
}

fn letters_of_the_ladder() -> Letters {
    let rungs = [
        (Alarm::Warning(0), "10:00:00"),
        (Alarm::Warning(2), "10:45:00"),
        (Alarm::Breach, "11:00:00"),
        (Alarm::Repeat(1), "11:30:00"),
        (Alarm::Manager, "12:00:00"),
        (Alarm::Head, "13:00:00"),
    ];
    let metric = Metric::FirstResponse;
    let raised = |alarm, time| Event::AlarmRaised { metric, alarm, due: at(time) };
    let letter =
        |(alarm, time)| (facts(raised(alarm, time), "", time), Message::Alarm(metric, alarm));
    rungs.map(letter).into()
}

#[test]
fn the_ladder() {
    check("the_ladder", letters_of_the_ladder);
}

/// What is said otherwise where nothing was said, nothing is promised, or it happened another way.
fn letters_in_other_words() -> Letters {
    let mut unplanned = said(Event::VisitCancelled, "", Message::VisitCancelled);
    let mut unpromised = said(Event::NoteAdded, "", Message::PlainReceipt);
    unpromised.0.stored.ticket.promise.first_response = None;
    let mut private = said(Event::AgentReplied, "Nobody reads this.", Message::Mirror);
    let mut config = private.0.config.as_ref().clone();
    config.queues[0].private = true;
    private.0.config = config.into();
    let mut confirming = said(Event::Reminded { number: 2 }, "", Message::Reminder);
    confirming.0.stored.ticket.status = desk::Status::AwaitingConfirmation;
    unplanned.0.stored.ticket.assignee = None;
    vec![
        said(Event::NoteAdded, "", Message::PlainReceipt),
        unpromised,
        said(Event::Awaited, "", Message::Question),
        said(Event::Proposed, "", Message::Solution),
        said(Event::AutoReplied, "We are closed today.", Message::AutoReply),
        confirming,
        said(Event::NoteAdded, "See there.", Message::Ended(Closure::Duplicate)),
        said(Event::NoteAdded, "", Message::Ended(Closure::Cancelled)),
        said(Event::NoteAdded, "Look at it.", Message::Notice),
        said(Event::VisitStarted, "", Message::VisitStarted),
        said(Event::VisitDone { photos: Vec::new() }, "", Message::VisitDone),
        unplanned,
        private,
    ]
}

#[test]
fn in_other_words() {
    check("in_other_words", letters_in_other_words);
}

fn letters_below_the_card() -> Letters {
    let visibility = desk::history::Visibility::Public;
    let events = [
        Event::NoteAdded,
        Event::AgentReplied,
        Event::AutoReplied,
        Event::Awaited,
        Event::Proposed,
        Event::Submitted,
        Event::Returned,
        Event::Declined,
        Event::Reopened,
        Event::Escalated,
        Event::RequesterReplied,
        Event::MessageEdited { entry: 1, visibility },
        Event::MessageDeleted { entry: 1, visibility },
    ];
    events.map(|event| said(event, "It still drops.", Message::Mirror)).into()
}

#[test]
fn below_the_card() {
    check("below_the_card", letters_below_the_card);
}

#[path = "layout_tests.rs"]
mod layout;
