//! The dialog in which a ticket is filed: which form, its fields, how pressing it is. Built from the
//! forms of the desk and from what stands in it so far; read back as what verbs file.

use std::collections::BTreeSet;

use chat::slack::dialog::{Choice, Dialog, Element, Input, Part};
use chat::slack::payload::{Entered, FileRef, View};
use desk::answer::{Answer, Answers, Figure, Given, is_shown};
use desk::config::Config;
use desk::form::{self, Field, Form, Kind};
use desk::language::Words;
use desk::{FieldId, FormId, Priority};
use verbs::filing::{DESCRIPTION, FILES, FORM, Filing, TITLE_FIELD, offered};

use crate::kept::Kept;
use crate::words;

/// What the desk calls the dialog.
pub(crate) const CALLBACK: &str = "ticket.new";
/// The block in which people say how pressing it is.
const URGENCY: &str = "urgency";
/// The choice of no form.
const NO_FORM: &str = "-";
/// Characters of a title that may be typed.
const TITLE_AT_MOST: usize = 150;
/// Characters of one line and of several, as forms take them.
const LINE_AT_MOST: usize = 300;
const WORDS_AT_MOST: usize = 3000;

/// What stands in a new dialog already.
#[derive(Clone, Debug, Default)]
pub(crate) struct Begun {
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// A line above everything.
    pub about: Option<String>,
    /// What they asked before under a title like this one.
    pub similar: Vec<String>,
}

/// The dialog, with what stands in it so far: a field may depend on another one.
pub(crate) fn dialog(config: &Config, kept: &Kept, begun: &Begun, view: Option<&View>) -> Dialog {
    let form = chosen_form(config, kept);
    let mut parts: Vec<Part> = begun.about.iter().cloned().map(Part::Aside).collect();
    parts.extend(forms(config, form));
    parts.push(Part::Input(Input {
        block: TITLE_FIELD.into(),
        label: words::TITLE.into(),
        hint: None,
        optional: false,
        tells: true,
        element: Element::Words {
            long: false,
            initial: begun.title.clone(),
            at_most: TITLE_AT_MOST,
        },
    }));
    if !begun.similar.is_empty() {
        parts.push(Part::Aside(words::asked_before(&begun.similar)));
    }
    parts.push(optional(
        DESCRIPTION,
        words::DETAILS,
        Element::Rich { initial: begun.description.clone() },
    ));
    parts.push(urgency());
    if let Some(form) = form {
        parts.extend(fields(config, form, kept.staff, view));
    }
    parts.push(optional(FILES, words::FILES, Element::Files { at_most: config.limits.files }));
    Dialog {
        callback: CALLBACK,
        title: words::NEW_TICKET.into(),
        submit: Some(words::CREATE.into()),
        metadata: kept.written(),
        parts,
    }
}

/// What was sent, as verbs file it, and the files it names by the fields they answer; none is for the
/// ticket itself.
pub(crate) fn filing(config: &Config, kept: &Kept, view: &View) -> (Filing, Vec<Brought>) {
    let form = chosen_form(config, kept);
    let mut brought = vec![(None, view.files(FILES).to_vec()), (None, kept.file_refs())];
    let mut fields = Given::new();
    for field in form.iter().flat_map(|form| &form.fields) {
        let block = block_of(form, &field.id);
        if field.kind == Kind::File {
            brought.push((Some(field.id.clone()), view.files(&block).to_vec()));
        } else if let Some(answer) = answered(field, &block, view) {
            fields.insert(field.id.clone(), Some(answer));
        }
    }
    brought.retain(|(_, files)| !files.is_empty());
    let filing = Filing {
        form: kept.form.clone().map(FormId),
        title: Some(view.text(TITLE_FIELD).unwrap_or_default().to_owned()),
        description: view.text(DESCRIPTION).unwrap_or_default().to_owned(),
        priority: view.text(URGENCY).and_then(priority),
        fields,
        ..Filing::default()
    };
    (filing, brought)
}

/// Files, by the field they answer.
pub(crate) type Brought = (Option<FieldId>, Vec<FileRef>);

/// The complaints by the blocks they are shown at; none where one of them has no block in the dialog.
pub(crate) fn complaints(
    config: &Config,
    kept: &Kept,
    view: &View,
    problems: &[(String, String)],
) -> Option<Vec<(String, String)>> {
    let form = chosen_form(config, kept);
    let placed = problems.iter().map(|(field, why)| {
        let own = [TITLE_FIELD, DESCRIPTION, FILES, FORM].contains(&field.as_str());
        let block = match own {
            true => field.clone(),
            false => block_of(form, &FieldId(field.clone())),
        };
        view.blocks.contains(&block).then(|| (block, why.clone()))
    });
    placed.collect()
}

/// The form that was picked in this block, if it is the block of forms.
pub(crate) fn picked(block: &str, value: Option<&str>) -> Option<Option<String>> {
    let value = value.filter(|_| block == FORM)?;
    Some(Some(value).filter(|value| *value != NO_FORM).map(str::to_owned))
}

fn chosen_form<'a>(config: &'a Config, kept: &Kept) -> Option<&'a Form> {
    let id = kept.form.as_ref()?;
    offered(config).find(|form| form.id.as_str() == id)
}

fn forms(config: &Config, chosen: Option<&Form>) -> Vec<Part> {
    let mut options = vec![Choice { label: words::NO_FORM.into(), value: NO_FORM.into() }];
    options.extend(offered(config).map(|form| {
        let label = match form.description.is_empty() {
            true => form.name.clone(),
            false => format!("{}: {}", form.name, form.description),
        };
        Choice { label, value: form.id.0.clone() }
    }));
    if options.len() == 1 {
        return Vec::new();
    }
    let initial = chosen.map_or(NO_FORM, |form| form.id.as_str());
    let menu = Part::Input(Input {
        block: FORM.into(),
        label: words::WHICH_FORM.into(),
        hint: None,
        optional: false,
        tells: true,
        element: Element::Menu {
            groups: vec![(String::new(), options)],
            initial: Some(initial.to_owned()),
        },
    });
    let about = chosen.filter(|form| !form.description.is_empty());
    let about = about.map(|form| Part::Aside(form.description.clone()));
    std::iter::once(menu).chain(about).collect()
}

fn urgency() -> Part {
    let option = |value: &str, label: &str| Choice { label: label.into(), value: value.into() };
    let options = vec![
        option("urgent", words::CANNOT_WORK),
        option("high", words::SLOWED_DOWN),
        option("normal", words::NOT_BLOCKED),
    ];
    Part::Input(Input {
        block: URGENCY.into(),
        label: words::HOW_URGENT.into(),
        hint: None,
        optional: false,
        tells: false,
        element: Element::Buttons { options, initial: Some("normal".into()) },
    })
}

/// Whoever is not blocked leaves it to the form.
fn priority(word: &str) -> Option<Priority> {
    match word {
        "urgent" => Some(Priority::Urgent),
        "high" => Some(Priority::High),
        _ => None,
    }
}

fn fields(config: &Config, form: &Form, staff: bool, view: Option<&View>) -> Vec<Part> {
    let whole = Some(form);
    let told: BTreeSet<&FieldId> =
        form.fields.iter().filter_map(|field| Some(&field.shown_when.as_ref()?.field)).collect();
    let mut answers = Answers::new();
    let mut parts = Vec::new();
    for field in &form.fields {
        let mine = staff || !field.hidden_from_requester;
        if !mine || !is_shown(form, field, &answers) {
            continue;
        }
        let block = block_of(whole, &field.id);
        if let Some(answer) = view.and_then(|view| answered(field, &block, view)) {
            answers.insert(field.id.clone(), answer);
        }
        let required = field.required && !field.hidden_from_requester;
        parts.push(Part::Input(Input {
            block,
            label: said(config, &field.label),
            hint: Some(said(config, &field.hint)),
            // A box that nobody ticks says no, and that is an answer, too.
            optional: !required || field.kind == Kind::Checkbox,
            tells: told.contains(&field.id),
            element: element(config, field),
        }));
    }
    parts
}

fn element(config: &Config, field: &Field) -> Element {
    match &field.kind {
        Kind::Text { long } => {
            let at_most = if *long { WORDS_AT_MOST } else { LINE_AT_MOST };
            Element::Words { long: *long, initial: None, at_most }
        }
        Kind::Number { min, max } => Element::Number { min: *min, max: *max },
        Kind::Date => Element::Date,
        Kind::Select { options } => {
            Element::Menu { groups: vec![(String::new(), choices(config, options))], initial: None }
        }
        Kind::TreeSelect { options } => {
            Element::Menu { groups: branches(config, options), initial: None }
        }
        Kind::MultiSelect { options } => Element::Several { options: choices(config, options) },
        Kind::Checkbox => Element::Tick { label: words::YES.into() },
        Kind::Member => {
            let member = |member: &desk::config::Member| Choice {
                label: member.name.clone(),
                value: member.id.0.clone(),
            };
            let members = config.members.iter().map(member).collect();
            Element::Menu { groups: vec![(String::new(), members)], initial: None }
        }
        Kind::File => Element::Files { at_most: config.limits.files },
    }
}

fn choices(config: &Config, options: &[form::Choice]) -> Vec<Choice> {
    let choice = |option: &form::Choice| Choice {
        label: said(config, &option.label),
        value: option.id.clone(),
    };
    options.iter().map(choice).collect()
}

/// The ends of each branch under the branch's name, called by the way that leads there.
fn branches(config: &Config, options: &[form::Choice]) -> Vec<(String, Vec<Choice>)> {
    let branch = |option: &form::Choice| {
        let mut ends = Vec::new();
        gather(config, option, "", &mut ends);
        (said(config, &option.label), ends)
    };
    options.iter().map(branch).collect()
}

fn gather(config: &Config, option: &form::Choice, above: &str, ends: &mut Vec<Choice>) {
    let label = format!("{above}{}", said(config, &option.label));
    if option.options.is_empty() {
        ends.push(Choice { label, value: option.id.clone() });
        return;
    }
    for inner in &option.options {
        gather(config, inner, &format!("{label} › "), ends);
    }
}

/// What stands in a field; none where nothing does, or where it is not in the dialog.
fn answered(field: &Field, block: &str, view: &View) -> Option<Answer> {
    match (&field.kind, view.values.get(block)?) {
        (Kind::Checkbox, Entered::Several(ticked)) => Some(Answer::Yes(!ticked.is_empty())),
        (Kind::Checkbox, _) => Some(Answer::Yes(false)),
        (Kind::MultiSelect { .. }, Entered::Several(chosen)) => Some(Answer::Many(chosen.clone())),
        (Kind::Number { .. }, Entered::Text(text)) => {
            let figure = text.trim().parse().ok().and_then(|n: f64| Figure::try_from(n).ok());
            Some(figure.map_or_else(|| Answer::Text(text.clone()), Answer::Number))
        }
        (_, Entered::Text(text)) => Some(Answer::Text(text.clone())),
        _ => None,
    }
}

fn optional(block: &str, label: &str, element: Element) -> Part {
    Part::Input(Input {
        block: block.into(),
        label: label.into(),
        hint: None,
        optional: true,
        tells: false,
        element,
    })
}

/// Two forms may have a field of the same name: Slack keeps what stands in a block.
fn block_of(form: Option<&Form>, field: &FieldId) -> String {
    let form = form.map(|form| form.id.as_str()).unwrap_or_default();
    format!("f.{form}.{field}")
}

fn said(config: &Config, words: &Words) -> String {
    words.read(&[], &config.language).to_owned()
}

#[cfg(test)]
#[path = "new_ticket_tests.rs"]
mod tests;
