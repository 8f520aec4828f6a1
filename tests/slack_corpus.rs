//! Everything that was ever recorded of Slack, sent through the real doors: handled, or refused with a
//! reason. Nothing panics, nothing is a fault of the desk's.

use serde_json::Value;

use crate::harness::{Desk, corpus_folder, form, invariants};

/// What the form body of a recorded payload is, by what is recorded.
fn bodies(kind: &str, json: &Value, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let fields: Vec<(String, String)> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let pairs: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let payload = String::from_utf8_lossy(bytes);
    let command = ("/slack/commands", form(&pairs).into_bytes());
    let interaction = ("/slack/interactions", form(&[("payload", &payload)]).into_bytes());
    let event = ("/slack/events", bytes.to_vec());
    match kind {
        "slash_command" | "ssl_check" => vec![command],
        kind if kind.starts_with("event_") || kind.starts_with("skeleton_event") => vec![event],
        "url_verification" => vec![event],
        kind if kind.starts_with("skeleton_") => vec![event, interaction],
        _ => vec![interaction],
    }
}

#[tokio::test]
async fn whatever_slack_sends_is_handled_or_refused_with_a_reason() {
    let Some(files) = corpus_folder("slack/dev") else { return };
    let desk = Desk::start().await;
    let slack = desk.slack("U0ANA");
    let (mut taken, mut refused) = (0, 0);
    for (name, bytes) in &files {
        let json: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let kind = name.split('/').next().unwrap_or_default();
        for (door, body) in bodies(kind, &json, bytes) {
            let request = slack.signed(door, body);
            let answer = crate::harness::Answer::to(request).await.expect("the desk answers");
            match answer.status {
                200 => taken += 1,
                400 => {
                    let reason = answer.json["error"].as_str().unwrap_or_default();
                    assert!(
                        reason.contains("slack documents it"),
                        "{name} at {door}: {}",
                        answer.text
                    );
                    refused += 1;
                }
                other => panic!("{name} at {door}: {other} {}", answer.text),
            }
        }
    }
    assert!(taken >= 100 && refused >= 20, "{taken} taken, {refused} refused");
    let log = desk.log();
    assert!(!log.contains("panicked"), "{log}");
    invariants(&desk).await;
}
