//! Words of headers in other character sets (RFC 2047), and raw bytes above 127 (RFC 6532 and programs that never
//! cared). Words that were cut within a character are joined first. Work grows with the length alone.

use std::borrow::Cow;

use crate::{charset, transfer};

/// RFC 2047 section 2 allows 75 characters for a whole word; nobody's set has a longer name than this.
const LONGEST_LABEL: usize = 60;

/// In longer values a parser must not search for the ends of words that have none, over and over.
const LONGEST_SEARCHED: usize = 4096;

/// A value cut where encoded words begin and end.
enum Piece<'v> {
    Plain(&'v [u8]),
    Word { label: String, bytes: Vec<u8> },
}

/// Neighbouring pieces as one.
enum Run<'v> {
    Plain(Cow<'v, str>),
    Decoded(String),
}

/// A value as its reader sees it; raw bytes that are not UTF-8 are in the set of this label.
pub(crate) fn text(value: &[u8], label: Option<&str>) -> String {
    let mut text = String::with_capacity(value.len());
    each(value, label, |run| match run {
        Run::Plain(plain) => text.push_str(&plain),
        Run::Decoded(words) => text.push_str(&words),
    });
    text
}

/// A value for a parser that splits it before it decodes: each run of encoded words is one whole word in UTF-8, and
/// nothing else in a long value looks like one.
pub(crate) fn canonical<'v>(value: &'v [u8], label: Option<&str>) -> Cow<'v, [u8]> {
    if value.is_ascii() && !value.windows(2).any(|pair| pair == b"=?") {
        return Cow::Borrowed(value);
    }
    let is_long = value.len() > LONGEST_SEARCHED;
    let mut canonical = String::with_capacity(value.len());
    each(value, label, |run| match run {
        Run::Plain(plain) if is_long => canonical.push_str(&plain.replace("=?", "= ?")),
        Run::Plain(plain) => canonical.push_str(&plain),
        Run::Decoded(words) => {
            let encoded = data_encoding::BASE64.encode(words.as_bytes());
            canonical.push_str(&format!("=?utf-8?B?{encoded}?="));
        }
    });
    Cow::Owned(canonical.into_bytes())
}

fn plain<'v>(bytes: &'v [u8], label: Option<&str>) -> Run<'v> {
    Run::Plain(match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(charset::text(bytes, label)),
    })
}

/// Section 6.2: white space between two encoded words is not shown.
fn each<'v>(value: &'v [u8], label: Option<&str>, mut tell: impl FnMut(Run<'v>)) {
    let mut words: Vec<(String, Vec<u8>)> = Vec::new();
    let mut blank: &[u8] = b"";
    for piece in pieces(value) {
        match piece {
            Piece::Word { label, bytes } => {
                match words.last_mut() {
                    Some((last, joined)) if last.eq_ignore_ascii_case(&label) => {
                        joined.extend(bytes);
                    }
                    _ => words.push((label, bytes)),
                }
                blank = b"";
            }
            Piece::Plain(bytes) if !words.is_empty() && bytes.trim_ascii().is_empty() => {
                blank = bytes;
            }
            Piece::Plain(bytes) => {
                flush(&mut words, &mut tell);
                tell(plain(bytes, label));
            }
        }
    }
    flush(&mut words, &mut tell);
    tell(plain(blank, label));
}

fn flush<'v>(words: &mut Vec<(String, Vec<u8>)>, tell: &mut impl FnMut(Run<'v>)) {
    if !words.is_empty() {
        let decoded = words.drain(..).map(|(label, bytes)| charset::text(&bytes, Some(&label)));
        tell(Run::Decoded(decoded.collect()));
    }
}

fn pieces(value: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = value;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((word, after)) = word(rest) {
            rest = after;
            return Some(word);
        }
        // A beginning that is no word is passed over.
        let skipped = if rest.starts_with(b"=?") { 2 } else { 0 };
        let mut pairs = rest.windows(2).enumerate().skip(skipped);
        let end = pairs.find(|(_, pair)| *pair == b"=?").map_or(rest.len(), |(at, _)| at);
        let (plain, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Plain(plain))
    })
}

/// `=?label?B?text?=` at the beginning; RFC 2231 section 5 adds a language to the label. Programs leave blanks and
/// raw bytes in the text, but another beginning within it shows that the end is missing.
fn word(value: &[u8]) -> Option<(Piece<'_>, &[u8])> {
    let rest = value.strip_prefix(b"=?")?;
    let length = rest.iter().take(LONGEST_LABEL + 1).position(|byte| *byte == b'?')?;
    let (label, rest) = rest.split_at(length);
    if label.is_empty() || !label.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let (encoding, rest) = rest.split_at_checked(3)?;
    let (text, after) = ended(rest)?;
    let bytes = match encoding {
        b"?B?" | b"?b?" => transfer::base64(text),
        b"?Q?" | b"?q?" => q(text),
        _ => return None,
    };
    let label = label.split(|byte| *byte == b'*').next().unwrap_or_default();
    Some((Piece::Word { label: String::from_utf8_lossy(label).into_owned(), bytes }, after))
}

/// The text before `?=`, and what follows it. Base64 may end in `=`, so `=?=` begins nothing.
fn ended(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mark = text
        .windows(2)
        .zip(1..)
        .find(|(pair, next)| *pair == b"?=" || *pair == b"=?" && text.get(next + 1) != Some(&b'='));
    let (_, next) = mark.filter(|(pair, _)| *pair == b"?=")?;
    Some((text.get(..next - 1)?, text.get(next + 1..)?))
}

fn q(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<_> = text.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
    let mut bytes = Vec::with_capacity(text.len());
    transfer::unquote(&spaced, &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_decoded() {
        let rows: [(&[u8], &str); 19] = [
            (b"=?iso-8859-1?Q?Gr\xfc=DFe?=", "Grüße"),
            (b"plain", "plain"),
            (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= you", "Grüße you"),
            (b"=?iso-8859-1?q?Gr=FC=DFe_all?=", "Grüße all"),
            (b"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
            (b"=?utf-8?Q?a?= =?utf-8?Q?b?=\r\n =?utf-8?Q?c?= d", "abc d"),
            (b"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC?=", "Grü"),
            (b"=?utf-8?B?w7w=?= =?iso-8859-1?Q?=FC?=", "üü"),
            (b"=?utf-8*de?Q?=C3=BC?=", "ü"),
            (b"=?utf-7?Q?+APw-ber?=", "über"),
            (b"(=?utf-8?Q?=C3=BC?=)x", "(ü)x"),
            (b"=?utf-8?Q?two words?=", "two words"),
            (b"=?utf-8?Q?broken =?utf-8?Q?whole?=", "=?utf-8?Q?broken whole"),
            (b"=?utf-8?X?a?= b", "=?utf-8?X?a?= b"),
            (b"=?", "=?"),
            (b"=??Q?a?=", "=??Q?a?="),
            (b"Gr\xfc\xdfe", "Grüße"),
            ("Grüße".as_bytes(), "Grüße"),
            (b"=?utf-8?Q??=", ""),
        ];
        for (value, expected) in rows {
            assert_eq!(text(value, None), expected, "{}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn raw_bytes_are_in_the_set_of_the_text() {
        assert_eq!(text(b"\xc4\xe3\xba\xc3", Some("gb2312")), "你好");
        assert_eq!(text("你好".as_bytes(), Some("gb2312")), "你好");
        assert_eq!(canonical(b"\xc4\xe3\xba\xc3 <a@b.c>", Some("gbk")), "你好 <a@b.c>".as_bytes());
    }

    #[test]
    fn canonical_words_are_whole() {
        let rows: [(&[u8], &str); 4] = [
            (b"plain <a@b.c>", "plain <a@b.c>"),
            (b"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?= <a@b.c>", "=?utf-8?B?w7w=?= <a@b.c>"),
            (b"\xfc =?bad", "ü =?bad"),
            (b"a=?utf-8?Q?", "a=?utf-8?Q?"),
        ];
        for (value, expected) in rows {
            assert_eq!(canonical(value, None), expected.as_bytes(), "{expected}");
        }
    }

    #[test]
    fn long_values_hold_no_false_beginnings() {
        let value = "=?utf-8?Q?a".repeat(1000);
        assert!(!String::from_utf8_lossy(&canonical(value.as_bytes(), None)).contains("=?"));
    }

    proptest! {
        #[test]
        fn any_value_is_read(value in proptest::collection::vec(any::<u8>(), 0..120)) {
            text(&value, Some("gbk"));
            canonical(&value, None);
        }

        #[test]
        fn ascii_without_words_stays(value in "[ -<>-~]{0,80}") {
            prop_assert_eq!(text(value.as_bytes(), None), value);
        }
    }
}
