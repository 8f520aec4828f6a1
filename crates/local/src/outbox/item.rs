//! One thing that left, as it is kept and shown; and the same before it has its place.
//! The field names are a promise to everything that reads `/dev/outbox.json`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where something left to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A mail.
    Mail,
    /// A call of Slack's Web API.
    Slack,
    /// A call of Discord's HTTP API.
    Discord,
    /// A webhook's request.
    Webhook,
    /// An event on the bus.
    Event,
}

/// One thing that left, as `/dev/outbox.json` shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its place in the order of leaving, from 1.
    pub seq: u64,
    /// When it left, by the desk's clock.
    pub at: Timestamp,
    /// What it is.
    pub kind: Kind,
    /// The address, channel, user, URL or detail type it went to.
    pub to: String,
    /// The subject of a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The API method or HTTP method and path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The text of a mail; else the JSON that was sent.
    pub body: serde_json::Value,
    /// The whole mail as it was handed over; bytes that are not UTF-8 are replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The sender's own key, by which a second copy is recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What is about to be recorded.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// What it is.
    pub kind: Kind,
    /// Where it goes.
    pub to: String,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// The API method or HTTP method and path.
    pub method: Option<String>,
    /// The text of a mail; else the JSON that is sent.
    pub body: serde_json::Value,
    /// The whole mail.
    pub raw: Option<String>,
    /// The sender's own key: a second push with a known key records nothing.
    pub key: Option<String>,
}

impl Leaving {
    /// Something of `kind` that goes to `to` with `body`, and nothing else said.
    pub fn new(kind: Kind, to: impl Into<String>, body: impl Into<serde_json::Value>) -> Self {
        Self {
            kind,
            to: to.into(),
            subject: None,
            method: None,
            body: body.into(),
            raw: None,
            key: None,
        }
    }

    /// The same, by the API method or HTTP method and path.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    pub(super) fn into_item(self, seq: u64, at: Timestamp) -> Item {
        Item {
            seq,
            at,
            kind: self.kind,
            to: self.to,
            subject: self.subject,
            method: self.method,
            body: self.body,
            raw: self.raw,
            key: self.key,
        }
    }
}
