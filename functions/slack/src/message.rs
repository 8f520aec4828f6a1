//! Messages of people: mentions, words in a ticket's threads, direct messages to the desk, and what
//! becomes of them when they are edited or deleted. One message is one entry, however often and under
//! however many names Slack tells of it.

use chat::slack::payload::{Actor, Said};
use desk::Number;
use desk::config::ChatChannel;
use desk::talk::ChatMessage;
use desk::ticket::Place;
use store::Error;
use store::change::{Along, Once, Underway};
use verbs::filing::{Filed, Filing, file_form};
use verbs::thread::{self, Words};
use verbs::{Reply, Speaker};

use crate::{Slack, files};

/// A conversation in Slack.
pub(crate) fn place(team: &str, channel: &str, thread: &str) -> Place {
    Place::Slack { team: team.into(), channel: channel.into(), thread: thread.into() }
}

/// The ticket a conversation belongs to, and whether it is the one of agents.
async fn known(
    slack: &Slack,
    channel: &str,
    thread: &str,
    place: &Place,
) -> Result<Option<(Number, bool)>, Error> {
    let inside = ChatChannel::Slack(channel.to_owned());
    if let Some(number) = slack.store.card_at(&inside, thread).await? {
        return Ok(Some((number, true)));
    }
    Ok(slack.store.thread(place).await?.map(|number| (number, false)))
}

/// A mention in a ticket's own thread is a message of it; any other opens a ticket.
pub(crate) async fn mentioned(
    slack: &Slack,
    team: &str,
    said: Said,
    underway: &Underway,
) -> Result<(), Error> {
    let heard = Heard::of(slack, team, &said, underway).await?;
    if heard.belongs_to.is_some() && heard.is_spoken(slack, &said).await? {
        return Ok(());
    }
    heard.is_filed(slack, said).await.map(drop)
}

/// Words in a ticket's thread belong to it; those said to the desk alone do, too, or open one. All
/// other words are none of the desk's business.
pub(crate) async fn said(
    slack: &Slack,
    team: &str,
    said: Said,
    underway: &Underway,
) -> Result<(), Error> {
    if said.text.is_empty() && said.files.is_empty() {
        return Ok(());
    }
    if said.thread_ts.is_none() && !said.is_direct {
        return Ok(());
    }
    let heard = Heard::of(slack, team, &said, underway).await?;
    if heard.belongs_to.is_some() && heard.is_spoken(slack, &said).await? {
        return Ok(());
    }
    match said.is_direct {
        true => crate::direct::said(slack, heard, said).await,
        false => Ok(()),
    }
}

/// Somebody says otherwise what they said.
pub(crate) async fn changed(
    slack: &Slack,
    team: &str,
    event: &str,
    said: Said,
    underway: &Underway,
) -> Result<(), Error> {
    let thread = said.thread_ts.as_deref().unwrap_or(&said.ts);
    let place = place(team, &said.channel, thread);
    let speaker = slack.speaker(team, &said.user, "", Some(place.clone())).await?;
    let once = slack.once(format!("event#{event}"));
    let along = slack.along(Some(once), underway);
    thread::edited(&slack.store, &speaker, &place, &said.ts, &said.text, along).await?;
    Ok(())
}

/// Somebody takes back what they said.
pub(crate) async fn deleted(
    slack: &Slack,
    team: &str,
    event: &str,
    place: &Place,
    ts: &str,
    user: Option<&str>,
    underway: &Underway,
) -> Result<(), Error> {
    let Some(user) = user else { return Ok(()) };
    let speaker = slack.speaker(team, user, "", Some(place.clone())).await?;
    let once = slack.once(format!("event#{event}"));
    let along = slack.along(Some(once), underway);
    thread::deleted(&slack.store, &speaker, place, ts, along).await?;
    Ok(())
}

/// A message, and where it belongs.
pub(crate) struct Heard {
    /// Who said it.
    pub speaker: Speaker,
    /// The conversation.
    pub place: Place,
    /// The ticket of the conversation, and whether it is the one of agents.
    pub belongs_to: Option<(Number, bool)>,
    once: Once,
    underway: Underway,
}

impl Heard {
    async fn of(
        slack: &Slack,
        team: &str,
        said: &Said,
        underway: &Underway,
    ) -> Result<Heard, Error> {
        let thread = said.thread_ts.as_deref().unwrap_or(&said.ts);
        let place = place(team, &said.channel, thread);
        let belongs_to = match &said.thread_ts {
            Some(thread) => known(slack, &said.channel, thread, &place).await?,
            None => None,
        };
        let speaker = slack.speaker(team, &said.user, "", Some(place.clone())).await?;
        // Slack tells of a mention twice, as a mention and as a message: both are this message.
        let once = slack.once(format!("message#{team}#{}#{}", said.channel, said.ts));
        Ok(Heard { speaker, place, belongs_to, once, underway: underway.clone() })
    }

    /// A message whose author was asked which ticket it is about.
    pub async fn again(
        slack: &Slack,
        by: &Actor,
        said: &Said,
        underway: &Underway,
    ) -> Result<Heard, Error> {
        Heard::of(slack, &by.team, said, underway).await
    }

    /// What keeps the message from being heard twice.
    pub fn along(&self, slack: &Slack) -> Along {
        slack.along(Some(self.once.clone()), &self.underway)
    }

    /// Says it in the conversation's ticket; false where that takes no more from this person.
    async fn is_spoken(&self, slack: &Slack, said: &Said) -> Result<bool, Error> {
        let Some((number, inside)) = self.belongs_to else { return Ok(false) };
        self.say_in(slack, number, inside, said).await.map(|reply| reply.is_some())
    }

    /// Says it in a ticket.
    pub async fn say_in(
        &self,
        slack: &Slack,
        number: Number,
        inside: bool,
        said: &Said,
    ) -> Result<Option<Reply>, Error> {
        let kept = files::bring(slack, &self.speaker, &said.files).await?;
        let chat = ChatMessage { place: self.place.clone(), id: said.ts.clone(), inside };
        let words = Words { chat, text: kept.beside(&said.text), files: kept.files };
        thread::said(&slack.store, &self.speaker, number, words, self.along(slack)).await
    }

    /// Files it as a ticket of its own, which goes on from the one the thread belongs to.
    pub async fn is_filed(&self, slack: &Slack, said: Said) -> Result<Filed, Error> {
        let kept = files::bring(slack, &self.speaker, &said.files).await?;
        let name = &self.speaker.person.name;
        let along = Along {
            arrival: Some(verbs::arrival(&slack.store, "slack", name, &said.text)),
            threads: match self.belongs_to {
                None => vec![self.place.clone()],
                Some(_) => Vec::new(),
            },
            ..self.along(slack)
        };
        let before = match self.belongs_to {
            Some((number, _)) => slack.store.ticket(number).await?,
            None => None,
        };
        let theirs = before.filter(|stored| {
            let asker = &stored.ticket.requester;
            self.speaker.person.id == *asker || self.speaker.person.was.contains(asker)
        });
        let filing = Filing {
            description: kept.beside(&said.text),
            files: kept.files,
            follow_up_of: theirs.map(|stored| stored.ticket.number),
            ..Filing::default()
        };
        file_form(&slack.store, &self.speaker, filing, along).await
    }
}
