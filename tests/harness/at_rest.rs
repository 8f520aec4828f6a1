//! What lies on the disk of a desk, read beside it: the snapshot of each ticket is what its history
//! comes to, nothing waits unread, and every object belongs to something.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use desk::Number;
use local::dynamodb::Engine;
use local::s3::S3;

use super::Desk;
use super::aws::store;

/// Checks all of it, once everything has settled.
pub async fn check(desk: &Desk, tickets: impl Iterator<Item = u64>) {
    let bucket = desk.data().join("s3/bellhop");
    assert_eq!(files(&bucket.join("inbox")), Vec::<PathBuf>::new(), "mail that nobody took in");
    let handed_over = files(&desk.data().join("handed-over"));
    assert_eq!(handed_over, Vec::<PathBuf>::new(), "work that nobody did");
    let mut owned = BTreeSet::new();
    // A second reader of the same files; the desk goes on with its own.
    let engine = Engine::open(&desk.data()).expect("the desk's table");
    let s3 = S3::start(&desk.data(), "bellhop").await.expect("the desk's bucket");
    let store = store(&engine, &s3, super::wall());
    for number in tickets {
        let stored = store.ticket(Number(number)).await.expect("the table answers");
        let stored = stored.unwrap_or_else(|| panic!("there is no #{number}"));
        let history = store.history(Number(number)).await.expect("the table answers");
        let entries: Vec<desk::Entry> = history.iter().map(|(_, entry)| entry.clone()).collect();
        assert_eq!(
            desk::fold(&entries).as_ref(),
            Some(&stored.ticket),
            "#{number} is not its history"
        );
        for text in entries.iter().filter_map(|entry| entry.text.as_ref()) {
            let all = text.files.iter().chain(desk::answer::files(&text.answers));
            owned.extend(all.map(|file| file.sha256().to_owned()));
        }
    }
    let kept = files(&bucket.join("file"));
    let strays = kept.iter().filter(|path| {
        path.file_name().is_none_or(|name| !owned.contains(name.to_string_lossy().as_ref()))
    });
    let strays: Vec<_> = strays.collect();
    assert!(strays.is_empty(), "files that belong to no message: {strays:?}");
}

/// Whether somebody is being erased.
pub async fn erasing(desk: &Desk) -> bool {
    rows(desk).await.iter().any(|row| row.contains("ERASE#"))
}

/// Rows of the table and objects of the bucket in which one of these words stands.
pub async fn traces(desk: &Desk, words: &[&str]) -> Vec<String> {
    let named = |text: &str| words.iter().any(|word| text.contains(word));
    let mut found: Vec<String> = rows(desk).await.into_iter().filter(|row| named(row)).collect();
    for path in files(&desk.data().join("s3/bellhop")) {
        let bytes = std::fs::read(&path).expect("an object");
        if named(&String::from_utf8_lossy(&bytes)) || named(&path.to_string_lossy()) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Every row of the table, as text.
async fn rows(desk: &Desk) -> Vec<String> {
    let engine = Engine::open(&desk.data()).expect("the desk's table");
    let client = engine.client();
    let tables = client.list_tables().send().await.expect("the table answers");
    let mut rows = Vec::new();
    for table in tables.table_names() {
        let items = client.scan().table_name(table).into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await.expect("the table answers");
        rows.extend(items.iter().map(|item| format!("{item:?}")));
    }
    rows
}

/// Every file below a folder; none where there is no folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> =
        folder.is_dir().then(|| folder.to_owned()).into_iter().collect();
    while let Some(path) = waiting.pop() {
        let inside = std::fs::read_dir(&path).expect("a folder");
        for path in inside.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
