//! Reads the test data kept beside the repository. Absent data skip a test with a line saying so,
//! unless `BELLHOP_NO_SKIP=1` asks that nothing be skipped.

#![allow(clippy::disallowed_methods, reason = "a test asks the environment what it may skip")]

use std::path::Path;

/// Every file below a folder of the test data with its path; none when the data are not on this machine.
pub fn corpus_files(path: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(path);
    if !root.exists() {
        assert!(
            std::env::var("BELLHOP_NO_SKIP").as_deref() != Ok("1"),
            "test data missing: {path}"
        );
        println!("SKIPPED {path}: no test data on this machine");
        return Vec::new();
    }
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap().path();
            match entry.is_dir() {
                true => folders.push(entry),
                false => files.push((entry.display().to_string(), std::fs::read(entry).unwrap())),
            }
        }
    }
    files.sort();
    files
}
