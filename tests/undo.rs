//! A reply that can be taken back for a while: nobody reads it before, and no word is lost.

use serde_json::json;

use crate::doors::hire;
use crate::harness::{Desk, invariants};

#[tokio::test]
async fn a_reply_can_be_taken_back_until_it_leaves() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let ben = hire(&desk, "ben@example.com", json!({ "name": "Ben" })).await;
    let n = ana.open("Soup").await["number"].as_u64().expect("a number");
    ben.act(n, "claim", json!({})).await.expect(200);
    let path = format!("/v1/tickets/{n}/messages");
    let reply = |body: &str| json!({ "body": body, "undo_for": 10 });
    let said = async || {
        let messages = ana.get(&path).await.expect(200);
        let items = messages["items"].as_array().expect("items").clone();
        items.iter().map(|one| one["body"].to_string()).collect::<Vec<_>>().join(" ")
    };

    ana.post(&path, reply("me too")).await.problem(403, None);
    for body in [
        json!({ "body": "x", "undo_for": 61 }),
        json!({ "body": "x", "undo_for": "soon" }),
        json!({ "body": "x", "undo_for": 5, "visibility": "internal" }),
    ] {
        ben.post(&path, body).await.problem(422, Some("undo_for"));
    }

    let rash = ben.post_once(&path, "rash", &reply("You broke it.")).await.expect("an answer");
    let rash = rash.expect(202);
    let again = ben.post_once(&path, "rash", &reply("You broke it.")).await.expect("an answer");
    assert_eq!(again.expect(202), rash);
    assert!(!said().await.contains("broke"), "nobody reads it yet");
    assert!(ana.ticket(n).await["sla"]["first_response"]["met_at"].is_null());
    let held = format!("{path}/held/{}", rash["id"].as_str().expect("an id"));
    ana.delete(&held).await.problem(409, None);
    ben.delete(&held).await.expect(204);
    ben.delete(&held).await.problem(409, None);

    let kind = ben.post(&path, reply("It is fixed.")).await.expect(202);
    desk.advance("PT10S").await;
    assert!(said().await.contains("fixed"));
    assert!(!said().await.contains("broke"));
    assert!(!ana.ticket(n).await["sla"]["first_response"]["met_at"].is_null());
    let held = format!("{path}/held/{}", kind["id"].as_str().expect("an id"));
    ben.delete(&held).await.problem(409, None);
    let mails = desk.mails_to("ana@example.org", 0).await;
    let replies = mails.iter().filter(|item| item["body"].to_string().contains("It is fixed."));
    assert_eq!(replies.count(), 1);

    ben.post(&path, reply("One more thing.")).await.expect(202);
    ben.act(n, "close", json!({ "reason": "spam" })).await.expect(200);
    desk.advance("PT10S").await;
    assert!(!said().await.contains("One more thing."));
    let notes = ben.get(&path).await.text;
    assert!(notes.contains("A reply of Ben was not sent"), "{notes}");
    assert!(notes.contains("One more thing."), "{notes}");
    invariants(&desk).await;
}
