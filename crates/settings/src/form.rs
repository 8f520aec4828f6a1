//! Forms as people write them: `fields[0].kind = "select"`. What can be wrong with one field is said
//! here; whether a form fits the rest of the desk, in `form_check`.

use desk::answer::Figure;
use desk::form::{Field, Form, ShownWhen, Stage, Step};
use desk::language::{Language, Words};
use desk::{FieldId, FormId, PersonId, PolicyId, Priority, QueueId, Type};
use serde_json::{Map, Value, json};

use crate::choice::{self, choices, show_choices};
use crate::grammar::short_word;
use crate::policy::one_of;
use crate::table::{Table, words};
use crate::wrong::Wrong;

/// The fields of a form.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "status",
    "queue",
    "type",
    "priority",
    "policy",
    "handlers",
    "tasks_first",
    "tasks",
    "fields",
];
const STEP: &[&str] = &["title", "due_days"];
pub(crate) const FIELD: &[&str] = &[
    "id",
    "label",
    "hint",
    "kind",
    "long",
    "min",
    "max",
    "options",
    "required",
    "hidden_from_requester",
    "shown_when",
];
const SHOWN_WHEN: &[&str] = &["field", "is", "is_not"];
/// The longest title of a task and label of a field, in characters.
const LABEL_AT_MOST: usize = 120;
/// The longest hint, in characters.
const HINT_AT_MOST: usize = 500;
/// Tasks a form may bring.
const TASKS_AT_MOST: usize = 20;
/// Fields a form may have.
const FIELDS_AT_MOST: usize = 50;
/// Days a task may be due after its ticket was opened: two years.
const DAYS_AT_MOST: u64 = 731;

/// Who is meant by a text: a member's id, out of an id or an address.
pub type Known<'a> = &'a dyn Fn(&str) -> Result<PersonId, String>;

/// Reads a form; words without a language are in the desk's.
pub fn read(value: &Value, desks: &Language, who: Known<'_>) -> Result<Form, Wrong> {
    of_table(&Table::of(value, "", FIELDS)?, desks, who)
}

/// Reads a form that is changed: what is not given stays.
pub fn edit(
    before: &Form,
    given: &Map<String, Value>,
    desks: &Language,
    who: Known<'_>,
) -> Result<Form, Wrong> {
    let mut whole = show(before, desks);
    for (name, value) in given {
        whole.insert(name.clone(), value.clone());
    }
    read(&Value::Object(whole), desks, who)
}

/// Writes a form.
pub fn show(form: &Form, desks: &Language) -> Map<String, Value> {
    let fields: Vec<Value> = form.fields.iter().map(|field| show_field(field, desks)).collect();
    let tasks: Vec<Value> = form.tasks.iter().map(show_step).collect();
    let shown = [
        ("id", json!(form.id)),
        ("name", json!(form.name)),
        ("description", json!(form.description)),
        ("status", json!(form.stage)),
        ("queue", json!(form.queue)),
        ("type", json!(form.kind)),
        ("priority", json!(form.priority)),
        ("policy", json!(form.policy)),
        ("handlers", json!(form.handlers)),
        ("tasks_first", json!(form.tasks_first)),
        ("tasks", Value::Array(tasks)),
        ("fields", Value::Array(fields)),
    ];
    shown.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn show_step(step: &Step) -> Value {
    let mut shown = json!({ "title": step.title });
    if let Some(days) = step.due_days {
        shown["due_days"] = json!(days);
    }
    shown
}

/// Writes a field: what goes without saying is left out.
pub fn show_field(field: &Field, desks: &Language) -> Value {
    let mut shown = json!({ "id": field.id, "label": show_words(&field.label, desks) });
    if !field.hint.is_empty() {
        shown["hint"] = show_words(&field.hint, desks);
    }
    shown["kind"] = json!(field.kind.name());
    let figure = |number: &f64| Figure::try_from(*number).map_or(Value::Null, |one| json!(one));
    match &field.kind {
        desk::form::Kind::Text { long: true } => shown["long"] = json!(true),
        desk::form::Kind::Number { min, max } => {
            for (name, bound) in [("min", min), ("max", max)] {
                if let Some(bound) = bound {
                    shown[name] = figure(bound);
                }
            }
        }
        kind if !kind.options().is_empty() => {
            shown["options"] = show_choices(kind.options(), desks);
        }
        _ => {}
    }
    let flags =
        [("required", field.required), ("hidden_from_requester", field.hidden_from_requester)];
    for (name, _) in flags.into_iter().filter(|(_, on)| *on) {
        shown[name] = json!(true);
    }
    if let Some(ShownWhen { field, values, is_not }) = &field.shown_when {
        let name = if *is_not { "is_not" } else { "is" };
        shown["shown_when"] = json!({ "field": field, name: values });
    }
    shown
}

/// Writes words: those in the desk's language alone as a text, others with their languages.
pub(crate) fn show_words(words: &Words, desks: &Language) -> Value {
    match words.0.get(desks) {
        Some(text) if words.0.len() == 1 => json!(text),
        _ => json!(words),
    }
}

pub(crate) fn of_table(table: &Table<'_>, desks: &Language, who: Known<'_>) -> Result<Form, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let stage = table.read("status", |word| one_of(word, Stage::ALL))?;
    let handlers = table.read_all("handlers", who)?;
    let tasks = table.tables("tasks", STEP)?;
    let fields = table.tables("fields", FIELD)?;
    for (name, count, at_most) in
        [("tasks", tasks.len(), TASKS_AT_MOST), ("fields", fields.len(), FIELDS_AT_MOST)]
    {
        if count > at_most {
            return Err(table.wrong(name, format!("at most {at_most}")));
        }
    }
    Ok(Form {
        name: table.text("name", 200)?.unwrap_or_else(|| id.clone()),
        description: table.text("description", 2_000)?.unwrap_or_default(),
        stage: stage.unwrap_or(Stage::Draft),
        queue: table.read("queue", |word| short_word(word).map(QueueId))?,
        kind: table.read("type", |word| one_of(word, Type::ALL))?,
        priority: table.read("priority", |word| one_of(word, Priority::ALL))?,
        policy: table.read("policy", |word| short_word(word).map(PolicyId))?,
        handlers,
        tasks_first: table.flag("tasks_first")?,
        tasks: tasks.iter().map(step).collect::<Result<_, _>>()?,
        fields: fields.iter().map(|table| field(table, desks)).collect::<Result<_, _>>()?,
        id: FormId(id),
    })
}

fn step(table: &Table<'_>) -> Result<Step, Wrong> {
    let title = table.needed("title", LABEL_AT_MOST)?;
    let Some(given) = table.get("due_days") else { return Ok(Step { title, due_days: None }) };
    let days = given.as_u64().filter(|days| *days <= DAYS_AT_MOST);
    let days = days.and_then(|days| u16::try_from(days).ok());
    let wrong = || table.wrong("due_days", format!("it is a number of days up to {DAYS_AT_MOST}"));
    Ok(Step { title, due_days: Some(days.ok_or_else(wrong)?) })
}

fn field(table: &Table<'_>, desks: &Language) -> Result<Field, Wrong> {
    let id = table.read("id", choice::id)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let label = in_languages(table, "label", LABEL_AT_MOST, desks)?;
    Ok(Field {
        label: if label.is_empty() { Words::one(desks, &id) } else { label },
        hint: in_languages(table, "hint", HINT_AT_MOST, desks)?,
        kind: kind(table, desks)?,
        required: table.flag("required")?,
        hidden_from_requester: table.flag("hidden_from_requester")?,
        shown_when: shown_when(table)?,
        id: FieldId(id),
    })
}

fn kind(table: &Table<'_>, desks: &Language) -> Result<desk::form::Kind, Wrong> {
    use desk::form::Kind;
    const NAMES: [&str; 9] = [
        "text",
        "number",
        "date",
        "select",
        "tree_select",
        "multi_select",
        "checkbox",
        "member",
        "file",
    ];
    let name = table.read("kind", |word| one_of(word, &NAMES).map(str::to_owned))?;
    let name = name.unwrap_or_else(|| "text".into());
    let only = |field: &str, kinds: &[&str]| match table.get(field) {
        Some(_) if !kinds.contains(&name.as_str()) => {
            Err(table.wrong(field, format!("a field of kind {name} has none")))
        }
        Some(_) | None => Ok(()),
    };
    only("long", &["text"])?;
    only("min", &["number"])?;
    only("max", &["number"])?;
    only("options", &["select", "tree_select", "multi_select"])?;
    let options = |branches: bool| choices(table, branches, desks);
    Ok(match name.as_str() {
        "number" => number(table)?,
        "date" => Kind::Date,
        "select" => Kind::Select { options: options(false)? },
        "tree_select" => Kind::TreeSelect { options: options(true)? },
        "multi_select" => Kind::MultiSelect { options: options(false)? },
        "checkbox" => Kind::Checkbox,
        "member" => Kind::Member,
        "file" => Kind::File,
        _ => Kind::Text { long: table.flag("long")? },
    })
}

fn number(table: &Table<'_>) -> Result<desk::form::Kind, Wrong> {
    let bound = |name: &str| match table.get(name) {
        None => Ok(None),
        // A fraction out of a file comes as it is written there.
        Some(Value::String(text)) => text.parse::<f64>().ok().map(Some).ok_or(()),
        Some(value) => value.as_f64().map(Some).ok_or(()),
    };
    let bound = |name: &str| {
        let read = bound(name).ok().filter(|read| read.is_none_or(f64::is_finite));
        read.ok_or_else(|| table.wrong(name, "it must be a number"))
    };
    let (min, max) = (bound("min")?, bound("max")?);
    match (min, max) {
        (Some(low), Some(high)) if low > high => {
            Err(table.wrong("max", "it must not be less than min"))
        }
        _ => Ok(desk::form::Kind::Number { min, max }),
    }
}

fn shown_when(table: &Table<'_>) -> Result<Option<ShownWhen>, Wrong> {
    let Some(when) = table.table("shown_when", SHOWN_WHEN)? else { return Ok(None) };
    let field = when.read("field", choice::id)?;
    let field = FieldId(field.ok_or_else(|| when.wrong("field", "it is needed"))?);
    let values = |name: &str| {
        let items = when.list(name)?.into_iter().map(|(path, value)| match value {
            Value::Bool(yes) => Ok(yes.to_string()),
            Value::Number(number) => Ok(number.to_string()),
            value => words(value, &path, 300),
        });
        items.collect::<Result<Vec<String>, Wrong>>()
    };
    let (is, is_not) = (values("is")?, values("is_not")?);
    match (is.as_slice(), is_not.as_slice()) {
        ([_, ..], []) => Ok(Some(ShownWhen { field, values: is, is_not: false })),
        ([], [_, ..]) => Ok(Some(ShownWhen { field, values: is_not, is_not: true })),
        _ => Err(when.wrong("is", "list its values under is, or under is_not")),
    }
}

/// Words, or languages with words; absent is nothing.
pub(crate) fn in_languages(
    table: &Table<'_>,
    name: &str,
    at_most: usize,
    desks: &Language,
) -> Result<Words, Wrong> {
    let said = match table.get(name) {
        Some(Value::Object(_)) => table.entries(name, |tag| {
            Language::parse(tag)
                .ok_or_else(|| format!("{tag:?} is no language such as en or pt-br"))
        })?,
        _ => {
            return Ok(match table.text(name, at_most)? {
                Some(text) => Words::one(desks, text),
                None => Words::default(),
            });
        }
    };
    let read = said.into_iter().map(|(language, path, value)| {
        let text = words(value, &path, at_most)?;
        if text.is_empty() {
            return Err(Wrong::at(path, "it says nothing; leave the language out"));
        }
        Ok((language, text))
    });
    Ok(Words(read.collect::<Result<_, _>>()?))
}

#[cfg(test)]
#[path = "form_tests.rs"]
pub(crate) mod tests;
