//! Line ends of mail that passed through a program which writes a bare CR for a new line (old Macintosh files).
//! RFC 5322 section 2.2 knows CRLF only; LF alone is read by every parser, CR alone by none. Bodies whose
//! headers end their lines properly stay as they are.

use std::borrow::Cow;

/// The mail with LF for each bare CR, when its headers hold no other line end.
pub(crate) fn readable(raw: &[u8]) -> Cow<'_, [u8]> {
    if !only_bare_returns(raw) {
        return Cow::Borrowed(raw);
    }
    let mut lines = raw.to_vec();
    for (byte, next) in lines.iter_mut().zip(raw.iter().skip(1).chain([&0])) {
        if *byte == b'\r' && *next != b'\n' {
            *byte = b'\n';
        }
    }
    Cow::Owned(lines)
}

/// No LF comes before the empty line after the headers, which is one of bare CRs, or before the end.
fn only_bare_returns(raw: &[u8]) -> bool {
    let end = raw.windows(2).position(|pair| pair == b"\r\r").unwrap_or(raw.len());
    let mut headers = raw.iter().take(end.saturating_add(1));
    headers.clone().any(|byte| *byte == b'\r') && !headers.any(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_returns_in_the_headers_become_line_feeds() {
        let rows: [(&[u8], &[u8]); 8] = [
            (b"A: b\rC: d\r\rbody\rmore", b"A: b\nC: d\n\nbody\nmore"),
            (b"A: b\rC: d", b"A: b\nC: d"),
            (b"A: b\r\r\nx", b"A: b\n\r\nx"),
            (b"A: b\r\nC: d\r\n\r\nbo\rdy", b"A: b\r\nC: d\r\n\r\nbo\rdy"),
            (b"A: b\nC: d\n\nbo\r\rdy", b"A: b\nC: d\n\nbo\r\rdy"),
            (b"A: b\rC: d\n\nbody", b"A: b\rC: d\n\nbody"),
            (b"", b""),
            (b"words", b"words"),
        ];
        for (raw, expected) in rows {
            assert_eq!(readable(raw).as_ref(), expected, "{}", String::from_utf8_lossy(raw));
        }
    }
}
