//! Writes forms and limits as TOML, and as rows of words for whoever compares them.

use std::fmt::Write;

use desk::config::Limits;
use desk::form::Form;
use desk::language::Language;
use serde_json::Value;

use crate::export::{line, quoted};
use crate::form::{FIELD, FIELDS, show, show_field};
use crate::table::Table;
use crate::wrong::Wrong;

const FORMS: &str = "
# What tickets of each kind ask for, in the order they are offered; a draft is offered to nobody. The
# kind of a field is text, number, date, select, tree_select, multi_select, checkbox, member or file.
# Words are a text, or a text for each language: label = { en = \"Floor\", de = \"Etage\" }.
";
const LIMITS: &str = "
# How many forms there may be, how long their names and descriptions, in characters; how large a file
# of a requester and of an agent, in MiB, and how many files of one message or field.
";
/// The most that any of the limits may be raised to.
const LIMIT_AT_MOST: u64 = 2_000;
/// The most that one transaction can take.
const FILES_AT_MOST: u64 = 50;
const LIMIT: [&str; 6] =
    ["forms", "form_name", "form_description", "file_mib", "staff_file_mib", "files"];

/// Writes the limits, where they are not the usual ones.
pub(crate) fn limits(out: &mut String, limits: &Limits) {
    if *limits != Limits::default() {
        out.push_str(LIMITS);
        line(out, "limits", &format!("{{ {} }}", limit_rows(limits)));
    }
}

/// The limits as words; nothing where they are the usual ones.
pub(crate) fn limit_rows(limits: &Limits) -> String {
    if *limits == Limits::default() {
        return String::new();
    }
    let Limits { forms, form_name, form_description, file_mib, staff_file_mib, files } = limits;
    format!(
        "forms = {forms}, form_name = {form_name}, form_description = {form_description}, \
         file_mib = {file_mib}, staff_file_mib = {staff_file_mib}, files = {files}"
    )
}

/// Reads the limits of a configuration.
pub(crate) fn read_limits(config: &Table<'_>) -> Result<Limits, Wrong> {
    let usual = Limits::default();
    let Some(table) = config.table("limits", &LIMIT)? else { return Ok(usual) };
    let read = |name: &str, usual: usize| {
        let Some(value) = table.get(name) else { return Ok(usual) };
        let at_most = if name == "files" { FILES_AT_MOST } else { LIMIT_AT_MOST };
        let number = value.as_u64().filter(|number| (1..=at_most).contains(number));
        let number = number.and_then(|number| usize::try_from(number).ok());
        let wrong = || table.wrong(name, format!("it is a number from 1 to {at_most}"));
        number.ok_or_else(wrong)
    };
    Ok(Limits {
        forms: read("forms", usual.forms)?,
        form_name: read("form_name", usual.form_name)?,
        form_description: read("form_description", usual.form_description)?,
        file_mib: read("file_mib", usual.file_mib)?,
        staff_file_mib: read("staff_file_mib", usual.staff_file_mib)?,
        files: read("files", usual.files)?,
    })
}

/// Writes the forms.
pub(crate) fn write_forms(out: &mut String, forms: &[Form], desks: &Language) {
    for (n, form) in forms.iter().enumerate() {
        out.push_str(if n == 0 { FORMS } else { "\n" });
        out.push_str("[[forms]]\n");
        let shown = show(form, desks);
        for name in FIELDS.iter().filter(|name| **name != "fields") {
            if let Some(value) = shown.get(*name).filter(|value| says_something(value)) {
                entry(out, name, value);
            }
        }
        for field in &form.fields {
            out.push_str("[[forms.fields]]\n");
            let shown = show_field(field, desks);
            for name in FIELD {
                if let Some(value) = shown.get(name) {
                    entry(out, name, value);
                }
            }
        }
    }
}

/// The fields of a form as names and words; each field people fill in is one of them.
pub(crate) fn form_rows(form: &Form, desks: &Language) -> Vec<(String, String)> {
    let shown = show(form, desks);
    let own = FIELDS.iter().filter(|name| !["id", "fields"].contains(*name)).map(|name| {
        let value = shown.get(*name).filter(|value| says_something(value));
        let words = match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => inline(value),
            None => String::new(),
        };
        ((*name).to_owned(), words)
    });
    let asked = form
        .fields
        .iter()
        .map(|field| (format!("fields.{}", field.id), inline(&show_field(field, desks))));
    let order: Vec<&str> = form.fields.iter().map(|field| field.id.as_str()).collect();
    let order = ("field order".to_owned(), order.join(", "));
    own.chain(asked).chain([order]).collect()
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Object(_) => true,
    }
}

/// A name with its value; tables in a list have a line each.
fn entry(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let _ = writeln!(out, "{name} = [");
            for item in items {
                let _ = writeln!(out, "  {},", inline(item));
            }
            out.push_str("]\n");
        }
        value => line(out, name, &inline(value)),
    }
}

/// A value on one line.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            // What says which one it is comes first, whatever order the map keeps.
            let known = FIELD.iter().filter_map(|name| map.get_key_value(*name));
            let others = map.iter().filter(|(name, _)| !FIELD.contains(&name.as_str()));
            let pairs =
                known.chain(others).map(|(name, value)| format!("{name} = {}", inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
