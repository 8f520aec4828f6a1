//! Who changed the desk itself, and when: its configuration, its tokens, its organisations, who is
//! whom and who is forgotten. Tickets have a history of their own. Kept for two years.

use desk::access::Who;
use desk::{OrganisationId, PersonId};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::item::{self, Item, n, s};
use crate::{Store, key};

/// How long it is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 731);

/// Something that was done to the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// By whom; none where the program's own command line did it.
    pub by: Option<PersonId>,
    /// Whose token spoke for them, when it was somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<PersonId>,
    /// What.
    #[serde(flatten)]
    pub did: Did,
}

/// What can be done to a desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Did {
    /// Another version of the configuration is in force.
    Configured {
        /// Which.
        version: u64,
    },
    /// A token was made.
    MadeToken {
        /// Whose.
        person: PersonId,
        /// What it may be used for; empty is whatever its person may.
        scopes: Vec<String>,
    },
    /// There is another organisation.
    AddedOrganisation {
        /// Which.
        id: OrganisationId,
    },
    /// An organisation is something else.
    ChangedOrganisation {
        /// Which.
        id: OrganisationId,
    },
    /// An organisation is gone.
    RemovedOrganisation {
        /// Which.
        id: OrganisationId,
    },
    /// A person goes by one more name, and may be one with somebody they were not before.
    LinkedName {
        /// Whom.
        person: PersonId,
        /// Which kind of name: email, slack or discord. The name itself is erasable, this is not.
        kind: String,
        /// Who they turned out to be, too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other: Option<PersonId>,
    },
    /// A person goes by one name less, and may be two again.
    UnlinkedName {
        /// Whom.
        person: PersonId,
        /// Which kind of name.
        kind: String,
        /// Who is somebody else again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other: Option<PersonId>,
    },
    /// Somebody wants a person erased.
    AskedForErasure {
        /// Whom.
        person: PersonId,
    },
    /// Nobody does any more.
    WithdrewErasure {
        /// Whom.
        person: PersonId,
    },
    /// Somebody else agreed.
    AgreedToErasure {
        /// Whom.
        person: PersonId,
    },
    /// A token was ended.
    RevokedToken {
        /// Whose.
        person: PersonId,
    },
}

/// A page of what was done, newest first.
#[derive(Clone, Debug)]
pub struct Acts {
    /// What was done.
    pub acts: Vec<Act>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl Store {
    /// What is put on record, in the transaction of what was done.
    pub(crate) fn act(&self, by: Option<&Who>, did: Did) -> Result<Item, Error> {
        let at = self.now();
        let through = by.and_then(|who| who.through.clone());
        let act = Act { at, by: by.map(|who| who.id.clone()), through, did };
        let mut item = key::audit(at, &self.fresh_id()).with(&act)?;
        let expires = self.wall().checked_add(KEPT_FOR).unwrap_or(Timestamp::MAX);
        item.insert("expires".into(), n(expires.as_second()));
        Ok(item)
    }

    /// What was done, newest first, from where the last page ended. Months in which nothing was done
    /// make a page short.
    pub async fn acts(&self, after: Option<String>, limit: usize) -> Result<Acts, Error> {
        let now = self.now();
        let after = after.unwrap_or_else(|| key::NEVER.to_owned());
        let mut month = month_of(&after).unwrap_or(now);
        // Nothing was done before the desk's first day, and nothing is kept for longer than two years.
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let kept = day(now.checked_sub(KEPT_FOR).unwrap_or(now));
        let oldest = self.born(day(now)).await?.max(kept);
        let mut acts = Vec::new();
        while acts.len() < limit && day(month) >= oldest {
            let left = limit - acts.len();
            for item in self.acts_of(month, &after, left).await? {
                let place = item::text(&item, "sk").unwrap_or_default().to_owned();
                acts.push((place, item::data(&item)?));
            }
            month = a_month_before(month);
        }
        let next = acts.last().filter(|_| acts.len() == limit).map(|(place, _)| place.clone());
        Ok(Acts { acts: acts.into_iter().map(|(_, act)| act).collect(), next })
    }

    async fn acts_of(
        &self,
        month: Timestamp,
        before: &str,
        limit: usize,
    ) -> Result<Vec<Item>, Error> {
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk < :before")
            .expression_attribute_values(":pk", s(key::audit(month, "").pk))
            .expression_attribute_values(":before", s(before))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|e| Error::from_sdk("read the audit log", e))?;
        Ok(answer.items.unwrap_or_default())
    }
}

fn month_of(place: &str) -> Option<Timestamp> {
    place.split('#').next()?.parse().ok()
}

/// The last instant of the month before.
fn a_month_before(month: Timestamp) -> Timestamp {
    let first = month.to_zoned(TimeZone::UTC).date().first_of_month();
    let before = first.checked_sub(1.day()).unwrap_or(first);
    let zoned = before.at(23, 59, 59, 0).to_zoned(TimeZone::UTC);
    zoned.map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}
