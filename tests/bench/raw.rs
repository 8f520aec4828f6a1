//! DynamoDB's JSON protocol, spoken to the embedded engine on a loopback port: fills a table faster
//! than any door would.

use local::dynamodb::Engine;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// What BatchWriteItem takes at most.
pub const BATCH: usize = 25;
/// The table of every desk here.
pub const TABLE: &str = "bellhop";

/// An engine, reached by HTTP.
pub struct Raw {
    http: reqwest::Client,
    address: String,
    serving: AbortHandle,
}

impl Raw {
    /// Opens a port of its own.
    pub async fn to(engine: &Engine) -> Raw {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("a port"));
        let serving = tokio::spawn(engine.service().serve(listener)).abort_handle();
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build();
        Raw { http: http.expect("a client"), address, serving }
    }

    /// One call; its answer.
    pub async fn call(&self, operation: &str, body: &Value) -> Value {
        let target = format!("DynamoDB_20120810.{operation}");
        let request = self.http.post(&self.address).header("x-amz-target", target).json(body);
        let answer = request.send().await.expect("the engine answers");
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{operation}: {body}");
        body
    }

    /// Writes at most [`BATCH`] items.
    pub async fn put_all(&self, items: impl Iterator<Item = Value>) {
        let puts: Vec<Value> =
            items.map(|item| json!({ "PutRequest": { "Item": item } })).collect();
        let body = json!({ "RequestItems": { TABLE: puts } });
        let answer = self.call("BatchWriteItem", &body).await;
        let left = answer["UnprocessedItems"].as_object().is_some_and(|left| !left.is_empty());
        assert!(!left, "the engine left items out");
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
