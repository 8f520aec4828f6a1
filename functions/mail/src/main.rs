//! The mail door as a Lambda that SES, the bucket or the sweep's schedule calls.

use mail::{Mail, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let store = lambda::store(&lambda::aws().await)?;
    let mail = Mail::new(store, lambda::needed("BELLHOP_REPLY_SECRET")?.into_bytes());
    let mail = &mail;
    lambda::run(move |event| handle(mail, event)).await
}
