//! What dialogs in chat ask for: an answer with what follows from it, a note, that it is not solved and
//! why, another date, words added to a ticket.

use desk::file::File;
use desk::history::Text;
use desk::{Command, Number, Status};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use store::change::Along;
use store::{Error, Store, Stored};

use crate::words::{A_DATE, NOT_SOLVED, SAY_SOMETHING};
use crate::{Reply, Speaker, change};

/// How a ticket shall stand once an agent has answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// As it stood.
    #[default]
    Stay,
    /// Waiting for whoever asked.
    Await,
    /// Proposed as solved.
    Solve,
}

impl Then {
    /// The word it goes by in a dialog.
    pub const fn word(self) -> &'static str {
        match self {
            Then::Stay => "stay",
            Then::Await => "await",
            Then::Solve => "solve",
        }
    }

    /// By its word; as it stood where the word is none.
    pub fn parse(word: &str) -> Then {
        [Then::Await, Then::Solve].into_iter().find(|one| one.word() == word).unwrap_or_default()
    }
}

/// Words of a dialog with their files, which are kept already.
pub fn words(body: &str, files: Vec<File>) -> Text {
    Text { files, ..Text::plain(body.replace('\0', "\u{fffd}")) }
}

/// Whether there is nothing in it that anybody could read.
fn is_blank(text: &Text) -> bool {
    text.body.trim().is_empty() && text.files.is_empty()
}

/// An answer everybody on the ticket sees: of an agent, or of whoever asked.
pub async fn answer(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    text: Text,
    then: Then,
    along: Along,
) -> Result<Reply, Error> {
    if is_blank(&text) {
        return Ok(Reply::Notice(SAY_SOMETHING.into()));
    }
    let wish = |stored: &Stored| {
        let works = stored.ticket.assignee.as_ref() == Some(&speaker.person.id);
        match then {
            _ if speaker.asks(stored) && !works => Command::ReplyAsRequester(text.clone()),
            Then::Stay => Command::ReplyAsAgent(text.clone()),
            Then::Await => Command::Await(text.clone()),
            Then::Solve => Command::Propose(text.clone()),
        }
    };
    change(store, speaker, number, along, wish).await
}

/// What was said elsewhere belongs to this ticket, too: a message of whoever asked, a note of an agent.
pub async fn add(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    text: Text,
    along: Along,
) -> Result<Reply, Error> {
    let wish = |stored: &Stored| match speaker.asks(stored) {
        true => Command::ReplyAsRequester(text.clone()),
        false => Command::AddNote(text.clone()),
    };
    change(store, speaker, number, along, wish).await
}

/// A note for agents alone.
pub async fn note(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    text: Text,
    along: Along,
) -> Result<Reply, Error> {
    if is_blank(&text) {
        return Ok(Reply::Notice(SAY_SOMETHING.into()));
    }
    let wish = |_: &Stored| Command::AddNote(text.clone());
    change(store, speaker, number, along, wish).await
}

/// Another date for the solution, agreed with whoever asked.
pub async fn extend(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    due_at: Timestamp,
    reason: &str,
    along: Along,
) -> Result<Reply, Error> {
    let reason = words(reason, Vec::new());
    let wish = |_: &Stored| Command::Extend { due_at, reason: reason.clone() };
    change(store, speaker, number, along, wish).await
}

/// Says something: to everybody who takes part, or inside, to agents alone.
pub async fn say(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    text: Text,
    inside: bool,
    along: Along,
) -> Result<Reply, Error> {
    match inside {
        true => note(store, speaker, number, text, along).await,
        false => answer(store, speaker, number, text, Then::Stay, along).await,
    }
}

/// It is not solved, or no longer, and why.
pub async fn not_solved(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    reason: &str,
    along: Along,
) -> Result<Reply, Error> {
    let reason = reason.replace('\0', "\u{fffd}");
    let text = if reason.trim().is_empty() { NOT_SOLVED } else { &reason };
    let wish = |stored: &Stored| match stored.ticket.status {
        Status::AwaitingConfirmation => Command::Decline(Text::plain(text)),
        _ => Command::Reopen(Text::plain(text)),
    };
    change(store, speaker, number, along, wish).await
}

/// Another date for the solution: a day, which ends as the desk's day does, or a day and an hour.
pub async fn extend_to(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    date: &str,
    reason: &str,
    along: Along,
) -> Result<Reply, Error> {
    let config = store.config().await?;
    let Some(due_at) = moment(date, &config.zone) else {
        return Ok(Reply::Notice(A_DATE.into()));
    };
    extend(store, speaker, number, due_at, reason, along).await
}

fn moment(date: &str, zone: &jiff::tz::TimeZone) -> Option<Timestamp> {
    let date = date.trim();
    let has_hour = date.contains([' ', 'T']);
    let at = match has_hour {
        true => date.replacen(' ', "T", 1).parse::<DateTime>().ok()?,
        false => date.parse::<Date>().ok()?.at(23, 59, 0, 0),
    };
    at.to_zoned(zone.clone()).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_goes_by_its_word() {
        for then in [Then::Stay, Then::Await, Then::Solve] {
            assert_eq!(Then::parse(then.word()), then);
        }
        assert_eq!(Then::parse("close it"), Then::Stay);
        assert_eq!(words("a\0b", Vec::new()).body, "a\u{fffd}b");
    }

    #[test]
    fn dates_are_read_in_the_desks_zone() {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        for (date, expected) in [
            ("2026-12-24", Some("2026-12-24T15:59:00Z")),
            (" 2026-12-24 08:30 ", Some("2026-12-24T00:30:00Z")),
            ("24.12.2026", None),
            ("", None),
        ] {
            let expected: Option<Timestamp> = expected.map(|at| at.parse().unwrap());
            assert_eq!(moment(date, &zone), expected, "{date}");
        }
    }
}
