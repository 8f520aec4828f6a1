//! What is due, by key and never by a scan: a constant handful of queries, however many tickets.

use aws_sdk_dynamodb::types::Select;
use desk::Number;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::item::{self, Item, s};
use crate::{Store, key, read};

/// After a storm one lane has a hundred thousand rows; of more pages the next minute sees the rest.
const PAGES_AT_MOST: usize = 200;
/// How many are taken at once.
const PAGE: i32 = 100;

impl Store {
    /// Tickets of one shard at which something was due by `now`, in due order; at most one page.
    pub async fn due_tickets(&self, shard: u64, now: Timestamp) -> Result<Vec<Number>, Error> {
        let items = self.due_before(key::due_shard_at(shard), now).await?;
        Ok(items.iter().filter_map(read::number_of).collect())
    }

    /// The earliest instant after this one at which any ticket or any postponed message is due.
    pub async fn next_due(&self, after: Timestamp) -> Result<Option<Timestamp>, Error> {
        let shards = (0..key::DUE_SHARDS).map(key::due_shard_at);
        let mut earliest: Option<Timestamp> = None;
        for shard in shards.chain((0..key::LATE_SHARDS).map(key::late_shard_at)) {
            let first = self.first_due(shard, after).await?;
            let at = first.first().and_then(|item| item::text(item, "due_sk")?.parse().ok());
            earliest = earliest.into_iter().chain(at).min();
        }
        Ok(earliest)
    }

    /// A tick of this ticket failed: it is tried again later and keeps nobody else waiting.
    pub async fn back_off_ticket(&self, number: Number, wait: SignedDuration) -> Result<(), Error> {
        let now = self.now();
        let at = now.checked_add(wait).unwrap_or(now);
        let update = self
            .db
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::ticket(number).attributes()))
            .update_expression("SET due_sk = :at")
            .condition_expression("attribute_exists(due_pk)")
            .expression_attribute_values(":at", s(key::instant(at)))
            .send()
            .await;
        Error::condition_held("postpone a tick", update)?;
        Ok(())
    }

    /// At most one page of what was due by `now`.
    async fn due_before(&self, shard: String, now: Timestamp) -> Result<Vec<Item>, Error> {
        Ok(self.due_query(&shard, "due_sk <= :moment", now, Some(PAGE), None).await?.0)
    }

    /// The same, page after page: what fills one must not hide what stands behind it.
    pub(crate) async fn all_due_before(
        &self,
        shard: &str,
        now: Timestamp,
    ) -> Result<Vec<Item>, Error> {
        let (mut found, mut start) = (Vec::new(), None);
        for _ in 0..PAGES_AT_MOST {
            let (page, next) = self.due_query(shard, "due_sk <= :moment", now, None, start).await?;
            found.extend(page);
            start = next;
            if start.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn first_due(&self, shard: String, after: Timestamp) -> Result<Vec<Item>, Error> {
        Ok(self.due_query(&shard, "due_sk > :moment", after, Some(1), None).await?.0)
    }

    /// A page of a shard, and where the next one starts.
    async fn due_query(
        &self,
        shard: &str,
        when: &str,
        moment: Timestamp,
        limit: Option<i32>,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), Error> {
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .index_name("due")
            .key_condition_expression(format!("due_pk = :shard AND {when}"))
            .expression_attribute_values(":shard", s(shard))
            .expression_attribute_values(":moment", s(key::instant(moment)))
            .select(Select::AllProjectedAttributes)
            .set_limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|e| Error::from_sdk("look up what is due", e))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }
}
