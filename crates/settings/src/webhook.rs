//! Webhooks as people write them: where to, of what, of which queues.

use desk::config::Config;
use desk::webhook::Webhook;
use desk::{QueueId, WebhookId};
use serde_json::{Map, Value, json};

use crate::export::{list, quoted};
use crate::grammar::short_word;
use crate::table::Table;
use crate::wrong::Wrong;

/// The fields of a webhook.
pub const FIELDS: &[&str] = &["id", "url", "events", "queues", "enabled"];

/// Reads a webhook.
pub fn read(value: &Value) -> Result<Webhook, Wrong> {
    of_table(&Table::of(value, "", FIELDS)?)
}

/// Reads a webhook that is changed: what is not given stays.
pub fn edit(before: &Webhook, given: &Map<String, Value>) -> Result<Webhook, Wrong> {
    let mut whole = show(before);
    for (name, value) in given {
        whole[name] = value.clone();
    }
    read(&whole)
}

/// Writes a webhook.
pub fn show(hook: &Webhook) -> Value {
    let Webhook { id, url, events, queues, enabled } = hook;
    json!({ "id": id, "url": url, "events": events, "queues": queues, "enabled": enabled })
}

pub(crate) fn of_table(table: &Table<'_>) -> Result<Webhook, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let enabled = match table.get("enabled").map(Value::as_bool) {
        Some(said) => said.ok_or_else(|| table.wrong("enabled", "it is true or false"))?,
        None => true,
    };
    let url = table.needed("url", 2_000)?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(table.wrong("url", "it is no URL such as https://example.com/hook"));
    }
    Ok(Webhook {
        id: WebhookId(id),
        url,
        events: table.read_all("events", event)?.into_iter().collect(),
        queues: table.read_all("queues", short_word)?.into_iter().map(QueueId).collect(),
        enabled,
    })
}

fn event(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("ticket.").unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
    let fits = (1..=60).contains(&rest.len()) && rest.chars().all(plain);
    fits.then(|| text.to_owned())
        .ok_or_else(|| format!("{text:?} is no event such as ticket.created"))
}

/// Whether the queues of all webhooks are there, and each has an id of its own.
pub(crate) fn check(config: &Config) -> Result<(), Wrong> {
    for (n, hook) in config.webhooks.iter().enumerate() {
        let path = |field: &str| format!("webhooks[{n}].{field}");
        if config.webhooks.iter().take(n).any(|other| other.id == hook.id) {
            return Err(Wrong::at(path("id"), format!("{:?} is there twice", hook.id.as_str())));
        }
        if let Some(queue) = hook.queues.iter().find(|id| config.queue(id).is_none()) {
            return Err(Wrong::at(path("queues"), format!("there is no queue {queue}")));
        }
    }
    Ok(())
}

/// A webhook for a reader: names and words.
pub(crate) fn rows(hook: &Webhook) -> Vec<(String, String)> {
    let words = |words: Vec<String>| words.join(", ");
    let rows = [
        ("url", hook.url.clone()),
        ("events", words(hook.events.iter().cloned().collect())),
        ("queues", words(hook.queues.iter().map(ToString::to_string).collect())),
        ("enabled", if hook.enabled { String::new() } else { "false".into() }),
    ];
    rows.map(|(name, value)| (name.to_owned(), value)).into()
}

const WEBHOOKS: &str = "
# Other systems that are told what happens. Requests are signed with a secret that is not kept here:
# POST /v1/webhooks/ID/secret makes one. No events listed is all of them, no queues every queue.
";

/// Writes them into a file.
pub(crate) fn write(out: &mut String, hooks: &[Webhook]) {
    for (n, hook) in hooks.iter().enumerate() {
        out.push_str(if n == 0 { WEBHOOKS } else { "\n" });
        let mut lines = vec![("id", quoted(hook.id.as_str())), ("url", quoted(&hook.url))];
        if !hook.events.is_empty() {
            lines.push(("events", list(&Vec::from_iter(hook.events.iter().cloned()))));
        }
        if !hook.queues.is_empty() {
            let queues: Vec<String> = hook.queues.iter().map(ToString::to_string).collect();
            lines.push(("queues", list(&queues)));
        }
        if !hook.enabled {
            lines.push(("enabled", "false".into()));
        }
        out.push_str("[[webhooks]]\n");
        for (name, value) in lines {
            out.push_str(&format!("{name} = {value}\n"));
        }
    }
}
