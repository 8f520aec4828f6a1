//! How to get no more mails of a kind, said where mail programs look for it (RFC 2369 section 3.2, RFC 8058): an
//! address that was made for one person, to which their program writes for them. A mail program only trusts these
//! headers where the mail's DKIM signature covers them (RFC 8058 section 4).

use mail_builder::headers::HeaderType;
use mail_builder::headers::text::Text;
use mail_builder::headers::url::URL;

use crate::keys::{Keys, TAG};
use crate::subaddress;

/// What separates the queue's name from the token.
const MARK: &str = "+u";
/// What is signed is an address, and nothing else the desk signs.
const PURPOSE: &[u8] = b"bellhop unsubscribe address";

/// A header line has at most 998 characters (RFC 5322 section 2.1.1).
const LONGEST: usize = 900;

/// What an address to unsubscribe by claims; believe it once [`Claim::is_for`] holds for who wrote to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    key: u8,
    tag: [u8; TAG],
}

impl Claim {
    /// Whether the address was made with one of these secrets for this person, by their id.
    pub fn is_for(&self, keys: &Keys, person: &str) -> bool {
        keys.made(self.key, &self.tag, &[PURPOSE, person.as_bytes()])
    }
}

/// Where a person, named by their id, asks for no more of this, as a `mailto:` address for
/// [`Outgoing::unsubscribe`](crate::Outgoing); none where nothing is signed, or the queue's name leaves no room.
pub fn sign(keys: &Keys, person: &str, queue_address: &str) -> Option<String> {
    let (key, tag) = keys.sign(&[PURPOSE, person.as_bytes()])?;
    let address = subaddress::write(queue_address, MARK, &[&[key], tag.as_slice()].concat())?;
    Some(format!("mailto:{address}?subject=unsubscribe"))
}

/// What a recipient's address claims, in any case and with or without `<>`; nothing for every other address.
pub fn read(address: &str) -> Option<Claim> {
    let bytes = subaddress::read(address, MARK)?;
    let (key, tag) = bytes.split_first()?;
    Some(Claim { key: *key, tag: tag.try_into().ok()? })
}

/// The headers for an address; none where it is no `mailto:` or `https:` address, or could end its header.
pub(crate) fn headers(uri: Option<&str>) -> Vec<(&'static str, HeaderType<'static>)> {
    let Some((scheme, uri)) = uri.and_then(|uri| Some((scheme(uri)?, uri))) else {
        return Vec::new();
    };
    let place = ("List-Unsubscribe", HeaderType::URL(URL::new(uri.to_owned())));
    match scheme {
        Scheme::Mailto => vec![place],
        Scheme::Https => {
            let click = HeaderType::Text(Text::new("List-Unsubscribe=One-Click"));
            vec![place, ("List-Unsubscribe-Post", click)]
        }
    }
}

/// How it is asked for.
#[derive(Clone, Copy)]
enum Scheme {
    /// By a mail.
    Mailto,
    /// By one `POST`, without asking back (RFC 8058 section 3.1).
    Https,
}

fn scheme(uri: &str) -> Option<Scheme> {
    let fits = uri.len() <= LONGEST && uri.bytes().all(belongs);
    let (scheme, place) = uri.split_once(':').filter(|_| fits)?;
    match scheme.to_ascii_lowercase().as_str() {
        "mailto" if place.contains('@') => Some(Scheme::Mailto),
        "https" if place.strip_prefix("//").is_some_and(|host| !host.is_empty()) => {
            Some(Scheme::Https)
        }
        _ => None,
    }
}

/// RFC 3986 section 2; a comma would start another address (RFC 2369 section 2).
fn belongs(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>\"\\^`{|},".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply_address;

    #[test]
    fn an_address_is_for_one_person() {
        let keys = Keys::new("secret");
        let uri = sign(&keys, "kofi", "support@desk.test").unwrap();
        let address = uri.strip_prefix("mailto:").unwrap();
        let (address, subject) = address.split_once('?').unwrap();
        assert_eq!(subject, "subject=unsubscribe");
        assert_eq!(headers(Some(&uri)).len(), 1);
        for written in [address.to_owned(), address.to_uppercase(), format!("<{address}>")] {
            let claim = read(&written).unwrap();
            assert!(claim.is_for(&keys, "kofi") && claim.is_for(&Keys::new("new secret"), "kofi"));
            assert!(!claim.is_for(&keys, "mara") && !claim.is_for(&Keys::new("other"), "kofi"));
        }
        assert_eq!(reply_address::read(address), None);
        assert_eq!(read(&reply_address::sign(&keys, 7, "kofi", "support@desk.test")), None);
    }

    #[test]
    fn other_addresses_claim_nothing() {
        for address in ["", "a@b.c", "a+u@b.c", "a+uzzzz@b.c", "a+u!@b.c", "+u@", "a+uüüüü@b.c"]
        {
            assert_eq!(read(address), None, "{address}");
        }
        assert_eq!(sign(&Keys::new(""), "a", "q@desk.test"), None);
        assert_eq!(sign(&Keys::new("k"), "a", "no domain"), None);
        assert_eq!(sign(&Keys::new("k"), "a", &format!("{}@d.test", "q".repeat(50))), None);
    }
}
