//! What an invitation is for, in one line, for mails that hold nothing else (iCalendar, RFC 5545; methods of RFC 5546).
//! Repetitions, places and people are not read; the invitation itself is kept as a file.

use crate::charset;
use crate::text::{first_characters, one_line};

/// Characters of the title that are shown.
const LONGEST_TITLE: usize = 300;
/// Bytes that are searched.
const SEARCHED: usize = 256 * 1024;

/// What the first event is, and when it begins; nothing when there is none.
pub(crate) fn summary(calendar: &[u8]) -> Option<String> {
    let text = charset::text(calendar.get(..SEARCHED).unwrap_or(calendar), None);
    // Section 3.1: a line that begins with white space continues the one before.
    let text = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let (before, event) = text.split_once("BEGIN:VEVENT\n")?;
    let event = event.split("\nEND:VEVENT").next().unwrap_or_default();
    let kind =
        match value(before, "METHOD").map(|(_, method)| method.to_ascii_uppercase()).as_deref() {
            Some("CANCEL") => "Cancelled",
            Some("REPLY" | "COUNTER") => "Answer to an invitation",
            _ => "Invitation",
        };
    let title = value(event, "SUMMARY").map(|(_, title)| unescaped(title)).unwrap_or_default();
    let begins = value(event, "DTSTART").map(|(parameters, time)| moment(parameters, time));
    let parts = [Some(title).filter(|title| !title.is_empty()), begins];
    let said: Vec<_> = parts.into_iter().flatten().collect();
    (!said.is_empty()).then(|| format!("{kind}: {}", said.join(", ")))
}

/// The parameters and the value of the first line of this name.
fn value<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    text.lines().find_map(|line| {
        let start = line.get(..name.len())?;
        let (parameters, value) = line.get(name.len()..)?.split_once(':')?;
        let is_whole = parameters.is_empty() || parameters.starts_with(';');
        (start.eq_ignore_ascii_case(name) && is_whole).then(|| (parameters, value.trim()))
    })
}

/// Section 3.3.11.
fn unescaped(text: &str) -> String {
    let plain =
        text.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";");
    first_characters(&one_line(&plain.replace("\\\\", "\\")), LONGEST_TITLE).to_owned()
}

/// `20261123T090000Z` as `2026-11-23 09:00 UTC`; what is written otherwise stays.
fn moment(parameters: &str, time: &str) -> String {
    let digits = |range: std::ops::Range<usize>| {
        time.get(range).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(4..6), digits(6..8)) else {
        return first_characters(&one_line(time), 40).to_owned();
    };
    let date = format!("{year}-{month}-{day}");
    let zone = parameters.split(';').find_map(|one| one.strip_prefix("TZID="));
    match (digits(9..11), digits(11..13), zone) {
        (Some(hour), Some(minute), _) if time.ends_with('Z') => {
            format!("{date} {hour}:{minute} UTC")
        }
        (Some(hour), Some(minute), Some(zone)) => {
            let zone = one_line(zone.trim_matches('"'));
            format!("{date} {hour}:{minute} ({})", first_characters(&zone, 60))
        }
        (Some(hour), Some(minute), None) => format!("{date} {hour}:{minute}"),
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(method: &str, event: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\r\n{method}BEGIN:VTIMEZONE\r\nDTSTART:16010101T000000\r\nEND:VTIMEZONE\r\n\
BEGIN:VEVENT\r\n{event}END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }

    #[test]
    fn an_event_is_told_in_a_line() {
        let rows = [
            (
                calendar(
                    "METHOD:REQUEST\r\n",
                    "SUMMARY;LANGUAGE=en:The lamp\\, again\r\nDTSTART:20261123T090000Z\r\n",
                ),
                Some("Invitation: The lamp, again, 2026-11-23 09:00 UTC"),
            ),
            (
                calendar(
                    "METHOD:CANCEL\r\n",
                    "DTSTART;TZID=\"Europe/Paris\":20261123T090000\r\nSUMMARY:A lo\r\n ng title\r\n",
                ),
                Some("Cancelled: A long title, 2026-11-23 09:00 (Europe/Paris)"),
            ),
            (calendar("", "DTSTART;VALUE=DATE:20261123\r\n"), Some("Invitation: 2026-11-23")),
            (calendar("", "DTSTART:soon\r\n"), Some("Invitation: soon")),
            (calendar("", "UID:1\r\n"), None),
            ("BEGIN:VCALENDAR\r\n".to_owned(), None),
        ];
        for (calendar, expected) in rows {
            assert_eq!(summary(calendar.as_bytes()).as_deref(), expected, "{calendar}");
        }
    }
}
