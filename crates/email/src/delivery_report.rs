//! What a report about our own mail says: who did not get it, whether that will last, and which mail it was.
//! Sources: RFC 3464 (delivery status), RFC 5965 (complaints), RFC 8098 with RFC 5429 (refusals by receipt), the
//! `X-Failed-Recipients` of Exim and Gmail, and the plain words of programs that know none of these.
//! Anybody can forge a report: whether it is about a mail the desk sent is decided by who reads this.

mod addresses;
mod answers;
mod cause;
mod codes;
mod fields;
mod judged;
mod notice;
mod original;
mod sentences;
mod ses;
mod told;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::text::first_characters;
pub(crate) use cause::is_failure;
use fields::Group;
use judged::MOST_FAILURES;
pub(crate) use notice::Notice;
use original::Original;
pub(crate) use ses::kind as ses_kind;
use told::Sources;

/// Characters of a part that stands in for a missing text.
const LONGEST_STAND_IN: usize = 100_000;

/// A report about mail sent earlier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryReport {
    /// The recipients who did not get the mail or not yet, at most 100, each once.
    pub failures: Vec<Failure>,
    /// The Message-ID of that mail without `<>`, when the report gives it back.
    pub original_message_id: Option<String>,
    /// To whom that mail was, as far as the report gives it back; a hint for reports that name nobody.
    pub original_recipients: Vec<String>,
    /// The kind of complaint in lowercase, such as `abuse` (RFC 5965 section 7.3).
    pub feedback_type: Option<String>,
}

/// A recipient who did not get a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The address the mail was sent to where the report knows it, else the one it ended at.
    pub recipient: String,
    /// Whether writing there again can help.
    pub permanence: Permanence,
    /// The enhanced status code (RFC 3463), such as `5.1.1`.
    pub status: Option<String>,
    /// What the server answered, on one line of at most 500 characters.
    pub diagnostic: Option<String>,
}

/// How long a failure lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permanence {
    /// Nobody reads mail at the address: it is unknown, has moved, or its host takes no mail.
    Lasting,
    /// This mail was given up; another one may arrive. The mailbox is full, the mail was refused, the way is broken.
    Passing,
    /// The mail is still being tried.
    Delayed,
}

/// What a mail reports, or the report that a gateway wrapped in it; none when neither names anybody or a complaint.
/// `ours` are the addresses the report was sent to, which are seldom those that failed.
pub(crate) fn read(message: &Message<'_>, text: &str, ours: &[&str]) -> Option<DeliveryReport> {
    let wrapped = || {
        let inner = message.parts.iter().skip(1).find_map(MessagePart::message)?;
        let is_report = Original::of_message(inner).is_report();
        is_report.then(|| one(inner, &stand_in(inner), ours))?
    };
    one(message, text, ours).or_else(wrapped)
}

fn one(message: &Message<'_>, text: &str, ours: &[&str]) -> Option<DeliveryReport> {
    let notice = Notice::of(text);
    let original = Original::of(message, notice);
    let groups = groups(message, notice, &original);
    let sources = Sources { message, notice, groups: &groups, original: &original, ours };
    let report = DeliveryReport {
        failures: judged::all(sources.told(), notice.own),
        original_message_id: original_id(&groups)
            .or(original.message_id)
            .or_else(|| ses::message_id(text)),
        original_recipients: original_recipients(&groups, original.recipients),
        feedback_type: feedback_type(&groups, text),
    };
    (!report.failures.is_empty() || report.feedback_type.is_some()).then_some(report)
}

/// Whether a notice names an address that was to get something.
pub(crate) fn names_anybody(notice: Notice<'_>) -> bool {
    let found = addresses::all(notice.own);
    found.iter().any(|found| found.rank <= addresses::Rank::Addressed)
}

/// Whether a part of a mail is a machine-readable report.
pub(crate) fn states_fields(message: &Message<'_>) -> bool {
    !fields::of(message).is_empty()
}

/// The text of a mail whose parts cannot be told apart because their boundary is wrong: that of the first part.
pub(crate) fn stand_in(message: &Message<'_>) -> String {
    let is_readable = |part: &&MessagePart<'_>| {
        let unsplit = part.content_type().is_some_and(|declared| declared.ctype() == "multipart");
        unsplit || matches!(part.body, PartType::Text(_))
    };
    let parts = message.parts.iter().filter(is_readable).map(MessagePart::contents);
    let mut texts = parts.map(String::from_utf8_lossy).filter(|text| !text.trim().is_empty());
    let text = texts.next().unwrap_or_default();
    first_characters(&text, LONGEST_STAND_IN).replace("\r\n", "\n")
}

/// The machine-readable fields: from their own part, or from the text of programs that have none and of gateways
/// that wrap a report.
fn groups(message: &Message<'_>, notice: Notice<'_>, original: &Original) -> Vec<Group> {
    let groups = fields::of(message);
    let stated = |text: &str| text.to_ascii_lowercase().contains("final-recipient:");
    match groups.is_empty() {
        true if stated(notice.own) => fields::groups(notice.own),
        true if original.is_report() && stated(notice.returned) => fields::groups(notice.returned),
        _ => groups,
    }
}

fn original_id(groups: &[Group]) -> Option<String> {
    let names = ["original-message-id", "x-original-message-id"];
    let stated = names.iter().find_map(|name| groups.iter().find_map(|group| group.get(name)));
    stated.and_then(original::identifier)
}

/// Those a complaint names, else those of the returned mail.
fn original_recipients(groups: &[Group], returned: Vec<String>) -> Vec<String> {
    let names = ["original-rcpt-to", "removal-recipient"];
    let complained = groups.iter().flat_map(|group| names.iter().flat_map(|name| group.all(name)));
    let complained: Vec<_> =
        complained.filter_map(addresses::first).map(str::to_owned).take(MOST_FAILURES).collect();
    if complained.is_empty() { returned } else { complained }
}

fn feedback_type(groups: &[Group], text: &str) -> Option<String> {
    let stated = groups.iter().find_map(|group| group.get("feedback-type")).map(word);
    stated.or_else(|| (ses_kind(text)? == "Complaint").then(|| "abuse".to_owned()))
}

/// The first word in lowercase.
fn word(value: &str) -> String {
    let end = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
    value.trim().split(end).next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
#[path = "delivery_report_tests.rs"]
mod tests;
