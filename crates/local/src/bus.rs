//! EventBridge in this process: events put on the bus land in the outbox.
//! Reads `PutEvents` alone; it has no rules and delivers to nobody.

use crate::availability::{Standin, Verdict};
use crate::clock::Now;
use crate::outbox::{Kind, Leaving, Outbox};
use crate::wire::{self, Answer, Call, Lost};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// EventBridge whose events land in `outbox`, stamped by `now`, as far as `standin` lets them.
pub fn service(outbox: Arc<Outbox>, standin: Standin, now: Now) -> wire::Service {
    wire::Service::new("stand-in for EventBridge", move |call| {
        let verdict = standin.verdict();
        let answer = answer(&outbox, verdict, &now, &call);
        async move { if verdict == Verdict::Unheard { Err(Lost) } else { Ok(answer) } }
    })
}

/// A client of it.
pub fn client(outbox: Arc<Outbox>, standin: Standin, now: Now) -> aws_sdk_eventbridge::Client {
    let http_client = service(outbox, standin, now).http_client();
    aws_sdk_eventbridge::Client::new(&wire::config(http_client))
}

/// At most ten entries a call.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
const MAX_ENTRIES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

fn answer(outbox: &Outbox, verdict: Verdict, now: &Now, call: &Call) -> Answer {
    match verdict {
        Verdict::Up | Verdict::Unheard => {}
        Verdict::Down => return refusal(503, "ServiceUnavailable", "the service is out"),
        Verdict::Throttled => return refusal(400, "ThrottlingException", "Rate exceeded"),
    }
    if call.operation != "PutEvents" {
        return refusal(400, "UnknownOperationException", "this bus takes PutEvents alone");
    }
    let Ok(put) = serde_json::from_slice::<PutEvents>(&call.body) else {
        return refusal(400, "SerializationException", "the entries cannot be read");
    };
    if put.entries.is_empty() || put.entries.len() > MAX_ENTRIES {
        return refusal(400, "ValidationException", "a call takes 1 to 10 entries");
    }
    let results: Vec<Value> = put.entries.iter().map(|entry| record(outbox, now, entry)).collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    json_answer(200, &json!({ "FailedEntryCount": failed, "Entries": results }))
}

/// One entry's result: an id, or why it failed; the others are taken all the same.
fn record(outbox: &Outbox, now: &Now, entry: &Entry) -> Value {
    let (Some(source), Some(detail_type), Some(detail)) =
        (&entry.source, &entry.detail_type, &entry.detail)
    else {
        return failed("InvalidArgument", "Source, DetailType and Detail are required");
    };
    let Ok(detail) = serde_json::from_str::<Value>(detail) else {
        return failed("MalformedDetail", "Detail is malformed.");
    };
    let bus = entry.event_bus_name.as_deref().unwrap_or("default");
    let body =
        json!({ "source": source, "detail-type": detail_type, "detail": detail, "bus": bus });
    match outbox.push(Leaving::new(Kind::Event, detail_type, body), now()) {
        Ok(seq) => json!({ "EventId": format!("00000000-0000-4000-8000-{seq:012x}") }),
        Err(error) => failed("InternalFailure", &error.to_string()),
    }
}

fn failed(code: &str, message: &str) -> Value {
    json!({ "ErrorCode": code, "ErrorMessage": message })
}

fn refusal(status: u16, code: &str, message: &str) -> Answer {
    json_answer(status, &json!({ "__type": code, "message": message }))
}

fn json_answer(status: u16, body: &Value) -> Answer {
    Answer { status, content_type: "application/x-amz-json-1.1", body: body.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_eventbridge::error::ProvideErrorMetadata;
    use aws_sdk_eventbridge::types::PutEventsRequestEntry;

    fn entry(detail: &str) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .source("bellhop")
            .detail_type("ticket.created")
            .detail(detail)
            .event_bus_name("desk")
            .build()
    }

    #[tokio::test(start_paused = true)]
    async fn events_are_recorded_and_malformed_ones_fail_alone() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Arc::new(Outbox::open(&folder.path().join("outbox.jsonl")).unwrap());
        let standin = Standin::default();
        let now: Now = Arc::new(|| "2026-11-22T09:00:00Z".parse().unwrap());
        let client = client(outbox.clone(), standin.clone(), now);

        let put = client
            .put_events()
            .entries(entry(r#"{"number":7}"#))
            .entries(entry("{"))
            .send()
            .await
            .unwrap();
        assert_eq!(put.failed_entry_count(), 1);
        assert!(put.entries()[0].event_id().is_some());
        assert_eq!(put.entries()[1].error_code(), Some("MalformedDetail"));
        let items = outbox.since(0);
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].to, "ticket.created");
        let body = json!({"source": "bellhop", "detail-type": "ticket.created", "detail": {"number": 7}, "bus": "desk"});
        assert_eq!(items[0].body, body);

        standin.set_down(true);
        let down = client.put_events().entries(entry("{}")).send().await.unwrap_err();
        assert_eq!(down.code(), Some("ServiceUnavailable"));
        standin.set_down(false);
        standin.set_throttled(1);
        client.put_events().entries(entry("{}")).send().await.unwrap();
        let other = client.list_rules().send().await.unwrap_err();
        assert_eq!(other.code(), Some("UnknownOperationException"));
        assert_eq!(outbox.last(), 2);
    }
}
