//! Sending as a Lambda: the table's stream and the minute call it.

use std::sync::Arc;
use std::time::Duration;

use email::Keys;
use notify::{Notify, Post, Settings, handle};

/// Slack takes a message a second in a channel (docs.slack.dev, "Rate limits"), Discord five in five.
const PACE: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let aws = lambda::aws().await;
    let slack_url = lambda::optional("BELLHOP_SLACK_API_URL");
    let slack_url = slack_url.unwrap_or_else(|| chat::slack::client::API_URL.into());
    let discord_url = lambda::optional("BELLHOP_DISCORD_API_URL");
    let discord_url = discord_url.unwrap_or_else(|| chat::discord::client::API_URL.into());
    let token = |name: &str| lambda::optional(name).unwrap_or_default();
    let notify = Notify::new(
        lambda::store(&aws)?,
        aws_sdk_ses::Client::new(&aws),
        aws_sdk_eventbridge::Client::new(&aws),
        chat::slack::Client::new(&slack_url, &token("BELLHOP_SLACK_BOT_TOKEN"))?,
        chat::discord::Client::new(&discord_url, &token("BELLHOP_DISCORD_BOT_TOKEN"))?,
        Settings {
            bus: lambda::needed("BELLHOP_BUS")?,
            keys: Keys::new(&lambda::needed("BELLHOP_REPLY_SECRET")?),
            region: aws.region().map(ToString::to_string).unwrap_or_default(),
            pace: PACE,
        },
        post(),
    );
    let notify = &notify;
    lambda::run_until(move |event, until| handle(notify, event, until)).await
}

/// Webhooks go to public addresses alone.
fn post() -> Post {
    let client = webhook::Client::new(webhook::address::system(), false);
    Arc::new(move |delivery| {
        let client = client.clone();
        Box::pin(async move { client.send(&delivery).await })
    })
}
