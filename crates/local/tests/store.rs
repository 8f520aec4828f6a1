//! The store's guarantees, through the real SDK over the embedded engines: numbers never used twice,
//! an acknowledged command in the history exactly once, whatever answers are lost and whoever races.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use desk::access::{Role, Who, permit};
use desk::config::Config;
use desk::history::Text;
use desk::person::Person;
use desk::preferences::Preferences;
use desk::{Channel, Command, Number, PersonId, Priority, QueueId, Refusal, Type, fold};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use local::dynamodb::Engine;
use local::s3::S3;
use store::change::{Along, Done, NewTicket, Once, no_answer};
use store::people::Introduction;
use store::{Error, Store, World};

#[path = "store/lanes.rs"]
mod lanes;
#[path = "store/uploads.rs"]
mod uploads;

struct Bench {
    store: Store,
    engine: Engine,
    s3: S3,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::memory().unwrap();
        let s3 = S3::start(folder.path(), "bellhop").await.unwrap();
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let count = Arc::new(AtomicU64::new(0));
        let world = World {
            now: Arc::new(move || now),
            wall: Arc::new(move || now),
            id: Arc::new(move || format!("id{:022}", count.fetch_add(1, Ordering::SeqCst))),
        };
        let config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
        let db = engine.client();
        let store = Store::new(db, "bellhop", s3.client(), "bellhop", world, config);
        store.make_table().await.unwrap();
        store.found(None).await.unwrap();
        Bench { store, engine, s3, _folder: folder }
    }

    /// The same table as another process sees it.
    fn reopened(&self) -> Store {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let count = Arc::new(AtomicU64::new(0));
        let world = World {
            now: Arc::new(move || now),
            wall: Arc::new(move || now),
            id: Arc::new(move || format!("next{:020}", count.fetch_add(1, Ordering::SeqCst))),
        };
        let config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
        let db = self.engine.client();
        Store::new(db, "bellhop", self.s3.client(), "bellhop", world, config)
    }

    async fn open(&self, title: &str, along: Along) -> Result<Done, Error> {
        let (requester, is_new) = self
            .store
            .meet(&Introduction::by_email("kofi@example.com", Some("Kofi".into())))
            .await?;
        self.store.open(new_ticket(requester, is_new, title), along, &no_answer).await
    }
}

fn new_ticket(requester: Person, is_new: bool, title: &str) -> NewTicket {
    NewTicket {
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
        text: Text { title: Some(title.into()), ..Text::plain("words") },
    }
}

fn note(text: String) -> impl Fn(&store::Stored, &Config) -> Result<desk::access::Permit, Refusal> {
    move |stored, _| {
        let agent = Who::new(PersonId::from("admin"), Role::Admin);
        permit(&agent, Some(&stored.ticket), Command::AddNote(Text::plain(text.clone())))
    }
}

fn once(bench: &Bench, id: &str) -> Along {
    let expires = bench.store.wall() + SignedDuration::from_hours(1);
    let once = Once { door: "api", id: id.into(), expires, fingerprint: None };
    Along { once: Some(once), ..Along::default() }
}

fn number(done: Done) -> Number {
    match done {
        Done::Now(stored) => stored.ticket.number,
        Done::Before(earlier) => earlier.number,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_racing_to_open_get_numbers_of_their_own_and_one_person() {
    let bench = Arc::new(Bench::new().await);
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..32 {
        let bench = bench.clone();
        racing.spawn(async move { bench.open(&format!("t{n}"), Along::default()).await });
    }
    let mut numbers = BTreeSet::new();
    let mut people = BTreeSet::new();
    while let Some(done) = racing.join_next().await {
        let number = number(done.unwrap().unwrap());
        assert!(numbers.insert(number), "{number} twice");
        people.insert(bench.store.ticket(number).await.unwrap().unwrap().ticket.requester);
    }
    assert_eq!((numbers.len(), people.len()), (32, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_at_once_opens_one_ticket() {
    let bench = Arc::new(Bench::new().await);
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bench = bench.clone();
        racing.spawn(async move { bench.open("one", once(&bench, "key")).await });
    }
    let mut numbers = BTreeSet::new();
    let mut fresh = 0;
    while let Some(done) = racing.join_next().await {
        let done = done.unwrap().unwrap();
        fresh += usize::from(matches!(done, Done::Now(_)));
        numbers.insert(number(done));
    }
    assert_eq!((numbers.len(), fresh), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_command_is_in_the_history_once_though_answers_are_lost() {
    let bench = Arc::new(Bench::new().await);
    let mut numbers = Vec::new();
    for n in 0..10 {
        numbers.push(number(bench.open(&format!("t{n}"), Along::default()).await.unwrap()));
    }
    bench.engine.faults().lose_answers(0.1, 7);
    let mut racing = tokio::task::JoinSet::new();
    for worker in 0..16 {
        let (bench, numbers) = (bench.clone(), numbers.clone());
        racing.spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0..50 {
                let ticket = numbers[(worker + n) % numbers.len()];
                let text = format!("w{worker} n{n}");
                let along = once(&bench, &text);
                let done = bench.store.change(ticket, along, note(text.clone()), &no_answer).await;
                if done.is_ok() {
                    acknowledged.push((ticket, text));
                }
            }
            acknowledged
        });
    }
    let mut acknowledged = Vec::new();
    while let Some(done) = racing.join_next().await {
        acknowledged.extend(done.unwrap());
    }
    bench.engine.faults().clear();
    assert!(acknowledged.len() > 600, "only {} of 800 were acknowledged", acknowledged.len());
    let mut said: BTreeMap<(Number, String), usize> = BTreeMap::new();
    for number in &numbers {
        let history = bench.store.history(*number).await.unwrap();
        let seqs: Vec<u32> = history.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(seqs, (1..=history.len() as u32).collect::<Vec<_>>(), "no gap, no repetition");
        let folded = fold(history.iter().map(|(_, entry)| entry)).unwrap();
        assert_eq!(folded, bench.store.ticket(*number).await.unwrap().unwrap().ticket);
        for (_, entry) in history {
            let text = entry.text.unwrap_or_default().body;
            *said.entry((*number, text)).or_default() += 1;
        }
    }
    for one in acknowledged {
        assert_eq!(said.get(&one), Some(&1), "{one:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_words_are_kept_whole() {
    let bench = Bench::new().await;
    let number = number(bench.open("long", Along::default()).await.unwrap());
    let long = "ä".repeat(180_000);
    bench.store.change(number, Along::default(), note(long.clone()), &no_answer).await.unwrap();
    let history = bench.store.history(number).await.unwrap();
    assert_eq!(history.last().unwrap().1.text.as_ref().unwrap().body, long);
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_edited_by_many_at_once_loses_nothing() {
    let bench = Arc::new(Bench::new().await);
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..6 {
        let store = bench.store.clone();
        racing.spawn(async move {
            let edit = |config: &Config| {
                let mut config = config.clone();
                config.workspaces.push(format!("T{n}"));
                Ok::<_, ()>(config)
            };
            store.configure(None, edit).await.unwrap().unwrap();
        });
    }
    while let Some(done) = racing.join_next().await {
        done.unwrap();
    }
    let config = bench.store.config().await.unwrap();
    assert_eq!((config.workspaces.len(), config.version), (6, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_service_did_not_take_can_be_sent_again() {
    let bench = Bench::new().await;
    bench.engine.faults().fail_next(200, local::faults::Failure::Internal);
    let refused = bench.open("one", once(&bench, "key")).await;
    assert!(refused.is_err());
    bench.engine.faults().clear();
    let first = number(bench.open("one", once(&bench, "key")).await.unwrap());
    let again = number(bench.open("one", once(&bench, "key")).await.unwrap());
    assert_eq!(first, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_met_another_write_is_written_all_the_same() {
    let bench = Bench::new().await;
    let admin = PersonId::from("admin");
    let digest = Preferences { digest: true, ..Preferences::default() };
    let meet = |times| bench.engine.faults().fail_next(times, local::faults::Failure::Conflict);
    meet(2);
    bench.store.prefer(&admin, &digest).await.unwrap();
    assert_eq!(bench.store.preferences(&admin).await.unwrap(), digest);
    meet(2);
    bench.store.add_token(None, "secret", &admin, BTreeSet::new()).await.unwrap();
    let token = bench.store.token("secret").await.unwrap().expect("it is kept");
    meet(1);
    bench.store.revoke(None, &token).await.unwrap();
    assert_eq!(bench.store.token("secret").await.unwrap(), None);
    // Whoever ends it a second time finds it ended.
    bench.store.revoke(None, &token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_has_one_sender_and_a_dead_process_holds_none() {
    let bench = Bench::new().await;
    let lane = "LANE#mail#kofi";
    let minute = SignedDuration::from_mins(1);
    assert!(bench.store.lease(lane, minute).await.unwrap().is_some());
    assert!(bench.store.lease(lane, minute).await.unwrap().is_none());
    let next = bench.reopened();
    assert!(next.lease(lane, minute).await.unwrap().is_none(), "it might still be sending");
    let next = next.alone();
    let holder = next.lease(lane, minute).await.unwrap().expect("nobody else is there");
    assert!(next.lease(lane, minute).await.unwrap().is_none());
    next.release(lane, &holder).await.unwrap();
    assert!(next.lease(lane, minute).await.unwrap().is_some());
}
