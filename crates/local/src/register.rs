//! `bellhop discord register`: tells Discord which commands there are. Once is enough, and after an
//! update that brings new ones; what was registered before is replaced.

use anyhow::{Context, Result};
use chat::discord::Client;

use crate::options::{Discord, Register};

/// Carries out `bellhop discord …`.
pub async fn run(discord: &Discord) -> Result<()> {
    let Discord::Register(said) = discord;
    register(said).await
}

async fn register(said: &Register) -> Result<()> {
    let client = Client::new(&said.api_url, &said.token)?;
    let registered = client.register(&said.application, said.guild.as_deref()).await;
    registered.context("check the application's number and the bot's token")?;
    let place = said.guild.as_ref().map_or_else(
        || "everywhere; Discord may take an hour to show them".to_owned(),
        |guild| format!("in server {guild}"),
    );
    println!("commands registered {place}");
    Ok(())
}
