//! The clock as a Lambda that EventBridge calls every minute.

use escalate::{Escalate, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let escalate = Escalate::new(lambda::store(&lambda::aws().await)?);
    let escalate = &escalate;
    lambda::run_until(move |event, until| handle(escalate, event, until)).await
}
