//! Storage that is slow, too busy, broken, silent after it did its work, or late in its indexes: each
//! of them between the SDK and the engine, and what people and scripts see of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::doors::hire;
use crate::harness::{Answer, Desk, Person, invariants, invariants_despite, setting};

/// More than the SDK tries by itself.
const MANY: u32 = 40;

/// Calls until it is answered with a success, as a careful script does: the same key every time.
async fn persist(person: &Person, path: &str, key: &str, body: &Value) -> Answer {
    for attempt in 0..200u64 {
        let answer = person.post_once(path, key, body).await;
        match answer {
            Ok(answer) if answer.status < 300 => return answer,
            Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text),
            Err(error) => println!("no answer: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(5 * (attempt % 10))).await;
    }
    panic!("{path} was never answered");
}

#[tokio::test]
async fn slow_storage_makes_slow_answers_and_nothing_else() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    ana.open("Warm").await;
    desk.faults(json!({ "delay": "PT0.4S" })).await;
    let asked = Instant::now();
    let number = ana.open("A slow one").await["number"].as_u64().expect("a number");
    assert!(asked.elapsed() >= Duration::from_millis(400));
    desk.mail("bo@example.org", "By mail", "As slow.").await;
    desk.faults(json!({})).await;
    desk.settle().await;
    assert_eq!(ana.ticket(number).await["title"], "A slow one");
    assert_eq!(desk.tickets().await.len(), 3);
    invariants(&desk).await;
}

/// A message for somebody without chat changes lanes on its way, from chat to mail. Slow storage keeps
/// it on its way for long: rest must not be found meanwhile, whenever it is asked for.
#[tokio::test]
async fn a_desk_at_rest_has_sent_what_changes_lanes() {
    let desk = Desk::start().await;
    let ticket = desk.as_person("ana@example.org").open("A slow one").await;
    let number = ticket["number"].as_u64().expect("a number");
    let agents: Vec<String> = (0..16).map(|agent| format!("agent{agent}@example.com")).collect();
    for agent in &agents {
        hire(&desk, agent, json!({})).await;
    }
    desk.faults(json!({ "delay": "PT0.02S" })).await;
    for (agent, wait) in agents.iter().zip((130..).step_by(15)) {
        desk.admin().act(number, "assign", json!({ "to": agent })).await.expect(200);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        desk.settle().await;
        let mut mails = desk.mails_to(agent, 0).await.into_iter();
        assert!(mails.any(|mail| mail.to_string().contains("is yours")), "{agent} was not told");
    }
    desk.faults(json!({})).await;
    invariants(&desk).await;
}

#[tokio::test]
async fn a_storage_that_refuses_a_little_is_not_noticed() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    for fault in [json!({ "throttle": 2 }), json!({ "fail": 2 })] {
        desk.faults(fault.clone()).await;
        ana.open(&fault.to_string()).await;
    }
    desk.settle().await;
    assert_eq!(desk.tickets().await.len(), 2);
    invariants(&desk).await;
}

#[tokio::test]
async fn a_storage_that_refuses_everything_is_said_plainly_and_changes_nothing() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let number = ana.open("Before").await["number"].as_u64().expect("a number");
    let before = ana.ticket(number).await;
    for (n, fault) in ["throttle", "fail"].into_iter().enumerate() {
        desk.faults(json!({ fault: MANY })).await;
        let body = json!({ "title": fault });
        let refused = ana.post_once("/v1/tickets", &format!("key-{n}"), &body).await;
        let refused = refused.expect("an answer");
        assert!(!refused.header("retry-after").is_empty(), "{:?}", refused.headers);
        refused.problem(503, None);
        let health = desk.http().get(format!("{}/healthz", desk.base())).send().await;
        assert_eq!(health.expect("an answer").status().as_u16(), 503, "and the desk says so");
        desk.faults(json!({})).await;
        assert_eq!(ana.ticket(number).await, before);
        persist(&ana, "/v1/tickets", &format!("key-{n}"), &body).await.expect(201);
        assert_eq!(desk.tickets().await.len(), n + 2, "one, and not two");
    }
    // Mail is taken all the same: its bytes are safe before the table is asked.
    desk.faults(json!({ "fail": 8 })).await;
    desk.mail("bo@example.org", "In between", "Kept.").await;
    desk.settle().await;
    assert_eq!(desk.ledger("email").await.len(), 1);
    // What was sent just before storage refused to hear of it is sent again.
    invariants_despite(&desk, 3).await;
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_no_second_ticket() {
    let desk = Desk::start().await;
    desk.faults(json!({ "lose_answers": 0.4, "seed": 7 })).await;
    let ana = desk.as_person("ana@example.org");
    let mut numbers = BTreeSet::new();
    for n in 0..8 {
        let body = json!({ "title": format!("Number {n}") });
        let made = persist(&ana, "/v1/tickets", &format!("key-{n}"), &body).await.expect(201);
        numbers.insert(made["number"].as_u64().expect("a number"));
    }
    desk.faults(json!({})).await;
    desk.settle().await;
    let found: BTreeSet<u64> =
        desk.tickets().await.iter().filter_map(|ticket| ticket["number"].as_u64()).collect();
    assert_eq!(found, numbers);
    assert_eq!(numbers.len(), 8);
    invariants(&desk).await;
}

#[tokio::test]
async fn an_index_that_lags_hides_nothing_and_repeats_nothing() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let urgent = json!({ "title": "The shop is down", "priority": "urgent" });
    let first = ana.post("/v1/tickets", urgent.clone()).await.expect(201);
    let number = first["number"].as_u64().expect("a number");
    let due = first["sla"]["first_response"]["due_at"].as_str().expect("a moment").to_owned();
    let due: jiff::Timestamp = due.parse().expect("a moment");
    // Everything up to ten seconds before the breach, with the index in order.
    desk.set_clock(due - jiff::SignedDuration::from_secs(10)).await;
    desk.faults(json!({ "stale_indexes": true })).await;
    let hidden = ana.post("/v1/tickets", urgent).await.expect(201);
    assert_eq!(desk.tickets().await.len(), 2, "the newest first goes by the numbers themselves");
    assert_eq!(
        ana.ticket(hidden["number"].as_u64().expect("a number")).await["status"],
        hidden["status"]
    );
    // The index goes on saying that the first ticket is due, however often it is ticked.
    desk.advance("PT20S").await;
    let breaches = async || {
        let events = desk.admin().all(&format!("/v1/tickets/{number}/events")).await;
        let is_breach = |event: &&Value| {
            event["type"] == "alarm_raised" && event["due"].as_str() == Some(&due.to_string())
        };
        events.iter().filter(is_breach).count()
    };
    assert_eq!(breaches().await, 1);
    desk.faults(json!({})).await;
    desk.advance("PT5M").await;
    assert_eq!(breaches().await, 1);
    let queue = desk.admin().all("/v1/tickets?queue=support&sort=due").await;
    assert_eq!(queue.len(), 2, "the index has caught up");
    invariants(&desk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_workers_on_ten_tickets_lose_nothing_and_double_nothing() {
    const WORKERS: u64 = 16;
    // Each command through the whole program; the store alone is raced by 16 times 50 in its own
    // tests.
    let commands = setting("BELLHOP_COMMANDS").map_or(Some(6), |text| text.parse().ok());
    let commands: u64 = commands.expect("BELLHOP_COMMANDS is a number");
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let mut tickets = Vec::new();
    for n in 0..10 {
        tickets.push(ana.open(&format!("Ticket {n}")).await["number"].as_u64().expect("a number"));
    }
    desk.faults(json!({ "lose_answers": 0.1, "seed": 42 })).await;
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let (admin, tickets) = (desk.admin(), tickets.clone());
        workers.spawn(async move {
            let mut said = Vec::new();
            for n in 0..commands {
                let number = tickets[usize::try_from(worker * 7 + n).unwrap_or(0) % tickets.len()];
                let words = format!("worker {worker:02} says {n:02}");
                let body = json!({ "body": words, "visibility": "internal" });
                let path = format!("/v1/tickets/{number}/messages");
                persist(&admin, &path, &words, &body).await.expect(201);
                said.push((number, words));
            }
            said
        });
    }
    let said: Vec<(u64, String)> = workers.join_all().await.into_iter().flatten().collect();
    desk.faults(json!({})).await;
    assert_eq!(said.len() as u64, WORKERS * commands);
    let mut found: BTreeMap<(u64, String), usize> = BTreeMap::new();
    for number in &tickets {
        for message in desk.admin().all(&format!("/v1/tickets/{number}/messages")).await {
            let words = message["body"].as_str().unwrap_or_default().to_owned();
            *found.entry((*number, words)).or_default() += 1;
        }
    }
    let wrong: Vec<_> = said.iter().filter(|said| found.get(said) != Some(&1)).collect();
    assert!(wrong.is_empty(), "not in the history exactly once: {wrong:?}");
    invariants(&desk).await;
}

#[tokio::test]
async fn editing_several_fields_happens_at_once_or_not_at_all() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let number = ana.open("A cable").await["number"].as_u64().expect("a number");
    let before = ana.ticket(number).await;
    let path = format!("/v1/tickets/{number}");
    // The last of them is refused: only staff transfers.
    let edit = json!({ "title": "Another cable", "queue": "support", "priority": "high" });
    let patched = desk.admin().patch(&path, edit).await.expect(200);
    assert_eq!(
        (&patched["title"], &patched["priority"]),
        (&json!("Another cable"), &json!("high"))
    );
    let version = |ticket: &Value| ticket["version"].as_u64().expect("a version");
    assert!(version(&patched) > version(&before));
    let stale = desk.admin().request(Method::PATCH, &path).header("if-match", "\"1\"");
    let stale = Answer::to(stale.json(&json!({ "title": "A", "tags": ["b"] }))).await;
    stale.expect("an answer").problem(412, None);
    assert_eq!(desk.admin().ticket(number).await, patched, "nothing of it was done");
    invariants(&desk).await;
}
