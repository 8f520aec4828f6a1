//! What people press and send is read; what is no interaction of ours is refused by name.

use super::*;
use serde_json::json;

fn parse(payload: &Value) -> Result<Interaction, PayloadError> {
    let fields = [("payload", payload.to_string())];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Interaction::parse(body.as_bytes())
}

#[test]
fn a_button_is_read() {
    let payload = json!({"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1","username":"kofi"},
        "channel":{"id":"C1"},"trigger_id":"t","response_url":"https://h",
        "message":{"ts":"1.2","thread_ts":"1.1","blocks":[{"type":"section","text":{"text":"hi"}},{"type":"divider"}]},
        "actions":[{"action_id":"tkt.take","block_id":"acts:12","value":"12","type":"button"}]});
    let expected = Pressed {
        by: Actor { team: "T1".into(), user: "U1".into(), name: "kofi".into() },
        channel: Some("C1".into()),
        message_ts: Some("1.2".into()),
        thread_ts: Some("1.1".into()),
        sections: vec!["hi".into()],
        block_id: "acts:12".into(),
        action_id: "tkt.take".into(),
        value: Some("12".into()),
        trigger_id: "t".into(),
        response_url: Some("https://h".into()),
        view: None,
    };
    assert_eq!(parse(&payload), Ok(Interaction::Pressed(Box::new(expected))));
    assert_eq!(Interaction::parse(b""), Err(PayloadError::Missing("payload")));
    assert_eq!(Interaction::parse(b"payload=%7B"), Err(PayloadError::NotJson));
}

#[test]
fn a_dialog_is_read_with_what_stands_in_it() {
    let option = |value: &str| json!({"text":{"type":"plain_text","text":"x"},"value":value});
    let rich = json!({"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"hi"}]}]});
    let values = json!({
        "title": {"title": {"type":"plain_text_input","value":"vpn <down> & out"}},
        "empty": {"empty": {"type":"plain_text_input","value":null}},
        "body": {"body": {"type":"rich_text_input","rich_text_value":rich}},
        "one": {"one": {"type":"static_select","selected_option":option("a")}},
        "none": {"none": {"type":"static_select","selected_option":null}},
        "several": {"several": {"type":"checkboxes","selected_options":[option("a"),option("b")]}},
        "day": {"day": {"type":"datepicker","selected_date":"2026-11-23"}},
        "at": {"at": {"type":"datetimepicker","selected_date_time":1795325400}},
        "who": {"who": {"type":"users_select","selected_user":"U9"}},
        "files": {"files": {"type":"file_input","files":[{"id":"F1","name":"a.txt"}]}},
        "odd": 7,
    });
    let payload = json!({"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1","name":"kofi"},
        "view":{"id":"V1","hash":"h","callback_id":"ticket.new","private_metadata":"{}","state":{"values":values},
        "blocks":[{"type":"input","block_id":"title"},{"type":"divider"}]}});
    let Ok(Interaction::Sent { view, .. }) = parse(&payload) else { panic!("a dialog") };
    let texts = ["title", "empty", "body", "one", "none", "day", "at", "who"];
    let texts = texts.map(|block| view.text(block).unwrap_or("-"));
    let expected = ["vpn <down> & out", "-", "hi", "a", "-", "2026-11-23", "1795325400", "U9"];
    assert_eq!(texts, expected);
    assert_eq!(view.values["several"], Entered::Several(vec!["a".into(), "b".into()]));
    assert_eq!((view.files("files").len(), view.files("title").len()), (1, 0));
    assert_eq!((view.callback.as_str(), view.blocks.len()), ("ticket.new", 1));
    let without = json!({"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"}});
    assert_eq!(parse(&without), Err(PayloadError::Missing("view.id")));
}

#[test]
fn shortcuts_are_read() {
    let payload = json!({"type":"message_action","callback_id":"ticket.create","trigger_id":"t",
        "team":{"id":"T1"},"user":{"id":"U1","name":"kofi"},"channel":{"id":"C1"},"message_ts":"1.2",
        "message":{"user":"U2","text":"vpn &amp; mail","ts":"1.2","thread_ts":"1.0"}});
    let Ok(Interaction::OnMessage { target, callback, .. }) = parse(&payload) else {
        panic!("a shortcut")
    };
    let read = (target.text.as_str(), target.user.as_deref(), target.thread_ts.as_deref());
    assert_eq!(read, ("vpn & mail", Some("U2"), Some("1.0")));
    assert_eq!(callback, "ticket.create");
    let anywhere = json!({"type":"shortcut","callback_id":"ticket.new","trigger_id":"t",
        "team":null,"user":{"id":"U1","username":"kofi","team_id":"T1"}});
    assert!(matches!(parse(&anywhere), Ok(Interaction::Anywhere { .. })));
    let bare = json!({"type":"message_action","callback_id":"x"});
    assert_eq!(parse(&bare), Err(PayloadError::Missing("team.id")));
    assert_eq!(
        parse(&json!({"type":"view_closed"})),
        Ok(Interaction::Other { kind: "view_closed".into() })
    );
}
