//! A mail somebody passes on: the mail within the mail, and the words above it.
//! It reads plain text with the marks and headers common programs write, in many languages. Whether the
//! passed-on mail is genuine cannot be known: all of it is what the one who passes it on claims.

use crate::address::{Address, bare};
use crate::reply::headers::{Block, Field, block};
use crate::reply::lines::{Kind, Line, kinds, lines};
use crate::reply::marks::{Mark, mark};
use crate::text::one_line;

/// Between the mark and the headers stand at most so many lines.
const LINES_TO_HEADERS: usize = 4;

/// What programs put before the subject of a mail that is passed on; an answer to one begins with `Re:`.
const PREFIXES: &[&[&str]] = &[
    &["fw", "fwd", "wg", "tr", "rv", "i", "enc", "doorst", "pd"],
    &["vs", "vb", "vl", "fs", "ilt", "i̇lt", "továbbítás", "προωθ", "переслать", "הועבר"],
    &["转发", "轉寄", "轉發", "転送", "전달"],
];

/// A mail that was passed on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forwarded {
    /// What the one who passes it on wrote above, signature included.
    pub before: String,
    /// Who wrote the passed-on mail, as it claims; absent where only a name is given.
    pub from: Option<Address>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub text: String,
}

/// The mail passed on in this one. Programs that use the same headers for answers (Outlook) are believed
/// only when the subject says that the mail is passed on. None for an answer, even to a passed-on mail.
pub fn forwarded(subject: &str, text: &str) -> Option<Forwarded> {
    let lines = lines(text);
    let kinds = kinds(&lines);
    let start = kinds.iter().position(|kind| is_boundary(*kind))?;
    let headers = if kinds.get(start) == Some(&Kind::Header) { start } else { start + 1 };
    if !is_passed_on(subject, lines.get(start)?, *kinds.get(start)?) {
        return None;
    }
    let below = unmarked(lines.get(headers..)?);
    let (skipped, block) =
        (0..LINES_TO_HEADERS).find_map(|skipped| Some((skipped, block(&below, skipped)?)))?;
    Some(Forwarded {
        before: before(lines.get(..start)?, kinds.get(..start)?),
        from: block.value(Field::From).and_then(address),
        subject: subject_of(&block),
        text: whole(below.get(skipped + block.lines..)?),
    })
}

/// Where something else than the words of the one who passes on begins.
fn is_boundary(kind: Kind) -> bool {
    match kind {
        Kind::Blank | Kind::Text | Kind::Signature | Kind::Rule | Kind::Footer => false,
        Kind::Quoted
        | Kind::Introduction
        | Kind::Mark
        | Kind::Header
        | Kind::OurLine
        | Kind::OurLineQuoted => true,
    }
}

fn is_passed_on(subject: &str, line: &Line<'_>, kind: Kind) -> bool {
    match (mark(line), kind) {
        (Some(Mark::Forwarded), _) => true,
        (Some(Mark::Original), _) | (None, Kind::Header) => has_prefix(subject),
        (None, _) => false,
    }
}

fn has_prefix(subject: &str) -> bool {
    let subject = subject.trim_start_matches(['[', ' ']).to_lowercase();
    let prefix = subject.split_once([':', '：']).map(|(prefix, _)| prefix.trim());
    prefix.is_some_and(|prefix| PREFIXES.iter().copied().flatten().any(|known| *known == prefix))
}

/// Some programs quote what they pass on with `> `; that is not part of it.
fn unmarked<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let first = lines.iter().find(|line| !line.raw.trim().is_empty());
    let quoted = first.is_some_and(|line| line.quoted);
    let bare = |line: &'a str| {
        let rest = line.trim_start().strip_prefix('>').unwrap_or(line);
        rest.strip_prefix(' ').unwrap_or(rest)
    };
    lines.iter().map(|line| Line::new(if quoted { bare(line.raw) } else { line.raw })).collect()
}

/// The words above, without the line a program drew below them.
fn before(lines: &[Line<'_>], kinds: &[Kind]) -> String {
    let last = kinds.iter().rposition(|kind| !matches!(kind, Kind::Blank | Kind::Rule));
    let end = last.map_or(0, |last| last + 1);
    whole(lines.get(..end).unwrap_or_default())
}

fn whole(lines: &[Line<'_>]) -> String {
    let raw: Vec<&str> = lines.iter().map(|line| line.raw).collect();
    raw.join("\n").trim().to_owned()
}

fn subject_of(block: &Block) -> Option<String> {
    block.value(Field::Subject).map(one_line).filter(|subject| !subject.is_empty())
}

/// `Ana <ana@example.com>`, `Ana [mailto:ana@example.com]`, `ana@example.com (Ana)`.
fn address(value: &str) -> Option<Address> {
    let enclosed = value.find(['<', '[']).unwrap_or(0);
    let in_value = |start: usize| {
        let rest = value.get(start..)?;
        rest.split(['<', '>', '[', ']', '(', ')', ' ', '"', '\'', ',', ';'])
            .find_map(|piece| bare(piece.trim_start_matches("mailto:").trim_end_matches('.')))
    };
    let email = in_value(enclosed).or_else(|| in_value(0))?;
    let name = if enclosed > 0 { value.get(..enclosed)? } else { "" };
    let name = one_line(name.trim_matches(['"', '\'', ' ']));
    Some(Address { name: (!name.is_empty()).then_some(name), email })
}

#[cfg(test)]
#[path = "forward_tests.rs"]
mod tests;
