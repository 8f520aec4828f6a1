//! How well answers are read: one table over mails that other projects collected for their own parsers,
//! and the least that must hold. The collections are read in place and are not part of this repository.
//!
//! `cargo test -p email --test replies -- --nocapture` prints the table.

#![allow(clippy::disallowed_methods, reason = "a test asks the environment which mails it reads")]

#[path = "../src/test_data.rs"]
mod test_data;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use email::reply;
use serde_json::Value;
use test_data::corpus_files;

/// Parsers whose repositories hold mails, each with its own idea of the answer.
const PARSERS: [&str; 4] = ["crisp", "github", "willdurand", "zapier"];

/// A mail and what its author newly wrote.
struct Sample {
    name: String,
    text: String,
    /// What the collection says is shown.
    expected: String,
    /// The words that surely are the author's.
    own: Words,
    /// The words that most of seven parsers show, quoted or not.
    majority: Words,
}

/// Words and how often each occurs.
#[derive(Default, Clone)]
struct Words(HashMap<String, usize>);

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self::default();
        for word in text.split_whitespace() {
            *words.0.entry(word.to_owned()).or_default() += 1;
        }
        words
    }

    fn count(&self) -> usize {
        self.0.values().sum()
    }

    fn combined(&self, other: &Self, count: fn(usize, usize) -> usize) -> Self {
        let of_other = |word: &str| other.0.get(word).copied().unwrap_or(0);
        Self(self.0.iter().map(|(word, n)| (word.clone(), count(*n, of_other(word)))).collect())
    }

    fn common(&self, other: &Self) -> Self {
        self.combined(other, usize::min)
    }

    fn without(&self, other: &Self) -> Self {
        self.combined(other, usize::saturating_sub)
    }
}

/// One row of the table.
#[derive(Default)]
struct Row {
    samples: usize,
    exact: usize,
    own: usize,
    lost: usize,
    majority: usize,
    majority_lost: usize,
    quoted: usize,
    quoted_shown: usize,
    inexact: Vec<String>,
}

impl Row {
    fn add(&mut self, sample: &Sample, shown: &str) {
        let (words, shown_words) = (Words::of(&sample.text), Words::of(shown));
        let quoted = words.without(&Words::of(&sample.expected));
        self.samples += 1;
        self.own += sample.own.count();
        self.lost += sample.own.without(&shown_words).count();
        self.majority += sample.majority.count();
        self.majority_lost += sample.majority.without(&shown_words).count();
        self.quoted += quoted.count();
        self.quoted_shown += shown_words.without(&Words::of(&sample.expected)).count();
        if on_one_line(shown) == on_one_line(&sample.expected) {
            self.exact += 1;
        } else {
            self.inexact.push(sample.name.clone());
        }
    }

    fn exact_percent(&self) -> f64 {
        percent(self.exact, self.samples)
    }

    fn lost_percent(&self) -> f64 {
        percent(self.lost, self.own)
    }

    fn print(&self, corpus: &str) {
        println!(
            "{corpus:28} {:7} {:7.1} {:9.2} {:14.2} {:13.2}",
            self.samples,
            self.exact_percent(),
            self.lost_percent(),
            percent(self.majority_lost, self.majority),
            percent(self.quoted_shown, self.quoted),
        );
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of words are small")]
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The side of each collection that is read: `dev`, unless the held-out side was unpacked beside it.
fn side() -> String {
    std::env::var("BELLHOP_CORPUS_SIDE").unwrap_or_else(|_| "dev".to_owned())
}

/// The texts of a collection by their path within it, and what is expected of them.
fn collection(corpus: &str) -> (HashMap<String, Vec<u8>>, HashMap<String, Value>) {
    let folder = format!("{corpus}/{}/", side());
    let short = |path: String| path.rsplit_once(&folder).map(|(_, name)| name.to_owned());
    let mut files: HashMap<String, Vec<u8>> = corpus_files(folder.trim_end_matches('/'))
        .into_iter()
        .filter_map(|(path, bytes)| Some((short(path)?, bytes)))
        .collect();
    let expected = files.remove("expected.json").unwrap_or_else(|| b"{}".to_vec());
    (files, serde_json::from_slice(&expected).unwrap())
}

fn string(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

/// The mails of a parser's repository. Its own output is what it shows; as its author's words count only
/// those that most of seven parsers show as well, since each shows some quotes.
fn samples_of_parser(corpus: &str) -> Vec<Sample> {
    let (files, expected) = collection(corpus);
    let mut samples = Vec::new();
    for (key, value) in &expected {
        let path = string(value, "file").unwrap();
        let shown = string(value, "visible").unwrap();
        let majority = Words::of(&string(value, "majority_visible").unwrap_or(shown.clone()));
        samples.push(Sample {
            name: key.clone(),
            text: utf8(&files[&path]),
            own: Words::of(&shown).common(&majority),
            majority,
            expected: shown,
        });
    }
    samples.sort_by(|one, other| one.name.cmp(&other.name));
    samples
}

/// The mails of `email_reply_trimmer`, whose answers were written down by hand.
fn samples_of_trimmer() -> Vec<Sample> {
    let mut samples = samples_of_parser("email_reply_trimmer");
    for sample in &mut samples {
        sample.own = Words::of(&sample.expected);
    }
    samples
}

/// The answers of common mail programs. Those without a text of their own all say the same word.
fn samples_of_talon() -> Vec<Sample> {
    let (files, expected) = collection("talon");
    let mut samples = Vec::new();
    for (key, value) in expected {
        let Some(shown) = string(&value, "visible") else { continue };
        let text = email::parse(&files[&key]).text;
        // The answer is given as "Test reply" also for mails in which it is another word.
        let expected = if on_one_line(&text).contains(&on_one_line(&shown)) {
            shown
        } else {
            "Hello".to_owned()
        };
        let own = Words::of(&expected);
        samples.push(Sample { name: key, text, majority: own.clone(), own, expected });
    }
    samples
}

fn measured(samples: &[Sample], shown: impl Fn(&str) -> String) -> Row {
    let mut row = Row::default();
    for sample in samples {
        row.add(sample, &shown(&sample.text));
    }
    row
}

#[test]
fn answers_are_read() {
    let mut rows =
        vec![("email_reply_trimmer".to_owned(), measured(&samples_of_trimmer(), reply::visible))];
    for parser in PARSERS {
        let corpus = format!("email_reply_parser_{parser}");
        let row = measured(&samples_of_parser(&corpus), reply::visible);
        rows.push((corpus, row));
    }
    let whole = |text: &str| {
        let reply = reply::split(text);
        format!("{}\n{}", reply.text, reply.signature)
    };
    rows.push(("talon standard_replies".to_owned(), measured(&samples_of_talon(), whole)));
    if rows.iter().all(|(_, row)| row.samples == 0) {
        return;
    }
    println!(
        "corpus                       samples exact % own lost % majority lost % quotes shown %"
    );
    for (corpus, row) in &rows {
        row.print(corpus);
    }
    for (corpus, row) in &rows {
        println!("not exact in {corpus}: {}", row.inexact.join(", "));
    }
    check(&rows);
}

#[test]
fn signatures_are_told_from_the_text() {
    let (files, expected) = collection("talon");
    let (mut samples, mut exact, mut lost) = (0, 0, 0);
    for (key, value) in &expected {
        let Some(signature) = string(value, "signature") else { continue };
        // The collection's own marks stand before some lines.
        let plain = |text: &str| text.replace("#sig#", "").replace("#reply#", "> ");
        let text = plain(&utf8(&files[key]));
        let sender = utf8(&files[&key.replace("_body", "_sender")]);
        let found = reply::split_from(&text, sender.trim());
        let body = Words::of(&text).without(&Words::of(&plain(&signature)));
        samples += 1;
        exact += usize::from(on_one_line(&found.signature) == on_one_line(&plain(&signature)));
        lost += body.without(&Words::of(&found.text)).count();
    }
    println!("talon signatures: {exact} of {samples} exact, {lost} words of texts lost");
    assert!(percent(exact, samples) >= 60.0 || samples == 0);
    assert_eq!(lost, 0);
}

#[test]
fn passed_on_mails_are_found() {
    let (files, _) = collection("email_reply_trimmer");
    let (mut samples, mut exact) = (0, 0);
    for (path, bytes) in &files {
        let Some(name) = path.strip_prefix("embedded/") else { continue };
        let mail = utf8(&files[&format!("emails/{name}")]);
        let before = utf8(&files[&format!("before/{name}")]);
        samples += 1;
        let Some(found) = email::forwarded("Fwd: ", &mail) else { continue };
        // The collection keeps the headers, which are given here by their meaning.
        let whole = on_one_line(&utf8(bytes));
        let ends = whole.ends_with(&on_one_line(&found.text)) && !found.text.is_empty();
        let headers = found.from.is_some() || whole.starts_with("Da:");
        let right = ends && headers && found.subject.is_some();
        exact += usize::from(right && on_one_line(&found.before) == on_one_line(&before));
    }
    println!("email_reply_trimmer passed-on mails: {exact} of {samples}");
    assert!(percent(exact, samples) >= 80.0 || samples == 0);
}

/// Only a mail whose mark says so is passed on; answers are not, whatever they quote.
#[test]
fn answers_are_not_taken_for_passed_on_mails() {
    let marked = |text: &str| {
        let text = text.to_lowercase();
        text.contains("forwarded message") || text.contains("mensaje reenviado")
    };
    let mut samples = samples_of_trimmer();
    for parser in PARSERS {
        samples.extend(samples_of_parser(&format!("email_reply_parser_{parser}")));
    }
    for sample in samples.iter().filter(|sample| !marked(&sample.text)) {
        assert_eq!(email::forwarded("Re: vpn", &sample.text), None, "{}", sample.name);
    }
}

/// A29: mails made to keep a reader of answers busy. Not how fast it is, which is for benchmarks.
#[test]
fn hostile_mails_are_read_in_time() {
    let (limit, size) = if cfg!(debug_assertions) { (60, 100_000) } else { (1, 1_000_000) };
    let limit = Duration::from_secs(limit);
    let shapes = [
        "bq",
        ">",
        ">\n",
        "> >",
        "On ",
        "On \n",
        "On 1 May 2026\n",
        "on 1\n",
        "On 2026 wrote <\n",
        "a@b.c: \n",
        "From: a@b.c\n",
        "From:\nx\n\n",
        "To: x\n",
        "--",
        "--\n",
        "-- \n",
        "___\n",
        "___\n\n\n\n",
        "a:\n",
        "\n",
        " ",
        "2026-11-23 x\n",
        "Sent from my x\n",
        "-----Original Message-----\n",
        "## reply above this line ##\n",
        "|",
        "|\n",
        "<",
        "<\n",
        "12 <a@b>\n",
        "wrote:\n",
        "于1写\n",
        "\u{200b}",
        "\r",
        "x\n> y\n",
        "\u{130}\n",
    ];
    let mut mails: Vec<String> =
        shapes.iter().map(|shape| shape.repeat(size / shape.len())).collect();
    for parser in PARSERS {
        let samples = samples_of_parser(&format!("email_reply_parser_{parser}"));
        mails.extend(samples.into_iter().map(|sample| sample.text));
    }
    let mut slowest = (Duration::ZERO, String::new());
    for mail in &mails {
        let begin: String = mail.chars().take(30).collect();
        // Other work on the machine may slow one attempt down, but hardly each.
        let time = (0..3).map(|_| time_to_read(mail)).find(|time| *time < limit);
        let time = time.unwrap_or_else(|| panic!("{begin:?} takes longer than {limit:?}"));
        slowest = slowest.max((time, begin));
    }
    println!("slowest of {} hostile mails: {:?} for {:?}", mails.len(), slowest.0, slowest.1);
}

fn time_to_read(mail: &str) -> Duration {
    let start = Instant::now();
    assert!(!reply::visible(mail).is_empty());
    email::forwarded("Fwd: x", mail);
    start.elapsed()
}

/// The least that must hold.
fn check(rows: &[(String, Row)]) {
    let row =
        |name: &str| rows.iter().find(|(corpus, _)| corpus == name).map(|(_, row)| row).unwrap();
    assert!(row("email_reply_trimmer").exact_percent() >= 65.0);
    assert!(row("email_reply_parser_crisp").exact_percent() >= 70.0);
    assert!(row("email_reply_parser_willdurand").exact_percent() >= 70.0);
    assert!(row("talon standard_replies").exact_percent() >= 90.0);
    let lost: usize = rows.iter().map(|(_, row)| row.lost).sum();
    let own: usize = rows.iter().map(|(_, row)| row.own).sum();
    println!("of {own} words that are the author's {lost} are lost");
    assert!(percent(lost, own) <= 1.0);
}
