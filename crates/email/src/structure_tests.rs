//! Which part of a mail is text and which is a file, whatever their order and nesting.

use crate::{Mail, parse};

/// A mail whose body follows the type.
fn mail(content_type: &str, body: &str) -> Mail {
    let raw = format!("From: a@b.c\nContent-Type: {content_type}\n\n{body}");
    parse(raw.as_bytes())
}

fn texts(content_type: &str, body: &str) -> (String, Option<String>, usize) {
    let mail = mail(content_type, body);
    (mail.text, mail.html, mail.attachments.len())
}

const TEXT: &str = "Content-Type: text/plain\n\nplain\n";
const HTML: &str = "Content-Type: text/html\n\n<p>rich</p>\n";
const IMAGE: &str = "Content-Type: image/png\nContent-ID: <i@x>\n\nPNG\n";

#[test]
fn one_of_several_forms_is_read() {
    let rich = Some("<p>rich</p>".to_owned());
    let body = format!("--b\n{TEXT}--b\n{HTML}--b--\n");
    assert_eq!(
        texts("multipart/alternative; boundary=b", &body),
        ("plain".into(), rich.clone(), 0)
    );
    let blank = format!("--b\nContent-Type: text/plain\n\n \n--b\n{HTML}--b--\n");
    let read = texts("multipart/alternative; boundary=b", &blank);
    assert_eq!((read.0.trim(), read.1), ("rich", rich.clone()));
    let related =
        format!("Content-Type: multipart/related; boundary=c\n\n--c\n{HTML}--c\n{IMAGE}--c--\n");
    let body = format!("--b\n{TEXT}--b\n{related}--b--\n");
    assert_eq!(texts("multipart/alternative; boundary=b", &body), ("plain".into(), rich, 1));
}

#[test]
fn every_text_is_read_in_order() {
    let body = format!("--b\n{TEXT}--b\n{IMAGE}--b\n{HTML}--b\n\nlast\n--b--\n");
    let (text, html, files) = texts("multipart/mixed; boundary=b", &body);
    let lines: Vec<_> = text.split_whitespace().collect();
    assert_eq!((lines, files), (vec!["plain", "rich", "last"], 1));
    let html = html.unwrap();
    assert!(html.find("plain") < html.find("<p>rich</p>") && html.contains("last"), "{html}");
}

#[test]
fn a_declaration_may_be_wrong() {
    let body = format!("--x\n{TEXT}--x--\n");
    for declared in [
        "multipart/mixed",
        "multipart/mixed; boundary=",
        "multipart/mixed; boundary=y",
        "multipart/mixed; boundary=\"x \"",
        "MULTIPART/Mixed; Boundary=x; charset=utf-8",
        "multipart; boundary=x",
        "text/plain\nContent-Type: multipart/mixed; boundary=x",
    ] {
        let text = mail(declared, &body).text;
        assert!(text.contains("plain"), "{declared}: {text}");
    }
    assert_eq!(mail("multipart/mixed; boundary=x", &body).text, "plain");
    assert_eq!(mail("multipart/mixed; boundary=y", &body).text, "plain");
    assert_eq!(mail("multipart/mixed; boundary=y", "no parts").text, "no parts");
    assert_eq!(mail("multipart/mixed; boundary=y", "--y\n--y--").text, "--y\n--y--");
    assert_eq!(mail("text", "words").text, "words");
    assert_eq!(mail("nonsense", "words").text, "words");
}

#[test]
fn a_part_without_an_end_is_read() {
    let inner = format!("Content-Type: multipart/mixed; boundary=c\n\n--c\n{TEXT}");
    let body = format!("--b\n{inner}--b\n\nlast\n");
    assert_eq!(mail("multipart/mixed; boundary=b", &body).text, "plain\nlast\n");
}

#[test]
fn a_header_without_an_empty_line_ends_at_the_text() {
    let body = "--b\nContent-Type: text/plain\nwords\n\nmore\n--b--\n";
    assert_eq!(mail("multipart/mixed; boundary=b", body).text, "words\n\nmore");
    let mail = parse(b"From: a@b.c\nSubject: s\nwords without a colon\n");
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("s", "words without a colon\n"));
}

#[test]
fn empty_lines_may_come_first() {
    let mail = parse(b"\r\n\r\nFrom: a@b.c\r\nSubject: s\r\n\r\nhi");
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("s", "hi"));
}

#[test]
fn mails_within_are_files_however_encoded() {
    let inner = "From: x@y.z\nSubject: inner\n\nwords\n";
    let encoded = data_encoding::BASE64.encode(inner.as_bytes());
    let body = format!(
        "--b\n{TEXT}--b\nContent-Type: message/rfc822\n\n{inner}\n--b\nContent-Type: message/rfc822\n\
Content-Transfer-Encoding: base64\n\n{encoded}\n--b--\n"
    );
    let mail = mail("multipart/mixed; boundary=b", &body);
    assert_eq!(mail.text, "plain");
    let files: Vec<_> = mail.attachments.iter().map(|file| file.bytes.as_slice()).collect();
    assert_eq!(files, [inner.as_bytes(), inner.as_bytes()]);
    let digest = super::message(
        b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: s\n\nhi\n--b--",
    );
    assert_eq!(digest.attachments.len(), 1);
}

#[test]
fn sets_of_characters_are_those_declared() {
    let rows = [
        ("text/plain; charset=utf-7", "+APw-ber", "über"),
        ("text/plain; charset=iso-2022-jp", "\u{1b}$B%O%m!<\u{1b}(B", "ハロー"),
        ("text/plain; charset=nonsense", "ü", "ü"),
        ("text/plain", "ü", "ü"),
    ];
    for (declared, body, expected) in rows {
        assert_eq!(mail(declared, body).text, expected, "{declared}");
    }
    let raw = b"From: a@b.c\nSubject: \xc4\xe3\xba\xc3\nContent-Type: text/plain; charset=gb2312\n\n\xc4\xe3";
    let mail = parse(raw);
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("你好", "你"));
}
