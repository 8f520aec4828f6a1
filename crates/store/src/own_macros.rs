//! Macros people keep for themselves: all of one person's in one item, counted up at each change.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use desk::PersonId;
use desk::macros::Macro;

use crate::error::Error;
use crate::item::{self, n};
use crate::transaction::Lost;
use crate::{Store, key};

/// How often a lost race is run again.
const TRIES: usize = 8;

impl Store {
    /// What somebody keeps for themself.
    pub async fn own_macros(&self, who: &PersonId) -> Result<Vec<Macro>, Error> {
        Ok(self.read_own_macros(who).await?.0)
    }

    /// Changes them: `edit` is given what there is and answers what there will be, or why not.
    pub async fn change_own_macros<E>(
        &self,
        who: &PersonId,
        edit: impl Fn(&[Macro]) -> Result<Vec<Macro>, E>,
    ) -> Result<Result<Vec<Macro>, E>, Error> {
        for _ in 0..TRIES {
            let (current, version) = self.read_own_macros(who).await?;
            let next = match edit(&current) {
                Ok(next) if next == current => return Ok(Ok(next)),
                Ok(next) => next,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let mut item = key::own_macros(who).with(&next)?;
            item.insert("version".into(), n(version + 1));
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk) OR version = :read")
                .expression_attribute_values(":read", n(version))
                .build()
                .map_err(|cause| Error::damaged("a write", cause))?;
            let put = TransactWriteItem::builder().put(put).build();
            match self.transact(vec![put], &self.fresh_id()).await {
                Ok(()) => return Ok(Ok(next)),
                Err(Lost::Race) => {}
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    async fn read_own_macros(&self, who: &PersonId) -> Result<(Vec<Macro>, u64), Error> {
        let Some(item) = self.get(key::own_macros(who), true).await? else {
            return Ok((Vec::new(), 0));
        };
        Ok((item::data(&item)?, item::number(&item, "version").unwrap_or(0)))
    }
}
