//! Pages of lists: how long they are, and cursors. A cursor carries where the next page begins and a
//! check of whose list it was made for, so that another list's, or a mangled one, is refused.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::problem::Problem;
use crate::{Answer, Call};

/// How many items a page has unless asked otherwise.
const USUAL: usize = 25;
/// How many items a page can be asked for.
const AT_MOST: usize = 100;

/// What a cursor holds.
#[derive(Serialize, Deserialize)]
struct Cursor {
    at: Value,
    of: String,
}

/// A place in a list that is served out of memory: after the item that goes by this.
#[derive(Serialize, Deserialize)]
pub(crate) struct After(String);

impl Call<'_> {
    /// A parameter of the query, unless empty.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// How many items a page has: 25, at most 100.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        self.limit_or(USUAL)
    }

    fn limit_or(&self, usual: usize) -> Result<usize, Problem> {
        let Some(text) = self.parameter("limit") else { return Ok(usual) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let limit = digits.then(|| text.parse().ok()).flatten();
        let limit = limit.filter(|limit| (1..=AT_MOST).contains(limit));
        limit.ok_or_else(|| Problem::field("limit", "it must be a number from 1 to 100"))
    }

    /// The place this page begins at.
    pub(crate) fn cursor<T: for<'a> Deserialize<'a>>(&self) -> Result<Option<T>, Problem> {
        let Some(text) = self.parameter("cursor") else { return Ok(None) };
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice::<Cursor>(&bytes).ok());
        let ours = cursor.filter(|cursor| cursor.of == self.check(&cursor.at));
        let place = ours.and_then(|cursor| serde_json::from_value(cursor.at).ok());
        place.map(Some).ok_or_else(wrong_cursor)
    }

    /// A page as every list answers it; `next` is where the next one begins.
    pub(crate) fn page(&self, items: Vec<Value>, next: Option<impl Serialize>) -> Answer {
        let next = next.map(|place| self.write_cursor(&json!(place)));
        Answer::ok(json!({ "items": items, "next_cursor": next }))
    }

    /// The part of a list in memory that this page shows, and what the next one goes on after.
    pub(crate) fn slice<T>(
        &self,
        items: Vec<T>,
        usual: Option<usize>,
        name: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, Option<After>), Problem> {
        let limit = self.limit_or(usual.unwrap_or(USUAL))?;
        let first = match self.cursor::<After>()? {
            None => 0,
            Some(After(last)) => {
                1 + items.iter().position(|item| name(item) == last).ok_or_else(wrong_cursor)?
            }
        };
        let more = items.len() > first.saturating_add(limit);
        let shown: Vec<T> = items.into_iter().skip(first).take(limit).collect();
        let next = shown.last().filter(|_| more).map(|last| After(name(last)));
        Ok((shown, next))
    }

    fn write_cursor(&self, place: &Value) -> String {
        let cursor = json!({ "of": self.check(place), "at": place });
        BASE64URL_NOPAD.encode(cursor.to_string().as_bytes())
    }

    /// Names a place in this list as this caller sees it, whatever the page's length.
    fn check(&self, place: &Value) -> String {
        let about = |(name, _): &&(String, String)| name != "limit" && name != "cursor";
        let mut filters: Vec<_> = self.query.iter().filter(about).collect();
        filters.sort();
        let list = json!([self.path, self.caller.who.id, filters, place]);
        let mut check = hex::encode(Sha256::digest(list.to_string().as_bytes()));
        check.truncate(16);
        check
    }
}

fn wrong_cursor() -> Problem {
    Problem::field("cursor", "it belongs to another list; begin without one")
}
