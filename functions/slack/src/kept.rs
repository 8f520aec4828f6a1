//! What the door writes down in a dialog, to have it back when the dialog is sent. Slack brings it back
//! signed, and still nothing in it is believed: who may do what is asked again each time.

use chat::slack::payload::{FileRef, Target};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form of what is written down.
const FORM: u8 = 1;
/// How many files of a message are remembered.
const FILES: usize = 10;

/// Written down in a dialog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Which form this has.
    #[serde(rename = "v")]
    pub form_of_this: u8,
    /// The ticket it is about.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The state of the ticket that was shown.
    #[serde(rename = "rev", default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The form that is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Whether fields that requesters do not see are shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub staff: bool,
    /// What was chosen a moment ago: a score, whom an answer is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
    /// How the ticket shall stand then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// The channel of the message it began with.
    #[serde(rename = "ch", default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// That message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<String>,
    /// The thread it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl Kept {
    /// Nothing yet.
    pub fn new() -> Kept {
        Kept { form_of_this: FORM, ..Kept::default() }
    }

    /// About a ticket, as it was shown.
    pub fn about(number: u64, version: Option<u32>) -> Kept {
        Kept { number: Some(number), version, ..Kept::new() }
    }

    /// The message a dialog begins with.
    pub fn of(target: &Target) -> Kept {
        Kept {
            channel: Some(target.channel.clone()),
            ts: Some(target.ts.clone()),
            thread: target.thread_ts.clone(),
            author: target.user.clone(),
            files: target.files.iter().take(FILES).map(|file| file.id.clone()).collect(),
            ..Kept::new()
        }
    }

    /// Read back; what is of another time or cannot be read is nothing.
    pub fn read(metadata: &str) -> Kept {
        match serde_json::from_str::<Kept>(metadata) {
            Ok(kept) if kept.form_of_this == FORM => kept,
            Ok(_) | Err(_) => Kept::new(),
        }
    }

    /// As it is written down.
    pub fn written(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The files of the message it began with; what they are is asked of Slack.
    pub fn file_refs(&self) -> Vec<FileRef> {
        let named = |id: &String| FileRef {
            id: id.clone(),
            name: id.clone(),
            kind: String::new(),
            size: 0,
            url: None,
        };
        self.files.iter().map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_read_back() {
        let kept = Kept { thread: Some("1.2".into()), ..Kept::about(12, Some(7)) };
        assert_eq!(kept.written().to_string(), r#"{"rev":7,"t":12,"thread":"1.2","v":1}"#);
        assert_eq!(Kept::read(&kept.written().to_string()), kept);
        for other in ["", "{}", "[]", r#"{"v":2,"t":12}"#, r#"{"v":1,"t":"x"}"#] {
            assert_eq!(Kept::read(other), Kept::new(), "{other}");
        }
    }
}
