//! Bytes of a declared character set as text. Labels are those of the WHATWG Encoding Standard and a few that mail
//! programs write besides; UTF-7 (RFC 2152) is for mail alone. What no table knows, or contradicts, is guessed.
//! Nothing is lost silently: bytes that mean nothing become U+FFFD.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_2022_JP, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// Labels of mail programs that the standard does not know, without `-` and `_`, and its own names.
const ALIASES: &[(&str, &str)] = &[
    ("cp932", "shift_jis"),
    ("ms932", "shift_jis"),
    ("cp936", "gbk"),
    ("ms936", "gbk"),
    ("cp949", "euc-kr"),
    ("ms949", "euc-kr"),
    ("cp950", "big5"),
    ("ms950", "big5"),
    ("big5hkscs", "big5"),
    ("eucjis", "euc-jp"),
    ("ujis", "euc-jp"),
    ("latin1", "windows-1252"),
    ("latin9", "iso-8859-15"),
    ("cp65001", "utf-8"),
    ("utf8mb4", "utf-8"),
    ("unicode11utf8", "utf-8"),
];
/// Labels that say nothing of bytes above 127 (RFC 2046 section 4.1.2, RFC 1428).
const SILENT: &[&str] = &["us-ascii", "ascii", "ansi_x3.4-1968", "unknown-8bit", "utf-8", "utf8"];

/// The text of bytes in the set of this label; without one, or with one that cannot be right, in the likeliest.
pub(crate) fn text(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(|label| label.trim_matches(is_around).to_ascii_lowercase());
    let known = label.filter(|label| !SILENT.contains(&label.as_str()));
    known.and_then(|label| declared(bytes, &label)).unwrap_or_else(|| likely(bytes))
}

fn is_around(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'')
}

/// Nothing for an unknown set, or when the bytes break its rules and keep those of UTF-8.
fn declared(bytes: &[u8], label: &str) -> Option<String> {
    if label.ends_with("utf-7") {
        return charset_decoder(b"utf-7").map(|decoder| decoder(bytes));
    }
    let encoding = encoding(label)?;
    let bytes = match encoding == ISO_2022_JP {
        true => Cow::Owned(without_idle_escapes(bytes)),
        false => Cow::Borrowed(bytes),
    };
    let (text, _, broken) = encoding.decode(&bytes);
    (!broken || std::str::from_utf8(&bytes).is_err()).then(|| text.into_owned())
}

/// Joined words switch to ASCII and back with nothing between; the standard's decoder takes that for an error.
fn without_idle_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    for (position, byte) in bytes.iter().enumerate() {
        let is_idle = |back: usize| {
            let start = position.checked_sub(back).and_then(|start| bytes.get(start..));
            start.is_some_and(|rest| rest.first() == Some(&0x1b) && rest.get(3) == Some(&0x1b))
        };
        if !(0..3).any(is_idle) {
            kept.push(*byte);
        }
    }
    kept
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == plain).map(|(_, name)| *name);
    let spelled = label.replace('_', "-").replace("iso8859", "iso-8859");
    [Some(label), alias, Some(spelled.as_str())]
        .into_iter()
        .flatten()
        .find_map(|label| Encoding::for_label_no_replacement(label.as_bytes()))
        .or_else(|| page(&plain))
}

/// `cp1252` and `ibm866` name what the standard calls `windows-1252` and `ibm866`.
fn page(plain: &str) -> Option<&'static Encoding> {
    let digits = plain.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let names = [format!("windows-{digits}"), format!("ibm{digits}")];
    let found = names.iter().find_map(|name| Encoding::for_label_no_replacement(name.as_bytes()));
    found.filter(|_| plain.starts_with("cp") || plain.starts_with("ms") || plain.starts_with("win"))
}

/// UTF-8 when most of what is not ASCII is valid in it, ISO-2022-JP by its escapes, else Windows-1252.
fn likely(bytes: &[u8]) -> String {
    if bytes.is_ascii() && bytes.windows(2).any(|pair| pair == b"\x1b$") {
        return ISO_2022_JP.decode(bytes).0.into_owned();
    }
    let (mut valid, mut invalid) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        invalid += chunk.invalid().len();
    }
    match valid >= invalid {
        true => String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned(),
        false => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn declared_sets_are_read() {
        let rows: [(&[u8], &str, &str); 15] = [
            (b"\x1b$B%O\x1b(B\x1b$B%m\x1b(B", "iso-2022-jp", "ハロ"),
            (b"Gr\xfc\xdfe", "iso-8859-1", "Grüße"),
            (b"\xa4", "ISO_8859-15", "€"),
            (b"\xa4", "\"iso8859-15\"", "€"),
            (b"\x80", "cp1252", "€"),
            (b"\x1b$B%O%m!<\x1b(B!", "iso-2022-jp", "ハロー!"),
            (b"\xc4\xe3\xba\xc3", "gb18030", "你好"),
            (b"\xc4\xe3\xba\xc3", "CP936", "你好"),
            (b"\xbe\xc8\xb3\xe7", "ks_c_5601-1987", "안녕"),
            (b"\x83n\x83\x8d", "cp932", "ハロ"),
            (b"\xcf\xf0\xe8", "win-1251", "При"),
            (b"+APw-ber +- x", "UTF-7", "über +- x"),
            (b"h\0i\0", "utf-16le", "hi"),
            (b"\xfe\xff\0h\0i", "utf-16", "hi"),
            (b"\xef\xbb\xbfhi", "utf-8", "hi"),
        ];
        for (bytes, label, expected) in rows {
            assert_eq!(text(bytes, Some(label)), expected, "{label}");
        }
    }

    #[test]
    fn wrong_and_missing_sets_are_guessed() {
        let rows: [(&[u8], Option<&str>, &str); 8] = [
            ("Grüße".as_bytes(), None, "Grüße"),
            ("Grüße".as_bytes(), Some("us-ascii"), "Grüße"),
            ("Grüße".as_bytes(), Some("x-nonsense"), "Grüße"),
            ("你好".as_bytes(), Some("shift_jis"), "你好"),
            (b"Gr\xfc\xdfe", Some("utf-8"), "Grüße"),
            (b"Gr\xfc\xdfe", Some(""), "Grüße"),
            ("Grüße, Grüße\u{fffd}".as_bytes().trim_ascii(), Some("utf-8"), "Grüße, Grüße\u{fffd}"),
            (b"\x1b$B%O%m!<\x1b(B", None, "ハロー"),
        ];
        for (bytes, label, expected) in rows {
            assert_eq!(text(bytes, label), expected, "{label:?}");
        }
        assert_eq!(text(b"\xc3\xbc\xc3\xbc\xff", Some("utf-8")), "üü\u{fffd}");
    }

    proptest! {
        #[test]
        fn any_bytes_and_label_give_text(bytes in proptest::collection::vec(any::<u8>(), 0..80), label in ".{0,12}") {
            text(&bytes, Some(&label));
            text(&bytes, Some("utf-7"));
        }
    }
}
