//! How one person wants to be reached, and whether they are there. Theirs alone to say; the ladder of
//! a broken promise goes past whoever is away, never into nothing.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::id::PersonId;
use crate::language::Language;
use crate::message::Weight;
use crate::outbox::{Lane, Otherwise, Owed};
use crate::schedule::Calendar;
use crate::ticket::words;

words!(
    /// The way somebody likes to be told, where there is more than one.
    Reach {
        /// In chat where they have an account there, else by mail.
        Usual = "usual",
        /// By mail, whatever they have.
        Mail = "mail",
        /// In chat alone; by mail where they have no account there.
        Chat = "chat",
    }
);

/// What somebody has said of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The way they like to be told.
    pub reach: Reach,
    /// Not there; none while they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away: Option<Away>,
    /// When they are left alone unless a promise is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// What can wait comes once a day, at nine.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub digest: bool,
    /// At nine they are told of what is behind a promise of low urgency.
    pub brief: bool,
    /// The language they read first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

impl Default for Preferences {
    fn default() -> Preferences {
        let (away, quiet, language) = (None, None, None);
        Preferences { reach: Reach::Usual, away, quiet, digest: false, brief: true, language }
    }
}

/// Not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// When they are back, if they know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who is told in their place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<PersonId>,
}

/// Hours in which somebody is left alone, each day; they may go past midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// The zone the times are read in.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
}

/// When the daily digest comes, in the desk's zone.
const DIGEST_AT: Time = Time::constant(9, 0, 0, 0);

impl Preferences {
    /// Whether they are away now.
    pub fn is_away(&self, now: Timestamp) -> bool {
        self.away.as_ref().is_some_and(|away| away.until.is_none_or(|until| until > now))
    }

    /// Who is told in their place now.
    pub fn substitute(&self, now: Timestamp) -> Option<&PersonId> {
        self.away.as_ref().filter(|_| self.is_away(now)).and_then(|away| away.substitute.as_ref())
    }

    /// When they are there next, in the hours they work; none where nobody knows.
    pub fn there(&self, hours: Option<&Calendar>, now: Timestamp) -> Option<Timestamp> {
        let from = match &self.away {
            Some(away) if self.is_away(now) => away.until?,
            Some(_) | None => now,
        };
        let Some(hours) = hours else { return Some(from) };
        // The end of the first staffed second tells where staffed time begins.
        let second = SignedDuration::from_secs(1);
        hours.after(from, second)?.checked_sub(second).ok().map(|opens| opens.max(from))
    }

    /// When a message may be shown to them: at once, when their quiet hours end, or with the day's
    /// digest. What cannot wait does not.
    pub fn not_before(&self, weight: Weight, zone: &TimeZone, now: Timestamp) -> Timestamp {
        let awake = self.quiet.as_ref().and_then(|quiet| quiet.ends(now)).unwrap_or(now);
        match weight {
            Weight::Conversation | Weight::Pressing => now,
            Weight::News => awake,
            Weight::Background if self.digest => next_nine(zone, now).unwrap_or(awake).max(awake),
            Weight::Background => awake,
        }
    }
}

/// Which way a message goes that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// This one, now.
    Here,
    /// This one, not before this moment.
    Later(Timestamp),
    /// To somebody else, who stands in.
    Instead(PersonId),
    /// By mail instead of chat, or the other way round.
    Otherwise(Lane),
    /// It reaches them another way already, or there is no way.
    Nowhere,
}

/// Where somebody can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// They have an address.
    pub mail: bool,
    /// They have an account in chat.
    pub chat: bool,
}

impl Preferences {
    /// Which way this message goes now. What requester and agents say to each other goes where they
    /// talk, at any hour. `stand_in` is told in place of whoever is away.
    pub fn way(
        &self,
        owed: &Owed,
        can: Reachable,
        stand_in: Option<&PersonId>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Way {
        let weight = owed.message.weight(owed.urgent);
        if weight == Weight::Conversation {
            return Way::Here;
        }
        if let Some(stand_in) = stand_in {
            return Way::Instead(stand_in.clone());
        }
        let (here, other, wanted) = match &owed.lane {
            Lane::Mail(who) => (can.mail, (can.chat, Lane::Chat(who.clone())), Reach::Chat),
            Lane::Chat(who) => (can.chat, (can.mail, Lane::Mail(who.clone())), Reach::Mail),
            Lane::Queue(_) | Lane::GiveOut(_) | Lane::Daily | Lane::Bus(_) => return Way::Here,
            Lane::Webhook(_) | Lane::Held(_) | Lane::Card(_) => return Way::Here,
        };
        let (there, lane) = other;
        if there && (!here || self.reach == wanted) {
            // What went both ways from the beginning needs no second way.
            return match owed.otherwise {
                Otherwise::Mail => Way::Otherwise(lane),
                Otherwise::Nothing => Way::Nowhere,
            };
        }
        if !here {
            return Way::Nowhere;
        }
        let moment = self.not_before(weight, zone, now);
        if moment > now { Way::Later(moment) } else { Way::Here }
    }
}

impl Quiet {
    /// When the quiet that reigns now ends; none where there is none.
    pub fn ends(&self, now: Timestamp) -> Option<Timestamp> {
        let today = now.to_zoned(self.zone.clone()).date();
        let yesterday = today.yesterday().ok()?;
        let nights = [yesterday, today].into_iter().filter_map(|day| self.night(day));
        nights.filter(|(from, to)| *from <= now && now < *to).map(|(_, to)| to).max()
    }

    fn night(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let ends_on = if self.to <= self.from { day.tomorrow().ok()? } else { day };
        Some((
            self.instant(day.to_datetime(self.from))?,
            self.instant(ends_on.to_datetime(self.to))?,
        ))
    }

    fn instant(&self, at: DateTime) -> Option<Timestamp> {
        Some(at.to_zoned(self.zone.clone()).ok()?.timestamp())
    }
}

/// The next nine o'clock in this zone: when the day's digests come.
pub fn next_nine(zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    next_at(DIGEST_AT, zone, now)
}

/// The first instant after `now` at which it is `time` in this zone.
fn next_at(time: Time, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    let days = std::iter::successors(Some(today), |day| day.checked_add(1.day()).ok()).take(3);
    let instants = days.filter_map(|day| day.to_datetime(time).to_zoned(zone.clone()).ok());
    instants.map(|zoned| zoned.timestamp()).find(|instant| *instant > now)
}

#[cfg(test)]
#[path = "preferences_tests.rs"]
mod tests;
