//! How a Lambda starts. The only place on AWS that reads the environment, the clock and randomness;
//! everything behind it is told.

use std::sync::Arc;

use anyhow::{Context, Result};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::{Builder, tls};
use bytes::Bytes;
use desk::config::Config;
use http::{Request, Response};
use jiff::tz::TimeZone;
use store::{Store, World};

/// A variable that must be set.
#[allow(clippy::disallowed_methods, reason = "a Lambda is configured by its environment")]
pub fn needed(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("set {name} on the function"))
}

/// A variable that may be set.
pub fn optional(name: &str) -> Option<String> {
    needed(name).ok().filter(|value| !value.is_empty())
}

/// One JSON line a record; the level is `RUST_LOG`'s.
pub fn log() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().json().with_env_filter(filter).with_current_span(false).init();
}

/// Region, credentials and a TLS client.
pub async fn aws() -> SdkConfig {
    let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let http = Builder::new().tls_provider(ring).build_https();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await
}

/// Runs an HTTP door under API Gateway: bodies arrive decoded, as the bytes that were sent.
pub async fn serve<H, F>(handle: H) -> Result<()>
where
    H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<Bytes>> + Send,
{
    let handle = &handle;
    let service = lambda_http::service_fn(move |request: lambda_http::Request| async move {
        let (parts, body) = request.into_parts();
        let body = Bytes::from(body.to_vec());
        let response = handle(Request::from_parts(parts, body)).await;
        let response = response.map(|body| lambda_http::Body::from(body.to_vec()));
        Ok::<_, std::convert::Infallible>(response)
    });
    lambda_http::run(service).await.map_err(|error| anyhow::anyhow!("the runtime ended: {error}"))
}

/// The desk's table and bucket, as `BELLHOP_TABLE`, `BELLHOP_BUCKET`, `BELLHOP_DOMAIN`,
/// `BELLHOP_ADMIN_EMAIL` and `BELLHOP_TIME_ZONE` name them.
pub fn store(aws: &SdkConfig) -> Result<Store> {
    let domain = needed("BELLHOP_DOMAIN")?;
    let admin = optional("BELLHOP_ADMIN_EMAIL").unwrap_or_else(|| format!("admin@{domain}"));
    let zone = optional("BELLHOP_TIME_ZONE").unwrap_or_else(|| "UTC".into());
    let zone =
        TimeZone::get(&zone).with_context(|| format!("BELLHOP_TIME_ZONE is no zone: {zone}"))?;
    Ok(Store::new(
        aws_sdk_dynamodb::Client::new(aws),
        needed("BELLHOP_TABLE")?,
        aws_sdk_s3::Client::from_conf(s3(aws)),
        needed("BELLHOP_BUCKET")?,
        world(),
        Config::fresh(&domain, &admin.trim().to_lowercase(), zone),
    ))
}

/// Path-style addresses where the endpoint is not AWS itself.
fn s3(aws: &SdkConfig) -> aws_sdk_s3::Config {
    let elsewhere = aws.endpoint_url().is_some() || optional("AWS_ENDPOINT_URL_S3").is_some();
    aws_sdk_s3::config::Builder::from(aws).force_path_style(elsewhere).build()
}

/// The real clock and real randomness.
#[allow(clippy::disallowed_methods, reason = "where time and ids come in")]
fn world() -> World {
    let now: Arc<dyn Fn() -> jiff::Timestamp + Send + Sync> = Arc::new(jiff::Timestamp::now);
    World { now: now.clone(), wall: now, id: Arc::new(fresh_id) }
}

/// 24 characters of `a-z0-9`, about 124 bits.
fn fresh_id() -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    (0..24).map(letter).collect()
}
