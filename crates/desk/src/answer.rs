//! Answers to the fields of a form: whether they fit, which fields are asked at all, and what stays
//! when something else is said. Pure: the form, the desk and what was given in; answers or the field
//! that is wrong out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};

use crate::config::Config;
use crate::file::File;
use crate::form::{Choice, Field, Form, Kind, ShownWhen};
use crate::id::{FieldId, PersonId};
use crate::language::{Language, Words};

/// The longest answer of one line, in characters.
const LINE_AT_MOST: usize = 300;
/// The longest answer of several lines, in characters.
const WORDS_AT_MOST: usize = 5_000;

/// What was answered, field by field.
pub type Answers = BTreeMap<FieldId, Answer>;
/// What somebody gives: an answer, or that there is none any more.
pub type Given = BTreeMap<FieldId, Option<Answer>>;

/// One answer. Choices are kept by id, people by theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// Yes or no.
    Yes(bool),
    /// How many.
    Number(Figure),
    /// Words, a day, a choice, a person.
    Text(String),
    /// Several choices.
    Many(Vec<String>),
    /// Files, which whoever takes the answer has found among the uploads.
    Files(Vec<File>),
}

/// A number that is one: neither infinite nor undefined, so that it equals itself.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Figure(f64);

impl Eq for Figure {}

/// A number that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be a number that can be written down")]
pub struct NotAFigure;

impl TryFrom<f64> for Figure {
    type Error = NotAFigure;

    fn try_from(number: f64) -> Result<Figure, NotAFigure> {
        if number.is_finite() { Ok(Figure(number)) } else { Err(NotAFigure) }
    }
}

impl Figure {
    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Serialize for Figure {
    /// Whole numbers are written as such.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match format!("{:.0}", self.0).parse::<i64>() {
            Ok(whole) if self.0.fract() == 0.0 => serializer.serialize_i64(whole),
            _ => serializer.serialize_f64(self.0),
        }
    }
}

/// Why answers were not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct NotTaken {
    /// Which field.
    pub field: FieldId,
    /// What is wrong with it.
    pub what: What,
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// The form has no such field, or none for whoever asks.
    #[error("this form has no such field")]
    Unknown,
    /// It is required.
    #[error("it is needed")]
    Needed,
    /// It is something else.
    #[error("it must be {0}")]
    Another(String),
}

/// What a new ticket answers. Fields that are not asked are left out, whatever was given for them;
/// those that are hidden from requesters do not exist for them, and are asked of nobody yet.
pub fn fill(form: &Form, config: &Config, given: &Given, staff: bool) -> Result<Answers, NotTaken> {
    let mine = |field: &Field| staff || !field.hidden_from_requester;
    known(form, given, mine)?;
    let mut answers = Answers::new();
    for field in form.fields.iter().filter(|field| mine(field)) {
        if !is_shown(form, field, &answers) {
            continue;
        }
        let answer = given.get(&field.id).and_then(Option::as_ref);
        let answer = answer.map(|answer| fitting(field, config, answer)).transpose()?.flatten();
        match answer {
            Some(answer) => drop(answers.insert(field.id.clone(), answer)),
            // Whoever opens a ticket need not know what agents find out later.
            None if field.required && !field.hidden_from_requester => {
                return Err(NotTaken { field: field.id.clone(), what: What::Needed });
            }
            None => {}
        }
    }
    Ok(answers)
}

/// What a ticket answers once an agent says something else about some of its fields. What must be
/// answered was answered before, or is asked from now on: a field that is new in the form is asked of
/// new tickets alone.
pub fn change(
    form: &Form,
    config: &Config,
    before: &Answers,
    given: &Given,
) -> Result<Answers, NotTaken> {
    known(form, given, |_| true)?;
    let mut answers = before.clone();
    for field in &form.fields {
        let was_shown = is_shown(form, field, before);
        if !is_shown(form, field, &answers) {
            answers.remove(&field.id);
            continue;
        }
        match given.get(&field.id) {
            Some(Some(answer)) => match fitting(field, config, answer)? {
                Some(answer) => drop(answers.insert(field.id.clone(), answer)),
                None => drop(answers.remove(&field.id)),
            },
            Some(None) => drop(answers.remove(&field.id)),
            None => {}
        }
        let owed = field.required && (before.contains_key(&field.id) || !was_shown);
        if owed && !answers.contains_key(&field.id) {
            return Err(NotTaken { field: field.id.clone(), what: What::Needed });
        }
    }
    Ok(answers)
}

/// The fields whose answers differ.
pub fn differing(before: &Answers, after: &Answers) -> BTreeSet<FieldId> {
    let all = before.keys().chain(after.keys());
    all.filter(|field| before.get(*field) != after.get(*field)).cloned().collect()
}

/// What the requester may see of the answers. Of a field that is no longer in the form nobody knows
/// whether it was hidden, so it is.
pub fn for_requester(form: Option<&Form>, answers: &Answers) -> Answers {
    let seen = |id: &FieldId| {
        let field = form.and_then(|form| form.field(id));
        field.is_some_and(|field| !field.hidden_from_requester)
    };
    answers.iter().filter(|(id, _)| seen(id)).map(|(id, a)| (id.clone(), a.clone())).collect()
}

/// Answers as people read them: label and words, in the order of the form. What is no longer in the
/// form goes by its id.
pub fn spoken(
    form: Option<&Form>,
    answers: &Answers,
    config: &Config,
    languages: &[Language],
) -> Vec<(String, String)> {
    let fields = form.map_or(&[][..], |form| form.fields.as_slice());
    let known = fields.iter().filter_map(|field| {
        let said = say(&field.kind, answers.get(&field.id)?, config, languages);
        Some((field.label.read(languages, &config.language).to_owned(), said))
    });
    let gone = answers.iter().filter(|(id, _)| !fields.iter().any(|field| field.id == **id));
    let gone = gone.map(|(id, answer)| {
        (id.to_string(), say(&Kind::Text { long: false }, answer, config, languages))
    });
    known.chain(gone).collect()
}

fn say(kind: &Kind, answer: &Answer, config: &Config, languages: &[Language]) -> String {
    let option = |id: &str| {
        let label = label_of(kind.options(), id);
        let label = label.map(|label| label.read(languages, &config.language));
        label.filter(|label| !label.is_empty()).unwrap_or(id).to_owned()
    };
    match answer {
        Answer::Yes(true) => "yes".into(),
        Answer::Yes(false) => "no".into(),
        Answer::Number(number) => number.0.to_string(),
        Answer::Many(several) => several.iter().map(|id| option(id)).collect::<Vec<_>>().join(", "),
        Answer::Files(files) => names(files),
        Answer::Text(id) if *kind == Kind::Member => {
            let member = config.member(&PersonId::from(id.as_str()));
            member.map_or_else(|| id.clone(), |member| member.name.clone())
        }
        Answer::Text(text) => option(text),
    }
}

/// The names of files, as people read them.
pub(crate) fn names(files: &[File]) -> String {
    files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Every file of some answers.
pub fn files(answers: &Answers) -> impl Iterator<Item = &File> {
    answers.values().flat_map(|answer| match answer {
        Answer::Files(files) => files.as_slice(),
        _ => &[],
    })
}

fn label_of<'a>(options: &'a [Choice], id: &str) -> Option<&'a Words> {
    options.iter().find_map(|option| match option.id == id {
        true => Some(&option.label),
        false => label_of(&option.options, id),
    })
}

/// Whether a field is asked, as things are answered. It stands behind what it depends on, and what is
/// not asked itself says nothing.
pub fn is_shown(form: &Form, field: &Field, answers: &Answers) -> bool {
    let Some(when) = &field.shown_when else { return true };
    let other = form.fields.iter().take_while(|other| other.id != field.id);
    let other = other.into_iter().find(|other| other.id == when.field);
    let Some(other) = other else { return true };
    if !is_shown(form, other, answers) {
        return when.holds(None);
    }
    // A box that nobody ticked says no.
    let unticked = Answer::Yes(false);
    let otherwise = (other.kind == Kind::Checkbox).then_some(&unticked);
    when.holds(answers.get(&when.field).or(otherwise))
}

impl ShownWhen {
    fn holds(&self, said: Option<&Answer>) -> bool {
        let is = |text: &str| self.values.iter().any(|value| value == text);
        let any = match said {
            None => false,
            Some(Answer::Yes(yes)) => is(if *yes { "true" } else { "false" }),
            Some(Answer::Number(number)) => is(&number.0.to_string()),
            Some(Answer::Text(text)) => is(text),
            Some(Answer::Many(several)) => several.iter().any(|one| is(one)),
            Some(Answer::Files(files)) => files.iter().any(|file| is(&file.name)),
        };
        any != self.is_not
    }
}

fn known(form: &Form, given: &Given, mine: impl Fn(&Field) -> bool) -> Result<(), NotTaken> {
    let unknown = given.keys().find(|id| !form.field(id).is_some_and(&mine));
    match unknown {
        Some(field) => Err(NotTaken { field: field.clone(), what: What::Unknown }),
        None => Ok(()),
    }
}

/// The answer as it is kept; none where it says nothing.
fn fitting(field: &Field, config: &Config, answer: &Answer) -> Result<Option<Answer>, NotTaken> {
    let fits = match (&field.kind, answer) {
        (Kind::Text { long }, Answer::Text(text)) => words(text, *long),
        (Kind::Number { min, max }, Answer::Number(number)) => within(*number, *min, *max),
        (Kind::Date, Answer::Text(text)) => date(text),
        (Kind::Select { .. } | Kind::TreeSelect { .. }, Answer::Text(text)) => {
            chosen(&field.kind, text).map(|id| id.map(Answer::Text))
        }
        (Kind::MultiSelect { .. }, Answer::Many(several)) => each_chosen(&field.kind, several),
        (Kind::Checkbox, Answer::Yes(_)) => Ok(Some(answer.clone())),
        (Kind::Member, Answer::Text(text)) => member(config, text),
        (Kind::File, Answer::Files(files)) => several_files(config, files),
        (Kind::File, Answer::Many(ids)) if ids.is_empty() => Ok(None),
        (kind, _) => Err(what_it_is(kind)),
    };
    let wrong = |must| NotTaken { field: field.id.clone(), what: What::Another(must) };
    fits.map_err(wrong)
}

fn what_it_is(kind: &Kind) -> String {
    match kind {
        Kind::Text { .. } => "a text".into(),
        Kind::Number { min, max } => number_in(*min, *max),
        Kind::Date => "a day like 2026-11-23".into(),
        Kind::Select { .. } | Kind::TreeSelect { .. } => {
            format!("one of {}", kind.choices().join(", "))
        }
        Kind::MultiSelect { .. } => format!("a list of some of {}", kind.choices().join(", ")),
        Kind::Checkbox => "true or false".into(),
        Kind::Member => "a member's id or mail address".into(),
        Kind::File => "a list of ids of files that were uploaded".into(),
    }
}

fn words(text: &str, long: bool) -> Result<Option<Answer>, String> {
    let at_most = if long { WORDS_AT_MOST } else { LINE_AT_MOST };
    let text = text.trim();
    if text.chars().count() > at_most {
        return Err(format!("a text of at most {at_most} characters"));
    }
    if text.contains('\0') || !long && text.contains(['\r', '\n']) {
        return Err(if long { "a text without NUL" } else { "a text of one line" }.into());
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()).map(Answer::Text))
}

fn within(number: Figure, min: Option<f64>, max: Option<f64>) -> Result<Option<Answer>, String> {
    let low = min.is_some_and(|min| number.0 < min);
    let high = max.is_some_and(|max| number.0 > max);
    if low || high { Err(number_in(min, max)) } else { Ok(Some(Answer::Number(number))) }
}

fn number_in(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (None, None) => "a number".into(),
        (Some(min), None) => format!("a number from {min}"),
        (None, Some(max)) => format!("a number up to {max}"),
        (Some(min), Some(max)) => format!("a number from {min} to {max}"),
    }
}

fn date(text: &str) -> Result<Option<Answer>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = Date::strptime("%Y-%m-%d", text).map_err(|_| what_it_is(&Kind::Date))?;
    Ok(Some(Answer::Text(day.to_string())))
}

fn chosen(kind: &Kind, text: &str) -> Result<Option<String>, String> {
    let id = text.trim();
    match kind.choices().contains(&id) {
        true => Ok(Some(id.to_owned())),
        false if id.is_empty() => Ok(None),
        false => Err(what_it_is(kind)),
    }
}

fn each_chosen(kind: &Kind, several: &[String]) -> Result<Option<Answer>, String> {
    let ids = several.iter().filter_map(|text| chosen(kind, text).transpose());
    let ids: BTreeSet<String> = ids.collect::<Result<_, _>>()?;
    Ok(Some(Vec::from_iter(ids)).filter(|ids| !ids.is_empty()).map(Answer::Many))
}

fn several_files(config: &Config, files: &[File]) -> Result<Option<Answer>, String> {
    let at_most = config.limits.files;
    if files.len() > at_most {
        return Err(format!("a list of at most {at_most} files"));
    }
    Ok(Some(files.to_vec()).filter(|files| !files.is_empty()).map(Answer::Files))
}

fn member(config: &Config, text: &str) -> Result<Option<Answer>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let found = config.find_member(text.trim());
    found.map(|found| Some(Answer::Text(found.id.0.clone()))).ok_or(what_it_is(&Kind::Member))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
