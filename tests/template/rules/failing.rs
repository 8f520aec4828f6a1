//! What fails goes somewhere: whatever rings a function without waiting for its answer has retries
//! that suit it and a dead-letter queue that takes it; and the clock and the stream ring as they must.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Findings, expect};
use crate::sources::Sources;
use crate::view::{Resource, View, owner, plain};

/// Program, how often it is rung, how often an asynchronous call is tried again.
const SCHEDULES: [(&str, &str, u64); 3] = [
    ("bellhop-mail", "rate(10 minutes)", 2),
    ("bellhop-escalate", "rate(1 minute)", 0),
    ("bellhop-notify", "rate(1 minute)", 0),
];
/// Programs that hand work to themselves, and how often that is tried again.
const HANDED_OVER: [(&str, u64); 2] = [("bellhop-slack", 2), ("bellhop-discord", 2)];

pub fn judge(view: &View<'_>, sources: &Sources) -> Findings {
    let mut found = Findings::new();
    let mut expected: BTreeSet<&str> = BTreeSet::new();
    let retries = SCHEDULES.iter().map(|(program, _, retries)| (*program, *retries));
    for (program, retries) in retries.chain(HANDED_OVER) {
        let Some(function) = view.function_of(program) else { continue };
        expected.insert(function.name);
        configured(&mut found, view, function, retries);
    }
    for (program, rate, _) in SCHEDULES {
        let Some(function) = view.function_of(program) else { continue };
        scheduled(&mut found, view, function, rate);
    }
    for function in view.functions().into_iter().filter(|one| rings_async(view, *one)) {
        let known = expected.contains(function.name);
        expect(&mut found, known, format!("{} is rung by somebody unexpected", function.name));
    }
    stream(&mut found, view, sources);
    found
}

/// Whether a rule or a receipt rule rings a function: both go away before it has answered.
fn rings_async(view: &View<'_>, function: Resource<'_>) -> bool {
    let arn = format!("${{{}.Arn}}", function.name);
    let rules = view.all("AWS::Events::Rule");
    let by_rule =
        |rule: &Resource<'_>| rule.list("/Targets").iter().any(|t| plain(&t["Arn"]) == arn);
    let receipts = view.all("AWS::SES::ReceiptRule");
    let by_mail = |rule: &Resource<'_>| {
        let actions = rule.list("/Rule/Actions");
        actions.iter().any(|action| plain(&action["LambdaAction"]["FunctionArn"]) == arn)
    };
    rules.iter().any(by_rule) || receipts.iter().any(by_mail)
}

fn configured(found: &mut Findings, view: &View<'_>, function: Resource<'_>, retries: u64) {
    let configs = view.all("AWS::Lambda::EventInvokeConfig");
    let mut own = configs.iter().filter(|one| owner(&one.get("/FunctionName")) == function.name);
    let Some(config) = own.next() else {
        return found.push(format!("what {} fails at is forgotten", function.name));
    };
    let tried = config.at("/MaximumRetryAttempts").as_u64() == Some(retries);
    expect(found, tried, format!("{} is not tried again {retries} times", function.name));
    let ages = config.at("/MaximumEventAgeInSeconds").as_u64().is_some();
    expect(found, ages, format!("{} has no age at which an event is given up", function.name));
    dead_letter(found, view, function, *config);
}

fn dead_letter(found: &mut Findings, view: &View<'_>, function: Resource<'_>, from: Resource<'_>) {
    let queue = from.get("/DestinationConfig/OnFailure/Destination");
    let is_arn = queue == format!("${{{}.Arn}}", owner(&queue));
    let is_queue = is_arn && view.named(&owner(&queue), "AWS::SQS::Queue").is_some();
    expect(found, is_queue, format!("{} has no dead-letter queue", from.name));
    let may =
        view.grants(function).iter().any(|g| g.action == "sqs:SendMessage" && g.resource == queue);
    expect(found, may, format!("{} may not send to {queue}", function.name));
}

fn scheduled(found: &mut Findings, view: &View<'_>, function: Resource<'_>, rate: &str) {
    let arn = format!("${{{}.Arn}}", function.name);
    let rules = view.all("AWS::Events::Rule");
    let its = |rule: &&Resource<'_>| rule.list("/Targets").iter().any(|t| plain(&t["Arn"]) == arn);
    let Some(rule) = rules.iter().find(its) else {
        return found.push(format!("{} is never rung", function.name));
    };
    let is = rule.get("/ScheduleExpression");
    expect(found, is == rate, format!("{} is rung at {is}", function.name));
    let on = ["", "ENABLED"].contains(&rule.get("/State").as_str());
    expect(found, on, format!("{} is switched off", rule.name));
    // The function tells a schedule by the event EventBridge makes; an input of one's own hides it.
    let own = |target: &&Value| !target["Input"].is_null() || !target["InputPath"].is_null();
    let plain_event = !rule.list("/Targets").iter().any(own);
    expect(found, plain_event, format!("{} sends something else than its event", rule.name));
    let lets = view.all("AWS::Lambda::Permission");
    let lets = lets.iter().any(|one| {
        owner(&one.get("/FunctionName")) == function.name
            && one.get("/SourceArn") == format!("${{{}.Arn}}", rule.name)
    });
    expect(found, lets, format!("{} may not ring {}", rule.name, function.name));
}

fn stream(found: &mut Findings, view: &View<'_>, sources: &Sources) {
    let [mapping] = view.all("AWS::Lambda::EventSourceMapping")[..] else {
        return found.push("there is not one reader of a stream".into());
    };
    let Some(notify) = view.function_of("bellhop-notify") else { return };
    let reads = owner(&mapping.get("/FunctionName")) == notify.name
        && mapping.get("/EventSourceArn") == "${Table.StreamArn}";
    expect(found, reads, "notify does not read the table's stream");
    let wanted = [
        ("/MaximumRetryAttempts", json!(10)),
        ("/BisectBatchOnFunctionError", json!(true)),
        ("/StartingPosition", json!("TRIM_HORIZON")),
    ];
    for (path, value) in wanted {
        let is = mapping.at(path);
        expect(found, *is == value, format!("{}{path} is {is}, not {value}", mapping.name));
    }
    let age = mapping.at("/MaximumRecordAgeInSeconds").as_u64().unwrap_or(0);
    let sensible = (600..=86_400).contains(&age);
    expect(found, sensible, format!("a record of the stream is given up after {age} s"));
    let off = *mapping.at("/Enabled") == json!(false);
    expect(found, !off, "the stream's reader is switched off");
    filter(found, mapping, sources);
    dead_letter(found, view, notify, mapping);
}

/// Exactly the rows that come into a lane: more would ring for nothing, fewer would lie unsent.
fn filter(found: &mut Findings, mapping: Resource<'_>, sources: &Sources) {
    let wanted = json!({
        "eventName": ["INSERT"],
        "dynamodb": { "Keys": { "pk": { "S": [{ "prefix": sources.lane }] } } },
    });
    let filters = mapping.list("/FilterCriteria/Filters");
    let read =
        |filter: &&Value| serde_json::from_str(filter["Pattern"].as_str().unwrap_or("")).ok();
    let filters: Vec<Option<Value>> = filters.iter().map(read).collect();
    expect(found, filters == [Some(wanted)], format!("the stream's filter is {filters:?}"));
}
