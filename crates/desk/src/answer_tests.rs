//! Answers fit their fields or say what would, and what is not asked is not kept.

use jiff::tz::TimeZone;

use super::*;
use crate::form::Stage;
use crate::id::FormId;

fn config() -> Config {
    Config::fresh("example.com", "admin@example.com", TimeZone::UTC)
}

fn words(text: &str) -> Words {
    Words::one(&Language::default(), text)
}

fn choice(id: &str, options: Vec<Choice>) -> Choice {
    Choice { id: id.into(), label: words(id), options }
}

fn choices(ids: &[&str]) -> Vec<Choice> {
    ids.iter().map(|id| choice(id, Vec::new())).collect()
}

fn field(id: &str, kind: Kind) -> Field {
    Field {
        id: FieldId::from(id),
        label: words(id),
        hint: Words::default(),
        kind,
        required: false,
        hidden_from_requester: false,
        shown_when: None,
    }
}

fn when(field: &str, values: &[&str], is_not: bool) -> Option<ShownWhen> {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Some(ShownWhen { field: FieldId::from(field), values, is_not })
}

/// A form with a field of each kind.
fn form() -> Form {
    let select = |ids: &[&str]| Kind::Select { options: choices(ids) };
    let tree =
        vec![choice("hardware", choices(&["laptop", "screen"])), choice("other", Vec::new())];
    let number = Kind::Number { min: Some(0.0), max: Some(10.0) };
    let fields = vec![
        Field { required: true, ..field("device", select(&["laptop", "phone"])) },
        Field {
            shown_when: when("device", &["laptop"], false),
            required: true,
            ..field("serial", Kind::Text { long: false })
        },
        Field {
            shown_when: when("device", &["laptop"], true),
            ..field("contract", Kind::Checkbox)
        },
        Field {
            shown_when: when("contract", &["true"], true),
            ..field("why", Kind::Text { long: true })
        },
        field("floor", number),
        field("day", Kind::Date),
        field("part", Kind::TreeSelect { options: tree }),
        field("colours", Kind::MultiSelect { options: choices(&["red", "blue"]) }),
        field("boss", Kind::Member),
        Field {
            hidden_from_requester: true,
            required: true,
            ..field("cost", select(&["it", "hr"]))
        },
    ];
    Form {
        id: FormId::from("equipment"),
        name: "Equipment".into(),
        description: String::new(),
        stage: Stage::Published,
        queue: None,
        kind: None,
        priority: None,
        policy: None,
        handlers: vec![PersonId::from("admin")],
        tasks_first: false,
        tasks: Vec::new(),
        fields,
    }
}

/// Reads `name=JSON` pairs.
fn given(json: &str) -> Given {
    serde_json::from_str(json).unwrap()
}

fn shown(answers: Result<Answers, NotTaken>) -> String {
    match answers {
        Ok(answers) => serde_json::to_string(&answers).unwrap(),
        Err(wrong) => format!("{}: {wrong}", wrong.field),
    }
}

#[test]
fn each_answer_fits_its_field_or_says_what_would() {
    let (form, config) = (form(), config());
    let with = |name: &str, value: &str| {
        let given = given(&format!(r#"{{"device": "laptop", "serial": "X1", "{name}": {value}}}"#));
        let answers = fill(&form, &config, &given, false);
        answers.map(|answers| answers.get(&FieldId::from(name)).cloned())
    };
    for (name, value, expected) in [
        ("serial", r#"" X1 ""#, Ok(r#""X1""#)),
        ("serial", r#""""#, Err("it is needed")),
        ("serial", r#""a\nb""#, Err("it must be a text of one line")),
        ("serial", "1", Err("it must be a text")),
        ("device", r#""tablet""#, Err("it must be one of laptop, phone")),
        ("floor", "7", Ok("7")),
        ("floor", "2.5", Ok("2.5")),
        ("floor", "11", Err("it must be a number from 0 to 10")),
        ("floor", r#""7""#, Err("it must be a number from 0 to 10")),
        ("day", r#""2026-12-01""#, Ok(r#""2026-12-01""#)),
        ("day", r#""1.12.2026""#, Err("it must be a day like 2026-11-23")),
        ("day", r#""2026-02-30""#, Err("it must be a day like 2026-11-23")),
        ("part", r#""screen""#, Ok(r#""screen""#)),
        ("part", r#""hardware""#, Err("it must be one of laptop, screen, other")),
        ("colours", r#"["red", "blue", "red"]"#, Ok(r#"["blue","red"]"#)),
        ("colours", r#"["green"]"#, Err("it must be a list of some of red, blue")),
        ("colours", r#""red""#, Err("it must be a list of some of red, blue")),
        ("boss", r#""admin@example.com""#, Ok(r#""admin""#)),
        ("boss", r#""nobody""#, Err("it must be a member's id or mail address")),
        ("colour", r#""red""#, Err("this form has no such field")),
        ("cost", r#""it""#, Err("this form has no such field")),
    ] {
        let answer = match with(name, value) {
            Ok(answer) => serde_json::to_string(&answer).unwrap(),
            Err(wrong) => {
                assert_eq!(wrong.field.as_str(), name);
                assert_eq!(Err(wrong.to_string().as_str()), expected, "{name} = {value}");
                continue;
            }
        };
        assert_eq!(Ok(answer.as_str()), expected, "{name} = {value}");
    }
}

#[test]
fn what_is_not_asked_is_neither_needed_nor_kept() {
    let (form, config) = (form(), config());
    for (json, staff, expected) in [
        (r#"{}"#, false, "device: it is needed"),
        (r#"{"device": "laptop"}"#, false, "serial: it is needed"),
        (r#"{"device": "phone"}"#, false, r#"{"device":"phone"}"#),
        (
            r#"{"device": "phone", "serial": 7, "contract": true, "why": "x"}"#,
            false,
            r#"{"contract":true,"device":"phone"}"#,
        ),
        (
            r#"{"device": "phone", "why": "It fell."}"#,
            false,
            r#"{"device":"phone","why":"It fell."}"#,
        ),
        // The contract is not asked of a laptop, so nobody said there is one.
        (
            r#"{"device": "laptop", "serial": "X1", "contract": true, "why": "It fell."}"#,
            false,
            r#"{"device":"laptop","serial":"X1","why":"It fell."}"#,
        ),
        (r#"{"device": "phone"}"#, true, r#"{"device":"phone"}"#),
        (r#"{"device": "phone", "cost": "hr"}"#, true, r#"{"cost":"hr","device":"phone"}"#),
    ] {
        assert_eq!(shown(fill(&form, &config, &given(json), staff)), expected, "{json}");
    }
}

#[test]
fn a_change_asks_for_what_it_makes_needed_and_for_nothing_else() {
    let (form, config) = (form(), config());
    // As a requester left it: the cost centre was never asked of them.
    let before = fill(&form, &config, &given(r#"{"device": "phone", "floor": 3}"#), false).unwrap();
    let change = |json: &str| shown(change(&form, &config, &before, &given(json)));
    for (json, expected) in [
        (r#"{}"#, r#"{"device":"phone","floor":3}"#),
        (r#"{"floor": 4}"#, r#"{"device":"phone","floor":4}"#),
        (r#"{"floor": null, "cost": "it"}"#, r#"{"cost":"it","device":"phone"}"#),
        (r#"{"device": null}"#, "device: it is needed"),
        (r#"{"device": "laptop"}"#, "serial: it is needed"),
        (
            r#"{"device": "laptop", "serial": "X1"}"#,
            r#"{"device":"laptop","floor":3,"serial":"X1"}"#,
        ),
        (r#"{"serial": "X1"}"#, r#"{"device":"phone","floor":3}"#),
        (r#"{"none": 1}"#, "none: this form has no such field"),
    ] {
        assert_eq!(change(json), expected, "{json}");
    }
    let after = answers_of(&form, &config, &before, r#"{"device": "laptop", "serial": "X1"}"#);
    let fields: Vec<String> =
        differing(&before, &after).into_iter().map(|field| field.to_string()).collect();
    assert_eq!(fields, ["device", "serial"]);
}

fn answers_of(form: &Form, config: &Config, before: &Answers, json: &str) -> Answers {
    change(form, config, before, &given(json)).unwrap()
}

#[test]
fn requesters_do_not_see_what_is_hidden_or_gone() {
    let (mut form, config) = (form(), config());
    let answers =
        fill(&form, &config, &given(r#"{"device": "phone", "cost": "hr", "floor": 1}"#), true);
    let answers = answers.unwrap();
    form.fields.retain(|field| field.id.as_str() != "floor");
    assert_eq!(shown(Ok(for_requester(Some(&form), &answers))), r#"{"device":"phone"}"#);
    assert_eq!(shown(Ok(for_requester(None, &answers))), "{}");
}

#[test]
fn answers_are_read_out_in_the_order_of_the_form() {
    let (form, config) = (form(), config());
    let given = given(
        r#"{"device": "phone", "contract": false, "floor": 2.5, "part": "screen",
            "colours": ["red", "blue"], "boss": "admin", "day": "2026-12-01"}"#,
    );
    let mut answers = fill(&form, &config, &given, false).unwrap();
    answers.insert(FieldId::from("gone"), Answer::Text("x".into()));
    let spoken = spoken(Some(&form), &answers, &config, &[]);
    let lines: Vec<String> =
        spoken.into_iter().map(|(label, words)| format!("{label}: {words}")).collect();
    assert_eq!(
        lines,
        [
            "device: phone",
            "contract: no",
            "floor: 2.5",
            "day: 2026-12-01",
            "part: screen",
            "colours: blue, red",
            "boss: Admin",
            "gone: x",
        ]
    );
}

#[test]
fn files_are_answers_once_they_are_found() {
    let mut form = form();
    form.fields = vec![field("bill", Kind::File), field("why", Kind::Text { long: false })];
    let file = |id: &str| File {
        id: id.into(),
        name: format!("{id}.pdf"),
        kind: "application/pdf".into(),
        size: 3,
        sha256: Some("ab".repeat(32)),
    };
    let found = |ids: &[&str]| Answer::Files(ids.iter().map(|id| file(id)).collect());
    let ids = |ids: &[&str]| Answer::Many(ids.iter().map(|id| (*id).to_owned()).collect());
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (given, kept) in [
        (found(&["a", "b"]), Ok(Some(found(&["a", "b"])))),
        (found(&[]), Ok(None)),
        (ids(&[]), Ok(None)),
        (ids(&["a"]), Err("a list of ids of files that were uploaded")),
        (Answer::Text("a".into()), Err("a list of ids of files that were uploaded")),
        (found(&many), Err("a list of at most 10 files")),
    ] {
        let given = Given::from([(FieldId::from("bill"), Some(given))]);
        let said = fill(&form, &config(), &given, false);
        let said = said.map(|answers| answers.get(&FieldId::from("bill")).cloned());
        let kept = kept.map_err(|must| NotTaken {
            field: FieldId::from("bill"),
            what: What::Another(must.to_owned()),
        });
        assert_eq!(said, kept);
    }
    let answers = Answers::from([(FieldId::from("bill"), found(&["a", "b"]))]);
    let read = spoken(Some(&form), &answers, &config(), &[]);
    assert_eq!(read, [("bill".to_owned(), "a.pdf, b.pdf".to_owned())]);
    assert_eq!(files(&answers).map(|file| file.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let kept = serde_json::to_string(&answers).unwrap();
    assert_eq!(serde_json::from_str::<Answers>(&kept).unwrap(), answers);
    // A list of words is still one of words, and a file cannot stand where words are asked for.
    let words = Given::from([(FieldId::from("why"), Some(found(&["a"])))]);
    assert!(fill(&form, &config(), &words, false).is_err());
}
