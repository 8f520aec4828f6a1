//! A web server of one answer, for the tests of the clients: it keeps what it was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers every request with the same bytes; an empty answer means it never answers.
pub struct Server {
    /// Its port on the loopback address.
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server answering with a status line such as `200 OK`, additional headers and a body.
    pub async fn start(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::start_raw(format!(
            "HTTP/1.1 {status}\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
        .await
    }

    /// Starts a server answering with exactly these bytes.
    pub async fn start_raw(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                kept.lock().unwrap().push(request);
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { port, seen }
    }

    /// The one request that came, head and body.
    pub fn request(&self) -> String {
        let seen = self.seen.lock().unwrap();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }

    /// The JSON body of the one request that came.
    pub fn json(&self) -> serde_json::Value {
        let request = self.request();
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length:")
                    .map(|value| value.trim().parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        if count == 0 {
            return text;
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
}
