//! Calendars by name, as the desk's people set them up. A promise takes a copy along ([`Calendar`]):
//! what a day off is called stays here, and what is changed here changes no ticket.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::id::CalendarId;
use crate::schedule::{Calendar, Timetable, Window};

/// The calendar of a fresh desk that never stops.
pub const AROUND_THE_CLOCK: &str = "around-the-clock";
/// The calendar of a fresh desk that keeps office hours.
pub const OFFICE: &str = "office";

/// A calendar policies can name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCalendar {
    /// The short word policies name it by.
    pub id: CalendarId,
    /// What people call it.
    pub name: String,
    /// When it runs.
    pub hours: Hours,
}

/// When a calendar runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// Every minute of every day.
    AroundTheClock,
    /// Staffed hours.
    Staffed(Week),
}

/// A week of staffed windows, and the days off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// The zone the windows are read in.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// Windows of each weekday, Monday first, in order and not overlapping.
    pub days: [Vec<Window>; 7],
    /// Days with no staffed time at all, and what each is called.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub holidays: BTreeMap<Date, String>,
}

impl NamedCalendar {
    /// Around the clock.
    pub fn around_the_clock() -> NamedCalendar {
        NamedCalendar {
            id: CalendarId::from(AROUND_THE_CLOCK),
            name: "Around the clock".into(),
            hours: Hours::AroundTheClock,
        }
    }

    /// Office hours in this zone, without holidays.
    pub fn office(zone: TimeZone) -> NamedCalendar {
        NamedCalendar {
            id: CalendarId::from(OFFICE),
            name: "Office hours".into(),
            hours: Hours::of(&Calendar::office(zone)),
        }
    }

    /// What a promise takes along.
    pub fn calendar(&self) -> Calendar {
        match &self.hours {
            Hours::AroundTheClock => Calendar::AroundTheClock,
            Hours::Staffed(Week { zone, days, holidays }) => Calendar::Staffed(Timetable {
                zone: zone.clone(),
                week: days.clone(),
                holidays: holidays.keys().copied().collect(),
            }),
        }
    }
}

impl Hours {
    /// The hours of a calendar that was taken along; its days off have lost their names.
    pub(crate) fn of(calendar: &Calendar) -> Hours {
        let Calendar::Staffed(timetable) = calendar else { return Hours::AroundTheClock };
        let holidays = timetable.holidays.iter().map(|day| (*day, "Holiday".to_owned()));
        Hours::Staffed(Week {
            zone: timetable.zone.clone(),
            days: timetable.week.clone(),
            holidays: holidays.collect(),
        })
    }
}
