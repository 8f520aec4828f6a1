//! Several messages to one person as one: a line each, and how many more there are.

use chat::slack::card;
use desk::PersonId;
use desk::outbox::{Lane, Message};
use desk::person::{Identity, Person};
use store::lane::Waiting;

use crate::deliver::Left;
use crate::facts::Facts;
use crate::words::{Letter, letter};
use crate::{Error, Notify, mail};

/// How much of somebody's words a line shows, in characters.
const QUOTED_AT_MOST: usize = 100;

/// Sends these as one message, the way of their lane. `all` is how many there are altogether.
pub(crate) async fn send(
    notify: &Notify,
    id: &PersonId,
    rows: &[Waiting],
    all: usize,
) -> Result<Left, Error> {
    let Some(person) = notify.store.person(id).await? else {
        return Ok(Left::nothing("nobody to write to"));
    };
    let mut told = Vec::new();
    for row in rows {
        if let Some(facts) = Facts::of(notify, row).await? {
            told.push((row, facts));
        }
    }
    let Some((first, facts)) = told.first() else { return Ok(Left::nothing("nothing to say")) };
    let letter = match first.owed.message {
        Message::PlainReceipt => {
            let numbers = told.iter().map(|(row, _)| row.owed.number.to_string());
            receipts(&numbers.collect::<Vec<_>>(), all)
        }
        _ => {
            let lines = told.iter().map(|(row, facts)| line(&letter(facts, row.owed.message)));
            one_letter(&lines.collect::<Vec<_>>(), all)
        }
    };
    let id = format!("{}/{all}", first.owed.id());
    match (&first.owed.lane, &person.email) {
        (Lane::Mail(_), Some(email)) => {
            let Some(queue) = facts.queue() else {
                return Ok(Left::nothing("no queue to write from"));
            };
            let date = facts.entry.at.as_second();
            let from = mail::From { queue, domain: &facts.config.domain, date };
            mail::send_bundle(notify, &id, &from, &person, email, &letter).await
        }
        (Lane::Mail(_), None) => Ok(Left::nothing("no address")),
        (_, _) => post(notify, &id, &person, &letter.short()).await,
    }
}

/// What a message comes to in one line.
fn line(letter: &Letter) -> String {
    let words = letter.quoted.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return letter.subject.clone();
    }
    let mut quoted: String = words.chars().take(QUOTED_AT_MOST).collect();
    if quoted.len() < words.len() {
        quoted.push('…');
    }
    format!("{}: {quoted}", letter.subject)
}

/// The letter they make together.
fn one_letter(lines: &[String], all: usize) -> Letter {
    let more = all.saturating_sub(lines.len());
    let mut listed: Vec<String> = lines.iter().map(|line| format!("• {line}")).collect();
    if more > 0 {
        listed.push(format!("… and {more} more. Your queues list them all, next due first."));
    }
    let opening = match more {
        0 => format!("{all} things happened to your tickets:"),
        _ => format!("{all} things happened at once. The most pressing:"),
    };
    let closing = "This is a summary: answer on the ticket itself.";
    Letter {
        closing: closing.into(),
        quoted: listed.join("\n"),
        ..Letter::new(format!("{all} updates on your tickets"), opening)
    }
}

/// Several receipts: which tickets there are, and not a word of what came.
fn receipts(numbers: &[String], all: usize) -> Letter {
    let more = match all.saturating_sub(numbers.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = format!("{}{more}", numbers.join(", "));
    let opening = format!("We have {all} more requests of yours. They are tickets {named}.");
    let closing = "Agents look after each of them; you hear of each by itself from now on.";
    let letter = Letter::new(format!("Your requests are tickets {named}"), opening);
    Letter { closing: closing.into(), impersonal: true, ..letter }
}

pub(crate) async fn post(
    notify: &Notify,
    id: &str,
    person: &Person,
    text: &str,
) -> Result<Left, Error> {
    match person.chat.first() {
        Some(Identity::Slack { user, .. }) => {
            let posted = notify.slack.post_message(user, &card::notice(text), None).await;
            Ok(match posted {
                Ok(posted) => Left::sent(format!("slack/{}/{}", posted.channel, posted.ts)),
                Err(error) => error.into(),
            })
        }
        Some(Identity::Discord { user }) => {
            let channel = match notify.discord.direct_channel(user).await {
                Ok(channel) => channel,
                Err(error) => return Ok(error.into()),
            };
            let body = chat::discord::card::notice(text);
            Ok(match notify.discord.post_message(&channel, &body, id).await {
                Ok(posted) => Left::sent(format!("discord/{channel}/{posted}")),
                Err(error) => error.into(),
            })
        }
        Some(Identity::Email(_)) | None => Ok(Left::nothing("no account in chat")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_messages_read_as_one() {
        let long = Letter {
            quoted: format!("It is\nbroken. {}", "Again. ".repeat(20)),
            ..Letter::new("#12: Kofi wrote".into(), "")
        };
        let lines = [line(&long), line(&Letter::new("#13 is yours: VPN".into(), ""))];
        let two = one_letter(&lines, 2);
        let forty = one_letter(&lines, 40);
        insta::assert_snapshot!(format!("{}\n\n{}----\n{}", two.subject, two.text(), forty.text()));
    }
}
