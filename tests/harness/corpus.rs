//! Test data that lie beside the workspace and are no part of it. Where they are absent a test says
//! so in a line of its own, or fails when the run must be complete.

use serde_json::Value;

use super::setting;

/// A JSON file of the corpora; none when they are not on this machine.
pub fn corpus(file: &str) -> Option<Value> {
    let path = format!("{}/../../shared/corpora/{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(bytes) = std::fs::read(&path) else {
        assert!(setting("BELLHOP_NO_SKIP").as_deref() != Some("1"), "{path} is absent");
        println!("SKIPPED {file}: the corpora are not on this machine");
        return None;
    };
    Some(serde_json::from_slice(&bytes).expect("a corpus is JSON"))
}

/// Bytes that a JSON text gives as one character each.
pub fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte a character")).collect()
}
