//! Who takes what, as people write it: skills, regions, capacity and hours of a member, and how a
//! queue gives its tickets out.

use std::collections::BTreeSet;

use desk::CalendarId;
use desk::assign::{Assignment, How, Region, Work};
use desk::config::Config;
use serde_json::{Map, Value, json};

use crate::export::{list, quoted};
use crate::grammar::short_word;
use crate::policy::one_of;
use crate::table::Table;
use crate::wrong::Wrong;

/// What may be said of a member's work.
pub const MEMBER: &[&str] = &["skills", "regions", "capacity", "calendar"];
/// What may be said of how a queue gives its tickets out.
pub const QUEUE: &[&str] = &["assignment", "capacity"];
pub(crate) const REGION: &[&str] = &["id", "name", "postcodes"];

/// The most open tickets that can be said.
const CAPACITY_AT_MOST: u64 = 100;
/// Skills or regions of one member.
const WORDS_AT_MOST: usize = 50;

/// Reads a member's work that is changed: what is not given stays, what is null is forgotten.
pub fn edit_work(
    before: &Work,
    given: &Map<String, Value>,
    config: &Config,
) -> Result<Work, Wrong> {
    let Work { skills, regions, capacity, calendar } = before;
    let before = json!({
        "skills": skills, "regions": regions, "capacity": capacity, "calendar": calendar,
    });
    let work = work(&Table::of(&edited(before, given), "", MEMBER)?)?;
    known(&work, config)?;
    Ok(work)
}

/// Reads how a queue gives out that is changed: what is not given stays, what is null is forgotten.
pub fn edit_queue(
    before: Option<Assignment>,
    given: &Map<String, Value>,
) -> Result<Option<Assignment>, Wrong> {
    let before = json!({
        "assignment": before.map(|assignment| assignment.how),
        "capacity": before.and_then(|assignment| assignment.capacity),
    });
    let mut whole = edited(before, given);
    if given.get("assignment").is_some_and(Value::is_null)
        && given.get("capacity").is_none_or(Value::is_null)
    {
        whole["capacity"] = Value::Null;
    }
    queue(&Table::of(&whole, "", QUEUE)?)
}

fn edited(mut before: Value, given: &Map<String, Value>) -> Value {
    for (name, value) in given {
        before[name] = value.clone();
    }
    before
}

/// Whether the calendar and the regions of somebody's work are there.
pub(crate) fn known(work: &Work, config: &Config) -> Result<(), Wrong> {
    if let Some(calendar) = work.calendar.as_ref().filter(|id| config.calendar(id).is_none()) {
        return Err(Wrong::at("calendar", format!("there is no calendar {calendar}")));
    }
    let is_known = |id: &&String| config.regions.iter().any(|region| region.id == **id);
    match work.regions.iter().find(|id| !is_known(id)) {
        Some(id) => Err(Wrong::at("regions", format!("there is no region {id}"))),
        None => Ok(()),
    }
}

pub(crate) fn work(table: &Table<'_>) -> Result<Work, Wrong> {
    let words = |name: &str| {
        let words: BTreeSet<String> = table.read_all(name, word)?.into_iter().collect();
        let message = format!("at most {WORDS_AT_MOST} of them");
        if words.len() > WORDS_AT_MOST { Err(table.wrong(name, message)) } else { Ok(words) }
    };
    Ok(Work {
        skills: words("skills")?,
        regions: words("regions")?,
        capacity: capacity(table)?,
        calendar: table.read("calendar", short_word)?.map(CalendarId),
    })
}

/// A skill, a region: what a tag can be.
fn word(text: &str) -> Result<String, String> {
    let fits = (1..=60).contains(&text.chars().count());
    fits.then(|| text.to_owned()).ok_or_else(|| "it has 1 to 60 characters".to_owned())
}

pub(crate) fn queue(table: &Table<'_>) -> Result<Option<Assignment>, Wrong> {
    let how = table.read("assignment", |word| one_of(word, How::ALL))?;
    match (how, capacity(table)?) {
        (Some(how), capacity) => Ok(Some(Assignment { how, capacity })),
        (None, None) => Ok(None),
        (None, Some(_)) => {
            let message = "it needs an assignment: round_robin or least_loaded";
            Err(table.wrong("capacity", message))
        }
    }
}

fn capacity(table: &Table<'_>) -> Result<Option<u32>, Wrong> {
    let Some(value) = table.get("capacity") else { return Ok(None) };
    let number = value.as_u64().filter(|number| (1..=CAPACITY_AT_MOST).contains(number));
    let number = number.and_then(|number| u32::try_from(number).ok());
    let message = format!("it is a number from 1 to {CAPACITY_AT_MOST}");
    number.map(Some).ok_or_else(|| table.wrong("capacity", message))
}

pub(crate) fn region(table: &Table<'_>) -> Result<Region, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let name = table.text("name", 80)?.unwrap_or_else(|| id.clone());
    let mut postcodes = table.read_all("postcodes", word)?;
    postcodes.sort();
    postcodes.dedup();
    Ok(Region { id, name, postcodes })
}

/// A member's work for a reader: names and words.
pub(crate) fn work_rows(work: &Work) -> Vec<(String, String)> {
    let joined = |words: &BTreeSet<String>| Vec::from_iter(words.iter().cloned()).join(", ");
    let rows = [
        ("skills", joined(&work.skills)),
        ("regions", joined(&work.regions)),
        ("capacity", work.capacity.map(|most| most.to_string()).unwrap_or_default()),
        ("calendar", work.calendar.as_ref().map(ToString::to_string).unwrap_or_default()),
    ];
    rows.map(|(name, value)| (name.to_owned(), value)).into()
}

/// A member's work for a file: names and TOML, those that say something.
pub(crate) fn work_lines(work: &Work) -> Vec<(&'static str, String)> {
    let words = |words: &BTreeSet<String>| list(&Vec::from_iter(words.iter().cloned()));
    let lines = [
        ("skills", (!work.skills.is_empty()).then(|| words(&work.skills))),
        ("regions", (!work.regions.is_empty()).then(|| words(&work.regions))),
        ("capacity", work.capacity.map(|most| most.to_string())),
        ("calendar", work.calendar.as_ref().map(|calendar| quoted(calendar.as_str()))),
    ];
    lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// How a queue gives out, for a reader.
pub(crate) fn queue_rows(assignment: Option<Assignment>) -> Vec<(String, String)> {
    let how = assignment.map(|assignment| assignment.how.to_string());
    let capacity = assignment.and_then(|assignment| assignment.capacity);
    vec![
        ("assignment".to_owned(), how.unwrap_or_default()),
        ("capacity".to_owned(), capacity.map(|most| most.to_string()).unwrap_or_default()),
    ]
}

/// How a queue gives out, for a file.
pub(crate) fn queue_lines(assignment: Option<Assignment>) -> Vec<(&'static str, String)> {
    let Some(Assignment { how, capacity }) = assignment else { return Vec::new() };
    let mut lines = vec![("assignment", quoted(how.as_str()))];
    lines.extend(capacity.map(|most| ("capacity", most.to_string())));
    lines
}
