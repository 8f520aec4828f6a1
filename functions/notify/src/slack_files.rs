//! Files that go with a message in Slack, below it. What was said names them, so that one that Slack does
//! not take is not missed without a word; the message itself is not said again for it.

use chat::slack::Destination;

use crate::Notify;
use crate::post::Post;

/// Bytes of files that go with one message: sending them keeps the lane waiting.
const SENT_AT_MOST: u64 = 20_000_000;

impl Post<'_> {
    /// Sends the files of the conversation's words below the message that was just posted.
    pub async fn files_below(&self, notify: &Notify, channel: &str, thread: &str) {
        let mut room = SENT_AT_MOST;
        for file in self.facts.files().iter().filter(|_| self.letter.in_conversation) {
            let Some(left) = room.checked_sub(file.size) else { continue };
            let bytes = match notify.store.blob(&file.key()).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!("a file for Slack could not be read: {error}");
                    continue;
                }
            };
            room = left;
            let to =
                Destination { channel: channel.to_owned(), thread_ts: Some(thread.to_owned()) };
            if let Err(error) = notify.slack.upload(&to, &file.name, bytes).await {
                tracing::warn!("Slack did not take a file: {error}");
            }
        }
    }
}
