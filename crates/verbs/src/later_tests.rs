//! The race, with the clock of the runtime stopped and moved.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::*;

fn work() -> Work {
    Work { path: "/slack/commands".into(), body: "text=help".into() }
}

/// Takes work after a while, or refuses it; what it took is seen in the list.
fn hands(after: Duration, takes: bool) -> (HandOver, Arc<Mutex<Vec<Work>>>) {
    let taken: Arc<Mutex<Vec<Work>>> = Arc::default();
    let list = taken.clone();
    let hand_over = HandOver::new(move |work| {
        let list = list.clone();
        async move {
            sleep(after).await;
            if !takes {
                return Err(NotTaken("the account is throttled".into()));
            }
            list.lock().unwrap().push(work);
            Ok(())
        }
    });
    (hand_over, taken)
}

fn unavailable() -> Error {
    Error::Unavailable { doing: "commit to the table", cause: "500".into() }
}

#[tokio::test(start_paused = true)]
async fn quick_work_is_answered_and_handed_to_nobody() {
    let (hand_over, taken) = hands(Duration::ZERO, true);
    let ended = hand_over.in_time(work(), &Underway::default(), async { Ok(7) }).await;
    assert_eq!(ended, Ended::Done(7));
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn slow_and_failing_work_is_handed_over_in_time() {
    let (hand_over, taken) = hands(Duration::from_millis(100), true);
    let start = Instant::now();
    let slow = async {
        sleep(Duration::from_secs(10)).await;
        Ok(7)
    };
    let ended = hand_over.in_time(work(), &Underway::default(), slow).await;
    assert_eq!((ended, taken.lock().unwrap().len()), (Ended::HandedOver, 1));
    assert!(start.elapsed() < Duration::from_secs(3));
    let fails = async { Err::<i32, _>(unavailable()) };
    let ended = hand_over.in_time(work(), &Underway::default(), fails).await;
    assert_eq!((ended, taken.lock().unwrap().len()), (Ended::HandedOver, 2));
}

#[tokio::test(start_paused = true)]
async fn what_time_does_not_mend_is_not_handed_over() {
    let (hand_over, taken) = hands(Duration::ZERO, true);
    let fails = async { Err::<i32, _>(Error::TooLarge { items: 101 }) };
    let ended = hand_over.in_time(work(), &Underway::default(), fails).await;
    assert_eq!(ended, Ended::NotDone { certain: true });
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn where_nobody_takes_it_over_it_says_whether_that_is_certain() {
    for after in [Duration::ZERO, Duration::from_secs(60)] {
        let (hand_over, _) = hands(after, false);
        let start = Instant::now();
        let underway = Underway::default();
        let reading = std::future::pending::<Result<i32, Error>>();
        let ended = hand_over.in_time(work(), &underway, reading).await;
        assert_eq!(ended, Ended::NotDone { certain: true });
        let commits = async {
            underway.raise();
            std::future::pending::<Result<i32, Error>>().await
        };
        let ended = hand_over.in_time(work(), &underway, commits).await;
        assert_eq!(ended, Ended::NotDone { certain: false });
        assert!(start.elapsed() < Duration::from_secs(6), "two requests, under 3 s each");
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_ends_just_after_a_refused_hand_over_counts() {
    let (hand_over, _) = hands(Duration::ZERO, false);
    let slow = async {
        sleep(Duration::from_millis(2100)).await;
        Ok(7)
    };
    let ended = hand_over.in_time(work(), &Underway::default(), slow).await;
    assert_eq!(ended, Ended::Done(7));
}
