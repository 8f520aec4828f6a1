//! The `Authentication-Results` field (RFC 8601): writing the door's own, and taking away whatever claims
//! to be one of them. Knows nothing of how anything was found out.

use super::findings::{Findings, Identity};

/// A domain name has at most this many characters (RFC 1035 section 3.1).
const LONGEST_NAME: usize = 255;
/// The name of the field.
const FIELD: &[u8] = b"authentication-results";

/// The field with its CRLF, one finding on each folded line.
pub(super) fn written(name: &str, findings: &Findings) -> String {
    let identity = match &findings.identity {
        Identity::MailFrom(domain) => property("smtp.mailfrom", domain),
        Identity::Helo(domain) => property("smtp.helo", domain),
    };
    let mut field = format!("Authentication-Results: {name};\r\n\tspf={}{identity}", findings.spf);
    if findings.dkim.is_empty() {
        field.push_str(";\r\n\tdkim=none");
    }
    for (result, domain) in &findings.dkim {
        field.push_str(&format!(";\r\n\tdkim={result}{}", property("header.d", domain)));
    }
    let (result, domain) = &findings.dmarc;
    field.push_str(&format!(";\r\n\tdmarc={result}{}\r\n", property("header.from", domain)));
    field
}

/// A property of a finding. Only domains are written: what stands before the `@` proves nothing.
fn property(name: &str, domain: &str) -> String {
    if domain.is_empty() { String::new() } else { format!(" {name}={}", harmless(domain)) }
}

/// A name for the field: what the sender said can end neither a word nor a line nor a finding.
fn harmless(said: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    said.chars().take(LONGEST_NAME).map(|c| if plain(c) { c } else { '?' }).collect()
}

/// The name a desk of this domain signs its findings with. The mail function compares it in lowercase.
pub(super) fn name(domain: &str) -> String {
    harmless(domain).to_ascii_lowercase()
}

/// Appends the message without the fields that bear this name: whoever was before us may say what they
/// found out, but not as us (RFC 8601 section 5). Everything else stays as it came.
pub(super) fn append_without(kept: &mut Vec<u8>, message: &[u8], name: &str) {
    let mut rest = message;
    while let Some((field, after)) = next_field(rest) {
        if !claims(field, name) {
            kept.extend_from_slice(field);
        }
        rest = after;
    }
    kept.extend_from_slice(rest);
}

/// The next field with the lines that go on with it (RFC 5322 section 2.2.3); none where the body begins.
/// A lone LF ends a line as well: what reads the mail later may think so.
fn next_field(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if rest.is_empty() || rest.starts_with(b"\r\n") || rest.starts_with(b"\n") {
        return None;
    }
    let goes_on = |end: usize| matches!(rest.get(end), Some(b' ' | b'\t'));
    let mut ends =
        rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let end = ends.find(|end| !goes_on(*end)).unwrap_or(rest.len());
    Some(rest.split_at(end))
}

/// Whether a field is an `Authentication-Results` of this server.
fn claims(field: &[u8], name: &str) -> bool {
    let colon = field.iter().position(|byte| *byte == b':').unwrap_or(field.len());
    let (before, value) = field.split_at(colon);
    // RFC 5322 section 4.5.3: blanks may stand before the colon.
    before.trim_ascii().eq_ignore_ascii_case(FIELD) && signer(value).eq_ignore_ascii_case(name)
}

/// The first word of the value, which may stand in quotes, and comments before it.
fn signer(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    let mut depth = 0usize;
    let bare: String = value
        .chars()
        .skip(1)
        .filter(|character| {
            match character {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                '"' | '\\' => {}
                _ => return depth == 0,
            }
            false
        })
        .collect();
    let is_end = |character: char| character.is_whitespace() || character == ';';
    bare.trim_start().split(is_end).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(identity: Identity, dkim: &[(&'static str, &str)], from: &str) -> Findings {
        let dkim = dkim.iter().map(|(result, domain)| (*result, (*domain).to_owned())).collect();
        Findings { identity, spf: "pass", dkim, dmarc: ("fail", from.to_owned()) }
    }

    #[test]
    fn what_was_found_is_written_and_nothing_else() {
        let rows = [
            (
                findings(Identity::MailFrom("a.test".into()), &[("pass", "a.test")], "a.test"),
                "spf=pass smtp.mailfrom=a.test;\r\n\tdkim=pass header.d=a.test;\r\n\tdmarc=fail header.from=a.test",
            ),
            (
                findings(Identity::Helo("mx.a.test".into()), &[], ""),
                "spf=pass smtp.helo=mx.a.test;\r\n\tdkim=none;\r\n\tdmarc=fail",
            ),
            (
                findings(
                    Identity::MailFrom("a.test; dmarc=pass".into()),
                    &[("fail", "x\r\nFrom: y"), ("policy", "b (c) \"d\"")],
                    "\u{e4}.test;\tdkim=pass\0",
                ),
                "spf=pass smtp.mailfrom=a.test??dmarc?pass;\r\n\tdkim=fail header.d=x??From??y;\r\n\t\
                 dkim=policy header.d=b??c???d?;\r\n\tdmarc=fail header.from=?.test??dkim?pass?",
            ),
        ];
        for (findings, expected) in rows {
            let field = written("desk.test", &findings);
            let expected = format!("Authentication-Results: desk.test;\r\n\t{expected}\r\n");
            assert_eq!(field, expected);
        }
        let long = findings(Identity::Helo("x".repeat(9000)), &[], "");
        assert!(written("desk.test", &long).lines().all(|line| line.len() < 300));
        assert_eq!(name("Desk.Test\r\n; x"), "desk.test????x");
    }

    #[test]
    fn a_field_that_claims_our_name_is_taken_away() {
        let ours = [
            "Authentication-Results: desk.test; dmarc=pass\r\n",
            "AUTHENTICATION-RESULTS:DESK.TEST 1; dmarc=pass\r\n",
            "authentication-results \t :\tdesk.test; dmarc=pass\r\n",
            "Authentication-Results:\r\n\tdesk.test;\r\n dmarc=pass\r\n",
            "Authentication-Results\r\n : desk.test; dmarc=pass\r\n",
            "Authentication-Results: (really) \"desk\\.test\"; dmarc=pass\r\n",
            "Authentication-Results: desk.test\n",
            "Authentication-Results: desk(x(y)).test; none\r\n",
        ];
        for field in ours {
            let message = format!("A: b\r\n{field}From: a@b.c\r\n\r\nbody\r\n");
            assert_eq!(
                left(message.as_bytes()),
                b"A: b\r\nFrom: a@b.c\r\n\r\nbody\r\n",
                "{field:?}"
            );
            let twice = format!("{field}{field}\r\n{field}");
            assert_eq!(left(twice.as_bytes()), format!("\r\n{field}").as_bytes(), "{field:?}");
        }
    }

    #[test]
    fn everything_else_stays_as_it_came() {
        let others: [&[u8]; 9] = [
            b"",
            b"\r\nAuthentication-Results: desk.test; none\r\n",
            b"Authentication-Results: mx.test; dmarc=fail\r\n\r\nhi",
            b"Authentication-Results: (desk.test) mx.test; none\r\n\r\nhi",
            b"Authentication-Results: desk.test.evil; none\r\n\r\nhi",
            b"X-Authentication-Results: desk.test; none\r\n\r\nhi",
            b"Authentication-Results\r\nFrom: desk.test\r\n\r\nhi",
            b"no header\nat all\r\n \xff\xfe\0",
            b"Subject: x\r\n\tAuthentication-Results: desk.test; none\r\n\n\nhi",
        ];
        for message in others {
            assert_eq!(left(message), message, "{}", String::from_utf8_lossy(message));
        }
    }

    fn left(message: &[u8]) -> Vec<u8> {
        let mut kept = Vec::new();
        append_without(&mut kept, message, "desk.test");
        kept
    }
}
