//! Rich text: the block whose words Slack shows as they stand. It looks for marks, mentions and links in
//! mrkdwn alone, so that nothing in here has to be escaped. What is said is the caller's.
//! Elements: docs.slack.dev, "Rich text block".

use serde_json::{Value, json};

use crate::text::{fit, literal, one_line};

/// A block of sections and quotations.
pub(super) fn block(parts: Vec<Value>) -> Value {
    json!({"type": "rich_text", "elements": parts})
}

/// Words, links and moments that follow each other.
pub(super) fn section(elements: Vec<Value>) -> Value {
    json!({"type": "rich_text_section", "elements": some(elements)})
}

/// The same with a bar at its side.
pub(super) fn quote(elements: Vec<Value>) -> Value {
    json!({"type": "rich_text_quote", "elements": some(elements)})
}

/// Slack refuses an element without text, and a section without elements. Words beside words are one.
fn some(elements: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for element in elements {
        match (kept.last_mut(), unstyled(&element)) {
            _ if element["text"] == "" => {}
            (Some(last), Some(more)) if unstyled(last).is_some() => {
                *last = words(&format!("{}{more}", unstyled(last).unwrap_or_default()));
            }
            _ => kept.push(element),
        }
    }
    if kept.is_empty() {
        kept.push(words("…"));
    }
    kept
}

/// The words of an element that is nothing but words.
fn unstyled(element: &Value) -> Option<&str> {
    let is_words = element["type"] == "text" && element["style"].is_null();
    element["text"].as_str().filter(|_| is_words)
}

/// Words as they stand, their line breaks with them.
pub(super) fn words(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// The same in bold.
pub(super) fn bold(text: &str) -> Value {
    json!({"type": "text", "text": text, "style": {"bold": true}})
}

/// The same in italics.
pub(super) fn italic(text: &str) -> Value {
    json!({"type": "text", "text": text, "style": {"italic": true}})
}

/// Bold words that lead to an address, where it is one of the web.
pub(super) fn link(url: Option<&str>, text: &str) -> Value {
    match url.and_then(web_address) {
        Some(url) => json!({"type": "link", "url": url, "text": text, "style": {"bold": true}}),
        None => bold(text),
    }
}

/// A moment, shown in the reader's own zone and language; `fallback` is for programs that cannot.
pub(super) fn moment(at_unix: i64) -> Value {
    json!({
        "type": "date", "timestamp": at_unix, "format": "{date_short_pretty}, {time}",
        "fallback": utc(at_unix),
    })
}

/// A moment in words.
pub(super) fn utc(at_unix: i64) -> String {
    match jiff::Timestamp::from_second(at_unix) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => at_unix.to_string(),
    }
}

/// A text object of plain text, on one line and no longer than it may be; one character at least.
pub(super) fn plain(text: &str, at_most: usize) -> Value {
    let text = fit(&one_line(text), at_most, literal);
    let text = if text.is_empty() { "…" } else { &text };
    json!({"type": "plain_text", "text": text, "emoji": false})
}

/// Slack takes an address of up to 3000 characters; longer than this nobody means one.
fn web_address(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let usable = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 1000;
    usable.then(|| url.into())
}
