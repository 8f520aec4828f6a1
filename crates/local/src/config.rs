//! `bellhop config`: the whole configuration as one file. Asks the running desk with the kept token,
//! or opens the folder itself and asks its REST door when none runs: both answer the same.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::desk::LocalDesk;
use crate::options::{At, Config};
use crate::say;
use crate::secrets::{self, DataError};

const TOML: &str = "application/toml";
const JSON: &str = "application/json";

/// Carries out one of the commands.
pub async fn run(said: &Config) -> Result<()> {
    match said {
        Config::Export { file, at } => export(&Door::open(at).await?, file.as_deref()).await,
        Config::Plan { file, at } => {
            let text = read(file)?;
            plan(&Door::open(at).await?, text).await
        }
        Config::Apply { file, at } => {
            let text = read(file)?;
            apply(&Door::open(at).await?, text).await
        }
        Config::History { at } => history(&Door::open(at).await?).await,
        Config::Packs { at } => packs(&Door::open(at).await?).await,
        Config::Add { pack, at } => add(&Door::open(at).await?, pack).await,
        Config::Rollback { version, at } => roll_back(&Door::open(at).await?, *version).await,
    }
}

async fn export(door: &Door, file: Option<&Path>) -> Result<()> {
    let answer = door.ask(Method::GET, "/v1/config", &[], Bytes::new()).await?;
    let text = String::from_utf8(answer.to_vec()).context("the desk's answer is no text")?;
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) => std::fs::write(file, text)
            .with_context(|| format!("cannot write {}", file.display()))?,
        None => print!("{text}"),
    }
    Ok(())
}

async fn plan(door: &Door, text: Bytes) -> Result<()> {
    let kind = [("content-type", TOML.to_owned())];
    let answer = door.answer(Method::POST, "/v1/config/plan", &kind, text).await?;
    match show(&answer) {
        0 => println!("no change from version {}", answer["version"]),
        1 => println!("1 change from version {}", answer["version"]),
        changes => println!("{changes} changes from version {}", answer["version"]),
    }
    Ok(())
}

/// What is put in place is what was looked at: it is compared first, with the version in force, and
/// goes through only while that one still is.
async fn apply(door: &Door, text: Bytes) -> Result<()> {
    let kind = ("content-type", TOML.to_owned());
    let planned =
        door.answer(Method::POST, "/v1/config/plan", std::slice::from_ref(&kind), text.clone());
    let version = planned.await?["version"].clone();
    let headers = [kind, ("if-match", format!("\"{version}\""))];
    let answer = door.answer(Method::PUT, "/v1/config", &headers, text).await?;
    in_force(&answer);
    Ok(())
}

async fn roll_back(door: &Door, version: u64) -> Result<()> {
    let kind = [("content-type", JSON.to_owned())];
    let body = Bytes::from(json!({ "version": version }).to_string());
    let answer = door.answer(Method::POST, "/v1/config/rollback", &kind, body).await?;
    in_force(&answer);
    Ok(())
}

async fn packs(door: &Door) -> Result<()> {
    let page = door.answer(Method::GET, "/v1/packs?limit=100", &[], Bytes::new()).await?;
    for pack in page["items"].as_array().into_iter().flatten() {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let names = pack["forms"].as_array().into_iter().flatten().map(|form| word(&form["name"]));
        let added = if pack["added"] == true { "  (added)" } else { "" };
        println!("{:<12}  {}{added}", word(&pack["id"]), word(&pack["description"]));
        println!("{:<12}  forms: {}", "", names.collect::<Vec<_>>().join(", "));
    }
    Ok(())
}

async fn add(door: &Door, pack: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if pack.is_empty() || !pack.chars().all(plain) {
        bail!("there is no such pack; `bellhop config packs` lists them");
    }
    let path = format!("/v1/packs/{pack}");
    let kind = [("content-type", JSON.to_owned())];
    let answer = door.answer(Method::POST, &path, &kind, Bytes::from_static(b"{}")).await?;
    in_force(&answer);
    Ok(())
}

fn in_force(answer: &Value) {
    match show(answer) {
        0 => println!("no change; version {} stays in force", answer["version"]),
        _ => println!("version {} is in force", answer["version"]),
    }
}

async fn history(door: &Door) -> Result<()> {
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/config/versions?limit=100{cursor}");
        let page = door.answer(Method::GET, &path, &[], Bytes::new()).await?;
        for version in page["items"].as_array().into_iter().flatten() {
            let since = version["at"].as_str().unwrap_or("–");
            let current = if version["current"] == true { "  in force" } else { "" };
            println!("version {}  {since}{current}", version["version"]);
            for change in version["changes"].as_array().into_iter().flatten() {
                println!("    {}", change.as_str().unwrap_or_default());
            }
        }
        let Some(next) = page["next_cursor"].as_str() else { return Ok(()) };
        cursor = format!("&cursor={next}");
    }
}

/// Prints what changes, a line each; how many.
fn show(answer: &Value) -> usize {
    let changes = answer["changes"].as_array().map_or(&[][..], Vec::as_slice);
    for change in changes {
        println!("{}", change["text"].as_str().unwrap_or_default());
    }
    changes.len()
}

fn read(file: &Path) -> Result<Bytes> {
    let mut text = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut text).context("cannot read standard input")?;
    } else {
        text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(Bytes::from(text))
}

/// The REST door of a desk, and a token for it.
struct Door {
    /// In this process, or wherever the base leads.
    inside: Option<Box<LocalDesk>>,
    base: String,
    token: String,
}

impl Door {
    async fn open(at: &At) -> Result<Door> {
        let At { listen, data, desk } = at;
        let base = format!("http://{listen}");
        match LocalDesk::open(&data.data, desk, *listen, None).await {
            Ok(inside) => {
                let token = inside.identity.admin_token.clone();
                Ok(Door { inside: Some(Box::new(inside)), base, token })
            }
            Err(error) if matches!(error.downcast_ref(), Some(DataError::Held(_))) => {
                let kept = || secrets::admin_token(&data.data);
                let token = desk.admin_token.clone().map_or_else(kept, Ok)?;
                Ok(Door { inside: None, base, token })
            }
            Err(error) => Err(error),
        }
    }

    /// The JSON that a call answers.
    async fn answer(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Bytes,
    ) -> Result<Value> {
        let answer = self.ask(method, path, headers, body).await?;
        serde_json::from_slice(&answer).context("the desk's answer is no JSON")
    }

    /// What a call answers; what it refuses is an error, in the desk's own words.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Bytes,
    ) -> Result<Bytes> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(body)?;
        let answer = match &self.inside {
            Some(desk) => api::handle(&desk.api, request).await,
            None => say::send(request).await?,
        };
        let status = answer.status();
        if status == StatusCode::OK {
            return Ok(answer.into_body());
        }
        let problem: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        match problem["detail"].as_str() {
            Some(detail) => bail!("{detail}"),
            None => bail!("the desk answered {status}"),
        }
    }
}
