//! What each line of a mail is: text, a quote, or something a program wrote around them.
//! Each line is judged by itself and the few next to it, so that the work stays linear.

use super::{REPLY_LINE, headers, introductions, marks, signature};

/// Marks are short; the rest of a longer line is of no interest.
const MARK_CHARACTERS: usize = 401;
/// The initials of whom a line quotes.
const MOST_INITIALS: usize = 3;
/// A quoted line this long may have been wrapped by a program that marked only its beginning.
const WRAPPED_BYTES: usize = 66;

/// The kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Blank,
    /// Somebody's words.
    Text,
    /// `> quoted`.
    Quoted,
    /// "On … wrote:".
    Introduction,
    /// `-----Original Message-----`.
    Mark,
    /// A line of a block that begins with `From:`.
    Header,
    /// Our own "reply above this line".
    OurLine,
    /// The same within a quote.
    OurLineQuoted,
    /// `-- ` and other marks above a signature.
    Signature,
    /// A line of dashes or the like that says nothing more.
    Rule,
    /// "Sent from my iPhone".
    Footer,
}

/// A line, and what it says without its quote marks.
pub(crate) struct Line<'a> {
    /// As written.
    pub(crate) raw: &'a str,
    /// Its beginning in lowercase, without quote marks and blanks around.
    pub(super) words: String,
    /// It is marked as quoted.
    pub(crate) quoted: bool,
}

impl<'a> Line<'a> {
    /// Reads a line.
    pub(crate) fn new(raw: &'a str) -> Self {
        Self { raw, words: unquoted(raw), quoted: is_quoted(raw) }
    }
}

/// The lines of a text.
pub(crate) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = text.lines().map(Line::new).collect();
    for run in lines.chunk_by_mut(|one, next| initials(one.raw) == initials(next.raw)) {
        // A prompt such as `SQL> ` marks no paragraphs.
        let marks_blank_line = run.iter().any(|line| line.raw.trim().ends_with('>'));
        if marks_blank_line && run.first().is_some_and(|line| initials(line.raw).is_some()) {
            run.iter_mut().for_each(|line| line.quoted = true);
        }
    }
    lines
}

/// The kinds of all lines.
pub(crate) fn kinds(lines: &[Line<'_>]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::with_capacity(lines.len());
    let mut in_quote = false;
    while let Some(line) = lines.get(kinds.len()) {
        let (kind, count) = kind(lines, kinds.len(), line, in_quote);
        if kind != Kind::Blank {
            in_quote = line.quoted;
        }
        kinds.extend(std::iter::repeat_n(kind, count));
    }
    mark_wrapped(lines, &mut kinds);
    unmark_signatures(lines, &mut kinds);
    kinds
}

/// The kind of a line and for how many lines it holds.
fn kind(lines: &[Line<'_>], index: usize, line: &Line<'_>, in_quote: bool) -> (Kind, usize) {
    if line.raw.trim().is_empty() {
        return (Kind::Blank, 1);
    }
    if line.words.starts_with(REPLY_LINE) {
        return (if line.quoted { Kind::OurLineQuoted } else { Kind::OurLine }, 1);
    }
    // Within a quote another mail may be quoted; that is all one quote.
    if !in_quote || !line.quoted {
        if let Some(count) = introductions::lines_of(lines, index) {
            return (Kind::Introduction, count);
        }
        if let Some(count) = marks::lines_of(lines, index) {
            return (Kind::Mark, count);
        }
    }
    if line.quoted {
        return (Kind::Quoted, 1);
    }
    if let Some(block) = headers::block(lines, index) {
        return (Kind::Header, block.lines);
    }
    if marks::is_label(line.raw) && headers::block(lines, index + 1).is_some() {
        return (Kind::Mark, 1);
    }
    let kind = if signature::is_footer(&line.words) {
        Kind::Footer
    } else if signature::begins(lines, index) {
        Kind::Signature
    } else if signature::is_rule(line.raw) {
        Kind::Rule
    } else {
        Kind::Text
    };
    (kind, 1)
}

/// Some programs wrap quoted lines and mark only the first part: `> a long` and below it `line`.
fn mark_wrapped(lines: &[Line<'_>], kinds: &mut [Kind]) {
    for index in 1..kinds.len().saturating_sub(1) {
        let around = [index - 1, index + 1].map(|near| kinds.get(near) == Some(&Kind::Quoted));
        let above = lines.get(index - 1).map_or("", |line| line.raw);
        let below = lines.get(index).map_or("", |line| line.raw);
        if around == [true, true]
            && above.len() >= WRAPPED_BYTES
            && !above.trim_end().ends_with(['.', '?', '!', ':'])
            && below.starts_with(char::is_lowercase)
            && let Some(kind) = kinds.get_mut(index)
            && *kind == Kind::Text
        {
            *kind = Kind::Quoted;
        }
    }
}

/// A mark with too much text below it was somebody's rule between two paragraphs, one with none says nothing.
fn unmark_signatures(lines: &[Line<'_>], kinds: &mut [Kind]) {
    let mut below = 0;
    for (kind, line) in kinds.iter_mut().zip(lines).rev() {
        match kind {
            Kind::Text => below += 1,
            Kind::Signature if !signature::may_begin(line.raw, below) => *kind = Kind::Rule,
            Kind::Blank | Kind::Footer | Kind::Rule | Kind::Signature => {}
            Kind::Quoted
            | Kind::Introduction
            | Kind::Mark
            | Kind::Header
            | Kind::OurLine
            | Kind::OurLineQuoted => below = 0,
        }
    }
}

/// `> text`, `| text`.
fn is_quoted(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>') || is_barred(line)
}

/// `AB` of `AB> text`, as some programs quote.
fn initials(line: &str) -> Option<&str> {
    let (initials, rest) = line.trim_start().split_once('>')?;
    let few = (1..=MOST_INITIALS).contains(&initials.len());
    let upper = initials.bytes().all(|byte| byte.is_ascii_uppercase());
    (few && upper && (rest.is_empty() || rest.starts_with(' '))).then_some(initials)
}

/// `| text`, but not the row of a table.
fn is_barred(line: &str) -> bool {
    line.strip_prefix('|').is_some_and(|rest| !rest.contains('|'))
}

/// The beginning of a line in lowercase, without quote marks and blanks around.
pub(super) fn unquoted(line: &str) -> String {
    let start = crate::text::first_characters(line, MARK_CHARACTERS);
    let trimmed =
        |text: &str| text.trim_start_matches(['>', '|', ' ', '\t']).trim_end().to_lowercase();
    if start.is_ascii() {
        return trimmed(start);
    }
    let plain: String = start
        .chars()
        .filter(|character| !is_invisible(*character))
        .map(|character| if character.is_whitespace() { ' ' } else { character })
        .collect();
    trimmed(&plain)
}

/// Marks of direction and widthless blanks that some programs put around names and dates.
fn is_invisible(character: char) -> bool {
    crate::text::reorders(character) || matches!(character, '\u{200b}' | '\u{200d}' | '\u{feff}')
}
