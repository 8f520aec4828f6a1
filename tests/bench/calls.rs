//! How often each command asks storage, and what AWS would bill for it. These figures are the same on
//! every machine.

use std::collections::BTreeMap;

use local::meter::Passed;
use serde_json::{Value, json};

use crate::harness::Aws;
use crate::objects;
use crate::scene::{self, Act};
use crate::table::{Aim, Section, short};

/// A ticket may cost this many round trips where somebody waits for the answer.
const AT_MOST: usize = 3;
/// The longest line that describes a call.
const LINE: usize = 150;

/// What passed while one command was carried out.
struct Traffic {
    table: Vec<Passed>,
    objects: Vec<String>,
}

/// Carries out each command twice, and counts the second time.
pub async fn section() -> Section {
    eprintln!("counting round trips …");
    let columns =
        ["command", "round trips", "bytes out", "bytes in", "read units", "write units", "made of"];
    let mut section = Section::new("1. Round trips to storage, per command", &columns)
        .note("warm: configuration, token and connections are known, and so are the people")
        .note("bytes: bodies of requests to the table and of its answers")
        .note("units: as the engine reports them by ReturnConsumedCapacity, indexes included");
    let aws = scene::start().await;
    for _ in 0..30 {
        scene::filed(&aws).await;
    }
    for command in COMMANDS {
        prepare(&aws, command).await.run(&aws).await;
        let traffic = count(&aws, prepare(&aws, command).await).await;
        fill_in(&mut section, command, &traffic);
    }
    section
}

const COMMANDS: [&str; 11] = [
    "ticket by REST",
    "ticket by Slack",
    "ticket by Discord",
    "ticket by mail",
    "reply by REST",
    "claim by REST",
    "get one ticket",
    "list 25, newest first",
    "list 25 of a queue, next due first",
    "minute of escalate, one ticket due",
    "delivery of one mail by notify",
];

async fn prepare(aws: &Aws, command: &str) -> Act {
    let path = |rest: &str| format!("/v1/tickets{rest}");
    match command {
        "ticket by Slack" => scene::ticket_by_slack(),
        "ticket by Discord" => scene::ticket_by_discord(),
        "ticket by mail" => scene::ticket_by_mail(aws).await,
        "reply by REST" => {
            let number = scene::filed(aws).await.0;
            let body = json!({ "body": "A new badge reader is on its way." });
            Act::Rest("POST", path(&format!("/{number}/messages")), Some(body))
        }
        "claim by REST" => {
            let number = scene::filed(aws).await.0;
            Act::Rest("POST", path(&format!("/{number}/actions/claim")), Some(json!({})))
        }
        "get one ticket" => Act::Rest("GET", path("/7"), None),
        "list 25, newest first" => Act::Rest("GET", path("?limit=25"), None),
        "list 25 of a queue, next due first" => {
            Act::Rest("GET", path("?queue=support&sort=due&limit=25"), None)
        }
        "minute of escalate, one ticket due" => scene::typical(aws, "escalate").await,
        "delivery of one mail by notify" => scene::delivery(aws).await,
        _ => scene::ticket_by_rest(),
    }
}

async fn count(aws: &Aws, act: Act) -> Traffic {
    objects::called();
    aws.engine.meter().start();
    act.run(aws).await;
    Traffic { table: aws.engine.meter().stop(), objects: objects::called() }
}

fn fill_in(section: &mut Section, command: &str, traffic: &Traffic) {
    let table = &traffic.table;
    let trips = table.len() + traffic.objects.len();
    let sum = |units: fn(&Passed) -> f64| short(table.iter().map(units).sum());
    section.rows.push(vec![
        command.into(),
        trips.to_string(),
        sum(|passed| passed.request.len() as f64),
        sum(|passed| passed.answer_bytes as f64),
        sum(|passed| passed.read_units),
        sum(|passed| passed.write_units),
        made_of(traffic),
    ]);
    let somebody_waits = ["ticket by REST", "ticket by Slack", "ticket by Discord"];
    if somebody_waits.contains(&command) {
        let what = format!("{command}: round trips");
        section.aims.push(Aim::at_most(what, AT_MOST as f64, trips as f64, "round trips"));
    }
    if trips > AT_MOST && somebody_waits.contains(&command) {
        section.details.push(format!("{command}, call by call:"));
        section.details.extend(table.iter().map(described));
    }
}

/// How often which operation was called.
fn made_of(traffic: &Traffic) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let operations = traffic.table.iter().map(|passed| passed.operation.as_str());
    for operation in operations.chain(traffic.objects.iter().map(String::as_str)) {
        *counts.entry(operation).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(operation, times)| format!("{operation} {times}")).collect();
    counts.join(", ")
}

/// One call in a line: what it was and what it was about.
fn described(passed: &Passed) -> String {
    let request: Value = serde_json::from_slice(&passed.request).unwrap_or_default();
    let key = |key: &Value| {
        let part = |name: &str| key[name]["S"].as_str().unwrap_or_default().to_owned();
        format!("{} / {}", part("pk"), part("sk"))
    };
    let about = match passed.operation.as_str() {
        "TransactWriteItems" => {
            let writes = request["TransactItems"].as_array().into_iter().flatten();
            let puts = writes.map(|write| key(&write["Put"]["Item"]));
            puts.collect::<Vec<_>>().join(", ")
        }
        "PutItem" => key(&request["Item"]),
        "Query" => format!("{} {}", request["IndexName"], request["ExpressionAttributeValues"]),
        "BatchGetItem" => "several keys".into(),
        _ => key(&request["Key"]),
    };
    let units = passed.read_units + passed.write_units;
    let line = format!("  {} ({} units) {about}", passed.operation, short(units));
    line.chars().take(LINE).collect()
}
