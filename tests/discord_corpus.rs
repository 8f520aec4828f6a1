//! Every payload there is of Discord, through the real door: what is an interaction is answered as
//! Discord takes it, what is none is refused with a reason. Nothing is a fault of the desk's.

use crate::harness::{Desk, corpus_folder, invariants};

#[tokio::test]
async fn every_recorded_payload_of_discord_is_answered_or_refused() {
    let Some(files) = corpus_folder("discord/dev") else { return };
    let desk = Desk::start().await;
    let discord = desk.discord("115590097100865541");
    let mut answered = 0;
    for (name, bytes) in files {
        let answer = discord.send(bytes).await;
        match answer.status {
            200 => answered += 1,
            400 => assert!(answer.json["error"].is_string(), "{name}: {}", answer.text),
            other => panic!("{name} was answered {other}: {}", answer.text),
        }
        let is_interaction = name.starts_with("interaction_ping");
        assert!(!is_interaction || answer.status == 200, "{name}: {}", answer.text);
    }
    assert!(answered >= 8, "only {answered} were understood");
    invariants(&desk).await;
}
