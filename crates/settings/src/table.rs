//! Reading fields one by one. Each complaint names the place, and a field nobody knows is one: what
//! is misspelt would otherwise be lost without a word.

use desk::person::normal_address;
use serde_json::{Map, Value};

use crate::wrong::Wrong;

/// Fields with names, and where they stand.
pub(crate) struct Table<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Table<'a> {
    /// The fields of this value, all of which must be known ones.
    pub fn of(value: &'a Value, path: &str, known: &[&str]) -> Result<Table<'a>, Wrong> {
        let Value::Object(map) = value else {
            return Err(Wrong::at(path, "it must have fields of its own"));
        };
        let table = Table { path: path.to_owned(), map };
        match map.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(table),
            Some(name) => {
                let message = format!("there is no such field; there are {}", known.join(", "));
                Err(Wrong::at(table.at(name), message))
            }
        }
    }

    /// Where a field stands.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A complaint about a field.
    pub fn wrong(&self, name: &str, message: impl Into<String>) -> Wrong {
        Wrong::at(self.at(name), message)
    }

    /// A value, unless absent or null.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A text, trimmed; absent and empty are none.
    pub fn text(&self, name: &str, at_most: usize) -> Result<Option<String>, Wrong> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = words(value, &self.at(name), at_most)?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Whether something is on; absent is off.
    pub fn flag(&self, name: &str) -> Result<bool, Wrong> {
        let Some(value) = self.get(name) else { return Ok(false) };
        value.as_bool().ok_or_else(|| self.wrong(name, "it is true or false"))
    }

    /// A text that must be there.
    pub fn needed(&self, name: &str, at_most: usize) -> Result<String, Wrong> {
        self.text(name, at_most)?.ok_or_else(|| self.wrong(name, "it is needed"))
    }

    /// A text that means something.
    pub fn read<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Wrong> {
        let Some(text) = self.text(name, 300)? else { return Ok(None) };
        read(&text).map(Some).map_err(|message| self.wrong(name, message))
    }

    /// A list, and where each of its items stands; absent is empty.
    pub fn list(&self, name: &str) -> Result<Vec<(String, &'a Value)>, Wrong> {
        let path = self.at(name);
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let numbered = items.iter().enumerate();
                Ok(numbered.map(|(n, item)| (format!("{path}[{n}]"), item)).collect())
            }
            Some(_) => Err(Wrong::at(path, "it must be a list")),
        }
    }

    /// A list of texts that mean something.
    pub fn read_all<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, Wrong> {
        let items = self.list(name)?.into_iter().map(|(path, item)| {
            read(&words(item, &path, 300)?).map_err(|message| Wrong::at(path, message))
        });
        items.collect()
    }

    /// A list of tables with these fields.
    pub fn tables(&self, name: &str, known: &[&str]) -> Result<Vec<Table<'a>>, Wrong> {
        let items = self.list(name)?.into_iter();
        items.map(|(path, item)| Table::of(item, &path, known)).collect()
    }

    /// A table inside, with these fields.
    pub fn table(&self, name: &str, known: &[&str]) -> Result<Option<Table<'a>>, Wrong> {
        self.get(name).map(|value| Table::of(value, &self.at(name), known)).transpose()
    }

    /// A table inside whose names mean something themselves.
    pub fn entries<K>(
        &self,
        name: &str,
        key: impl Fn(&str) -> Result<K, String>,
    ) -> Result<Vec<(K, String, &'a Value)>, Wrong> {
        let path = self.at(name);
        let map = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Object(map)) => map,
            Some(_) => return Err(Wrong::at(path, "it must have fields of its own")),
        };
        let given = map.iter().filter(|(_, value)| !value.is_null());
        let read = given.map(|(name, value)| {
            let path = format!("{path}.{name}");
            let key = key(name).map_err(|message| Wrong::at(path.clone(), message))?;
            Ok((key, path, value))
        });
        read.collect()
    }
}

/// A text of at most so many characters, trimmed.
pub(crate) fn words(value: &Value, path: &str, at_most: usize) -> Result<String, Wrong> {
    let text = value.as_str().ok_or_else(|| Wrong::at(path, "it must be a text"))?.trim();
    if text.chars().count() > at_most {
        return Err(Wrong::at(path, format!("at most {at_most} characters")));
    }
    if text.contains('\0') {
        return Err(Wrong::at(path, "it must not contain NUL"));
    }
    Ok(text.to_owned())
}

/// A mail address as it is compared.
pub(crate) fn address(text: &str) -> Result<String, String> {
    normal_address(text).ok_or_else(|| format!("{text:?} is no mail address"))
}
