//! The few Web API methods the desk calls, over slack-morphism's client and its configurable address.
//! One call is one attempt within five seconds; waiting and repeating is the caller's.
//! Methods: docs.slack.dev, `chat.postMessage`, `chat.update`, `users.info`, and the addresses that
//! commands and buttons bring along for late answers (`response_url`).

use std::sync::Arc;

use hyper_rustls::HttpsConnectorBuilder;
use serde_json::{Value, json};
use slack_morphism::errors::SlackClientError;
use slack_morphism::hyper_tokio::{SlackClientHyperConnector, SlackClientHyperHttpsConnector};
use slack_morphism::{SlackApiToken, SlackApiTokenValue, SlackClient};

use crate::send::{SendError, within_time};
use crate::slack::card::Message;

/// Where the Web API lives unless the configuration says otherwise.
pub const API_URL: &str = "https://slack.com/api/";

/// Where Slack takes late answers.
const RESPONSE_URLS: &str = "https://hooks.slack.com/";

/// How Slack takes a message's text: no name in it becomes a mention. To post that is what happens unless
/// one says otherwise; to change a message it is not (docs.slack.dev, `chat.update`, "parse").
const AS_IT_STANDS: &str = "none";

/// The Web API with the app's bot token.
#[derive(Clone)]
pub struct Client {
    inner: Arc<SlackClient<SlackClientHyperHttpsConnector>>,
    token: SlackApiToken,
    pub(super) http: reqwest::Client,
    /// What a late answer's address begins with: Slack's own, or where a stand-in lives.
    pub(super) response_urls: String,
}

/// Where a message was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The channel, also when it was addressed by a person's id.
    pub channel: String,
    /// The message's id within the channel.
    pub ts: String,
}

/// A person or bot of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackUser {
    /// `U…` or `W…`.
    pub id: String,
    /// The workspace the account belongs to.
    pub team_id: String,
    /// The handle.
    pub name: String,
    /// The full name, or the handle when none is set.
    pub real_name: String,
    /// The address; needs the scope `users:read.email`.
    pub email: Option<String>,
    /// Not a person.
    pub is_bot: bool,
    /// Of another organisation, seen in a shared channel.
    pub is_stranger: bool,
    /// A guest of the workspace.
    pub is_restricted: bool,
}

impl Client {
    /// A client for the API at `api_url` ([`API_URL`], or a stand-in over plain HTTP).
    pub fn new(api_url: &str, bot_token: &str) -> Result<Self, SendError> {
        // The provider is named, so that another one elsewhere in the program changes nothing here.
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|error| SendError::permanent(format!("TLS is not usable: {error}")))?
            .https_or_http()
            .enable_http1()
            .build();
        let connector = SlackClientHyperConnector::from(connector)
            .with_slack_api_url(api_url.trim_end_matches('/'));
        let token = SlackApiToken::new(SlackApiTokenValue(bot_token.to_owned()));
        let http = reqwest::Client::builder()
            .use_rustls_tls()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| SendError::permanent(format!("HTTP is not usable: {error}")))?;
        let response_urls = response_urls(api_url);
        Ok(Self { inner: Arc::new(SlackClient::new(connector)), token, http, response_urls })
    }

    /// Answers a command late, at the address it brought along: five times within thirty minutes, and
    /// seen by whoever typed it alone. Any other address is refused: nothing else gets our words.
    pub async fn respond(&self, response_url: &str, message: &Message) -> Result<(), SendError> {
        if !response_url.starts_with(&self.response_urls) {
            return Err(SendError::permanent("the address for a late answer is not slack's"));
        }
        let body = super::ephemeral(message.clone());
        within_time("slack", async {
            let sent = self.http.post(response_url).json(&body).send().await;
            let sent = sent.map_err(|error| SendError::retry(error.without_url().to_string()))?;
            match sent.status().as_u16() {
                200..=299 => Ok(()),
                status => {
                    let reason = format!("slack answered {status} to a late answer");
                    Err(SendError::from_status(status, None, reason))
                }
            }
        })
        .await
    }

    /// Posts to a channel or, given a person's id, to their direct messages; with `thread_ts` into that thread.
    pub async fn post_message(
        &self,
        channel: &str,
        message: &Message,
        thread_ts: Option<&str>,
    ) -> Result<Posted, SendError> {
        let mut body = json!({
            "channel": channel, "text": message.text, "blocks": message.blocks,
            "unfurl_links": false, "unfurl_media": false, "mrkdwn": false,
            "parse": AS_IT_STANDS, "link_names": false,
        });
        if let (Some(thread), Some(fields)) = (thread_ts, body.as_object_mut()) {
            fields.insert("thread_ts".into(), thread.into());
        }
        let answer = self.post("chat.postMessage", &body).await?;
        posted(&answer, channel)
    }

    /// Replaces a message of ours.
    pub async fn update_message(
        &self,
        channel: &str,
        ts: &str,
        message: &Message,
    ) -> Result<Posted, SendError> {
        let body = json!({
            "channel": channel, "ts": ts, "text": message.text, "blocks": message.blocks,
            "parse": AS_IT_STANDS, "link_names": false,
        });
        let answer = self.post("chat.update", &body).await?;
        posted(&answer, channel)
    }

    /// Who a person is.
    pub async fn user(&self, user_id: &str) -> Result<SlackUser, SendError> {
        let answer = self.get("users.info", &[("user", Some(user_id))]).await?;
        read_user(answer.get("user").unwrap_or(&Value::Null)).ok_or_else(|| {
            SendError::permanent("slack described no user: check the scope users:read")
        })
    }

    /// A method that takes no JSON body.
    pub(super) async fn get(
        &self,
        method: &str,
        params: &[(&str, Option<&str>)],
    ) -> Result<Value, SendError> {
        let session = self.inner.open_session(&self.token);
        let params: Vec<(&str, Option<&str>)> = params.to_vec();
        let call = async {
            let answer: Result<Value, _> =
                session.http_session_api.http_get(method, &params, None).await;
            accepted(answer)
        };
        within_time("slack", call).await
    }

    pub(super) fn bot_token(&self) -> &str {
        &self.token.token_value.0
    }

    /// Whether this is Slack itself and no stand-in.
    pub(super) fn is_slack(&self) -> bool {
        self.response_urls == RESPONSE_URLS
    }

    pub(super) async fn post(&self, method: &str, body: &Value) -> Result<Value, SendError> {
        let session = self.inner.open_session(&self.token);
        let call = async {
            let answer: Result<Value, _> =
                session.http_session_api.http_post(method, body, None).await;
            accepted(answer)
        };
        within_time("slack", call).await
    }
}

/// Late answers go to Slack; where the API is a stand-in, to that stand-in's host.
fn response_urls(api_url: &str) -> String {
    match url::Url::parse(api_url) {
        Ok(url) if !api_url.starts_with("https://slack.com/") => {
            format!("{}/", url.origin().ascii_serialization())
        }
        Ok(_) | Err(_) => RESPONSE_URLS.to_owned(),
    }
}

/// An answer that is no JSON reaches us as an empty object: it came from something between Slack and us.
fn accepted(answer: Result<Value, SlackClientError>) -> Result<Value, SendError> {
    let answer = answer.map_err(sort)?;
    match answer.get("ok").and_then(Value::as_bool) {
        Some(true) => Ok(answer),
        Some(false) => Err(SendError::permanent("slack refused the call without a reason")),
        None => Err(SendError::retry("the answer is not slack's")),
    }
}

fn sort(error: SlackClientError) -> SendError {
    match error {
        SlackClientError::ApiError(api) => match api.code.as_str() {
            code @ ("ratelimited"
            | "rate_limited"
            | "internal_error"
            | "service_unavailable"
            | "fatal_error"
            | "request_timeout") => SendError::retry(format!("slack: {code}")),
            code => SendError::permanent(format!("slack: {code}")),
        },
        SlackClientError::RateLimitError(limit) => {
            SendError::Retry { after: limit.retry_after, reason: "slack: rate limited".into() }
        }
        SlackClientError::HttpError(http) => {
            let status = http.status_code.as_u16();
            SendError::from_status(status, None, format!("slack answered {status}"))
        }
        // Connections that fail or break, and answers that cannot be read.
        other => SendError::retry(format!("slack: {}", first_line(&other.to_string()))),
    }
}

/// Bodies of answers may be quoted in an error; the log needs its beginning.
fn first_line(text: &str) -> String {
    crate::text::one_line(text).chars().take(200).collect()
}

fn posted(answer: &Value, channel: &str) -> Result<Posted, SendError> {
    let text = |field: &str| answer.get(field).and_then(Value::as_str).map(str::to_owned);
    let ts =
        text("ts").ok_or_else(|| SendError::permanent("slack took the message but named no ts"))?;
    Ok(Posted { channel: text("channel").unwrap_or_else(|| channel.to_owned()), ts })
}

fn read_user(user: &Value) -> Option<SlackUser> {
    let text = |path: &str| {
        let text = user.pointer(path)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let flag = |field: &str| user.get(field).and_then(Value::as_bool).unwrap_or_default();
    let name = text("/name").unwrap_or_default();
    Some(SlackUser {
        id: text("/id")?,
        team_id: text("/team_id").unwrap_or_default(),
        real_name: text("/profile/real_name")
            .or_else(|| text("/real_name"))
            .unwrap_or_else(|| name.clone()),
        name,
        email: text("/profile/email"),
        is_bot: flag("is_bot"),
        is_stranger: flag("is_stranger"),
        is_restricted: flag("is_restricted") || flag("is_ultra_restricted"),
    })
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
