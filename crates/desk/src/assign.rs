//! Who of a queue is given a ticket: whoever can do it, is there, has room for it, and whose turn it
//! is. Knows no clock and no table: who is at work and how much they have is told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{CalendarId, Number, PersonId};
use crate::ticket::words;

words!(
    /// How the one is chosen among those who could take a ticket.
    How {
        /// Whoever was given one longest ago.
        RoundRobin = "round_robin",
        /// Whoever has the fewest open ones.
        LeastLoaded = "least_loaded",
    }
);

/// How a queue gives its tickets out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// How the one is chosen.
    pub how: How,
    /// How many open tickets somebody is given at most, where nothing else is said of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
}

/// What a member takes on, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Work {
    /// What they know. A ticket asks for it by a tag of the same name.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<String>,
    /// Where they go, by the ids of regions; empty is everywhere.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<String>,
    /// How many open tickets they are given at most; what the queue says when not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// When they work; always when not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
}

impl Work {
    /// Everything, everywhere, always.
    pub fn is_usual(&self) -> bool {
        *self == Work::default()
    }
}

/// A part of the country somebody goes to, by its postcodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// The short word it goes by.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What its postcodes begin with.
    pub postcodes: Vec<String>,
}

/// The region of a postcode: that of the longest beginning. Spaces and case do not matter.
pub fn region_of<'a>(regions: &'a [Region], postcode: &str) -> Option<&'a Region> {
    let plain = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.collect::<String>().to_lowercase()
    };
    let postcode = plain(postcode);
    let fits = |begins: &&String| !begins.is_empty() && postcode.starts_with(&plain(begins));
    let longest = |region: &Region| {
        let begins = region.postcodes.iter().filter(fits);
        begins.map(|begins| begins.chars().count()).max()
    };
    let fitting = regions.iter().filter_map(|region| Some((longest(region)?, region)));
    fitting.max_by_key(|(length, _)| *length).map(|(_, region)| region)
}

/// What a ticket asks of whoever takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Its tags; those that are somebody's skill are asked for.
    pub tags: BTreeSet<String>,
    /// Where it is.
    pub region: Option<String>,
    /// Who may be given it; empty is everybody in the queue.
    pub handlers: Vec<PersonId>,
}

/// Somebody of the queue, as they stand now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: PersonId,
    /// What they know.
    pub skills: BTreeSet<String>,
    /// Where they go; empty is everywhere.
    pub regions: BTreeSet<String>,
    /// When they are there next; none where that is not known. In the past or now: they are there.
    pub there: Option<Timestamp>,
    /// How many open tickets they have.
    pub load: u32,
    /// How many they are given at most.
    pub capacity: Option<u32>,
}

/// Who is given a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This one.
    Give(PersonId),
    /// Nobody yet. Somebody is there again at this moment, if that is known.
    Wait(Option<Timestamp>),
    /// Nobody ever: the queue has nobody to give it to.
    Nobody,
}

/// Whose turn it is, and what was given out a moment ago.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rota {
    /// Counts what was given out; the lock of whoever gives out the next.
    pub turn: u64,
    /// The turn at which each was last given something.
    pub last: BTreeMap<PersonId, u64>,
    /// What was given out so lately that a list may not show it yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fresh: Vec<Given>,
}

/// Something given out a moment ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Which ticket.
    pub number: Number,
    /// To whom.
    pub to: PersonId,
    /// When.
    pub at: Timestamp,
}

/// How long a list may take to show what was given out.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(30);

impl Rota {
    /// With one more ticket given out.
    pub fn given(&self, number: Number, to: &PersonId, now: Timestamp) -> Rota {
        let mut next = self.clone();
        next.turn += 1;
        next.last.insert(to.clone(), next.turn);
        next.fresh.retain(|given| given.at.duration_until(now) < FRESH_FOR);
        next.fresh.push(Given { number, to: to.clone(), at: now });
        next
    }

    /// What was given out so lately that a list may not show it: to be looked at by its number.
    pub fn fresh_numbers(&self) -> BTreeSet<Number> {
        self.fresh.iter().map(|given| given.number).collect()
    }

    /// How many tickets somebody has: those they were seen to have when `seen` were looked at, and
    /// those they were given since.
    pub fn load(&self, who: &PersonId, theirs: &[Number], seen: &BTreeSet<Number>) -> u32 {
        let since = self.fresh.iter().filter(|given| !seen.contains(&given.number));
        let since = since.filter(|given| given.to == *who).map(|given| given.number);
        let all: BTreeSet<Number> = theirs.iter().copied().chain(since).collect();
        u32::try_from(all.len()).unwrap_or(u32::MAX)
    }
}

/// Chooses. What nobody of the queue can do is asked of everybody: a ticket is not left lying
/// because a skill has no owner.
pub fn choose(
    need: &Need,
    candidates: &[Candidate],
    how: How,
    rota: &Rota,
    now: Timestamp,
) -> Choice {
    let able = able(need, candidates);
    if able.is_empty() {
        return Choice::Nobody;
    }
    let is_there = |one: &&&Candidate| one.there.is_some_and(|there| there <= now);
    let has_room = |one: &&&Candidate| one.capacity.is_none_or(|most| one.load < most);
    let free = able.iter().filter(is_there).filter(has_room);
    let turn = |one: &Candidate| rota.last.get(&one.id).copied().unwrap_or(0);
    let chosen = free.min_by_key(|one| match how {
        How::RoundRobin => (0, turn(one)),
        How::LeastLoaded => (one.load, turn(one)),
    });
    match chosen {
        Some(one) => Choice::Give(one.id.clone()),
        None => Choice::Wait(able.iter().filter_map(|one| one.there).filter(|at| *at > now).min()),
    }
}

/// Those who could do it, were they there.
fn able<'a>(need: &Need, candidates: &'a [Candidate]) -> Vec<&'a Candidate> {
    let everybody: Vec<&Candidate> = candidates.iter().collect();
    let meant = |one: &Candidate| need.handlers.is_empty() || need.handlers.contains(&one.id);
    let able = keep_if_any(everybody, meant);
    let able = match &need.region {
        None => able,
        Some(region) => {
            let able =
                keep_if_any(able, |one| one.regions.is_empty() || one.regions.contains(region));
            keep_if_any(able, |one| one.regions.contains(region))
        }
    };
    let known = |tag: &&String| able.iter().any(|one| one.skills.contains(*tag));
    let wanted: BTreeSet<&String> = need.tags.iter().filter(known).collect();
    let matched = |one: &Candidate| wanted.iter().filter(|tag| one.skills.contains(**tag)).count();
    let best = able.iter().map(|one| matched(one)).max().unwrap_or(0);
    keep_if_any(able.clone(), |one| matched(one) == best)
}

fn keep_if_any(all: Vec<&Candidate>, fits: impl Fn(&Candidate) -> bool) -> Vec<&Candidate> {
    let some: Vec<&Candidate> = all.iter().copied().filter(|one| fits(one)).collect();
    if some.is_empty() { all } else { some }
}

#[cfg(test)]
#[path = "assign_tests.rs"]
mod tests;
