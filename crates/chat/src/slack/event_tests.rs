//! Events are told apart, and what programs do is no event.

use super::*;
use serde_json::json;

fn callback(event: Value) -> Event {
    let envelope = json!({"type":"event_callback","event_id":"Ev1","team_id":"T1","event":event});
    match EventEnvelope::parse(envelope.to_string().as_bytes()) {
        Ok(EventEnvelope::Callback { event, .. }) => event,
        other => panic!("{other:?}"),
    }
}

fn said() -> Said {
    Said {
        user: "U2".into(),
        channel: "C1".into(),
        is_direct: false,
        ts: "1.2".into(),
        thread_ts: Some("1.1".into()),
        text: "vpn <down> for @U3".into(),
        files: Vec::new(),
    }
}

#[test]
fn events_are_told_apart() {
    let mention = json!({"type":"app_mention","user":"U2","channel":"C1","ts":"1.2","thread_ts":"1.1",
        "text":" <@U0LAN0Z89|desk>  vpn &lt;down&gt; for <@U3>"});
    assert_eq!(callback(mention.clone()), Event::AppMention(said()));
    let mut by_bot = mention;
    by_bot["bot_id"] = json!("B1");
    assert_eq!(callback(by_bot), Event::Ignored);
    assert_eq!(callback(json!({"type":"pin_added"})), Event::Other { kind: "pin_added".into() });
    let check = br#"{"type":"url_verification","challenge":"3eZ"}"#;
    let expected = EventEnvelope::UrlVerification { challenge: "3eZ".into() };
    assert_eq!(EventEnvelope::parse(check), Ok(expected));
    assert_eq!(EventEnvelope::parse(b"[]"), Err(PayloadError::NotJson));
    assert_eq!(EventEnvelope::parse(&b"[".repeat(100_000)), Err(PayloadError::NotJson));
}

#[test]
fn messages_are_followed() {
    let message = |more: Value| {
        let mut event = json!({"type":"message","channel":"D1","channel_type":"im","ts":"9.9"});
        for (name, value) in more.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        callback(event)
    };
    let direct = Said {
        channel: "D1".into(),
        is_direct: true,
        thread_ts: None,
        ts: "9.9".into(),
        text: "hi".into(),
        ..said()
    };
    assert_eq!(message(json!({"user":"U2","text":"hi"})), Event::Message(direct.clone()));
    let file = json!([{"id":"F1","name":"a.png","mimetype":"image/png","size":3,
        "url_private_download":"https://files.slack.com/a"}, {"name":"no id"}]);
    let Event::Message(shared) =
        message(json!({"user":"U2","text":"hi","subtype":"file_share","files":file}))
    else {
        panic!("a message")
    };
    assert_eq!((shared.files.len(), shared.files[0].size), (1, 3));
    let edited = |text: &str| {
        message(json!({"subtype":"message_changed",
        "message":{"user":"U2","text":text,"ts":"1.0"},
        "previous_message":{"user":"U2","text":"hi","ts":"1.0"}}))
    };
    let changed = Said { ts: "1.0".into(), text: "ho".into(), ..direct };
    assert_eq!(edited("ho"), Event::Changed(changed));
    assert_eq!(edited("hi"), Event::Ignored, "a link unfolded");
    let gone = Event::Deleted {
        channel: "D1".into(),
        ts: "1.0".into(),
        thread_ts: None,
        user: Some("U2".into()),
    };
    let before = json!({"user":"U2","text":"hi","ts":"1.0"});
    let deleted =
        json!({"subtype":"message_deleted","deleted_ts":"1.0","previous_message":before.clone()});
    assert_eq!(message(deleted), gone);
    let tombstone = json!({"subtype":"message_changed","previous_message":before,
        "message":{"subtype":"tombstone","ts":"1.0","text":"This message was deleted."}});
    assert_eq!(message(tombstone), gone);
    assert_eq!(message(json!({"user":"U2","bot_id":"B1","text":"me"})), Event::Ignored);
    let joined = Event::Other { kind: "message.channel_join".into() };
    assert_eq!(message(json!({"user":"U2","subtype":"channel_join"})), joined);
}

#[test]
fn reactions_and_homes_are_read() {
    let item = json!({"type":"message","channel":"C1","ts":"1.2"});
    let reaction = Event::Reaction {
        user: "U2".into(),
        name: "ticket".into(),
        channel: "C1".into(),
        ts: "1.2".into(),
    };
    let added =
        json!({"type":"reaction_added","user":"U2","reaction":"ticket::skin-tone-2","item":item});
    assert_eq!(callback(added), reaction);
    let file =
        json!({"type":"reaction_added","user":"U2","reaction":"eyes","item":{"type":"file"}});
    assert_eq!(callback(file), Event::Ignored);
    let home = |tab: &str| callback(json!({"type":"app_home_opened","user":"U2","tab":tab}));
    assert_eq!(home("home"), Event::HomeOpened { user: "U2".into() });
    assert_eq!(home("messages"), Event::Ignored);
}

#[test]
fn mentions_are_stripped_only_when_they_lead() {
    let rows = [
        ("<@U1>", ""),
        ("<@U1> a <@U1>", "a <@U1>"),
        ("hey <@U1>", "hey <@U1>"),
        ("<@U1", "<@U1"),
        ("<@here> a", "<@here> a"),
    ];
    for (text, expected) in rows {
        assert_eq!(without_leading_mention(text), expected, "{text}");
    }
}
