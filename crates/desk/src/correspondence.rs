//! How much one mail address may make of the desk: so many mails within minutes are taken as they come, the rest is
//! kept aside; and of what the desk writes by itself it gets little, since whoever wrote may be a machine, or
//! somebody whose address another one uses. What agents write is not counted.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ticket::Acknowledgement;

/// So many mails of one address are taken as they come.
const MAILS_AT_MOST: u32 = 1_000;
/// Within this time.
const WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// So many receipts a day go to one address. Two desks that answer each other are silent after that, until the
/// other one is silent for a day.
const RECEIPTS_A_DAY: usize = 3;
/// And no more than one in this time where nobody vouches for the sender: it may be a stranger's address. The one
/// after that is for all that came meanwhile.
const BETWEEN: SignedDuration = SignedDuration::from_hours(1);
/// A day.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is remembered of one address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correspondence {
    /// Mails of late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mails: Option<Spell>,
    /// Receipts that were sent, the newest last.
    receipts: Vec<Counted>,
    /// When one was last withheld because there were enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld: Option<Timestamp>,
}

/// Mails since a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Spell {
    since: Timestamp,
    mails: u32,
}

/// A receipt. It has its own key: counted twice it counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    key: String,
    at: Timestamp,
}

impl Correspondence {
    /// Counts a mail; false where there were too many within minutes.
    pub fn takes(&mut self, now: Timestamp) -> bool {
        let spell = self.mails.take().filter(|spell| now.duration_since(spell.since) < WITHIN);
        let spell = spell.unwrap_or(Spell { since: now, mails: 0 });
        let mails = spell.mails.saturating_add(1);
        self.mails = Some(Spell { mails, ..spell });
        mails <= MAILS_AT_MOST
    }

    /// What the sender of a new request is told of it, and counts it. `vouched` says that a server answers for
    /// their address; where none does, what comes within an hour of a receipt shares the next one.
    pub fn receipt(&mut self, key: &str, vouched: bool, now: Timestamp) -> Acknowledgement {
        let goes_on = self.withheld.is_some_and(|last| now.duration_since(last) < DAY);
        let last = self.receipts.last().map(|one| one.at).filter(|_| !vouched);
        let shared = last.is_some_and(|last| last > now);
        let next = last.and_then(|last| last.checked_add(BETWEEN).ok()).unwrap_or(now).max(now);
        if goes_on || !(shared || self.counts(key, now, next)) {
            self.withheld = Some(now);
            return Acknowledgement::Withheld;
        }
        if vouched { Acknowledgement::Whole } else { Acknowledgement::Plain }
    }

    /// Counts a receipt that is sent `at` a moment from now on; false where there were enough in a day.
    fn counts(&mut self, key: &str, now: Timestamp, at: Timestamp) -> bool {
        self.receipts.retain(|one| now.duration_since(one.at) < DAY);
        if self.receipts.iter().any(|one| one.key == key) {
            return true;
        }
        let fits = self.receipts.len() < RECEIPTS_A_DAY;
        if fits {
            self.receipts.push(Counted { key: key.to_owned(), at });
        }
        fits
    }

    /// Until when any of it matters.
    pub fn matters_until(&self) -> Option<Timestamp> {
        let counted = self.receipts.iter().map(|one| one.at);
        let spell = self.mails.as_ref().map(|spell| spell.since);
        let last = counted.chain(spell).chain(self.withheld).max()?;
        last.checked_add(DAY).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    #[test]
    fn a_flood_is_kept_aside_until_it_ends() {
        let mut address = Correspondence::default();
        let taken = (0..5_000).filter(|n| address.takes(minute(n / 1_000)));
        assert_eq!(taken.count(), 1_000);
        assert!(!address.takes(minute(9)));
        assert!(address.takes(minute(10)));
    }

    #[test]
    fn whoever_nobody_vouches_for_gets_one_plain_receipt_an_hour() {
        use Acknowledgement::{Plain, Withheld};
        let mut address = Correspondence::default();
        // Told at 0, at 60 of what came until then, and at 120.
        for at in [0, 1, 30, 59, 61, 100, 119] {
            assert_eq!(address.receipt(&at.to_string(), false, minute(at)), Plain, "{at}");
        }
        assert_eq!(address.receipt("130", false, minute(130)), Withheld, "three a day");
        let day = 24 * 60;
        assert_eq!(address.receipt("next day", false, minute(day + 125)), Withheld, "it goes on");
        assert_eq!(address.receipt("the day after", false, minute(2 * day)), Withheld);
        assert_eq!(address.receipt("later", false, minute(3 * day + 1)), Plain, "a day of silence");
    }

    #[test]
    fn known_senders_get_three_a_day_and_the_same_mail_counts_once() {
        use Acknowledgement::{Whole, Withheld};
        let mut address = Correspondence::default();
        for key in ["a", "b", "a", "c", "b"] {
            assert_eq!(address.receipt(key, true, minute(0)), Whole, "{key}");
        }
        assert_eq!(address.receipt("d", true, minute(0)), Withheld);
        assert_eq!(address.matters_until(), Some(minute(24 * 60)));
    }
}
