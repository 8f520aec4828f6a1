//! Interactions as Discord sends them: read, or refused with a reason; never a panic.

use super::*;
use crate::test_data::corpus_files;
use serde_json::json;

fn parse(value: &Value) -> Result<Arrived, PayloadError> {
    Arrived::parse(value.to_string().as_bytes())
}

fn read(value: &Value) -> Interaction {
    match parse(value) {
        Ok(Arrived::Interaction(interaction)) => *interaction,
        other => panic!("{value} was read as {other:?}"),
    }
}

fn user(id: &str, name: &str) -> User {
    User { id: id.into(), name: name.into() }
}

#[test]
fn a_command_in_a_guild_is_read() {
    let value = json!({"type":2,"id":"1","application_id":"2","guild_id":"3","channel_id":"4","token":"tok",
        "field_of_tomorrow":{"x":[1]}, "app_permissions":"68719476736", "channel":{"id":"4","type":0},
        "member":{"user":{"id":"5","username":"kofi","global_name":"Kofi B."},"roles":["6"]},
        "data":{"id":"9","name":"ticket","type":1,"resolved":{"attachments":{
                "77":{"id":"77","filename":"a.png","size":3,"url":"https://cdn.discordapp.com/a.png","content_type":"image/png"}}},
            "options":[{"name":"open","type":1,"options":[
            {"name":"title","type":3,"value":"vpn"},{"name":"n","type":4,"value":12},{"name":"file","type":11,"value":"77"},
            {"name":"private","type":5,"value":true},{"name":"odd","type":99}]}]}});
    let options = [("file", "77"), ("n", "12"), ("private", "true"), ("title", "vpn")];
    let expected = Interaction {
        id: "1".into(),
        application_id: "2".into(),
        guild_id: Some("3".into()),
        channel_id: Some("4".into()),
        channel_type: Some(0),
        app_permissions: 1 << 36,
        user: user("5", "Kofi B."),
        roles: vec!["6".into()],
        token: "tok".into(),
        what: What::Command {
            name: "ticket".into(),
            sub: Some("open".into()),
            options: options.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
            files: vec![Attachment {
                name: "a.png".into(),
                kind: Some("image/png".into()),
                size: 3,
                url: "https://cdn.discordapp.com/a.png".into(),
            }],
        },
    };
    assert_eq!(read(&value), expected);
}

#[test]
fn what_is_done_with_buttons_menus_and_modals_is_read() {
    let envelope = |kind: u8, data: Value| {
        read(&json!({"type":kind,"id":"1","application_id":"2","token":"tok",
            "user":{"id":"5","username":"kofi","global_name":null},"data":data}))
        .what
    };
    let pressed = envelope(3, json!({"custom_id":"t:take:12","component_type":2}));
    assert_eq!(pressed, What::Component { custom_id: "t:take:12".into(), values: vec![] });
    let typed = json!({"name":"ticket","type":1,"options":[{"name":"show","type":1,"options":[
        {"name":"ticket","type":3,"value":"vp","focused":true}]}]});
    let expected =
        What::Suggest { sub: Some("show".into()), option: "ticket".into(), typed: "vp".into() };
    assert_eq!(envelope(4, typed), expected);
    let modal = json!({"custom_id":"ticket.new","components":[
        {"type":18,"id":1,"component":{"type":4,"custom_id":"title","value":"vpn"}},
        {"type":18,"id":2,"component":{"type":3,"custom_id":"f:urgency","values":["high"]}},
        {"type":18,"id":3,"component":{"type":23,"custom_id":"f:agreed","value":true}},
        {"type":18,"id":4,"component":{"type":21,"custom_id":"f:none","value":null}},
        {"type":18,"id":5,"component":{"type":19,"custom_id":"files","values":["77","78"]}},
        {"type":1,"components":[{"type":4,"custom_id":"old","value":"hi"}]}],
        "resolved":{"attachments":{"77":{"id":"77","filename":"a","size":1,"url":"https://x/a"}}}});
    let What::Modal { values, files, .. } = envelope(5, modal) else { panic!("no modal") };
    let given: Vec<(&str, String)> =
        values.iter().map(|(id, values)| (id.as_str(), values.join(","))).collect();
    let expected = [
        ("f:agreed", "true"),
        ("f:none", ""),
        ("f:urgency", "high"),
        ("old", "hi"),
        ("title", "vpn"),
    ];
    assert_eq!(given, expected.map(|(id, value)| (id, value.to_owned())));
    assert_eq!((files.len(), files["files"].len()), (1, 1));
    let message = json!({"name":"Create ticket","type":3,"target_id":"8","resolved":{"messages":{"8":{
        "id":"8","channel_id":"4","content":"it is slow","author":{"id":"6","username":"ana","bot":true},"attachments":[]}}}});
    let What::OnMessage { message, .. } = envelope(2, message) else { panic!("no message") };
    assert_eq!((message.content.as_str(), message.by_program), ("it is slow", true));
    let person = json!({"name":"Tickets of this person","type":2,"target_id":"6",
        "resolved":{"users":{"6":{"id":"6","username":"ana"}}}});
    let expected = What::OnUser { name: "Tickets of this person".into(), user: user("6", "ana") };
    assert_eq!(envelope(2, person), expected);
}

#[test]
fn types_are_told_apart_or_refused() {
    let rows = [
        (json!({"type":1}), Ok(Arrived::Ping)),
        (json!({"type":4,"id":"1"}), Err(PayloadError::Missing("focused"))),
        (json!({"type":5,"id":"1"}), Err(PayloadError::Missing("data.custom_id"))),
        (json!({"type":0}), Err(PayloadError::UnknownType(0))),
        (json!({"type":99}), Err(PayloadError::UnknownType(99))),
        (json!({"type":257}), Err(PayloadError::UnknownType(257))),
        (json!({"type":-1}), Err(PayloadError::Missing("type"))),
        (json!({"type":2}), Err(PayloadError::Missing("data.name"))),
        (
            json!({"type":2,"data":{"name":"x","type":3}}),
            Err(PayloadError::Missing("data.target_id")),
        ),
        (json!({"type":3,"data":{"custom_id":"x"}}), Err(PayloadError::Missing("id"))),
        (json!({}), Err(PayloadError::Missing("type"))),
        (json!([]), Err(PayloadError::NotJson)),
    ];
    for (value, expected) in rows {
        assert_eq!(parse(&value), expected, "{value}");
    }
    assert_eq!(Arrived::parse(b"not json"), Err(PayloadError::NotJson));
    assert_eq!(Arrived::parse(&b"[".repeat(100_000)), Err(PayloadError::NotJson));
}

#[test]
fn every_recorded_payload_is_read_or_refused() {
    let Some(files) = corpus_files("discord/dev") else { return };
    let (mut commands, mut pings, mut modals) = (0, 0, 0);
    for (name, bytes) in &files {
        match Arrived::parse(bytes) {
            Ok(Arrived::Ping) => pings += 1,
            Ok(Arrived::Interaction(read)) => {
                commands += usize::from(matches!(read.what, What::Command { .. }));
                modals += usize::from(matches!(read.what, What::Modal { .. }));
            }
            Err(error) => {
                assert!(!name.starts_with("interaction_ping"), "{name}: {error}");
            }
        }
    }
    let enough = files.len() >= 47 && commands >= 4 && pings >= 2 && modals >= 1;
    assert!(enough, "{} files, {commands}, {pings}, {modals}", files.len());
}
