//! Every language says what English says, with the same variables; every word that is used is there, and
//! none that is not.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::*;

impl Locale {
    /// English under another tag, each stretch of its words made into another.
    pub(crate) fn transformed(tag: &'static str, how: fn(&str) -> Cow<'_, str>) -> Locale {
        let mut locale = Locale::read(tag, SOURCES[0].1);
        locale.words.set_transform(Some(how));
        locale
    }
}

/// The variables of some words, and the other words they repeat.
type Found = (BTreeSet<String>, BTreeSet<String>);

/// What a source has: each message, and each part of one.
type Has = BTreeMap<String, Found>;

/// Reads a source; what cannot be read, or is there twice, is a fault.
fn read(source: &str) -> Result<Has, String> {
    let resource = parser::parse(source).map_err(|(_, faults)| format!("{faults:?}"))?;
    let mut has = Has::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let name = message.id.name;
        let parts = message.attributes.iter();
        let parts = parts.map(|part| (format!("{name}.{}", part.id.name), &part.value));
        let whole = message.value.iter().map(|value| (name.to_owned(), value));
        for (name, pattern) in whole.chain(parts) {
            let mut found = Found::default();
            of_pattern(pattern, &mut found);
            if has.insert(name.clone(), found).is_some() {
                return Err(format!("{name} is there twice"));
            }
        }
    }
    Ok(has)
}

fn of_pattern(pattern: &Pattern<&str>, found: &mut Found) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => of_inline(inline, found),
            Expression::Select { selector, variants } => {
                of_inline(selector, found);
                variants.iter().for_each(|variant| of_pattern(&variant.value, found));
            }
        }
    }
}

fn of_inline(inline: &InlineExpression<&str>, found: &mut Found) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.0.insert(id.name.to_owned());
        }
        InlineExpression::MessageReference { id, attribute } => {
            let part = attribute.as_ref().map(|part| format!(".{}", part.name));
            found.1.insert(format!("{}{}", id.name, part.unwrap_or_default()));
        }
        InlineExpression::StringLiteral { .. } => {}
        other => panic!("the words of the desk need no such thing: {other:?}"),
    }
}

#[test]
fn every_language_says_the_same_with_the_same_variables() {
    let english = read(SOURCES[0].1).unwrap();
    for (tag, source) in SOURCES {
        let own = read(source).unwrap_or_else(|fault| panic!("{tag}: {fault}"));
        let names = |has: &Has| has.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&own), names(&english), "{tag}");
        for (name, (variables, repeated)) in own {
            assert_eq!(variables, english[&name].0, "{tag}: {name}");
            let gone: Vec<_> = repeated.iter().filter(|one| !english.contains_key(*one)).collect();
            assert!(gone.is_empty(), "{tag}: {name} repeats {gone:?}");
        }
    }
}

#[test]
fn a_broken_source_is_found() {
    for broken in ["receipt = { $number", "receipt = a\nreceipt = b", "= a", "receipt"] {
        assert!(read(broken).is_err(), "{broken}");
    }
}

/// The sources of what ships, one after another.
fn code() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let ships = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.ends_with(".rs") && !name.starts_with("test_") && !name.ends_with("_tests.rs")
    };
    let ships = files.filter(ships).map(|path| std::fs::read_to_string(path).unwrap());
    ships.map(|text| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_word_that_is_used_is_there() {
    let (code, english) = (code(), Locale::of(None));
    let calls = ["say(", "word(", "worded(locale, ", "news(", "talk(", "hand(", "state(", "work("];
    let called = calls.iter().flat_map(|call| code.split(call).skip(1));
    let named = called.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    let named: BTreeSet<&str> = named.filter(|name| !name.is_empty()).collect();
    assert!(named.len() > 50, "only {} found", named.len());
    let gone: Vec<_> = named.iter().filter(|name| !english.words.has_message(name)).collect();
    assert!(gone.is_empty(), "there are no words for {gone:?}");
}

#[test]
fn every_word_that_is_there_is_used() {
    let (code, english) = (code(), read(SOURCES[0].1).unwrap());
    let message = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let repeated: BTreeSet<String> =
        english.values().flat_map(|(_, repeated)| repeated).map(|name| message(name)).collect();
    let used = |name: &String| code.contains(&format!("\"{name}\"")) || repeated.contains(name);
    let unused: BTreeSet<String> =
        english.keys().map(|name| message(name)).filter(|name| !used(name)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn what_a_language_lacks_is_said_in_english() {
    let half = Locale::read("de", "add-here = Mehr?\nreply-here = { $broken\nnow = jetzt\n");
    assert_eq!(half.word("add-here"), "Mehr?");
    assert_eq!(half.word("now"), "jetzt");
    assert_eq!(half.word("reply-here"), Locale::of(None).word("reply-here"));
    let with = FluentArgs::from_iter([("number", "#1"), ("title", "{ $number } -> *[x]")]);
    assert_eq!(half.part("receipt", "subject", &with), "#1: { $number } -> *[x]");
    assert_eq!((half.word("no-such-words"), half.part("now", "x", &with)), Default::default());
}

#[test]
fn the_first_language_there_are_words_in_is_written() {
    for (wanted, written) in [
        (&["de"][..], "de"),
        (&["de-at"], "de"),
        (&["fr", "de", "en"], "de"),
        (&["en-gb", "de"], "en"),
        (&["fr"], "en"),
        (&["den"], "en"),
        (&[], "en"),
    ] {
        let wanted: Vec<Language> = wanted.iter().filter_map(|tag| Language::parse(tag)).collect();
        assert_eq!(Locale::of(&wanted).tag(), written, "{wanted:?}");
    }
}
