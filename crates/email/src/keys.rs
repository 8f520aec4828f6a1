//! The desk's secrets for what it writes into its mails: the newest signs, older ones still prove, so that a
//! secret can be replaced while answers to earlier mails are on their way. Knows no mail and no ticket.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// 80 bits of an HMAC: out of reach for guessing by mail.
pub(crate) const TAG: usize = 10;

/// Secrets, the newest first.
#[derive(Clone)]
pub struct Keys(Vec<Key>);

/// A secret and the byte it is told by.
#[derive(Clone)]
struct Key {
    id: u8,
    secret: [u8; 32],
}

impl std::fmt::Debug for Keys {
    /// How many there are, and nothing of them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

impl Keys {
    /// Secrets in one text, separated by commas or white space, the newest first.
    pub fn new(secrets: &str) -> Keys {
        let texts = secrets.split([',', ' ', '\t', '\r', '\n']).filter(|text| !text.is_empty());
        Keys(texts.map(Key::of).collect())
    }

    /// The id of the newest secret and what it makes of these parts; nothing is signed without a secret.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> Option<(u8, [u8; TAG])> {
        self.0.first().map(|key| (key.id, key.tag(parts)))
    }

    /// Whether the secret of this id made this of these parts.
    pub(crate) fn made(&self, id: u8, found: &[u8], parts: &[&[u8]]) -> bool {
        use subtle::ConstantTimeEq;
        let mut keys = self.0.iter().filter(|key| key.id == id);
        keys.any(|key| key.tag(parts).ct_eq(found).into())
    }
}

impl Key {
    fn of(secret: &str) -> Key {
        let secret: [u8; 32] = Sha256::digest(secret).into();
        let named = Sha256::new().chain_update(b"bellhop key id\0").chain_update(secret);
        Key { id: named.finalize().first().copied().unwrap_or_default(), secret }
    }

    fn tag(&self, parts: &[&[u8]]) -> [u8; TAG] {
        // The secret was hashed first, so that none is too long for the block and nothing can fail.
        let mut block = sha2::digest::Key::<Hmac<Sha256>>::default();
        for (target, byte) in block.iter_mut().zip(self.secret) {
            *target = byte;
        }
        let mut mac = <Hmac<Sha256> as Mac>::new(&block);
        for part in parts {
            mac.update(&part.len().to_be_bytes());
            mac.update(part);
        }
        let mut short = [0; TAG];
        for (target, byte) in short.iter_mut().zip(mac.finalize().into_bytes()) {
            *target = byte;
        }
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_secret_still_proves_and_no_longer_signs() {
        let (old, both, new) = (Keys::new("old"), Keys::new("new, old"), Keys::new("new"));
        let (id, tag) = old.sign(&[b"a", b"b"]).unwrap();
        assert!(both.made(id, &tag, &[b"a", b"b"]));
        assert!(!new.made(id, &tag, &[b"a", b"b"]));
        assert_eq!(both.sign(&[b"a"]), new.sign(&[b"a"]));
    }

    #[test]
    fn parts_cannot_be_shifted() {
        let keys = Keys::new("secret");
        let (id, tag) = keys.sign(&[b"ab", b"c"]).unwrap();
        assert!(!keys.made(id, &tag, &[b"a", b"bc"]) && !keys.made(id, &tag[1..], &[b"ab", b"c"]));
    }

    #[test]
    fn without_a_secret_nothing_is_signed_or_proved() {
        assert!(Keys::new(" , \n").sign(&[b"a"]).is_none());
        assert!(!Keys::new("").made(0, &[0; TAG], &[b"a"]));
    }
}
