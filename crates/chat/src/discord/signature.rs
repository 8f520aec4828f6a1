//! Discord's request signature: Ed25519 over `timestamp + raw body`, both headers as sent.
//! It checks authorship only; a freshness window is not part of Discord's scheme.
//! Rules: docs.discord.com, "Interactions: Security and Authorization".

use ed25519_dalek::Signer as _;
use serenity::interactions_endpoint::Verifier;
use thiserror::Error;

/// The configured application public key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadKey {
    /// Not 64 hex digits.
    #[error(
        "the discord public key is not 64 hex digits: copy it from the application's general information page"
    )]
    NotHex,
    /// 32 bytes that are no point of the curve.
    #[error(
        "the discord public key is no ed25519 key: copy it again from the application's general information page"
    )]
    NotAKey,
}

/// The request does not come from Discord. Answer 401 and read nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadSignature {
    /// One of the two headers is absent or empty.
    #[error("a signature header is missing: send X-Signature-Timestamp and X-Signature-Ed25519")]
    Missing,
    /// The signature is not 128 hex digits or not the one of this body.
    #[error("the signature does not fit the body: check the application's public key")]
    Mismatch,
}

/// The public key of a Discord application.
#[derive(Clone)]
pub struct PublicKey(Verifier);

impl PublicKey {
    /// Reads the 64 hex digits shown on the application's page (either case).
    pub fn from_hex(text: &str) -> Result<Self, BadKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BadKey::NotHex)?;
        Verifier::try_new(bytes).map(Self).map_err(|_| BadKey::NotAKey)
    }

    /// Checks the headers `X-Signature-Timestamp` and `X-Signature-Ed25519` of a request against its raw body.
    pub fn verify(
        &self,
        timestamp: Option<&str>,
        signature: Option<&str>,
        body: &[u8],
    ) -> Result<(), BadSignature> {
        let (Some(timestamp), Some(signature)) = (timestamp, signature) else {
            return Err(BadSignature::Missing);
        };
        if timestamp.is_empty() || signature.is_empty() {
            return Err(BadSignature::Missing);
        }
        // The verifier reads pairs such as "+f" as hex; only hex digits may pass.
        if !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadSignature::Mismatch);
        }
        self.0.verify(signature, timestamp, body).map_err(|()| BadSignature::Mismatch)
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PublicKey")
    }
}

/// The key with which the local desk plays Discord.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A key from its 32 secret bytes (RFC 8032 section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half as 64 lowercase hex digits.
    pub fn public_hex(&self) -> String {
        hex::encode(self.0.verifying_key().as_bytes())
    }

    /// The value of `X-Signature-Ed25519` for a body sent with this `X-Signature-Timestamp`.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let message = [timestamp.as_bytes(), body].concat();
        hex::encode(self.0.sign(&message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::{corpus_json, latin1};

    #[test]
    fn every_vector_gives_the_stated_result() {
        let Some(vectors) = corpus_json("discord/signature_vectors.json") else { return };
        let vectors = vectors.as_array().unwrap();
        for vector in vectors {
            let key = PublicKey::from_hex(vector["public_key"].as_str().unwrap()).unwrap();
            let headers = &vector["headers"];
            let result = key.verify(
                headers["X-Signature-Timestamp"].as_str(),
                headers["X-Signature-Ed25519"].as_str(),
                &latin1(vector["body"].as_str().unwrap()),
            );
            assert_eq!(result.is_ok(), vector["expect"] != 401, "{}: {result:?}", vector["name"]);
        }
        assert!(vectors.len() >= 27, "only {} vectors", vectors.len());
    }

    /// Each of them has a key of its own, so that over HTTP each would take a desk of its own.
    #[test]
    fn a60_all_151_of_wycheproof_and_with_them_its_63_invalid_ones() {
        let Some(file) = corpus_json("discord/wycheproof/ed25519_test.json") else { return };
        let (mut ran, mut invalid) = (0, 0);
        for group in file["testGroups"].as_array().unwrap() {
            let key = PublicKey::from_hex(group["publicKey"]["pk"].as_str().unwrap()).unwrap();
            for test in group["tests"].as_array().unwrap() {
                let message = hex::decode(test["msg"].as_str().unwrap()).unwrap();
                let result = verify_message(&key, test["sig"].as_str().unwrap(), &message);
                assert_eq!(result, test["result"] == "valid", "tcId {}", test["tcId"]);
                ran += 1;
                invalid += usize::from(!result);
            }
        }
        assert_eq!((ran, invalid), (151, 63));
    }

    /// A request always has a timestamp; the vectors have none and may be empty or not text, so the inner verifier is asked.
    fn verify_message(key: &PublicKey, signature: &str, message: &[u8]) -> bool {
        match message.first() {
            Some(first) if first.is_ascii() => {
                let (head, tail) = message.split_at(1);
                let head = std::str::from_utf8(head).unwrap();
                key.verify(Some(head), Some(signature), tail).is_ok()
            }
            _ => key.0.verify(signature, "", message).is_ok(),
        }
    }

    #[test]
    fn what_we_sign_verifies_and_odd_input_is_refused() {
        let signing = SigningKey::from_seed(&[7; 32]);
        let key = PublicKey::from_hex(&signing.public_hex().to_uppercase()).unwrap();
        let signature = signing.sign("1700000000", b"{}");
        assert_eq!(key.verify(Some("1700000000"), Some(&signature), b"{}"), Ok(()));
        for odd in ["+f".repeat(64), "é".repeat(64), "0".repeat(127), "0".repeat(4096)] {
            assert!(key.verify(Some("1"), Some(&odd), b"{}").is_err());
        }
        for odd in ["", "zz", &"0".repeat(63), &"é".repeat(32)] {
            assert_eq!(PublicKey::from_hex(odd).unwrap_err(), BadKey::NotHex);
        }
    }
}
