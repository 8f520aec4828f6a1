//! Which way a message goes: by mail, into chat, to a queue's channel, onto the bus.

use chat::send::SendError;
use chat::view::Button;
use desk::config::ChatChannel;
use desk::outbox::{Lane, Message, Otherwise, Owed};
use desk::person::{Identity, Person};
use desk::ticket::Place;
use desk::{PersonId, QueueId};
use jiff::SignedDuration;
use serde_json::Value;
use store::lane::{Waiting, by_mail};

use crate::facts::Facts;
use crate::words::Letter;
use crate::{Error, Notify, bus, digest, link, mail, words};

/// What became of an attempt.
pub(crate) enum Left {
    /// It left, or there was nobody to send it to.
    Gone {
        /// What the other side calls it.
        reference: String,
        /// Answers to it belong to the ticket.
        threads: Vec<Place>,
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
    pub fn gone(reference: impl Into<String>) -> Left {
        Left::Gone { reference: reference.into(), threads: Vec::new() }
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
    let Some(facts) = Facts::of(notify, row).await? else {
        return Ok(Left::gone("nothing to say"));
    };
    match &row.owed.lane {
        Lane::Mail(person) | Lane::Chat(person) => match notify.store.person(person).await? {
            None => Ok(Left::gone("nobody to write to")),
            Some(person) if matches!(row.owed.lane, Lane::Mail(_)) => {
                to_mailbox(notify, row, &facts, &person).await
            }
            Some(known) => to_person(notify, row, &facts, &known, person).await,
        },
        Lane::Queue(queue) => to_queue(notify, row, &facts, queue).await,
        Lane::Bus(_) | Lane::GiveOut(_) | Lane::Held(_) | Lane::Daily | Lane::Webhook(_) => {
            Ok(Left::gone("nothing to say"))
        }
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
        None if person.chat.is_empty() => Ok(Left::gone("no address")),
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
    let is_requester = *meant == facts.ticket().requester;
    if let Some(Place::Slack { channel, thread, .. }) = &facts.ticket().origin
        && is_requester
    {
        return Ok(post_slack(notify, facts, &letter, &buttons, channel, Some(thread)).await);
    }
    match account(person) {
        Some(Identity::Slack { user, .. }) => {
            Ok(post_slack(notify, facts, &letter, &buttons, user, None).await)
        }
        Some(Identity::Discord { user }) => {
            let channel = match notify.discord.direct_channel(user).await {
                Ok(channel) => channel,
                Err(error) => return Ok(error.into()),
            };
            Ok(post_discord(notify, row, facts, &letter, &buttons, &channel).await)
        }
        Some(Identity::Email(_)) | None => Ok(match row.owed.otherwise {
            Otherwise::Mail => Left::Elsewhere(vec![by_mail(&row.owed, &person.id)]),
            Otherwise::Nothing => Left::gone("no account in chat"),
        }),
    }
}

fn account(person: &Person) -> Option<&Identity> {
    person.chat.first()
}

/// To the queue it is owed to, wherever the ticket has gone since.
async fn to_queue(
    notify: &Notify,
    row: &Waiting,
    facts: &Facts,
    queue: &QueueId,
) -> Result<Left, Error> {
    let Some(queue) = facts.config.queue(queue) else { return Ok(Left::gone("no queue")) };
    let letter = words::letter(facts, row.owed.message);
    let buttons = [Button::Take];
    let buttons: &[Button] = if facts.ticket().assignee.is_none() { &buttons } else { &[] };
    match (&queue.channel, row.owed.otherwise) {
        (Some(ChatChannel::Slack(channel)), _) => {
            Ok(post_slack(notify, facts, &letter, buttons, channel, None).await)
        }
        (Some(ChatChannel::Discord(channel)), _) => {
            Ok(post_discord(notify, row, facts, &letter, buttons, channel).await)
        }
        (None, Otherwise::Nothing) => Ok(Left::gone("no channel")),
        (None, Otherwise::Mail) => {
            let told = &row.owed.except;
            let members = queue.members.iter().filter(|member| !told.contains(member));
            Ok(Left::Elsewhere(members.map(|member| by_mail(&row.owed, member)).collect()))
        }
    }
}

/// What the reader of a message can press.
fn buttons(message: Message) -> Vec<Button> {
    match message {
        Message::Solution => vec![Button::Confirm, Button::NotSolved],
        _ => Vec::new(),
    }
}

async fn post_slack(
    notify: &Notify,
    facts: &Facts,
    letter: &Letter,
    buttons: &[Button],
    channel: &str,
    thread: Option<&str>,
) -> Left {
    use chat::slack::card;
    let view = words::view(facts, letter);
    let message = match letter.kind {
        words::Kind::Alert => card::alert(&letter.subject, &letter.facts, &view),
        words::Kind::Card => card::card(&view, buttons),
        words::Kind::Words if buttons.is_empty() => card::notice(&letter.short()),
        words::Kind::Words => card::above(&letter.short(), card::card(&view, buttons)),
    };
    match notify.slack.post_message(channel, &message, thread).await {
        Ok(posted) => Left::gone(format!("slack/{}/{}", posted.channel, posted.ts)),
        Err(error) => error.into(),
    }
}

async fn post_discord(
    notify: &Notify,
    row: &Waiting,
    facts: &Facts,
    letter: &Letter,
    buttons: &[Button],
    channel: &str,
) -> Left {
    use chat::discord::card;
    let view = words::view(facts, letter);
    let body: Value = match letter.kind {
        words::Kind::Alert => card::alert(&letter.subject, &letter.facts, &view),
        words::Kind::Card => card::card(&view, buttons),
        words::Kind::Words if buttons.is_empty() => card::notice(&letter.short()),
        words::Kind::Words => card::above(&letter.short(), card::card(&view, buttons)),
    };
    // The nonce makes Discord itself drop a repetition.
    match notify.discord.post_message(channel, &body, &row.owed.id()).await {
        Ok(id) => Left::gone(format!("discord/{channel}/{id}")),
        Err(error) => error.into(),
    }
}
