//! API tokens. Only their hash is kept.

use desk::PersonId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::item;
use crate::{Store, key};

/// A token, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its hash, which is also its id.
    pub id: String,
    /// Whose it is.
    pub person: PersonId,
    /// When it was made.
    pub made_at: Timestamp,
}

/// The name a token is kept under.
pub fn token_id(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

impl Store {
    /// Makes a token known.
    pub async fn add_token(&self, secret: &str, person: &PersonId) -> Result<(), Error> {
        let id = token_id(secret);
        let token = Token { id: id.clone(), person: person.clone(), made_at: self.now() };
        self.db
            .put_item()
            .table_name(&self.table)
            .set_item(Some(key::token(&id).with(&token)?))
            .send()
            .await
            .map_err(|e| Error::from_sdk("keep a token", e))?;
        Ok(())
    }

    /// Whose token this is.
    pub async fn token(&self, secret: &str) -> Result<Option<Token>, Error> {
        let item = self.get(key::token(&token_id(secret)), true).await?;
        item.map(|item| item::data(&item)).transpose()
    }
}
