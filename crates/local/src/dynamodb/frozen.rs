//! A copy of the database for reading indexes that lag: DynamoDB promises nothing about how soon an
//! index shows what was written. Knows which calls read an index; nothing of what is in it.

use std::sync::Arc;

use dynoxide::Database;
use rusqlite::Connection;
use tempfile::TempDir;

use super::EngineError;
use crate::wire::Call;

/// The database as it was at one moment; clones share it, and the last takes it away.
#[derive(Clone)]
pub(super) struct Frozen {
    database: Database,
    _folder: Arc<TempDir>,
}

impl Frozen {
    pub(super) fn database(&self) -> &Database {
        &self.database
    }
}

/// Copies what is committed by now.
pub(super) fn copy(connection: &Connection) -> Result<Frozen, EngineError> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("frozen.sqlite");
    let failed = |why: String| EngineError::Open { path: path.clone(), reason: why };
    let name = path.to_str().ok_or_else(|| failed("its name is not UTF-8".into()))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    let database = Database::new(name).map_err(|error| failed(error.to_string()))?;
    Ok(Frozen { database, _folder: Arc::new(folder) })
}

/// Whether a call reads an index and not the table itself.
pub(super) fn asks_an_index(call: &Call) -> bool {
    let reads = matches!(call.operation.as_str(), "Query" | "Scan");
    let body = || serde_json::from_slice::<serde_json::Value>(&call.body).ok();
    reads && body().is_some_and(|body| body.get("IndexName").is_some())
}
