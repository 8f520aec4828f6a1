//! What somebody has filled in so far of a form that takes more than one modal, or chose of a message:
//! kept for a day among what is incoming, and read by nobody else.

use std::collections::BTreeSet;

use desk::answer::Given;
use desk::file::File;
use desk::{FieldId, FormId};
use serde::{Deserialize, Serialize};
use store::Error;

use crate::Discord;

/// A ticket that is being written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// Whose: their account's number.
    pub user: String,
    /// The form.
    pub form: Option<FormId>,
    /// Its title so far.
    pub title: String,
    /// What it is about so far.
    pub description: String,
    /// Files so far.
    pub files: Vec<File>,
    /// Answers so far.
    pub fields: Given,
    /// Fields that were asked, answered or not.
    pub asked: BTreeSet<FieldId>,
}

impl Discord {
    /// Keeps a draft, and answers what it goes by.
    pub(crate) async fn keep_draft(&self, draft: &Draft) -> Result<String, Error> {
        let id = self.store.fresh_id();
        let damaged = |cause: serde_json::Error| {
            let what = "a draft".into();
            Error::Damaged { what, cause: cause.to_string() }
        };
        let bytes = serde_json::to_vec(draft).map_err(damaged)?;
        self.store.put_blob(&place(&id), bytes, "application/json").await?;
        Ok(id)
    }

    /// A draft of this person's. None where it is too old, or somebody else's.
    pub(crate) async fn draft(&self, id: &str, user: &str) -> Result<Option<Draft>, Error> {
        let is_id = id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_id || id.is_empty() {
            return Ok(None);
        }
        let Some(bytes) = self.store.blob(&place(id)).await? else { return Ok(None) };
        let draft: Option<Draft> = serde_json::from_slice(&bytes).ok();
        Ok(draft.filter(|draft| draft.user == user))
    }
}

fn place(id: &str) -> String {
    format!("{}discord-{id}", store::upload::INCOMING)
}
