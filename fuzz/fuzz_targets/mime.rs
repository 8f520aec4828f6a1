//! Any bytes as a mail: read without a panic, with names that are safe and different.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let mail = email::parse(raw);
    assert!(!mail.subject.contains(['\r', '\n', '\0']));
    let mut names = HashSet::new();
    for file in &mail.attachments {
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\r', '\n', '\0']));
        assert!(names.insert(file.name.to_lowercase()), "two files are called {:?}", file.name);
    }
});
