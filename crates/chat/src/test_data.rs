//! Reads the test data kept beside the repository. Absent data skip a test with a line saying so,
//! unless `BELLHOP_NO_SKIP=1` asks that nothing be skipped.

#![allow(clippy::disallowed_methods, reason = "a test asks the environment what it may skip")]

use std::path::{Path, PathBuf};

/// The folder or file at `path` below the test data, or `None` when they are not on this machine.
pub fn corpus(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(path);
    if full.exists() {
        return Some(full);
    }
    assert!(std::env::var("BELLHOP_NO_SKIP").as_deref() != Ok("1"), "test data missing: {path}");
    println!("SKIPPED {path}: no test data on this machine");
    None
}

/// A JSON file of the test data.
pub fn corpus_json(path: &str) -> Option<serde_json::Value> {
    let text = std::fs::read(corpus(path)?).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}

/// Every payload file of a folder of the test data with its path below it; `index.json` describes and is left out.
pub fn corpus_files(path: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = corpus(path)?;
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap().path();
            match entry.is_dir() {
                true => folders.push(entry),
                false => files.push(entry),
            }
        }
    }
    files.retain(|file| file.file_name().is_some_and(|name| name != "index.json"));
    files.sort();
    let named = |file: PathBuf| {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        (name, std::fs::read(file).unwrap())
    };
    Some(files.into_iter().map(named).collect())
}

/// Bytes from text in which each character stands for one byte.
pub fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}
