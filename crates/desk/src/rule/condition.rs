//! What a rule asks of a ticket: conditions on what it is, on what changed and on what was just said.
//! A condition only looks; what follows from it is not known here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Answers};
use crate::config::Config;
use crate::id::{CalendarId, FieldId, PersonId};
use crate::rule::due;
use crate::ticket::{Status, Ticket, words};

/// The longest pattern, in characters.
pub const PATTERN_AT_MOST: usize = 500;
/// What a compiled pattern may take, in bytes. Matching is linear in the text whatever the pattern.
const COMPILED_AT_MOST: usize = 256 * 1024;

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Each of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not one of these.
    None(Vec<Condition>),
    /// One thing about the ticket.
    Test {
        /// What is looked at.
        subject: Subject,
        /// How it must be.
        op: Op,
    },
}

words!(
    /// What every ticket has that a condition can look at.
    Property {
        /// What kind of request it is.
        Type = "type",
        /// The form it was opened with.
        Form = "form",
        /// Where it waits.
        Queue = "queue",
        /// How soon it matters.
        Priority = "priority",
        /// Where it stands.
        Status = "status",
        /// Roughly where it stands: `open`, `waiting` or `done`.
        StatusCategory = "status_category",
        /// How it arrived.
        Channel = "channel",
        /// What stands behind the `@` of the requester's address.
        RequesterDomain = "requester.domain",
        /// Whom the requester belonged to, by the organisation's id.
        RequesterOrganisation = "requester.organisation",
        /// What the requester is here.
        RequesterRole = "requester.role",
        /// Whose it is.
        Assignee = "assignee",
        /// Its labels.
        Tags = "tags",
        /// Its title.
        Title = "title",
        /// What was just said, in the entry that set the rule off.
        Message = "message",
        /// The language it was asked in, by its tag.
        Language = "language",
        /// Minutes since it was opened.
        Age = "age",
        /// How often it came back.
        Reopened = "reopened",
        /// What the requester thought of it, 1 to 5.
        Rating = "rating",
        /// The hour: whether a calendar is open.
        Hours = "hours",
    }
);

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Subject {
    /// Something every ticket has.
    Of(Property),
    /// The answer to a field of its form, written `field.` and the field's id.
    Field(FieldId),
}

/// What is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be field.<id> or one of {}", names(Property::ALL))]
pub struct NoSubject;

fn names(all: &[Property]) -> String {
    all.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ")
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Of(property) => property.fmt(f),
            Subject::Field(id) => write!(f, "{FIELD}{id}"),
        }
    }
}

/// What a field's name begins with.
pub(crate) const FIELD: &str = "field.";

impl From<Subject> for String {
    fn from(subject: Subject) -> String {
        subject.to_string()
    }
}

impl TryFrom<String> for Subject {
    type Error = NoSubject;

    fn try_from(text: String) -> Result<Subject, NoSubject> {
        match text.strip_prefix(FIELD) {
            Some(id) if !id.is_empty() => Ok(Subject::Field(FieldId::from(id))),
            _ => Property::parse(&text).map(Subject::Of).ok_or(NoSubject),
        }
    }
}

/// How a subject must be. Words are compared without regard to case; of several, one is enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It is one of these.
    Is(Vec<String>),
    /// It is none of these.
    IsNot(Vec<String>),
    /// One of these is part of it.
    Contains(Vec<String>),
    /// It begins with one of these.
    Starts(Vec<String>),
    /// It matches this pattern somewhere.
    Regex(String),
    /// It is a smaller number.
    Less(i64),
    /// It is a greater number.
    Greater(i64),
    /// It is one of these numbers or between them.
    Between(i64, i64),
    /// It is not what it was; or it is.
    Changed(bool),
    /// It became one of these.
    ChangedTo(Vec<String>),
    /// It was one of these and is no more.
    ChangedFrom(Vec<String>),
    /// There is none; or there is one.
    Empty(bool),
    /// At least one of these is there.
    AnyOf(BTreeSet<String>),
    /// Each of these is there.
    AllOf(BTreeSet<String>),
    /// Not one of these is there.
    NoneOf(BTreeSet<String>),
    /// It is within the hours of this calendar.
    Within(CalendarId),
    /// It is outside the hours of this calendar.
    Outside(CalendarId),
}

/// What is known besides the ticket itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// How the desk is set up.
    pub config: &'a Config,
    /// What the ticket says.
    pub says: Says<'a>,
    /// What it said before; none where it was just opened.
    pub said: Option<Says<'a>>,
    /// What the requester is called.
    pub name: &'a str,
    /// Where mail reaches the requester.
    pub email: Option<&'a str>,
}

/// The words of a ticket that are kept beside it.
#[derive(Clone, Copy, Debug)]
pub struct Says<'a> {
    /// Its title.
    pub title: &'a str,
    /// The answers to its form.
    pub answers: &'a Answers,
}

/// A ticket as a condition sees it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// As it stands.
    pub ticket: &'a Ticket,
    /// As it stood before what set the rule off; none where it was just opened, or time passed.
    pub before: Option<&'a Ticket>,
    /// What was just said.
    pub message: &'a str,
    /// What else is known.
    pub facts: &'a Facts<'a>,
    /// The instant it is asked.
    pub now: Timestamp,
}

/// Reads a pattern, or says what is wrong with it.
pub fn pattern(text: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(text);
    let built = builder.case_insensitive(true).size_limit(COMPILED_AT_MOST).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large; repeat less".to_owned(),
        _ => "it is no regular expression, or one that looks back or ahead".to_owned(),
    })
}

/// Whether each of these holds.
pub fn all_hold(conditions: &[Condition], view: &View<'_>) -> bool {
    conditions.iter().all(|condition| condition.holds(view))
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, view: &View<'_>) -> bool {
        match self {
            Condition::All(inner) => all_hold(inner, view),
            Condition::Any(inner) => inner.iter().any(|condition| condition.holds(view)),
            Condition::None(inner) => !inner.iter().any(|condition| condition.holds(view)),
            Condition::Test { subject, op } => op.holds(subject, view),
        }
    }

    /// Every test in it.
    pub fn tests(&self) -> Vec<(&Subject, &Op)> {
        match self {
            Condition::All(inner) | Condition::Any(inner) | Condition::None(inner) => {
                inner.iter().flat_map(Condition::tests).collect()
            }
            Condition::Test { subject, op } => vec![(subject, op)],
        }
    }

    pub(crate) fn rename(&mut self, id: &dyn Fn(&PersonId) -> PersonId) {
        match self {
            Condition::All(inner) | Condition::Any(inner) | Condition::None(inner) => {
                inner.iter_mut().for_each(|condition| condition.rename(id));
            }
            Condition::Test { subject: Subject::Of(Property::Assignee), op } => {
                for word in op.words_mut() {
                    *word = id(&PersonId(word.clone())).0;
                }
            }
            Condition::Test { .. } => {}
        }
    }
}

impl Subject {
    /// What it says: nothing, one thing or several.
    fn values(&self, ticket: &Ticket, says: &Says<'_>, view: &View<'_>) -> Vec<String> {
        match self {
            Subject::Of(Property::Tags) => ticket.tags.iter().cloned().collect(),
            Subject::Of(property) => property.value(ticket, says, view).into_iter().collect(),
            Subject::Field(id) => match says.answers.get(id) {
                None => Vec::new(),
                Some(Answer::Yes(yes)) => vec![yes.to_string()],
                Some(Answer::Number(number)) => vec![number.value().to_string()],
                Some(Answer::Text(text)) => vec![text.clone()],
                Some(Answer::Many(several)) => several.clone(),
                Some(Answer::Files(files)) => files.iter().map(|file| file.name.clone()).collect(),
            },
        }
    }

    fn now(&self, view: &View<'_>) -> Vec<String> {
        self.values(view.ticket, &view.facts.says, view)
    }

    /// What it said before; none where there was no before.
    fn before(&self, view: &View<'_>) -> Option<Vec<String>> {
        let says = view.facts.said.as_ref().unwrap_or(&view.facts.says);
        Some(self.values(view.before?, says, view))
    }
}

impl Property {
    fn value(self, ticket: &Ticket, says: &Says<'_>, view: &View<'_>) -> Option<String> {
        let facts = view.facts;
        match self {
            Property::Type => Some(ticket.kind.to_string()),
            Property::Form => ticket.form.as_ref().map(ToString::to_string),
            Property::Queue => ticket.queue.as_ref().map(ToString::to_string),
            Property::Priority => Some(ticket.priority.to_string()),
            Property::Status => Some(ticket.status.to_string()),
            Property::StatusCategory => Some(category(ticket.status).to_owned()),
            Property::Channel => Some(ticket.channel.to_string()),
            Property::RequesterDomain => Some(facts.email?.rsplit_once('@')?.1.to_lowercase()),
            Property::RequesterOrganisation => {
                ticket.organisation.as_ref().map(ToString::to_string)
            }
            Property::RequesterRole => Some(facts.config.role(&ticket.requester).to_string()),
            Property::Assignee => ticket.assignee.as_ref().map(ToString::to_string),
            Property::Title => Some(says.title.to_owned()),
            Property::Language => ticket.language.as_ref().map(ToString::to_string),
            Property::Message => Some(view.message.to_owned()).filter(|said| !said.is_empty()),
            Property::Age => Some(ticket.opened_at.duration_until(view.now).as_mins().to_string()),
            Property::Reopened => Some(ticket.reopened.to_string()),
            Property::Rating => ticket.rating.map(|rating| rating.score.to_string()),
            Property::Tags | Property::Hours => None,
        }
    }
}

/// The words a status category goes by.
pub const CATEGORIES: [&str; 3] = ["open", "waiting", "done"];

fn category(status: Status) -> &'static str {
    match status {
        Status::New | Status::PendingAssignment | Status::InProgress | Status::InReview => "open",
        Status::AwaitingRequester | Status::AwaitingConfirmation | Status::OnHold => "waiting",
        Status::Resolved | Status::Closed => "done",
    }
}

impl Op {
    fn holds(&self, subject: &Subject, view: &View<'_>) -> bool {
        let values = subject.now(view);
        let number = || values.first()?.parse::<f64>().ok();
        let has = |word: &String| values.iter().any(|value| same(value, word));
        let changed = || subject.before(view).is_some_and(|before| before != values);
        match self {
            Op::Is(words) => words.iter().any(has),
            Op::IsNot(words) => !words.iter().any(has),
            Op::Contains(words) => part(&values, words, |text, word| text.contains(word)),
            Op::Starts(words) => part(&values, words, |text, word| text.starts_with(word)),
            Op::Regex(text) => pattern(text)
                .is_ok_and(|pattern| values.iter().any(|value| pattern.is_match(value))),
            Op::Less(than) => number().is_some_and(|number| number < figure(*than)),
            Op::Greater(than) => number().is_some_and(|number| number > figure(*than)),
            Op::Between(low, high) => {
                let within = |number| figure(*low) <= number && number <= figure(*high);
                number().is_some_and(within)
            }
            Op::Changed(wanted) => changed() == *wanted,
            Op::ChangedTo(words) => changed() && words.iter().any(has),
            Op::ChangedFrom(words) => {
                let was = subject.before(view).unwrap_or_default();
                changed() && words.iter().any(|word| was.iter().any(|value| same(value, word)))
            }
            Op::Empty(wanted) => values.iter().all(String::is_empty) == *wanted,
            Op::AnyOf(wanted) => wanted.iter().any(has),
            Op::AllOf(wanted) => wanted.iter().all(has),
            Op::NoneOf(wanted) => !wanted.iter().any(has),
            Op::Within(calendar) => is_open(calendar, view),
            Op::Outside(calendar) => !is_open(calendar, view),
        }
    }

    /// Whether it compares with what was.
    pub fn looks_back(&self) -> bool {
        matches!(self, Op::Changed(_) | Op::ChangedTo(_) | Op::ChangedFrom(_))
    }

    fn words_mut(&mut self) -> &mut [String] {
        match self {
            Op::Is(words) | Op::IsNot(words) | Op::ChangedTo(words) | Op::ChangedFrom(words) => {
                words
            }
            _ => &mut [],
        }
    }
}

fn part(values: &[String], words: &[String], fits: fn(&str, &str) -> bool) -> bool {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let fits = |value: &String| {
        let value = value.to_lowercase();
        words.iter().any(|word| fits(&value, word))
    };
    values.iter().any(fits)
}

/// Whole numbers people write are far from where these lose one.
#[allow(clippy::cast_precision_loss)]
fn figure(number: i64) -> f64 {
    number as f64
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn is_open(id: &CalendarId, view: &View<'_>) -> bool {
    let calendar = view.facts.config.calendar(id);
    calendar.is_some_and(|calendar| due::is_open(&calendar.calendar(), view.now))
}
