//! The clock as a Lambda that EventBridge calls every minute.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use escalate::{Escalate, handle};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let escalate = Escalate::new(lambda::store(&lambda::aws().await)?);
    let escalate = &escalate;
    let service = service_fn(move |event: LambdaEvent<EventBridgeEvent<Value>>| async move {
        Box::pin(handle(escalate, event.payload))
            .await
            .map_err(|error| Box::new(error) as lambda_runtime::Error)
    });
    lambda_runtime::run(service)
        .await
        .map_err(|error| anyhow::anyhow!("the runtime ended: {error}"))
}
