//! Slack's rich text, by the elements the desk may use: what of it Slack would refuse, strictly, and what
//! people read of it. Elements: docs.slack.dev, "Rich text block". Knows nothing of tickets.

use serde_json::{Map, Value};

/// The words of one element, and those of one block: Slack names no limit, a section's text has this one.
const IN_BLOCK: usize = 3000;

/// What is wrong with a block of rich text.
pub fn rules(block: &Value, at: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut holds = |holds: bool, why: &str| {
        if !holds {
            wrong.push(format!("{at}: {why}"));
        }
    };
    holds(has_only(block, &["type", "block_id", "elements"]), "has a field that is none");
    let parts = list(block);
    holds(!parts.is_empty(), "has no section");
    for part in parts {
        let kind = part["type"].as_str().unwrap_or_default();
        let known = ["rich_text_section", "rich_text_quote"].contains(&kind);
        holds(known && has_only(part, &["type", "elements"]), "has a part that is none of ours");
        holds(!list(part).is_empty(), "has a section without elements");
        for element in list(part) {
            holds(is_element(element), &format!("has no such element: {element}"));
        }
    }
    holds(read(block).chars().count() <= IN_BLOCK, "says too much");
    wrong
}

fn is_element(element: &Value) -> bool {
    let said = |name: &str| element[name].as_str().is_some_and(|text| !text.is_empty());
    let styles = element["style"].as_object().is_none_or(is_style);
    let fits = match element["type"].as_str() {
        Some("text") => said("text") && has_only(element, &["type", "text", "style"]),
        Some("link") => {
            let web = element["url"].as_str().is_some_and(|url| url.starts_with("http"));
            web && said("text") && has_only(element, &["type", "url", "text", "style"])
        }
        Some("date") => {
            let fields = ["type", "timestamp", "format", "fallback"];
            element["timestamp"].is_i64()
                && said("format")
                && said("fallback")
                && has_only(element, &fields)
        }
        _ => false,
    };
    fits && styles
}

fn is_style(style: &Map<String, Value>) -> bool {
    let known =
        |(name, on): (&String, &Value)| ["bold", "italic"].contains(&name.as_str()) && *on == true;
    !style.is_empty() && style.iter().all(known)
}

fn has_only(value: &Value, fields: &[&str]) -> bool {
    let all = value.as_object().into_iter().flatten();
    all.into_iter().all(|(name, _)| fields.contains(&name.as_str()))
}

/// What people read of it: its words as they stand, a moment by what stands for it.
pub fn read(block: &Value) -> String {
    let part = |part: &Value| -> String { list(part).iter().map(words).collect() };
    list(block).iter().map(part).collect::<Vec<_>>().join("\n")
}

fn words(element: &Value) -> String {
    let name = if element["type"] == "date" { "fallback" } else { "text" };
    element[name].as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value["elements"].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn block(element: Value) -> Value {
        json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [element] }] })
    }

    #[test]
    fn what_slack_refuses_of_rich_text_is_refused() {
        let fine = block(json!({ "type": "text", "text": "*<!here>*", "style": { "bold": true } }));
        assert_eq!(rules(&fine, "here"), Vec::<String>::new());
        assert_eq!(read(&fine), "*<!here>*");
        for element in [
            json!({ "type": "text", "text": "" }),
            json!({ "type": "text", "text": "a", "style": { "loud": true } }),
            json!({ "type": "text", "text": "a", "verbatim": true }),
            json!({ "type": "text", "text": "a".repeat(3001) }),
            json!({ "type": "link", "url": "javascript:a", "text": "a" }),
            json!({ "type": "date", "timestamp": "0", "format": "{date}", "fallback": "a" }),
            json!({ "type": "user", "user_id": "U1" }),
            json!({ "type": "broadcast", "range": "channel" }),
        ] {
            assert_ne!(rules(&block(element.clone()), "here"), Vec::<String>::new(), "{element}");
        }
        let empty = json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [] }] });
        assert_ne!(rules(&empty, "here"), Vec::<String>::new());
    }
}
