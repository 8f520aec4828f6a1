//! The mail door as a Lambda that SES or the bucket calls.

use lambda_runtime::{LambdaEvent, service_fn};
use mail::{Mail, handle};
use serde_json::Value;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let store = lambda::store(&lambda::aws().await)?;
    let mail = Mail::new(store, lambda::needed("BELLHOP_REPLY_SECRET")?.into_bytes());
    let mail = &mail;
    let service = service_fn(move |event: LambdaEvent<Value>| async move {
        Box::pin(handle(mail, event.payload))
            .await
            .map_err(|error| Box::new(error) as lambda_runtime::Error)
    });
    lambda_runtime::run(service)
        .await
        .map_err(|error| anyhow::anyhow!("the runtime ended: {error}"))
}
