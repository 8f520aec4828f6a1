//! Tokens for less than their person may do, and the record of who changed the desk itself.

use reqwest::Method;
use serde_json::{Value, json};

use crate::configuration::sent;
use crate::harness::{Desk, Person, invariants};

const BOT: &str = "bot@example.com";

async fn token(desk: &Desk, scopes: Value) -> (Person, Value) {
    let wanted = json!({ "email": BOT, "role": "service", "scopes": scopes });
    let made = desk.admin().post("/v1/tokens", wanted).await.expect(201);
    let secret = made["token"].as_str().expect("a token");
    (Person::new(desk.http(), desk.base(), secret), made)
}

#[tokio::test]
async fn a_token_is_good_for_what_it_was_made_for_and_no_longer() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let unknown = json!({ "email": BOT, "role": "service", "scopes": ["everything"] });
    admin.post("/v1/tokens", unknown).await.problem(422, Some("scopes"));
    let (reader, _) = token(&desk, json!(["tickets:read"])).await;
    let (writer, made) = token(&desk, json!(["comments:write"])).await;
    let (all, _) = token(&desk, json!([])).await;
    let n = admin.open("The bell is silent").await["number"].as_u64().expect("a number");
    let (ticket, messages) = (format!("/v1/tickets/{n}"), format!("/v1/tickets/{n}/messages"));
    let said = json!({ "body": "It rings again." });

    reader.get(&ticket).await.expect(200);
    reader.get("/v1/queues").await.expect(200);
    reader.post(&messages, said.clone()).await.problem(403, None);
    reader.act(n, "claim", json!({})).await.problem(403, None);
    reader.get("/v1/policies").await.problem(403, None);
    writer.post(&messages, said.clone()).await.expect(201);
    writer.get(&ticket).await.problem(403, None);
    writer.act(n, "claim", json!({})).await.problem(403, None);
    all.act(n, "claim", json!({})).await.expect(200);
    all.get("/v1/policies").await.expect(200);

    // Whoever holds one sees their own, and ends it; nobody else does.
    let path = format!("/v1/tokens/{}", made["id"].as_str().expect("an id"));
    let tokens = all.get("/v1/people/me/tokens").await.expect(200);
    assert_eq!(tokens["items"].as_array().map(Vec::len), Some(3), "{tokens}");
    assert!(!tokens.to_string().contains(made["token"].as_str().expect("a token")));
    let stranger = desk.as_person("stranger@example.org");
    sent(stranger.request(Method::DELETE, &path)).await.problem(404, None);
    sent(all.request(Method::DELETE, &path)).await.expect(204);
    sent(all.request(Method::DELETE, &path)).await.problem(404, None);
    let tokens = all.get("/v1/people/me/tokens").await.expect(200);
    assert_eq!(tokens["items"].as_array().map(Vec::len), Some(2), "{tokens}");

    // All of it is on record.
    admin.patch("/v1/queues/support", json!({ "name": "The bell ringers" })).await.expect(200);
    let acts = admin.all("/v1/audit?limit=3").await;
    let did: Vec<&str> = acts.iter().filter_map(|act| act["did"].as_str()).collect();
    assert_eq!(did[..2], ["configured", "revoked_token"], "{acts:#?}");
    assert!(did.iter().filter(|did| **did == "made_token").count() >= 3, "{did:?}");
    assert_eq!(acts[0]["by"]["id"], "admin");
    stranger.get("/v1/audit").await.problem(403, None);
    let versions = admin.get("/v1/config/versions?limit=1").await.expect(200);
    assert_eq!(versions["items"][0]["by"]["id"], "admin", "{versions}");
    invariants(&desk).await;
}
