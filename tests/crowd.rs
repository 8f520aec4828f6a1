//! Many agents on one ticket at once: whatever is answered happened, in the order of the versions, and
//! nothing happened besides.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::doors::hire;
use crate::harness::{Desk, Person, invariants};

const AGENTS: usize = 32;
/// What each agent tries, one after the other.
const TRIES: [&str; 4] = ["claim", "message", "release", "priority"];

#[tokio::test]
async fn thirty_two_agents_on_one_ticket() {
    let desk = Desk::start().await;
    let number =
        desk.as_person("ana@example.org").open("Everybody wants it").await["number"].clone();
    let number = number.as_u64().expect("a number");
    let mut agents = Vec::new();
    for n in 0..AGENTS {
        agents.push(hire(&desk, &format!("agent{n}@example.com"), json!({})).await);
    }
    let mut crowd = JoinSet::new();
    for (n, agent) in agents.into_iter().enumerate() {
        crowd.spawn(tries(agent, number, n));
    }
    let mut versions = Vec::new();
    let mut words = BTreeSet::new();
    while let Some(done) = crowd.join_next().await {
        let (seen, said) = done.expect("an agent");
        assert!(seen.is_sorted(), "an agent saw the ticket go back: {seen:?}");
        versions.extend(seen);
        words.extend(said);
    }
    assert_eq!(words.len(), AGENTS, "every message was taken");

    let admin = desk.admin();
    let events = admin.all(&format!("/v1/tickets/{number}/events")).await;
    let claims =
        |event: &&Value| ["claimed", "released"].contains(&event["type"].as_str().unwrap_or(""));
    let mut holder: Option<Value> = None;
    for event in events.iter().filter(claims) {
        match event["type"] == "claimed" {
            true => assert_eq!(holder.replace(event["by"]["id"].clone()), None, "claimed twice"),
            false => assert!(holder.take().is_some(), "released by nobody: {event}"),
        }
    }
    let said = events.iter().filter(|event| event["type"] == "agent_replied");
    assert_eq!(said.count(), AGENTS, "each message once");
    let last = admin.ticket(number).await["version"].as_u64();
    assert!(versions.iter().all(|version| Some(*version) <= last), "a version nobody wrote");
    assert_eq!(Some(events.len() as u64), last);
    invariants(&desk).await;
}

/// Tries everything once. Answers the versions seen and the words that were taken.
async fn tries(agent: Person, number: u64, n: usize) -> (Vec<u64>, Vec<String>) {
    let (mut versions, mut words) = (Vec::new(), Vec::new());
    for step in 0..TRIES.len() {
        let what = TRIES[(step + n) % TRIES.len()];
        let answer = match what {
            "message" => {
                let body = format!("I am on it, says agent {n}.");
                let path = format!("/v1/tickets/{number}/messages");
                let answer = agent.post(&path, json!({ "body": body })).await;
                assert_eq!(answer.status, 201, "{}", answer.text);
                words.push(body);
                continue;
            }
            "priority" => {
                let wanted = ["high", "low", "medium"][n % 3];
                let path = format!("/v1/tickets/{number}");
                agent.patch(&path, json!({ "priority": wanted })).await
            }
            verb => agent.act(number, verb, json!({})).await,
        };
        match answer.status {
            200 => versions.extend(answer.json["version"].as_u64()),
            status => assert_eq!(status, 409, "{what}: {}", answer.text),
        }
    }
    (versions, words)
}
