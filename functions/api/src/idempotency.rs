//! The same key and request answer the same thing for a day and do nothing twice. Calls that change
//! a ticket keep their answer in the ticket's own transaction; calls that change none keep it before
//! they begin, so that whoever repeats them after a failure finishes what was begun.

use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::change::{Earlier, Once};

use crate::problem::Problem;
use crate::{Answer, Call};

/// How long a key is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// An answer longer than this, in bytes, is made again instead of kept.
const KEPT_AT_MOST: usize = 64 * 1024;

const DOOR: &str = "api";

impl Call<'_> {
    /// What keeps this call from happening twice, if the caller asked for that.
    pub(crate) fn once(&self) -> Result<Option<Once>, Problem> {
        let Some(key) = self.headers.get("idempotency-key") else { return Ok(None) };
        let key = key.as_bytes();
        if key.is_empty() || key.len() > 255 {
            return Err(Problem::bad_request("an Idempotency-Key has 1 to 255 characters"));
        }
        let mut request = Sha256::new();
        for part in [self.method.as_str(), &self.path, self.caller.who.id.as_str()] {
            request.update(part.as_bytes());
            request.update([0]);
        }
        request.update(&self.body);
        let wall = self.store.wall();
        Ok(Some(Once {
            door: DOOR,
            id: format!("{}#{}", self.caller.token, hex::encode(Sha256::digest(key))),
            expires: wall.checked_add(REMEMBERED).unwrap_or(wall),
            fingerprint: Some(hex::encode(request.finalize())),
        }))
    }

    /// The kept answer of a call that was made before, or why it is not the same call.
    pub(crate) fn again(&self, earlier: &Earlier) -> Result<Option<Answer>, Problem> {
        let asked = self.once()?.and_then(|once| once.fingerprint);
        if earlier.fingerprint != asked {
            return Err(Problem::key_reused());
        }
        let kept = earlier.answer.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Ok(kept.and_then(|kept: Value| Answer::of_kept(&kept)))
    }

    /// What is known of this call, where it was made before.
    pub(crate) async fn made_before(&self) -> Result<Option<Earlier>, Problem> {
        match self.once()? {
            Some(once) => Ok(self.store.earlier(DOOR, &once.id).await?),
            None => Ok(None),
        }
    }

    /// Keeps what a call that changes no ticket is going to answer, before it changes anything. Of
    /// several with the same key the first counts: its answer is everybody's, also where this one
    /// could no longer be planned. What follows must be harmless when done again.
    pub(crate) async fn promise(
        &self,
        planned: Result<Answer, Problem>,
    ) -> Result<Answer, Problem> {
        let Some(once) = self.once()? else { return planned };
        let promised = async || match self.store.earlier(DOOR, &once.id).await? {
            Some(earlier) => self.again(&earlier),
            None => Ok(None),
        };
        if let Some(answer) = promised().await? {
            return Ok(answer);
        }
        let planned = planned?;
        let kept = kept(&planned).unwrap_or_default();
        self.store.remember_answer(&once, kept).await?;
        Ok(promised().await?.unwrap_or(planned))
    }
}

impl Answer {
    fn of_kept(kept: &Value) -> Option<Answer> {
        let status = u16::try_from(kept.get("status")?.as_u64()?).ok()?;
        let header = |name: &str| kept.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Answer {
            status: StatusCode::from_u16(status).ok()?,
            body: kept.get("body")?.clone(),
            location: header("location"),
            etag: header("etag"),
        })
    }
}

/// An answer as it is kept; none where it is too long.
pub(crate) fn kept(answer: &Answer) -> Option<String> {
    let Answer { status, body, location, etag } = answer;
    let status = status.as_u16();
    let kept = json!({ "status": status, "body": body, "location": location, "etag": etag });
    Some(kept.to_string()).filter(|kept| kept.len() <= KEPT_AT_MOST)
}
