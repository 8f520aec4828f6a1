//! How mail comes in: safe in the bucket first, then announced; by our own rule alone.

use serde_json::{Value, json};

use super::{Findings, expect};
use crate::view::{Resource, View, many, owner, plain};

/// Where mail lies until it is taken in.
const INBOX: &str = "inbox/";

pub fn judge(view: &View<'_>) -> Findings {
    let mut found = Findings::new();
    let [rule] = view.all("AWS::SES::ReceiptRule")[..] else {
        return vec!["there is not one receipt rule".into()];
    };
    let set = view.named(&owner(&rule.get("/RuleSetName")), "AWS::SES::ReceiptRuleSet");
    let Some(set) = set else { return vec!["the receipt rule is in no rule set".into()] };
    let arn = format!(
        "arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:receipt-rule-set/{}:receipt-rule/{}",
        set.get("/RuleSetName"),
        rule.get("/Rule/Name"),
    );
    expect(&mut found, *rule.at("/Rule/Enabled") == json!(true), "the receipt rule is off");
    let ours = rule.list("/Rule/Recipients").into_iter().map(plain).collect::<Vec<_>>();
    expect(&mut found, ours == ["${Domain}"], format!("the receipt rule is for {ours:?}"));
    actions(&mut found, view, rule);
    may_put(&mut found, view, rule, &arn);
    may_ring(&mut found, view, rule, &arn);
    found
}

/// The object is there before anybody is told of it, and nobody waits for the telling.
fn actions(found: &mut Findings, view: &View<'_>, rule: Resource<'_>) {
    let actions = rule.list("/Rule/Actions");
    let [keep, ring] = actions[..] else {
        return found.push(format!("the receipt rule has {} actions", actions.len()));
    };
    let keeps = plain(&keep["S3Action"]["BucketName"]) == "${Bucket}"
        && keep["S3Action"]["ObjectKeyPrefix"] == INBOX;
    expect(found, keeps, "the receipt rule does not begin by keeping the mail in the inbox");
    let mail = view.function_of("bellhop-mail").map(|one| format!("${{{}.Arn}}", one.name));
    let rings = Some(plain(&ring["LambdaAction"]["FunctionArn"])) == mail
        && ring["LambdaAction"]["InvocationType"] == "Event";
    expect(found, rings, "the receipt rule does not end by ringing mail");
}

fn may_put(found: &mut Findings, view: &View<'_>, rule: Resource<'_>, arn: &str) {
    let lets = |policy: &&Resource<'_>| {
        policy.list("/PolicyDocument/Statement").into_iter().any(|s| lets_ses_in(s, arn))
    };
    let policies = view.all("AWS::S3::BucketPolicy");
    let Some(policy) = policies.iter().find(lets) else {
        return found.push("SES may not put into the inbox, or not only our rule may".into());
    };
    let waits = rule.waits_for().iter().any(|name| name == policy.name);
    expect(found, waits, "the receipt rule does not wait for the bucket's policy");
    let allows = policy.list("/PolicyDocument/Statement");
    let allows = allows.iter().filter(|statement| statement["Effect"] != "Deny").count();
    expect(found, allows == 1, "the bucket's policy lets others in than SES");
}

fn lets_ses_in(statement: &Value, arn: &str) -> bool {
    let condition = &statement["Condition"]["StringEquals"];
    let places: Vec<String> = many(&statement["Resource"]).into_iter().map(plain).collect();
    statement["Effect"] == "Allow"
        && statement["Principal"] == json!({ "Service": "ses.amazonaws.com" })
        && statement["Action"] == "s3:PutObject"
        && places == [format!("${{Bucket.Arn}}/{INBOX}*")]
        && plain(&condition["aws:SourceAccount"]) == "${AWS::AccountId}"
        && plain(&condition["aws:SourceArn"]) == arn
}

fn may_ring(found: &mut Findings, view: &View<'_>, rule: Resource<'_>, arn: &str) {
    let permissions = view.all("AWS::Lambda::Permission");
    let by_ses = |one: &&Resource<'_>| one.get("/Principal") == "ses.amazonaws.com";
    let Some(permission) = permissions.iter().find(by_ses) else {
        return found.push("SES may not ring mail".into());
    };
    let ours = permission.get("/SourceAccount") == "${AWS::AccountId}"
        && permission.get("/SourceArn") == arn;
    expect(found, ours, "anybody's receipt rule may ring mail");
    let waits = rule.waits_for().iter().any(|name| name == permission.name);
    expect(found, waits, "the receipt rule does not wait for the permission to ring mail");
}
