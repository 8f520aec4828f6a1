//! Whose turn it is, and how much everybody has: what a ticket is given out by.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use desk::assign::Rota;
use desk::outbox::{Lane, Message, Otherwise, Owed};
use desk::{Number, PersonId, QueueId};

use crate::error::Error;
use crate::item::{self, n};
use crate::lane::row;
use crate::read::List;
use crate::{Store, key};

/// How many open tickets of one agent are counted; nobody works on more at once.
const COUNTED: usize = 100;

/// A turn about to be taken: the rota as it was read, and as it will be.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The turn it was when it was read; the lock.
    pub read: u64,
    /// With this one taken.
    pub next: Rota,
}

impl Store {
    /// Whose turn it is.
    pub async fn rota(&self) -> Result<Rota, Error> {
        let item = self.get(key::rota(), true).await?;
        Ok(item.map(|item| item::data(&item)).transpose()?.unwrap_or_default())
    }

    /// What somebody is working on: theirs, neither solved nor closed. The index may lag behind what
    /// was given out a moment ago: those are looked at, too.
    pub async fn workload(
        &self,
        agent: &PersonId,
        fresh: &BTreeSet<Number>,
    ) -> Result<Vec<Number>, Error> {
        let list = List::AgentByDue(agent.clone());
        let listed = self.list(&list, None, COUNTED).await?.numbers;
        let numbers: BTreeSet<Number> = listed.into_iter().chain(fresh.iter().copied()).collect();
        let numbers: Vec<Number> = numbers.into_iter().collect();
        let tickets = self.tickets(&numbers).await?.into_iter().map(|stored| stored.ticket);
        let theirs = tickets.filter(|ticket| ticket.assignee.as_ref() == Some(agent));
        Ok(theirs.filter(|one| one.status.is_open()).map(|one| one.number).collect())
    }

    /// Has what waits in these queues looked at again: somebody is back.
    pub async fn look_again(&self, queues: &[QueueId]) -> Result<(), Error> {
        for queue in queues {
            let owed = Owed {
                number: Number(0),
                seq: 0,
                lane: Lane::GiveOut(queue.clone()),
                message: Message::GiveOut(None),
                otherwise: Otherwise::Nothing,
                except: Vec::new(),
                urgent: false,
            };
            let put = self.put(row(&owed, self.now())?)?;
            self.written_down(vec![put]).await?;
        }
        Ok(())
    }

    pub(crate) fn put_turn(&self, turn: &Turn) -> Result<TransactWriteItem, Error> {
        let mut item = key::rota().with(&turn.next)?;
        item.insert("turn".into(), n(turn.next.turn));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR turn = :read")
            .expression_attribute_values(":read", n(turn.read))
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
