//! REST: everything under `/v1`. This file says which call is answered where; what a call means is
//! in the file named for what it is about. Nothing here decides what a ticket may do.

mod auth;
mod body;
mod idempotency;
mod members;
mod problem;
mod queues;
mod render;
mod tickets;
mod tokens;

mod actions;
mod inbound;
mod list;
mod messages;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::Value;
use store::Store;

pub use problem::Problem;

/// What the REST door needs.
#[derive(Clone)]
pub struct Api {
    store: Store,
    tokens: auth::Tokens,
}

/// The largest request body, in bytes.
const BODY_AT_MOST: usize = 1024 * 1024;

/// A request whose sender is known.
pub(crate) struct Call<'a> {
    store: &'a Store,
    caller: auth::Caller,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: http::HeaderMap,
    body: Bytes,
}

/// What a call answers.
pub(crate) struct Answer {
    status: StatusCode,
    body: Value,
    headers: Vec<(header::HeaderName, String)>,
}

impl Api {
    /// The door of one desk.
    pub fn new(store: Store) -> Api {
        Api { store, tokens: auth::Tokens::default() }
    }
}

/// Answers one request.
pub async fn handle(api: &Api, request: Request<Bytes>) -> Response<Bytes> {
    match answer(api, request).await {
        Ok(answer) => answer.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn answer(api: &Api, request: Request<Bytes>) -> Result<Answer, Problem> {
    let (parts, body) = request.into_parts();
    let query = body::query(parts.uri.query().unwrap_or(""));
    let caller = api.tokens.authenticate(&api.store, &parts.headers, &query).await?;
    if body.len() > BODY_AT_MOST {
        return Err(Problem::too_large(BODY_AT_MOST));
    }
    let path = parts.uri.path().to_owned();
    let call = Call {
        store: &api.store,
        caller,
        method: parts.method,
        path: path.clone(),
        query,
        headers: parts.headers,
        body,
    };
    let steps: Vec<&str> = path.trim_matches('/').split('/').collect();
    route(&call, &steps).await
}

async fn route(call: &Call<'_>, steps: &[&str]) -> Result<Answer, Problem> {
    match (call.method.as_str(), steps) {
        ("POST", ["v1", "tickets"]) => tickets::create(call).await,
        ("GET", ["v1", "tickets"]) => list::tickets(call).await,
        ("GET", ["v1", "tickets", number]) => tickets::get(call, body::number(number)?).await,
        ("PATCH", ["v1", "tickets", number]) => tickets::patch(call, body::number(number)?).await,
        ("POST", ["v1", "tickets", number, "messages"]) => {
            messages::add(call, body::number(number)?).await
        }
        ("GET", ["v1", "tickets", number, "messages"]) => {
            messages::list(call, body::number(number)?).await
        }
        ("GET", ["v1", "tickets", number, "events"]) => {
            messages::events(call, body::number(number)?).await
        }
        ("GET", ["v1", "tickets", number, "attachments", id]) => {
            messages::attachment(call, body::number(number)?, id).await
        }
        ("POST", ["v1", "tickets", number, "actions", verb]) => {
            actions::act(call, body::number(number)?, verb).await
        }
        ("GET", ["v1", "inbound"]) => inbound::list(call).await,
        ("GET", ["v1", "members"]) => members::list(call).await,
        ("POST", ["v1", "members"]) => members::add(call).await,
        ("GET", ["v1", "queues"]) => queues::list(call).await,
        ("POST", ["v1", "queues"]) => queues::add(call).await,
        ("GET", ["v1", "queues", id]) => queues::get(call, id).await,
        ("PATCH", ["v1", "queues", id]) => queues::patch(call, id).await,
        ("POST", ["v1", "tokens"]) => tokens::create(call).await,
        (_, known) if is_known(known) => Err(Problem::wrong_method()),
        _ => Err(Problem::not_found()),
    }
}

fn is_known(steps: &[&str]) -> bool {
    matches!(
        steps,
        ["v1", "tickets" | "inbound" | "members" | "queues" | "tokens"]
            | ["v1", "tickets" | "queues", _]
            | ["v1", "tickets", _, "messages" | "events"]
            | ["v1", "tickets", _, "actions" | "attachments", _]
    )
}

impl Answer {
    fn ok(body: Value) -> Answer {
        Answer { status: StatusCode::OK, body, headers: Vec::new() }
    }

    fn created(body: Value, location: String) -> Answer {
        let headers = vec![(header::LOCATION, location)];
        Answer { status: StatusCode::CREATED, body, headers }
    }

    fn with(mut self, name: header::HeaderName, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }

    fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body.to_string()));
        *response.status_mut() = self.status;
        problem::plain_headers(response.headers_mut(), "application/json");
        for (name, value) in self.headers {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
