//! How a receiver knows that a request is the desk's, and not an old one once more.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The header it stands in.
pub const HEADER: &str = "bellhop-signature";

/// `t=SECONDS,v1=HEX`: HMAC-SHA-256 over `SECONDS.BODY`, keyed with the webhook's secret.
pub fn sign(secret: &str, seconds: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anybody_with_the_secret_can_check_it() {
        // printf '1795374238.{"a":1}' | openssl dgst -sha256 -hmac secret
        let signature = sign("secret", 1_795_374_238, r#"{"a":1}"#);
        let (time, mac) = signature.split_once(",v1=").unwrap();
        assert_eq!(time, "t=1795374238");
        assert_eq!(mac, "6061f60c4b40924631f1ab094fc715d270af5037478c1dc552f0ffb227067591");
        assert_ne!(signature, sign("other", 1_795_374_238, r#"{"a":1}"#));
        assert_ne!(signature, sign("secret", 1_795_374_239, r#"{"a":1}"#));
    }
}
