//! The lines between the parts of a multipart (RFC 2046 section 5.1.1). A line counts when it holds the boundary and
//! nothing else; a boundary that is missing, or written otherwise than declared, is recognised by what follows it.

use std::ops::Range;

use mail_parser::{ContentType, MessagePart, MimeHeaders};

/// Lines in which a boundary that was not declared is looked for.
const SEARCHED: usize = 1000;
/// RFC 2046 section 5.1.1 allows 70 characters; some programs write more.
const LONGEST: usize = 250;

/// What stands on each line between two parts, the leading `--` included.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Boundary(Vec<u8>);

/// What a line is between parts.
enum Line {
    Content,
    Delimiter,
    Close,
}

impl Boundary {
    /// The declared boundary when the body has it, else what looks like one there.
    pub(super) fn of(part: &MessagePart<'_>, body: &[u8]) -> Option<Self> {
        let declared = part
            .content_type()
            .and_then(|declared: &ContentType<'_>| declared.attribute("boundary"));
        let declared = declared.map(|text| text.trim_end()).filter(|text| !text.is_empty());
        let declared = declared.map(|text| Self([b"--", text.as_bytes()].concat()));
        declared.filter(|boundary| boundary.occurs(body)).or_else(|| Self::guessed(body))
    }

    fn occurs(&self, body: &[u8]) -> bool {
        lines(body).any(|line| !matches!(self.judge(line), Line::Content))
    }

    /// A line that begins with `--` and comes before a header of a part.
    fn guessed(body: &[u8]) -> Option<Self> {
        let mut pairs = lines(body).zip(lines(body).skip(1)).take(SEARCHED);
        let (line, _) = pairs.find(|(line, next)| {
            let is_header =
                next.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"));
            is_header
                && line.starts_with(b"--")
                && (3..=LONGEST).contains(&line.trim_ascii_end().len())
        })?;
        Some(Self(line.trim_ascii_end().to_vec()))
    }

    fn judge(&self, line: &[u8]) -> Line {
        let Some(rest) = line.strip_prefix(self.0.as_slice()) else { return Line::Content };
        match rest.trim_ascii() {
            b"" => Line::Delimiter,
            b"--" => Line::Close,
            _ => Line::Content,
        }
    }

    /// Where the parts are; when there are more than `most`, the last one holds the rest.
    pub(super) fn parts(&self, body: &[u8], most: usize) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let (mut start, mut position) = (None, 0);
        for line in lines(body) {
            let judged = self.judge(line);
            if !matches!(judged, Line::Content) {
                parts.extend(start.map(|start| start..before_line_end(body, start, position)));
                start = Some(position + line.len());
            }
            position += line.len();
            if matches!(judged, Line::Close) {
                return parts;
            }
            if parts.len() + 1 >= most {
                break;
            }
        }
        parts.extend(start.map(|start| start..body.len()));
        parts
    }
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split_inclusive(|byte| *byte == b'\n')
}

/// The line end before a boundary belongs to it.
fn before_line_end(body: &[u8], start: usize, end: usize) -> usize {
    let part = body.get(start..end).unwrap_or_default();
    let bare = part.strip_suffix(b"\r\n").or_else(|| part.strip_suffix(b"\n")).unwrap_or(part);
    start + bare.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(body: &str, most: usize) -> Vec<&str> {
        let boundary = Boundary(b"--b".to_vec());
        let found = boundary.parts(body.as_bytes(), most);
        found.into_iter().map(|range| &body[range]).collect()
    }

    #[test]
    fn only_whole_lines_part() {
        let rows: [(&str, &[&str]); 8] = [
            ("pre\r\n--b\r\none\r\n--b\r\ntwo\r\n--b--\r\nafter", &["one", "two"]),
            ("--b\none\n\n--b  \ntwo\n--b--", &["one\n", "two"]),
            ("--b\nthe --b line\n --b\n--bc\n--b--", &["the --b line\n --b\n--bc"]),
            ("--b\none\n", &["one\n"]),
            ("--b\n--b\n--b--", &["", ""]),
            ("--b--\nafter", &[]),
            ("nothing", &[]),
            ("", &[]),
        ];
        for (body, expected) in rows {
            assert_eq!(parts(body, 10), expected, "{body:?}");
        }
        assert_eq!(parts("--b\none\n--b\ntwo\n--b\nthree", 2), ["one", "two\n--b\nthree"]);
    }

    #[test]
    fn a_boundary_is_recognised_by_what_follows() {
        let found =
            Boundary::guessed(b"words\n-- \nme\n--x1\nContent-Type: text/plain\n\nhi\n--x1--");
        assert_eq!(found, Some(Boundary(b"--x1".to_vec())));
        assert_eq!(Boundary::guessed(b"-- \nme\n\n--\nContent-Type: x"), None);
    }
}
