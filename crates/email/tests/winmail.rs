//! Unwraps collected `winmail.dat` files and compares what is in them with what another program found there. They lie
//! beside the repository and never in it (see `src/test_data.rs`).

use std::collections::BTreeMap;

use email::parse;

#[path = "../src/test_data.rs"]
mod test_data;

use test_data::corpus_files;

/// The side of the corpus that is measured.
const SIDE: &str = "dev";

/// What a mail with these bytes as its `winmail.dat` gives.
fn unwrapped(raw: &[u8]) -> email::Mail {
    let head = "From: a@b.c\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\
Content-Transfer-Encoding: base64\r\n\r\n";
    parse(format!("{head}{}", data_encoding::BASE64_MIME.encode(raw)).as_bytes())
}

/// Line ends of text changed on the way into the collection, and embedded objects have the 16 bytes before them there
/// that name their interface.
fn is_same(found: &[u8], expected: &[u8]) -> bool {
    let found_lines = found.iter().filter(|byte| **byte != b'\r');
    let object = expected.get(16..).unwrap_or_default();
    found == expected || found_lines.eq(expected) || !found.is_empty() && found == object
}

#[test]
fn wrapped_files_come_out_whole() {
    let all = corpus_files(&format!("mimekit/{SIDE}/tnef"));
    let mut expected: BTreeMap<&str, Vec<(&str, &[u8])>> = BTreeMap::new();
    for (path, bytes) in &all {
        let inner = path.split("/tnef/").nth(1).unwrap_or_default();
        if let Some((folder, name)) = inner.split_once('/') {
            expected.entry(folder).or_default().push((name, bytes));
        }
    }
    let (mut right, mut wrong) = (0, Vec::new());
    for (path, raw) in all.iter().filter(|(path, _)| path.ends_with(".tnef")) {
        let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".tnef");
        let mail = unwrapped(raw);
        let names: Vec<_> =
            mail.attachments.iter().map(|file| (file.name.as_str(), file.bytes.len())).collect();
        println!("{name:<24} {:>5} characters of text, {names:?}", mail.text.chars().count());
        for (file, bytes) in expected.get(name).into_iter().flatten() {
            // The body is text here, not a file.
            let is_body = file.starts_with("message.");
            let is_found = match is_body {
                true => !mail.text.trim().is_empty() || !names.is_empty(),
                false => mail.attachments.iter().any(|found| is_same(&found.bytes, bytes)),
            };
            match is_found {
                true => right += 1,
                false => wrong.push(format!("{name}: {file} of {} bytes", bytes.len())),
            }
        }
    }
    println!("{right} files of {} come out whole", right + wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
