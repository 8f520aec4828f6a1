//! A form's fields as the things a modal asks, and what was answered as the desk's answers. A modal
//! takes five; the rest is asked in the next one. What fits a field is checked where tickets are filed.

use std::collections::BTreeMap;

use chat::discord::modal::{AT_MOST, Asked, Input, OPTIONS, TEXT, modal};
use desk::FieldId;
use desk::answer::{Answer, Answers, Figure, Given, is_shown};
use desk::config::Config;
use desk::file::File;
use desk::form::{Choice, Field, Form, Kind};
use desk::language::Words;
use serde_json::Value;

use crate::draft::Draft;
use crate::words;

/// The id of the title's input.
pub(crate) const TITLE: &str = "title";
/// The id of what is said at length.
pub(crate) const BODY: &str = "description";
/// The id of files that belong to no field.
pub(crate) const FILES: &str = "files";
/// The longest title, in characters.
const TITLE_AT_MOST: u16 = 150;
/// The longest answer of one line, in characters.
const LINE_AT_MOST: u16 = 300;
/// How many of a form's fields go with title and description.
const BESIDE_WORDS: usize = AT_MOST - 2;
/// Radio buttons have two to ten options.
const RADIO: std::ops::RangeInclusive<usize> = 2..=10;

/// What a person sees of a form.
pub(crate) struct Sheet<'a> {
    pub config: &'a Config,
    pub form: Option<&'a Form>,
    pub staff: bool,
}

impl<'a> Sheet<'a> {
    /// The first modal: title, description and the first fields; a place for files where there is room.
    pub(crate) fn first(&self, custom_id: &str, draft: &Draft) -> Value {
        let title = (!draft.title.is_empty()).then(|| draft.title.clone());
        let body = (!draft.description.is_empty()).then(|| draft.description.clone());
        let line = Input::Line { value: title, at_most: TITLE_AT_MOST };
        let lines = Input::Lines { value: body, at_most: TEXT };
        let mut asked = vec![
            asked(TITLE, words::SUBJECT, None, true, line),
            asked(BODY, words::DETAILS, Some(words::DETAILS_HINT), false, lines),
        ];
        let fields = self.step(&Draft::default(), BESIDE_WORDS);
        asked.extend(fields.iter().map(|field| self.asked(field, &draft.fields)));
        if asked.len() < AT_MOST {
            let files = Input::Files { most: self.config.limits.files };
            asked.push(self::asked(FILES, words::FILES, None, false, files));
        }
        let title = self.form.map_or(words::NEW_TICKET, |form| form.name.as_str());
        modal(custom_id, title, &asked)
    }

    /// The next modal, of the fields that were not asked yet; none where all were.
    pub(crate) fn next(&self, custom_id: &str, draft: &Draft) -> Option<Value> {
        let fields = self.step(draft, AT_MOST);
        let asked: Vec<Asked> =
            fields.iter().map(|field| self.asked(field, &draft.fields)).collect();
        let title = self.form.map_or(words::NEW_TICKET, |form| form.name.as_str());
        (!asked.is_empty()).then(|| modal(custom_id, title, &asked))
    }

    /// The fields that come next: not asked yet, and asked at all as things are answered. One that
    /// depends on a field of the same modal waits for the one after it.
    fn step(&self, draft: &Draft, room: usize) -> Vec<&'a Field> {
        let Some(form) = self.form else { return Vec::new() };
        let answers = said(&draft.fields);
        let mut step: Vec<&Field> = Vec::new();
        for field in &form.fields {
            let mine = self.staff || !field.hidden_from_requester;
            if step.len() == room || !mine || draft.asked.contains(&field.id) {
                continue;
            }
            let waits = field.shown_when.as_ref().is_some_and(|when| {
                form.field(&when.field).is_some() && !draft.asked.contains(&when.field)
            });
            if !waits && is_shown(form, field, &answers) {
                step.push(field);
            }
        }
        step
    }

    /// Whether something is still asked that must be answered.
    pub(crate) fn needs_more(&self, draft: &Draft) -> bool {
        self.step(draft, usize::MAX)
            .iter()
            .any(|field| field.required && !field.hidden_from_requester)
    }

    /// Whether anything is still asked.
    pub(crate) fn has_more(&self, draft: &Draft) -> bool {
        !self.step(draft, 1).is_empty()
    }

    /// Puts down what was answered in the first modal, or in a later one.
    pub(crate) fn take(
        &self,
        draft: &mut Draft,
        first: bool,
        values: &BTreeMap<String, Vec<String>>,
        files: &mut BTreeMap<String, Vec<File>>,
    ) {
        let fields = match first {
            true => self.step(&Draft::default(), BESIDE_WORDS),
            false => self.step(draft, AT_MOST),
        };
        for field in fields {
            let id = format!("f:{}", field.id);
            let given = values.get(&id).map(Vec::as_slice).unwrap_or_default();
            let answer = answer(field, given, files.remove(&id).unwrap_or_default());
            draft.fields.insert(field.id.clone(), answer);
            draft.asked.insert(field.id.clone());
        }
    }

    fn asked(&self, field: &Field, given: &Given) -> Asked {
        let read = |words: &Words| words.read(&[], &self.config.language).to_owned();
        let hint = read(&field.hint);
        let said = match given.get(&field.id) {
            Some(Some(Answer::Text(text))) => Some(text.clone()),
            _ => None,
        };
        let input = self.input(&field.kind, said);
        let format = match (&field.kind, &input) {
            (Kind::Date, _) => Some(words::A_DAY),
            (Kind::Number { .. }, _) => Some(words::A_NUMBER),
            (Kind::Member, Input::Line { .. }) => Some(words::A_MEMBER),
            _ => None,
        };
        let hint = if hint.is_empty() { format } else { Some(hint.as_str()) };
        let required = field.required && !field.hidden_from_requester;
        asked(&format!("f:{}", field.id), &read(&field.label), hint, required, input)
    }

    fn input(&self, kind: &Kind, said: Option<String>) -> Input {
        let line = |value| Input::Line { value, at_most: LINE_AT_MOST };
        let options = self.options(kind);
        match kind {
            Kind::Text { long: true } => Input::Lines { value: said, at_most: TEXT },
            Kind::Checkbox => Input::Checkbox,
            Kind::File => Input::Files { most: self.config.limits.files },
            Kind::Text { .. } | Kind::Number { .. } | Kind::Date => line(said),
            _ if options.is_empty() || options.len() > OPTIONS => line(said),
            Kind::MultiSelect { .. } => Input::Choice { most: options.len(), options },
            Kind::Select { .. } if RADIO.contains(&options.len()) => Input::Radio { options },
            _ => Input::Choice { options, most: 1 },
        }
    }

    /// What there is to choose, as id and label; the ends of a tree with what leads there.
    fn options(&self, kind: &Kind) -> Vec<(String, String)> {
        if *kind == Kind::Member {
            let members = self.config.members.iter();
            return members.map(|one| (one.email.clone(), one.name.clone())).collect();
        }
        let mut ends = Vec::new();
        self.gather(kind.options(), "", &mut ends);
        ends
    }

    fn gather(&self, options: &[Choice], above: &str, ends: &mut Vec<(String, String)>) {
        for option in options {
            let own = option.label.read(&[], &self.config.language);
            let label =
                if above.is_empty() { own.to_owned() } else { format!("{above} › {own}") };
            match option.options.as_slice() {
                [] => ends.push((option.id.clone(), label)),
                branches => self.gather(branches, &label, ends),
            }
        }
    }

    /// How a field is called.
    pub(crate) fn label(&self, field: &str) -> String {
        let known = self.form.and_then(|form| form.field(&FieldId(field.to_owned())));
        let label = known.map(|field| field.label.read(&[], &self.config.language).to_owned());
        label.unwrap_or_else(|| words::field(field).to_owned())
    }
}

fn asked(id: &str, label: &str, hint: Option<&str>, required: bool, input: Input) -> Asked {
    Asked { id: id.into(), label: label.into(), hint: hint.map(str::to_owned), required, input }
}

fn said(given: &Given) -> Answers {
    let said = given.iter().filter_map(|(id, answer)| Some((id.clone(), answer.clone()?)));
    said.collect()
}

/// What was given, as an answer of the field's kind. What is none is kept as the words it is, so that
/// whoever checks it can say what is wrong with it.
fn answer(field: &Field, given: &[String], files: Vec<File>) -> Option<Answer> {
    let first = given.first().map(String::as_str).filter(|text| !text.trim().is_empty());
    match &field.kind {
        Kind::File => (!files.is_empty()).then_some(Answer::Files(files)),
        Kind::Checkbox => Some(Answer::Yes(first == Some("true"))),
        Kind::MultiSelect { .. } => (!given.is_empty()).then(|| Answer::Many(given.to_vec())),
        Kind::Number { .. } => first.map(|text| {
            let number = text.trim().replace(',', ".").parse::<f64>().ok();
            let figure = number.and_then(|number| Figure::try_from(number).ok());
            figure.map_or_else(|| Answer::Text(text.to_owned()), Answer::Number)
        }),
        Kind::Select { options } | Kind::TreeSelect { options } => {
            first.map(|text| Answer::Text(by_label(options, text).unwrap_or(text).to_owned()))
        }
        Kind::Text { .. } | Kind::Date | Kind::Member => {
            first.map(|text| Answer::Text(text.to_owned()))
        }
    }
}

/// The id of the one option that is called so, where somebody typed it.
fn by_label<'a>(options: &'a [Choice], text: &str) -> Option<&'a str> {
    let mut waiting: Vec<&Choice> = options.iter().collect();
    while let Some(choice) = waiting.pop() {
        waiting.extend(&choice.options);
        let called = |label: &String| label.trim().eq_ignore_ascii_case(text.trim());
        if choice.options.is_empty() && choice.label.0.values().any(called) {
            return Some(&choice.id);
        }
    }
    None
}
