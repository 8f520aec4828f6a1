//! What happened in the room: what people did, what the doors answered, and how the services behave.
//! Kept in memory while the program runs; what the desk sent is in the outbox.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::cast::Service;

/// How many requests the inspector remembers.
const EXCHANGES: usize = 40;

/// What happened, in order.
#[derive(Debug, Default)]
pub struct Room {
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    acts: Vec<Act>,
    exchanges: VecDeque<Exchange>,
    switches: Switches,
    files: Vec<RoomFile>,
    next: u64,
    complaint: Option<String>,
    /// What selects of a dialog offer, by the dialog's and the element's id.
    offers: BTreeMap<(String, String), Vec<Offer>>,
}

/// What a select offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub words: String,
}

/// Something that happened, and how much had left the desk by then.
#[derive(Clone, Debug)]
pub struct Act {
    /// The last number of the outbox before it.
    pub after: u64,
    /// Where.
    pub service: Service,
    /// What.
    pub deed: Deed,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Somebody wrote.
    Said {
        channel: String,
        thread: Option<String>,
        id: String,
        by: String,
        text: String,
        files: Vec<String>,
    },
    /// Somebody wrote it otherwise.
    Edited { channel: String, id: String, text: String },
    /// Somebody took it back.
    Deleted { channel: String, id: String },
    /// Somebody put an emoji on it.
    Reacted { channel: String, id: String, emoji: String },
    /// A door answered one person, or everybody.
    Answered { channel: String, id: String, only: Option<String>, body: Value },
    /// A door answered by changing the message that was pressed.
    Changed { channel: String, id: String, body: Value },
    /// A door opened a dialog for somebody.
    Opened { by: String, id: String, view: Value },
    /// A dialog shows something else, or says what is wrong.
    Redrawn { by: String, view: Option<Value>, errors: Value },
    /// All of somebody's dialogs are gone.
    Closed { by: String },
}

/// A request to a door, and what came back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its number, from 1.
    pub number: u64,
    /// Where it went.
    pub path: String,
    /// What it was about, in a few words.
    pub what: String,
    /// What it was signed and sent with.
    pub headers: Vec<(String, String)>,
    /// What was sent.
    pub sent: Value,
    /// How it was answered.
    pub status: u16,
    /// How long that took, in milliseconds.
    pub took: u128,
    /// What came back.
    pub answer: Value,
}

/// How the services behave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// Requests are signed with another key.
    pub wrong_signature: bool,
    /// Requests are ten minutes old when they arrive.
    pub late: bool,
    /// Every request comes three times at once.
    pub repeated: bool,
    /// Dialogs cannot be opened any more.
    pub expired_trigger: bool,
}

/// A file somebody brought.
#[derive(Clone, Debug)]
pub struct RoomFile {
    /// What the service calls it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Room {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number nobody else in the room has.
    pub fn fresh(&self) -> u64 {
        let mut inside = self.inside();
        inside.next += 1;
        inside.next
    }

    /// Remembers something that happened.
    pub fn happened(&self, act: Act) {
        self.inside().acts.push(act);
    }

    /// Everything that happened in a service.
    pub fn acts(&self, service: Service) -> Vec<Act> {
        self.inside().acts.iter().filter(|act| act.service == service).cloned().collect()
    }

    /// Remembers a request.
    pub fn exchanged(&self, exchange: Exchange) {
        let mut inside = self.inside();
        inside.exchanges.push_front(exchange);
        inside.exchanges.truncate(EXCHANGES);
    }

    /// The last requests, newest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.inside().exchanges.iter().cloned().collect()
    }

    /// How the services behave.
    pub fn switches(&self) -> Switches {
        self.inside().switches
    }

    /// Lets them behave so.
    pub fn switch(&self, switches: Switches) {
        self.inside().switches = switches;
    }

    /// Keeps a file.
    pub fn bring(&self, file: RoomFile) {
        self.inside().files.push(file);
    }

    /// Files that the service does not have yet.
    pub fn fresh_files(&self) -> Vec<RoomFile> {
        std::mem::take(&mut self.inside().files)
    }

    /// What a select offers; none where nobody asked yet.
    pub fn offers(&self, dialog: &str, element: &str) -> Option<Vec<Offer>> {
        self.inside().offers.get(&(dialog.to_owned(), element.to_owned())).cloned()
    }

    /// Remembers what a select offers.
    pub fn offer(&self, dialog: &str, element: &str, offers: Vec<Offer>) {
        self.inside().offers.insert((dialog.to_owned(), element.to_owned()), offers);
    }

    /// Something did not work; shown once.
    pub fn complain(&self, what: String) {
        self.inside().complaint = Some(what);
    }

    /// What did not work.
    pub fn complaint(&self) -> Option<String> {
        self.inside().complaint.take()
    }
}
