//! The Message-ID of a mail the desk writes: it names what it is about, and a signature in it keeps a stranger
//! from naming a mail they were never sent. Whom it was sent to is known to the table, not here.

use crate::keys::Keys;

/// What is signed is a Message-ID, and nothing else the desk signs.
const PURPOSE: &[u8] = b"bellhop message id";

/// The Message-ID, without `<>`, of the mail that is called this inside the desk. The same mail has the same one
/// however often it is sent.
pub fn sign(keys: &Keys, id: &str, domain: &str) -> String {
    let local = id.replace('/', ".");
    match keys.sign(&[PURPOSE, local.as_bytes()]) {
        Some((_, tag)) => {
            let tag = data_encoding::BASE32_NOPAD.encode(&tag).to_ascii_lowercase();
            format!("{local}.{tag}@{domain}")
        }
        None => format!("{local}@{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_guesses_it_and_it_stays_the_same() {
        let keys = Keys::new("secret");
        let id = sign(&keys, "12/3/ana/mail", "desk.test");
        assert!(id.starts_with("12.3.ana.mail.") && id.ends_with("@desk.test"), "{id}");
        assert_eq!(id.len(), "12.3.ana.mail.".len() + 16 + "@desk.test".len());
        assert_eq!(id, sign(&keys, "12/3/ana/mail", "desk.test"));
        assert_ne!(id, sign(&Keys::new("other"), "12/3/ana/mail", "desk.test"));
        assert_ne!(id, sign(&keys, "12/4/ana/mail", "desk.test"));
    }
}
