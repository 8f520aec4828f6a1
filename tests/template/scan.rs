//! A rough reading of Rust sources: which functions there are, what each calls, which methods without
//! arguments it asks for. By name alone, without types: it may think that more is called than is,
//! and never less.

use std::collections::BTreeSet;
use std::path::Path;

/// One function of a crate.
#[derive(Debug, Default)]
pub struct Routine {
    /// Its name.
    pub name: String,
    /// Whether other crates can call it.
    pub public: bool,
    /// Whether it is called on something.
    pub method: bool,
    /// Every name it calls or hands on, behind the name it is called on or found under.
    pub calls: BTreeSet<(String, String)>,
    /// Every `receiver.method()` without arguments, as the last two names.
    pub asked: BTreeSet<(String, String)>,
    /// What a transaction's items are made of: `put`, `delete`, `update`, `condition_check`.
    pub items: BTreeSet<String>,
}

/// Every function under a folder that ships, tests left out.
pub fn routines(folder: &Path) -> Vec<Routine> {
    let mut found = Vec::new();
    for file in sources(folder) {
        let text = std::fs::read_to_string(&file).expect("a source can be read");
        read(&without_tests(&tokens(&text)), &mut found);
    }
    found
}

/// The sources under a folder that ship.
pub fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_test =
            name.ends_with("_tests.rs") || name == "tests.rs" || name.starts_with("test_");
        if path.is_dir() {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") && !is_test {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Names and punctuation; comments, texts and characters are gone.
fn tokens(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &text[at..];
        at += match byte {
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'"' => quoted(rest),
            b'r' if raw_hashes(rest).is_some() => raw(rest),
            b'\'' => character(rest),
            _ if byte.is_ascii_alphanumeric() || byte == b'_' => {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
                tokens.push(rest[..end].to_owned());
                end
            }
            _ => {
                let one = rest.chars().next().map_or(1, char::len_utf8);
                if !byte.is_ascii_whitespace() {
                    tokens.push(rest[..one].to_owned());
                }
                one
            }
        };
    }
    tokens
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 2)
}

fn raw_hashes(rest: &str) -> Option<usize> {
    let after = &rest[1..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn raw(rest: &str) -> usize {
    let hashes = raw_hashes(rest).unwrap_or(0);
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = hashes + 2;
    rest[begin..].find(&end).map_or(rest.len(), |found| begin + found + end.len())
}

/// A character's length, or one for the mark of a lifetime.
fn character(rest: &str) -> usize {
    let mut inside = rest.char_indices().skip(1);
    match inside.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(1, |end| end + 4),
        Some(_) => match inside.next() {
            Some((end, '\'')) => end + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// Drops every item marked `#[cfg(test)]`.
fn without_tests(tokens: &[String]) -> Vec<&str> {
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if words[at..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = end_of_item(&words, at + 7);
        } else {
            kept.push(words[at]);
            at += 1;
        }
    }
    kept
}

/// Behind the next `;`, or behind the block that begins before one.
fn end_of_item(words: &[&str], from: usize) -> usize {
    let body = body(words, from);
    body.map_or_else(|end| end + 1, |(_, end)| end)
}

/// Where the next block begins and ends; as an error where a `;` comes first.
fn body(words: &[&str], from: usize) -> Result<(usize, usize), usize> {
    let mut depth = 0i32;
    let mut begin = None;
    for (at, word) in words.iter().enumerate().skip(from) {
        match *word {
            ";" if depth == 0 && begin.is_none() => return Err(at),
            "{" if depth == 0 && begin.is_none() => {
                begin = Some(at);
                depth = 1;
            }
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => continue,
        }
        if let (Some(begin), 0) = (begin, depth) {
            return Ok((begin, at + 1));
        }
    }
    Err(words.len())
}

fn read(words: &[&str], found: &mut Vec<Routine>) {
    for at in 0..words.len() {
        let Some(name) = words.get(at + 1).filter(|word| is_word(word)) else { continue };
        if words[at] != "fn" {
            continue;
        }
        let Ok((begin, end)) = body(words, at + 2) else { continue };
        let kinds = ["async", "const", "unsafe", "extern"];
        let before = words[..at].iter().rev().find(|word| !kinds.contains(word));
        let mut routine = Routine {
            name: (*name).to_owned(),
            public: before == Some(&"pub"),
            method: words[at + 2..begin].iter().take(6).any(|word| *word == "self"),
            ..Routine::default()
        };
        read_body(&words[begin..end], &mut routine);
        found.push(routine);
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn read_body(words: &[&str], routine: &mut Routine) {
    for (at, word) in words.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at).copied());
        let after = |on: usize| words.get(at + on).copied();
        // A path's last name may be handed on without being called here.
        let is_called = after(1) == Some("(") || before(1) == Some(":");
        if is_word(word) && is_called && after(1) != Some(":") {
            let on = match before(1) {
                Some(".") => before(2),
                Some(":") => before(3),
                _ => None,
            };
            routine.calls.insert((on.unwrap_or_default().to_owned(), (*word).to_owned()));
        }
        if before(1) == Some(".") && after(1) == Some("(") && after(2) == Some(")") {
            let receiver = before(2).unwrap_or_default().to_owned();
            routine.asked.insert((receiver, (*word).to_owned()));
        }
        let builder = ["TransactWriteItem", ":", ":", "builder", "(", ")", "."];
        if at >= builder.len() && words[at - builder.len()..at] == builder {
            routine.items.insert((*word).to_owned());
        }
    }
}

#[test]
fn sources_are_read_roughly_and_rightly() {
    let text = r##"
        //! fn not_this() { a() }
        pub async fn put(&self, x: [u8; 3]) -> T where F: Fn() -> U {
            let c = '"'; let l: &'static str = r#"fn nor_this() { b() }"#;
            self.db.put_item().key("}").send(); keys.map(Key::attributes); // c()
            TransactWriteItem::builder().put(x).build()
        }
        pub(crate) fn hidden() { helper(1) }
        #[cfg(test)] mod tests { fn inside() { delete_item() } }
        trait T { fn declared(&self); }
        fn last() {}
    "##;
    let mut found = Vec::new();
    read(&without_tests(&tokens(text)), &mut found);
    let names: Vec<_> = found.iter().map(|r| (r.name.as_str(), r.public)).collect();
    assert_eq!(names, [("put", true), ("hidden", false), ("last", false)]);
    let calls: Vec<_> = found[0].calls.iter().map(|(on, c)| format!("{on}.{c}")).collect();
    let on_results = [").build", ").key", ").put", ").send"];
    let on_names = ["Key.attributes", "TransactWriteItem.builder", "db.put_item", "keys.map"];
    assert_eq!(calls, [on_results, on_names].concat());
    assert!(found[0].method && !found[1].method);
    let db = ("db".to_owned(), "put_item".to_owned());
    assert!(found[0].asked.contains(&db) && found[0].items.contains("put"), "{:?}", found[0]);
}
