//! What became of the messages a ticket owed people: which left, which did not have to.

use desk::{Number, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::Error;
use crate::item::{self, Item};
use crate::key;
use crate::lane::Waiting;

/// What is remembered of a message that is owed no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// When it left.
    pub at: Timestamp,
    /// What the other side calls it: a message id, a timestamp. Of one that did not leave: why.
    pub reference: String,
    /// It did not leave, and did not have to: they read it elsewhere, or cannot be reached at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsent: bool,
}

impl Sent {
    /// A message left; the other side calls it this.
    pub fn left(at: Timestamp, reference: impl Into<String>) -> Sent {
        Sent { at, reference: reference.into(), unsent: false }
    }

    /// A message did not have to leave.
    pub fn unsent(at: Timestamp, why: impl Into<String>) -> Sent {
        Sent { at, reference: why.into(), unsent: true }
    }
}

/// The way a message goes to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// To their mail address.
    Mail,
    /// To their account in Slack or Discord.
    Chat,
}

impl Medium {
    fn named(word: &str) -> Option<Medium> {
        match word {
            "mail" => Some(Medium::Mail),
            "chat" => Some(Medium::Chat),
            _ => None,
        }
    }
}

/// One message of a ticket to one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addressed {
    /// The entry it tells of.
    pub seq: u32,
    /// Whom.
    pub to: PersonId,
    /// Which way.
    pub by: Medium,
}

impl Addressed {
    /// Reads what a message is called inside the desk, `ticket/sequence/audience/channel`; none where
    /// its audience is no person.
    pub fn read(id: &str) -> Option<Addressed> {
        let mut parts = id.splitn(4, '/').skip(1);
        let (seq, to, by) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Addressed { seq: seq.parse().ok()?, to: to.into(), by: Medium::named(by)? })
    }

    /// Reads the place of a record of [`Store::deliveries`].
    fn at(sk: &str) -> Option<Addressed> {
        let (seq, rest) = sk.strip_prefix(key::SENT)?.split_once('#')?;
        let (to, by) = rest.rsplit_once('#')?;
        Some(Addressed { seq: seq.parse().ok()?, to: to.into(), by: Medium::named(by)? })
    }
}

impl Store {
    /// The messages of a ticket that left for a person, in the order of what they tell of. What is still
    /// on its way is not among them.
    pub async fn deliveries(&self, number: Number) -> Result<Vec<(Addressed, Sent)>, Error> {
        let mut left = Vec::new();
        for item in self.prefixed(number, key::SENT).await? {
            let Some(message) = item::text(&item, "sk").and_then(Addressed::at) else { continue };
            let sent: Sent = item::data(&item)?;
            if !sent.unsent {
                left.push((message, sent));
            }
        }
        Ok(left)
    }
}

/// What is kept of a message that is owed no more.
pub(crate) fn record(row: &Waiting, sent: &Sent) -> Result<Item, Error> {
    let id = row.owed.id();
    let mut parts = id.splitn(4, '/').skip(2);
    let (audience, channel) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    key::sent(row.owed.number, row.owed.seq, audience, channel).with(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_to_a_person_is_read_from_either_name() {
        let ana = |by| Some(Addressed { seq: 7, to: "ana".into(), by });
        let rows = [
            ("12/7/ana/mail", ana(Medium::Mail)),
            ("12/7/ana/chat", ana(Medium::Chat)),
            ("12/7/support/queue", None),
            ("12/7/desk/bus", None),
            ("12/x/ana/mail", None),
            ("12/7/ana", None),
            ("", None),
        ];
        for (id, expected) in rows {
            assert_eq!(Addressed::read(id), expected, "{id}");
        }
        for (channel, by) in [("mail", Medium::Mail), ("chat", Medium::Chat)] {
            let place = key::sent(Number(12), 7, "ana", channel);
            assert_eq!(Addressed::at(&place.sk), ana(by));
        }
        assert_eq!(Addressed::at(&key::sent(Number(12), 7, "support", "queue").sk), None);
    }
}
