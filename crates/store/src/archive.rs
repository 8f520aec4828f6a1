//! A closed ticket's whole story as one JSON document in the bucket, for whoever keeps such things
//! without the table. It is written before the history says so; nothing is removed from the table.

use std::collections::BTreeMap;

use desk::access::Permit;
use desk::answer::{self, Answers};
use desk::file::File;
use desk::history::{Actor, Entry, Event, Text};
use desk::{Number, Refusal, Ticket, archive};
use jiff::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::change::{Along, no_answer};
use crate::error::Error;
use crate::item::{Asker, Stored};

/// The document's form; another number is another form.
const FORM: u32 = 1;

/// The document.
#[derive(Serialize)]
struct Archive<'a> {
    form: u32,
    number: Number,
    archived_at: Timestamp,
    title: &'a str,
    requester: &'a Asker,
    answers: &'a Answers,
    ticket: &'a Ticket,
    history: Vec<Line<'a>>,
    files: Vec<Kept<'a>>,
}

/// An entry with its words.
#[derive(Serialize)]
struct Line<'a> {
    seq: u32,
    at: Timestamp,
    by: &'a Actor,
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a Text>,
}

/// A file, and where in the bucket its bytes are.
#[derive(Serialize)]
struct Kept<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    size: u64,
    sha256: &'a str,
    key: String,
}

impl Store {
    /// Writes a ticket's archive if it is time, and then says so in its history. Whoever writes to the
    /// ticket in between has it written once more, a minute later.
    pub async fn archive(&self, number: Number) -> Result<(), Error> {
        let Some(stored) = self.ticket(number).await? else { return Ok(()) };
        let now = self.now();
        let key = archive::key(&stored.ticket);
        let Some(key) = key.filter(|_| is_due(&stored.ticket, now)) else { return Ok(()) };
        let version = stored.ticket.version;
        let mut history = self.history(number).await?;
        history.retain(|(seq, _)| *seq <= version);
        self.put_archive(&key, document(&stored, &history, now)).await?;
        let wish = |stored: &Stored, _: &desk::config::Config| match stored.ticket.version {
            same if same == version => Ok(Permit::archive()),
            _ => Err(Refusal::Stale),
        };
        match self.change(number, Along::default(), wish, &no_answer).await {
            Ok(_) | Err(Error::Refused(Refusal::Stale)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Writes the archive of a ticket once more, from what its history says by now.
    pub(crate) async fn archive_again(&self, number: Number) -> Result<(), Error> {
        let Some(stored) = self.ticket(number).await? else { return Ok(()) };
        let (Some(at), Some(key)) = (stored.ticket.archived_at, archive::key(&stored.ticket))
        else {
            return Ok(());
        };
        let history = self.history(number).await?;
        self.put_archive(&key, document(&stored, &history, at)).await
    }

    async fn put_archive(&self, key: &str, document: Archive<'_>) -> Result<(), Error> {
        let json = serde_json::to_vec(&document);
        let json = json.map_err(|cause| Error::damaged("an archive", cause))?;
        self.put_blob(key, json, "application/json").await
    }
}

/// Whether a ticket is to be archived by now.
pub fn is_due(ticket: &Ticket, now: Timestamp) -> bool {
    archive::due(ticket).is_some_and(|due| due <= now)
}

fn document<'a>(stored: &'a Stored, history: &'a [(u32, Entry)], now: Timestamp) -> Archive<'a> {
    let lines = history.iter().map(|(seq, entry)| Line {
        seq: *seq,
        at: entry.at,
        by: &entry.by,
        event: &entry.event,
        text: entry.text.as_ref(),
    });
    Archive {
        form: FORM,
        number: stored.ticket.number,
        archived_at: now,
        title: &stored.title,
        requester: &stored.asker,
        answers: &stored.answers,
        ticket: &stored.ticket,
        history: lines.collect(),
        files: files(history),
    }
}

/// Every file that was ever said or answered, once.
fn files(history: &[(u32, Entry)]) -> Vec<Kept<'_>> {
    let texts = history.iter().filter_map(|(_, entry)| entry.text.as_ref());
    let all = texts.flat_map(|text| text.files.iter().chain(answer::files(&text.answers)));
    let once: BTreeMap<&str, &File> = all.map(|file| (file.id.as_str(), file)).collect();
    let kept = once.into_values().map(|file| Kept {
        id: &file.id,
        name: &file.name,
        kind: &file.kind,
        size: file.size,
        sha256: file.sha256(),
        key: file.key(),
    });
    kept.collect()
}
