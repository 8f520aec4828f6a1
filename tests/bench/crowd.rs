//! A desk with many open tickets at which nothing is due: what its idle minute costs, and a page of a
//! queue. Neither should grow with the number of tickets.

use std::time::{Duration, Instant};

use desk::{Number, Priority};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{Aws, wall};
use crate::raw::{BATCH, Raw, TABLE};
use crate::scene::{Act, minute};
use crate::table::{Aim, Section, median, milliseconds, short};
use crate::{Amount, process};

/// How often a page is asked for.
const PAGES: usize = 200;
/// After so many everything must have left.
const MINUTES: usize = 10;

/// What was seen with so many tickets.
struct Seen {
    tickets: u64,
    minute: [usize; 2],
    page_calls: usize,
    page_cpu: f64,
    page: Duration,
}

/// Measures with few tickets, then with many.
pub async fn section(amount: &Amount) -> Section {
    let columns = [
        "open tickets",
        "escalate requests",
        "notify requests",
        "page requests",
        "page CPU ms",
        "page p50 ms",
    ];
    let mut section = Section::new(
        "4. An idle minute, and a page of 25 of the queue, next due first",
        &columns,
    )
    .note(format!(
        "nothing is due; CPU is bellhop-api's alone, per page, of {PAGES} pages asked in turn"
    ));
    // What is owed for the first ticket is late at once, and so gone before anything is counted.
    let aws = Aws::start_at(wall() - SignedDuration::from_mins(2)).await;
    let mut crowd = Crowd::around(&aws).await;
    let mut seen = Vec::new();
    for tickets in [amount.few, amount.many] {
        eprintln!("seeding {tickets} open tickets …");
        crowd.grow_to(tickets).await;
        seen.push(look(&aws, tickets).await);
    }
    section.rows = seen.iter().map(Seen::row).collect();
    if let [few, many] = seen.as_slice() {
        let (before, after) = (few.minute.iter().sum::<usize>(), many.minute.iter().sum::<usize>());
        let what = format!("idle minute at {} open tickets", many.tickets);
        section.aims.push(Aim::at_most(what, before as f64, after as f64, "requests"));
        let what = format!("page of a queue at {} open tickets: CPU in the function", many.tickets);
        section.aims.push(Aim::at_most(what, 3.8, many.page_cpu, "ms"));
    }
    section
}

impl Seen {
    fn row(&self) -> Vec<String> {
        vec![
            self.tickets.to_string(),
            self.minute[0].to_string(),
            self.minute[1].to_string(),
            self.page_calls.to_string(),
            short(self.page_cpu),
            short(milliseconds(self.page)),
        ]
    }
}

async fn look(aws: &Aws, tickets: u64) -> Seen {
    come_to_rest(aws).await;
    let mut requests = [0, 0];
    for (function, requests) in ["escalate", "notify"].into_iter().zip(&mut requests) {
        minute(function).run(aws).await;
        *requests = passed(aws, &minute(function)).await;
    }
    let page = Act::Rest("GET", "/v1/tickets?queue=support&sort=due&limit=25".into(), None);
    page.run(aws).await;
    let page_calls = passed(aws, &page).await;
    let process = aws.function("api").await.process();
    let before = process::cpu_time(process);
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let begin = Instant::now();
        page.run(aws).await;
        times.push(begin.elapsed());
    }
    let cpu = process::cpu_time(process).saturating_sub(before);
    let page_cpu = milliseconds(cpu) / PAGES as f64;
    Seen { tickets, minute: requests, page_calls, page_cpu, page: median(&times) }
}

/// Sends what is owed for the first ticket, which is late: one message may become another.
async fn come_to_rest(aws: &Aws) {
    for _ in 0..MINUTES {
        minute("notify").run(aws).await;
        if aws.store.late_lanes(wall()).await.expect("the lanes").is_empty() {
            return;
        }
    }
    panic!("after {MINUTES} minutes something is still owed");
}

async fn passed(aws: &Aws, act: &Act) -> usize {
    aws.engine.meter().start();
    act.run(aws).await;
    aws.engine.meter().stop().len()
}

/// Copies of one ticket under numbers of their own.
struct Crowd {
    raw: Raw,
    first: Value,
    tickets: u64,
}

impl Crowd {
    async fn around(aws: &Aws) -> Crowd {
        let number = aws.open("A chair squeaks", Priority::Medium).await;
        let raw = Raw::to(&aws.engine).await;
        let key = store::key::ticket(number);
        let key = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
        let wanted = json!({ "TableName": TABLE, "Key": key, "ConsistentRead": true });
        let mut answer = raw.call("GetItem", &wanted).await;
        Crowd { raw, first: answer["Item"].take(), tickets: number.0 }
    }

    async fn grow_to(&mut self, tickets: u64) {
        while self.tickets < tickets {
            let next = tickets.min(self.tickets + BATCH as u64);
            let numbers = self.tickets + 1..=next;
            self.raw.put_all(numbers.map(|number| self.copy(Number(number)))).await;
            self.tickets = next;
        }
    }

    /// The ticket as it would stand under this number, in every index.
    fn copy(&self, number: Number) -> Value {
        let mut item = self.first.clone();
        let text = |item: &Value, name: &str| {
            item[name]["S"].as_str().expect("a text in a snapshot").to_owned()
        };
        let mut ticket: Value = serde_json::from_str(&text(&item, "data")).expect("a ticket");
        ticket["number"] = json!(number);
        item["data"]["S"] = json!(ticket.to_string());
        item["pk"]["S"] = json!(store::key::ticket_partition(number));
        item["due_pk"]["S"] = json!(store::key::due_shard(number));
        for place in ["work_sk", "asked_sk"] {
            let known = text(&item, place);
            let (moment, _) = known.split_once('#').expect("a moment and a number");
            item[place]["S"] = json!(format!("{moment}#{:012}", number.0));
        }
        item
    }
}
