//! Work that a chat door could not finish in time, on one machine: a synced file for each, done in
//! the background until it is done, also after a restart. On AWS Lambda's own queue does this.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, mpsc};
use verbs::later::{HandOver, NotTaken, Work};

use crate::desk::LocalDesk;
use crate::files;

/// How much is done at the same time.
const AT_ONCE: usize = 8;
/// The longest wait between two tries.
const WAIT_AT_MOST: Duration = Duration::from_secs(30);

/// A journal that cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep work in {path}: {source}; check the folder and its free space")]
pub struct JournalError {
    path: PathBuf,
    source: std::io::Error,
}

/// The work that was handed over and is not done.
#[derive(Clone)]
pub struct Journal {
    folder: Arc<Path>,
    waiting: Arc<AtomicUsize>,
    refuses: Arc<AtomicBool>,
    fresh_id: Arc<dyn Fn() -> String + Send + Sync>,
    sender: mpsc::UnboundedSender<PathBuf>,
    receiver: Arc<Mutex<mpsc::UnboundedReceiver<PathBuf>>>,
}

impl Journal {
    /// The folder `handed-over` of the data folder, made when absent.
    pub fn open(
        data: &Path,
        fresh_id: Arc<dyn Fn() -> String + Send + Sync>,
    ) -> Result<Journal, JournalError> {
        let folder = data.join("handed-over");
        let failed = |source| JournalError { path: folder.clone(), source };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        files::sync_folder_of(&folder).map_err(failed)?;
        let left = names(&folder).map_err(failed)?;
        let waiting = Arc::new(AtomicUsize::new(left.len()));
        let (sender, receiver) = mpsc::unbounded_channel();
        left.into_iter().for_each(|path| drop(sender.send(path)));
        Ok(Journal {
            folder: folder.into(),
            waiting,
            refuses: Arc::default(),
            fresh_id,
            sender,
            receiver: Arc::new(Mutex::new(receiver)),
        })
    }

    /// Takes work for the doors: once it answers, the work is on the disk.
    pub fn hand_over(&self) -> HandOver {
        let journal = self.clone();
        HandOver::new(move |work| journal.clone().take(work))
    }

    /// Refuses all work from now on, or takes it again: what a door then says can be tried.
    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    /// Whether nothing waits to be done.
    pub fn is_at_rest(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0
    }

    async fn take(self, work: Work) -> Result<(), NotTaken> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(NotTaken("this desk was told to refuse it".into()));
        }
        let path = self.folder.join(format!("{}.json", (self.fresh_id)()));
        let failed = |error: &dyn std::fmt::Display| NotTaken(error.to_string());
        let bytes = serde_json::to_vec(&work).map_err(|error| failed(&error))?;
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let place = path.clone();
        let written = tokio::task::spawn_blocking(move || files::replace(&place, &bytes)).await;
        let written = written.map_err(|error| failed(&error));
        let written = written.and_then(|written| written.map_err(|error| failed(&error)));
        match &written {
            Ok(()) => drop(self.sender.send(path)),
            Err(_) => drop(self.waiting.fetch_sub(1, Ordering::SeqCst)),
        }
        written
    }
}

/// Does what was handed over, for ever.
pub async fn work(desk: Arc<LocalDesk>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut left = desk.journal.receiver.lock().await;
    while let Some(path) = left.recv().await {
        tokio::spawn(one(desk.clone(), places.clone(), path));
    }
}

/// Does one piece of work until it is done.
async fn one(desk: Arc<LocalDesk>, places: Arc<Semaphore>, path: PathBuf) {
    let mut wait = Duration::from_millis(500);
    loop {
        let done = {
            let Ok(_place) = places.acquire().await else { return };
            attempt(&desk, &path).await
        };
        match done {
            Ok(()) => break,
            Err(error) => tracing::warn!("work that was handed over is not done yet: {error:#}"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAIT_AT_MOST);
    }
    // A file that stays is done once more after a restart, which changes nothing.
    if let Err(error) = tokio::fs::remove_file(&path).await {
        tracing::warn!("could not remove work that is done: {error}");
    }
    desk.journal.waiting.fetch_sub(1, Ordering::SeqCst);
}

async fn attempt(desk: &LocalDesk, path: &Path) -> anyhow::Result<()> {
    let work: Work = match serde_json::from_slice(&tokio::fs::read(path).await?) {
        Ok(work) => work,
        Err(error) => {
            // Files appear whole or not at all: this one was never ours.
            tracing::error!(path = %path.display(), "no work: {error}");
            return Ok(());
        }
    };
    if work.path.starts_with("/discord/") {
        discord::work(&desk.discord, &work).await?;
    } else {
        slack::work(&desk.slack, &work).await?;
    }
    Ok(())
}

fn names(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(found)
}
