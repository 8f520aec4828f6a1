//! Every program is one function and every function one program; each is built right, told what it
//! reads and nothing more, and reached by the routes it answers.

use std::collections::BTreeSet;

use super::{Findings, expect};
use crate::sources::{Function, Sources};
use crate::view::{Resource, View, owner, plain};

/// Longer than a function may wait for storage when work was handed over to it.
const HANDED_OVER: u64 = 60;
/// What the gateway waits at most, in seconds.
const GATEWAY: u64 = 30;
/// Route, method, program.
const ROUTES: [(&str, &str, &str); 4] = [
    ("/v1/{proxy+}", "x-amazon-apigateway-any-method", "bellhop-api"),
    ("/healthz", "get", "bellhop-api"),
    ("/slack/{proxy+}", "post", "bellhop-slack"),
    ("/discord/{proxy+}", "post", "bellhop-discord"),
];

pub fn judge(view: &View<'_>, sources: &Sources) -> Findings {
    let mut found = Findings::new();
    for (name, function) in &sources.functions {
        let same = |one: &Resource<'_>| one.program() == function.program;
        let deployed: Vec<_> = view.functions().into_iter().filter(same).collect();
        let [one] = deployed[..] else {
            found.push(format!("{} functions run {}", deployed.len(), function.program));
            continue;
        };
        build(&mut found, one, name, function);
        variables(&mut found, one, function);
    }
    for one in view.functions() {
        let known = sources.functions.values().any(|f| f.program == one.program());
        expect(&mut found, known, format!("{} runs no program of ours", one.name));
    }
    timeouts(&mut found, view);
    gateway(&mut found, view);
    found
}

fn build(found: &mut Findings, one: Resource<'_>, name: &str, function: &Function) {
    let wanted = [
        ("/Handler", "bootstrap".to_owned()),
        ("/Runtime", "provided.al2023".to_owned()),
        ("/Architectures/0", "arm64".to_owned()),
        ("/FunctionName", format!("${{AWS::StackName}}-{name}")),
        ("/Code/S3Key", format!("target/lambda/{}", function.program)),
    ];
    for (path, value) in wanted {
        let is = one.get(path);
        expect(found, is == value, format!("{}{path} is {is:?}, not {value}", one.name));
    }
}

fn variables(found: &mut Findings, one: Resource<'_>, function: &Function) {
    let set = one.at("/Environment/Variables").as_object();
    let ours = |name: &&String| name.starts_with("BELLHOP_");
    let set_names: BTreeSet<String> =
        set.into_iter().flat_map(|set| set.keys()).filter(ours).cloned().collect();
    // A secret that may be missing is a door that stays shut: this desk opens all of them.
    let secrets = function.known.iter().filter(|name| is_secret(name)).cloned();
    let needed: BTreeSet<String> = function.needed.iter().cloned().chain(secrets).collect();
    for missing in needed.difference(&set_names) {
        found.push(format!("{} is not given {missing}", one.name));
    }
    for surplus in set_names.difference(&function.known) {
        found.push(format!("{} is given {surplus}, which it does not read", one.name));
    }
    for (name, value) in set.into_iter().flatten() {
        let is_secret = is_secret(name);
        let value = plain(value);
        let resolved = value.starts_with("{{resolve:secretsmanager:") && value.ends_with("}}");
        let dated = value.contains("::${SecretVersion}");
        expect(found, !is_secret || resolved, format!("{}: {name} is plain", one.name));
        expect(found, !is_secret || dated, format!("{}: {name} has no version", one.name));
    }
    let logs = set.is_some_and(|set| set.contains_key("RUST_LOG"));
    expect(found, logs, format!("{} is not told what to log", one.name));
}

fn is_secret(name: &str) -> bool {
    ["_TOKEN", "_SECRET", "_KEY"].iter().any(|end| name.ends_with(end))
}

fn timeouts(found: &mut Findings, view: &View<'_>) {
    let of = |program| view.function_of(program).and_then(|one| one.at("/Timeout").as_u64());
    for program in ["bellhop-slack", "bellhop-discord"] {
        let enough = of(program).is_some_and(|seconds| seconds >= HANDED_OVER);
        expect(found, enough, format!("{program} may not run as long as handed-over work takes"));
    }
    let short = of("bellhop-api").is_some_and(|seconds| seconds < GATEWAY);
    expect(found, short, "bellhop-api may run longer than the gateway waits");
}

fn gateway(found: &mut Findings, view: &View<'_>) {
    let [gateway] = view.all("AWS::ApiGatewayV2::Api")[..] else {
        return found.push("there is not one gateway".into());
    };
    let paths = gateway.at("/Body/paths");
    let count = paths.as_object().map_or(0, |paths| paths.len());
    expect(found, count == ROUTES.len(), format!("the gateway has {count} routes"));
    for (path, method, program) in ROUTES {
        let route = &paths[path][method]["x-amazon-apigateway-integration"];
        let function = view.function_of(program).map(|one| format!("${{{}.Arn}}", one.name));
        let leads = function.is_some_and(|arn| plain(&route["uri"]).contains(&arn));
        expect(found, leads, format!("{path} does not lead to {program}"));
        let format = &route["payloadFormatVersion"];
        expect(found, format == "2.0", format!("{path} has payload format {format}"));
    }
    let stages = view.all("AWS::ApiGatewayV2::Stage");
    expect(found, stages.len() == 1, "there is not one stage");
    for stage in stages {
        for limit in ["ThrottlingBurstLimit", "ThrottlingRateLimit"] {
            let limited = stage.at(&format!("/DefaultRouteSettings/{limit}")).as_f64() > Some(0.0);
            expect(found, limited, format!("{} has no {limit}", stage.name));
        }
        let log = owner(&stage.get("/AccessLogSettings/DestinationArn"));
        let is_log = view.named(&log, "AWS::Logs::LogGroup").is_some();
        expect(found, is_log, format!("{} keeps no access log", stage.name));
    }
}
