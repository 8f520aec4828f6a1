//! One key for one mail, however often and through whichever door it is handed over.
//! Trace lines that servers prepend differ on each way and do not count; everything else does.

use sha2::{Digest, Sha256};

use crate::parse::Mail;

/// The fields servers put on top.
const TRACE: [&[u8]; 3] = [b"return-path:", b"received:", b"authentication-results:"];

/// A hex SHA-256 over the mailbox (in lowercase), the Message-ID and the message without its leading
/// `Return-Path` and `Received` lines (RFC 5321 section 4.4) and `Authentication-Results` (RFC 8601
/// section 2: a trace field, too, and it says the way the mail came). Line ends count alike as CRLF and LF,
/// and so do line ends at the very end, because doors add them.
pub fn dedupe_key(mailbox: &str, mail: &Mail, raw: &[u8]) -> String {
    let mut key = Sha256::new();
    key.update(mailbox.trim().to_lowercase());
    key.update([0]);
    key.update(mail.message_id.as_deref().unwrap_or_default());
    key.update([0]);
    key.update(content_hash(without_trace(raw).trim_ascii_end()));
    data_encoding::HEXLOWER.encode(&key.finalize())
}

fn content_hash(content: &[u8]) -> impl AsRef<[u8]> {
    let mut hash = Sha256::new();
    for line in content.split(|byte| *byte == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\n");
    }
    hash.finalize()
}

fn without_trace(raw: &[u8]) -> &[u8] {
    let mut rest = raw;
    while TRACE.iter().any(|name| starts_with_name(rest, name)) {
        rest = after_line(rest);
        // Folded lines belong to the one before (RFC 5322 section 2.2.3).
        while rest.starts_with(b" ") || rest.starts_with(b"\t") {
            rest = after_line(rest);
        }
    }
    rest
}

fn starts_with_name(bytes: &[u8], name: &[u8]) -> bool {
    bytes.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

fn after_line(bytes: &[u8]) -> &[u8] {
    let end =
        bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |position| position + 1);
    bytes.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn key(mailbox: &str, raw: &str) -> String {
        dedupe_key(mailbox, &parse(raw.as_bytes()), raw.as_bytes())
    }

    #[test]
    fn the_way_does_not_count_the_content_does() {
        let mail = "From: a@b.c\r\nMessage-ID: <1@b.c>\r\nSubject: s\r\n\r\nhi\r\nyou\r\n";
        let first = key("support@desk.test", mail);
        let same = [
            ("Support@Desk.Test", mail.to_owned()),
            (
                "support@desk.test",
                format!("Return-Path: <a@b.c>\r\nReceived: from x\r\n\tby y; date\r\n{mail}"),
            ),
            ("support@desk.test", format!("received: 1\r\nRECEIVED: 2\r\n  3\r\n\t4\r\n{mail}")),
            (
                "support@desk.test",
                format!("Received: 1\r\nAuthentication-Results: x;\r\n\tspf=none\r\n{mail}"),
            ),
            ("support@desk.test", mail.replace("\r\n", "\n")),
            ("support@desk.test", format!("{mail}\r\n")),
        ];
        for (mailbox, raw) in &same {
            assert_eq!(key(mailbox, raw), first, "{raw}");
        }
        let other = [
            ("sales@desk.test", mail.to_owned()),
            ("support@desk.test", mail.replace("1@b.c", "2@b.c")),
            ("support@desk.test", mail.replace("you", "me")),
            ("support@desk.test", format!("X-Other: 1\r\n{mail}")),
        ];
        for (mailbox, raw) in &other {
            assert_ne!(key(mailbox, raw), first, "{raw}");
        }
        assert_eq!(first.len(), 64);
    }

    #[test]
    fn odd_bytes_have_a_key() {
        for raw in ["", "Received:", "Received: x\r\n ", "\r\n", "Received"] {
            assert_eq!(key("", raw).len(), 64);
        }
    }
}
