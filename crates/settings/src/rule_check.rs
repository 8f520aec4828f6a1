//! What must hold between rules and the rest of a configuration, and how rules stand in its file.

use std::fmt::Write;

use desk::config::Config;
use desk::macros::Macro;
use desk::rule::template::Template;
use desk::rule::{Action, Audience, Cause, Condition, Op, Property, Rule, Subject};
use desk::{FieldId, FormId, PersonId, QueueId};
use serde_json::Value;

use crate::check::once;
use crate::export::quoted;
use crate::wrong::Wrong;
use crate::{macros, rule};

/// Rules a desk may have.
const RULES_AT_MOST: usize = 200;

/// Whether each rule names what is there; else the first that does not.
pub(crate) fn rules(config: &Config) -> Result<(), Wrong> {
    once("rules", "id", config.rules.iter().map(|rule| rule.id.as_str()))?;
    if config.rules.len() > RULES_AT_MOST {
        return Err(Wrong::at("rules", format!("at most {RULES_AT_MOST}")));
    }
    for (n, rule) in config.rules.iter().enumerate() {
        let path = format!("rules[{n}]");
        when(config, rule).map_err(|message| Wrong::at(format!("{path}.when"), message))?;
        then(config, &rule.then, By::Rule)
            .map_err(|message| Wrong::at(format!("{path}.then"), message))?;
        if let Cause::After(after) = &rule.cause
            && let Some(id) = &after.calendar
            && config.calendar(id).is_none()
        {
            let message = format!("there is no calendar {id}");
            return Err(Wrong::at(format!("{path}.after.calendar"), message));
        }
    }
    Ok(())
}

fn when(config: &Config, rule: &Rule) -> Result<(), String> {
    let timed = matches!(rule.cause, Cause::After(_));
    for (condition, outermost) in nested(&rule.when) {
        for (subject, op) in condition.tests() {
            names(config, subject, op)?;
            let by_the_clock = *subject == Subject::Of(Property::Age)
                || *subject == Subject::Of(Property::Message)
                || op.looks_back()
                || matches!(op, Op::Outside(_))
                || matches!(op, Op::Within(_)) && !outermost;
            if timed && by_the_clock {
                return Err(format!(
                    "{subject} cannot be asked like this after a time; age is what `after` says, hours \
                     are asked for by `within` outside of groups"
                ));
            }
        }
    }
    Ok(())
}

/// The conditions, and whether each stands outside of groups.
fn nested(when: &[Condition]) -> impl Iterator<Item = (&Condition, bool)> {
    when.iter().map(|condition| (condition, matches!(condition, Condition::Test { .. })))
}

fn names(config: &Config, subject: &Subject, op: &Op) -> Result<(), String> {
    if let Op::Within(id) | Op::Outside(id) = op
        && config.calendar(id).is_none()
    {
        return Err(format!("there is no calendar {id}"));
    }
    if let Subject::Field(id) = subject {
        return field(config, id);
    }
    let (Op::Is(words) | Op::IsNot(words) | Op::ChangedTo(words) | Op::ChangedFrom(words)) = op
    else {
        return Ok(());
    };
    words.iter().try_for_each(|word| match subject {
        Subject::Of(Property::Queue) => queue(config, &QueueId(word.clone())),
        Subject::Of(Property::Form) => match config.form(&FormId(word.clone())) {
            Some(_) => Ok(()),
            None => Err(format!("there is no form {word}")),
        },
        Subject::Of(Property::Assignee) => member(config, &PersonId(word.clone())),
        Subject::Of(_) | Subject::Field(_) => Ok(()),
    })
}

/// Who carries actions out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The desk by itself.
    Rule,
    /// An agent.
    Macro,
}

/// Whether each action names what is there, and is one for whoever carries it out.
pub(crate) fn then(config: &Config, actions: &[Action], by: By) -> Result<(), String> {
    for action in actions {
        match action {
            Action::Claim | Action::Propose { .. } if by == By::Rule => {
                return Err("only an agent can take a ticket or propose a solution".into());
            }
            Action::Macro { .. } if by == By::Macro => {
                return Err("a macro holds no other macro; write its actions out".into());
            }
            Action::Macro { id } => {
                let known = config.macros.iter().find(|one| one.id == *id);
                if known.is_none_or(|one| one.queue.is_some()) {
                    return Err(format!("there is no macro {id} for everybody"));
                }
            }
            Action::SetQueue { to } => queue(config, to)?,
            Action::Assign { to: who }
            | Action::AddFollower { who }
            | Action::RemoveFollower { who } => member(config, who)?,
            Action::Notify { to, .. } => to.iter().try_for_each(|one| match one {
                Audience::Member(id) => member(config, id),
                Audience::Role(_) => Ok(()),
            })?,
            _ => {}
        }
        let template = action.words().map(Template::parse).transpose();
        let template = template.map_err(|wrong| wrong.to_string())?;
        let fields = template.iter().flat_map(Template::fields);
        fields.into_iter().try_for_each(|id| field(config, id))?;
    }
    Ok(())
}

fn queue(config: &Config, id: &QueueId) -> Result<(), String> {
    config.queue(id).map(|_| ()).ok_or_else(|| format!("there is no queue {id}"))
}

fn member(config: &Config, id: &PersonId) -> Result<(), String> {
    config.member(id).map(|_| ()).ok_or_else(|| format!("there is no member {id}"))
}

fn field(config: &Config, id: &FieldId) -> Result<(), String> {
    let known = config.forms.iter().any(|form| form.field(id).is_some());
    if known { Ok(()) } else { Err(format!("no form has a field {id}")) }
}

/// Whether each macro names what is there; else the first that does not.
pub(crate) fn macros(config: &Config) -> Result<(), Wrong> {
    once("macros", "id", config.macros.iter().map(|one| one.id.as_str()))?;
    if config.macros.len() > RULES_AT_MOST {
        return Err(Wrong::at("macros", format!("at most {RULES_AT_MOST}")));
    }
    for (n, one) in config.macros.iter().enumerate() {
        let at = |field: &str| format!("macros[{n}].{field}");
        if let Some(id) = &one.queue {
            queue(config, id).map_err(|message| Wrong::at(at("queue"), message))?;
        }
        then(config, &one.then, By::Macro).map_err(|message| Wrong::at(at("then"), message))?;
    }
    Ok(())
}

const HEAD: &str = "
# What the desk does by itself, in this order: on events (`on`) or after a time (`after`). Each of
# `when` must hold; `stop = true` leaves out the rules behind a rule that ran.
";

const MACROS: &str = "
# What agents carry out at once, all of it or nothing. With `queue` it is for that team alone; what
# somebody keeps for themself is not in this file.
";

/// Writes rules into a file.
pub(crate) fn write_rules(out: &mut String, rules: &[Rule]) {
    for (n, one) in rules.iter().enumerate() {
        out.push_str(if n == 0 { HEAD } else { "\n" });
        out.push_str("[[rules]]\n");
        write_fields(out, said(rule::FIELDS, rule::show(one)));
    }
}

/// Writes macros into a file.
pub(crate) fn write_macros(out: &mut String, macros: &[Macro]) {
    for (n, one) in macros.iter().enumerate() {
        out.push_str(if n == 0 { MACROS } else { "\n" });
        out.push_str("[[macros]]\n");
        write_fields(out, said(macros::FIELDS, macros::show(one)));
    }
}

fn write_fields(out: &mut String, fields: Vec<(String, Value)>) {
    for (name, value) in fields {
        let _ = match value {
            Value::Array(items) if ["when", "then"].contains(&name.as_str()) => {
                let lines: Vec<String> =
                    items.iter().map(|item| format!("  {},\n", inline(item))).collect();
                writeln!(out, "{name} = [\n{}]", lines.concat())
            }
            value => writeln!(out, "{name} = {}", inline(&value)),
        };
    }
}

/// The fields of a rule that say something, for whoever compares them.
pub(crate) fn rule_rows(rule: &Rule) -> Vec<(String, String)> {
    rows(said(rule::FIELDS, rule::show(rule)))
}

/// The fields of a macro that say something.
pub(crate) fn macro_rows(one: &Macro) -> Vec<(String, String)> {
    rows(said(macros::FIELDS, macros::show(one)))
}

fn rows(fields: Vec<(String, Value)>) -> Vec<(String, String)> {
    let rows = fields.into_iter().filter(|(name, _)| name != "id");
    let rows = rows.map(|(name, value)| match value {
        Value::String(text) => (name, text),
        value => (name, inline(&value)),
    });
    rows.collect()
}

/// What is said, in the order it is written; what is as usual is left out.
fn said(fields: &[&str], shown: Value) -> Vec<(String, Value)> {
    let usual = |name: &str, value: &Value| match name {
        "enabled" => *value == Value::Bool(true),
        "stop" => *value == Value::Bool(false),
        "when" => value.as_array().is_some_and(Vec::is_empty),
        _ => value.is_null(),
    };
    let fields = fields.iter().map(|name| ((*name).to_owned(), shown[*name].clone()));
    fields.filter(|(name, value)| !usual(name, value)).collect()
}

/// What a table begins with, so that people read on from it.
const FIRST: [&str; 3] = ["do", "field", "since"];

/// A value on one line (TOML 1.0, "Inline Table"); what is nothing, or not so, is left out.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let said = map.iter().filter(|(name, value)| {
                let unsaid = value.is_null() || **value == Value::Bool(false) && *name == "before";
                !unsaid
            });
            let mut said: Vec<_> = said.collect();
            said.sort_by_key(|(name, _)| !FIRST.contains(&name.as_str()));
            let said =
                said.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            format!("{{ {} }}", said.collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    }
}

fn key(name: &str) -> String {
    let bare = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if bare { name.to_owned() } else { quoted(name) }
}
