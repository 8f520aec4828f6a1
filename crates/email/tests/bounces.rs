//! Measures on collected mail how well machines are told from people and reports are read, prints it as tables, and
//! holds the figures. The mail lies beside the repository and never in it (see `src/test_data.rs`).

use std::collections::BTreeSet;
use std::fmt::Debug;

use email::{Automatic, Failure, Mail, Permanence, parse};
use serde_json::{Map, Value};

#[path = "../src/test_data.rs"]
mod test_data;

use test_data::corpus_files;

/// The side of each corpus that is measured.
const SIDE: &str = "dev";

/// How many of how many, and which not.
#[derive(Default)]
struct Share {
    right: usize,
    wrong: Vec<String>,
}

impl Share {
    fn count(&mut self, right: bool, name: &str, told: impl Debug) {
        match right {
            true => self.right += 1,
            false => self.wrong.push(format!("{name}: {told:?}")),
        }
    }

    /// Prints a row and what is wrong below it, and holds the figure where there was anything to measure.
    fn hold(&self, corpus: &str, what: &str, least_percent: usize) {
        let all = self.right + self.wrong.len();
        if all == 0 {
            return;
        }
        let tenths = 1000 * self.right / all;
        let percent = format!("{}.{}", tenths / 10, tenths % 10);
        println!(
            "{corpus:<13} {what:<24} {:>4} of {all:>4} {percent:>6} % (at least {least_percent})",
            self.right
        );
        self.wrong.iter().for_each(|wrong| println!("    not {wrong}"));
        assert!(tenths >= 10 * least_percent, "{corpus}: {what}: {percent} %");
    }
}

/// The mails of a corpus with what is expected of each; none when it is not on this machine.
fn labelled(corpus: &str) -> Vec<(String, Mail, Value)> {
    let files = corpus_files(&format!("{corpus}/{SIDE}"));
    let Some((_, expected)) = files.iter().find(|(path, _)| path.ends_with("expected.json")) else {
        return Vec::new();
    };
    let expected: Map<String, Value> = serde_json::from_slice(expected).unwrap();
    let mails = files.iter().filter_map(|(path, raw)| {
        let name = name(path);
        Some((name.clone(), parse(raw), expected.get(&name)?.clone()))
    });
    mails.collect()
}

/// The path within the side of a corpus.
fn name(path: &str) -> String {
    path.split(&format!("/{SIDE}/")).nth(1).unwrap_or_default().to_owned()
}

fn failures(mail: &Mail) -> impl Iterator<Item = &Failure> {
    mail.report.iter().flat_map(|report| &report.failures)
}

fn is_silent(mail: &Mail) -> bool {
    mail.automatic.is_some() || mail.null_return_path
}

fn rows(expected: &Value) -> Vec<Value> {
    expected["rows"].as_array().cloned().unwrap_or_default()
}

/// Those of sisimai, without the two that people wrote.
fn sisimai() -> Vec<(String, Mail, Value)> {
    let mut mails = labelled("sisimai");
    mails.retain(|(name, ..)| !name.starts_with("not/"));
    mails
}

/// Bounces whose outcome is stated.
fn sisimai_bounces() -> Vec<(String, Mail, Vec<Value>)> {
    let stated = |(name, mail, expected): (String, Mail, Value)| {
        let rows = rows(&expected);
        let is_bounce = !matches!(expected["class"].as_str(), Some("feedback" | "auto_reply"));
        (is_bounce && !rows.is_empty()).then_some((name, mail, rows))
    };
    sisimai().into_iter().filter_map(stated).collect()
}

/// Those of flufl, without the one that a person wrote.
fn flufl() -> Vec<(String, Mail, Value)> {
    let mut mails = labelled("flufl-bounce");
    mails.retain(|(name, ..)| name != "groupwise_03.txt");
    mails
}

#[test]
fn machines_are_recognised_and_never_answered() {
    for (corpus, mails) in [("sisimai", sisimai()), ("flufl-bounce", flufl())] {
        let (mut known, mut silent) = (Share::default(), Share::default());
        for (name, mail, expected) in &mails {
            known.count(mail.automatic.is_some(), name, &expected["class"]);
            silent.count(is_silent(mail), name, &expected["class"]);
        }
        known.hold(corpus, "recognised", 99);
        silent.hold(corpus, "never answered", 100);
    }
}

#[test]
fn what_lasts_is_told_from_what_passes() {
    let mut share = Share::default();
    for (name, mail, rows) in sisimai_bounces() {
        let expected: BTreeSet<bool> =
            rows.iter().filter_map(|row| row["hardbounce"].as_bool()).collect();
        let found: BTreeSet<bool> =
            failures(&mail).map(|failure| failure.permanence == Permanence::Lasting).collect();
        let arrived = rows.iter().all(|row| row["reason"] == "delivered") && found.is_empty();
        let reasons: Vec<_> = rows.iter().map(|row| row["reason"].as_str()).collect();
        share.count(found == expected || arrived, &name, (reasons, mail.report));
    }
    share.hold("sisimai", "lasting or not", 95);
}

#[test]
fn warnings_are_told_from_failures() {
    let mut share = Share::default();
    for (name, mail, expected) in flufl() {
        if expected["addresses"] != Value::Array(Vec::new()) {
            let mut found =
                failures(&mail).map(|failure| failure.permanence == Permanence::Delayed);
            let delayed = found.next();
            share.count(
                delayed.is_some() && delayed == expected["temporary"].as_bool(),
                &name,
                &mail.report,
            );
        }
    }
    share.hold("flufl-bounce", "delayed or not", 95);
}

#[test]
fn status_codes_are_read() {
    let mut share = Share::default();
    for (name, mail, rows) in sisimai_bounces() {
        let codes = rows.iter().filter_map(|row| row["dsn"].as_str());
        // Codes with a detail from 900 on are sisimai's own, for reports that state none.
        let expected: BTreeSet<&str> =
            codes.filter(|code| !code.contains(".0.9") && !code.starts_with('2')).collect();
        let found: BTreeSet<&str> =
            failures(&mail).filter_map(|failure| failure.status.as_deref()).collect();
        if !expected.is_empty() {
            share.count(found == expected, &name, (&expected, &found));
        }
    }
    share.hold("sisimai", "status code", 95);
}

#[test]
fn recipients_are_read() {
    let mut share = Share::default();
    for (name, mail, expected) in flufl() {
        let all = expected["addresses"].as_array().unwrap().iter().filter_map(Value::as_str);
        let all: BTreeSet<_> = all.map(str::to_lowercase).collect();
        let found: BTreeSet<_> =
            failures(&mail).map(|failure| failure.recipient.to_lowercase()).collect();
        share.count(found == all, &name, (&all, &found));
    }
    share.hold("flufl-bounce", "recipients", 95);
}

#[test]
fn complaints_are_read() {
    let mut share = Share::default();
    for (name, mail, expected) in sisimai() {
        if expected["class"] == "feedback" {
            let kind = mail.report.and_then(|report| report.feedback_type);
            share.count(
                kind.as_deref() == rows(&expected)[0]["feedbacktype"].as_str(),
                &name,
                kind,
            );
        }
    }
    share.hold("sisimai", "kind of complaint", 95);
}

/// Mail that machines wrote among the corpora of ordinary mail, by what each is.
const MACHINES: &[(&str, &str)] = &[
    ("cpython-email/msg_05.txt", "a delivery report, as an example of RFC 3464"),
    ("cpython-email/msg_16.txt", "a bounce"),
    ("cpython-email/msg_25.txt", "a bounce"),
    ("cpython-email/msg_43.txt", "a filter's report of delivery"),
    ("discourse/auto_generated_header.eml", "a test of Auto-Submitted"),
    ("discourse/auto_generated_unblocked.eml", "a test of Auto-Submitted"),
    ("discourse/auto_generated_whitelisted.eml", "a test of Auto-Submitted"),
    ("discourse/bounced_email.eml", "a bounce"),
    ("discourse/bounced_email_multiple_status_codes.eml", "a bounce"),
    ("discourse/hard_bounce_via_verp.eml", "a bounce"),
    ("discourse/invalid_from_2.eml", "from a daemon without an address"),
    ("discourse/soft_bounce_via_verp.eml", "a bounce"),
    ("discourse/verp_bounce_different_final_recipient.eml", "a bounce"),
    ("mimekit/messages/bounce.txt", "a bounce"),
    ("mimekit/messages/delivery-status.anonymized.eml", "a delivery report"),
    ("mimekit/messages/delivery-status2.txt", "a bounce"),
    ("mimekit/messages/disposition-notification.txt", "a receipt, as an example of RFC 8098"),
    ("mimekit/messages/feedback-report.txt", "a complaint, as an example of RFC 5965"),
    ("otobo/EmailParser/PostMaster-Test10.box", "a bounce"),
    ("otobo/PostMaster/PostMaster-Test10.box", "a bounce"),
    ("rt/emails/multipart-report", "a bounce"),
    ("ruby-mail/multipart_report_emails/multipart_report_multiple_status.eml", "a bounce"),
    ("ruby-mail/multipart_report_emails/report_422.eml", "a warning of delay"),
    ("zammad/mail018.box", "a bounce of Exchange"),
    ("zammad/mail052.box", "from a daemon with an empty envelope sender"),
    ("zammad/mail055.box", "a bounce"),
    ("zammad/mail078.box", "a warning of delay"),
    ("zammad/mail089.box", "a notice of another help desk, marked auto-generated"),
    ("zammad/mail090.box", "a notice of another help desk, marked auto-generated"),
];

/// The corpora of ordinary mail.
const ORDINARY: &[&str] = &[
    "zammad",
    "discourse",
    "redmine",
    "rt",
    "otobo",
    "ruby-mail",
    "mimekit",
    "mime4j",
    "cpython-email",
    "freescout",
    "django-helpdesk",
    "talon",
];
/// The corpora of answers, most of which are texts without headers.
const ANSWERS: &[&str] = &[
    "email_reply_parser_crisp",
    "email_reply_parser_github",
    "email_reply_parser_willdurand",
    "email_reply_parser_zapier",
    "email_reply_trimmer",
];

/// The mails and bare texts of a corpus by their names; what is no mail of its own is left out.
fn mails(corpus: &str) -> Vec<(String, Mail)> {
    let is_mail = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or_default();
        let ending = file.rsplit_once('.').map(|(_, ending)| ending);
        matches!(ending, None | Some("box" | "eml" | "msg" | "txt"))
    };
    let files = corpus_files(&format!("{corpus}/{SIDE}"));
    let mails = files.iter().filter(|(path, _)| is_mail(path)).map(|(path, raw)| {
        let path = path.split("/corpora/").nth(1).unwrap_or_default();
        (path.replace(&format!("/{SIDE}/"), "/"), parse(raw))
    });
    mails.collect()
}

/// Mails of people are heard, those of lists included: they open tickets, only nobody answers them by itself.
#[test]
fn people_are_not_muted() {
    let mut heard = Share::default();
    println!("{:<17} {:>6} {:>9} {:>6} {:>6}", "corpus", "mails", "machines", "lists", "muted");
    for corpus in ORDINARY {
        let mut all = mails(corpus);
        all.retain(|(_, mail)| mail.from.is_some() || !mail.subject.is_empty());
        let of_machines = |name: &String| MACHINES.iter().any(|(machine, _)| machine == name);
        let machines = all.iter().filter(|(name, _)| of_machines(name)).count();
        all.retain(|(name, _)| !of_machines(name));
        let lists = all.iter().filter(|(_, mail)| mail.automatic == Some(Automatic::List)).count();
        let muted = |mail: &Mail| !matches!(mail.automatic, None | Some(Automatic::List));
        let wrong = all.iter().filter(|(_, mail)| muted(mail)).count();
        println!("{corpus:<17} {:>6} {machines:>9} {lists:>6} {wrong:>6}", all.len() + machines);
        for (name, mail) in &all {
            heard.count(!muted(mail), name, mail.automatic);
        }
    }
    heard.hold("people", "heard", 99);
}

/// Even under the subject of a bounce, the text of a person is not taken for one.
#[test]
fn people_are_heard_under_any_subject() {
    let mut heard = Share::default();
    for corpus in ORDINARY.iter().chain(ANSWERS) {
        for (name, mail) in mails(corpus) {
            if mail.automatic.is_none() && !mail.text.trim().is_empty() {
                for subject in ["Mail delivery failed", "Undeliverable: printer", "Out of office"] {
                    let head = format!("From: kofi@example.com\r\nSubject: {subject}\r\n\r\n");
                    let kind = parse(format!("{head}{}", mail.text).as_bytes()).automatic;
                    heard.count(kind.is_none(), &name, kind);
                }
            }
        }
    }
    heard.hold("people", "heard under a subject", 99);
}
