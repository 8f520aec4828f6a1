//! Further Web API methods: dialogs and home tabs, reactions, links to messages, single messages.
//! Methods: docs.slack.dev, `views.open`, `views.push`, `views.update`, `views.publish`, `reactions.add`,
//! `conversations.replies`, `conversations.history`.

use serde_json::{Value, json};

use super::client::Client;
use super::read::{FileRef, files, plain, text_at};
use crate::send::SendError;

/// A dialog that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// `V…`.
    pub id: String,
    /// Changes with each change of the view.
    pub hash: String,
}

/// A message that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// Who wrote it; nobody where a program did.
    pub user: Option<String>,
    /// What it says, as plain text.
    pub text: String,
    /// The thread it is in.
    pub thread_ts: Option<String>,
    /// Its files.
    pub files: Vec<FileRef>,
}

impl Client {
    /// Shows a dialog to whoever did what the trigger came with, at most three seconds ago.
    pub async fn open_view(&self, trigger_id: &str, view: &Value) -> Result<Opened, SendError> {
        let body = json!({ "trigger_id": trigger_id, "view": view });
        opened(&self.post("views.open", &body).await?)
    }

    /// Shows a dialog on top of another one.
    pub async fn push_view(&self, trigger_id: &str, view: &Value) -> Result<Opened, SendError> {
        let body = json!({ "trigger_id": trigger_id, "view": view });
        opened(&self.post("views.push", &body).await?)
    }

    /// Replaces a dialog; with a hash, only if it is still what it was.
    pub async fn update_view(
        &self,
        view_id: &str,
        hash: Option<&str>,
        view: &Value,
    ) -> Result<Opened, SendError> {
        let mut body = json!({ "view_id": view_id, "view": view });
        if let (Some(hash), Some(fields)) = (hash, body.as_object_mut()) {
            fields.insert("hash".into(), hash.into());
        }
        opened(&self.post("views.update", &body).await?)
    }

    /// Replaces somebody's home tab.
    pub async fn publish_view(&self, user: &str, view: &Value) -> Result<(), SendError> {
        let body = json!({ "user_id": user, "view": view });
        self.post("views.publish", &body).await.map(drop)
    }

    /// Puts an emoji on a message. Where it is already, nothing is wrong.
    pub async fn react(&self, channel: &str, ts: &str, name: &str) -> Result<(), SendError> {
        let body = json!({ "channel": channel, "timestamp": ts, "name": name });
        match self.post("reactions.add", &body).await {
            Err(SendError::Permanent { reason }) if reason.ends_with("already_reacted") => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// One message, be it in a thread or not; none where it is gone.
    pub async fn message(&self, channel: &str, ts: &str) -> Result<Option<Quoted>, SendError> {
        let params = [
            ("channel", Some(channel)),
            ("ts", Some(ts)),
            ("oldest", Some(ts)),
            ("latest", Some(ts)),
            ("inclusive", Some("true")),
            ("limit", Some("1")),
        ];
        let answer = self.get("conversations.replies", &params).await?;
        let list = answer.get("messages").and_then(Value::as_array).into_iter().flatten();
        Ok(list.into_iter().find(|said| text_at(said, "/ts").as_deref() == Some(ts)).map(quoted))
    }
}

fn quoted(said: &Value) -> Quoted {
    let by_program = text_at(said, "/bot_id").is_some();
    Quoted {
        user: text_at(said, "/user").filter(|_| !by_program),
        text: plain(&text_at(said, "/text").unwrap_or_default()),
        thread_ts: text_at(said, "/thread_ts"),
        files: files(said.get("files")),
    }
}

fn opened(answer: &Value) -> Result<Opened, SendError> {
    let id = text_at(answer, "/view/id");
    let id = id.ok_or_else(|| SendError::permanent("slack took the view but named no id"))?;
    Ok(Opened { id, hash: text_at(answer, "/view/hash").unwrap_or_default() })
}
