//! What is written is read back; what is broken says where; what differs is said.

use std::collections::BTreeMap;

use desk::assign::{Assignment, How, Region, Work};
use desk::calendar::{Hours, NamedCalendar, Week};
use desk::policy::{Conditions, Policy};
use desk::sla::{Repeats, Warning};
use desk::{CalendarId, Channel, FormId, PolicyId, Priority, Type};
use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::diff::changes;

fn fresh() -> Config {
    Config::fresh("example.com", "admin@example.com", TimeZone::get("Europe/Lisbon").unwrap())
}

/// A desk on which everything that can be said is said.
fn full() -> Config {
    let mut config = fresh();
    for (email, role) in [("ana@example.com", Role::Lead), ("ben@example.com", Role::Agent)] {
        let id = PersonId(format!("id of {email}"));
        let name = format!("\"{email}\" \\ ünï");
        let work = Work {
            skills: ["network".to_owned(), "vo \"ip\"".to_owned()].into(),
            regions: ["north".to_owned()].into(),
            capacity: Some(12),
            calendar: Some(CalendarId::from("night")),
        };
        config.members.push(Member {
            id,
            email: email.into(),
            name,
            role,
            work,
            from_guild: role == Role::Agent,
        });
    }
    let ana = config.members[1].id.clone();
    config.queues.push(Queue {
        assignment: Some(Assignment { how: How::LeastLoaded, capacity: Some(8) }),
        id: QueueId::from("it"),
        name: "IT = [it]".into(),
        address: "it@example.com".into(),
        members: config.members.iter().map(|member| member.id.clone()).collect(),
        lead: Some(ana),
        manager: None,
        head: None,
        channel: Some(ChatChannel::Slack("C0123".into())),
        review: true,
        tasks_first: true,
        private: true,
        ways: desk::ways::Ways {
            labels: [(
                desk::Status::InProgress,
                desk::ways::Labels { agents: Some("Cooking".into()), requesters: None },
            )]
            .into(),
            forbidden: [(desk::Status::InProgress, desk::Status::OnHold)].into(),
        },
    });
    let NamedCalendar { hours: Hours::Staffed(week), .. } = NamedCalendar::office(TimeZone::UTC)
    else {
        panic!("an office has hours")
    };
    let holidays =
        BTreeMap::from([(Date::constant(2026, 12, 25), "Christmas # \"Day\"".to_owned())]);
    config.calendars.push(NamedCalendar {
        id: CalendarId::from("night"),
        name: "Night".into(),
        hours: Hours::Staffed(Week { holidays, ..week }),
    });
    config.regions.push(Region {
        id: "north".into(),
        name: "The North".into(),
        postcodes: vec!["10".into(), "SW1A".into()],
    });
    let targets = config.policies[0].targets.clone();
    config.policies.insert(
        0,
        Policy {
            id: PolicyId::from("academic"),
            name: "Academic requests".into(),
            when: Conditions {
                queue: [QueueId::from("it")].into(),
                kind: [Type::Complaint].into(),
                priority: Priority::ALL.iter().copied().collect(),
                channel: [Channel::Email, Channel::Web].into(),
                domain: ["students.example.com".to_owned()].into(),
                form: [FormId::from("refund")].into(),
            },
            targets,
        },
    );
    let mut form = crate::form::tests::form(&crate::form::tests::refund()).unwrap();
    form.handlers = vec![config.members[0].id.clone()];
    config.forms = vec![form];
    config.limits.forms = 20;
    config.limits.files = 12;
    config.members[1].name = "  Ana\nA. ".into();
    config.domain = "Example.COM".into();
    config.queues[1].address = "IT@Example.com".into();
    config.webhooks.push(desk::webhook::Webhook {
        id: desk::WebhookId::from("crm"),
        url: "https://crm.example.com/hook?a=\"b\"".into(),
        events: ["ticket.created".to_owned()].into(),
        queues: [QueueId::from("it")].into(),
        enabled: false,
    });
    config.workspaces = vec!["T01".into()];
    config.guilds = vec!["123".into(), "456".into()];
    let guild_role = |id: &str, role, queues: &[&str]| desk::guild_role::GuildRole {
        id: id.into(),
        role,
        queues: queues.iter().map(|id| QueueId::from(*id)).collect(),
    };
    config.guild_roles =
        vec![guild_role("77", Role::Agent, &["it"]), guild_role("78", Role::Lead, &[])];
    config.no_emoji = vec![ChatChannel::Discord("7".into()), ChatChannel::Slack("C01".into())];
    config
}

fn ids(config: &Config) -> BTreeMap<String, PersonId> {
    config.members.iter().map(|member| (member.email.clone(), member.id.clone())).collect()
}

fn lines(before: &Config, after: &Config) -> Vec<String> {
    let changes = changes(&Document::of(before), &Document::of(after));
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_written_is_read_back() {
    for config in [fresh(), full()] {
        let document = Document::of(&config);
        let text = document.to_toml();
        let read = Document::read(&text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
        assert_eq!(read, document, "{text}");
        assert_eq!(read.to_toml(), text);
        assert_eq!(changes(&document, &read), []);
        let back = read.config(7, &ids(&config));
        assert_eq!(back.version, 7);
        assert_eq!(Document::of(&back), document);
        assert_eq!(back.policies, config.policies);
        let by_id = |config: &Config| {
            let members = config.members.iter().map(|member| (member.id.clone(), member.role));
            members.collect::<BTreeMap<_, _>>()
        };
        assert_eq!(by_id(&back), by_id(&config));
    }
}

#[test]
fn a_broken_file_says_where() {
    let text = Document::of(&full()).to_toml();
    for (from, to, said) in [
        ("\"4h\"", "\"4 hourz\"", "\"4 hourz\" is not a duration such as 30m, 4h or 2d"),
        ("role = \"lead\"", "role = \"boss\"", "\"boss\" must be one of admin, manager, lead"),
        ("zone = \"Europe/Lisbon\"", "zone = \"Mars\"", "zone: \"Mars\" is no time zone"),
        ("calendar = \"office\"", "calendar = \"ofice\"", "there is no calendar ofice"),
        ("resolution", "resolutoin", "there is no such field; there are calendar"),
        ("lead = \"ana@", "lead = \"eve@", "queues[1].lead: there is no member eve@example.com"),
        ("\"09:00-12:00\"", "\"09:00-25:00\"", "is no window such as 09:00-12:00"),
        ("\"13:00-18:00\"", "\"11:00-18:00\"", "11:00-18:00 begins before 09:00-12:00 ends"),
        ("2026-12-25", "2026-13-25", "holidays.2026-13-25: \"2026-13-25\" is no day"),
        ("role = \"admin\"", "role = \"agent\"", "members: the last admin cannot be removed"),
        ("id = \"it\"", "id = \"support\"", "queues[1].id: \"support\" is there twice"),
        ("queue = [\"it\"]", "queue = [\"ti\"]", "policies[0].when.queue: there is no queue ti"),
        ("id = \"standard\"\n", "", "policies[1].id: it is needed"),
        (
            "form = [\"refund\"]",
            "form = [\"fund\"]",
            "policies[0].when.form: there is no form fund",
        ),
        ("forms = 20", "forms = 0", "limits.forms: it is a number from 1 to 2000"),
        ("files = 12", "files = 51", "limits.files: it is a number from 1 to 50"),
        ("kind = \"number\"", "kind = \"figure\"", "forms[0].fields[3].kind: \"figure\" must be"),
        ("id = \"standard\"", "id = \"Standard!\"", "policies[1].id: it has lower-case letters"),
        ("domain = \"example.com\"", "domain = 7", "domain: it must be a text"),
        ("[[policies]]", "[[policies]", "this is no TOML"),
        ("address = \"it@example.com\"", "address = \"it\"", "\"it\" is no mail address"),
        ("id = \"standard\"", "id = \"standard\"\nwhen = { queue = [\"it\"] }", "the last policy"),
    ] {
        let at = text.find(from).unwrap_or_else(|| panic!("{from} is not in\n{text}"));
        let broken = text.replacen(from, to, 1);
        let wrong = Document::read(&broken).expect_err(said).to_string();
        assert!(wrong.contains(said), "{from} → {to}: {wrong}");
        assert!(wrong.starts_with("line "), "{wrong}");
        if !to.is_empty() && !said.contains("last") && !to.starts_with("[[") {
            let line = 1 + text[..at].matches('\n').count();
            assert!(wrong.starts_with(&format!("line {line}: ")), "line {line}: {wrong}");
        }
    }
    let exact = text.replacen("\"4h\"", "\"4 hourz\"", 1);
    let line = 1 + text[..text.find("\"4h\"").unwrap()].matches('\n').count();
    assert_eq!(
        Document::read(&exact).unwrap_err().to_string(),
        format!(
            "line {line}: policies[0].targets.high.first_response: \"4 hourz\" is not a duration such as 30m, 4h or 2d"
        )
    );
    for empty in ["", "zone = \"UTC\"", "# nothing"] {
        assert!(Document::read(empty).is_err(), "{empty:?}");
    }
}

#[test]
fn a_day_is_a_working_day_of_the_calendar() {
    let text = Document::of(&fresh()).to_toml().replace("\"160h\"", "\"20d\"");
    let read = Document::read(&text).unwrap();
    assert_eq!(read, Document::of(&fresh()), "20 days of 8 hours are 160 hours");
}

#[test]
fn what_differs_is_said() {
    let before = full();
    let mut after = before.clone();
    let ben = after.members[2].id.clone();
    after.queues[1].lead = Some(ben);
    after.members[2].role = Role::Manager;
    after.queues[0].manager = None;
    after.calendars.pop();
    let urgent = after.policies[1].targets.get_mut(&Priority::Urgent).unwrap();
    urgent.first_response = Some(SignedDuration::from_mins(30));
    assert_eq!(
        lines(&before, &after),
        [
            "~ member ben@example.com: role  agent → manager",
            "~ queue support: manager  admin@example.com → –",
            "~ queue it: lead  ana@example.com → ben@example.com",
            "~ policy standard: targets.urgent.first_response  2h → 30m",
            "- calendar night",
        ]
    );
    assert_eq!(lines(&before, &before), [""; 0]);
    let added = lines(&fresh(), &before);
    assert!(added.iter().any(|line| line.starts_with("+ queue it: name IT")), "{added:#?}");
    assert!(added.contains(&"~ desk: policy order  standard → academic, standard".to_owned()));
    after = before.clone();
    after.queues.reverse();
    assert_eq!(lines(&before, &after), ["~ desk: queue order  support, it → it, support"]);
}

fn warnings() -> impl Strategy<Value = Vec<Warning>> {
    let one = prop_oneof![
        (1..100u8).prop_map(Warning::Spent),
        (1..500_000i64).prop_map(|seconds| Warning::Left(SignedDuration::from_secs(seconds))),
    ];
    prop::collection::vec(one, 0..5)
}

fn repeats() -> impl Strategy<Value = Repeats> {
    prop_oneof![
        Just(Repeats::Digest),
        (1..90_000i64, 1..100u16).prop_map(|(seconds, at_most)| Repeats::Every {
            every: SignedDuration::from_secs(seconds),
            at_most,
        }),
        (0..24i8, 0..60i8, 1..100u16).prop_map(|(hour, minute, at_most)| Repeats::Daily {
            at: Time::constant(hour, minute, 0, 0),
            at_most,
        }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_promised_is_read_back(
        seconds in prop::option::of(1..60_000_000i64),
        warnings in warnings(),
        repeats in repeats(),
        name in "[^\0]{1,40}",
        around in any::<bool>(),
    ) {
        let mut config = full();
        let targets = config.policies[0].targets.get_mut(&Priority::Low).unwrap();
        targets.next_response = seconds.map(SignedDuration::from_secs);
        targets.warnings = warnings;
        targets.repeats = repeats;
        if around {
            targets.calendar = CalendarId::from("around-the-clock");
        }
        let name = name.trim();
        if !name.is_empty() {
            config.policies[0].name = format!("x{name}");
            config.queues[1].name = name.to_owned();
        }
        let document = Document::of(&config);
        let text = document.to_toml();
        prop_assert_eq!(Document::read(&text).map_err(|wrong| format!("{wrong}\n{text}")), Ok(document));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = Document::read(&text);
        let _ = crate::ical::holidays(&text, Date::constant(2026, 1, 1));
        let calendar = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{text}\nRRULE:{text}\nDURATION:{text}\nEND:VEVENT\n");
        let _ = crate::ical::holidays(&calendar, Date::constant(2026, 1, 1));
    }
}
