//! The operations of DynamoDB's JSON protocol, each handed to the engine's own method.
//! Knows how the engine words its errors; runs where it is called, which must be a blocking thread.

use crate::wire::{Answer, Call};
use dynoxide::{Database, DynoxideError};

/// The operations after which the bell rings.
pub(super) const WRITES: [&str; 5] =
    ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

/// An answer as DynamoDB sends it.
pub(super) fn answer(result: Result<String, DynoxideError>) -> Answer {
    let (status, body) = match result {
        Ok(body) => (200, body),
        Err(error) => (error.status_code(), error.to_json()),
    };
    Answer { status, content_type: "application/x-amz-json-1.0", body }
}

/// One arm an operation: reads the request, runs it, writes the response.
macro_rules! perform {
    ($database:expr, $call:expr, { $($operation:literal => $method:ident),* $(,)? }) => {
        match $call.operation.as_str() {
            $($operation => {
                let request = serde_json::from_slice(&$call.body).map_err(unreadable)?;
                let response = $database.$method(request)?;
                serde_json::to_string(&response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
            })*
            other => Err(DynoxideError::SerializationException(format!("unknown operation {other}"))),
        }
    };
}

/// Runs one call and answers its JSON.
pub(super) fn perform(database: &Database, call: &Call) -> Result<String, DynoxideError> {
    perform!(database, call, {
        "CreateTable" => create_table,
        "DeleteTable" => delete_table,
        "DescribeTable" => describe_table,
        "ListTables" => list_tables,
        "UpdateTable" => update_table,
        "PutItem" => put_item,
        "GetItem" => get_item,
        "UpdateItem" => update_item,
        "DeleteItem" => delete_item,
        "Query" => query,
        "Scan" => scan,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "UpdateTimeToLive" => update_time_to_live,
        "DescribeTimeToLive" => describe_time_to_live,
        "ListStreams" => list_streams,
        "DescribeStream" => describe_stream,
        "GetShardIterator" => get_shard_iterator,
        "GetRecords" => get_records,
    })
}

/// The engine marks the class of a refused value in front of serde's message and leaves it to its
/// server to read the mark; outside that server it is read here.
fn unreadable(error: serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    match message.split_once(':') {
        Some((mark, rest)) if mark.starts_with("VALIDATION") => {
            DynoxideError::ValidationException(rest.to_owned())
        }
        Some((mark, rest)) if mark.starts_with("SERIALIZATION") => {
            DynoxideError::SerializationException(rest.to_owned())
        }
        _ if is_validation(message) => DynoxideError::ValidationException(message.to_owned()),
        _ => DynoxideError::SerializationException(message.to_owned()),
    }
}

/// What DynamoDB answers with a `ValidationException` though no mark says so.
fn is_validation(message: &str) -> bool {
    ["missing field", "unknown variant", "invalid type: null", "AttributeValue"]
        .iter()
        .any(|part| message.contains(part))
}
