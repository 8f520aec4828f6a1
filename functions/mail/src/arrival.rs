//! A mail's line in the ledger: one line a key, however often the key is taken in. So its id comes from
//! the key, and its instant from the key, too, or from the object that lies there.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::ledger::Arrival;

use crate::INBOX;
use crate::letter::Letter;

/// The line of a mail that is being read; it was `written` there then.
pub(crate) fn line(key: &str, written: Timestamp, letter: &Letter) -> Arrival {
    Arrival {
        id: id(key),
        at: instant_in(key).unwrap_or(written),
        door: "email".into(),
        from: letter.from.clone(),
        subject: letter.mail.subject.clone(),
        message_id: letter.mail.message_id.clone(),
        outcome: None,
        number: None,
        reason: None,
        automatic: letter.mail.automatic.map(|automatic| automatic.to_string()),
    }
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
