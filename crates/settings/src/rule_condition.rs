//! Conditions as people write them: `{ field = "title", contains = ["refund"] }`, or a group of them,
//! `{ any = [ … ] }`.

use std::collections::BTreeSet;

use desk::access::Role;
use desk::rule::condition::{CATEGORIES, PATTERN_AT_MOST, pattern};
use desk::rule::{Condition, Op, Property, Subject};
use desk::ticket::{Channel, Priority, Status, Type};
use desk::{CalendarId, PersonId};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::grammar::{duration, short_word, show_duration};
use crate::policy::one_of;
use crate::rule::People;
use crate::table::{Table, words};
use crate::wrong::Wrong;

const GROUPS: [&str; 3] = ["all", "any", "none"];
const OPS: [&str; 18] = [
    "is",
    "is_not",
    "contains",
    "starts",
    "regex",
    "less",
    "greater",
    "between",
    "changed",
    "changed_to",
    "changed_from",
    "empty",
    "any_of",
    "all_of",
    "none_of",
    "within",
    "outside",
    "field",
];
/// How deep groups lie in groups.
const DEPTH_AT_MOST: usize = 4;
/// Conditions a rule may have side by side.
const SIDE_BY_SIDE: usize = 50;
/// A day of a ticket's age.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Reads a list of conditions.
pub(crate) fn conditions(
    items: Vec<(String, &Value)>,
    who: People<'_>,
) -> Result<Vec<Condition>, Wrong> {
    several(items, who, 0)
}

fn several(
    items: Vec<(String, &Value)>,
    who: People<'_>,
    depth: usize,
) -> Result<Vec<Condition>, Wrong> {
    if let Some((path, _)) = items.get(SIDE_BY_SIDE) {
        return Err(Wrong::at(path, format!("at most {SIDE_BY_SIDE} conditions")));
    }
    items.into_iter().map(|(path, value)| condition(&path, value, who, depth)).collect()
}

fn condition(path: &str, value: &Value, who: People<'_>, depth: usize) -> Result<Condition, Wrong> {
    let known: Vec<&str> = GROUPS.iter().chain(&OPS).copied().collect();
    let given = Table::of(value, path, &known)?;
    let said = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| given.get(name).is_some()).collect()
    };
    let groups = said(&GROUPS);
    if let Some(group) = groups.first() {
        if groups.len() + said(&OPS).len() > 1 || depth >= DEPTH_AT_MOST {
            let message = "a group stands by itself, and not deeper than four in each other";
            return Err(given.wrong(group, message));
        }
        let inner = several(given.list(group)?, who, depth + 1)?;
        return Ok(match *group {
            "all" => Condition::All(inner),
            "any" => Condition::Any(inner),
            _ => Condition::None(inner),
        });
    }
    let field = given.needed("field", 60)?;
    let subject = Subject::try_from(field).map_err(|no| given.wrong("field", no.to_string()))?;
    let mut ops = said(&OPS);
    ops.retain(|name| *name != "field");
    let [name] = ops.as_slice() else {
        return Err(given.wrong("field", "say one thing of it, such as is or contains"));
    };
    if !fitting(&subject).contains(name) {
        let message = format!("of {subject} can be said {}", fitting(&subject).join(", "));
        return Err(given.wrong(name, message));
    }
    let op = op(&given, name, &subject, who)?;
    Ok(Condition::Test { subject, op })
}

const WORD: &[&str] = &["is", "is_not", "changed", "changed_to", "changed_from", "empty"];
const NUMBER: &[&str] = &["is", "less", "greater", "between", "changed", "empty"];
const TEXT: &[&str] = &["is", "is_not", "contains", "starts", "regex", "changed", "empty"];
const ANSWER: &[&str] = &[
    "is",
    "is_not",
    "contains",
    "starts",
    "regex",
    "less",
    "greater",
    "between",
    "changed",
    "changed_to",
    "changed_from",
    "empty",
    "any_of",
    "all_of",
    "none_of",
];

/// What can be said of a subject.
fn fitting(subject: &Subject) -> &'static [&'static str] {
    match subject {
        Subject::Field(_) => ANSWER,
        Subject::Of(property) => match property {
            Property::Title => TEXT,
            Property::Message => &["contains", "starts", "regex", "empty"],
            Property::Tags => &["any_of", "all_of", "none_of", "changed", "empty"],
            Property::Age => &["less", "greater", "between"],
            Property::Reopened | Property::Rating => NUMBER,
            Property::Hours => &["within", "outside"],
            Property::RequesterDomain
            | Property::RequesterOrganisation
            | Property::RequesterRole => &["is", "is_not", "contains", "starts", "empty"],
            _ => WORD,
        },
    }
}

fn op(given: &Table<'_>, name: &str, subject: &Subject, who: People<'_>) -> Result<Op, Wrong> {
    let several = || texts(given, name, &|text| checked(subject, text, who));
    let set = || several().map(BTreeSet::from_iter);
    let plain = || texts(given, name, &|text| Ok(text.to_owned()));
    let number = |value: &Value| number(subject, value);
    let one = || {
        let value = given.get(name).unwrap_or(&Value::Null);
        number(value).map_err(|message| given.wrong(name, message))
    };
    let calendar = || {
        let id = given.read(name, |word| short_word(word).map(CalendarId))?;
        id.ok_or_else(|| given.wrong(name, "name a calendar"))
    };
    Ok(match name {
        "is" => Op::Is(several()?),
        "is_not" => Op::IsNot(several()?),
        "contains" => Op::Contains(plain()?),
        "starts" => Op::Starts(plain()?),
        "regex" => {
            let text = given.needed(name, PATTERN_AT_MOST)?;
            pattern(&text).map_err(|message| given.wrong(name, message))?;
            Op::Regex(text)
        }
        "less" => Op::Less(one()?),
        "greater" => Op::Greater(one()?),
        "between" => match given.list(name)?.as_slice() {
            [(_, low), (_, high)] => {
                let read = |value| number(value).map_err(|message| given.wrong(name, message));
                Op::Between(read(low)?, read(high)?)
            }
            _ => return Err(given.wrong(name, "it is a list of two, the smaller first")),
        },
        "changed" => Op::Changed(given.flag(name)?),
        "changed_to" => Op::ChangedTo(several()?),
        "changed_from" => Op::ChangedFrom(several()?),
        "empty" => Op::Empty(given.flag(name)?),
        "any_of" => Op::AnyOf(set()?),
        "all_of" => Op::AllOf(set()?),
        "none_of" => Op::NoneOf(set()?),
        "within" => Op::Within(calendar()?),
        _ => Op::Outside(calendar()?),
    })
}

/// One text or a list of them, numbers too.
fn texts(
    given: &Table<'_>,
    name: &str,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Vec<String>, Wrong> {
    let path = given.at(name);
    let items = match given.get(name) {
        Some(Value::Array(_)) => given.list(name)?,
        Some(value) => vec![(path, value)],
        None => Vec::new(),
    };
    if items.is_empty() || items.len() > SIDE_BY_SIDE {
        return Err(given.wrong(name, format!("name 1 to {SIDE_BY_SIDE}")));
    }
    let texts = items.into_iter().map(|(path, value)| {
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            value => words(value, &path, 300)?,
        };
        if text.is_empty() {
            return Err(Wrong::at(path, "it must not be empty"));
        }
        read(&text).map_err(|message| Wrong::at(path, message))
    });
    texts.collect()
}

/// A word this subject can be.
fn checked(subject: &Subject, text: &str, who: People<'_>) -> Result<String, String> {
    fn one<T: Copy + std::fmt::Display>(text: &str, all: &[T]) -> Result<String, String> {
        one_of(text, all).map(|word| word.to_string())
    }
    let Subject::Of(property) = subject else { return Ok(text.to_owned()) };
    match property {
        Property::Type => one(text, Type::ALL),
        Property::Priority => one(text, Priority::ALL),
        Property::Status => one(text, Status::ALL),
        Property::StatusCategory => one(text, &CATEGORIES),
        Property::Channel => one(text, Channel::ALL),
        Property::RequesterRole => one(text, Role::ALL),
        Property::Assignee => who(text).map(|PersonId(id)| id),
        Property::Queue | Property::Form => short_word(text),
        Property::RequesterDomain => Ok(text.trim_start_matches('@').to_lowercase()),
        _ => Ok(text.to_owned()),
    }
}

/// A number; of an age, minutes out of a duration.
fn number(subject: &Subject, value: &Value) -> Result<i64, String> {
    if *subject == Subject::Of(Property::Age) {
        let text = value.as_str().ok_or("it must be a duration such as 30m, 4h or 2d")?;
        return duration(text, DAY).map(|length| length.as_mins());
    }
    value.as_i64().ok_or_else(|| "it must be a whole number".to_owned())
}

/// Writes a condition.
pub(crate) fn show_condition(condition: &Condition) -> Value {
    let group = |inner: &[Condition]| inner.iter().map(show_condition).collect::<Value>();
    let (subject, op) = match condition {
        Condition::All(inner) => return json!({ "all": group(inner) }),
        Condition::Any(inner) => return json!({ "any": group(inner) }),
        Condition::None(inner) => return json!({ "none": group(inner) }),
        Condition::Test { subject, op } => (subject, op),
    };
    let number = |number: &i64| match subject {
        Subject::Of(Property::Age) => json!(show_duration(SignedDuration::from_mins(*number))),
        _ => json!(number),
    };
    let (name, value) = match op {
        Op::Is(words) => ("is", json!(words)),
        Op::IsNot(words) => ("is_not", json!(words)),
        Op::Contains(words) => ("contains", json!(words)),
        Op::Starts(words) => ("starts", json!(words)),
        Op::Regex(pattern) => ("regex", json!(pattern)),
        Op::Less(than) => ("less", number(than)),
        Op::Greater(than) => ("greater", number(than)),
        Op::Between(low, high) => ("between", json!([number(low), number(high)])),
        Op::Changed(changed) => ("changed", json!(changed)),
        Op::ChangedTo(words) => ("changed_to", json!(words)),
        Op::ChangedFrom(words) => ("changed_from", json!(words)),
        Op::Empty(empty) => ("empty", json!(empty)),
        Op::AnyOf(words) => ("any_of", json!(words)),
        Op::AllOf(words) => ("all_of", json!(words)),
        Op::NoneOf(words) => ("none_of", json!(words)),
        Op::Within(calendar) => ("within", json!(calendar)),
        Op::Outside(calendar) => ("outside", json!(calendar)),
    };
    json!({ "field": subject, name: value })
}
