//! What the relay tells the desk of messages in Discord, and how it proves that it is the relay: the
//! header `x-bellhop-signature` is `v0=` and the hexadecimal HMAC-SHA256 of `v0:TIMESTAMP:BODY`, whose
//! secret is made of the bot's token, which both sides have; `x-bellhop-timestamp` is at most five
//! minutes old. It knows neither where the relay listens nor what a message means.

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::payload::Attachment;
use crate::slack::signature;

/// The header with the seconds since 1970.
pub const TIMESTAMP: &str = "x-bellhop-timestamp";
/// The header with the signature.
pub const SIGNATURE: &str = "x-bellhop-signature";
/// Where the relay rings.
pub const PATH: &str = "/discord/messages";

/// The secret of the relay and the desk.
#[derive(Clone)]
pub struct Key(String);

/// The request does not come from the relay. Answer 401 and read nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not the relay's: give both sides the same bot token and the same time")]
pub struct NotTheRelay;

/// What happened to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relayed {
    /// Which of them.
    pub what: Happened,
    /// The guild.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<String>,
    /// The thread or channel.
    pub channel: String,
    /// The message.
    pub message: String,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies_to: Option<String>,
    /// Whose it is, by account and name; not known of one that was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<(String, String)>,
    /// What it says now.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attachment>,
}

/// What can happen to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// It was written.
    Said,
    /// It reads otherwise.
    Edited,
    /// It is gone.
    Deleted,
}

impl Key {
    /// The key that goes with a bot's token.
    pub fn of_token(token: &str) -> Key {
        let token = token.strip_prefix("Bot ").unwrap_or(token).trim();
        // A desk without a bot has no relay: anybody could sign with nothing.
        if token.is_empty() {
            return Key(String::new());
        }
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) else {
            // HMAC takes keys of any length (RFC 2104 section 3).
            return Key(String::new());
        };
        mac.update(b"bellhop relay 1");
        Key(hex::encode(mac.finalize().into_bytes()))
    }

    /// The value of the signature's header.
    pub fn sign(&self, timestamp_unix: i64, body: &[u8]) -> String {
        signature::sign(&self.0, timestamp_unix, body)
    }

    /// Checks both headers of a request against its raw body.
    pub fn verify(
        &self,
        now_unix: i64,
        timestamp: Option<&str>,
        given: Option<&str>,
        body: &[u8],
    ) -> Result<(), NotTheRelay> {
        if self.0.is_empty() {
            return Err(NotTheRelay);
        }
        signature::verify(&self.0, now_unix, timestamp, given, body).map_err(|_| NotTheRelay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_the_token_is_the_relay() {
        let (ours, theirs) = (Key::of_token("Bot secret"), Key::of_token("other"));
        let now = 1_700_000_000;
        let signed = ours.sign(now, b"{}");
        let at = now.to_string();
        let check = |key: &Key, later: i64, body: &[u8]| {
            key.verify(now + later, Some(&at), Some(&signed), body)
        };
        assert_eq!(check(&Key::of_token("secret"), 10, b"{}"), Ok(()));
        assert_eq!(check(&theirs, 10, b"{}"), Err(NotTheRelay));
        assert_eq!(check(&ours, 10, b"{ }"), Err(NotTheRelay));
        assert_eq!(check(&ours, 301, b"{}"), Err(NotTheRelay));
        assert_eq!(ours.verify(now, None, None, b"{}"), Err(NotTheRelay));
        let nobody = Key::of_token("Bot ");
        let signed = nobody.sign(now, b"{}");
        assert_eq!(nobody.verify(now, Some(&at), Some(&signed), b"{}"), Err(NotTheRelay));
    }
}
