//! Slack's request signature, version `v0`: HMAC-SHA256 over `v0:{timestamp}:{raw body}` with a window of five minutes.
//! It works on the raw bytes only; the clock is an argument. Rules: docs.slack.dev, "Verifying requests from Slack".

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// How far a timestamp may lie from our clock, in seconds, before and after: older requests are replays.
pub const WINDOW_SECONDS: i64 = 300;

/// The request does not come from Slack, or not from now. Answer 401 and read nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadSignature {
    /// One of the two headers is absent.
    #[error("a signature header is missing: send X-Slack-Request-Timestamp and X-Slack-Signature")]
    Missing,
    /// The timestamp is not a plain number of seconds.
    #[error("the request timestamp is not a number of seconds: send digits only")]
    Timestamp,
    /// The timestamp lies outside the window.
    #[error("the request is too old or from the future: check the clock and send it again")]
    Stale,
    /// The signature is not the one of this body.
    #[error("the signature does not fit the body: check the signing secret")]
    Mismatch,
}

/// Checks the headers `X-Slack-Request-Timestamp` and `X-Slack-Signature` of a request against its raw body.
/// `now_unix` is the machine's clock in seconds.
pub fn verify(
    secret: &str,
    now_unix: i64,
    timestamp: Option<&str>,
    signature: Option<&str>,
    body: &[u8],
) -> Result<(), BadSignature> {
    let (Some(timestamp), Some(signature)) = (timestamp, signature) else {
        return Err(BadSignature::Missing);
    };
    if timestamp.is_empty() || !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadSignature::Timestamp);
    }
    let sent: i64 = timestamp.parse().map_err(|_| BadSignature::Timestamp)?;
    if now_unix.abs_diff(sent) > WINDOW_SECONDS.unsigned_abs() {
        return Err(BadSignature::Stale);
    }
    let expected = header_value(secret, timestamp, body);
    // Slices of different length compare unequal; only the length, which is public, leaks.
    match bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
        true => Ok(()),
        false => Err(BadSignature::Mismatch),
    }
}

/// The value of `X-Slack-Signature` for a body sent at `timestamp_unix` (seconds). The local desk plays Slack with it.
pub fn sign(secret: &str, timestamp_unix: i64, body: &[u8]) -> String {
    header_value(secret, &timestamp_unix.to_string(), body)
}

fn header_value(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let tag = hmac_sha256(secret.as_bytes(), &[b"v0:", timestamp.as_bytes(), b":", body]);
    format!("v0={}", hex::encode(tag))
}

/// HMAC-SHA256 over the concatenated parts. Written over the block type so that no key length can fail.
pub(crate) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = sha2::digest::Key::<Hmac<Sha256>>::default();
    let hashed;
    let key = match key.len() > block.len() {
        // RFC 2104 section 2: longer keys are hashed first.
        true => {
            hashed = <Sha256 as sha2::Digest>::digest(key);
            hashed.as_slice()
        }
        false => key,
    };
    for (target, byte) in block.iter_mut().zip(key) {
        *target = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::{corpus_json, latin1};

    #[test]
    fn every_signing_vector_gives_the_stated_result() {
        let Some(vectors) = corpus_json("slack/signing_vectors.json") else { return };
        let mut ran = 0;
        for vector in vectors.as_array().unwrap() {
            let result = verify(
                vector["secret"].as_str().unwrap(),
                vector["now"].as_i64().unwrap(),
                vector["x-slack-request-timestamp"].as_str(),
                vector["x-slack-signature"].as_str(),
                &latin1(vector["body"].as_str().unwrap()),
            );
            assert_eq!(result.is_ok(), vector["expect"] == 200, "{}: {result:?}", vector["name"]);
            ran += 1;
        }
        assert!(ran >= 27, "only {ran} vectors");
    }

    #[test]
    fn wycheproof_tags_full_and_truncated() {
        let Some(file) = corpus_json("slack/wycheproof/hmac_sha256_test.json") else { return };
        let mut ran = 0;
        for group in file["testGroups"].as_array().unwrap() {
            let length = group["tagSize"].as_u64().unwrap() as usize / 8;
            for test in group["tests"].as_array().unwrap() {
                let bytes = |field: &str| hex::decode(test[field].as_str().unwrap()).unwrap();
                let tag = hmac_sha256(&bytes("key"), &[&bytes("msg")]);
                let same = tag[..length] == bytes("tag")[..];
                assert_eq!(same, test["result"] == "valid", "tcId {}", test["tcId"]);
                ran += 1;
            }
        }
        assert_eq!(ran, 174);
    }

    #[test]
    fn what_we_sign_verifies_and_odd_lengths_do_not_panic() {
        let now = 1_700_000_000;
        let signature = sign("s3cret", now, b"text=hi");
        let stamp = now.to_string();
        assert_eq!(verify("s3cret", now, Some(&stamp), Some(&signature), b"text=hi"), Ok(()));
        for length in 0..200 {
            let odd = "a".repeat(length);
            assert!(verify("s3cret", now, Some(&stamp), Some(&odd), b"").is_err());
            assert!(
                verify("s3cret", i64::MIN, Some(&"9".repeat(length)), Some(&signature), b"")
                    .is_err()
            );
        }
        assert_eq!(verify("s", now, Some(""), Some(&signature), b""), Err(BadSignature::Timestamp));
    }
}
