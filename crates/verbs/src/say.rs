//! What a dialog in chat was filled with: words for a ticket, with files; that it is not solved, and
//! why; another date. The same verbs as those that are typed; here there is room for more.

use desk::access::may_read;
use desk::history::Text;
use desk::{Command, Number, Status};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use store::change::Along;
use store::{Error, Store, Stored};

use crate::{Reply, Speaker, answer_refusal, change, who, words};

/// Says something, with files: for everybody who takes part, or for agents alone.
pub async fn say(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    text: Text,
    inside: bool,
    along: Along,
) -> Result<Reply, Error> {
    let text = Text { body: text.body.replace('\0', "\u{fffd}"), ..text };
    if text.body.trim().is_empty() && text.files.is_empty() {
        return Ok(Reply::Notice(words::SAY_SOMETHING.into()));
    }
    let wish = |stored: &Stored| {
        let asks = speaker.asks(stored);
        let works = stored.ticket.assignee.as_ref() == Some(&speaker.person.id);
        match (inside, asks && !works) {
            (true, _) => Command::AddNote(text.clone()),
            (false, true) => Command::ReplyAsRequester(text.clone()),
            (false, false) => Command::ReplyAsAgent(text.clone()),
        }
    };
    answer_refusal(change(store, speaker, number, along, wish).await)
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
    let text = if reason.trim().is_empty() { words::NOT_SOLVED } else { &reason };
    let wish = |stored: &Stored| match stored.ticket.status {
        Status::AwaitingConfirmation => Command::Decline(Text::plain(text)),
        _ => Command::Reopen(Text::plain(text)),
    };
    answer_refusal(change(store, speaker, number, along, wish).await)
}

/// Another date for the solution: a day, which ends as the desk's day does, or a day and an hour.
pub async fn extend(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    date: &str,
    reason: &str,
    along: Along,
) -> Result<Reply, Error> {
    let config = store.config().await?;
    let Some(due_at) = moment(date, &config.zone) else {
        return Ok(Reply::Notice(words::A_DATE.into()));
    };
    let reason = Text::plain(reason.replace('\0', "\u{fffd}"));
    let extend = |_: &Stored| Command::Extend { due_at, reason: reason.clone() };
    answer_refusal(change(store, speaker, number, along, extend).await)
}

/// Whether this person may read the ticket; to anyone else it does not exist.
pub async fn readable(
    store: &Store,
    speaker: &Speaker,
    number: Number,
) -> Result<Option<Stored>, Error> {
    let config = store.config().await?;
    let stored = store.ticket(number).await?;
    Ok(stored.filter(|stored| may_read(&who(speaker, &config), &stored.ticket)))
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
