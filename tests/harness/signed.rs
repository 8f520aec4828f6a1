//! The events of `events/`, signed again: a genuine signature grows old after five minutes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Setup, discord_key, wall};

/// An event of `events/`.
pub fn event(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

/// The body of an API Gateway event as it was sent.
pub fn body(event: &Value) -> Vec<u8> {
    let body = event["body"].as_str().expect("a body");
    match event["isBase64Encoded"] == true {
        true => STANDARD.decode(body).expect("base64"),
        false => body.as_bytes().to_vec(),
    }
}

/// The same event as Slack would send it now, with other words for some.
pub fn slack_event(name: &str, other: &[(&str, String)]) -> Value {
    let mut event = with(event(name), other);
    let now = wall().as_second();
    let secret = Setup::default().slack_secret;
    let signature = chat::slack::signature::sign(&secret, now, &body(&event));
    event["headers"]["x-slack-request-timestamp"] = json!(now.to_string());
    event["headers"]["x-slack-signature"] = json!(signature);
    event
}

/// The same event as Discord would send it now, with other words for some.
pub fn discord_event(name: &str, other: &[(&str, String)]) -> Value {
    let mut event = with(event(name), other);
    let now = wall().as_second().to_string();
    let signature = discord_key().sign(&now, &body(&event));
    event["headers"]["x-signature-timestamp"] = json!(now);
    event["headers"]["x-signature-ed25519"] = json!(signature);
    event
}

/// What the table's stream says once a mail to this person is owed.
pub fn stream_of_mail_to(person: &str) -> Value {
    let mut stream = event("dynamodb-stream-lane");
    for image in ["Keys", "NewImage"] {
        let lane = json!({ "S": format!("LANE#mail#{person}") });
        stream["Records"][0]["dynamodb"][image]["pk"] = lane;
    }
    stream
}

/// What a function hands itself of such an event.
pub fn handed_over(event: &Value) -> Value {
    let body = String::from_utf8(body(event)).expect("text");
    json!({ "handed_over": { "path": event["rawPath"], "body": body } })
}

/// Words are replaced in the body as it travels: in a form they are escaped there.
fn with(mut event: Value, other: &[(&str, String)]) -> Value {
    let mut text = String::from_utf8(body(&event)).expect("text");
    for (word, instead) in other {
        let escape = |word: &str| match text.starts_with('{') {
            true => word.to_owned(),
            false => super::chat::form(&[("x", word)]).split_off(2),
        };
        let (word, instead) = (escape(word), escape(instead));
        assert!(text.contains(&word), "{word} is not in {text}");
        text = text.replace(&word, &instead);
    }
    event["body"] = json!(STANDARD.encode(text));
    event["isBase64Encoded"] = json!(true);
    event
}
