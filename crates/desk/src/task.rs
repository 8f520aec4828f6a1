//! Tasks of a ticket: what there is to do, by whom and by when. Their titles are words of people and
//! stand in the texts of entries; here is only where.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::command::Refusal;
use crate::history::{Entry, Event, Pointer, Text};
use crate::id::PersonId;
use crate::lifecycle::Story;
use crate::ticket::Ticket;

/// Tasks a ticket may have.
const TASKS_AT_MOST: usize = 100;

/// Tasks by the entry that added them.
pub type Tasks = BTreeMap<u32, Task>;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The entry whose words are its title.
    pub words: u32,
    /// Whose it is; none is the ticket's assignee's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PersonId>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Whether somebody was reminded that it is due.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reminded: bool,
    /// That it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
}

/// When something was done, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When.
    pub at: Timestamp,
    /// By whom; none is the desk.
    pub by: Option<PersonId>,
}

/// What is to become different about a task; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Another title.
    pub title: Option<Text>,
    /// Another assignee, or none.
    pub assignee: Option<Option<PersonId>>,
    /// Another date, or none.
    pub due_at: Option<Option<Timestamp>>,
    /// Done, or not after all.
    pub done: Option<bool>,
}

/// The next task somebody is reminded of, and when.
pub(crate) fn next_due(ticket: &Ticket) -> Option<(Timestamp, u32)> {
    dated(ticket).min()
}

/// When somebody will be reminded of tasks, one after the other.
pub(crate) fn coming(ticket: &Ticket) -> impl Iterator<Item = Timestamp> {
    dated(ticket).map(|(at, _)| at)
}

fn dated(ticket: &Ticket) -> impl Iterator<Item = (Timestamp, u32)> {
    let open = ticket.status.is_open();
    let waits = move |task: &Task| open && task.done.is_none() && !task.reminded;
    let tasks = ticket.tasks.iter().filter(move |(_, task)| waits(task));
    tasks.filter_map(|(id, task)| Some((task.due_at?, *id)))
}

/// How many are not done.
pub fn open(ticket: &Ticket) -> usize {
    ticket.tasks.values().filter(|task| task.done.is_none()).count()
}

/// What a fact about tasks changes; the ticket counts the entry already.
pub(crate) fn record(ticket: &mut Ticket, entry: &Entry) {
    let here = ticket.version;
    if let Event::TaskAdded { assignee, due_at } = &entry.event {
        let task = Task {
            words: here,
            assignee: assignee.clone(),
            due_at: *due_at,
            reminded: false,
            done: None,
        };
        ticket.tasks.insert(here, task);
        return;
    }
    let Some(task) = entry.event.task().and_then(|id| ticket.tasks.get_mut(&id)) else { return };
    match &entry.event {
        Event::TaskRenamed { .. } => task.words = here,
        Event::TaskGiven { to, .. } => task.assignee = to.clone(),
        Event::TaskDated { due_at, .. } => {
            task.due_at = *due_at;
            task.reminded = false;
        }
        Event::TaskDone { .. } => {
            task.done = Some(Done { at: entry.at, by: entry.by.person_id().cloned() });
        }
        Event::TaskUndone { .. } => task.done = None,
        Event::TaskDue { .. } => task.reminded = true,
        _ => {}
    }
}

impl Event {
    /// The task it is about, unless it adds one.
    pub(crate) fn task(&self) -> Option<u32> {
        match self {
            Event::TaskRenamed { task }
            | Event::TaskGiven { task, .. }
            | Event::TaskDated { task, .. }
            | Event::TaskDone { task }
            | Event::TaskUndone { task }
            | Event::TaskDue { task } => Some(*task),
            _ => None,
        }
    }
}

impl Story {
    pub(crate) fn add_task(
        &mut self,
        title: Text,
        assignee: Option<PersonId>,
        due_at: Option<Timestamp>,
    ) -> Result<(), Refusal> {
        if self.ticket().tasks.len() >= TASKS_AT_MOST {
            return Err(Refusal::TooMany);
        }
        self.said(Event::TaskAdded { assignee, due_at }, title);
        Ok(())
    }

    /// Each difference is a fact of its own; what is as it should be changes nothing.
    pub(crate) fn change_task(&mut self, task: u32, change: Change) -> Result<(), Refusal> {
        let before = self.ticket().tasks.get(&task).cloned().ok_or(Refusal::NoSuchTask)?;
        if let Some(title) = change.title {
            self.said(Event::TaskRenamed { task }, title);
        }
        if let Some(to) = change.assignee.filter(|to| *to != before.assignee) {
            self.about(task, Event::TaskGiven { task, to });
        }
        if let Some(due_at) = change.due_at.filter(|due_at| *due_at != before.due_at) {
            self.happened(Event::TaskDated { task, due_at });
        }
        match change.done {
            Some(true) if before.done.is_none() => self.happened(Event::TaskDone { task }),
            Some(false) if before.done.is_some() => self.happened(Event::TaskUndone { task }),
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Says once of each task that is due that it is, when somebody looks.
    pub(crate) fn remind_of_tasks(&mut self) {
        while let Some((_, task)) = next_due(self.ticket()).filter(|(at, _)| *at <= self.now()) {
            self.about(task, Event::TaskDue { task });
        }
    }

    /// A fact whose words are the task's title, where it stands.
    fn about(&mut self, task: u32, event: Event) {
        let number = self.ticket().number;
        let of = self.ticket().tasks.get(&task).map(|task| Pointer { number, seq: task.words });
        self.said(event, Text { of, ..Text::default() });
    }
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
