//! Conditions a caller puts on a call: `If-Match` before a change, `If-None-Match` before an answer
//! (RFC 9110 section 13). What an entity tag is made of is said here and nowhere else.

use desk::Refusal;
use http::{HeaderMap, HeaderName, header};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::Stored;

use crate::Call;
use crate::problem::Problem;

/// A ticket's version, as an entity tag.
pub(crate) fn etag(stored: &Stored) -> String {
    version_tag(stored.ticket.version)
}

/// The entity tag of a ticket at this version.
pub(crate) fn version_tag(version: impl std::fmt::Display) -> String {
    format!("\"{version}\"")
}

/// The entity tag of something that has no version: what it says.
pub(crate) fn content_tag(body: &Value) -> String {
    text_tag(&body.to_string())
}

/// The entity tag of a text.
pub(crate) fn text_tag(text: &str) -> String {
    let mut hash = hex::encode(Sha256::digest(text.as_bytes()));
    hash.truncate(16);
    format!("\"{hash}\"")
}

/// Whether the caller has this already, by `If-None-Match`; weak tags count as well.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
    tags(headers, header::IF_NONE_MATCH).any(|tag| tag.is_some_and(known))
}

/// The tags of a header, none for what cannot be read.
fn tags(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = Option<&str>> {
    let lines = headers.get_all(name).into_iter();
    lines.flat_map(|line| match line.to_str() {
        Ok(line) => line.split(',').map(|tag| Some(tag.trim())).collect::<Vec<_>>(),
        Err(_) => vec![None],
    })
}

impl Call<'_> {
    /// Whether this is still what the caller read; without `If-Match` it always is. A weak tag or
    /// one that cannot be read never is.
    pub(crate) fn matches(&self, etag: &str) -> bool {
        let mut wanted = tags(&self.headers, header::IF_MATCH).peekable();
        wanted.peek().is_none()
            || wanted.any(|tag| tag.is_some_and(|tag| tag == "*" || tag == etag))
    }

    /// Goes on only with what the caller read.
    pub(crate) fn check_match(&self, etag: &str) -> Result<(), Problem> {
        if self.matches(etag) { Ok(()) } else { Err(Refusal::Stale.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_known_by_its_tag() {
        for (given, known) in [
            ("\"3\"", true),
            ("W/\"3\"", true),
            ("\"1\", \"3\"", true),
            ("*", true),
            ("\"1\"", false),
            ("3", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, given.parse().expect("a header"));
            assert_eq!(is_known(&headers, "\"3\""), known, "{given}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"3\""));
    }
}
