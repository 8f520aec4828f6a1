//! What people are told of how a ticket gets on: whose it is, how soon it matters, whether the
//! requester was happy with it.

use desk::history::Event;
use desk::outbox::Message;

use crate::facts::Facts;
use crate::words::{Letter, queue_name, summary};

/// What a message about a ticket's progress says.
pub(crate) fn letter(facts: &Facts, message: Message) -> Letter {
    let (number, title, author) = (facts.ticket().number, &facts.stored.title, &facts.author);
    match message {
        Message::InHands => Letter::new(
            format!("{number}: somebody looks after it"),
            format!("{} looks after \"{title}\" now.", holder(facts)),
        )
        .for_requester(),
        Message::MovedOn => Letter::new(
            format!("{number}: another team looks after it"),
            format!("\"{title}\" went to {}, who will look after it.", queue_name(facts)),
        )
        .for_requester(),
        Message::NotYours => Letter {
            facts: summary(facts),
            ..Letter::new(
                format!("{number} is not yours any more: {title}"),
                format!("{author} {}.", elsewhere(facts)),
            )
        },
        Message::Reprioritised => Letter::new(
            format!("{number}: {title}"),
            format!("\"{title}\" has priority {} now.", priority(facts)),
        )
        .for_requester(),
        Message::Unhappy => Letter {
            facts: summary(facts),
            ..Letter::new(
                format!("{number}: {author} is not happy with it"),
                format!("{author} rated \"{title}\" with {} of 5.", score(facts)),
            )
            .quoting(facts.said())
        },
        _ => Letter {
            facts: summary(facts),
            ..Letter::new(
                format!("{number}: {author} names you"),
                format!("{author} names you in a note on \"{title}\":"),
            )
            .quoting(facts.said())
        },
    }
}

/// Whose it became with the entry this is about.
fn holder(facts: &Facts) -> String {
    match &facts.entry.event {
        Event::Assigned { to, .. } => facts.name(to),
        _ => facts.author.clone(),
    }
}

fn elsewhere(facts: &Facts) -> String {
    let number = facts.ticket().number;
    match &facts.entry.event {
        Event::Assigned { to, .. } => format!("gave {number} to {}", facts.name(to)),
        _ => format!("moved {number} to {}", queue_name(facts)),
    }
}

fn priority(facts: &Facts) -> &'static str {
    match &facts.entry.event {
        Event::PriorityChanged { to, .. } => to.label(),
        _ => facts.ticket().priority.label(),
    }
}

fn score(facts: &Facts) -> u8 {
    match facts.entry.event {
        Event::Rated { score } => score,
        _ => facts.ticket().rating.map_or(0, |rating| rating.score),
    }
}
