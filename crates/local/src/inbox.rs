//! The mail door's other side: raw bytes into the bucket before anybody is told they are safe, then
//! the mail function. What fails is tried again; what is forgotten is swept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use email::Keys;
use jiff::tz::TimeZone;
use store::Store;
use tokio::sync::Semaphore;

use crate::smtp::{Envelope, Refused};

/// How many mails are understood at the same time.
const AT_ONCE: usize = 8;
/// How often one is tried before it is left to the sweep.
const TRIES: u32 = 5;

/// Mail between the door and the desk.
#[derive(Clone)]
pub struct Inbox {
    store: Store,
    mail: mail::Mail,
    in_flight: Arc<AtomicUsize>,
    places: Arc<Semaphore>,
}

impl Inbox {
    /// An inbox of this desk. `server` is the name under which its door says who sent a mail, if it
    /// says so.
    pub fn new(store: Store, keys: Keys, server: Option<String>) -> Inbox {
        let mail = mail::Mail::new(store.clone(), keys, server);
        Inbox { store, mail, in_flight: Arc::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Keeps a mail, and has it understood in its own time. Once this answers it is safe.
    pub async fn put(&self, _envelope: Envelope, bytes: Vec<u8>) -> Result<String, Refused> {
        let at = self.store.now();
        let day = at.to_zoned(TimeZone::UTC).date();
        let id = self.store.fresh_id();
        let key = format!("inbox/{day}/{:020}-{id}", at.as_nanosecond());
        let guard = InFlight::enter(&self.in_flight);
        if let Err(error) = self.store.put_blob(&key, bytes, "message/rfc822").await {
            tracing::error!("could not keep a mail: {error}");
            return Err(Refused("the desk cannot keep it now; send it again".into()));
        }
        let inbox = self.clone();
        tokio::spawn(async move {
            let _guard = guard;
            inbox.understand(&key).await;
        });
        Ok(id)
    }

    async fn understand(&self, key: &str) {
        for attempt in 1..=TRIES {
            let Ok(_place) = self.places.acquire().await else { return };
            match mail::take_in(&self.mail, key).await {
                Ok(_) => return,
                Err(error) => tracing::warn!("could not take in a mail, try {attempt}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(200 * u64::from(attempt))).await;
        }
    }

    /// Takes in whatever lies in the bucket unread.
    pub async fn sweep(&self) {
        let _guard = InFlight::enter(&self.in_flight);
        if let Err(error) = mail::sweep(&self.mail).await {
            tracing::warn!("could not sweep the inbox: {error}");
        }
    }

    /// Whether nothing is between the door and the desk.
    pub fn is_at_rest(&self) -> bool {
        self.in_flight.load(Ordering::SeqCst) == 0
    }
}

/// Counts what is under way, also when a task dies.
struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    fn enter(count: &Arc<AtomicUsize>) -> InFlight {
        count.fetch_add(1, Ordering::SeqCst);
        InFlight(count.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
