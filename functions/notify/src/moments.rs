//! Moments and lengths of time, as people read them.

use desk::config::Config;
use fluent_bundle::FluentArgs;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::locale::Locale;

impl Locale {
    /// A moment in the desk's zone.
    pub fn moment(&self, at: Timestamp, config: &Config) -> String {
        self.say("moment", &parts(&at.to_zoned(config.zone.clone())))
    }

    /// The same where it is clear which year.
    pub fn moment_soon(&self, at: Timestamp, config: &Config) -> String {
        self.say("moment-soon", &parts(&at.to_zoned(config.zone.clone())))
    }

    /// A length of time, rounded to minutes, without those where it is a day or more.
    pub fn length(&self, length: SignedDuration) -> String {
        let minutes = (length.as_secs() + 30) / 60;
        let (hours, rest) = (minutes / 60, minutes % 60);
        let unit = match (hours / 24, hours, rest) {
            (0, 0, _) => "minutes",
            (0, _, 0) => "hours",
            (0, _, _) => "both",
            _ => "days",
        };
        let days = hours / 24;
        let mut with = FluentArgs::new();
        with.set("unit", unit);
        with.set("days", days);
        with.set("hours", hours - days * 24);
        with.set("minutes", rest);
        self.say("length", &with)
    }
}

fn parts(at: &Zoned) -> FluentArgs<'static> {
    let mut parts = FluentArgs::new();
    parts.set("weekday", at.weekday().to_monday_one_offset());
    parts.set("day", at.day());
    parts.set("month", at.month());
    parts.set("year", at.year());
    parts.set("time", at.strftime("%H:%M").to_string());
    parts.set("zone", at.strftime("%Z").to_string());
    parts
}

#[cfg(test)]
mod tests {
    use desk::language::Language;
    use jiff::tz::TimeZone;

    use super::*;

    fn locale(tag: &str) -> &'static Locale {
        Locale::of(Language::parse(tag).as_ref())
    }

    #[test]
    fn lengths_of_time() {
        let lengths = |tag: &str| {
            [0, 15, 60, 90, 1500, 3000].map(|n| locale(tag).length(SignedDuration::from_mins(n)))
        };
        let english = ["0 min", "15 min", "1 h", "1 h 30 min", "1 day 1 h", "2 days 2 h"];
        assert_eq!(lengths("en"), english);
        let german =
            ["0 Min.", "15 Min.", "1 Std.", "1 Std. 30 Min.", "1 Tag 1 Std.", "2 Tagen 2 Std."];
        assert_eq!(lengths("de"), german);
    }

    #[test]
    fn english_moments_are_those_of_strftime() {
        for (zone, days) in [("Europe/Lisbon", 366), ("Asia/Kathmandu", 10), ("UTC", 10)] {
            let zone = TimeZone::get(zone).unwrap();
            let config = Config::fresh("example.com", "admin@example.com", zone.clone());
            let first: Timestamp = "2027-01-01T07:05:00Z".parse().unwrap();
            for day in 0..days {
                let at = first + SignedDuration::from_hours(25 * day);
                let zoned = at.to_zoned(zone.clone());
                let expected = zoned.strftime("%a %-d %b %Y, %H:%M %Z").to_string();
                assert_eq!(locale("en").moment(at, &config), expected);
                let expected = zoned.strftime("%a %-d %b, %H:%M").to_string();
                assert_eq!(locale("en").moment_soon(at, &config), expected);
            }
        }
    }

    #[test]
    fn german_moments_name_what_germans_name() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let config = Config::fresh("example.com", "admin@example.com", zone);
        let read = |at: &str| locale("de").moment(at.parse().unwrap(), &config);
        assert_eq!(read("2027-03-01T07:05:00Z"), "Montag, 1. März 2027, 08:05 Uhr MEZ");
        assert_eq!(read("2027-07-04T22:30:00Z"), "Montag, 5. Juli 2027, 00:30 Uhr MESZ");
        let soon = locale("de").moment_soon("2027-12-05T09:00:00Z".parse().unwrap(), &config);
        assert_eq!(soon, "Sonntag, 5. Dezember, 10:00 Uhr");
    }
}
