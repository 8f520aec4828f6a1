//! A visit goes its way and no other, and whoever waits is told.

use super::*;
use crate::access::{Role, Who, permit};
use crate::command::Command;
use crate::file::File;
use crate::history::fold;
use crate::lifecycle::decide;
use crate::message::Message;
use crate::outbox::{Scene, outgoing};
use crate::test_desk::{self, opening};
use crate::{Channel, PersonId, Priority};

fn minute(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(n)
}

fn opened(kind: Type) -> Vec<Entry> {
    test_desk::opened(opening(kind, Priority::Medium, Channel::Email), minute(0))
}

fn does(history: &mut Vec<Entry>, at: i64, command: Command) -> Result<Vec<Message>, Refusal> {
    let ana = Who::new(PersonId::from("ana"), Role::Agent);
    let ticket = fold(history.iter()).unwrap();
    let permit = permit(&ana, Some(&ticket), command)?;
    let entries = decide(Some(&ticket), &permit, minute(at))?;
    let first = ticket.version + 1;
    history.extend(entries.clone());
    let after = fold(history.iter()).unwrap();
    let scene = Scene { before: Some(&ticket), ticket: &after, queue: None, members: &[] };
    let owed = outgoing(&scene, first, &entries);
    Ok(owed.into_iter().map(|owed| owed.message).collect())
}

fn plan(from: i64, to: i64) -> Step {
    Step::Plan { region: Some("north".into()), from: minute(from), to: minute(to) }
}

fn step(history: &mut Vec<Entry>, at: i64, step: Step) -> Result<Vec<Message>, Refusal> {
    does(history, at, Command::Visit(Box::new(step)))
}

fn finish() -> Step {
    let photo = |id: &str| File {
        id: id.into(),
        name: format!("{id}.jpg"),
        kind: "image/jpeg".into(),
        size: 9,
        sha256: Some("00".repeat(32)),
    };
    let files = vec![photo("before"), photo("after")];
    Step::Finish(Text { title: Some("Kofi".into()), files, ..Text::plain("New washer.") })
}

#[test]
fn a_visit_is_planned_moved_started_and_signed_for() {
    let mut history = opened(Type::FieldVisit);
    assert!(step(&mut history, 1, plan(60, 120)).unwrap().contains(&Message::VisitPlanned));
    let visit = |history: &[Entry]| fold(history).unwrap().visit.unwrap();
    assert_eq!((visit(&history).from, visit(&history).stage), (minute(60), Stage::Planned));
    step(&mut history, 2, plan(90, 150)).unwrap();
    assert_eq!(visit(&history).from, minute(90));
    assert_eq!(step(&mut history, 3, Step::Start), Err(Refusal::NobodyGoes));
    does(&mut history, 4, Command::Claim).unwrap();
    let too_soon = Refusal::VisitNotThere { stage: Some(Stage::Planned), done: "arrived at" };
    assert_eq!(step(&mut history, 5, Step::Arrive), Err(too_soon));
    assert!(step(&mut history, 6, Step::Start).unwrap().contains(&Message::VisitStarted));
    assert!(step(&mut history, 7, plan(200, 300)).is_err(), "somebody is on the way");
    step(&mut history, 8, Step::Arrive).unwrap();
    assert!(step(&mut history, 9, finish()).unwrap().contains(&Message::VisitDone));
    let over = visit(&history);
    assert_eq!((over.stage, over.since), (Stage::Done, minute(9)));
    assert_eq!(over.photos, ["before", "after"]);
    assert!(step(&mut history, 10, finish()).is_err());
    step(&mut history, 11, plan(200, 300)).unwrap();
    assert_eq!(visit(&history).photos, [] as [&str; 0], "another visit, other photographs");
    let cancel = Step::Cancel(Text::plain("The part is late."));
    assert!(step(&mut history, 12, cancel.clone()).unwrap().contains(&Message::VisitCancelled));
    assert!(step(&mut history, 13, cancel).is_err());
}

#[test]
fn windows_lie_ahead_and_within_a_year() {
    for (from, to, fits) in [
        (60, 120, true),
        (-60, 120, true),
        (120, 60, false),
        (60, 60, false),
        (-120, -60, false),
        (60, 600_000, false),
    ] {
        let mut history = opened(Type::FieldVisit);
        let planned = step(&mut history, 0, plan(from, to));
        assert_eq!(planned.is_ok(), fits, "{from} to {to}");
        assert!(fits || planned == Err(Refusal::VisitOutOfRange));
    }
}

#[test]
fn nobody_goes_for_another_kind_of_ticket_or_a_closed_one() {
    let mut history = opened(Type::Question);
    assert_eq!(step(&mut history, 1, plan(60, 120)), Err(Refusal::NotAFieldVisit));
    let mut history = opened(Type::FieldVisit);
    does(&mut history, 1, Command::Reject(Text::plain("No."))).unwrap();
    assert_eq!(step(&mut history, 2, plan(60, 120)), Err(Refusal::Closed));
}
