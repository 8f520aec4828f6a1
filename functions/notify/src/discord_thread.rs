//! A ticket asked in a Discord channel is talked about in a private thread below it: the requester, the
//! app, and whoever may manage threads there.

use chat::send::SendError;
use desk::PersonId;
use desk::person::{Identity, Person};
use desk::ticket::Place;
use store::talk::Landing;

use crate::deliver::Left;
use crate::facts::Facts;
use crate::{Error, Notify};

/// Opens the thread and lets the requester in. None where Discord does not allow one there: then they
/// are written to directly.
pub(crate) async fn open(
    notify: &Notify,
    facts: &Facts,
    requester: &PersonId,
    person: &Person,
    asked_in: &str,
) -> Result<Result<Option<Place>, Left>, Error> {
    let user = person.chat.iter().find_map(|account| match account {
        Identity::Discord { user } => Some(user),
        Identity::Slack { .. } | Identity::Email(_) => None,
    });
    let Some(user) = user else { return Ok(Ok(None)) };
    let number = facts.ticket().number;
    let name = format!("{number} {}", facts.stored.title);
    let opened = async {
        let thread = notify.discord.private_thread(asked_in, &name).await?;
        notify.discord.add_to_thread(&thread, user).await?;
        Ok(thread)
    };
    match opened.await {
        Ok(channel) => {
            let place = Place::Discord { channel };
            let talk = Landing::Talk(requester.clone(), place.clone());
            notify.store.landed(number, &talk).await?;
            Ok(Ok(Some(place)))
        }
        Err(SendError::Permanent { reason }) => {
            tracing::warn!(ticket = number.0, "no private thread, a direct message: {reason}");
            Ok(Ok(None))
        }
        Err(error) => Ok(Err(error.into())),
    }
}

/// A closed ticket's thread takes no more words. Discord not allowing that harms nobody.
pub(crate) async fn close(notify: &Notify, facts: &Facts) -> Result<(), Error> {
    let ticket = facts.ticket();
    let talk = notify.store.talk(ticket.number, &ticket.requester).await?;
    if let Some(Place::Discord { channel }) = talk
        && let Err(error) = notify.discord.lock_thread(&channel, true).await
    {
        tracing::warn!(ticket = ticket.number.0, "a thread stays open: {error}");
    }
    Ok(())
}
