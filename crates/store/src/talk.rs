//! Where a ticket is talked about in chat: the card in its queue's channel, the conversation with each
//! person, and which message there is which entry of its history.

use desk::config::ChatChannel;
use desk::talk::ChatMessage;
use desk::ticket::Place;
use desk::{Number, PersonId, QueueId};
use serde::{Deserialize, Serialize};

use crate::delivery::Sent;
use crate::error::Error;
use crate::item::{self, Item, n};
use crate::key::{self, Key};
use crate::{Store, correspondence};

/// A ticket's card in a queue's channel. Agents talk below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The queue it is of.
    pub queue: QueueId,
    /// The channel, by its id.
    pub channel: ChatChannel,
    /// What the service calls the message.
    pub message: String,
    /// The version of the ticket it shows.
    #[serde(default)]
    pub shown: u32,
}

/// What is to be known of a message that landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// Answers in this thread belong to the ticket.
    Thread(Place),
    /// Answers to this mail belong to the ticket.
    Mail {
        /// Its Message-ID, without `<>`.
        message_id: String,
        /// Which message it is: `ticket/sequence/audience/channel`.
        id: String,
    },
    /// It is the ticket's card, and what agents say below it belongs to the ticket.
    Card(Card),
    /// The conversation with this person goes on there, and belongs to the ticket.
    Talk(PersonId, Place),
}

impl Store {
    /// The cards of a ticket: one in each channel it came through.
    pub async fn cards(&self, number: Number) -> Result<Vec<Card>, Error> {
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :card)")
            .expression_attribute_values(":pk", item::s(key::ticket_partition(number)))
            .expression_attribute_values(":card", item::s(key::CARD))
            .consistent_read(true)
            .send()
            .await
            .map_err(|e| Error::from_sdk("read where a ticket's cards are", e))?;
        answer.items.unwrap_or_default().iter().map(item::data).collect()
    }

    /// The ticket whose card this message is.
    pub async fn card_at(
        &self,
        channel: &ChatChannel,
        message: &str,
    ) -> Result<Option<Number>, Error> {
        let item = self.get(key::card_thread(channel, message), false).await?;
        Ok(item.and_then(|item| item::number(&item, "number")).map(Number))
    }

    /// Where the conversation with this person about a ticket goes on; none where it has no place yet.
    pub async fn talk(&self, number: Number, with: &PersonId) -> Result<Option<Place>, Error> {
        let item = self.get(key::talk(number, with), true).await?;
        item.as_ref().map(item::data).transpose()
    }

    /// Remembers where something landed, by itself.
    pub async fn landed(&self, number: Number, landing: &Landing) -> Result<(), Error> {
        let items = rows(number, landing)?.into_iter().map(|item| self.put(item));
        self.written_down(items.collect::<Result<_, Error>>()?).await
    }

    /// The entry a message in chat was written down as.
    pub async fn said_at(&self, place: &Place, id: &str) -> Result<Option<(Number, u32)>, Error> {
        let item = self.get(key::said(place, id), false).await?;
        Ok(item.and_then(|item| {
            Some((Number(item::number(&item, "number")?), item::number(&item, "seq")?))
        }))
    }

    /// What is remembered of the message to a queue's channel about an entry.
    pub async fn sent_to_queue(
        &self,
        number: Number,
        seq: u32,
        queue: &QueueId,
    ) -> Result<Option<Sent>, Error> {
        let item = self.get(key::sent(number, seq, queue.as_str(), "queue"), true).await?;
        item.as_ref().map(item::data).transpose()
    }
}

/// The rows of what landed.
pub(crate) fn rows(number: Number, landing: &Landing) -> Result<Vec<Item>, Error> {
    Ok(match landing {
        Landing::Thread(place) => vec![thread(place, number)],
        Landing::Mail { message_id, id } => vec![correspondence::sent(message_id, id, number)],
        Landing::Card(card) => vec![
            key::card(number, &card.queue).with(card)?,
            numbered(key::card_thread(&card.channel, &card.message), number),
        ],
        Landing::Talk(person, place) => {
            vec![key::talk(number, person).with(place)?, thread(place, number)]
        }
    })
}

/// The row by which answers in a thread find their ticket.
pub(crate) fn thread(place: &Place, number: Number) -> Item {
    numbered(key::thread(place), number)
}

/// The row by which a message in chat finds its entry, should it be edited or deleted there.
pub(crate) fn said(chat: &ChatMessage, number: Number, seq: u32) -> Item {
    let mut item = numbered(key::said(&chat.place, &chat.id), number);
    item.insert("seq".into(), n(seq));
    item
}

fn numbered(key: Key, number: Number) -> Item {
    let mut item = key.attributes();
    item.insert("number".into(), n(number.0));
    item
}
