//! What a person newly wrote in an answer, without the quoted mail around it and the signature below it.
//! It works on plain text, line by line and in linear time. It knows the marks of common programs in many
//! languages, not what the words mean; when in doubt it shows more, never nothing.

mod field_names;
mod footer_words;
pub(crate) mod headers;
mod introductions;
pub(crate) mod lines;
pub(crate) mod marks;
mod signature;
mod words;

use lines::{Kind, Line, kinds, lines};

/// The line our own mails begin with: everything from it on is quoted.
pub const REPLY_LINE: &str = "## reply above this line ##";

/// An answer taken apart; what is in neither part was quoted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// What is new. Never empty unless the mail is: an answer of quotes alone is shown whole.
    pub text: String,
    /// The signature and the lines programs add, such as "Sent from my iPhone".
    pub signature: String,
    /// Nothing is new: all of the mail is quotes and signature, and shown only because there is nothing else.
    pub nothing_new: bool,
}

/// The new part of a text, with its greeting and sign-off.
pub fn visible(text: &str) -> String {
    split(text).text
}

/// Takes an answer apart.
pub fn split(text: &str) -> Reply {
    let lines = lines(text);
    let kinds = kinds(&lines);
    let shown = shown(&kinds);
    let show = |index: &usize| stays(kinds.get(*index));
    let new = joined(&lines, shown.clone().filter(show));
    if new.trim().is_empty() || shown.is_empty() {
        return Reply { text: text.to_owned(), nothing_new: true, ..Reply::default() };
    }
    Reply { text: new, signature: joined(&lines, signature(&kinds, shown)), nothing_new: false }
}

/// As [`split`], and the sign-off of a sender whose name is known counts as signature too.
pub fn split_from(text: &str, sender: &str) -> Reply {
    let mut reply = split(text);
    if let Some(start) = signature::sign_off(&reply.text, sender) {
        let sign_off = reply.text.split_off(start);
        reply.text.truncate(reply.text.trim_end().len());
        reply.signature = format!("{sign_off}\n{}", reply.signature).trim_end().to_owned();
    }
    reply
}

/// The lines between which the new part lies; empty when nothing is new.
fn shown(kinds: &[Kind]) -> std::ops::Range<usize> {
    let Some(end) = hard_end(kinds) else { return 0..0 };
    let end = kinds.get(..end).map_or(end, unquoted_end);
    let above = kinds.get(..end).unwrap_or_default();
    match above.iter().rposition(|kind| *kind == Kind::Text) {
        Some(last) => answer_below(kinds.get(..=last).unwrap_or_default())..last + 1,
        None => 0..0,
    }
}

/// Where a mark stands below which nothing is new whatever it looks like. A mark of another mail with nothing
/// above it says less: that mail was passed on. None where our own line or a signature has nothing above it.
fn hard_end(kinds: &[Kind]) -> Option<usize> {
    let first = kinds.iter().position(|kind| *kind == Kind::Text).unwrap_or(kinds.len());
    if kinds.iter().take(first).any(|kind| matches!(kind, Kind::OurLine | Kind::Signature)) {
        return None;
    }
    let ends = |kind: &Kind| {
        matches!(
            kind,
            Kind::OurLine | Kind::OurLineQuoted | Kind::Signature | Kind::Mark | Kind::Header
        )
    };
    let below = kinds.iter().skip(first).position(ends);
    Some(below.map_or(kinds.len(), |offset| first + offset))
}

/// Where an introduction stands that has text above and nothing marked as quoted below: all below is quoted.
fn unquoted_end(kinds: &[Kind]) -> usize {
    let first = kinds.iter().position(|kind| *kind == Kind::Text).unwrap_or(kinds.len());
    let last_quote = kinds.iter().rposition(|kind| *kind == Kind::Quoted).unwrap_or(0);
    let start = first.max(last_quote);
    let introduction = kinds.iter().skip(start).position(|kind| *kind == Kind::Introduction);
    introduction.map_or(kinds.len(), |offset| start + offset)
}

/// Where the answer begins when it stands below the quoted mail as one piece; otherwise the beginning.
fn answer_below(kinds: &[Kind]) -> usize {
    let Some(text) = kinds.iter().position(|kind| *kind == Kind::Text) else { return 0 };
    let (above, below) = kinds.split_at_checked(text).unwrap_or_default();
    let introduced = above
        .iter()
        .find(|kind| **kind != Kind::Blank)
        .is_some_and(|kind| matches!(kind, Kind::Introduction | Kind::OurLineQuoted));
    let in_between = below.contains(&Kind::Quoted);
    if introduced && !in_between { text } else { 0 }
}

/// Quotes stay where answers stand between them; what programs wrote around them goes.
fn stays(kind: Option<&Kind>) -> bool {
    match kind {
        Some(
            Kind::Text
            | Kind::Blank
            | Kind::Quoted
            | Kind::OurLine
            | Kind::OurLineQuoted
            | Kind::Signature
            | Kind::Rule,
        ) => true,
        Some(Kind::Introduction | Kind::Mark | Kind::Header | Kind::Footer) | None => false,
    }
}

/// The lines of the signature: from its mark to the quoted mail, and what mail programs add.
fn signature(kinds: &[Kind], shown: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
    let quoted = |kind: &Kind| {
        !matches!(kind, Kind::Blank | Kind::Text | Kind::Rule | Kind::Footer | Kind::Signature)
    };
    let below = kinds.get(shown.end..).unwrap_or_default();
    let length = below.iter().position(quoted).unwrap_or(below.len());
    let in_text = shown.clone().filter(|index| kinds.get(*index) == Some(&Kind::Footer));
    in_text.chain(shown.end..shown.end + length)
}

/// These lines without blank ones around them.
fn joined(lines: &[Line<'_>], indexes: impl Iterator<Item = usize>) -> String {
    let kept: Vec<&str> = indexes.filter_map(|index| Some(lines.get(index)?.raw)).collect();
    let is_full = |line: &&str| !line.trim().is_empty();
    let start = kept.iter().position(is_full).unwrap_or(0);
    let end = kept.iter().rposition(is_full).map_or(0, |last| last + 1);
    kept.get(start..end).unwrap_or_default().join("\n")
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "reply/language_tests.rs"]
mod language_tests;
