//! What is remembered of one mail address: how often it wrote lately, and how often it was answered. And of one
//! mail: which ticket it belongs to, to whom the desk sent it, who else knows of it.

use std::collections::BTreeMap;

use desk::correspondence::Correspondence;
use desk::ticket::Place;
use desk::{Acknowledgement, Number, PersonId};

use crate::Store;
use crate::delivery::Addressed;
use crate::error::Error;
use crate::item::{self, Item, s};
use crate::key;
use crate::people::TRIES;

/// What a mail that came may make of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// It is taken as it came; else it is kept aside.
    pub taken: bool,
    /// What its sender is told, where it opens a ticket.
    pub receipt: Acknowledgement,
}

/// A mail, by its Message-ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMail {
    /// The ticket it belongs to.
    pub number: Number,
    /// Which message of the desk it is, where the desk sent it: `ticket/sequence/audience/channel`.
    pub sent: Option<String>,
    /// It went to others than the desk, too: whoever names it need not be its sender.
    pub shared: bool,
}

impl KnownMail {
    fn read(item: &Item) -> Option<KnownMail> {
        Some(KnownMail {
            number: Number(item::number(item, "number")?),
            sent: item::text(item, "sent").map(str::to_owned),
            shared: item::text(item, "shared").is_some(),
        })
    }

    /// To whom the desk sent it, by their id; none where somebody else sent it.
    pub fn sent_to(&self) -> Option<PersonId> {
        Addressed::read(self.sent.as_deref()?).map(|message| message.to)
    }
}

impl Store {
    /// Counts a mail of this address. A receipt is counted where one is `asked` for, under the mail's own key: the
    /// same mail gets one.
    pub async fn count_mail(
        &self,
        address: &str,
        mail: &str,
        vouched: bool,
        asked: bool,
    ) -> Result<Allowance, Error> {
        for attempt in 0..TRIES {
            let read = self.get(key::correspondence(address), true).await?;
            let mut known: Correspondence =
                read.as_ref().map(item::data).transpose()?.unwrap_or_default();
            let now = self.now();
            let taken = known.takes(now);
            let receipt = match asked && taken {
                true => known.receipt(mail, vouched, now),
                false => Acknowledgement::Withheld,
            };
            if self.put_correspondence(address, read.as_ref(), &known).await? {
                return Ok(Allowance { taken, receipt });
            }
            self.back_off(attempt).await;
        }
        Err(Error::Busy)
    }

    async fn put_correspondence(
        &self,
        address: &str,
        read: Option<&Item>,
        known: &Correspondence,
    ) -> Result<bool, Error> {
        let mut item = key::correspondence(address).with(known)?;
        if let Some(until) = known.matters_until() {
            item.insert("expires".into(), item::n(until.as_second()));
        }
        let put = match read {
            Some(read) => self.put_over(read, item)?,
            None => self.put_new(item)?,
        };
        self.written_first(vec![put]).await
    }

    /// Those of these mails that belong to a ticket, by their Message-ID.
    pub async fn known_mails(
        &self,
        message_ids: impl IntoIterator<Item = &str>,
    ) -> Result<BTreeMap<String, KnownMail>, Error> {
        let rows = message_ids.into_iter().map(|id| (key::thread(&mail(id)).pk, id));
        let rows: BTreeMap<String, &str> = rows.collect();
        let keys = rows.values().map(|id| key::thread(&mail(id))).collect();
        let items = self.batch(keys).await?;
        let known = items.iter().filter_map(|item| {
            let id = rows.get(item::text(item, "pk")?)?;
            Some(((*id).to_owned(), KnownMail::read(item)?))
        });
        Ok(known.collect())
    }
}

/// The row of a mail that somebody sent.
pub(crate) fn received(message_id: &str, shared: bool, number: Number) -> Item {
    let mut item = crate::talk::thread(&mail(message_id), number);
    if shared {
        item.insert("shared".into(), s("yes"));
    }
    item
}

/// The row of a mail the desk sent.
pub(crate) fn sent(message_id: &str, id: &str, number: Number) -> Item {
    let mut item = crate::talk::thread(&mail(message_id), number);
    item.insert("sent".into(), s(id));
    item
}

fn mail(message_id: &str) -> Place {
    Place::Mail { message_id: message_id.to_owned() }
}
