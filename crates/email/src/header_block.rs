//! The headers of a mail or of a part, each parsed by itself. Long blocks are read in part: no person writes them, and
//! some programs' parsers take the square of their length. The mail is kept whole elsewhere.

use std::borrow::Cow;

use mail_parser::{Addr, Address, Header, HeaderName, HeaderValue, Message, MessageParser};

use crate::encoded_words;

/// Headers of one block that are read; common servers refuse longer blocks (Postfix: 102,400 bytes).
const MOST_FIELDS: usize = 2000;
/// Bytes of one block that are read.
const LONGEST_BLOCK: usize = 512 * 1024;
/// Bytes of one header that are read.
const LONGEST_FIELD: usize = 64 * 1024;

/// Bytes of the parameters of a part that are read; each is compared with all others.
const LONGEST_PARAMETERS: usize = 8 * 1024;
/// A longer name is none.
const LONGEST_NAME: usize = 200;
/// Character sets that are guessed where none is declared, and say nothing of raw bytes in headers.
const COMMON: &[&str] = &["us-ascii", "utf-8", "iso-8859-1", "windows-1252"];

/// How many bytes at the beginning are headers and the empty line after them, and where the body begins. Where that
/// line is missing, the body begins after the last header.
pub(crate) fn end(raw: &[u8]) -> usize {
    let (mut position, mut headers) = (0, 0);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let is_after_header = headers == position;
        position += line.len();
        let is_blank = line.ends_with(b"\n") && line.trim_ascii().is_empty();
        let is_empty = is_blank && line.len() - usize::from(line.starts_with(b"\r")) == 1;
        if is_empty || is_blank && !continues(raw.get(position..).unwrap_or_default()) {
            return if is_after_header { position } else { headers };
        }
        if name(line).is_some() || is_after_header && is_folded(line) {
            headers = position;
        }
    }
    headers
}

/// RFC 5322 section 4.2: a line of blanks may stand within a folded header; some programs also end the headers so.
fn continues(rest: &[u8]) -> bool {
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !line.trim_ascii().is_empty() && (is_folded(line) || name(line).is_some())
}

fn is_folded(line: &[u8]) -> bool {
    line.first().is_some_and(|first| b" \t".contains(first))
}

/// The name of the header that begins in a line, its colon included; section 4.5.3 allows blanks before that.
pub(crate) fn name(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().take(LONGEST_NAME).position(|byte| *byte == b':')?;
    let (name, _) = line.split_at_checked(colon + 1)?;
    let inner = line.get(..colon)?.trim_ascii_end();
    (!inner.is_empty() && inner.iter().all(u8::is_ascii_graphic)).then_some(name)
}

/// The character set that is declared for the text, when the beginning of a mail holds raw bytes that are not UTF-8.
pub(crate) fn label(raw: &[u8]) -> Option<String> {
    let start = raw.get(..LONGEST_FIELD).unwrap_or(raw);
    let Err(_) = std::str::from_utf8(start) else { return None };
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let is_end = |character: char| character.is_whitespace() || character == ';';
    let labels = text.split("charset=").skip(1).filter_map(|rest| rest.split(is_end).next());
    let mut telling = labels.filter(|label| !COMMON.contains(&label.trim_matches('"')));
    telling.next().map(str::to_owned)
}

/// Whether all of a block is read.
pub(crate) fn is_whole(block: &[u8]) -> bool {
    let lines = block.iter().filter(|byte| **byte == b'\n').count();
    block.len() <= LONGEST_FIELD && lines <= MOST_FIELDS
}

/// The headers of a block that begins this many bytes into the mail; its raw bytes are in the set of the label.
pub(crate) fn headers<'x>(block: &'x [u8], offset: usize, label: Option<&str>) -> Vec<Header<'x>> {
    let mut headers = Vec::with_capacity(16);
    let mut position = 0;
    for field in fields(block).take(MOST_FIELDS) {
        if position < LONGEST_BLOCK
            && let Some(header) = header(field, offset + position, label)
        {
            headers.push(header);
        }
        position += field.len();
    }
    keep_one_type(&mut headers);
    headers
}

/// Of several content types the one counts that tells the parts apart, else the first.
fn keep_one_type(headers: &mut Vec<Header<'_>>) {
    let is_type = |header: &Header<'_>| matches!(header.name, HeaderName::ContentType);
    let splits = |header: &Header<'_>| {
        let declared = header.value.as_content_type();
        declared.is_some_and(|declared| declared.has_attribute("boundary"))
    };
    let kept = headers.iter().position(|header| is_type(header) && splits(header));
    let kept = kept.or_else(|| headers.iter().position(is_type));
    let mut position = 0..;
    headers.retain(|header| {
        let position = position.next();
        !is_type(header) || position == kept
    });
}

/// RFC 5322 section 2.2.3: a line that begins with white space continues the one before.
fn fields(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let mut lines = rest.split_inclusive(|byte| *byte == b'\n');
        let first = lines.next()?.len();
        let folded = lines.take_while(|line| is_folded(line));
        let end = first + folded.map(<[u8]>::len).sum::<usize>();
        let (field, after) = rest.split_at(end);
        rest = after;
        Some(field)
    })
}

fn header<'x>(field: &'x [u8], offset: usize, label: Option<&str>) -> Option<Header<'x>> {
    let name = name(field)?;
    let value = field.get(name.len()..)?;
    let has_parameters = name.to_ascii_lowercase().starts_with(b"content-");
    let limit = if has_parameters { LONGEST_PARAMETERS } else { LONGEST_FIELD };
    let shortened = shortened(value, limit);
    let canonical = parted(encoded_words::canonical(shortened, label));
    let mut header = match canonical {
        Cow::Borrowed(_) if shortened.len() == value.len() && value.ends_with(b"\n") => {
            parsed(field)
        }
        _ => {
            let whole = [name, &canonical, b"\n"].concat();
            parsed(&whole).map(Header::into_owned)
        }
    }?;
    if matches!(header.name, HeaderName::Subject) {
        header.value = HeaderValue::Text(encoded_words::text(shortened, label).into());
    }
    complete(&mut header.value);
    header.offset_field = number(offset);
    header.offset_start = number(offset + name.len());
    header.offset_end = number(offset + field.len());
    Some(header)
}

/// A header that is too long ends where one of its words does, so that half an address is not taken for one.
fn shortened(value: &[u8], limit: usize) -> &[u8] {
    let Some(kept) = value.get(..limit).filter(|kept| kept.len() < value.len()) else {
        return value;
    };
    let end = kept.iter().rposition(|byte| byte.is_ascii_whitespace() || *byte == b',');
    kept.get(..end.unwrap_or(limit)).unwrap_or_default()
}

/// Addresses that only white space parts, as some programs write them.
fn parted(value: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_address = |word: &[u8]| {
        word.contains(&b'@') && !word.iter().any(|byte| b"\"<>(),;:[]".contains(byte))
    };
    match words.clone().nth(1).is_some() && words.clone().all(is_address) {
        true => Cow::Owned(words.collect::<Vec<_>>().join(&b", "[..])),
        false => value,
    }
}

fn parsed(field: &[u8]) -> Option<Header<'_>> {
    let message: Message<'_> = MessageParser::new().parse_headers(field)?;
    message.parts.into_iter().next()?.headers.into_iter().next()
}

/// A lone word among addresses is an address without its domain, as programs on one machine write. A name that only
/// looks like an address stays a name: those who vouch for senders see none there.
fn complete(value: &mut HeaderValue<'_>) {
    let HeaderValue::Address(addresses) = value else { return };
    let local = |one: &mut Addr<'_>| {
        let is_word = |name: &str| {
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '@')
        };
        if one.address.is_none() && one.name.as_deref().is_some_and(is_word) {
            one.address = one.name.take();
        }
    };
    match addresses {
        Address::List(list) => list.iter_mut().for_each(local),
        Address::Group(groups) => {
            groups.iter_mut().flat_map(|group| &mut group.addresses).for_each(local);
        }
    }
}

fn number(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(block: &str) -> Vec<(String, String)> {
        let read = |header: Header<'_>| {
            let value = header.value.as_text().unwrap_or_default().trim().to_owned();
            (header.name().to_owned(), value)
        };
        headers(block.as_bytes(), 0, None).into_iter().map(read).collect()
    }

    #[test]
    fn fields_are_told_apart() {
        let block = "From x y\r\nSubject: a\r\n b\r\nX-A : c\r\nno colon\r\nX-B: \r\nX-C: end";
        let names: Vec<_> = values(block).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Subject", "X-A", "X-B", "X-C"]);
        assert_eq!(values("Subject: =?utf-8?Q?a=2C?= b"), [("Subject".into(), "a, b".into())]);
        assert_eq!(values("Subject: Gr\u{fc}n"), [("Subject".into(), "Gr\u{fc}n".into())]);
    }

    #[test]
    fn addresses_need_no_comma_and_no_domain() {
        let rows = [
            ("To: a@b.c d@e.f\n", vec!["a@b.c", "d@e.f"]),
            ("To: root\n", vec!["root"]),
            ("To: Ama B\n", vec![]),
            ("To: \"a@b.c\"\n", vec![]),
            ("To: =?utf-8?Q?a=40b.c?=\n", vec![]),
            ("To: all: a@b.c, root;\n", vec!["a@b.c", "root"]),
        ];
        for (block, expected) in rows {
            let all = headers(block.as_bytes(), 0, None);
            let to = all.first().and_then(|header| header.value.as_address()).unwrap();
            let found: Vec<_> = to.iter().filter_map(Addr::address).collect();
            assert_eq!(found, expected, "{block}");
        }
    }

    #[test]
    fn offsets_are_those_of_the_mail() {
        let block = b"A: b\r\nSubject: =?utf-8?Q?=C3=BC?=\r\n";
        let all = headers(block, 100, None);
        let offsets: Vec<_> =
            all.iter().map(|one| (one.offset_field, one.offset_start, one.offset_end)).collect();
        assert_eq!(offsets, [(100, 102, 106), (106, 114, 135)]);
    }

    #[test]
    fn the_block_ends_at_the_first_empty_line() {
        for (raw, expected) in [
            ("A: b\r\n\r\nx", 8),
            ("A: b\n\nx", 6),
            ("\r\nx", 2),
            ("A: b\n \t\nx", 8),
            ("A: b\n \t\n c\n\nx", 12),
            ("A: b\n \nC: d\n\nx", 13),
            ("A: b", 4),
            ("A: b\nwords\n\nx", 5),
            ("A: b\nwords here: x\n", 5),
            ("From x y 10:20\nA: b\nwords\nC: d\n\nx", 32),
            ("words", 0),
            ("", 0),
        ] {
            assert_eq!(end(raw.as_bytes()), expected, "{raw:?}");
        }
    }

    #[test]
    fn long_headers_end_between_addresses() {
        let block = format!("To: {}\r\n", "ama@example.com, ".repeat(10_000));
        let all = headers(block.as_bytes(), 0, None);
        let to = all.first().and_then(|header| header.value.as_address()).unwrap();
        assert!(to.iter().count() > 3000);
        assert!(to.iter().all(|one| one.address() == Some("ama@example.com")));
        assert_eq!(headers("X: y\r\n".repeat(100_000).as_bytes(), 0, None).len(), MOST_FIELDS);
    }
}
