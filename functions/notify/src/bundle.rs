//! Several messages to one person as one: a line each, and how many more there are.

use chat::slack::card;
use desk::PersonId;
use desk::outbox::{Lane, Message};
use desk::person::{Identity, Person};
use fluent_bundle::FluentArgs;
use store::lane::Waiting;

use crate::deliver::Left;
use crate::facts::Facts;
use crate::letter::Letter;
use crate::locale::Locale;
use crate::words::letter;
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
    let mut told: Vec<(&Waiting, Facts)> = Vec::new();
    for row in rows {
        if let Some(facts) = Facts::of(notify, row, Some(&person)).await? {
            // One language for all of it, whichever each of them was asked in.
            let locale = told.first().map_or(facts.locale, |(_, first)| first.locale);
            told.push((row, Facts { locale, ..facts }));
        }
    }
    let Some((first, facts)) = told.first() else { return Ok(Left::nothing("nothing to say")) };
    let locale = facts.locale;
    let letter = match first.owed.message {
        Message::PlainReceipt => {
            let numbers = told.iter().map(|(row, _)| row.owed.number.to_string());
            receipts(locale, &numbers.collect::<Vec<_>>(), all)
        }
        _ => {
            let lines = told.iter().map(|(row, facts)| line(&letter(facts, row.owed.message)));
            one_letter(locale, &lines.collect::<Vec<_>>(), all)
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
fn one_letter(locale: &Locale, lines: &[String], all: usize) -> Letter {
    let with = counted(lines.len(), all);
    Letter::worded(locale, "bundle", &with).quoting(&listed(locale, lines, &with))
}

/// Several receipts: which tickets there are, and not a word of what came.
fn receipts(locale: &Locale, numbers: &[String], all: usize) -> Letter {
    let mut with = counted(numbers.len(), all);
    with.set("named", numbers.join(", "));
    Letter::worded(locale, "receipts", &with).naming_nobody()
}

/// How many there are, and how many of them are not named.
pub(crate) fn counted(named: usize, all: usize) -> FluentArgs<'static> {
    FluentArgs::from_iter([("all", all), ("more", all.saturating_sub(named))])
}

/// A line for each that is named, and one for those that are not.
pub(crate) fn listed(locale: &Locale, lines: &[String], with: &FluentArgs<'_>) -> String {
    let more = locale.say("more", with);
    let lines = lines.iter().map(|line| format!("• {line}"));
    lines.chain(Some(more).filter(|more| !more.is_empty())).collect::<Vec<_>>().join("\n")
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
    use desk::language::Language;

    use super::*;

    fn titled(subject: &str) -> Letter {
        let letter = Letter::worded(Locale::of(None), "reply", &FluentArgs::new());
        Letter { subject: subject.into(), ..letter }
    }

    #[test]
    fn several_messages_read_as_one() {
        let long =
            titled("#12: Kofi wrote").quoting(&format!("It is\nbroken. {}", "Again. ".repeat(20)));
        let lines = [line(&long), line(&titled("#13 is yours: VPN"))];
        let (english, german) = (Locale::of(None), Locale::of(Language::parse("de").as_ref()));
        for (name, locale) in [("", english), ("_de", german)] {
            let name = format!("several_messages_read_as_one{name}");
            let [two, forty] = [2, 40].map(|all| one_letter(locale, &lines, all));
            let read = format!("{}\n\n{}----\n{}", two.subject, two.text(), forty.text());
            insta::assert_snapshot!(name, read);
        }
    }

    #[test]
    fn several_receipts_name_tickets_alone() {
        let numbers = ["#12".to_owned(), "#13".to_owned()];
        let read = |tag: &str, all: usize| {
            let locale = Locale::of(Language::parse(tag).as_ref());
            let letter = receipts(locale, &numbers, all);
            assert!(letter.impersonal);
            format!("{}\n\n{}", letter.subject, letter.text())
        };
        let read = [read("en", 2), read("en", 5), read("de", 2), read("de", 5)];
        insta::assert_snapshot!(read.join("----\n"));
    }
}
