//! Tickets that have to do with each other: links, merging, splitting, and who follows along.
//!
//! All of it is pointers. A merged ticket keeps its history and says where it lives on; a message
//! that begins a ticket of its own stays where it was written. So nothing is copied, nothing is lost,
//! and a merge can be taken back.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::Clocks;
use crate::command::Refusal;
use crate::event::Event;
use crate::history::{Actor, Entry};
use crate::id::{Number, PersonId};
use crate::lifecycle::Story;
use crate::ticket::{Closure, Status, Ticket, words};
use crate::waiting::Waiting;

/// How long a merge can be taken back.
pub const UNMERGE_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many links, and how many followers, a ticket may have.
pub const MOST_RELATED: usize = 100;

words!(
    /// What another ticket is to this one.
    Relation {
        /// They have to do with each other.
        Related = "related",
        /// The other is the whole this one is a part of.
        Parent = "parent",
        /// The other is a part of this one.
        Child = "child",
        /// The other cannot go on before this one is solved.
        Blocks = "blocks",
        /// This one cannot go on before the other is solved.
        BlockedBy = "blocked_by",
        /// This one asks what the other asked first.
        DuplicateOf = "duplicate_of",
        /// The other asks what this one asked first.
        DuplicatedBy = "duplicated_by",
        /// The other is closed, and this one goes on about it.
        FollowUpOf = "follow_up_of",
        /// This one is closed, and the other goes on about it.
        FollowedUpBy = "followed_up_by",
        /// This one began as a message of the other.
        SplitFrom = "split_from",
        /// A message of this one became the other.
        SplitInto = "split_into",
    }
);

impl Relation {
    /// The same relation, seen from the other ticket.
    pub fn reverse(self) -> Relation {
        match self {
            Relation::Related => Relation::Related,
            Relation::Parent => Relation::Child,
            Relation::Child => Relation::Parent,
            Relation::Blocks => Relation::BlockedBy,
            Relation::BlockedBy => Relation::Blocks,
            Relation::DuplicateOf => Relation::DuplicatedBy,
            Relation::DuplicatedBy => Relation::DuplicateOf,
            Relation::FollowUpOf => Relation::FollowedUpBy,
            Relation::FollowedUpBy => Relation::FollowUpOf,
            Relation::SplitFrom => Relation::SplitInto,
            Relation::SplitInto => Relation::SplitFrom,
        }
    }

    /// Whether people may say so; the rest records what the desk did.
    pub fn is_said_by_people(self) -> bool {
        match self {
            Relation::Related | Relation::Parent | Relation::Child => true,
            Relation::Blocks | Relation::BlockedBy => true,
            Relation::DuplicateOf | Relation::DuplicatedBy => true,
            Relation::FollowUpOf | Relation::FollowedUpBy => false,
            Relation::SplitFrom | Relation::SplitInto => false,
        }
    }
}

/// Another ticket, and what it is to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// What the other is.
    pub relation: Relation,
    /// Which.
    pub number: Number,
}

/// Where a merged ticket lives on, and how it stood when it was merged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    /// The ticket it lives on in.
    pub into: Number,
    /// Since when.
    pub at: Timestamp,
    status: Status,
    clocks: Clocks,
    waiting: Option<Waiting>,
}

/// Remembers how a ticket stands that is about to be merged.
pub(crate) fn remember(ticket: &mut Ticket, entry: &Entry) {
    if let Event::Merged { into } = &entry.event {
        ticket.merged = Some(Merged {
            into: *into,
            at: entry.at,
            status: ticket.status,
            clocks: ticket.clocks.clone(),
            waiting: ticket.waiting,
        });
    }
}

/// Where a merged ticket goes when it is taken out again.
pub(crate) fn status_before(ticket: &Ticket) -> Option<Status> {
    ticket.merged.as_ref().map(|merged| merged.status)
}

/// Puts back what merging stopped. The time in between counts for no clock.
fn restore(ticket: &mut Ticket, at: Timestamp) {
    let Some(merged) = ticket.merged.take() else { return };
    ticket.closure = None;
    ticket.closed_at = None;
    ticket.clocks = merged.clocks;
    ticket.clocks.skip(merged.at, at);
    ticket.waiting = merged.waiting.map(|before| Waiting::from(at, before.until));
}

/// What such a fact changes.
pub(crate) fn record(ticket: &mut Ticket, entry: &Entry) {
    match &entry.event {
        Event::Linked { relation, number } => {
            ticket.links.insert(Link { relation: *relation, number: *number });
        }
        Event::Unlinked { relation, number } => {
            ticket.links.remove(&Link { relation: *relation, number: *number });
        }
        Event::SplitOff { entry: said, into } => {
            ticket.split_off.insert(*said, *into);
            ticket.links.insert(Link { relation: Relation::SplitInto, number: *into });
        }
        Event::Merged { .. } => ticket.closure = Some(Closure::Merged),
        Event::Unmerged => restore(ticket, entry.at),
        Event::Absorbed { number, asker } => {
            ticket.absorbed.insert(*number, asker.clone());
        }
        Event::Parted { number } => {
            ticket.absorbed.remove(number);
        }
        Event::Followed { who } => {
            ticket.followers.insert(who.clone());
            if entry.by == Actor::System {
                ticket.here_by_merge.insert(who.clone());
            }
        }
        Event::Unfollowed { who } => {
            ticket.followers.remove(who);
            ticket.here_by_merge.remove(who);
        }
        _ => {}
    }
}

impl Story {
    pub(crate) fn link(&mut self, link: Link) -> Result<(), Refusal> {
        if link.number == self.ticket().number {
            return Err(Refusal::ItsOwn);
        }
        if self.ticket().links.contains(&link) {
            return Ok(());
        }
        if self.ticket().links.len() >= MOST_RELATED {
            return Err(Refusal::TooMany);
        }
        self.happened(Event::Linked { relation: link.relation, number: link.number });
        Ok(())
    }

    pub(crate) fn unlink(&mut self, link: Link) {
        if self.ticket().links.contains(&link) {
            self.happened(Event::Unlinked { relation: link.relation, number: link.number });
        }
    }

    pub(crate) fn split_off(&mut self, entry: u32, into: Number) -> Result<(), Refusal> {
        if let Some(into) = self.ticket().split_off.get(&entry) {
            return Err(Refusal::AlreadySplit { into: *into });
        }
        if self.ticket().links.len() >= MOST_RELATED {
            return Err(Refusal::TooMany);
        }
        self.happened(Event::SplitOff { entry, into });
        Ok(())
    }

    pub(crate) fn merge(&mut self, into: Number) -> Result<(), Refusal> {
        if into == self.ticket().number {
            return Err(Refusal::ItsOwn);
        }
        if !self.ticket().status.is_open() {
            return Err(self.refuse("merged", "reopen it first"));
        }
        self.happened(Event::Merged { into });
        Ok(())
    }

    /// The other side of a merge. Whoever asked the other follows here, so that they go on seeing
    /// where their request stands.
    pub(crate) fn absorb(&mut self, number: Number, asker: &PersonId) -> Result<(), Refusal> {
        if !self.ticket().status.is_open() {
            return Err(self.refuse("merged into", "reopen it first"));
        }
        if self.ticket().absorbed.len() >= MOST_RELATED {
            return Err(Refusal::TooMany);
        }
        self.happened(Event::Absorbed { number, asker: asker.clone() });
        if *asker != self.ticket().requester {
            self.let_follow(Actor::System, asker.clone())?;
        }
        Ok(())
    }

    pub(crate) fn unmerge(&mut self) -> Result<(), Refusal> {
        let Some(merged) = &self.ticket().merged else { return Err(Refusal::NotMerged) };
        if merged.at.checked_add(UNMERGE_WINDOW).is_ok_and(|last| self.now() > last) {
            return Err(Refusal::MergedTooLongAgo);
        }
        self.happened(Event::Unmerged);
        Ok(())
    }

    /// Whoever followed for this merge alone does so no more: a wrong merge must not leave somebody
    /// reading what is not theirs.
    pub(crate) fn part(&mut self, number: Number) {
        let Some(asker) = self.ticket().absorbed.get(&number).cloned() else { return };
        self.happened(Event::Parted { number });
        let asks_on = self.ticket().absorbed.values().any(|other| *other == asker);
        if !asks_on && self.ticket().here_by_merge.contains(&asker) {
            self.add(self.now(), Actor::System, Event::Unfollowed { who: asker }, None);
        }
    }

    pub(crate) fn follow(&mut self, who: PersonId) -> Result<(), Refusal> {
        let by = self.by().clone();
        self.let_follow(by, who)
    }

    fn let_follow(&mut self, by: Actor, who: PersonId) -> Result<(), Refusal> {
        if who == self.ticket().requester || self.ticket().followers.contains(&who) {
            return Ok(());
        }
        if self.ticket().followers.len() >= MOST_RELATED {
            return Err(Refusal::TooMany);
        }
        self.add(self.now(), by, Event::Followed { who }, None);
        Ok(())
    }

    pub(crate) fn unfollow(&mut self, who: PersonId) {
        if self.ticket().followers.contains(&who) {
            self.happened(Event::Unfollowed { who });
        }
    }
}

#[cfg(test)]
#[path = "related_tests.rs"]
mod tests;
