//! `bellhop mail` and `bellhop say`: ring a door of a running desk from the command line, exactly as
//! the outside would: a real SMTP conversation, a genuinely signed request.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::clock::DeskClock;
use crate::desk::{SLACK_TEAM, discord_key};
use crate::options::{Door, Mail, Say};
use crate::secrets::{Secrets, random_hex};
use crate::smtp;

/// Hands one message to the mail door.
pub async fn mail(said: &Mail) -> Result<()> {
    let mut message = Vec::new();
    if said.file == Path::new("-") {
        std::io::stdin().read_to_end(&mut message).context("cannot read standard input")?;
    } else {
        let what = || format!("cannot read {}", said.file.display());
        message = tokio::fs::read(&said.file).await.with_context(what)?;
    }
    let parsed = email::parse(&message);
    let to = said.to.clone().or_else(|| parsed.to.first().map(|to| to.email.clone()));
    let to = to.context("the message has no To; say --to ADDRESS")?;
    let from = parsed.from.as_ref().map(|from| from.email.as_str());
    let answer = smtp::send(said.smtp, from, &[&to], &message).await?;
    println!("{answer}");
    Ok(())
}

/// Says something in Slack or Discord.
pub async fn say(said: &Say) -> Result<()> {
    let secrets = Secrets::load_or_make(&said.data.data)
        .context("cannot read the desk's secrets; is --data right?")?;
    let words = said.words.join(" ");
    let (status, body) = match said.door {
        Door::Slack => {
            slack(said.listen, &secrets.slack_signing_secret, &said.user, &words).await?
        }
        Door::Discord => discord(said.listen, &secrets, &said.user, &words).await?,
    };
    if status != 200 {
        bail!("the door answered {status}: {body}");
    }
    println!("{}", plain(&body));
    Ok(())
}

/// `/ticket WORDS` as Slack sends it.
pub async fn slack(to: SocketAddr, secret: &str, user: &str, words: &str) -> Result<(u16, Value)> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let trigger = random_hex(8)?;
    let id = format!("U{}", user.to_uppercase());
    for (name, value) in [
        ("team_id", SLACK_TEAM),
        ("channel_id", "C0GENERAL"),
        ("user_id", &id),
        ("user_name", user),
        ("command", "/ticket"),
        ("text", words),
        ("trigger_id", &trigger),
        ("response_url", &format!("http://{to}/dev/slack/response/{id}")),
    ] {
        form.append_pair(name, value);
    }
    let body = form.finish();
    let now = DeskClock::wall().as_second();
    let signature = chat::slack::signature::sign(secret, now, body.as_bytes());
    let headers = [
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("x-slack-request-timestamp", now.to_string()),
        ("x-slack-signature", signature),
    ];
    post(&format!("http://{to}/slack/commands"), &headers, body).await
}

/// `/ticket …` as Discord sends it.
pub async fn discord(
    to: SocketAddr,
    secrets: &Secrets,
    user: &str,
    words: &str,
) -> Result<(u16, Value)> {
    let (sub, options) = discord_options(words);
    let snowflake = DeskClock::wall().as_nanosecond().unsigned_abs() % 1_000_000_000_000_000_000;
    let account = discord_account(user);
    let body = json!({
        "id": snowflake.to_string(),
        "application_id": secrets.discord_application_id,
        "type": 2,
        "token": random_hex(16)?,
        "version": 1,
        "guild_id": "200000000000000001",
        "channel_id": "200000000000000002",
        "member": { "user": { "id": account, "username": user, "global_name": user } },
        "data": {
            "id": "200000000000000003", "name": "ticket", "type": 1,
            "options": [{ "name": sub, "type": 1, "options": options }],
        },
    })
    .to_string();
    let timestamp = DeskClock::wall().as_second().to_string();
    let signature = discord_key(secrets)?.sign(&timestamp, body.as_bytes());
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("x-signature-timestamp", timestamp),
        ("x-signature-ed25519", signature),
    ];
    post(&format!("http://{to}/discord/interactions"), &headers, body).await
}

/// The account of somebody in the made-up guild: always the same for the same name.
pub fn discord_account(name: &str) -> String {
    let sum = name.bytes().fold(100_000_000_000_000_000u64, |sum, b| {
        sum * 3 % 899_999_999_999_999_999 + u64::from(b)
    });
    sum.to_string()
}

fn discord_options(words: &str) -> (&str, Value) {
    let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
    let number = rest.split(' ').next().unwrap_or("");
    let numbered = number.trim_start_matches('#').parse::<u64>().is_ok();
    match first {
        "mine" | "list" if rest.is_empty() => (first, json!([])),
        "show" | "claim" | "close" if numbered => {
            (first, json!([{ "name": "ticket", "type": 3, "value": number }]))
        }
        _ => ("open", json!([{ "name": "title", "type": 3, "value": words }])),
    }
}

/// One POST; the status and the JSON that came back.
pub async fn post(url: &str, headers: &[(&str, String)], body: String) -> Result<(u16, Value)> {
    request("POST", url, headers, body).await
}

/// One request; the status and the JSON that came back.
pub async fn request(
    method: &str,
    url: &str,
    headers: &[(&str, String)],
    body: String,
) -> Result<(u16, Value)> {
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = send(request.body(Bytes::from(body))?).await?;
    let status = answer.status().as_u16();
    Ok((status, serde_json::from_slice(answer.body()).unwrap_or(Value::Null)))
}

/// One request; what came back, as it came.
pub async fn send(request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let url = request.uri().clone();
    let answer = client.request(request.map(Full::new)).await;
    let answer =
        answer.with_context(|| format!("no desk answers at {url}; start one with cargo run"))?;
    let (parts, body) = answer.into_parts();
    Ok(http::Response::from_parts(parts, body.collect().await?.to_bytes()))
}

/// What a person would read of a chat answer.
pub fn plain(answer: &Value) -> String {
    let mut lines = Vec::new();
    gather(answer, &mut lines);
    lines.join("\n")
}

fn gather(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, lines)),
        Value::Object(fields) => match fields.get("type").and_then(Value::as_str) {
            // What can be pressed is no words.
            Some("actions" | "button") => {}
            Some("rich_text_section" | "rich_text_quote") => {
                lines.extend(rich(value).lines().map(str::to_owned));
            }
            _ => gather_inside(fields, lines),
        },
        _ => {}
    }
}

fn gather_inside(fields: &serde_json::Map<String, Value>, lines: &mut Vec<String>) {
    for name in ["blocks", "data", "components", "elements", "fields", "text", "content"] {
        match fields.get(name) {
            // Slack's `text` beside `blocks` says the same again, for notifications.
            Some(Value::String(_)) if name == "text" && fields.contains_key("blocks") => {}
            Some(Value::String(text)) => lines.push(text.clone()),
            Some(inside) => gather(inside, lines),
            None => {}
        }
    }
}

/// The words of a section of Slack's rich text; of a moment, those for programs that cannot show one.
fn rich(section: &Value) -> String {
    let elements = section["elements"].as_array().into_iter().flatten();
    let said = elements.filter_map(|one| {
        let words = [&one["text"], &one["fallback"], &one["url"]];
        words.into_iter().find_map(|words| words.as_str())
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat::slack::{card, ephemeral};
    use chat::view::Piece;

    #[test]
    fn an_answer_of_slacks_is_read_as_it_is_shown() {
        let line = vec![Piece::Words("due ".into()), Piece::Moment(0)];
        let lines = card::lines(&[vec![Piece::Words("*a* <b>".into())], line]);
        assert_eq!(plain(&ephemeral(lines)), "*a* <b>\ndue 1970-01-01 00:00 UTC");
        let edit = card::with_edit(card::list("Yours", &[]), 1, 1);
        assert_eq!(plain(&ephemeral(edit)), "Yours\nNothing here.");
    }
}
