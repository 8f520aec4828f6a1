//! Lines that say "here another mail begins": `-----Original Message-----`, `Begin forwarded message:`.
//! Which of the two matters to who reads a forwarded mail; an answer ends at both.

use super::lines::Line;
use super::words::{FORWARDED, ORIGINAL, REPLY_ABOVE, Words};

/// The first line of a signed text (RFC 9580 section 7), lines like `Hash: SHA256` follow.
const SIGNED: &str = "-----begin pgp signed message-----";
/// There is one such line, seldom two.
const SIGNED_HEADERS: usize = 4;
/// A longer line is a sentence about such a line.
const LONGEST_REPLY_ABOVE: usize = 120;

/// What a mark says about the mail below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is quoted.
    Original,
    /// It is passed on.
    Forwarded,
}

/// Over how many lines the mark goes that stands at `index`, that of a signed text with its headers included.
pub(super) fn lines_of(lines: &[Line<'_>], index: usize) -> Option<usize> {
    let line = lines.get(index)?;
    if line.words == SIGNED {
        let headers = lines.get(index + 1..)?.iter().take(SIGNED_HEADERS);
        return Some(1 + headers.take_while(|line| line.words.starts_with("hash:")).count());
    }
    mark(line).map(|_| 1)
}

/// The mark a line is.
pub(crate) fn mark(line: &Line<'_>) -> Option<Mark> {
    let plain = line.words.trim_matches(['*', ' ']);
    let inner = plain.trim_matches(|character| is_dash(character) || " :#".contains(character));
    let ruled = plain.starts_with(is_dash) && plain.chars().nth(1).is_some_and(is_dash);
    let is_one = |known: Words| known.iter().copied().flatten().any(|name| *name == inner);
    if is_one(FORWARDED) && (ruled || plain.ends_with(':')) {
        Some(Mark::Forwarded)
    } else if (ruled && is_one(ORIGINAL)) || is_reply_above(&line.words, inner) {
        Some(Mark::Original)
    } else {
        None
    }
}

/// `##- Please type your reply above this line -##` of another help desk.
fn is_reply_above(words: &str, inner: &str) -> bool {
    let drawn = words.len() > inner.len()
        && words.starts_with(|first| is_dash(first) || "#*~".contains(first));
    drawn
        && inner.len() <= LONGEST_REPLY_ABOVE
        && REPLY_ABOVE.iter().copied().flatten().any(|words| inner.contains(words))
}

fn is_dash(character: char) -> bool {
    matches!(character, '-' | '_' | '=' | '\u{2010}'..='\u{2015}')
}

/// `----- Some words -----` in a language not known here; it is a mark only right above headers.
pub(super) fn is_label(line: &str) -> bool {
    let line = line.trim();
    let inner = line.trim_matches(['-', '_', '=']);
    let ruled = |rule: &str| rule.len() >= 4;
    let before = line.get(..line.len() - line.trim_start_matches(['-', '_', '=']).len());
    let after = line.get(line.trim_end_matches(['-', '_', '=']).len()..);
    !inner.is_empty() && before.is_some_and(ruled) && after.is_some_and(ruled)
}
