//! What people are told of a visit: when somebody comes, that they are on the way, that it is done.

use desk::history::Event;
use desk::outbox::Message;

use crate::facts::Facts;
use crate::words::{Letter, summary};

/// What a message about a visit says.
pub(crate) fn letter(facts: &Facts, message: Message) -> Letter {
    let (number, title) = (facts.ticket().number, &facts.stored.title);
    let window = window(facts);
    let who = facts.ticket().assignee.as_ref().map(|id| facts.name(id));
    let comes = who.clone().unwrap_or_else(|| "Somebody".into());
    match message {
        Message::VisitYours => Letter {
            facts: summary(facts),
            ..Letter::new(
                format!("{number}: a visit of yours"),
                format!("You visit {} for \"{title}\": {window}.", facts.stored.asker.name),
            )
        },
        Message::VisitStarted => {
            Letter::new(format!("{number}: on the way"), format!("{comes} is on the way to you."))
                .for_requester()
        }
        Message::VisitDone => done(facts).for_requester(),
        Message::VisitCancelled => Letter::new(
            format!("{number}: the visit is off"),
            format!("The visit does not take place{window}.", window = of(&window)),
        )
        .quoting(facts.said())
        .for_requester(),
        _ => Letter::new(format!("{number}: a visit"), format!("{comes} comes to you: {window}."))
            .ending("If that does not suit you, just answer this message.")
            .for_requester(),
    }
}

fn done(facts: &Facts) -> Letter {
    let signed = facts.entry.text.as_ref().and_then(|text| text.title.as_deref());
    let signed = signed.map(|name| format!("{name} signed for it."));
    let subject = format!("{}: the visit is done", facts.ticket().number);
    Letter::new(subject, "The visit is done.")
        .quoting(facts.said())
        .ending(signed.unwrap_or_default())
}

/// When, and where: of the plan this is about, or of the one that was made.
fn window(facts: &Facts) -> String {
    let planned = match &facts.entry.event {
        Event::VisitPlanned { region, from, to } => Some((region.as_ref(), *from, *to)),
        _ => facts.ticket().visit.as_ref().map(|one| (one.region.as_ref(), one.from, one.to)),
    };
    let Some((region, from, to)) = planned else { return String::new() };
    let name = region.map(|id| {
        let known = facts.config.regions.iter().find(|region| region.id == *id);
        known.map_or_else(|| id.clone(), |region| region.name.clone())
    });
    let place = name.map(|name| format!(", {name}")).unwrap_or_default();
    format!("{} to {}{place}", facts.clock(from), facts.clock(to))
}

fn of(window: &str) -> String {
    if window.is_empty() { String::new() } else { format!(" ({window})") }
}
