//! The whole program on one machine: what a mail and a REST ticket cost it, with the engine, the disk
//! and all that follows a commit.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Desk, SUPPORT, letter};
use crate::table::{Aim, Section, milliseconds, short};
use crate::{Amount, process};

/// How often it is warmed up before it counts.
const WARM_UP: usize = 20;

/// A running program under measurement.
struct Program {
    desk: Desk,
    process: u32,
}

/// Fills in what each costs by the whole program.
pub async fn doors(section: &mut Section, amount: &Amount) {
    let desk = Desk::start().await;
    let process = process::child("bellhop").expect("the program runs");
    let program = Program { desk, process };
    eprintln!("measuring the whole program …");
    program.take_mails(WARM_UP).await;
    program.take_tickets(WARM_UP).await;
    let mail = program.cost(program.take_mails(amount.events)).await;
    program.fill_in(section, "ticket by mail, one SMTP connection", mail, 3.5, amount.events);
    let rest = program.cost(program.take_tickets(amount.events)).await;
    program.fill_in(section, "ticket by REST", rest, 3.0, amount.events);
}

impl Program {
    async fn take_mails(&self, mails: usize) {
        let mut smtp = self.desk.smtp().await;
        for n in 0..mails {
            let from = format!("kofi{}@example.org", n % 50);
            let text = "The VPN drops every few minutes.\nIt began after the update.\n\nKofi";
            let raw = letter(&from, SUPPORT, "VPN drops", text);
            let reply = smtp.send(&from, SUPPORT, &raw).await.expect("a reply");
            assert!(reply.starts_with("250"), "the mail door said {reply}");
        }
    }

    async fn take_tickets(&self, tickets: usize) {
        let admin = self.desk.admin();
        for _ in 0..tickets {
            let body = json!({ "title": "VPN drops", "description": "Every few minutes.",
                "requester": { "email": "kofi@example.org" } });
            admin.post("/v1/tickets", body).await.expect(201);
        }
    }

    /// CPU time until nothing is left to do, and the time until the door had answered.
    async fn cost(&self, work: impl Future<Output = ()>) -> (Duration, Duration) {
        self.desk.settle().await;
        let before = process::cpu_time(self.process);
        let begin = Instant::now();
        work.await;
        let wall = begin.elapsed();
        self.desk.settle().await;
        (process::cpu_time(self.process).saturating_sub(before), wall)
    }

    fn fill_in(
        &self,
        section: &mut Section,
        what: &str,
        (cpu, wall): (Duration, Duration),
        most: f64,
        times: usize,
    ) {
        let each = |time: Duration| milliseconds(time) / times as f64;
        let row = vec![what.into(), "bellhop serve".into(), short(each(cpu)), short(each(wall))];
        section.rows.push(row);
        let what = format!("{what}: CPU of the whole program");
        section.aims.push(Aim::at_most(what, most, each(cpu), "ms"));
    }
}
