//! What dialogs in chat ask for: an answer with what follows from it, a note, another date, words added
//! to a ticket; and whom an answer reaches, which is shown before it leaves.

use desk::config::Config;
use desk::file::File;
use desk::history::Text;
use desk::ticket::Place;
use desk::{Command, Number, PersonId, Status};
use jiff::Timestamp;
use store::change::Along;
use store::read::List;
use store::{Error, Store, Stored};

use crate::{Reply, Speaker, answer_refusal, change, who};

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

/// An answer everybody on the ticket sees: of an agent, or of whoever asked.
pub async fn answer(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    text: Text,
    then: Then,
    along: Along,
) -> Result<Reply, Error> {
    let wish = |stored: &Stored| {
        let works = stored.ticket.assignee.as_ref() == Some(&speaker.person.id);
        match then {
            _ if speaker.asks(stored) && !works => Command::ReplyAsRequester(text.clone()),
            Then::Stay => Command::ReplyAsAgent(text.clone()),
            Then::Await => Command::Await(text.clone()),
            Then::Solve => Command::Propose(text.clone()),
        }
    };
    answer_refusal(change(store, speaker, number, along, wish).await)
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
    answer_refusal(change(store, speaker, number, along, wish).await)
}

/// A note for agents alone.
pub async fn note(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    text: Text,
    along: Along,
) -> Result<Reply, Error> {
    let wish = |_: &Stored| Command::AddNote(text.clone());
    answer_refusal(change(store, speaker, number, along, wish).await)
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
    answer_refusal(change(store, speaker, number, along, wish).await)
}

/// Whom an answer reaches, and how, a line each; none where this person may not see the ticket.
pub async fn recipients(
    store: &Store,
    speaker: &Speaker,
    number: Number,
) -> Result<Option<Vec<String>>, Error> {
    let config = store.config().await?;
    let stored = store.ticket(number).await?;
    let may = |stored: &Stored| desk::access::may_read(&who(speaker, &config), &stored.ticket);
    let Some(stored) = stored.filter(may) else { return Ok(None) };
    let ticket = &stored.ticket;
    let mut lines = Vec::new();
    for id in std::iter::once(&ticket.requester).chain(&ticket.followers) {
        let origin = ticket.origin.as_ref().filter(|_| *id == ticket.requester);
        let talk = store.talk(number, id).await?;
        lines.extend(reached(store, &config, id, origin.or(talk.as_ref())).await?);
    }
    Ok(Some(lines))
}

async fn reached(
    store: &Store,
    config: &Config,
    id: &PersonId,
    place: Option<&Place>,
) -> Result<Option<String>, Error> {
    let Some(person) = store.person(id).await? else { return Ok(None) };
    let name = config.member(id).map_or(person.name.as_str(), |member| member.name.as_str());
    let how = match (place, &person.email, person.chat.is_empty()) {
        (Some(Place::Slack { channel, .. }), _, _) if channel.starts_with('D') => {
            "their direct messages in Slack".to_owned()
        }
        (Some(Place::Slack { .. }), _, _) => {
            "the thread in Slack, which everybody in that channel reads".to_owned()
        }
        (Some(Place::Discord { .. }), _, _) => "their thread in Discord".to_owned(),
        (_, Some(email), _) => format!("mail to {email}"),
        (_, None, false) => "a direct message".to_owned(),
        (_, None, true) => "no way: neither an address nor an account is known".to_owned(),
    };
    Ok(Some(format!("{name}: {how}")))
}

/// The title of a ticket this person may see.
pub async fn title(
    store: &Store,
    speaker: &Speaker,
    number: Number,
) -> Result<Option<String>, Error> {
    let config = store.config().await?;
    let stored = store.ticket(number).await?;
    let may = |stored: &Stored| desk::access::may_read(&who(speaker, &config), &stored.ticket);
    Ok(stored.filter(may).map(|stored| stored.title))
}

/// A ticket somebody could mean, by its number and title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub number: u64,
    /// Its title, as they read it.
    pub title: String,
}

/// The open tickets somebody could mean: those they work on, and those they asked.
pub async fn candidates(
    store: &Store,
    speaker: &Speaker,
    at_most: usize,
) -> Result<Vec<Candidate>, Error> {
    let config = store.config().await?;
    let mut numbers = Vec::new();
    if who(speaker, &config).role.is_staff() {
        let list = List::AgentByDue(speaker.person.id.clone());
        numbers.extend(store.list(&list, None, at_most).await?.numbers);
    }
    numbers.extend(asked(store, speaker, at_most).await?);
    let mut seen = std::collections::BTreeSet::new();
    numbers.retain(|number| seen.insert(*number));
    numbers.truncate(at_most);
    open(store, &numbers).await
}

/// The open tickets somebody asked, the newest first.
pub async fn asked_open(
    store: &Store,
    speaker: &Speaker,
    at_most: usize,
) -> Result<Vec<Candidate>, Error> {
    let numbers = asked(store, speaker, at_most).await?;
    open(store, &numbers).await
}

async fn asked(store: &Store, speaker: &Speaker, at_most: usize) -> Result<Vec<Number>, Error> {
    let person = &speaker.person;
    let people: Vec<_> = std::iter::once(&person.id).chain(&person.was).cloned().collect();
    Ok(store.asked_by(&people, None, at_most).await?.numbers)
}

async fn open(store: &Store, numbers: &[Number]) -> Result<Vec<Candidate>, Error> {
    let found = store.tickets(numbers).await?;
    let ended = |status| matches!(status, Status::Resolved | Status::Closed);
    let open = found.into_iter().filter(|stored| !ended(stored.ticket.status));
    let candidate =
        |stored: Stored| Candidate { number: stored.ticket.number.0, title: stored.title };
    Ok(open.map(candidate).collect())
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
}
