//! After another configuration: open tickets are promised what the desk promises by now, and wake up
//! when its rules want them to. One job at a time; a later change begins it again.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use desk::access::Permit;
use desk::config::Config;
use desk::policy::Circumstances;
use desk::{Number, Refusal};
use jiff::{SignedDuration, Timestamp};

use crate::change::{Along, no_answer};
use crate::error::Error;
use crate::item::{self, n, s};
use crate::read::{List, Resume};
use crate::{Store, Stored, key};

/// So many tickets are gone through at once.
const SLICE: usize = 500;
/// All are gone through so often: a ticket that moved in the index meanwhile is found the next time.
const ROUNDS: u64 = 2;
/// The last round waits until nobody uses the configuration before any more.
const LAST_ROUND_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// So many numbers are read of an index at once.
const PAGE: usize = 1_000;

/// How far the job is. One that has gone through all its rounds stays, and is done.
#[derive(Clone, Copy)]
struct Job {
    version: u64,
    round: u64,
    /// Tickets up to this number are done in this round.
    cursor: u64,
    /// Since when, by the machine's clock.
    since: Timestamp,
}

impl Store {
    /// The job another configuration leaves to be done; none where no open ticket is touched by it.
    pub(crate) fn rearming_after(
        &self,
        before: &Config,
        after: &Config,
    ) -> Result<Option<TransactWriteItem>, Error> {
        let same = before.policies == after.policies
            && before.calendars == after.calendars
            && before.rules == after.rules;
        if same {
            return Ok(None);
        }
        let job = Job { version: after.version, round: 0, cursor: 0, since: self.wall() };
        self.put(job.item()).map(Some)
    }

    /// Goes on with the job, if there is one and it is time; answers how many tickets it went
    /// through, at least one. Zero is nothing to do.
    pub async fn rearm_some(&self) -> Result<usize, Error> {
        let Some(item) = self.get(key::rearming(), true).await? else { return Ok(0) };
        let job = Job::read(&item);
        if job.round >= ROUNDS {
            return Ok(0);
        }
        if job.round > 0 && job.since.duration_until(self.wall()) < LAST_ROUND_AFTER {
            return Ok(0);
        }
        let config = self.config_from(job.version).await?;
        let mut open = self.open_tickets(&config).await?.split_off(&Number(job.cursor + 1));
        let rest = if open.len() > SLICE {
            let next = open.iter().nth(SLICE).copied();
            next.map(|next| open.split_off(&next))
        } else {
            None
        };
        for number in &open {
            self.rearm(*number).await?;
        }
        let last = open.last().map_or(job.cursor, |number| number.0);
        let next = match rest {
            Some(_) => Job { cursor: last, ..job },
            None => Job { round: job.round + 1, cursor: 0, ..job },
        };
        self.went_on(&next).await?;
        Ok(open.len().max(1))
    }

    /// A configuration at least as new as this version.
    async fn config_from(&self, version: u64) -> Result<Config, Error> {
        let known = self.config().await?;
        if known.version >= version {
            return Ok((*known).clone());
        }
        let unchanged = |config: &Config| Ok::<_, std::convert::Infallible>(config.clone());
        match self.configure(None, unchanged).await? {
            Ok(config) => {
                self.remember(config.clone(), self.wall());
                Ok((*config).clone())
            }
            Err(never) => match never {},
        }
    }

    /// Every open ticket, by its queue: a queue with open tickets cannot be removed.
    async fn open_tickets(&self, config: &Config) -> Result<BTreeSet<Number>, Error> {
        let mut open = BTreeSet::new();
        for queue in &config.queues {
            let mut after: Option<Resume> = None;
            loop {
                let page = self.list(&List::QueueByDue(queue.id.clone()), after, PAGE).await?;
                open.extend(page.numbers);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(open)
    }

    /// Has one ticket promised what the desk promises by now.
    async fn rearm(&self, number: Number) -> Result<(), Error> {
        let wish = |stored: &Stored, config: &Config| -> Result<Permit, Refusal> {
            let email = stored.asker.email.as_deref();
            let promise = config.promise(&Circumstances::of(&stored.ticket, email));
            Ok(Permit::rearm(promise))
        };
        match self.change(number, Along::default(), wish, &no_answer).await {
            Ok(_) => self.wake_by_rules(number).await,
            Err(Error::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Keys a ticket by when it or a rule has something to do, if that is another moment by now.
    pub(crate) async fn wake_by_rules(&self, number: Number) -> Result<(), Error> {
        let Some(item) = self.get(key::ticket(number), true).await? else { return Ok(()) };
        let stored = Stored::from_item(&item)?;
        let config = self.config().await?;
        let keyed = stored.to_item(&config, self.now())?;
        if keyed.get("due_sk") == item.get("due_sk") {
            return Ok(());
        }
        // Whoever changes it meanwhile keys it by the same rules.
        self.written_if_so(vec![self.put_at(keyed, stored.ticket.version)?]).await
    }

    /// Unless another change began it again meanwhile.
    async fn went_on(&self, next: &Job) -> Result<(), Error> {
        self.written_if_so(vec![self.put_at(next.item(), next.version)?]).await
    }
}

impl Job {
    fn item(&self) -> item::Item {
        let mut item = key::rearming().attributes();
        item.insert("version".into(), n(self.version));
        item.insert("round".into(), n(self.round));
        item.insert("cursor".into(), n(self.cursor));
        item.insert("since".into(), s(key::instant(self.since)));
        item
    }

    fn read(item: &item::Item) -> Job {
        let number = |name: &str| item::number(item, name).unwrap_or(0);
        let since = item::text(item, "since").and_then(|since| since.parse().ok());
        Job {
            version: number("version"),
            round: number("round"),
            cursor: number("cursor"),
            since: since.unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}
