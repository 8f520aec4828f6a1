//! Policies: which tickets are promised what. Unless it is told otherwise a desk has one, "Standard".
//!
//! Policies are asked from the top; the first whose conditions hold and that has targets for the
//! ticket's priority decides.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::calendar::{AROUND_THE_CLOCK, OFFICE};
use crate::id::{CalendarId, FormId, PolicyId, QueueId};
use crate::schedule::Calendar;
use crate::sla::{Promise, Repeats, Warning};
use crate::ticket::{Channel, Priority, Ticket, Type};

/// Targets for the tickets it is meant for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// The short word it goes by.
    pub id: PolicyId,
    /// What agents call it.
    pub name: String,
    /// Which tickets it is meant for.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub when: Conditions,
    /// What is promised at each priority. A ticket of any other goes on to the next policy.
    pub targets: BTreeMap<Priority, Targets>,
}

/// What must hold of a ticket: each of these that says anything. A ticket meets one by being any of
/// what it lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Where it waits.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub queue: BTreeSet<QueueId>,
    /// What kind of request it is.
    #[serde(default, rename = "type", skip_serializing_if = "BTreeSet::is_empty")]
    pub kind: BTreeSet<Type>,
    /// How soon it matters.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub priority: BTreeSet<Priority>,
    /// How it arrived.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub channel: BTreeSet<Channel>,
    /// What stands behind the `@` of the requester's address, in lower case.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub domain: BTreeSet<String>,
    /// Which form it was opened with.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub form: BTreeSet<FormId>,
}

/// What is promised at one priority, in time of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// When the clocks run.
    pub calendar: CalendarId,
    /// Until the first answer.
    pub first_response: Option<SignedDuration>,
    /// Until each further answer.
    pub next_response: Option<SignedDuration>,
    /// Until it is solved.
    pub resolution: Option<SignedDuration>,
    /// When to warn before a breach.
    pub warnings: Vec<Warning>,
    /// How to repeat after a breach.
    pub repeats: Repeats,
}

/// What is known of a ticket when something is promised for it.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Where it waits.
    pub queue: Option<&'a QueueId>,
    /// What kind of request it is.
    pub kind: Type,
    /// How soon it matters.
    pub priority: Priority,
    /// How it arrived.
    pub channel: Channel,
    /// Where mail reaches the requester.
    pub email: Option<&'a str>,
    /// Which form it was opened with.
    pub form: Option<&'a FormId>,
}

impl<'a> Circumstances<'a> {
    /// Those of a ticket as it stands; `email` is its requester's.
    pub fn of(ticket: &'a Ticket, email: Option<&'a str>) -> Circumstances<'a> {
        Circumstances {
            queue: ticket.queue.as_ref(),
            kind: ticket.kind,
            priority: ticket.priority,
            channel: ticket.channel,
            email,
            form: ticket.form.as_ref(),
        }
    }
}

impl Conditions {
    /// Whether it asks nothing: every ticket fits.
    pub fn is_empty(&self) -> bool {
        *self == Conditions::default()
    }

    /// Whether a ticket fits.
    pub fn hold(&self, ticket: &Circumstances<'_>) -> bool {
        let domain = ticket.email.and_then(|email| email.rsplit_once('@'));
        let domain = domain.map(|(_, domain)| domain.to_lowercase());
        let Conditions { queue, kind, priority, channel, domain: domains, form } = self;
        any(queue, ticket.queue)
            && any(kind, Some(&ticket.kind))
            && any(priority, Some(&ticket.priority))
            && any(channel, Some(&ticket.channel))
            && any(domains, domain.as_ref())
            && any(form, ticket.form)
    }
}

fn any<T: Ord>(wanted: &BTreeSet<T>, given: Option<&T>) -> bool {
    wanted.is_empty() || given.is_some_and(|given| wanted.contains(given))
}

impl Policy {
    /// The defaults: office hours, and Urgent around the clock.
    pub fn standard() -> Policy {
        let targets = Priority::ALL.iter().map(|priority| (*priority, standard(*priority)));
        Policy {
            id: PolicyId::from("standard"),
            name: "Standard".into(),
            when: Conditions::default(),
            targets: targets.collect(),
        }
    }

    /// What it promises a ticket; none where the ticket is not one of its own.
    pub fn targets_for(&self, ticket: &Circumstances<'_>) -> Option<&Targets> {
        self.targets.get(&ticket.priority).filter(|_| self.when.hold(ticket))
    }
}

impl Targets {
    /// As it is copied into a ticket.
    pub fn promise(&self, policy: &str, calendar: Calendar) -> Promise {
        Promise {
            policy: policy.to_owned(),
            calendar,
            first_response: self.first_response,
            next_response: self.next_response,
            resolution: self.resolution,
            warnings: self.warnings.clone(),
            repeats: self.repeats,
        }
    }
}

const fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

fn standard(priority: Priority) -> Targets {
    let minutes = SignedDuration::from_mins;
    let nine = Time::constant(9, 0, 0, 0);
    let targets = |first, next, resolution, warnings, repeats| Targets {
        calendar: CalendarId::from(OFFICE),
        first_response: Some(first),
        next_response: next,
        resolution: Some(resolution),
        warnings,
        repeats,
    };
    match priority {
        Priority::Urgent => Targets {
            calendar: CalendarId::from(AROUND_THE_CLOCK),
            ..targets(
                hours(2),
                Some(hours(2)),
                hours(24),
                vec![Warning::Spent(50), Warning::Spent(75), Warning::Left(minutes(15))],
                Repeats::Every { every: minutes(30), at_most: 5 },
            )
        },
        Priority::High => targets(
            hours(4),
            Some(hours(4)),
            hours(16),
            vec![Warning::Spent(75), Warning::Left(minutes(30))],
            Repeats::Every { every: hours(2), at_most: 5 },
        ),
        Priority::Medium => targets(
            hours(8),
            Some(hours(8)),
            hours(40),
            vec![Warning::Spent(75)],
            Repeats::Daily { at: nine, at_most: 5 },
        ),
        Priority::Low => targets(
            hours(16),
            Some(hours(16)),
            hours(80),
            vec![Warning::Spent(75)],
            Repeats::Digest,
        ),
        // Three days and one day before the agreed date, in working days of eight hours.
        Priority::Planned => targets(
            hours(24),
            None,
            hours(160),
            vec![Warning::Left(hours(24)), Warning::Left(hours(8))],
            Repeats::Digest,
        ),
    }
}
