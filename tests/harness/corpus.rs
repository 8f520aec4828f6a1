//! Test data that lie beside the workspace and are no part of it. Where they are absent a test says
//! so in a line of its own, or fails when the run must be complete.

use std::path::PathBuf;

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

/// Every file below a folder of the corpora, by name; none when they are not on this machine.
pub fn corpus_folder(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root =
        PathBuf::from(format!("{}/../../shared/corpora/{folder}", env!("CARGO_MANIFEST_DIR")));
    if !root.is_dir() {
        let path = root.display();
        assert!(setting("BELLHOP_NO_SKIP").as_deref() != Some("1"), "{path} is absent");
        println!("SKIPPED {folder}: the corpora are not on this machine");
        return None;
    }
    let (mut files, mut waiting) = (Vec::new(), vec![root.clone()]);
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a folder").filter_map(Result::ok);
            waiting.extend(inside.map(|entry| entry.path()));
        } else {
            let name = path.strip_prefix(&root).expect("below it").display().to_string();
            files.push((name, std::fs::read(&path).expect("a file")));
        }
    }
    files.sort();
    Some(files)
}

/// Bytes that a JSON text gives as one character each.
pub fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte a character")).collect()
}
