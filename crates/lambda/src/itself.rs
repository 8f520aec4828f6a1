//! The function that runs, as somebody to leave work with.

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::InvocationType;
use serde::Serialize;
use serde_json::json;

use crate::needed;

/// This very function.
#[derive(Clone)]
pub struct Itself {
    client: Client,
    name: String,
}

impl Itself {
    /// By the name Lambda gives every function it runs.
    pub fn new(aws: &SdkConfig) -> Result<Itself> {
        Ok(Itself { client: Client::new(aws), name: needed("AWS_LAMBDA_FUNCTION_NAME")? })
    }

    /// Invokes this function once more, asynchronously. Once this answers, Lambda holds the work and
    /// tries until it is done or lies in the dead-letter queue.
    pub async fn hand_over(&self, work: &impl Serialize) -> Result<()> {
        let payload = serde_json::to_vec(&json!({ "handed_over": work }))?;
        self.client
            .invoke()
            .function_name(&self.name)
            .invocation_type(InvocationType::Event)
            .payload(payload.into())
            .send()
            .await
            .context("Lambda did not take the work")?;
        Ok(())
    }
}
