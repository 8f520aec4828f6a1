//! Who is told of what: the audience of each kind of entry. Never whoever did it.

use std::collections::BTreeSet;

use super::{Lane, Message, Otherwise, Owed, Scene, mention};
use crate::assign::How;
use crate::config::{Member, Queue};
use crate::history::{Actor, Entry, Event};
use crate::id::PersonId;
use crate::silence::is_silent;
use crate::sla::{Alarm, Metric};
use crate::ticket::{Acknowledgement, Closure, Priority, Status, Ticket};

/// A rating this low is told to those who answer for it.
const UNHAPPY: u8 = 2;

/// What is owed so far.
pub(super) struct Outbox<'a> {
    pub(super) ticket: &'a Ticket,
    pub(super) queue: Option<&'a Queue>,
    members: &'a [Member],
    /// Whose it is at the entry at hand.
    assignee: Option<PersonId>,
    /// Whether a rule wrote the entry at hand: then nobody did by hand.
    by_rule: bool,
    /// Whether the entry at hand was said in the requester's own thread, where they read it.
    in_their_thread: bool,
    pub(super) owed: Vec<Owed>,
}

impl<'a> Outbox<'a> {
    /// Nothing is owed yet.
    pub(super) fn of(scene: &Scene<'a>) -> Outbox<'a> {
        Outbox {
            ticket: scene.ticket,
            queue: scene.queue,
            members: scene.members,
            assignee: scene.before.and_then(|before| before.assignee.clone()),
            by_rule: false,
            in_their_thread: false,
            owed: Vec::new(),
        }
    }
}

impl Outbox<'_> {
    /// Adds what one entry owes.
    pub(super) fn tell(&mut self, seq: u32, entry: &Entry) {
        let by = entry.by.person_id();
        self.by_rule = entry.by.rule_id().is_some();
        self.in_their_thread = self.is_in_their_thread(entry);
        match &entry.event {
            Event::Opened { receipt, .. } => match receipt {
                Acknowledgement::Whole => self.requester(seq, None, Message::Receipt),
                Acknowledgement::Plain => self.requester(seq, None, Message::PlainReceipt),
                Acknowledgement::Withheld => {}
            },
            Event::Queued { .. } => self.arrived(seq),
            Event::Transferred { .. } => {
                self.arrived(seq);
                self.requester(seq, by, Message::MovedOn);
                self.not_yours(seq, by, None);
            }
            Event::Released => {
                self.assignee = None;
                self.look_again(seq);
                self.give_out(seq, None);
            }
            Event::Sought { how } => self.give_out(seq, Some(*how)),
            Event::Assigned { to, .. } => {
                self.assignee(seq, by, Message::Assigned);
                self.requester(seq, by, Message::InHands);
                self.not_yours(seq, by, Some(to));
            }
            Event::Claimed => {
                self.assignee = by.cloned();
                self.requester(seq, by, Message::InHands);
            }
            Event::AgentReplied => {
                self.requester(seq, by, Message::Reply);
                self.followers(seq, by, Message::Reply);
            }
            Event::AutoReplied => {
                self.requester(seq, None, Message::AutoReply);
                self.followers(seq, None, Message::AutoReply);
            }
            Event::Notified { who, queue } => self.notify(seq, who, *queue),
            Event::RuleRan { .. } | Event::RulesStopped { .. } | Event::MacroApplied { .. } => {}
            Event::Awaited => self.requester(seq, by, Message::Question),
            Event::Proposed => self.requester(seq, by, Message::Solution),
            Event::Submitted => self.reviewers(seq, by),
            Event::Approved => {
                self.requester(seq, by, Message::Solution);
                self.assignee(seq, by, Message::LetThrough);
            }
            Event::Returned => self.assignee(seq, by, Message::ChangesWanted),
            Event::Reminded { .. } => self.requester(seq, None, Message::Reminder),
            Event::Confirmed => {
                self.look_again(seq);
                self.assignee(seq, by, Message::Confirmed);
                self.requester(seq, None, Message::Solved);
                self.followers(seq, None, Message::Solved);
            }
            Event::ResolvedUnanswered => {
                self.look_again(seq);
                self.requester(seq, None, Message::Solved);
                self.followers(seq, None, Message::Solved);
            }
            Event::RequesterReplied => {
                self.agent_side(seq, by, Message::RequesterWrote);
                self.requester(seq, by, Message::OthersWrote);
                self.followers(seq, by, Message::OthersWrote);
            }
            Event::Declined => self.not_solved(seq, by),
            Event::Reopened => self.agent_side(seq, by, Message::CameBack),
            Event::Woken => {
                self.assignee(seq, by, Message::Awake);
                self.give_out(seq, None);
            }
            Event::Closed { closure } => {
                self.look_again(seq);
                self.ended(seq, &entry.by, *closure);
            }
            Event::Merged { into } => self.requester(seq, by, Message::GoesOnIn(*into)),
            Event::Absorbed { number, .. } => self.assignee(seq, by, Message::TookIn(*number)),
            Event::Unmerged => {
                self.requester(seq, by, Message::OnItsOwn);
                self.agent_side(seq, by, Message::OnItsOwn);
                self.give_out(seq, None);
            }
            // By the desk itself: a merge, of which they are told as of their own ticket.
            Event::Followed { who } if self.by_rule || by.is_some_and(|by| by != who) => {
                self.follower(seq, who, Message::NowFollowing);
            }
            Event::Followed { .. } | Event::Unfollowed { .. } => {}
            Event::Linked { .. } | Event::Unlinked { .. } | Event::SplitOff { .. } => {}
            Event::Parted { .. } => {}
            Event::Escalated => self.help_wanted(seq, by),
            Event::AlarmRaised { alarm, due, .. } if is_silent(self.ticket, *alarm, *due) => {}
            Event::AlarmRaised { metric, alarm, .. } => self.alarm(seq, *metric, *alarm),
            Event::Extended { .. } | Event::Acknowledged { .. } => {}
            Event::FormFilled { .. } | Event::FieldsSet { .. } => {}
            Event::VisitPlanned { .. } => {
                self.everyone_outside(seq, by, Message::VisitPlanned);
                self.assignee(seq, by, Message::VisitYours);
            }
            Event::VisitStarted => self.everyone_outside(seq, by, Message::VisitStarted),
            Event::VisitDone { .. } => self.everyone_outside(seq, by, Message::VisitDone),
            Event::VisitCancelled => {
                self.everyone_outside(seq, by, Message::VisitCancelled);
                self.assignee(seq, by, Message::VisitCancelled);
            }
            Event::VisitArrived => {}
            Event::TaskAdded { assignee: Some(to), .. } | Event::TaskGiven { to: Some(to), .. }
                if by != Some(to) =>
            {
                self.direct(seq, to, Message::TaskGiven);
            }
            Event::TaskDue { task } => self.task_due(seq, *task),
            Event::TaskAdded { .. } | Event::TaskRenamed { .. } | Event::TaskGiven { .. } => {}
            Event::TaskDated { .. } | Event::TaskDone { .. } | Event::TaskUndone { .. } => {}
            Event::Undeliverable { .. } => self.assignee(seq, None, Message::NotDelivered),
            Event::NoteAdded => self.mentioned(seq, entry),
            Event::PriorityChanged { .. } => {
                self.requester(seq, by, Message::Reprioritised);
                self.assignee(seq, by, Message::Reprioritised);
            }
            Event::Rated { score } if *score <= UNHAPPY => {
                self.assignee(seq, by, Message::Unhappy);
                self.lead(seq, by, Message::Unhappy);
            }
            Event::Rearmed { .. } | Event::Archived | Event::Resumed => {}
            Event::MessageEdited { .. } | Event::MessageDeleted { .. } => {}
            Event::Held { .. } | Event::TypeChanged { .. } | Event::Rated { .. } => {}
            Event::Retitled | Event::Tagged { .. } => {}
            Event::Annotated => {}
            Event::Translated { .. } => {}
        }
    }

    fn is_in_their_thread(&self, entry: &Entry) -> bool {
        let chat = entry.text.as_ref().and_then(|text| text.chat.as_ref());
        chat.is_some_and(|chat| !chat.inside && Some(&chat.place) == self.ticket.origin.as_ref())
    }

    pub(super) fn owe(&mut self, seq: u32, lane: Lane, message: Message, otherwise: Otherwise) {
        // Whoever is two things on a ticket is told once, as the first of them.
        if self.owed.iter().any(|owed| owed.seq == seq && owed.lane == lane) {
            return;
        }
        let number = self.ticket.number;
        let urgent = self.ticket.priority == Priority::Urgent;
        let except = Vec::new();
        self.owed.push(Owed { number, seq, lane, message, otherwise, except, urgent });
    }

    /// On the channel they came by; never to whoever did it. A machine gets what an agent writes by
    /// hand and nothing the desk writes by itself: two machines would answer each other for ever.
    fn requester(&mut self, seq: u32, by: Option<&PersonId>, message: Message) {
        let to_a_machine = self.ticket.silent && (self.by_rule || message.is_automatic());
        if to_a_machine || self.in_their_thread || by == Some(&self.ticket.requester) {
            return;
        }
        let requester = self.ticket.requester.clone();
        let in_chat = self.ticket.channel.is_chat();
        let lane = if in_chat { Lane::Chat(requester) } else { Lane::Mail(requester) };
        self.owe(seq, lane, message, Otherwise::Mail);
    }

    /// Those who are told what the requester is told, each the way they are reached.
    fn followers(&mut self, seq: u32, by: Option<&PersonId>, message: Message) {
        let ticket = self.ticket;
        let others = ticket.followers.iter().filter(|who| by != Some(who));
        for who in others.filter(|who| **who != ticket.requester) {
            self.follower(seq, who, message);
        }
    }

    /// A follower whose request was merged in goes on hearing of it where they asked.
    fn follower(&mut self, seq: u32, who: &PersonId, message: Message) {
        if !(self.ticket.silent && (self.by_rule || message.is_automatic())) {
            self.direct(seq, who, message);
        }
    }

    fn direct(&mut self, seq: u32, person: &PersonId, message: Message) {
        self.owe(seq, Lane::Chat(person.clone()), message, Otherwise::Mail);
    }

    fn both_ways(&mut self, seq: u32, person: &PersonId, message: Message) {
        self.owe(seq, Lane::Mail(person.clone()), message, Otherwise::Nothing);
        self.owe(seq, Lane::Chat(person.clone()), message, Otherwise::Nothing);
    }

    fn assignee(&mut self, seq: u32, by: Option<&PersonId>, message: Message) {
        if let Some(assignee) = self.ticket.assignee.clone().filter(|who| by != Some(who)) {
            self.direct(seq, &assignee, message);
        }
    }

    /// Whoever had it until now.
    fn not_yours(&mut self, seq: u32, by: Option<&PersonId>, now: Option<&PersonId>) {
        let before = std::mem::replace(&mut self.assignee, now.cloned());
        let told = before.filter(|before| by != Some(before) && now != Some(before));
        if let Some(before) = told {
            self.direct(seq, &before, Message::NotYours);
        }
    }

    /// The second time the lead hears of it, too.
    fn not_solved(&mut self, seq: u32, by: Option<&PersonId>) {
        self.assignee_both_ways(seq, by, Message::NotSolved);
        if self.ticket.declined > 1 {
            self.lead(seq, by, Message::NotSolved);
        }
    }

    fn lead(&mut self, seq: u32, by: Option<&PersonId>, message: Message) {
        let lead = self.queue.and_then(|queue| queue.lead.clone());
        if let Some(lead) = lead.filter(|lead| by != Some(lead)) {
            self.direct(seq, &lead, message);
        }
    }

    /// Colleagues named in a note.
    fn mentioned(&mut self, seq: u32, note: &Entry) {
        let words = note.text.as_ref().map(|text| text.body.as_str()).unwrap_or_default();
        for person in mention::mentioned(words, self.members) {
            if note.by.person_id() != Some(&person) {
                self.direct(seq, &person, Message::Mentioned);
            }
        }
    }

    fn assignee_both_ways(&mut self, seq: u32, by: Option<&PersonId>, message: Message) {
        if let Some(assignee) = self.ticket.assignee.clone().filter(|who| by != Some(who)) {
            self.both_ways(seq, &assignee, message);
        }
    }

    /// The assignee, or the queue while there is none.
    fn agent_side(&mut self, seq: u32, by: Option<&PersonId>, message: Message) {
        if self.ticket.assignee.is_some() {
            self.assignee(seq, by, message);
        } else {
            self.queue(seq, message, by.map(std::slice::from_ref).unwrap_or_default());
        }
    }

    fn queue(&mut self, seq: u32, message: Message, except: &[PersonId]) {
        if let Some(queue) = self.ticket.queue.clone() {
            self.owe(seq, Lane::Queue(queue), message, Otherwise::Mail);
            if let Some(owed) = self.owed.last_mut() {
                owed.except = except.to_vec();
            }
        }
    }

    /// Where the desk gives tickets out by itself, its members hear of those that are theirs.
    fn arrived(&mut self, seq: u32) {
        if self.gives_out() {
            self.channel(seq, Message::Card);
            self.give_out(seq, None);
        } else {
            self.queue(seq, Message::Card, &[]);
        }
    }

    fn gives_out(&self) -> bool {
        self.queue.is_some_and(|queue| queue.assignment.is_some())
    }

    /// Has somebody found for it, if it still waits for somebody when all of this has happened.
    fn give_out(&mut self, seq: u32, how: Option<How>) {
        let waits = matches!(self.ticket.status, Status::New | Status::PendingAssignment);
        if !waits || self.ticket.assignee.is_some() || !(how.is_some() || self.gives_out()) {
            return;
        }
        if let Some(queue) = self.ticket.queue.clone() {
            self.owe(seq, Lane::GiveOut(queue), Message::GiveOut(how), Otherwise::Nothing);
        }
    }

    /// Whoever had this one has room for another: what waits in the queue is looked at again.
    fn look_again(&mut self, seq: u32) {
        let Some(queue) = self.ticket.queue.clone().filter(|_| self.gives_out()) else { return };
        self.owe(seq, Lane::GiveOut(queue), Message::GiveOut(None), Otherwise::Nothing);
    }

    fn notify(&mut self, seq: u32, who: &BTreeSet<PersonId>, queue: bool) {
        for person in who {
            self.direct(seq, person, Message::Notice);
        }
        if queue {
            self.queue(seq, Message::Notice, &who.iter().cloned().collect::<Vec<_>>());
        }
    }

    /// The queue's channel alone; members are told another way.
    pub(super) fn channel(&mut self, seq: u32, message: Message) {
        if let Some(queue) = self.ticket.queue.clone() {
            self.owe(seq, Lane::Queue(queue), message, Otherwise::Nothing);
        }
    }

    fn ended(&mut self, seq: u32, by: &Actor, closure: Closure) {
        match closure {
            Closure::Cancelled => self.assignee(seq, by.person_id(), Message::Withdrawn),
            Closure::Rejected | Closure::Duplicate => {
                self.requester(seq, by.person_id(), Message::Ended(closure));
            }
            Closure::Confirmed | Closure::NoReply | Closure::Merged | Closure::Spam => {}
        }
    }

    /// The lead, unless it is their own work; else whoever of the queue looks first.
    fn reviewers(&mut self, seq: u32, by: Option<&PersonId>) {
        let lead = self.queue.and_then(|queue| queue.lead.clone());
        match lead.filter(|lead| by != Some(lead)) {
            Some(lead) => {
                self.direct(seq, &lead, Message::ReviewWanted);
                self.channel(seq, Message::ReviewWanted);
            }
            None => {
                let except = by.map(std::slice::from_ref).unwrap_or_default();
                self.queue(seq, Message::ReviewWanted, except);
            }
        }
    }

    fn everyone_outside(&mut self, seq: u32, by: Option<&PersonId>, message: Message) {
        self.requester(seq, by, message);
        self.followers(seq, by, message);
    }

    /// Whoever it was given, else the assignee, else the queue.
    fn task_due(&mut self, seq: u32, task: u32) {
        let given = self.ticket.tasks.get(&task).and_then(|task| task.assignee.clone());
        match given.or_else(|| self.ticket.assignee.clone()) {
            Some(person) => self.direct(seq, &person, Message::TaskDue),
            None => self.queue(seq, Message::TaskDue, &[]),
        }
    }

    fn help_wanted(&mut self, seq: u32, by: Option<&PersonId>) {
        let Some(queue) = self.queue else { return };
        let mut above: Vec<PersonId> =
            [&queue.lead, &queue.manager].into_iter().flatten().cloned().collect();
        above.dedup();
        for person in above.iter().filter(|person| by != Some(person)) {
            self.both_ways(seq, person, Message::HelpWanted);
        }
    }

    /// The ladder: warnings and repeats nag whoever must act, each rung above is told once.
    fn alarm(&mut self, seq: u32, metric: Metric, alarm: Alarm) {
        let message = Message::Alarm(metric, alarm);
        let rung = self.queue.and_then(|queue| match alarm {
            Alarm::Warning(_) | Alarm::Repeat(_) => None,
            Alarm::Breach => queue.lead.clone().or_else(|| queue.manager.clone()),
            Alarm::Manager => queue.manager.clone().or_else(|| queue.head.clone()),
            Alarm::Head => queue.head.clone(),
        });
        if let Some(person) = &rung {
            self.both_ways(seq, person, message);
        }
        match alarm {
            Alarm::Manager | Alarm::Head => {}
            Alarm::Warning(_) | Alarm::Repeat(_) | Alarm::Breach => {
                self.whoever_must_act(seq, message, rung.as_ref());
            }
        }
    }

    fn whoever_must_act(&mut self, seq: u32, message: Message, told: Option<&PersonId>) {
        let Message::Alarm(_, alarm) = message else { return };
        if self.ticket.assignee.is_some() {
            self.assignee(seq, told, message);
            if alarm == Alarm::Breach {
                self.channel(seq, message);
            }
        } else {
            self.queue(seq, message, told.map(std::slice::from_ref).unwrap_or_default());
        }
    }
}

#[cfg(test)]
#[path = "audience_tests.rs"]
mod tests;
