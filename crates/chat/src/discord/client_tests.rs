//! The Discord client against a server of one answer: what it sends and how it sorts what comes back.

use super::*;
use crate::discord::card::notice;
use crate::test_server::Server;

fn client(server: &Server) -> Client {
    Client::new(&format!("http://127.0.0.1:{}/dev/discord/api/v10", server.port), "tok").unwrap()
}

async fn post(server: &Server) -> Result<String, SendError> {
    client(server).post_message("42", &notice("hi"), "n-1").await
}

#[tokio::test]
async fn a_message_is_posted_once() {
    let server = Server::start("200 OK", "", r#"{"id":"77","something":["new"]}"#).await;
    assert_eq!(post(&server).await, Ok("77".into()));
    let request = server.request();
    assert!(
        request.starts_with("POST /dev/discord/api/v10/channels/42/messages HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.to_lowercase().contains("authorization: bot tok"), "{request}");
    let body = server.json();
    assert_eq!(
        (&body["nonce"], &body["enforce_nonce"], &body["content"]),
        (&json!("n-1"), &json!(true), &json!("hi"))
    );
}

#[tokio::test]
async fn a_direct_channel_is_opened() {
    let server = Server::start("200 OK", "", r#"{"id":"99","type":1}"#).await;
    assert_eq!(client(&server).direct_channel("5").await, Ok("99".into()));
    assert!(
        server.request().starts_with("POST /dev/discord/api/v10/users/@me/channels "),
        "{}",
        server.request()
    );
    assert_eq!(server.json()["recipient_id"], "5");
}

#[tokio::test]
async fn refusals_are_sorted() {
    let wait = |millis| Some(Some(Duration::from_millis(millis)));
    let rows = [
        ("429 Too Many Requests", "retry-after: 3\r\n", r#"{"retry_after":2.5}"#, wait(3000)),
        (
            "429 Too Many Requests",
            "",
            r#"{"message":"slow","retry_after":2.5,"global":false}"#,
            wait(2500),
        ),
        ("429 Too Many Requests", "retry-after: -1\r\n", "", Some(None)),
        ("502 Bad Gateway", "", "<html>", Some(None)),
        ("200 OK", "", "<html>", Some(None)),
        ("200 OK", "", "{}", None),
        (
            "403 Forbidden",
            "",
            r#"{"code":50007,"message":"Cannot send messages to this user"}"#,
            None,
        ),
        ("400 Bad Request", "", "", None),
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
    let broken = Server::start_raw("no http\r\n\r\n".into()).await;
    for server in [&silent, &broken] {
        let result = post(server).await;
        assert!(matches!(result, Err(SendError::Retry { after: None, .. })), "{result:?}");
    }
    let nobody = Client::new("http://127.0.0.1:1", "t").unwrap();
    let result = nobody.direct_channel("5").await;
    assert!(matches!(result, Err(SendError::Retry { .. })), "{result:?}");
}

#[tokio::test]
async fn odd_arguments_do_not_panic() {
    let nobody = Client::new("not a url", "to\nken").unwrap();
    for channel in ["", "0", "x", "-1", "99999999999999999999999"] {
        let result = nobody.post_message(channel, &json!([]), "").await;
        assert!(matches!(result, Err(SendError::Permanent { .. })), "{channel}: {result:?}");
    }
    assert!(matches!(nobody.direct_channel("5").await, Err(SendError::Permanent { .. })));
    assert!(Client::new(API_URL, "t").unwrap().http.ratelimiter.is_some());
}

#[test]
fn long_nonces_are_hashed() {
    assert_eq!(fitting_nonce("short"), "short");
    let long = fitting_nonce("01890a5d-ac96-774b-bcce-b302099a8057");
    assert_eq!(long.len(), 25);
    assert_ne!(long, fitting_nonce("01890a5d-ac96-774b-bcce-b302099a8058"));
}

#[tokio::test]
async fn a_deferred_answer_takes_its_place() {
    let server = Server::start("200 OK", "", r#"{"id":"77"}"#).await;
    let said = notice("done");
    client(&server).answer_deferred("42", "aW50-x_y.z", &said).await.unwrap();
    let path = "PATCH /dev/discord/api/v10/webhooks/42/aW50-x_y.z/messages/@original ";
    assert!(server.request().starts_with(path), "{}", server.request());
    assert_eq!(server.json(), said);
    for (application, token) in [("0", "t"), ("x", "t"), ("42", ""), ("42", "../a"), ("42", "a/b")]
    {
        let refused = client(&server).answer_deferred(application, token, &said).await;
        assert!(matches!(refused, Err(SendError::Permanent { .. })), "{application} {token}");
    }
}
