//! Test data that lie beside the workspace and are no part of it. Where they are absent a test says
//! so in a line of its own, or fails when the run must be complete.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::at_rest::files;
use super::setting;

/// A JSON file of the corpora; none when they are not on this machine.
pub fn corpus(file: &str) -> Option<Value> {
    let bytes = std::fs::read(place_of(file)?).expect("a file");
    Some(serde_json::from_slice(&bytes).expect("a corpus is JSON"))
}

/// Every file below a folder of the corpora, by name; none when they are not on this machine.
pub fn corpus_folder(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = place_of(folder)?;
    let named = files(&root).into_iter().map(|path| {
        let name = path.strip_prefix(&root).expect("below it").display().to_string();
        (name, std::fs::read(&path).expect("a file"))
    });
    let mut named: Vec<_> = named.collect();
    named.sort();
    Some(named)
}

fn place_of(what: &str) -> Option<PathBuf> {
    let path = format!("{}/../../shared/corpora/{what}", env!("CARGO_MANIFEST_DIR"));
    if !Path::new(&path).exists() {
        assert!(setting("BELLHOP_NO_SKIP").as_deref() != Some("1"), "{path} is absent");
        println!("SKIPPED {what}: the corpora are not on this machine");
        return None;
    }
    Some(path.into())
}

/// Bytes that a JSON text gives as one character each.
pub fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte a character")).collect()
}
