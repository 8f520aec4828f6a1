//! Who may do what: each function exactly what its sources call, on exactly the desk's own things;
//! and whoever rings a function is named.

use std::collections::BTreeSet;

use super::{Findings, expect};
use crate::sources::{Function, Sources};
use crate::view::{Grant, Resource, View, grants, many, owner};

/// What Lambda does in a function's name. A log stream of one's own, the stream of the table and the
/// dead letters; the last two only where they are configured, which is judged with what fails.
const BY_LAMBDA: [&str; 7] = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
];
/// Functions that hand work over to themselves.
const INVOKE_THEMSELVES: [&str; 2] = ["slack", "discord"];
/// Policies outside of roles that must name everything: in a key's own policy `*` is the key, and
/// without its account it could not be managed.
const MAY_SAY_STAR: [(&str, &str); 3] =
    [("AlarmKey", "kms:*"), ("AlarmKey", "kms:Decrypt"), ("AlarmKey", "kms:GenerateDataKey")];

pub fn judge(view: &View<'_>, sources: &Sources) -> Findings {
    let mut found = Findings::new();
    let mut roles = BTreeSet::new();
    for (name, function) in &sources.functions {
        let Some(one) = view.function_of(&function.program) else { continue };
        let Some(role) = view.role(one) else {
            found.push(format!("{name} has no role of its own"));
            continue;
        };
        expect(&mut found, roles.insert(role.name), format!("{name} shares its role"));
        let managed = role.at("/ManagedPolicyArns").is_null();
        expect(&mut found, managed, format!("{name} has a managed policy, which says *"));
        let given = view.grants(one);
        exactly(&mut found, name, function, &given);
        for grant in &given {
            let on = place(view, name, one, function, grant);
            let (action, resource) = (&grant.action, &grant.resource);
            expect(&mut found, on, format!("{name} may {action} on {resource}"));
        }
    }
    stars(&mut found, view);
    rings(&mut found, view);
    found
}

/// Neither a right its sources do not use, nor one of a service it does not link, nor one too few.
fn exactly(found: &mut Findings, name: &str, function: &Function, given: &[Grant]) {
    let given: BTreeSet<&str> = given.iter().map(|grant| grant.action.as_str()).collect();
    for action in given.iter().filter(|action| !BY_LAMBDA.contains(action)) {
        let service = action.split(':').next().unwrap_or_default();
        let linked = function.links_service(service) == Some(true);
        expect(found, linked, format!("{name} may {action} and does not link {service}"));
        let used = function.rights.contains_key(*action);
        expect(found, used, format!("{name} may {action} and never does it"));
    }
    for (action, path) in &function.rights {
        let may = given.contains(action.as_str());
        expect(found, may, format!("{name} may not {action}, which it does: {path}"));
    }
}

/// Whether a right is on one of the desk's own things, and on the one it is meant for.
fn place(
    view: &View<'_>,
    name: &str,
    one: Resource<'_>,
    function: &Function,
    grant: &Grant,
) -> bool {
    let on = grant.resource.as_str();
    let is = |places: &[&str]| places.contains(&on);
    let account = "${AWS::Region}:${AWS::AccountId}";
    let (arn, itself) = ("arn:${AWS::Partition}", one.get("/FunctionName"));
    match (grant.service(), grant.action.as_str()) {
        (_, "dynamodb:Query") => is(&["${Table.Arn}", "${Table.Arn}/index/*"]),
        (_, "dynamodb:ListStreams") => is(&["${Table.Arn}/stream/*"]) && reads(view, one),
        ("dynamodb", action) if BY_LAMBDA.contains(&action) => {
            is(&["${Table.StreamArn}"]) && reads(view, one)
        }
        ("dynamodb", _) => is(&["${Table.Arn}"]),
        (_, "s3:ListBucket") => is(&["${Bucket.Arn}"]),
        ("s3", _) => on.strip_prefix("${Bucket.Arn}/").is_some_and(|place| folder(place, function)),
        ("ses", _) => is(&[&format!("{arn}:ses:{account}:identity/${{Domain}}")]),
        ("events", _) => is(&["${Bus.Arn}"]),
        ("lambda", _) => {
            INVOKE_THEMSELVES.contains(&name)
                && is(&[&format!("{arn}:lambda:{account}:function:{itself}")])
        }
        ("sqs", _) => view.dead_letters(one).iter().any(|queue| queue == on),
        ("logs", _) => is(&[&format!("${{{}.Arn}}", owner(&one.get("/LoggingConfig/LogGroup")))]),
        _ => false,
    }
}

/// Whether Lambda reads a stream for a function.
fn reads(view: &View<'_>, one: Resource<'_>) -> bool {
    let mappings = view.all("AWS::Lambda::EventSourceMapping");
    mappings.iter().any(|mapping| owner(&mapping.get("/FunctionName")) == one.name)
}

/// Whether everything in one folder of the bucket is meant, and a source names that folder.
fn folder(place: &str, function: &Function) -> bool {
    let Some(folder) = place.strip_suffix("/*") else { return false };
    let plain = !folder.is_empty() && folder.bytes().all(|byte| byte.is_ascii_lowercase());
    plain && function.text.contains(&format!("\"{folder}/"))
}

/// Whoever says `*` must be on the list, in any policy of any resource.
fn stars(found: &mut Findings, view: &View<'_>) {
    for one in view.resources() {
        let mut documents = vec![one.at("/PolicyDocument"), one.at("/KeyPolicy")];
        documents.extend(one.list("/Policies").iter().map(|policy| &policy["PolicyDocument"]));
        for grant in documents.into_iter().flat_map(grants) {
            let place = grant.resource.rsplit_once('/').map_or("", |(place, _)| place);
            let star = grant.resource.contains('*')
                && !(grant.resource.ends_with("/*") && !place.contains('*') && place.contains('$'));
            let star = star || grant.action.contains('*');
            let may = MAY_SAY_STAR.contains(&(one.name, grant.action.as_str()));
            let said = format!("{}: {} on {}", one.name, grant.action, grant.resource);
            expect(found, may || !star, said);
        }
    }
    for role in view.all("AWS::IAM::Role") {
        let trusts = role.at("/AssumeRolePolicyDocument/Statement");
        let lambda_alone = many(trusts).iter().all(|trust| {
            trust["Principal"] == serde_json::json!({ "Service": "lambda.amazonaws.com" })
        });
        expect(found, lambda_alone, format!("{} can be taken by others than Lambda", role.name));
    }
}

/// Nobody may ring a function without saying which of ours it is.
fn rings(found: &mut Findings, view: &View<'_>) {
    for permission in view.all("AWS::Lambda::Permission") {
        let (from, account) = (permission.get("/SourceArn"), permission.get("/SourceAccount"));
        // An ARN of a service holds its account, unless it is a bucket's.
        let ours = from.contains("${AWS::AccountId}") || from.ends_with(".Arn}");
        let ours = ours || account == "${AWS::AccountId}";
        let said = format!("{} lets anybody's {}", permission.name, permission.get("/Principal"));
        expect(found, !from.is_empty() && ours, said);
    }
    for program in ["bellhop-api", "bellhop-slack", "bellhop-discord", "bellhop-mail"] {
        let Some(function) = view.function_of(program) else { continue };
        let rung = view.all("AWS::Lambda::Permission");
        let rung = rung.iter().any(|one| owner(&one.get("/FunctionName")) == function.name);
        expect(found, rung, format!("nobody may ring {program}"));
    }
}
