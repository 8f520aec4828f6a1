//! Which mails an event is about. Only what names the object is read: the rest of a record repeats
//! a stranger's mail and may lack anything.

use aws_lambda_events::event::s3::S3Object;
use aws_lambda_events::event::ses::SimpleEmailReceiptAction;
use serde::Deserialize;
use serde_json::Value;

use crate::{Error, INBOX};

/// Whether an EventBridge schedule rings: time to sweep.
pub(crate) fn is_schedule(event: &Value) -> bool {
    event.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event")
}

/// The keys of an event's mails; a record that cannot be read leaves the others readable.
pub(crate) fn keys(event: &Value) -> Result<Vec<Result<String, Error>>, Error> {
    if event.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    let records = event.get("Records").and_then(Value::as_array).ok_or(Error::NotAnEvent)?;
    Ok(records.iter().filter_map(|record| key(record).transpose()).collect())
}

fn key(record: &Value) -> Result<Option<String>, Error> {
    match record.get("eventSource").and_then(Value::as_str) {
        Some("aws:ses") => from_ses(record).map(Some).ok_or(Error::NoKey),
        Some("aws:s3") => from_s3(record),
        Some(_) | None => Err(Error::NotAnEvent),
    }
}

/// The S3 action names its object; a function invoked beside it knows the object by SES's id of
/// the mail.
fn from_ses(record: &Value) -> Option<String> {
    let action: Option<SimpleEmailReceiptAction> = part(record, "/ses/receipt/action");
    let message_id = || part::<String>(record, "/ses/mail/messageId");
    action
        .and_then(|action| action.object_key)
        .or_else(|| message_id().map(|id| format!("{INBOX}{id}")))
}

/// None for an object that was not put, or not into the inbox: we put others ourselves.
fn from_s3(record: &Value) -> Result<Option<String>, Error> {
    let name: String = part(record, "/eventName").ok_or(Error::NotAnEvent)?;
    let object: S3Object = part(record, "/s3/object").ok_or(Error::NoKey)?;
    let key = object.url_decoded_key.or(object.key).ok_or(Error::NoKey)?;
    let put = name.trim_start_matches("s3:").starts_with("ObjectCreated:");
    Ok(Some(key).filter(|key| put && key.starts_with(INBOX)))
}

fn part<'a, T: Deserialize<'a>>(record: &'a Value, path: &str) -> Option<T> {
    record.pointer(path).and_then(|value| T::deserialize(value).ok())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn shown(event: &Value) -> Result<Vec<String>, String> {
        let keys = keys(event).map_err(|error| format!("{error:?}"))?;
        Ok(keys.into_iter().map(|key| key.unwrap_or_else(|error| format!("{error:?}"))).collect())
    }

    fn s3(name: &str, key: &str) -> Value {
        json!({ "eventSource": "aws:s3", "eventName": name, "s3": { "object": { "key": key } } })
    }

    fn ses(action: Value, id: &str) -> Value {
        let ses = json!({ "receipt": { "action": action }, "mail": { "messageId": id } });
        json!({ "eventSource": "aws:ses", "ses": ses })
    }

    #[test]
    fn each_record_names_its_mail() {
        let rows = [
            (ses(json!({ "type": "S3", "objectKey": "inbox/k1" }), "m1"), vec!["inbox/k1"]),
            (ses(json!({ "type": "Lambda" }), "m1"), vec!["inbox/m1"]),
            (json!({ "eventSource": "aws:ses", "ses": {} }), vec!["NoKey"]),
            (s3("ObjectCreated:Put", "inbox/2026-11-22/1-a"), vec!["inbox/2026-11-22/1-a"]),
            (s3("s3:ObjectCreated:Put", "inbox/a"), vec!["inbox/a"]),
            (s3("ObjectRemoved:Delete", "inbox/a"), vec![]),
            (s3("ObjectCreated:Put", "mail/a"), vec![]),
            (json!({ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put" }), vec!["NoKey"]),
            (json!({ "eventSource": "aws:sqs", "body": "" }), vec!["NotAnEvent"]),
            (json!(7), vec!["NotAnEvent"]),
        ];
        for (record, expected) in rows {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(shown(&json!({ "Records": [record] })), Ok(expected), "{record}");
        }
    }

    #[test]
    fn a_bad_record_leaves_the_others() {
        let event = json!({ "Records": [
            s3("ObjectCreated:Put", "inbox/a"), {}, ses(json!({}), "b"),
        ]});
        let expected = ["inbox/a", "NotAnEvent", "inbox/b"].map(str::to_owned);
        assert_eq!(shown(&event), Ok(expected.to_vec()));
    }

    #[test]
    fn other_shapes_are_no_event() {
        for event in [json!({}), json!([]), json!(null), json!({ "Records": "x" })] {
            assert_eq!(shown(&event), Err("NotAnEvent".to_owned()), "{event}");
        }
        let test = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b" });
        assert_eq!(shown(&test), Ok(vec![]));
    }

    #[test]
    fn our_own_sample_is_read() {
        let event = include_str!("../../../events/ses-receipt.json");
        let keys = shown(&serde_json::from_str(event).unwrap());
        assert_eq!(keys, Ok(vec!["inbox/o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1".to_owned()]));
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "whether to skip is asked of the environment")]
    fn samples_of_aws_are_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/aws-events/dev");
        if !Path::new(folder).exists() {
            let may_skip = std::env::var("BELLHOP_NO_SKIP").as_deref() != Ok("1");
            assert!(may_skip, "test data missing: {folder}");
            println!("SKIPPED samples_of_aws_are_read: no {folder}");
            return;
        }
        let error = |name: &str| Err(name.to_owned());
        let rows: [(&str, Result<Vec<String>, String>); 5] = [
            ("lambda-rust-runtime/example-ses-s3-event.json", Ok(vec!["email".into()])),
            ("lambda-rust-runtime/example-s3-event.json", Ok(vec![])),
            ("powertools-python/s3Event.json", Ok(vec![])),
            ("powertools-python/s3EventDeleteObject.json", Ok(vec![])),
            (
                "powertools-python/s3EventBridgeNotificationObjectCreatedEvent.json",
                error("NotAnEvent"),
            ),
        ];
        for (name, expected) in rows {
            let text = std::fs::read_to_string(Path::new(folder).join(name)).unwrap();
            assert_eq!(shown(&serde_json::from_str(&text).unwrap()), expected, "{name}");
        }
    }
}
