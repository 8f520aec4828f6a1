//! Reply addresses that name their ticket and were made for one person: `support+r<token>@example.com`.
//! A token proves only together with that person; it is no secret and opens nothing by itself.

use crate::keys::{Keys, TAG};
use crate::subaddress;

/// What separates the queue's name from the token.
const MARK: &str = "+r";
/// What is signed is an address, and nothing else the desk signs.
const PURPOSE: &[u8] = b"bellhop reply address";

/// What a reply address claims; believe it once [`Claim::is_for`] holds for a participant of that ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The ticket's number.
    pub number: u64,
    key: u8,
    tag: [u8; TAG],
}

impl Claim {
    /// Whether the address was made with one of these secrets for this person, by their id, and ticket.
    pub fn is_for(&self, keys: &Keys, person: &str) -> bool {
        keys.made(self.key, &self.tag, &[PURPOSE, &self.number.to_be_bytes(), person.as_bytes()])
    }
}

/// The address to which a person, named by their id, answers about a ticket. When the queue's own name leaves no
/// room for the token, or has no domain, the queue's address is given unchanged: mail to it still arrives and
/// threads by its references.
pub fn sign(keys: &Keys, number: u64, person: &str, queue_address: &str) -> String {
    let signed = keys.sign(&[PURPOSE, &number.to_be_bytes(), person.as_bytes()]);
    let digits: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let bytes = signed.map(|(key, tag)| [&[key], digits.as_slice(), &tag].concat());
    let address = bytes.and_then(|bytes| subaddress::write(queue_address, MARK, &bytes));
    address.unwrap_or_else(|| queue_address.to_owned())
}

/// What a recipient's address claims, in any case and with or without `<>`; nothing for every other address.
pub fn read(address: &str) -> Option<Claim> {
    let bytes = subaddress::read(address, MARK)?;
    let (key, rest) = bytes.split_first()?;
    let (digits, found) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
    // One number has one spelling: no leading zeros, and no more digits than fit.
    if digits.len() > 8 || digits.first().is_none_or(|byte| *byte == 0) {
        return None;
    }
    let number = digits.iter().fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    Some(Claim { number, key: *key, tag: found.try_into().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_for_one_person_and_ticket() {
        let address = sign(&Keys::new("secret"), 1057, "kofi", "support@desk.test");
        let (local, domain) = address.split_once('@').unwrap();
        assert!(
            local.starts_with("support+r") && domain == "desk.test" && local.len() <= 64,
            "{address}"
        );
        for written in [address.clone(), address.to_uppercase(), format!("<{address}>")] {
            let claim = read(&written).unwrap();
            assert_eq!(claim.number, 1057);
            assert!(claim.is_for(&Keys::new("secret"), "kofi"));
            assert!(claim.is_for(&Keys::new("newer secret"), "kofi"));
            assert!(!claim.is_for(&Keys::new("secret"), "mara"));
            assert!(!claim.is_for(&Keys::new("other"), "kofi"));
        }
    }

    #[test]
    fn other_addresses_claim_nothing() {
        let zero =
            format!("a+r{}@b.c", data_encoding::BASE32_NOPAD.encode(&[0; 12]).to_lowercase());
        let long =
            format!("a+r{}@b.c", data_encoding::BASE32_NOPAD.encode(&[1; 20]).to_lowercase());
        for address in
            ["", "a@b.c", "a+r@b.c", "a+rzzzz@b.c", "a+r!@b.c", "+r@", "a+rüüüü@b.c", &zero, &long]
        {
            assert_eq!(read(address), None, "{address}");
        }
    }

    #[test]
    fn long_queue_names_stay_deliverable() {
        let queue = format!("{}@desk.test", "q".repeat(50));
        let keys = Keys::new("s");
        assert_eq!(sign(&keys, 1, "a", &queue), queue);
        assert_eq!(sign(&keys, 1, "a", "no domain"), "no domain");
        assert_eq!(sign(&Keys::new(""), 1, "a", "q@desk.test"), "q@desk.test");
        let fits = sign(&keys, u64::MAX, "a", &format!("{}@desk.test", "q".repeat(31)));
        assert_eq!(fits.split_once('@').unwrap().0.len(), 64);
    }

    proptest! {
        #[test]
        fn every_number_and_person_comes_back(number in 1u64.., person in any::<String>(), local in "[a-z+.]{1,20}") {
            let keys = Keys::new("k");
            let claim = read(&sign(&keys, number, &person, &format!("{local}@d.test"))).unwrap();
            prop_assert_eq!(claim.number, number);
            prop_assert!(claim.is_for(&keys, &person));
        }

        #[test]
        fn any_text_is_read_without_panic(address in any::<String>()) {
            read(&address);
            sign(&Keys::new("k"), 0, &address, &address);
        }
    }
}
