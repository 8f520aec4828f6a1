//! Composing: what ordinary mail looks like, and that hostile fields stay inside their header.

use super::*;
use crate::parse;
use proptest::prelude::*;

fn mail() -> Outgoing {
    Outgoing {
        from: Address { name: Some("Support".into()), email: "support@desk.test".into() },
        to: Address { name: Some("Köfi, B.".into()), email: "kofi@example.com".into() },
        reply_to: Some("support+rabc@desk.test".into()),
        subject: "Re: vpn ist weg – schön".into(),
        text: "Hallo\n.\nGrüße\n".into(),
        html: Some("<p>Hallo</p>".into()),
        message_id: "t1.2@desk.test".into(),
        in_reply_to: Some("m1@example.com".into()),
        references: vec!["m0@example.com".into(), "m1@example.com".into()],
        language: Some("de".into()),
        automatic: true,
        unsubscribe: None,
        date_unix: 1_795_424_400,
        files: vec![],
        headers: vec![
            ("X-Ticket".into(), "12".into()),
            ("bcc".into(), "evil@example.org".into()),
            ("A\r\nBcc".into(), "x".into()),
        ],
    }
}

#[test]
fn a_mail_comes_back_as_written() {
    let bytes = compose(&mail());
    let read = parse(&bytes);
    assert_eq!(read.from, Some(mail().from));
    assert_eq!(read.to, vec![mail().to]);
    assert_eq!(read.reply_to, Some(Address::new("support+rabc@desk.test")));
    assert_eq!((read.subject, read.text.trim()), (mail().subject, "Hallo\n.\nGrüße"));
    assert_eq!(read.html.as_deref().map(str::trim), Some("<p>Hallo</p>"));
    assert_eq!(read.message_id.as_deref(), Some("t1.2@desk.test"));
    assert_eq!(
        (read.in_reply_to, read.references),
        (vec!["m1@example.com".to_owned()], mail().references)
    );
    assert_eq!(read.date_unix, Some(1_795_424_400));
    let text = String::from_utf8(bytes.clone()).unwrap();
    for line in [
        "Auto-Submitted: auto-replied\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "Content-Language: de\r\n",
        "X-Ticket: 12\r\n",
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
    assert!(!text.to_lowercase().contains("bcc"), "{text}");
    assert_eq!(bytes, compose(&mail()), "the same mail is the same bytes");
}

#[test]
fn files_come_back_as_they_were_sent() {
    let file = |name: &str, content_type: &str, bytes: &[u8]| Enclosed {
        name: name.into(),
        content_type: content_type.into(),
        bytes: bytes.to_vec(),
    };
    let files = vec![
        file("Rechnung für März.pdf", "application/pdf", &[0, 255, 13, 10, 46, 13, 10]),
        file(&format!("{}.txt", "long ".repeat(25).trim()), "text/plain", b"From here\r\n.\r\n"),
        file("page.html", "text/html", b"<script>alert(1)</script>"),
        file("empty.bin", "application/octet-stream", b""),
    ];
    let bytes = compose(&Outgoing { files: files.clone(), ..mail() });
    let read = parse(&bytes);
    assert_eq!((read.text.trim(), read.html.as_deref()), ("Hallo\n.\nGrüße", Some("<p>Hallo</p>")));
    let came = read.attachments.into_iter().map(|file| Enclosed {
        name: file.name,
        content_type: file.content_type,
        bytes: file.bytes,
    });
    assert_eq!(came.collect::<Vec<_>>(), files);
    assert_eq!(bytes, compose(&Outgoing { files, ..mail() }), "the same mail is the same bytes");
}

#[test]
fn only_a_language_is_stated_as_one() {
    for (language, stated) in [
        (Some("de"), Some("Content-Language: de\r\n")),
        (Some("pt_BR"), Some("Content-Language: pt-BR\r\n")),
        (Some("de\r\nBcc: evil@example.org"), None),
        (Some(""), None),
        (None, None),
    ] {
        let bytes = compose(&Outgoing { language: language.map(str::to_owned), ..mail() });
        let text = String::from_utf8(bytes).unwrap();
        let line = text.split_inclusive("\r\n").find(|line| line.starts_with("Content-Language"));
        assert_eq!(line, stated, "{language:?}");
    }
}

#[test]
fn a_person_is_not_marked_as_a_machine() {
    let by_hand = Outgoing { automatic: false, html: None, ..mail() };
    let read = parse(&compose(&by_hand));
    assert_eq!((read.automatic, read.html), (None, None));
    let unasked = Outgoing { in_reply_to: None, references: vec![], ..mail() };
    assert!(String::from_utf8_lossy(&compose(&unasked)).contains("Auto-Submitted: auto-generated"));
}

/// The lines of a mail's head about unsubscribing, unfolded.
fn unsubscribing(uri: &str) -> Vec<String> {
    let bytes = compose(&Outgoing { unsubscribe: Some(uri.into()), ..mail() });
    let text = String::from_utf8(bytes).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    head.lines().filter(|line| line.contains("Unsubscribe")).map(str::to_owned).collect()
}

#[test]
fn a_mail_says_how_to_get_no_more() {
    let mailto = "mailto:no-more@desk.test?subject=stop";
    assert_eq!(unsubscribing(mailto), [format!("List-Unsubscribe: <{mailto}>")]);
    for uri in ["https://desk.test/u/abc".to_owned(), format!("https://a.test/{}", "x".repeat(850))]
    {
        let mut lines = unsubscribing(&uri);
        lines.iter_mut().for_each(|line| *line = line.replace(":  <", ": <"));
        assert_eq!(
            lines,
            [
                format!("List-Unsubscribe: <{uri}>"),
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click".into(),
            ]
        );
    }
}

#[test]
fn what_is_no_such_address_is_left_out() {
    let long = format!("https://a.test/{}", "x".repeat(900));
    let rows = [
        "",
        "https:",
        "https://",
        "http://a.test/",
        "javascript:alert(1)",
        "mailto:",
        "desk.test",
        "https://a.test/>, <https://b.test",
        "https://a.test/,https://b.test/",
        "https://a.test/ x",
        "https://a.test/\r\nBcc: e@x",
        "mailto:a@b.test\nBcc: e@x",
        "https://ä.test/",
        &long,
    ];
    for uri in rows {
        assert_eq!(unsubscribing(uri), Vec::<String>::new(), "{uri:?}");
    }
}

#[test]
fn long_threads_are_shortened() {
    let ids: Vec<String> = (0..100).map(|index| format!("{index}@x")).collect();
    let kept = references(&ids);
    assert_eq!(
        (kept.len(), kept[0].as_str(), kept[1].as_str(), kept[19].as_str()),
        (20, "0@x", "81@x", "99@x")
    );
    assert_eq!(references(&ids[..3]), &ids[..3]);
    assert_eq!(references(&[]), Vec::<String>::new());
}

/// The names of the headers before the first empty line, folded lines joined.
fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    assert!(!head.replace("\r\n", "").contains(['\r', '\n', '\0']), "{head:?}");
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split(':').next().unwrap_or_default().to_lowercase()).collect()
}

fn hostile() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "x\r\nBcc: evil@example.org",
        "x\nBcc: evil@example.org",
        "x\rBcc: e@x",
        "a@b.c>, <evil@example.org",
        "\0",
        "",
        "a, evil@example.org",
        "\"\r\n\r\nbody",
        "=?utf-8?Q?=0D=0ABcc:_e@x?=",
        "group: a@b.c;",
        "\u{2028}Bcc: e@x",
    ]);
    prop_oneof![known.prop_map(str::to_owned), any::<String>(), Just("ü\r\n".repeat(500))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_field_adds_a_header_or_recipient(a in hostile(), b in hostile(), c in hostile()) {
        let mail = Outgoing {
            from: Address { name: Some(a.clone()), email: b.clone() },
            to: Address { name: Some(b.clone()), email: format!("k{c}@example.com") },
            reply_to: Some(c.clone()), subject: a.clone(), text: b.clone(), html: Some(c.clone()),
            language: Some(c.clone()), message_id: a.clone(), in_reply_to: Some(b.clone()), references: vec![c.clone(), a.clone()],
            automatic: true, unsubscribe: Some(format!("https://x/{a}")), date_unix: 0,
            files: vec![Enclosed { name: a.clone(), content_type: "text/plain".into(), bytes: c.clone().into_bytes() }],
            headers: vec![(a.clone(), b.clone()), ("X-A".into(), c.clone()), ("List-Unsubscribe".into(), c.clone())],
        };
        let bytes = compose(&mail);
        let names = header_names(&bytes);
        for unwanted in ["bcc", "cc", "resent-to"] {
            prop_assert!(!names.iter().any(|name| name == unwanted), "{names:?}");
        }
        for once in ["to", "from", "subject", "date", "message-id", "content-type", "mime-version"] {
            prop_assert_eq!(names.iter().filter(|name| *name == once).count(), 1, "{}: {:?}", once, &names);
        }
        prop_assert_eq!(parse(&bytes).to.len(), 1);
    }
}
