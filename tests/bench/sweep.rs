//! After an outage of three hours: everything that fell due in it is ticked, in due order, and told.
//! What it costs a ticket, and what people hear of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use desk::outbox::{Lane, Message};
use desk::{Number, Priority};
use jiff::{SignedDuration, Timestamp};
use local::outbox::Kind;
use serde_json::{Value, json};
use store::Store;

use crate::harness::{Aws, wall};
use crate::raw::{BATCH, Raw, TABLE};
use crate::scene::minute;
use crate::table::{Aim, Section, milliseconds, short};
use crate::{Amount, process};

/// How long nothing was looked at.
const OUTAGE: SignedDuration = SignedDuration::from_hours(3);
/// What an urgent ticket has for its first answer.
const TARGET: SignedDuration = SignedDuration::from_hours(2);
/// After so many looks nothing may be due.
const MINUTES: usize = 60;
/// At most so many lanes lead to the bus.
const BUS_LANES: u8 = 16;
/// After so many looks people must know.
const LOOKS: usize = 120;

/// Measures one sweep.
pub async fn section(amount: &Amount) -> Section {
    let columns = ["due tickets", "minutes", "wall s", "CPU ms a ticket", "people told in s"];
    let mut section = Section::new("6. The minute after an outage of three hours", &columns)
        .note("every ticket broke its first promise in it; CPU is bellhop-escalate's alone");
    let aws = Aws::start_at(wall() - OUTAGE - TARGET).await;
    eprintln!("seeding {} due tickets …", amount.due);
    let first = aws.open("The till is dead", Priority::Urgent).await;
    Flood::around(&aws, first).await.rise_to(amount.due).await;

    eprintln!("the minute …");
    let escalate = aws.function("escalate").await;
    let (before, begin) = (process::cpu_time(escalate.process()), Instant::now());
    let minutes = sweep(&aws).await;
    let took = begin.elapsed();
    let cpu = process::cpu_time(escalate.process()).saturating_sub(before);
    let each = milliseconds(cpu) / amount.due as f64;

    eprintln!("telling …");
    let told = tell(&aws).await;
    section.rows = vec![vec![
        amount.due.to_string(),
        minutes.to_string(),
        short(took.as_secs_f64()),
        short(each),
        short(told.as_secs_f64()),
    ]];
    section.details = heard(&aws, amount.due).await;
    section.aims.push(Aim::at_most("a due ticket: CPU in the function", 1.0, each, "ms"));
    section
}

/// Lets escalate look until nothing is due any more: a call does what it has time for. Answers how
/// many looks that took.
async fn sweep(aws: &Aws) -> usize {
    for look in 1..=MINUTES {
        minute("escalate").run(aws).await;
        let mut due = 0;
        for shard in 0..store::key::DUE_SHARDS {
            let left = aws.store.due_tickets(shard, wall()).await.expect("what is due");
            due += left.len();
        }
        if due == 0 {
            return look;
        }
    }
    panic!("after {MINUTES} looks something is still due");
}

/// Lets notify look until people know; what was just owed is late after a minute. Programs come after
/// people, and what a hundred thousand tickets owe the bus takes its time.
async fn tell(aws: &Aws) -> Duration {
    let begin = Instant::now();
    for _ in 0..LOOKS {
        let soon = wall() + SignedDuration::from_secs(61);
        let late = aws.store.late_lanes(soon).await.expect("the lanes");
        if late.iter().all(|lane| store::key::is_for_programs(lane)) {
            return begin.elapsed();
        }
        minute("notify").run(aws).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("after {LOOKS} looks somebody is still owed something");
}

/// What people heard, and what the bus heard or is still owed: of how many tickets, in which order.
async fn heard(aws: &Aws, due: u64) -> Vec<String> {
    let left = aws.outbox.since(0);
    let mut mails: BTreeMap<String, usize> = BTreeMap::new();
    for mail in left.iter().filter(|item| item.kind == Kind::Mail) {
        *mails.entry(mail.to.clone()).or_default() += 1;
    }
    let events = left.iter().filter(|item| item.kind == Kind::Event);
    let mut told: Vec<Value> = events.map(|item| item.body["detail"].clone()).collect();
    let published = told.len();
    told.extend(owed_to_the_bus(&aws.store).await);

    let mut raised: BTreeMap<(u64, String), usize> = BTreeMap::new();
    let mut last: BTreeMap<u64, Timestamp> = BTreeMap::new();
    let mut late = 0;
    for detail in told {
        if detail["type"] != "alarm_raised" || detail["alarm"] != "breach" {
            continue;
        }
        let number = detail["ticket"].as_u64().unwrap_or_default();
        *raised.entry((number, detail["metric"].to_string())).or_default() += 1;
        let at: Option<Timestamp> = detail["due"].as_str().and_then(|due| due.parse().ok());
        let shard = number % store::key::DUE_SHARDS;
        let known = last.entry(shard).or_insert(Timestamp::MIN);
        late += usize::from(at.is_some_and(|at| at < *known));
        *known = at.unwrap_or(*known).max(*known);
    }
    let twice = raised.values().filter(|times| **times > 1).count();
    let tickets: BTreeSet<u64> = raised.keys().map(|(n, _)| *n).collect();
    vec![
        format!("{} of {due} tickets broke a promise, {twice} of them twice", tickets.len()),
        format!("{late} did after one of their shard that was due later"),
        format!("{published} events had left for the bus when people knew"),
        format!("mails: {mails:?}"),
    ]
}

/// What waits for the bus, lane by lane in its order, as it would be told.
async fn owed_to_the_bus(store: &Store) -> Vec<Value> {
    let mut details = Vec::new();
    let lanes = (0..BUS_LANES).map(|shard| store::key::lane(&Lane::Bus(shard)));
    for lane in lanes {
        let mut after = None;
        loop {
            let rows = store.waiting_after(&lane, after.as_ref()).await.expect("a lane's rows");
            let Some(end) = rows.last() else { break };
            after = Some(end.key.clone());
            for row in rows {
                let Message::Events(last) = row.owed.message else { continue };
                let number = row.owed.number;
                let entries = store.entries(number, row.owed.seq, last).await.expect("entries");
                details.extend(entries.iter().map(|(_, entry)| {
                    let mut detail = json!(entry.event);
                    detail["ticket"] = json!(number);
                    detail
                }));
            }
        }
    }
    details
}

/// Copies of one ticket under numbers of their own, each opened a moment after the one before.
struct Flood {
    raw: Raw,
    first: Value,
    opened: Timestamp,
    tickets: u64,
}

impl Flood {
    async fn around(aws: &Aws, number: Number) -> Flood {
        let raw = Raw::to(&aws.engine).await;
        let key = store::key::ticket(number);
        let key = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
        let wanted = json!({ "TableName": TABLE, "Key": key, "ConsistentRead": true });
        let mut answer = raw.call("GetItem", &wanted).await;
        let opened = aws.store.now();
        Flood { raw, first: answer["Item"].take(), opened, tickets: number.0 }
    }

    async fn rise_to(&mut self, tickets: u64) {
        while self.tickets < tickets {
            let next = tickets.min(self.tickets + BATCH as u64);
            let numbers = self.tickets + 1..=next;
            self.raw.put_all(numbers.map(|number| self.copy(number, tickets))).await;
            self.tickets = next;
        }
    }

    /// The ticket as it would stand under this number, had it been opened later.
    fn copy(&self, number: u64, all: u64) -> Value {
        // Not in the order of their numbers: the sweep has to find the order.
        let place = (number * 7_919) % all;
        let later = SignedDuration::from_millis(
            i64::try_from(place).unwrap_or(0) * OUTAGE.as_millis() as i64 / all as i64,
        );
        let mut item = self.first.clone();
        let text = |item: &Value, name: &str| {
            item[name]["S"].as_str().expect("a text in a snapshot").to_owned()
        };
        let data = text(&item, "data");
        let data = data.replace(&self.opened.to_string(), &(self.opened + later).to_string());
        let mut ticket: Value = serde_json::from_str(&data).expect("a ticket");
        ticket["number"] = json!(number);
        item["data"]["S"] = json!(ticket.to_string());
        item["pk"]["S"] = json!(store::key::ticket_partition(Number(number)));
        item["due_pk"]["S"] = json!(store::key::due_shard(Number(number)));
        let due: Timestamp = text(&item, "due_sk").parse().expect("a moment");
        item["due_sk"]["S"] = json!(store::key::instant(due + later));
        for place in ["work_sk", "asked_sk"] {
            let known = text(&item, place);
            let (moment, _) = known.split_once('#').expect("a moment and a number");
            let moment: Timestamp = moment.parse().expect("a moment");
            let moment = store::key::instant(moment + later);
            item[place]["S"] = json!(format!("{moment}#{number:012}"));
        }
        item
    }
}
