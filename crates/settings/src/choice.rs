//! What a field lets people choose from, as people write it: `{ id = "laptop", label = "Laptop" }`, or
//! a word alone.

use std::collections::BTreeSet;

use desk::form::Choice;
use desk::language::{Language, Words};
use serde_json::{Value, json};

use crate::form::{in_languages, show_words};
use crate::table::{Table, words};
use crate::wrong::Wrong;

const CHOICE: &[&str] = &["id", "label", "options"];
/// The longest label, in characters.
const LABEL_AT_MOST: usize = 120;
/// Choices a field may offer, those on branches included.
const CHOICES_AT_MOST: usize = 500;
/// Branches of branches.
const DEPTH_AT_MOST: usize = 6;

/// A short word a field or a choice goes by.
pub(crate) fn id(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let fits = (1..=40).contains(&text.len()) && text.chars().all(plain);
    let wrong = "it has lower-case letters, digits, hyphens and underscores alone, at most 40";
    if fits { Ok(text.to_owned()) } else { Err(wrong.to_owned()) }
}

/// Reads the choices of a field; those of a tree may branch.
pub(crate) fn choices(
    field: &Table<'_>,
    branches: bool,
    desks: &Language,
) -> Result<Vec<Choice>, Wrong> {
    let mut known = BTreeSet::new();
    let depth = if branches { DEPTH_AT_MOST } else { 1 };
    list(field, depth, desks, &mut known)
}

fn list(
    table: &Table<'_>,
    depth: usize,
    desks: &Language,
    known: &mut BTreeSet<String>,
) -> Result<Vec<Choice>, Wrong> {
    let mut choices = Vec::new();
    for (path, value) in table.list("options")? {
        let choice = choice(value, &path, depth, desks, known)?;
        choices.push(choice);
    }
    Ok(choices)
}

fn choice(
    value: &Value,
    path: &str,
    depth: usize,
    desks: &Language,
    known: &mut BTreeSet<String>,
) -> Result<Choice, Wrong> {
    let mut new = |id: &str, path: &str| {
        if known.len() >= CHOICES_AT_MOST {
            return Err(Wrong::at(path, format!("a field has at most {CHOICES_AT_MOST} choices")));
        }
        let fresh = known.insert(id.to_owned());
        if fresh { Ok(()) } else { Err(Wrong::at(path, format!("{id:?} is there twice"))) }
    };
    if value.is_string() {
        let id = id(&words(value, path, 40)?).map_err(|message| Wrong::at(path, message))?;
        new(&id, path)?;
        return Ok(Choice { label: Words::one(desks, &id), id, options: Vec::new() });
    }
    let table = Table::of(value, path, CHOICE)?;
    let id = table.read("id", id)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    new(&id, &table.at("id"))?;
    let label = in_languages(&table, "label", LABEL_AT_MOST, desks)?;
    if depth <= 1 && table.get("options").is_some() {
        return Err(table.wrong("options", "a choice branches in a tree_select alone, six deep"));
    }
    let options = list(&table, depth - 1, desks, known)?;
    Ok(Choice { label: if label.is_empty() { Words::one(desks, &id) } else { label }, id, options })
}

/// Writes choices.
pub(crate) fn show_choices(choices: &[Choice], desks: &Language) -> Value {
    let shown = choices.iter().map(|choice| {
        let mut shown = json!({ "id": choice.id, "label": show_words(&choice.label, desks) });
        if !choice.options.is_empty() {
            shown["options"] = show_choices(&choice.options, desks);
        }
        shown
    });
    Value::Array(shown.collect())
}
