//! The trace fields put before a message (RFC 5321, 4.4): the envelope, written where the desk reads
//! it. Whatever the sender said is made harmless first, so that it cannot write a field of its own.

use super::Envelope;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::net::IpAddr;

/// What the sender said and what the door adds.
#[derive(Debug)]
pub(super) struct Trace<'a> {
    pub(super) helo: &'a str,
    /// Greeted with EHLO rather than HELO.
    pub(super) extended: bool,
    pub(super) peer: IpAddr,
    pub(super) hostname: &'a str,
    pub(super) id: &'a str,
    pub(super) at: Timestamp,
}

/// `Return-Path` and `Received`, each with its CRLF; folded lines begin with a tab.
pub(super) fn fields(trace: &Trace<'_>, envelope: &Envelope) -> String {
    let sender = address(envelope.mail_from.as_deref().unwrap_or_default());
    let recipient = address(envelope.rcpt_to.first().map(String::as_str).unwrap_or_default());
    let date = trace.at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000");
    format!(
        "Return-Path: <{sender}>\r\n\
         Received: from {helo} ({peer})\r\n\tby {hostname} with {protocol} id {id}\r\n\tfor <{recipient}>; {date}\r\n",
        helo = name(trace.helo),
        peer = trace.peer,
        hostname = name(trace.hostname),
        protocol = if trace.extended { "ESMTP" } else { "SMTP" },
        id = trace.id,
    )
}

/// A host name or address literal: letters, digits and `.-:[]_`, nothing that could read as a
/// further word of the field.
fn name(said: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    let name: String = said.chars().take(255).map(|c| if harmless(c) { c } else { '?' }).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

/// An address within `<` and `>`: it may hold blanks and any script, but neither a bracket nor a
/// character that ends a line.
fn address(said: &str) -> String {
    let harmful = |c: char| c.is_control() || matches!(c, '<' | '>' | '\u{2028}' | '\u{2029}');
    said.chars().take(512).map(|c| if harmful(c) { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(helo: &str, mail_from: Option<&str>, rcpt_to: &str) -> String {
        let trace = Trace {
            helo,
            extended: true,
            peer: [127, 0, 0, 1].into(),
            hostname: "desk.example.com",
            id: "1-2",
            at: "2026-11-22T09:05:07Z".parse().unwrap(),
        };
        let envelope = Envelope {
            mail_from: mail_from.map(str::to_owned),
            rcpt_to: vec![rcpt_to.to_owned(), "second@example.com".to_owned()],
        };
        fields(&trace, &envelope)
    }

    #[test]
    fn the_envelope_is_written_and_nothing_else() {
        assert_eq!(
            shown("client.example.org", Some("anna@example.org"), "support@example.com"),
            "Return-Path: <anna@example.org>\r\nReceived: from client.example.org (127.0.0.1)\r\n\
             \tby desk.example.com with ESMTP id 1-2\r\n\tfor <support@example.com>; Sun, 22 Nov 2026 09:05:07 +0000\r\n"
        );
        assert!(
            shown("[127.0.0.1]", None, "s@example.com")
                .starts_with("Return-Path: <>\r\nReceived: from [127.0.0.1] (")
        );
    }

    #[test]
    fn what_was_said_adds_no_field_and_no_word() {
        let text = shown("x\r\nBcc: y for <evil@x>;", Some("a\r\nX: b@c"), "d>\0; for <e@f");
        assert_eq!(text.matches("\r\n").count(), 4, "{text:?}");
        assert!(text.contains("from x??Bcc:?y?for??evil?x?? (127"), "{text:?}");
        assert!(text.contains("for <d??; for ?e@f>;"), "{text:?}");
        assert!(!text.contains("\nX:"), "{text:?}");
    }
}
