//! Tasks are added, ticked and remembered once; a solution may wait for them.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::*;
use crate::access::{Permit, Role, Who, permit};
use crate::command::{Command, Filled, Opening};
use crate::config::{Config, Queue};
use crate::form::Step;
use crate::history::fold;
use crate::lifecycle::decide;
use crate::message::Message;
use crate::outbox::{Scene, outgoing};
use crate::test_desk::{self, opening};
use crate::{Channel, FormId, Priority, Type, next_moment};

fn minute(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(n)
}

fn config() -> Config {
    Config::fresh("example.com", "admin@example.com", TimeZone::UTC)
}

struct Desk {
    history: Vec<Entry>,
    queue: Queue,
}

impl Desk {
    fn opened(tasks: Vec<Step>) -> Desk {
        let config = config();
        let filled = Filled { form: FormId::from("joiner"), answers: Default::default(), tasks };
        let opening = opening(Type::Task, Priority::Planned, Channel::Api);
        let opening = Opening { filled: Some(filled), ..opening };
        let history = test_desk::opened(opening, minute(0));
        Desk { history, queue: config.queues[0].clone() }
    }

    fn ticket(&self) -> Ticket {
        fold(&self.history).unwrap()
    }

    fn give(&mut self, permit: &Permit, at: i64) -> Result<Vec<Message>, Refusal> {
        let entries = decide(Some(&self.ticket()), permit, minute(at))?;
        let first = self.ticket().version + 1;
        self.history.extend(entries.clone());
        let ticket = self.ticket();
        let queue = Some(&self.queue);
        let scene = Scene { before: None, ticket: &ticket, queue, members: &[] };
        let owed = outgoing(&scene, first, &entries);
        Ok(owed.into_iter().map(|owed| owed.message).collect())
    }

    fn does(&mut self, at: i64, command: Command) -> Result<Vec<Message>, Refusal> {
        let ana = Who::new(PersonId::from("ana"), Role::Agent);
        let queue = self.queue.clone();
        let permit = permit(&ana, Some(&self.ticket()), command)?.in_queue(Some(&queue));
        self.give(&permit, at)
    }

    fn change(&mut self, at: i64, task: u32, change: Change) -> Result<Vec<Message>, Refusal> {
        self.does(at, Command::ChangeTask { task, change: Box::new(change) })
    }
}

fn step(title: &str, due_days: Option<u16>) -> Step {
    Step { title: title.into(), due_days }
}

fn done(done: bool) -> Change {
    Change { done: Some(done), ..Change::default() }
}

#[test]
fn a_form_brings_its_tasks_and_they_are_due_in_days() {
    let desk = Desk::opened(vec![step("Order a laptop", Some(2)), step("Badge", None)]);
    let ticket = desk.ticket();
    assert_eq!(ticket.form, Some(FormId::from("joiner")));
    let due: Vec<_> =
        ticket.tasks.iter().map(|(id, task)| (*id, task.words, task.due_at)).collect();
    assert_eq!(due, [(4, 4, Some(minute(2 * 24 * 60))), (5, 5, None)]);
    let titles: Vec<_> =
        desk.history[3..].iter().map(|entry| entry.text.clone().unwrap().body).collect();
    assert_eq!(titles, ["Order a laptop", "Badge"]);
}

#[test]
fn whoever_must_do_a_task_is_told_once_when_it_is_due() {
    let mut desk = Desk::opened(Vec::new());
    let task = |assignee: Option<&str>| Command::AddTask {
        title: Text::plain("Call back"),
        assignee: assignee.map(PersonId::from),
        due_at: Some(minute(30)),
    };
    let told = desk.does(1, task(Some("ben"))).unwrap();
    assert!(told.contains(&Message::TaskGiven), "{told:?}");
    assert_eq!(next_moment(&desk.ticket()), Some(minute(30)));
    assert!(!desk.give(&Permit::tick(), 29).unwrap().contains(&Message::TaskDue));
    let told = desk.give(&Permit::tick(), 31).unwrap();
    assert_eq!(told.iter().filter(|message| **message == Message::TaskDue).count(), 1);
    assert!(!desk.give(&Permit::tick(), 32).unwrap().contains(&Message::TaskDue));
    assert_ne!(next_moment(&desk.ticket()), Some(minute(30)));

    // Another date is another reminder; what is done is left alone.
    let id = *desk.ticket().tasks.keys().next().unwrap();
    let later = Change { due_at: Some(Some(minute(60))), ..Change::default() };
    desk.change(40, id, later.clone()).unwrap();
    assert_eq!(desk.change(41, id, later).unwrap(), [], "nothing is different");
    desk.change(50, id, done(true)).unwrap();
    assert!(!desk.give(&Permit::tick(), 61).unwrap().contains(&Message::TaskDue));
    desk.change(62, id, done(false)).unwrap();
    assert!(desk.give(&Permit::tick(), 63).unwrap().contains(&Message::TaskDue));

    let nobody = Change { assignee: Some(None), ..Change::default() };
    desk.change(64, id, nobody).unwrap();
    let me = Change { assignee: Some(Some(PersonId::from("ana"))), ..Change::default() };
    let told = desk.change(65, id, me).unwrap();
    assert!(!told.contains(&Message::TaskGiven), "nobody is told what they did: {told:?}");
    let title = Change { title: Some(Text::plain("Write back")), ..Change::default() };
    desk.change(66, id, title).unwrap();
    let ticket = desk.ticket();
    assert_eq!(ticket.tasks[&id].words, ticket.version);
    assert_eq!(desk.change(67, 1, done(true)), Err(Refusal::NoSuchTask));
}

#[test]
fn a_solution_waits_for_tasks_where_that_is_wanted() {
    let mut desk = Desk::opened(vec![step("Badge", None)]);
    let propose = || Command::Propose(Text::plain("All set."));
    desk.does(1, Command::Claim).unwrap();
    desk.queue.tasks_first = true;
    assert_eq!(desk.does(2, propose()), Err(Refusal::TasksOpen { open: 1 }));
    desk.change(3, 4, done(true)).unwrap();
    desk.does(4, propose()).unwrap();
    let ticket = desk.ticket();
    let who = ticket.tasks[&4].done.clone().unwrap();
    assert_eq!((who.at, who.by), (minute(3), Some(PersonId::from("ana"))));

    let mut desk = Desk::opened(vec![step("Badge", None)]);
    desk.does(1, Command::Claim).unwrap();
    desk.does(2, propose()).unwrap();
    // Nobody is reminded of what is no longer open.
    desk.does(3, Command::Close { closure: None, reason: Text::default() }).unwrap_err();
}

#[test]
fn a_closed_ticket_reminds_nobody() {
    let mut desk = Desk::opened(vec![step("Badge", Some(1))]);
    desk.does(1, Command::Reject(Text::plain("No."))).unwrap();
    assert_eq!(next_due(&desk.ticket()), None);
    assert_eq!(desk.change(2, 4, done(true)), Err(Refusal::Closed));
}
