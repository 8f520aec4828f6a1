//! Files that came with a command, a modal or a message: copied at once, because their addresses
//! expire. What cannot be copied does not keep the words back; it is named instead.

use chat::discord::payload::Attachment;
use chat::send::SendError;
use desk::file::File;
use store::Error;
use verbs::Speaker;
use verbs::filing::{self, Brought};

use crate::Discord;

/// Files that are kept, and a sentence for each that is not.
#[derive(Default)]
pub(crate) struct Copied {
    pub files: Vec<File>,
    pub lost: Vec<String>,
}

impl Copied {
    /// Words, and what is missing from them.
    pub(crate) fn with(&self, words: &str) -> String {
        let lines = std::iter::once(words.to_owned()).chain(self.lost.iter().cloned());
        lines.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n\n")
    }
}

/// Copies files into the desk's own store.
pub(crate) async fn copy(
    discord: &Discord,
    speaker: &Speaker,
    sent: &[Attachment],
) -> Result<Copied, Error> {
    let mut copied = Copied::default();
    if sent.is_empty() {
        return Ok(copied);
    }
    let most = filing::most_bytes(&*discord.store.config().await?, speaker);
    for one in sent {
        match bytes(discord, one, most).await {
            Ok(bytes) => {
                let kind = one.kind.clone().unwrap_or_default();
                let brought = Brought { name: one.name.clone(), kind, bytes };
                copied.files.push(filing::keep(&discord.store, brought).await?);
            }
            Err(error) => {
                tracing::warn!("a file of Discord's could not be copied: {error}");
                let name: String = one.name.chars().take(150).collect();
                copied.lost.push(format!("(The file {name} could not be copied from Discord.)"));
            }
        }
    }
    Ok(copied)
}

async fn bytes(discord: &Discord, one: &Attachment, most: u64) -> Result<Vec<u8>, SendError> {
    let at_most = if one.size > most { 0 } else { most };
    discord.client.file(&one.url, at_most).await
}
