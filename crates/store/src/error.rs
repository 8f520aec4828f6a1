//! What can go wrong between the desk and its table. Refusals of the domain travel inside, so that
//! a door can tell "no" from "not now".

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use desk::Refusal;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The desk said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many others want the same thing, or the service asks to slow down; nothing was changed.
    #[error("the desk is busy; try again in a moment")]
    Busy,
    /// The service could not be reached or failed; it is not known whether anything was changed.
    #[error("cannot {doing}: {cause}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the service said.
        cause: String,
    },
    /// Something at rest cannot be read.
    #[error("cannot read {what} from the table: {cause}")]
    Damaged {
        /// Which thing.
        what: String,
        /// How it fails to be one.
        cause: String,
    },
    /// More than one transaction can hold.
    #[error("one command cannot write {items} items at once; split it")]
    TooLarge {
        /// How many it would take.
        items: usize,
    },
}

impl Error {
    /// Whether the same may succeed later, with nothing changed but the time.
    pub fn may_pass(&self) -> bool {
        match self {
            Error::Busy | Error::Unavailable { .. } => true,
            Error::Refused(_) | Error::Damaged { .. } | Error::TooLarge { .. } => false,
        }
    }

    /// From an SDK error, by what the service calls it.
    pub(crate) fn from_sdk<E, R>(doing: &'static str, error: SdkError<E, R>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        if error.code().is_some_and(is_throttle) {
            return Error::Busy;
        }
        let cause = match (error.code(), error.message()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            (None, _) => chain(&error),
        };
        Error::Unavailable { doing, cause }
    }

    /// Whether a conditional write was carried out: false where its condition did not hold.
    pub(crate) fn condition_held<T, E, R>(
        doing: &'static str,
        written: Result<T, SdkError<E, R>>,
    ) -> Result<bool, Error>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        match written {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(Error::from_sdk(doing, error)),
        }
    }

    pub(crate) fn damaged(what: impl Into<String>, cause: impl std::fmt::Display) -> Error {
        Error::Damaged { what: what.into(), cause: cause.to_string() }
    }
}

fn is_throttle(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "TransactionInProgressException"
            | "TransactionConflictException"
            | "SlowDown"
    )
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
