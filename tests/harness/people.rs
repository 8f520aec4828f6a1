//! People at the REST door. Knows how to ask; what the answer should be is the test's own, except that
//! what the desk says of its REST door in its own description always holds.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Request, RequestBuilder};
use serde_json::Value;

use super::{acknowledged, discord_rules, openapi, slack_rules};

/// Somebody with a token, possibly acting for somebody else.
#[derive(Clone)]
pub struct Person {
    http: Client,
    base: String,
    token: String,
    acting_for: Option<String>,
}

/// What a door answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, null where it is no JSON.
    pub json: Value,
    /// The body as it came.
    pub text: String,
    /// The headers.
    pub headers: HeaderMap,
}

/// What a door was asked.
pub struct Asked {
    /// The desk, as `http://127.0.0.1:PORT`.
    pub base: String,
    /// `GET`, `POST`, …
    pub method: Method,
    /// The path, without its query.
    pub path: String,
    /// The query's pairs, decoded.
    pub query: Vec<(String, String)>,
    /// What the body says it is.
    pub kind: String,
    /// The body as it is sent.
    pub body: Vec<u8>,
}

impl Asked {
    fn of(request: &Request) -> Asked {
        let url = request.url();
        let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        Asked {
            base: url.origin().ascii_serialization(),
            method: request.method().clone(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            kind: kind.unwrap_or_default().to_owned(),
            body: request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec(),
        }
    }
}

impl Answer {
    /// Sends a request and reads the answer to its end. At the REST door both must be as the desk
    /// describes them.
    pub async fn to(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let (client, request) = request.build_split();
        let request = request?;
        let asked = Asked::of(&request);
        let answer = client.execute(request).await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await?;
        let json = serde_json::from_str(&text).unwrap_or_default();
        let answer = Answer { status, json, text, headers };
        acknowledged::note(&asked, &answer);
        discord_rules::check_answer(&asked, &answer);
        slack_rules::check_answer(&asked, &answer);
        openapi::check(&client, &asked, &answer).await;
        Ok(answer)
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    /// A header, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Checks that this is a problem document (RFC 9457) of this status that names this field.
    #[track_caller]
    pub fn problem(self, status: u16, field: Option<&str>) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let of = |name: &str| self.json[name].as_str().unwrap_or_default();
        assert!(!of("type").is_empty() && !of("title").is_empty(), "{}", self.text);
        assert_eq!(self.json["status"], status, "{}", self.text);
        if let Some(field) = field {
            assert!(self.text.contains(&format!("\"{field}\"")), "{field} in {}", self.text);
        }
    }
}

impl Person {
    /// Whoever holds this token.
    pub fn new(http: &Client, base: &str, token: &str) -> Person {
        let (http, base, token) = (http.clone(), base.to_owned(), token.to_owned());
        Person { http, base, token, acting_for: None }
    }

    /// The same token, acting for somebody else.
    pub fn acting_for(mut self, email: &str) -> Person {
        self.acting_for = Some(email.to_owned());
        self
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        answered(self.request(Method::GET, path)).await
    }

    /// `POST`
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        answered(self.request(Method::POST, path).json(&body)).await
    }

    /// `POST` with an `Idempotency-Key`; no answer is an answer here.
    pub async fn post_once(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<Answer, reqwest::Error> {
        Answer::to(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    /// `PATCH`
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        answered(self.request(Method::PATCH, path).json(&body)).await
    }

    /// `PUT`
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        answered(self.request(Method::PUT, path).json(&body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Answer {
        answered(self.request(Method::DELETE, path)).await
    }

    /// Files a ticket for this person themselves and answers it.
    pub async fn open(&self, title: &str) -> Value {
        let body = serde_json::json!({ "title": title, "description": format!("About {title}.") });
        self.post("/v1/tickets", body).await.expect(201)
    }

    /// Carries out a verb on a ticket.
    pub async fn act(&self, number: u64, verb: &str, body: Value) -> Answer {
        self.post(&format!("/v1/tickets/{number}/actions/{verb}"), body).await
    }

    /// One ticket.
    pub async fn ticket(&self, number: u64) -> Value {
        self.get(&format!("/v1/tickets/{number}")).await.expect(200)
    }

    /// The items of every page of a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.get(&format!("{path}{cursor}")).await.expect(200);
            let found: Vec<Value> = serde_json::from_value(page["items"].take()).expect("items");
            items.extend(found);
            let Some(next) = page["next_cursor"].as_str() else { return items };
            cursor = format!("{}cursor={next}", if path.contains('?') { "&" } else { "?" });
        }
    }

    /// A request of this person's, for what the verbs above do not say.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = format!("{}{path}", self.base);
        if let Some(email) = &self.acting_for {
            url.push_str(if path.contains('?') { "&as=" } else { "?as=" });
            url.push_str(email);
        }
        self.http.request(method, url).bearer_auth(&self.token)
    }
}

async fn answered(request: RequestBuilder) -> Answer {
    Answer::to(request).await.expect("the desk answers")
}
