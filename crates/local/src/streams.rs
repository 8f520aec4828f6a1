//! Reads a table's stream as Lambda's event source does and hands on batches in Lambda's own event
//! type. Waits on the engine's bell rather than asking again and again; decides nothing by content.

use crate::dynamodb::Engine;
use aws_lambda_events::event::dynamodb::{
    Event, EventRecord, StreamRecord, StreamViewType, UserIdentity,
};
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// At most this many records in a batch, as the event source mapping on AWS is set.
pub const BATCH: i32 = 100;

/// A look at the stream though the bell was silent, should a write ever come past the engine.
const SAFETY_LOOK: Duration = Duration::from_secs(5);

/// A trim is a write of its own: it waits until this many records are behind, or all is quiet.
const TRIM_AFTER: usize = 500;

/// A stream that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The table has no stream.
    #[error("the table {0} has no stream; create it with one of new and old images")]
    NoStream(String),
    /// The streams API refused a call.
    #[error("cannot read the stream: {0}")]
    Api(String),
}

/// The reader of one table's stream: from the latest record at its start, in order, each batch
/// given again until it is `done`.
#[derive(Debug)]
pub struct Pump {
    client: Client,
    engine: Engine,
    bell: watch::Receiver<u64>,
    table: String,
    arn: String,
    /// Where reading stands: the batch after the last one that is done.
    iterator: String,
    /// The iterator after the batch last given.
    next_iterator: Option<String>,
    /// The last record that is done, and how many are done since the last trim.
    checkpoint: Option<String>,
    behind: usize,
}

impl Pump {
    /// Starts reading `table` after its latest record.
    pub async fn start(client: Client, table: &str, engine: &Engine) -> Result<Self, StreamError> {
        let bell = engine.written();
        let streams = client.list_streams().table_name(table).send().await.map_err(api)?;
        let arn = streams.streams().first().and_then(|stream| stream.stream_arn());
        let arn = arn.ok_or_else(|| StreamError::NoStream(table.to_owned()))?.to_owned();
        let iterator = latest(&client, &arn, table).await?;
        Ok(Self {
            client,
            engine: engine.clone(),
            bell,
            table: table.to_owned(),
            arn,
            iterator,
            next_iterator: None,
            checkpoint: None,
            behind: 0,
        })
    }

    /// The next batch, waiting until there is one. Cancelling it loses nothing.
    pub async fn next_batch(&mut self) -> Result<Event, StreamError> {
        loop {
            // Marked as heard before looking: a write during the look rings again.
            self.bell.mark_unchanged();
            if let Some(batch) = self.try_batch().await? {
                return Ok(batch);
            }
            if tokio::time::timeout(SAFETY_LOOK, self.bell.changed()).await.is_err() {
                self.trim(1).await;
            }
        }
    }

    /// The next batch, or `None` when all is read.
    pub async fn try_batch(&mut self) -> Result<Option<Event>, StreamError> {
        let read =
            self.client.get_records().shard_iterator(&self.iterator).limit(BATCH).send().await;
        let read = read.map_err(api)?;
        if read.records().is_empty() {
            return Ok(None);
        }
        let mut event = Event::default();
        event.records = read.records().iter().map(|record| self.event_record(record)).collect();
        self.next_iterator = read.next_shard_iterator;
        Ok(Some(event))
    }

    /// Says that the batch last given was dealt with: reading goes on after it, and its records are
    /// deleted from the stream in time.
    pub async fn done(&mut self, batch: &Event) {
        let Some(last) = batch.records.last() else {
            return;
        };
        if let Some(next) = self.next_iterator.take() {
            self.iterator = next;
        }
        self.checkpoint = last.change.sequence_number.clone();
        self.behind += batch.records.len();
        self.trim(TRIM_AFTER).await;
    }

    /// Deletes what is behind once it is at least `after` records. A trim that fails is no failure
    /// of the batch: the records are only in the way, and the next trim takes them.
    async fn trim(&mut self, after: usize) {
        let Some(checkpoint) = self.checkpoint.as_ref().filter(|_| self.behind >= after) else {
            return;
        };
        match self.engine.trim_stream(&self.table, checkpoint).await {
            Ok(_) => self.behind = 0,
            Err(error) => tracing::warn!(table = self.table, %error, "the stream was not trimmed"),
        }
    }

    fn event_record(&self, record: &Record) -> EventRecord {
        let mut event = EventRecord::default();
        event.aws_region = record.aws_region().unwrap_or_default().to_owned();
        event.event_id = record.event_id().unwrap_or_default().to_owned();
        event.event_name =
            record.event_name().map(|name| name.as_str().to_owned()).unwrap_or_default();
        event.event_source = record.event_source().map(str::to_owned);
        event.event_version = record.event_version().map(str::to_owned);
        event.event_source_arn = Some(self.arn.clone());
        event.user_identity = record.user_identity().map(|identity| {
            let mut by = UserIdentity::default();
            by.type_ = identity.r#type().unwrap_or_default().to_owned();
            by.principal_id = identity.principal_id().unwrap_or_default().to_owned();
            by
        });
        event.change = record.dynamodb().map(change).unwrap_or_default();
        event
    }
}

fn change(record: &aws_sdk_dynamodbstreams::types::StreamRecord) -> StreamRecord {
    let mut change = StreamRecord::default();
    let created = record.approximate_creation_date_time().copied();
    if let Some(created) = created.and_then(|moment| SystemTime::try_from(moment).ok()) {
        change.approximate_creation_date_time = created.into();
    }
    change.keys = record.keys().cloned().unwrap_or_default().into();
    change.new_image = record.new_image().cloned().unwrap_or_default().into();
    change.old_image = record.old_image().cloned().unwrap_or_default().into();
    change.sequence_number = record.sequence_number().map(str::to_owned);
    change.size_bytes = record.size_bytes().unwrap_or_default();
    change.stream_view_type = record.stream_view_type().map(|view| match view.as_str() {
        "NEW_IMAGE" => StreamViewType::NewImage,
        "OLD_IMAGE" => StreamViewType::OldImage,
        "NEW_AND_OLD_IMAGES" => StreamViewType::NewAndOldImages,
        _ => StreamViewType::KeysOnly,
    });
    change
}

/// The embedded engine has one shard a table and never closes it.
async fn latest(client: &Client, arn: &str, table: &str) -> Result<String, StreamError> {
    let described = client.describe_stream().stream_arn(arn).send().await.map_err(api)?;
    let shards = described.stream_description().map(|stream| stream.shards()).unwrap_or_default();
    let shard = shards.first().and_then(|shard| shard.shard_id());
    let started = client
        .get_shard_iterator()
        .stream_arn(arn)
        .set_shard_id(shard.map(str::to_owned))
        .shard_iterator_type(ShardIteratorType::Latest)
        .send()
        .await
        .map_err(api)?;
    started.shard_iterator.ok_or_else(|| StreamError::NoStream(table.to_owned()))
}

fn api(error: impl std::error::Error) -> StreamError {
    StreamError::Api(DisplayErrorContext(error).to_string())
}
