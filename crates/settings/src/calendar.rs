//! Calendars as people write them: `week.monday = ["09:00-12:00", "13:00-18:00"]`.

use std::collections::BTreeMap;

use desk::CalendarId;
use desk::calendar::{Hours, NamedCalendar, Week};
use desk::schedule::Window;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::grammar::{short_word, show_window, window};
use crate::table::{Table, words};
use crate::wrong::Wrong;

/// The fields of a calendar.
pub const FIELDS: &[&str] = &["id", "name", "hours", "zone", "week", "holidays"];
/// Days off a calendar may have: each is copied into every promise.
pub const HOLIDAYS_AT_MOST: usize = 400;
/// The days of a week, as fields.
pub(crate) const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const AROUND_THE_CLOCK: &str = "24x7";
const STAFFED: &str = "staffed";

/// Reads a calendar; `zone` is the one of a calendar that names none.
pub fn read(value: &Value, zone: &TimeZone) -> Result<NamedCalendar, Wrong> {
    of_table(&Table::of(value, "", FIELDS)?, zone)
}

/// Reads a calendar that is changed: what is not given stays.
pub fn edit(
    before: &NamedCalendar,
    given: &Map<String, Value>,
    zone: &TimeZone,
) -> Result<NamedCalendar, Wrong> {
    let mut whole = fields(before);
    if given.get("hours").and_then(Value::as_str) == Some(AROUND_THE_CLOCK) {
        whole.retain(|name, _| ["id", "name"].contains(&name.as_str()));
    } else if given.contains_key("week") {
        whole.remove("hours");
    }
    for (name, value) in given {
        whole.insert(name.clone(), value.clone());
    }
    read(&Value::Object(whole), zone)
}

/// Writes a calendar.
pub fn show(calendar: &NamedCalendar) -> Value {
    Value::Object(fields(calendar))
}

fn fields(calendar: &NamedCalendar) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("id".into(), json!(calendar.id));
    map.insert("name".into(), json!(calendar.name));
    match &calendar.hours {
        Hours::AroundTheClock => {
            map.insert("hours".into(), json!(AROUND_THE_CLOCK));
            map.insert("zone".into(), Value::Null);
            map.insert("week".into(), Value::Null);
            map.insert("holidays".into(), json!({}));
        }
        Hours::Staffed(week) => {
            let days = DAYS.iter().zip(&week.days);
            let days = days.map(|(day, windows)| ((*day).to_owned(), json!(show_day(windows))));
            let days: Map<String, Value> = days.collect();
            map.insert("hours".into(), json!(STAFFED));
            map.insert("zone".into(), json!(week.zone.iana_name().unwrap_or("UTC")));
            map.insert("week".into(), Value::Object(days));
            map.insert("holidays".into(), json!(week.holidays));
        }
    }
    map
}

/// The windows of a day, as they are written.
pub(crate) fn show_day(windows: &[Window]) -> Vec<String> {
    windows.iter().map(show_window).collect()
}

pub(crate) fn of_table(table: &Table<'_>, zone: &TimeZone) -> Result<NamedCalendar, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let name = table.text("name", 80)?.unwrap_or_else(|| id.clone());
    let hours = table.text("hours", 20)?;
    let hours = match hours.as_deref() {
        Some(AROUND_THE_CLOCK) => {
            let given = |name: &&str| {
                let value = table.get(name);
                value.is_some_and(|value| value.as_object().is_none_or(|map| !map.is_empty()))
            };
            if let Some(name) = ["zone", "week", "holidays"].into_iter().find(given) {
                return Err(table.wrong(name, "a calendar that runs 24x7 has none"));
            }
            Hours::AroundTheClock
        }
        None | Some(STAFFED) => Hours::Staffed(week(table, zone)?),
        Some(_) => return Err(table.wrong("hours", "it must be one of 24x7, staffed")),
    };
    Ok(NamedCalendar { id: CalendarId(id), name, hours })
}

fn week(table: &Table<'_>, zone: &TimeZone) -> Result<Week, Wrong> {
    let zone = table.read("zone", time_zone)?.unwrap_or_else(|| zone.clone());
    let needed = || table.wrong("week", "it is needed, unless hours is 24x7");
    let given = table.table("week", &DAYS)?.ok_or_else(needed)?;
    let mut days: [Vec<Window>; 7] = Default::default();
    for (name, day) in DAYS.iter().zip(&mut days) {
        *day = windows(&given, name)?;
    }
    if days.iter().all(Vec::is_empty) {
        return Err(table.wrong("week", "it never opens; give at least one day a window"));
    }
    let mut holidays = BTreeMap::new();
    for (date, path, name) in table.entries("holidays", date)? {
        let name = words(name, &path, 80)?;
        holidays.insert(date, if name.is_empty() { "Holiday".to_owned() } else { name });
    }
    if holidays.len() > HOLIDAYS_AT_MOST {
        return Err(table.wrong("holidays", format!("at most {HOLIDAYS_AT_MOST}; drop past ones")));
    }
    Ok(Week { zone, days, holidays })
}

fn windows(week: &Table<'_>, day: &str) -> Result<Vec<Window>, Wrong> {
    let windows = week.read_all(day, window)?;
    for (before, after) in windows.iter().zip(windows.iter().skip(1)) {
        if before.closes == Time::midnight() || after.opens < before.closes {
            let (before, after) = (show_window(before), show_window(after));
            let message = format!("{after} begins before {before} ends; write them in order");
            return Err(week.wrong(day, message));
        }
    }
    Ok(windows)
}

/// Reads a zone of the IANA database.
pub(crate) fn time_zone(name: &str) -> Result<TimeZone, String> {
    let wrong = || format!("{name:?} is no time zone such as Europe/Lisbon");
    // Whatever has no name of its own, an offset or a rule, could not be written down again.
    TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some()).ok_or_else(wrong)
}

fn date(text: &str) -> Result<Date, String> {
    let date = text.parse().ok().filter(|date: &Date| date.to_string() == text);
    date.ok_or_else(|| format!("{text:?} is no day such as 2026-12-25"))
}
