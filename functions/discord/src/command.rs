//! `/ticket …` with its options, as the verbs every chat door shares.

use std::collections::BTreeMap;

use chat::command::Command;
use desk::history::Text;
use store::Error;
use store::change::Along;
use verbs::{Reply, Speaker};

use crate::Discord;

/// Carries out a subcommand.
pub(crate) async fn run(
    discord: &Discord,
    speaker: &Speaker,
    sub: &str,
    options: &BTreeMap<String, String>,
    along: Along,
) -> Result<Reply, Error> {
    if let ("open", Some(title)) = (sub, options.get("title")) {
        let name = &speaker.person.name;
        let arrival = Some(verbs::arrival(&discord.store, "discord", name, title));
        let text = opening(title, options.get("description"));
        let along = Along { arrival, ..along };
        return verbs::file_ticket(&discord.store, speaker, text, along).await;
    }
    verbs::carry_out(&discord.store, speaker, read(sub, options), along).await
}

/// A title of its own and a description, or the title as both.
fn opening(title: &str, description: Option<&String>) -> Text {
    let words = verbs::words_of(title);
    match description {
        Some(description) => Text { body: description.replace('\0', "\u{fffd}"), ..words },
        None => words,
    }
}

/// A subcommand as everybody's verb.
fn read(sub: &str, options: &BTreeMap<String, String>) -> Command {
    let number =
        options.get("ticket").and_then(|text| text.trim().trim_start_matches('#').parse().ok());
    let said = |name: &str| options.get(name).cloned();
    match (sub, number) {
        ("mine" | "list", _) => Command::Mine,
        ("show", Some(number)) => Command::Show(number),
        ("sla", Some(number)) => Command::Receipt(number),
        ("claim", Some(number)) => Command::Claim(number),
        ("close", Some(number)) => Command::Close { number, reason: said("reason") },
        ("reply", Some(number)) => match said("message") {
            Some(text) if options.get("note").is_some_and(|note| note == "true") => {
                Command::Note { number, text }
            }
            Some(text) => Command::Reply { number, text },
            None => unclear(sub, "say it: /ticket reply ticket:12 message:…"),
        },
        ("note", Some(number)) => match said("message").or_else(|| said("text")) {
            Some(text) => Command::Note { number, text },
            None => unclear(sub, "say it: /ticket note ticket:12 message:…"),
        },
        ("show" | "sla" | "claim" | "close" | "reply" | "note", None) => {
            unclear(sub, "which one? give the ticket's number")
        }
        ("open", _) => unclear(sub, "say what it is about: /ticket open title:…"),
        _ => Command::Help,
    }
}

fn unclear(what: &str, hint: &str) -> Command {
    Command::NotUnderstood { what: what.into(), hint: hint.into() }
}
