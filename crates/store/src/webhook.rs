//! What is kept of a webhook beside its place in the configuration: its secret, what was delivered, and
//! since when nothing was.

use desk::WebhookId;
use desk::outbox::Owed;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::item::{self, n, s};
use crate::lane::row;
use crate::{Store, key};

/// How long the log of deliveries is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One attempt to deliver something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The delivery's id, the same for each attempt.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Counted from 1.
    pub attempt: u32,
    /// The status that was answered; none where nothing was.
    pub status: Option<u16>,
    /// How the answer began, or why there was none.
    pub answer: String,
    /// What was delivered, to be put in its lane again.
    pub owed: Owed,
}

impl Attempt {
    /// Whether it was taken.
    pub fn was_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Store {
    /// What a webhook's requests are signed with, made at the first need.
    pub async fn webhook_secret(&self, id: &WebhookId) -> Result<String, Error> {
        let known = self.get(key::webhook_secret(id), true).await?;
        match known.and_then(|item| item::text(&item, "secret").map(str::to_owned)) {
            Some(secret) => Ok(secret),
            None => {
                let secret = self.fresh_secret();
                self.set_webhook_secret(id, &secret).await?;
                Ok(secret)
            }
        }
    }

    /// A secret nobody has yet.
    pub fn fresh_secret(&self) -> String {
        format!("whsec_{}{}", self.fresh_id(), self.fresh_id())
    }

    /// Another secret; from now on requests are signed with it alone.
    pub async fn set_webhook_secret(&self, id: &WebhookId, secret: &str) -> Result<(), Error> {
        let mut item = key::webhook_secret(id).attributes();
        item.insert("secret".into(), s(secret));
        self.written_down(vec![self.put(item)?]).await
    }

    /// Puts an attempt on record.
    pub async fn attempted(&self, id: &WebhookId, attempt: &Attempt) -> Result<(), Error> {
        let mut item = key::attempt(id, attempt.at, &attempt.id).with(attempt)?;
        let expires = self.wall().checked_add(KEPT_FOR).unwrap_or(Timestamp::MAX);
        item.insert("expires".into(), n(expires.as_second()));
        self.written_down(vec![self.put(item)?]).await
    }

    /// The newest attempts, newest first.
    pub async fn attempts(&self, id: &WebhookId, limit: usize) -> Result<Vec<Attempt>, Error> {
        let mark = key::attempt(id, Timestamp::UNIX_EPOCH, "");
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :mark)")
            .expression_attribute_values(":pk", s(mark.pk))
            .expression_attribute_values(":mark", s(key::ATTEMPT))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|e| Error::from_sdk("read deliveries", e))?;
        answer.items().iter().map(item::data).collect()
    }

    /// Has something delivered once more.
    pub async fn deliver_again(&self, owed: &Owed) -> Result<(), Error> {
        let put = self.put(row(owed, self.now())?)?;
        self.written_down(vec![put]).await
    }

    /// Since when nothing could be delivered; none where something could.
    pub async fn failing_since(&self, id: &WebhookId) -> Result<Option<Timestamp>, Error> {
        let item = self.get(key::webhook_state(id), true).await?;
        Ok(item.and_then(|item| item::text(&item, "failing_since")?.parse().ok()))
    }

    /// Notes since when nothing could be delivered, or that something could.
    pub async fn note_failing(
        &self,
        id: &WebhookId,
        since: Option<Timestamp>,
    ) -> Result<(), Error> {
        let mut item = key::webhook_state(id).attributes();
        if let Some(since) = since {
            item.insert("failing_since".into(), s(key::instant(since)));
        }
        self.written_down(vec![self.put(item)?]).await
    }
}
