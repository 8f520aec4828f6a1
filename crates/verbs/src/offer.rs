//! What dialogs in chat show before anything is done: whom an answer reaches, and which tickets somebody
//! could mean.

use desk::alike::are_alike;
use desk::person::{Identity, Person};
use desk::ticket::Place;
use desk::{Number, Status};
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
        let Some(person) = store.person(id).await? else { continue };
        let asks = *id == ticket.requester;
        let origin = config.answered_in(ticket).filter(|_| asks);
        let talk = store.talk(number, id).await?;
        let how = reached(&person, origin.or(talk.as_ref()), !asks || ticket.channel.is_chat());
        let name = config.member(id).map_or(person.name.as_str(), |member| member.name.as_str());
        lines.push(format!("{name}: {how}"));
    }
    Ok(Some(lines))
}

/// How somebody is reached: where they are talked to about it, or the way they came by first.
fn reached(person: &Person, place: Option<&Place>, in_chat: bool) -> String {
    match place.filter(|_| in_chat) {
        Some(place @ Place::Slack { .. }) if place.is_open() => {
            return "the thread in Slack, which everybody in that channel reads".into();
        }
        Some(Place::Slack { .. }) => return "their direct messages in Slack".into(),
        Some(Place::Discord { .. }) => return "their thread in Discord".into(),
        Some(Place::Mail { .. }) | None => {}
    }
    match (&person.email, person.chat.first()) {
        (Some(email), None) => format!("mail to {email}"),
        (Some(email), _) if !in_chat => format!("mail to {email}"),
        (_, Some(Identity::Slack { .. })) => "a direct message in Slack".into(),
        (_, Some(Identity::Discord { .. })) => "a direct message in Discord".into(),
        (_, Some(Identity::Email(_)) | None) => {
            "no way: neither an address nor an account is known".into()
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_names_the_way_an_answer_goes() {
        let email = Some("kofi@example.com".to_owned());
        let slack = Identity::Slack { team: "T1".into(), user: "U1".into() };
        let kofi = |email: &Option<String>, chat: Option<&Identity>| Person {
            email: email.clone(),
            chat: chat.into_iter().cloned().collect(),
            ..Person::named("kofi".into(), "Kofi")
        };
        let thread = |channel: &str| Place::Slack {
            team: "T1".into(),
            channel: channel.into(),
            thread: "1.1".into(),
        };
        let (open, direct) = (thread("C1"), thread("D1"));
        let (both, chat) = (kofi(&email, Some(&slack)), kofi(&None, Some(&slack)));
        let mail = kofi(&email, None);
        for (person, place, in_chat, expected) in [
            (&both, None, true, "a direct message in Slack"),
            (&both, Some(&open), true, "the thread in Slack"),
            (&both, Some(&direct), true, "their direct messages in Slack"),
            (&both, None, false, "mail to kofi@example.com"),
            (&both, Some(&open), false, "mail to kofi@example.com"),
            (&chat, None, false, "a direct message in Slack"),
            (&mail, None, true, "mail to kofi@example.com"),
            (&kofi(&None, None), None, true, "no way"),
        ] {
            let how = reached(person, place, in_chat);
            assert!(how.starts_with(expected), "{how} is not {expected}");
        }
    }
}
