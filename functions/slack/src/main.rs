//! The Slack door as a Lambda behind API Gateway.

use chat::slack::Client;
use chat::slack::client::API_URL;
use slack::{Slack, handle, work};
use verbs::later::{HandOver, NotTaken};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let aws = lambda::aws().await;
    let store = lambda::store(&aws)?;
    let url = lambda::optional("BELLHOP_SLACK_API_URL").unwrap_or_else(|| API_URL.into());
    let client = Client::new(&url, &lambda::needed("BELLHOP_SLACK_BOT_TOKEN")?)?;
    let secrets = lambda::parts(&lambda::needed("BELLHOP_SLACK_SIGNING_SECRET")?);
    let itself = lambda::Itself::new(&aws)?;
    let hand_over = HandOver::new(move |work| {
        let itself = itself.clone();
        async move { itself.hand_over(&work).await.map_err(|error| NotTaken(format!("{error:#}"))) }
    });
    let slack = Slack::new(store, client, secrets, hand_over);
    let slack = &slack;
    lambda::serve_and_work(
        move |request| handle(slack, request),
        move |left| async move { work(slack, &left).await },
    )
    .await
}
