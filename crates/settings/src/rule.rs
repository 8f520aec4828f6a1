//! Rules as people write them: what sets one off, `when = [{ field = "queue", is = ["it"] }]`, and
//! what it does, `then = [{ do = "add_tags", tags = ["vip"] }]`. What fits together with the rest of
//! the configuration is said in `rule_check`.

use std::collections::BTreeSet;

use desk::assign::How;
use desk::calendar::NamedCalendar;
use desk::rule::audience::Role;
use desk::rule::template::Template;
use desk::rule::{ACTIONS_AT_MOST, Action, After, Audience, Cause, Happening, Rule, Since};
use desk::ticket::{Closure, Priority, Type};
use desk::{CalendarId, MacroId, PersonId, QueueId, RuleId};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::grammar::{duration, short_word, show_duration};
use crate::policy::one_of;
use crate::rule_condition::{conditions, show_condition};
use crate::table::{Table, words};
use crate::wrong::Wrong;

/// The fields of a rule.
pub const FIELDS: &[&str] = &["id", "name", "enabled", "on", "after", "when", "then", "stop"];
const AFTER: &[&str] = &["since", "length", "calendar", "before"];
const ACTION: &[&str] = &["do", "to", "tags", "who", "words", "length", "closure", "how", "id"];
/// The longest words of an action, in characters.
const WORDS_AT_MOST: usize = 10_000;

/// Who somebody is: by address or id, or that there is no such member.
pub type People<'a> = &'a dyn Fn(&str) -> Result<PersonId, String>;

/// Reads a rule that names these calendars and people. It is new, so its version is 1.
pub fn read(value: &Value, calendars: &[NamedCalendar], who: People<'_>) -> Result<Rule, Wrong> {
    of_table(&Table::of(value, "", FIELDS)?, calendars, who)
}

/// Reads a rule that is changed: what is not given stays. What sets it off is given whole.
pub fn edit(
    before: &Rule,
    given: &Map<String, Value>,
    calendars: &[NamedCalendar],
    who: People<'_>,
) -> Result<Rule, Wrong> {
    let mut whole = fields(before);
    for (one, other) in [("on", "after"), ("after", "on")] {
        if given.get(one).is_some_and(|value| !value.is_null()) && !given.contains_key(other) {
            whole.remove(other);
        }
    }
    for (name, value) in given {
        whole.insert(name.clone(), value.clone());
    }
    Ok(Rule { version: before.version, ..read(&Value::Object(whole), calendars, who)? })
}

/// Writes a rule.
pub fn show(rule: &Rule) -> Value {
    Value::Object(fields(rule))
}

fn fields(rule: &Rule) -> Map<String, Value> {
    let (on, after) = match &rule.cause {
        Cause::On(happenings) => (json!(happenings), Value::Null),
        Cause::After(after) => (Value::Null, show_after(after)),
    };
    let mut map = Map::new();
    map.insert("id".into(), json!(rule.id));
    map.insert("name".into(), json!(rule.name));
    map.insert("enabled".into(), json!(rule.enabled));
    map.insert("on".into(), on);
    map.insert("after".into(), after);
    map.insert("when".into(), rule.when.iter().map(show_condition).collect());
    map.insert("then".into(), rule.then.iter().map(show_action).collect());
    map.insert("stop".into(), json!(rule.stop));
    map
}

fn show_after(after: &After) -> Value {
    json!({
        "since": after.since,
        "length": show_duration(after.length),
        "calendar": after.calendar,
        "before": after.before,
    })
}

pub(crate) fn of_table(
    table: &Table<'_>,
    calendars: &[NamedCalendar],
    who: People<'_>,
) -> Result<Rule, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let on = table.read_all("on", |word| one_of(word, Happening::ALL))?;
    let after =
        table.table("after", AFTER)?.map(|after| of_after(&after, calendars)).transpose()?;
    let cause = match (after, on.is_empty()) {
        (Some(_), false) => return Err(table.wrong("after", "a rule has on or after, not both")),
        (Some(after), true) => Cause::After(after),
        (None, false) => Cause::On(BTreeSet::from_iter(on).into_iter().collect()),
        (None, true) => return Err(table.wrong("on", "say on which events, or after what")),
    };
    let enabled = if table.get("enabled").is_some() { table.flag("enabled")? } else { true };
    Ok(Rule {
        name: table.text("name", 80)?.unwrap_or_else(|| id.clone()),
        id: RuleId(id),
        enabled,
        version: 1,
        cause,
        when: conditions(table.list("when")?, who)?,
        then: actions(table, "then", who)?,
        stop: table.flag("stop")?,
    })
}

fn of_after(given: &Table<'_>, calendars: &[NamedCalendar]) -> Result<After, Wrong> {
    let since = given.read("since", |word| one_of(word, Since::ALL))?;
    let since = since.ok_or_else(|| given.wrong("since", "it is needed"))?;
    let calendar = given.read("calendar", |word| short_word(word).map(CalendarId))?;
    let hours = calendar.as_ref().map(|id| {
        let known = calendars.iter().find(|known| known.id == *id);
        known.ok_or_else(|| given.wrong("calendar", format!("there is no calendar {id}")))
    });
    let day = match hours.transpose()? {
        Some(calendar) => calendar.calendar().working_day(),
        None => SignedDuration::from_hours(24),
    };
    let length = given.read("length", |text| duration(text, day))?;
    let length = length.ok_or_else(|| given.wrong("length", "it is needed"))?;
    if length < SignedDuration::from_mins(1) {
        return Err(given.wrong("length", "it is one minute at least"));
    }
    let before = given.flag("before")?;
    if before && since != Since::Due {
        return Err(given.wrong("before", "only what falls due has a time before it"));
    }
    Ok(After { since, length, calendar, before })
}

/// Reads what is to be done.
pub(crate) fn actions(
    table: &Table<'_>,
    name: &str,
    who: People<'_>,
) -> Result<Vec<Action>, Wrong> {
    let given = table.tables(name, ACTION)?;
    if given.is_empty() || given.len() > ACTIONS_AT_MOST {
        let message = format!("say what is done: 1 to {ACTIONS_AT_MOST} actions");
        return Err(table.wrong(name, message));
    }
    given.iter().map(|given| action(given, who)).collect()
}

const ACTIONS: [&str; 20] = [
    "set_priority",
    "set_type",
    "set_queue",
    "hold",
    "await",
    "close",
    "assign",
    "unassign",
    "give_out",
    "add_tags",
    "remove_tags",
    "add_follower",
    "remove_follower",
    "note",
    "reply",
    "notify",
    "escalate",
    "claim",
    "propose",
    "macro",
];

fn action(given: &Table<'_>, who: People<'_>) -> Result<Action, Wrong> {
    let name = given.needed("do", 40)?;
    let (action, known): (Action, &[&str]) = match name.as_str() {
        "set_priority" => (Action::SetPriority { to: word(given, "to", Priority::ALL)? }, &["to"]),
        "set_type" => (Action::SetType { to: word(given, "to", Type::ALL)? }, &["to"]),
        "set_queue" => (Action::SetQueue { to: QueueId(given.needed("to", 40)?) }, &["to"]),
        "hold" => (Action::Hold { length: length(given)?, reason: said(given)? }, HOLD),
        "await" => (Action::Await { words: said(given)? }, &["words"]),
        "close" => (Action::Close { closure: closure(given)?, words: said(given)? }, CLOSE),
        "assign" => (Action::Assign { to: person(given, "to", who)? }, &["to"]),
        "unassign" => (Action::Unassign, &[]),
        "give_out" => {
            (Action::GiveOut { how: given.read("how", |text| one_of(text, How::ALL))? }, &["how"])
        }
        "add_tags" => (Action::AddTags { tags: tags(given)? }, &["tags"]),
        "remove_tags" => (Action::RemoveTags { tags: tags(given)? }, &["tags"]),
        "add_follower" => (Action::AddFollower { who: person(given, "who", who)? }, &["who"]),
        "remove_follower" => (Action::RemoveFollower { who: person(given, "who", who)? }, &["who"]),
        "note" => (Action::Note { words: said(given)? }, &["words"]),
        "reply" => (Action::Reply { words: said(given)? }, &["words"]),
        "notify" => {
            (Action::Notify { to: told(given, who)?, words: said(given)? }, &["to", "words"])
        }
        "escalate" => (Action::Escalate { words: said(given)? }, &["words"]),
        "claim" => (Action::Claim, &[]),
        "propose" => (Action::Propose { words: said(given)? }, &["words"]),
        "macro" => {
            let id =
                given.read("id", short_word)?.ok_or_else(|| given.wrong("id", "it is needed"))?;
            (Action::Macro { id: MacroId(id) }, &["id"])
        }
        _ => return Err(given.wrong("do", format!("it must be one of {}", ACTIONS.join(", ")))),
    };
    let extra = ACTION.iter().filter(|field| **field != "do" && !known.contains(field));
    match extra.into_iter().find(|field| given.get(field).is_some()) {
        Some(field) => Err(given.wrong(field, format!("{name} has no such field"))),
        None => Ok(action),
    }
}

const HOLD: &[&str] = &["length", "words"];
const CLOSE: &[&str] = &["closure", "words"];

fn word<T: Copy + std::fmt::Display>(given: &Table<'_>, name: &str, all: &[T]) -> Result<T, Wrong> {
    let word = given.read(name, |word| one_of(word, all))?;
    word.ok_or_else(|| given.wrong(name, "it is needed"))
}

fn length(given: &Table<'_>) -> Result<SignedDuration, Wrong> {
    let day = SignedDuration::from_hours(24);
    let length = given.read("length", |text| duration(text, day))?;
    let length = length.ok_or_else(|| given.wrong("length", "it is needed"))?;
    let longest = desk::waiting::HOLD_AT_MOST;
    if length > longest { Err(given.wrong("length", "at most 90 days")) } else { Ok(length) }
}

/// Why an open ticket needs no solution.
fn closure(given: &Table<'_>) -> Result<Closure, Wrong> {
    let all = [Closure::Cancelled, Closure::Rejected, Closure::Duplicate, Closure::Spam];
    word(given, "closure", &all)
}

/// Words, whose names are known ones.
fn said(given: &Table<'_>) -> Result<String, Wrong> {
    let text = given.needed("words", WORDS_AT_MOST)?;
    match Template::parse(&text) {
        Ok(_) => Ok(text),
        Err(wrong) => Err(given.wrong("words", wrong.to_string())),
    }
}

fn tags(given: &Table<'_>) -> Result<BTreeSet<String>, Wrong> {
    let fits = |tag: &str| match tag.chars().count() {
        1..=60 => Ok(tag.to_owned()),
        _ => Err("a tag has 1 to 60 characters".to_owned()),
    };
    let tags = given.read_all("tags", fits)?;
    if tags.is_empty() {
        return Err(given.wrong("tags", "name one at least"));
    }
    Ok(tags.into_iter().collect())
}

fn person(given: &Table<'_>, name: &str, who: People<'_>) -> Result<PersonId, Wrong> {
    given.read(name, who)?.ok_or_else(|| given.wrong(name, "it is needed"))
}

fn told(given: &Table<'_>, who: People<'_>) -> Result<BTreeSet<Audience>, Wrong> {
    let one = |path: String, value: &Value| {
        let text = words(value, &path, 300)?;
        let role = Role::parse(&text).map(Audience::Role);
        role.map_or_else(|| who(&text).map(Audience::Member), Ok).map_err(|message| {
            let roles: Vec<String> = Role::ALL.iter().map(ToString::to_string).collect();
            Wrong::at(path, format!("{message}; or one of {}", roles.join(", ")))
        })
    };
    let items = given.list("to")?.into_iter().map(|(path, value)| one(path, value));
    let to = items.collect::<Result<BTreeSet<_>, _>>()?;
    if to.is_empty() { Err(given.wrong("to", "name somebody")) } else { Ok(to) }
}

pub(crate) fn show_action(action: &Action) -> Value {
    let mut shown = match action {
        Action::SetPriority { to } => json!({ "to": to }),
        Action::SetType { to } => json!({ "to": to }),
        Action::SetQueue { to } => json!({ "to": to }),
        Action::Hold { length, reason } => {
            json!({ "length": show_duration(*length), "words": reason })
        }
        Action::Close { closure, words } => json!({ "closure": closure, "words": words }),
        Action::Assign { to } => json!({ "to": to }),
        Action::Unassign | Action::Claim | Action::GiveOut { how: None } => json!({}),
        Action::Macro { id } => json!({ "id": id }),
        Action::GiveOut { how: Some(how) } => json!({ "how": how }),
        Action::AddTags { tags } | Action::RemoveTags { tags } => json!({ "tags": tags }),
        Action::AddFollower { who } | Action::RemoveFollower { who } => json!({ "who": who }),
        Action::Notify { to, words } => {
            let to = to.iter().map(|one| match one {
                Audience::Role(role) => role.to_string(),
                Audience::Member(id) => id.to_string(),
            });
            json!({ "to": to.collect::<Vec<_>>(), "words": words })
        }
        Action::Await { words }
        | Action::Note { words }
        | Action::Propose { words }
        | Action::Reply { words }
        | Action::Escalate { words } => json!({ "words": words }),
    };
    shown["do"] = json!(action.name());
    shown
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
