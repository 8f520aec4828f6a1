//! Measures on collected mail how well its fields are read, prints one table, and holds the figures. What is expected
//! is what its collection states, or what at least two of three parsers written independently of each other agree on.
//! The mail lies beside the repository and never in it (see `src/test_data.rs`); what is argued lies in `argued.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use email::{Address, Mail, parse};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

#[path = "fields/argued.rs"]
mod argued;
#[path = "../src/test_data.rs"]
mod test_data;

use argued::ARGUED;
use test_data::corpus_files;

/// The side of each corpus that is measured.
const SIDE: &str = "dev";

/// The corpora of mail.
const CORPORA: &[&str] = &[
    "zammad",
    "discourse",
    "redmine",
    "rt",
    "otobo",
    "ruby-mail",
    "mimekit",
    "mime4j",
    "cpython-email",
    "freescout",
    "django-helpdesk",
    "talon",
    "mail-parser",
    "sisimai",
    "flufl-bounce",
];

/// The fields that are compared, and how many of a hundred must be right.
const FIELDS: &[(&str, usize)] = &[
    ("subject", 99),
    ("from", 99),
    ("to", 98),
    ("cc", 99),
    ("message_id", 99),
    ("in_reply_to", 99),
    ("references", 99),
    ("text", 99),
    ("attachments", 98),
];

/// Files of the corpora that are no mail: what is expected, and what is inside of mails.
const NO_MAIL: &[&str] = &[
    "json", "yml", "xml", "out", "bin", "list", "tokens", "tnef", "html", "gif", "png", "jpg",
    "doc",
];

/// A mail of a corpus.
struct Sample {
    /// The corpus and the path within its side.
    name: String,
    raw: Vec<u8>,
    mail: Mail,
    took: Duration,
}

fn is_mail(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    !NO_MAIL.contains(&ending.to_ascii_lowercase().as_str()) && !file.contains("_decoded")
}

/// Every mail of a corpus, read.
fn samples(corpus: &str) -> Vec<Sample> {
    let files = corpus_files(&format!("{corpus}/{SIDE}")).into_iter();
    let mails = files.filter(|(path, _)| is_mail(path)).map(|(path, raw)| {
        let start = Instant::now();
        let mail = parse(&raw);
        let took = start.elapsed();
        let inner = path.split(&format!("/{corpus}/{SIDE}/")).nth(1).unwrap_or_default();
        Sample { name: format!("{corpus}/{inner}"), raw, mail, took }
    });
    mails.collect()
}

/// What is expected of the mails of a corpus, by the corpus and the path within its side.
fn expectations(corpus: &str) -> BTreeMap<String, Value> {
    let files = corpus_files(&format!("{corpus}/{SIDE}"));
    let found = files.iter().find(|(path, _)| path.ends_with(&format!("{SIDE}/expected.json")));
    let all: Map<String, Value> =
        found.map(|(_, json)| serde_json::from_slice(json).unwrap()).unwrap_or_default();
    let named = all.into_iter().filter_map(|(_, value)| {
        let file = value["file"].as_str()?;
        Some((format!("{corpus}/{file}"), value.clone()))
    });
    named.collect()
}

/// White space and what cannot be seen does not count. Python reads bytes from 128 to 159 in ISO 8859-1 as control
/// characters; programs mean Windows-1252, as browsers know (WHATWG Encoding Standard).
fn words(text: &str) -> String {
    let windows = |character: char| match u8::try_from(u32::from(character)) {
        Ok(byte @ 0x80..0xa0) => encoding_rs::WINDOWS_1252.decode(&[byte]).0.into_owned(),
        _ if character == '\0' => " ".to_owned(),
        _ => character.to_string(),
    };
    let text: String = text.chars().map(windows).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the others could only say that they do not know, any answer is as good.
fn is_same(expected: &str, found: &str) -> bool {
    let mut pieces = expected.split('\u{fffd}').filter(|piece| !piece.is_empty());
    if !expected.contains('\u{fffd}') {
        return expected == found;
    }
    let mut rest = found;
    pieces.all(|piece| {
        let at = rest.find(piece);
        rest = at.and_then(|at| rest.get(at + piece.len()..)).unwrap_or_default();
        at.is_some()
    })
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Addresses as a set without case.
fn addresses<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let set: BTreeSet<_> = all.into_iter().map(|email| words(email).to_lowercase()).collect();
    set.into_iter().collect::<Vec<_>>().join(", ")
}

fn emails(all: &[Address]) -> String {
    addresses(all.iter().map(|address| address.email.as_str()))
}

/// Files by size and digest, in any order.
fn files<'a>(all: impl IntoIterator<Item = (u64, &'a str)>) -> String {
    let mut all: Vec<_> = all.into_iter().map(|(size, sha)| format!("{size}:{sha}")).collect();
    all.sort();
    all.join(" ")
}

/// A field of a mail in the form in which it is compared.
fn found(mail: &Mail, field: &str) -> String {
    match field {
        "subject" => words(&mail.subject),
        "from" => emails(mail.from.as_slice()),
        "to" => emails(&mail.to),
        "cc" => emails(&mail.cc),
        "message_id" => mail.message_id.clone().unwrap_or_default(),
        "in_reply_to" => mail.in_reply_to.join(" "),
        "references" => mail.references.join(" "),
        "text" => words(&mail.text),
        "attachments" => {
            let all: Vec<_> = mail.attachments.iter().map(|file| digest(&file.bytes)).collect();
            files(all.iter().map(|(size, sha)| (*size, sha.as_str())))
        }
        _ => panic!("{field} is not compared"),
    }
}

fn digest(bytes: &[u8]) -> (u64, String) {
    let sha = Sha256::digest(bytes);
    (bytes.len() as u64, data_encoding::HEXLOWER.encode(&sha))
}

/// What the parsers agree on, in the same form.
fn agreed(value: &Value, field: &str) -> String {
    match field {
        "subject" | "message_id" | "text" => words(value.as_str().unwrap_or_default()),
        // The first author stands for the mail.
        "from" => addresses(strings(value).first().map(String::as_str)),
        "to" | "cc" => addresses(strings(value).iter().map(String::as_str)),
        "attachments" => files_expected(value.as_array().into_iter().flatten()),
        _ => strings(value).join(" "),
    }
}

fn files_expected<'a>(all: impl IntoIterator<Item = &'a Value>) -> String {
    files(
        all.into_iter().filter_map(|file| Some((file["size"].as_u64()?, file["sha256"].as_str()?))),
    )
}

/// The parsers give the first text and the named files alone; Bellhop reads every text and keeps every part. So all
/// they agree on must be there, and nothing of the mail's machinery.
fn is_within(field: &str, expected: &str, found: &str) -> bool {
    match field {
        "text" => {
            let machinery = found.contains("Content-Type:") && !expected.contains("Content-Type:");
            !expected.is_empty() && found.contains(expected) && !machinery
        }
        "attachments" => {
            let mut rest: Vec<_> = found.split(' ').collect();
            let mut all = expected.split(' ').filter(|file| !file.is_empty());
            all.all(|file| {
                rest.iter().position(|one| *one == file).map(|at| rest.remove(at)).is_some()
            })
        }
        _ => false,
    }
}

/// How many are right of how many, how many of them hold more than is agreed on, and which are not.
#[derive(Default)]
struct Share {
    right: usize,
    more: usize,
    argued: usize,
    wrong: Vec<String>,
}

impl Share {
    fn count(&mut self, name: &str, field: &str, expected: &str, found: &str) {
        let is_argued = ARGUED.iter().any(|(sample, of, _)| *sample == name && *of == field);
        match (is_same(expected, found), is_argued) {
            (true, _) => self.right += 1,
            _ if is_within(field, expected, found) => {
                self.right += 1;
                self.more += 1;
            }
            (false, true) => self.argued += 1,
            (false, false) => self.wrong.push(format!(
                "{name}: {field}\n        expected {expected:.300?}\n        found    {found:.300?}"
            )),
        }
    }

    fn add(&mut self, other: &Share) {
        self.right += other.right;
        self.more += other.more;
        self.argued += other.argued;
        self.wrong.extend(other.wrong.iter().cloned());
    }

    fn all(&self) -> usize {
        self.right + self.argued + self.wrong.len()
    }

    /// `right/all`, with the argued ones after a plus.
    fn cell(&self) -> String {
        let argued = if self.argued > 0 { format!("+{}", self.argued) } else { String::new() };
        format!("{}{argued}/{}", self.right, self.all())
    }

    fn tenths(&self) -> usize {
        1000 * (self.right + self.argued) / self.all().max(1)
    }
}

/// The shares of a row of the table, in the order of the fields.
type Row = Vec<Share>;

fn print(name: &str, row: &Row) {
    let cells: String = row.iter().map(|share| format!("{:>13}", share.cell())).collect();
    println!("{name:<16}{cells}");
}

fn compared(samples: &[Sample], expected: &BTreeMap<String, Value>) -> Row {
    let field = |(field, _): &(&str, usize)| {
        let mut share = Share::default();
        for sample in samples {
            let agreed_on = expected.get(&sample.name).map(|all| &all["consensus"][field]);
            if let Some(value) = agreed_on.filter(|value| value.is_object()) {
                let (expected, found) =
                    (agreed(&value["value"], field), found(&sample.mail, field));
                share.count(&sample.name, field, &expected, &found);
            }
        }
        share
    };
    FIELDS.iter().map(field).collect()
}

#[test]
fn fields_are_read_as_others_read_them() {
    let mut total: Row = FIELDS.iter().map(|_| Share::default()).collect();
    println!(
        "{:<16}{}",
        "corpus",
        FIELDS.iter().map(|(field, _)| format!("{field:>13}")).collect::<String>()
    );
    for corpus in CORPORA {
        let row = compared(&samples(corpus), &expectations(corpus));
        print(corpus, &row);
        total.iter_mut().zip(&row).for_each(|(all, share)| all.add(share));
    }
    print("all", &total);
    for (share, (field, least)) in total.iter().zip(FIELDS) {
        let tenths = share.tenths();
        println!(
            "{field:<13} {:>4} of {:>4}, {} argued, {} with more: {}.{} % (at least {least})",
            share.right,
            share.all(),
            share.argued,
            share.more,
            tenths / 10,
            tenths % 10
        );
        share.wrong.iter().for_each(|wrong| println!("    {wrong}"));
    }
    for (share, (field, least)) in total.iter().zip(FIELDS) {
        assert!(share.all() == 0 || share.tenths() >= 10 * least, "{field}");
    }
}

/// What Zammad's own tests state of its mails. It keeps HTML as a file besides, which no mail has.
#[test]
fn fields_are_read_as_zammad_states_them() {
    let expected = expectations("zammad");
    let (mut subject, mut from, mut files) = Default::default();
    for sample in samples("zammad") {
        let Some(stated) = expected.get(&sample.name) else { continue };
        let count = |share: &mut Share, field: &str, expected: &str, found: &str| {
            share.count(&sample.name, field, expected, found);
        };
        if let Some(text) = stated["subject"].as_str() {
            count(&mut subject, "yml subject", &words(text), &found(&sample.mail, "subject"));
        }
        if let Some(text) = stated["from_email"].as_str() {
            count(&mut from, "yml from", &addresses([text]), &found(&sample.mail, "from"));
        }
        if let Some(list) = stated["attachments"].as_array() {
            let sent = list.iter().filter(|file| file["original_format"] != true);
            let all = found(&sample.mail, "attachments");
            count(&mut files, "attachments", &files_expected(sent), &all);
        }
    }
    for (what, share, least) in
        [("subject", &subject, 96), ("from", &from, 96), ("attachments", &files, 96)]
    {
        hold("zammad .yml", what, share, least);
    }
}

fn hold(corpus: &str, what: &str, share: &Share, least: usize) {
    let tenths = share.tenths();
    println!(
        "{corpus} {what}: {} {}.{} % (at least {least})",
        share.cell(),
        tenths / 10,
        tenths % 10
    );
    share.wrong.iter().for_each(|wrong| println!("    {wrong}"));
    assert!(share.all() == 0 || tenths >= 10 * least, "{corpus}: {what}");
}

/// Something follows the headers.
fn has_body(raw: &[u8]) -> bool {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n").replace('\r', "\n");
    text.trim_start().split_once("\n\n").is_some_and(|(_, body)| !body.trim().is_empty())
}

#[test]
fn no_mail_is_lost() {
    let mut lost = Share::default();
    let mut slowest: Vec<(Duration, String)> = Vec::new();
    for corpus in CORPORA {
        for sample in samples(corpus) {
            let Mail { text, html, attachments, .. } = &sample.mail;
            let is_kept = !text.trim().is_empty() || html.is_some() || !attachments.is_empty();
            let kept = if is_kept || !has_body(&sample.raw) { "kept" } else { "lost" };
            lost.count(&sample.name, "all", "kept", kept);
            slowest.push((sample.took, sample.name));
        }
    }
    slowest.sort();
    println!("{} mails are read, the slowest:", slowest.len());
    for (took, name) in slowest.iter().rev().take(3) {
        println!("    {took:>9.1?} {name}");
    }
    hold("all", "kept", &lost, 100);
}
