//! The Slack door as a Lambda behind API Gateway.

use chat::slack::Client;
use chat::slack::client::API_URL;
use slack::{Slack, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let store = lambda::store(&lambda::aws().await)?;
    let url = lambda::optional("BELLHOP_SLACK_API_URL").unwrap_or_else(|| API_URL.into());
    let client = Client::new(&url, &lambda::needed("BELLHOP_SLACK_BOT_TOKEN")?)?;
    // Two secrets, comma between, while one is changed for the other.
    let secrets = lambda::needed("BELLHOP_SLACK_SIGNING_SECRET")?;
    let secrets = secrets.split(',').map(|secret| secret.trim().to_owned()).collect();
    let slack = Slack::new(store, client, secrets);
    lambda::serve(move |request| {
        let slack = slack.clone();
        async move { handle(&slack, request).await }
    })
    .await
}
