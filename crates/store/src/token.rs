//! API tokens. Only their hash is kept.

use std::collections::BTreeSet;

use desk::PersonId;
use desk::access::{Scope, Who};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::audit::Did;
use crate::change::TRIES;
use crate::error::Error;
use crate::item::{self, s};
use crate::transaction::Lost;
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
    /// What it may be used for; empty is whatever its person may do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scopes: BTreeSet<Scope>,
}

/// The name a token is kept under.
pub fn token_id(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

impl Store {
    /// Makes a token known, on record as whoever made it.
    pub async fn add_token(
        &self,
        by: Option<&Who>,
        secret: &str,
        person: &PersonId,
        scopes: BTreeSet<Scope>,
    ) -> Result<(), Error> {
        let id = token_id(secret);
        let said = scopes.iter().map(ToString::to_string).collect();
        let act = self.act(by, Did::MadeToken { person: person.clone(), scopes: said })?;
        let token = Token { id: id.clone(), person: person.clone(), made_at: self.now(), scopes };
        let items = vec![
            self.put(key::token(&id).with(&token)?)?,
            self.put(key::token_of(person, &id).with(&token)?)?,
            self.put(act)?,
        ];
        self.written_down(items).await
    }

    /// A person's tokens.
    pub async fn tokens_of(&self, person: &PersonId) -> Result<Vec<Token>, Error> {
        let mark = key::token_of(person, "");
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :mark)")
            .expression_attribute_values(":pk", s(mark.pk))
            .expression_attribute_values(":mark", s(mark.sk))
            .send()
            .await
            .map_err(|e| Error::from_sdk("list tokens", e))?;
        answer.items().iter().map(item::data).collect()
    }

    /// Ends a token, on record as whoever ended it; within half a minute nobody is let in with it.
    pub async fn revoke(&self, by: Option<&Who>, token: &Token) -> Result<(), Error> {
        for attempt in 0..TRIES {
            let act = self.act(by, Did::RevokedToken { person: token.person.clone() })?;
            let items = vec![
                self.delete(key::token(&token.id))?,
                self.delete(key::token_of(&token.person, &token.id))?,
                self.put(act)?,
            ];
            match self.transact(items, &self.fresh_id()).await {
                Ok(()) => return Ok(()),
                Err(Lost::Race) if self.token_by_id(&token.id).await?.is_none() => return Ok(()),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Whose token this is.
    pub async fn token(&self, secret: &str) -> Result<Option<Token>, Error> {
        self.token_by_id(&token_id(secret)).await
    }

    /// A token by the hash it is kept under.
    pub async fn token_by_id(&self, id: &str) -> Result<Option<Token>, Error> {
        let item = self.get(key::token(id), true).await?;
        item.map(|item| item::data(&item)).transpose()
    }
}
