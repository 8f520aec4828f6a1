//! Notes of other systems, as a call gives them: texts by name, null for what shall go.

use std::collections::BTreeMap;

use desk::metadata::{self, Metadata, Unfit};
use serde_json::Value;

use crate::body::Fields;
use crate::problem::Problem;

/// What a call says of notes.
pub(crate) enum Notes {
    /// None of them shall be left.
    Nothing,
    /// These are set, or removed.
    Those(BTreeMap<String, Option<String>>),
}

/// Notes as they are then.
pub(crate) fn edited_notes(before: &Metadata, given: &Notes) -> Result<Metadata, Unfit> {
    match given {
        Notes::Nothing => Ok(Metadata::new()),
        Notes::Those(given) => metadata::edited(before, given),
    }
}

impl Fields {
    /// What is said of notes; none where the field is absent.
    pub(crate) fn notes(&self, name: &str) -> Result<Option<Notes>, Problem> {
        let map = match self.get(name) {
            None if self.has(name) => return Ok(Some(Notes::Nothing)),
            None => return Ok(None),
            Some(Value::Object(map)) => map,
            Some(_) => return Err(Problem::field(name, "it must be an object of texts")),
        };
        let read = map.iter().map(|(key, value)| match value {
            Value::Null => Ok((key.clone(), None)),
            Value::String(text) => Ok((key.clone(), Some(text.clone()))),
            _ => Err(Problem::field(name, format!("{key} must be a text, or null to remove it"))),
        });
        read.collect::<Result<_, _>>().map(|map| Some(Notes::Those(map)))
    }

    /// Notes as they are after this call; none where it says nothing of them.
    pub(crate) fn metadata(
        &self,
        name: &str,
        before: &Metadata,
    ) -> Result<Option<Metadata>, Problem> {
        let Some(given) = self.notes(name)? else { return Ok(None) };
        let edited = edited_notes(before, &given);
        edited.map(Some).map_err(|unfit| Problem::field(name, unfit.to_string()))
    }
}
