//! Lanes: what is owed, waiting in order for one recipient, channel or bus shard.
//!
//! A row is written in the ticket's transaction and goes when what it owes has left. Whoever sends a
//! lane holds its lease; a row that fails waits longer each time and blocks the rows behind it.

use aws_sdk_dynamodb::types::TransactWriteItem;
use desk::PersonId;
use desk::outbox::{Lane, Owed};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::delivery::{Sent, record};
use crate::draft::ITEMS_AT_MOST;
use crate::error::Error;
use crate::item::{self, Item, n, s};
use crate::key::Key;
use crate::talk::{self, Landing};
use crate::{Store, key};

/// A row that is still there this long after it should have left is late: the minute looks at it.
const LATE_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// How many rows of a lane are read at once.
const ROWS: i32 = 50;
/// How many rows are read at once where there may be very many: what fits into an answer of 1 MB.
const MANY_ROWS: i32 = 2_000;
/// How many transactions are under way at once.
const SIDE_BY_SIDE: usize = 8;
/// So many rows a transaction writes beside the one that goes.
const BESIDE_ONE: usize = ITEMS_AT_MOST - 1;

/// One message waiting in a lane.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where it waits.
    pub key: Key,
    /// What it is.
    pub owed: Owed,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was first owed.
    pub since: Timestamp,
    /// Not to be tried again before this.
    pub retry_at: Timestamp,
    /// Not to leave before this.
    pub not_before: Timestamp,
}

impl Waiting {
    /// Whether it was tried, and is not to be tried again yet.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.attempts > 0 && self.retry_at > now
    }
}

pub(crate) fn row(owed: &Owed, now: Timestamp) -> Result<Item, Error> {
    let lane = key::lane(&owed.lane);
    let mut item = key::owed(&lane, now, owed.number, owed.seq).with(owed)?;
    item.insert("id".into(), s(owed.id()));
    item.insert("since".into(), s(key::instant(now)));
    item.insert("attempts".into(), n(0));
    let late = now.checked_add(LATE_AFTER).unwrap_or(now);
    item::index(&mut item, "due", key::late_shard(&lane), key::instant(late));
    Ok(item)
}

/// A row that nothing rings for when its moment comes: it is due then. What waits for the stream is
/// late, and so due, a minute after it.
pub(crate) fn row_at(owed: &Owed, moment: Timestamp) -> Result<Item, Error> {
    let mut item = row(owed, moment)?;
    let shard = key::late_shard(&key::lane(&owed.lane));
    item::index(&mut item, "due", shard, key::instant(moment));
    Ok(item)
}

impl Store {
    /// Lanes with a row that should have left by `now`.
    pub async fn late_lanes(&self, now: Timestamp) -> Result<Vec<String>, Error> {
        let mut lanes = Vec::new();
        for shard in 0..key::LATE_SHARDS {
            for item in self.all_due_before(&key::late_shard_at(shard), now).await? {
                lanes.extend(item::text(&item, "pk").map(str::to_owned));
            }
        }
        lanes.sort();
        lanes.dedup();
        Ok(lanes)
    }

    /// Lanes with a row that may leave by `now`, whether or not it is late: what a desk that wants
    /// to be at rest still has to send.
    pub async fn unsent_lanes(&self, now: Timestamp) -> Result<Vec<String>, Error> {
        let late = now.checked_add(LATE_AFTER).unwrap_or(now);
        let mut lanes = Vec::new();
        for shard in 0..key::LATE_SHARDS {
            for item in self.all_due_before(&key::late_shard_at(shard), late).await? {
                if may_leave(&item, now) {
                    lanes.extend(item::text(&item, "pk").map(str::to_owned));
                }
            }
        }
        lanes.sort();
        lanes.dedup();
        let mut unsent = Vec::new();
        for lane in lanes {
            // What waits for its next try holds up everything behind it.
            if !self.waiting(&lane).await?.iter().any(|row| row.waits(now)) {
                unsent.push(lane);
            }
        }
        Ok(unsent)
    }

    /// Takes a lane for this long. None where somebody else is sending it; a desk that is alone with
    /// its table (see [`Store::alone`]) takes over what an earlier process left leased.
    pub async fn lease(&self, lane: &str, length: SignedDuration) -> Result<Option<String>, Error> {
        let holder = self.fresh_id();
        let wall = self.wall();
        let until = wall.checked_add(length).unwrap_or(wall);
        let mut item = key::lease(lane).attributes();
        item.insert("holder".into(), s(&holder));
        item.insert("process".into(), s(&self.process));
        item.insert("until".into(), s(key::instant(until)));
        item.insert("expires".into(), n(until.as_second() + 3600));
        let free = "attribute_not_exists(pk) OR #until <= :now";
        let mut put = self
            .db
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", s(key::instant(wall)));
        if self.alone {
            put = put
                .condition_expression(format!("{free} OR #process <> :me"))
                .expression_attribute_names("#process", "process")
                .expression_attribute_values(":me", s(&self.process));
        } else {
            put = put.condition_expression(free);
        }
        let put = put.send().await;
        Ok(Error::condition_held("lease a lane", put)?.then_some(holder))
    }

    /// Keeps a lane for this long from now. False where it was lost meanwhile.
    pub async fn keep_lease(
        &self,
        lane: &str,
        holder: &str,
        length: SignedDuration,
    ) -> Result<bool, Error> {
        let wall = self.wall();
        let until = wall.checked_add(length).unwrap_or(wall);
        let update = self
            .db
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::lease(lane).attributes()))
            .update_expression("SET #until = :until")
            .condition_expression("holder = :me")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":until", s(key::instant(until)))
            .expression_attribute_values(":me", s(holder))
            .send()
            .await;
        Error::condition_held("keep a lane", update)
    }

    /// Gives a lane back.
    pub async fn release(&self, lane: &str, holder: &str) -> Result<(), Error> {
        let delete = self
            .db
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key::lease(lane).attributes()))
            .condition_expression("holder = :me")
            .expression_attribute_values(":me", s(holder))
            .send()
            .await;
        Error::condition_held("give a lane back", delete)?;
        Ok(())
    }

    /// The first rows of a lane, in order.
    pub async fn waiting(&self, lane: &str) -> Result<Vec<Waiting>, Error> {
        self.waiting_after(lane, None).await
    }

    /// The rows of a lane behind this one, in order; at most a page.
    pub async fn waiting_after(
        &self,
        lane: &str,
        after: Option<&Key>,
    ) -> Result<Vec<Waiting>, Error> {
        self.rows(lane, after).await?.iter().map(read_row).collect()
    }

    /// The same, as many of them as one answer holds.
    pub async fn many_waiting_after(
        &self,
        lane: &str,
        after: Option<&Key>,
    ) -> Result<Vec<Waiting>, Error> {
        self.so_many_rows(lane, after, MANY_ROWS).await?.iter().map(read_row).collect()
    }

    pub(crate) async fn rows(&self, lane: &str, after: Option<&Key>) -> Result<Vec<Item>, Error> {
        self.so_many_rows(lane, after, ROWS).await
    }

    async fn so_many_rows(
        &self,
        lane: &str,
        after: Option<&Key>,
        most: i32,
    ) -> Result<Vec<Item>, Error> {
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk < :lease")
            .expression_attribute_values(":pk", s(lane))
            .expression_attribute_values(":lease", s("LEASE"))
            .consistent_read(true)
            .set_exclusive_start_key(after.cloned().map(Key::attributes))
            .limit(most)
            .send()
            .await
            .map_err(|e| Error::from_sdk("read a lane", e))?;
        Ok(answer.items.unwrap_or_default())
    }

    /// A message has left: its row goes, what is known of it stays, and answers to it will find the
    /// ticket. False where the row was already gone.
    pub async fn settle(
        &self,
        row: &Waiting,
        sent: &Sent,
        landings: &[Landing],
    ) -> Result<bool, Error> {
        let mut items = vec![self.delete(row.key.clone())?, self.put(record(row, sent)?)?];
        for landing in landings {
            for item in talk::rows(row.owed.number, landing)? {
                items.push(self.put(item)?);
            }
        }
        self.written_first(items).await
    }

    /// A message goes another way: rows in other lanes take its place.
    pub async fn redirect(&self, row: &Waiting, owed: Vec<Owed>) -> Result<(), Error> {
        self.redirect_all(&[(row.clone(), owed)]).await
    }

    /// The day has begun: what it owes waits in its lanes, and the next day in this one.
    pub async fn daily(&self, row: &Waiting, owed: &[Owed], next: Timestamp) -> Result<(), Error> {
        let (first, rest) = owed.split_at(owed.len().min(ITEMS_AT_MOST - 2));
        for rows in rest.chunks(ITEMS_AT_MOST) {
            let rows = rows.iter().map(|owed| self.put(self::row(owed, row.not_before)?));
            self.written_first(rows.collect::<Result<_, Error>>()?).await?;
        }
        let mut items = vec![self.delete(row.key.clone())?, self.put(self.day(next)?)?];
        for owed in first {
            items.push(self.put(self::row(owed, row.not_before)?)?);
        }
        self.written_first(items).await?;
        Ok(())
    }

    /// Makes sure that there is a next day.
    pub async fn begin_days(&self, next: Timestamp) -> Result<(), Error> {
        if self.waiting(key::DAILY).await?.is_empty() {
            let put = self.put(self.day(next)?)?;
            self.written_first(vec![put]).await?;
        }
        Ok(())
    }

    fn day(&self, begins: Timestamp) -> Result<Item, Error> {
        let owed = Owed {
            number: desk::Number(0),
            seq: 0,
            lane: Lane::Daily,
            message: desk::message::Message::Digest,
            otherwise: desk::outbox::Otherwise::Nothing,
            except: Vec::new(),
            urgent: false,
        };
        row_at(&owed, begins)
    }

    /// Several messages have left as one: their rows go, what is known of them stays.
    pub async fn settle_all(&self, rows: &[Waiting], sent: &Sent) -> Result<(), Error> {
        let pair =
            |row: &Waiting| Ok(vec![self.put(record(row, sent)?)?, self.delete(row.key.clone())?]);
        self.in_groups(rows.iter().map(pair)).await
    }

    /// Several messages go another way: rows in other lanes take the place of each.
    pub async fn redirect_all(&self, rows: &[(Waiting, Vec<Owed>)]) -> Result<(), Error> {
        let instead = |owed: &Owed, row: &Waiting| self.put(self::row(owed, row.since)?);
        for (row, owed) in rows {
            // What does not fit beside the row that goes is there before it goes.
            for more in owed.get(BESIDE_ONE..).unwrap_or_default().chunks(ITEMS_AT_MOST) {
                let more = more.iter().map(|owed| instead(owed, row));
                self.written_first(more.collect::<Result<_, Error>>()?).await?;
            }
        }
        let group = |(row, owed): &(Waiting, Vec<Owed>)| {
            let mut items = vec![self.delete(row.key.clone())?];
            for owed in owed.iter().take(BESIDE_ONE) {
                items.push(instead(owed, row)?);
            }
            Ok(items)
        };
        self.in_groups(rows.iter().map(group)).await
    }

    /// Messages are to leave later, and keep nobody waiting until then.
    pub async fn defer(&self, rows: &[Waiting], until: Timestamp) -> Result<(), Error> {
        let pair = |row: &Waiting| {
            let mut later = row_at(&row.owed, until)?;
            later.insert("since".into(), s(key::instant(row.since)));
            Ok(vec![self.delete(row.key.clone())?, self.put(later)?])
        };
        self.in_groups(rows.iter().map(pair)).await
    }

    /// Writes what belongs to each row together, as many rows at once as a transaction takes and several
    /// transactions side by side: after a storm one person has a hundred thousand rows.
    async fn in_groups(
        &self,
        groups: impl Iterator<Item = Result<Vec<TransactWriteItem>, Error>>,
    ) -> Result<(), Error> {
        let mut writing: JoinSet<Result<bool, Error>> = JoinSet::new();
        let mut groups = groups.peekable();
        while groups.peek().is_some() {
            let mut items: Vec<TransactWriteItem> = Vec::new();
            let fits = |group: &Result<Vec<_>, _>, items: &[_]| {
                group.as_ref().map_or(true, |group| items.len() + group.len() <= ITEMS_AT_MOST)
            };
            while let Some(group) = groups.next_if(|group| fits(group, &items)) {
                items.extend(group?);
            }
            if writing.len() >= SIDE_BY_SIDE
                && let Some(written) = writing.join_next().await
            {
                ended(written)?;
            }
            let store = self.clone();
            writing.spawn(async move { store.written_first(items).await });
        }
        while let Some(written) = writing.join_next().await {
            ended(written)?;
        }
        Ok(())
    }

    /// Until when news of this sort waits for company in this lane; none where it may leave at once.
    pub async fn paced(
        &self,
        lane: &str,
        sort: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let item = self.get(key::pace(lane, sort), true).await?;
        let until = item.and_then(|item| item::text(&item, "until")?.parse().ok());
        Ok(until.filter(|until| *until > now))
    }

    /// News of this sort left in this lane: what comes of it before this moment waits for it.
    pub async fn pace(&self, lane: &str, sort: &str, until: Timestamp) -> Result<(), Error> {
        let mut item = key::pace(lane, sort).attributes();
        item.insert("until".into(), s(key::instant(until)));
        let wall = self.wall().as_second();
        item.insert("expires".into(), n(wall + 86_400));
        let put = self.put(item)?;
        self.written_first(vec![put]).await?;
        Ok(())
    }

    /// A message could not leave: it is tried again at `retry_at`.
    pub async fn postpone(&self, row: &Waiting, retry_at: Timestamp) -> Result<(), Error> {
        let update = self
            .db
            .update_item()
            .table_name(&self.table)
            .set_key(Some(row.key.clone().attributes()))
            .update_expression("SET attempts = :n, retry_at = :at, due_sk = :at")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":n", n(row.attempts + 1))
            .expression_attribute_values(":at", s(key::instant(retry_at)))
            .send()
            .await;
        Error::condition_held("postpone a message", update)?;
        Ok(())
    }
}

fn ended(written: Result<Result<bool, Error>, tokio::task::JoinError>) -> Result<(), Error> {
    written.map_err(|cause| Error::damaged("what was written", cause))?.map(drop)
}

/// A row that waits for its first try may leave; one that was postponed, from its next try on.
fn may_leave(item: &Item, now: Timestamp) -> bool {
    let instant = |text: Option<&str>| text.and_then(|text| text.parse::<Timestamp>().ok());
    let not_before = item::text(item, "sk").and_then(begins);
    let due = instant(item::text(item, "due_sk"));
    let (Some(not_before), Some(due)) = (not_before, due) else { return true };
    let first_try = not_before.checked_add(LATE_AFTER).is_ok_and(|late| late == due);
    if first_try { not_before <= now } else { due <= now }
}

/// The moment a row's place begins with: it may not leave before.
fn begins(sk: &str) -> Option<Timestamp> {
    sk.split('#').next()?.parse().ok()
}

pub(crate) fn read_row(item: &Item) -> Result<Waiting, Error> {
    let instant = |name: &str| item::text(item, name).and_then(|text| text.parse().ok());
    let since = instant("since").unwrap_or(Timestamp::UNIX_EPOCH);
    let pk = item::text(item, "pk").unwrap_or_default().to_owned();
    let sk = item::text(item, "sk").unwrap_or_default().to_owned();
    let item_sk = sk.clone();
    Ok(Waiting {
        key: Key { pk, sk },
        owed: item::data(item)?,
        attempts: item::number(item, "attempts").unwrap_or(0),
        since,
        retry_at: instant("retry_at").unwrap_or(since),
        not_before: begins(&item_sk).unwrap_or(since),
    })
}

/// The same message for somebody else, by mail.
pub fn by_mail(owed: &Owed, person: &PersonId) -> Owed {
    Owed { lane: Lane::Mail(person.clone()), except: Vec::new(), ..owed.clone() }
}
