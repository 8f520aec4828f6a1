//! Reading tickets: one, its words, its history, and the lists the keys serve.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use desk::history::{Entry, Text};
use desk::ticket::Place;
use desk::{Number, PersonId, QueueId};

use crate::error::Error;
use crate::item::{self, Item, Stored, s};
use crate::key::Key;
use crate::{Store, key};

/// BatchGetItem takes at most this many keys.
const BATCH: usize = 100;
/// How often what a batch left out is asked for again.
const BATCH_TRIES: usize = 10;

/// A place in an index to go on from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Resume {
    /// The item's own keys and the index's, as `[pk, sk, index pk, index sk]`.
    pub keys: [String; 4],
}

/// A page of numbers out of an index.
#[derive(Clone, Debug)]
pub struct Page {
    /// Tickets in the index's order.
    pub numbers: Vec<Number>,
    /// Where the next page begins.
    pub next: Option<Resume>,
}

/// A page of what people asked.
#[derive(Clone, Debug)]
pub struct AskedPage {
    /// Tickets, newest first.
    pub numbers: Vec<Number>,
    /// Before which place the next page begins.
    pub next: Option<String>,
}

/// A list that the keys serve.
#[derive(Clone, Debug)]
pub enum List {
    /// A queue's open tickets, next due first.
    QueueByDue(QueueId),
    /// An agent's open tickets, next due first.
    AgentByDue(PersonId),
}

impl Store {
    /// A ticket as it stands; always what was last committed.
    pub async fn ticket(&self, number: Number) -> Result<Option<Stored>, Error> {
        let item = self.get(key::ticket(number), true).await?;
        item.as_ref().map(Stored::from_item).transpose()
    }

    /// Tickets in the order asked for; missing ones left out.
    pub async fn tickets(&self, numbers: &[Number]) -> Result<Vec<Stored>, Error> {
        let keys = numbers.iter().map(|number| key::ticket(*number)).collect();
        let mut found: HashMap<Number, Stored> = HashMap::new();
        for item in self.batch(keys).await? {
            let stored = Stored::from_item(&item)?;
            found.insert(stored.ticket.number, stored);
        }
        Ok(numbers.iter().filter_map(|number| found.remove(number)).collect())
    }

    /// The words of entries of several tickets.
    pub async fn texts(
        &self,
        wanted: &[(Number, u32)],
    ) -> Result<HashMap<(Number, u32), Text>, Error> {
        let keys = wanted.iter().map(|(number, seq)| key::body(*number, *seq)).collect();
        let mut texts = HashMap::new();
        for item in self.batch(keys).await? {
            if let (Some(number), Some(seq)) = (number_of(&item), seq_of(&item, key::BODY)) {
                texts.insert((number, seq), self.read_text(&item).await?);
            }
        }
        Ok(texts)
    }

    /// The words of some of a ticket's entries.
    pub async fn words(&self, number: Number, seqs: &[u32]) -> Result<HashMap<u32, Text>, Error> {
        let wanted: Vec<_> = seqs.iter().map(|seq| (number, *seq)).collect();
        let texts = self.texts(&wanted).await?;
        Ok(texts.into_iter().map(|((_, seq), text)| (seq, text)).collect())
    }

    /// A ticket's whole history, oldest first, with its words.
    pub async fn history(&self, number: Number) -> Result<Vec<(u32, Entry)>, Error> {
        let mut texts: HashMap<u32, Text> = HashMap::new();
        for item in self.prefixed(number, key::BODY).await? {
            if let Some(seq) = seq_of(&item, key::BODY) {
                texts.insert(seq, self.read_text(&item).await?);
            }
        }
        let entries = self.prefixed(number, key::ENTRY).await?;
        let numbered = entries.iter().filter_map(|item| Some((seq_of(item, key::ENTRY)?, item)));
        numbered.map(|(seq, item)| Ok((seq, item::read_entry(item, texts.remove(&seq))?))).collect()
    }

    /// One of a ticket's entries, without its words.
    pub async fn fact(&self, number: Number, seq: u32) -> Result<Option<Entry>, Error> {
        let item = self.get(key::entry(number, seq), false).await?;
        item.map(|item| item::read_entry(&item, None)).transpose()
    }

    /// Some of a ticket's entries, with their words.
    pub async fn entries(
        &self,
        number: Number,
        first: u32,
        last: u32,
    ) -> Result<Vec<(u32, Entry)>, Error> {
        let seqs = first..=last;
        let keys = seqs.clone().map(|seq| key::entry(number, seq));
        let keys = keys.chain(seqs.map(|seq| key::body(number, seq))).collect();
        let items = self.batch(keys).await?;
        let mut texts: HashMap<u32, Text> = HashMap::new();
        for item in &items {
            if let Some(seq) = seq_of(item, key::BODY) {
                texts.insert(seq, self.read_text(item).await?);
            }
        }
        let mut entries = Vec::new();
        for item in &items {
            if let Some(seq) = seq_of(item, key::ENTRY) {
                entries.push((seq, item::read_entry(item, texts.remove(&seq))?));
            }
        }
        entries.sort_by_key(|(seq, _)| *seq);
        Ok(entries)
    }

    /// A page of a list, from its beginning or from where the last page ended.
    pub async fn list(
        &self,
        list: &List,
        after: Option<Resume>,
        limit: usize,
    ) -> Result<Page, Error> {
        let (index, partition) = match list {
            List::QueueByDue(queue) => ("work", key::queue_open(queue)),
            List::AgentByDue(agent) => ("mine", key::agent_open(agent)),
        };
        let start = after.map(|place| start_key(index, &place));
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .index_name(index)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", format!("{index}_pk"))
            .expression_attribute_values(":pk", s(partition))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|e| Error::from_sdk("read a list", e))?;
        let numbers = answer.items().iter().filter_map(number_of).collect();
        let next = answer.last_evaluated_key().and_then(|last| place_of(index, last));
        Ok(Page { numbers, next })
    }

    /// What people asked, one person or several who are one by now, newest first. A page goes on
    /// before the place the last one ended at.
    pub async fn asked_by(
        &self,
        people: &[PersonId],
        before: Option<&str>,
        limit: usize,
    ) -> Result<AskedPage, Error> {
        let mut found: Vec<(String, Number)> = Vec::new();
        let mut more = false;
        for person in people {
            let answer = self
                .db
                .query()
                .table_name(&self.table)
                .index_name("asked")
                .key_condition_expression("asked_pk = :pk AND asked_sk < :before")
                .expression_attribute_values(":pk", s(key::asked(person)))
                .expression_attribute_values(":before", s(before.unwrap_or(key::NEVER)))
                .scan_index_forward(false)
                .limit(i32::try_from(limit).unwrap_or(i32::MAX))
                .send()
                .await
                .map_err(|e| Error::from_sdk("read a list", e))?;
            let places = answer.items().iter().filter_map(|item| {
                Some((item::text(item, "asked_sk")?.to_owned(), number_of(item)?))
            });
            found.extend(places);
            more |= answer.last_evaluated_key().is_some();
        }
        found.sort_by(|one, other| other.cmp(one));
        more |= found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(place, _)| place.clone());
        Ok(AskedPage { numbers: found.into_iter().map(|(_, number)| number).collect(), next })
    }

    /// The newest number given out so far; zero on a fresh desk.
    pub async fn newest_number(&self) -> Result<Number, Error> {
        let counter = self.get(key::counter(), true).await?;
        let last = counter.and_then(|item| item::number(&item, "last_number"));
        Ok(Number(last.unwrap_or(0)))
    }

    /// The ticket a thread belongs to.
    pub async fn thread(&self, place: &Place) -> Result<Option<Number>, Error> {
        let item = self.get(key::thread(place), false).await?;
        Ok(item.and_then(|item| item::number(&item, "number")).map(Number))
    }

    pub(crate) async fn get(&self, key: Key, consistent: bool) -> Result<Option<Item>, Error> {
        let get = self
            .db
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(consistent);
        // The client's futures are large, and this one is part of almost every other.
        let answer =
            Box::pin(get.send()).await.map_err(|e| Error::from_sdk("read from the table", e))?;
        Ok(answer.item)
    }

    /// Every item with these keys, in no order. What the service leaves out for size or load is
    /// asked for again.
    pub(crate) async fn batch(&self, mut keys: Vec<Key>) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        while !keys.is_empty() {
            let rest = keys.split_off(keys.len().min(BATCH));
            let wanted = keys.into_iter().map(Key::attributes).collect();
            items.extend(self.batch_of_100(wanted).await?);
            keys = rest;
        }
        Ok(items)
    }

    async fn batch_of_100(&self, mut wanted: Vec<Item>) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        for _ in 0..BATCH_TRIES {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(true)
                .build()
                .map_err(|cause| Error::damaged("a read", cause))?;
            let answer = self
                .db
                .batch_get_item()
                .request_items(&self.table, request)
                .send()
                .await
                .map_err(|e| Error::from_sdk("read from the table", e))?;
            let (found, left) = (answer.responses, answer.unprocessed_keys);
            items.extend(
                found.into_iter().flat_map(|mut by_table| by_table.remove(&self.table)).flatten(),
            );
            wanted = left
                .and_then(|mut by_table| by_table.remove(&self.table))
                .map(|left| left.keys)
                .unwrap_or_default();
            if wanted.is_empty() {
                return Ok(items);
            }
        }
        Err(Error::Busy)
    }

    /// Every item of a ticket whose sort key begins so, in order, page after page.
    pub(crate) async fn prefixed(&self, number: Number, prefix: &str) -> Result<Vec<Item>, Error> {
        self.db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", s(key::ticket_partition(number)))
            .expression_attribute_values(":prefix", s(prefix))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<Item>, _>>()
            .await
            .map_err(|e| Error::from_sdk("read a history", e))
    }

    /// A ticket's entries as they lie there, by number.
    pub(crate) async fn entry_items(&self, number: Number) -> Result<Vec<(u32, Item)>, Error> {
        let items = self.prefixed(number, key::ENTRY).await?.into_iter();
        Ok(items.filter_map(|item| Some((seq_of(&item, key::ENTRY)?, item))).collect())
    }

    /// Their words as they lie there.
    pub(crate) async fn bodies(&self, number: Number) -> Result<HashMap<u32, Item>, Error> {
        let items = self.prefixed(number, key::BODY).await?.into_iter();
        Ok(items.filter_map(|item| Some((seq_of(&item, key::BODY)?, item))).collect())
    }

    async fn read_text(&self, item: &Item) -> Result<Text, Error> {
        let text = self.own_text(item).await?;
        let Some(of) = text.of else { return Ok(text) };
        // A pointer names the place where the words stand, never another pointer.
        let Some(item) = self.get(key::body(of.number, of.seq), true).await? else {
            return Ok(text);
        };
        let words = self.own_text(&item).await?;
        Ok(Text { title: text.title, of: text.of, ..words })
    }

    pub(crate) async fn own_text(&self, item: &Item) -> Result<Text, Error> {
        let Some(blob) = item::text(item, "blob") else { return item::data(item) };
        let json = self.blob(blob).await?.ok_or_else(|| Error::damaged(blob, "missing from S3"))?;
        serde_json::from_slice(&json).map_err(|cause| Error::damaged(blob, cause))
    }
}

fn seq_of(item: &Item, prefix: &str) -> Option<u32> {
    item::text(item, "sk")?.strip_prefix(prefix)?.parse().ok()
}

pub(crate) fn number_of(item: &Item) -> Option<Number> {
    item::text(item, "pk")?.strip_prefix("TICKET#")?.parse().ok().map(Number)
}

fn start_key(index: &str, place: &Resume) -> HashMap<String, AttributeValue> {
    let names = ["pk".into(), "sk".into(), format!("{index}_pk"), format!("{index}_sk")];
    names.into_iter().zip(place.keys.iter().map(s)).collect()
}

fn place_of(index: &str, key: &Item) -> Option<Resume> {
    let names = ["pk".into(), "sk".into(), format!("{index}_pk"), format!("{index}_sk")];
    let values = names.iter().map(|name| item::text(key, name).map(str::to_owned));
    let values: Vec<String> = values.collect::<Option<_>>()?;
    Some(Resume { keys: values.try_into().ok()? })
}
