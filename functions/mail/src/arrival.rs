//! A mail's line in the ledger: one line a key, however often the key is taken in. So its id and its
//! instant come from the key, or from what was noted the first time.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use store::Store;
use store::change::Once;
use store::ledger::Arrival;

use crate::letter::Letter;
use crate::{Error, INBOX};

/// How long the instant of a key that has none is kept: far longer than a mail lies in the inbox.
const INSTANT_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Under which door that instant is kept.
const DOOR: &str = "mail-arrival";

/// The line of a mail that is being read.
pub(crate) async fn line(store: &Store, key: &str, letter: &Letter) -> Result<Arrival, Error> {
    let id = id(key);
    let at = match instant_in(key) {
        Some(at) => at,
        None => first_seen(store, &id).await?,
    };
    Ok(Arrival {
        id,
        at,
        door: "email".into(),
        from: letter.from.clone(),
        subject: letter.mail.subject.clone(),
        message_id: letter.mail.message_id.clone(),
        outcome: None,
        number: None,
        reason: None,
        automatic: letter.mail.automatic.map(|automatic| automatic.to_string()),
    })
}

/// Keys are not ours alone to choose; their hash is short and plain.
fn id(key: &str) -> String {
    let mut id = hex::encode(Sha256::digest(key));
    id.truncate(24);
    id
}

/// The instant in a key of the form `inbox/<date>/<20 digits of unix nanoseconds>-<id>`.
fn instant_in(key: &str) -> Option<Timestamp> {
    let (_, name) = key.strip_prefix(INBOX)?.split_once('/')?;
    let (digits, _) = name.split_once('-')?;
    let plain = digits.len() == 20 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let nanoseconds = digits.parse::<i128>().ok().filter(|_| plain)?;
    Timestamp::from_nanosecond(nanoseconds).ok()
}

/// When this mail was looked at first. Of several at once one writes, and all read what it wrote.
async fn first_seen(store: &Store, id: &str) -> Result<Timestamp, Error> {
    if let Some(at) = noted(store, id).await? {
        return Ok(at);
    }
    let wall = store.wall();
    let expires = wall.checked_add(INSTANT_KEPT).unwrap_or(Timestamp::MAX);
    let once = Once { door: DOOR, id: id.to_owned(), expires, fingerprint: None };
    store.remember_answer(&once, store.now().to_string()).await?;
    noted(store, id).await?.ok_or(Error::Store(store::Error::Busy))
}

async fn noted(store: &Store, id: &str) -> Result<Option<Timestamp>, Error> {
    let earlier = store.earlier(DOOR, id).await?;
    Ok(earlier.and_then(|earlier| earlier.answer?.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_short_id() {
        let first = id("inbox/a");
        assert_eq!(first, id("inbox/a"));
        assert_ne!(first, id("inbox/b"));
        assert!(first.len() == 24 && first.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn the_instant_is_read_from_our_own_keys_alone() {
        let at = Timestamp::from_nanosecond(1_795_345_130_000_000_007).unwrap();
        let rows = [
            ("inbox/2026-11-22/01795345130000000007-abc", Some(at)),
            ("inbox/2026-11-22/01795345130000000007-", Some(at)),
            ("inbox/d6iitobk75ur44p8kdnnp7g2n800", None),
            ("inbox/2026-11-22/1795345130000000007-abc", None),
            ("inbox/2026-11-22/+1795345130000000007-abc", None),
            ("inbox/2026-11-22/01795345130000000007", None),
            ("mail/2026-11-22/01795345130000000007-abc", None),
            ("", None),
        ];
        for (key, expected) in rows {
            assert_eq!(instant_in(key), expected, "{key}");
        }
    }
}
