//! What a message is made of: the ticket, the entry that caused it, and the people in it.

use desk::answer::Answers;
use desk::config::{Config, Queue};
use desk::history::{Entry, Event, File, Text, Visibility};
use desk::language::Language;
use desk::outbox::Lane;
use desk::person::Person;
use desk::sla::{self, Metric};
use desk::texts;
use desk::ticket::Place;
use desk::{PersonId, Ticket};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::lane::Waiting;
use store::{Asker, Stored};

use crate::locale::Locale;
use crate::{Error, Notify};

/// Everything the words need.
pub(crate) struct Facts {
    pub stored: Stored,
    pub entry: Entry,
    /// Title and description, as they read now.
    pub opening: Text,
    pub config: Arc<Config>,
    /// Who did it, by name.
    pub author: String,
    /// When it is looked at.
    pub now: Timestamp,
    /// What whoever reads it is written to in.
    pub locale: &'static Locale,
}

impl Facts {
    /// Reads them for somebody, or for a channel; none where the ticket or the entry is gone.
    pub async fn of(
        notify: &Notify,
        row: &Waiting,
        reader: Option<&Person>,
    ) -> Result<Option<Facts>, Error> {
        let number = row.owed.number;
        let Some(stored) = notify.store.ticket(number).await? else { return Ok(None) };
        let mut entries = notify.store.entries(number, row.owed.seq, row.owed.seq).await?;
        let Some((_, entry)) = entries.pop() else { return Ok(None) };
        let described = texts::description(&stored.ticket);
        let opening = match row.owed.seq == described {
            true => entry.text.clone(),
            false => notify.store.words(number, &[described]).await?.remove(&described),
        };
        let opening = opening.unwrap_or_default();
        let config = notify.store.config().await?;
        let preferred = match reader {
            Some(person) => notify.store.preferences(&person.id).await?.language,
            None => None,
        };
        let asker = &stored.ticket.requester;
        let theirs = matches!(&row.owed.lane, Lane::Mail(id) | Lane::Chat(id) if id == asker);
        let asked = stored.ticket.language.as_ref().filter(|_| theirs);
        let locale = Locale::of(preferred.iter().chain(asked).chain([&config.language]));
        // The requester reads their own words: mail programs keep a conversation together by its subject.
        let stored = if theirs { stored } else { titled(stored, preferred, &config) };
        let author = author(notify, &config, &stored, &entry, locale).await?;
        let now = notify.store.now();
        Ok(Some(Facts { stored, entry, opening, config, author, now, locale }))
    }

    pub fn ticket(&self) -> &Ticket {
        &self.stored.ticket
    }

    /// What was said in the entry.
    pub fn said(&self) -> &str {
        self.entry.text.as_ref().map(|text| text.body.as_str()).unwrap_or_default()
    }

    /// The conversation in chat it was said in, to its requester.
    pub fn said_in(&self) -> Option<&Place> {
        let chat = self.entry.text.as_ref()?.chat.as_ref()?;
        (!chat.inside).then_some(&chat.place)
    }

    /// Files that came with what was said, where the requester may read that. What they brought
    /// when they opened the ticket they have.
    pub fn files(&self) -> &[File] {
        let event = &self.entry.event;
        let opened = matches!(event, Event::Opened { .. });
        let public = event.visibility() == Some(Visibility::Public) && !opened;
        let text = self.entry.text.as_ref().filter(|_| public);
        text.map(|text| text.files.as_slice()).unwrap_or_default()
    }

    /// Whether it is for those who look after its queue alone.
    pub fn is_private(&self) -> bool {
        self.config.is_private(self.ticket())
    }

    /// The same for a channel: of a private ticket it hears that it is there and how it stands.
    pub fn in_channel(self) -> Facts {
        if !self.is_private() {
            return self;
        }
        let Facts { stored, entry, config, author, now, locale, .. } = self;
        let theirs = author == stored.asker.name;
        let asker = Asker { name: locale.word("the-requester"), email: None };
        let author = if theirs { asker.name.clone() } else { author };
        let (title, titles) = (locale.word("private-title"), BTreeMap::new());
        let answers = Answers::default();
        let stored = Stored { title, titles, answers, asker, ..stored };
        Facts {
            stored,
            entry: Entry { text: None, ..entry },
            opening: Text::default(),
            config,
            author,
            now,
            locale,
        }
    }

    /// The queue the ticket is in.
    pub fn queue(&self) -> Option<&Queue> {
        self.ticket().queue.as_ref().and_then(|queue| self.config.queue(queue))
    }

    /// What it is called; empty where there is none.
    pub fn queue_name(&self) -> &str {
        self.queue().map_or("", |queue| queue.name.as_str())
    }

    /// A member's name.
    pub fn name(&self, id: &PersonId) -> String {
        self.config.member(id).map_or_else(|| id.0.clone(), |member| member.name.clone())
    }

    /// The assignee's name.
    pub fn assignee(&self) -> String {
        self.ticket()
            .assignee
            .as_ref()
            .map_or_else(|| self.locale.word("nobody"), |id| self.name(id))
    }

    /// When a target falls due, in the desk's zone.
    pub fn due(&self, metric: Metric) -> Option<String> {
        sla::due_at(self.ticket(), metric).map(|at| self.clock(at))
    }

    /// A moment, as people of this desk read it.
    pub fn clock(&self, at: Timestamp) -> String {
        self.locale.moment(at, &self.config)
    }
}

/// The same with the title in the language of whoever reads it.
fn titled(stored: Stored, preferred: Option<Language>, config: &Config) -> Stored {
    let title = stored.title_for(preferred.as_slice(), &config.language).to_owned();
    Stored { title, ..stored }
}

async fn author(
    notify: &Notify,
    config: &Config,
    stored: &Stored,
    entry: &Entry,
    locale: &Locale,
) -> Result<String, Error> {
    let Some(id) = entry.by.person_id() else { return Ok("Bellhop".into()) };
    if *id == stored.ticket.requester {
        return Ok(stored.asker.name.clone());
    }
    if let Some(member) = config.member(id) {
        return Ok(member.name.clone());
    }
    let person: Option<Person> = notify.store.person(id).await?;
    Ok(person.map_or_else(|| locale.word("somebody"), |person| person.name))
}
