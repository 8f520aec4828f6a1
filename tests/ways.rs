//! A queue's own ways: what its statuses are called, and where its tickets may not go.

use serde_json::json;

use crate::doors::hire;
use crate::harness::{Desk, invariants};

const BEN: &str = "ben@example.com";

#[tokio::test]
async fn a_queue_has_its_own_words_and_forbids_what_it_does_not_want() {
    let desk = Desk::start().await;
    let (admin, ana, kim) = (desk.admin(), desk.as_person("ana@example.org"), desk.slack("U0KIM"));
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let path = "/v1/queues/support";
    for (body, field) in [
        (json!({ "labels": { "cooking": { "agents": "x" } } }), "labels.cooking"),
        (json!({ "labels": { "new": { "agents": "x".repeat(41) } } }), "labels.new.agents"),
        (json!({ "forbidden": ["closed -> new"] }), "forbidden[0]"),
        (json!({ "forbidden": ["on hold"] }), "forbidden[0]"),
    ] {
        admin.patch(path, body).await.problem(422, Some(field));
    }
    let kitchen = json!({ "agents": "Cooking", "requesters": "In the kitchen" });
    let ways = json!({
        "labels": { "in_progress": kitchen },
        "forbidden": ["in_progress -> on_hold", "resolved -> in_progress"],
    });
    let queue = admin.patch(path, ways.clone()).await.expect(200);
    assert_eq!(json!({ "labels": queue["labels"], "forbidden": queue["forbidden"] }), ways);
    let text = admin.get("/v1/config").await.text;
    let line =
        "labels = { in_progress = { agents = \"Cooking\", requesters = \"In the kitchen\" } }";
    assert!(text.contains(line), "{text}");

    let n = ana.open("Soup").await["number"].as_u64().expect("a number");
    let claimed = ben.act(n, "claim", json!({})).await.expect(200);
    assert_eq!(
        json!([claimed["status"], claimed["status_label"]]),
        json!(["in_progress", "Cooking"])
    );
    assert_eq!(ana.ticket(n).await["status_label"], "In the kitchen");
    let hold = json!({ "reason": "The pot is gone." });
    let refused = ben.act(n, "hold", hold.clone()).await;
    assert!(refused.text.contains("from \\\"Cooking\\\" to \\\"On hold\\\""), "{}", refused.text);
    refused.problem(409, None);
    admin.act(n, "hold", hold).await.problem(409, None);
    ben.act(n, "propose", json!({ "solution": "Served." })).await.expect(200);
    ana.act(n, "confirm", json!({})).await.expect(200);
    ana.act(n, "reopen", json!({})).await.problem(409, None);
    // What a requester writes is heard, whatever the queue forbids.
    let body = json!({ "body": "There is a hair in it." });
    ana.post(&format!("/v1/tickets/{n}/messages"), body).await.expect(201);
    assert_eq!(ana.ticket(n).await["status"], "in_progress");

    kim.ticket("Tea for two").await.expect(200);
    let tea = desk.tickets().await.iter().filter_map(|ticket| ticket["number"].as_u64()).max();
    let tea = tea.expect("a number");
    ben.act(tea, "claim", json!({})).await.expect(200);
    let card = kim.ticket(&format!("show {tea}")).await;
    assert!(card.text.contains("In the kitchen"), "{}", card.text);
    admin.patch(path, json!({ "labels": null, "forbidden": [] })).await.expect(200);
    assert_eq!(ana.ticket(n).await["status_label"], "Being worked on");
    invariants(&desk).await;
}
