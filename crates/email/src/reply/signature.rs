//! The end of a mail that is nobody's answer: the signature below its mark and the line a program adds.
//! A sign-off of words alone ("Thanks, Ana") is the author's own and stays, unless who wrote is known
//! and the caller asks for it.

use super::footer_words::{DEVICES, FOOTER_ENDS, FOOTERS, OWN_DEVICE};
use super::lines::{Line, unquoted};
use super::words::{CLOSINGS, Words};

/// A signature below a mark that may mean something else is no longer than this.
const LINES: usize = 12;
/// The same below dashes, which people draw themselves.
const LINES_BELOW_DASHES: usize = 5;
/// So many lines of `name: value` are a form.
const FORM_LINES: usize = 3;
/// Longer lines are sentences.
const LINE_BYTES: usize = 90;
/// What stands above the signature of a signed text.
const PGP_SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
/// A sign-off is no longer than this.
const SIGN_OFF_LINES: usize = 7;
/// A line of a sign-off is short.
const LINE_CHARACTERS: usize = 60;
/// A footer is one short sentence.
const FOOTER_BYTES: std::ops::RangeInclusive<usize> = 8..=200;
/// More words after "Sent from" are a sentence of somebody, unless a device is among the first of them.
const FOOTER_WORDS: usize = 6;
/// The device is named within the first words.
const WORDS_TO_DEVICE: usize = 4;
/// A footer of which only one end is known is very short.
const BRIEF_FOOTER_WORDS: usize = 4;
/// The same in languages without blanks between words.
const BRIEF_FOOTER_CHARACTERS: usize = 36;

/// Whether a signature begins with the line at `index`.
pub(super) fn begins(lines: &[Line<'_>], index: usize) -> bool {
    let Some(line) = lines.get(index) else { return false };
    let below = lines.get(index + 1..).unwrap_or_default();
    match line.raw.trim_end() {
        // The separator of RFC 3676 section 4.3; turning HTML to text loses its blank.
        "--" | "—" | "–" | "―" | "ᐧ" | "- -" | "- --" | PGP_SIGNATURE => true,
        _ if is_leave_list(&line.words) => true,
        _ if below.first().is_some_and(|next| is_rule(next.raw)) => false,
        _ => is_rule(line.raw) && is_contact(line.raw, below),
    }
}

/// A line of one kind of mark.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|character| "-_=*#~+—–".contains(character))
}

/// A program's advertisement such as "Sent from my iPhone"; `words` is the line in lowercase.
pub(super) fn is_footer(words: &str) -> bool {
    if !FOOTER_BYTES.contains(&words.len()) {
        return false;
    }
    let words = words.trim_matches(['(', ')', '[', ']', '<', '>', '*', '_', '-', '"', '.', ' ']);
    let after = |openings: Words, is_sender: fn(&str) -> bool| {
        let rest =
            openings.iter().copied().flatten().filter_map(|opening| words.strip_prefix(opening));
        rest.filter(|rest| rest.starts_with(' ')).any(is_sender)
    };
    after(OWN_DEVICE, is_short)
        || after(OWN_DEVICE, is_device)
        || after(FOOTERS, is_device)
        || FOOTER_ENDS.iter().any(|(start, end)| is_enclosed(words, start, end))
}

/// What is named after "Sent with": a known device or program is among the first words.
fn is_device(rest: &str) -> bool {
    let mut words = rest.split_whitespace().take(WORDS_TO_DEVICE);
    words.any(names_device)
}

fn names_device(words: &str) -> bool {
    DEVICES.iter().copied().flatten().any(|device| words.contains(device))
}

fn is_short(rest: &str) -> bool {
    rest.split_whitespace().count() <= FOOTER_WORDS && !rest.contains(", ")
}

/// "Von meinem … gesendet": a device between two ends, where the verb stands last. With one end alone it
/// must be hardly more than that.
fn is_enclosed(words: &str, start: &str, end: &str) -> bool {
    let brief = words.chars().count() <= BRIEF_FOOTER_CHARACTERS
        && words.split_whitespace().count() <= BRIEF_FOOTER_WORDS;
    let enclosed = words.starts_with(start) && words.ends_with(end);
    let both = !start.is_empty() && !end.is_empty();
    enclosed && (both || brief) && names_device(words)
}

/// Whether a mark with so many lines below it may still begin a signature; `-- ` has no other meaning.
pub(super) fn may_begin(line: &str, lines_below: usize) -> bool {
    let sure = line.starts_with("-- ") || line == PGP_SIGNATURE || is_leave_list(&unquoted(line));
    sure || (1..=LINES).contains(&lines_below)
}

/// What stands below a rule is a signature when it ends the mail, is brief, and is no filled-in form; below
/// dashes it must also say how to reach somebody.
fn is_contact(rule: &str, below: &[Line<'_>]) -> bool {
    let most = match rule.trim().chars().next() {
        Some('_') => LINES,
        Some('-') => LINES_BELOW_DASHES,
        _ => return false,
    };
    let below = below.iter().take_while(|line| !line.quoted).map(|line| line.raw.trim());
    let below: Vec<&str> = below.filter(|line| !line.is_empty()).take(most + 1).collect();
    let brief = below.len() <= most && below.iter().all(|line| line.len() <= LINE_BYTES);
    let answers = below.iter().filter(|line| line.contains(": ")).count();
    let reached = rule.trim().starts_with('_') || below.iter().any(|line| reaches(line));
    brief && reached && answers < FORM_LINES
}

/// It has an address, a page or a telephone number.
fn reaches(line: &str) -> bool {
    line.contains('@')
        || line.contains("://")
        || line.contains("www.")
        || line.bytes().filter(u8::is_ascii_digit).count() >= 7
}

/// What mailing lists add below a mail.
fn is_leave_list(words: &str) -> bool {
    let rest = words.strip_prefix("unsubscribe:").unwrap_or_default();
    rest.contains('@') || rest.contains("://")
}

/// Where the sign-off of this sender begins.
pub(super) fn sign_off(text: &str, sender: &str) -> Option<usize> {
    let lines: Vec<&str> = text.split('\n').collect();
    let first = lines.len().saturating_sub(SIGN_OFF_LINES).max(1);
    let start = (first..lines.len()).find(|index| {
        let line = lines.get(*index).copied().unwrap_or_default();
        let rest = lines.get(*index..).unwrap_or_default();
        (is_closing(line) || is_name(line, sender)) && rest.iter().all(|line| is_brief(line))
    })?;
    Some(lines.get(..start)?.iter().map(|line| line.len() + 1).sum())
}

fn is_brief(line: &str) -> bool {
    line.chars().count() <= LINE_CHARACTERS && !line.trim_end().ends_with('?')
}

/// "Best regards,".
fn is_closing(line: &str) -> bool {
    let words = unquoted(line);
    let words = words.trim_matches([',', '.', '!', '-', ' ']);
    CLOSINGS.iter().copied().flatten().any(|closing| *closing == words)
}

/// The line is the sender's name, or the first of its words is, beside a title or two.
fn is_name(line: &str, sender: &str) -> bool {
    let sender = sender.split('@').next().unwrap_or_default().to_lowercase();
    let names: Vec<&str> = sender
        .split(|character: char| !character.is_alphanumeric())
        .filter(|name| name.len() > 1)
        .collect();
    let words = unquoted(line);
    let mut words =
        words.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let count = words.clone().count();
    (1..=5).contains(&count) && words.any(|word| names.contains(&word))
}
