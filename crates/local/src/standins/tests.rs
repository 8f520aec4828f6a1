//! The stand-ins as their clients see them: over HTTP, with the models of the real client libraries.

use super::*;
use reqwest::{Client, Response as Reply};
use serde_json::json;
use serenity::model::prelude::{Message, PrivateChannel};
use slack_morphism::prelude::{SlackApiChatPostMessageResponse, SlackApiUsersInfoResponse};
use std::path::Path;

struct Setup {
    folder: tempfile::TempDir,
    world: World,
    base: String,
    client: Client,
}

fn world(folder: &Path) -> World {
    World {
        outbox: Arc::new(Outbox::open(&folder.join("outbox.jsonl")).unwrap()),
        now: Arc::new(|| "2026-11-22T09:00:00.123Z".parse().unwrap()),
        domain: "example.com".into(),
        slack_team: "T1".into(),
        discord_application: "900000000000000001".into(),
        slack: Standin::default(),
        discord: Standin::default(),
    }
}

async fn serve(world: World) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/dev", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router(world)).await });
    base
}

async fn setup() -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    let base = serve(world.clone()).await;
    Setup { folder, world, base, client: Client::new() }
}

impl Setup {
    async fn slack(&self, method: &str, body: &Value) -> Value {
        let request =
            self.client.post(format!("{}/slack/api/{method}", self.base)).bearer_auth("xoxb-1");
        request.json(body).send().await.unwrap().json().await.unwrap()
    }

    async fn discord(&self, method: &str, path: &str, body: &Value) -> Reply {
        let url = format!("{}/discord/api/v10{path}", self.base);
        let request =
            self.client.request(method.parse().unwrap(), url).header("authorization", "Bot x");
        request.json(body).send().await.unwrap()
    }
}

#[tokio::test]
async fn slack_messages_are_recorded_and_answered_as_slack_does() {
    let setup = setup().await;
    let blocks =
        json!([{"type": "section", "block_id": "b", "text": {"type": "mrkdwn", "text": "*hi*"}}]);
    let body = json!({"channel": "C1", "text": "hi", "blocks": blocks, "thread_ts": "1.2"});
    let first = setup.slack("chat.postMessage", &body).await;
    let second = setup.slack("chat.postMessage", &body).await;
    assert_ne!(first["ts"], second["ts"]);
    assert_eq!(first["ok"], true);
    let parsed: SlackApiChatPostMessageResponse = serde_json::from_value(first.clone()).unwrap();
    assert_eq!(parsed.channel.0, "C1");
    assert_eq!(parsed.ts, parsed.message.origin.ts);

    let update = json!({"channel": "C1", "ts": first["ts"], "text": "changed"});
    assert_eq!(setup.slack("chat.update", &update).await["ts"], first["ts"]);
    let view = json!({"trigger_id": "1.2.3", "view": {"type": "modal", "callback_id": "new", "title": {"type": "plain_text", "text": "x"}, "blocks": []}});
    let shown = setup.slack("views.open", &view).await;
    assert_eq!(shown["view"]["callback_id"], "new");
    assert!(shown["view"]["id"].is_string(), "{shown}");

    let items = setup.world.outbox.since(0);
    let left: Vec<_> =
        items.iter().map(|item| (item.to.as_str(), item.method.as_deref().unwrap())).collect();
    let expected = [
        ("C1", "chat.postMessage"),
        ("C1", "chat.postMessage"),
        ("C1", "chat.update"),
        ("1.2.3", "views.open"),
    ];
    assert_eq!(left, expected);
    assert_eq!(items[0].body, body);
}

#[tokio::test]
async fn slack_knows_everybody_and_records_no_question() {
    let setup = setup().await;
    let asked = setup
        .client
        .get(format!("{}/slack/api/users.info?user=U0ANNA", setup.base))
        .bearer_auth("x");
    let answer: Value = asked.send().await.unwrap().json().await.unwrap();
    let parsed: SlackApiUsersInfoResponse = serde_json::from_value(answer.clone()).unwrap();
    assert_eq!(parsed.user.team_id.unwrap().0, "T1");
    assert_eq!(answer["user"]["profile"]["email"], "u0anna@example.com");
    assert_eq!(answer["user"]["profile"]["real_name"], "U0anna");
    assert_eq!(answer["user"]["is_bot"], false);

    let form =
        setup.client.post(format!("{}/slack/api/users.lookupByEmail", setup.base)).bearer_auth("x");
    let form = form
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=u0anna%40example.com");
    let found: Value = form.send().await.unwrap().json().await.unwrap();
    assert_eq!(found["user"]["id"], "U0ANNA");
    assert_eq!(
        setup.slack("conversations.open", &json!({"users": "U7"})).await["channel"]["id"],
        "D7"
    );
    assert_eq!(setup.slack("auth.test", &json!({})).await["team_id"], "T1");
    assert_eq!(setup.world.outbox.last(), 0);
}

#[tokio::test]
async fn slack_refuses_in_its_own_words() {
    let setup = setup().await;
    let cases = [
        ("no.method", json!({}), "unknown_method"),
        ("chat.postMessage", json!({"text": "x"}), "channel_not_found"),
        ("chat.postMessage", json!({"channel": "C1"}), "no_text"),
        ("chat.postMessage", json!([1, 2]), "channel_not_found"),
        ("chat.postMessage", json!({"channel": 7, "text": {}}), "channel_not_found"),
        (
            "chat.postMessage",
            json!({"channel": "C1", "blocks": vec![json!({}); 51]}),
            "invalid_blocks",
        ),
        ("users.info", json!({"user": "../x"}), "user_not_found"),
        ("views.open", json!({"trigger_id": "1", "view": "x"}), "invalid_arguments"),
    ];
    for (method, body, error) in cases {
        assert_eq!(
            setup.slack(method, &body).await,
            json!({"ok": false, "error": error}),
            "{method} {body}"
        );
    }
    let url = format!("{}/slack/api/auth.test", setup.base);
    let anonymous: Value = setup.client.post(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(anonymous["error"], "not_authed");
    setup.world.slack.set_throttled(1);
    let busy = setup.client.post(&url).bearer_auth("x").send().await.unwrap();
    assert_eq!(
        (busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()),
        (429, "1")
    );
    setup.world.slack.set_down(true);
    assert_eq!(setup.client.post(&url).bearer_auth("x").send().await.unwrap().status(), 503);
    assert_eq!(setup.world.outbox.last(), 0);
}

#[tokio::test]
async fn a_discord_nonce_makes_one_message_even_over_a_restart() {
    let mut setup = setup().await;
    let body = json!({"content": "hello", "nonce": "7/2/requester", "enforce_nonce": true});
    let channel: PrivateChannel = setup
        .discord("POST", "/users/@me/channels", &json!({"recipient_id": "42"}))
        .await
        .json()
        .await
        .unwrap();
    let again: PrivateChannel = setup
        .discord("POST", "/users/@me/channels", &json!({"recipient_id": "42"}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(channel.id, again.id);
    assert_eq!(channel.recipient.id.get(), 42);
    let path = format!("/channels/{}/messages", channel.id);
    let first: Message = setup.discord("POST", &path, &body).await.json().await.unwrap();
    assert_eq!((first.content.as_str(), first.channel_id), ("hello", channel.id));

    setup.world = world(setup.folder.path());
    setup.base = serve(setup.world.clone()).await;
    let second: Message = setup.discord("POST", &path, &body).await.json().await.unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(setup.world.outbox.last(), 1);
    let elsewhere: Message =
        setup.discord("POST", "/channels/5/messages", &body).await.json().await.unwrap();
    assert_ne!(first.id, elsewhere.id);
    let unforced = json!({"content": "hello", "nonce": "7/2/requester"});
    setup.discord("POST", &path, &unforced).await.json::<Message>().await.unwrap();
    assert_eq!(setup.world.outbox.last(), 3);
    let item = setup.world.outbox.get(1).unwrap();
    assert_eq!(
        (item.to, item.method.as_deref(), item.body),
        (channel.id.to_string(), Some("POST /channels/{id}/messages"), body)
    );
}

#[tokio::test]
async fn discord_edits_and_follow_ups_are_recorded() {
    let setup = setup().await;
    let edited: Message = setup
        .discord("PATCH", "/channels/5/messages/77", &json!({"content": "new"}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!((edited.id.get(), edited.content.as_str()), (77, "new"));
    assert!(edited.edited_timestamp.is_some());
    let url = format!("{}/discord/api/v10/webhooks/9/token", setup.base);
    let posted: Message = setup
        .client
        .post(&url)
        .json(&json!({"content": "a"}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(posted.content, "a");
    let patched =
        setup.client.patch(format!("{url}/messages/@original")).json(&json!({"content": "b"}));
    assert_eq!(patched.send().await.unwrap().status(), 200);
    assert_eq!(setup.discord("DELETE", "/channels/5/messages/77", &json!({})).await.status(), 204);
    let methods: Vec<_> =
        setup.world.outbox.since(0).into_iter().filter_map(|item| item.method).collect();
    assert_eq!(
        methods,
        [
            "PATCH /channels/{id}/messages/77",
            "POST /webhooks/{application}/{token}",
            "PATCH /webhooks/{application}/{token}/messages/@original",
            "DELETE /channels/{id}/messages/77",
        ]
    );
}

#[tokio::test]
async fn a_channel_of_discord_lists_what_was_posted_behind_a_message() {
    let setup = setup().await;
    for words in ["one", "two", "three"] {
        let body = json!({ "content": words });
        let posted = setup.discord("POST", "/channels/5/messages", &body).await;
        assert_eq!(posted.status(), 200);
    }
    setup.discord("POST", "/channels/6/messages", &json!({ "content": "elsewhere" })).await;
    let listed = async |query: String| -> Vec<(String, String)> {
        let path = format!("/channels/5/messages?{query}");
        let found: Value = setup.discord("GET", &path, &json!({})).await.json().await.unwrap();
        let text = |message: &Value, name: &str| message[name].as_str().unwrap().to_owned();
        let found = found.as_array().unwrap().iter();
        found.map(|message| (text(message, "content"), text(message, "id"))).collect()
    };
    let all = listed("after=0&limit=100".into()).await;
    let words: Vec<&str> = all.iter().map(|(words, _)| words.as_str()).collect();
    assert_eq!(words, ["three", "two", "one"], "the newest first");
    let behind = listed(format!("after={}&limit=1", all[2].1)).await;
    assert_eq!(behind, [all[1].clone()], "those behind it, the oldest of them first taken");
}

#[tokio::test]
async fn discord_refuses_in_its_own_words() {
    let setup = setup().await;
    let cases = [
        ("GET", "/gateway", json!({}), 404),
        ("PUT", "/channels/5/messages", json!({}), 405),
        ("POST", "/channels/x/messages", json!({"content": "x"}), 404),
        ("POST", "/channels/5/messages", json!({}), 400),
        ("POST", "/channels/5/messages", json!("text"), 400),
        ("POST", "/users/@me/channels", json!({"recipient_id": {}}), 400),
        ("PATCH", "/channels/5/messages/0", json!({}), 404),
        ("POST", "/channels/5/messages", json!({"content": "x".repeat(2001)}), 400),
        (
            "POST",
            "/channels/5/messages",
            json!({"content": "x", "nonce": "n".repeat(26), "enforce_nonce": true}),
            400,
        ),
    ];
    for (method, path, body, status) in cases {
        let reply = setup.discord(method, path, &body).await;
        assert_eq!(reply.status().as_u16(), status, "{method} {path}");
        assert!(reply.json::<Value>().await.unwrap()["message"].is_string(), "{method} {path}");
    }
    let url = format!("{}/discord/api/v10/channels/5/messages", setup.base);
    let anonymous = setup.client.post(&url).json(&json!({"content": "x"}));
    assert_eq!(anonymous.send().await.unwrap().status(), 401);
    setup.world.discord.set_throttled(1);
    let busy = setup.discord("POST", "/channels/5/messages", &json!({"content": "x"})).await;
    assert_eq!(busy.status(), 429);
    assert_eq!(busy.json::<Value>().await.unwrap()["retry_after"], 1.0);
    setup.world.discord.set_down(true);
    assert_eq!(
        setup.discord("POST", "/channels/5/messages", &json!({"content": "x"})).await.status(),
        503
    );
    assert_eq!(setup.world.outbox.last(), 0);
}

#[tokio::test]
async fn bytes_that_are_no_body_are_met_with_an_answer() {
    let setup = setup().await;
    let kinds = [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=",
        "\u{1}text".trim_start_matches('\u{1}'),
        "",
    ];
    for kind in kinds {
        for body in [
            &b"\xff\xfe\0{"[..],
            b"{\"channel\":",
            b"%",
            b"",
            b"--\r\nname=\"payload_json\"\r\n\r\n{",
        ] {
            for path in [
                "slack/api/chat.postMessage",
                "slack/api/views.open",
                "discord/api/v10/channels/5/messages",
                "discord/api/v10/users/@me/channels",
            ] {
                let request = setup
                    .client
                    .post(format!("{}/{path}", setup.base))
                    .header("content-type", kind);
                let request = request.header(
                    "authorization",
                    if path.starts_with("slack") { "Bearer x" } else { "Bot x" },
                );
                let reply = request.body(body.to_vec()).send().await.unwrap();
                assert!(matches!(reply.status().as_u16(), 200 | 400), "{kind} {path}");
            }
        }
    }
    assert_eq!(setup.world.outbox.last(), 0);
}

#[test]
fn bodies_of_every_kind_become_one_object() {
    let cases = [
        ("application/json; charset=utf-8", r#"{"a":{"b":1}}"#, r#"{"a":{"b":1}}"#),
        ("application/json", "[1]", r#"{"items":[1]}"#),
        ("application/json", "{\"a\":", "{}"),
        (
            "application/x-www-form-urlencoded",
            "a=x+y&b=%5B1%5D&c=%7Bno",
            r#"{"a":"x y","b":[1],"c":"{no"}"#,
        ),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{\"a\":1}\r\n--b--",
            r#"{"a":1}"#,
        ),
        ("multipart/form-data; boundary=b", "--b\r\nname=\"payload_json\"", "{}"),
        ("", "\0\u{fffd}", "{}"),
    ];
    for (kind, body, expected) in cases {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let fields = Value::Object(body_fields(&headers, body.as_bytes()));
        assert_eq!(fields, serde_json::from_str::<Value>(expected).unwrap(), "{kind} {body}");
    }
}
