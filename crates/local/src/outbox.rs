//! Everything that left the desk on one machine: an append-only file of JSON lines, held in memory.
//! It is the memory of the services that are stood in for, and decides nothing about sending.

mod item;

pub use item::{Item, Kind, Leaving};

use jiff::Timestamp;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An outbox that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The file could not be read or written.
    #[error("cannot keep what left in {path}: {source}; check the folder and its free space")]
    File {
        /// The outbox file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A whole line that is not an item: not a torn write, so nothing is cut off.
    #[error(
        "line {line} of {path} is not an item of the outbox; move the file away to start a new one"
    )]
    Unreadable {
        /// The outbox file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

/// Everything that left, oldest first. Safe to share between threads.
///
/// Lines are written at once but not synced: they survive the end of the process, and after a power
/// cut the last of them may be missing, as a remote service may have lost its own.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    length: u64,
    items: Vec<Item>,
    by_key: HashMap<String, u64>,
}

impl Outbox {
    /// Opens the outbox kept in `path`. A last line without its end is a write that was cut short:
    /// it is cut off.
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        let state = load(path)?;
        Ok(Self { path: path.to_owned(), state: Mutex::new(state) })
    }

    /// Records something that leaves at `at`, and answers its sequence number; for a key already
    /// known, the number of the first.
    pub fn push(&self, leaving: Leaving, at: Timestamp) -> Result<u64, OutboxError> {
        let mut state = self.lock();
        if let Some(known) = leaving.key.as_ref().and_then(|key| state.by_key.get(key)) {
            return Ok(*known);
        }
        let item = leaving.into_item(state.items.len() as u64 + 1, at);
        state.append(&item).map_err(|source| file_error(&self.path, source))?;
        let seq = item.seq;
        state.remember(item);
        Ok(seq)
    }

    /// Everything after `seq`, oldest first; 0 gives all.
    pub fn since(&self, seq: u64) -> Vec<Item> {
        let state = self.lock();
        let skip = usize::try_from(seq).unwrap_or(usize::MAX);
        state.items.iter().skip(skip).cloned().collect()
    }

    /// One item.
    pub fn get(&self, seq: u64) -> Option<Item> {
        let place = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.lock().items.get(place).cloned()
    }

    /// What was recorded under this key.
    pub fn known(&self, key: &str) -> Option<Item> {
        let seq = *self.lock().by_key.get(key)?;
        self.get(seq)
    }

    /// The sequence number of the last item; 0 when nothing has left.
    pub fn last(&self) -> u64 {
        self.lock().items.len() as u64
    }

    /// A poisoned lock still holds whole items: each is remembered after it was written.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes one line; a write cut short by a full disk is taken back, so that the file never
    /// holds half a line in its middle.
    fn append(&mut self, item: &Item) -> io::Result<()> {
        let mut line = serde_json::to_vec(item)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    fn remember(&mut self, item: Item) {
        if let Some(key) = &item.key {
            self.by_key.insert(key.clone(), item.seq);
        }
        self.items.push(item);
    }
}

fn load(path: &Path) -> Result<State, OutboxError> {
    let named = |source| file_error(path, source);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(named)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(named)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        file.set_len(whole as u64).map_err(named)?;
    }
    file.seek(SeekFrom::Start(whole as u64)).map_err(named)?;
    let mut state = State { file, length: whole as u64, items: Vec::new(), by_key: HashMap::new() };
    for line in bytes.get(..whole).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
        state.remember(read_item(path, line, state.items.len())?);
    }
    Ok(state)
}

/// An item must stand where its number says: anything else is not a torn write.
fn read_item(path: &Path, line: &[u8], before: usize) -> Result<Item, OutboxError> {
    let item = serde_json::from_slice::<Item>(line).ok();
    item.filter(|item| item.seq == before as u64 + 1)
        .ok_or_else(|| OutboxError::Unreadable { path: path.to_owned(), line: before + 1 })
}

fn file_error(path: &Path, source: io::Error) -> OutboxError {
    OutboxError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn now() -> Timestamp {
        "2026-11-22T09:00:00Z".parse().unwrap()
    }

    fn event(n: u32) -> Leaving {
        Leaving::new(Kind::Event, "ticket", json!({ "n": n }))
    }

    #[test]
    fn items_look_as_promised_and_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let outbox = Outbox::open(&path).unwrap();
        let mail = Leaving {
            subject: Some("Grüße".into()),
            ..Leaving::new(Kind::Mail, "anna@example.com", "hello\n")
        };
        assert_eq!(outbox.push(mail, now()).unwrap(), 1);
        assert_eq!(outbox.push(event(2), now()).unwrap(), 2);
        let shown = serde_json::to_value(outbox.since(0)).unwrap();
        assert_eq!(
            shown,
            json!([
                {"seq": 1, "at": "2026-11-22T09:00:00Z", "kind": "mail", "to": "anna@example.com", "subject": "Grüße", "body": "hello\n"},
                {"seq": 2, "at": "2026-11-22T09:00:00Z", "kind": "event", "to": "ticket", "body": {"n": 2}},
            ])
        );
        drop(outbox);
        let again = Outbox::open(&path).unwrap();
        assert_eq!(serde_json::to_value(again.since(0)).unwrap(), shown);
        assert_eq!(again.since(1).len(), 1);
        assert_eq!(again.since(u64::MAX), []);
        assert_eq!(again.get(0), None);
        assert_eq!(again.get(2).unwrap().to, "ticket");
        assert_eq!(again.last(), 2);
    }

    #[test]
    fn cut_at_any_byte_it_opens_with_the_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let outbox = Outbox::open(&path).unwrap();
        for n in 0..3 {
            outbox.push(event(n), now()).unwrap();
        }
        let bytes = std::fs::read(&path).unwrap();
        for cut in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let whole = bytes[..cut].iter().filter(|byte| **byte == b'\n').count() as u64;
            let outbox = Outbox::open(&path).unwrap();
            assert_eq!(outbox.last(), whole, "cut at {cut}");
            assert_eq!(outbox.push(event(9), now()).unwrap(), whole + 1);
            assert_eq!(Outbox::open(&path).unwrap().last(), whole + 1, "cut at {cut}");
        }
    }

    #[test]
    fn a_known_key_is_recorded_once_even_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let keyed = || Leaving { key: Some("discord/1/nonce".into()), ..event(1) };
        let outbox = Outbox::open(&path).unwrap();
        assert_eq!(outbox.push(keyed(), now()).unwrap(), 1);
        assert_eq!(outbox.push(event(2), now()).unwrap(), 2);
        let again = Outbox::open(&path).unwrap();
        assert_eq!(again.push(keyed(), now()).unwrap(), 1);
        assert_eq!(again.last(), 2);
    }

    #[test]
    fn a_foreign_line_is_refused_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        std::fs::write(&path, "not json\n").unwrap();
        let error = Outbox::open(&path).unwrap_err();
        assert!(matches!(error, OutboxError::Unreadable { line: 1, .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not json\n");
    }

    #[test]
    fn many_threads_leave_no_gap() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let outbox = Outbox::open(&path).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..50).for_each(|n| drop(outbox.push(event(n), now()))));
            }
        });
        assert_eq!(Outbox::open(&path).unwrap().last(), 400);
    }
}
