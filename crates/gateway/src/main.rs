//! `bellhop-gateway`: the optional relay as a small program that runs anywhere beside the desk.
//!
//! It reads `BELLHOP_URL` (where the desk is), `BELLHOP_DISCORD_BOT_TOKEN`, and `BELLHOP_DISCORD_API_URL`
//! where Discord is somewhere else.

use anyhow::Context as _;
use chat::discord::client::API_URL;
use gateway::{Desk, Settings, run};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let token = needed("BELLHOP_DISCORD_BOT_TOKEN")?;
    let desk = Desk::new(&needed("BELLHOP_URL")?, &token, now)?;
    let api_url = said("BELLHOP_DISCORD_API_URL").unwrap_or_else(|| API_URL.into());
    run(Settings { token, api_url, desk }).await
}

fn needed(name: &str) -> anyhow::Result<String> {
    said(name).with_context(|| format!("{name} is needed"))
}

#[allow(clippy::disallowed_methods, reason = "a program is told by its environment")]
fn said(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[allow(clippy::disallowed_methods, reason = "signatures go by the machine's clock")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
