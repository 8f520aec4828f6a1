//! A queue for what is nobody else's business: who sees its tickets, what its channel hears of them, and
//! where the requester is answered.

use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::{Desk, Person, Slack, invariants};

const ASKED_AT: &str = "1700000000.000100";
const HR: &str = "C0HR";
/// What is in no channel.
const SECRET: &str = "salary";

struct House {
    desk: Desk,
    ana: Slack,
    ben: Person,
    hanna: Person,
    number: u64,
}

/// Somebody asked among others what belongs into the private queue, and it was moved there.
async fn house() -> House {
    let desk = Desk::start().await;
    let ana = desk.slack("U0ANA");
    let account = desk.slack("U0BEN").account();
    let ben = hire(&desk, "ben@example.com", json!({ "name": "Ben", "slack": account })).await;
    let admin = desk.admin();
    let queue = json!({
        "id": "hr", "name": "Personnel", "private": true, "channel": format!("slack:{HR}"),
        "lead": "admin@example.com",
    });
    admin.post("/v1/queues", queue).await.expect(201);
    let hanna = json!({ "name": "Hanna", "queues": ["hr"] });
    let hanna = hire(&desk, "hanna@example.com", hanna).await;
    ana.mention("my salary is wrong", ASKED_AT, None).await.expect(200);
    desk.settle().await;
    let number = desk.only_ticket().await["number"].as_u64().expect("a number");
    let moved = json!({ "queue": "hr", "reason": "Theirs to answer." });
    admin.act(number, "transfer", moved).await.expect(200);
    desk.settle().await;
    House { desk, ana, ben, hanna, number }
}

/// What was posted somewhere in Slack, oldest first.
async fn posted(desk: &Desk, to: &str) -> Vec<Value> {
    desk.settle().await;
    let mut outbox = desk.outbox_since(0).await;
    let here = |item: &Value| item["kind"] == "slack" && item["to"] == to;
    outbox.retain(|item| here(item) && item["method"] != "reactions.add");
    outbox
}

#[tokio::test]
async fn what_is_private_is_seen_by_those_who_look_after_it_alone() {
    let House { desk, ben, hanna, number, .. } = house().await;
    assert_eq!(desk.admin().get("/v1/queues/hr").await.expect(200)["private"], true);
    let path = format!("/v1/tickets/{number}");
    ben.get(&path).await.problem(404, None);
    ben.get(&format!("{path}/messages")).await.problem(404, None);
    ben.act(number, "claim", json!({})).await.problem(404, None);
    assert!(ben.all("/v1/tickets?queue=hr").await.is_empty(), "nor in a list");
    assert!(ben.all("/v1/tickets").await.is_empty(), "nor in the list of all");
    let shown = desk.slack("U0BEN").ticket(&format!("show {number}")).await;
    assert!(!shown.text.contains(SECRET), "{}", shown.text);
    let found = desk.slack("U0BEN").ticket(&format!("search {SECRET}")).await;
    assert!(!found.text.contains(&format!("#{number}")), "{}", found.text);

    assert!(
        hanna.get(&path).await.expect(200)["title"].as_str().is_some_and(|t| t.contains(SECRET))
    );
    assert_eq!(hanna.all("/v1/tickets?queue=hr").await.len(), 1);
    // Whoever is given it sees it, wherever they work.
    hanna.act(number, "assign", json!({ "to": "ben@example.com" })).await.expect(200);
    ben.get(&path).await.expect(200);
    invariants(&desk).await;
}

#[tokio::test]
async fn its_channel_hears_that_it_is_there_and_the_requester_is_answered_alone() {
    let House { desk, ana, hanna, number, .. } = house().await;
    let path = format!("/v1/tickets/{number}/messages");
    let said = posted(&desk, "C0GENERAL").await.len();
    hanna.act(number, "claim", json!({})).await.expect(200);
    hanna.post(&path, json!({ "body": "Your salary comes on Friday." })).await.expect(201);
    desk.settle().await;
    hanna.post(&path, json!({ "body": "All of the salary." })).await.expect(201);
    let note = json!({ "body": "The salary of May.", "visibility": "internal" });
    hanna.post(&path, note).await.expect(201);
    desk.advance("PT3H").await;

    let card = posted(&desk, HR).await;
    assert!(!card.is_empty(), "the channel hears of it");
    for heard in &card {
        let text = heard["body"].to_string();
        assert!(
            !text.contains(SECRET) && !text.contains("Uana") && !text.contains("U0ana"),
            "{text}"
        );
    }
    let text = card[0]["body"].to_string();
    assert!(text.contains("Private request") && text.contains("🔒"), "{text}");

    let public = posted(&desk, "C0GENERAL").await;
    assert_eq!(public.len(), said, "nothing more where everybody reads: {public:#?}");
    let alone: Vec<Value> = posted(&desk, "U0ANA").await;
    let answers = |items: &[Value]| {
        items.iter().filter(|item| item["body"].to_string().contains(SECRET)).count()
    };
    assert!(answers(&alone) >= 1, "{alone:#?}");
    let outbox = desk.outbox_since(0).await;
    let second = outbox.iter().find(|item| item["body"].to_string().contains("All of the salary"));
    let second = second.expect("the second answer left");
    assert!(second["body"]["thread_ts"].is_string(), "below the first one: {second:#}");

    // What she says there belongs to it, and stays there.
    let channel = second["to"].as_str().expect("a channel").to_owned();
    let thread = second["body"]["thread_ts"].as_str().expect("a thread");
    let thanks = ana.says(&channel, "1700000900.000200", Some(thread), "I trust my salary then");
    ana.say(&thanks).await.expect(200);
    desk.settle().await;
    let messages = hanna.all(&path).await;
    assert!(messages.iter().any(|said| said["body"] == "I trust my salary then"), "{messages:#?}");
    let text = json!(posted(&desk, HR).await).to_string();
    assert!(!text.contains(SECRET), "{text}");
    invariants(&desk).await;
}
