//! Tells mail of machines from mail of people, so that no loop starts and no bounce opens a ticket.
//! Rules: RFC 3834, RFC 2919, RFC 6522, RFC 5965, RFC 8098 and the headers common programs set. Where these are
//! missing, `subjects` knows how absence notes begin and `wording` how a notice of lost mail is laid out.
//! Who did not get which mail is read in `delivery_report`.

mod subjects;
mod wording;

use std::fmt;

use mail_parser::{Message, MimeHeaders};

use crate::header;
use subjects::Away;

/// Local parts and names of programs that carry mail.
const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mailer_daemon",
    "mailerdaemon",
    "mailer daemon",
    "mail delivery s",
    "mail deliver s",
];
/// Headers that programs set on answers nobody wrote.
const MACHINE: &[&str] = &[
    "X-Auto-Response-Suppress",
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponse",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
    "X-FC-MachineGenerated",
    "X-AMAZON-MAIL-RELAY-TYPE",
    "X-Loop",
];
/// Headers of mailing lists: RFC 2919, RFC 2369, and those of older programs.
const LIST: &[&str] = &[
    "List-Id",
    "List-Unsubscribe",
    "List-Post",
    "X-BeenThere",
    "Mailing-List",
    "X-Mailing-List",
    "X-MLServer",
    "X-ML-Name",
];
/// How local parts of senders of mailing lists begin and end; people's mail passes through these lists in bulk.
const OWNER_BEGINS: &[&str] = &["owner-", "bounce-", "bounces-", "request-"];
const OWNER_ENDS: &[&str] = &["-owner", "-bounces", "-bounce", "-admin", "-request"];

/// The kind of machine that wrote a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Automatic {
    /// A mail that could not be delivered.
    Bounce,
    /// An absence note, a receipt or another answer without a person.
    AutoReply,
    /// A mailing list or newsletter.
    List,
    /// A complaint or another machine-readable report.
    Report,
}

impl fmt::Display for Automatic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bounce => "bounce",
            Self::AutoReply => "auto_reply",
            Self::List => "list",
            Self::Report => "report",
        })
    }
}

/// What is known of a mail's writer besides its headers.
pub(crate) struct Writer<'m> {
    /// The address in `From`.
    pub(crate) from: Option<&'m str>,
    /// The envelope sender was empty.
    pub(crate) null_return_path: bool,
    /// The subject on one line.
    pub(crate) subject: &'m str,
    /// The text.
    pub(crate) text: &'m str,
}

/// What a mail says of its writer; the surest sign counts first.
pub(crate) fn of(message: &Message<'_>, writer: &Writer<'_>) -> Option<Automatic> {
    let headers = Headers(message);
    report(message)
        .or_else(|| writer.from.and_then(system_sender))
        .or_else(|| headers.daemon())
        .or_else(|| headers.auto_submitted())
        .or_else(|| headers.list())
        .or_else(|| headers.auto_reply())
        .or_else(|| headers.away(writer.subject))
        .or_else(|| wording::judge(message, writer.from, writer.subject, writer.text))
        .or_else(|| writer.null_return_path.then_some(Automatic::Bounce))
}

/// RFC 6522: `multipart/report` with the kind of report as a parameter; programs that leave it out report lost mail.
fn report(message: &Message<'_>) -> Option<Automatic> {
    let content_type = message.content_type()?;
    let is_report = content_type.ctype().eq_ignore_ascii_case("multipart")
        && content_type.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"));
    if !is_report {
        return None;
    }
    let kind =
        content_type.attribute("report-type").unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "delivery-status" | "" => Some(Automatic::Bounce),
        "disposition-notification" => Some(Automatic::AutoReply),
        _ => Some(Automatic::Report),
    }
}

fn system_sender(from: &str) -> Option<Automatic> {
    let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    matches!(local.as_str(), "mailer-daemon" | "postmaster" | "post_master")
        .then_some(Automatic::Bounce)
}

struct Headers<'m, 'x>(&'m Message<'x>);

impl Headers<'_, '_> {
    /// RFC 3834 section 5: everything but `no` is automatic.
    fn auto_submitted(&self) -> Option<Automatic> {
        let value = self.word("Auto-Submitted")?;
        match value.as_str() {
            "no" => None,
            "auto-replied" => Some(Automatic::AutoReply),
            _ => Some(self.list().unwrap_or(Automatic::AutoReply)),
        }
    }

    /// Programs that carry mail, also where they give no address; and Exim's and Gmail's list of recipients.
    fn daemon(&self) -> Option<Automatic> {
        let names_daemon = |header: &str| {
            header::raw(self.0, header)
                .map(|value| value.to_lowercase())
                .is_some_and(|value| DAEMONS.iter().any(|daemon| value.contains(daemon)))
        };
        let carries = names_daemon("From") || self.0.header("X-Failed-Recipients").is_some();
        carries.then_some(Automatic::Bounce)
    }

    fn list(&self) -> Option<Automatic> {
        let precedence = self.precedence();
        let listed = LIST.iter().any(|name| self.0.header(*name).is_some())
            || precedence.as_deref() == Some("list")
            || precedence.as_deref() == Some("bulk") && self.sent_by_list_owner();
        listed.then_some(Automatic::List)
    }

    /// Lists older than RFC 2919 are known by the address they send from.
    fn sent_by_list_owner(&self) -> bool {
        let is_owner = |name: &&str| {
            let sender = self.word(name).unwrap_or_default();
            let local = sender.trim_start_matches('<').split('@').next().unwrap_or_default();
            OWNER_BEGINS.iter().any(|beginning| local.starts_with(beginning))
                || OWNER_ENDS.iter().any(|end| local.ends_with(end))
        };
        ["Sender", "Return-Path"].iter().any(is_owner)
    }

    fn auto_reply(&self) -> Option<Automatic> {
        let stated = |name: &&str| {
            self.word(name).is_some_and(|value| !matches!(value.as_str(), "no" | "none"))
        };
        let precedence = self.precedence();
        let automatic =
            matches!(precedence.as_deref(), Some("bulk" | "junk" | "auto_reply" | "auto-reply"))
                || MACHINE.iter().any(stated)
                || self.word("X-Autogenerated").as_deref() == Some("reply");
        automatic.then_some(Automatic::AutoReply)
    }

    fn precedence(&self) -> Option<String> {
        self.word("Precedence").or_else(|| self.word("X-Precedence"))
    }

    /// An absence note by its subject; words a person may use as well count only in answers.
    fn away(&self, subject: &str) -> Option<Automatic> {
        let answers = || ["In-Reply-To", "References"].iter().any(|name| self.word(name).is_some());
        let away = match subjects::away(subject)? {
            Away::Surely => true,
            Away::WhenAnswering => answers(),
        };
        away.then_some(Automatic::AutoReply)
    }

    /// The first word of a header in lowercase, without parameters; empty when the header is.
    fn word(&self, name: &str) -> Option<String> {
        let text = header::raw(self.0, name)?;
        let word = text.trim().split([' ', ';', '(', '\t', '\r', '\n']).next().unwrap_or_default();
        Some(word.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Automatic, parse};

    #[test]
    fn headers_tell_machines_from_people() {
        use Automatic::{AutoReply, Bounce, List, Report};
        let rows = [
            ("", None),
            ("Auto-Submitted: no\r\n", None),
            ("Auto-Submitted: auto-replied (vacation)\r\n", Some(AutoReply)),
            ("auto-submitted: auto-generated\r\n", Some(AutoReply)),
            ("Auto-Submitted: auto-generated\r\nList-Id: <a.b>\r\n", Some(List)),
            ("Auto-Submitted: auto-replied\r\nReturn-Path: <>\r\n", Some(AutoReply)),
            ("Precedence: bulk\r\n", Some(AutoReply)),
            ("Precedence: JUNK\r\n", Some(AutoReply)),
            ("Precedence: auto_reply\r\n", Some(AutoReply)),
            ("Precedence: list\r\n", Some(List)),
            ("Precedence: first-class\r\n", None),
            ("X-Auto-Response-Suppress: All\r\n", Some(AutoReply)),
            ("X-Auto-Response-Suppress: None\r\n", None),
            ("X-Autoreply: yes\r\n", Some(AutoReply)),
            ("X-Autorespond: away\r\n", Some(AutoReply)),
            ("X-Loop: desk\r\n", Some(AutoReply)),
            ("List-Unsubscribe: <mailto:u@example.com>\r\n", Some(List)),
            ("X-Precedence: bulk\r\n", Some(AutoReply)),
            ("Precedence: bulk\r\nSender: owner-cats@example.com\r\n", Some(List)),
            ("Precedence: bulk\r\nReturn-Path: <cats-bounces@example.com>\r\n", Some(List)),
            ("Sender: owner-cats@example.com\r\n", None),
            ("X-BeenThere: cats@example.com\r\n", Some(List)),
            ("X-Autogenerated: reply\r\n", Some(AutoReply)),
            ("X-Autogenerated: group\r\n", None),
            ("X-Mail-Autoreply: yes\r\n", Some(AutoReply)),
            ("X-AMAZON-MAIL-RELAY-TYPE: notification\r\n", Some(AutoReply)),
            ("X-Failed-Recipients: a@example.com\r\n", Some(Bounce)),
            ("Return-Path: <MAILER-DAEMON>\r\n", Some(Bounce)),
            ("Content-Type: multipart/report; boundary=b\r\n", Some(Bounce)),
            ("Return-Path: <>\r\n", Some(Bounce)),
            ("Return-Path: <a@example.com>\r\n", None),
            (
                "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
                Some(Bounce),
            ),
            (
                "Content-Type: multipart/report; report-type=\"feedback-report\"; boundary=b\r\n",
                Some(Report),
            ),
            (
                "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n",
                Some(AutoReply),
            ),
            ("Content-Type: multipart/mixed; report-type=delivery-status; boundary=b\r\n", None),
        ];
        for (headers, expected) in rows {
            let raw = format!("{headers}From: Kofi <kofi@example.com>\r\nSubject: s\r\n\r\nhi\r\n");
            assert_eq!(parse(raw.as_bytes()).automatic, expected, "{headers}");
        }
        let daemons = [
            "MAILER-DAEMON@example.com",
            "postmaster@example.com",
            "post_master@example.com",
            "MAILER-DAEMON <>",
            "MAILER-DAEMON (Mail Delivery System)",
            "Mail Delivery Subsystem <admin@example.com>",
        ];
        for from in daemons {
            let raw = format!("From: {from}\r\n\r\nhi\r\n");
            assert_eq!(parse(raw.as_bytes()).automatic, Some(Bounce), "{from}");
        }
        assert_eq!(AutoReply.to_string(), "auto_reply");
    }
}
