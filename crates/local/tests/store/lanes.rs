//! What waits in a lane, and goes another way.

use desk::PersonId;
use desk::outbox::Lane;
use store::change::Along;
use store::key;
use store::lane::{Waiting, by_mail};

use super::Bench;

/// How many people each message goes to instead: more than one transaction writes.
const PEOPLE: usize = 250;

#[tokio::test]
async fn whoever_a_message_goes_to_instead_gets_it_however_many_they_are() {
    let bench = Bench::new().await;
    for title in ["The till", "The door", "The lamp"] {
        bench.open(title, Along::default()).await.unwrap();
    }
    let store = &bench.store;
    let lane = key::lane(&Lane::Queue("support".into()));
    let rows = store.waiting(&lane).await.unwrap();
    assert!(rows.len() >= 3, "the queue is told of each: {rows:?}");

    let people: Vec<PersonId> = (0..PEOPLE).map(|n| format!("person{n}").as_str().into()).collect();
    let instead = |row: Waiting| {
        let owed = people.iter().map(|person| by_mail(&row.owed, person)).collect();
        (row, owed)
    };
    let redirected: Vec<_> = rows.iter().cloned().map(instead).collect();
    store.redirect_all(&redirected).await.unwrap();

    assert!(store.waiting(&lane).await.unwrap().is_empty(), "all of it went another way");
    for person in people {
        let lane = key::lane(&Lane::Mail(person));
        let theirs = store.waiting(&lane).await.unwrap();
        let of: Vec<_> = theirs.iter().map(|row| row.owed.number).collect();
        let order: Vec<_> = rows.iter().map(|row| row.owed.number).collect();
        assert_eq!(of, order, "in {lane}");
    }
}
