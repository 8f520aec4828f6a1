//! Only Slack and Discord themselves may speak for people in chat. Every recorded vector goes over
//! HTTP to a desk that holds its secret; what is refused leaves no trace.

use std::collections::BTreeMap;

use chat::slack::signature::sign;
use hmac::{Hmac, Mac};
use reqwest::header::HeaderValue;
use serde_json::Value;
use sha2::Sha256;

use crate::harness::{Answer, Desk, Setup, corpus, invariants, latin1, wall};

/// A request may come this much later than the test began: ages near the end of Slack's window are
/// kept away from it by as much.
const SLACK_OF_CLOCK: i64 = 60;

async fn assert_untouched(desk: &Desk, after: &str) {
    assert_eq!(desk.tickets().await, Vec::<Value>::new(), "a ticket after {after}");
    for door in ["slack", "discord"] {
        assert_eq!(desk.ledger(door).await, Vec::<Value>::new(), "a line after {after}");
    }
}

#[tokio::test]
async fn a59_every_slack_vector_is_answered_as_stated() {
    let Some(vectors) = corpus("slack/signing_vectors.json") else { return };
    let vectors = vectors.as_array().expect("a list");
    let official = &vectors[0];
    let secret = text(official, "secret").to_owned();
    let desk = Desk::start_with(Setup { slack_secret: secret.clone(), ..Setup::default() }).await;
    for vector in vectors {
        assert_eq!(text(vector, "secret"), secret, "one secret for all");
        let name = text(vector, "name");
        let body = latin1(text(vector, "body"));
        let path = if body.starts_with(b"{") { "/slack/events" } else { "/slack/commands" };
        let mut request = desk.slack("U0ANA").unsigned(path, body.clone());
        let moved = Moved::of(vector, official);
        if let Some(timestamp) = &moved.timestamp {
            request = request.header("x-slack-request-timestamp", timestamp);
        }
        if let Some(signature) = &moved.signature {
            let signature = HeaderValue::from_bytes(signature.as_bytes()).expect("a header");
            request = request.header("x-slack-signature", signature);
        }
        let answer = Answer::to(request).await.expect("an answer");
        if vector["expect"] == 401 {
            assert_eq!(answer.status, 401, "{name}: {}", answer.text);
        } else {
            // What is signed but says nothing is refused for that: 400.
            assert!([200, 400].contains(&answer.status), "{name}: {}", answer.text);
        }
        if let Some(challenge) = challenge(&body) {
            assert!(answer.text.contains(&challenge), "{name}: {}", answer.text);
        }
        assert_untouched(&desk, name).await;
    }
    assert!(vectors.len() >= 27, "only {} vectors", vectors.len());
    invariants(&desk).await;
}

fn challenge(body: &[u8]) -> Option<String> {
    let json: Value = serde_json::from_slice(body).ok()?;
    json["challenge"].as_str().map(str::to_owned)
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_default()
}

/// A vector's headers, moved from its own time to ours. The age stays, and so does whatever is wrong
/// with them.
struct Moved {
    timestamp: Option<String>,
    signature: Option<String>,
}

impl Moved {
    fn of(vector: &Value, official: &Value) -> Moved {
        let secret = text(vector, "secret");
        let body = latin1(text(vector, "body"));
        let given = vector["x-slack-request-timestamp"].as_str();
        let age = |stamp: i64| vector["now"].as_i64().unwrap_or_default() - stamp;
        let moved = |stamp: &str| -> Option<i64> {
            let stamp: i64 = stamp.parse().ok().filter(|stamp| *stamp > 0)?;
            Some(wall().as_second() - kept_away(age(stamp)))
        };
        let timestamp = given.map(|stamp| {
            let (digits, rest) = match stamp.strip_prefix('-') {
                Some(digits) => (digits, "-"),
                None => (stamp.trim_end(), ""),
            };
            let space = if stamp.ends_with(' ') { " " } else { "" };
            moved(digits).map_or(stamp.to_owned(), |moved| format!("{rest}{moved}{space}"))
        });
        let signature = vector["x-slack-signature"].as_str().map(|signature| {
            let stamp = given.unwrap_or_default();
            if signature == hmac(secret, stamp, &body) {
                return hmac(secret, timestamp.as_deref().unwrap_or_default(), &body);
            }
            let then = text(official, "x-slack-request-timestamp");
            let theirs = text(official, "x-slack-signature");
            let whole = latin1(text(official, "body"));
            let ours = moved(then).map(|now| sign(secret, now, &whole)).unwrap_or_default();
            as_wrong_as(signature, theirs, &ours)
        });
        Moved { timestamp, signature }
    }
}

/// An age in seconds, kept away from the edge of the window on the side it lies.
fn kept_away(age: i64) -> i64 {
    match age {
        -300..=300 => age.clamp(-300, 300 - SLACK_OF_CLOCK),
        age if age < 0 => age - SLACK_OF_CLOCK,
        age => age,
    }
}

/// `ours`, changed the way `wrong` differs from `right`; what is no change of it stays as it is.
fn as_wrong_as(wrong: &str, right: &str, ours: &str) -> String {
    let upper = |signature: &str| signature.replacen("V0", "v0", 1);
    if wrong == right {
        return ours.to_owned();
    }
    if wrong == right.replacen("v0", "v1", 1) {
        return ours.replacen("v0", "v1", 1);
    }
    if right.strip_prefix("v0=") == Some(wrong) {
        return ours.trim_start_matches("v0=").to_owned();
    }
    if wrong == upper(&right.to_uppercase()) {
        return upper(&ours.to_uppercase());
    }
    if right.starts_with(wrong) {
        return ours.get(..wrong.len()).unwrap_or_default().to_owned();
    }
    if wrong.len() == right.len() && wrong.get(..66) == right.get(..66) {
        let flipped = if ours.ends_with('0') { "1" } else { "0" };
        return format!("{}{flipped}", ours.get(..66).unwrap_or_default());
    }
    wrong.to_owned()
}

/// Slack's scheme by its description, so that the desk's own code is not its own judge.
fn hmac(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_command_that_slack_did_not_sign_now_files_nothing() {
    let desk = Desk::start().await;
    let ana = desk.slack("U0ANA");
    let body = ana.command_body("the safe is open", "trigger.forged").into_bytes();
    let now = wall().as_second();
    let secret = Setup::default().slack_secret;
    let of = |stamp: i64, signature: String| Some((stamp, signature));
    let rows = [
        ("no signature", None),
        ("another secret", of(now, sign("another secret", now, &body))),
        ("another body", of(now, sign(&secret, now, b"text=other"))),
        ("six minutes ago", of(now - 360, sign(&secret, now - 360, &body))),
        ("in ten minutes", of(now + 600, sign(&secret, now + 600, &body))),
        ("a time that was not signed", of(now, sign(&secret, now - 1, &body))),
    ];
    for path in ["/slack/commands", "/slack/events", "/slack/interactions"] {
        for (name, headers) in &rows {
            let mut request = ana.unsigned(path, body.clone());
            if let Some((stamp, signature)) = headers {
                request = request.header("x-slack-request-timestamp", *stamp);
                request = request.header("x-slack-signature", signature);
            }
            let answer = Answer::to(request).await.expect("an answer");
            assert_eq!(answer.status, 401, "{path} {name}: {}", answer.text);
            assert!(!answer.text.contains("#1"), "{path} {name}: {}", answer.text);
        }
    }
    assert_untouched(&desk, "forged commands").await;
    ana.ticket_by("the safe is open", "trigger.forged").await.expect(200);
    desk.only_ticket().await;
    invariants(&desk).await;
}

#[tokio::test]
async fn a60_every_discord_vector_is_answered_as_stated() {
    let Some(vectors) = corpus("discord/signature_vectors.json") else { return };
    let vectors = vectors.as_array().expect("a list");
    let mut by_key: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for vector in vectors {
        by_key.entry(text(vector, "public_key")).or_default().push(vector);
    }
    for (key, vectors) in by_key {
        let desk = Desk::start_with(Setup { discord_key: key.into(), ..Setup::default() }).await;
        for vector in vectors {
            assert_discord_vector(&desk, vector).await;
        }
        invariants(&desk).await;
    }
    assert!(vectors.len() >= 27, "only {} vectors", vectors.len());
}

async fn assert_discord_vector(desk: &Desk, vector: &Value) {
    let name = text(vector, "name");
    let mut request = desk.discord("1").unsigned(latin1(text(vector, "body")));
    let headers = vector["headers"].as_object().expect("headers");
    for (header, value) in headers {
        request = request.header(header, value.as_str().unwrap_or_default());
    }
    // White space around a header's value is not part of it (RFC 9110, 5.5): on the way it is lost,
    // and what arrives is the request without it.
    let padded = headers.values().filter_map(Value::as_str).any(|value| value != value.trim());
    let answer = Answer::to(request).await.expect("an answer");
    let expected = if padded { 200 } else { vector["expect"].as_u64().unwrap_or_default() };
    assert_eq!(u64::from(answer.status), expected, "{name}: {}", answer.text);
    if answer.status == 200 && text(vector, "body").contains("\"type\":1,") {
        assert_eq!(answer.json, serde_json::json!({ "type": 1 }), "{name}");
        assert!(answer.header("content-type").starts_with("application/json"), "{name}");
    }
    assert_untouched(desk, name).await;
}

#[tokio::test]
async fn an_interaction_that_discord_did_not_sign_files_nothing() {
    let desk = Desk::start().await;
    let ana = desk.discord("115590097100865541");
    let body = serde_json::json!({
        "type": 2, "id": "938421734825140001", "application_id": "658822586720976907",
        "token": "a-token", "version": 1, "user": { "id": "115590097100865541", "username": "ana" },
        "data": { "id": "1", "name": "ticket", "type": 1, "options": [{ "name": "open", "type": 1,
            "options": [{ "name": "title", "type": 3, "value": "the safe is open" }] }] },
    });
    let body = body.to_string().into_bytes();
    let stamp = wall().as_second().to_string();
    let other = chat::discord::signature::SigningKey::from_seed(&[8; 32]);
    let own = crate::harness::discord_key();
    let rows = [
        ("another key", other.sign(&stamp, &body)),
        ("another body", own.sign(&stamp, b"{}")),
        ("another time", own.sign("1700000000", &body)),
        ("nothing", String::new()),
    ];
    for (name, signature) in rows {
        let request = ana.unsigned(body.clone()).header("x-signature-timestamp", &stamp);
        let request = request.header("x-signature-ed25519", signature);
        let answer = Answer::to(request).await.expect("an answer");
        assert_eq!(answer.status, 401, "{name}: {}", answer.text);
    }
    assert_untouched(&desk, "forged interactions").await;
    Answer::to(ana.signed(body)).await.expect("an answer").expect(200);
    desk.only_ticket().await;
    invariants(&desk).await;
}
