//! One queue, given out in turn by sixteen workers at once: no turn is taken twice, no ticket is given
//! twice, and everybody gets as many as everybody else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use desk::access::{Permit, Role, Who};
use desk::assign::{Assignment, Candidate, Choice, How, Need, Work, choose};
use desk::config::{Config, Member};
use desk::history::Text;
use desk::{Channel, Event, Number, PersonId, Priority, QueueId, Refusal, Status, Type};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use local::dynamodb::Engine;
use local::s3::S3;
use store::change::{Along, Done, NewTicket, no_answer};
use store::people::Introduction;
use store::rota::Turn;
use store::{Error, Store, Stored, World};

const WORKERS: usize = 16;
const TICKETS: usize = 60;
const TEAM: [&str; 5] = ["ana", "ben", "cem", "dee", "eli"];

fn config() -> Config {
    let mut config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    for id in TEAM {
        config.members.push(Member {
            id: PersonId::from(id),
            email: format!("{id}@example.com"),
            name: id.into(),
            role: Role::Agent,
            work: Work::default(),
            from_guild: false,
        });
    }
    config.queues[0].members = TEAM.map(PersonId::from).into();
    config.queues[0].assignment = Some(Assignment { how: How::RoundRobin, capacity: None });
    config
}

/// The table as one worker sees it.
fn store(engine: &Engine, s3: &S3, worker: usize) -> Store {
    let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let count = Arc::new(AtomicU64::new(0));
    let world = World {
        now: Arc::new(move || now),
        wall: Arc::new(move || now),
        id: Arc::new(move || format!("w{worker:02}x{:020}", count.fetch_add(1, Ordering::SeqCst))),
    };
    Store::new(engine.client(), "bellhop", s3.client(), "bellhop", world, config())
}

async fn open(store: &Store, n: usize) -> Number {
    let asker = Introduction::by_email("kofi@example.com", Some("Kofi".into()));
    let (requester, is_new) = store.meet(&asker).await.unwrap();
    let new = NewTicket {
        who: Who::new(PersonId::from("admin"), Role::Admin),
        requester,
        is_new,
        kind: Type::Question,
        priority: Priority::Medium,
        channel: Channel::Api,
        queue: QueueId::from("support"),
        origin: None,
        silent: false,
        besides: store::change::Besides::default(),
        external_id: None,
        translations: Vec::new(),
        follow_up_of: None,
        form: None,
        text: Text { title: Some(format!("t{n}")), ..Text::plain("words") },
    };
    match store.open(new, Along::default(), &no_answer).await.unwrap() {
        Done::Now(stored) => stored.ticket.number,
        Done::Before(earlier) => earlier.number,
    }
}

/// Takes a turn for a ticket, whoever else is at it; false where somebody was faster with the ticket.
async fn take_turn(store: &Store, number: Number) -> bool {
    let team = TEAM.map(|id| Candidate {
        id: PersonId::from(id),
        skills: Default::default(),
        regions: Default::default(),
        there: Some(store.now()),
        load: 0,
        capacity: None,
    });
    loop {
        let rota = store.rota().await.unwrap();
        let choice = choose(&Need::default(), &team, How::RoundRobin, &rota, store.now());
        let Choice::Give(to) = choice else { panic!("{choice:?}") };
        let next = rota.given(number, &to, store.now());
        let along = Along { turn: Some(Turn { read: rota.turn, next }), ..Along::default() };
        let wish = |stored: &Stored, _: &Config| match stored.ticket.status {
            Status::PendingAssignment => Ok(Permit::give(to.clone(), How::RoundRobin)),
            _ => Err(Refusal::Stale),
        };
        match store.change(number, along, wish, &no_answer).await {
            Ok(_) => return true,
            Err(Error::Busy) => {}
            Err(Error::Refused(Refusal::Stale)) => return false,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_workers_give_no_turn_twice() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::memory().unwrap();
    let s3 = S3::start(folder.path(), "bellhop").await.unwrap();
    let first = store(&engine, &s3, 99);
    first.make_table().await.unwrap();
    first.found(None).await.unwrap();
    let mut numbers = Vec::new();
    for n in 0..TICKETS {
        numbers.push(open(&first, n).await);
    }
    // Every worker is at every ticket, each in an order of its own.
    let mut crowd = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let store = store(&engine, &s3, worker);
        let mut mine = numbers.clone();
        mine.rotate_left(worker * 7 % TICKETS);
        crowd.spawn(async move {
            let mut given = 0;
            for number in mine {
                given += usize::from(take_turn(&store, number).await);
            }
            given
        });
    }
    let given: usize = crowd.join_all().await.into_iter().sum();
    assert_eq!(given, TICKETS, "each ticket is given by one worker");
    let rota = first.rota().await.unwrap();
    assert_eq!(rota.turn, TICKETS as u64, "no turn is taken twice, none is lost");
    let mut shares: BTreeMap<PersonId, usize> = BTreeMap::new();
    for number in numbers {
        let history = first.history(number).await.unwrap();
        let seqs: Vec<u32> = history.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(seqs, (1..=history.len() as u32).collect::<Vec<_>>());
        let given = history.iter().filter_map(|(_, entry)| match &entry.event {
            Event::Assigned { to, .. } => Some(to.clone()),
            _ => None,
        });
        let given: Vec<PersonId> = given.collect();
        assert_eq!(given.len(), 1, "{number} was given to {given:?}");
        *shares.entry(given[0].clone()).or_default() += 1;
    }
    let even = TICKETS / TEAM.len();
    assert!(shares.len() == TEAM.len() && shares.values().all(|n| *n == even), "{shares:?}");
}
