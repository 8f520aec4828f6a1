//! How a call to Slack or Discord can fail, told apart by the one thing a sender must know: try again, or not.
//! Which delays and how many attempts follow is the caller's business.

use std::time::Duration;

use thiserror::Error;

/// How long one call may take from connecting to the last byte of the answer.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a call to a chat service did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// The service is busy, broken or out of reach: the same call may succeed later.
    #[error("not sent, try again later: {reason}")]
    Retry {
        /// The least time to wait, when the service named one (`Retry-After`).
        after: Option<Duration>,
        /// What happened, for the log.
        reason: String,
    },
    /// The service refused this call for good: repeating it is useless.
    #[error("not sent, change the request or the configuration: {reason}")]
    Permanent {
        /// What happened, for the log.
        reason: String,
    },
}

impl SendError {
    pub(crate) fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { after: None, reason: reason.into() }
    }

    pub(crate) fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent { reason: reason.into() }
    }

    /// Sorts an HTTP status that is no success: 408, 425, 429 and 5xx (RFC 9110 section 15) may pass, the others not.
    pub(crate) fn from_status(status: u16, after: Option<Duration>, reason: String) -> Self {
        match status {
            408 | 425 | 429 | 500..=599 => Self::Retry { after, reason },
            _ => Self::Permanent { reason },
        }
    }
}

/// Gives up on a call after [`CALL_TIMEOUT`].
pub(crate) async fn within_time<T>(
    service: &str,
    call: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    match tokio::time::timeout(CALL_TIMEOUT, call).await {
        Ok(result) => result,
        Err(_) => Err(SendError::retry(format!(
            "{service} did not answer within {} s",
            CALL_TIMEOUT.as_secs()
        ))),
    }
}
