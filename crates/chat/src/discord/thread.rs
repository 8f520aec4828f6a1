//! Private threads: one is made below a text channel, people are let in, and it is locked once nothing
//! more is to be said there. Whether the application may is Discord's to say; a refusal is an error.
//! Rules: docs.discord.com, "Channels: Start Thread without Message" and "Modify Channel".

use serde_json::json;
use serenity::http::{LightMethod, Route};
use serenity::model::id::{ChannelId, UserId};

use super::Client;
use super::client::{id_of, number_of};
use crate::send::SendError;
use crate::text::one_line;

/// Channel type PRIVATE_THREAD.
const PRIVATE: u8 = 12;
/// The longest name, in characters.
const NAME: usize = 100;
/// Minutes of silence after which Discord folds a thread away; writing there unfolds it. The longest there is.
const FOLDED_AFTER: u16 = 10_080;

impl Client {
    /// Makes a private thread below a channel, to which only those let in belong, and answers its id.
    pub async fn private_thread(&self, channel: &str, name: &str) -> Result<String, SendError> {
        let channel_id = ChannelId::new(number_of(channel, "channel")?);
        let name: String = one_line(name).chars().take(NAME).collect();
        let name = if name.is_empty() { "Ticket" } else { &name };
        let body = json!({
            "name": name, "type": PRIVATE, "invitable": false,
            "auto_archive_duration": FOLDED_AFTER,
        });
        id_of(&self.post(Route::ChannelThreads { channel_id }, &body).await?)
    }

    /// Lets somebody into a thread. Letting them in twice is done once.
    pub async fn add_to_thread(&self, thread: &str, user: &str) -> Result<(), SendError> {
        let channel_id = ChannelId::new(number_of(thread, "thread")?);
        let user_id = UserId::new(number_of(user, "user")?);
        let route = Route::ChannelThreadMember { channel_id, user_id };
        self.call(route, LightMethod::Put, &json!({})).await.map(drop)
    }

    /// Locks a thread and folds it away, or opens it again.
    pub async fn lock_thread(&self, thread: &str, locked: bool) -> Result<(), SendError> {
        let channel_id = ChannelId::new(number_of(thread, "thread")?);
        let body = json!({ "archived": locked, "locked": locked });
        self.call(Route::Channel { channel_id }, LightMethod::Patch, &body).await.map(drop)
    }
}
