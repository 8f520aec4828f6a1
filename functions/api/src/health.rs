//! `GET /healthz`: whether the desk can be worked with right now. For load balancers and people;
//! needs no token and tells nothing but that.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;
use store::Store;

use crate::problem::plain_headers;

/// Where it is asked.
pub(crate) const PATH: &str = "/healthz";
/// Storage that takes longer is as good as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// 200 once the table answers, 503 with the reason otherwise.
pub(crate) async fn answer(store: &Store) -> Response<Bytes> {
    let why = match tokio::time::timeout(PATIENCE, store.newest_number()).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => {
            tracing::error!("the table does not answer: {error}");
            Some("the table does not answer")
        }
        Err(_) => Some("the table takes too long to answer"),
    };
    let (status, body) = match why {
        None => (StatusCode::OK, json!({ "status": "ok" })),
        Some(why) => {
            (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "unavailable", "reason": why }))
        }
    };
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    plain_headers(response.headers_mut(), "application/json");
    response
}
