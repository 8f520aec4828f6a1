//! Text of people made fit for a chat message: on one line, escaped where the service would interpret it,
//! cut to its limits. The escapers are the only places that know what Slack and Discord would interpret.

/// What an escaper is told about the character it writes.
pub(crate) struct Place<'a> {
    /// Only blanks stand before it on its line.
    pub line_start: bool,
    /// The text after it.
    pub rest: &'a str,
}

/// Writes one character of people's text in a form the service shows literally.
pub(crate) type Escape = fn(char, &Place<'_>, &mut String);

/// The text with all white space and control characters collapsed to single blanks and bidirectional overrides gone.
pub(crate) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|character| !is_override(*character))
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same for a part of a line: the blanks at its ends, which part it from the rest, stay.
pub(crate) fn one_spaced(text: &str) -> String {
    let (before, after) = (text.starts_with(' '), text.ends_with(' ') && text.trim() != "");
    let blank = |wanted: bool| if wanted { " " } else { "" };
    format!("{}{}{}", blank(before), one_line(text), blank(after))
}

/// The escaped text in at most `limit` UTF-16 units (the strictest way either service counts), cut with `…`.
pub(crate) fn fit(text: &str, limit: usize, escape: Escape) -> String {
    let mut fitted = Fitted { out: String::new(), used: 0, keep: 0 };
    let mut line_start = true;
    for (index, character) in text.char_indices() {
        if is_override(character) || is_unseen(character) {
            continue;
        }
        let rest = text.get(index + character.len_utf8()..).unwrap_or_default();
        let start = fitted.out.len();
        escape(character, &Place { line_start, rest }, &mut fitted.out);
        if !fitted.grew_within(start, limit) {
            return fitted.cut();
        }
        line_start = character == '\n' || (line_start && character == ' ');
    }
    fitted.out
}

/// As it stands: for text objects and elements in which the service interprets nothing.
pub(crate) fn literal(character: char, _: &Place<'_>, out: &mut String) {
    out.push(character);
}

/// Slack's control characters as entities (docs.slack.dev, "Formatting message text: escaping"): for the
/// one text that is mrkdwn whatever is in it, that of notifications.
pub(crate) fn slack(character: char, _: &Place<'_>, out: &mut String) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        other => out.push(other),
    }
}

/// Discord's markdown behind backslashes. Marks that count at the start of a line only are left alone elsewhere,
/// so that `#12` and `a - b` stay readable.
pub(crate) fn discord(character: char, place: &Place<'_>, out: &mut String) {
    let special = match character {
        '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '<' => true,
        '#' if place.line_start => place.rest.trim_start_matches('#').starts_with(' '),
        '-' if place.line_start => place.rest.starts_with([' ', '#']),
        '>' if place.line_start => place.rest.starts_with([' ', '>']),
        _ => false,
    };
    if special {
        out.push('\\');
    }
    out.push(character);
}

/// Characters that reorder the text after them (Unicode UAX #9): they would let a name rewrite the card.
fn is_override(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Control characters that have no place in what people read: all but line breaks and tabs.
fn is_unseen(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

struct Fitted {
    out: String,
    used: usize,
    /// The longest prefix, in bytes, that leaves room for the ellipsis.
    keep: usize,
}

impl Fitted {
    fn grew_within(&mut self, start: usize, limit: usize) -> bool {
        let added = self.out.get(start..).unwrap_or_default().encode_utf16().count();
        self.used += added;
        if self.used < limit {
            self.keep = self.out.len();
        }
        self.used <= limit
    }

    fn cut(mut self) -> String {
        self.out.truncate(self.keep);
        self.out.push('…');
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_on_whole_characters_and_escapes() {
        let rows: &[(&str, usize, &str)] = &[
            ("plain", 5, "plain"),
            ("plainer", 5, "plai…"),
            ("a&b", 7, "a&amp;b"),
            ("a&b", 6, "a…"),
            ("🔥🔥🔥", 5, "🔥🔥…"),
            ("", 5, ""),
            ("a\u{202e}b\u{7}c", 9, "abc"),
        ];
        for (text, limit, expected) in rows {
            assert_eq!(fit(text, *limit, slack), *expected, "{text:?} {limit}");
        }
    }

    #[test]
    fn what_is_shown_literally_is_the_words_themselves() {
        let words = "*a* _b_ `c` ~d~ <!channel> &lt; snake_case\n\tindented";
        assert_eq!(fit(words, 100, literal), words);
        assert_eq!(fit("*<!channel>*", 100, slack), "*&lt;!channel&gt;*");
    }

    #[test]
    fn discord_marks_are_literal() {
        let rows: &[(&str, &str)] = &[
            ("#12 is *new*", "#12 is \\*new\\*"),
            ("# head\n- item\n> quote", "\\# head\n\\- item\n\\> quote"),
            ("a - b > c", "a - b > c"),
            ("<@1> [x](http://e)", "\\<@1> \\[x\\](http://e)"),
            ("-# small", "\\-# small"),
        ];
        for (text, expected) in rows {
            assert_eq!(fit(text, 100, discord), *expected, "{text:?}");
        }
    }

    #[test]
    fn one_line_has_no_breaks_or_overrides() {
        assert_eq!(one_line(" a\r\n\tb\u{202e}c\u{0} "), "a bc");
    }
}
