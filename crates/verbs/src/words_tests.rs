//! What chat doors say, as people read it.

use desk::{Number, PersonId};

use super::*;

#[test]
fn refusals_are_sentences_that_say_what_to_do() {
    let refusals = [
        Refusal::NotOpened,
        Refusal::NotPermitted,
        Refusal::Closed,
        Refusal::Stale,
        Refusal::HoldOutOfRange,
        Refusal::ScoreOutOfRange,
        Refusal::AlreadyClaimed { by: PersonId::from("ana") },
        Refusal::NotAllowed {
            from: Status::PendingAssignment,
            done: "proposed as solved",
            hint: "claim it first",
        },
    ];
    let said: Vec<String> = refusals.iter().map(refused).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn help_names_every_verb() {
    insta::assert_snapshot!(HELP);
}

#[test]
fn slow_storage_is_owned_up_to() {
    insta::assert_snapshot!([working_on_it(), not_done(true), not_done(false)].join("\n"));
}

#[test]
fn the_first_line_is_the_title() {
    let text = crate::words_of("\n  VPN is down  \nsince nine");
    assert_eq!(text.title.as_deref(), Some("VPN is down"));
    assert_eq!(crate::words_of("   ").title.as_deref(), Some("(no words)"));
    let long = crate::words_of(&"ä".repeat(400)).title.unwrap_or_default();
    assert_eq!(long.chars().count(), 151);
    assert_eq!(Number(7).to_string(), "#7");
}
