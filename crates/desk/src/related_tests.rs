//! What a merge does to a ticket's clocks and waits, and that taking it back undoes it.

use super::*;
use crate::access::{Permit, Role, Who, permit};
use crate::command::Command;
use crate::history::{Text, fold};
use crate::lifecycle::decide;
use crate::sla::{Metric, due_at};
use crate::test_desk::{self, opening};
use crate::ticket::{Channel, Priority, Type};

/// A Monday, 09:00 UTC, so many minutes later.
fn minute(n: i64) -> Timestamp {
    let monday: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    monday + SignedDuration::from_mins(n)
}

fn opened() -> Vec<Entry> {
    test_desk::opened(opening(Type::Incident, Priority::Urgent, Channel::Api), minute(0))
}

fn agent(ticket: Option<&Ticket>, command: Command) -> Permit {
    permit(&Who::new(PersonId::from("ana"), Role::Agent), ticket, command).unwrap()
}

fn does(history: &mut Vec<Entry>, at: i64, command: Command) -> Result<Ticket, Refusal> {
    let ticket = fold(history.iter()).unwrap();
    let entries = decide(Some(&ticket), &agent(Some(&ticket), command), minute(at))?;
    history.extend(entries);
    Ok(fold(history.iter()).unwrap())
}

#[test]
fn the_time_in_between_counts_for_nothing() {
    let mut history = opened();
    let before = fold(history.iter()).unwrap();
    assert_eq!(due_at(&before, Metric::FirstResponse), Some(minute(120)));
    let merged = does(&mut history, 30, Command::Merge { into: Number(2) }).unwrap();
    assert_eq!((merged.status, merged.closure), (Status::Closed, Some(Closure::Merged)));
    assert_eq!(crate::next_moment(&merged), None, "nothing is promised any more");
    let ticked = decide(Some(&merged), &Permit::tick(), minute(600)).unwrap();
    assert_eq!(ticked, [], "and nothing is missed");
    let back = does(&mut history, 1000, Command::Unmerge).unwrap();
    assert_eq!((back.status, back.closure, back.closed_at), (before.status, None, None));
    assert_eq!(due_at(&back, Metric::FirstResponse), Some(minute(1090)));
    assert!(!back.clocks.first_response.breached);
}

#[test]
fn a_hold_goes_on_and_ends_when_it_would_have() {
    let mut history = opened();
    let until = Some(minute(5000));
    let reason = Text::plain("A part is on its way.");
    does(&mut history, 10, Command::Hold { until, reason }).unwrap();
    does(&mut history, 30, Command::Merge { into: Number(2) }).unwrap();
    let back = does(&mut history, 1000, Command::Unmerge).unwrap();
    assert_eq!(back.status, Status::OnHold);
    assert_eq!(back.waiting.and_then(|waiting| waiting.until), until);
}

#[test]
fn a_merge_is_taken_back_within_thirty_days_or_never() {
    let mut history = opened();
    does(&mut history, 30, Command::Merge { into: Number(2) }).unwrap();
    let day = 24 * 60;
    let late = does(&mut history, 31 + 30 * day, Command::Unmerge);
    assert_eq!(late.unwrap_err(), Refusal::MergedTooLongAgo);
    assert!(does(&mut history, 30 + 30 * day, Command::Unmerge).is_ok());
    let twice = does(&mut history, 31 + 30 * day, Command::Unmerge);
    assert_eq!(twice.unwrap_err(), Refusal::NotMerged);
}

#[test]
fn every_relation_has_a_reverse() {
    for relation in Relation::ALL {
        assert_eq!(relation.reverse().reverse(), *relation);
        assert_eq!(relation.reverse().is_said_by_people(), relation.is_said_by_people());
    }
}

#[test]
fn there_is_an_end_to_links_and_followers() {
    let mut history = opened();
    for n in 0..MOST_RELATED as u64 {
        let link = Link { relation: Relation::Related, number: Number(n + 2) };
        does(&mut history, 1, Command::Link(link)).unwrap();
        let who = PersonId(format!("p{n}"));
        does(&mut history, 1, Command::Follow { who }).unwrap();
    }
    let link = Link { relation: Relation::Parent, number: Number(2) };
    assert_eq!(does(&mut history, 2, Command::Link(link)).unwrap_err(), Refusal::TooMany);
    let who = PersonId::from("one more");
    assert_eq!(does(&mut history, 2, Command::Follow { who }).unwrap_err(), Refusal::TooMany);
}
