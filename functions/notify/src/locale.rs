//! The languages the desk writes in. Their words lie in `locales`, a file a language; which of them are
//! said when, and to whom, is none of its business.

use std::sync::LazyLock;

use desk::language::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// The words of each language: what a new one has to be added to. The first has all of them, and lends what another lacks.
const SOURCES: [(&str, &str); 2] = [
    ("en", include_str!("../locales/en/mail.ftl")),
    ("de", include_str!("../locales/de/mail.ftl")),
];

static LOCALES: LazyLock<[Locale; SOURCES.len()]> =
    LazyLock::new(|| SOURCES.map(|(tag, words)| Locale::read(tag, words)));

/// A language the desk writes in, and its words.
pub(crate) struct Locale {
    tag: &'static str,
    words: FluentBundle<FluentResource>,
}

impl Locale {
    /// The first of these that there are words in, their region aside; English where there is none.
    pub fn of<'a>(wanted: impl IntoIterator<Item = &'a Language>) -> &'static Locale {
        let known = |language: &Language| {
            let plain = language.as_str().split('-').next();
            LOCALES.iter().find(|locale| Some(locale.tag) == plain)
        };
        wanted.into_iter().find_map(known).unwrap_or(&LOCALES[0])
    }

    fn read(tag: &'static str, words: &str) -> Locale {
        // A tag that is none would cost the plural forms, not the words.
        let languages = tag.parse().ok().into_iter().collect();
        let mut bundle = FluentBundle::new_concurrent(languages);
        // Marks around names would be searched for, copied and shown as boxes; pages say `dir` instead.
        bundle.set_use_isolating(false);
        for source in [SOURCES[0].1, words] {
            bundle.add_resource_overriding(resource(source));
        }
        Locale { tag, words: bundle }
    }

    /// Its tag (RFC 5646).
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// The words of this name, filled with these.
    pub fn say(&self, name: &str, with: &FluentArgs<'_>) -> String {
        self.filled(name, None, with).unwrap_or_else(|| {
            tracing::error!(words = name, "there are no words of this name");
            String::new()
        })
    }

    /// The same where nothing has to be filled in.
    pub fn word(&self, name: &str) -> String {
        self.say(name, &FluentArgs::new())
    }

    /// One part of the words of this name; empty where they have none.
    pub fn part(&self, name: &str, part: &str, with: &FluentArgs<'_>) -> String {
        self.filled(name, Some(part), with).unwrap_or_default()
    }

    fn filled(&self, name: &str, part: Option<&str>, with: &FluentArgs<'_>) -> Option<String> {
        let message = self.words.get_message(name)?;
        let words = match part {
            Some(part) => message.get_attribute(part)?.value(),
            None => message.value()?,
        };
        let mut faults = Vec::new();
        let said = self.words.format_pattern(words, Some(with), &mut faults).into_owned();
        if let Some(fault) = faults.first() {
            tracing::error!(words = name, language = self.tag, "words were not filled: {fault}");
        }
        Some(said)
    }
}

/// What can be read of a source: the rest is lent by English, and found by the tests.
fn resource(source: &str) -> FluentResource {
    FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable)
}

#[cfg(test)]
#[path = "locale_tests.rs"]
mod tests;
