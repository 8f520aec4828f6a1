//! What a chat door does when storage is slow or away. Slack and Discord hang up after three
//! seconds, so the work is raced against two: if it loses, it is handed over as it arrived, to be done
//! again from the beginning under the same key, and the person is told that it is being worked on. If
//! nobody takes it over, they are told plainly that nothing was filed.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::Error;
use store::change::Underway;
use tokio::time::timeout;

/// How long the work itself may take before it is handed over.
const PATIENCE: Duration = Duration::from_millis(2000);
/// How long handing it over may take.
const HAND_OVER_WITHIN: Duration = Duration::from_millis(500);
/// How much longer the work may take where nobody took it over.
const LAST_CHANCE: Duration = Duration::from_millis(200);

/// A request whose signature was verified, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Where it rang, such as `/slack/commands`.
    pub path: String,
    /// The body, whole.
    pub body: String,
}

/// Nobody took the work over.
#[derive(Debug, thiserror::Error)]
#[error("the work could not be handed over: {0}")]
pub struct NotTaken(pub String);

type Taking = Pin<Box<dyn Future<Output = Result<(), NotTaken>> + Send>>;

/// Takes work over. Once it answers, the work cannot be lost any more.
#[derive(Clone)]
pub struct HandOver(Arc<dyn Fn(Work) -> Taking + Send + Sync>);

/// How the race ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended<T> {
    /// The work was done in time.
    Done(T),
    /// It will be done; the answer follows.
    HandedOver,
    /// It was not done and nobody took it over.
    NotDone {
        /// Whether it is certain that nothing was written.
        certain: bool,
    },
}

impl HandOver {
    /// Whatever `take` does with work, on AWS an invocation of the same function.
    pub fn new<F, R>(take: F) -> HandOver
    where
        F: Fn(Work) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), NotTaken>> + Send + 'static,
    {
        HandOver(Arc::new(move |work| Box::pin(take(work))))
    }

    /// Runs `doing` for as long as its caller can wait; `underway` is what it commits with.
    pub async fn in_time<T>(
        &self,
        work: Work,
        underway: &Underway,
        doing: impl Future<Output = Result<T, Error>>,
    ) -> Ended<T> {
        let mut doing = pin!(doing);
        let failed = match timeout(PATIENCE, doing.as_mut()).await {
            Ok(Ok(done)) => return Ended::Done(done),
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        if let Some(error) = &failed {
            tracing::error!("storage did not answer a chat door: {error}");
        }
        let may_pass = failed.as_ref().is_none_or(Error::may_pass);
        if may_pass && self.is_taken(work).await {
            return Ended::HandedOver;
        }
        if failed.is_none()
            && let Ok(Ok(done)) = timeout(LAST_CHANCE, doing).await
        {
            return Ended::Done(done);
        }
        Ended::NotDone { certain: !underway.is_raised() }
    }

    async fn is_taken(&self, work: Work) -> bool {
        let path = work.path.clone();
        match timeout(HAND_OVER_WITHIN, (self.0)(work)).await {
            Ok(Ok(())) => {
                tracing::info!(door.path = path, "storage is slow: the work was handed over");
                true
            }
            Ok(Err(error)) => {
                tracing::error!(door.path = path, "{error}");
                false
            }
            Err(_) => {
                tracing::error!(door.path = path, "handing the work over took too long");
                false
            }
        }
    }
}

#[cfg(test)]
#[path = "later_tests.rs"]
mod tests;
