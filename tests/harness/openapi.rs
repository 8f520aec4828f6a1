//! The desk's own description of its REST door, taken at its word: every call a test makes there must
//! be described, and asked and answered as described. Knows the document's shape, not what is in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonschema::{Draft, Registry, Validator};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::people::{Answer, Asked};

const ROOT: &str = "urn:bellhop:openapi";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// The description, and the schemas in it that were needed so far, compiled.
struct Document {
    root: Value,
    registry: Registry<'static>,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

/// The same for every desk of this run: they are one program.
static DOCUMENT: OnceCell<Document> = OnceCell::const_new();

/// Checks one call against the description, if it is one of the REST door's.
pub async fn check(client: &Client, asked: &Asked, answer: &Answer) {
    if !asked.path.starts_with("/v1/") {
        return;
    }
    let fetched = DOCUMENT.get_or_try_init(|| Document::fetch(client, &asked.base)).await;
    // A desk that was killed just now describes nothing any more.
    let Ok(document) = fetched else { return };
    if asked.method != Method::OPTIONS {
        document.check(asked, answer);
    }
}

impl Document {
    async fn fetch(client: &Client, base: &str) -> Result<Document, reqwest::Error> {
        let answer = client.get(format!("{base}/v1/openapi.json")).send().await?;
        assert_eq!(answer.status().as_u16(), 200, "the desk describes its REST door to anybody");
        let root: Value = answer.json().await?;
        let registry = Registry::new().draft(Draft::Draft202012).add(ROOT, root.clone());
        let registry = registry.expect("a document").prepare().expect("references that resolve");
        Ok(Document { root, registry, compiled: Mutex::default() })
    }

    fn check(&self, asked: &Asked, answer: &Answer) {
        let call = format!("{} {}", asked.method, asked.path);
        let Some(path) = self.path(&asked.path) else {
            assert!([401, 404].contains(&answer.status), "{call} is not described: {answer:?}");
            return self.check_problem(&call, answer);
        };
        let item = &self.root["paths"][path];
        let method = if asked.method == Method::HEAD { &Method::GET } else { &asked.method };
        let method = method.as_str().to_lowercase();
        let Some(operation) = item.get(&method) else {
            assert!([401, 405].contains(&answer.status), "{call} is not described: {answer:?}");
            return self.check_problem(&call, answer);
        };
        let place = format!("/paths/{}/{method}", escaped(path));
        if answer.status < 400 {
            self.check_query(&call, asked, operation);
            self.check_request(&call, asked, operation, &place);
        }
        self.check_answer(&call, asked, operation, &place, answer);
    }

    fn check_problem(&self, call: &str, answer: &Answer) {
        assert_eq!(answer.header("content-type"), PROBLEM, "{call}: {answer:?}");
        self.validate("/components/schemas/Problem", &answer.json, call);
    }

    fn check_query(&self, call: &str, asked: &Asked, operation: &Value) {
        for (name, value) in &asked.query {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut known = parameters.map(|parameter| self.resolved(parameter));
            let found = known.find(|known| known["in"] == "query" && known["name"] == **name);
            let schema = &found.unwrap_or_else(|| panic!("{call} describes no {name}"))["schema"];
            let value = match value.parse::<i64>() {
                Ok(number) if schema["type"] == "integer" => json!(number),
                _ => json!(value),
            };
            if let Some(place) = schema["$ref"].as_str() {
                self.validate(place.trim_start_matches('#'), &value, &format!("{call} {name}"));
                continue;
            }
            let validator = jsonschema::validator_for(schema).expect("a schema");
            assert!(validator.is_valid(&value), "{call} takes no {name}={value}");
        }
    }

    fn check_request(&self, call: &str, asked: &Asked, operation: &Value, place: &str) {
        let Some(described) = operation.get("requestBody") else {
            assert!(asked.body.is_empty(), "{call} takes no body");
            return;
        };
        if asked.body.is_empty() {
            assert_ne!(described["required"], true, "{call} needs a body");
            return;
        }
        let kinds = described["content"].as_object().into_iter().flatten();
        if kinds.into_iter().any(|(kind, _)| kind != JSON && *kind == asked.kind) {
            return;
        }
        let body = serde_json::from_slice(&asked.body).expect("a body that was taken is JSON");
        let schema = format!("{place}/requestBody/content/{}/schema", escaped(JSON));
        self.validate(&schema, &body, &format!("{call} was asked"));
    }

    fn check_answer(
        &self,
        call: &str,
        asked: &Asked,
        operation: &Value,
        place: &str,
        answer: &Answer,
    ) {
        let status = answer.status.to_string();
        let described = operation["responses"].get(&status);
        let given = described.unwrap_or_else(|| panic!("{call} describes no {status}: {answer:?}"));
        let response = self.resolved(given);
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let absent = answer.header(name).is_empty();
            let needed = self.resolved(header)["required"] == true;
            assert!(!(needed && absent), "{call} answered {status} without {name}");
        }
        let bodies = response["content"].as_object();
        let Some((kind, _)) = bodies.and_then(|bodies| bodies.iter().next()) else {
            assert_eq!(answer.text, "", "{call} describes no body of {status}");
            return;
        };
        assert_eq!(answer.header("content-type"), kind, "{call}: {answer:?}");
        if asked.method == Method::HEAD {
            return;
        }
        let response = match given["$ref"].as_str() {
            Some(place) => place.trim_start_matches('#').to_owned(),
            None => format!("{place}/responses/{status}"),
        };
        let schema = format!("{response}/content/{}/schema", escaped(kind));
        self.validate(&schema, &answer.json, &format!("{call} answered {status}"));
    }

    fn validate(&self, place: &str, value: &Value, what: &str) {
        let validator = self.validator(place);
        if validator.is_valid(value) {
            return;
        }
        let errors = validator.iter_errors(value).take(5);
        let errors: Vec<String> =
            errors.map(|error| format!("{} at {:?}", error, error.instance_path())).collect();
        panic!("{what} otherwise than described ({place}): {errors:#?}\n{value:#}");
    }

    fn validator(&self, place: &str) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().expect("nobody panics while compiling");
        let build = || {
            let options = jsonschema::options().with_draft(Draft::Draft202012);
            let options = options.should_validate_formats(true).with_registry(&self.registry);
            // A pointer in a URI has no braces of its own (RFC 6901 section 6).
            let pointer = place.replace('{', "%7B").replace('}', "%7D");
            let built = options.build(&json!({ "$ref": format!("{ROOT}#{pointer}") }));
            Arc::new(built.unwrap_or_else(|error| panic!("{place}: {error}")))
        };
        compiled.entry(place.to_owned()).or_insert_with(build).clone()
    }

    /// The described path that this one is; a word counts before what varies.
    fn path(&self, asked: &str) -> Option<&str> {
        let paths = self.root["paths"].as_object().into_iter().flatten();
        let fits = |path: &&String| {
            let (mut wanted, mut given) = (path.split('/'), asked.split('/'));
            loop {
                match (wanted.next(), given.next()) {
                    (None, None) => return true,
                    (Some(word), Some(part)) if word == part => {}
                    (Some(word), Some(part)) if word.starts_with('{') && !part.is_empty() => {}
                    _ => return false,
                }
            }
        };
        paths
            .map(|(path, _)| path)
            .filter(fits)
            .min_by_key(|path| path.matches('{').count())
            .map(String::as_str)
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let place = value["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
        place.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(value)
    }
}

/// A name as a step of a JSON pointer (RFC 6901 section 3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
