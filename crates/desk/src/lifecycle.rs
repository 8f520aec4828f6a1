//! What may happen next. Pure: a ticket, a permitted command and the time in; facts or a refusal out.

use jiff::{SignedDuration, Timestamp};

use crate::access::Permit;
use crate::assign::How;
use crate::command::{Command, Filled, Opening, Refusal};
use crate::history::{Actor, Entry, Event, Pointer, Text, evolve};
use crate::id::PersonId;
use crate::sla::{self, Promise};
use crate::talk::Said;
use crate::task;
use crate::ticket::{Closure, Priority, Status, Ticket};
use crate::waiting::{self, Act, HOLD_AT_MOST};
use crate::ways::{Move, can_be_forbidden};

/// Decides one command. Whatever fell due before it is recorded first, at the instant it fell due,
/// so that a late look and a punctual one write the same history.
pub fn decide(
    ticket: Option<&Ticket>,
    permit: &Permit,
    now: Timestamp,
) -> Result<Vec<Entry>, Refusal> {
    let command = permit.command().clone();
    let Some(ticket) = ticket else {
        return match command {
            Command::Open(opening) => Ok(open(*opening, permit.by(), now)),
            _ => Err(Refusal::NotOpened),
        };
    };
    let mut story = Story::of(ticket, permit.by().clone(), now);
    story.measure();
    let solves = matches!(command, Command::Propose(_) | Command::Submit(_));
    let open = task::open(ticket);
    if solves && permit.waits_for_tasks() && open > 0 {
        return Err(Refusal::TasksOpen { open });
    }
    let can_be_forbidden = can_be_forbidden(&command);
    story.carry_out(command)?;
    let ways = permit.ways();
    match story.moves.iter().find(|one| can_be_forbidden && ways.forbidden.contains(one)) {
        None => Ok(story.entries),
        Some((from, to)) => Err(Refusal::Forbidden {
            from: ways.label(*from).to_owned(),
            to: ways.label(*to).to_owned(),
        }),
    }
}

fn open(opening: Opening, by: &Actor, now: Timestamp) -> Vec<Entry> {
    let text = opening.text.in_its_language();
    let opened = Event::Opened {
        number: opening.number,
        requester: opening.requester,
        kind: opening.kind,
        priority: opening.priority,
        channel: opening.channel,
        promise: opening.promise,
        origin: opening.origin,
        silent: opening.silent,
        receipt: opening.receipt,
        external_id: opening.external_id,
        organisation: opening.organisation,
        language: text.language.clone(),
    };
    let queued = Event::Queued { queue: opening.queue };
    let mut entries = vec![
        Entry { at: now, by: by.clone(), event: opened, text: Some(text) },
        Entry { at: now, by: Actor::System, event: queued, text: None },
    ];
    entries.extend(opening.filled.into_iter().flat_map(|filled| fill(filled, by, now)));
    entries
}

/// What a form says besides: its answers, and what there is to do.
fn fill(filled: Filled, by: &Actor, now: Timestamp) -> Vec<Entry> {
    let Filled { form, answers, tasks } = filled;
    let event = Event::FormFilled { form, fields: answers.keys().cloned().collect() };
    let text = Some(Text { answers, ..Text::default() });
    let mut entries = vec![Entry { at: now, by: by.clone(), event, text }];
    entries.extend(tasks.into_iter().map(|step| {
        let days = step.due_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let due_at = days.and_then(|days| now.checked_add(days).ok());
        let event = Event::TaskAdded { assignee: None, due_at };
        Entry { at: now, by: Actor::System, event, text: Some(Text::plain(step.title)) }
    }));
    entries
}

/// A ticket and the entries being added to it.
pub(crate) struct Story {
    ticket: Ticket,
    by: Actor,
    now: Timestamp,
    entries: Vec<Entry>,
    moves: Vec<Move>,
}

impl Story {
    fn of(ticket: &Ticket, by: Actor, now: Timestamp) -> Story {
        Story {
            ticket: ticket.clone(),
            by,
            now: now.max(ticket.updated_at),
            entries: Vec::new(),
            moves: Vec::new(),
        }
    }

    pub(crate) fn by(&self) -> &Actor {
        &self.by
    }

    pub(crate) fn add(&mut self, at: Timestamp, by: Actor, event: Event, text: Option<Text>) {
        let at = at.max(self.ticket.updated_at);
        let entry = Entry { at, by, event, text };
        if let Some(ticket) = evolve(Some(self.ticket.clone()), &entry) {
            if ticket.status != self.ticket.status {
                self.moves.push((self.ticket.status, ticket.status));
            }
            self.ticket = ticket;
        }
        self.entries.push(entry);
    }

    pub(crate) fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn happened(&mut self, event: Event) {
        self.add(self.now, self.by.clone(), event, None);
    }

    pub(crate) fn said(&mut self, event: Event, text: Text) {
        self.add(self.now, self.by.clone(), event, Some(text));
    }

    /// Puts every alarm that is due on record, each at its instant, in their order.
    fn measure(&mut self) {
        while let Some(due) = sla::next_alarm(&self.ticket).filter(|due| due.at <= self.now) {
            let event = Event::AlarmRaised { metric: due.metric, alarm: due.alarm, due: due.at };
            self.add(due.at, Actor::System, event, None);
        }
    }

    fn carry_out(&mut self, command: Command) -> Result<(), Refusal> {
        if self.ticket.status == Status::Closed && !outlives_closing(&command) {
            return Err(match &self.ticket.merged {
                Some(merged) => Refusal::MergedInto { into: merged.into },
                None => Refusal::Closed,
            });
        }
        match command {
            Command::Open(_) => return Err(Refusal::AlreadyOpened),
            Command::Tick => self.tick(),
            Command::ReplyAsRequester(text) => self.requester_replies(text),
            Command::ReplyAsAgent(text) => self.said(Event::AgentReplied, text),
            Command::AddNote(text) => self.said(Event::NoteAdded, text),
            Command::Claim => self.claim()?,
            Command::Assign { to } => self.assign(to)?,
            Command::Seek { how } => self.seek(how)?,
            Command::Give { to, how } => self.give(to, how),
            Command::Release => self.move_on("released", Event::Released, None)?,
            Command::Transfer { queue, reason } => {
                self.move_on("moved to another queue", Event::Transferred { queue }, Some(reason))?;
            }
            Command::Hold { until, reason } => self.hold(until, reason)?,
            Command::Await(text) => {
                self.move_on("put back to the requester", Event::Awaited, Some(text))?
            }
            Command::Propose(text) => {
                let text = text.in_its_language();
                self.move_on("proposed as solved", Event::Proposed, Some(text))?
            }
            Command::Submit(text) => {
                let text = text.in_its_language();
                self.move_on("submitted for review", Event::Submitted, Some(text))?
            }
            Command::Approve => self.approve()?,
            Command::Return(text) => {
                self.may_review()?;
                self.move_on("returned", Event::Returned, Some(text))?
            }
            Command::Confirm => self.move_on("confirmed", Event::Confirmed, None)?,
            Command::Decline(text) => self.move_on("declined", Event::Declined, Some(text))?,
            Command::Reopen(text) => self.move_on("reopened", Event::Reopened, Some(text))?,
            Command::Cancel(text) => self.end("cancelled", Closure::Cancelled, text)?,
            Command::Reject(text) => self.end("rejected", Closure::Rejected, text)?,
            Command::Close { closure, reason } => self.close(closure, reason)?,
            Command::Escalate(text) => self.said(Event::Escalated, text),
            Command::Rate { score, comment } => self.rate(score, comment)?,
            Command::SetPriority { to, promise } => self.set_priority(to, *promise),
            Command::Rearm { promise } => self.rearm(*promise),
            Command::SetType { to } if to != self.ticket.kind => {
                self.happened(Event::TypeChanged { to });
            }
            Command::SetType { .. } => {}
            Command::Retitle(text) => self.said(Event::Retitled, text),
            Command::Annotate(text) => self.said(Event::Annotated, text),
            Command::Translate { part, language, text } => self.translate(part, language, text)?,
            Command::Tag { tags } if tags != self.ticket.tags => {
                self.happened(Event::Tagged { tags });
            }
            Command::Tag { .. } => {}
            Command::Link(link) => self.link(link)?,
            Command::Unlink(link) => self.unlink(link),
            Command::SplitOff { entry, into } => self.split_off(entry, into)?,
            Command::Merge { into } => self.merge(into)?,
            Command::Absorb { number, asker } => self.absorb(number, &asker)?,
            Command::Unmerge => self.unmerge()?,
            Command::Part { number } => self.part(number),
            Command::Follow { who } => self.follow(who)?,
            Command::Unfollow { who } => self.unfollow(who),
            Command::Extend { due_at, reason } => self.extend(due_at, reason)?,
            Command::Acknowledge => self.acknowledge()?,
            Command::ApplyMacro { id, name } => self.happened(Event::MacroApplied { id, name }),
            Command::ReplyAsDesk(text) => self.said(Event::AutoReplied, text),
            Command::Notify { who, queue, text } => {
                self.said(Event::Notified { who, queue }, text);
            }
            Command::SetFields { fields, text } if !fields.is_empty() => {
                self.said(Event::FieldsSet { fields }, text);
            }
            Command::SetFields { .. } => {}
            Command::AddTask { title, assignee, due_at } => {
                self.add_task(title, assignee, due_at)?;
            }
            Command::ChangeTask { task, change } => self.change_task(task, *change)?,
            Command::Visit(step) => self.visit(*step)?,
            Command::EditMessage { said, text } => {
                let Said { entry, visibility, .. } = said;
                self.said(Event::MessageEdited { entry, visibility }, text);
            }
            Command::DeleteMessage { said } => {
                let Said { entry, visibility, .. } = said;
                self.happened(Event::MessageDeleted { entry, visibility });
            }
            Command::Archive => self.archive(),
            Command::ReportUndeliverable { message, reason } => {
                self.happened(Event::Undeliverable { message, reason });
            }
        }
        Ok(())
    }

    fn tick(&mut self) {
        self.remind_of_tasks();
        let Some(due) = waiting::next_act(&self.ticket).filter(|due| due.at <= self.now) else {
            return;
        };
        let reminders = self.ticket.waiting.map_or(0, |waiting| waiting.reminders);
        let event = match due.act {
            Act::Remind => Event::Reminded { number: reminders.saturating_add(1) },
            Act::ResolveUnanswered => Event::ResolvedUnanswered,
            Act::Wake => Event::Woken,
            Act::CloseResolved => {
                Event::Closed { closure: self.ticket.closure.unwrap_or(Closure::NoReply) }
            }
        };
        self.add(self.now, Actor::System, event, None);
        self.measure();
    }

    fn requester_replies(&mut self, text: Text) {
        match self.ticket.status {
            Status::AwaitingConfirmation if self.is_by_requester() => {
                self.said(Event::Declined, text);
            }
            // Whether it helped is for the requester to say; a follower is heard all the same.
            Status::AwaitingConfirmation => self.said(Event::RequesterReplied, text),
            Status::Resolved => {
                self.said(Event::RequesterReplied, text);
                self.happened(Event::Reopened);
            }
            Status::AwaitingRequester => {
                self.said(Event::RequesterReplied, text);
                self.happened(Event::Resumed);
            }
            Status::OnHold => {
                self.said(Event::RequesterReplied, text);
                self.happened(Event::Woken);
            }
            Status::New | Status::PendingAssignment | Status::InProgress | Status::InReview => {
                self.said(Event::RequesterReplied, text);
            }
            Status::Closed => {}
        }
    }

    fn is_by_requester(&self) -> bool {
        self.by.person_id() == Some(&self.ticket.requester)
    }

    fn claim(&mut self) -> Result<(), Refusal> {
        if !self.ticket.status.is_open() {
            return Err(self.refuse("claimed", "reopen it first"));
        }
        match (&self.ticket.assignee, self.by.person_id()) {
            (Some(assignee), Some(me)) if assignee == me => {}
            (Some(assignee), _) => return Err(Refusal::AlreadyClaimed { by: assignee.clone() }),
            (None, _) => self.happened(Event::Claimed),
        }
        Ok(())
    }

    fn assign(&mut self, to: PersonId) -> Result<(), Refusal> {
        if !self.ticket.status.is_open() {
            return Err(self.refuse("assigned", "reopen it first"));
        }
        if self.ticket.assignee.as_ref() != Some(&to) {
            self.happened(Event::Assigned { to, how: None });
        }
        Ok(())
    }

    fn seek(&mut self, how: How) -> Result<(), Refusal> {
        match (self.ticket.status, &self.ticket.assignee) {
            (Status::New | Status::PendingAssignment, None) => self.happened(Event::Sought { how }),
            (_, Some(_)) => return Err(self.refuse("given out", "release it first")),
            (_, None) => return Err(self.refuse("given out", "assign it to somebody by name")),
        }
        Ok(())
    }

    /// Whoever took it in the meantime keeps it.
    fn give(&mut self, to: PersonId, how: How) {
        let waits = matches!(self.ticket.status, Status::New | Status::PendingAssignment);
        if waits && self.ticket.assignee.is_none() {
            self.happened(Event::Assigned { to, how: Some(how) });
        }
    }

    /// Nobody reviews their own work.
    fn may_review(&self) -> Result<(), Refusal> {
        let author = self.ticket.review.as_ref().and_then(|review| review.by.as_ref());
        let own = author.is_some() && author == self.by.person_id();
        if own { Err(Refusal::OwnWork) } else { Ok(()) }
    }

    /// What is let through are the words that were submitted, where they stand.
    fn approve(&mut self) -> Result<(), Refusal> {
        self.may_review()?;
        let number = self.ticket.number;
        let of = self.ticket.review.as_ref().map(|review| Pointer { number, seq: review.entry });
        self.move_on("approved", Event::Approved, Some(Text { of, ..Text::default() }))
    }

    fn hold(&mut self, until: Option<Timestamp>, reason: Text) -> Result<(), Refusal> {
        let latest = self.now.checked_add(HOLD_AT_MOST).map_err(|_| Refusal::HoldOutOfRange)?;
        let until = until.unwrap_or(latest);
        if until <= self.now || until > latest {
            return Err(Refusal::HoldOutOfRange);
        }
        let held = Event::Held { until };
        if self.ticket.status == Status::OnHold {
            self.said(held, reason);
            return Ok(());
        }
        self.move_on("put on hold", held, Some(reason))
    }

    fn close(&mut self, closure: Option<Closure>, reason: Text) -> Result<(), Refusal> {
        if self.ticket.status == Status::Resolved {
            let closure = closure.or(self.ticket.closure).unwrap_or(Closure::NoReply);
            self.said(Event::Closed { closure }, reason);
            return Ok(());
        }
        let without_solution = closure.filter(|closure| match closure {
            Closure::Cancelled | Closure::Rejected | Closure::Duplicate | Closure::Spam => true,
            Closure::Confirmed | Closure::NoReply | Closure::Merged => false,
        });
        let hint =
            "propose a solution, or give one of cancelled, rejected, duplicate, spam as the reason";
        let closure = without_solution.ok_or_else(|| self.refuse("closed", hint))?;
        self.end("closed", closure, reason)
    }

    fn end(&mut self, done: &'static str, closure: Closure, reason: Text) -> Result<(), Refusal> {
        if !self.ticket.status.is_open() {
            return Err(self.refuse(done, "it is already solved"));
        }
        self.said(Event::Closed { closure }, reason);
        Ok(())
    }

    fn rate(&mut self, score: u8, comment: Text) -> Result<(), Refusal> {
        if !(1..=5).contains(&score) {
            return Err(Refusal::ScoreOutOfRange);
        }
        if self.ticket.status.is_open() {
            return Err(self.refuse("rated", "wait until it is solved"));
        }
        self.said(Event::Rated { score }, comment.in_its_language());
        Ok(())
    }

    fn set_priority(&mut self, to: Priority, promise: Promise) {
        if to != self.ticket.priority {
            self.happened(Event::PriorityChanged { to, promise });
        }
    }

    /// A date that was agreed with somebody is kept, and so is the time a reopened ticket was given.
    fn rearm(&mut self, promise: Promise) {
        let given = self.ticket.clocks.resolution.extended.is_some();
        if self.ticket.status.is_open() && !given && promise != self.ticket.promise {
            self.happened(Event::Rearmed { promise });
        }
    }

    /// Adds a fact that moves the ticket, if the state machine knows the way.
    fn move_on(
        &mut self,
        done: &'static str,
        event: Event,
        text: Option<Text>,
    ) -> Result<(), Refusal> {
        let from = self.ticket.status;
        let to = match &event {
            Event::Released | Event::Transferred { .. } => Status::PendingAssignment,
            Event::Awaited => Status::AwaitingRequester,
            Event::Held { .. } => Status::OnHold,
            Event::Proposed | Event::Approved => Status::AwaitingConfirmation,
            Event::Submitted => Status::InReview,
            Event::Confirmed => Status::Resolved,
            _ => Status::InProgress,
        };
        let known = match &event {
            Event::Transferred { .. } => {
                from == to || from.may_become(to) && from != Status::OnHold
            }
            Event::Released => from == Status::InProgress,
            Event::Confirmed | Event::Declined => from == Status::AwaitingConfirmation,
            Event::Reopened => from == Status::Resolved,
            Event::Proposed => from == Status::InProgress,
            Event::Approved | Event::Returned => from == Status::InReview,
            _ => from.may_become(to),
        };
        if !known {
            return Err(self.refuse(done, hint(from)));
        }
        self.add(self.now, self.by.clone(), event, text);
        Ok(())
    }

    pub(crate) fn refuse(&self, done: &'static str, hint: &'static str) -> Refusal {
        Refusal::NotAllowed { from: self.ticket.status, done, hint }
    }
}

/// What may still be recorded about a closed ticket.
fn outlives_closing(command: &Command) -> bool {
    matches!(
        command,
        Command::Tick
            | Command::Archive
            | Command::Rate { .. }
            | Command::Translate { .. }
            | Command::AddNote(_)
            | Command::EditMessage { .. }
            | Command::DeleteMessage { .. }
            | Command::Notify { .. }
            | Command::ApplyMacro { .. }
            | Command::ReportUndeliverable { .. }
            | Command::Link(_)
            | Command::Unlink(_)
            | Command::Unmerge
            | Command::Part { .. }
            | Command::Unfollow { .. }
            | Command::Open(_)
    )
}

fn hint(from: Status) -> &'static str {
    match from {
        Status::New | Status::PendingAssignment => "claim it first",
        Status::InProgress => "propose a solution first",
        Status::InReview => "it waits for a colleague's review",
        Status::AwaitingRequester => "the requester has to answer first",
        Status::AwaitingConfirmation => "the requester has to confirm or decline first",
        Status::OnHold => "it is waiting; a message from the requester or its date wakes it up",
        Status::Resolved => "reopen it first",
        Status::Closed => "open a new ticket",
    }
}
