//! A story is written down once nothing can move it, and once.

use super::*;
use crate::access::{Permit, Role, Who, permit};
use crate::command::{Command, Opening};
use crate::history::{Entry, Text, fold};
use crate::lifecycle::decide;
use crate::test_desk::{self, opening};
use crate::{Channel, Closure, Number, PersonId, Priority, Type};

fn day(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
}

fn opened() -> Vec<Entry> {
    let opening = opening(Type::Question, Priority::Medium, Channel::Email);
    test_desk::opened(Opening { number: Number(7), ..opening }, day(0))
}

fn does(history: &mut Vec<Entry>, at: Timestamp, permit: &Permit) -> usize {
    let entries = decide(fold(history.iter()).as_ref(), permit, at).unwrap();
    history.extend(entries.clone());
    entries.iter().filter(|entry| entry.event == Event::Archived).count()
}

fn ana(history: &[Entry], command: Command) -> Permit {
    let ana = Who::new(PersonId::from("ana"), Role::Agent);
    permit(&ana, fold(history).as_ref(), command).unwrap()
}

#[test]
fn a_story_is_archived_when_nothing_moves_it_any_more() {
    let mut history = opened();
    assert_eq!(due(&fold(history.iter()).unwrap()), None, "it is open");
    assert_eq!(does(&mut history, day(1), &Permit::archive()), 0);
    let spam = Command::Close { closure: Some(Closure::Spam), reason: Text::default() };
    let spam = ana(&history, spam);
    does(&mut history, day(2), &spam);
    let closed = fold(history.iter()).unwrap();
    assert_eq!(key(&closed).as_deref(), Some("archive/1970/01/7.json"));
    let moment = due(&closed).unwrap();
    assert_eq!(moment, day(32) + A_MOMENT);
    assert_eq!(does(&mut history, day(32), &Permit::archive()), 0, "a merge could be taken back");
    let note = ana(&history, Command::AddNote(Text::plain("They called again.")));
    does(&mut history, day(31), &note);
    assert_eq!(does(&mut history, moment, &Permit::archive()), 1);
    let archived = fold(history.iter()).unwrap();
    assert_eq!((archived.archived_at, due(&archived)), (Some(moment), None));
    assert_eq!(does(&mut history, day(40), &Permit::archive()), 0, "once is enough");
    let by_hand = Who::new(PersonId::from("ana"), Role::Admin);
    assert!(permit(&by_hand, Some(&archived), Command::Archive).is_err(), "it is the clock's");
}
