//! What is watched and for how long it is kept: alarms, logs, and that nothing lies open.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Findings, expect};
use crate::view::{Resource, View, owner, plain};

/// The longest a queue keeps a message, in seconds: fourteen days.
const KEPT: u64 = 1_209_600;

pub fn judge(view: &View<'_>) -> Findings {
    let mut found = Findings::new();
    queues(&mut found, view);
    topics(&mut found, view);
    logs(&mut found, view);
    alarms(&mut found, view);
    found
}

fn queues(found: &mut Findings, view: &View<'_>) {
    let letters = view.functions().into_iter().flat_map(|one| view.dead_letters(one));
    let letters: BTreeSet<String> = letters.map(|queue| owner(&queue)).collect();
    for queue in view.all("AWS::SQS::Queue") {
        let name = queue.name;
        let sealed = *queue.at("/SqsManagedSseEnabled") == json!(true)
            || !queue.at("/KmsMasterKeyId").is_null();
        expect(found, sealed, format!("{name} is not encrypted"));
        let kept = queue.at("/MessageRetentionPeriod").as_u64() == Some(KEPT);
        expect(found, kept, format!("{name} does not keep messages for fourteen days"));
        expect(found, letters.contains(name), format!("nothing is ever put into {name}"));
        let watched = watches(view, "AWS/SQS", "ApproximateNumberOfMessagesVisible", |alarm| {
            alarm.get("/Dimensions/0/Value") == format!("${{{name}.QueueName}}")
                && alarm.at("/Threshold").as_f64() == Some(0.0)
                && alarm.get("/ComparisonOperator") == "GreaterThanThreshold"
        });
        expect(found, watched, format!("no alarm says that {name} holds something"));
    }
}

fn topics(found: &mut Findings, view: &View<'_>) {
    for topic in view.all("AWS::SNS::Topic") {
        let key = view.named(&owner(&topic.get("/KmsMasterKeyId")), "AWS::KMS::Key");
        // SNS's own key cannot be used by alarms: they would be silent.
        expect(found, key.is_some(), format!("{} has no key of its own", topic.name));
        let users = key.map(|key| key.at("/KeyPolicy").to_string()).unwrap_or_default();
        let usable = users.contains("cloudwatch.amazonaws.com");
        expect(found, usable, format!("alarms may not use the key of {}", topic.name));
        let turns = key.is_some_and(|key| *key.at("/EnableKeyRotation") == json!(true));
        expect(found, turns, format!("the key of {} is never changed", topic.name));
    }
    let count = view.all("AWS::SNS::Topic").len();
    expect(found, count == 1, format!("there are {count} topics"));
}

fn logs(found: &mut Findings, view: &View<'_>) {
    for log in view.all("AWS::Logs::LogGroup") {
        let forgets = !log.at("/RetentionInDays").is_null();
        expect(found, forgets, format!("{} is kept for ever", log.name));
    }
    for function in view.functions() {
        let log = owner(&function.get("/LoggingConfig/LogGroup"));
        let log = view.named(&log, "AWS::Logs::LogGroup");
        expect(found, log.is_some(), format!("{} has no log of its own", function.name));
        let Some(log) = log else { continue };
        let rights = view.grants(function);
        let place = format!("${{{}.Arn}}", log.name);
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            let may = rights.iter().any(|g| g.action == action && g.resource == place);
            expect(found, may, format!("{} may not {action} to its log", function.name));
        }
    }
}

fn alarms(found: &mut Findings, view: &View<'_>) {
    let function = |program| view.function_of(program).map_or("", |one| one.name);
    let of = |program| format!("${{{}}}", function(program));
    let about = |alarm: &Resource<'_>, program| alarm.get("/Dimensions/0/Value") == of(program);
    let late = watches(view, "AWS/Lambda", "IteratorAge", |alarm| about(alarm, "bellhop-notify"));
    expect(found, late, "no alarm says that the stream is behind");
    let still = watches(view, "AWS/Lambda", "Invocations", |alarm| {
        about(alarm, "bellhop-escalate")
            && alarm.get("/ComparisonOperator") == "LessThanThreshold"
            && alarm.get("/TreatMissingData") == "breaching"
    });
    expect(found, still, "no alarm says that the clock stands still");
    for one in view.functions() {
        let watched = counted(view).contains(&format!("${{{}}}", one.name));
        expect(found, watched, format!("no alarm counts the errors of {}", one.name));
    }
    let topics: Vec<_> =
        view.all("AWS::SNS::Topic").iter().map(|t| format!("${{{}}}", t.name)).collect();
    for alarm in view.all("AWS::CloudWatch::Alarm") {
        let told: Vec<String> = alarm.list("/AlarmActions").into_iter().map(plain).collect();
        expect(found, told == topics, format!("{} tells nobody", alarm.name));
        let says = !alarm.get("/AlarmDescription").is_empty();
        expect(found, says, format!("{} does not say what it means", alarm.name));
        let off = *alarm.at("/ActionsEnabled") == json!(false);
        expect(found, !off, format!("{} is switched off", alarm.name));
    }
}

/// The functions whose errors an alarm adds up.
fn counted(view: &View<'_>) -> BTreeSet<String> {
    let alarms = view.all("AWS::CloudWatch::Alarm");
    let metrics = alarms.iter().flat_map(|alarm| alarm.list("/Metrics"));
    let metrics = metrics.map(|metric| &metric["MetricStat"]["Metric"]);
    let errors = metrics.filter(|m| m["Namespace"] == "AWS/Lambda" && m["MetricName"] == "Errors");
    errors.map(|metric| plain(&metric["Dimensions"][0]["Value"])).collect()
}

fn watches(
    view: &View<'_>,
    namespace: &str,
    metric: &str,
    is: impl Fn(&Resource<'_>) -> bool,
) -> bool {
    let alarms = view.all("AWS::CloudWatch::Alarm");
    let mut about = alarms
        .iter()
        .filter(|one| one.get("/Namespace") == namespace && one.get("/MetricName") == metric);
    about.any(is)
}
