//! "On … wrote:", the line above a quoted mail, wrapped or not, in any of many languages.
//! It is told by what it is made of (a moment, an address, a verb of writing) and not by one pattern
//! per program. What the sentence says is not understood.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::lines::Line;
use super::words::{OPENINGS, OWN_WORDS, WROTE, WROTE_UNSPACED};

/// An introduction may be wrapped over this many lines.
const LINES: usize = 4;
/// Longer text is no introduction; looking no further keeps the work linear.
const BYTES: usize = 400;
/// So short a line names no moment.
const SHORTEST: usize = 6;
/// The date stands within the first words.
const WORDS_TO_DATE: usize = 5;
/// From here on (CJK, Hangul, kana) words are not told by blanks.
const FIRST_UNSPACED: char = '\u{2e80}';

/// Over how many lines the introduction goes that begins at `index`.
pub(super) fn lines_of(lines: &[Line<'_>], index: usize) -> Option<usize> {
    let below = lines.get(index..)?;
    let first = below.first()?;
    let most = lines_at_most(part(first))?;
    let mut joined = String::new();
    for (count, line) in (1..).zip(below.iter().take(most)) {
        let part = part(line);
        // `<ana@example.com` and below it `>:` is no quote.
        let same = line.quoted == first.quoted || is_left_open(&joined);
        if part.is_empty() || joined.len() + part.len() > BYTES || !same {
            return None;
        }
        joined.push_str(part);
        let rest = below.get(count..).unwrap_or_default();
        if is_introduction(&joined, rest) {
            return Some(count + usize::from(is_verb_alone(rest)));
        }
        joined.push(' ');
    }
    None
}

/// What a line says, without what programs put around it.
fn part<'a>(line: &'a Line<'_>) -> &'a str {
    line.words.trim_matches(['-', '*', '_', ' '])
}

/// Prose is not joined with the line below it: only what begins with a date or a sender may be wrapped.
fn lines_at_most(first: &str) -> Option<usize> {
    if first.len() < SHORTEST || (!first.contains(['@', ':', '：']) && !has_digit(first)) {
        return None;
    }
    let whole = first.ends_with(['!', '?']);
    let wrapped = opens(first) || (first.contains('@') && begins_with_name(first) && says(first));
    Some(if wrapped && !whole { LINES } else { 1 })
}

fn is_left_open(joined: &str) -> bool {
    joined.rfind('<') > joined.rfind('>')
}

/// Whether the sentence says who wrote when.
fn is_introduction(joined: &str, below: &[Line<'_>]) -> bool {
    let sentence = joined.trim_end_matches([':', '：', ' ']);
    let closed = sentence.len() < joined.len();
    if !closed && !may_end_open(sentence) {
        return false;
    }
    let quote_follows = quote_follows(below);
    let own = OWN_WORDS.iter().copied().flatten().any(|words| sentence.ends_with(words));
    if own && !quote_follows {
        return false;
    }
    if closed { is_closed(sentence, quote_follows) } else { is_open(sentence, quote_follows) }
}

fn may_end_open(sentence: &str) -> bool {
    starts_with_iso_date(sentence) || (has_digit(sentence) && ends_with_verb(sentence))
}

/// With a colon at its end.
fn is_closed(sentence: &str, quote_follows: bool) -> bool {
    let (dated, opens) = (is_dated(sentence), opens(sentence));
    if !sentence.contains('@') {
        let named_by_list = quote_follows && sentence.contains(" via ");
        let when = if opens { dated || quote_follows } else { dated && quote_follows };
        return (when || named_by_list) && says(sentence);
    }
    let begins = opens || begins_with_name(sentence);
    let with_verb = begins && (dated || quote_follows) && says(sentence);
    let starts = opens || begins_with_day(sentence);
    with_verb || (dated && starts && ends_with_address(sentence))
}

/// Without a colon more is needed.
fn is_open(sentence: &str, quote_follows: bool) -> bool {
    let addressed = sentence.contains('@');
    if starts_with_iso_date(sentence) {
        let in_zone = sentence.split(' ').take(4).any(|word| word.starts_with("gmt"));
        return addressed && sentence.ends_with('>') || in_zone && !sentence.ends_with('<');
    }
    opens(sentence)
        && ends_with_verb(sentence)
        && is_dated(sentence)
        && (addressed || quote_follows)
}

/// It begins with a date: "On Mon, 5 May", "5 May", "Mon, 5 May".
fn opens(sentence: &str) -> bool {
    if sentence.starts_with(|character: char| character.is_ascii_digit()) {
        return true;
    }
    let mut first_words = sentence.split(' ').take(WORDS_TO_DATE + 1);
    let first = first_words.next().unwrap_or_default();
    let opened = OPENINGS.iter().copied().flatten().any(|opening| sentence.starts_with(opening));
    let dated = first_words.clone().any(has_digit);
    // A weekday is a short word, mostly with a comma or a point.
    let second_is_number = first_words
        .next()
        .is_some_and(|word| word.starts_with(|character: char| character.is_ascii_digit()));
    let weekday = second_is_number && is_weekday(first);
    (opened && (dated || has_digit(first))) || weekday
}

/// "Ana Lima <ana@example.com>", "ana@example.com (Ana)": an address in a sentence stands elsewhere.
fn begins_with_name(sentence: &str) -> bool {
    let mut words = sentence.split(' ');
    let addressed = words.position(|word| word.contains('@'));
    let enclosed =
        sentence.split(' ').any(|word| word.starts_with(['<', '[', '(']) && word.contains('@'));
    addressed == Some(0) || (enclosed && addressed.is_some_and(|before| before <= WORDS_TO_DATE))
}

/// "Monday, November 23".
fn begins_with_day(sentence: &str) -> bool {
    sentence.split(' ').next().is_some_and(|word| word.ends_with([',', '.']))
}

fn is_weekday(word: &str) -> bool {
    let letters = word.trim_end_matches([',', '.']);
    let abbreviated = letters.len() < word.len() || letters.chars().count() <= 3;
    abbreviated && letters.chars().all(|character| character.is_alphabetic() || character == '-')
}

/// It says that someone wrote.
fn says(sentence: &str) -> bool {
    words_of(sentence).any(is_verb) || says_unspaced(sentence)
}

fn ends_with_verb(sentence: &str) -> bool {
    let sentence = sentence.trim_end_matches("(a)").trim_end_matches("(а)");
    words_of(sentence).next_back().is_some_and(|word| is_verb(word) && sentence.ends_with(word))
}

/// The verb wrapped to a line of its own below a sentence that seemed whole without it.
fn is_verb_alone(below: &[Line<'_>]) -> bool {
    let next = below.first().map(part).unwrap_or_default();
    next.strip_suffix(':').is_some_and(|words| is_verb(words.trim_end()))
}

fn is_verb(word: &str) -> bool {
    static VERBS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| WROTE.iter().copied().flatten().copied().collect());
    VERBS.contains(word)
}

/// In scripts without blanks between words.
fn says_unspaced(sentence: &str) -> bool {
    sentence.contains(|character| character >= FIRST_UNSPACED)
        && WROTE_UNSPACED.iter().any(|verb| sentence.contains(verb))
}

fn words_of(sentence: &str) -> impl DoubleEndedIterator<Item = &str> {
    let parts = sentence.split(|character: char| !is_letter(character));
    parts.filter(|word| !word.is_empty())
}

/// Letters and the marks above and below them, which some scripts write as characters of their own.
fn is_letter(character: char) -> bool {
    character.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&character)
}

fn ends_with_address(sentence: &str) -> bool {
    let last = sentence.rsplit(' ').next().unwrap_or_default();
    sentence.ends_with('>') || (last.contains('@') && last.ends_with([')', ']']))
}

fn quote_follows(below: &[Line<'_>]) -> bool {
    let next = below.iter().take(LINES).find(|line| !line.raw.trim().is_empty());
    next.is_some_and(|line| line.quoted)
}

fn has_digit(text: &str) -> bool {
    text.contains(|character: char| character.is_ascii_digit())
}

/// `2026-11-23`, `2026/11/23`.
fn starts_with_iso_date(text: &str) -> bool {
    let mut parts = text.split(' ').next().unwrap_or_default().split(['-', '/', '.']);
    let mut is_number = |digits: &[usize]| {
        let part = parts.next().unwrap_or_default();
        digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_number(&[4]) && is_number(&[1, 2]) && is_number(&[1, 2]) && parts.next().is_none()
}

/// It names a year, a time of the day or a date in numbers.
fn is_dated(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_digit() && !":./-".contains(character))
        .any(|word| is_year(word) || is_time(word) || is_date(word))
}

fn is_year(word: &str) -> bool {
    let word = word.trim_matches([':', '.', '/', '-']);
    word.len() == 4
        && (word.starts_with("19") || word.starts_with("20"))
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_time(word: &str) -> bool {
    let mut parts = word.split(':');
    let hour = parts.next().unwrap_or_default();
    let minute = parts.next().unwrap_or_default();
    (1..=2).contains(&hour.len()) && minute.len() >= 2
}

fn is_date(word: &str) -> bool {
    let mut parts = word.trim_end_matches(['.', ':']).split(['.', '/', '-']);
    let sized = parts.clone().all(|part| (1..=4).contains(&part.len()));
    sized && parts.nth(2).is_some() && parts.next().is_none()
}
