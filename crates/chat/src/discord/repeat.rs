//! Whether a message was posted already whose answer was lost. Discord drops a repeated nonce for some
//! minutes only; later the channel itself is asked. Rules: docs.discord.com, "Create Message" (`nonce`,
//! `enforce_nonce`), "Get Channel Messages", "Component Reference" (`id`).

use serde_json::Value;
use serenity::http::{LightMethod, Request, Route};
use serenity::model::id::ChannelId;
use sha2::{Digest, Sha256};

use super::Client;
use super::client::number_of;
use crate::send::SendError;

/// Milliseconds from 1970 to the moment from which Discord's ids count.
const EPOCH: i64 = 1_420_070_400_000;
/// As many messages as one answer holds.
const LOOKED_AT: &str = "100";

impl Client {
    /// The id of the message that was posted as `body` with this nonce at or after a moment (milliseconds since
    /// 1970), where it is one of the first hundred since then.
    pub async fn find_message(
        &self,
        channel_id: &str,
        body: &Value,
        nonce: &str,
        since: i64,
    ) -> Result<Option<String>, SendError> {
        let channel_id = ChannelId::new(number_of(channel_id, "channel")?);
        let after = u64::try_from(since - EPOCH).unwrap_or_default() << 22;
        let params = vec![("after", after.to_string()), ("limit", LOOKED_AT.to_owned())];
        let request = Request::new(Route::ChannelMessages { channel_id }, LightMethod::Get);
        let answer = self.request(request.params(Some(params))).await?;
        let mut wanted = body.clone();
        mark(&mut wanted, nonce);
        let found = answer.as_array().into_iter().flatten().find(|known| is_same(known, &wanted));
        Ok(found.and_then(|message| message.get("id")?.as_str().map(str::to_owned)))
    }
}

/// Puts what tells a message apart into its first component: the id of a component is the sender's to choose, and
/// stays with the message.
pub(super) fn mark(body: &mut Value, nonce: &str) {
    let first = body.pointer_mut("/components/0").and_then(Value::as_object_mut);
    if let Some(first) = first {
        first.insert("id".into(), number_for(nonce).into());
    }
}

/// A positive number of 31 bits.
fn number_for(nonce: &str) -> u32 {
    let digest = Sha256::digest(nonce);
    let bits = digest.iter().take(4).fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
    (bits >> 1) | 1
}

/// What has no components is told apart by its words.
fn is_same(known: &Value, wanted: &Value) -> bool {
    match wanted.pointer("/components/0/id") {
        Some(id) => known.pointer("/components/0/id") == Some(id),
        None => {
            let words = |message: &Value| {
                message.get("content").and_then(Value::as_str).map(|words| words.trim().to_owned())
            };
            words(wanted).is_some_and(|said| !said.is_empty() && words(known) == Some(said))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_known_again_by_its_mark_or_its_words() {
        let mut card = json!({ "components": [{ "type": 17 }] });
        mark(&mut card, "7/2/requester/chat");
        let id = card["components"][0]["id"].clone();
        assert!(id.as_i64().is_some_and(|id| (1..=i64::from(i32::MAX)).contains(&id)), "{id}");
        let answered =
            json!({ "id": "5", "components": [{ "type": 17, "id": id, "spoiler": false }] });
        assert!(is_same(&answered, &card));
        let mut other = card.clone();
        mark(&mut other, "7/3/requester/chat");
        assert!(!is_same(&answered, &other));
        let words = json!({ "content": "done " });
        assert!(is_same(&json!({ "content": "done", "components": [] }), &words));
        assert!(!is_same(&json!({ "content": "not done" }), &words));
        assert!(!is_same(&json!({ "content": "" }), &json!({ "content": "" })));
    }
}
