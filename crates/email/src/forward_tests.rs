//! Passed-on mails as programs write them, and answers that only look like one.

use super::*;

fn from(name: &str, email: &str) -> Option<Address> {
    Some(Address { name: (!name.is_empty()).then(|| name.to_owned()), email: email.to_owned() })
}

#[test]
fn marked_mails_are_found() {
    let rows = [
        "---------- Forwarded message ---------\nFrom: Ana Lima <ana@example.com>\nDate: Mon, 23 Nov 2026 09:00\nSubject: vpn\nTo: <desk@desk.test>\n\n\nIt is down.",
        "Begin forwarded message:\n\nFrom: Ana Lima <ana@example.com>\nSubject: vpn\nDate: 23 November 2026\nTo: desk@desk.test\n\nIt is down.",
        "Begin forwarded message:\n\n> From: Ana Lima <ana@example.com>\n> Subject: vpn\n> Date: 23 November 2026\n> \n> It is down.",
        "> Begin forwarded message:\n> \n> From: Ana Lima <ana@example.com>\n> Subject: vpn\n> Date: 23 November 2026\n>\n> It is down.",
        "-------- Weitergeleitete Nachricht --------\nBetreff: vpn\nDatum: Mon, 23 Nov 2026 09:00:00 +0100\nVon: Ana Lima <ana@example.com>\nAn: desk@desk.test\n\nIt is down.",
        "Anfang der weitergeleiteten Nachricht:\n\nVon: \"Ana Lima\" <ana@example.com>\nBetreff: vpn\nDatum: 23. November 2026\nAn: desk@desk.test\n\nIt is down.",
        "---------- Message transféré ---------\nDe : Ana Lima <ana@example.com>\nDate : lun. 23 nov. 2026\nObjet : vpn\nÀ : <desk@desk.test>\n\nIt is down.",
        "---------- Mensaje reenviado ---------\nDe: Ana Lima <ana@example.com>\nFecha: lun, 23 nov 2026\nAsunto: vpn\nPara: <desk@desk.test>\n\nIt is down.",
        "---------- Messaggio inoltrato ---------\nDa: Ana Lima <mailto:ana@example.com>\nData: lun 23 nov 2026\nOggetto: vpn\nA: <desk@desk.test>\n\nIt is down.",
        "-------- Пересылаемое сообщение --------\nОт: Ana Lima [ana@example.com]\nДата: 23.11.2026\nТема: vpn\nКому: desk@desk.test\n\nIt is down.",
        "---------- 转发的邮件 ---------\n发件人： Ana Lima <ana@example.com>\n日期： 2026年11月23日\n主题： vpn\n收件人： <desk@desk.test>\n\nIt is down.",
    ];
    for mail in rows {
        for above in ["", "Please look.\n\n-- \nKofi\n\n"] {
            let found = forwarded("vpn", &format!("{above}{mail}")).unwrap();
            let expected = Forwarded {
                before: above.trim().to_owned(),
                from: from("Ana Lima", "ana@example.com"),
                subject: Some("vpn".to_owned()),
                text: "It is down.".to_owned(),
            };
            assert_eq!(found, expected, "{mail}");
        }
    }
}

#[test]
fn outlook_is_believed_by_the_subject() {
    let block = "From: Ana <ana@example.com>\nSent: Monday\nTo: Kofi\nSubject: vpn\n\nIt is down.";
    let mails = [
        format!("Look.\n________________________________\n{block}"),
        format!("Look.\n\n-----Original Message-----\n{block}"),
        format!("Look.\n\n{block}"),
    ];
    for mail in mails {
        for subject in ["FW: vpn", "Fwd: vpn", "WG: vpn", "TR : vpn", "[Fwd: vpn]", "转发：vpn"]
        {
            let found = forwarded(subject, &mail).unwrap();
            assert_eq!((found.before.as_str(), found.text.as_str()), ("Look.", "It is down."));
            assert_eq!(found.from, from("Ana", "ana@example.com"));
        }
        for subject in ["", "vpn", "Re: vpn", "RE: FW: vpn", "AW: WG: vpn"] {
            assert_eq!(forwarded(subject, &mail), None, "{subject}");
        }
    }
}

#[test]
fn answers_are_not_passed_on() {
    let rows = [
        "",
        "No.",
        "Forwarded message: see the file",
        "I got a ---------- Forwarded message ---------- again",
        "---------- Forwarded message ----------\nbut no headers",
        "Yes.\n\nOn 23 Nov 2026, at 09:00, Kofi wrote:\n\n> ---------- Forwarded message ---------\n> From: Ana <ana@example.com>\n> Date: Monday\n> Subject: vpn\n>\n> old",
        "Yes.\n\nOn 23 Nov 2026, at 09:00, Kofi wrote:\n\n---------- Forwarded message ---------\nFrom: Ana <ana@example.com>\nDate: Monday\nSubject: vpn\n\nold",
        "Yes.\n\nFrom: Kofi <kofi@desk.test>\nSent: Monday\nTo: Ana\nSubject: FW: vpn\n\n-----Forwarded Message-----\nFrom: Ana <ana@example.com>\nSent: Monday\nSubject: vpn\n\nold",
    ];
    for text in rows {
        assert_eq!(forwarded("Re: Fwd: vpn", text), None, "{text}");
    }
}

#[test]
fn senders_are_read() {
    let rows = [
        ("Ana <ana@example.com>", from("Ana", "ana@example.com")),
        ("Ana<mailto:ana@example.com>", from("Ana", "ana@example.com")),
        ("Ana [mailto:ana@example.com]", from("Ana", "ana@example.com")),
        ("ana@example.com <ana@example.com>", from("ana@example.com", "ana@example.com")),
        ("\"boss@desk.test\" <evil@example.com>", from("boss@desk.test", "evil@example.com")),
        ("ana@example.com (Ana)", from("", "ana@example.com")),
        ("ana@example.com<mailto:ana@example.com>", from("ana@example.com", "ana@example.com")),
        ("Ana <ana@example.com.", from("Ana", "ana@example.com")),
        ("<ana@example.com>", from("", "ana@example.com")),
        (
            "Ana via Desk <ana@example.com> on behalf of Kofi",
            from("Ana via Desk", "ana@example.com"),
        ),
        ("Ana", None),
        ("", None),
        ("<>", None),
    ];
    for (value, expected) in rows {
        assert_eq!(address(value), expected, "{value}");
    }
}
