//! The seam between the AWS SDK and the engines in this process: an HTTP client of the SDK whose
//! calls are answered by a function. Knows HTTP's shape only; each engine reads its own protocol.

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
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

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

/// An HTTP client for the SDK that hands each call to `answer`.
pub(crate) fn http_client<F, R>(name: &'static str, answer: F) -> SharedHttpClient
where
    F: Fn(Call) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Answer, Lost>> + Send + 'static,
{
    let answer = Arc::new(move |call| Box::pin(answer(call)) as Answering);
    SharedHttpClient::new(Connector { name, answer })
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

#[derive(Clone)]
struct Connector {
    name: &'static str,
    answer: Arc<dyn Fn(Call) -> Answering + Send + Sync>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
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
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    Call {
        operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
        body: request.body().bytes().map(<[u8]>::to_vec).unwrap_or_default(),
    }
}

fn write(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let response = http::Response::builder()
        .status(answer.status)
        .header("content-type", answer.content_type)
        .header("x-amzn-requestid", "local")
        .body(SdkBody::from(answer.body))
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}
