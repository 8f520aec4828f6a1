//! Days off out of an iCalendar file (RFC 5545): all-day events, once or every year. Events with a
//! time of day are no days off and are passed over.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use crate::calendar::HOLIDAYS_AT_MOST;
use crate::wrong::Wrong;

/// For how many years an event that comes every year is written down.
const YEARS: i16 = 10;
/// The longest name of a day off, in characters.
const NAME_AT_MOST: usize = 80;

/// What one event says, as far as it matters here.
#[derive(Default)]
struct Event {
    summary: String,
    start: Option<(Date, usize)>,
    end: Option<Date>,
    duration: Option<Span>,
    rule: Option<(String, usize)>,
    except: Vec<Date>,
    cancelled: bool,
}

/// The days off of a file. What comes every year is written down for ten, from the year of `today`.
pub fn holidays(text: &str, today: Date) -> Result<BTreeMap<Date, String>, Wrong> {
    let mut found = BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    let mut event = Event::default();
    let lines = unfolded(text);
    if !lines.first().is_some_and(|(_, line)| line.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(wrong(
            None,
            "this is no iCalendar file: it does not begin with BEGIN:VCALENDAR",
        ));
    }
    for (number, line) in &lines {
        let Some((name, parameters, value)) = property(line) else { continue };
        match name.as_str() {
            "BEGIN" => {
                open.push(value.to_ascii_uppercase());
                if value.eq_ignore_ascii_case("VEVENT") {
                    event = Event::default();
                }
            }
            "END" => {
                let ended = open.pop();
                if ended.as_deref() == Some("VEVENT") {
                    std::mem::take(&mut event).add(&mut found, today)?;
                }
            }
            _ if open.last().is_some_and(|last| last == "VEVENT") => {
                event.property(&name, parameters, value, *number)?;
            }
            _ => {}
        }
    }
    if found.is_empty() {
        return Err(wrong(None, "there is no all-day event in it"));
    }
    Ok(found)
}

fn wrong(line: Option<usize>, message: impl Into<String>) -> Wrong {
    Wrong { line, ..Wrong::at("ical", message) }
}

/// Lines with what was folded put together again, each with the number it began at (section 3.1).
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let text = text.trim_start_matches('\u{feff}');
    for (number, line) in (1..).zip(text.lines()) {
        let folded = line.strip_prefix([' ', '\t']);
        match (folded, lines.last_mut()) {
            (Some(more), Some((_, begun))) => begun.push_str(more),
            _ => lines.push((number, line.to_owned())),
        }
    }
    lines
}

/// A content line's name, parameters and value (section 3.1); a colon in quotes is no end.
fn property(line: &str) -> Option<(String, &str, &str)> {
    let mut quoted = false;
    let colon = line.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == ':' && !quoted).then_some(at)
    })?;
    let (head, value) = line.split_at_checked(colon)?;
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Some((name.to_ascii_uppercase(), parameters, value.strip_prefix(':')?))
}

impl Event {
    fn property(
        &mut self,
        name: &str,
        parameters: &str,
        value: &str,
        line: usize,
    ) -> Result<(), Wrong> {
        let whole_day = parameters.to_ascii_uppercase().split(';').any(|one| one == "VALUE=DATE");
        let day = || date(value).ok_or_else(|| wrong(Some(line), format!("{value:?} is no day")));
        match name {
            "SUMMARY" => self.summary = plain(value),
            "DTSTART" if whole_day => self.start = Some((day()?, line)),
            "DTEND" if whole_day => self.end = Some(day()?),
            "DURATION" => self.duration = value.parse().ok(),
            "RRULE" => self.rule = Some((value.to_ascii_uppercase(), line)),
            "EXDATE" if whole_day => self.except.extend(value.split(',').filter_map(date)),
            "STATUS" => self.cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
        Ok(())
    }

    /// Writes its days down. The end of an event is the first day that is none of it (section 3.6.1).
    fn add(self, found: &mut BTreeMap<Date, String>, today: Date) -> Result<(), Wrong> {
        let Some((start, line)) = self.start.filter(|_| !self.cancelled) else { return Ok(()) };
        let day = || start.tomorrow().ok();
        let long = || self.duration.and_then(|span| start.checked_add(span).ok());
        let end = self.end.or_else(long).or_else(day).filter(|end| *end > start);
        let end = end.ok_or_else(|| wrong(Some(line), "this event ends before it begins"))?;
        let starts = match &self.rule {
            None => vec![start],
            Some((rule, line)) => yearly(rule, start, today).ok_or_else(|| {
                wrong(
                    Some(*line),
                    format!("an event that repeats by {rule} cannot be read; only every year can"),
                )
            })?,
        };
        let length = start.until(end).map(|span| span.get_days()).unwrap_or(1);
        for first in starts.into_iter().filter(|first| !self.except.contains(first)) {
            for n in 0..length {
                let Ok(day) = first.checked_add(n.days()) else { break };
                let name: String = self.summary.chars().take(NAME_AT_MOST).collect();
                found.insert(day, if name.is_empty() { "Holiday".into() } else { name });
                if found.len() > HOLIDAYS_AT_MOST {
                    let message = format!("it has more than {HOLIDAYS_AT_MOST} days off");
                    return Err(wrong(Some(line), message));
                }
            }
        }
        Ok(())
    }
}

/// The beginnings of an event that comes every year on the same day (section 3.3.10); none where the
/// rule says more than that.
fn yearly(rule: &str, start: Date, today: Date) -> Option<Vec<Date>> {
    let (mut every, mut count, mut until) = (1i16, i16::MAX, None);
    let mut is_yearly = false;
    for part in rule.split(';') {
        let (name, value) = part.split_once('=')?;
        match name {
            "FREQ" if value == "YEARLY" => is_yearly = true,
            "INTERVAL" => every = value.parse().ok().filter(|every| *every > 0)?,
            "COUNT" => count = value.parse().ok()?,
            "UNTIL" => until = Some(date(value.split('T').next()?)?),
            "BYMONTH" if value.parse() == Ok(start.month()) => {}
            "BYMONTHDAY" if value.parse() == Ok(start.day()) => {}
            "WKST" => {}
            _ => return None,
        }
    }
    let last = today.year().checked_add(YEARS)?;
    let years = (0..count).map_while(|n| start.year().checked_add(every.checked_mul(n)?));
    let years = years.take_while(|year| *year < last).filter(|year| *year >= today.year());
    // The 29th of February is skipped where there is none.
    let days = years.filter_map(|year| Date::new(year, start.month(), start.day()).ok());
    let days = days.filter(|day| until.is_none_or(|until| *day <= until));
    is_yearly.then(|| days.collect())
}

/// A date (section 3.3.4).
fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A text without its escapes (section 3.3.11), in one line.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') | None => out.push(' '),
                Some(other) => out.push(other),
            },
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &[&str]) -> Result<Vec<String>, String> {
        let events: Vec<String> = events
            .iter()
            .map(|event| format!("BEGIN:VEVENT\r\nUID:1\r\n{event}\r\nEND:VEVENT\r\n"))
            .collect();
        let text =
            format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.concat());
        let today = Date::constant(2026, 11, 22);
        let found = holidays(&text, today).map_err(|wrong| wrong.to_string())?;
        Ok(found.into_iter().map(|(day, name)| format!("{day} {name}")).collect())
    }

    fn days(event: &str) -> Vec<String> {
        read(&[event]).expect("a calendar")
    }

    #[test]
    fn whole_days_are_days_off() {
        let christmas = "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\\, at\r\n  home";
        assert_eq!(days(christmas), ["2026-12-25 Christmas, at home"]);
        let two = "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christmas";
        assert_eq!(days(two), ["2026-12-25 Christmas", "2026-12-26 Christmas"]);
        let long = "SUMMARY:Break\r\nDTSTART;VALUE=DATE:20261230\r\nDURATION:P3D";
        assert_eq!(days(long), ["2026-12-30 Break", "2026-12-31 Break", "2027-01-01 Break"]);
        let alarm = "DTSTART;VALUE=DATE:20261225\r\nBEGIN:VALARM\r\nSUMMARY:Ring\r\nEND:VALARM";
        assert_eq!(days(alarm), ["2026-12-25 Holiday"]);
        let quoted = "DTSTART;X-A=\"a:b\";VALUE=DATE:20261225\r\nSUMMARY:A";
        assert_eq!(days(quoted), ["2026-12-25 A"]);
    }

    #[test]
    fn what_comes_every_year_comes_for_ten() {
        let every = days("DTSTART;VALUE=DATE:20001225\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Christmas");
        assert_eq!(every.len(), 10);
        assert_eq!(every.first().map(String::as_str), Some("2026-12-25 Christmas"));
        let rule = "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;UNTIL=20281231";
        let some = days(&format!("DTSTART;VALUE=DATE:20201225\r\n{rule}\r\nSUMMARY:C"));
        assert_eq!(some, ["2026-12-25 C", "2027-12-25 C", "2028-12-25 C"]);
        let leap = days("DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:L");
        assert_eq!(leap, ["2028-02-29 L", "2032-02-29 L"]);
        let twice = days("DTSTART;VALUE=DATE:20251225\r\nRRULE:FREQ=YEARLY;COUNT=2\r\nSUMMARY:C");
        assert_eq!(twice, ["2026-12-25 C"]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        let timed = "DTSTART:20261225T100000Z\r\nSUMMARY:A meeting";
        assert_eq!(read(&[timed]).unwrap_err(), "ical: there is no all-day event in it");
        let good = "DTSTART;VALUE=DATE:20261225";
        assert_eq!(read(&[timed, good]).expect("one day"), ["2026-12-25 Holiday"]);
        let cancelled = "DTSTART;VALUE=DATE:20261226\r\nSTATUS:CANCELLED";
        assert_eq!(read(&[cancelled, good]).expect("one day").len(), 1);
        for (event, start) in [
            ("DTSTART;VALUE=DATE:20261301", "line 5: ical: \"20261301\" is no day"),
            (
                "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261225",
                "line 5: ical: this event ends before it begins",
            ),
            (
                "DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=WEEKLY",
                "line 6: ical: an event that repeats by FREQ=WEEKLY",
            ),
            (
                "DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20290101",
                "line 5: ical: it has more than 400 days off",
            ),
        ] {
            let said = read(&[event]).unwrap_err();
            assert!(said.starts_with(start), "{said}");
        }
        let today = Date::constant(2026, 11, 22);
        assert!(holidays("hello", today).is_err());
        assert!(holidays("", today).is_err());
    }
}
