//! Pieces of Slack's payloads that several of them share: fields by their path, what people typed as
//! plain text, files. Nothing here fails: what is absent is empty.

use serde_json::Value;

use super::payload::PayloadError;

/// A file as Slack names it. Its address needs the bot's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// `F…`.
    pub id: String,
    /// The name it was sent under.
    pub name: String,
    /// Media type, as Slack tells it.
    pub kind: String,
    /// Bytes; nothing where Slack does not say.
    pub size: u64,
    /// Where its bytes are; nothing where the file has to be asked for first.
    pub url: Option<String>,
}

pub(super) fn object(json: &[u8]) -> Result<Value, PayloadError> {
    match serde_json::from_slice(json) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(PayloadError::NotJson),
    }
}

pub(super) fn text_at(root: &Value, path: &str) -> Option<String> {
    let text = root.pointer(path)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn first_of(root: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| text_at(root, path))
}

pub(super) fn required(
    root: &Value,
    path: &str,
    name: &'static str,
) -> Result<String, PayloadError> {
    text_at(root, path).ok_or(PayloadError::Missing(name))
}

/// The files of a list; those without an id are none.
pub(super) fn files(list: Option<&Value>) -> Vec<FileRef> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(file).collect()
}

pub(super) fn file(value: &Value) -> Option<FileRef> {
    let text = |path: &str| text_at(value, path);
    Some(FileRef {
        id: text("/id")?,
        name: text("/name").or_else(|| text("/title")).unwrap_or_else(|| "file".to_owned()),
        kind: text("/mimetype").unwrap_or_default(),
        size: value.get("size").and_then(Value::as_u64).unwrap_or_default(),
        url: text("/url_private_download").or_else(|| text("/url_private")),
    })
}

/// Slack escapes exactly these three; `&amp;` comes last so that nothing is unescaped twice.
pub(super) fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Whether each of the three stands in the text as its entity alone.
pub(super) fn is_escaped(text: &str) -> bool {
    let entity = |rest: &str| ["amp;", "lt;", "gt;"].iter().any(|name| rest.starts_with(name));
    !text.contains(['<', '>']) && text.split('&').skip(1).all(entity)
}

/// What a message says, as plain text: people, channels and links by the names they are shown under.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(&unescape(before));
        let Some((inside, behind)) = after.split_once('>') else {
            out.push('<');
            rest = after;
            continue;
        };
        out.push_str(&unescape(&reference(inside)));
        rest = behind;
    }
    out.push_str(&unescape(rest));
    out
}

/// What stands between angle brackets: a person, a channel, a group, a moment or an address.
fn reference(inside: &str) -> String {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (inside, None),
    };
    match (target.chars().next(), label) {
        (Some('@'), Some(label)) => format!("@{label}"),
        (Some('@'), None) => target.to_owned(),
        (Some('#'), Some(label)) => format!("#{label}"),
        (Some('#'), None) => target.to_owned(),
        (Some('!'), Some(label)) => label.to_owned(),
        (Some('!'), None) => format!("@{}", target.trim_start_matches('!')),
        (_, Some(label)) if !target.trim_start_matches("mailto:").ends_with(label) => {
            format!("{label} ({target})")
        }
        _ => target.trim_start_matches("mailto:").to_owned(),
    }
}

/// What a block of the desk's own says: a section's text, or the words of rich text.
pub(super) fn said_in(block: &Value) -> Option<String> {
    if let Some(text) = text_at(block, "/text/text") {
        return Some(text);
    }
    let parts = block.get("elements").and_then(Value::as_array)?;
    let elements = parts.iter().filter_map(|part| part.get("elements")?.as_array()).flatten();
    let said: String = elements.filter_map(|element| text_at(element, "/text")).collect();
    (!said.is_empty()).then_some(said)
}

/// What was written with formatting, without it.
pub(super) fn rich(value: &Value) -> String {
    let mut out = String::new();
    gather(value, &mut out, 0);
    out.trim().to_owned()
}

/// How deep elements may stand in each other; Slack's own do four times.
const DEPTH: usize = 12;

fn gather(value: &Value, out: &mut String, depth: usize) {
    if depth > DEPTH {
        return;
    }
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    match kind {
        "text" => out.push_str(text("text")),
        "link" if text("text").is_empty() => out.push_str(text("url")),
        "link" => out.push_str(&format!("{} ({})", text("text"), text("url"))),
        "user" => out.push_str(&format!("@{}", text("user_id"))),
        "channel" => out.push_str(&format!("#{}", text("channel_id"))),
        "broadcast" => out.push_str(&format!("@{}", text("range"))),
        "emoji" => out.push_str(&format!(":{}:", text("name"))),
        "date" => out.push_str(text("fallback")),
        _ => {}
    }
    let elements = value.get("elements").and_then(Value::as_array).into_iter().flatten();
    for element in elements {
        if kind == "rich_text_list" {
            out.push_str("- ");
        }
        gather(element, out, depth + 1);
        if matches!(kind, "rich_text" | "rich_text_list") && !out.ends_with('\n') {
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_read_as_they_are_shown() {
        let rows = [
            ("vpn &lt;down&gt; &amp;lt;", "vpn <down> &lt;"),
            ("ask <@U1|kofi> or <@U2>", "ask @kofi or @U2"),
            ("in <#C1|it>, <!here>, <!subteam^S1|@desk>", "in #it, @here, @desk"),
            ("<https://a.b/c?d=1&amp;e=2|the page>", "the page (https://a.b/c?d=1&e=2)"),
            ("<http://a.b|a.b> <mailto:a@b.c|a@b.c> <https://x.y>", "http://a.b a@b.c https://x.y"),
            ("<!date^1^{date}|today>", "today"),
            ("a < b", "a < b"),
            ("<", "<"),
            ("<>", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_alone_was_never_escaped() {
        for escaped in ["a &lt; b", "&amp;lt;", "plain", ""] {
            assert!(is_escaped(escaped), "{escaped}");
        }
        for raw in ["a < b", "R&D &amp; co", "&#39;", "a &", "<!channel>"] {
            assert!(!is_escaped(raw), "{raw}");
        }
    }

    #[test]
    fn formatting_is_left_out() {
        let section = |text: &str| json!({"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": true}}]});
        let value = json!({"type": "rich_text", "elements": [
            section("Hello"),
            {"type": "rich_text_list", "style": "bullet", "elements": [section("one"), section("two")]},
            {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://a.b", "text": "a"},
                {"type": "emoji", "name": "tada"}, {"type": "user", "user_id": "U1"}]},
        ]});
        assert_eq!(rich(&value), "Hello\n- one\n- two\na (https://a.b):tada:@U1");
        assert_eq!(rich(&Value::Null), "");
    }
}
