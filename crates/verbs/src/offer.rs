//! What dialogs in chat show before anything is done: whom an answer reaches, and which tickets somebody
//! could mean.

use desk::alike::are_alike;
use desk::config::Config;
use desk::ticket::Place;
use desk::{Number, PersonId, Status};
use store::read::List;
use store::{Error, Store, Stored};

use crate::{Speaker, asked, readable, who};

/// How many of what somebody asked is looked at for something alike.
const LOOKED_AT: usize = 50;
/// How many of it are shown.
const SHOWN: usize = 3;

/// Whom an answer reaches, and how, a line each; none where this person may not see the ticket.
pub async fn recipients(
    store: &Store,
    speaker: &Speaker,
    number: Number,
) -> Result<Option<Vec<String>>, Error> {
    let Some(stored) = readable(store, speaker, number).await? else { return Ok(None) };
    let (ticket, config) = (&stored.ticket, store.config().await?);
    let mut lines = Vec::new();
    for id in std::iter::once(&ticket.requester).chain(&ticket.followers) {
        let origin = config.answered_in(ticket).filter(|_| *id == ticket.requester);
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

/// What this person asked of late under a title like this one, a line each; the newest first.
pub async fn similar(store: &Store, speaker: &Speaker, title: &str) -> Result<Vec<String>, Error> {
    let config = store.config().await?;
    let asked = asked(store, speaker, LOOKED_AT).await?;
    let mut found = store.tickets(&asked).await?;
    found.retain(|stored| are_alike(&stored.title, title));
    let line = |stored: &Stored| {
        let stands = config.label_for_requester(&stored.ticket);
        format!("{} {} · {stands}", stored.ticket.number, stored.title)
    };
    Ok(found.iter().take(SHOWN).map(line).collect())
}

/// The title of a ticket this person may see.
pub async fn title(
    store: &Store,
    speaker: &Speaker,
    number: Number,
) -> Result<Option<String>, Error> {
    Ok(readable(store, speaker, number).await?.map(|stored| stored.title))
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

async fn open(store: &Store, numbers: &[Number]) -> Result<Vec<Candidate>, Error> {
    let found = store.tickets(numbers).await?;
    let ended = |status| matches!(status, Status::Resolved | Status::Closed);
    let open = found.into_iter().filter(|stored| !ended(stored.ticket.status));
    let candidate =
        |stored: Stored| Candidate { number: stored.ticket.number.0, title: stored.title };
    Ok(open.map(candidate).collect())
}
