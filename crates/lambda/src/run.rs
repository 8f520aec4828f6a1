//! A function that AWS rings by an event: mail, the minute, the table's stream.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;

/// Runs a handler of events. What it refuses or fails at is reported with the type of its error, so
/// that an alarm can tell a foreign event from storage that is away.
pub async fn run<H, F, T, E>(handle: H) -> Result<()>
where
    H: Fn(Value) -> F + Send + Sync,
    F: Future<Output = Result<T, E>> + Send,
    T: Serialize + Send,
    E: std::error::Error + 'static,
{
    run_until(move |event, _| handle(event)).await
}

/// So long before Lambda would end it a handler that goes on for long ends by itself.
const MARGIN: SignedDuration = SignedDuration::from_secs(10);

/// The same for a handler of work that may be more than one call has time for: it is told until when
/// it may go on, by the machine's clock.
pub async fn run_until<H, F, T, E>(handle: H) -> Result<()>
where
    H: Fn(Value, Timestamp) -> F + Send + Sync,
    F: Future<Output = Result<T, E>> + Send,
    T: Serialize + Send,
    E: std::error::Error + 'static,
{
    let handle = &handle;
    let service = service_fn(move |event: LambdaEvent<Value>| async move {
        let until = last_moment(event.context.deadline);
        Box::pin(handle(event.payload, until)).await.map_err(|error| diagnostic(&error))
    });
    ended(lambda_runtime::run(service).await)
}

/// `deadline` is in milliseconds since 1970, as the runtime says it.
fn last_moment(deadline: u64) -> Timestamp {
    let end = i64::try_from(deadline).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
    end.and_then(|end| end.checked_sub(MARGIN).ok()).unwrap_or(Timestamp::MAX)
}

/// The runtime goes on for ever unless something is wrong with it.
pub(crate) fn ended(end: std::result::Result<(), lambda_runtime::Error>) -> Result<()> {
    end.map_err(|error| anyhow::anyhow!("the runtime ended: {error}"))
}

/// An error as Lambda reports it: the type's name and what to do next.
pub(crate) fn diagnostic<E: std::error::Error + 'static>(error: &E) -> Diagnostic {
    tracing::error!(%error, "an event was not handled");
    Diagnostic {
        error_type: std::any::type_name::<E>().to_owned(),
        error_message: error.to_string(),
    }
}
