//! A ticket filed with a form, and one that is said better afterwards: what a dialog in chat was filled
//! with goes through the same checks as what REST is given. Every complaint names its field, so that
//! the dialog can show it there. How a dialog looks is the door's.

use std::collections::BTreeSet;

use desk::access::{Who, permit};
use desk::answer::{self, Given, NotTaken};
use desk::command::Filled;
use desk::config::Config;
use desk::file::{File, media_type, safe_name};
use desk::form::Form;
use desk::history::{TITLE_AT_MOST, Text, WORDS_AT_MOST, title_of};
use desk::person::Person;
use desk::{Command, FormId, Number, Priority, QueueId, Refusal, Type};
use sha2::{Digest, Sha256};
use store::change::{Along, NewTicket, no_answer};
use store::{Error, Store, Stored};

use crate::{Reply, Speaker, TITLE, now, view, who, words};

/// The field of the ticket's title.
pub const TITLE_FIELD: &str = "title";
/// The field of what is said at length.
pub const DESCRIPTION: &str = "description";
/// The field of the form itself.
pub const FORM: &str = "form";
/// The field of files that belong to no field of a form.
pub const FILES: &str = "files";

/// What somebody asks for, as a dialog took it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filing {
    /// The form it is filed with.
    pub form: Option<FormId>,
    /// Where it goes; the form says where it is left out, else the first queue takes it.
    pub queue: Option<QueueId>,
    /// Its title; the first line of the description where it is left out.
    pub title: Option<String>,
    /// What it is about.
    pub description: String,
    /// How soon it matters; the form says where it is left out.
    pub priority: Option<Priority>,
    /// Answers to the form's fields; files among them are kept already.
    pub fields: Given,
    /// Files that came with it, kept already.
    pub files: Vec<File>,
    /// The closed ticket it goes on from.
    pub follow_up_of: Option<Number>,
    /// Whom it is for, and whether nobody has met them before; whoever files it where it is left out.
    /// Only staff file for somebody else.
    pub on_behalf_of: Option<(Person, bool)>,
}

/// What somebody says better of a ticket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amendment {
    /// Its title from now on.
    pub title: Option<String>,
    /// What they add; a message of whoever asked, a note of an agent.
    pub more: String,
    /// How soon it matters from now on.
    pub priority: Option<Priority>,
    /// Answers that say something else.
    pub fields: Given,
    /// Files that come with what is added, kept already.
    pub files: Vec<File>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is filed, or it is said why it cannot be.
    Done(Reply),
    /// Nothing was written: these fields are not right yet, each with a sentence.
    Problems(Vec<(String, String)>),
}

/// A file as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The name its sender gave it.
    pub name: String,
    /// Media type as the sender said.
    pub kind: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// The forms somebody can file with, in the order they are offered.
pub fn offered(config: &Config) -> impl Iterator<Item = &Form> {
    config.forms.iter().filter(|form| form.is_published())
}

/// The most bytes a file of this person may have.
pub fn most_bytes(config: &Config, speaker: &Speaker) -> u64 {
    let staff = config.role(&speaker.person.id).is_staff();
    let mib = if staff { config.limits.staff_file_mib } else { config.limits.file_mib };
    u64::try_from(mib).unwrap_or(u64::MAX).saturating_mul(1024 * 1024)
}

/// Keeps a file's bytes for good, so that words can name it. Done twice it is done once: bytes are
/// kept under what they are.
pub async fn keep(store: &Store, brought: Brought) -> Result<File, Error> {
    let sha256 = hex::encode(Sha256::digest(&brought.bytes));
    let kind = media_type(&brought.kind).unwrap_or_else(|| "application/octet-stream".into());
    let file = File {
        id: store.fresh_id(),
        name: safe_name(&brought.name).unwrap_or_else(|| "file".into()),
        kind,
        size: u64::try_from(brought.bytes.len()).unwrap_or(u64::MAX),
        sha256: Some(sha256),
    };
    store.put_blob(&file.key(), brought.bytes, &file.kind).await?;
    Ok(file)
}

/// Files a ticket with a form, or says which fields are not right.
pub async fn file_form(
    store: &Store,
    speaker: &Speaker,
    filing: Filing,
    along: Along,
) -> Result<Filed, Error> {
    let config = store.config().await?;
    let new = match new_ticket(&config, speaker, filing) {
        Ok(Some(new)) => new,
        Ok(None) => return Ok(Filed::Done(Reply::Notice(words::NO_QUEUE.into()))),
        Err(problems) => return Ok(Filed::Problems(problems)),
    };
    let body = new.text.body.clone();
    let stored = match store.open(new, along, &no_answer).await {
        Ok(done) => now(store, done).await?,
        Err(error) => return refused(error),
    };
    // Whoever files may be new: they are then known under the id the transaction gave them.
    let reader = if speaker.is_new { &stored.ticket.requester } else { &speaker.person.id };
    let view = view::for_speaker(&stored, &body, &config, reader, store.now());
    Ok(Filed::Done(Reply::Card(words::filed(&stored), Box::new(view), Vec::new())))
}

/// Says something of a ticket better: all of it or nothing. What is as it was changes nothing.
pub async fn amend(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    amendment: Amendment,
    along: Along,
) -> Result<Filed, Error> {
    let config = store.config().await?;
    let stored = store.ticket(number).await?;
    let problems = amendment.problems(&config, stored.as_ref());
    if !problems.is_empty() {
        return Ok(Filed::Problems(problems));
    }
    let along = Along { arrival: None, ..along };
    let wish = |stored: &Stored, config: &Config| {
        let who = who(speaker, config);
        let commands = amendment.commands(&who, stored, config)?.into_iter();
        commands.map(|command| permit(&who, Some(&stored.ticket), command)).collect()
    };
    let stored = match store.change_at_once(number, along, wish, &no_answer).await {
        Ok(done) => now(store, done).await?,
        Err(error) => return refused(error),
    };
    let view = view::for_speaker(&stored, "", &config, &speaker.person.id, store.now());
    let sentence = words::stands(&stored, &config, &speaker.person.id);
    Ok(Filed::Done(Reply::Card(sentence, Box::new(view), Vec::new())))
}

/// A refusal is an answer, of the field it is about where it is about one.
fn refused(error: Error) -> Result<Filed, Error> {
    match error {
        Error::Refused(refusal) => Ok(Filed::Done(Reply::Notice(words::refused(&refusal)))),
        error => Err(error),
    }
}

type Problems = Vec<(String, String)>;

/// The ticket, or what is wrong with it; none where the desk has no queue.
fn new_ticket(
    config: &Config,
    speaker: &Speaker,
    filing: Filing,
) -> Result<Option<NewTicket>, Problems> {
    let who = who(speaker, config);
    let mut problems = wrong_words(filing.title.as_deref(), &filing.description);
    if filing.title.is_none() && filing.description.trim().is_empty() {
        problems.push(problem(TITLE_FIELD, "it is needed"));
    }
    problems.extend(too_many(config, &filing.files));
    let staff = who.role.is_staff();
    let filled = filled(config, &filing, staff);
    let filled = filled.unwrap_or_else(|wrong| {
        problems.push(wrong);
        None
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let (form, filled) = filled.unzip();
    let first = || config.queues.first().map(|queue| queue.id.clone());
    let known = filing.queue.filter(|id| config.queue(id).is_some());
    let queue = known.or_else(|| form.and_then(|form| form.queue.clone())).or_else(first);
    let Some(queue) = queue else { return Ok(None) };
    let title = filing.title.as_deref().map(one_line).filter(|title| !title.is_empty());
    let title = title.unwrap_or_else(|| title_of(&filing.description, TITLE));
    let body = filing.description.replace('\0', "\u{fffd}");
    let usual = form.and_then(|form| form.priority).unwrap_or(Priority::Medium);
    let own = || (speaker.person.clone(), speaker.is_new);
    let (requester, is_new) = filing.on_behalf_of.filter(|_| staff).unwrap_or_else(own);
    Ok(Some(NewTicket {
        who,
        requester,
        is_new,
        kind: form.and_then(|form| form.kind).unwrap_or(Type::Question),
        priority: filing.priority.unwrap_or(usual),
        channel: speaker.channel,
        queue,
        origin: speaker.place.clone(),
        silent: false,
        besides: store::change::Besides::default(),
        external_id: None,
        translations: Vec::new(),
        follow_up_of: filing.follow_up_of,
        form: filled,
        text: Text { title: Some(title), files: filing.files, ..Text::plain(body) },
    }))
}

/// The form with its answers; none where no form is named.
fn filled<'a>(
    config: &'a Config,
    filing: &Filing,
    staff: bool,
) -> Result<Option<(&'a Form, Filled)>, (String, String)> {
    let Some(id) = &filing.form else { return Ok(None) };
    let form = offered(config).find(|form| form.id == *id);
    let gone = || problem(FORM, "there is no such form any more; choose another");
    let form = form.ok_or_else(gone)?;
    let answers = answer::fill(form, config, &filing.fields, staff);
    let answers = answers.map_err(|wrong| said_of(&wrong))?;
    Ok(Some((form, Filled { form: form.id.clone(), answers, tasks: form.tasks.clone() })))
}

impl Amendment {
    fn problems(&self, config: &Config, stored: Option<&Stored>) -> Problems {
        let mut problems = wrong_words(self.title.as_deref(), &self.more);
        problems.extend(too_many(config, &self.files));
        let form = stored.and_then(|stored| form_of(stored, config));
        if let (Some(stored), Some(form)) = (stored, form)
            && let Err(wrong) = answer::change(form, config, &stored.answers, &self.fields)
        {
            problems.push(said_of(&wrong));
        }
        problems
    }

    fn commands(
        &self,
        who: &Who,
        stored: &Stored,
        config: &Config,
    ) -> Result<Vec<Command>, Refusal> {
        let mut commands = Vec::new();
        let title = self.title.as_deref().map(one_line).filter(|title| *title != stored.title);
        if let Some(title) = title {
            commands.push(Command::Retitle(Text { title: Some(title), ..Text::default() }));
        }
        if let Some(to) = self.priority.filter(|to| *to != stored.ticket.priority) {
            commands.push(stored.prioritised(config, to));
        }
        if let Some(form) = form_of(stored, config).filter(|_| !self.fields.is_empty()) {
            let answers = answer::change(form, config, &stored.answers, &self.fields)?;
            let fields: BTreeSet<_> = answer::differing(&stored.answers, &answers);
            if !fields.is_empty() {
                let text = Text { answers, ..Text::default() };
                commands.push(Command::SetFields { fields, text });
            }
        }
        if !self.more.trim().is_empty() || !self.files.is_empty() {
            let body = self.more.replace('\0', "\u{fffd}");
            let text = Text { files: self.files.clone(), ..Text::plain(body) };
            commands.push(match who.asks(&stored.ticket) {
                true => Command::ReplyAsRequester(text),
                false => Command::AddNote(text),
            });
        }
        Ok(commands)
    }
}

fn form_of<'a>(stored: &Stored, config: &'a Config) -> Option<&'a Form> {
    stored.ticket.form.as_ref().and_then(|form| config.form(form))
}

fn wrong_words(title: Option<&str>, description: &str) -> Problems {
    let mut problems = Problems::new();
    if let Some(title) = title {
        let length = one_line(title).chars().count();
        match length {
            0 => problems.push(problem(TITLE_FIELD, "it is needed")),
            1..=TITLE_AT_MOST => {}
            _ => {
                let detail = format!("a title of at most {TITLE_AT_MOST} characters");
                problems.push(problem(TITLE_FIELD, detail));
            }
        }
    }
    if description.chars().count() > WORDS_AT_MOST {
        let detail = format!("at most {WORDS_AT_MOST} characters; send the rest as a file");
        problems.push(problem(DESCRIPTION, detail));
    }
    problems
}

fn too_many(config: &Config, files: &[File]) -> Option<(String, String)> {
    let at_most = config.limits.files;
    let detail = || format!("{at_most} files at most; send the rest with another message");
    (files.len() > at_most).then(|| problem(FILES, detail()))
}

fn problem(field: &str, detail: impl AsRef<str>) -> (String, String) {
    (field.to_owned(), words::sentence(detail.as_ref()))
}

fn said_of(wrong: &NotTaken) -> (String, String) {
    problem(wrong.field.0.as_str(), wrong.what.to_string())
}

/// A title is one line, whatever a dialog let in.
fn one_line(text: &str) -> String {
    let plain = text.replace(|c: char| c.is_control(), " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "filing_tests.rs"]
mod tests;
