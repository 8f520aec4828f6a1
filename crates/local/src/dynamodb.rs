//! DynamoDB in this process: the AWS SDK's HTTP calls handed to an engine over SQLite.
//! Knows the wire protocol and how the engine keeps its stream; knows no table of the desk.

mod frozen;
mod operations;

use crate::faults::{Failure, Faults};
use crate::meter::Meter;
use crate::wire::{self, Answer, Call, Lost, Service};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::{Database, DynoxideError};
use frozen::Frozen;
use operations::{WRITES, answer, perform};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// An engine that cannot be opened or kept.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine refused the database file.
    #[error(
        "cannot open the database {path}: {reason}; restore it from a backup, or name another folder with --data"
    )]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the engine said.
        reason: String,
    },
    /// SQLite would not sync each commit, so that an acknowledged write could be lost.
    #[error(
        "this SQLite does not sync its commits (synchronous = {0}); build it with its own default, FULL"
    )]
    NotDurable(i64),
    /// SQLite refused a statement on the stream's table.
    #[error("cannot keep the stream of the database: {0}; check the folder and its free space")]
    Stream(#[from] rusqlite::Error),
    /// The folder could not be synced.
    #[error("cannot sync the data folder: {0}")]
    Folder(#[from] std::io::Error),
    /// A sequence number that this engine did not give out.
    #[error("{0} is not a sequence number of this stream")]
    SequenceNumber(String),
    /// The thread that ran a statement ended early.
    #[error("the database was interrupted; try again")]
    Interrupted,
    /// The engine failed outside any call.
    #[error("the database failed: {0}; try again")]
    Failed(String),
}

/// A DynamoDB in this process; clones share it.
#[derive(Clone)]
pub struct Engine {
    database: Database,
    /// A second connection for what the engine does not do itself; none for one in memory.
    stream_table: Option<Arc<Mutex<Connection>>>,
    faults: Faults,
    meter: Meter,
    frozen: Arc<Mutex<Option<Frozen>>>,
    bell: Arc<watch::Sender<u64>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// Opens the database `dynamodb.sqlite` of the data folder, made when absent. Each
    /// acknowledged write is on the disk: SQLite's write-ahead log, synced at every commit.
    pub fn open(data: &Path) -> Result<Self, EngineError> {
        let path = data.join("dynamodb.sqlite");
        let name = path.to_str().ok_or_else(|| open_error(&path, "its name is not UTF-8"))?;
        let database = Database::new(name).map_err(|error| open_error(&path, error))?;
        let connection = open_stream_table(&path)?;
        crate::files::sync_folder_of(&path)?;
        Ok(Self::around(database, Some(connection)))
    }

    /// A database in memory, for tests and demonstrations. Its stream is never trimmed.
    pub fn memory() -> Result<Self, EngineError> {
        let database =
            Database::memory().map_err(|error| open_error(Path::new(":memory:"), error))?;
        Ok(Self::around(database, None))
    }

    fn around(database: Database, connection: Option<Connection>) -> Self {
        Self {
            database,
            stream_table: connection.map(|connection| Arc::new(Mutex::new(connection))),
            faults: Faults::default(),
            meter: Meter::default(),
            frozen: Arc::default(),
            bell: Arc::new(watch::Sender::new(0)),
        }
    }

    /// What answers the SDK's clients of DynamoDB and of its streams.
    pub fn service(&self) -> Service {
        let engine = self.clone();
        Service::new("embedded DynamoDB", move |call| engine.clone().answer(call))
    }

    /// The HTTP client to give to them.
    pub fn http_client(&self) -> SharedHttpClient {
        self.service().http_client()
    }

    /// A client of it.
    pub fn client(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&wire::config(self.http_client()))
    }

    /// From now on the indexes stand still: they are read as they are at this moment, however late
    /// that is. Only for a database on the disk.
    pub fn freeze_indexes(&self) -> Result<(), EngineError> {
        let Some(connection) = &self.stream_table else {
            return Err(EngineError::Failed("a database in memory has no copy".into()));
        };
        let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let frozen = frozen::copy(&connection)?;
        *self.frozen.lock().unwrap_or_else(PoisonError::into_inner) = Some(frozen);
        Ok(())
    }

    /// The indexes catch up.
    pub fn thaw_indexes(&self) {
        *self.frozen.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// A bell rung after each write that took effect, whether or not its answer arrives. It counts
    /// the writes, so that a listener who was busy never misses one.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// The faults to inject between the SDK and the engine.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What counts the calls that reach the engine.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Deletes the table's stream records before `sequence_number` (as the stream gives it: 21
    /// digits). The record itself stays, so that numbers go on above it whatever the machine's
    /// clock does. Answers how many went; in memory none do.
    pub async fn trim_stream(
        &self,
        table: &str,
        sequence_number: &str,
    ) -> Result<usize, EngineError> {
        let stored = stored_sequence_number(sequence_number)
            .ok_or_else(|| EngineError::SequenceNumber(sequence_number.to_owned()))?;
        let Some(connection) = self.stream_table.clone() else {
            return Ok(0);
        };
        let table = table.to_owned();
        blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(connection.execute(TRIM, (table, stored))?)
        })
        .await
    }

    /// Deletes what has expired by the table's time-to-live attribute, which DynamoDB does by
    /// itself; the deletions appear in the stream. Answers how many went.
    pub async fn sweep_expired(&self) -> Result<usize, EngineError> {
        let database = self.database.clone();
        let swept = blocking(move || {
            database.sweep_ttl().map_err(|error| EngineError::Failed(error.to_string()))
        })
        .await?;
        if swept > 0 {
            self.ring();
        }
        Ok(swept)
    }

    async fn answer(self, call: Call) -> Result<Answer, Lost> {
        let delay = self.faults.current_delay();
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
        if let Some(failure) = self.faults.next_failure() {
            return Ok(answer(Err(injected(failure))));
        }
        let writes = WRITES.contains(&call.operation.as_str());
        let engine = self.clone();
        // SQLite blocks: it is kept off the threads that run everything else. The bell is rung
        // there too, since a caller who gave up waiting does not undo the write.
        let done = tokio::task::spawn_blocking(move || {
            let frozen = engine.frozen_for(&call);
            let database = frozen.as_ref().map_or(&engine.database, Frozen::database);
            let result = engine.meter.around(call, writes, |call| perform(database, call));
            if writes && result.is_ok() {
                engine.ring();
            }
            result
        });
        let stopped = |_| Err(DynoxideError::InternalServerError("the engine stopped".into()));
        let result = done.await.unwrap_or_else(stopped);
        if writes && result.is_ok() && self.faults.answer_is_lost() {
            return Err(Lost);
        }
        Ok(answer(result))
    }

    /// The copy a call reads, if it asks an index that stands still.
    fn frozen_for(&self, call: &Call) -> Option<Frozen> {
        let frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        frozen.filter(|_| frozen::asks_an_index(call))
    }

    fn ring(&self) {
        self.bell.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Without this index every written item reads the whole stream table for its highest number.
/// The expression is the engine's own, letter for letter: SQLite matches it by its text.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS bellhop_stream_position \
     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

const TRIM: &str = "DELETE FROM _stream_records \
     WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2";

/// SQLite's number for `PRAGMA synchronous = FULL`.
const FULL: i64 = 2;

/// The engine never sets `synchronous`, so its connection has the default of the SQLite that is
/// linked: checked here on a connection opened the same way.
fn open_stream_table(path: &Path) -> Result<Connection, EngineError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let synchronous = connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if synchronous < FULL {
        return Err(EngineError::NotDurable(synchronous));
    }
    connection.execute_batch(INDEX)?;
    // A trim lost in a power cut is made again; it need not wait for the disk.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

/// The stream shows numbers of 21 digits, the table holds them less this offset.
const SEQUENCE_NUMBER_OFFSET: u128 = 100_000_000_000_000_000_000;

fn stored_sequence_number(shown: &str) -> Option<i64> {
    let stored = shown.parse::<u128>().ok()?.checked_sub(SEQUENCE_NUMBER_OFFSET)?;
    i64::try_from(stored).ok()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| EngineError::Interrupted)?
}

fn injected(failure: Failure) -> DynoxideError {
    match failure {
        Failure::Throttle => {
            DynoxideError::ProvisionedThroughputExceededException("injected".into())
        }
        Failure::Internal => DynoxideError::InternalServerError("injected".into()),
        Failure::Conflict => {
            DynoxideError::TransactionCanceledException("injected".into(), Vec::new())
        }
    }
}

fn open_error(path: &Path, reason: impl ToString) -> EngineError {
    EngineError::Open { path: path.to_owned(), reason: reason.to_string() }
}
