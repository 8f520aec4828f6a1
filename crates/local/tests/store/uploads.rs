//! Uploads at rest: used once, whoever races; gone after a day; and what nothing names is swept.

use desk::file::{File, NotUsable};
use store::upload::Upload;

use super::*;

fn upload(id: &str, ticket: Option<Number>) -> Upload {
    let file = File {
        id: id.into(),
        name: format!("{id}.txt"),
        kind: "text/plain".into(),
        size: 3,
        // Of `abc`, as FIPS 180-2 appendix B.1 has it.
        sha256: Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into()),
    };
    Upload { by: PersonId::from("admin"), ticket, file, used: false }
}

async fn brought(store: &Store, upload: &Upload) {
    store.expect_upload(upload).await.unwrap();
    let place = store.place_for(&upload.file).await.unwrap();
    let mut put = reqwest::Client::new().put(place.url).body("abc");
    for (name, value) in place.headers.iter().filter(|(name, _)| name != "content-length") {
        put = put.header(name, value);
    }
    assert_eq!(put.send().await.unwrap().status(), 200);
}

async fn found(store: &Store, ticket: Option<Number>, id: &str) -> Result<Vec<Upload>, Error> {
    store.uploads(&PersonId::from("admin"), ticket, &[id.to_owned()]).await
}

fn refused(found: Result<Vec<Upload>, Error>) -> NotUsable {
    match found {
        Err(Error::Refused(Refusal::NotUsable(why))) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_used_once_whoever_races() {
    let bench = Arc::new(Bench::new().await);
    let number = number(bench.open("one", Along::default()).await.unwrap());
    brought(&bench.store, &upload("raced", Some(number))).await;
    let uploads = found(&bench.store, Some(number), "raced").await.unwrap();
    bench.store.keep(&uploads).await.unwrap();
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (bench, uploads) = (bench.clone(), uploads.clone());
        racing.spawn(async move {
            let along = Along { uploads, ..Along::default() };
            bench.store.change(number, along, note(format!("n{n}")), &no_answer).await
        });
    }
    let mut said = 0;
    while let Some(done) = racing.join_next().await {
        match done.unwrap() {
            Ok(Done::Now(_)) => said += 1,
            Err(Error::Refused(Refusal::NotUsable(why))) => {
                assert_eq!(why, NotUsable::Used { id: "raced".into() });
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(said, 1);
    let history = bench.store.history(number).await.unwrap();
    assert_eq!(history.iter().filter(|(_, entry)| entry.text.is_some()).count(), 2);
    let again = found(&bench.store, Some(number), "raced").await;
    assert_eq!(refused(again), NotUsable::Used { id: "raced".into() });
}

/// The same desk so long after now: the bucket's files have the machine's times.
fn after(bench: &Bench, hours: i64) -> Store {
    #[allow(clippy::disallowed_methods, reason = "the bucket's files have the machine's times")]
    let wall = Timestamp::now() + SignedDuration::from_hours(hours);
    let config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    let world = World {
        now: Arc::new(move || wall),
        wall: Arc::new(move || wall),
        id: Arc::new(|| "never".into()),
    };
    let (db, s3) = (bench.engine.client(), bench.s3.client());
    Store::new(db, "bellhop", s3, "bellhop", world, config)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_names_is_gone_after_a_day() {
    let bench = Bench::new().await;
    let today = after(&bench, 0);
    brought(&today, &upload("left", None)).await;
    today.sweep_incoming().await.unwrap();
    assert!(found(&today, Some(Number(1)), "left").await.is_ok(), "young, and for any ticket");
    let tomorrow = after(&bench, 25);
    let unknown = NotUsable::Unknown { id: "left".into() };
    assert_eq!(refused(found(&tomorrow, None, "left").await), unknown);
    tomorrow.sweep_incoming().await.unwrap();
    assert_eq!(today.blobs("incoming/").await.unwrap(), [] as [&str; 0]);
    let gone = NotUsable::NotThere { id: "left".into() };
    assert_eq!(refused(found(&today, None, "left").await), gone, "by a clock that lags");
}
