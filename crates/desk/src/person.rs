//! People and the names they go by at each door. One person may have many identities.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{OrganisationId, PersonId};
use crate::metadata::Metadata;

/// Somebody who asks or answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id, made once and kept.
    pub id: PersonId,
    /// What they are called.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// A number to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Their accounts in chat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chat: Vec<Identity>,
    /// Further addresses that are theirs; mail goes to `email`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// What another system calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Notes of other systems.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Whom they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// People who turned out to be this one: what was theirs is this person's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub was: BTreeSet<PersonId>,
    /// Whom they turned out to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_now: Option<PersonId>,
    /// Mail to `email` comes back, or is not wanted: nothing more is sent there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<Unreachable>,
    /// Whether they were erased: only the id is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// Why mail no longer goes to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreachable {
    /// The address.
    pub address: String,
    /// Since when.
    pub since: Timestamp,
    /// What the other side said, in a line.
    pub reason: String,
}

impl Person {
    /// Why mail to this address is not sent; none where it is.
    pub fn unreachable_at(&self, address: &str) -> Option<&Unreachable> {
        self.unreachable.as_ref().filter(|known| known.address == address)
    }

    /// Somebody of whom only the name is known.
    pub fn named(id: PersonId, name: impl Into<String>) -> Person {
        Person {
            id,
            name: name.into(),
            email: None,
            phone: None,
            chat: Vec::new(),
            addresses: Vec::new(),
            external_id: None,
            metadata: Metadata::new(),
            organisation: None,
            was: BTreeSet::new(),
            is_now: None,
            unreachable: None,
            erased: false,
        }
    }

    /// Every name they go by, the address that mail goes to first.
    pub fn names(&self) -> Vec<Identity> {
        let addresses = self.email.iter().chain(&self.addresses);
        let addresses = addresses.map(|address| Identity::Email(address.clone()));
        addresses.chain(self.chat.iter().cloned()).collect()
    }

    /// The same with one more name.
    pub fn with_name(mut self, name: &Identity) -> Person {
        match name {
            Identity::Email(address) if self.email.is_none() => self.email = Some(address.clone()),
            Identity::Email(address) if self.email.as_ref() != Some(address) => {
                self.addresses.push(address.clone());
            }
            Identity::Email(_) => {}
            chat => self.chat.push(chat.clone()),
        }
        self
    }

    /// The same without a name; mail then goes to the next address, if there is one.
    pub fn without_name(mut self, name: &Identity) -> Person {
        match name {
            Identity::Email(address) if self.email.as_ref() == Some(address) => {
                self.email = (!self.addresses.is_empty()).then(|| self.addresses.remove(0));
            }
            Identity::Email(address) => self.addresses.retain(|known| known != address),
            chat => self.chat.retain(|known| known != chat),
        }
        self
    }
}

/// One name a person goes by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// A mail address, in the form [`normal_address`] gives it.
    Email(String),
    /// An account in a Slack workspace.
    Slack {
        /// The workspace.
        team: String,
        /// The account.
        user: String,
    },
    /// A Discord account; they are the same in every guild.
    Discord {
        /// The account.
        user: String,
    },
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Identity::Email(address) => write!(f, "email#{address}"),
            Identity::Slack { team, user } => write!(f, "slack#{team}#{user}"),
            Identity::Discord { user } => write!(f, "discord#{user}"),
        }
    }
}

/// An address as it is compared: trimmed and lower case. None where it is no address: exactly one
/// `@` with something before it, and a host of letters, digits, dots and hyphens behind it.
pub fn normal_address(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (local, host) = address.split_once('@')?;
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>,;:\"()[]\\".contains(c);
    let host_char = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let host_ok = !host.is_empty()
        && host.chars().all(host_char)
        && host.split('.').all(|label| !label.is_empty());
    let local_ok = !local.is_empty() && local.chars().all(plain);
    (local_ok && host_ok && address.len() <= 254).then_some(address)
}

/// A name for somebody of whom only the address is known: `ana.silva@…` is "Ana Silva".
pub fn name_from_address(address: &str) -> String {
    let local = address.split('@').next().unwrap_or(address);
    let words = local.split(['.', '_', '-', '+']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    };
    let name = words.map(capital).collect::<Vec<_>>().join(" ");
    if name.is_empty() { address.to_owned() } else { name }
}
