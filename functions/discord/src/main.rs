//! The Discord door as a Lambda behind API Gateway.

use chat::discord::Client;
use chat::discord::client::API_URL;
use chat::discord::signature::PublicKey;
use discord::{Discord, handle, work};
use verbs::later::{HandOver, NotTaken};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let aws = lambda::aws().await;
    let store = lambda::store(&aws)?;
    let url = lambda::optional("BELLHOP_DISCORD_API_URL").unwrap_or_else(|| API_URL.into());
    let client = Client::new(&url, &lambda::needed("BELLHOP_DISCORD_BOT_TOKEN")?)?;
    let keys = lambda::parts(&lambda::needed("BELLHOP_DISCORD_PUBLIC_KEY")?);
    let keys = keys.iter().map(|key| PublicKey::from_hex(key));
    let itself = lambda::Itself::new(&aws)?;
    let hand_over = HandOver::new(move |work| {
        let itself = itself.clone();
        async move { itself.hand_over(&work).await.map_err(|error| NotTaken(format!("{error:#}"))) }
    });
    let discord = Discord::new(store, client, keys.collect::<Result<_, _>>()?, hand_over)
        .for_application(lambda::optional("BELLHOP_DISCORD_APPLICATION_ID"));
    let discord = &discord;
    lambda::serve_and_work(
        move |request| handle(discord, request),
        move |left| async move { work(discord, &left).await },
    )
    .await
}
