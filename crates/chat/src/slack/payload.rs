//! What Slack sends: slash commands here, events and interactions beside it, reduced to what the desk acts on.
//! Missing and additional fields are tolerated as far as the rest still means something. Signatures are checked before.
//! Shapes: docs.slack.dev, "Slash commands".

use thiserror::Error;
use url::form_urlencoded;

pub use super::event::{Event, EventEnvelope, Said};
pub use super::interaction::{Actor, Entered, Interaction, Pressed, Target, View};
pub use super::read::FileRef;
use super::read::{plain, unescape};

/// The body is none the desk can act on. Answer 400; Slack does not repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// The body, or the form field `payload`, is no JSON object.
    #[error("the body is not JSON: send the payload as slack documents it")]
    NotJson,
    /// A field without which the payload means nothing is absent.
    #[error("the field {0} is missing: send the payload as slack documents it")]
    Missing(&'static str),
}

/// A slash command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlashCommand {
    /// The workspace, `T…`.
    pub team_id: String,
    /// The organisation of workspaces, `E…`.
    pub enterprise_id: Option<String>,
    /// Where it was typed, `C…`, `D…` or `G…`.
    pub channel_id: String,
    /// Who typed it, `U…` or `W…`.
    pub user_id: String,
    /// The person's handle.
    pub user_name: String,
    /// The command with its slash, such as `/ticket`.
    pub command: String,
    /// What follows the command, unescaped; accounts and channels as Slack writes them.
    pub text: String,
    /// The same as people read it: accounts and channels by their names.
    pub shown: String,
    /// Opens one dialog within three seconds.
    pub trigger_id: String,
    /// Takes five answers within thirty minutes.
    pub response_url: String,
}

impl SlashCommand {
    /// Reads the form body of a slash command.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        let field = |name: &str| {
            let found = form_urlencoded::parse(body).find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
        };
        let text = field("text").unwrap_or_default();
        Ok(Self {
            team_id: field("team_id").ok_or(PayloadError::Missing("team_id"))?,
            enterprise_id: field("enterprise_id"),
            channel_id: field("channel_id").unwrap_or_default(),
            user_id: field("user_id").ok_or(PayloadError::Missing("user_id"))?,
            user_name: field("user_name").unwrap_or_default(),
            command: field("command").unwrap_or_default(),
            text: unescape(text.trim()),
            shown: plain(text.trim()),
            trigger_id: field("trigger_id").unwrap_or_default(),
            response_url: field("response_url").unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::corpus_files;
    use serde_json::Value;

    fn form(fields: &[(&str, &str)]) -> Vec<u8> {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
    }

    #[test]
    fn a_slash_command_is_read() {
        let body = form(&[
            ("team_id", "T1"),
            ("enterprise_id", ""),
            ("channel_id", "C1"),
            ("user_id", "U1"),
            ("user_name", "kofi"),
            ("command", "/ticket"),
            ("text", " R&amp;D printer &lt;3rd&gt; &amp;lt; ü "),
            ("trigger_id", "1.2"),
            ("response_url", "https://hooks.slack.com/x"),
            ("is_enterprise_install", "false"),
        ]);
        let command = SlashCommand::parse(&body).unwrap();
        assert_eq!(command.text, "R&D printer <3rd> &lt; ü");
        assert_eq!((command.team_id.as_str(), command.enterprise_id), ("T1", None));
        assert_eq!(SlashCommand::parse(b"team_id=T1"), Err(PayloadError::Missing("user_id")));
        assert_eq!(SlashCommand::parse(b"ssl_check=1"), Err(PayloadError::Missing("team_id")));
        assert!(SlashCommand::parse(b"\xff%zz&&=\0").is_err());
    }

    #[test]
    fn every_recorded_payload_is_read_or_refused() {
        let Some(files) = corpus_files("slack/dev") else { return };
        let (mut mentions, mut actions, mut commands) = (0, 0, 0);
        for (name, bytes) in &files {
            let json = String::from_utf8_lossy(bytes);
            let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
            let fields: Vec<(String, String)> = value
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect();
            let pairs: Vec<(&str, &str)> =
                fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let event = EventEnvelope::parse(bytes);
            let action = Interaction::parse(&form(&[("payload", &json)]));
            let command = SlashCommand::parse(&form(&pairs));
            let _ = (Interaction::parse(bytes), SlashCommand::parse(bytes));
            mentions += usize::from(matches!(
                event,
                Ok(EventEnvelope::Callback { event: Event::AppMention(_), .. })
            ));
            actions += usize::from(matches!(action, Ok(Interaction::Pressed(_))));
            let is_command = name.starts_with("slash_command");
            assert!(!is_command || command.is_ok(), "{name}: {command:?}");
            commands += usize::from(is_command && command.is_ok());
        }
        assert!(
            files.len() >= 200 && mentions >= 5 && actions >= 5 && commands >= 7,
            "{} files, {mentions} mentions, {actions} actions, {commands} commands",
            files.len()
        );
    }
}
