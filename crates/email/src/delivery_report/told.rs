//! Whom a report tells of, by the surest source that names anybody: the fields of its machine-readable part, the
//! JSON of SES, a header that lists recipients, the notice's plain words, and last whom the returned mail was for.
//! Why they did not get the mail is judged in `judged`.

use mail_parser::Message;

use super::addresses::{Found, Rank};
use super::fields::Group;
use super::judged::MOST_FAILURES;
use super::notice::Notice;
use super::original::Original;
use super::{addresses, cause, codes, ses};
use crate::header;
use crate::text::words;

/// Lines about one recipient that are read.
const MOST_LINES: usize = 5;

/// A recipient as a report tells of it, before the reason is judged.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The address.
    pub(super) recipient: String,
    /// The mail is still being tried.
    pub(super) is_delayed: bool,
    /// The status the report states.
    pub(super) status: Option<String>,
    /// What the server answered; empty when the report does not say.
    pub(super) answer: String,
    /// What the reporting program made of the answer.
    pub(super) category: String,
}

/// What there is to read.
pub(super) struct Sources<'s> {
    pub(super) message: &'s Message<'s>,
    pub(super) notice: Notice<'s>,
    pub(super) groups: &'s [Group],
    pub(super) original: &'s Original,
    /// The addresses the report was sent to.
    pub(super) ours: &'s [&'s str],
}

impl Sources<'_> {
    /// The recipients who did not get the mail or not yet.
    pub(super) fn told(&self) -> Vec<Told> {
        let stated: Vec<_> = self.groups.iter().filter_map(Fate::of).collect();
        if !stated.is_empty() {
            return stated.into_iter().filter_map(Fate::failure).collect();
        }
        if ses::kind(self.notice.own).is_some() {
            return ses::failures(self.notice.own);
        }
        let subject = self.message.subject().unwrap_or_default();
        let words = words(&format!("{subject}\n{}", self.notice.own));
        let recipients = self.listed().unwrap_or_else(|| self.named(&words));
        let is_delayed = cause::is_delay(&words);
        let told = |recipient: String| Told {
            is_delayed,
            answer: lines_about(&recipient, self.notice.own),
            recipient,
            ..Told::default()
        };
        recipients.into_iter().take(MOST_FAILURES).map(told).collect()
    }

    /// Exim and Gmail list the recipients in a header.
    fn listed(&self) -> Option<Vec<String>> {
        let listed = header::raw(self.message, "X-Failed-Recipients")?;
        Some(listed.split(',').filter_map(addresses::first).map(str::to_owned).collect())
    }

    /// The recipients the notice names, or the only one the returned mail was for; none when it is no failure.
    fn named(&self, words: &str) -> Vec<String> {
        if !cause::is_failure(words) {
            return Vec::new();
        }
        let is_ours = |address: &str| {
            let senders = self.original.senders.iter().map(String::as_str);
            self.ours.iter().copied().chain(senders).any(|our| our.eq_ignore_ascii_case(address))
        };
        let found = addresses::all(self.notice.own);
        let named = plainest(&found, is_ours);
        if named.is_empty() { self.guessed(&found) } else { named }
    }

    /// Whom the returned mail was for, when that was one; else those it was for whom the notice mentions.
    fn guessed(&self, found: &[Found]) -> Vec<String> {
        match self.original.recipients.as_slice() {
            _ if self.original.is_report() => Vec::new(),
            [only] => vec![only.clone()],
            several => several
                .iter()
                .filter(|to| found.iter().any(|found| found.address.eq_ignore_ascii_case(to)))
                .cloned()
                .collect(),
        }
    }
}

/// The addresses named most plainly. Among equals those of senders are left out; but a line that names the
/// sender's own address alone means it, as in mail to oneself.
fn plainest(found: &[Found], is_ours: impl Fn(&str) -> bool) -> Vec<String> {
    let of = |rank: Rank, ours: bool| -> Vec<String> {
        let these =
            found.iter().filter(|found| found.rank == rank && is_ours(&found.address) == ours);
        these.map(|found| found.address.clone()).collect()
    };
    let order = [
        (Rank::Named, false),
        (Rank::Named, true),
        (Rank::Told, false),
        (Rank::Told, true),
        (Rank::Addressed, false),
    ];
    let mut named = order.into_iter().map(|(rank, ours)| of(rank, ours));
    named.find(|named| !named.is_empty()).unwrap_or_default()
}

/// The lines of a notice in which an address stands.
fn lines_about(address: &str, notice: &str) -> String {
    let address = address.to_ascii_lowercase();
    let lines = notice.lines().filter(|line| line.to_ascii_lowercase().contains(&address));
    lines.take(MOST_LINES).collect::<Vec<_>>().join("\n")
}

/// What became of a recipient of a delivery status or a receipt.
enum Fate {
    Arrived,
    Failed(Told),
}

impl Fate {
    /// What a group of fields states; none when it is about no recipient.
    fn of(group: &Group) -> Option<Self> {
        let names = ["original-recipient", "final-recipient"];
        let recipient = names.iter().find_map(|name| group.get(name).and_then(addresses::first))?;
        let action = super::word(group.get("action").unwrap_or_default());
        if arrived(group, &action) {
            return Some(Self::Arrived);
        }
        Some(Self::Failed(Told {
            recipient: recipient.to_owned(),
            is_delayed: action == "delayed",
            status: group.get("status").and_then(codes::enhanced).map(str::to_owned),
            answer: without_type(group.get("diagnostic-code").unwrap_or_default()).to_owned(),
            category: group.get("x-powermta-bouncecategory").unwrap_or_default().to_lowercase(),
        }))
    }

    fn failure(self) -> Option<Told> {
        match self {
            Self::Arrived => None,
            Self::Failed(told) => Some(told),
        }
    }
}

fn arrived(group: &Group, action: &str) -> bool {
    match (group.get("disposition"), action) {
        (Some(disposition), _) => !refuses(&disposition.to_ascii_lowercase()),
        (None, "delivered" | "relayed" | "expanded" | "deliverable") => true,
        (None, _) => group.get("status").is_some_and(|status| status.starts_with('2')),
    }
}

/// RFC 5429 section 2.1: a filter of the recipient refuses with a receipt for a mail deleted by itself.
fn refuses(disposition: &str) -> bool {
    let (mode, kind) = disposition.split_once(';').unwrap_or((disposition, ""));
    let failed = ["failed", "denied", "error"].iter().any(|word| kind.contains(word));
    failed || mode.contains("automatic-action") && kind.contains("deleted")
}

/// A diagnostic without its type (RFC 3464 section 2.1.2), as in `smtp; 550 no`.
fn without_type(value: &str) -> &str {
    let is_type = |kind: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..40).contains(&kind.len()) && kind.bytes().all(plain)
    };
    match value.split_once(';') {
        Some((kind, rest)) if is_type(kind.trim()) => rest.trim(),
        _ => value,
    }
}
