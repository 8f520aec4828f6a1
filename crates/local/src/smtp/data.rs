//! The end of a message and the dots before it (RFC 5321, 4.5.2): `CRLF . CRLF` ends it, nothing
//! else does. Keeps every other byte as it came, a NUL and a lone CR or LF included.

/// Takes a message's bytes as they arrive. A lone LF is content: a receiver that ended a message
/// at `LF . LF` would let a sender smuggle a second one behind it.
#[derive(Debug)]
pub(super) struct DataReceiver {
    state: State,
    bytes: Vec<u8>,
    max_bytes: usize,
    too_big: bool,
}

/// What stands before the next byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// CRLF, or the beginning.
    LineStart,
    /// CRLF and a dot that is not kept.
    Dot,
    /// CRLF, a dot and a CR, neither kept yet.
    DotCr,
    /// A CR that is kept.
    Cr,
    /// Anything else.
    Text,
}

impl DataReceiver {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { state: State::LineStart, bytes: Vec::new(), max_bytes, too_big: false }
    }

    /// Takes `input`; answers how many of its bytes belong to the message once the end is among
    /// them, and `None` while more must come.
    pub(super) fn take(&mut self, input: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            if self.state == State::Text && byte != b'\r' {
                at += self.take_text(input.get(at..).unwrap_or_default());
                continue;
            }
            at += 1;
            if self.take_byte(byte) {
                return Some(at);
            }
        }
        None
    }

    /// The message, or `None` when it was larger than allowed.
    pub(super) fn finish(self) -> Option<Vec<u8>> {
        (!self.too_big).then_some(self.bytes)
    }

    /// Everything up to the next CR, kept in one go.
    fn take_text(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| *byte == b'\r').unwrap_or(rest.len());
        self.keep(rest.get(..end).unwrap_or_default());
        end
    }

    /// Answers whether this byte was the last of the end mark.
    fn take_byte(&mut self, byte: u8) -> bool {
        self.state = match (self.state, byte) {
            (State::LineStart, b'.') => State::Dot,
            (State::Dot, b'\r') => State::DotCr,
            (State::DotCr, b'\n') => return true,
            (State::DotCr, _) => {
                self.keep(b"\r");
                self.kept_after_cr(byte)
            }
            (State::Cr, _) => self.kept_after_cr(byte),
            (State::LineStart | State::Dot | State::Text, _) => self.kept(byte),
        };
        false
    }

    fn kept_after_cr(&mut self, byte: u8) -> State {
        if byte != b'\n' {
            return self.kept(byte);
        }
        self.keep(b"\n");
        State::LineStart
    }

    fn kept(&mut self, byte: u8) -> State {
        self.keep(&[byte]);
        if byte == b'\r' { State::Cr } else { State::Text }
    }

    /// A message too big is read on to its end and forgotten.
    fn keep(&mut self, bytes: &[u8]) {
        if self.too_big {
            return;
        }
        if self.bytes.len() + bytes.len() > self.max_bytes {
            self.too_big = true;
            self.bytes = Vec::new();
            return;
        }
        self.bytes.extend_from_slice(bytes);
    }
}

/// The bytes of a message as they go over the wire: dots at the start of a line doubled, and the
/// end mark after a last line that is closed if it was open.
pub(super) fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + 64);
    for (at, &byte) in message.iter().enumerate() {
        let before = message.get(..at).unwrap_or_default();
        if byte == b'.' && (before.is_empty() || before.ends_with(b"\r\n")) {
            wire.push(b'.');
        }
        wire.push(byte);
    }
    if !message.is_empty() && !message.ends_with(b"\r\n") {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(input: &[u8], step: usize) -> Option<(Vec<u8>, usize)> {
        let mut receiver = DataReceiver::new(1000);
        let mut taken = 0;
        for piece in input.chunks(step) {
            if let Some(used) = receiver.take(piece) {
                return Some((receiver.finish().unwrap(), taken + used));
            }
            taken += piece.len();
        }
        None
    }

    #[test]
    fn only_crlf_dot_crlf_ends_a_message() {
        let cases: [(&[u8], &[u8]); 12] = [
            (b".\r\n", b""),
            (b"hi\r\n.\r\n", b"hi\r\n"),
            (b"..\r\n...\r\n.\r\n", b".\r\n..\r\n"),
            (b".a\r\n.\r\n", b"a\r\n"),
            (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
            (b"a\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n"),
            (b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
            (b"a\r.\rb\r\n.\r\n", b"a\r.\rb\r\n"),
            (b"a\r.\r\nb\r\n.\r\n", b"a\r.\r\nb\r\n"),
            (b"a\r\n.\r\r\nb\r\n.\r\n", b"a\r\n\r\r\nb\r\n"),
            (b"a\r\n.\rb\r\n.\r\n", b"a\r\n\rb\r\n"),
            (b"\0\xff\r\r\n.\r\n", b"\0\xff\r\r\n"),
        ];
        for (input, message) in cases {
            for step in 1..=input.len() {
                let shown = String::from_utf8_lossy(input);
                assert_eq!(
                    receive(input, step),
                    Some((message.to_vec(), input.len())),
                    "{shown:?} by {step}"
                );
                assert_eq!(receive(&input[..input.len() - 1], step), None, "{shown:?} by {step}");
            }
        }
    }

    #[test]
    fn what_is_stuffed_comes_back() {
        let messages: [&[u8]; 6] = [
            b"",
            b".\r\n",
            b"a\r\n.\r\n..\r\n.b\r\n",
            b"\n.\n\r\n",
            b"\r\n.\r.\n\r\n",
            b"a\0\r\n\xfe.\r\n",
        ];
        for message in messages {
            let wire = stuffed(message);
            assert_eq!(receive(&wire, 3), Some((message.to_vec(), wire.len())));
        }
        assert_eq!(stuffed(b"open"), b"open\r\n.\r\n");
    }

    #[test]
    fn a_big_message_is_read_on_and_forgotten() {
        let mut receiver = DataReceiver::new(4);
        assert_eq!(receiver.take(b"12345\r\n.\r\nQUIT"), Some(10));
        assert_eq!(receiver.finish(), None);
    }
}
