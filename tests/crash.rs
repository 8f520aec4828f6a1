//! What was acknowledged survives the end of the process at any moment. The desk is killed under load
//! and started again on the same data, as often as `BELLHOP_KILL_ROUNDS` says.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{
    Desk, Person, SUPPORT, Smtp, fresh, invariants_despite, letter, setting, wall,
};

/// How far the clock is moved each round, so that going back would show.
const STEP: SignedDuration = SignedDuration::from_secs(90);

/// What the writers sent. Whatever has no answer is sent again after the restart, as any mail program
/// and any careful script would do.
#[derive(Default)]
struct Sent {
    /// Number by title; none while unanswered.
    by_rest: BTreeMap<String, Option<u64>>,
    /// The letter by subject, and whether it was taken.
    by_mail: BTreeMap<String, (String, bool)>,
    /// The latest moment any answer named.
    latest: Timestamp,
}

type Shared = Arc<Mutex<Sent>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_by_kill_nine() {
    let rounds = setting("BELLHOP_KILL_ROUNDS").map_or(Some(10), |text| text.parse().ok());
    let rounds: usize = rounds.expect("BELLHOP_KILL_ROUNDS is a number");
    let mut desk = Desk::start().await;
    let sent = Shared::default();
    let mut advanced = SignedDuration::ZERO;
    for round in 1..=rounds {
        advanced += advance(&desk).await;
        let load = load(&desk, &sent);
        tokio::time::sleep(Duration::from_millis(200 + entropy() % 600)).await;
        desk.kill();
        // Every writer ends by itself: nobody answers any more.
        load.join_all().await;
        desk.start_again().await;
        clock_has_not_gone_back(&desk, &sent, advanced).await;
        send_again(&desk, &sent).await;
        desk.settle().await;
        let count = everything_is_there_once(&desk, &sent).await;
        println!("round {round} of {rounds}: {count} tickets, none lost, none twice");
    }
    invariants_despite(&desk, rounds).await;
}

/// Moves the clock, and answers by how much at least: what the call itself took is part of the step,
/// and moments are kept in whole milliseconds.
async fn advance(desk: &Desk) -> SignedDuration {
    let before = wall();
    desk.advance(&STEP.to_string()).await;
    STEP - wall().duration_since(before) - SignedDuration::from_millis(2)
}

/// Some randomness for the moment of a kill: each hasher draws its own keys.
pub fn entropy() -> u64 {
    use std::hash::BuildHasher;
    std::collections::hash_map::RandomState::new().hash_one(fresh())
}

/// Two writers by REST and two by mail, until nobody answers.
fn load(desk: &Desk, sent: &Shared) -> JoinSet<()> {
    let mut writers = JoinSet::new();
    for _ in 0..2 {
        writers.spawn(write_by_rest(desk.as_person("ana@example.org"), sent.clone()));
        writers.spawn(write_by_mail(desk.smtp_address(), sent.clone()));
    }
    writers
}

async fn write_by_rest(ana: Person, sent: Shared) {
    loop {
        let title = format!("rest-{}", fresh());
        note(&sent).by_rest.insert(title.clone(), None);
        if !file(&ana, &title, &sent).await {
            return;
        }
    }
}

async fn write_by_mail(address: SocketAddr, sent: Shared) {
    let Ok(mut smtp) = Smtp::connect(address).await else { return };
    loop {
        let subject = format!("mail-{}", fresh());
        let raw = letter("ben@example.org", SUPPORT, &subject, "Under load.");
        note(&sent).by_mail.insert(subject.clone(), (raw, false));
        if !post(&mut smtp, &subject, &sent).await {
            return;
        }
    }
}

/// Files one ticket; whether it was acknowledged. The title is its key.
async fn file(ana: &Person, title: &str, sent: &Shared) -> bool {
    let body = json!({ "title": title, "description": "Under load." });
    let Ok(answer) = ana.post_once("/v1/tickets", title, &body).await else { return false };
    assert!([201, 503].contains(&answer.status), "{title}: {} {}", answer.status, answer.text);
    if answer.status == 503 {
        return false;
    }
    let mut sent = note(sent);
    sent.latest = sent.latest.max(created(&answer.json));
    let number = answer.json["number"].as_u64();
    assert!(number.is_some(), "{title}: {}", answer.text);
    sent.by_rest.insert(title.to_owned(), number);
    true
}

/// Sends one mail; whether it was acknowledged.
async fn post(smtp: &mut Smtp, subject: &str, sent: &Shared) -> bool {
    let raw = note(sent).by_mail.get(subject).map(|(raw, _)| raw.clone()).unwrap_or_default();
    let reply = smtp.send("ben@example.org", SUPPORT, &raw).await;
    let taken = reply.is_ok_and(|reply| reply.starts_with("250"));
    if taken && let Some(letter) = note(sent).by_mail.get_mut(subject) {
        letter.1 = true;
    }
    taken
}

/// Sends what was not acknowledged once more, with the same keys and the same ids.
async fn send_again(desk: &Desk, sent: &Shared) {
    let unanswered = |sent: &Sent| -> Vec<String> {
        let titles = sent.by_rest.iter().filter(|(_, number)| number.is_none());
        titles.map(|(title, _)| title.clone()).collect()
    };
    let titles = unanswered(&note(sent));
    for title in titles {
        assert!(file(&desk.as_person("ana@example.org"), &title, sent).await, "{title} again");
    }
    let untaken = |sent: &Sent| -> Vec<String> {
        let letters = sent.by_mail.iter().filter(|(_, (_, taken))| !taken);
        letters.map(|(subject, _)| subject.clone()).collect()
    };
    let subjects = untaken(&note(sent));
    let mut smtp = desk.smtp().await;
    for subject in subjects {
        assert!(post(&mut smtp, &subject, sent).await, "{subject} again");
    }
}

/// A ticket opened now is later than everything before the kill, and the offset is whole.
async fn clock_has_not_gone_back(desk: &Desk, sent: &Shared, advanced: SignedDuration) {
    let before = note(sent).latest;
    let wall = wall();
    let title = format!("rest-{}", fresh());
    assert!(
        file(&desk.as_person("ana@example.org"), &title, sent).await,
        "a ticket after the kill"
    );
    let after = note(sent).latest;
    assert!(after >= before, "the clock went back from {before} to {after}");
    let offset = after.duration_since(wall);
    assert!(offset >= advanced, "the clock was moved by {advanced}, and only {offset} are left");
}

/// Everything acknowledged is a ticket, exactly once, under the number that was told. Answers how
/// many tickets there are.
async fn everything_is_there_once(desk: &Desk, sent: &Shared) -> usize {
    let tickets = desk.tickets().await;
    let mut numbers = BTreeSet::new();
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    for ticket in &tickets {
        let number = ticket["number"].as_u64().expect("a number");
        assert!(numbers.insert(number), "#{number} is used twice");
        let title = ticket["title"].as_str().unwrap_or_default();
        assert!(found.insert(title, number).is_none(), "{title} is there twice");
    }
    let sent = note(sent);
    for (title, number) in &sent.by_rest {
        assert_eq!(found.remove(title.as_str()), *number, "{title} was acknowledged");
    }
    for subject in sent.by_mail.keys() {
        assert!(found.remove(subject.as_str()).is_some(), "{subject} was acknowledged and is lost");
    }
    assert_eq!(found, BTreeMap::new(), "tickets that nobody sent");
    tickets.len()
}

fn created(ticket: &Value) -> Timestamp {
    ticket["created_at"].as_str().and_then(|text| text.parse().ok()).expect("a moment")
}

fn note(sent: &Shared) -> std::sync::MutexGuard<'_, Sent> {
    sent.lock().expect("no writer panics while it notes")
}
