//! What the desk keeps: the table as the store makes it, and the bucket. Both outlive mistakes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Findings, expect};
use crate::sources::Sources;
use crate::view::{Resource, View, many, plain};

pub fn judge(view: &View<'_>, sources: &Sources) -> Findings {
    let mut found = Findings::new();
    match view.all("AWS::DynamoDB::Table")[..] {
        [table] => judge_table(&mut found, table, sources),
        _ => found.push("there is not one table".into()),
    }
    match view.all("AWS::S3::Bucket")[..] {
        [bucket] => judge_bucket(&mut found, view, bucket),
        _ => found.push("there is not one bucket".into()),
    }
    found
}

fn judge_table(found: &mut Findings, table: Resource<'_>, sources: &Sources) {
    let wanted = [
        ("/BillingMode", json!("PAY_PER_REQUEST")),
        ("/DeletionProtectionEnabled", json!(true)),
        ("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", json!(true)),
        ("/SSESpecification/SSEEnabled", json!(true)),
        ("/StreamSpecification/StreamViewType", json!("NEW_AND_OLD_IMAGES")),
        ("/TimeToLiveSpecification/AttributeName", json!(sources.expiry)),
        ("/TimeToLiveSpecification/Enabled", json!(true)),
        ("/KeySchema", keys("")),
    ];
    properties(found, table, &wanted);
    retained(found, table);
    let indexes = table.list("/GlobalSecondaryIndexes");
    let names = indexes.iter().map(|index| plain(&index["IndexName"]));
    let names: BTreeSet<String> = names.collect();
    let same = names == sources.indexes && indexes.len() == names.len();
    expect(found, same, format!("the indexes are {names:?}, not {:?}", sources.indexes));
    for index in indexes {
        let name = plain(&index["IndexName"]);
        let keyed = index["KeySchema"] == keys(&format!("{name}_"));
        expect(found, keyed, format!("the index {name} has other keys"));
        let narrow = index["Projection"]["ProjectionType"] == "KEYS_ONLY";
        expect(found, narrow, format!("the index {name} holds more than keys"));
    }
    let texts = table.list("/AttributeDefinitions").iter().all(|key| key["AttributeType"] == "S");
    expect(found, texts, "a key of the table is no text");
}

fn keys(prefix: &str) -> Value {
    json!([
        { "AttributeName": format!("{prefix}pk"), "KeyType": "HASH" },
        { "AttributeName": format!("{prefix}sk"), "KeyType": "RANGE" },
    ])
}

fn judge_bucket(found: &mut Findings, view: &View<'_>, bucket: Resource<'_>) {
    let closed = "/PublicAccessBlockConfiguration";
    let encryption = "/BucketEncryption/ServerSideEncryptionConfiguration/0";
    let algorithm = format!("{encryption}/ServerSideEncryptionByDefault/SSEAlgorithm");
    let wanted = [
        (&*format!("{closed}/BlockPublicAcls"), json!(true)),
        (&*format!("{closed}/BlockPublicPolicy"), json!(true)),
        (&*format!("{closed}/IgnorePublicAcls"), json!(true)),
        (&*format!("{closed}/RestrictPublicBuckets"), json!(true)),
        (&*algorithm, json!("AES256")),
        ("/VersioningConfiguration/Status", json!("Enabled")),
        ("/OwnershipControls/Rules/0/ObjectOwnership", json!("BucketOwnerEnforced")),
    ];
    properties(found, bucket, &wanted);
    retained(found, bucket);
    let rules = bucket.list("/LifecycleConfiguration/Rules");
    let rule = |name: &str| rules.iter().any(|r| r["Status"] == "Enabled" && !r[name].is_null());
    for name in ["NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"] {
        expect(found, rule(name), format!("the bucket has no rule {name}"));
    }
    let enabled = rules.iter().filter(|rule| rule["Status"] == "Enabled");
    let forgetful = enabled.filter(|rule| !rule["ExpirationInDays"].is_null());
    let forgotten: Vec<&Value> = forgetful.map(|rule| &rule["Prefix"]).collect();
    let incoming = json!("incoming/");
    let forgets = forgotten.iter().any(|prefix| **prefix != incoming);
    expect(found, !forgets, "the bucket forgets what is still in use");
    expect(found, forgotten.contains(&&incoming), "the bucket keeps what nobody used");
    let policies = view.all("AWS::S3::BucketPolicy");
    let own =
        policies.iter().filter(|policy| policy.get("/Bucket") == format!("${{{}}}", bucket.name));
    let statements = own.flat_map(|policy| policy.list("/PolicyDocument/Statement"));
    let refuses = statements.into_iter().any(|statement| refuses_plain(statement, bucket));
    expect(found, refuses, "the bucket talks without TLS");
}

fn refuses_plain(statement: &Value, bucket: Resource<'_>) -> bool {
    let places: BTreeSet<String> = many(&statement["Resource"]).into_iter().map(plain).collect();
    let whole = format!("${{{}.Arn}}", bucket.name);
    statement["Effect"] == "Deny"
        && statement["Principal"] == "*"
        && statement["Action"] == "s3:*"
        && places == BTreeSet::from([whole.clone(), format!("{whole}/*")])
        && statement["Condition"] == json!({ "Bool": { "aws:SecureTransport": "false" } })
}

fn properties(found: &mut Findings, one: Resource<'_>, wanted: &[(&str, Value)]) {
    for (path, value) in wanted {
        let is = one.at(path);
        expect(found, is == value, format!("{}{path} is {is}, not {value}", one.name));
    }
}

fn retained(found: &mut Findings, one: Resource<'_>) {
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        let kept = one.whole[policy] == "Retain";
        expect(found, kept, format!("{} has no {policy}: Retain", one.name));
    }
}
