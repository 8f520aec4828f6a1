//! A small Lambda: runs the real binary of a function, hands it events by the Runtime API and reads
//! what it answers. One instance a function, one event at a time, as Lambda does it.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use super::build::function;
use super::{forget, fresh};

/// How long one event may take here; on AWS the template says it.
const ANSWER: Duration = Duration::from_secs(120);

/// What a function answers to an event: a value, or the error it reports.
pub type Answered = Result<Value, Failure>;

/// An error as a function reports it to Lambda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error's type.
    pub kind: String,
    /// What it says.
    pub message: String,
}

/// One running function.
pub struct Function {
    name: &'static str,
    host: Arc<Host>,
    child: Mutex<Child>,
    serving: tokio::task::JoinHandle<()>,
}

/// The side of the Runtime API that a test holds.
struct Host {
    events: mpsc::UnboundedSender<Event>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    asked: Mutex<BTreeMap<String, oneshot::Sender<Answered>>>,
    left: watch::Sender<usize>,
}

struct Event {
    payload: Vec<u8>,
    answer: oneshot::Sender<Answered>,
}

impl Function {
    /// Starts the binary of this function with these variables and nothing else of ours.
    pub async fn start(name: &'static str, variables: &[(&str, String)]) -> Function {
        let program = tokio::task::spawn_blocking(move || function(name)).await;
        let command = Command::new(program.expect("the functions build"));
        Function::start_as(name, command, variables).await
    }

    /// Starts this command in the place of the function's binary.
    pub async fn start_as(
        name: &'static str,
        mut command: Command,
        variables: &[(&str, String)],
    ) -> Function {
        let (events, waiting) = mpsc::unbounded_channel();
        let waiting = tokio::sync::Mutex::new(waiting);
        let host = Arc::new(Host {
            events,
            waiting,
            asked: Mutex::default(),
            left: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("a port").to_string();
        let router = runtime_api(host.clone());
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        forget(&mut command, &["BELLHOP_", "AWS_", "LAMBDA_"]);
        command
            .env("AWS_LAMBDA_RUNTIME_API", &address)
            .env("AWS_LAMBDA_FUNCTION_NAME", format!("bellhop-{name}"))
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/bellhop-{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "tests")
            .env("RUST_LOG", "warn")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = Mutex::new(command.spawn().expect("the function starts"));
        Function { name, host, child, serving }
    }

    /// Hands it an event and waits for the answer.
    pub async fn invoke(&self, event: &Value) -> Answered {
        self.queue(event.to_string().into_bytes()).await.expect("an answer")
    }

    /// Lets it have an event in its own time; dropping what this returns forgets only the answer.
    pub fn queue(&self, payload: Vec<u8>) -> tokio::task::JoinHandle<Answered> {
        let (answer, answered) = oneshot::channel();
        self.host.left.send_modify(|left| *left += 1);
        self.host.events.send(Event { payload, answer }).expect("the host runs");
        let name = self.name;
        tokio::spawn(async move {
            let within = tokio::time::timeout(ANSWER, answered).await;
            within.unwrap_or_else(|_| panic!("{name} did not answer")).expect("the host runs")
        })
    }

    /// Answers once no event is left.
    pub async fn finished(&self) {
        let mut left = self.host.left.subscribe();
        let done = left.wait_for(|left| *left == 0);
        let within = tokio::time::timeout(ANSWER, done).await;
        assert!(within.is_ok(), "{} does not come to an end", self.name);
    }

    /// The number of its process.
    #[allow(dead_code, reason = "the benchmark asks what the process used")]
    pub fn process(&self) -> u32 {
        self.lock().id()
    }

    /// Whether it still runs: no event may end it.
    pub fn is_alive(&self) -> bool {
        self.lock().try_wait().is_ok_and(|ended| ended.is_none())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child.lock().expect("nobody panics while holding it")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.serving.abort();
        let mut child = self.lock();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn runtime_api(host: Arc<Host>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(host)
}

/// The next event; held open until there is one.
async fn next(State(host): State<Arc<Host>>) -> Response {
    let Some(event) = host.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = format!("8476a536-e9f4-11e8-9739-{:012x}", fresh());
    host.asked.lock().expect("no panic").insert(id.clone(), event.answer);
    let deadline = super::wall().as_millisecond() + 60_000;
    let function = "arn:aws:lambda:eu-west-1:123456789012:function:bellhop";
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", function.to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned()),
    ];
    (headers, event.payload).into_response()
}

async fn response(
    State(host): State<Arc<Host>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    host.answer(&id, Ok(serde_json::from_slice(&body).unwrap_or_default()))
}

async fn error(State(host): State<Arc<Host>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    host.answer(&id, Err(failure(&body)))
}

/// A function that cannot start: whoever waits for it hears why.
async fn init_error(State(host): State<Arc<Host>>, body: Bytes) -> StatusCode {
    eprintln!("a function did not start: {}", String::from_utf8_lossy(&body));
    host.asked.lock().expect("no panic").clear();
    StatusCode::ACCEPTED
}

fn failure(body: &[u8]) -> Failure {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    Failure { kind: text("errorType"), message: text("errorMessage") }
}

impl Host {
    fn answer(&self, id: &str, answered: Answered) -> StatusCode {
        match self.asked.lock().expect("no panic").remove(id) {
            // Nobody may be waiting any more: what was answered is done all the same.
            Some(waiting) => drop(waiting.send(answered)),
            None => return StatusCode::BAD_REQUEST,
        }
        self.left.send_modify(|left| *left -= 1);
        StatusCode::ACCEPTED
    }
}
