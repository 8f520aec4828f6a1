//! `bellhop demo`: one story on throw-away data, over the real doors, each step checked. Exit 0 means
//! that every line of it held.

mod ring;
mod story;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::options::{self, Data, Serve};
use crate::secrets::random_hex;
use crate::serve::Running;
use crate::vouch::MailDns;

/// Plays the story; an error is the first step that did not hold.
pub async fn play() -> Result<()> {
    let folder = Folder::make()?;
    let said = Serve {
        listen: ([127, 0, 0, 1], 0).into(),
        smtp: ([127, 0, 0, 1], 0).into(),
        data: Data { data: folder.0.clone() },
        mail_dns: MailDns::Off,
        desk: options::Desk::plain(),
    };
    let mut running = Running::start(&said).await?;
    let ring = ring::Ring::of(&running)?;
    tokio::select! {
        told = story::tell(&ring) => told,
        ended = running.run() => ended.context("the desk stopped in the middle of the story"),
    }
}

/// Throw-away data: gone when the story ends, however it ends.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Folder> {
        let folder = std::env::temp_dir().join(format!("bellhop-demo-{}", random_hex(8)?));
        std::fs::create_dir(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!("could not remove {}: {error}", self.0.display());
        }
    }
}
