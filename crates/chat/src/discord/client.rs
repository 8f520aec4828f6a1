//! The few REST calls the desk makes, over serenity's routes, requests, token and rate limiter.
//! One call is one attempt within five seconds; waiting and repeating is the caller's.
//! The answer is read here and not by serenity, because `Retry-After` is wanted and newer fields must not matter.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use serenity::http::{Http, HttpBuilder, HttpError, LightMethod, Request, Route};
use serenity::model::id::{ApplicationId, ChannelId, MessageId};
use sha2::{Digest, Sha256};

use super::relay::Key;
use super::repeat;
use crate::send::{CALL_TIMEOUT, SendError, within_time};

/// Where the REST API lives unless the configuration says otherwise.
pub const API_URL: &str = "https://discord.com/api/v10";
/// What serenity's routes add to the host themselves.
const ROUTE_PREFIX: &str = "/api/v10";
/// A nonce takes at most 25 characters (docs.discord.com, "Create Message").
const NONCE: usize = 25;

/// The REST API with the application's bot token.
#[derive(Clone)]
pub struct Client {
    http: Arc<Http>,
    pub(super) client: reqwest::Client,
    /// Where the API lives, without its prefix.
    pub(super) base: Arc<str>,
}

impl Client {
    /// A client for the API at `api_url` ([`API_URL`], or a stand-in such as `http://127.0.0.1:1/dev/discord/api/v10`).
    /// Against Discord itself serenity's rate limiter spaces the calls.
    pub fn new(api_url: &str, bot_token: &str) -> Result<Self, SendError> {
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .timeout(CALL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| SendError::permanent(format!("HTTP is not usable: {error}")))?;
        let base = api_url.trim_end_matches('/');
        let base = base.strip_suffix(ROUTE_PREFIX).unwrap_or(base);
        let builder = HttpBuilder::new(bot_token).client(client.clone());
        let builder = match base == "https://discord.com" {
            true => builder,
            false => builder.proxy(base).ratelimiter_disabled(true),
        };
        Ok(Self { http: Arc::new(builder.build()), client, base: base.into() })
    }

    /// What the relay proves itself with, made of this client's token.
    pub fn relay_key(&self) -> Key {
        Key::of_token(self.http.token())
    }

    /// The channel of direct messages with a person; opening it twice gives the same one.
    pub async fn direct_channel(&self, user_id: &str) -> Result<String, SendError> {
        let body = json!({"recipient_id": user_id});
        let answer = self.post(Route::UserMeDmChannels, &body).await?;
        id_of(&answer)
    }

    /// Posts a message and returns its id. The nonce makes a repeated call return the first message for some minutes
    /// (after that [`Client::find_message`] knows it); one longer than Discord takes is hashed.
    pub async fn post_message(
        &self,
        channel_id: &str,
        body: &Value,
        nonce: &str,
    ) -> Result<String, SendError> {
        let channel_id = ChannelId::new(number_of(channel_id, "channel")?);
        let mut body = body.clone();
        repeat::mark(&mut body, nonce);
        if let Some(fields) = body.as_object_mut() {
            fields.insert("nonce".into(), fitting_nonce(nonce).into());
            fields.insert("enforce_nonce".into(), true.into());
        }
        let answer = self.post(Route::ChannelMessages { channel_id }, &body).await?;
        id_of(&answer)
    }

    /// Changes a message of the desk's own. What the new body leaves out stays as it is.
    pub async fn edit_message(
        &self,
        channel_id: &str,
        message_id: &str,
        body: &Value,
    ) -> Result<(), SendError> {
        let channel_id = ChannelId::new(number_of(channel_id, "channel")?);
        let message_id = MessageId::new(number_of(message_id, "message")?);
        let route = Route::ChannelMessage { channel_id, message_id };
        self.call(route, LightMethod::Patch, body).await.map(drop)
    }

    /// Puts the answer in the place of "thinking …": what an interaction was answered with when it
    /// was deferred. Its token is all the authority that takes, for fifteen minutes.
    pub async fn answer_deferred(
        &self,
        application_id: &str,
        token: &str,
        message: &Value,
    ) -> Result<(), SendError> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let number = number_of(application_id, "application").unwrap_or_default();
        if number == 0 || token.is_empty() || !token.chars().all(is_token) {
            return Err(SendError::permanent("the interaction names no place for an answer"));
        }
        let application_id = ApplicationId::new(number);
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        self.call(route, LightMethod::Patch, message).await.map(drop)
    }

    pub(super) async fn post(&self, route: Route<'_>, body: &Value) -> Result<Value, SendError> {
        self.call(route, LightMethod::Post, body).await
    }

    pub(super) async fn call(
        &self,
        route: Route<'_>,
        method: LightMethod,
        body: &Value,
    ) -> Result<Value, SendError> {
        let bytes =
            serde_json::to_vec(body).map_err(|error| SendError::permanent(error.to_string()))?;
        self.request(Request::new(route, method).body(Some(bytes))).await
    }

    pub(super) async fn request(&self, request: Request<'_>) -> Result<Value, SendError> {
        within_time("discord", async {
            let response = self.execute(request).await.map_err(sort)?;
            read(response).await
        })
        .await
    }

    /// The same two ways as `Http::request`, which would keep nothing of a refusal's headers.
    async fn execute(&self, request: Request<'_>) -> serenity::Result<Response> {
        if let Some(limiter) = &self.http.ratelimiter {
            return limiter.perform(request).await;
        }
        let request = request.build(&self.client, self.http.token(), self.http.proxy.as_deref())?;
        Ok(request.send().await?)
    }
}

async fn read(response: Response) -> Result<Value, SendError> {
    let status = response.status();
    let after = retry_after(&response);
    let bytes =
        response.bytes().await.map_err(|error| SendError::retry(format!("discord: {error}")))?;
    let answer: Option<Value> = serde_json::from_slice(&bytes).ok();
    if status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    if status.is_success() {
        return answer.ok_or_else(|| SendError::retry("the answer is not discord's"));
    }
    let field = |name: &str| answer.as_ref().and_then(|answer| answer.get(name));
    let message: String =
        field("message").and_then(Value::as_str).unwrap_or_default().chars().take(200).collect();
    let after = after.or_else(|| seconds(field("retry_after")?.as_f64()?));
    Err(SendError::from_status(
        status.as_u16(),
        after,
        format!("discord answered {}: {message}", status.as_u16()),
    ))
}

fn retry_after(response: &Response) -> Option<Duration> {
    seconds(response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?)
}

/// Seconds, possibly with a fraction; nonsense is as good as nothing.
fn seconds(value: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(value).ok()
}

fn sort(error: serenity::Error) -> SendError {
    match error {
        serenity::Error::Http(HttpError::Request(request)) if !request.is_builder() => {
            SendError::retry(format!("discord: {}", request.without_url()))
        }
        other => SendError::permanent(format!("discord: {other}")),
    }
}

/// An id of Discord's as the number it is.
pub(super) fn number_of(id: &str, what: &str) -> Result<u64, SendError> {
    match id.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(SendError::permanent(format!("{id:?} is no discord {what}"))),
    }
}

pub(super) fn id_of(answer: &Value) -> Result<String, SendError> {
    match answer.get("id").and_then(Value::as_str) {
        Some(id) if !id.is_empty() => Ok(id.to_owned()),
        _ => Err(SendError::permanent("discord took the call but named no id")),
    }
}

fn fitting_nonce(nonce: &str) -> String {
    if nonce.chars().count() <= NONCE {
        return nonce.to_owned();
    }
    hex::encode(Sha256::digest(nonce)).chars().take(NONCE).collect()
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
