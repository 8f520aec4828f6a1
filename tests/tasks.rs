//! Tasks of a ticket: who sees them, who is told of them and when, and what waits for them.

use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::invariants;
use crate::sla::{ANA, BEN, desk_on_monday, hours};

#[tokio::test]
async fn tasks_are_seen_by_agents_told_once_and_waited_for() {
    let (desk, monday) = desk_on_monday().await;
    let (admin, ana, ben) = (desk.admin(), desk.as_person(ANA), desk.as_person(BEN));
    let eve = hire(&desk, "eve@example.com", json!({ "name": "Eve" })).await;
    let form = json!({
        "id": "joiner", "name": "New starter", "description": "Somebody joins.", "status": "published",
        "priority": "planned", "tasks": [{ "title": "Order a laptop", "due_days": 1 }, { "title": "Badge" }],
    });
    admin.post("/v1/forms", form).await.expect(201);
    let body = json!({ "title": "Kofi joins", "form": "joiner" });
    let n = ana.post("/v1/tickets", body).await.expect(201)["number"].as_u64().expect("a number");
    let path = format!("/v1/tickets/{n}/tasks");
    let mails = async |who: &str, words: &str| {
        // News on the heels of other news waits a minute for it.
        desk.advance("PT2M").await;
        desk.settle().await;
        let mails = desk.mails_to(who, 0).await;
        mails.iter().filter(|mail| mail["body"].to_string().contains(words)).count()
    };

    // Requesters know neither the tasks nor that there are any.
    ana.get(&path).await.problem(403, None);
    ana.post(&path, json!({ "title": "x" })).await.problem(403, None);
    let events = json!(ana.all(&format!("/v1/tickets/{n}/events")).await).to_string();
    let messages = json!(ana.all(&format!("/v1/tickets/{n}/messages")).await).to_string();
    assert!(!events.contains("task") && !messages.contains("Badge"), "{events}{messages}");

    let tasks = ben.all(&path).await;
    let brief = |task: &Value| json!([task["title"], task["due_at"], task["done"]]);
    let due = (monday + hours(24)).to_string();
    // The clock goes on while the ticket is opened.
    assert_eq!(tasks[0]["due_at"].as_str().and_then(|at| at.get(..13)), due.get(..13));
    assert_eq!(brief(&tasks[1]), json!(["Badge", null, false]));
    assert_eq!(tasks[0]["title"], "Order a laptop");

    for (body, field) in [
        (json!({}), "title"),
        (json!({ "title": "x", "assignee": "nobody" }), "assignee"),
        (json!({ "title": "x", "assignee": ANA }), "assignee"),
        (json!({ "title": "x", "due_at": "soon" }), "due_at"),
    ] {
        ben.post(&path, body).await.problem(422, Some(field));
    }
    let call =
        json!({ "title": "Call Kofi", "assignee": "eve@example.com", "due_at": monday + hours(2) });
    let once = || ben.post_once(&path, "call", &call);
    let task = once().await.expect("an answer").expect(201);
    assert_eq!(once().await.expect("an answer").expect(201), task);
    assert_eq!(ben.all(&path).await.len(), 3);
    assert_eq!(mails("eve@example.com", "Call Kofi").await, 1, "whoever is given a task is told");

    desk.advance("PT2H5M").await;
    assert_eq!(mails("eve@example.com", "not done yet").await, 1);
    desk.advance("PT1H").await;
    assert_eq!(mails("eve@example.com", "not done yet").await, 1, "once");

    let of = |task: &Value| format!("{path}/{}", task["id"]);
    let ticked = eve.patch(&of(&task), json!({ "done": true, "title": "Call Kofi A." })).await;
    let ticked = ticked.expect(200);
    assert_eq!(
        json!([ticked["title"], ticked["done"], ticked["done_by"]["name"]]),
        json!(["Call Kofi A.", true, "Eve"])
    );
    eve.patch(&of(&task), json!({ "done": "yes" })).await.problem(422, Some("done"));
    eve.patch(&format!("{path}/1"), json!({ "done": true })).await.problem(404, None);
    eve.patch(&format!("{path}/x"), json!({ "done": true })).await.problem(404, None);
    ana.patch(&of(&task), json!({ "done": false })).await.problem(403, None);

    // A queue lets a solution wait for them.
    let first = json!({ "tasks_first": true });
    let queue = admin.patch("/v1/queues/support", first).await.expect(200);
    assert_eq!(queue["tasks_first"], true);
    ben.act(n, "claim", json!({})).await.expect(200);
    let solution = json!({ "solution": "All set." });
    let refused = ben.act(n, "propose", solution.clone()).await;
    assert!(refused.text.contains("2 of its tasks are not done"), "{}", refused.text);
    refused.problem(409, None);
    let later = json!({ "due_at": monday + hours(30) });
    ben.patch(&of(&tasks[0]), later).await.expect(200);
    desk.advance("PT27H").await;
    assert_eq!(mails(BEN, "Order a laptop").await, 1, "the assignee is told of what is nobody's");
    for task in &tasks {
        ben.patch(&of(task), json!({ "done": true })).await.expect(200);
    }
    ben.act(n, "propose", solution).await.expect(200);
    let events = json!(ben.all(&format!("/v1/tickets/{n}/events")).await);
    assert_eq!(events.to_string().matches("\"task_due\"").count(), 2, "{events:#}");
    invariants(&desk).await;
}
