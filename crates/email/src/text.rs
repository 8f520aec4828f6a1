//! Text of strangers made fit for one line and a bounded length.
//! It removes what breaks lines, reorders text or cannot be seen; it does not escape for any output.

/// RFC 5646 section 4.4.1: no tag in use is longer.
const LANGUAGE_AT_MOST: usize = 35;

/// The text on one line: white space and control characters collapse to blanks, bidirectional overrides go.
pub(crate) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|character| !reorders(*character))
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words in lowercase with one blank between them, so that a phrase is found across lines.
pub(crate) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.chars().flat_map(char::to_lowercase));
    }
    words
}

/// At most the first `limit` characters.
pub(crate) fn first_characters(text: &str, limit: usize) -> &str {
    match text.char_indices().nth(limit) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// A language's tag such as `pt-BR` (RFC 5646); none where it has not the form of one.
pub(crate) fn language_tag(language: &str) -> Option<String> {
    let tag = language.replace('_', "-");
    let fits = (2..=LANGUAGE_AT_MOST).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then_some(tag)
}

/// Embeddings, overrides, isolates and marks of direction (Unicode UAX #9): with them `exe.fdp` reads `pdf.exe`.
pub(crate) fn reorders(character: char) -> bool {
    matches!(
        character,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
    )
}
