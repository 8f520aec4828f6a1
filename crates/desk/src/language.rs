//! Words in several languages, which language words are in, and which of several a reader is shown.
//! Translates nothing.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use whatlang::Lang;

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

/// Which of several languages to show whoever reads these, best first: their own, the same without
/// its region, the desk's. None is the `own` one of the words, and whatever is left.
pub fn choose<'a>(
    own: Option<&Language>,
    others: impl Iterator<Item = &'a Language> + Clone,
    wanted: &[Language],
    desks: &Language,
) -> Option<&'a Language> {
    for language in wanted.iter().chain([desks]) {
        let near = |known: &&Language| known.plain() == language.plain();
        let exact = others.clone().find(|known| *known == language);
        if own == Some(language) || exact.is_none() && own.as_ref().is_some_and(near) {
            return None;
        }
        if let Some(found) = exact.or_else(|| others.clone().find(near)) {
            return Some(found);
        }
    }
    None
}

/// So many characters tell a language.
const ENOUGH: usize = 1_000;
/// So sure, of 1, has to be whoever tells it: a sentence is enough, two words are not.
const SURE: f64 = 0.5;

/// The language of some words; none where they are too few to tell.
pub fn detect(words: &str) -> Option<Language> {
    let beginning: String = words.chars().take(ENOUGH).collect();
    let found = whatlang::detect(&beginning)?;
    let tag = tag(found.lang()).filter(|_| found.confidence() >= SURE)?;
    Some(Language(tag.to_owned()))
}

/// The shortest tag of a language (ISO 639-1, as RFC 5646 section 2.2.1 wants it); none for those
/// without a short one.
fn tag(language: Lang) -> Option<&'static str> {
    Some(match language {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
        // Nobody mails a help desk in Latin; filler text does.
        _ => return None,
    })
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
    fn a_language_is_told_by_enough_words() {
        for (words, read) in [
            (
                "The printer on the third floor has not printed anything since this morning.",
                Some("en"),
            ),
            ("Der Drucker im dritten Stock druckt seit heute Morgen nichts mehr.", Some("de")),
            ("A impressora do terceiro andar não imprime nada desde esta manhã.", Some("pt")),
            ("三楼的打印机从今天早上开始就不能打印了。", Some("zh")),
            ("Ο εκτυπωτής στον τρίτο όροφο δεν τυπώνει.", Some("el")),
            ("ok", None),
            ("404", None),
            ("", None),
        ] {
            assert_eq!(detect(words).as_ref().map(Language::as_str), read, "{words:?}");
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
