//! Real mail, as it was found in the wild: whatever arrives at the mail door is in the ledger with what
//! became of it, and its bytes are kept.

use std::collections::BTreeMap;

use crate::harness::{Desk, OUTCOMES, SUPPORT, corpus_folder, invariants};

/// Sends every mail of these folders and checks that none is lost.
async fn every_mail_is_accounted_for(
    folder: &str,
    is_mail: impl Fn(&str) -> bool,
    at_least: usize,
) {
    let Some(mut mails) = corpus_folder(folder) else { return };
    mails.retain(|(name, _)| is_mail(name));
    assert!(mails.len() >= at_least, "{} mails in {folder}", mails.len());
    let desk = Desk::start().await;
    for (name, bytes) in &mails {
        let reply =
            desk.smtp().await.send_bytes("somebody@example.org", SUPPORT, &crlf(bytes)).await;
        let reply = reply.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(reply.starts_with("250"), "{name}: {reply}");
    }
    desk.settle().await;
    let ledger = desk.ledger("email").await;
    assert_eq!(ledger.len(), mails.len(), "one line a mail");
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &ledger {
        let outcome = line["outcome"].as_str().unwrap_or_default();
        assert!(OUTCOMES.contains(&outcome), "nobody knows what became of {line}");
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{folder}: {} mails became {outcomes:?}", mails.len());
    assert_eq!(desk.kept("mail"), mails.len(), "the bytes of each are kept");
    assert!(!desk.log().contains("panicked"), "{}", desk.log());
    invariants(&desk).await;
}

/// A mail as it travels: these lie on disk with the line ends of their authors' machines.
pub fn crlf(bytes: &[u8]) -> Vec<u8> {
    let mut travelling = Vec::with_capacity(bytes.len());
    for (place, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' && (place == 0 || bytes[place - 1] != b'\r') {
            travelling.push(b'\r');
        }
        travelling.push(*byte);
    }
    travelling
}

#[tokio::test]
async fn the_mails_of_zammad_are_all_in_the_ledger() {
    every_mail_is_accounted_for("zammad/dev", |name| name.ends_with(".box"), 60).await;
}

#[tokio::test]
async fn the_mails_of_request_tracker_are_all_in_the_ledger() {
    every_mail_is_accounted_for("rt/dev", |name| !name.ends_with(".json"), 30).await;
}
