//! Reports: those by the standards, those in plain words, those that are forged, broken or endless.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::{Automatic, DeliveryReport, Permanence, parse};

/// Not how fast it is: work that grows with the square of the mail would take minutes.
const HANGS: Duration = Duration::from_secs(60);

const STATUS: &str = "From: MAILER-DAEMON@mx.test\r\nTo: <desk@desk.test>\r\nSubject: Undelivered Mail\r\n\
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system at mx.test.\r\n\r\n\
<ama@example.com>: host a said: 550 5.1.1 User unknown (in reply to RCPT TO command)\r\n\
<kofi@example.com>: host a said: 552 5.2.2 Over quota\r\n\
--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n\
Final-Recipient: rfc822; ama@inner.test\r\nOriginal-Recipient: rfc822;ama@example.com\r\n\
Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n <ama@example.com>: User unknown\r\n\r\n\
Final-Recipient: rfc822; kofi@example.com\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n\
Final-Recipient: rfc822; esi@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n\
Final-Recipient: rfc822; yaw@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <m1@desk.test>\r\nFrom: desk@desk.test\r\n\
To: ama@example.com, kofi@example.com\r\nSubject: Re: vpn\r\n\r\nhi\r\n--b--\r\n";

const COMPLAINT: &str = "From: fbl@example.com\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nA complaint about mail to ama@example.com.\r\n\
--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: Abuse\r\nVersion: 1\r\nOriginal-Rcpt-To: <ama@example.com>\r\n\
--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <m1@desk.test>\r\nTo: x@example.com\r\n--b--\r\n";

fn refusal(disposition: &str) -> String {
    format!(
        "From: ama@example.com\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nYour mail was refused.\r\n\
--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; ama@example.com\r\n\
Original-Message-ID: <m1@desk.test>\r\nDisposition: {disposition}\r\n--b--\r\n"
    )
}

/// A notice in plain words with the desk's mail below it.
fn notice(text: &str) -> Option<DeliveryReport> {
    let raw = format!(
        "From: MAILER-DAEMON@mx.test\r\nTo: desk@desk.test\r\nSubject: failure notice\r\n\r\n{text}"
    );
    parse(raw.as_bytes()).report
}

fn failures(report: &DeliveryReport) -> Vec<(&str, Permanence, Option<&str>)> {
    let mut rows = Vec::new();
    for failure in &report.failures {
        rows.push((failure.recipient.as_str(), failure.permanence, failure.status.as_deref()));
    }
    rows
}

#[test]
fn a_delivery_status_names_who_did_not_get_it() {
    use Permanence::{Delayed, Lasting, Passing};
    let mail = parse(STATUS.as_bytes());
    assert_eq!(mail.automatic, Some(Automatic::Bounce));
    let report = mail.report.unwrap();
    let expected = [
        ("ama@example.com", Lasting, Some("5.1.1")),
        ("kofi@example.com", Passing, Some("5.2.2")),
        ("esi@example.com", Delayed, Some("4.4.1")),
    ];
    assert_eq!(failures(&report), expected);
    let first = report.failures.first().and_then(|failure| failure.diagnostic.as_deref());
    assert_eq!(first, Some("550 5.1.1 <ama@example.com>: User unknown"));
    assert_eq!(report.original_message_id.as_deref(), Some("m1@desk.test"));
    assert_eq!(report.original_recipients, ["ama@example.com", "kofi@example.com"]);
    assert_eq!(report.feedback_type, None);
}

#[test]
fn a_complaint_names_its_kind_and_nobody_who_failed() {
    let report = parse(COMPLAINT.as_bytes()).report.unwrap();
    assert_eq!(report.feedback_type.as_deref(), Some("abuse"));
    assert_eq!(report.original_recipients, ["ama@example.com"]);
    assert_eq!(report.original_message_id.as_deref(), Some("m1@desk.test"));
    assert!(report.failures.is_empty());
}

#[test]
fn a_receipt_reports_only_when_it_refuses() {
    let refused = parse(refusal("automatic-action/MDN-sent-automatically; deleted").as_bytes());
    let report = refused.report.unwrap();
    assert_eq!(failures(&report), [("ama@example.com", Permanence::Passing, None)]);
    assert_eq!(report.original_message_id.as_deref(), Some("m1@desk.test"));
    let read = parse(refusal("manual-action/MDN-sent-manually; displayed").as_bytes());
    assert_eq!((read.automatic, read.report), (Some(Automatic::AutoReply), None));
}

#[test]
fn notices_in_plain_words_are_read() {
    use Permanence::{Delayed, Lasting, Passing};
    let rows = [
        (
            "Hi. This is the qmail-send program at mx.test.\r\n\r\n<ama@example.com>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nFrom: desk@desk.test\r\nTo: kofi@example.com\r\nMessage-ID: <m1@desk.test>\r\n",
            Lasting,
            Some("5.1.1"),
        ),
        (
            "This message was created automatically by mail delivery software.\r\nThe following address(es) failed:\r\n\r\n  ama@example.com\r\n    SMTP error after RCPT TO:<ama@example.com>:\r\n    host a: 550 unrouteable address\r\n",
            Lasting,
            None,
        ),
        (
            "   ----- The following addresses had permanent fatal errors -----\r\n<ama@example.com>\r\n\r\n   ----- Transcript of session follows -----\r\n... while talking to a.test.:\r\n>>> DATA\r\n<<< 550 5.7.1 Message content rejected\r\n",
            Passing,
            Some("5.7.1"),
        ),
        (
            "Your message\r\n\r\n  To:      desk@desk.test\r\n  Subject: vpn\r\n\r\ndid not reach the following recipient(s):\r\n\r\nama@example.com on Mon, 23 Nov 2026\r\n    The recipient name is not recognized\r\n",
            Lasting,
            None,
        ),
        (
            "Could not be delivered to: <ama@example.com>\r\nAs the mailbox is full.\r\n",
            Passing,
            None,
        ),
        (
            "Your message to:\r\n\tama@example.com\r\n\r\nhas not yet been delivered. We will continue to attempt delivery.\r\n",
            Delayed,
            None,
        ),
        (
            "<ama@example.com>: 550 User unknown (in reply to end of DATA command)\r\n",
            Passing,
            None,
        ),
        ("<ama@example.com>: Host not found, NXDOMAIN. 4.4.3\r\n", Lasting, Some("4.4.3")),
        (
            "Your message could not be delivered.\r\nPlease contact <help@mx.test>\r\n\r\n--- Original message ---\r\nFrom: desk@desk.test\r\nTo: ama@example.com\r\n",
            Passing,
            None,
        ),
        (
            "   ----- Transcript of session follows -----\r\n>>> MAIL From:<desk@desk.test>\r\n<<< 550 no such user\r\n554 <ama@example.com>... Remote protocol error\r\n",
            Passing,
            None,
        ),
    ];
    for (text, permanence, status) in rows {
        let report = notice(text).unwrap_or_default();
        assert_eq!(failures(&report), [("ama@example.com", permanence, status)], "{text}");
    }
}

#[test]
fn each_recipient_has_its_own_reason() {
    use Permanence::{Lasting, Passing};
    let text = "  ama@example.com\r\n    550 5.1.1 no such user\r\n  kofi@example.com\r\n    552 mailbox full\r\n  AMA@example.com\r\n    again\r\n";
    let report = notice(text).unwrap();
    let expected =
        [("ama@example.com", Lasting, Some("5.1.1")), ("kofi@example.com", Passing, None)];
    assert_eq!(failures(&report), expected);
}

#[test]
fn a_header_may_list_the_recipients() {
    let raw = "From: a@mx.test\r\nX-Failed-Recipients: ama@example.com,\r\n kofi@example.com\r\n\r\nAll failed.\r\n";
    let mail = parse(raw.as_bytes());
    assert_eq!(mail.automatic, Some(Automatic::Bounce));
    let report = mail.report.unwrap();
    let recipients: Vec<_> =
        report.failures.iter().map(|failure| failure.recipient.as_str()).collect();
    assert_eq!(recipients, ["ama@example.com", "kofi@example.com"]);
}

#[test]
fn notifications_of_amazon_are_read() {
    let text = r#"{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"ama@example.com","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"messageId":"m1"}}"#;
    let report = notice(text).unwrap();
    assert_eq!(failures(&report), [("ama@example.com", Permanence::Lasting, Some("5.1.1"))]);
    let escaped =
        format!("{{\"Type\":\"Notification\",\"Message\":\"{}\"}}", text.replace('"', "\\\""));
    assert_eq!(notice(&escaped).unwrap().failures, report.failures);
    let complaint = text.replace("\"Bounce\"", "\"Complaint\"").replace("bounced", "complained");
    let raw = format!("From: no-reply@sns.test\r\n\r\n{complaint}");
    let mail = parse(raw.as_bytes());
    assert_eq!(mail.automatic, Some(Automatic::Report));
}

#[test]
fn people_and_absence_notes_report_nothing() {
    let rows = [
        "From: ama@example.com\r\nSubject: vpn\r\n\r\nMy mail to <kofi@example.com> failed: 550 5.1.1 user unknown\r\n",
        "From: ama@example.com\r\nAuto-Submitted: auto-replied\r\n\r\nThis address is no longer valid, write to kofi@example.com\r\n",
        "From: ama@example.com\r\nReturn-Path: <>\r\n\r\nI am away. Please write to kofi@example.com\r\n",
    ];
    for raw in rows {
        assert_eq!(parse(raw.as_bytes()).report, None, "{raw}");
    }
}

#[test]
fn a_report_without_its_boundary_or_within_a_gateways_is_read() {
    let broken = STATUS.replace("boundary=b", "boundary=c");
    let report = parse(broken.as_bytes()).report.unwrap();
    assert_eq!(report.failures.len(), 3);
    let inner = STATUS.replace("--b", "--inner").replace("boundary=b", "boundary=inner");
    let wrapped = format!(
        "From: postmaster@gateway.test\r\nSubject: Returned mail\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n\r\nSee below.\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--outer--\r\n"
    );
    assert_eq!(failures(&parse(wrapped.as_bytes()).report.unwrap()), failures(&report));
}

#[test]
fn the_returned_mail_is_known_however_it_is_given_back() {
    let given = [
        "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <m1@desk.test>\r\nTo: ama@example.com\r\n\r\nhi\r\n",
        "--b\r\nContent-Type: message/rfc822\r\n\r\n\r\nMessage-ID: <m1@desk.test>\r\nTo: ama@example.com\r\n\r\nhi\r\n",
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID:\r\n <m1@desk.test>\r\nTo: ama@example.com\r\n",
        "--b\r\n\r\n----- Original message -----\r\n> Message-Id: <m1@desk.test>\r\n> To: ama@example.com\r\n",
    ];
    for given in given {
        let raw = format!(
            "From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nCould not be delivered.\r\n{given}--b--\r\n"
        );
        let report = parse(raw.as_bytes()).report.unwrap_or_default();
        assert_eq!(report.original_message_id.as_deref(), Some("m1@desk.test"), "{given}");
        assert_eq!(report.original_recipients, ["ama@example.com"], "{given}");
        assert_eq!(failures(&report), [("ama@example.com", Permanence::Passing, None)], "{given}");
    }
}

#[test]
fn endless_reports_end() {
    let many: String = (0..5000).map(|number| format!("Final-Recipient: rfc822; a{number}@example.com\r\nAction: failed\r\nDiagnostic-Code: smtp; {}\r\n\r\n", "no such user ".repeat(20))).collect();
    let listed: String =
        (0..20_000).map(|number| format!("<a{number}@example.com>: no such user\r\n")).collect();
    let head = "From: MAILER-DAEMON@mx.test\r\nContent-Type: message/delivery-status\r\n\r\n";
    let plain = "From: MAILER-DAEMON@mx.test\r\n\r\n";
    let shapes = [
        format!("{head}{many}"),
        format!("{plain}{many}"),
        format!("{plain}{listed}"),
        format!("{plain}{}", "\"@\"".repeat(200_000)),
        format!("{plain}{}", "a@b.c".repeat(200_000)),
        format!("{plain}not delivered {}", "@".repeat(500_000)),
        format!("X-Failed-Recipients: {}\r\n\r\nx", "a@b.c,".repeat(100_000)),
    ];
    for shape in shapes {
        let start = Instant::now();
        let report = parse(shape.as_bytes()).report.unwrap_or_default();
        assert!(start.elapsed() < HANGS, "{:?}", start.elapsed());
        assert!(report.failures.len() <= 100, "{}", report.failures.len());
        let longest = report.failures.iter().filter_map(|failure| failure.diagnostic.as_deref());
        assert!(longest.map(str::len).all(|length| length <= 2000));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn any_damage_to_a_report_is_read(
        cut in 0usize..2000, at in 0usize..2000, bytes in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        for report in [STATUS, COMPLAINT] {
            let mut raw = report.as_bytes().to_vec();
            let at = at.min(raw.len());
            raw.splice(at..at, bytes.iter().copied());
            raw.truncate(cut.max(at));
            parse(&raw);
        }
    }

    #[test]
    fn any_text_of_a_daemon_is_read(text in "[ -~\n\r\t<>@.:;=\"ü]{0,400}") {
        notice(&text);
        let fields = format!("From: MAILER-DAEMON@x\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: {text}");
        parse(fields.as_bytes());
    }

    #[test]
    fn any_words_around_an_address_name_it(before in "[a-z ]{0,60}", after in "[a-z ,.]{0,60}") {
        let text = format!("could not be delivered:\r\n\r\n{before}: <ama@example.com>\r\n{after}\r\n");
        let named = notice(&text).is_some_and(|report| report.failures.len() == 1);
        let sender = ["from", "sender", "by", "contact", "von", "de", "to", "cc", "bcc", "subject"];
        prop_assert!(named || before.split_whitespace().any(|word| sender.contains(&word)), "{text}");
    }
}
