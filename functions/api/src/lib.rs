//! REST: everything under `/v1`. This file knows in which order a call is looked at; which calls
//! there are is in `route.rs`, what each means in the file named for what it is about. Nothing here
//! decides what a ticket may do.

mod audit;
mod auth;
mod body;
mod document;
mod download;
mod forms;
mod health;
mod idempotency;
mod language;
mod notes;
mod packs;
mod page;
mod place;
mod precondition;
mod problem;
mod render;
mod route;

mod actions;
mod calendars;
mod configuration;
mod delivery;
mod dry_run;
mod erasures;
mod export;
mod held;
mod identities;
mod inbound;
mod list;
mod macros;
mod members;
mod messages;
mod organisations;
mod people;
mod policies;
mod preferences;
mod queues;
mod receipt;
mod relate;
mod rules;
mod tasks;
mod texts;
mod tickets;
mod tokens;
mod uploads;
mod webhooks;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;
use store::Store;

use route::{Found, Route, To};

pub use problem::Problem;

/// What the REST door needs.
#[derive(Clone)]
pub struct Api {
    store: Store,
    tokens: auth::Tokens,
    hooks: Hooks,
}

/// How names are looked up that webhooks lead to.
#[derive(Clone)]
pub(crate) struct Hooks {
    resolve: webhook::Resolve,
    own_machine: bool,
}

/// The largest request body, in bytes.
const BODY_AT_MOST: usize = 1024 * 1024;

/// A request whose sender is known.
pub(crate) struct Call<'a> {
    store: &'a Store,
    hooks: &'a Hooks,
    caller: auth::Caller,
    route: &'static Route,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
}

/// What a call answers; a body of null is none at all.
pub(crate) struct Answer {
    status: StatusCode,
    body: Value,
    location: Option<String>,
    etag: Option<String>,
}

impl Api {
    /// The door of one desk.
    pub fn new(store: Store) -> Api {
        let hooks = Hooks { resolve: webhook::address::system(), own_machine: false };
        Api { store, tokens: auth::Tokens::default(), hooks }
    }

    /// The same on one machine: webhooks may lead to it.
    pub fn on_own_machine(self) -> Api {
        let hooks = Hooks { own_machine: true, ..self.hooks.clone() };
        Api { hooks, ..self }
    }
}

/// Answers one request. `HEAD` is answered as `GET`: whoever carries the answer leaves its body out.
pub async fn handle(api: &Api, request: Request<Bytes>) -> Response<Bytes> {
    match request.uri().path() {
        document::PATH => return document::answer(request.method(), request.headers()),
        health::PATH => return health::answer(&api.store).await,
        _ => {}
    }
    match answer(api, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn answer(api: &Api, request: Request<Bytes>) -> Result<Response<Bytes>, Problem> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let found = route::find(parts.method.as_str(), &path);
    if let (&Method::OPTIONS, Found::OtherMethods(allow)) = (&parts.method, &found) {
        return Ok(options(allow));
    }
    let query = body::query(parts.uri.query().unwrap_or(""));
    let caller = api.tokens.authenticate(&api.store, &parts.headers, &query).await?;
    let (route, varying) = match found {
        Found::Route(route, varying) => (route, varying),
        Found::OtherMethods(allow) => return Err(Problem::wrong_method(allow)),
        Found::Nothing => return Err(Problem::not_found()),
    };
    let wanted = route.scopes();
    if !caller.scopes.is_empty() && !wanted.iter().any(|scope| caller.scopes.contains(scope)) {
        return Err(Problem::out_of_scope(wanted));
    }
    if body.len() > BODY_AT_MOST {
        return Err(Problem::too_large(BODY_AT_MOST));
    }
    let call = Call {
        store: &api.store,
        hooks: &api.hooks,
        caller,
        route,
        method: parts.method,
        path: path.clone(),
        query,
        headers: parts.headers,
        body,
    };
    call.check_query()?;
    let answer = carry_out(&call, route.to, &varying).await;
    if route.may_change_who_somebody_is() {
        api.tokens.forget();
    }
    let answer = answer?;
    Ok(answer.into_response(&call))
}

async fn carry_out(call: &Call<'_>, to: To, varying: &[&str]) -> Result<Answer, Problem> {
    let first = varying.first().copied().unwrap_or_default();
    let number = || body::number(first);
    match to {
        To::CreateTicket => tickets::create(call).await,
        To::ListTickets => list::tickets(call).await,
        To::GetTicket => tickets::get(call, number()?).await,
        To::EditTicket => tickets::patch(call, number()?).await,
        To::Translate => {
            let language = varying.get(1).copied().unwrap_or_default();
            texts::put(call, number()?, language).await
        }
        To::AddMessage => messages::add(call, number()?).await,
        To::TakeBack => {
            let id = varying.get(1).copied().unwrap_or_default();
            held::take_back(call, number()?, id).await
        }
        To::ListMessages => messages::list(call, number()?).await,
        To::ListEvents => messages::events(call, number()?).await,
        To::Download => {
            download::attachment(call, number()?, varying.get(1).copied().unwrap_or_default()).await
        }
        To::Bring if varying.is_empty() => uploads::offer(call, None).await,
        To::Bring => uploads::offer(call, Some(number()?)).await,
        To::GetArchive => download::story(call, number()?).await,
        To::GetReceipt => receipt::get(call, number()?).await,
        To::Act(verb) => actions::act(call, number()?, verb).await,
        To::Tie(tie) => relate::tie(call, number()?, tie).await,
        To::ListInbound => inbound::list(call).await,
        To::ListMembers => members::list(call).await,
        To::AddMember => members::add(call).await,
        To::GetMember => members::get(call, first).await,
        To::EditMember => members::patch(call, first).await,
        To::ListPeople => people::list(call).await,
        To::GetPerson => people::get(call, first).await,
        To::EditPerson => people::patch(call, first).await,
        To::Identity(on) => identities::answer(call, on, varying).await,
        To::Export => export::get(call, first).await,
        To::Erasure(on) => erasures::answer(call, on, first).await,
        To::Organisation(on) => organisations::answer(call, on, first).await,
        To::GetPreferences => preferences::get(call, first).await,
        To::EditPreferences => preferences::patch(call, first).await,
        To::ListQueues => queues::list(call).await,
        To::AddQueue => queues::add(call).await,
        To::GetQueue => queues::get(call, first).await,
        To::EditQueue => queues::patch(call, first).await,
        To::Calendar(on) => calendars::answer(call, on, first).await,
        To::Policy(on) => policies::answer(call, on, first).await,
        To::Form(on) => forms::answer(call, on, first).await,
        To::ListPacks => packs::list(call).await,
        To::AddPack => packs::add(call, first).await,
        To::Task(on) => {
            let task = varying.get(1).copied().unwrap_or_default();
            tasks::answer(call, on, number()?, task).await
        }
        To::Rule(on) => rules::answer(call, on, first).await,
        To::DryRunRule => dry_run::rule(call).await,
        To::DryRunPolicy => dry_run::policy(call).await,
        To::Macro(on) => macros::answer(call, on, first).await,
        To::ApplyMacro => {
            let id = varying.get(1).copied().unwrap_or_default();
            macros::apply(call, number()?, id).await
        }
        To::Config(on) => configuration::answer(call, on).await,
        To::ListAudit => audit::list(call).await,
        To::ListTokens => tokens::list(call, first).await,
        To::RevokeToken => tokens::revoke(call, first).await,
        To::Webhook(on) => webhooks::answer(call, on, varying).await,
        To::CreateToken => tokens::create(call).await,
    }
}

/// Which methods a path answers, for whoever asks. Pages of other sites get no leave to read
/// anything: there are no CORS headers.
fn options(allow: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Ok(allow) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

impl Call<'_> {
    /// A misspelt parameter would answer another question than the one asked.
    fn check_query(&self) -> Result<(), Problem> {
        let mut seen: Vec<&str> = Vec::new();
        for (name, _) in &self.query {
            if name != "as" && !self.route.query.contains(&name.as_str()) {
                return Err(Problem::field(name, "there is no such parameter"));
            }
            if seen.contains(&name.as_str()) {
                return Err(Problem::field(name, "give it once"));
            }
            seen.push(name);
        }
        Ok(())
    }
}

impl Answer {
    fn ok(body: Value) -> Answer {
        Answer { status: StatusCode::OK, body, location: None, etag: None }
    }

    fn created(body: Value) -> Answer {
        Answer { status: StatusCode::CREATED, ..Answer::ok(body) }
    }

    fn at(self, location: String) -> Answer {
        Answer { location: Some(location), ..self }
    }

    fn tagged(self, etag: String) -> Answer {
        Answer { etag: Some(etag), ..self }
    }

    fn into_response(self, call: &Call<'_>) -> Response<Bytes> {
        let reads = call.route.method == "GET";
        let known = |etag: &String| reads && precondition::is_known(&call.headers, etag);
        let has_it = self.etag.as_ref().is_some_and(known);
        let bodiless = has_it || self.body.is_null();
        let (kind, body) = match self.body {
            _ if bodiless => ("", Bytes::new()),
            // The one body that is no JSON is the configuration as a file.
            Value::String(text) => ("application/toml", Bytes::from(text)),
            body => ("application/json", Bytes::from(body.to_string())),
        };
        let mut response = Response::new(body);
        *response.status_mut() = if has_it { StatusCode::NOT_MODIFIED } else { self.status };
        let headers = response.headers_mut();
        problem::plain_headers(headers, kind);
        if bodiless {
            headers.remove(header::CONTENT_TYPE);
        }
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, self.etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}
