//! Names of things: one newtype each, so that a person's id can never be passed for a queue's.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as it is stored and shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(text.to_owned())
            }
        }
    };
}

name!(
    /// A person, whether they ask or answer.
    PersonId
);
name!(
    /// An organisation; made once and kept.
    OrganisationId
);
name!(
    /// A queue, by the short word that stands in its address and in `/q/{queue}`.
    QueueId
);
name!(
    /// A calendar, by the short word it goes by.
    CalendarId
);
name!(
    /// A policy, by the short word it goes by; people see its name.
    PolicyId
);

name!(
    /// A form, by the short word it goes by; people see its name.
    FormId
);
name!(
    /// A field of a form, by the short word it goes by; people see its label.
    FieldId
);
name!(
    /// A rule, by the short word it goes by; people see its name.
    RuleId
);

name!(
    /// A macro, by the short word it goes by; people see its name.
    MacroId
);

name!(
    /// A webhook, by the short word it goes by.
    WebhookId
);

/// A ticket's number: sequential, never used twice, shown as `#1042`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Number(pub u64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}
