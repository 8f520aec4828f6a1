//! As much of AWS as the functions reach, on loopback ports: the embedded engines, the stand-ins, and
//! the part of Lambda by which a function leaves work with itself. The functions are the real
//! binaries, configured by their environment alone.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use desk::access::{Role, Who};
use desk::config::Config;
use desk::history::Text;
use desk::{Channel, Number, PersonId, Priority, QueueId, Type};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use local::availability::Standin;
use local::dynamodb::Engine;
use local::outbox::Outbox;
use local::s3::S3;
use local::{bus, ses, standins};
use serde_json::{Value, json};
use store::change::{Along, Done, NewTicket, no_answer};
use store::people::Introduction;
use store::{Store, World};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::SemaphorePermit;
use tokio::task::AbortHandle;

use super::lambda::{Answered, Function};
use super::{Setup, fresh, place, program, wall};

/// Every function there is.
pub const FUNCTIONS: [&str; 6] = ["api", "slack", "discord", "mail", "escalate", "notify"];

/// The table and the bucket of this desk.
const NAME: &str = "bellhop";
/// Signs its reply addresses.
const REPLY_SECRET: &str = "reply-secret-of-the-tests";

/// A desk on an AWS of its own.
pub struct Aws {
    /// The table and the bucket, read and written beside the functions.
    pub store: Store,
    /// Where faults of the table are set.
    pub engine: Engine,
    /// What left.
    pub outbox: Arc<Outbox>,
    /// Whether Lambda takes work that a function leaves with itself.
    pub takes_work: Arc<AtomicBool>,
    variables: Vec<(&'static str, String)>,
    functions: Arc<Mutex<BTreeMap<String, Arc<Function>>>>,
    chat: String,
    setup: Setup,
    tasks: Vec<AbortHandle>,
    _s3: S3,
    _folder: TempDir,
    _place: SemaphorePermit<'static>,
}

impl Aws {
    /// An account with the desk's table, bucket and bus, and no function yet.
    pub async fn start() -> Aws {
        Aws::start_at(wall()).await
    }

    /// The same for a test that writes, by `store`, as if it were another time.
    pub async fn start_at(now: Timestamp) -> Aws {
        let place = place().await;
        // Building may take longer than a signature lives.
        tokio::task::spawn_blocking(program).await.expect("the functions build");
        let setup = Setup::default();
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine::open(folder.path()).expect("an engine");
        let s3 = S3::start(folder.path(), NAME).await.expect("an S3");
        let outbox = Outbox::open(&folder.path().join("outbox.jsonl")).expect("an outbox");
        let outbox = Arc::new(outbox);
        let store = store(&engine, &s3, now);
        store.make_table().await.expect("a table");
        store.found(setup.admin_token.as_deref()).await.expect("a desk");
        let mut aws = Aws {
            store,
            engine: engine.clone(),
            outbox: outbox.clone(),
            takes_work: Arc::new(AtomicBool::new(true)),
            variables: Vec::new(),
            functions: Arc::default(),
            chat: String::new(),
            setup,
            tasks: Vec::new(),
            _s3: s3,
            _folder: folder,
            _place: place,
        };
        aws.open_ports(&outbox).await;
        aws
    }

    async fn open_ports(&mut self, outbox: &Arc<Outbox>) {
        let now: local::clock::Now = Arc::new(wall);
        let dynamodb = self.port(|l| self.engine.service().serve(l)).await;
        let ses = ses::service(outbox.clone(), Standin::default(), now.clone());
        let ses = self.port(|l| ses.serve(l)).await;
        let bus = bus::service(outbox.clone(), Standin::default(), now.clone());
        let bus = self.port(|l| bus.serve(l)).await;
        let chat = standins::router(standins::World {
            outbox: outbox.clone(),
            now,
            domain: "example.com".into(),
            slack_team: super::chat::TEAM.into(),
            discord_application: "658822586720976907".into(),
            slack: Standin::default(),
            discord: Standin::default(),
        });
        let chat = self.port(|l| serve(l, chat)).await;
        let lambda = Lambda { functions: self.functions.clone(), takes: self.takes_work.clone() };
        let lambda = self.port(|l| serve(l, lambda.router())).await;
        self.chat = chat.1.clone();
        self.variables = vec![
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_ACCESS_KEY_ID", self._s3.access_key.clone()),
            ("AWS_SECRET_ACCESS_KEY", self._s3.secret_key.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.1),
            ("AWS_ENDPOINT_URL_S3", self._s3.endpoint.clone()),
            ("AWS_ENDPOINT_URL_SES", ses.1),
            ("AWS_ENDPOINT_URL_EVENTBRIDGE", bus.1),
            ("AWS_ENDPOINT_URL_LAMBDA", lambda.1),
            ("BELLHOP_TABLE", NAME.into()),
            ("BELLHOP_BUCKET", NAME.into()),
            ("BELLHOP_BUS", NAME.into()),
            ("BELLHOP_DOMAIN", "example.com".into()),
            ("BELLHOP_REPLY_SECRET", REPLY_SECRET.into()),
            ("BELLHOP_SLACK_SIGNING_SECRET", self.setup.slack_secret.clone()),
            ("BELLHOP_SLACK_BOT_TOKEN", "xoxb-tests".into()),
            ("BELLHOP_SLACK_API_URL", format!("{}/dev/slack/api", chat.1)),
            ("BELLHOP_DISCORD_PUBLIC_KEY", self.setup.discord_key.clone()),
            ("BELLHOP_DISCORD_BOT_TOKEN", "tests".into()),
            ("BELLHOP_DISCORD_API_URL", format!("{}/dev/discord/api/v10", chat.1)),
        ];
        self.tasks = [dynamodb.0, ses.0, bus.0, chat.0, lambda.0].into();
    }

    async fn port<F>(&self, serve: impl FnOnce(TcpListener) -> F) -> (AbortHandle, String)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("a port"));
        (tokio::spawn(serve(listener)).abort_handle(), address)
    }

    /// A function, started when it is first asked for.
    pub async fn function(&self, name: &'static str) -> Arc<Function> {
        let known = |aws: &Aws| aws.functions.lock().expect("no panic").get(name).cloned();
        if let Some(function) = known(self) {
            return function;
        }
        let started = Arc::new(Function::start(name, &self.variables).await);
        let mut functions = self.functions.lock().expect("no panic");
        functions.entry(name.to_owned()).or_insert(started).clone()
    }

    /// An instance of its own of a function, by this command: work it leaves with itself is not its.
    #[allow(dead_code, reason = "the benchmark starts several, and other programs")]
    pub async fn instance(&self, name: &'static str, command: Command) -> Function {
        Function::start_as(name, command, &self.variables).await
    }

    /// Hands a function an event.
    pub async fn invoke(&self, name: &'static str, event: &Value) -> Answered {
        self.function(name).await.invoke(event).await
    }

    /// Opens a ticket beside the functions, at the time this desk was started at.
    pub async fn open(&self, title: &str, priority: Priority) -> Number {
        let asker = Introduction::by_email("ana@example.org", Some("Ana".into()));
        let (requester, is_new) = self.store.meet(&asker).await.expect("a person");
        let new = NewTicket {
            who: Who::new(PersonId::from("admin"), Role::Admin),
            requester,
            is_new,
            kind: Type::Incident,
            priority,
            channel: Channel::Api,
            queue: QueueId::from("support"),
            origin: None,
            silent: false,
            besides: store::change::Besides::default(),
            external_id: None,
            translations: Vec::new(),
            follow_up_of: None,
            text: Text { title: Some(title.into()), ..Text::plain(title) },
            form: None,
        };
        match self.store.open(new, Along::default(), &no_answer).await.expect("a ticket") {
            Done::Now(stored) => stored.ticket.number,
            Done::Before(earlier) => earlier.number,
        }
    }

    /// Where the stand-ins for Slack and Discord are.
    pub fn chat(&self) -> &str {
        &self.chat
    }

    /// Answers once a function has done everything it was handed, also what it left with itself.
    pub async fn finished(&self, name: &'static str) {
        self.function(name).await.finished().await;
    }

    /// One call of the REST API, through API Gateway's event; the status and the JSON answered.
    pub async fn rest(&self, method: &str, path: &str, body: Option<&Value>) -> (u64, Value) {
        let token = self.setup.admin_token.clone().unwrap_or_default();
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        let body = body.map(Value::to_string).unwrap_or_default();
        let event = request(method, path, &headers, &body);
        http(&self.invoke("api", &event).await.expect("an HTTP answer"))
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.functions.lock().expect("no panic").clear();
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// A request as an HTTP API hands it to a function (payload format 2.0).
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let headers: BTreeMap<&str, &str> = headers.iter().copied().collect();
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": headers, "isBase64Encoded": false, "body": body,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api-id", "domainName": "desk.example.com",
            "domainPrefix": "desk", "requestId": format!("id-{}", fresh()), "routeKey": "$default",
            "stage": "$default", "time": "22/Nov/2026:19:03:58 +0000", "timeEpoch": 1_795_374_238_390_i64,
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1", "userAgent": "tests" },
        },
    })
}

/// What an HTTP door answered: the status and the JSON in its body.
pub fn http(answer: &Value) -> (u64, Value) {
    let body = answer["body"].as_str().unwrap_or_default();
    let status = answer["statusCode"].as_u64().unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

async fn serve(listener: TcpListener, router: Router) {
    let _ = axum::serve(listener, router).await;
}

/// A store of its own over these engines, at a time of its own.
pub fn store(engine: &Engine, s3: &S3, now: Timestamp) -> Store {
    let world = World {
        now: Arc::new(move || now),
        wall: Arc::new(wall),
        id: Arc::new(|| format!("tests{:019}", fresh())),
    };
    let config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    Store::new(engine.client(), NAME, s3.client(), NAME, world, config)
}

/// The one call of Lambda's own API that a function makes.
#[derive(Clone)]
struct Lambda {
    functions: Arc<Mutex<BTreeMap<String, Arc<Function>>>>,
    takes: Arc<AtomicBool>,
}

impl Lambda {
    fn router(self) -> Router {
        Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .with_state(self)
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
async fn invoke(
    State(lambda): State<Lambda>,
    Path(name): Path<String>,
    headers: HeaderMap,
    payload: Bytes,
) -> Response {
    let kind = headers.get("x-amz-invocation-type").and_then(|value| value.to_str().ok());
    if kind != Some("Event") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if !lambda.takes.load(Ordering::SeqCst) {
        let error = [("x-amzn-errortype", "TooManyRequestsException")];
        let why = json!({ "Type": "User", "message": "Rate Exceeded." });
        return (StatusCode::TOO_MANY_REQUESTS, error, why.to_string()).into_response();
    }
    let functions = lambda.functions.lock().expect("no panic");
    let function = functions.get(name.trim_start_matches("bellhop-"));
    match function {
        Some(function) => {
            drop(function.queue(payload.to_vec()));
            StatusCode::ACCEPTED.into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
