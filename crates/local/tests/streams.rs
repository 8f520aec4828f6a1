//! The pump over a table's stream: what a handler on Lambda would get, in order, without waiting,
//! given again until it is done, and trimmed behind.

mod support;

use aws_lambda_events::event::dynamodb::Event;
use local::dynamodb::Engine;
use local::streams::Pump;
use std::time::{Duration, Instant};
use support::{Desk, TABLE, s};

async fn pump(desk: &Desk) -> Pump {
    Pump::start(desk.streams.clone(), TABLE, &desk.engine).await.unwrap()
}

fn keys(event: &Event) -> Vec<String> {
    let key = |keys: &serde_dynamo::Item| {
        serde_dynamo::from_item::<_, serde_json::Value>(keys.clone()).unwrap()["pk"].to_string()
    };
    event.records.iter().map(|record| key(&record.change.keys)).collect()
}

#[tokio::test]
async fn a_batch_looks_as_lambda_gets_it() {
    let desk = Desk::memory().await;
    desk.put("before", "not seen").await;
    let mut pump = pump(&desk).await;
    assert!(pump.try_batch().await.unwrap().is_none());
    desk.put("a", "one").await;
    desk.put("a", "two").await;
    desk.client
        .delete_item()
        .table_name(TABLE)
        .key("pk", s("a"))
        .key("sk", s("1"))
        .send()
        .await
        .unwrap();
    let batch = pump.next_batch().await.unwrap();
    let names: Vec<_> = batch.records.iter().map(|record| record.event_name.as_str()).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"]);
    let text = |item: &serde_dynamo::Item| {
        serde_dynamo::from_item::<_, serde_json::Value>(item.clone()).unwrap()["text"].clone()
    };
    let images: Vec<_> = batch
        .records
        .iter()
        .map(|record| (text(&record.change.old_image), text(&record.change.new_image)))
        .collect();
    let null = serde_json::Value::Null;
    assert_eq!(
        images,
        [(null.clone(), "one".into()), ("one".into(), "two".into()), ("two".into(), null)]
    );
    let record = &batch.records[0];
    assert!(record.event_source_arn.as_deref().unwrap().contains(":table/desk/stream/"));
    assert_eq!(record.event_source.as_deref(), Some("aws:dynamodb"));
    assert_eq!(record.change.sequence_number.as_deref().unwrap().len(), 21);
    // What a Lambda would be handed is this, as JSON: it reads back the same.
    let json = serde_json::to_string(&batch).unwrap();
    assert_eq!(keys(&serde_json::from_str::<Event>(&json).unwrap()), keys(&batch));
}

#[tokio::test]
async fn batches_come_in_order_and_again_until_done() {
    let desk = Desk::memory().await;
    let mut pump = pump(&desk).await;
    for i in 0..150 {
        desk.put(&format!("{i:03}"), "x").await;
    }
    let first = pump.next_batch().await.unwrap();
    assert_eq!(first.records.len(), 100);
    assert_eq!(keys(&pump.try_batch().await.unwrap().unwrap()), keys(&first));
    pump.done(&first).await;
    let second = pump.next_batch().await.unwrap();
    assert_eq!(second.records.len(), 50);
    let mut all = [keys(&first), keys(&second)].concat();
    assert!(all.is_sorted());
    all.dedup();
    assert_eq!(all.len(), 150);
    pump.done(&second).await;
    assert!(pump.try_batch().await.unwrap().is_none());
}

#[tokio::test]
async fn the_bell_wakes_a_waiting_pump() {
    let desk = Desk::memory().await;
    let mut pump = pump(&desk).await;
    for i in 0..20 {
        let started = Instant::now();
        let (batch, ()) = tokio::join!(pump.next_batch(), async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            desk.put(&format!("{i}"), "x").await;
        });
        assert!(started.elapsed() < Duration::from_secs(2), "the bell was missed");
        pump.done(&batch.unwrap()).await;
    }
}

#[tokio::test]
async fn what_is_done_is_trimmed_and_numbers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::over(Engine::open(folder.path()).unwrap()).await;
    let mut pump = pump(&desk).await;
    let rows = || {
        let connection = rusqlite::Connection::open(folder.path().join("dynamodb.sqlite")).unwrap();
        connection
            .query_row("SELECT COUNT(*) FROM _stream_records", [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    for i in 0..600 {
        desk.put(&format!("{i}"), "x").await;
    }
    assert_eq!(rows(), 600);
    let mut last = None;
    for _ in 0..6 {
        let batch = pump.next_batch().await.unwrap();
        last = batch.records.last().and_then(|record| record.change.sequence_number.clone());
        pump.done(&batch).await;
    }
    assert!(rows() <= 101, "{}", rows());
    let last = last.unwrap();
    desk.engine.trim_stream(TABLE, &last).await.unwrap();
    assert_eq!(rows(), 1);
    desk.put("after", "x").await;
    let batch = pump.next_batch().await.unwrap();
    assert!(batch.records[0].change.sequence_number.as_ref().unwrap() > &last);
    assert!(desk.engine.trim_stream(TABLE, "12").await.is_err());
    let memory = Engine::memory().unwrap();
    assert_eq!(memory.trim_stream(TABLE, &last).await.unwrap(), 0);
}
