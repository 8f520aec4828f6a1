//! Writes that happen together or not at all, and what it means when they did not.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

use crate::change::TRIES;
use crate::error::Error;
use crate::item::{Item, n, s, text};
use crate::{Store, key};

/// Holds where a document is still the one that was read.
const AS_READ: &str = "#data = :read";

/// A transaction that did not commit.
#[derive(Debug)]
pub(crate) enum Lost {
    /// A condition failed, or somebody else was at it.
    Race,
    /// Anything else; it may have committed all the same.
    Other(Error),
}

impl Store {
    pub(crate) fn put(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build();
        let put = put.map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    pub(crate) fn put_new(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Writes an item over one that is still at this version.
    pub(crate) fn put_at(
        &self,
        item: Item,
        version: impl std::fmt::Display,
    ) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("version = :read")
            .expression_attribute_values(":read", n(version))
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Writes an item over one that still says what was read.
    pub(crate) fn put_over(&self, read: &Item, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(AS_READ)
            .expression_attribute_names("#data", "data")
            .expression_attribute_values(":read", s(text(read, "data").unwrap_or_default()))
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Removes an item that still says what was read.
    pub(crate) fn delete_read(
        &self,
        read: &Item,
        key: key::Key,
    ) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression(AS_READ)
            .expression_attribute_names("#data", "data")
            .expression_attribute_values(":read", s(text(read, "data").unwrap_or_default()))
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Writes these together, whatever stands there: what meets another write is written again.
    pub(crate) async fn written_down(&self, items: Vec<TransactWriteItem>) -> Result<(), Error> {
        for attempt in 0..TRIES {
            match self.transact(items.clone(), &self.fresh_id()).await {
                Ok(()) => return Ok(()),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Writes these together, unless what they are conditional on is no longer so: then whoever was
    /// faster has seen to it.
    pub(crate) async fn written_if_so(&self, items: Vec<TransactWriteItem>) -> Result<(), Error> {
        match self.transact(items, &self.fresh_id()).await {
            Ok(()) | Err(Lost::Race) => Ok(()),
            Err(Lost::Other(error)) => Err(error),
        }
    }

    /// Removes an item that must be there.
    pub(crate) fn delete(&self, key: key::Key) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Writes all of it; false where somebody else was faster, and it was not written.
    pub(crate) async fn written_first(&self, items: Vec<TransactWriteItem>) -> Result<bool, Error> {
        match self.transact(items, &self.fresh_id()).await {
            Ok(()) => Ok(true),
            Err(Lost::Race) => Ok(false),
            Err(Lost::Other(error)) => Err(error),
        }
    }

    pub(crate) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
        token: &str,
    ) -> Result<(), Lost> {
        let sent = self
            .db
            .transact_write_items()
            .set_transact_items(Some(items))
            .client_request_token(token.get(..36).unwrap_or(token))
            .send()
            .await;
        let Err(error) = sent else { return Ok(()) };
        if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        {
            tracing::debug!(reasons = ?cancelled.cancellation_reasons(), "lost a race");
            return Err(Lost::Race);
        }
        let conflict = error.code().is_some_and(|code| code.contains("TransactionConflict"));
        if conflict {
            return Err(Lost::Race);
        }
        Err(Lost::Other(Error::from_sdk("commit to the table", error)))
    }
}
