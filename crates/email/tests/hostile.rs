//! Mail made to break its reader: endless headers, nesting and lists. Each is read, and something of it is kept.
//! The full sizes are for a release build, where each is read within a second:
//! `cargo test --release -p email --test hostile -- --ignored --nocapture`

use std::time::{Duration, Instant};

use email::parse;

/// Not how fast it is, which is for benchmarks: work that grows with the square of the mail takes minutes.
const HANGS: Duration = Duration::from_secs(30);

fn nested(levels: usize) -> String {
    let level =
        |level| format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
    (0..levels).map(level).collect::<String>() + "\r\nthe words\r\n"
}

fn parts(count: usize, part: &str) -> String {
    format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(count))
}

/// A part whose header has thousands of parameters.
fn many_names() -> String {
    let names: String = (0..5000).map(|name| format!("; a{name}*1=b")).collect();
    format!("--b\r\nContent-Type: text/plain{names}\r\n\r\nhi\r\n")
}

/// Shapes by what they are, one thing so many hundred times and more.
fn shapes(scale: usize) -> Vec<(&'static str, String)> {
    let times = |text: &str, count: usize| text.repeat(count * scale);
    let file = "--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n";
    let choice =
        "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nhi\r\n--c--\r\n";
    let mail = "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\nhi\r\n";
    let body = "\r\n\r\nthe words\r\n";
    vec![
        ("parts", parts(100 * scale, file)),
        ("parts that are choices", parts(20 * scale, choice)),
        ("mails in a mail", parts(100 * scale, mail)),
        ("empty parts", parts(1000 * scale, "--b\r\n")),
        ("nesting", nested(10 * scale)),
        ("nested mails", times("Content-Type: message/rfc822\r\n\r\n", 10) + "the words"),
        ("a long header line", format!("X-A: {}{body}", times("a", 10_000))),
        ("a long subject", format!("Subject: {}{body}", times("a b ", 2500))),
        ("headers", times("X: y\r\n", 1000) + body),
        ("folded lines", format!("Subject: a\r\n{}{body}", times(" b\r\n", 1000))),
        ("lines of blanks", format!("Subject: a\r\n{}{body}", times(" \r\n", 1000))),
        ("recipients", format!("To: {}x@y.z{body}", times("a@example.com, ", 1000))),
        ("comments", format!("To: {}{}a@b.c{body}", times("(", 10_000), times(")", 10_000))),
        ("comments without end", format!("To: {}{body}", times("(a", 5000))),
        ("quotes", format!("From: {}{body}", times("\"\\", 5000))),
        ("groups", format!("Cc: {}{body}", times("a:b;", 2500))),
        ("words without end", format!("Subject: {}{body}", times("=?utf-8?Q?a", 1000))),
        ("words of addresses without end", format!("To: {}{body}", times("=?utf-8?Q?a", 1000))),
        ("encoded words", format!("To: {}{body}", times("=?utf-8?Q?=C3?= ", 500))),
        ("parameters", format!("Content-Type: text/plain; {}{body}", times("a*1*=b; ", 1000))),
        ("parameters of many names", parts(scale, &many_names())),
        ("a long trace line", format!("Received: {}{body}", times("from a by b for <c@d> ", 500))),
        ("a long date", format!("Date: {}{body}", times("1 Jan 2026 ", 1000))),
        ("identifiers", format!("References: {}{body}", times("<a@b> ", 1000))),
        ("trace lines", times("Received: from a by b for <c@d>; date\r\n", 100) + body),
        ("lines of dashes", parts(1, "--b\r\n\r\n") + &times("--\r\n-", 1000)),
        ("types", times("Content-Type: multipart/mixed; boundary=b\r\n", 100) + body),
        ("tags", format!("Content-Type: text/html\r\n\r\n{}", times("<div><!--", 1000))),
        ("beginnings of files", format!("A: b{body}{}", times("begin 644 a\n", 1000))),
        ("padding", format!("Content-Transfer-Encoding: base64{body}{}", times("AA==\r\n", 1000))),
    ]
}

fn read_all(scale: usize, within: Duration) {
    for (name, shape) in shapes(scale) {
        let start = Instant::now();
        let mail = parse(shape.as_bytes());
        let took = start.elapsed();
        println!("{took:>9.1?} {:>9} bytes: {name}", shape.len());
        let is_kept = !mail.text.trim().is_empty() || !mail.attachments.is_empty();
        assert!(is_kept || mail.html.is_some() || name.starts_with("empty"), "{name} is lost");
        assert!(took < within, "{name}: {took:?}");
    }
}

#[test]
fn hostile_mail_is_read() {
    read_all(5, HANGS);
}

#[test]
#[ignore = "for a release build"]
fn hostile_mail_of_full_size_is_read_within_a_second() {
    read_all(100, Duration::from_secs(1));
}
