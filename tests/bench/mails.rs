//! Mail, from the SMTP door to a committed ticket: how many a second, and whose CPU time it takes. The
//! handler's share is measured on the function alone, the same mails over the same engine.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::harness::{Desk, SUPPORT, Smtp, letter};
use crate::table::{Aim, Section, milliseconds, short};
use crate::{Amount, functions, process};

/// Mails taken before any counts.
const WARM_UP: usize = 100;
/// So many people write, each often enough.
const WRITERS: usize = 50;
/// Conversations at once.
const CONNECTIONS: [usize; 2] = [1, 16];

/// Measures the door with one conversation and with several.
pub async fn section(amount: &Amount) -> Section {
    let columns =
        ["connections", "mails", "a second", "CPU ms a mail", "handler ms", "all else ms"];
    let mut section = Section::new("7. Mail, from SMTP to a committed ticket", &columns)
        .note("a second: until every ticket is committed; what follows from them is CPU time, too")
        .note(
            "handler: bellhop-mail alone, as Lambda runs it; all else: door, engine, disk, notify",
        );
    eprintln!("measuring the mail function …");
    let handler = milliseconds(functions::cpu_of("mail", amount.events).await);
    for connections in CONNECTIONS {
        eprintln!("measuring {connections} connections …");
        let taken = take(connections, amount.events).await;
        let cpu = milliseconds(taken.cpu) / amount.events as f64;
        section.rows.push(vec![
            connections.to_string(),
            amount.events.to_string(),
            short(amount.events as f64 / taken.committed.as_secs_f64()),
            short(cpu),
            short(handler),
            short(cpu - handler),
        ]);
        let what = format!("a mail over {connections} connections: CPU of all");
        section.aims.push(Aim::at_most(what, 3.5, cpu, "ms"));
    }
    section.aims.push(Aim::at_most("a mail: CPU in the handler", 0.9, handler, "ms"));
    section
}

/// What taking mails cost.
struct Taken {
    cpu: Duration,
    /// Until the last ticket stood in the table.
    committed: Duration,
}

async fn take(connections: usize, mails: usize) -> Taken {
    let desk = Desk::start().await;
    let process = process::child("bellhop").expect("the program runs");
    write(&desk, connections, WARM_UP).await;
    committed(&desk, WARM_UP).await;
    desk.settle().await;
    let (before, begin) = (process::cpu_time(process), Instant::now());
    write(&desk, connections, mails).await;
    committed(&desk, WARM_UP + mails).await;
    let committed = begin.elapsed();
    desk.settle().await;
    Taken { cpu: process::cpu_time(process).saturating_sub(before), committed }
}

/// Sends mails over several conversations at once.
async fn write(desk: &Desk, connections: usize, mails: usize) {
    let mut conversations = JoinSet::new();
    for first in 0..connections {
        let address = desk.smtp_address();
        conversations.spawn(async move {
            let mut smtp = Smtp::connect(address).await.expect("the door");
            for n in (first..mails).step_by(connections) {
                write_one(&mut smtp, n).await;
            }
        });
    }
    conversations.join_all().await;
}

async fn write_one(smtp: &mut Smtp, n: usize) {
    let from = format!("kofi{}@example.org", n % WRITERS);
    let text = "The VPN drops every few minutes.\nIt began after the update.\n\nKofi";
    let raw = letter(&from, SUPPORT, "VPN drops", text);
    let reply = smtp.send(&from, SUPPORT, &raw).await.expect("a reply");
    assert!(reply.starts_with("250"), "the mail door said {reply}");
}

/// Waits until so many tickets stand in the table.
async fn committed(desk: &Desk, tickets: usize) {
    let newest = format!("/v1/tickets/{tickets}");
    while desk.admin().get(&newest).await.status != 200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
