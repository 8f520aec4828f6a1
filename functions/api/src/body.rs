//! Reading what a call brings. Every complaint names its field.

use desk::history::Text;
use desk::person::normal_address;
use desk::{Number, Refusal};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::problem::Problem;

/// The longest title, in characters.
pub(crate) const TITLE_AT_MOST: usize = 300;
/// The longest message, in characters.
pub(crate) const WORDS_AT_MOST: usize = 200_000;

/// A JSON object whose fields are taken one by one.
pub(crate) struct Fields {
    map: Map<String, Value>,
}

impl Fields {
    /// Reads a body; an empty one is an empty object.
    pub fn read(body: &[u8]) -> Result<Fields, Problem> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Fields { map: Map::new() });
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok(Fields { map }),
            Ok(_) => Err(Problem::bad_request("the body must be one JSON object")),
            Err(cause) => Err(Problem::bad_request(format!("the body is not JSON: {cause}"))),
        }
    }

    /// Whether a field was given at all.
    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A value, unless absent or null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A text of at most so many characters, trimmed; absent, null and empty are none.
    pub fn text(&self, name: &str, at_most: usize) -> Result<Option<String>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| Problem::field(name, "it must be a text"))?;
        if text.chars().count() > at_most {
            return Err(Problem::field(name, format!("at most {at_most} characters")));
        }
        if text.contains('\0') {
            return Err(Problem::field(name, "it must not contain NUL"));
        }
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// A text that must be there.
    pub fn needed(&self, name: &str, at_most: usize) -> Result<String, Problem> {
        self.text(name, at_most)?.ok_or_else(|| Problem::field(name, "it is needed"))
    }

    /// A text as words of an entry.
    pub fn words(&self, name: &str) -> Result<Text, Problem> {
        Ok(Text::plain(self.text(name, WORDS_AT_MOST)?.unwrap_or_default()))
    }

    /// Words that must be there.
    pub fn needed_words(&self, name: &str) -> Result<Text, Problem> {
        Ok(Text::plain(self.needed(name, WORDS_AT_MOST)?))
    }

    /// One of a set of words.
    pub fn word<T: Copy + std::fmt::Display>(
        &self,
        name: &str,
        all: &[T],
        parse: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(word) = self.text(name, 40)? else { return Ok(None) };
        one_of(name, &word, all, parse).map(Some)
    }

    /// A mail address.
    pub fn address(&self, name: &str) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(name, 254)? else { return Ok(None) };
        let wrong = || Problem::field(name, "it must be one mail address");
        normal_address(&text).map(Some).ok_or_else(wrong)
    }

    /// An instant, RFC 3339.
    pub fn instant(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(name, 40)? else { return Ok(None) };
        let wrong = |_| Problem::field(name, "it must be a time like 2026-11-23T09:00:00Z");
        text.parse().map(Some).map_err(wrong)
    }

    /// An object inside.
    pub fn object(&self, name: &str) -> Result<Option<Fields>, Problem> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Fields { map: map.clone() })),
            Some(_) => Err(Problem::field(name, "it must be an object")),
        }
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wrong = || Problem::field(name, "it must be a list of texts");
        let list = value.as_array().ok_or_else(wrong)?;
        let texts = list.iter().map(|one| one.as_str().map(|text| text.trim().to_owned()));
        texts.collect::<Option<Vec<_>>>().map(Some).ok_or_else(wrong)
    }
}

/// Reads a word, or says which there are.
pub(crate) fn one_of<T: Copy + std::fmt::Display>(
    name: &str,
    word: &str,
    all: &[T],
    parse: fn(&str) -> Option<T>,
) -> Result<T, Problem> {
    parse(word).ok_or_else(|| {
        let words: Vec<String> = all.iter().map(T::to_string).collect();
        Problem::field(name, format!("it must be one of {}", words.join(", ")))
    })
}

/// A ticket's number out of a path; nothing that is no number is anywhere.
pub(crate) fn number(text: &str) -> Result<Number, Problem> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.map(Number).ok_or_else(|| Problem::from(Refusal::NotOpened))
}

/// A query string's pairs, decoded.
pub(crate) fn query(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}
