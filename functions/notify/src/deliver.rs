//! Which way a message goes: by mail, into chat, to a queue's channel, onto the bus.

use chat::send::SendError;
use chat::view::Button;
use desk::PersonId;
use desk::outbox::{Lane, Message, Otherwise, Owed};
use desk::person::{Identity, Person};
use desk::ticket::Place;
use jiff::SignedDuration;
use store::lane::{Waiting, by_mail};
use store::talk::Landing;

use crate::facts::Facts;
use crate::post::Post;
use crate::{Error, Notify, bus, channel, digest, discord_thread, link, mail, words};

/// What became of an attempt.
pub(crate) enum Left {
    /// It left.
    Sent {
        /// What the other side calls it.
        reference: String,
        /// What is to be known of where it landed.
        landings: Vec<Landing>,
    },
    /// There was nobody to send it to, or nothing to say that they do not know.
    Nothing {
        /// Why.
        why: String,
    },
    /// It goes another way.
    Elsewhere(Vec<Owed>),
    /// It may leave later.
    Later {
        /// As the other side asked.
        after: Option<SignedDuration>,
        /// Why not now.
        reason: String,
    },
    /// It will never leave.
    Refused {
        /// Why.
        reason: String,
    },
}

impl Left {
    /// It left, and nothing is to be known of where it landed.
    pub fn sent(reference: impl Into<String>) -> Left {
        Left::Sent { reference: reference.into(), landings: Vec::new() }
    }

    pub fn nothing(why: impl Into<String>) -> Left {
        Left::Nothing { why: why.into() }
    }
}

impl From<SendError> for Left {
    fn from(error: SendError) -> Left {
        match error {
            SendError::Retry { after, reason } => {
                let after = after.and_then(|after| SignedDuration::try_from(after).ok());
                Left::Later { after, reason }
            }
            SendError::Permanent { reason } => Left::Refused { reason },
        }
    }
}

/// Tries to send one message.
pub(crate) async fn deliver(notify: &Notify, row: &Waiting) -> Result<Left, Error> {
    if let (Lane::Bus(_), Message::Events(last)) = (&row.owed.lane, row.owed.message) {
        return bus::publish(notify, row, last).await;
    }
    if row.owed.message == Message::LinkCode {
        return link::send(notify, row).await;
    }
    if row.owed.message == Message::Digest {
        return digest::send(notify, row).await;
    }
    match &row.owed.lane {
        Lane::Mail(id) | Lane::Chat(id) => to_somebody(notify, row, id).await,
        Lane::Queue(queue) => match Facts::of(notify, row, None).await? {
            Some(facts) => channel::to_queue(notify, row, &facts.in_channel(), queue).await,
            None => Ok(Left::nothing("nothing to say")),
        },
        Lane::Card(_)
        | Lane::Bus(_)
        | Lane::GiveOut(_)
        | Lane::Held(_)
        | Lane::Daily
        | Lane::Webhook(_) => Ok(Left::nothing("nothing to say")),
    }
}

async fn to_somebody(notify: &Notify, row: &Waiting, id: &PersonId) -> Result<Left, Error> {
    let Some(person) = notify.store.person(id).await? else {
        return Ok(Left::nothing("nobody to write to"));
    };
    let Some(facts) = Facts::of(notify, row, Some(&person)).await? else {
        return Ok(Left::nothing("nothing to say"));
    };
    match row.owed.lane {
        Lane::Mail(_) => to_mailbox(notify, row, &facts, &person).await,
        _ => to_person(notify, row, &facts, &person, id).await,
    }
}

async fn to_mailbox(
    notify: &Notify,
    row: &Waiting,
    facts: &Facts,
    person: &Person,
) -> Result<Left, Error> {
    match &person.email {
        Some(email) => mail::send(notify, row, facts, person, email).await,
        None if person.chat.is_empty() => Ok(Left::nothing("no address")),
        None => {
            let lane = Lane::Chat(person.id.clone());
            let otherwise = Otherwise::Nothing;
            Ok(Left::Elsewhere(vec![Owed { lane, otherwise, ..row.owed.clone() }]))
        }
    }
}

async fn to_person(
    notify: &Notify,
    row: &Waiting,
    facts: &Facts,
    person: &Person,
    meant: &PersonId,
) -> Result<Left, Error> {
    let letter = words::letter(facts, row.owed.message);
    let buttons = buttons(row.owed.message);
    let post = Post { row, facts, letter: &letter, buttons: &buttons };
    let talk = match *meant == facts.ticket().requester {
        true => match conversation(notify, facts, meant, person).await? {
            Ok(place) => place,
            Err(left) => return Ok(left),
        },
        false => None,
    };
    if talk.is_some() && talk.as_ref() == facts.said_in() {
        return Ok(Left::nothing("they read it where it was said"));
    }
    let left = match (talk, person.chat.first()) {
        (Some(Place::Slack { channel, thread, .. }), _) => {
            post.in_slack(notify, &channel, Some(&thread)).await
        }
        (Some(Place::Discord { channel }), _) => post.in_discord(notify, &channel, None).await,
        (_, Some(Identity::Slack { team, user })) => {
            let left = post.to_slack_user(notify, team, user).await;
            let theirs = *meant == facts.ticket().requester;
            if theirs && facts.is_private() { going_on_there(left, meant) } else { left }
        }
        (_, Some(Identity::Discord { user })) => match notify.discord.direct_channel(user).await {
            Ok(channel) => post.in_discord(notify, &channel, None).await,
            Err(error) => error.into(),
        },
        (_, Some(Identity::Email(_)) | None) => {
            Left::Refused { reason: "no account in chat".into() }
        }
    };
    Ok(match left {
        // Whoever left the workspace, or shut the door to the app, is reached by mail.
        Left::Refused { reason } if row.owed.otherwise == Otherwise::Mail => {
            match person.email.is_some() {
                true => Left::Elsewhere(vec![by_mail(&row.owed, &person.id)]),
                false if person.chat.is_empty() => Left::nothing("no account in chat"),
                false => Left::Refused { reason },
            }
        }
        Left::Refused { reason } if person.chat.is_empty() => Left::nothing(reason),
        other => other,
    })
}

/// Where the requester is talked to about a ticket, if that is a place of its own.
async fn conversation(
    notify: &Notify,
    facts: &Facts,
    requester: &PersonId,
    person: &Person,
) -> Result<Result<Option<Place>, Left>, Error> {
    let origin = facts.config.answered_in(facts.ticket());
    if let Some(place @ Place::Slack { .. }) = origin {
        return Ok(Ok(Some(place.clone())));
    }
    let known = notify.store.talk(facts.ticket().number, requester).await?;
    match (known, origin) {
        (None, Some(Place::Discord { channel })) => {
            discord_thread::open(notify, facts, requester, person, channel).await
        }
        (known, _) => Ok(Ok(known)),
    }
}

/// Where it was said to somebody alone the conversation with them goes on.
fn going_on_there(left: Left, with: &PersonId) -> Left {
    let Left::Sent { reference, landings } = left else { return left };
    let there = |landing| match landing {
        Landing::Thread(place) => Landing::Talk(with.clone(), place),
        other => other,
    };
    Left::Sent { reference, landings: landings.into_iter().map(there).collect() }
}

/// What the reader of a message can press.
fn buttons(message: Message) -> Vec<Button> {
    match message {
        Message::Solution => vec![Button::Confirm, Button::NotSolved],
        Message::Solved => [Button::RATINGS.as_slice(), &[Button::Reopen]].concat(),
        Message::Question => vec![Button::Reply],
        Message::Assigned => vec![Button::Reply, Button::Note, Button::Resolve],
        Message::Alarm(..) | Message::HelpWanted => {
            vec![Button::Take, Button::Acknowledge, Button::Reassign, Button::Extend]
        }
        _ => Vec::new(),
    }
}
