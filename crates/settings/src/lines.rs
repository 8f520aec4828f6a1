//! A TOML text as values, and the line each of them stands in.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::wrong::Wrong;

/// Where each value of a text stands.
pub(crate) struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// A complaint with its line: that of the field, or of what it would be in.
    pub fn find(&self, wrong: Wrong) -> Wrong {
        let mut path = wrong.path.as_str();
        loop {
            if let Some(line) = self.0.get(path) {
                return Wrong { line: Some(*line), ..wrong };
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = path.get(..end).unwrap_or_default(),
                None => return wrong,
            }
        }
    }
}

/// Reads a text.
pub(crate) fn read(text: &str) -> Result<(Value, Lines), Wrong> {
    let table = DeTable::parse(text).map_err(|error| Wrong {
        path: String::new(),
        message: format!("this is no TOML: {}", error.message()),
        line: error.span().map(|span| line(text, span.start)),
    })?;
    let mut reading = Reading { text, lines: BTreeMap::new() };
    let map = reading.table(table.get_ref(), "");
    Ok((Value::Object(map), Lines(reading.lines)))
}

fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

struct Reading<'a> {
    text: &'a str,
    lines: BTreeMap<String, usize>,
}

impl Reading<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &str) -> Map<String, Value> {
        let mut map = Map::new();
        for (name, value) in table {
            let name_text: &str = name.get_ref();
            let inside =
                if path.is_empty() { name_text.to_owned() } else { format!("{path}.{name_text}") };
            self.lines.insert(inside.clone(), line(self.text, name.span().start));
            map.insert(name_text.to_owned(), self.value(value, &inside));
        }
        map
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: &str) -> Value {
        match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => {
                let digits = number.to_string();
                digits.parse::<i64>().map_or(Value::String(digits), Value::from)
            }
            DeValue::Float(number) => Value::String(number.to_string()),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Datetime(moment) => Value::String(moment.to_string()),
            DeValue::Array(items) => {
                let mut values = Vec::new();
                for (n, item) in items.iter().enumerate() {
                    let inside = format!("{path}[{n}]");
                    self.lines.insert(inside.clone(), line(self.text, item.span().start));
                    values.push(self.value(item, &inside));
                }
                Value::Array(values)
            }
            DeValue::Table(table) => Value::Object(self.table(table, path)),
        }
    }
}
