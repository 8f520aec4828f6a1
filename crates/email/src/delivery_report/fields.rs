//! The fields of machine-readable reports: delivery status (RFC 3464), receipts (RFC 8098) and complaints
//! (RFC 5965). It reads names and values and joins folded lines; what the values mean is decided elsewhere.

use mail_parser::{Message, MessagePart, MimeHeaders};

use crate::text::first_characters;

/// Characters of a report that are read.
const LONGEST_REPORT: usize = 200_000;
/// Characters of one value that are kept.
const LONGEST_VALUE: usize = 2000;
/// Groups of a report that are read.
const MOST_GROUPS: usize = 300;

/// The types of such reports below `message/`.
const TYPES: &[&str] = &[
    "delivery-status",
    "global-delivery-status",
    "disposition-notification",
    "global-disposition-notification",
    "feedback-report",
];

/// Fields that stand together without an empty line between them.
#[derive(Debug, Default)]
pub(super) struct Group(Vec<(String, String)>);

impl Group {
    /// The values of a field, in order.
    pub(super) fn all<'g>(&'g self, name: &str) -> impl Iterator<Item = &'g str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.trim())
    }

    /// The first value of a field that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).find(|value| !value.is_empty())
    }

    fn add(&mut self, line: &str) {
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), self.0.last_mut()) {
            if value.len() < LONGEST_VALUE {
                value.push(' ');
                value.push_str(first_characters(line.trim(), LONGEST_VALUE));
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let value = first_characters(value.trim(), LONGEST_VALUE).to_owned();
            self.0.push((name.trim().to_ascii_lowercase(), value));
        }
    }
}

/// The groups of all reports in a mail, those of mails inside it excluded.
pub(super) fn of(message: &Message<'_>) -> Vec<Group> {
    let reports = message.parts.iter().filter(|part| is_report(part));
    let texts = reports.map(|part| String::from_utf8_lossy(part.contents()));
    texts.flat_map(|text| groups(&text)).take(MOST_GROUPS).collect()
}

/// The groups in a text; lines that are no fields are left out.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let mut groups = vec![Group::default()];
    for line in first_characters(text, LONGEST_REPORT).lines() {
        if line.trim().is_empty() && groups.len() < MOST_GROUPS {
            groups.push(Group::default());
        } else if let Some(group) = groups.last_mut() {
            group.add(line);
        }
    }
    groups.retain(|group| !group.0.is_empty());
    groups
}

fn is_report(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|declared| {
        let subtype = declared.subtype().unwrap_or_default();
        declared.ctype().eq_ignore_ascii_case("message")
            && TYPES.iter().any(|known| subtype.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_and_lines_joined() {
        let text = "Reporting-MTA: dns; a\n \nFinal-Recipient: rfc822; k@b.c\nDiagnostic-Code: smtp;\n 550\n\tno\nwords\n\n\n";
        let groups = groups(text);
        let [first, second] = groups.as_slice() else { panic!("{groups:?}") };
        assert_eq!(first.get("reporting-mta"), Some("dns; a"));
        assert_eq!(second.get("diagnostic-code"), Some("smtp; 550 no"));
        assert_eq!((second.get("status"), second.all("final-recipient").count()), (None, 1));
    }

    #[test]
    fn endless_reports_are_cut() {
        assert!(groups(&"a: b\n\n".repeat(100_000)).len() <= MOST_GROUPS);
        let folded = format!("a: b\n{}", " more\n".repeat(100_000));
        let value =
            groups(&folded).iter().filter_map(|group| group.get("a")).map(str::len).sum::<usize>();
        assert!(value < LONGEST_VALUE + 10, "{value}");
    }
}
