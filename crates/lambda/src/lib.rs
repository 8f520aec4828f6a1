//! How a Lambda starts. The only place on AWS that reads the environment, the clock and randomness;
//! everything behind it is told.

mod http;

mod itself;

mod run;

use std::sync::Arc;

use anyhow::{Context, Result};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::{Builder, tls};
use desk::config::Config;
use jiff::tz::TimeZone;
use store::{Store, World};

pub use http::{serve, serve_and_work};
pub use itself::Itself;
pub use run::{run, run_until};

/// A variable that must be set. An empty one is none: as a secret it would let everybody in.
pub fn needed(name: &str) -> Result<String> {
    optional(name).with_context(|| format!("set {name} on the function"))
}

/// A variable that may be set.
#[allow(clippy::disallowed_methods, reason = "a Lambda is configured by its environment")]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The parts of a variable that takes several, commas between: two secrets while one is changed for
/// the other. Empty parts are none.
pub fn parts(value: &str) -> Vec<String> {
    let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
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
    World {
        now: now.clone(),
        wall: now,
        id: Arc::new(|| store::id_by(|most| rand::random_range(0..most))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_part_is_no_secret() {
        assert_eq!(parts("new, old"), ["new", "old"]);
        assert_eq!(parts("one,"), ["one"]);
        assert!(parts(" , ,").is_empty());
    }
}
