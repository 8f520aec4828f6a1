//! The dialog asks what its form asks, no more and no less, and is read back as it was filled in.

use std::collections::BTreeMap;

use chat::slack::dialog::modal;
use desk::form::{ShownWhen, Stage};
use desk::language::Language;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::*;

fn field(id: &str, kind: Kind) -> Field {
    Field {
        id: FieldId::from(id),
        label: said_as(id),
        hint: Words::default(),
        kind,
        required: true,
        hidden_from_requester: false,
        shown_when: None,
    }
}

fn said_as(text: &str) -> Words {
    Words::one(&Language::default(), text)
}

fn option(id: &str, options: Vec<form::Choice>) -> form::Choice {
    form::Choice { id: id.into(), label: said_as(id), options }
}

fn config() -> Config {
    let options = || vec![option("laptop", Vec::new()), option("phone", Vec::new())];
    let tree = vec![option("hardware", options()), option("other", Vec::new())];
    let when = Some(ShownWhen {
        field: FieldId::from("device"),
        values: vec!["laptop".into()],
        is_not: false,
    });
    let fields = vec![
        field("device", Kind::Select { options: options() }),
        Field { shown_when: when, ..field("serial", Kind::Text { long: false }) },
        field("where", Kind::TreeSelect { options: tree }),
        field("tags", Kind::MultiSelect { options: options() }),
        field("count", Kind::Number { min: Some(1.0), max: None }),
        field("day", Kind::Date),
        field("agree", Kind::Checkbox),
        field("boss", Kind::Member),
        field("proof", Kind::File),
        Field { hidden_from_requester: true, ..field("cost", Kind::Text { long: true }) },
    ];
    let form = Form {
        id: FormId::from("broken"),
        name: "Broken".into(),
        description: "Something does not work".into(),
        stage: Stage::Published,
        queue: None,
        kind: None,
        priority: None,
        policy: None,
        handlers: Vec::new(),
        tasks_first: false,
        tasks: Vec::new(),
        fields,
    };
    Config { forms: vec![form], ..Config::fresh("example.com", "admin@example.com", TimeZone::UTC) }
}

fn view(entries: &[(&str, Entered)]) -> View {
    let values = entries.iter().map(|(block, entered)| ((*block).to_owned(), entered.clone()));
    let values: BTreeMap<String, Entered> = values.collect();
    View {
        id: "V1".into(),
        is_modal: true,
        hash: "h".into(),
        callback: CALLBACK.into(),
        metadata: String::new(),
        blocks: values.keys().cloned().collect(),
        values,
    }
}

fn text(text: &str) -> Entered {
    Entered::Text(text.into())
}

fn blocks(kept: &Kept, view: Option<&View>) -> Vec<String> {
    let shown = modal(&dialog(&config(), kept, &Begun::default(), view));
    let blocks = shown["blocks"].as_array().cloned().unwrap_or_default();
    let ids = blocks.iter().filter_map(|block| block["block_id"].as_str().map(str::to_owned));
    ids.map(|id| id.replace("f.broken.", "")).collect()
}

fn broken() -> Kept {
    Kept { form: Some("broken".into()), ..Kept::new() }
}

#[test]
fn a_dialog_asks_what_its_form_asks() {
    let plain = ["form", "title", "description", "urgency", "files"];
    assert_eq!(blocks(&Kept::new(), None), plain);
    let asked = [
        "form",
        "title",
        "description",
        "urgency",
        "device",
        "where",
        "tags",
        "count",
        "day",
        "agree",
        "boss",
        "proof",
        "files",
    ];
    assert_eq!(blocks(&broken(), None), asked);
    let laptop = view(&[("f.broken.device", text("laptop"))]);
    assert_eq!(blocks(&broken(), Some(&laptop))[5], "serial", "what depends on an answer");
    let staff = blocks(&Kept { staff: true, ..broken() }, None);
    assert!(staff.contains(&"cost".to_owned()), "what requesters do not see");
    let gone = Kept { form: Some("gone".into()), ..Kept::new() };
    assert_eq!(blocks(&gone, None), plain);
    let none = Config { forms: Vec::new(), ..config() };
    let shown = modal(&dialog(&none, &Kept::new(), &Begun::default(), None));
    assert!(
        shown["blocks"].as_array().is_some_and(|blocks| blocks.len() == 4),
        "no form to choose"
    );
}

#[test]
fn each_kind_of_field_has_its_input() {
    let shown = modal(&dialog(&config(), &broken(), &Begun::default(), None));
    let of = |id: &str| {
        let blocks = shown["blocks"].as_array().cloned().unwrap_or_default();
        let block = format!("f.broken.{id}");
        blocks.into_iter().find(|shown| shown["block_id"] == block.as_str()).unwrap_or(Value::Null)
    };
    for (id, kind) in [
        ("device", "static_select"),
        ("where", "static_select"),
        ("tags", "multi_static_select"),
        ("count", "number_input"),
        ("day", "datepicker"),
        ("agree", "checkboxes"),
        ("boss", "static_select"),
        ("proof", "file_input"),
    ] {
        assert_eq!(of(id)["element"]["type"], kind, "{id}");
    }
    assert_eq!(of("device")["dispatch_action"], true, "another field depends on it");
    assert_eq!(of("day")["dispatch_action"], false);
    assert_eq!(of("agree")["optional"], true, "no is an answer");
    let branch = &of("where")["element"]["option_groups"][0];
    assert_eq!(branch["options"][1]["text"]["text"], "hardware › phone");
}

#[test]
fn what_was_sent_is_read_back() {
    let file =
        FileRef { id: "F1".into(), name: "a".into(), kind: String::new(), size: 1, url: None };
    let sent = view(&[
        ("title", text("No sound")),
        ("description", Entered::Nothing),
        ("urgency", text("high")),
        ("f.broken.device", text("laptop")),
        ("f.broken.tags", Entered::Several(vec!["phone".into()])),
        ("f.broken.count", text("2.5")),
        ("f.broken.agree", Entered::Several(Vec::new())),
        ("f.broken.proof", Entered::Files(vec![file.clone()])),
        ("f.other.cost", text("9")),
        ("files", Entered::Files(vec![file])),
    ]);
    let (filing, brought) = filing(&config(), &broken(), &sent);
    assert_eq!(
        (filing.title.as_deref(), filing.priority),
        (Some("No sound"), Some(Priority::High))
    );
    let given: Vec<String> = filing.fields.keys().map(|id| id.0.clone()).collect();
    assert_eq!(given, ["agree", "count", "device", "tags"]);
    assert_eq!(filing.fields[&FieldId::from("agree")], Some(Answer::Yes(false)));
    let fields: Vec<Option<String>> =
        brought.into_iter().map(|(field, _)| field.map(|id| id.0)).collect();
    assert_eq!(fields, [None, Some("proof".to_owned())]);
}

#[test]
fn complaints_are_shown_where_they_belong() {
    let sent = view(&[("title", text("x")), ("f.broken.device", Entered::Nothing)]);
    let wrong = |field: &str| vec![(field.to_owned(), "It is needed.".to_owned())];
    let placed = complaints(&config(), &broken(), &sent, &wrong("device"));
    assert_eq!(placed.map(|one| one[0].0.clone()).as_deref(), Some("f.broken.device"));
    assert_eq!(complaints(&config(), &broken(), &sent, &wrong("serial")), None, "not there yet");
    assert_eq!(picked("form", Some("broken")), Some(Some("broken".to_owned())));
    assert_eq!(picked("form", Some("-")), Some(None));
    assert_eq!(picked("f.broken.device", Some("laptop")), None);
}
