//! Everything may come more than once, also at the same moment: mails, events, commands, calls. One
//! of them counts, and all of them are answered.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Desk, SUPPORT, Smtp, invariants, letter};

/// How often the same thing comes at once.
const TIMES: u32 = 5;

#[tokio::test]
async fn the_same_mail_five_times_at_once_is_one_ticket() {
    let desk = Desk::start().await;
    let raw = letter("ana@example.org", SUPPORT, "Badge lost", "Somewhere in town.");
    let mut sending = JoinSet::new();
    for _ in 0..TIMES {
        let (address, raw) = (desk.smtp_address(), raw.clone());
        sending.spawn(async move {
            let mut smtp = Smtp::connect(address).await?;
            smtp.send("ana@example.org", SUPPORT, &raw).await
        });
    }
    for reply in sending.join_all().await {
        let reply = reply.expect("the door answers");
        assert!(reply.starts_with("250"), "{reply}");
    }
    desk.settle().await;
    let number = desk.only_ticket().await["number"].clone();
    let mut outcomes: Vec<Value> =
        desk.ledger("email").await.iter().map(|l| json!([l["outcome"], l["number"]])).collect();
    outcomes.sort_by_key(Value::to_string);
    let mut expected = vec![json!(["duplicate", number]); 4];
    expected.push(json!(["ticket", number]));
    assert_eq!(outcomes, expected);
    assert_eq!(desk.mails_to("ana@example.org", 0).await.len(), 1, "one receipt");

    desk.smtp().await.send("ana@example.org", SUPPORT, &raw).await.expect("the door answers");
    desk.settle().await;
    desk.only_ticket().await;
    assert_eq!(desk.ledger("email").await.last().expect("a line")["outcome"], "duplicate");
    invariants(&desk).await;
}

#[tokio::test]
async fn the_same_slash_command_five_times_at_once_is_one_ticket() {
    let desk = Desk::start().await;
    let ana = desk.slack("U0ANA");
    let ask = |_| {
        let ana = ana.clone();
        async move { ana.ticket_by("the tap drips", "398738663015.47445629121").await }
    };
    all_at_once((0..TIMES).map(ask)).await;
    desk.settle().await;
    let first = desk.only_ticket().await;
    let again = ask(0).await;
    assert!(again.text.contains(&format!("#{}", first["number"])), "{}", again.text);
    desk.only_ticket().await;
    ana.ticket("the tap drips").await.expect(200);
    assert_eq!(
        desk.tickets().await.len(),
        2,
        "the same words by another command are another ticket"
    );
    invariants(&desk).await;
}

#[tokio::test]
async fn the_same_discord_interaction_five_times_at_once_is_one_ticket() {
    let desk = Desk::start().await;
    let ana = desk.discord("115590097100865541");
    let ask = |_| {
        let ana = ana.clone();
        async move { ana.ticket_by("open", &[("title", "no light")], "938421734825140999").await }
    };
    all_at_once((0..TIMES).map(ask)).await;
    desk.settle().await;
    desk.only_ticket().await;
    invariants(&desk).await;
}

#[tokio::test]
async fn the_same_key_five_times_at_once_is_one_ticket_and_one_answer() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let body = json!({ "title": "A second screen", "description": "For the corner." });
    let ask = |_| {
        let (ana, body) = (ana.clone(), body.clone());
        async move { ana.post_once("/v1/tickets", "order-4711", &body).await.expect("an answer") }
    };
    let mut answers = JoinSet::new();
    (0..TIMES).map(ask).for_each(|asking| drop(answers.spawn(asking)));
    let answers: Vec<Value> =
        answers.join_all().await.into_iter().map(|answer| answer.expect(201)).collect();
    let numbers: BTreeSet<String> = answers.iter().map(|a| a["number"].to_string()).collect();
    assert_eq!(numbers.len(), 1, "{answers:#?}");
    desk.settle().await;
    desk.only_ticket().await;

    let number = answers[0]["number"].as_u64().expect("a number");
    desk.admin().act(number, "claim", json!({})).await.expect(200);
    let again = ask(0).await;
    assert_eq!(again.header("location"), format!("/v1/tickets/{number}"));
    assert_eq!(again.expect(201), answers[0], "the same answer, whatever happened since");
    let other = json!({ "title": "A third screen" });
    let refused = ana.post_once("/v1/tickets", "order-4711", &other).await.expect("an answer");
    refused.problem(422, None);
    desk.only_ticket().await;
    let by_other = desk.as_person("eve@example.org");
    let refused = by_other.post_once("/v1/tickets", "order-4711", &body).await.expect("an answer");
    assert_ne!(refused.json["number"], json!(number), "{}", refused.text);
    invariants(&desk).await;
}

#[tokio::test]
async fn a_repeated_key_does_nothing_twice_whatever_it_does() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let number = desk.as_person("ana@example.org").open("A key").await["number"].clone();
    let calls = [
        (format!("/v1/tickets/{number}/actions/claim"), json!({})),
        (format!("/v1/tickets/{number}/messages"), json!({ "body": "We are cutting a new one." })),
        (format!("/v1/tickets/{number}/actions/propose"), json!({ "solution": "Here it is." })),
        ("/v1/members".to_owned(), json!({ "email": "ben@example.com", "role": "agent" })),
    ];
    for (n, (path, body)) in calls.iter().enumerate() {
        let key = format!("key-{n}");
        let first = admin.post_once(path, &key, body).await.expect("an answer");
        assert!((200..300).contains(&first.status), "{path}: {}", first.text);
        let again = admin.post_once(path, &key, body).await.expect("an answer");
        assert_eq!((again.status, again.json), (first.status, first.json), "{path}");
    }
    let messages = admin.all(&format!("/v1/tickets/{number}/messages")).await;
    assert_eq!(messages.len(), 3, "{messages:#?}");
    let long = "k".repeat(256);
    let refused = admin.post_once("/v1/tickets", &long, &json!({ "title": "x" })).await;
    refused.expect("an answer").problem(400, None);
    invariants(&desk).await;
}

/// Asks at the same moment; every one of them is answered.
pub async fn all_at_once<F>(asking: impl Iterator<Item = F>)
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut answers = JoinSet::new();
    asking.for_each(|asking| drop(answers.spawn(asking)));
    for answer in answers.join_all().await {
        answer.expect(200);
    }
}
