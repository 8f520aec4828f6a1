//! Slack and Discord hang up after three seconds. However slow storage is, they are answered by then:
//! with the result, with "working on it" and the result when it is there, or with the plain word that
//! nothing was filed. On one machine and as Lambdas.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, Aws, Desk, http, invariants, signed};

/// Where Slack and Discord hang up.
const HANG_UP: Duration = Duration::from_secs(3);
/// How slow each call of the table is.
const SLOW: Duration = Duration::from_secs(10);
/// What somebody is told whose work was handed over.
const WORKING: &str = "Working on it";
/// What somebody is told whose work was not.
const NOTHING: &str = "Nothing was filed";

/// An answer, which must have come in time.
async fn in_time<T>(answer: impl Future<Output = T>) -> T {
    let asked = Instant::now();
    let answer = answer.await;
    assert!(asked.elapsed() < HANG_UP, "answered after {:?}", asked.elapsed());
    answer
}

fn says(answer: &Answer, words: &str) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains(words), "{}", answer.text);
}

/// What left by Slack's or Discord's own addresses for late answers.
async fn late_answers(desk: &Desk, method: &str) -> Vec<Value> {
    let mut left = desk.outbox_since(0).await;
    left.retain(|item| item["method"].as_str().is_some_and(|name| name.contains(method)));
    left
}

#[tokio::test]
async fn slow_storage_is_answered_in_time_and_the_work_follows() {
    let desk = Desk::start().await;
    let (ana, bo) = (desk.slack("U0ANA"), desk.discord("115590097100865541"));
    desk.faults(json!({ "delay": "PT10S" })).await;
    let (slack, discord) = tokio::join!(
        in_time(ana.ticket("the badge reader is dark")),
        in_time(bo.ticket("open", &[("title", "no light")])),
    );
    says(&slack, WORKING);
    // Type 5: "thinking …", for whoever asked alone.
    assert_eq!(discord.json, json!({ "type": 5, "data": { "flags": 64 } }), "{}", discord.text);
    let mention = in_time(ana.mention("the tap drips", "1700000000.000100", None)).await;
    assert_eq!((mention.status, &mention.json), (200, &json!({})));

    desk.faults(json!({})).await;
    desk.settle().await;
    let tickets = desk.tickets().await;
    let mut titles: Vec<&str> = tickets.iter().filter_map(|t| t["title"].as_str()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["no light", "the badge reader is dark", "the tap drips"]);
    let slack = late_answers(&desk, "response_url").await;
    assert_eq!(slack.len(), 1, "{slack:#?}");
    assert_eq!(
        (&slack[0]["to"], &slack[0]["body"]["response_type"]),
        (&json!("U0ANA"), &json!("ephemeral"))
    );
    assert!(slack[0]["body"].to_string().contains("the badge reader is dark"), "{:#}", slack[0]);
    let discord = late_answers(&desk, "@original").await;
    assert_eq!(discord.len(), 1, "{discord:#?}");
    assert!(discord[0]["body"].to_string().contains("no light"), "{:#}", discord[0]);
    invariants(&desk).await;
}

#[tokio::test]
async fn a_button_pressed_while_storage_is_slow_works_later() {
    let desk = Desk::start().await;
    let (ana, bo) = (desk.slack("U0ANA"), desk.discord("115590097100865541"));
    let agent = json!({ "email": "agent@example.com", "role": "agent",
        "slack": ana.account(), "discord": bo.account() });
    desk.admin().post("/v1/members", agent).await.expect(201);
    let kofi = desk.as_person("kofi@example.org");
    let first = kofi.open("The lamp").await["number"].as_u64().expect("a number");
    let second = kofi.open("The chair").await["number"].as_u64().expect("a number");
    desk.faults(json!({ "delay": "PT4S" })).await;
    let take = format!("t:take:{second}");
    let (slack, discord) =
        tokio::join!(in_time(ana.press("tkt.take", first)), in_time(bo.press(&take)),);
    assert_eq!((slack.status, slack.json), (200, json!({})));
    assert_eq!(discord.json["type"], 5, "{}", discord.text);
    desk.faults(json!({})).await;
    desk.settle().await;
    for number in [first, second] {
        assert_eq!(desk.admin().ticket(number).await["status"], "in_progress");
    }
    // Somebody is told where a button of theirs could not be passed on either.
    desk.faults(json!({ "delay": "PT4S", "refuse_hand_over": true })).await;
    assert_eq!(in_time(ana.press("tkt.propose", first)).await.status, 503);
    desk.faults(json!({})).await;
    let told = desk.outbox_since(0).await;
    let told =
        told.iter().any(|item| item["to"] == "U0ANA" && item["body"].to_string().contains(NOTHING));
    assert!(told, "nobody said that nothing was done");
    invariants(&desk).await;
}

#[tokio::test]
async fn storage_that_fails_is_the_same_as_slow_storage() {
    let desk = Desk::start().await;
    let ana = desk.slack("U0ANA");
    // More than the SDK tries by itself.
    desk.faults(json!({ "fail": 12 })).await;
    let answer = in_time(ana.ticket_by("the roof leaks", "trigger.1")).await;
    says(&answer, WORKING);
    desk.settle().await;
    assert_eq!(desk.only_ticket().await["title"], "the roof leaks");
    // Slack sends it once more: it is the same ticket.
    says(&ana.ticket_by("the roof leaks", "trigger.1").await, "#1");
    desk.only_ticket().await;
    invariants(&desk).await;
}

#[tokio::test]
async fn where_nobody_takes_it_over_people_are_told_that_nothing_was_filed() {
    let desk = Desk::start().await;
    let (ana, bo) = (desk.slack("U0ANA"), desk.discord("115590097100865541"));
    desk.faults(json!({ "delay": "PT10S", "refuse_hand_over": true })).await;
    let (slack, discord, mention) = tokio::join!(
        in_time(ana.ticket("the badge reader is dark")),
        in_time(bo.ticket("open", &[("title", "no light")])),
        in_time(ana.mention("the tap drips", "1700000000.000100", None)),
    );
    says(&slack, NOTHING);
    says(&discord, NOTHING);
    assert_eq!(mention.status, 503, "Slack sends it again");
    desk.faults(json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    desk.settle().await;
    assert_eq!(desk.tickets().await, Vec::<Value>::new(), "and nothing was");
    says(&ana.ticket("the badge reader is dark").await, "#1");
    invariants(&desk).await;
}

#[tokio::test]
async fn work_that_was_taken_over_outlives_a_kill() {
    let mut desk = Desk::start().await;
    desk.faults(json!({ "delay": "PT10S" })).await;
    let answer = in_time(desk.slack("U0ANA").ticket("the badge reader is dark")).await;
    says(&answer, WORKING);
    desk.restart().await;
    desk.settle().await;
    assert_eq!(desk.only_ticket().await["title"], "the badge reader is dark");
    invariants(&desk).await;
}

#[tokio::test]
async fn a_lambda_leaves_slow_work_with_itself() {
    let aws = Aws::start().await;
    // A first call each, so that what is timed is storage and not the start of a debug build.
    let mention = aws.invoke("slack", &signed::slack_event("slack-event", &[])).await;
    assert_eq!(http(&mention.expect("an answer")).0, 200);
    let ping = aws.invoke("discord", &signed::discord_event("discord-ping", &[])).await;
    assert_eq!(http(&ping.expect("an answer")).0, 200);

    aws.engine.faults().delay(SLOW);
    let hook = "https://hooks.slack.com/commands/T0BELLHOP/397700885554/96rGlfmibIGlgcZRskXaIFfN";
    let late = [(hook, format!("{}/dev/slack/response/U0KOFI", aws.chat()))];
    let slack_late = signed::slack_event("slack-command", &late);
    let answer = in_time(aws.invoke("slack", &slack_late)).await.expect("an answer");
    assert!(answer.to_string().contains(WORKING), "{answer}");
    let discord = signed::discord_event("discord-command", &[]);
    let answer = in_time(aws.invoke("discord", &discord)).await.expect("an answer");
    assert_eq!(http(&answer).1["type"], 5, "{answer}");
    aws.engine.faults().clear();
    aws.finished("slack").await;
    aws.finished("discord").await;
    let (_, tickets) = aws.rest("GET", "/v1/tickets", None).await;
    let items = tickets["items"].as_array().expect("items");
    let mut titles: Vec<&str> = items.iter().filter_map(|t| t["title"].as_str()).collect();
    titles.sort_unstable();
    let expected = [
        "no light in the stairwell",
        "the badge reader at gate 3 is dark",
        "the tap in room 12 drips",
    ];
    assert_eq!(titles, expected);
    let answers: Vec<_> = aws.outbox.since(0);
    let methods: Vec<&str> = answers.iter().filter_map(|item| item.method.as_deref()).collect();
    assert!(methods.contains(&"response_url"), "{methods:?}");
    assert!(methods.iter().any(|method| method.ends_with("@original")), "{methods:?}");

    // Lambda may hand the same work over twice.
    aws.invoke("slack", &signed::handed_over(&slack_late)).await.expect("done before");
    let (_, again) = aws.rest("GET", "/v1/tickets", None).await;
    assert_eq!(again["items"].as_array().map(Vec::len), Some(3));

    // Nobody takes it over: nothing is filed, and nobody is told otherwise.
    aws.engine.faults().delay(SLOW);
    aws.takes_work.store(false, Ordering::SeqCst);
    let other = signed::slack_event("slack-command", &[("398738663015", "398738663016".into())]);
    let answer = in_time(aws.invoke("slack", &other)).await.expect("an answer");
    assert!(answer.to_string().contains(NOTHING), "{answer}");
    aws.engine.faults().clear();
    let (_, after) = aws.rest("GET", "/v1/tickets", None).await;
    assert_eq!(after["items"].as_array().map(Vec::len), Some(3));
}
