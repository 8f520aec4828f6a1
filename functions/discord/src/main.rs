//! The Discord door as a Lambda behind API Gateway.

use chat::discord::signature::PublicKey;
use discord::{Discord, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let store = lambda::store(&lambda::aws().await)?;
    let keys = lambda::needed("BELLHOP_DISCORD_PUBLIC_KEY")?;
    let keys = keys.split(',').map(|key| PublicKey::from_hex(key.trim()));
    let discord = Discord::new(store, keys.collect::<Result<_, _>>()?);
    lambda::serve(move |request| {
        let discord = discord.clone();
        async move { handle(&discord, request).await }
    })
    .await
}
