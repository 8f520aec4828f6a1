//! A slash command, from an event of Lambda's to the committed ticket and the answer: the Slack function
//! beside a minimal handler in Node and one in Python, each of which makes the same calls to a fresh table of
//! the same engine. A peer knows this one command alone; what else the desk does with it, it leaves out.

mod packages;

use std::ffi::OsString;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use desk::Number;
use local::meter::Passed;
use serde_json::{Value, json};

use crate::harness::{Aws, Function, function};
use crate::raw::{Raw, TABLE};
use crate::table::{Aim, Section, mebibytes, median, milliseconds, quantile, short};
use crate::{Amount, process, scene};

/// How often an instance is warmed up before it counts.
const WARM_UP: usize = 20;
/// A ticket may cost this many round trips.
const TRIPS: f64 = 3.0;

/// A program that answers the slash command.
pub struct Peer {
    /// What it runs on.
    name: String,
    program: OsString,
    arguments: Vec<OsString>,
}

/// What one of them was seen to do.
struct Seen {
    name: String,
    start: f64,
    warm: Vec<Duration>,
    a_second: f64,
    cpu: f64,
    peak: f64,
    passed: Vec<Passed>,
}

/// A desk with a fresh table, and how many tickets it was asked for.
struct Desk {
    aws: Aws,
    asked: AtomicU64,
}

/// Measures each of them that can be had.
pub async fn section(amount: &Amount) -> Section {
    let columns = [
        "handler",
        "start ms",
        "p50 ms",
        "p99 ms",
        "a second",
        "CPU ms",
        "peak MiB",
        "round trips",
        "items",
        "bytes out",
    ];
    let mut section =
        described(Section::new("7. A slash command, beside Node and Python", &columns), amount);
    let mut peers = vec![bellhop()];
    for (language, peer) in [("Node", packages::node()), ("Python", packages::python())] {
        match peer {
            Ok(peer) => peers.push(peer),
            Err(why) => section.details.push(format!("SKIPPED: {language}: {why}")),
        }
    }
    let starts = starts(&peers, amount.starts).await;
    let mut seen = Vec::new();
    for (peer, starts) in peers.iter().zip(starts) {
        eprintln!("measuring {} …", peer.name);
        seen.push(look(peer, milliseconds(median(&starts)), amount.events).await);
    }
    section.rows = seen.iter().map(Seen::row).collect();
    if let [bellhop, others @ ..] = seen.as_slice() {
        section.aims.extend(bellhop.aims());
        section.aims.extend(others.iter().flat_map(|other| bellhop.aims_beside(other)));
        section.details.extend(others.iter().map(|other| bellhop.beside(other)));
    }
    section
}

fn described(section: Section, amount: &Amount) -> Section {
    let (starts, events) = (amount.starts, amount.events);
    section
        .note("the others verify, parse, make the same calls and answer a card of the same size")
        .note(format!("start: process started → first answer; median of {starts}, taken in turn"))
        .note(format!("p50, p99, CPU, peak: one instance, warm, {events} events one after another"))
        .note(format!("a second: of two instances at once, {events} events each in turn"))
        .note("harness and engine run on the same cores as the handlers")
        .note("items, bytes out: what the last event wrote in its transaction, and sent in all")
}

fn bellhop() -> Peer {
    let program = function("slack").into_os_string();
    Peer { name: "bellhop-slack".into(), program, arguments: Vec::new() }
}

/// From the start of a process to the answer to its first event. Whatever else the machine does
/// meets all of them: they take turns.
async fn starts(peers: &[Peer], times: usize) -> Vec<Vec<Duration>> {
    let mut starts = vec![Vec::new(); peers.len()];
    for time in 1..=times {
        eprintln!("starting, {time} of {times} …");
        for (peer, starts) in peers.iter().zip(&mut starts) {
            let desk = Desk::open().await;
            let event = scene::slash_command();
            let begin = Instant::now();
            desk.ask(&peer.start(&desk).await, &event).await;
            starts.push(begin.elapsed());
            desk.check().await;
        }
    }
    starts
}

async fn look(peer: &Peer, start: f64, events: usize) -> Seen {
    let desk = Desk::open().await;
    let first = peer.start(&desk).await;
    desk.feed(&first, WARM_UP).await;
    let before = process::cpu_time(first.process());
    let warm = desk.feed(&first, events).await;
    let cpu = process::cpu_time(first.process()).saturating_sub(before);
    let peak = process::peak_memory(first.process());

    let second = peer.start(&desk).await;
    desk.feed(&second, WARM_UP).await;
    let begin = Instant::now();
    tokio::join!(desk.feed(&first, events), desk.feed(&second, events));
    let a_second = 2.0 * events as f64 / begin.elapsed().as_secs_f64();

    desk.aws.engine.meter().start();
    desk.feed(&first, 1).await;
    let passed = desk.aws.engine.meter().stop();
    desk.check().await;
    Seen {
        name: peer.name.clone(),
        start,
        warm,
        a_second,
        cpu: milliseconds(cpu) / events as f64,
        peak: mebibytes(peak),
        passed,
    }
}

impl Peer {
    async fn start(&self, desk: &Desk) -> Function {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        packages::plain(&mut command);
        desk.aws.instance("slack", command).await
    }
}

impl Desk {
    async fn open() -> Desk {
        Desk { aws: scene::start().await, asked: AtomicU64::new(0) }
    }

    /// Hands an instance an event; how long the answer took.
    async fn ask(&self, instance: &Function, event: &Value) -> Duration {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let begin = Instant::now();
        let answered = instance.invoke(event).await;
        let took = begin.elapsed();
        scene::succeeded("the handler", answered);
        took
    }

    /// Hands an instance so many events, one after another.
    async fn feed(&self, instance: &Function, events: usize) -> Vec<Duration> {
        let events: Vec<Value> = (0..events).map(|_| scene::slash_command()).collect();
        let mut took = Vec::new();
        for event in &events {
            took.push(self.ask(instance, event).await);
        }
        took
    }

    /// Whoever says that a ticket was filed must have written one.
    async fn check(&self) {
        let raw = Raw::to(&self.aws.engine).await;
        let first = store::key::entry(Number(1), 1).sk;
        let mut scan = json!({ "TableName": TABLE, "Select": "COUNT",
            "FilterExpression": "sk = :first",
            "ExpressionAttributeValues": { ":first": { "S": first } } });
        let mut tickets = 0;
        loop {
            let page = raw.call("Scan", &scan).await;
            tickets += page["Count"].as_u64().unwrap_or(0);
            match &page["LastEvaluatedKey"] {
                Value::Null => break,
                next => scan["ExclusiveStartKey"] = next.clone(),
            }
        }
        let asked = self.asked.load(Ordering::Relaxed);
        assert_eq!(tickets, asked, "{asked} tickets were asked for, and {tickets} are there");
    }
}

impl Seen {
    fn p50(&self) -> f64 {
        milliseconds(median(&self.warm))
    }

    fn row(&self) -> Vec<String> {
        let sent: usize = self.passed.iter().map(|passed| passed.request.len()).sum();
        let figures = [
            self.start,
            self.p50(),
            milliseconds(quantile(&self.warm, 0.99)),
            self.a_second,
            self.cpu,
            self.peak,
            self.passed.len() as f64,
            self.items() as f64,
            sent as f64,
        ];
        std::iter::once(self.name.clone()).chain(figures.map(short)).collect()
    }

    /// How many items its transaction was about.
    fn items(&self) -> usize {
        let bodies = self.passed.iter().map(|passed| passed.request.as_slice());
        let bodies = bodies.filter_map(|body| serde_json::from_slice::<Value>(body).ok());
        bodies.filter_map(|body| Some(body["TransactItems"].as_array()?.len())).sum()
    }

    fn aims(&self) -> [Aim; 3] {
        let trips = self.passed.len() as f64;
        [
            Aim::at_most("slash command: process started → first answer", 60.0, self.start, "ms"),
            Aim::at_most("slash command: warm answer, p50", 3.0, self.p50(), "ms"),
            Aim::at_most("slash command: round trips", TRIPS, trips, "round trips"),
        ]
    }

    fn aims_beside(&self, other: &Seen) -> [Aim; 2] {
        let start = format!("slash command: start of {} against ours", other.name);
        let peak = format!("slash command: our memory against that of {}", other.name);
        [
            Aim::at_least(start, 6.0, other.start / self.start, "times"),
            Aim::at_most(peak, 0.25, self.peak / other.peak, "times"),
        ]
    }

    /// How many times what ours takes another one takes.
    fn beside(&self, other: &Seen) -> String {
        let times = |other: f64, own: f64| format!("{}×", short(other / own));
        format!(
            "{} against {}: start {}, p50 {}, CPU {}, memory {}; a second 1/{}",
            other.name,
            self.name,
            times(other.start, self.start),
            times(other.p50(), self.p50()),
            times(other.cpu, self.cpu),
            times(other.peak, self.peak),
            short(self.a_second / other.a_second),
        )
    }
}
