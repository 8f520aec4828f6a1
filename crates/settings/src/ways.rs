//! A queue's own ways as people write them: `labels.in_progress.requesters = "In the kitchen"`,
//! `forbidden = ["in_progress -> on_hold"]`.

use desk::Status;
use desk::ways::{Labels, Move, Ways};
use serde_json::{Map, Value, json};

use crate::form_export::inline;
use crate::policy::one_of;
use crate::table::Table;
use crate::wrong::Wrong;

/// The fields of a queue that say them.
pub const FIELDS: &[&str] = &["labels", "forbidden"];
const LABELS: &[&str] = &["agents", "requesters"];
/// The longest label, in characters.
const LABEL_AT_MOST: usize = 40;

/// Reads them out of fields that were given: what is not given stays.
pub fn edit(before: &Ways, given: &Map<String, Value>) -> Result<Ways, Wrong> {
    let value = Value::Object(given.clone());
    let table = Table::of(&value, "", FIELDS)?;
    let read = of_table(&table)?;
    Ok(Ways {
        labels: if given.contains_key("labels") { read.labels } else { before.labels.clone() },
        forbidden: match given.contains_key("forbidden") {
            true => read.forbidden,
            false => before.forbidden.clone(),
        },
    })
}

pub(crate) fn of_table(table: &Table<'_>) -> Result<Ways, Wrong> {
    let statuses = table.entries("labels", |word| one_of(word, Status::ALL))?;
    let labels = statuses.into_iter().map(|(status, path, value)| {
        let given = Table::of(value, &path, LABELS)?;
        let text = |name: &str| given.text(name, LABEL_AT_MOST);
        Ok((status, Labels { agents: text("agents")?, requesters: text("requesters")? }))
    });
    let mut labels = labels.collect::<Result<std::collections::BTreeMap<_, _>, Wrong>>()?;
    labels.retain(|_, labels| *labels != Labels::default());
    let forbidden = table.read_all("forbidden", read_move)?;
    Ok(Ways { labels, forbidden: forbidden.into_iter().collect() })
}

fn read_move(text: &str) -> Result<Move, String> {
    let wrong = || format!("{text:?} is no move such as in_progress -> on_hold");
    let (from, to) = text.split_once("->").ok_or_else(wrong)?;
    let (from, to) = (one_of(from.trim(), Status::ALL)?, one_of(to.trim(), Status::ALL)?);
    if !from.may_become(to) {
        return Err(format!("no ticket ever goes from {from} to {to}; leave it out"));
    }
    Ok((from, to))
}

/// Writes what statuses are called.
pub fn show_labels(ways: &Ways) -> Value {
    let shown = ways.labels.iter().map(|(status, labels)| (status.to_string(), json!(labels)));
    Value::Object(shown.collect())
}

/// Writes the moves that are forbidden.
pub fn show_forbidden(ways: &Ways) -> Vec<String> {
    ways.forbidden.iter().map(|(from, to)| format!("{from} -> {to}")).collect()
}

/// Both as lines of a file, those that say something.
pub(crate) fn lines(ways: &Ways) -> Vec<(&'static str, String)> {
    let labels = (!ways.labels.is_empty()).then(|| ("labels", inline(&show_labels(ways))));
    let forbidden =
        (!ways.forbidden.is_empty()).then(|| ("forbidden", inline(&json!(show_forbidden(ways)))));
    labels.into_iter().chain(forbidden).collect()
}

/// Both as words, for whoever compares them.
pub(crate) fn rows(ways: &Ways) -> Vec<(String, String)> {
    let labels = ways.labels.iter().flat_map(|(status, labels)| {
        let Labels { agents, requesters } = labels;
        [("agents", agents), ("requesters", requesters)].map(|(name, label)| {
            (format!("labels.{status}.{name}"), label.clone().unwrap_or_default())
        })
    });
    labels.chain([("forbidden".to_owned(), show_forbidden(ways).join(", "))]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_mistakes_have_a_place() {
        let given = |value: Value| match value {
            Value::Object(map) => edit(&Ways::default(), &map),
            _ => panic!("fields"),
        };
        let ways = given(json!({
            "labels": { "new": { "agents": "Fresh" }, "closed": { "requesters": "Done", "agents": "Shut" } },
            "forbidden": ["in_progress->on_hold", " resolved -> in_progress "],
        }))
        .unwrap();
        assert_eq!(show_forbidden(&ways), ["in_progress -> on_hold", "resolved -> in_progress"]);
        let again = json!({ "labels": show_labels(&ways), "forbidden": show_forbidden(&ways) });
        assert_eq!(given(again), Ok(ways.clone()));
        let map = Map::from_iter([("forbidden".to_owned(), json!([]))]);
        let edited = edit(&ways, &map).unwrap();
        assert!(edited.forbidden.is_empty() && edited.labels == ways.labels);
        for (value, path) in [
            (json!({ "labels": { "cooking": {} } }), "labels.cooking"),
            (json!({ "labels": { "new": { "all": "x" } } }), "labels.new.all"),
            (json!({ "labels": { "new": { "agents": "x".repeat(41) } } }), "labels.new.agents"),
            (json!({ "forbidden": ["in_progress"] }), "forbidden[0]"),
            (json!({ "forbidden": ["new -> cooking"] }), "forbidden[0]"),
            (json!({ "forbidden": ["closed -> new"] }), "forbidden[0]"),
            (json!({ "forbidden": "new -> closed" }), "forbidden"),
        ] {
            assert_eq!(given(value).unwrap_err().path, path);
        }
    }
}
