//! The document says what the table of routes says, no more and no less; what it says can be used.

use std::collections::{BTreeMap, BTreeSet};

use desk::access::Role;
use desk::history::Visibility;
use desk::receipt::{Coming, Reason};
use desk::sla::Metric;
use desk::ticket::{Channel, Closure, Priority, Status, Type};
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use super::{PATH, text};
use crate::problem::KINDS;
use crate::route::ROUTES;

const ROOT: &str = "urn:bellhop:openapi";

fn document() -> Value {
    serde_json::from_str(&text()).expect("the document is JSON")
}

/// What a `$ref` leads to, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(place) = value["$ref"].as_str() else { return value };
    let pointer = place.strip_prefix('#').expect("references stay inside");
    document.pointer(pointer).unwrap_or_else(|| panic!("{place} leads nowhere"))
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

/// Every operation, by method and path.
fn operations(document: &Value) -> BTreeMap<(String, String), &Value> {
    let mut all = BTreeMap::new();
    for (path, item) in object(&document["paths"]) {
        for (method, operation) in object(item).iter().filter(|(name, _)| *name != "parameters") {
            all.insert((method.to_uppercase(), path.clone()), operation);
        }
    }
    all
}

/// Parameters of one kind, by name.
fn parameters(document: &Value, path: &str, operation: &Value, kind: &str) -> BTreeSet<String> {
    let own = operation["parameters"].as_array().into_iter().flatten();
    let shared = document["paths"][path]["parameters"].as_array().into_iter().flatten();
    let all = own.chain(shared).map(|parameter| resolved(document, parameter));
    let fits = all.filter(|parameter| parameter["in"] == kind);
    fits.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect()
}

fn body_schema<'a>(document: &'a Value, operation: &'a Value) -> &'a Value {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    resolved(document, schema)
}

fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_document_has_every_call_and_no_other() {
    let document = document();
    let described: BTreeSet<_> = operations(&document).into_keys().collect();
    let mut known: BTreeSet<_> =
        ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    known.insert(("GET".into(), PATH.into()));
    assert_eq!(described, known);
}

#[test]
fn the_document_has_every_parameter_and_every_field_of_each_call() {
    let document = document();
    let described = operations(&document);
    for route in ROUTES {
        let call = (route.method.to_owned(), route.path.to_owned());
        let operation = described[&call];
        let mut query = names(route.query);
        query.insert("as".into());
        assert_eq!(parameters(&document, route.path, operation, "query"), query, "{call:?}");
        let varying = route.path.split('/').filter_map(|part| part.strip_prefix('{'));
        let varying: BTreeSet<_> = varying.map(|part| part.trim_end_matches('}').into()).collect();
        assert_eq!(parameters(&document, route.path, operation, "path"), varying, "{call:?}");
        let headers = parameters(&document, route.path, operation, "header");
        assert_eq!(headers.contains("Idempotency-Key"), route.method == "POST", "{call:?}");
        let schema = body_schema(&document, operation);
        let fields: BTreeSet<String> = schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(n, _)| n.clone())
            .collect();
        assert_eq!(fields, names(route.fields), "{call:?}");
        let changes = !["GET", "DELETE"].contains(&route.method);
        assert_eq!(operation.get("requestBody").is_some(), changes, "{call:?}");
        assert!(!changes || schema["additionalProperties"] == false, "{call:?}");
    }
}

#[test]
fn every_call_has_a_name_of_its_own_and_words_to_work_from() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (call, operation) in operations(&document) {
        for name in ["operationId", "summary", "description"] {
            assert!(operation[name].as_str().is_some_and(|text| !text.is_empty()), "{call:?}");
        }
        assert!(ids.insert(operation["operationId"].to_string()), "{call:?}");
        for (status, response) in object(&operation["responses"]) {
            let response = resolved(&document, response);
            assert!(response["description"].is_string(), "{call:?} {status}");
        }
    }
}

#[test]
fn every_schema_compiles_and_every_example_fits() {
    let document = document();
    let registry = Registry::new().draft(Draft::Draft202012).add(ROOT, &document);
    let registry = registry.expect("a document").prepare().expect("references that resolve");
    let compiled = |pointer: &str| -> Validator {
        let options = jsonschema::options().with_draft(Draft::Draft202012);
        let options = options.should_validate_formats(true).with_registry(&registry);
        let pointer = pointer.replace('{', "%7B").replace('}', "%7D");
        let built = options.build(&json!({ "$ref": format!("{ROOT}#{pointer}") }));
        built.unwrap_or_else(|error| panic!("{pointer}: {error}"))
    };
    for name in object(&document["components"]["schemas"]).keys() {
        compiled(&format!("/components/schemas/{name}"));
    }
    for (name, response) in object(&document["components"]["responses"]) {
        let kind = object(&response["content"]).keys().next().expect("a body").replace('/', "~1");
        compiled(&format!("/components/responses/{name}/content/{kind}/schema"));
    }
    for ((method, path), operation) in operations(&document) {
        if operation.get("requestBody").is_none() {
            continue;
        }
        let place = format!("/paths/{}/{}", path.replace('/', "~1"), method.to_lowercase());
        let validator = compiled(&format!("{place}/requestBody/content/application~1json/schema"));
        let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
        assert!(!object(examples).is_empty(), "{method} {path} shows no example");
        for (name, example) in object(examples) {
            let errors: Vec<_> =
                validator.iter_errors(&example["value"]).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{method} {path} {name}: {errors:?}");
        }
        let unknown = json!({ "nobody knows this": 1 });
        assert!(!validator.is_valid(&unknown), "{method} {path} takes anything");
    }
}

#[test]
fn words_are_the_desks_own() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    fn all<T: Copy + std::fmt::Display>(words: &[T]) -> Value {
        json!(words.iter().map(T::to_string).collect::<Vec<_>>())
    }
    for (name, words) in [
        ("Status", all(Status::ALL)),
        ("Priority", all(Priority::ALL)),
        ("Type", all(Type::ALL)),
        ("Channel", all(Channel::ALL)),
        ("Closure", all(Closure::ALL)),
        ("Role", all(Role::ALL)),
        ("Visibility", all(Visibility::ALL)),
        ("Reason", all(Reason::ALL)),
    ] {
        assert_eq!(schemas[name]["enum"], words, "{name}");
    }
    assert_eq!(schemas["Coming"]["properties"]["what"]["enum"], all(Coming::ALL));
    let events = schemas["Event"]["oneOf"].as_array().expect("kinds of events");
    let alarm = events.iter().find(|kind| kind["properties"]["type"]["const"] == "alarm_raised");
    let alarm = alarm.expect("alarms are events");
    assert_eq!(alarm["properties"]["metric"]["enum"], all(Metric::ALL));
}

#[test]
fn every_kind_of_problem_is_listed_with_its_status() {
    let document = document();
    let words = document["info"]["description"].as_str().unwrap_or_default();
    let known: Vec<String> =
        KINDS.iter().map(|kind| format!("urn:bellhop:problem:{}", kind.name)).collect();
    assert_eq!(
        document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"],
        json!(known)
    );
    for kind in KINDS {
        let row = format!("| `{}` | {} |", kind.name, kind.status.as_u16());
        assert!(words.contains(&row), "{row}");
    }
}

#[test]
fn the_version_is_the_programs() {
    assert_eq!(document()["info"]["version"], env!("CARGO_PKG_VERSION"));
}
