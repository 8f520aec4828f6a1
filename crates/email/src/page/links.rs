//! Addresses in text that may become links: http and https with a plain host, and nothing in doubt.
//! It reads no other markup: what looks like Markdown, BBCode or HTML is text.

use crate::text::first_characters;

/// A longer one is shown as text, in characters.
const LONGEST: usize = 1000;

/// A stretch of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch<'a> {
    /// To be shown.
    Words(&'a str),
    /// To be shown and followed.
    Link(&'a str),
}

/// The line with its addresses set apart. A line that reorders what is seen has none.
pub(super) fn stretches(line: &str) -> Vec<Stretch<'_>> {
    if line.contains(crate::text::reorders) {
        return vec![Stretch::Words(line)];
    }
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((words, link, behind)) = first(rest) {
        found.extend([Stretch::Words(words), Stretch::Link(link)]);
        rest = behind;
    }
    found.push(Stretch::Words(rest));
    found
}

/// The first address, with what stands before and behind.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices("://").find_map(|(colon, _)| {
        let start = scheme_start(text.get(..colon)?)?;
        let (words, from) = text.split_at_checked(start)?;
        let (link, behind) = from.split_at_checked(address(from)?)?;
        Some((words, link, behind))
    })
}

/// Where `http` or `https` starts at the end of this, no letter before it.
fn scheme_start(before: &str) -> Option<usize> {
    let start = before.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| {
        at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    });
    let scheme = before.get(start..)?;
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(start)
}

/// How long the address at the start of this is; none where there is any doubt.
fn address(text: &str) -> Option<usize> {
    let longest = first_characters(text, LONGEST);
    let end = longest.find(|c: char| !belongs(c)).unwrap_or(longest.len());
    let goes_on = text.get(end..)?.starts_with(|c: char| c.is_alphanumeric() || belongs(c));
    let link = trimmed(longest.get(..end).filter(|_| !goes_on)?);
    let (_, place) = link.split_once("://")?;
    let host = place.split(['/', '?', '#']).next()?;
    is_host(host).then_some(link.len())
}

/// RFC 3986 section 2, without brackets and quotes.
fn belongs(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#@!$&()*+,;=%".contains(character)
}

/// Without the punctuation of the sentence around it.
fn trimmed(link: &str) -> &str {
    let mut link = link;
    let mut open = link.matches(')').count().saturating_sub(link.matches('(').count());
    loop {
        link = match link.strip_suffix(|c: char| ".,;:!?*~".contains(c)) {
            Some(shorter) => shorter,
            None if open > 0 && link.ends_with(')') => {
                open -= 1;
                link.strip_suffix(')').unwrap_or(link)
            }
            None => return link,
        };
    }
}

/// A name and maybe a port; nobody's name before an `@`, which would pass for the host.
fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    is_name && (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The addresses in a line.
    fn links(line: &str) -> Vec<&str> {
        let link = |stretch| match stretch {
            Stretch::Link(link) => Some(link),
            Stretch::Words(_) => None,
        };
        stretches(line).into_iter().filter_map(link).collect()
    }

    #[test]
    fn addresses_are_found() {
        let rows: [(&str, &[&str]); 12] = [
            ("see https://desk.test/t/1?a=b&c=d#e.", &["https://desk.test/t/1?a=b&c=d#e"]),
            ("HTTPS://Desk.test", &["HTTPS://Desk.test"]),
            (
                "(http://a.test/x_(y)) and http://b.test:8080/!",
                &["http://a.test/x_(y)", "http://b.test:8080/"],
            ),
            ("<https://a.test/x>", &["https://a.test/x"]),
            ("\"https://a.test/\"", &["https://a.test/"]),
            ("[words](https://a.test/x)", &["https://a.test/x"]),
            ("[url=https://a.test/x]words[/url]", &["https://a.test/x"]),
            ("https://a.test/\"onmouseover=\"alert(1)", &["https://a.test/"]),
            ("https://a.test/'onmouseover='alert(1)", &["https://a.test/"]),
            ("https://a.test/`x`", &["https://a.test/"]),
            ("見て→https://a.test/x。", &["https://a.test/x"]),
            ("http://intranet/x", &["http://intranet/x"]),
        ];
        for (line, expected) in rows {
            assert_eq!(links(line), expected, "{line}");
        }
    }

    #[test]
    fn nothing_else_is_a_link() {
        let rows = [
            "[words](javascript:alert(1)) [url=javascript:alert(1)]words[/url]",
            "javascript://alert(1) data:text/html,x vbscript:x file:///etc/passwd ftp://a.test",
            "xhttps://a.test ühttps://a.test https:/a.test https:a.test www.a.test",
            "https://bank.test@evil.test https://bank.test:443@evil.test",
            "https:// https://. https:///x https://-a https://a_b.test https://a%2eb.test",
            "https://[::1]/ https://a.test:/ https://a.test:999999 https://a.test:x",
            "https://exämple.test https://a.test/Köln",
            "\u{202e}https://a.test/tset.knab",
        ];
        for line in rows {
            assert_eq!(links(line), Vec::<&str>::new(), "{line}");
        }
        assert!(links(&format!("https://a.test/{}", "x".repeat(LONGEST))).is_empty());
    }

    #[test]
    fn long_lines_take_no_long_time() {
        for part in ["http://", "https://@", "https://a.test/))))", "://", ")"] {
            let line = part.repeat(20_000 / part.len());
            assert!(stretches(&line).len() < 2_000, "{part}");
        }
    }
}
