//! Files that people send along in Slack: their bytes are read with the bot's token and kept before
//! anything names them. Who may bring how much is the desk's to say.

use chat::send::SendError;
use chat::slack::payload::FileRef;
use desk::file::File;
use store::Error;
use verbs::Speaker;
use verbs::filing::{Brought, keep, most_bytes};

use crate::Slack;

/// Files that were kept, and a line for each that was not.
#[derive(Default)]
pub(crate) struct Kept {
    /// Those that are kept.
    pub files: Vec<File>,
    /// The names of the others, with the reason.
    pub left_out: Vec<String>,
}

impl Kept {
    /// What was said, with a line for each file that could not come along: nothing is lost unsaid.
    pub fn beside(&self, text: &str) -> String {
        let mut lines = vec![text.to_owned()];
        lines.extend(self.left_out.iter().map(|line| format!("[{line}]")));
        lines.retain(|line| !line.trim().is_empty());
        lines.join("\n")
    }
}

/// Keeps files of Slack. One that cannot be had is left out and named; a storage that does not answer
/// is an error, and so is a Slack that may answer later.
pub(crate) async fn bring(
    slack: &Slack,
    speaker: &Speaker,
    refs: &[FileRef],
) -> Result<Kept, Error> {
    let mut kept = Kept::default();
    if refs.is_empty() {
        return Ok(kept);
    }
    let config = slack.store.config().await?;
    let at_most = most_bytes(&config, speaker);
    for (nth, named) in refs.iter().enumerate() {
        if nth >= config.limits.files {
            kept.left_out.push(format!("{}: too many files at once", named.name));
            continue;
        }
        match bytes(slack, named, at_most).await {
            Ok(brought) => kept.files.push(keep(&slack.store, brought).await?),
            Err(reason) => {
                tracing::warn!("a file of Slack could not be had: {reason}");
                kept.left_out
                    .push(format!("{}: the file could not be read from Slack", named.name));
            }
        }
    }
    Ok(kept)
}

async fn bytes(slack: &Slack, named: &FileRef, at_most: u64) -> Result<Brought, SendError> {
    if named.size > at_most {
        return Err(SendError::Permanent { reason: "it is larger than it may be".into() });
    }
    // Of some files, such as those of other workspaces, an event tells the id alone.
    let known = match &named.url {
        Some(_) => named.clone(),
        None => slack.client.file(&named.id).await?,
    };
    let url = known.url.as_deref().unwrap_or_default();
    let bytes = slack.client.download(url, at_most).await?;
    Ok(Brought { name: known.name, kind: known.kind, bytes })
}
