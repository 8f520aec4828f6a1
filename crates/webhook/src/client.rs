//! Sends one signed request to one address that was checked, and to no other: redirects are answers
//! like any other, and no success.

use std::time::Duration;

use crate::address::{Refused, Resolve, check};
use crate::signature;

/// How long a receiver has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// So much of an answer is kept for whoever looks for a mistake, in bytes.
const KEPT: usize = 500;

/// Calls webhooks.
#[derive(Clone)]
pub struct Client {
    resolve: Resolve,
    own_machine: bool,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Where to.
    pub url: String,
    /// The same however often it is tried.
    pub id: String,
    /// Counted from 1.
    pub attempt: u32,
    /// What the signature is made with.
    pub secret: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// JSON.
    pub body: String,
}

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The status; 2xx is taken.
    pub status: u16,
    /// How its answer begins.
    pub text: String,
}

/// Why nothing was answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDelivered {
    /// It may not be called.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It could not be reached, or took too long.
    #[error("not reached: {0}")]
    NotReached(String),
}

impl Client {
    /// A client that looks names up like this. `own_machine` as in [`check`].
    pub fn new(resolve: Resolve, own_machine: bool) -> Client {
        Client { resolve, own_machine }
    }

    /// Sends it once.
    pub async fn send(&self, delivery: &Delivery) -> Result<Answered, NotDelivered> {
        let checked = check(&delivery.url, &self.resolve, self.own_machine).await?;
        let not_reached =
            |error: reqwest::Error| NotDelivered::NotReached(error.without_url().to_string());
        let mut client = reqwest::Client::builder()
            .use_rustls_tls()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT);
        if let Some(name) = checked.url.domain() {
            client = client.resolve_to_addrs(name, &checked.addresses);
        }
        let client = client.build().map_err(not_reached)?;
        let signature = signature::sign(&delivery.secret, delivery.at, &delivery.body);
        let request = client
            .post(checked.url)
            .header("content-type", "application/json")
            .header("user-agent", "Bellhop")
            .header("bellhop-delivery", &delivery.id)
            .header("bellhop-attempt", delivery.attempt)
            .header(signature::HEADER, signature)
            .body(delivery.body.clone());
        let mut answer = request.send().await.map_err(not_reached)?;
        let status = answer.status().as_u16();
        let mut kept = Vec::new();
        while kept.len() < KEPT
            && let Ok(Some(chunk)) = answer.chunk().await
        {
            kept.extend_from_slice(&chunk);
        }
        kept.truncate(KEPT);
        Ok(Answered { status, text: String::from_utf8_lossy(&kept).into_owned() })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with this and gives back what it was asked.
    async fn receiver(answer: &'static str) -> (SocketAddr, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 4096];
            let length = stream.read(&mut asked).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        (address, asked)
    }

    fn delivery(url: String) -> Delivery {
        Delivery {
            url,
            id: "7/3/crm/webhook".into(),
            attempt: 2,
            secret: "secret".into(),
            at: 1_795_374_238,
            body: r#"{"a":1}"#.into(),
        }
    }

    fn client(leads_to: SocketAddr) -> Client {
        let resolve: Resolve = Arc::new(move |_, _| Box::pin(async move { Ok(vec![leads_to]) }));
        Client::new(resolve, true)
    }

    #[tokio::test]
    async fn a_delivery_is_signed_and_its_answer_is_told() {
        let (address, asked) =
            receiver("HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok").await;
        let url = format!("http://hook.example:{}/here", address.port());
        let answered = client(address).send(&delivery(url)).await.unwrap();
        assert_eq!(answered, Answered { status: 202, text: "ok".into() });
        let asked = asked.await.unwrap().to_lowercase();
        let signature = signature::sign("secret", 1_795_374_238, r#"{"a":1}"#);
        assert!(asked.starts_with("post /here http/1.1\r\n"), "{asked}");
        for header in [
            format!("bellhop-signature: {signature}"),
            "bellhop-delivery: 7/3/crm/webhook".into(),
            "bellhop-attempt: 2".into(),
        ] {
            assert!(asked.contains(&header), "{header} in {asked}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_followed_nowhere() {
        let away =
            "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n";
        let (address, _asked) = receiver(away).await;
        let url = format!("http://hook.example:{}/", address.port());
        assert_eq!(client(address).send(&delivery(url)).await.unwrap().status, 302);
    }

    #[tokio::test]
    async fn a_name_that_leads_somewhere_else_by_now_is_not_called() {
        let house: IpAddr = "10.0.0.7".parse().unwrap();
        let client = client(SocketAddr::new(house, 443));
        let refused = client.send(&delivery("https://hook.example/".into())).await.unwrap_err();
        assert!(matches!(refused, NotDelivered::Refused(Refused::Private { .. })), "{refused:?}");
    }
}
