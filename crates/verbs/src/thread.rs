//! What somebody says in a ticket's conversation: to the requester in theirs, among agents below the
//! card in the queue's channel. Below a card nothing leaves the desk by accident: it is a note.

use desk::access::{Permit, permit};
use desk::file::File;
use desk::history::{Entry, Text};
use desk::talk::{self, Change, ChatMessage, Said};
use desk::ticket::Place;
use desk::{Command, Number, Refusal, Status};
use store::change::{Along, no_answer};
use store::{Error, Store, Stored};

use crate::{Reply, Speaker, answer_refusal, change, who};

/// Words said in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Which message they are.
    pub chat: ChatMessage,
    /// What they say.
    pub text: String,
    /// Files that came with them, kept already.
    pub files: Vec<File>,
}

impl Words {
    fn text(&self) -> Text {
        let body = self.text.replace('\0', "\u{fffd}");
        let chat = Some(self.chat.clone());
        Text { files: self.files.clone(), chat, ..Text::plain(body) }
    }
}

/// Somebody wrote in a conversation that belongs to a ticket, or to one that was merged into it. None
/// where it is not theirs to answer, or is closed.
pub async fn said(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    words: Words,
    along: Along,
) -> Result<Option<Reply>, Error> {
    let Some(stored) = store.survivor(number).await? else { return Ok(None) };
    let Some(audience) = audience(store, speaker, &stored, &words.chat).await? else {
        return Ok(None);
    };
    let wish = |_: &Stored| match audience {
        Audience::Agents => Command::AddNote(words.text()),
        Audience::Requester => Command::ReplyAsAgent(words.text()),
        Audience::Desk => Command::ReplyAsRequester(words.text()),
    };
    change(store, speaker, stored.ticket.number, along, wish).await.map(Some)
}

/// Whom words are for.
enum Audience {
    /// Agents alone.
    Agents,
    /// The requester, from an agent.
    Requester,
    /// The desk, from the requester's side.
    Desk,
}

async fn audience(
    store: &Store,
    speaker: &Speaker,
    stored: &Stored,
    chat: &ChatMessage,
) -> Result<Option<Audience>, Error> {
    let ticket = &stored.ticket;
    let config = store.config().await?;
    let who = who(speaker, &config);
    if chat.inside {
        return Ok(Some(Audience::Agents));
    }
    if ticket.status == Status::Closed {
        return Ok(None);
    }
    let works = ticket.assignee.as_ref() == Some(&who.id);
    if (who.asks(ticket) && !works) || (who.follows(ticket) && !who.role.is_staff()) {
        return Ok(Some(Audience::Desk));
    }
    if !who.role.is_staff() {
        return Ok(None);
    }
    let talk = store.talk(ticket.number, &ticket.requester).await?;
    let theirs = ticket.origin.iter().chain(&talk).any(|place| *place == chat.place);
    Ok(Some(if theirs { Audience::Requester } else { Audience::Agents }))
}

/// Whoever wrote a message says it otherwise. None where it is no message of a ticket, is somebody
/// else's, or says what it said.
pub async fn edited(
    store: &Store,
    speaker: &Speaker,
    place: &Place,
    id: &str,
    text: &str,
    along: Along,
) -> Result<Option<Reply>, Error> {
    let Some((number, seq)) = store.said_at(place, id).await? else { return Ok(None) };
    let history = store.history(number).await?;
    let Some(said) = said_by(speaker, &history, seq) else { return Ok(None) };
    let changes = talk::changes(&history);
    let reads = match changes.get(&seq) {
        Some(Change::Deleted(_)) => return Ok(None),
        Some(Change::Edited(_, text)) => Some(text.body.as_str()),
        None => entry(&history, seq).and_then(|entry| Some(entry.text.as_ref()?.body.as_str())),
    };
    let body = text.replace('\0', "\u{fffd}");
    if reads == Some(body.as_str()) {
        return Ok(None);
    }
    let files = entry(&history, seq).and_then(|entry| entry.text.as_ref()).map(|t| &t.files);
    let text = Text { files: files.cloned().unwrap_or_default(), ..Text::plain(body) };
    let command = Command::EditMessage { said, text };
    changed(store, speaker, number, command, along).await
}

/// Whoever wrote a message took it back. None where it is no message of a ticket, is somebody else's,
/// or was taken back already.
pub async fn deleted(
    store: &Store,
    speaker: &Speaker,
    place: &Place,
    id: &str,
    along: Along,
) -> Result<Option<Reply>, Error> {
    let Some((number, seq)) = store.said_at(place, id).await? else { return Ok(None) };
    let history = store.history(number).await?;
    let Some(said) = said_by(speaker, &history, seq) else { return Ok(None) };
    if let Some(Change::Deleted(_)) = talk::changes(&history).get(&seq) {
        return Ok(None);
    }
    changed(store, speaker, number, Command::DeleteMessage { said }, along).await
}

fn entry(history: &[(u32, Entry)], seq: u32) -> Option<&Entry> {
    history.iter().find(|(at, _)| *at == seq).map(|(_, entry)| entry)
}

fn said_by(speaker: &Speaker, history: &[(u32, Entry)], seq: u32) -> Option<Said> {
    let said = Said::of(seq, entry(history, seq)?)?;
    let person = &speaker.person;
    (said.author == person.id || person.was.contains(&said.author)).then_some(said)
}

async fn changed(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    command: Command,
    along: Along,
) -> Result<Option<Reply>, Error> {
    let allowed = |stored: &Stored, config: &desk::config::Config| -> Result<Permit, Refusal> {
        permit(&who(speaker, config), Some(&stored.ticket), command.clone())
    };
    let along = Along { arrival: None, ..along };
    let done = store.change(number, along, allowed, &no_answer).await;
    answer_refusal(done.map(|_| Reply::Notice(crate::words::FOLLOWED.into()))).map(Some)
}
