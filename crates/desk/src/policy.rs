//! What the desk promises unless it is told otherwise: the policy "Standard".

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::schedule::Calendar;
use crate::sla::{Promise, Repeats, Warning};
use crate::ticket::Priority;

/// Promises by priority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What agents call it.
    pub name: String,
    /// What is promised at each priority.
    pub promises: BTreeMap<Priority, Promise>,
}

impl Policy {
    /// The defaults, with office hours in the desk's zone; Urgent runs around the clock.
    pub fn standard(zone: TimeZone) -> Policy {
        let office = Calendar::office(zone);
        let promises =
            Priority::ALL.iter().map(|priority| (*priority, standard(*priority, &office)));
        Policy { name: NAME.into(), promises: promises.collect() }
    }

    /// What is promised at this priority; nothing where the policy is silent.
    pub fn promise(&self, priority: Priority) -> Promise {
        self.promises.get(&priority).cloned().unwrap_or_else(Promise::none)
    }
}

const NAME: &str = "Standard";

const fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

fn standard(priority: Priority, office: &Calendar) -> Promise {
    let minutes = SignedDuration::from_mins;
    let nine = Time::constant(9, 0, 0, 0);
    let promise = |first, next, resolution, warnings, repeats| Promise {
        policy: NAME.into(),
        calendar: office.clone(),
        first_response: Some(first),
        next_response: next,
        resolution: Some(resolution),
        warnings,
        repeats,
    };
    match priority {
        Priority::Urgent => Promise {
            calendar: Calendar::AroundTheClock,
            ..promise(
                hours(2),
                Some(hours(2)),
                hours(24),
                vec![Warning::Spent(50), Warning::Spent(75), Warning::Left(minutes(15))],
                Repeats::Every { every: minutes(30), at_most: 5 },
            )
        },
        Priority::High => promise(
            hours(4),
            Some(hours(4)),
            hours(16),
            vec![Warning::Spent(75), Warning::Left(minutes(30))],
            Repeats::Every { every: hours(2), at_most: 5 },
        ),
        Priority::Medium => promise(
            hours(8),
            Some(hours(8)),
            hours(40),
            vec![Warning::Spent(75)],
            Repeats::Daily { at: nine, at_most: 5 },
        ),
        Priority::Low => promise(
            hours(16),
            Some(hours(16)),
            hours(80),
            vec![Warning::Spent(75)],
            Repeats::Digest,
        ),
        // Three days and one day before the agreed date, in working days of eight hours.
        Priority::Planned => promise(
            hours(24),
            None,
            hours(160),
            vec![Warning::Left(hours(24)), Warning::Left(hours(8))],
            Repeats::Digest,
        ),
    }
}
