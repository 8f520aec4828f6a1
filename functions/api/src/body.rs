//! Reading what a call brings. Every complaint names its field, also about a field nobody knows:
//! what is misspelt would otherwise be lost without a word.

use desk::history::Text;
pub(crate) use desk::history::{TITLE_AT_MOST, WORDS_AT_MOST};
use desk::person::normal_address;
use desk::{Number, Refusal};
use http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::Call;
use crate::problem::Problem;

/// A JSON object whose fields are taken one by one.
pub(crate) struct Fields {
    map: Map<String, Value>,
}

impl Call<'_> {
    /// The body's fields, of which this call knows each. An empty body is an empty object.
    pub(crate) fn fields(&self) -> Result<Fields, Problem> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Fields { map: Map::new() });
        }
        if !may_be_json(&self.headers) {
            return Err(Problem::bad_request("send the body as Content-Type: application/json"));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(map)) => Fields::of(map, self.route.fields),
            Ok(_) => Err(Problem::bad_request("the body must be one JSON object")),
            Err(cause) => Err(Problem::bad_request(format!("the body is not JSON: {cause}"))),
        }
    }
}

impl Call<'_> {
    /// A text that is the whole body, of this kind, or a field of a JSON body.
    pub(crate) fn text(&self, kind: &str, field: &str) -> Result<String, Problem> {
        let given = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let given = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !given.eq_ignore_ascii_case(kind) {
            return self.fields()?.needed(field, self.body.len());
        }
        let text = std::str::from_utf8(&self.body);
        text.map(str::to_owned).map_err(|_| Problem::bad_request("the body must be UTF-8"))
    }
}

/// Whether a body that calls itself this can be JSON: JSON in any of its names, nothing at all, or
/// what `curl -d` says of everything.
fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or("?").split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let plain = ["application/json", "text/json", "application/x-www-form-urlencoded"];
    plain.contains(&kind.as_str()) || kind.ends_with("+json")
}

impl Fields {
    fn of(map: Map<String, Value>, known: &[&str]) -> Result<Fields, Problem> {
        let unknown = map.keys().find(|name| !known.contains(&name.as_str()));
        match unknown {
            Some(name) => Err(Problem::field(name, "there is no such field")),
            None => Ok(Fields { map }),
        }
    }

    /// Everything that was given, for whoever reads it at once.
    pub fn whole(self) -> Map<String, Value> {
        self.map
    }

    /// Those of these fields that were given, for whoever reads them at once.
    pub fn those(&self, names: &[&str]) -> Map<String, Value> {
        let given = names.iter().filter_map(|name| self.map.get_key_value(*name));
        given.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Whether a field was given at all, be it null.
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

    /// An object inside, with these fields.
    pub fn object(&self, name: &str, known: &[&str]) -> Result<Option<Fields>, Problem> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(map)) => {
                Fields::of(map.clone(), known).map(Some).map_err(|problem| problem.inside(name))
            }
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

/// A title, or a name: one line of a list, and of a mail's subject.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
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
