//! Measures the desk and prints one table: the functions as Lambda runs them, what storage is asked,
//! CPU time, and what must not grow. Nothing here passes or fails; figures come with what was aimed at.
//!
//! `cargo bench --workspace --bench desk -- [--deploy] [--quick | --huge] [PART …]`

mod binaries;
mod calls;
mod crowd;
mod functions;
#[allow(dead_code, unused_imports, reason = "the tests play more of the world than is measured")]
#[path = "../harness/mod.rs"]
mod harness;
mod mails;
mod objects;
mod peers;
mod process;
mod program;
mod raw;
mod scene;
mod stream;
mod sweep;
mod table;

use std::process::ExitCode;

use table::{Section, print_aims};

const HELP: &str = "\
Measures the desk and prints one table.

cargo bench --workspace --bench desk -- [--deploy] [--quick | --huge] [PART …]

  PART       functions, calls, crowd, stream, mails, sweep or peers: only these; sweep, the minute
             after an outage, and peers, handlers in Node and Python beside ours, are measured only
             when they are asked for: one takes long, the other fetches their packages
  --deploy   build and measure what is uploaded (profile deploy); the build takes minutes
  --quick    fewer repetitions, fewer tickets
  --huge     a desk of a million open tickets where it is a hundred thousand else

BELLHOP_BIN=PATH measures programs that are built already: `bellhop` and the functions beside it.";

/// How much is done to get a figure.
pub struct Amount {
    /// How often a function is started.
    pub starts: usize,
    /// How many events each handles.
    pub events: usize,
    /// A small number of open tickets.
    pub few: u64,
    /// A large number of open tickets.
    pub many: u64,
    /// Tickets at which something fell due in an outage.
    pub due: u64,
    /// Lengths of the stream.
    pub stream: &'static [u64],
}

const FULL: Amount = Amount {
    starts: 9,
    events: 1_000,
    few: 1_000,
    many: 100_000,
    due: 100_000,
    stream: &[1_000, 10_000, 100_000],
};

const QUICK: Amount = Amount {
    starts: 3,
    events: 200,
    few: 1_000,
    many: 10_000,
    due: 1_000,
    stream: &[1_000, 10_000],
};

const HUGE: Amount = Amount { many: 1_000_000, ..FULL };

/// What can be measured by itself.
const PARTS: [&str; 7] = ["functions", "calls", "crowd", "stream", "mails", "sweep", "peers"];
/// What takes so long, or brings so much along, that it is measured only when asked for.
const LONG: [&str; 2] = ["sweep", "peers"];
/// What else can be said. Cargo itself says `--bench` when it benches.
const WORDS: [&str; 5] = ["--bench", "--deploy", "--quick", "--huge", "--help"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let said = |word: &str| arguments.iter().any(|argument| argument == word);
    let is_known = |word: &String| PARTS.contains(&word.as_str()) || WORDS.contains(&word.as_str());
    let is_understood = arguments.iter().all(is_known);
    // A run of all targets as tests says no `--bench`, and measures nothing.
    if said("--help") || !said("--bench") || !is_understood {
        println!("{HELP}");
        return ExitCode::from(if is_understood { 0 } else { 2 });
    }
    if harness::setting("BELLHOP_BIN").is_none() {
        eprintln!("{}", binaries::build_and_run_again(said("--deploy")));
        return ExitCode::FAILURE;
    }
    let amount = match (said("--quick"), said("--huge")) {
        (true, _) => &QUICK,
        (_, true) => &HUGE,
        _ => &FULL,
    };
    let all = !PARTS.iter().any(|part| said(part));
    let wanted = |part: &str| said(part) || all && !LONG.contains(&part);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure(amount, wanted));
    ExitCode::SUCCESS
}

/// Measures one part after the other; each is shown as soon as it is known.
async fn measure(amount: &Amount, wanted: impl Fn(&str) -> bool) {
    println!("Bellhop, measured on {}", process::machine());
    println!("{}; N = {} events a function", binaries::described(), amount.events);
    println!("Medians. On a machine that does other things too, trust counts and ratios.");
    objects::listen();
    let mut sections = Vec::new();
    let mut show = |section: Section| {
        section.print();
        sections.push(section);
    };
    if wanted("calls") {
        show(calls::section().await);
    }
    if wanted("functions") {
        let measured = functions::measure(amount).await;
        show(functions::section(&measured, amount));
        show(doors(&measured, amount).await);
    }
    if wanted("crowd") {
        show(crowd::section(amount).await);
    }
    if wanted("stream") {
        show(stream::section(amount).await);
    }
    if wanted("mails") {
        show(mails::section(amount).await);
    }
    if wanted("sweep") {
        show(sweep::section(amount).await);
    }
    if wanted("peers") {
        show(peers::section(amount).await);
    }
    print_aims(&sections);
}

async fn doors(measured: &[functions::Measured], amount: &Amount) -> Section {
    let columns = ["what", "process", "CPU ms", "wall ms"];
    let mut section = Section::new("3. CPU time of a ticket, by door", &columns)
        .note(format!("means of {} in turn; user and system time of the process", amount.events))
        .note("a function is by itself, the engine in another process")
        .note("`bellhop serve` has the engine in it, syncs to the disk and sends what is owed");
    functions::doors(measured, &mut section);
    program::doors(&mut section, amount).await;
    section
}
