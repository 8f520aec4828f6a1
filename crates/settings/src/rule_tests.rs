//! Rules are read as they are written, and what is wrong with one says where.

use desk::config::Config;
use desk::rule::Subject;
use desk::{CalendarId, FieldId};
use jiff::tz::TimeZone;
use serde_json::json;

use super::*;
use crate::diff::changes;
use crate::{Document, check};

fn fresh() -> Config {
    Config::fresh("example.com", "admin@example.com", TimeZone::UTC)
}

fn who(text: &str) -> Result<PersonId, String> {
    match text {
        "admin@example.com" | "admin" => Ok(PersonId::from("admin")),
        _ => Err(format!("there is no member {text}")),
    }
}

fn rule(value: &Value) -> Result<Rule, String> {
    read(value, &fresh().calendars, &who).map_err(|wrong| wrong.to_string())
}

/// A trigger and an automation that say everything that can be said.
fn full() -> Vec<Value> {
    let trigger = json!({
        "id": "vip",
        "name": "Dear \"guests\"",
        "on": ["created", "commented.requester", "sla.warn"],
        "when": [
            { "field": "requester.domain", "is": "VIP.example" },
            { "field": "assignee", "is_not": ["admin@example.com"] },
            { "any": [
                { "field": "title", "contains": ["refund", "money back"] },
                { "all": [
                    { "field": "message", "regex": "(?m)^urgent\\b" },
                    { "field": "priority", "changed_to": ["high", "urgent"] },
                ] },
                { "none": [{ "field": "tags", "any_of": ["calm"] }] },
            ] },
            { "field": "age", "between": ["30m", "2d"] },
            { "field": "reopened", "greater": 1 },
            { "field": "hours", "within": "office" },
            { "field": "queue", "empty": false },
        ],
        "then": [
            { "do": "set_priority", "to": "urgent" },
            { "do": "set_type", "to": "incident" },
            { "do": "set_queue", "to": "support" },
            { "do": "assign", "to": "admin@example.com" },
            { "do": "add_tags", "tags": ["vip", "dear guest"] },
            { "do": "add_follower", "who": "admin" },
            { "do": "note", "words": "A {{ticket.priority}} matter." },
            { "do": "reply", "words": "Hello {{ requester.first_name }},\nwe have {{ticket.number}}." },
            { "do": "notify", "to": ["lead", "queue", "admin@example.com"], "words": "Look." },
            { "do": "give_out", "how": "round_robin" },
        ],
        "stop": true,
    });
    let automation = json!({
        "id": "nudge",
        "enabled": false,
        "after": { "since": "due", "length": "1d", "calendar": "office", "before": true },
        "then": [
            { "do": "hold", "length": "2d", "words": "Parts." },
            { "do": "close", "closure": "spam", "words": "Goodbye." },
            { "do": "await", "words": "Are you there?" },
            { "do": "escalate", "words": "Help." },
            { "do": "unassign" },
            { "do": "remove_tags", "tags": ["vip"] },
            { "do": "remove_follower", "who": "admin" },
        ],
    });
    vec![trigger, automation]
}

#[test]
fn rules_are_read_as_they_are_written() {
    for value in full() {
        let read = rule(&value).unwrap();
        assert_eq!(rule(&show(&read)).as_ref(), Ok(&read), "{value}");
    }
    let day = rule(&full()[1]).unwrap();
    let Cause::After(after) = day.cause else { panic!("it waits for time") };
    assert_eq!(after.length, SignedDuration::from_hours(8), "a day is one of the calendar");
}

#[test]
fn rules_stand_in_the_file_and_what_differs_is_said() {
    let mut config = fresh();
    config.rules = full().iter().map(|value| rule(value).unwrap()).collect();
    let document = Document::of(&config);
    let text = document.to_toml();
    let read = Document::read(&text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    assert_eq!(read, document, "{text}");
    let ids = [("admin@example.com".to_owned(), PersonId::from("admin"))].into();
    assert_eq!(read.config(0, &ids).rules, config.rules);

    let mut after = config.clone();
    after.rules[0].enabled = false;
    after.rules[1].then.truncate(1);
    after.rules.swap(0, 1);
    let said = changes(&document, &Document::of(&after));
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    let hold = "[{ do = \"hold\", length = \"48h\", words = \"Parts.\" }]";
    assert!(said[0].starts_with("~ rule nudge: then  [{ do = \"hold\""), "{said:#?}");
    assert!(said[0].ends_with(&format!("→ {hold}")), "{said:#?}");
    assert_eq!(said[1], "~ rule vip: enabled  – → false");
    assert_eq!(said[2], "~ desk: rule order  vip, nudge → nudge, vip");
}

#[test]
fn what_is_wrong_with_a_rule_says_where() {
    let with = |path: &str, value: Value| {
        let mut rule = json!({
            "id": "r", "on": ["created"], "then": [{ "do": "unassign" }],
        });
        rule[path] = value;
        rule
    };
    let when = |condition: Value| with("when", json!([condition]));
    let then = |action: Value| with("then", json!([action]));
    for (value, expected) in [
        (with("id", json!("No Word")), "id: "),
        (with("on", json!(["often"])), "on[0]: \"often\" must be one of created, updated"),
        (with("on", json!([])), "on: say on which events"),
        (with("after", json!({ "since": "created", "length": "1h" })), "after: a rule has on or"),
        (with("then", json!([])), "then: say what is done"),
        (with("sometimes", json!(true)), "sometimes: there is no such field"),
        (when(json!({ "field": "weather", "is": "wet" })), "when[0].field: it must be field.<id>"),
        (when(json!({ "field": "title" })), "when[0].field: say one thing of it"),
        (when(json!({ "field": "title", "less": 3 })), "when[0].less: of title can be said is"),
        (when(json!({ "field": "type", "is": "riot" })), "when[0].is: \"riot\" must be one of"),
        (when(json!({ "field": "title", "regex": "(a" })), "when[0].regex: it is no regular"),
        (when(json!({ "field": "title", "regex": "(?<=a)b" })), "when[0].regex: it is no regular"),
        (
            when(json!({ "field": "title", "regex": "(\\w{90}){90}" })),
            "when[0].regex: the pattern is too large",
        ),
        (when(json!({ "field": "assignee", "is": "eve@x.y" })), "when[0].is: there is no member"),
        (when(json!({ "any": [], "field": "tags" })), "when[0].any: a group stands by itself"),
        (then(json!({ "do": "dance" })), "then[0].do: it must be one of set_priority"),
        (then(json!({ "do": "note" })), "then[0].words: it is needed"),
        (then(json!({ "do": "unassign", "to": "x" })), "then[0].to: unassign has no such field"),
        (
            then(json!({ "do": "hold", "length": "91d", "words": "x" })),
            "then[0].length: at most 90",
        ),
        (then(json!({ "do": "close", "closure": "confirmed" })), "then[0].closure: \"confirmed\""),
        (
            then(json!({ "do": "reply", "words": "Dear {{guest.name}}" })),
            "then[0].words: there is no {{guest.name}}; there are ticket.number",
        ),
        (then(json!({ "do": "reply", "words": "{{ticket" })), "then[0].words: a name begins"),
        (
            then(json!({ "do": "notify", "to": ["boss"], "words": "x" })),
            "then[0].to[0]: there is no",
        ),
    ] {
        let said = rule(&value).unwrap_err();
        assert!(said.starts_with(expected), "{value}: {said}");
    }
}

#[test]
fn what_a_rule_names_must_be_there() {
    let fits = |change: &dyn Fn(&mut Rule)| {
        let mut config = fresh();
        let mut one = rule(&full()[0]).unwrap();
        one.when.clear();
        change(&mut one);
        config.rules = vec![one];
        check(&config).map_err(|wrong| wrong.to_string())
    };
    assert_eq!(fits(&|_| {}), Ok(()));
    let after = || After {
        since: Since::Created,
        length: SignedDuration::from_hours(1),
        calendar: None,
        before: false,
    };
    let read = |value: Value| {
        let table = json!({ "when": [value] });
        let table = Table::of(&table, "", &["when"]).unwrap();
        conditions(table.list("when").unwrap(), &who).unwrap()
    };
    let asked = |value: Value, timed: bool| {
        let when = read(value);
        fits(&|rule: &mut Rule| {
            rule.when = when.clone();
            if timed {
                rule.cause = Cause::After(after());
            }
        })
    };
    for (value, timed, fine) in [
        (json!({ "field": "queue", "is": "support" }), false, true),
        (json!({ "field": "queue", "is": "nowhere" }), false, false),
        (json!({ "field": "form", "is": "nothing" }), false, false),
        (json!({ "field": "field.colour", "is": "red" }), false, false),
        (json!({ "field": "hours", "within": "never" }), false, false),
        (json!({ "field": "age", "less": "1h" }), false, true),
        (json!({ "field": "age", "less": "1h" }), true, false),
        (json!({ "field": "status", "changed": true }), true, false),
        (json!({ "field": "hours", "within": "office" }), true, true),
        (json!({ "any": [{ "field": "hours", "within": "office" }] }), true, false),
    ] {
        assert_eq!(asked(value.clone(), timed).is_ok(), fine, "{value} {timed}");
    }
    for action in [
        Action::SetQueue { to: QueueId::from("nowhere") },
        Action::Assign { to: PersonId::from("eve") },
        Action::Note { words: "{{field.colour}}".into() },
    ] {
        assert!(fits(&|rule| rule.then = vec![action.clone()]).is_err(), "{action:?}");
    }
    let calendar = Some(CalendarId::from("never"));
    let after = After { calendar, ..after() };
    assert!(fits(&|rule| rule.cause = Cause::After(after.clone())).is_err());
    assert_eq!(
        Subject::try_from("field.colour".to_owned()),
        Ok(Subject::Field(FieldId::from("colour")))
    );
}
