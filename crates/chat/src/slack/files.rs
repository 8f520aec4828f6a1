//! Files of Slack: what is known of one, its bytes, and sending one. The bot's token goes to Slack's
//! own addresses alone, and no more bytes are read than were asked for.
//! Methods: docs.slack.dev, `files.info`, `files.getUploadURLExternal`, `files.completeUploadExternal`.

use serde_json::{Value, json};

use super::client::Client;
use super::read::{FileRef, file, text_at};
use crate::send::{SendError, within_time};

/// Where Slack keeps files unless the API is a stand-in.
const FILES: &str = "https://files.slack.com/";

/// Where a file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The channel.
    pub channel: String,
    /// The thread in it.
    pub thread_ts: Option<String>,
}

impl Client {
    /// What Slack knows of a file.
    pub async fn file(&self, id: &str) -> Result<FileRef, SendError> {
        let answer = self.get("files.info", &[("file", Some(id))]).await?;
        let found = answer.get("file").and_then(file);
        found.ok_or_else(|| SendError::permanent("slack described no file: check files:read"))
    }

    /// The bytes of a file, at most so many.
    pub async fn download(&self, url: &str, at_most: u64) -> Result<Vec<u8>, SendError> {
        self.is_files_address(url)?;
        within_time("slack", async {
            let sent = self.http.get(url).bearer_auth(self.bot_token()).send().await;
            let mut answer = sent.map_err(unreached)?;
            let status = answer.status().as_u16();
            if !(200..300).contains(&status) {
                let reason = format!("slack answered {status} for a file");
                return Err(SendError::from_status(status, None, reason));
            }
            let mut bytes = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(unreached)? {
                bytes.extend_from_slice(&chunk);
                if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > at_most {
                    return Err(SendError::permanent("the file is larger than it may be"));
                }
            }
            Ok(bytes)
        })
        .await
    }

    /// Sends a file: asks for a place, puts the bytes there, and lets it appear.
    pub async fn upload(
        &self,
        to: &Destination,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(), SendError> {
        let length = bytes.len().to_string();
        let params = [("filename", Some(name)), ("length", Some(length.as_str()))];
        let place = self.get("files.getUploadURLExternal", &params).await?;
        let named = text_at(&place, "/upload_url").zip(text_at(&place, "/file_id"));
        let Some((url, id)) = named else {
            return Err(SendError::permanent("slack named no place for a file"));
        };
        self.is_files_address(&url)?;
        self.put(&url, bytes).await?;
        let mut done = json!({
            "files": [{ "id": id, "title": name }], "channel_id": to.channel,
        });
        if let (Some(thread), Some(fields)) = (&to.thread_ts, done.as_object_mut()) {
            fields.insert("thread_ts".into(), Value::from(thread.as_str()));
        }
        self.post("files.completeUploadExternal", &done).await.map(drop)
    }

    async fn put(&self, url: &str, bytes: Vec<u8>) -> Result<(), SendError> {
        within_time("slack", async {
            let sent = self.http.post(url).body(bytes).send().await.map_err(unreached)?;
            match sent.status().as_u16() {
                200..=299 => Ok(()),
                status => {
                    let reason = format!("slack answered {status} to a file");
                    Err(SendError::from_status(status, None, reason))
                }
            }
        })
        .await
    }

    /// Our token and files of people go to Slack, or to the stand-in, and nowhere else.
    fn is_files_address(&self, url: &str) -> Result<(), SendError> {
        let ours = url.starts_with(FILES) && self.is_slack();
        if ours || !self.is_slack() && url.starts_with(&self.response_urls) {
            return Ok(());
        }
        Err(SendError::permanent("the file's address is not slack's"))
    }
}

fn unreached(error: reqwest::Error) -> SendError {
    SendError::retry(error.without_url().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::Server;

    #[tokio::test]
    async fn the_token_goes_to_slack_alone() {
        let server = Server::start("200 OK", "", "12345").await;
        let base = format!("http://127.0.0.1:{}", server.port);
        let client = Client::new(&format!("{base}/api/"), "xoxb-1").unwrap();
        for elsewhere in ["http://127.0.0.1:1/x", "https://files.slack.com/x", "", "file:///etc"] {
            let refused = client.download(elsewhere, 10).await;
            assert!(matches!(refused, Err(SendError::Permanent { .. })), "{elsewhere}");
        }
        let bytes = client.download(&format!("{base}/files/a"), 5).await;
        assert_eq!(bytes, Ok(b"12345".to_vec()));
        assert!(server.request().to_lowercase().contains("authorization: bearer xoxb-1"));
        let genuine = Client::new("https://slack.com/api/", "xoxb-1").unwrap();
        for elsewhere in ["https://files.slack.com.evil.example/x", "https://hooks.slack.com/x"] {
            let refused = genuine.download(elsewhere, 10).await;
            assert!(matches!(refused, Err(SendError::Permanent { .. })), "{elsewhere}");
        }
    }

    #[tokio::test]
    async fn a_large_file_is_not_read_whole() {
        let server = Server::start("200 OK", "", "12345").await;
        let base = format!("http://127.0.0.1:{}", server.port);
        let client = Client::new(&format!("{base}/api/"), "xoxb-1").unwrap();
        let refused = client.download(&format!("{base}/files/a"), 4).await;
        assert!(matches!(refused, Err(SendError::Permanent { .. })), "{refused:?}");
    }
}
