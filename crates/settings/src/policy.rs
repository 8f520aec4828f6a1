//! Policies as people write them: `targets.high.first_response = "4h"`.

use std::collections::{BTreeMap, BTreeSet};

use desk::calendar::NamedCalendar;
use desk::policy::{Conditions, Policy, Targets};
use desk::{CalendarId, Channel, FormId, PolicyId, Priority, QueueId, Type};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::grammar::{
    domain, duration, repeats, short_word, show_duration, show_repeats, show_warning, warning,
};
use crate::table::Table;
use crate::wrong::Wrong;

/// The fields of a policy.
pub const FIELDS: &[&str] = &["id", "name", "when", "targets"];
const CONDITIONS: &[&str] = &["queue", "type", "priority", "channel", "domain", "form"];
const TARGETS: &[&str] =
    &["calendar", "first_response", "next_response", "resolution", "warn", "repeat"];
/// Warnings a target may have.
const WARNINGS_AT_MOST: usize = 10;

/// Reads a policy that names these calendars.
pub fn read(value: &Value, calendars: &[NamedCalendar]) -> Result<Policy, Wrong> {
    of_table(&Table::of(value, "", FIELDS)?, calendars)
}

/// Reads a policy that is changed: what is not given stays.
pub fn edit(
    before: &Policy,
    given: &Map<String, Value>,
    calendars: &[NamedCalendar],
) -> Result<Policy, Wrong> {
    let mut whole = fields(before);
    for (name, value) in given {
        whole.insert(name.clone(), value.clone());
    }
    read(&Value::Object(whole), calendars)
}

/// Writes a policy.
pub fn show(policy: &Policy) -> Value {
    Value::Object(fields(policy))
}

fn fields(policy: &Policy) -> Map<String, Value> {
    let Conditions { queue, kind, priority, channel, domain, form } = &policy.when;
    let targets = policy.targets.iter();
    let targets = targets.map(|(priority, targets)| (priority.to_string(), show_targets(targets)));
    let targets: Map<String, Value> = targets.collect();
    let mut map = Map::new();
    map.insert("id".into(), json!(policy.id));
    map.insert("name".into(), json!(policy.name));
    map.insert(
        "when".into(),
        json!({
            "queue": queue,
            "type": kind,
            "priority": priority,
            "channel": channel,
            "domain": domain,
            "form": form,
        }),
    );
    map.insert("targets".into(), Value::Object(targets));
    map
}

fn show_targets(targets: &Targets) -> Value {
    json!({
        "calendar": targets.calendar,
        "first_response": targets.first_response.map(show_duration),
        "next_response": targets.next_response.map(show_duration),
        "resolution": targets.resolution.map(show_duration),
        "warn": targets.warnings.iter().map(show_warning).collect::<Vec<_>>(),
        "repeat": show_repeats(&targets.repeats),
    })
}

pub(crate) fn of_table(table: &Table<'_>, calendars: &[NamedCalendar]) -> Result<Policy, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let name = table.text("name", 80)?.unwrap_or_else(|| id.clone());
    let when = match table.table("when", CONDITIONS)? {
        Some(when) => conditions(&when)?,
        None => Conditions::default(),
    };
    let mut targets = BTreeMap::new();
    for (priority, path, value) in table.entries("targets", |word| one_of(word, Priority::ALL))? {
        let given = Table::of(value, &path, TARGETS)?;
        targets.insert(priority, of_priority(&given, calendars)?);
    }
    if targets.is_empty() {
        return Err(table.wrong("targets", "say what is promised at one priority at least"));
    }
    Ok(Policy { id: PolicyId(id), name, when, targets })
}

fn conditions(when: &Table<'_>) -> Result<Conditions, Wrong> {
    let queue = when.read_all("queue", |word| short_word(word).map(QueueId))?;
    Ok(Conditions {
        queue: BTreeSet::from_iter(queue),
        kind: BTreeSet::from_iter(when.read_all("type", |word| one_of(word, Type::ALL))?),
        priority: BTreeSet::from_iter(
            when.read_all("priority", |word| one_of(word, Priority::ALL))?,
        ),
        channel: BTreeSet::from_iter(when.read_all("channel", |word| one_of(word, Channel::ALL))?),
        domain: BTreeSet::from_iter(when.read_all("domain", domain)?),
        form: BTreeSet::from_iter(when.read_all("form", |word| short_word(word).map(FormId))?),
    })
}

fn of_priority(given: &Table<'_>, calendars: &[NamedCalendar]) -> Result<Targets, Wrong> {
    let name = given.needed("calendar", 40)?;
    let id = CalendarId(name);
    let calendar = calendars.iter().find(|calendar| calendar.id == id);
    let day = match calendar {
        Some(calendar) => calendar.calendar().working_day(),
        None => return Err(given.wrong("calendar", format!("there is no calendar {id}"))),
    };
    let target = |name: &str| given.read(name, |text| duration(text, day));
    let warnings = given.read_all("warn", |text| warning(text, day))?;
    if warnings.len() > WARNINGS_AT_MOST {
        return Err(given.wrong("warn", format!("at most {WARNINGS_AT_MOST}")));
    }
    Ok(Targets {
        calendar: id,
        first_response: target("first_response")?,
        next_response: target("next_response")?,
        resolution: target("resolution")?,
        warnings,
        repeats: given
            .read("repeat", |text| repeats(text, day))?
            .unwrap_or(desk::sla::Repeats::Digest),
    })
}

/// Reads one of a set of words, or says which there are.
pub(crate) fn one_of<T: Copy + std::fmt::Display>(word: &str, all: &[T]) -> Result<T, String> {
    let found = all.iter().find(|value| value.to_string() == word);
    found.copied().ok_or_else(|| {
        let words: Vec<String> = all.iter().map(T::to_string).collect();
        format!("{word:?} must be one of {}", words.join(", "))
    })
}

/// The targets of one priority as pairs of field and words, for whoever compares them.
pub(crate) fn rows(targets: &Targets) -> [(&'static str, String); 6] {
    let time = |target: Option<SignedDuration>| target.map(show_duration).unwrap_or_default();
    let warnings: Vec<String> = targets.warnings.iter().map(show_warning).collect();
    [
        ("calendar", targets.calendar.to_string()),
        ("first_response", time(targets.first_response)),
        ("next_response", time(targets.next_response)),
        ("resolution", time(targets.resolution)),
        ("warn", warnings.join(", ")),
        ("repeat", show_repeats(&targets.repeats)),
    ]
}
