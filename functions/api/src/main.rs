//! The REST door as a Lambda behind API Gateway.

use api::{Api, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lambda::log();
    let store = lambda::store(&lambda::aws().await)?;
    store.found(lambda::optional("BELLHOP_ADMIN_TOKEN").as_deref()).await?;
    let api = Api::new(store);
    lambda::serve(move |request| {
        let api = api.clone();
        async move { handle(&api, request).await }
    })
    .await
}
