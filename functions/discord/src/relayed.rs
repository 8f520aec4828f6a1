//! What the relay tells of messages in Discord's threads: they are words of the ticket the thread
//! belongs to; an answer to a card in a queue's channel is a note. Everything else is let go.

use bytes::Bytes;
use chat::discord::payload::User;
use chat::discord::relay::{self, Happened, Relayed};
use desk::config::ChatChannel;
use desk::talk::ChatMessage;
use desk::ticket::Place;
use http::{HeaderMap, Response, StatusCode};
use serde_json::json;
use store::Error;
use store::change::{Along, Underway};
use verbs::Speaker;
use verbs::door::{answer, header};
use verbs::later::{Ended, Work};
use verbs::thread::{self, Words};

use crate::{Discord, file};

/// Answers the relay: 200 once it is done or handed over, 503 where it should come again.
pub(crate) async fn handle(discord: &Discord, headers: &HeaderMap, body: Bytes) -> Response<Bytes> {
    let (at, given) = (header(headers, relay::TIMESTAMP), header(headers, relay::SIGNATURE));
    let wall = discord.store.wall().as_second();
    if let Err(error) = discord.client.relay_key().verify(wall, at, given, &body) {
        return answer(StatusCode::UNAUTHORIZED, &json!({ "error": error.to_string() }));
    }
    let Ok(relayed) = serde_json::from_slice::<Relayed>(&body) else {
        let why =
            json!({ "error": "this is no message of the relay's: use one of the same version" });
        return answer(StatusCode::BAD_REQUEST, &why);
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    let work = Work { path: relay::PATH.into(), body };
    let underway = Underway::default();
    let doing = take(discord, &relayed, &underway);
    match discord.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(taken) => answer(StatusCode::OK, &json!({ "taken": taken })),
        Ended::HandedOver => answer(StatusCode::OK, &json!({ "taken": true })),
        Ended::NotDone { .. } => {
            let why = json!({ "error": "the desk cannot reach its storage; try again" });
            answer(StatusCode::SERVICE_UNAVAILABLE, &why)
        }
    }
}

/// Takes a message in its own time; what is not the relay's is nothing.
pub(crate) async fn work(discord: &Discord, body: &str) -> Result<(), Error> {
    match serde_json::from_str::<Relayed>(body) {
        Ok(relayed) => take(discord, &relayed, &Underway::default()).await.map(drop),
        Err(_) => Ok(()),
    }
}

/// Whether it belonged to a ticket.
async fn take(discord: &Discord, relayed: &Relayed, underway: &Underway) -> Result<bool, Error> {
    if !discord.serves(relayed.guild.as_deref()).await? {
        return Ok(false);
    }
    let place = Place::Discord { channel: relayed.channel.clone() };
    let along = Along { underway: underway.clone(), ..Along::default() };
    let store = &discord.store;
    let reply = match relayed.what {
        Happened::Said => return said(discord, relayed, place, along).await,
        Happened::Edited => match author(discord, relayed, &place).await? {
            Some(speaker) => {
                let (id, text) = (&relayed.message, &relayed.text);
                thread::edited(store, &speaker, &place, id, text, along).await?
            }
            None => None,
        },
        Happened::Deleted => match author(discord, relayed, &place).await? {
            Some(speaker) => {
                thread::deleted(store, &speaker, &place, &relayed.message, along).await?
            }
            None => None,
        },
    };
    Ok(reply.is_some())
}

async fn said(
    discord: &Discord,
    relayed: &Relayed,
    place: Place,
    along: Along,
) -> Result<bool, Error> {
    let store = &discord.store;
    let card = match &relayed.replies_to {
        Some(card) => store.card_at(&ChatChannel::Discord(relayed.channel.clone()), card).await?,
        None => None,
    };
    let inside = card.is_some();
    let number = match card {
        Some(number) => Some(number),
        None => store.thread(&place).await?,
    };
    let (Some(number), Some((id, name))) = (number, &relayed.author) else { return Ok(false) };
    let user = User { id: id.clone(), name: name.clone() };
    let Some(speaker) = discord.known(&user).await? else { return Ok(false) };
    let copied = file::copy(discord, &speaker, &relayed.files).await?;
    let words = Words {
        chat: ChatMessage { place, id: relayed.message.clone(), inside },
        text: copied.with(&relayed.text),
        files: copied.files,
    };
    let once = verbs::once(store, "discord", format!("message#{}", relayed.message));
    let along = Along { once: Some(once), ..along };
    Ok(thread::said(store, &speaker, number, words, along).await?.is_some())
}

/// Whose message it is: Discord does not say of one that was deleted, so the history is asked.
async fn author(
    discord: &Discord,
    relayed: &Relayed,
    place: &Place,
) -> Result<Option<Speaker>, Error> {
    if let Some((id, name)) = &relayed.author {
        return discord.known(&User { id: id.clone(), name: name.clone() }).await;
    }
    let store = &discord.store;
    let Some((number, seq)) = store.said_at(place, &relayed.message).await? else {
        return Ok(None);
    };
    let entries = store.entries(number, seq, seq).await?;
    let wrote = entries.first().and_then(|(_, entry)| entry.by.person_id().cloned());
    let Some(wrote) = wrote else { return Ok(None) };
    let Some(person) = store.person(&wrote).await? else { return Ok(None) };
    let organisation = store.organisation_of(&person).await?;
    let channel = desk::Channel::Discord;
    Ok(Some(Speaker { person, is_new: false, organisation, channel, place: None }))
}
