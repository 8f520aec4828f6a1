//! The buttons of a card. What opens a dialog first is the door's; what is pressed on a card that no
//! longer shows how the ticket stands is not done behind anybody's back.

use chat::view::Button;
use desk::history::{Entry, Text};
use desk::{Command, Number};
use store::change::Along;
use store::{Error, Store, Stored};

use crate::{Reply, Speaker, card, change, dialog, readable, words};

/// Carries out a button; `seen` is the state of the ticket the card showed.
pub async fn press(
    store: &Store,
    speaker: &Speaker,
    button: Button,
    number: u64,
    seen: Option<u32>,
    along: Along,
) -> Result<Reply, Error> {
    let number = Number(number);
    if let (Button::Resolve, Some(seen)) = (button, seen)
        && let Some(news) = news(store, speaker, number, seen).await?
    {
        return Ok(news);
    }
    let command = match button {
        Button::Take => Command::Claim,
        Button::Confirm => Command::Confirm,
        Button::NotSolved => Command::Decline(Text::plain(words::NOT_SOLVED)),
        Button::Acknowledge => Command::Acknowledge,
        Button::Rate(score) => Command::Rate { score, comment: Text::default() },
        Button::Resolve => Command::Propose(Text::plain(words::SOLVED)),
        Button::Reopen => return dialog::not_solved(store, speaker, number, "", along).await,
        Button::Reply | Button::Note | Button::Reassign | Button::Extend => {
            return Ok(Reply::Notice(words::NEEDS_A_DIALOG.into()));
        }
    };
    let done = change(store, speaker, number, along, |_| command.clone()).await?;
    Ok(match (button, done) {
        // How it was is asked where the conversation is, once.
        (Button::Confirm, Reply::Card(sentence, ..)) => Reply::Notice(sentence),
        (_, done) => done,
    })
}

/// The ticket as it stands, where its requester wrote since it was shown.
async fn news(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    seen: u32,
) -> Result<Option<Reply>, Error> {
    let Some(stored) = readable(store, speaker, number).await? else { return Ok(None) };
    if stored.ticket.version <= seen {
        return Ok(None);
    }
    let entries = store.entries(number, seen + 1, stored.ticket.version).await?;
    let wrote = |(_, entry): &(u32, Entry)| {
        let by_others = entry.by.person_id() != Some(&speaker.person.id);
        entry.event.asks_agent() && by_others
    };
    if !entries.iter().any(wrote) {
        return Ok(None);
    }
    let config = store.config().await?;
    let sentence = words::wrote_since(&stored);
    card(store, speaker, &config, &stored, sentence).await.map(Some)
}

/// The requester says how it was.
pub async fn rate(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    score: u8,
    comment: &str,
    along: Along,
) -> Result<Reply, Error> {
    let comment = comment.trim().replace('\0', "\u{fffd}");
    let comment = if comment.is_empty() { Text::default() } else { Text::plain(comment) };
    let rate = |_: &Stored| Command::Rate { score, comment: comment.clone() };
    change(store, speaker, number, along, rate).await
}
