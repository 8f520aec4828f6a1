//! Dialogs about a ticket: what a button or a short command opens. Nothing is read for them but the
//! configuration, which is known: Discord waits three seconds. Who may do it is asked when they come back.

use chat::discord::modal::{Asked, Input, TEXT, modal};
use chat::view::Button;
use desk::config::Config;
use serde_json::Value;

use crate::words::about;

/// The id of the words.
pub(crate) const TEXT_ID: &str = "text";
/// The id of whoever is meant, or of a date.
pub(crate) const TO: &str = "to";
/// The id of the score.
pub(crate) const SCORE: &str = "score";
/// The id of the files.
pub(crate) const FILES: &str = "files";
/// How many colleagues are offered by name.
const COLLEAGUES: usize = 25;

/// The dialog a button opens; none where it needs none.
pub(crate) fn of(config: &Config, button: Button, number: u64, seen: Option<u32>) -> Option<Value> {
    let value = seen.map_or_else(|| number.to_string(), |seen| Button::value(number, seen));
    let shown = |title: &str, asked: &[Asked]| {
        let custom_id = format!("m:{}:{value}", button.verb());
        Some(modal(&custom_id, &about(title, number), asked))
    };
    match button {
        Button::Reply => shown("Reply to", &[words("Your reply", None, true), files()]),
        Button::Note => {
            let hint = "Agents alone read it";
            shown("Note on", &[words("Note", Some(hint), true), files()])
        }
        Button::NotSolved => shown("Not solved:", &[words("What is still wrong?", None, true)]),
        Button::Reopen => shown("Reopen", &[words("What is still wrong?", None, true)]),
        Button::Resolve => {
            let hint = "The requester reads it, and is asked to confirm";
            shown("Resolve", &[words("What solved it?", Some(hint), false)])
        }
        Button::Reassign => shown("Reassign", &[colleague(config)]),
        Button::Extend => {
            let reason = words("Why", Some("Agents read it"), true);
            shown("Another date for", &[date(), reason])
        }
        Button::Take | Button::Confirm | Button::Acknowledge | Button::Rate(_) => None,
    }
}

/// How it was: a score, where none was given yet, and a comment.
pub(crate) fn rating(number: u64, score: Option<u8>) -> Value {
    let comment = words("Anything you want to tell us?", None, score.is_some());
    let custom_id = format!("m:rate:{number}:{}", score.unwrap_or_default());
    if score.is_some() {
        return modal(&custom_id, &about("About", number), &[comment]);
    }
    let labels = ["😡 Very bad", "🙁 Bad", "😐 So-so", "🙂 Good", "🤩 Great"];
    let named = |(score, label): (usize, &str)| ((score + 1).to_string(), label.to_owned());
    let options = labels.into_iter().enumerate().rev().map(named).collect();
    let how = asked(SCORE, "How was it?", None, true, Input::Radio { options });
    modal(&custom_id, &about("About", number), &[how, comment])
}

fn words(label: &str, hint: Option<&str>, required: bool) -> Asked {
    asked(TEXT_ID, label, hint, required, Input::Lines { value: None, at_most: TEXT })
}

fn files() -> Asked {
    asked(FILES, "Files", None, false, Input::Files { most: 10 })
}

fn date() -> Asked {
    let hint = "Such as 2026-12-24, or 2026-12-24 16:30";
    asked(TO, "Until when", Some(hint), true, Input::Line { value: None, at_most: 16 })
}

/// Colleagues by name where they fit into one menu, else to be typed.
fn colleague(config: &Config) -> Asked {
    let staff = config.members.iter().filter(|member| member.role.is_staff());
    let options: Vec<(String, String)> =
        staff.map(|member| (member.email.clone(), member.name.clone())).collect();
    let input = match options.len() {
        1..=COLLEAGUES => Input::Choice { options, most: 1 },
        _ => Input::Line { value: None, at_most: 200 },
    };
    asked(TO, "To whom", Some("A name, a mail address, or me"), true, input)
}

fn asked(id: &str, label: &str, hint: Option<&str>, required: bool, input: Input) -> Asked {
    Asked { id: id.into(), label: label.into(), hint: hint.map(str::to_owned), required, input }
}
