//! Discord's own description of its API, taken at its word: every call the desk made there and every
//! answer it gave to an interaction must be one Discord takes. The budgets that the description leaves
//! out (docs.discord.com, "Components: Reference") are counted here. Knows nothing of tickets.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use super::corpus;
use super::people::{Answer, Asked};

const ROOT: &str = "urn:discord:openapi";
/// The door whose answers are looked at.
const DOOR: &str = "/discord/interactions";
/// Message flag IS_COMPONENTS_V2.
const COMPONENTS_V2: u64 = 1 << 15;
/// Components of a message, however deep.
const COMPONENTS: usize = 40;
/// Characters of all text a message of components shows.
const CHARACTERS: usize = 4000;
/// Components at the top of a modal.
const IN_MODAL: usize = 5;

/// The description, and the schemas in it that were needed so far, compiled.
struct Rules {
    registry: Registry<'static>,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

/// None where the corpora are not on this machine.
static RULES: OnceLock<Option<Rules>> = OnceLock::new();

/// Checks the answer to an interaction.
pub fn check_answer(asked: &Asked, answer: &Answer) {
    if asked.path == DOOR && answer.status == 200 {
        let sent = String::from_utf8_lossy(&asked.body);
        answer_fits(&answer.json, &format!("the answer to {sent}"));
    }
}

/// Checks every call to Discord that left the desk.
pub fn check_calls(outbox: &[Value]) {
    for item in outbox.iter().filter(|item| item["kind"] == "discord") {
        let method = item["method"].as_str().expect("a call to Discord has a method");
        let what = format!("{method} to {}", item["to"]);
        call_fits(method, &item["body"], &what);
    }
}

fn rules() -> Option<&'static Rules> {
    RULES.get_or_init(|| corpus("discord/openapi.json").map(Rules::of)).as_ref()
}

fn answer_fits(answer: &Value, what: &str) {
    let (schema, is_message) = match answer["type"].as_u64() {
        Some(1) => ("PongInteractionCallbackRequest", false),
        Some(4 | 5) => ("CreateMessageInteractionCallbackRequest", true),
        Some(6 | 7) => ("UpdateMessageInteractionCallbackRequest", true),
        Some(8) => ("ApplicationCommandAutocompleteCallbackRequest", false),
        Some(9) => ("ModalInteractionCallbackRequest", false),
        other => panic!("{what}: there is no answer of type {other:?}"),
    };
    let data = &answer["data"];
    if let Some(rules) = rules() {
        rules.validate(schema, answer, what);
        if answer["type"] == 8 {
            let choices = "InteractionApplicationCommandAutocompleteCallbackStringData";
            rules.validate(choices, data, what);
        }
    }
    match answer["type"].as_u64() {
        // A deferred answer says only who will see it.
        Some(5 | 6) => {}
        Some(9) => modal_fits(data, what),
        _ if is_message => message_fits(data, what),
        _ => {}
    }
}

fn call_fits(method: &str, body: &Value, what: &str) {
    if method.starts_with("PUT /applications/") {
        return check_commands(&body["items"]);
    }
    let Some((schema, is_message)) = schema_of(method) else {
        panic!("{what}: no rule says what this call looks like");
    };
    if let (Some(rules), Some(schema)) = (rules(), schema) {
        rules.validate(schema, body, what);
    }
    if is_message {
        message_fits(body, what);
    }
}

/// What the body of a call must be, and whether it is a message.
fn schema_of(method: &str) -> Option<(Option<&'static str>, bool)> {
    let (verb, path) = method.split_once(' ')?;
    let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let found = match (verb, steps.as_slice()) {
        ("DELETE" | "GET", _) | ("PUT", ["channels", _, "thread-members", _]) => (None, false),
        ("POST", ["channels", _, "messages"]) => (Some("MessageCreateRequest"), true),
        ("PATCH", ["channels", _, "messages", _]) => (Some("MessageEditRequestPartial"), true),
        ("POST", ["webhooks", _, _]) => (Some("IncomingWebhookRequestPartial"), true),
        ("PATCH", ["webhooks", _, _, "messages", _]) => {
            (Some("IncomingWebhookUpdateRequestPartial"), true)
        }
        ("POST", ["channels", _, "threads"]) => {
            (Some("CreateTextThreadWithoutMessageRequest"), false)
        }
        ("PATCH", ["channels", _]) => (Some("UpdateThreadRequestPartial"), false),
        ("POST", ["users", "@me", "channels"]) => (Some("CreatePrivateChannelRequest"), false),
        _ => return None,
    };
    Some(found)
}

/// A whole set of commands, as `PUT /applications/{id}/commands` takes it.
fn check_commands(commands: &Value) {
    let commands = commands.as_array().expect("a list of commands");
    let of_type = |kind: u64| commands.iter().filter(|c| c["type"] == kind).count();
    assert!(of_type(1) <= 100 && of_type(2) <= 15 && of_type(3) <= 15, "too many commands");
    for command in commands {
        if let Some(rules) = rules() {
            rules.validate("ApplicationCommandUpdateRequest", command, "a command");
        }
        let text = characters_of(command, &["name", "description", "value"]);
        assert!(text <= 8000, "{} has {text} characters, of 8000", command["name"]);
    }
}

fn message_fits(message: &Value, what: &str) {
    if message.get("content").is_some() || message.get("components").is_some() {
        let pings = &message["allowed_mentions"];
        assert_eq!(pings, &json!({ "parse": [] }), "{what} may ping somebody");
    }
    let flags = message["flags"].as_u64().unwrap_or_default();
    let none = Vec::new();
    let components = message["components"].as_array().unwrap_or(&none);
    let counted = count(components);
    assert!(counted <= COMPONENTS, "{what} has {counted} components: {message:#}");
    ids_are_unique(components, what);
    if flags & COMPONENTS_V2 == 0 {
        let content = message["content"].as_str().unwrap_or_default();
        assert!(content.encode_utf16().count() <= 2000, "{what} is too long");
        let new = components.iter().find(|component| component["type"] != 1);
        assert!(new.is_none(), "{what} has components without their flag: {message:#}");
        return;
    }
    for old in ["content", "embeds", "poll", "sticker_ids"] {
        assert!(message.get(old).is_none(), "{what} has {old} beside components");
    }
    let text: usize = components.iter().map(|c| characters_of(c, &["content"])).sum();
    assert!(text <= CHARACTERS, "{what} shows {text} characters: {message:#}");
    assert!(!components.is_empty(), "{what} is empty");
}

fn modal_fits(modal: &Value, what: &str) {
    let components = modal["components"].as_array().expect("a modal has components");
    let many = components.len();
    assert!((1..=IN_MODAL).contains(&many), "{what}: {many} components in a modal");
    let new = |component: &Value| component["type"] == 18 || component["type"] == 10;
    assert!(components.iter().all(new), "{what}: rows in modals are deprecated: {modal:#}");
    ids_are_unique(components, what);
    for label in components {
        options_fit(&label["component"], what);
    }
}

/// What a choice may hold, and that what is chosen beforehand is not more than may be.
fn options_fit(component: &Value, what: &str) {
    let Some(options) = component["options"].as_array() else { return };
    let most = if component["type"] == 3 { 25 } else { 10 };
    assert!((1..=most).contains(&options.len()), "{what}: {} options", options.len());
    let values: BTreeSet<&str> = options.iter().filter_map(|o| o["value"].as_str()).collect();
    assert_eq!(values.len(), options.len(), "{what}: two options of one value");
    let chosen = options.iter().filter(|option| option["default"] == true).count();
    let may = component["max_values"].as_u64().unwrap_or(1);
    assert!(chosen as u64 <= may, "{what}: {chosen} options are chosen, of {may}");
}

/// Discord refuses two components of one `custom_id` in a message or a modal.
fn ids_are_unique(components: &[Value], what: &str) {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&Value> = components.iter().collect();
    while let Some(component) = waiting.pop() {
        waiting.extend(component["components"].as_array().into_iter().flatten());
        waiting.extend(["accessory", "component"].iter().filter_map(|part| component.get(part)));
        if let Some(id) = component["custom_id"].as_str() {
            assert!(seen.insert(id), "{what} has {id} twice");
        }
        let is_button = component["type"] == 2;
        let (links, acts) = (component.get("url"), component.get("custom_id"));
        let says = component.get("label").is_some() || component.get("emoji").is_some();
        assert!(!is_button || (links.is_some() != acts.is_some() && says), "{what}: {component}");
        if component["type"] == 1 {
            let inside = component["components"].as_array().map_or(&[][..], Vec::as_slice);
            let buttons = inside.iter().filter(|inside| inside["type"] == 2).count();
            assert!(buttons == inside.len() || inside.len() == 1, "{what}: {component}");
        }
        options_fit(component, what);
    }
}

fn count(components: &[Value]) -> usize {
    let one = |component: &Value| {
        let inside = component["components"].as_array().map_or(0, |inside| count(inside));
        1 + inside + usize::from(component.get("accessory").is_some())
    };
    components.iter().map(one).sum()
}

/// How many UTF-16 units the texts of these names have in a value, however deep.
fn characters_of(value: &Value, names: &[&str]) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value.as_str() {
                Some(text) if names.contains(&name.as_str()) => text.encode_utf16().count(),
                _ => characters_of(value, names),
            })
            .sum(),
        Value::Array(items) => items.iter().map(|item| characters_of(item, names)).sum(),
        _ => 0,
    }
}

impl Rules {
    /// The description lets any other field pass; what the desk sends has none, so that a misspelt
    /// one is found.
    fn of(mut document: Value) -> Rules {
        let schemas = document["components"]["schemas"].as_object_mut().expect("schemas");
        for (name, schema) in schemas {
            let is_sent = name.contains("Request") || name.ends_with("Embed");
            let is_plain = schema.get("properties").is_some() && schema.get("allOf").is_none();
            if let Some(fields) = schema.as_object_mut().filter(|_| is_sent && is_plain) {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
        }
        let registry = Registry::new().draft(Draft::Draft202012).add(ROOT, document);
        let registry = registry.expect("a document").prepare().expect("references that resolve");
        Rules { registry, compiled: Mutex::default() }
    }

    fn validate(&self, schema: &str, value: &Value, what: &str) {
        let validator = self.validator(schema);
        if validator.is_valid(value) {
            return;
        }
        let errors = validator.iter_errors(value).take(5);
        let errors: Vec<String> =
            errors.map(|error| format!("{error} at {:?}", error.instance_path())).collect();
        panic!("{what} is no {schema} of Discord's: {errors:#?}\n{value:#}");
    }

    fn validator(&self, schema: &str) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let build = || {
            let options = jsonschema::options().with_draft(Draft::Draft202012);
            let options = options.with_registry(&self.registry);
            let place = format!("{ROOT}#/components/schemas/{schema}");
            let built = options.build(&json!({ "$ref": place }));
            Arc::new(built.unwrap_or_else(|error| panic!("{schema}: {error}")))
        };
        compiled.entry(schema.to_owned()).or_insert_with(build).clone()
    }
}

#[test]
fn recorded_modals_fit_and_broken_ones_do_not() {
    let Some(files) = super::corpus_folder("discord/dev/response") else { return };
    for (name, bytes) in files {
        let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        // One of them shows what arrives, not what is answered.
        if answer["type"] == 9 {
            answer_fits(&answer, &name);
        }
    }
    let text = |content: &str| json!({ "type": 10, "content": content });
    let button = |label: &str, id: &str| {
        let button = json!({ "type": 2, "style": 2, "label": label, "custom_id": id });
        json!({ "type": 1, "components": [button] })
    };
    let message = |components: Value| {
        json!({ "type": 4, "data": { "flags": COMPONENTS_V2, "components": components,
            "allowed_mentions": { "parse": [] } } })
    };
    answer_fits(&message(json!([text("hello"), button("Take it", "t:take:1")])), "a message");
    let broken = [
        message(json!([text(&"x".repeat(4001))])),
        message(json!(vec![text("x"); 41])),
        message(json!([button(&"x".repeat(81), "t:take:1")])),
        message(json!([button("x", &"x".repeat(101))])),
        message(json!([button("x", "a"), button("y", "a")])),
        message(json!([{ "type": 10, "content": "x", "contend": "x" }])),
        json!({ "type": 4, "data": { "content": "x" } }),
        json!({ "type": 4, "data": { "components": [text("x")], "allowed_mentions": { "parse": [] } } }),
        json!({ "type": 8, "data": { "choices": vec![json!({ "name": "x", "value": "x" }); 26] } }),
        json!({ "type": 9, "data": { "title": "x", "custom_id": "x", "components": [] } }),
        json!({ "type": 3 }),
    ];
    for answer in broken {
        let tried = std::panic::catch_unwind(|| answer_fits(&answer, "this"));
        assert!(tried.is_err(), "{answer:#}");
    }
}
