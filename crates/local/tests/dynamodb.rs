//! What the desk relies on of DynamoDB, asked of the embedded engine through the real SDK: keys,
//! conditions, transactions, indexes, limits, errors, streams; and that acknowledged writes stay.

#![allow(clippy::disallowed_methods, reason = "a test asks the environment what it may skip")]

mod support;

use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, PutRequest, ReturnConsumedCapacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TimeToLiveSpecification, TimeToLiveStatus,
    TransactWriteItem, Update, WriteRequest,
};
use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use local::dynamodb::Engine;
use local::faults::Failure;
use std::collections::HashMap;
use std::time::Duration;
use support::{Desk, TABLE, n, s};

type Item = HashMap<String, AttributeValue>;

fn ticket(i: usize) -> Item {
    let nested = HashMap::from([(
        "x".into(),
        AttributeValue::L(vec![n(1), AttributeValue::Bool(true), AttributeValue::Null(true)]),
    )]);
    HashMap::from([
        ("pk".into(), s(format!("TICKET#{i:05}"))),
        ("sk".into(), s("TICKET")),
        ("gsi1pk".into(), s(format!("QUEUE#{}", i % 4))),
        ("gsi1sk".into(), s(format!("{i:08}"))),
        ("gsi2pk".into(), s("STATUS#open")),
        ("gsi2sk".into(), s(format!("{i:08}"))),
        ("title".into(), s("hello")),
        ("v".into(), n(1)),
        ("bin".into(), AttributeValue::B(Blob::new(vec![1, 2, 3]))),
        ("tags".into(), AttributeValue::Ss(vec!["a".into(), "b".into()])),
        ("nested".into(), AttributeValue::M(nested)),
    ])
}

fn create(item: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(TABLE)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)");
    TransactWriteItem::builder().put(put.build().unwrap()).build()
}

fn count_up(key: &str) -> TransactWriteItem {
    let update = Update::builder().table_name(TABLE).key("pk", s("COUNTER")).key("sk", s(key));
    let update = update.update_expression("ADD n :one").expression_attribute_values(":one", n(1));
    TransactWriteItem::builder().update(update.build().unwrap()).build()
}

async fn counter(desk: &Desk, key: &str) -> Option<AttributeValue> {
    let read = desk
        .client
        .get_item()
        .table_name(TABLE)
        .key("pk", s("COUNTER"))
        .key("sk", s(key))
        .consistent_read(true);
    read.send().await.unwrap().item.and_then(|item| item.get("n").cloned())
}

#[tokio::test]
async fn tables_and_expiry_are_described() {
    let desk = Desk::memory().await;
    let described = desk.client.describe_table().table_name(TABLE).send().await.unwrap();
    assert_eq!(described.table().unwrap().global_secondary_indexes().len(), 2);
    desk.client
        .wait_until_table_exists()
        .table_name(TABLE)
        .wait(Duration::from_secs(5))
        .await
        .unwrap();

    let expiry =
        TimeToLiveSpecification::builder().enabled(true).attribute_name("expires").build().unwrap();
    desk.client
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(expiry)
        .send()
        .await
        .unwrap();
    let described = desk.client.describe_time_to_live().table_name(TABLE).send().await.unwrap();
    let status = described.time_to_live_description().unwrap().time_to_live_status().cloned();
    assert_eq!(status, Some(TimeToLiveStatus::Enabled));
    desk.client
        .put_item()
        .table_name(TABLE)
        .item("pk", s("OLD"))
        .item("sk", s("1"))
        .item("expires", n(1000))
        .send()
        .await
        .unwrap();
    assert_eq!(desk.engine.sweep_expired().await.unwrap(), 1);
}

#[tokio::test]
async fn conditions_hold_and_fail_typed() {
    let desk = Desk::memory().await;
    let put = || {
        desk.client
            .put_item()
            .table_name(TABLE)
            .set_item(Some(ticket(0)))
            .condition_expression("attribute_not_exists(pk)")
    };
    put().send().await.unwrap();
    let again =
        put().return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let error = again.send().await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
    let read = desk
        .client
        .get_item()
        .table_name(TABLE)
        .key("pk", s("TICKET#00000"))
        .key("sk", s("TICKET"))
        .send()
        .await
        .unwrap();
    assert_eq!(read.item.unwrap(), ticket(0));

    let update = desk
        .client
        .update_item()
        .table_name(TABLE)
        .key("pk", s("TICKET#00000"))
        .key("sk", s("TICKET"))
        .update_expression("SET #v = #v + :one, title = :title")
        .condition_expression("#v = :old")
        .expression_attribute_names("#v", "v")
        .expression_attribute_values(":one", n(1))
        .expression_attribute_values(":old", n(1))
        .expression_attribute_values(":title", s("new"))
        .return_values(ReturnValue::AllNew);
    let updated = update.clone().send().await.unwrap();
    assert_eq!(updated.attributes().unwrap()["v"], n(2));
    assert!(
        update
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_conditional_check_failed_exception()
    );

    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let put = desk.client.put_item().table_name(TABLE).item("pk", s("RACE")).item("sk", s("1"));
        racers.spawn(put.condition_expression("attribute_not_exists(pk)").send());
    }
    let winners = racers.join_all().await.into_iter().filter(Result::is_ok).count();
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn counters_count() {
    let desk = Desk::memory().await;
    for expected in 1..=6 {
        let update = desk
            .client
            .update_item()
            .table_name(TABLE)
            .key("pk", s("COUNTER"))
            .key("sk", s("T"))
            .update_expression("ADD n :one")
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::UpdatedNew);
        assert_eq!(update.send().await.unwrap().attributes().unwrap()["n"], n(expected));
    }
}

#[tokio::test]
async fn transactions_are_whole_and_idempotent_by_token() {
    let desk = Desk::memory().await;
    let write = || desk.client.transact_write_items().client_request_token("token-1");
    let twice = || {
        write()
            .transact_items(create(ticket(1)))
            .transact_items(create(ticket(2)))
            .transact_items(count_up("X"))
            .send()
    };
    twice().await.unwrap();
    twice().await.unwrap();
    assert_eq!(counter(&desk, "X").await, Some(n(1)));
    let other =
        write().transact_items(create(ticket(3))).send().await.unwrap_err().into_service_error();
    assert!(other.is_idempotent_parameter_mismatch_exception(), "{other:?}");

    let failing = desk
        .client
        .transact_write_items()
        .transact_items(create(ticket(4)))
        .transact_items(create(ticket(1)));
    let error =
        failing.transact_items(count_up("X")).send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = &error else {
        panic!("{error:?}");
    };
    let reasons: Vec<_> =
        cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(reasons, ["None", "ConditionalCheckFailed", "None"]);
    let fourth = desk
        .client
        .get_item()
        .table_name(TABLE)
        .key("pk", s("TICKET#00004"))
        .key("sk", s("TICKET"));
    assert!(fourth.send().await.unwrap().item.is_none());
    assert_eq!(counter(&desk, "X").await, Some(n(1)));
}

#[tokio::test]
async fn sixteen_writers_lose_nothing() {
    let desk = Desk::memory().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..16 {
        let client = desk.client.clone();
        writers.spawn(async move {
            for i in 0..25 {
                let item = HashMap::from([
                    ("pk".into(), s(format!("W#{writer}"))),
                    ("sk".into(), s(format!("{i}"))),
                ]);
                let write = client
                    .transact_write_items()
                    .transact_items(create(item))
                    .transact_items(count_up("C"));
                write.send().await.unwrap();
            }
        });
    }
    writers.join_all().await;
    assert_eq!(counter(&desk, "C").await, Some(n(400)));
}

#[tokio::test]
async fn batches_indexes_and_pages() {
    let desk = Desk::memory().await;
    for chunk in (10..250).collect::<Vec<_>>().chunks(25) {
        let put = |i: &usize| PutRequest::builder().set_item(Some(ticket(*i))).build().unwrap();
        let writes =
            chunk.iter().map(|i| WriteRequest::builder().put_request(put(i)).build()).collect();
        let written =
            desk.client.batch_write_item().request_items(TABLE, writes).send().await.unwrap();
        assert!(written.unprocessed_items().is_none_or(HashMap::is_empty));
    }
    let pages = desk
        .client
        .query()
        .table_name(TABLE)
        .index_name("gsi2")
        .key_condition_expression("gsi2pk = :p AND begins_with(gsi2sk, :b)")
        .expression_attribute_values(":p", s("STATUS#open"))
        .expression_attribute_values(":b", s("0"))
        .filter_expression("attribute_exists(title)")
        .scan_index_forward(false)
        .limit(50)
        .into_paginator()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .unwrap();
    assert!(pages.len() >= 5);
    let keys: Vec<_> = pages
        .iter()
        .flat_map(|page| page.items())
        .map(|item| item["gsi2sk"].as_s().unwrap().clone())
        .collect();
    assert_eq!(keys.len(), 240);
    assert!(keys.is_sorted_by(|a, b| a > b));

    let keys = (10..110).map(|i| {
        HashMap::from([("pk".into(), s(format!("TICKET#{i:05}"))), ("sk".into(), s("TICKET"))])
    });
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.collect())).build().unwrap();
    let got = desk.client.batch_get_item().request_items(TABLE, keys).send().await.unwrap();
    assert_eq!(got.responses().unwrap()[TABLE].len(), 100);
}

#[tokio::test]
async fn limits_are_dynamodbs() {
    let desk = Desk::memory().await;
    let big = "x".repeat(300_000);
    for i in 0..8 {
        let put = desk
            .client
            .put_item()
            .table_name(TABLE)
            .item("pk", s("BIG"))
            .item("sk", s(format!("{i}")));
        put.item("d", s(&big)).send().await.unwrap();
    }
    let query = desk.client.query().table_name(TABLE).key_condition_expression("pk = :p");
    let query = query
        .expression_attribute_values(":p", s("BIG"))
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let page = query.send().await.unwrap();
    assert!(page.last_evaluated_key().is_some() && page.count() < 8);
    assert!(page.consumed_capacity().is_some());
    let over = desk.client.put_item().table_name(TABLE).item("pk", s("BIG")).item("sk", s("over"));
    let refused = over.item("d", s("y".repeat(410_000))).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
}

#[tokio::test]
async fn mistakes_are_refused_typed() {
    let desk = Desk::memory().await;
    let unused = desk
        .client
        .query()
        .table_name(TABLE)
        .key_condition_expression("pk = :p")
        .expression_attribute_values(":p", s("x"))
        .expression_attribute_values(":unused", s("x"));
    assert_eq!(unused.send().await.unwrap_err().code(), Some("ValidationException"));
    let reserved = desk
        .client
        .update_item()
        .table_name(TABLE)
        .key("pk", s("a"))
        .key("sk", s("b"))
        .update_expression("SET name = :x")
        .expression_attribute_values(":x", s("b"));
    assert_eq!(reserved.send().await.unwrap_err().code(), Some("ValidationException"));
    let absent = desk.client.get_item().table_name("NOPE").key("pk", s("a"));
    assert!(
        absent.send().await.unwrap_err().into_service_error().is_resource_not_found_exception()
    );
    let empty = desk
        .client
        .put_item()
        .table_name(TABLE)
        .item("pk", s("a"))
        .item("sk", s("b"))
        .item("gsi1pk", s(""));
    assert_eq!(empty.send().await.unwrap_err().code(), Some("ValidationException"));
    let sets = desk.client.put_item().table_name(TABLE).item("pk", s("a")).item("sk", s("b"));
    let sets = sets.item("set", AttributeValue::Ss(Vec::new()));
    assert_eq!(sets.send().await.unwrap_err().code(), Some("ValidationException"));
    let unknown = desk.client.list_backups().send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("SerializationException"));
}

#[tokio::test]
async fn streams_are_read_from_the_start_and_after_a_record() {
    let desk = Desk::memory().await;
    for text in ["one", "two", "three"] {
        desk.put("a", text).await;
    }
    let listed = desk.streams.list_streams().table_name(TABLE).send().await.unwrap();
    let arn = listed.streams()[0].stream_arn().unwrap();
    let described = desk.streams.describe_stream().stream_arn(arn).send().await.unwrap();
    let shards = described.stream_description().unwrap().shards();
    assert_eq!(shards.len(), 1);
    let from = |kind, after: Option<String>| {
        let shard = shards[0].shard_id().unwrap();
        let start = desk.streams.get_shard_iterator().stream_arn(arn).shard_id(shard);
        let start = start.shard_iterator_type(kind).set_sequence_number(after).send();
        async {
            let iterator = start.await.unwrap().shard_iterator;
            let read = desk.streams.get_records().set_shard_iterator(iterator).send().await;
            read.unwrap().records.unwrap_or_default()
        }
    };
    let all = from(ShardIteratorType::TrimHorizon, None).await;
    assert_eq!(all.len(), 3);
    let change = all[0].dynamodb().unwrap();
    assert!(change.new_image().is_some() && change.old_image().is_none());
    let first = change.sequence_number().map(str::to_owned);
    assert_eq!(from(ShardIteratorType::AfterSequenceNumber, first).await.len(), 2);
    assert_eq!(from(ShardIteratorType::Latest, None).await.len(), 0);
}

#[tokio::test]
async fn a_file_is_found_again_and_its_stream_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::over(Engine::open(folder.path()).unwrap()).await;
    desk.client.transact_write_items().transact_items(count_up("C")).send().await.unwrap();
    let again = Desk::again(Engine::open(folder.path()).unwrap());
    assert_eq!(counter(&again, "C").await, Some(n(1)));
    assert_eq!(again.streams.list_streams().send().await.unwrap().streams().len(), 1);
}

/// The statement is the engine's own, as its source has it.
#[tokio::test]
async fn a_write_does_not_read_the_whole_stream_table() {
    let folder = tempfile::tempdir().unwrap();
    let _desk = Desk::over(Engine::open(folder.path()).unwrap()).await;
    let connection = rusqlite::Connection::open(folder.path().join("dynamodb.sqlite")).unwrap();
    let plan = |statement: &str| {
        let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let steps = explained.query_map([], |row| row.get::<_, String>("detail")).unwrap();
        steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
    };
    for statement in [
        "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'desk'",
        "SELECT event_name FROM _stream_records WHERE table_name = 'desk' AND shard_id = 'x' AND CAST(sequence_number AS INTEGER) > 7 \
         ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 100",
        "DELETE FROM _stream_records WHERE table_name = 'desk' AND CAST(sequence_number AS INTEGER) < 7",
    ] {
        let plan = plan(statement);
        assert!(plan.contains("bellhop_stream_position (table_name=?"), "{statement}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{statement}: {plan}");
    }
    let journal: String =
        connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(journal, "wal");
}

#[tokio::test(start_paused = true)]
async fn faults_are_met_as_the_sdk_meets_them() {
    let desk = Desk::memory().await;
    let write = || {
        desk.client
            .transact_write_items()
            .transact_items(count_up("F"))
            .client_request_token("same")
    };
    let faults = desk.engine.faults();
    faults.fail_next(2, Failure::Throttle);
    write().send().await.unwrap();
    faults.fail_next(100, Failure::Internal);
    assert_eq!(write().send().await.unwrap_err().code(), Some("InternalServerError"));
    faults.fail_next(100, Failure::Throttle);
    assert_eq!(
        write().send().await.unwrap_err().code(),
        Some("ProvisionedThroughputExceededException")
    );
    faults.clear();

    let written = desk.engine.written();
    faults.lose_answers(1.0, 1);
    let lost = desk
        .client
        .update_item()
        .table_name(TABLE)
        .key("pk", s("COUNTER"))
        .key("sk", s("L"))
        .update_expression("SET n = :one")
        .expression_attribute_values(":one", n(1))
        .send()
        .await;
    assert!(lost.is_err());
    faults.clear();
    assert_eq!(counter(&desk, "L").await, Some(n(1)));
    assert!(written.has_changed().unwrap());

    faults.delay(Duration::from_secs(3));
    let before = tokio::time::Instant::now();
    counter(&desk, "L").await;
    assert!(before.elapsed() >= Duration::from_secs(3));
}

const CRASHING: &str = "BELLHOP_TEST_CRASHING";

/// Not a test of its own: the process that the next one kills, writing until then.
#[tokio::test]
#[ignore = "run by acknowledged_writes_survive_a_kill"]
async fn writes_until_killed() {
    let Ok(folder) = std::env::var(CRASHING) else {
        return;
    };
    let desk = Desk::over(Engine::open(folder.as_ref()).unwrap()).await;
    for i in 0.. {
        let pair = ["a", "b"].map(|side| {
            HashMap::from([("pk".into(), s(format!("{side}{i}"))), ("sk".into(), s("1"))])
        });
        let [a, b] = pair.map(create);
        desk.client
            .transact_write_items()
            .transact_items(a)
            .transact_items(b)
            .send()
            .await
            .unwrap();
        eprintln!("acknowledged {i}");
    }
}

#[tokio::test]
async fn acknowledged_writes_survive_a_kill() {
    use std::io::BufRead;
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writes_until_killed", "--ignored", "--nocapture"])
        .env(CRASHING, folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(child.stderr.take().unwrap()).lines();
    let acknowledged =
        lines.map_while(Result::ok).filter(|line| line.contains("acknowledged")).take(60).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(acknowledged, 60);

    let desk = Desk::again(Engine::open(folder.path()).unwrap());
    for i in 0..70 {
        let mut there = Vec::new();
        for side in ["a", "b"] {
            let get = desk
                .client
                .get_item()
                .table_name(TABLE)
                .key("pk", s(format!("{side}{i}")))
                .key("sk", s("1"));
            there.push(get.send().await.unwrap().item.is_some());
        }
        assert_eq!(there[0], there[1], "pair {i} is torn");
        assert!(there[0] || i >= acknowledged, "pair {i} is lost");
    }
}
