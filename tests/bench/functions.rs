//! Each function by itself: how fast it starts, how fast it is then, what it costs in CPU time, memory
//! and upload.

use std::time::{Duration, Instant};

use crate::harness::FUNCTIONS;
use crate::table::{Aim, Section, mebibytes, median, milliseconds, quantile, short};
use crate::{Amount, binaries, process, scene};

/// How often a function is warmed up before it counts.
const WARM_UP: usize = 20;
/// The doors, by the function behind each.
const DOORS: [(&str, &str); 4] =
    [("api", "REST"), ("slack", "Slack"), ("discord", "Discord"), ("mail", "mail")];

/// What one function was seen to do.
pub struct Measured {
    function: &'static str,
    starts: Vec<Duration>,
    warm: Vec<Duration>,
    cpu: Duration,
    peak: u64,
}

/// Measures every function.
pub async fn measure(amount: &Amount) -> Vec<Measured> {
    let mut measured = Vec::new();
    for function in FUNCTIONS {
        eprintln!("measuring {function} …");
        let mut starts = Vec::new();
        for _ in 0..amount.starts {
            starts.push(start(function).await);
        }
        measured.push(keep_busy(function, starts, amount.events).await);
    }
    measured
}

/// From the start of the process to the answer to its first event.
async fn start(function: &'static str) -> Duration {
    let aws = scene::start().await;
    let act = scene::typical(&aws, function).await;
    let begin = Instant::now();
    act.run(&aws).await;
    begin.elapsed()
}

async fn keep_busy(function: &'static str, starts: Vec<Duration>, events: usize) -> Measured {
    let aws = scene::start().await;
    let process = aws.function(function).await.process();
    for _ in 0..WARM_UP {
        scene::typical(&aws, function).await.run(&aws).await;
    }
    let before = process::cpu_time(process);
    let mut warm = Vec::new();
    for _ in 0..events {
        let act = scene::typical(&aws, function).await;
        let begin = Instant::now();
        act.run(&aws).await;
        warm.push(begin.elapsed());
    }
    let cpu = process::cpu_time(process).saturating_sub(before);
    Measured { function, starts, warm, cpu, peak: process::peak_memory(process) }
}

/// CPU time a function takes for its typical event, warm.
pub async fn cpu_of(function: &'static str, events: usize) -> Duration {
    let busy = keep_busy(function, Vec::new(), events).await;
    busy.cpu / u32::try_from(events).unwrap_or(u32::MAX)
}

/// How each starts, answers and weighs.
pub fn section(measured: &[Measured], amount: &Amount) -> Section {
    let columns = ["function", "start ms", "p50 ms", "p99 ms", "peak MiB", "binary MiB", "zip MiB"];
    let mut section = Section::new("2. The functions, as Lambda runs them", &columns)
        .note(format!(
            "start: from the start of the process to its first answer, one write included; median of {}",
            amount.starts
        ))
        .note(format!(
            "p50, p99: the same event, warm, {} times, one after the other, over an engine that syncs",
            amount.events
        ))
        .note("peak: the most memory resident by then; zip: the binary deflated at level 9");
    for of in measured {
        let (size, zipped) = binaries::sizes(of.function);
        let start = milliseconds(median(&of.starts));
        let figures = [
            start,
            milliseconds(median(&of.warm)),
            milliseconds(quantile(&of.warm, 0.99)),
            mebibytes(of.peak),
            mebibytes(size),
            mebibytes(zipped),
        ];
        let row = figures.into_iter().map(short);
        section.rows.push(std::iter::once(of.function.to_owned()).chain(row).collect());
        if of.function == "slack" {
            let warm = milliseconds(median(&of.warm));
            section.aims.extend([
                Aim::at_most("slack: process started → first answer", 60.0, start, "ms"),
                Aim::at_most("slack: warm answer, p50", 3.0, warm, "ms"),
            ]);
        }
        let what = format!("{}: upload, zipped", of.function);
        section.aims.push(Aim::at_most(what, 10.0, mebibytes(zipped), "MiB"));
    }
    section
}

/// What a ticket costs by each door, in the function alone.
pub fn doors(measured: &[Measured], section: &mut Section) {
    for (function, door) in DOORS {
        let Some(of) = measured.iter().find(|of| of.function == function) else { continue };
        let each = |time: Duration| milliseconds(time) / of.warm.len() as f64;
        let (cpu, wall) = (each(of.cpu), each(of.warm.iter().sum()));
        let what = format!("ticket by {door}");
        section.rows.push(vec![
            what.clone(),
            format!("bellhop-{function}"),
            short(cpu),
            short(wall),
        ]);
        if ["api", "mail"].contains(&function) {
            section.aims.push(Aim::at_most(format!("{what}: CPU in the function"), 0.9, cpu, "ms"));
        }
    }
}
