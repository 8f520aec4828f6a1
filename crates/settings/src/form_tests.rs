//! Forms are read as people write them, written as they can be read, and a mistake has its place.

use desk::config::{Config, Limits};
use desk::form::Form;
use desk::language::Language;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::*;
use crate::Document;
use crate::diff::changes;

/// A form on which everything that can be said is said; its handler is in the desk.
pub(crate) fn refund() -> Value {
    let hidden = json!({ "field": "reason", "is": ["late", "other"] });
    json!({
        "id": "refund",
        "name": "Refund",
        "description": "Money back for \"what\" did not\narrive",
        "status": "published",
        "queue": "support",
        "type": "complaint",
        "priority": "high",
        "policy": "standard",
        "handlers": ["admin@example.com"],
        "tasks_first": true,
        "tasks": [{ "title": "Call back", "due_days": 2 }, { "title": "File it" }],
        "fields": [
            { "id": "order", "label": { "en": "Order", "de": "Bestellung" }, "kind": "text", "required": true },
            { "id": "reason", "label": "Reason", "kind": "select", "options": [
                { "id": "late", "label": { "en": "Late", "pt-br": "Atrasado" } },
                { "id": "other", "label": "Anything \\ else" },
            ] },
            { "id": "what", "label": "What happened", "hint": "In a few words", "kind": "text", "long": true, "shown_when": hidden },
            { "id": "amount", "label": "Amount", "kind": "number", "min": 0, "max": 2.5 },
            { "id": "bought", "label": "Bought", "kind": "date", "shown_when": { "field": "reason", "is_not": ["late"] } },
            { "id": "item", "label": "Item", "kind": "tree_select", "options": [
                { "id": "shoes", "label": "Shoes", "options": [{ "id": "boots", "label": "Boots" }, { "id": "clogs", "label": "Clogs" }] },
            ] },
            { "id": "parts", "label": "Parts", "kind": "multi_select", "options": [{ "id": "sole", "label": "Sole" }] },
            { "id": "agreed", "label": "Agreed", "kind": "checkbox" },
            { "id": "seller", "label": "Seller", "kind": "member", "hidden_from_requester": true },
            { "id": "bill", "label": "Bill", "kind": "file" },
        ],
    })
}

/// A desk whose people are known by their addresses.
fn fresh() -> Config {
    let mut config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    config.members[0].id = PersonId::from("admin@example.com");
    for queue in &mut config.queues {
        (queue.members, queue.lead, queue.manager, queue.head) = Default::default();
    }
    config
}

/// Addresses stand for themselves, as in a file.
fn by_address(text: &str) -> Result<PersonId, String> {
    crate::table::address(text).map(PersonId)
}

pub(crate) fn form(value: &Value) -> Result<Form, Wrong> {
    read(value, &Language::default(), &by_address)
}

#[test]
fn what_is_written_is_read_back() {
    let form = form(&refund()).unwrap();
    let shown = Value::Object(show(&form, &Language::default()));
    assert_eq!(shown, refund());
    let german = Language::parse("de").unwrap();
    let again = read(&shown, &german, &by_address).unwrap();
    assert_eq!(again.fields[1].label.read(&[], &german), "Reason");
    assert_ne!(again, form, "words without a language are in the desk's");

    let mut config = fresh();
    config.forms = vec![
        form,
        Form {
            id: FormId::from("b"),
            ..super::read(&json!({ "id": "b" }), &german, &by_address).unwrap()
        },
    ];
    config.limits = Limits { forms: 20, ..Limits::default() };
    config.language = german;
    let document = Document::of(&config);
    let text = document.to_toml();
    let back = Document::read(&text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    assert_eq!(back, document, "{text}");
}

#[test]
fn a_mistake_in_a_form_has_its_place() {
    let with = |pointer: &str, value: Value| {
        let mut form = refund();
        let (table, name) = pointer.rsplit_once('/').unwrap();
        form.pointer_mut(table).unwrap()[name] = value;
        form
    };
    for (pointer, value, path, said) in [
        ("/id", json!("Refund!"), "id", "lower-case"),
        ("/status", json!("open"), "status", "must be one of draft, published"),
        ("/colour", json!("red"), "colour", "there is no such field"),
        ("/handlers", json!(["eve"]), "handlers[0]", "no mail address"),
        ("/tasks_first", json!("yes"), "tasks_first", "it is true or false"),
        ("/tasks/0/due_days", json!(-1), "tasks[0].due_days", "a number of days"),
        ("/tasks/0/title", json!(""), "tasks[0].title", "it is needed"),
        ("/fields/0/kind", json!("colour"), "fields[0].kind", "must be one of text, number"),
        ("/fields/0/label", json!({ "english": "x" }), "fields[0].label.english", "no language"),
        ("/fields/0/label", json!({ "en": " " }), "fields[0].label.en", "it says nothing"),
        ("/fields/0/min", json!(1), "fields[0].min", "a field of kind text has none"),
        ("/fields/0/required", json!(1), "fields[0].required", "it is true or false"),
        ("/fields/1/options/1/id", json!("late"), "fields[1].options[1].id", "is there twice"),
        ("/fields/1/options/1/options", json!([]), "fields[1].options[1].options", "tree_select"),
        ("/fields/2/shown_when/is", json!([]), "fields[2].shown_when.is", "list its values"),
        ("/fields/3/max", json!(-1), "fields[3].max", "must not be less than min"),
        ("/fields/3/max", json!("much"), "fields[3].max", "it must be a number"),
        (
            "/fields/5/options/0/options/0/id",
            json!("ü"),
            "fields[5].options[0].options[0].id",
            "lower",
        ),
    ] {
        let wrong = form(&with(pointer, value)).expect_err(path);
        assert_eq!(wrong.path, path);
        assert!(wrong.message.contains(said), "{path}: {wrong}");
    }
}

#[test]
fn what_is_offered_can_be_answered() {
    let checked = |edit: &dyn Fn(&mut Config)| {
        let mut config = fresh();
        config.forms = vec![form(&refund()).unwrap()];
        edit(&mut config);
        crate::check(&config).map_or_else(|wrong| wrong.to_string(), |()| "fine".into())
    };
    assert_eq!(checked(&|_| {}), "fine");
    fn first(config: &mut Config) -> &mut Form {
        config.forms.first_mut().unwrap()
    }
    let draft = |config: &mut Config| first(config).stage = desk::form::Stage::Draft;
    type Edit = fn(&mut Config);
    let only_when_published: [(Edit, &str); 6] = [
        (|config| first(config).description = String::new(), "forms[0].description: say when"),
        (|config| first(config).fields.swap(1, 2), "forms[0].fields[1].shown_when.field: no field"),
        (
            |config| first(config).fields[1].hidden_from_requester = true,
            "forms[0].fields[2].shown_when.field: requesters never see the field reason",
        ),
        (
            |config| first(config).fields[2].shown_when.as_mut().unwrap().values[0] = "x".into(),
            "forms[0].fields[2].shown_when.is: reason never says \"x\"",
        ),
        (
            |config| first(config).fields[4].shown_when.as_mut().unwrap().values[0] = "x".into(),
            "forms[0].fields[4].shown_when.is_not: reason never says \"x\"",
        ),
        (
            |config| {
                first(config).fields[6].kind = desk::form::Kind::MultiSelect { options: Vec::new() }
            },
            "forms[0].fields[6].options: there is nothing to choose",
        ),
    ];
    for (edit, said) in only_when_published {
        assert!(checked(&edit).starts_with(said), "{said}: {}", checked(&edit));
        let as_draft = |config: &mut Config| {
            edit(config);
            draft(config);
        };
        assert_eq!(checked(&as_draft), "fine", "{said}");
    }
    let always: [(Edit, &str); 9] = [
        (
            |config| config.forms.push(config.forms[0].clone()),
            "forms[1].id: \"refund\" is there twice",
        ),
        (
            |config| {
                let same = Form { id: FormId::from("other"), ..config.forms[0].clone() };
                config.forms.push(same);
            },
            "forms[1].name: \"Refund\" is there twice",
        ),
        (
            |config| first(config).name = "Thirteen char".into(),
            "forms[0].name: at most 12 characters",
        ),
        (|config| first(config).description = "x".repeat(141), "forms[0].description: at most 140"),
        (|config| config.limits.forms = 0, "forms[0].id: a desk has 0 forms at most"),
        (
            |config| first(config).queue = Some(QueueId::from("x")),
            "forms[0].queue: there is no queue x",
        ),
        (
            |config| first(config).policy = Some(PolicyId::from("x")),
            "forms[0].policy: there is no policy x",
        ),
        (
            |config| first(config).handlers = vec![PersonId::from("x")],
            "forms[0].handlers[0]: there is no",
        ),
        (
            |config| first(config).fields[1].id = FieldId::from("order"),
            "forms[0].fields[1].id: \"order\" is",
        ),
    ];
    for (edit, said) in always {
        assert!(checked(&edit).starts_with(said), "{said}: {}", checked(&edit));
    }
    let raised = |config: &mut Config| {
        first(config).name = "Thirteen char".into();
        config.limits.form_name = 13;
    };
    assert_eq!(checked(&raised), "fine");
}

#[test]
fn what_differs_in_a_form_is_said_by_field() {
    let mut before = fresh();
    before.forms = vec![form(&refund()).unwrap()];
    let mut after = before.clone();
    let form = &mut after.forms[0];
    form.priority = None;
    form.fields[0].required = false;
    form.fields.remove(8);
    let said = changes(&Document::of(&before), &Document::of(&after));
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 4, "{said:#?}");
    assert_eq!(said[0], "~ form refund: priority  high → –");
    assert!(said[1].starts_with("~ form refund: fields.order  { id = \"order\""), "{said:#?}");
    assert!(said[2].ends_with("→ –"), "{said:#?}");
    assert!(said[3].ends_with("agreed, bill"), "{said:#?}");
    let added = changes(&Document::of(&fresh()), &Document::of(&before));
    assert!(added.iter().any(|one| one.to_string().starts_with("+ form refund: name Refund")));
}
