//! Slack's rich text as a page, drawn as a person would see it there: sections, quotations, and in them
//! words, links and moments. Nothing in the words is a mark. Elements: docs.slack.dev, "Rich text block".

use maud::{Markup, html};
use serde_json::{Value, json};

use super::blocks::{list, text};
use super::markup::{moment, web};

/// A block of rich text.
pub fn draw(block: &Value) -> Markup {
    html! {
        @for part in list(block, "elements") {
            @match text(part, "type") {
                "rich_text_quote" => span.quote { (elements(part)) },
                _ => span.line { (elements(part)) },
            }
        }
    }
}

fn elements(part: &Value) -> Markup {
    html! { @for element in list(part, "elements") { (styled(element)) } }
}

fn styled(element: &Value) -> Markup {
    let has = |style: &str| element["style"][style] == json!(true);
    let drawn = one(element);
    match (has("bold"), has("italic")) {
        (true, _) => html! { strong { (drawn) } },
        (_, true) => html! { em { (drawn) } },
        _ => drawn,
    }
}

fn one(element: &Value) -> Markup {
    let words = text(element, "text");
    match text(element, "type") {
        "link" => {
            let url = text(element, "url");
            html! { a href=(web(url)) rel="noreferrer" { (if words.is_empty() { url } else { words }) } }
        }
        "date" => moment(element["timestamp"].as_i64().unwrap_or_default(), false),
        _ => html! { (words) },
    }
}

/// The words of a rich text alone.
pub fn plain(rich: &Value) -> String {
    let mut words = text(rich, "text").to_owned();
    for inside in list(rich, "elements") {
        words.push_str(&plain(inside));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_looks_as_it_does_there() {
        let bold = json!({ "bold": true });
        let part = |kind: &str, elements: Value| json!({ "type": kind, "elements": elements });
        let words = json!([{ "type": "text", "text": "*<!channel>*\n" }]);
        let linked = json!([
            { "type": "link", "url": "https://e.org/1", "text": "#1 R&D", "style": bold },
            { "type": "link", "url": "javascript:alert(1)" },
            { "type": "date", "timestamp": 0, "fallback": "then" },
            { "type": "text", "text": "x", "style": { "italic": true } },
        ]);
        let parts = [part("rich_text_section", linked), part("rich_text_quote", words)];
        assert_eq!(
            draw(&part("rich_text", json!(parts))).into_string(),
            "<span class=\"line\"><strong><a href=\"https://e.org/1\" rel=\"noreferrer\">#1 R&amp;D</a></strong>\
             <a href=\"#\" rel=\"noreferrer\">javascript:alert(1)</a>\
             <time datetime=\"1970-01-01T00:00:00Z\">Thu 1 Jan, 00:00 UTC</time><em>x</em></span>\
             <span class=\"quote\">*&lt;!channel&gt;*\n</span>"
        );
        assert_eq!(plain(&parts[1]), "*<!channel>*\n");
    }
}
