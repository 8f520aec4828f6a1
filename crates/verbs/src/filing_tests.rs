//! What a dialog is filled with becomes a ticket, or says which of its fields are not right.

use desk::answer::{Answer, Answers};
use desk::form::{Field, Kind, Stage};
use desk::language::{Language, Words};
use desk::person::Person;
use desk::{Channel, FieldId, PersonId};
use jiff::tz::TimeZone;

use super::*;

fn field(id: &str, required: bool, hidden: bool) -> Field {
    Field {
        id: FieldId::from(id),
        label: Words::one(&Language::default(), id),
        hint: Words::default(),
        kind: Kind::Text { long: false },
        required,
        hidden_from_requester: hidden,
        shown_when: None,
    }
}

fn form(id: &str, stage: Stage) -> Form {
    Form {
        id: FormId::from(id),
        name: id.into(),
        description: String::new(),
        stage,
        queue: Some(QueueId::from("support")),
        kind: Some(Type::Incident),
        priority: Some(Priority::High),
        policy: None,
        handlers: Vec::new(),
        tasks_first: false,
        tasks: Vec::new(),
        fields: vec![field("device", true, false), field("cost", false, true)],
    }
}

fn config() -> Config {
    let fresh = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    let forms = vec![form("broken", Stage::Published), form("draft", Stage::Draft)];
    Config { forms, ..fresh }
}

fn speaker(id: &str) -> Speaker {
    Speaker {
        person: Person::named(PersonId::from(id), "Ana"),
        is_new: false,
        organisation: None,
        channel: Channel::Slack,
        place: None,
    }
}

fn said(field: &str, text: &str) -> Given {
    Given::from([(FieldId::from(field), Some(Answer::Text(text.into())))])
}

fn wrong(who: &str, filing: Filing) -> Vec<String> {
    let problems = new_ticket(&config(), &speaker(who), filing).err().unwrap_or_default();
    problems.into_iter().map(|(field, why)| format!("{field}: {why}")).collect()
}

#[test]
fn what_is_not_right_is_said_by_field() {
    let broken = || Filing { form: Some(FormId::from("broken")), ..titled("no sound") };
    let rows: [(&str, Filing, &[&str]); 8] = [
        ("ana", Filing::default(), &["title: It is needed."]),
        ("ana", titled(" \n "), &["title: It is needed."]),
        ("ana", titled(&"a".repeat(301)), &["title: A title of at most 300 characters."]),
        ("ana", broken(), &["device: It is needed."]),
        (
            "ana",
            Filing { fields: said("cost", "5"), ..broken() },
            &["cost: This form has no such field."],
        ),
        ("admin", Filing { fields: said("cost", "5"), ..broken() }, &["device: It is needed."]),
        (
            "ana",
            Filing { form: Some(FormId::from("draft")), ..titled("x") },
            &["form: There is no such form any more; choose another."],
        ),
        (
            "ana",
            Filing { form: Some(FormId::from("gone")), ..Filing::default() },
            &["title: It is needed.", "form: There is no such form any more; choose another."],
        ),
    ];
    for (who, filing, expected) in rows {
        assert_eq!(wrong(who, filing.clone()), expected, "{who} {filing:?}");
    }
}

fn titled(title: &str) -> Filing {
    Filing { title: Some(title.into()), ..Filing::default() }
}

#[test]
fn the_form_says_what_is_not_said() {
    let broken = FormId::from("broken");
    let filing = Filing {
        form: Some(broken.clone()),
        fields: said("device", " laptop "),
        ..titled(" No\n sound ")
    };
    let made = |filing| new_ticket(&config(), &speaker("ana"), filing).ok().flatten();
    let new = made(filing.clone()).expect("a ticket");
    assert_eq!((new.kind, new.priority), (Type::Incident, Priority::High));
    assert_eq!(new.text.title.as_deref(), Some("No sound"));
    let answers = Answers::from([(FieldId::from("device"), Answer::Text("laptop".into()))]);
    let filled = new.form.expect("a form");
    assert_eq!((filled.form, filled.answers), (broken, answers));
    let urgent = made(Filing { priority: Some(Priority::Urgent), ..filing }).expect("a ticket");
    assert_eq!(urgent.priority, Priority::Urgent);
    let plain = Filing { description: "It beeps.\nAll day.".into(), ..Filing::default() };
    let plain = made(plain).expect("a ticket");
    assert_eq!(plain.text.title.as_deref(), Some("It beeps."));
    assert_eq!((plain.kind, plain.priority), (Type::Question, Priority::Medium));
}

#[test]
fn files_are_counted_and_their_size_depends_on_who_brings_them() {
    let file = File {
        id: "a".into(),
        name: "a.png".into(),
        kind: "image/png".into(),
        size: 1,
        sha256: None,
    };
    let many = Filing { files: vec![file; 11], ..titled("x") };
    let expected = "files: 10 files at most; send the rest with another message.";
    assert_eq!(wrong("ana", many), [expected]);
    let config = config();
    let mib = |who| most_bytes(&config, &speaker(who)) / 1024 / 1024;
    assert_eq!([mib("ana"), mib("admin")], [25, 100]);
}
