//! What a write costs while the table's stream is long. The local program trims the stream behind its
//! readers; here nobody reads it, and it only grows.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Amount;
use crate::harness::Aws;
use crate::raw::{BATCH, Raw, TABLE};
use crate::table::{Aim, Section, median, milliseconds, short};

/// How many batches, and how many single writes, are timed at each length.
const TIMES: usize = 100;
/// Flat means: no more than this many times what it was at first.
const FLAT: f64 = 1.5;

/// Measures at each length of the stream.
pub async fn section(amount: &Amount) -> Section {
    let columns = ["stream rows", "ms an item, in 25s", "ms an item, by itself"];
    let mut section = Section::new(
        "5. Writing while the stream is long, engine on the disk",
        &columns,
    )
    .note(format!("medians of {TIMES}; each write by itself waits for the disk, each 25 share it"));
    let aws = Aws::start().await;
    let mut filler = Filler { raw: Raw::to(&aws.engine).await, written: 0 };
    let mut first = None;
    for rows in amount.stream {
        eprintln!("writing {rows} stream rows …");
        while filler.written < *rows {
            filler.batch().await;
        }
        let batched = milliseconds(filler.timed_batch().await) / BATCH as f64;
        let single = milliseconds(filler.timed_single().await);
        section.rows.push(vec![rows.to_string(), short(batched), short(single)]);
        let first = *first.get_or_insert(batched);
        if Some(rows) == amount.stream.last() {
            let what = format!("a write at {rows} stream rows, against {}", amount.stream[0]);
            section.aims.push(Aim::at_most(what, FLAT, batched / first, "times"));
        }
    }
    section
}

struct Filler {
    raw: Raw,
    written: u64,
}

impl Filler {
    async fn timed_batch(&mut self) -> Duration {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            times.push(self.batch().await);
        }
        median(&times)
    }

    async fn timed_single(&mut self) -> Duration {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let body = json!({ "TableName": TABLE, "Item": item(self.written) });
            let begin = Instant::now();
            self.raw.call("PutItem", &body).await;
            times.push(begin.elapsed());
            self.written += 1;
        }
        median(&times)
    }

    async fn batch(&mut self) -> Duration {
        let items: Vec<Value> = (self.written..).take(BATCH).map(item).collect();
        let begin = Instant::now();
        self.raw.put_all(items.into_iter()).await;
        self.written += BATCH as u64;
        begin.elapsed()
    }
}

/// About as long as an entry of a history.
fn item(number: u64) -> Value {
    json!({ "pk": { "S": format!("FILL#{number}") }, "sk": { "S": "FILL" },
        "data": { "S": "x".repeat(300) } })
}
