//! How durations, windows, warnings and repeats are written. What one function here writes its
//! neighbour reads.

use desk::schedule::Window;
use desk::sla::{Repeats, Warning};
use jiff::SignedDuration;
use jiff::civil::Time;

/// The longest target, in hours: two years.
const HOURS_AT_MOST: i64 = 2 * 366 * 24;
/// How often a breach is repeated at most.
const TIMES_AT_MOST: u16 = 100;

/// Reads `2h`, `30m`, `1h30m`, `2d`. A day is what the calendar calls a working day.
pub(crate) fn duration(text: &str, day: SignedDuration) -> Result<SignedDuration, String> {
    let wrong = || format!("{text:?} is not a duration such as 30m, 4h or 2d");
    let mut rest = text.trim();
    let mut total = SignedDuration::ZERO;
    let units = [
        ("d", day),
        ("h", SignedDuration::from_hours(1)),
        ("m", SignedDuration::from_mins(1)),
        ("s", SignedDuration::from_secs(1)),
    ];
    for (unit, length) in units {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let Some(behind) = behind.strip_prefix(unit).filter(|_| digits > 0) else { continue };
        let number: i32 = number.parse().map_err(|_| wrong())?;
        let part = length.checked_mul(number).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = behind.trim_start();
    }
    if !rest.is_empty() {
        return Err(wrong());
    }
    if total <= SignedDuration::ZERO || total > SignedDuration::from_hours(HOURS_AT_MOST) {
        return Err(format!("{text:?} must be longer than nothing and at most two years"));
    }
    Ok(total)
}

/// Writes a duration in hours, minutes and seconds.
pub(crate) fn show_duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let parts = [("h", seconds / 3_600), ("m", seconds / 60 % 60), ("s", seconds % 60)];
    let shown = parts.iter().filter(|(_, n)| *n != 0).map(|(unit, n)| format!("{n}{unit}"));
    shown.collect()
}

/// Reads `09:00-12:00`; `24:00` is the end of the day.
pub(crate) fn window(text: &str) -> Result<Window, String> {
    let wrong = || format!("{text:?} is no window such as 09:00-12:00");
    let (opens, closes) = text.split_once('-').ok_or_else(wrong)?;
    let opens = time(opens.trim()).ok_or_else(wrong)?;
    let closes = match closes.trim() {
        "24:00" => Time::midnight(),
        closes => time(closes).filter(|time| *time != Time::midnight()).ok_or_else(wrong)?,
    };
    if closes != Time::midnight() && closes <= opens {
        return Err(format!(
            "{text:?} closes before it opens; a night is two windows, to 24:00 and from 00:00"
        ));
    }
    Ok(Window { opens, closes })
}

/// Writes a window.
pub(crate) fn show_window(window: &Window) -> String {
    let midnight = window.closes == Time::midnight();
    let closes = if midnight { "24:00".to_owned() } else { show_time(window.closes) };
    format!("{}-{closes}", show_time(window.opens))
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
    if !two(hour) || !two(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn show_time(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Reads `75%` or `30m before`.
pub(crate) fn warning(text: &str, day: SignedDuration) -> Result<Warning, String> {
    let wrong = || format!("{text:?} is no warning such as 75% or 30m before");
    if let Some(percent) = text.strip_suffix('%') {
        let percent = percent.trim().parse().ok().filter(|percent| (1..=99).contains(percent));
        return percent.map(Warning::Spent).ok_or_else(wrong);
    }
    let left = text.strip_suffix("before").ok_or_else(wrong)?;
    duration(left, day).map(Warning::Left).map_err(|_| wrong())
}

/// Writes a warning.
pub(crate) fn show_warning(warning: &Warning) -> String {
    match warning {
        Warning::Spent(percent) => format!("{percent}%"),
        Warning::Left(left) => format!("{} before", show_duration(*left)),
    }
}

/// Reads `every 30m, 5 times`, `daily at 09:00, 5 times` or `digest`.
pub(crate) fn repeats(text: &str, day: SignedDuration) -> Result<Repeats, String> {
    let wrong =
        || format!("{text:?} is none of: every 30m, 5 times; daily at 09:00, 5 times; digest");
    if text == "digest" {
        return Ok(Repeats::Digest);
    }
    let (how, times) = text.split_once(',').ok_or_else(wrong)?;
    let times = times.trim().strip_suffix("times").map(str::trim).and_then(|n| n.parse().ok());
    let at_most = times.filter(|n| (1..=TIMES_AT_MOST).contains(n)).ok_or_else(wrong)?;
    if let Some(at) = how.strip_prefix("daily at ") {
        return Ok(Repeats::Daily { at: time(at.trim()).ok_or_else(wrong)?, at_most });
    }
    let every = how.strip_prefix("every ").ok_or_else(wrong)?;
    Ok(Repeats::Every { every: duration(every, day).map_err(|_| wrong())?, at_most })
}

/// Writes how a breach is repeated.
pub(crate) fn show_repeats(repeats: &Repeats) -> String {
    match repeats {
        Repeats::Digest => "digest".into(),
        Repeats::Every { every, at_most } => {
            format!("every {}, {at_most} times", show_duration(*every))
        }
        Repeats::Daily { at, at_most } => format!("daily at {}, {at_most} times", show_time(*at)),
    }
}

/// A short word something goes by: it stands in addresses and paths, and stays.
pub fn short_word(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = (1..=40).contains(&text.len()) && text.chars().all(plain);
    let wrong = || "it has lower-case letters, digits and hyphens alone, at most 40".to_owned();
    fits.then(|| text.to_owned()).ok_or_else(wrong)
}

/// What stands behind the `@` of addresses.
pub(crate) fn domain(text: &str) -> Result<String, String> {
    let domain = text.trim().trim_start_matches('@').to_lowercase();
    let address = desk::person::normal_address(&format!("x@{domain}"));
    address.map(|_| domain).ok_or_else(|| format!("{text:?} is no domain such as example.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(8);

    #[test]
    fn durations_are_read_and_written() {
        for (text, written) in [
            ("30m", Some("30m")),
            ("4h", Some("4h")),
            ("2d", Some("16h")),
            ("1d 2h", Some("10h")),
            ("90m", Some("1h30m")),
            ("1h30m", Some("1h30m")),
            ("45s", Some("45s")),
            ("4 hourz", None),
            ("4", None),
            ("h", None),
            ("", None),
            ("0m", None),
            ("-4h", None),
            ("30m1h", None),
            ("99999999999h", None),
            ("2000000000h", None),
            ("4h!", None),
        ] {
            let read = duration(text, DAY).ok().map(show_duration);
            assert_eq!(read.as_deref(), written, "{text:?}");
        }
        let wrong = duration("4 hourz", DAY).unwrap_err();
        assert_eq!(wrong, "\"4 hourz\" is not a duration such as 30m, 4h or 2d");
    }

    #[test]
    fn windows_are_read_and_written() {
        for (text, written) in [
            ("09:00-12:00", Some("09:00-12:00")),
            ("09:00 - 12:00", Some("09:00-12:00")),
            ("00:00-24:00", Some("00:00-24:00")),
            ("22:00-24:00", Some("22:00-24:00")),
            ("22:00-06:00", None),
            ("09:00-09:00", None),
            ("09:00-00:00", None),
            ("9:00-12:00", None),
            ("09:00-25:00", None),
            ("24:00-24:00", None),
            ("09:00", None),
            ("", None),
        ] {
            let read = window(text).ok().map(|window| show_window(&window));
            assert_eq!(read.as_deref(), written, "{text:?}");
        }
    }

    #[test]
    fn warnings_and_repeats_are_read_and_written() {
        for (text, written) in [
            ("75%", Some("75%")),
            ("30m before", Some("30m before")),
            ("1d before", Some("8h before")),
            ("0%", None),
            ("100%", None),
            ("half", None),
            ("30m", None),
        ] {
            let read = warning(text, DAY).ok().map(|warning| show_warning(&warning));
            assert_eq!(read.as_deref(), written, "{text:?}");
        }
        for (text, written) in [
            ("digest", Some("digest")),
            ("every 30m, 5 times", Some("every 30m, 5 times")),
            ("every 1d, 1 times", Some("every 8h, 1 times")),
            ("daily at 09:00, 5 times", Some("daily at 09:00, 5 times")),
            ("every 30m", None),
            ("every 30m, 0 times", None),
            ("every 30m, 101 times", None),
            ("daily at 9, 5 times", None),
            ("", None),
        ] {
            let read = repeats(text, DAY).ok().map(|repeats| show_repeats(&repeats));
            assert_eq!(read.as_deref(), written, "{text:?}");
        }
    }
}
