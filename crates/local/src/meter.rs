//! What passes between the SDK and the embedded DynamoDB, call by call, for whoever measures: bytes,
//! and the capacity AWS would bill. Off until it is started. Knows no table of the desk, and nothing of
//! calls that never reach the engine because a fault was injected.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dynoxide::DynoxideError;
use serde_json::Value;

use crate::wire::Call;

/// One call that reached the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// What was called, such as `TransactWriteItems`.
    pub operation: String,
    /// The request's body as the client sent it, JSON.
    pub request: Vec<u8>,
    /// The length of the answer's body, in bytes.
    pub answer_bytes: usize,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units, those of the indexes among them.
    pub write_units: f64,
    /// Whether the engine refused it. What a refused call costs it does not say.
    pub refused: bool,
}

/// The meter of one engine; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    passed: Arc<Mutex<Option<Vec<Passed>>>>,
}

impl Meter {
    /// From now on calls are kept; what was kept before is forgotten.
    pub fn start(&self) {
        *self.lock() = Some(Vec::new());
    }

    /// Stops, and answers what passed since the start, in the order it was answered.
    pub fn stop(&self) -> Vec<Passed> {
        self.lock().take().unwrap_or_default()
    }

    /// Runs a call. While the meter runs, the engine is asked for the capacity used, and the client
    /// gets the answer it would have got without that question.
    pub(crate) fn around(
        &self,
        mut call: Call,
        writes: bool,
        perform: impl FnOnce(&Call) -> Result<String, DynoxideError>,
    ) -> Result<String, DynoxideError> {
        if self.lock().is_none() || !METERED.contains(&call.operation.as_str()) {
            return perform(&call);
        }
        let request = call.body.clone();
        ask_for_capacity(&mut call);
        let (answer, units) = take_capacity(perform(&call));
        let (read_units, write_units) = if writes { (0.0, units) } else { (units, 0.0) };
        let passed = Passed {
            operation: call.operation,
            request,
            answer_bytes: answer.as_ref().map_or(0, String::len),
            read_units,
            write_units,
            refused: answer.is_err(),
        };
        if let Some(kept) = self.lock().as_mut() {
            kept.push(passed);
        }
        answer
    }

    /// A poisoned lock still holds whole calls.
    fn lock(&self) -> MutexGuard<'_, Option<Vec<Passed>>> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operations on items, which are billed.
const METERED: [&str; 10] = [
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
];

/// A body that is no JSON stays as it is: the engine says what is wrong with it.
fn ask_for_capacity(call: &mut Call) {
    let Ok(mut body) = serde_json::from_slice::<Value>(&call.body) else { return };
    if let Some(fields) = body.as_object_mut() {
        fields.insert("ReturnConsumedCapacity".into(), "TOTAL".into());
        call.body = body.to_string().into_bytes();
    }
}

/// Takes the capacity out of an answer: one report, or one a table.
fn take_capacity(answer: Result<String, DynoxideError>) -> (Result<String, DynoxideError>, f64) {
    let Ok(text) = &answer else { return (answer, 0.0) };
    let Ok(mut body) = serde_json::from_str::<Value>(text) else { return (answer, 0.0) };
    let report = body.as_object_mut().and_then(|fields| fields.remove("ConsumedCapacity"));
    let units = |report: &Value| report["CapacityUnits"].as_f64().unwrap_or(0.0);
    let used = match report {
        Some(Value::Array(tables)) => tables.iter().map(units).sum(),
        Some(report) => units(&report),
        None => 0.0,
    };
    (Ok(body.to_string()), used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(operation: &str, body: Value) -> Call {
        Call { operation: operation.into(), body: body.to_string().into_bytes() }
    }

    #[test]
    fn capacity_is_asked_for_and_taken_out_of_the_answer() {
        let meter = Meter::default();
        meter.start();
        let rows = [
            ("GetItem", false, json!({ "TableName": "t", "CapacityUnits": 0.5 }), (0.5, 0.0)),
            ("TransactWriteItems", true, json!([{ "CapacityUnits": 9.0 }]), (0.0, 9.0)),
        ];
        for (operation, writes, report, units) in rows {
            let asked = call(operation, json!({ "TableName": "t" }));
            let engine = |seen: &Call| {
                let body: Value = serde_json::from_slice(&seen.body).unwrap();
                assert_eq!(body["ReturnConsumedCapacity"], "TOTAL", "{operation}");
                Ok(json!({ "Item": {}, "ConsumedCapacity": report }).to_string())
            };
            let answer = meter.around(asked.clone(), writes, engine);
            assert_eq!(answer.unwrap(), r#"{"Item":{}}"#);
            let passed = meter.stop();
            meter.start();
            assert_eq!((passed[0].read_units, passed[0].write_units), units, "{operation}");
            assert_eq!((passed[0].request.as_slice(), passed[0].answer_bytes), (&*asked.body, 11));
        }
    }

    #[test]
    fn a_meter_that_is_off_touches_nothing_and_a_refusal_is_kept_as_one() {
        let meter = Meter::default();
        let asked = call("GetItem", json!({}));
        let seen = meter
            .around(asked.clone(), false, |seen| Ok(String::from_utf8(seen.body.clone()).unwrap()));
        assert_eq!(seen.unwrap(), "{}");
        assert_eq!(meter.stop(), []);
        meter.start();
        let no = |_: &Call| Err(DynoxideError::InternalServerError("no".into()));
        assert!(meter.around(asked, false, no).is_err());
        assert!(meter.around(call("CreateTable", json!({})), false, |_| Ok("".into())).is_ok());
        let passed = meter.stop();
        assert_eq!((passed.len(), passed[0].refused), (1, true));
    }
}
