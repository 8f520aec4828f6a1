//! Content-Transfer-Encodings (RFC 2045 section 6), read as leniently as they are written: a wrong character costs
//! itself, not the part. Character sets are not known here.

use std::borrow::Cow;

use crate::uuencode;

/// The bytes that were encoded. An unknown encoding is taken for none.
pub(crate) fn decoded<'x>(bytes: &'x [u8], encoding: &str) -> Cow<'x, [u8]> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => Cow::Owned(base64(bytes)),
        "quoted-printable" => Cow::Owned(quoted_printable(bytes)),
        "x-uuencode" | "x-uue" | "uuencode" => {
            let file = uuencode::files(bytes).next();
            file.map_or(Cow::Borrowed(bytes), |file| Cow::Owned(file.bytes))
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// Characters outside the alphabet are skipped (section 6.8). Padding ends the data, unless whole lines of the
/// alphabet follow, as programs write that encode in pieces; what lists add below is left out.
pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len() / 4 * 3);
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|byte| *byte == b'=').unwrap_or(rest.len());
        let (data, after) = rest.split_at(end);
        decode_sextets(data, &mut decoded);
        let after = after.trim_ascii_start();
        let after = after.get(padding(after)..).unwrap_or_default();
        if !continues(after) {
            return decoded;
        }
        rest = after;
    }
}

fn padding(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b'=').count()
}

/// The line ended with the padding, and the next one holds nothing but the alphabet.
fn continues(after: &[u8]) -> bool {
    let mut lines = after.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let ended = lines.next().is_some_and(<[u8]>::is_empty);
    let is_data = |byte: &u8| sextet(*byte).is_some() || *byte == b'=';
    ended && lines.next().is_some_and(|line| line.len() >= 4 && line.iter().all(is_data))
}

fn decode_sextets(data: &[u8], decoded: &mut Vec<u8>) {
    let (mut bits, mut held) = (0u32, 0u32);
    for value in data.iter().filter_map(|byte| sextet(*byte)) {
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            decoded.push((bits >> held & 0xff) as u8);
        }
    }
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// White space before a line's end is no data (section 6.7, rule 3); an `=` that begins no pair stands for itself.
pub(crate) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let blanks =
            line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        match (content.strip_suffix(b"="), line.len() > blanks.len()) {
            (Some(joined), _) => unquote(joined, &mut decoded),
            (None, ended) => {
                unquote(if ended { content } else { line }, &mut decoded);
                decoded.extend_from_slice(line.get(blanks.len()..).unwrap_or_default());
            }
        }
    }
    decoded
}

/// Replaces `=XX`.
pub(crate) fn unquote(text: &[u8], decoded: &mut Vec<u8>) {
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        match pair {
            (Some(high), Some(low)) if byte == b'=' => {
                decoded.push(high << 4 | low);
                bytes = ahead;
            }
            _ => decoded.push(byte),
        }
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base64_survives_what_is_added() {
        let rows: [(&[u8], &[u8]); 9] = [
            (b"aGkgeW91", b"hi you"),
            (b"aGk=", b"hi"),
            (b"aG k=\r\n", b"hi"),
            (b"aGk", b"hi"),
            (b"aGk=\r\naGk=\r\n", b"hihi"),
            (b"aGk=\r\n____\r\nA list, its footer", b"hi"),
            (b"aGk= ignored", b"hi"),
            (b"a!G\x80k=", b"hi"),
            (b"", b""),
        ];
        for (encoded, expected) in rows {
            assert_eq!(base64(encoded), expected, "{}", String::from_utf8_lossy(encoded));
        }
    }

    #[test]
    fn quoted_printable_survives_single_errors() {
        let rows: [(&[u8], &[u8]); 8] = [
            (b"a=3Db", b"a=b"),
            (b"a=\r\nb", b"ab"),
            (b"a= \t\r\nb", b"ab"),
            (b"a  \r\nb ", b"a\r\nb "),
            (b"a=c3=BC", b"a\xc3\xbc"),
            (b"1=2 =ZZ =", b"1=2 =ZZ "),
            (b"http://x/?a=b&c=d\n", b"http://x/?a=b&c=d\n"),
            (b"", b""),
        ];
        for (encoded, expected) in rows {
            assert_eq!(quoted_printable(encoded), expected, "{}", String::from_utf8_lossy(encoded));
        }
    }

    proptest! {
        #[test]
        fn base64_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let encoded = data_encoding::BASE64_MIME.encode(&bytes);
            prop_assert_eq!(base64(encoded.as_bytes()), bytes);
        }

        #[test]
        fn any_bytes_are_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for encoding in ["base64", "quoted-printable", "x-uuencode", "8bit"] {
                decoded(&bytes, encoding);
            }
        }
    }
}
