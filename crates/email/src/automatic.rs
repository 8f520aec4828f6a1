//! Tells mail of machines from mail of people by its headers, so that no loop starts and no bounce opens a ticket.
//! Rules: RFC 3834, RFC 2919, RFC 6522, RFC 5965, RFC 8098 and the headers common programs set. Bodies are not read.

use std::fmt;

use mail_parser::{Message, MimeHeaders};

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

/// What the headers say; the surest sign counts first.
pub(crate) fn of(
    message: &Message<'_>,
    from: Option<&str>,
    null_return_path: bool,
) -> Option<Automatic> {
    let headers = Headers(message);
    report(message)
        .or_else(|| from.and_then(system_sender))
        .or_else(|| headers.auto_submitted())
        .or_else(|| headers.list())
        .or_else(|| headers.auto_reply())
        .or_else(|| null_return_path.then_some(Automatic::Bounce))
}

/// RFC 6522: `multipart/report` with the kind of report as a parameter.
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
        "delivery-status" => Some(Automatic::Bounce),
        "disposition-notification" => Some(Automatic::AutoReply),
        _ => Some(Automatic::Report),
    }
}

fn system_sender(from: &str) -> Option<Automatic> {
    let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    matches!(local.as_str(), "mailer-daemon" | "postmaster").then_some(Automatic::Bounce)
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

    /// RFC 2919 and RFC 2369.
    fn list(&self) -> Option<Automatic> {
        let listed = self.0.header("List-Id").is_some()
            || self.0.header("List-Unsubscribe").is_some()
            || self.word("Precedence").as_deref() == Some("list");
        listed.then_some(Automatic::List)
    }

    fn auto_reply(&self) -> Option<Automatic> {
        let precedence = self.word("Precedence");
        let stated = |name: &str| {
            self.word(name).is_some_and(|value| !matches!(value.as_str(), "no" | "none"))
        };
        let automatic =
            matches!(precedence.as_deref(), Some("bulk" | "junk" | "auto_reply" | "auto-reply"))
                || ["X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Loop"]
                    .iter()
                    .any(|name| stated(name));
        automatic.then_some(Automatic::AutoReply)
    }

    /// The first word of a header in lowercase, without parameters; empty when the header is.
    fn word(&self, name: &str) -> Option<String> {
        let raw =
            self.0.headers().iter().find(|header| header.name().eq_ignore_ascii_case(name))?;
        let bytes = self.0.raw_message.get(raw.offset_start as usize..raw.offset_end as usize)?;
        let text = String::from_utf8_lossy(bytes);
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
        for from in ["MAILER-DAEMON@example.com", "postmaster@example.com"] {
            let raw = format!("From: {from}\r\n\r\nhi\r\n");
            assert_eq!(parse(raw.as_bytes()).automatic, Some(Bounce), "{from}");
        }
        assert_eq!(AutoReply.to_string(), "auto_reply");
    }
}
