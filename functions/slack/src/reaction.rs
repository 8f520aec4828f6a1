//! Emoji on messages: a ticket out of what somebody said, and what agents do to one without opening
//! anything. Anybody may ask for a ticket or say that it is urgent; the rest is for those who work here.
//! A channel may opt out.

use chat::slack::Quoted;
use chat::view::Button;
use desk::config::ChatChannel;
use desk::{Number, Priority};
use store::Error;
use store::change::{Along, Underway};
use verbs::dialog::{Then, answer, words};
use verbs::filing::{Filed, Filing, file_form};
use verbs::{Reply, Speaker};

use crate::{Slack, files, message, person};

/// An emoji somebody put on a message.
pub(crate) struct Put {
    /// The workspace.
    pub team: String,
    /// Who.
    pub user: String,
    /// Its name.
    pub name: String,
    /// Where.
    pub channel: String,
    /// On which message.
    pub ts: String,
}

/// What an emoji means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Ticket,
    Claim,
    Resolve,
    Urgent,
}

/// The emoji by their names in Slack.
fn wish(name: &str) -> Option<Wish> {
    match name {
        "ticket" | "admission_tickets" => Some(Wish::Ticket),
        "eyes" => Some(Wish::Claim),
        "white_check_mark" | "heavy_check_mark" => Some(Wish::Resolve),
        "rotating_light" => Some(Wish::Urgent),
        _ => None,
    }
}

/// Does what the emoji means, and says so with the same one.
pub(crate) async fn put(slack: &Slack, put: Put, underway: &Underway) -> Result<(), Error> {
    let Some(wish) = wish(&put.name) else { return Ok(()) };
    let config = slack.store.config().await?;
    let channel = ChatChannel::Slack(put.channel.clone());
    if config.no_emoji.contains(&channel) {
        return Ok(());
    }
    let place = message::place(&put.team, &put.channel, &put.ts);
    let number = match slack.store.card_at(&channel, &put.ts).await? {
        Some(number) => Some(number),
        None => slack.store.thread(&place).await?,
    };
    let once = format!("emoji#{}#{}#{}#{}#{}", put.team, put.channel, put.ts, put.user, put.name);
    let along = slack.along(Some(slack.once(once)), underway);
    let reply = match (number, wish) {
        (None, Wish::Ticket) => filed(slack, &put, None, along).await?,
        (None, Wish::Urgent) => filed(slack, &put, Some(Priority::Urgent), along).await?,
        (Some(number), wish) => done(slack, &put, number, wish, along).await?,
        (None, Wish::Claim | Wish::Resolve) => None,
    };
    match reply {
        Some(Reply::Card(..)) => slack.mark(&put).await,
        // A refusal is for whoever pressed, and for nobody else.
        Some(reply) => slack.tell(&put.user, &crate::message(reply)).await,
        None => {}
    }
    Ok(())
}

/// What somebody said becomes a ticket: theirs, where an agent asks for it or they did themselves;
/// else of whoever asks. People hear of it in the message's thread.
async fn filed(
    slack: &Slack,
    put: &Put,
    priority: Option<Priority>,
    along: Along,
) -> Result<Option<Reply>, Error> {
    let found = slack.client.message(&put.channel, &put.ts).await;
    let quoted = found.unwrap_or_else(|error| {
        tracing::warn!("Slack did not say what a message says: {error}");
        None
    });
    let Some((quoted, author)) = quoted.and_then(|quoted| Some((quoted.clone(), quoted.user?)))
    else {
        return Ok(None);
    };
    let thread = quoted.thread_ts.as_deref().unwrap_or(&put.ts);
    let place = message::place(&put.team, &put.channel, thread);
    let speaker = slack.speaker(&put.team, &put.user, "", Some(place.clone())).await?;
    let is_known = slack.store.thread(&place).await?.is_some();
    let staff = slack.store.config().await?.role(&speaker.person.id).is_staff();
    let on_behalf_of = match author == put.user || !staff {
        true => None,
        false => {
            let (store, client) = (&slack.store, &slack.client);
            Some(person::identify(store, client, &put.team, &author, "").await?)
        }
    };
    let kept = files::bring(slack, &speaker, &quoted.files).await?;
    let along = Along {
        arrival: Some(verbs::arrival(&slack.store, "slack", &speaker.person.name, &quoted.text)),
        threads: if is_known { Vec::new() } else { vec![place] },
        ..along
    };
    let speaker = Speaker { place: speaker.place.filter(|_| !is_known), ..speaker };
    let description = kept.beside(&said_by(&quoted, &author, put, staff));
    let filing =
        Filing { description, priority, files: kept.files, on_behalf_of, ..Filing::default() };
    match file_form(&slack.store, &speaker, filing, along).await? {
        Filed::Done(reply) => Ok(Some(reply)),
        Filed::Problems(_) => Ok(None),
    }
}

/// Whoever files what somebody else said is not taken for its author.
fn said_by(quoted: &Quoted, author: &str, put: &Put, staff: bool) -> String {
    match author == put.user || staff {
        true => quoted.text.clone(),
        false => format!("{}\n(said by @{author})", quoted.text),
    }
}

async fn done(
    slack: &Slack,
    put: &Put,
    number: Number,
    wish: Wish,
    along: Along,
) -> Result<Option<Reply>, Error> {
    let speaker = slack.speaker(&put.team, &put.user, "", None).await?;
    let store = &slack.store;
    let button = match wish {
        Wish::Ticket => return Ok(None),
        Wish::Claim => Button::Take,
        Wish::Resolve => Button::Resolve,
        Wish::Urgent => return urgent(slack, &speaker, number, along).await.map(Some),
    };
    // People put these emoji on messages for many reasons: only those who work here mean the ticket.
    if !store.config().await?.role(&speaker.person.id).is_staff() {
        return Ok(None);
    }
    verbs::press(store, &speaker, button, number.0, None, along).await.map(Some)
}

/// An agent makes it urgent; whoever asked says that it is, and an agent decides.
async fn urgent(
    slack: &Slack,
    speaker: &Speaker,
    number: Number,
    along: Along,
) -> Result<Reply, Error> {
    let store = &slack.store;
    if store.config().await?.role(&speaker.person.id).is_staff() {
        return verbs::agents::prioritise(store, speaker, number, "urgent", along).await;
    }
    let text = words(crate::words::IT_IS_URGENT, Vec::new());
    answer(store, speaker, number, text, Then::Stay, along).await
}

impl Slack {
    async fn mark(&self, put: &Put) {
        if let Err(error) = self.client.react(&put.channel, &put.ts, &put.name).await {
            tracing::warn!("could not put an emoji on a message: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_emoji_mean_something() {
        assert_eq!(wish("ticket"), Some(Wish::Ticket));
        assert_eq!(wish("eyes"), Some(Wish::Claim));
        assert_eq!(wish("white_check_mark"), Some(Wish::Resolve));
        assert_eq!(wish("rotating_light"), Some(Wish::Urgent));
        assert_eq!(wish("tada"), None);
    }
}
