//! A letter as a message in chat: how it looks in either service, and where it is posted.

use chat::discord::card as discord;
use chat::send::SendError;
use chat::slack::card as slack;
use chat::view::Button;
use desk::config::ChatChannel;
use desk::ticket::Place;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::lane::Waiting;
use store::talk::{Card, Landing};

use crate::Notify;
use crate::deliver::Left;
use crate::facts::Facts;
use crate::letter::{Kind, Letter};
use crate::words;

/// For so long at least Discord drops a repeated nonce; its documentation says "a few minutes".
const NONCE_IS_KNOWN: SignedDuration = SignedDuration::from_mins(2);

/// A letter with the buttons its reader can press.
pub(crate) struct Post<'a> {
    pub row: &'a Waiting,
    pub facts: &'a Facts,
    pub letter: &'a Letter,
    pub buttons: &'a [Button],
}

impl Post<'_> {
    pub fn for_slack(&self) -> slack::Message {
        let view = words::view(self.facts, self.letter);
        match self.letter.kind {
            Kind::Alert => {
                let (subject, facts) = (&self.letter.subject, &self.letter.facts);
                slack::alert(subject, facts, &view, self.buttons)
            }
            Kind::Card => slack::card(&view, self.buttons),
            Kind::Words if self.buttons.is_empty() => slack::notice(&self.letter.short()),
            Kind::Words => slack::above(&self.letter.short(), slack::card(&view, self.buttons)),
        }
    }

    pub fn for_discord(&self) -> Value {
        let view = words::view(self.facts, self.letter);
        match self.letter.kind {
            Kind::Alert => {
                let (subject, facts) = (&self.letter.subject, &self.letter.facts);
                discord::alert(subject, facts, &view, self.buttons)
            }
            Kind::Card => discord::card(&view, self.buttons),
            Kind::Words if self.buttons.is_empty() => discord::notice(&self.letter.short()),
            Kind::Words => discord::above(&self.letter.short(), discord::card(&view, self.buttons)),
        }
    }

    /// Says it in a Slack conversation.
    pub async fn in_slack(&self, notify: &Notify, channel: &str, thread: Option<&str>) -> Left {
        match notify.slack.post_message(channel, &self.for_slack(), thread).await {
            Ok(posted) => {
                let below = thread.unwrap_or(&posted.ts);
                self.files_below(notify, &posted.channel, below).await;
                Left::sent(format!("slack/{}/{}", posted.channel, posted.ts))
            }
            Err(error) => error.into(),
        }
    }

    /// Says it to one person in Slack; what they answer below it belongs to the ticket.
    pub async fn to_slack_user(&self, notify: &Notify, team: &str, user: &str) -> Left {
        let left = self.in_slack(notify, user, None).await;
        let Left::Sent { reference, .. } = left else { return left };
        let thread = match posted_at(&reference) {
            Some((ChatChannel::Slack(channel), ts)) => {
                let (team, thread) = (team.to_owned(), ts.to_owned());
                Some(Landing::Thread(Place::Slack { team, channel, thread }))
            }
            _ => None,
        };
        Left::Sent { reference, landings: thread.into_iter().collect() }
    }

    /// Says it in a Discord channel, below a message if one is named.
    pub async fn in_discord(&self, notify: &Notify, channel: &str, below: Option<&str>) -> Left {
        let mut body = self.for_discord();
        if let Some(message) = below {
            body["message_reference"] =
                json!({ "message_id": message, "fail_if_not_exists": false });
        }
        let nonce = self.row.owed.id();
        match self.posted_before(notify, channel, &body, &nonce).await {
            Ok(Some(id)) => return Left::sent(format!("discord/{channel}/{id}")),
            Ok(None) => {}
            Err(error) => return error.into(),
        }
        match notify.discord.post_message(channel, &body, &nonce).await {
            Ok(id) => Left::sent(format!("discord/{channel}/{id}")),
            Err(error) => error.into(),
        }
    }

    /// The message this was posted as by an attempt whose answer was lost. So long as Discord knows the
    /// nonce, it drops a repetition itself.
    async fn posted_before(
        &self,
        notify: &Notify,
        channel: &str,
        body: &Value,
        nonce: &str,
    ) -> Result<Option<String>, SendError> {
        let since = self.row.since;
        if since.duration_until(notify.store.now()) < NONCE_IS_KNOWN {
            return Ok(None);
        }
        let since = since.as_millisecond();
        match notify.discord.find_message(channel, body, nonce, since).await {
            // Whoever may post without reading is not kept from posting.
            Err(SendError::Permanent { .. }) => Ok(None),
            found => found,
        }
    }
}

/// Where a message was posted, as it is remembered.
pub(crate) fn posted_at(reference: &str) -> Option<(ChatChannel, &str)> {
    let mut parts = reference.splitn(3, '/');
    let channel = match (parts.next()?, parts.next()?) {
        ("slack", channel) => ChatChannel::Slack(channel.to_owned()),
        ("discord", channel) => ChatChannel::Discord(channel.to_owned()),
        _ => return None,
    };
    Some((channel, parts.next()?))
}

/// What is remembered of a card that was posted.
pub(crate) fn card_at(queue: &desk::QueueId, reference: &str, shown: u32) -> Option<Landing> {
    let (channel, message) = posted_at(reference)?;
    let message = message.to_owned();
    Some(Landing::Card(Card { queue: queue.clone(), channel, message, shown }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_where_it_was_posted() {
        let slack = ChatChannel::Slack("C1".into());
        assert_eq!(posted_at("slack/C1/17.2"), Some((slack, "17.2")));
        let discord = ChatChannel::Discord("5".into());
        assert_eq!(posted_at("discord/5/6"), Some((discord, "6")));
        for other in ["", "slack", "slack/C1", "010001-mail-id", "told another way"] {
            assert_eq!(posted_at(other), None, "{other}");
        }
    }
}
