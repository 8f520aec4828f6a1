//! A16, A20, A21: everything that was found to run in some mail program's page, through the sanitiser, read by
//! another HTML reader than the one it is built on.

use html5gum::{Token, Tokenizer};

#[path = "../src/test_data.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod test_data;

/// Elements that run, load, cover or post.
const FORBIDDEN: &[&str] = &[
    "script", "iframe", "object", "embed", "form", "base", "meta", "link", "style", "input",
    "button", "svg", "math", "video", "audio", "frame", "frameset", "applet", "textarea", "select",
    "template",
];

/// What a reader would do on seeing this; none where it only reads.
fn acts(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        let Token::StartTag(tag) = token else { continue };
        let name = String::from_utf8_lossy(&tag.name).to_lowercase();
        if FORBIDDEN.contains(&name.as_str()) {
            found.push(name.clone());
        }
        for (attribute, value) in &tag.attributes {
            let attribute = String::from_utf8_lossy(attribute).to_lowercase();
            let value = String::from_utf8_lossy(value).to_lowercase();
            let plain: String =
                value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            let scripts =
                ["javascript:", "vbscript:", "data:"].iter().any(|s| plain.starts_with(s));
            let loads = ["src", "srcset", "background", "poster"].contains(&attribute.as_str())
                && !plain.starts_with("cid:");
            let acts = attribute.starts_with("on") || attribute == "style" || scripts || loads;
            if acts {
                found.push(format!("{name} {attribute}={value}"));
            }
        }
    }
    found
}

#[test]
fn nothing_of_the_corpus_acts() {
    let mut tried = 0;
    let files = test_data::corpus_files("xss");
    for (path, bytes) in files.into_iter().filter(|(path, _)| path.ends_with(".jsonl")) {
        for line in String::from_utf8(bytes).unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let input = case["input"].as_str().or(case["payload"].as_str()).unwrap();
            let clean = email::html::sanitise(input);
            assert_eq!(acts(&clean), Vec::<String>::new(), "{path}: {input} became {clean}");
            assert_eq!(email::html::sanitise(&clean), clean, "once more changes nothing: {input}");
            tried += 1;
        }
    }
    println!("{tried} payloads");
}

#[test]
fn the_reader_sees_what_acts() {
    for html in ["<script>", "<p onclick=x>", "<a href='java\nscript:x'>", "<img src=http://x>"] {
        assert!(!acts(html).is_empty(), "{html}");
    }
}
