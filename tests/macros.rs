//! Macros and prepared answers: whose they are, what they would say, and that they do all or nothing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::configuration::sent;
use crate::doors::hire;
use crate::harness::{Desk, Person, invariants};

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.com";
const EVE: &str = "eve@example.com";

async fn names(who: &Person) -> Vec<Value> {
    who.all("/v1/macros").await.iter().map(|one| one["id"].clone()).collect()
}

#[tokio::test]
async fn a_macro_does_all_of_it_or_nothing_and_is_for_whom_it_is_for() {
    let desk = Desk::start().await;
    let (admin, ana) = (desk.admin(), desk.as_person(ANA));
    let ben = hire(&desk, BEN, json!({ "name": "Ben Boateng", "queues": ["support"] })).await;
    let eve = hire(&desk, EVE, json!({ "name": "Eve", "queues": [] })).await;
    let ask = json!({
        "id": "which-one",
        "name": "Which one?",
        "then": [
            { "do": "claim" },
            { "do": "add_tags", "tags": ["unclear"] },
            { "do": "await", "words": "Hello {{requester.first_name}}, which one? {{agent.name}}" },
        ],
    });
    ben.post("/v1/macros", ask.clone()).await.problem(403, None);
    ana.get("/v1/macros").await.problem(403, None);
    let made = admin.post("/v1/macros", ask).await;
    assert_eq!(made.header("location"), "/v1/macros/which-one");
    assert_eq!(made.expect(201)["scope"], "global");
    let team = json!({
        "id": "hand-on", "queue": "support",
        "then": [{ "do": "note", "words": "{{queue.name}}: {{ticket.title}}" }],
    });
    admin.post("/v1/macros", team).await.expect(201);
    let words = "Thank you, {{requester.name}}. {{agent.name}}, {{requester.email}}";
    let own = json!({
        "id": "thanks", "scope": "personal", "then": [{ "do": "reply", "words": words }],
    });
    ben.post("/v1/macros", own.clone()).await.expect(201);
    ben.post("/v1/macros", own).await.problem(409, None);
    let wrong = json!({ "id": "x", "then": [{ "do": "reply", "words": "{{nobody}}" }] });
    ben.post("/v1/macros", wrong).await.problem(422, Some("then[0].words"));

    assert_eq!(names(&ben).await, ["thanks", "which-one", "hand-on"]);
    assert_eq!(names(&eve).await, ["which-one"]);
    eve.get("/v1/macros/thanks").await.problem(404, None);
    admin.get("/v1/macros/thanks").await.problem(404, None);
    assert!(
        !admin.get("/v1/config").await.text.contains("thanks"),
        "one's own is no configuration"
    );

    let n = ana.open("My chair").await["number"].as_u64().expect("a number");
    let path = format!("/v1/macros/which-one/preview?ticket={n}");
    let preview = ben.get(&path).await.expect(200);
    assert_eq!(preview["then"][2]["words"], "Hello Ana, which one? Ben Boateng");
    ana.post(&format!("/v1/tickets/{n}/macros/which-one"), json!({})).await.problem(403, None);
    eve.post(&format!("/v1/tickets/{n}/macros/hand-on"), json!({})).await.problem(404, None);
    let before = admin.ticket(n).await["version"].as_u64().expect("a version");
    let applied = ben.post(&format!("/v1/tickets/{n}/macros/which-one"), json!({})).await;
    let applied = applied.expect(200);
    let stands = json!([applied["status"], applied["assignee"]["email"], applied["tags"]]);
    assert_eq!(stands, json!(["awaiting_requester", BEN, ["unclear"]]));
    let events = admin.all(&format!("/v1/tickets/{n}/events")).await;
    let fresh: Vec<&Value> =
        events.iter().filter(|event| event["seq"].as_u64() > Some(before)).collect();
    let kinds: Vec<&Value> = fresh.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["macro_applied", "claimed", "tagged", "awaited"]);
    assert!(fresh.iter().all(|event| event["by"]["email"] == BEN), "{fresh:#?}");

    // It is with the requester already: nothing of it is done.
    let again = eve.post(&format!("/v1/tickets/{n}/macros/which-one"), json!({})).await;
    again.problem(409, None);
    assert_eq!(admin.ticket(n).await["version"], applied["version"]);
    let by_phone = desk.slack("U0KOFI");
    by_phone.ticket("the lamp is broken").await.expect(200);
    let tickets = desk.tickets().await;
    let other = tickets.iter().filter_map(|one| one["number"].as_u64()).max().expect("a ticket");
    if admin.ticket(other).await["requester"]["email"].is_null() {
        let refused = ben.post(&format!("/v1/tickets/{other}/macros/thanks"), json!({})).await;
        assert!(refused.text.contains("{{requester.email}}"), "{}", refused.text);
        refused.problem(422, Some("then"));
    }

    let edited = ben.patch("/v1/macros/thanks", json!({ "name": "Thanks!" })).await.expect(200);
    assert_eq!(edited["name"], "Thanks!");
    ben.patch("/v1/macros/which-one", json!({ "name": "x" })).await.problem(403, None);
    admin.patch("/v1/macros/which-one", json!({ "name": "Which?" })).await.expect(200);
    let rule = json!({
        "id": "all", "on": ["created"], "then": [{ "do": "macro", "id": "hand-on" }],
    });
    admin.post("/v1/rules", rule).await.problem(422, Some("then"));
    assert_eq!(sent(ben.request(Method::DELETE, "/v1/macros/thanks")).await.status, 204);
    assert_eq!(names(&ben).await, ["which-one", "hand-on"]);
    invariants(&desk).await;
}
