//! What only this machine may do, only this machine can: no web page drives the desk, nobody speaks
//! HTTP to the mail door, and nobody without a token reads a ticket.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Desk, Setup, Smtp, invariants};

/// What lets somebody move the clock, read everything that left, or wait for the desk.
const DEV: [(&str, &str); 6] = [
    ("GET", "/dev/outbox"),
    ("GET", "/dev/outbox.json"),
    ("POST", "/dev/clock"),
    ("POST", "/dev/settle"),
    ("POST", "/dev/slack/api/auth.test"),
    ("GET", "/dev/discord/api/v10/users/@me"),
];

async fn ask(desk: &Desk, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = desk.http().request(method.clone(), format!("{}{path}", desk.base()));
    if method == Method::POST {
        request = request.json(&json!({ "advance": "P30D" }));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::to(request).await.expect("an answer")
}

#[tokio::test]
async fn no_web_page_can_drive_the_desk() {
    let desk = Desk::start().await;
    let before = desk.as_person("ana@example.org").open("A clock").await;
    let mut served = Vec::new();
    for headers in [
        [("host", "desk.evil.example")],
        [("host", "127.0.0.1.evil.example:80")],
        [("host", "localhost.evil.example")],
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("origin", "http://127.0.0.1.evil.example")],
        [("sec-fetch-site", "cross-site")],
    ] {
        for (method, path) in DEV {
            let answer = ask(&desk, method, path, &headers).await;
            if ![403, 404].contains(&answer.status) {
                served.push(format!("{method} {path} with {headers:?}: {}", answer.status));
            }
        }
    }
    assert!(served.is_empty(), "{served:#?}");
    let after = desk.as_person("ana@example.org").open("A later clock").await;
    let day = |ticket: &Value| -> jiff::Timestamp {
        ticket["created_at"].as_str().and_then(|at| at.parse().ok()).expect("a moment")
    };
    let between = day(&after).duration_since(day(&before));
    assert!(between < jiff::SignedDuration::from_hours(24), "the clock was moved by {between}");
    invariants(&desk).await;
}

#[tokio::test]
async fn people_at_this_machine_can_drive_the_desk() {
    let desk = Desk::start().await;
    let port = desk.base().rsplit(':').next().expect("a port").to_owned();
    let localhost = format!("localhost:{port}");
    for headers in [
        vec![],
        vec![("host", localhost.as_str())],
        vec![("origin", desk.base())],
        vec![("sec-fetch-site", "same-origin"), ("origin", desk.base())],
        vec![("sec-fetch-site", "none")],
    ] {
        let answer = ask(&desk, "GET", "/dev/outbox.json?since=0", &headers).await;
        assert_eq!(answer.status, 200, "{headers:?}: {}", answer.text);
        assert!(answer.json["items"].is_array(), "{}", answer.text);
        ask(&desk, "POST", "/dev/settle", &headers).await.expect(200);
    }
    ask(&desk, "GET", "/dev/outbox", &[]).await.expect(200);
}

#[tokio::test]
async fn a_desk_that_the_network_can_reach_has_no_dev_pages() {
    let setup = Setup { listen: "0.0.0.0:0".into(), ..Setup::default() };
    let desk = Desk::start_with(setup).await;
    let port = desk.base().rsplit(':').next().expect("a port");
    for (method, path) in DEV {
        let url = format!("http://127.0.0.1:{port}{path}");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = desk.http().request(method, url).json(&json!({ "advance": "PT1H" }));
        let answer = Answer::to(request).await.expect("an answer");
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_mail_door_hangs_up_on_http() {
    let desk = Desk::start().await;
    let mail = "EHLO page\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<support@example.com>\r\n\
        DATA\r\nSubject: from a web page\r\n\r\nHello.\r\n.\r\nQUIT\r\n";
    for first in
        ["POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "Host: x\r\n"]
    {
        let mut smtp = Smtp::connect_silently(desk.smtp_address()).await.expect("a greeting");
        let heard = smtp.shout(format!("{first}{mail}").as_bytes()).await;
        assert!(!heard.contains("354") && !heard.contains("Queued"), "{first:?}: {heard}");
    }
    desk.settle().await;
    assert_eq!(desk.tickets().await, Vec::<Value>::new());
    assert_eq!(desk.ledger("email").await, Vec::<Value>::new());
    desk.mail("ana@example.org", "From a mail program", "Hello.").await;
    desk.settle().await;
    desk.only_ticket().await;
    invariants(&desk).await;
}

#[tokio::test]
async fn nobody_reads_or_writes_without_a_token() {
    let desk = Desk::start().await;
    desk.as_person("ana@example.org").open("Private").await;
    let rows = [
        ("GET", "/v1/tickets"),
        ("GET", "/v1/tickets/1"),
        ("GET", "/v1/tickets/1/events"),
        ("GET", "/v1/inbound"),
        ("GET", "/v1/members"),
        ("POST", "/v1/tickets"),
        ("POST", "/v1/members"),
        ("POST", "/v1/tickets/1/actions/claim"),
        ("PATCH", "/v1/tickets/1"),
    ];
    let token = Setup::default().admin_token.expect("a token");
    let doubled = format!("Bearer {token}{token}");
    let as_basic = format!("Basic {token}");
    for (method, path) in rows {
        for header in ["", "Bearer", "Bearer ", "Bearer wrong", &doubled, &as_basic, &token] {
            let headers: &[_] = if header.is_empty() { &[] } else { &[("authorization", header)] };
            let answer = ask(&desk, method, path, headers).await;
            assert!(!answer.text.contains("Private"), "{}", answer.text);
            answer.problem(401, None);
        }
    }
    assert_eq!(desk.tickets().await.len(), 1);
    invariants(&desk).await;
}
