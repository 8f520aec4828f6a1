//! The words of a rich text: compressed as [MS-OXRTFCP] says, marked up as the Rich Text Format 1.9.1 says. Fonts,
//! pictures and layout are left out.

use crate::charset;

use super::bytes::Bytes;

/// [MS-OXRTFCP] section 2.2.1.1: what the dictionary holds at the beginning.
const BEGINNING: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const COMPRESSED: u32 = 0x7546_5a4c;
const UNCOMPRESSED: u32 = 0x414c_454d;
const DICTIONARY: usize = 4096;
/// No text is longer.
const LONGEST: usize = 8 * 1024 * 1024;
/// Groups whose text is not for reading.
const UNREAD: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "header",
    "footer",
    "object",
    "themedata",
];

/// The words; nothing when there are none.
pub(super) fn text(data: &[u8]) -> Option<String> {
    let text = words(&decompressed(data)?);
    (!text.trim().is_empty()).then_some(text)
}

/// Section 2.2.2.
fn decompressed(data: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Bytes(data);
    bytes.take(8)?;
    let kind = bytes.u32()?;
    bytes.take(4)?;
    match kind {
        COMPRESSED => Some(unfolded(bytes.0)),
        UNCOMPRESSED => Some(bytes.0.to_vec()),
        _ => None,
    }
}

/// Runs of eight tokens, each a byte or a reference into what was written last (section 3.1.3).
fn unfolded(data: &[u8]) -> Vec<u8> {
    let mut written = BEGINNING.to_vec();
    let mut rest = data.iter().copied();
    while let Some(control) = rest.next() {
        for bit in 0..8 {
            let done = match control >> bit & 1 {
                0 => rest.next().map(|byte| written.push(byte)).is_none(),
                _ => refer(&mut rest, &mut written).is_none(),
            };
            if done || written.len() > LONGEST {
                return written.split_off(BEGINNING.len());
            }
        }
    }
    written.split_off(BEGINNING.len())
}

/// Twelve bits of place and four of length, less two. The place is that in a ring; its own end means the end.
fn refer(rest: &mut impl Iterator<Item = u8>, written: &mut Vec<u8>) -> Option<()> {
    let token = u16::from_be_bytes([rest.next()?, rest.next()?]);
    let (place, length) = (usize::from(token >> 4), usize::from(token & 0xf) + 2);
    let position = written.len() % DICTIONARY;
    let back = (DICTIONARY + position - place) % DICTIONARY;
    if back == 0 {
        return None;
    }
    for _ in 0..length {
        let at = written.len().checked_sub(back)?;
        written.push(*written.get(at)?);
    }
    Some(())
}

/// A piece of markup.
enum Token<'t> {
    Open,
    Close,
    Word(&'t str, Option<i32>),
    Byte(u8),
}

/// What holds until the group ends.
#[derive(Clone, Copy)]
struct Group {
    is_read: bool,
    /// Characters that stand for `\u` to old readers.
    replaced: usize,
}

/// The text of a rich text.
fn words(rich: &[u8]) -> String {
    let mut reader = Words {
        page: String::from("cp1252"),
        groups: Vec::new(),
        group: Group { is_read: true, replaced: 1 },
        skipped: 0,
        bytes: Vec::new(),
        text: String::new(),
    };
    let mut rest = rich;
    while let Some((token, after)) = token(rest) {
        reader.add(token);
        rest = after;
    }
    reader.flush();
    reader.text
}

struct Words {
    page: String,
    groups: Vec<Group>,
    group: Group,
    /// Characters yet to be left out after `\u`.
    skipped: usize,
    /// What was said in the code page and is no text yet.
    bytes: Vec<u8>,
    text: String,
}

impl Words {
    fn add(&mut self, token: Token<'_>) {
        match token {
            Token::Open if self.groups.len() < 1000 => self.groups.push(self.group),
            Token::Open => {}
            Token::Close => self.group = self.groups.pop().unwrap_or(self.group),
            Token::Byte(_) if self.skipped > 0 => self.skipped -= 1,
            Token::Byte(byte) if self.group.is_read => self.bytes.push(byte),
            Token::Byte(_) => {}
            Token::Word(word, number) => self.word(word, number),
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        match word {
            "*" => self.group.is_read = false,
            "ansicpg" => self.page = format!("cp{}", number.unwrap_or(1252)),
            "uc" => {
                self.group.replaced = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
            }
            "par" | "line" | "row" => self.say("\n"),
            "tab" | "cell" => self.say("\t"),
            "u" => self.unicode(number.unwrap_or_default()),
            _ if UNREAD.contains(&word) => self.group.is_read = false,
            _ => {}
        }
    }

    fn unicode(&mut self, number: i32) {
        // Numbers above 32,767 are written as negative ones.
        let code = u32::try_from(number.rem_euclid(0x1_0000)).ok().and_then(char::from_u32);
        self.say(code.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]));
        self.skipped = self.group.replaced;
    }

    fn say(&mut self, text: &str) {
        if self.group.is_read {
            self.flush();
            self.text.push_str(text);
        }
    }

    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            self.text.push_str(&charset::text(&self.bytes, Some(&self.page)));
            self.bytes.clear();
        }
    }
}

fn token(rich: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (first, rest) = rich.split_first()?;
    match first {
        b'{' => Some((Token::Open, rest)),
        b'}' => Some((Token::Close, rest)),
        b'\\' => control(rest),
        b'\r' | b'\n' => token_after_line_ends(rest),
        _ => Some((Token::Byte(*first), rest)),
    }
}

/// Line ends in the markup mean nothing.
fn token_after_line_ends(rich: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let start = rich.iter().position(|byte| !b"\r\n".contains(byte))?;
    token(rich.get(start..)?)
}

/// What follows a backslash: a byte in hexadecimal, a sign, or a word, its number and one blank.
fn control(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (first, after) = rest.split_first()?;
    if *first == b'\'' {
        let (digits, after) = after.split_at_checked(2)?;
        let byte =
            std::str::from_utf8(digits).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        return Some((Token::Byte(byte.unwrap_or(b'?')), after));
    }
    if !first.is_ascii_alphabetic() {
        let token = match first {
            b'*' => Token::Word("*", None),
            b'~' => Token::Byte(b' '),
            b'\r' | b'\n' => Token::Word("par", None),
            b'-' => Token::Word("", None),
            _ => Token::Byte(*first),
        };
        return Some((token, after));
    }
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, rest) = rest.split_at(length);
    let digits = rest
        .iter()
        .enumerate()
        .take_while(|(at, byte)| byte.is_ascii_digit() || *at == 0 && **byte == b'-');
    let (number, rest) = rest.split_at(digits.count());
    let number = std::str::from_utf8(number).ok().and_then(|digits| digits.parse().ok());
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    Some((Token::Word(std::str::from_utf8(word).unwrap_or_default(), number), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_read() {
        let rows = [
            (r"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe\par you}", "Grüße\nyou"),
            (r"{\rtf1{\fonttbl{\f0 Arial;}}{\*\x hidden}\f0 a{\b b}c}", "abc"),
            (r"{\rtf1\uc1\u8364?5 \u-10179?x\{\}\\}", "€5 \u{fffd}x{}\\"),
            ("{\\rtf1 a\r\nb\\tab c\\~d}", "ab\tc d"),
            (r"{\rtf1\ansicpg1251 \'cf\'f0\'e8}", "При"),
            ("", ""),
            ("}}{{\\", ""),
        ];
        for (rich, expected) in rows {
            assert_eq!(words(rich.as_bytes()), expected, "{rich}");
        }
    }

    #[test]
    fn compressed_text_is_unfolded() {
        // [MS-OXRTFCP] section 4.1.1.
        let example = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0,
            0x0a, 0, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68,
            0x65, 0x6c, 0x09, 0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f,
            0xa0,
        ];
        let rich = decompressed(&example).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&rich),
            "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
        );
        assert_eq!(text(&example).as_deref(), Some("hello world"));
        // Section 4.1.2: a reference that reaches into itself.
        let crossing = [
            0x1a, 0, 0, 0, 0x1c, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0,
            0x04, 0x20, 0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
        ];
        let rich = decompressed(&crossing).unwrap();
        assert_eq!(String::from_utf8_lossy(&rich), "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(data in proptest::collection::vec(any::<u8>(), 0..300)) {
            words(&data);
            unfolded(&data);
            text(&data);
        }
    }
}
