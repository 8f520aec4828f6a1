//! What the stand-in for Slack remembers while it runs: what people said, files, dialogs. Slack forgets
//! nothing; this forgets everything with the process, and the oldest before that.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

/// How many messages and files are remembered.
const REMEMBERED: usize = 2_000;

/// The memory of one workspace.
#[derive(Default)]
pub(super) struct Memory(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    messages: VecDeque<Value>,
    files: BTreeMap<String, File>,
    /// The hash of each dialog that is open.
    views: BTreeMap<String, String>,
    /// Triggers that opened a dialog: each opens one.
    triggers: VecDeque<String>,
    /// Reactions the app put on messages.
    reactions: Vec<(String, String, String)>,
}

/// A file, and its bytes once they are there.
#[derive(Clone, Default)]
pub(super) struct File {
    /// The name it was sent under.
    pub name: String,
    /// Media type.
    pub kind: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message that was said.
    pub fn note(&self, message: Value) {
        let mut remembered = self.lock();
        remembered.messages.push_back(message);
        if remembered.messages.len() > REMEMBERED {
            remembered.messages.pop_front();
        }
    }

    /// The message of this time in this channel.
    pub fn message(&self, channel: &str, ts: &str) -> Option<Value> {
        let remembered = self.lock();
        let is_it = |said: &&Value| said["channel"] == channel && said["ts"] == ts;
        remembered.messages.iter().rev().find(is_it).cloned()
    }

    /// A file somebody or the app sent.
    pub fn keep(&self, id: &str, file: File) {
        let mut remembered = self.lock();
        remembered.files.insert(id.to_owned(), file);
        if remembered.files.len() > REMEMBERED {
            remembered.files.pop_first();
        }
    }

    /// The file of this id.
    pub fn file(&self, id: &str) -> Option<File> {
        self.lock().files.get(id).cloned()
    }

    /// How many files there have been.
    pub fn count(&self) -> usize {
        self.lock().files.len()
    }

    /// A file as Slack describes it; `base` is where this process answers.
    pub fn described(&self, id: &str, base: &str) -> Option<Value> {
        let file = self.file(id)?;
        let address = format!("{base}/dev/slack/files/{id}");
        Some(json!({
            "id": id, "name": file.name, "title": file.name, "mimetype": file.kind,
            "size": file.bytes.len(), "mode": "hosted", "url_private": address,
            "url_private_download": address,
        }))
    }

    /// Whether a dialog is not what its hash says any more.
    pub fn is_stale(&self, id: Option<&str>, hash: Option<&str>) -> bool {
        let remembered = self.lock();
        let now = id.and_then(|id| remembered.views.get(id));
        hash.zip(now).is_some_and(|(told, now)| told != now)
    }

    /// A dialog as it is now.
    pub fn show(&self, id: &str, hash: &str) {
        self.lock().views.insert(id.to_owned(), hash.to_owned());
    }

    /// Whether the trigger has opened nothing yet.
    pub fn exchange(&self, trigger: &str) -> bool {
        let mut remembered = self.lock();
        if remembered.triggers.iter().any(|used| used == trigger) {
            return false;
        }
        remembered.triggers.push_back(trigger.to_owned());
        if remembered.triggers.len() > REMEMBERED {
            remembered.triggers.pop_front();
        }
        true
    }

    /// Whether the reaction is new there.
    pub fn react(&self, channel: &str, ts: &str, name: &str) -> bool {
        let mut remembered = self.lock();
        let reaction = (channel.to_owned(), ts.to_owned(), name.to_owned());
        let new = !remembered.reactions.contains(&reaction);
        if new {
            remembered.reactions.push(reaction);
        }
        new
    }
}

/// A message as `conversations.replies` tells it.
pub(super) fn message(fields: &Map<String, Value>) -> Value {
    let mut message = json!({ "type": "message" });
    for name in ["channel", "ts", "user", "bot_id", "text", "thread_ts", "files", "blocks"] {
        if let (Some(value), Some(message)) = (fields.get(name), message.as_object_mut()) {
            message.insert(name.to_owned(), value.clone());
        }
    }
    message
}
