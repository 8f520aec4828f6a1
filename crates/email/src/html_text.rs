//! HTML of a mail as plain text: one line a block, and quotes marked with `>` as in plain mail.
//! Enough to read an answer and to find the quotes in it. It is no renderer, knows no styles, and what it
//! gives is plain text, which still must be escaped wherever it is shown.

use mail_parser::decoders::html::add_html_token;

/// Deeper quotes are marked as this deep, so that the text stays about as long as the HTML.
const DEEPEST: usize = 5;
/// The attributes of a tag are looked at no further.
const LONGEST_TAG: usize = 400;
/// The longest name of a character is `CounterClockwiseContourIntegral`.
const LONGEST_ENTITY: usize = 33;

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "div", "p", "table", "tr", "li", "ul", "ol", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "pre",
    "section", "article", "header", "footer", "address", "dl", "dt", "dd", "center",
];
/// Elements whose content is not text.
const HIDDEN: &[&str] = &["script", "style", "template", "title"];
/// What tells the quoted mail in a `blockquote` from text its author indented.
const QUOTES: &[&str] = &["cite", "gmail_quote", "yahoo_quoted", "protonmail_quote", "border-left"];
/// What Outlook for Mac begins the quoted mail with, in an element that is no block.
const QUOTED_SECTION: &str = "olk_src_body_section";

/// The text of an HTML body.
pub(crate) fn text_of(html: &str) -> String {
    let mut text = Text::default();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_html(before);
        rest = match tag.chars().next() {
            Some('!' | '?') => after_remark(tag),
            Some(first) if first == '/' || first.is_ascii_alphabetic() => text.open_or_close(tag),
            _ => {
                text.push('<');
                tag
            }
        };
    }
    text.push_html(rest);
    text.end_block();
    text.done.trim_matches('\n').to_owned()
}

fn after_remark(tag: &str) -> &str {
    let end = if tag.starts_with("!--") { "-->" } else { ">" };
    tag.split_once(end).map_or("", |(_, rest)| rest)
}

/// Text as it comes to be.
#[derive(Default)]
struct Text {
    done: String,
    line: String,
    blank: bool,
    preformatted: bool,
    /// The open block quotes, and whether each is quoted mail.
    quotes: Vec<bool>,
    depth: usize,
}

impl Text {
    /// Takes in a tag (without its `<`) and what it hides; gives what follows.
    fn open_or_close<'a>(&mut self, tag: &'a str) -> &'a str {
        let closes = tag.starts_with('/');
        let named = tag.trim_start_matches('/');
        let length = named.bytes().take_while(u8::is_ascii_alphanumeric).take(12).count();
        let name = named.get(..length).unwrap_or_default().to_ascii_lowercase();
        let (attributes, rest) = named.split_once('>').unwrap_or((named, ""));
        if !closes && HIDDEN.contains(&name.as_str()) {
            return after_element(rest, &name);
        }
        self.border(&name, closes, attributes);
        rest
    }

    /// What a tag means for the lines.
    fn border(&mut self, name: &str, closes: bool, attributes: &str) {
        let section = name == "span" && has(attributes, &[QUOTED_SECTION]);
        if section || name == "blockquote" || BLOCKS.contains(&name) {
            self.end_block();
        }
        match (name, closes) {
            ("br", _) => self.end_line(),
            ("td" | "th", true) => self.blank = true,
            ("pre", _) => self.preformatted = !closes,
            ("blockquote", false) => {
                let quoted = has(attributes, QUOTES);
                self.quotes.push(quoted);
                self.depth += usize::from(quoted);
            }
            ("blockquote", true) => self.depth -= usize::from(self.quotes.pop() == Some(true)),
            _ => {}
        }
    }

    /// Text between tags.
    fn push_html(&mut self, html: &str) {
        let mut pieces = html.split('&');
        self.push_all(pieces.next().unwrap_or_default());
        for piece in pieces {
            let length = piece.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';');
            let (entity, rest) =
                piece.split_at_checked(length.map_or(0, |length| length + 1)).unwrap_or_default();
            let mut decoded = String::new();
            add_html_token(&mut decoded, format!("&{entity}").as_bytes(), false);
            self.push_all(&decoded);
            self.push_all(rest);
        }
    }

    fn push_all(&mut self, text: &str) {
        text.chars().for_each(|character| self.push(character));
    }

    /// Blanks between words count as one.
    fn push(&mut self, character: char) {
        if self.preformatted && character == '\n' {
            self.end_line();
        } else if character.is_ascii_whitespace() && !self.preformatted {
            self.blank = true;
        } else {
            if self.blank && !self.line.is_empty() {
                self.line.push(' ');
            }
            self.blank = false;
            self.line.push(character);
        }
    }

    /// A block begins or ends; that ends a line only if something is on it.
    fn end_block(&mut self) {
        match self.line.trim().is_empty() {
            true => self.line.clear(),
            false => self.end_line(),
        }
        self.blank = false;
    }

    fn end_line(&mut self) {
        let line = self.line.trim_end();
        self.done.push_str(&">".repeat(self.depth.min(DEEPEST)));
        if self.depth > 0 && !line.is_empty() {
            self.done.push(' ');
        }
        self.done.push_str(line);
        self.done.push('\n');
        self.line.clear();
        self.blank = false;
    }
}

fn has(attributes: &str, marks: &[&str]) -> bool {
    let start = crate::text::first_characters(attributes, LONGEST_TAG).to_ascii_lowercase();
    marks.iter().any(|mark| start.contains(mark))
}

/// What follows the end of an element; nothing where it has none.
fn after_element<'a>(html: &'a str, name: &str) -> &'a str {
    let ends = |tag: &str| {
        let named = tag.get(..name.len());
        named.is_some_and(|named| named.eq_ignore_ascii_case(name))
    };
    let end = html.match_indices("</").find(|(at, _)| html.get(at + 2..).is_some_and(ends));
    let tag = end.and_then(|(at, _)| html.get(at..)).unwrap_or_default();
    tag.split_once('>').map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_are_lines_and_quotes_are_marked() {
        let rows = [
            ("plain", "plain"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            ("<p>a</p>\n<p>b<br>c</p>", "a\nb\nc"),
            ("a<hr><b>From:</b> b", "a\nFrom: b"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<ul><li>a</li><li>b &amp; c</li></ul>", "a\nb & c"),
            (
                "a<blockquote type=\"cite\"><div>b</div><div><br></div>c</blockquote>d",
                "a\n> b\n>\n> c\nd",
            ),
            (
                "a<blockquote class=gmail_quote>b<blockquote type=cite>c</blockquote></blockquote>",
                "a\n> b\n>> c",
            ),
            ("a<blockquote style=\"margin:0 0 0 40px\">b</blockquote>c", "a\nb\nc"),
            ("<div>a</div><span id=\"OLK_SRC_BODY_SECTION\">b</span>", "a\nb"),
            ("<style><div></style>a<!-- <div> -->b<script>x</script>", "ab"),
            ("1 < 2 <", "1 < 2 <"),
            ("<b>a:</b> b  <i>c</i>\nd&nbsp;", "a: b c d"),
            ("<pre>a\n  b</pre>c", "a\n  b\nc"),
            ("&#228;&unknown; &amp &; a&b;", "ä&unknown; &amp &; a&b;"),
            ("<title>t</title>a<style>b", "a"),
            ("</blockquote>a", "a"),
        ];
        for (html, expected) in rows {
            assert_eq!(text_of(html), expected, "{html}");
        }
    }

    #[test]
    fn answers_in_html_are_read() {
        let rows = [
            "<div dir=ltr>New.</div><div class=gmail_quote><div>On Mon, 23 Nov 2026, Desk &lt;<a href=x>d@desk.test</a>&gt; wrote:<br></div><blockquote class=gmail_quote><div>old</div></blockquote></div>",
            "New.<div class=moz-cite-prefix>On 23.11.2026 09:00, Desk wrote:<br></div><blockquote type=cite cite=mid:x>old</blockquote>",
            "<div class=moz-cite-prefix>On 23.11.2026 09:00, Desk wrote:<br></div><blockquote type=cite cite=mid:x>old</blockquote><p>New.</p>",
            "<div>New.</div><hr><div id=divRplyFwdMsg><b>From:</b> Desk<br><b>Sent:</b> Monday<br><b>To:</b> Kofi<br><b>Subject:</b> vpn</div><div>old</div>",
        ];
        for html in rows {
            assert_eq!(crate::reply::visible(&text_of(html)), "New.", "{html}");
        }
    }

    #[test]
    fn deep_quotes_stay_short() {
        let html = "<blockquote type=cite>a".repeat(20_000);
        assert!(text_of(&html).len() < html.len());
    }

    proptest! {
        #[test]
        fn any_html_is_read(html in "(<|>|/|!--|blockquote|type=cite|div|br|pre|style| |\n|a|ä|&|lt;){0,40}") {
            text_of(&html);
        }
    }
}
