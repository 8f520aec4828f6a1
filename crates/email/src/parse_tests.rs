//! Parsing: the fields of ordinary mail, and that no bytes whatever stop it.

use std::time::{Duration, Instant};

use super::*;
use crate::test_data::corpus_files;
use proptest::prelude::*;

const MAIL: &str = "Return-Path: <kofi@example.com>\r\n\
Received: from mx.example.com (mx [1.2.3.4])\r\n\tby desk with SMTP id 7\r\n\tfor <support+r1@desk.test>; Mon, 23 Nov 2026 09:00:00 +0000\r\n\
Received: by other for <old@desk.test>; Mon, 23 Nov 2026 08:00:00 +0000\r\n\
From: =?utf-8?Q?K=C3=B6fi_B=2E?= <kofi@example.com>\r\n\
Reply-To: k@example.org\r\n\
To: Support <support@desk.test>, group: a@x.test, b@x.test;\r\n\
Cc: c@x.test\r\n\
Subject: =?utf-8?Q?vpn_=0D=0ABcc:_x?= is\r\n down\r\n\
Message-ID: <m1@example.com>\r\n\
In-Reply-To: <m0@example.com>\r\n\
References: <a@b> <c@d>\r\n\
Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
--c\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u{fc}\u{df}e\r\n\
--c\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--c--\r\n\
--b\r\nContent-Type: application/pdf; name=\"../a.pdf\"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <i@x>\r\nContent-Disposition: attachment\r\n\r\naGk=\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nnested\r\n--b--\r\n";

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

/// Not how fast it is, which is for benchmarks: work that grows with the square of the mail would take
/// minutes.
const HANGS: Duration = Duration::from_secs(60);

#[test]
fn an_ordinary_mail() {
    let mail = parse(&latin1(MAIL));
    assert_eq!(mail.message_id.as_deref(), Some("m1@example.com"));
    assert_eq!(
        (mail.in_reply_to.join(","), mail.references.join(",")),
        ("m0@example.com".into(), "a@b,c@d".into())
    );
    let from = Address { name: Some("Köfi B.".into()), email: "kofi@example.com".into() };
    assert_eq!(mail.from, Some(from));
    assert_eq!(mail.reply_to, Some(Address::new("k@example.org")));
    let to: Vec<_> = mail.to.iter().map(|address| address.email.as_str()).collect();
    assert_eq!((to, mail.cc.len()), (vec!["support@desk.test", "a@x.test", "b@x.test"], 1));
    assert_eq!(mail.subject, "vpn Bcc: x is down");
    assert_eq!(
        (mail.text.trim(), mail.html.as_deref().map(str::trim)),
        ("Grüße", Some("<p>Hi</p>"))
    );
    assert_eq!(mail.date_unix, Some(1_795_424_400));
    assert_eq!((mail.automatic, mail.null_return_path), (None, false));
    assert_eq!(mail.return_path.as_deref(), Some("kofi@example.com"));
    assert_eq!(mail.recipient.as_deref(), Some("support+r1@desk.test"));
    let [pdf, inner] = mail.attachments.as_slice() else { panic!("{:?}", mail.attachments) };
    assert_eq!(
        (pdf.name.as_str(), pdf.content_type.as_str(), pdf.bytes.as_slice()),
        ("a.pdf", "application/pdf", &b"hi"[..])
    );
    assert_eq!(pdf.content_id.as_deref(), Some("i@x"));
    assert_eq!(
        (inner.name.as_str(), inner.content_type.as_str()),
        ("message-2.eml", "message/rfc822")
    );
    assert!(
        inner.bytes.starts_with(b"Subject: inner"),
        "{:?}",
        String::from_utf8_lossy(&inner.bytes)
    );
}

#[test]
fn html_alone_becomes_text() {
    let mail = parse(b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n<p>vpn <b>is</b> down</p><script>x()</script>");
    assert_eq!(mail.text.trim(), "vpn is down");
    assert!(mail.html.is_some());
}

#[test]
fn the_recipient_is_the_newest_trace_lines_only() {
    let rows = [
        ("Received: by x for <a@b.c>; date\r\n", Some("a@b.c")),
        ("Received: by x for a@b.c; date\r\n", Some("a@b.c")),
        ("Received: by x FOR <a@b.c>\r\n", Some("a@b.c")),
        ("Received: by x; date\r\nReceived: by y for <a@b.c>; date\r\n", None),
        ("Received: by x for <>; date\r\n", None),
        ("X: Received: for <a@b.c>\r\n", None),
    ];
    for (headers, expected) in rows {
        let raw = format!("{headers}Subject: s\r\n\r\nhi");
        assert_eq!(parse(raw.as_bytes()).recipient.as_deref(), expected, "{headers}");
    }
}

#[test]
fn bytes_that_are_no_mail_become_text() {
    for raw in
        [&b""[..], b"\r\n", b"\r\n\r\nonly a body", b"no header here", b"\xff\xfe\0", b":", b"a:"]
    {
        let mail = parse(raw);
        assert!(mail.from.is_none(), "{raw:?}");
    }
    for words in ["just some words\nand more words", "words", "\r\n\r\nwords", "\nwords\n\nwords"] {
        let mail = parse(words.as_bytes());
        assert!(mail.text.contains("words"), "{words:?}: {mail:?}");
    }
}

#[test]
fn bare_returns_end_lines() {
    let mail = parse(b"From: Ama <ama@example.com>\rSubject: vpn\r\rline\rline\r");
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("vpn", "line\nline\n"));
    assert_eq!(mail.from.map(|from| from.email).as_deref(), Some("ama@example.com"));
}

#[test]
fn headers_too_long_to_read_have_no_sure_author() {
    let one =
        |headers: &str| parse(format!("From: a@b.c\r\n{headers}\r\nhi").as_bytes()).one_author;
    assert!(one("Subject: s\r\n"));
    assert!(!one("From: d@e.f\r\n"));
    assert!(!one(&format!("{}From: d@e.f\r\n", "X: y\r\n".repeat(3000))));
    assert!(!one(&format!("X: {}\r\nFrom: d@e.f\r\n", "y".repeat(600_000))));
}

#[test]
fn an_empty_envelope_sender_has_several_spellings() {
    for (path, null) in [
        ("<>", true),
        ("<MAILER-DAEMON>", true),
        ("mailer-daemon@mx.test", true),
        ("<a@b.c>", false),
    ] {
        let raw = format!("Return-Path: {path}\r\nFrom: a@b.c\r\n\r\nhi");
        assert_eq!(parse(raw.as_bytes()).null_return_path, null, "{path}");
    }
}

#[test]
fn hostile_shapes_are_fast() {
    let nested: String = (0..2000)
        .map(|level| {
            format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n")
        })
        .collect();
    let messages = "Content-Type: message/rfc822\r\n\r\n".repeat(2000);
    let shapes = [
        nested,
        messages,
        format!("Subject: {}\r\n\r\nx", "=?utf-8?Q?a?= ".repeat(50_000)),
        format!("To: {}\r\n\r\nx", "a@b.c, ".repeat(50_000)),
        format!("Content-Type: text/html\r\n\r\n{}", "<div><!--".repeat(100_000)),
        format!("References: {}\r\n\r\nx", "<a@b> ".repeat(100_000)),
        "X: y\r\n".repeat(100_000),
    ];
    for shape in &shapes {
        let start = Instant::now();
        parse(shape.as_bytes());
        assert!(
            start.elapsed() < HANGS,
            "{:?}: {}",
            start.elapsed(),
            crate::text::first_characters(shape, 60)
        );
    }
}

#[test]
fn every_collected_mail_is_read() {
    let mut read = 0;
    for folder in ["zammad/dev", "rt/dev", "mail-parser/dev", "ruby-mail/dev"] {
        for (name, raw) in corpus_files(folder) {
            let start = Instant::now();
            let mail = parse(&raw);
            assert!(start.elapsed() < HANGS, "{name}: {:?}", start.elapsed());
            assert!(!mail.subject.contains(['\r', '\n', '\0']), "{name}");
            for file in &mail.attachments {
                assert!(
                    !file.name.is_empty() && !file.name.contains(['/', '\\', '\r', '\n']),
                    "{name}: {:?}",
                    file.name
                );
            }
            crate::reply::visible(&mail.text);
            read += 1;
        }
    }
    println!("{read} mails read");
    assert!(read == 0 || read > 200, "only {read} mails");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_bytes_are_read(raw in proptest::collection::vec(any::<u8>(), 0..600)) {
        parse(&raw);
    }

    #[test]
    fn any_damage_is_read(cut in 0usize..1600, at in 0usize..1600, byte in any::<u8>()) {
        let mut raw = latin1(MAIL);
        if let Some(target) = raw.get_mut(at) { *target = byte; }
        raw.truncate(cut);
        parse(&raw);
    }
}
