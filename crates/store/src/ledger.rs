//! The ledger: everything that arrived at any door, kept, with what became of it.

use desk::Number;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::item::{self, Item, s};
use crate::{Store, key};

/// One thing that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Its id in the ledger.
    pub id: String,
    /// When it arrived.
    pub at: Timestamp,
    /// email, slack, discord, web or api.
    pub door: String,
    /// Who sent it, as the door knows them.
    pub from: String,
    /// What it is about, in a line.
    pub subject: String,
    /// Mail: its Message-ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// What became of it; none while it is being read.
    pub outcome: Option<Outcome>,
    /// The ticket it became or belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Why, where it became no ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Mail a machine sent: bounce, auto_reply, list or report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<String>,
}

/// What became of something that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new ticket.
    Ticket,
    /// A message of a ticket.
    Message,
    /// Kept aside for an agent to look at.
    Suspended,
    /// Kept aside as dangerous.
    Quarantined,
    /// It had arrived before.
    Duplicate,
    /// Turned down.
    Refused,
}

/// Where a page of the ledger begins: a day and a place in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPlace {
    /// The day.
    pub day: Date,
    /// After this, in that day.
    pub after: Option<String>,
}

/// How many days of one door one page looks through at most; it may come back short.
const DAYS_A_PAGE: usize = 60;

impl Arrival {
    pub(crate) fn about(mut self, number: Number) -> Arrival {
        self.number = Some(number.0);
        self
    }

    pub(crate) fn item(&self) -> Result<Item, Error> {
        let day = self.at.to_zoned(TimeZone::UTC).date();
        key::inbound(&self.door, self.at, day, &self.id).with(self)
    }
}

impl Store {
    /// Writes a line, or writes it again with what became of it.
    pub async fn record(&self, arrival: &Arrival) -> Result<(), Error> {
        self.db
            .put_item()
            .table_name(&self.table)
            .set_item(Some(arrival.item()?))
            .send()
            .await
            .map_err(|e| Error::from_sdk("write the ledger", e))?;
        Ok(())
    }

    /// Writes a line unless it is there: what became of something is never overwritten by its
    /// arrival.
    pub async fn record_first(&self, arrival: &Arrival) -> Result<(), Error> {
        let put = self
            .db
            .put_item()
            .table_name(&self.table)
            .set_item(Some(arrival.item()?))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        Error::condition_held("write the ledger", put)?;
        Ok(())
    }

    /// A page of one door's ledger, oldest first.
    pub async fn ledger(
        &self,
        door: &str,
        from: Option<LedgerPlace>,
        limit: usize,
    ) -> Result<(Vec<Arrival>, Option<LedgerPlace>), Error> {
        let today = self.now().to_zoned(TimeZone::UTC).date();
        let mut place = match from {
            Some(place) => place,
            None => LedgerPlace { day: self.born(today).await?, after: None },
        };
        let mut arrivals: Vec<Arrival> = Vec::new();
        for _ in 0..DAYS_A_PAGE {
            if place.day > today {
                return Ok((arrivals, None));
            }
            let (found, after) = self.ledger_day(door, &place, limit - arrivals.len()).await?;
            arrivals.extend(found);
            place = match after {
                Some(after) => LedgerPlace { day: place.day, after: Some(after) },
                None => LedgerPlace { day: place.day.saturating_add(1.day()), after: None },
            };
            if arrivals.len() >= limit {
                break;
            }
        }
        let more = place.day <= today;
        Ok((arrivals, more.then_some(place)))
    }

    async fn ledger_day(
        &self,
        door: &str,
        place: &LedgerPlace,
        limit: usize,
    ) -> Result<(Vec<Arrival>, Option<String>), Error> {
        let partition = key::inbound_day(door, place.day);
        let start = place
            .after
            .as_ref()
            .map(|sk| key::Key { pk: partition.clone(), sk: sk.clone() }.attributes());
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", s(partition))
            .consistent_read(true)
            .limit(i32::try_from(limit.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|e| Error::from_sdk("read the ledger", e))?;
        let arrivals = answer.items().iter().map(item::data).collect::<Result<_, _>>()?;
        let after = answer.last_evaluated_key().and_then(|last| item::text(last, "sk"));
        Ok((arrivals, after.map(str::to_owned)))
    }

    /// Notes the desk's first day, once; the ledger begins there.
    pub async fn note_birth(&self) -> Result<(), Error> {
        let today = self.now().to_zoned(TimeZone::UTC).date();
        let mut item = key::born().attributes();
        item.insert("day".into(), s(today.to_string()));
        let put = self
            .db
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        Error::condition_held("note the desk's first day", put)?;
        Ok(())
    }

    /// The desk's first day.
    pub(crate) async fn born(&self, today: Date) -> Result<Date, Error> {
        let item = self.get(key::born(), false).await?;
        let day = item.as_ref().and_then(|item| item::text(item, "day")?.parse().ok());
        Ok(day.unwrap_or(today))
    }
}
