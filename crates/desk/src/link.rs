//! Linking a name to a person who asks for it: whoever reads the mail of an address can copy a code
//! out of it, and nobody else can. Knows no network and no secret: codes come hashed, the time is told.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::id::PersonId;
use crate::person::Person;

/// How long a code is good for.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);
/// How often a code can be tried.
pub const TRIES_AT_MOST: u8 = 5;
/// So many codes are sent within [`COUNTED_FOR`].
pub const CODES_AT_MOST: usize = 3;
/// How long a code that was asked for counts.
pub const COUNTED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// So many names one person goes by.
pub const NAMES_AT_MOST: usize = 12;
/// So many people can have become one.
pub const PEOPLE_AT_MOST: usize = 8;

/// Somebody wants to go by an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Which.
    pub address: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The hash of the code that was sent; none until it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How often a wrong code was given.
    #[serde(default)]
    pub tries: u8,
}

/// When codes were asked for lately, by one person or for one address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked(pub Vec<Timestamp>);

impl Asked {
    /// With one more at this moment; or how long to wait.
    pub fn once_more(&self, now: Timestamp) -> Result<Asked, SignedDuration> {
        let counts = |at: &&Timestamp| at.duration_until(now) < COUNTED_FOR;
        let mut lately: Vec<Timestamp> = self.0.iter().filter(counts).copied().collect();
        lately.sort();
        if lately.len() >= CODES_AT_MOST {
            let oldest = lately.first().copied().unwrap_or(now);
            return Err(COUNTED_FOR - oldest.duration_until(now));
        }
        lately.push(now);
        Ok(Asked(lately))
    }
}

/// What becomes of a code that somebody gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// It is the one.
    Right,
    /// It is not; the request as it stands from now on.
    Wrong(Request),
    /// It does not matter any more: too late, too often, or never sent.
    Void,
}

impl Request {
    /// Looks at a code, hashed as the one that was sent is.
    pub fn given(&self, code: &str, now: Timestamp) -> Given {
        let fresh = self.asked_at.duration_until(now) < GOOD_FOR;
        let Some(sent) = self.code.as_ref().filter(|_| fresh && self.tries < TRIES_AT_MOST) else {
            return Given::Void;
        };
        if sent == code {
            return Given::Right;
        }
        Given::Wrong(Request { tries: self.tries + 1, ..self.clone() })
    }
}

/// Why two people do not become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOne {
    /// A member's name goes to nobody who is none: a role would go with it.
    #[error("this name belongs to a member of the desk, who links it from their own side")]
    Member,
    /// Two members stay two.
    #[error("both are members of the desk; two members stay two people")]
    BothMembers,
    /// A person holds only so many.
    #[error("one person goes by {NAMES_AT_MOST} names at most; unlink one first")]
    TooMany,
    /// It is theirs already, in the other direction; or one of them is gone.
    #[error("these two are one person already, or one of them is gone; look at them again")]
    Already,
}

/// Whether `absorbed` may become `survivor`. Whoever has a role keeps it and gives none away.
pub fn become_one(
    (survivor, role): (&Person, Role),
    (absorbed, other): (&Person, Role),
) -> Result<(), NotOne> {
    if survivor.id == absorbed.id || survivor.was.contains(&absorbed.id) {
        return Err(NotOne::Already);
    }
    match (role, other) {
        (Role::Requester, Role::Requester) => {}
        (_, Role::Requester) => {}
        (Role::Requester, _) => return Err(NotOne::Member),
        (_, _) => return Err(NotOne::BothMembers),
    }
    if survivor.was.len() + 1 + absorbed.was.len() > PEOPLE_AT_MOST {
        return Err(NotOne::TooMany);
    }
    Ok(())
}

/// Two people as one: the first as they are from now on, and the second, who says whom they are now.
pub fn joined(survivor: &Person, absorbed: &Person) -> (Person, Person) {
    let mut one = survivor.clone();
    one.was.insert(absorbed.id.clone());
    one.was.extend(absorbed.was.iter().cloned());
    (one, Person { is_now: Some(survivor.id.clone()), ..absorbed.clone() })
}

/// The same taken back: each as they were.
pub fn parted(survivor: &Person, absorbed: &Person) -> (Person, Person) {
    let mut one = survivor.clone();
    let gone = |id: &PersonId| *id == absorbed.id || absorbed.was.contains(id);
    one.was.retain(|id| !gone(id));
    (one, Person { is_now: None, ..absorbed.clone() })
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
