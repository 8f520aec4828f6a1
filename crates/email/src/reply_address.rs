//! Reply addresses that name their ticket and were made for one person: `support+r<token>@example.com`.
//! A token proves only together with that person's address; it is no secret and opens nothing by itself.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// RFC 5321 section 4.5.3.1.1: a local part has at most 64 characters.
const LONGEST_LOCAL: usize = 64;
/// 80 bits of the HMAC: out of reach for guessing by mail.
const TAG: usize = 10;
/// What separates the queue's name from the token.
const MARK: &str = "+r";

/// What a reply address claims; believe it once [`Claim::is_for`] holds for a participant of that ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The ticket's number.
    pub number: u64,
    tag: [u8; TAG],
}

impl Claim {
    /// Whether the address was made with this secret for this person (an address, in any case) and ticket.
    pub fn is_for(&self, secret: &[u8], person: &str) -> bool {
        self.tag.ct_eq(&tag(secret, self.number, person)).into()
    }
}

/// The address to which a person answers about a ticket. When the queue's own name leaves no room for the token,
/// or has no domain, the queue's address is given unchanged: mail to it still arrives and threads by its references.
pub fn sign(secret: &[u8], number: u64, person: &str, queue_address: &str) -> String {
    let Some((local, domain)) = queue_address.rsplit_once('@') else {
        return queue_address.to_owned();
    };
    let digits: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let bytes = [digits.as_slice(), &tag(secret, number, person)].concat();
    let token = data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    let signed = format!("{local}{MARK}{token}");
    match signed.len() <= LONGEST_LOCAL {
        true => format!("{signed}@{domain}"),
        false => queue_address.to_owned(),
    }
}

/// What a recipient's address claims, in any case and with or without `<>`; nothing for every other address.
pub fn read(address: &str) -> Option<Claim> {
    let lower = address.trim().trim_matches(['<', '>']).to_ascii_lowercase();
    let (local, _) = lower.rsplit_once('@')?;
    let (_, token) = local.rsplit_once(MARK)?;
    let bytes = data_encoding::BASE32_NOPAD_NOCASE.decode(token.as_bytes()).ok()?;
    let (digits, found) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
    // One number has one spelling: no leading zeros, and no more digits than fit.
    if digits.len() > 8 || digits.first().is_none_or(|byte| *byte == 0) {
        return None;
    }
    let number = digits.iter().fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    Some(Claim { number, tag: found.try_into().ok()? })
}

fn tag(secret: &[u8], number: u64, person: &str) -> [u8; TAG] {
    // The secret is hashed into the block first, so that none is too long and nothing can fail.
    let mut block = sha2::digest::Key::<Hmac<Sha256>>::default();
    for (target, byte) in block.iter_mut().zip(Sha256::digest(secret)) {
        *target = byte;
    }
    let mut mac = <Hmac<Sha256> as Mac>::new(&block);
    mac.update(b"bellhop reply address\0");
    mac.update(&number.to_be_bytes());
    mac.update(person.trim().to_lowercase().as_bytes());
    let mut short = [0; TAG];
    for (target, byte) in short.iter_mut().zip(mac.finalize().into_bytes()) {
        *target = byte;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_for_one_person_and_ticket() {
        let address = sign(b"secret", 1057, "Kofi@Example.com", "support@desk.test");
        let (local, domain) = address.split_once('@').unwrap();
        assert!(
            local.starts_with("support+r") && domain == "desk.test" && local.len() <= 64,
            "{address}"
        );
        for written in [address.clone(), address.to_uppercase(), format!("<{address}>")] {
            let claim = read(&written).unwrap();
            assert_eq!(claim.number, 1057);
            assert!(claim.is_for(b"secret", "kofi@example.com"));
            assert!(!claim.is_for(b"secret", "mara@example.com"));
            assert!(!claim.is_for(b"other", "kofi@example.com"));
        }
    }

    #[test]
    fn other_addresses_claim_nothing() {
        let zero =
            format!("a+r{}@b.c", data_encoding::BASE32_NOPAD.encode(&[0; 11]).to_lowercase());
        let long =
            format!("a+r{}@b.c", data_encoding::BASE32_NOPAD.encode(&[1; 19]).to_lowercase());
        for address in
            ["", "a@b.c", "a+r@b.c", "a+rzzzz@b.c", "a+r!@b.c", "+r@", "a+rüüüü@b.c", &zero, &long]
        {
            assert_eq!(read(address), None, "{address}");
        }
    }

    #[test]
    fn long_queue_names_stay_deliverable() {
        let queue = format!("{}@desk.test", "q".repeat(50));
        assert_eq!(sign(b"s", 1, "a@b.c", &queue), queue);
        assert_eq!(sign(b"s", 1, "a@b.c", "no domain"), "no domain");
        let fits = sign(b"s", u64::MAX, "a@b.c", &format!("{}@desk.test", "q".repeat(33)));
        assert_eq!(fits.split_once('@').unwrap().0.len(), 64);
    }

    proptest! {
        #[test]
        fn every_number_and_person_comes_back(number in 1u64.., person in any::<String>(), local in "[a-z+.]{1,20}") {
            let claim = read(&sign(b"k", number, &person, &format!("{local}@d.test"))).unwrap();
            prop_assert_eq!(claim.number, number);
            prop_assert!(claim.is_for(b"k", &person));
        }

        #[test]
        fn any_text_is_read_without_panic(address in any::<String>()) {
            read(&address);
            sign(b"k", 0, &address, &address);
        }
    }
}
