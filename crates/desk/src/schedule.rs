//! Staffed time: a week's windows in a time zone, holidays taken out.
//!
//! `between` and `after` are inverses. Both walk days in the calendar's own zone, so that a day on
//! which the clocks change is as long as the people who live in it say.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// How far ahead a due time is looked for; a calendar with no opening in ten years has none.
const HORIZON_DAYS: usize = 3_660;

/// When a promise's clock runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "hours", rename_all = "snake_case")]
pub enum Calendar {
    /// Every minute of every day.
    AroundTheClock,
    /// Staffed hours.
    Staffed(Timetable),
}

/// A week of staffed windows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timetable {
    /// The zone the windows are read in.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// Windows of each weekday, Monday first, in order and not overlapping.
    pub week: [Vec<Window>; 7],
    /// Days with no staffed time at all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holidays: BTreeSet<Date>,
}

/// One stretch of staffed time; a `closes` of 00:00 is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First staffed minute.
    pub opens: Time,
    /// First minute that is not.
    pub closes: Time,
}

impl Calendar {
    /// Monday to Friday, 09:00 to 12:00 and 13:00 to 18:00: eight hours a day.
    pub fn office(zone: TimeZone) -> Calendar {
        let at = |hour: i8| Time::constant(hour, 0, 0, 0);
        let day =
            vec![Window { opens: at(9), closes: at(12) }, Window { opens: at(13), closes: at(18) }];
        let week = std::array::from_fn(|n| if n < 5 { day.clone() } else { Vec::new() });
        Calendar::Staffed(Timetable { zone, week, holidays: BTreeSet::new() })
    }

    /// Staffed time between two instants; zero when `to` is not after `from`.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        if to <= from {
            return SignedDuration::ZERO;
        }
        let Calendar::Staffed(timetable) = self else {
            return from.duration_until(to);
        };
        let mut staffed = SignedDuration::ZERO;
        for (opens, closes) in timetable.openings(from) {
            if opens >= to {
                break;
            }
            let (start, end) = (opens.max(from), closes.min(to));
            if start < end {
                staffed += start.duration_until(end);
            }
        }
        staffed
    }

    /// The first instant at which `wanted` staffed time has passed since `from`. None where the
    /// calendar never opens long enough.
    pub fn after(&self, from: Timestamp, wanted: SignedDuration) -> Option<Timestamp> {
        if wanted <= SignedDuration::ZERO {
            return Some(from);
        }
        let Calendar::Staffed(timetable) = self else {
            return from.checked_add(wanted).ok();
        };
        let mut left = wanted;
        for (opens, closes) in timetable.openings(from) {
            let start = opens.max(from);
            if closes <= start {
                continue;
            }
            let span = start.duration_until(closes);
            if left <= span {
                return start.checked_add(left).ok();
            }
            left -= span;
        }
        None
    }

    /// Staffed time of an average working day; what "5 business days" are counted in.
    pub fn working_day(&self) -> SignedDuration {
        let Calendar::Staffed(timetable) = self else {
            return SignedDuration::from_hours(24);
        };
        let days: Vec<SignedDuration> = timetable
            .week
            .iter()
            .map(|day| day.iter().map(Window::length).sum())
            .filter(|length| *length > SignedDuration::ZERO)
            .collect();
        let total: SignedDuration = days.iter().copied().sum();
        i32::try_from(days.len())
            .ok()
            .filter(|n| *n > 0)
            .map_or(SignedDuration::ZERO, |n| total / n)
    }

    /// The first instant after `from` at which it is `time` on a staffed day; around the clock every
    /// day counts, in UTC.
    pub fn next_daily(&self, from: Timestamp, time: Time) -> Option<Timestamp> {
        let zone = match self {
            Calendar::AroundTheClock => TimeZone::UTC,
            Calendar::Staffed(timetable) => timetable.zone.clone(),
        };
        days(from.to_zoned(zone.clone()).date())
            .filter(|day| match self {
                Calendar::AroundTheClock => true,
                Calendar::Staffed(timetable) => !timetable.windows(*day).is_empty(),
            })
            .filter_map(|day| Some(day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp()))
            .find(|instant| *instant > from)
    }
}

impl Timetable {
    fn windows(&self, day: Date) -> &[Window] {
        if self.holidays.contains(&day) {
            return &[];
        }
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.week.get(weekday).map_or(&[], Vec::as_slice)
    }

    /// Openings from the day of `from` on, as instants.
    fn openings(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        // The day before matters where a zone's midnight was moved into it.
        let first = from.to_zoned(self.zone.clone()).date();
        days(first.yesterday().unwrap_or(first)).flat_map(move |day| {
            self.windows(day).iter().filter_map(move |window| self.instants(day, window))
        })
    }

    fn instants(&self, day: Date, window: &Window) -> Option<(Timestamp, Timestamp)> {
        let last_day = if window.closes == Time::midnight() { day.tomorrow().ok()? } else { day };
        let at = |day: Date, time: Time| day.to_datetime(time).to_zoned(self.zone.clone()).ok();
        let opens = at(day, window.opens)?.timestamp();
        let closes = at(last_day, window.closes)?.timestamp();
        (opens < closes).then_some((opens, closes))
    }
}

impl Window {
    fn length(&self) -> SignedDuration {
        let end = if self.closes == Time::midnight() {
            SignedDuration::from_hours(24)
        } else {
            Time::midnight().duration_until(self.closes)
        };
        end - Time::midnight().duration_until(self.opens)
    }
}

fn days(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.checked_add(1.day()).ok()).take(HORIZON_DAYS)
}
