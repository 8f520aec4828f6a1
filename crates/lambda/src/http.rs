//! A door behind API Gateway (payload format 2.0). Bodies reach the handler as the bytes that were
//! sent, decoded where the gateway wrote base64, since signatures are over those bytes.

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, Service, service_fn};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::run::{diagnostic, ended};

/// An event no HTTP door takes.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(
        "this event is no request of an HTTP API (payload format 2.0); check what invokes the function"
    )]
    NotARequest,
    #[error("the answer cannot be written: {0}")]
    Answer(serde_json::Error),
}

/// What a function answers to work that was handed over to it.
#[derive(Serialize)]
struct Worked {
    done: bool,
}

/// Runs an HTTP door.
pub async fn serve<H, F>(handle: H) -> Result<()>
where
    H: Fn(Request<Bytes>) -> F + Send + Sync,
    F: Future<Output = Response<Bytes>> + Send,
{
    let handle = &handle;
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        Box::pin(answer(handle, event)).await.map_err(|error| diagnostic(&error))
    });
    ended(lambda_runtime::run(service).await)
}

/// Runs an HTTP door that also does what it left for later: an event whose only field is
/// `handed_over` is work for `work`. Whoever handed it over was told so: it is tried again by Lambda
/// until it is done or lies in the dead-letter queue.
pub async fn serve_and_work<H, F, W, T, G, E>(handle: H, work: W) -> Result<()>
where
    H: Fn(Request<Bytes>) -> F + Send + Sync,
    F: Future<Output = Response<Bytes>> + Send,
    W: Fn(T) -> G + Send + Sync,
    T: DeserializeOwned + Send,
    G: Future<Output = Result<(), E>> + Send,
    E: std::error::Error + 'static,
{
    let (handle, work) = (&handle, &work);
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        match handed_over(&event.payload) {
            Some(left) => {
                Box::pin(work(left)).await.map_err(|error| diagnostic(&error))?;
                written(&Worked { done: true }).map_err(|error| diagnostic(&error))
            }
            None => Box::pin(answer(handle, event)).await.map_err(|error| diagnostic(&error)),
        }
    });
    ended(lambda_runtime::run(service).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedOver<T> {
    handed_over: T,
}

fn handed_over<T: DeserializeOwned>(event: &RawValue) -> Option<T> {
    serde_json::from_str(event.get()).ok().map(|event: HandedOver<T>| event.handed_over)
}

async fn answer<H, F>(handle: &H, event: LambdaEvent<Box<RawValue>>) -> Result<Value, Error>
where
    H: Fn(Request<Bytes>) -> F + Send + Sync,
    F: Future<Output = Response<Bytes>> + Send,
{
    let request: LambdaRequest =
        serde_json::from_str(event.payload.get()).map_err(|_| Error::NotARequest)?;
    let mut door = Adapter::from(service_fn(move |request: lambda_http::Request| async move {
        let (parts, body) = request.into_parts();
        let body = Bytes::from(body.to_vec());
        let response = handle(Request::from_parts(parts, body)).await;
        let response = response.map(|body| lambda_http::Body::from(body.to_vec()));
        Ok::<_, std::convert::Infallible>(response)
    }));
    match door.call(LambdaEvent::new(request, event.context)).await {
        Ok(response) => written(&response),
        Err(never) => match never {},
    }
}

fn written(answer: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(answer).map_err(Error::Answer)
}
