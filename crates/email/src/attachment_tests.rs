//! Which files a mail has, their names and their bytes.

use crate::parse;

/// A part with headers of its own.
fn part(headers: &str, body: &str) -> String {
    format!("--b\r\n{headers}\r\n\r\n{body}\r\n")
}

fn mail(parts: &[String]) -> Vec<u8> {
    let head = "From: a@b.c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    format!("{head}{}--b--\r\n", parts.concat()).into_bytes()
}

fn names(parts: &[String]) -> Vec<String> {
    parse(&mail(parts)).attachments.into_iter().map(|file| file.name).collect()
}

#[test]
fn every_part_is_kept_under_a_safe_name_of_its_own() {
    let long = "ü".repeat(300);
    let written = [
        "attachment; filename=\"../../a.txt\"",
        "attachment; filename=\"C:\\\\temp\\\\a.txt\"",
        "attachment; filename=\"b\0.txt\"",
        "attachment; filename*=utf-8''c%0D%0Ad.txt",
        "attachment; filename*=utf-8''fdp.%E2%80%AEexe",
        "attachment; filename=\"\"",
        "attachment; filename=\"..\"",
        "attachment; filename=\"=?utf-8?Q?=C3=9C.txt?=\"",
        "attachment; filename*0*=utf-8''%C3%9Cber; filename*1=sicht.txt",
        "attachment; filename=\"Gr\u{fc}n.txt\"",
        "attachment",
    ];
    let parts: Vec<_> =
        written.iter().map(|text| part(&format!("Content-Disposition: {text}"), "x")).collect();
    let expected = [
        "a.txt",
        "a (2).txt",
        "b .txt",
        "c d.txt",
        "fdp.exe",
        "attachment-6",
        "attachment-7",
        "Ü.txt",
        "Übersicht.txt",
        "Grün.txt",
        "attachment-11",
    ];
    assert_eq!(names(&parts), expected);
    let disposition = format!("Content-Disposition: attachment; filename=\"{long}.pdf\"");
    assert_eq!(names(&[part(&disposition, "x")]), [format!("{}.pdf", "ü".repeat(146))]);
}

#[test]
fn text_files_keep_their_bytes() {
    let headers = "Content-Type: text/plain; charset=iso-8859-1; name=a.txt\r\n\
Content-Disposition: attachment\r\nContent-Transfer-Encoding: quoted-printable";
    let mail = parse(&mail(&[part("A: b", "hi"), part(headers, "Gr=FC=DFe")]));
    assert_eq!(mail.text, "hi");
    assert_eq!(
        mail.attachments.first().map(|file| file.bytes.as_slice()),
        Some(&b"Gr\xfc\xdfe"[..])
    );
}

#[test]
fn a_text_that_is_a_file_is_read_when_there_is_no_other() {
    let named = part(
        "Content-Type: text/plain; charset=iso-8859-1; name=a.txt\r\nContent-Transfer-Encoding: quoted-printable",
        "Gr=FCn",
    );
    let alone = parse(&mail(std::slice::from_ref(&named)));
    assert_eq!((alone.text.as_str(), alone.attachments.len()), ("Grün", 1));
    assert_eq!(alone.attachments.first().map(|file| file.bytes.as_slice()), Some(&b"Gr\xfcn"[..]));
    let beside = parse(&mail(&[part("A: b", "hi"), named]));
    assert_eq!((beside.text.as_str(), beside.attachments.len()), ("hi", 1));
}

#[test]
fn nothing_is_no_file() {
    let parts = [
        part("A: b", "hi"),
        part("Content-Type: image/png", ""),
        part("Content-Type: image/png; name=a.png", ""),
    ];
    assert_eq!(names(&parts), ["a.png"]);
}

#[test]
fn invitations_are_files_and_speak_for_themselves() {
    let event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Lamp\r\nEND:VEVENT\r\nEND:VCALENDAR";
    let invitation = part("Content-Type: text/calendar; method=REQUEST", event);
    let alone = parse(&mail(std::slice::from_ref(&invitation)));
    assert_eq!(alone.text, "Invitation: Lamp");
    assert_eq!(alone.attachments.first().map(|file| file.name.as_str()), Some("invite.ics"));
    let beside = parse(&mail(&[part("A: b", "hi"), invitation]));
    assert_eq!((beside.text.as_str(), beside.attachments.len()), ("hi", 1));
}

#[test]
fn what_outlook_wrapped_is_unwrapped() {
    // A signature, a key, a text, the beginning of a file, its data and its title.
    let wrapped = [
        &[0x78, 0x9f, 0x3e, 0x22, 1, 0][..],
        &[1, 0x0c, 0x80, 2, 0, 3, 0, 0, 0, b'h', b'i', 0, 0, 0],
        &[2, 0x02, 0x90, 6, 0, 0, 0, 0, 0, 0, 0],
        &[2, 0x0f, 0x80, 6, 0, 1, 0, 0, 0, b'x', 0, 0],
        &[2, 0x10, 0x80, 1, 0, 6, 0, 0, 0, b'a', b'.', b't', b'x', b't', 0, 0, 0],
    ]
    .concat();
    let encoded = data_encoding::BASE64_MIME.encode(&wrapped);
    let headers =
        "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64";
    let mail = parse(&mail(&[part(headers, &encoded)]));
    let files: Vec<_> =
        mail.attachments.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
    assert_eq!((mail.text.as_str(), files), ("hi", vec![("a.txt", &b"x"[..])]));
    assert_eq!(
        names(&[part("Content-Type: application/ms-tnef; name=winmail.dat", "broken")]),
        ["winmail.dat"]
    );
}

#[test]
fn files_written_into_the_text_are_files_too() {
    let text = "Hello\r\nbegin 644 a.txt\r\n\"2&D`\r\n`\r\nend";
    let mail = parse(&mail(&[part("A: b", text)]));
    assert!(mail.text.contains("begin 644"));
    assert_eq!(mail.attachments.first().map(|file| file.bytes.as_slice()), Some(&b"Hi"[..]));
}
