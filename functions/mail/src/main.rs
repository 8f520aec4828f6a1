//! The mail door as a Lambda that SES, the bucket or the sweep's schedule calls.

use email::Keys;
use mail::{Mail, handle};

/// Who receives mail for the desk, by the name it writes into `Authentication-Results`: SES.
const SERVER: &str = "amazonses.com";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let store = lambda::store(&lambda::aws().await)?;
    let keys = Keys::new(&lambda::needed("BELLHOP_REPLY_SECRET")?);
    let mail = Mail::new(store, keys, Some(SERVER.to_owned()));
    let mail = &mail;
    lambda::run(move |event| handle(mail, event)).await
}
