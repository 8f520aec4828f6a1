//! Other systems that are told what happens: signed, tried again, on record, and never led into a
//! private network (A57).

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::configuration::sent;
use crate::harness::{Desk, invariants};

/// A system that answers every request with this status and remembers what it was sent.
struct Receiver {
    status: Arc<AtomicU16>,
    taken: Arc<Mutex<Vec<(axum::http::HeaderMap, String)>>>,
    url: String,
}

impl Receiver {
    async fn start() -> Receiver {
        let status = Arc::new(AtomicU16::new(200));
        let taken: Arc<Mutex<Vec<(axum::http::HeaderMap, String)>>> = Arc::default();
        let (answers, keeps) = (status.clone(), taken.clone());
        let hook = move |headers: axum::http::HeaderMap, body: String| {
            let (answers, keeps) = (answers.clone(), keeps.clone());
            async move {
                keeps.lock().await.push((headers, body));
                let status = answers.load(Ordering::SeqCst);
                axum::http::StatusCode::from_u16(status).expect("a status")
            }
        };
        let router = axum::Router::new().route("/hook", axum::routing::post(hook));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Receiver { status, taken, url }
    }

    async fn events(&self) -> Vec<String> {
        let taken = self.taken.lock().await;
        let bodies = taken.iter().map(|(_, body)| {
            let body: Value = serde_json::from_str(body).expect("JSON");
            let events = body["events"].as_array().cloned().unwrap_or_default();
            let names = events.iter().filter_map(|event| event["event"].as_str());
            format!("#{} {}", body["ticket"]["number"], names.collect::<Vec<_>>().join(" "))
        });
        bodies.collect()
    }
}

#[tokio::test]
async fn another_system_is_told_until_it_has_taken_it() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let receiver = Receiver::start().await;
    let hook = |url: &str| json!({ "id": "crm", "url": url });
    for private in [
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://192.168.0.1:8443/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "http://93.184.216.34/",
        "https://user:password@example.com/",
        "gopher://example.com/",
        "example.com",
    ] {
        admin.post("/v1/webhooks", hook(private)).await.problem(422, Some("url"));
    }
    desk.as_person("ana@example.org").get("/v1/webhooks").await.problem(403, None);
    let mut wanted = hook(&receiver.url);
    wanted["events"] = json!(["ticket.created", "ticket.claimed"]);
    let made = admin.post("/v1/webhooks", wanted.clone()).await.expect(201);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    admin.post("/v1/webhooks", wanted).await.problem(409, Some("id"));
    let shown = admin.get("/v1/webhooks/crm").await.expect(200);
    assert_eq!(shown["secret"], Value::Null);
    assert!(admin.get("/v1/config").await.text.contains("[[webhooks]]"));
    assert!(!admin.get("/v1/config").await.text.contains(&secret));

    // Signed, and only what was asked for.
    let n = admin.open("The shop is shut").await["number"].as_u64().expect("a number");
    admin.patch(&format!("/v1/tickets/{n}"), json!({ "tags": ["shop"] })).await.expect(200);
    desk.settle().await;
    assert_eq!(receiver.events().await, [format!("#{n} ticket.created")]);
    let (headers, body) = receiver.taken.lock().await[0].clone();
    let header = |name: &str| headers[name].to_str().expect("text").to_owned();
    let signature = header("bellhop-signature");
    let (time, _) = signature.split_once(',').expect("two parts");
    let seconds: i64 = time.trim_start_matches("t=").parse().expect("seconds");
    assert_eq!(signature, webhook::signature::sign(&secret, seconds, &body));
    let outbox = desk.outbox_since(0).await;
    assert_eq!(outbox.iter().filter(|item| item["kind"] == "webhook").count(), 1);

    // Not taken: tried again, in order, and on record.
    receiver.status.store(500, Ordering::SeqCst);
    admin.act(n, "claim", json!({})).await.expect(200);
    desk.settle().await;
    desk.advance("PT11S").await;
    receiver.status.store(204, Ordering::SeqCst);
    desk.advance("PT2M").await;
    let claimed = format!("#{n} ticket.claimed");
    assert_eq!(receiver.events().await[1..], [claimed.clone(), claimed.clone(), claimed.clone()]);
    let log = admin.get("/v1/webhooks/crm/deliveries").await.expect(200);
    let log = log["items"].as_array().expect("items").clone();
    let statuses: Vec<&Value> = log.iter().map(|one| &one["status"]).collect();
    assert_eq!(json!(statuses), json!([204, 500, 500, 200]));
    assert_eq!(log[0]["delivery"], log[1]["delivery"]);
    let first = log[3]["id"].as_str().expect("an id");
    let again = format!("/v1/webhooks/crm/deliveries/{first}/replay");
    sent(admin.request(Method::POST, &again)).await.expect(202);
    desk.settle().await;
    assert_eq!(receiver.events().await.last(), Some(&format!("#{n} ticket.created")));

    // Given up after five more tries; switched off once nothing got through for three days.
    receiver.status.store(503, Ordering::SeqCst);
    admin.act(n, "release", json!({})).await.expect(200);
    admin.act(n, "claim", json!({})).await.expect(200);
    desk.advance("PT4H").await;
    let log = admin.get("/v1/webhooks/crm/deliveries?limit=6").await.expect(200);
    let tries: Vec<&Value> =
        log["items"].as_array().expect("items").iter().map(|one| &one["attempt"]).collect();
    assert_eq!(json!(tries), json!([6, 5, 4, 3, 2, 1]));
    desk.advance("PT72H").await;
    admin.open("Three days later").await;
    desk.settle().await;
    assert_eq!(admin.get("/v1/webhooks/crm").await.expect(200)["enabled"], false);
    sent(admin.request(Method::DELETE, "/v1/webhooks/crm")).await.expect(204);
    invariants(&desk).await;
}
