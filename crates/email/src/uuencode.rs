//! Files that old programs put into the text itself, between `begin 644 name` and `end` (POSIX uuencode).
//! The text is left as it came: only its files are read.

/// More files than this are not looked for.
const MOST: usize = 100;

/// A file in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uuencoded {
    /// The name as written.
    pub(crate) name: String,
    /// What the file holds.
    pub(crate) bytes: Vec<u8>,
}

/// The complete files in a text.
pub(crate) fn files(text: &[u8]) -> impl Iterator<Item = Uuencoded> + '_ {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let next = move || {
        loop {
            let Some(name) = lines.next().map(name)? else { continue };
            if let Some(bytes) = content(&mut lines) {
                return Some(Uuencoded { name, bytes });
            }
        }
    };
    std::iter::from_fn(next).take(MOST)
}

/// `begin`, three or four octal digits and a name.
fn name(line: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(line.strip_prefix(b"begin ")?).into_owned();
    let (mode, name) = line.split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..b'8').contains(&b));
    (is_mode && !name.trim().is_empty()).then(|| name.trim().to_owned())
}

/// The lines until `end`; nothing when one of them cannot be such a line.
fn content<'t>(lines: &mut impl Iterator<Item = &'t [u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for line in lines {
        match line.split_first() {
            Some(_) if line == b"end" => return Some(bytes),
            Some((length, data)) => decode(value(*length)?, data, &mut bytes)?,
            None => continue,
        }
    }
    None
}

/// Programs cut blanks at the end of a line; they count as zeros.
fn decode(length: u8, data: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let length = usize::from(length);
    let start = bytes.len();
    for group in data.chunks(4) {
        let mut bits = 0u32;
        for position in 0..4 {
            bits = bits << 6 | u32::from(value(group.get(position).copied().unwrap_or(b' '))?);
        }
        let [_, first, second, third] = bits.to_be_bytes();
        bytes.extend([first, second, third]);
    }
    let is_near = bytes.len() + 3 >= start + length;
    bytes.resize(start + length, 0);
    is_near.then_some(())
}

fn value(byte: u8) -> Option<u8> {
    (b' '..=b'`').contains(&byte).then(|| (byte - b' ') & 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_in_a_text_are_found() {
        let text =
            b"Hello\r\nbegin 644 a.txt\r\n\"2&D`\r\n`\r\nend\r\nand\nbegin 0644 my file\n#86)C\n`\nend\n";
        let found: Vec<_> = files(text).map(|file| (file.name, file.bytes)).collect();
        assert_eq!(
            found,
            [("a.txt".to_owned(), b"Hi".to_vec()), ("my file".to_owned(), b"abc".to_vec())]
        );
    }

    #[test]
    fn words_are_no_files() {
        for text in [
            "begin the day\nend",
            "begin 644 a\nnot such a line at all, surely\nend",
            "begin 644 a\n#86)C",
            "begin 999 a\n`\nend",
            "begin 644 \n`\nend",
        ] {
            assert_eq!(files(text.as_bytes()).count(), 0, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_searched(text in "(begin 644 a\n)?[ -~\n]{0,200}(end\n)?") {
            files(text.as_bytes()).count();
        }
    }
}
