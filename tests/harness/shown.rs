//! What people read of what the desk said in chat, by the services' own rules and by none of the desk's code:
//! Slack shows plain text and rich text as they stand; Discord reads markdown. A mark that was meant literally
//! and is read as one is missing from what these answer.

use serde_json::Value;

use super::slack_rich;

/// How a mention in Discord begins in what is read.
pub const MENTION: [&str; 2] = ["\u{fffc}@", "\u{fffc}#"];

/// What is read in Slack of a message, an answer, a dialog or a home tab, block by block.
pub fn in_slack(body: &Value) -> Vec<String> {
    let blocks = body["blocks"].as_array().or(body["view"]["blocks"].as_array());
    blocks.into_iter().flatten().flat_map(block).collect()
}

fn block(block: &Value) -> Vec<String> {
    let said = |object: &Value| object["text"].as_str().map(str::to_owned);
    match block["type"].as_str() {
        Some("rich_text") => vec![slack_rich::read(block)],
        Some("header" | "section") => said(&block["text"]).into_iter().collect(),
        Some("context") => {
            block["elements"].as_array().into_iter().flatten().filter_map(said).collect()
        }
        _ => Vec::new(),
    }
}

/// What is read in Slack's notifications: three characters stand there as entities.
pub fn in_notification(body: &Value) -> String {
    let text = body["text"].as_str().unwrap_or_default();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What is read in Discord of a message or of an answer, text by text.
pub fn in_discord(body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    texts(body, &mut found);
    found.iter().map(|text| without_marks(text)).collect()
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    found.extend(value["content"].as_str().filter(|text| !text.is_empty()));
    for inside in [&value["data"], &value["components"]] {
        let several = inside.as_array().into_iter().flatten();
        several.chain(Some(inside).filter(|one| one.is_object())).for_each(|one| texts(one, found));
    }
}

fn without_marks(text: &str) -> String {
    text.split('\n').map(|line| inline(begun(line))).collect::<Vec<_>>().join("\n")
}

/// A line without what makes it a quotation, a heading, a list or small.
fn begun(line: &str) -> &str {
    let marks = ["> ", ">>> ", "### ", "## ", "# ", "-# ", "- ", "* "];
    marks.iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line)
}

/// A line's words: a backslash before a mark makes it a letter; every other mark is gone.
fn inline(line: &str) -> String {
    let mut read = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let (words, after) = piece(rest, next);
        read.push_str(&words);
        rest = after;
    }
    read
}

fn piece(rest: &str, next: char) -> (String, &str) {
    let (one, after) = rest.split_at(next.len_utf8());
    match next {
        '\\' => match after.chars().next().filter(char::is_ascii_punctuation) {
            Some(letter) => (letter.to_string(), &after[1..]),
            None => (one.to_owned(), after),
        },
        '*' | '`' | '_' => (String::new(), after),
        '~' | '|' if after.starts_with(next) => (String::new(), &after[1..]),
        '<' => match angled(after) {
            Some((shown, after)) => (shown, after),
            None => (one.to_owned(), after),
        },
        '[' => linked(after).unwrap_or((one.to_owned(), after)),
        _ => (one.to_owned(), after),
    }
}

/// A mention, a moment or an emoji between angle brackets.
fn angled(after: &str) -> Option<(String, &str)> {
    let (inside, after) = after.split_once('>')?;
    let special =
        ["@", "#", "t:", ":", "a:", "/", "id:"].iter().any(|mark| inside.starts_with(mark));
    special.then(|| (format!("\u{fffc}{inside}\u{fffc}"), after))
}

/// Words that lead somewhere.
fn linked(after: &str) -> Option<(String, &str)> {
    let (words, after) = after.split_once("](")?;
    let (url, after) = after.split_once(')')?;
    url.starts_with("http").then(|| (inline(words), after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn marks_are_read_as_the_services_read_them() {
        let content = "### **bold** `x`\n> \\*kept\\* [words](http://e) \\[x](http://e) <@1> a\\b";
        let read = in_discord(
            &json!({ "data": { "components": [{ "type": 17, "components": [{ "content": content }] }] } }),
        );
        assert_eq!(read, ["bold x\n*kept* words [x](http://e) \u{fffc}@1\u{fffc} a\\b"]);
        let section = json!({ "type": "rich_text_section", "elements": [{ "type": "text", "text": "*<!here>*" }] });
        let blocks = json!([{ "type": "rich_text", "elements": [section] }, { "type": "actions" }]);
        assert_eq!(in_slack(&json!({ "blocks": blocks })), ["*<!here>*"]);
        assert_eq!(in_notification(&json!({ "text": "&lt;!here&gt; &amp;lt;" })), "<!here> &lt;");
    }
}
