//! The mail door: raw mail that lies in the bucket becomes tickets and messages.
//!
//! Running anything here twice, or five times at once, is the same as running it once: the mail's
//! own key is written in the ticket's transaction. What a mail says is read in `email`, what a
//! ticket may do is decided in `desk`.

mod answering;

mod event;

mod intake;

mod letter;

mod opening;

mod orders;

mod belonging;

mod verdict;

mod arrival;

mod returned;

mod file;

use email::Keys;
use serde_json::Value;
use store::Store;
use store::ledger::Arrival;

use letter::Letter;

/// Where mail lies until it is taken in.
const INBOX: &str = "inbox/";
/// What SES puts there when the receipt rule is made: a greeting to whoever did, and no request.
const GREETING: &str = "inbox/AMAZON_SES_SETUP_NOTIFICATION";

/// What the mail door needs.
#[derive(Clone)]
pub struct Mail {
    store: Store,
    keys: Keys,
    server: Option<String>,
}

impl Mail {
    /// The door of one desk. `keys` sign its reply addresses; `server` is the name of whoever receives
    /// mail for it and says in `Authentication-Results` who sent it (RFC 8601 section 2.5), if somebody
    /// does.
    pub fn new(store: Store, keys: Keys, server: Option<String>) -> Mail {
        Mail { store, keys, server }
    }
}

/// What became of a raw mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing lies under the key that is still to be taken in.
    Before,
    /// It was taken in; its line in the ledger.
    Now(Box<Arrival>),
}

/// Why a mail was not taken in. It lies where it lay, so trying again is right.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store could not do its part.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Neither SES nor S3 sends such an event.
    #[error(
        "this event is neither a mail from SES, nor an object put into S3, nor a schedule; check what invokes the function"
    )]
    NotAnEvent,
    /// A record that names no object.
    #[error(
        "a record of this event names no object in S3; put the S3 action before the function in the receipt rule"
    )]
    NoKey,
    /// Nowhere to put a ticket.
    #[error("the desk has no queue; add one and the mail is taken in")]
    NoQueue,
}

/// Takes in every mail an event of SES or S3 names; a schedule's event sweeps the inbox for mails no
/// event announced. One that fails does not stop the others; the event then fails after them, and is
/// sent again.
pub async fn handle(mail: &Mail, event: Value) -> Result<(), Error> {
    if event::is_schedule(&event) {
        return sweep(mail).await.map(drop);
    }
    let mut failed = None;
    for key in event::keys(&event)? {
        let taken = match key {
            Ok(key) => take_in(mail, &key).await,
            Err(error) => Err(error),
        };
        if let Err(error) = taken {
            tracing::error!(%error, "a mail was not taken in");
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Takes in one raw mail by its key in the bucket.
pub async fn take_in(mail: &Mail, key: &str) -> Result<Taken, Error> {
    let Some(raw) = mail.store.blob(key).await? else { return Ok(Taken::Before) };
    if key == GREETING {
        put_away(mail, key, "ses-setup", raw).await?;
        return Ok(Taken::Before);
    }
    let letter = Letter::read(raw, mail.server.as_deref());
    let line = intake::run(mail, key, &letter).await?;
    put_away(mail, key, &line.id, letter.raw).await?;
    tracing::info!(
        inbound.id = line.id,
        inbound.outcome = ?line.outcome,
        ticket.number = line.number,
        "took in a mail"
    );
    Ok(Taken::Now(Box::new(line)))
}

/// Takes in whatever still lies in the inbox, at most a thousand mails, and answers how many. For
/// events that were lost; one mail that fails does not stop the others.
pub async fn sweep(mail: &Mail) -> Result<usize, Error> {
    let mut taken = 0;
    let mut failed = None;
    for key in mail.store.blobs(INBOX).await? {
        match take_in(mail, &key).await {
            Ok(Taken::Now(_)) => taken += 1,
            Ok(Taken::Before) => {}
            Err(error) => {
                tracing::error!(%error, "a mail was not taken in");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(taken), Err)
}

/// Moves a mail out of the inbox. Stopped in between it is taken in once more, which changes
/// nothing.
async fn put_away(mail: &Mail, key: &str, id: &str, raw: Vec<u8>) -> Result<(), Error> {
    mail.store.put_blob(&format!("mail/{id}"), raw, "message/rfc822").await?;
    mail.store.remove_blob(key).await?;
    Ok(())
}
