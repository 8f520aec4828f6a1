//! The seam between the AWS SDK and the engines in this process: services whose calls are answered by
//! a function, through an HTTP client of the SDK or, for programs of their own, on a loopback port.
//! Knows HTTP's shape only; each engine reads its own protocol.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use tokio::net::TcpListener;

/// One call of an SDK client, as much of it as the engines read.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The last part of `X-Amz-Target`: the operation of the JSON protocols, else empty.
    pub operation: String,
    /// The whole request body.
    pub body: Vec<u8>,
}

/// What the engine answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type of `body`.
    pub content_type: &'static str,
    /// The response body.
    pub body: String,
}

/// No answer at all: the connection broke after the call had been taken.
#[derive(Debug, thiserror::Error)]
#[error("the answer was lost on the way; whether the call took effect must be read back")]
pub(crate) struct Lost;

type Answering = Pin<Box<dyn Future<Output = Result<Answer, Lost>> + Send>>;

/// A service of AWS that is answered in this process; clones are the same one.
#[derive(Clone)]
pub struct Service {
    name: &'static str,
    answer: Arc<dyn Fn(Call) -> Answering + Send + Sync>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Service {
    pub(crate) fn new<F, R>(name: &'static str, answer: F) -> Service
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Lost>> + Send + 'static,
    {
        Service { name, answer: Arc::new(move |call| Box::pin(answer(call)) as Answering) }
    }

    /// An HTTP client for the SDK whose calls this service answers, without a port.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Answers on a port, until the task ends, for programs that reach AWS by an address. Checks no
    /// signature: bind to the loopback interface alone.
    pub async fn serve(self, listener: TcpListener) {
        serve_connections(listener, service_fn(move |request| answer_http(self.clone(), request)))
            .await;
    }
}

/// A lost answer is a connection that closes without one.
async fn answer_http(
    service: Service,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Lost> {
    let operation = operation(request.headers().get("x-amz-target").and_then(|v| v.to_str().ok()));
    let body = request.into_body().collect().await.map_err(|_| Lost)?.to_bytes();
    let answer = (service.answer)(Call { operation, body: body.to_vec() }).await?;
    response(answer).map_err(|_| Lost)
}

/// Serves HTTP/1 on a listener, until the task ends.
pub(crate) async fn serve_connections<S, B>(listener: TcpListener, service: S)
where
    S: hyper::service::Service<http::Request<Incoming>, Response = http::Response<B>>,
    S: Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        // Without it a small answer waits 40 ms for the kernel to fill a packet.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        tokio::spawn(async move {
            let http = hyper::server::conn::http1::Builder::new();
            // A connection that breaks is its client's loss: there is nobody left to tell.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The configuration of an SDK client over an engine in this process: a region and credentials
/// that mean nothing, and an endpoint that nothing listens on. Reads no environment.
pub fn config(http_client: SharedHttpClient) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "bellhop");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url("http://engine.invalid")
        .http_client(http_client)
        .build()
}

impl HttpClient for Service {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Service {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = read(&request);
        let answering = (self.answer)(call);
        HttpConnectorFuture::new_boxed(Box::pin(async move {
            let answer = answering.await.map_err(|lost| ConnectorError::io(lost.into()))?;
            write(answer)
        }))
    }
}

fn read(request: &HttpRequest) -> Call {
    Call {
        operation: operation(request.headers().get("x-amz-target")),
        body: request.body().bytes().map(<[u8]>::to_vec).unwrap_or_default(),
    }
}

fn operation(target: Option<&str>) -> String {
    target.unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned()
}

fn write(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let response: http::Response<SdkBody> =
        response(answer).map_err(|error| ConnectorError::other(error.into(), None))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

fn response<B: From<String>>(answer: Answer) -> Result<http::Response<B>, http::Error> {
    http::Response::builder()
        .status(answer.status)
        .header("content-type", answer.content_type)
        .header("x-amzn-requestid", "local")
        .body(B::from(answer.body))
}
