//! Words in several languages, and which of them a reader is shown. Translates nothing.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A language by its tag, in lower case: `en`, `de`, `pt-br` (RFC 5646).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// Reads a tag; none where it is no tag: letters first, then parts of letters and digits.
    pub fn parse(text: &str) -> Option<Language> {
        let tag = text.trim().to_ascii_lowercase().replace('_', "-");
        let mut parts = tag.split('-');
        let first = parts.next()?;
        let named = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase());
        let fits = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        (named && parts.all(fits) && tag.len() <= 35).then_some(Language(tag))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without its region.
    fn plain(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

impl Default for Language {
    fn default() -> Language {
        Language("en".to_owned())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The same words in one language or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(pub BTreeMap<Language, String>);

impl Words {
    /// Words in one language.
    pub fn one(language: &Language, text: impl Into<String>) -> Words {
        Words([(language.clone(), text.into())].into())
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words for whoever reads these languages, best first: their own, those of the language
    /// without its region, the desk's, or any.
    pub fn read(&self, wanted: &[Language], desks: &Language) -> &str {
        let near = |language: &Language| {
            let exact = self.0.get(language);
            exact.or_else(|| {
                let mut all = self.0.iter();
                all.find(|(known, _)| known.plain() == language.plain()).map(|(_, text)| text)
            })
        };
        let found = wanted.iter().find_map(near).or_else(|| near(desks));
        found.or_else(|| self.0.values().next()).map(String::as_str).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Language {
        Language::parse(text).unwrap()
    }

    #[test]
    fn a_language_is_a_tag() {
        for (text, read) in [
            ("en", Some("en")),
            ("pt_BR", Some("pt-br")),
            (" De ", Some("de")),
            ("zh-hans-cn", Some("zh-hans-cn")),
            ("", None),
            ("e", None),
            ("english", None),
            ("12", None),
            ("en-", None),
            ("en-überall", None),
        ] {
            assert_eq!(Language::parse(text).as_ref().map(Language::as_str), read, "{text:?}");
        }
    }

    #[test]
    fn the_readers_own_language_comes_first() {
        let words = |pairs: &[(&str, &str)]| {
            Words(pairs.iter().map(|(tag_, text)| (tag(tag_), (*text).to_owned())).collect())
        };
        let floor = words(&[("de", "Etage"), ("en", "Floor"), ("pt-br", "Andar")]);
        for (wanted, expected) in [
            (&["de"][..], "Etage"),
            (&["de-at"], "Etage"),
            (&["fr", "pt"], "Andar"),
            (&["fr"], "Floor"),
            (&[], "Floor"),
        ] {
            let wanted: Vec<Language> = wanted.iter().map(|text| tag(text)).collect();
            assert_eq!(floor.read(&wanted, &tag("en")), expected, "{wanted:?}");
        }
        assert_eq!(words(&[("de", "Etage")]).read(&[], &tag("en")), "Etage");
        assert_eq!(Words::default().read(&[], &tag("en")), "");
    }
}
