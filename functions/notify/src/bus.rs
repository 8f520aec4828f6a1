//! Domain events on the bus: what happened, in order, without anybody's words.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use desk::Number;
use desk::history::{Actor, Entry};
use desk::webhook::event_name;
use serde_json::{Value, json};
use store::lane::Waiting;

use crate::deliver::Left;
use crate::{Error, Notify};

/// Who the events come from.
const SOURCE: &str = "bellhop";
/// PutEvents takes at most this many.
const BATCH: usize = 10;

/// Publishes a run of entries.
pub(crate) async fn publish(notify: &Notify, row: &Waiting, last: u32) -> Result<Left, Error> {
    let number = row.owed.number;
    let entries = notify.store.entries(number, row.owed.seq, last).await?;
    let mut reference = String::new();
    for batch in entries.chunks(BATCH) {
        let events = batch.iter().map(|(seq, entry)| event(notify, number, *seq, entry)).collect();
        match notify.events.put_events().set_entries(Some(events)).send().await {
            Ok(answer) if answer.failed_entry_count() > 0 => {
                return Ok(Left::Later { after: None, reason: "the bus took only some".into() });
            }
            Ok(answer) => {
                let id = answer.entries().first().and_then(|entry| entry.event_id());
                reference = id.unwrap_or_default().to_owned();
            }
            Err(_) => return Ok(Left::Later { after: None, reason: "bus not reached".into() }),
        }
    }
    Ok(Left::sent(reference))
}

fn event(notify: &Notify, number: Number, seq: u32, entry: &Entry) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .event_bus_name(&notify.settings.bus)
        .source(SOURCE)
        .detail_type(event_name(&entry.event))
        .detail(detail(number, seq, entry).to_string())
        .build()
}

/// Facts alone; `id` is the same however often the event is published.
pub(crate) fn detail(number: Number, seq: u32, entry: &Entry) -> Value {
    let mut detail = json!(entry.event);
    if let Some(fields) = detail.as_object_mut() {
        fields.remove("promise");
        fields.remove("number");
        fields.insert("id".into(), json!(format!("{}/{seq}", number.0)));
        fields.insert("ticket".into(), json!(number));
        fields.insert("seq".into(), json!(seq));
        fields.insert("at".into(), json!(entry.at));
        fields.insert(
            "by".into(),
            match &entry.by {
                Actor::System => json!("system"),
                Actor::Rule { id } => json!(format!("rule:{id}")),
                Actor::Person { id, .. } => json!(id),
            },
        );
    }
    detail
}
