//! The relay between a stand-in for Discord's gateway and a stand-in for the desk's door: what belongs
//! to the desk arrives there, signed; the rest stays in Discord; a broken connection is resumed.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use chat::discord::relay::{Key, SIGNATURE, TIMESTAMP};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::*;

const TOKEN: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB";
const THREAD: &str = "500000000000000001";
const NOW: i64 = 1_795_325_400;

fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(NOW).unwrap()
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn accept(listener: &TcpListener) -> Socket {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = Socket(accept_async(stream).await.unwrap());
        socket.send(json!({"op": 10, "d": {"heartbeat_interval": 40_000}})).await;
        socket
    }

    async fn send(&mut self, value: Value) {
        self.0.send(Frame::Text(value.to_string())).await.unwrap();
    }

    async fn event(&mut self, seq: u64, name: &str, data: Value) {
        self.send(json!({"op": 0, "s": seq, "t": name, "d": data})).await;
    }

    /// The next message of this opcode; heartbeats are answered on the way.
    async fn receive(&mut self, op: u64) -> Value {
        loop {
            let frame = self.0.next().await.unwrap().unwrap();
            let Ok(value) = serde_json::from_str::<Value>(frame.to_text().unwrap_or("")) else {
                continue;
            };
            if value["op"] == 1 {
                self.send(json!({"op": 11})).await;
            }
            if value["op"] == op {
                return value;
            }
        }
    }
}

fn user(id: &str, bot: bool) -> Value {
    json!({"id": id, "username": format!("user{id}"), "discriminator": "0", "global_name": "Ana",
        "avatar": null, "bot": bot})
}

fn message(id: &str, channel: &str, author: Value, content: &str) -> Value {
    json!({"id": id, "channel_id": channel, "guild_id": "3", "author": author, "content": content,
        "timestamp": "2026-11-23T09:00:00Z", "edited_timestamp": null, "tts": false,
        "mention_everyone": false, "mentions": [], "mention_roles": [], "embeds": [], "pinned": false,
        "type": 0, "components": [], "attachments": [{"id": "9", "filename": "a.png", "size": 3,
            "url": "https://cdn.discordapp.com/a.png", "proxy_url": "https://x/a.png"}]})
}

/// The REST side of Discord, and the desk's door.
async fn stand_ins(socket: String) -> (String, mpsc::UnboundedReceiver<Value>) {
    let (told, heard) = mpsc::unbounded_channel();
    let gateway = json!({"url": socket, "shards": 1,
        "session_start_limit": {"total": 10, "remaining": 9, "reset_after": 1, "max_concurrency": 1}});
    let answer = gateway.to_string();
    let bot = answer.clone();
    let door = async |State(told): State<mpsc::UnboundedSender<Value>>,
                      headers: HeaderMap,
                      body: Bytes| {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let genuine =
            Key::of_token(TOKEN).verify(NOW + 3, header(TIMESTAMP), header(SIGNATURE), &body);
        let mut said: Value = serde_json::from_slice(&body).unwrap();
        said["genuine"] = json!(genuine.is_ok());
        told.send(said).unwrap();
    };
    let app = Router::new()
        .route("/api/v10/gateway", get(async move || answer))
        .route("/api/v10/gateway/bot", get(async move || bot))
        .route("/discord/messages", post(door))
        .with_state(told);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base, heard)
}

#[tokio::test]
async fn what_is_written_in_threads_of_the_desk_is_told_and_a_broken_connection_is_resumed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = format!("ws://{}", listener.local_addr().unwrap());
    let (base, mut heard) = stand_ins(socket.clone()).await;
    let desk = Desk::new(&base, TOKEN, now).unwrap();
    let settings = Settings { token: TOKEN.into(), api_url: format!("{base}/api/v10"), desk };
    let relay = tokio::spawn(run(settings));

    let mut first = Socket::accept(&listener).await;
    let identify = first.receive(2).await;
    let intents = identify["d"]["intents"].as_u64().unwrap_or_default();
    assert_ne!(intents & (1 << 15), 0, "the words of messages are asked for");
    let ready = json!({"v": 10, "user": user("77", true), "guilds": [], "session_id": "abc",
        "resume_gateway_url": socket, "application": {"id": "77", "flags": 0}});
    first.event(1, "READY", ready).await;
    let thread = json!({"id": THREAD, "guild_id": "3", "parent_id": "4", "owner_id": "77", "type": 12,
        "name": "#7 vpn", "thread_metadata": {"archived": false, "locked": false,
            "auto_archive_duration": 10080, "archive_timestamp": "2026-11-23T09:00:00Z"}});
    // serenity hands events to tasks of their own: what follows must find the thread known.
    first.event(2, "THREAD_CREATE", thread).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    first.event(3, "MESSAGE_CREATE", message("10", "4", user("5", false), "elsewhere")).await;
    first.event(4, "MESSAGE_CREATE", message("11", THREAD, user("77", true), "by a bot")).await;
    first.event(5, "MESSAGE_CREATE", message("12", THREAD, user("5", false), "it drops")).await;
    let said = heard.recv().await.unwrap();
    assert_eq!(
        (&said["genuine"], &said["what"], &said["text"]),
        (&json!(true), &json!("said"), &json!("it drops"))
    );
    assert_eq!(
        (&said["author"], &said["files"][0]["name"]),
        (&json!(["5", "Ana"]), &json!("a.png"))
    );
    let mut answer = message("13", "4", user("5", false), "an answer to the card");
    answer["referenced_message"] = message("9", "4", user("77", true), "");
    answer["referenced_message"]["components"] = json!([{"type": 17, "components": []}]);
    first.event(6, "MESSAGE_CREATE", answer).await;
    let said = heard.recv().await.unwrap();
    assert_eq!((&said["replies_to"], &said["channel"]), (&json!("9"), &json!("4")));
    let edited = message("12", THREAD, user("5", false), "it drops always");
    first.event(7, "MESSAGE_UPDATE", edited).await;
    assert_eq!(heard.recv().await.unwrap()["what"], "edited");
    let frame = CloseFrame { code: 4000.into(), reason: "try again".into() };
    first.0.close(Some(frame)).await.unwrap();

    let mut second = Socket::accept(&listener).await;
    let resume = second.receive(6).await;
    assert_eq!((&resume["d"]["session_id"], &resume["d"]["seq"]), (&json!("abc"), &json!(7)));
    second.event(8, "RESUMED", json!({})).await;
    second
        .event(9, "MESSAGE_DELETE", json!({"id": "12", "channel_id": THREAD, "guild_id": "3"}))
        .await;
    let gone = heard.recv().await.unwrap();
    assert_eq!((&gone["what"], &gone["message"]), (&json!("deleted"), &json!("12")));
    relay.abort();
}

#[test]
fn what_was_told_is_remembered_for_a_while() {
    let known = Known::default();
    for n in 1..=10_001 {
        known.told(MessageId::new(n));
    }
    assert!(!known.was_told(MessageId::new(1)) && known.was_told(MessageId::new(10_001)));
    known.is_called(serenity::all::UserId::new(77));
    assert!(known.is_us(serenity::all::UserId::new(77)) && !known.is_ours(ChannelId::new(1)));
    let shared = Arc::new(known);
    assert!(shared.was_told(MessageId::new(2)));
}
