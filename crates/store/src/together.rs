//! Two tickets in one transaction: links, merges, and tickets that come out of another one. Either
//! both are written or neither, so no pointer ever leads to a ticket that does not know of it.

use desk::access::{Permit, permit};
use desk::config::Config;
use desk::history::Entry;
use desk::related::{Link, Relation};
use desk::{Command, Number, Refusal, Ticket, decide, fold};
use jiff::Timestamp;

use crate::Store;
use crate::change::{Along, Answer, Done, NewTicket, TRIES, opening};
use crate::draft::Draft;
use crate::error::Error;
use crate::item::Stored;

/// How many merges in a row are followed. They cannot form a circle; this is for damaged data.
const MERGES_AT_MOST: usize = 100;

/// What is recorded at a new ticket and at the closed one it goes on from. A closed ticket that takes
/// no more links must not keep a request from being filed.
pub(crate) fn follow_up(
    opened: &[Entry],
    closed: &Ticket,
    now: Timestamp,
) -> Result<(Vec<Entry>, Vec<Entry>), Refusal> {
    let new = fold(opened).ok_or(Refusal::NotOpened)?;
    let link = |relation, number| Permit::related(Link { relation, number });
    let here = link(Relation::FollowUpOf, closed.number);
    let there = link(Relation::FollowedUpBy, new.number);
    let there = decide(Some(closed), &there, now).unwrap_or_default();
    Ok((decide(Some(&new), &here, now)?, there))
}

impl Store {
    /// Changes two tickets at once. `wish` says what is wanted of each; it is asked again whenever
    /// somebody else was faster. What comes along, and the answer, is about the first.
    pub async fn change_both(
        &self,
        numbers: [Number; 2],
        along: Along,
        wish: impl Fn([&Stored; 2], &Config) -> Result<[Permit; 2], Refusal>,
        answer: Answer<'_>,
    ) -> Result<Done, Error> {
        let aside = Along::default();
        for attempt in 0..TRIES {
            let config = self.config().await?;
            let found = self.tickets(&numbers).await?;
            let [first, second] = found.as_slice() else {
                return self.refuse(Refusal::NotOpened, &along).await;
            };
            let decided = wish([first, second], &config).and_then(|[one, other]| {
                let now = self.now();
                Ok((
                    decide(Some(&first.ticket), &one, now)?,
                    decide(Some(&second.ticket), &other, now)?,
                ))
            });
            let (one, other) = match decided {
                Ok(decided) => decided,
                Err(refusal) => return self.refuse(refusal, &along).await,
            };
            if one.is_empty() && other.is_empty() && along.is_empty() {
                return Ok(Done::Now(Box::new(first.clone())));
            }
            let drafts = vec![
                Draft::of(Some(first), None, one, &along),
                Draft::of(Some(second), None, other, &aside),
            ];
            if let Some(done) = Box::pin(self.commit(drafts, &config, answer)).await? {
                return Ok(done);
            }
            self.back_off(attempt).await;
        }
        Err(Error::Busy)
    }

    /// The ticket in which this one lives on: itself, where it is not merged.
    pub async fn survivor(&self, number: Number) -> Result<Option<Stored>, Error> {
        let mut number = number;
        for _ in 0..MERGES_AT_MOST {
            let Some(stored) = self.ticket(number).await? else { return Ok(None) };
            match &stored.ticket.merged {
                Some(merged) => number = merged.into,
                None => return Ok(Some(stored)),
            }
        }
        Err(Error::damaged("a merged ticket", "the merges lead in a circle"))
    }

    /// Makes a message of a ticket a ticket of its own. What comes along, and the answer, is about the
    /// ticket it is taken from; `new` names the person who takes it.
    pub async fn split(
        &self,
        (from, seq): (Number, u32),
        new: NewTicket,
        along: Along,
        may: impl Fn(&Stored) -> Result<(), Refusal>,
        answer: Answer<'_>,
    ) -> Result<Done, Error> {
        let config = self.config().await?;
        let into = self.next_number().await?;
        let aside = Along::default();
        for attempt in 0..TRIES {
            let source = self.ticket(from).await?.ok_or(Refusal::NotOpened)?;
            let decided = may(&source).and_then(|()| {
                let split = Command::SplitOff { entry: seq, into };
                let split = permit(&new.who, Some(&source.ticket), split)?;
                let open = permit(&new.who, None, opening(&new, into, &config))?;
                let link = Link { relation: Relation::SplitFrom, number: from };
                let mut opened = decide(None, &open, self.now())?;
                let ticket = fold(&opened);
                opened.extend(decide(ticket.as_ref(), &Permit::related(link), self.now())?);
                Ok((decide(Some(&source.ticket), &split, self.now())?, opened))
            });
            let (taken, opened) = match decided {
                Ok(decided) => decided,
                Err(refusal) => return self.refuse(refusal, &along).await,
            };
            let drafts = vec![
                Draft::of(Some(&source), None, taken, &along),
                Draft::of(None, Some(&new), opened, &aside),
            ];
            if let Some(done) = Box::pin(self.commit(drafts, &config, answer)).await? {
                return Ok(done);
            }
            self.back_off(attempt).await;
        }
        Err(Error::Busy)
    }

    /// A ticket with everything that was merged into it, and into that, itself first.
    pub async fn family(&self, ticket: Ticket) -> Result<Vec<Ticket>, Error> {
        let mut family = vec![ticket];
        let mut asked = 0;
        while let Some(one) = family.get(asked) {
            asked += 1;
            let numbers: Vec<Number> = one.absorbed.keys().copied().collect();
            if !numbers.is_empty() && family.len() <= MERGES_AT_MOST {
                family.extend(self.tickets(&numbers).await?.into_iter().map(|found| found.ticket));
            }
        }
        Ok(family)
    }

    /// The closed ticket a new one goes on from, where there is one.
    pub(crate) async fn went_on_from(&self, new: &NewTicket) -> Result<Option<Stored>, Error> {
        match new.follow_up_of {
            Some(number) => self.ticket(number).await,
            None => Ok(None),
        }
    }
}
