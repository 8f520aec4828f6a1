//! Tells the desk: one signed request a message, tried again for a while where the desk does not
//! answer. The desk does nothing twice, so that telling it twice harms nobody.

use std::time::Duration;

use chat::discord::relay::{Key, PATH, Relayed, SIGNATURE, TIMESTAMP};
use jiff::Timestamp;

/// How long one request may take.
const WITHIN: Duration = Duration::from_secs(10);
/// How long to wait before each further attempt.
const WAITS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
];

/// Reads the machine's clock.
pub type Clock = fn() -> Timestamp;

/// The desk, as the relay sees it.
pub struct Desk {
    http: reqwest::Client,
    url: String,
    key: Key,
    now: Clock,
}

impl Desk {
    /// A desk at `url`, such as `https://desk.example.com`; both sides know the bot's token.
    pub fn new(url: &str, token: &str, now: Clock) -> anyhow::Result<Desk> {
        let http = reqwest::Client::builder().timeout(WITHIN);
        let http = http.redirect(reqwest::redirect::Policy::none()).build()?;
        let url = format!("{}{PATH}", url.trim_end_matches('/'));
        Ok(Desk { http, url, key: Key::of_token(token), now })
    }

    /// Tells it once, or until it has been tried often enough. A refusal is final.
    pub(crate) async fn tell(&self, relayed: Relayed) {
        let Ok(body) = serde_json::to_vec(&relayed) else { return };
        for wait in WAITS {
            match self.attempt(body.clone()).await {
                Ok(status) if status.is_success() => return,
                Ok(status) if status.is_client_error() && status.as_u16() != 429 => {
                    tracing::error!("the desk refused message {}: {status}", relayed.message);
                    return;
                }
                Ok(status) => tracing::warn!("the desk answered {status}; trying again"),
                Err(error) => tracing::warn!("the desk does not answer: {}", error.without_url()),
            }
            tokio::time::sleep(wait).await;
        }
        tracing::error!("message {} did not reach the desk", relayed.message);
    }

    async fn attempt(&self, body: Vec<u8>) -> reqwest::Result<reqwest::StatusCode> {
        let at = (self.now)().as_second();
        let signature = self.key.sign(at, &body);
        let request = self.http.post(&self.url).header("content-type", "application/json");
        let request = request.header(TIMESTAMP, at).header(SIGNATURE, signature);
        Ok(request.body(body).send().await?.status())
    }
}
