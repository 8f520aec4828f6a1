//! The Slack client against a server of one answer: what it sends and how it sorts what comes back.

use super::*;
use crate::slack::card::notice;
use crate::test_server::Server;
use std::time::Duration;

fn client(server: &Server) -> Client {
    Client::new(&format!("http://127.0.0.1:{}/dev/slack/api/", server.port), "xoxb-1").unwrap()
}

async fn post(server: &Server) -> Result<Posted, SendError> {
    client(server).post_message("C1", &notice("hi"), Some("1.1")).await
}

#[tokio::test]
async fn a_message_is_posted() {
    let server =
        Server::start("200 OK", "", r#"{"ok":true,"channel":"D9","ts":"1.2","new":{}}"#).await;
    assert_eq!(post(&server).await, Ok(Posted { channel: "D9".into(), ts: "1.2".into() }));
    let request = server.request();
    assert!(request.starts_with("POST /dev/slack/api/chat.postMessage HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains("authorization: bearer xoxb-1"), "{request}");
    let body = server.json();
    assert_eq!(
        (&body["channel"], &body["thread_ts"], &body["text"]),
        (&json!("C1"), &json!("1.1"), &json!("hi"))
    );
    assert_eq!(body["blocks"][0]["type"], "rich_text");
    assert_eq!((&body["parse"], &body["link_names"]), (&json!("none"), &json!(false)));
}

#[tokio::test]
async fn a_message_is_replaced() {
    let server = Server::start("200 OK", "", r#"{"ok":true,"channel":"C1","ts":"1.2"}"#).await;
    client(&server).update_message("C1", "1.2", &notice("hi")).await.unwrap();
    assert!(server.request().starts_with("POST /dev/slack/api/chat.update "));
    let body = server.json();
    assert_eq!(body["ts"], "1.2");
    assert_eq!((&body["parse"], &body["link_names"]), (&json!("none"), &json!(false)));
}

#[tokio::test]
async fn a_person_is_described() {
    let body = r#"{"ok":true,"user":{"id":"U1","team_id":"T1","name":"kofi","is_stranger":true,
        "profile":{"real_name":"Kofi B.","email":"kofi@example.com"}}}"#;
    let server = Server::start("200 OK", "", body).await;
    let user = client(&server).user("U1&x").await.unwrap();
    assert!(
        server.request().starts_with("GET /dev/slack/api/users.info?user=U1%26x "),
        "{}",
        server.request()
    );
    assert_eq!(
        (user.real_name.as_str(), user.email.as_deref()),
        ("Kofi B.", Some("kofi@example.com"))
    );
    assert!(user.is_stranger && !user.is_bot && !user.is_restricted);
}

#[tokio::test]
async fn refusals_are_sorted() {
    let minute = Some(Duration::from_secs(60));
    let rows = [
        (
            "429 Too Many Requests",
            "retry-after: 60\r\n",
            r#"{"ok":false,"error":"ratelimited"}"#,
            Some(minute),
        ),
        ("200 OK", "", r#"{"ok":false,"error":"ratelimited"}"#, Some(None)),
        ("200 OK", "", r#"{"ok":false,"error":"fatal_error"}"#, Some(None)),
        ("200 OK", "", r#"{"ok":false,"error":"channel_not_found"}"#, None),
        ("200 OK", "", r#"{"ok":false,"error":"invalid_auth"}"#, None),
        ("200 OK", "", r#"{"ok":false}"#, None),
        ("200 OK", "", "{", Some(None)),
        ("200 OK", "", "{}", Some(None)),
        ("503 Service Unavailable", "", "busy", Some(None)),
        ("404 Not Found", "", "{}", None),
    ];
    for (status, headers, body, expected) in rows {
        let server = Server::start(status, headers, body).await;
        match (post(&server).await, expected) {
            (Err(SendError::Retry { after, .. }), Some(wait)) => {
                assert_eq!(after, wait, "{status} {body}")
            }
            (Err(SendError::Permanent { .. }), None) => {}
            (result, _) => panic!("{status} {body}: {result:?}"),
        }
    }
}

#[tokio::test]
async fn silence_and_closed_doors_are_tried_again() {
    let silent = Server::start_raw(String::new()).await;
    let closed = Server::start_raw("no http\r\n\r\n".into()).await;
    for server in [&silent, &closed] {
        let result = post(server).await;
        assert!(matches!(result, Err(SendError::Retry { after: None, .. })), "{result:?}");
    }
    let nobody = Client::new("http://127.0.0.1:1/api", "t").unwrap();
    let result = nobody.user("U1").await;
    assert!(matches!(result, Err(SendError::Retry { .. })), "{result:?}");
}

#[tokio::test]
async fn a_late_answer_goes_to_slack_alone() {
    let server = Server::start("200 OK", "", "ok").await;
    let base = format!("http://127.0.0.1:{}", server.port);
    let client = Client::new(&format!("{base}/api/"), "xoxb-1").unwrap();
    let said = notice("done");
    for elsewhere in ["http://127.0.0.1:1/x", "https://hooks.slack.com/x", "", "javascript:1"] {
        let refused = client.respond(elsewhere, &said).await;
        assert!(matches!(refused, Err(SendError::Permanent { .. })), "{elsewhere}");
    }
    client.respond(&format!("{base}/late/U1"), &said).await.unwrap();
    let body = server.json();
    assert_eq!((&body["response_type"], &body["text"]), (&json!("ephemeral"), &json!("done")));
    assert!(!server.request().contains("xoxb-1"), "the token is for the API alone");
    assert_eq!(response_urls("https://slack.com/api/"), "https://hooks.slack.com/");
    assert_eq!(
        response_urls("https://slack.com.evil.example/api/"),
        "https://slack.com.evil.example/"
    );
}
