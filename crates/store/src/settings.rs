//! The configuration: immutable versions, one pointer, read again every half minute.

use std::convert::Infallible;
use std::sync::Arc;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use desk::PersonId;
use desk::access::Who;
use desk::config::{Config, Member};
use desk::rule::versioned;
use jiff::{SignedDuration, Timestamp};

use crate::audit::Did;
use crate::error::Error;
use crate::item::{self, n, s};
use crate::{Store, key};

/// How long a configuration is used before the pointer is read again.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(30);
/// How often a lost race is run again.
const TRIES: usize = 8;

/// A configuration as it once was.
#[derive(Clone, Debug)]
pub struct Version {
    /// What it said.
    pub config: Config,
    /// Since when, by the desk's clock; unknown of the built-in defaults and of early versions.
    pub at: Option<Timestamp>,
    /// Who made it; unknown of the built-in defaults, of early versions and of the command line.
    pub by: Option<PersonId>,
}

/// A configuration and when it was read, by the machine's clock.
#[derive(Clone)]
pub(crate) struct Read {
    config: Arc<Config>,
    at: Timestamp,
}

impl Store {
    /// The configuration in force, at most half a minute old.
    pub async fn config(&self) -> Result<Arc<Config>, Error> {
        let wall = self.wall();
        let known = self.settings.read().ok().and_then(|read| read.clone());
        if let Some(read) = known.filter(|read| read.at.duration_until(wall) < FRESH_FOR) {
            return Ok(read.config);
        }
        let config = Arc::new(self.read_config().await?);
        self.remember(config.clone(), wall);
        Ok(config)
    }

    /// Changes the configuration, and puts on record who did: `edit` is given the one in force and answers the next, or why not.
    /// Losing a race means editing again.
    pub async fn configure<E>(
        &self,
        by: Option<&Who>,
        edit: impl Fn(&Config) -> Result<Config, E>,
    ) -> Result<Result<Arc<Config>, E>, Error> {
        for _ in 0..TRIES {
            let current = self.read_config().await?;
            let counted =
                |next: Config| Config { rules: versioned(&current.rules, next.rules), ..next };
            let next = match edit(&current).map(counted) {
                Ok(next) if next == current => return Ok(Ok(Arc::new(current))),
                Ok(next) => Config { version: current.version + 1, ..next },
                Err(refusal) => return Ok(Err(refusal)),
            };
            if self.put_config(by, &current, &next).await? {
                let next = Arc::new(next);
                self.remember(next.clone(), self.wall());
                return Ok(Ok(next));
            }
        }
        Err(Error::Busy)
    }

    /// Gives a person a role: a new member, or one who now is something else.
    pub async fn grant(&self, by: Option<&Who>, member: &Member) -> Result<Arc<Config>, Error> {
        let granted = self.configure(by, |config| {
            let mut config = config.clone();
            match config.members.iter_mut().find(|known| known.id == member.id) {
                Some(known) => (known.role, known.from_guild) = (member.role, member.from_guild),
                None => config.members.push(member.clone()),
            }
            Ok::<Config, Infallible>(config)
        });
        match granted.await? {
            Ok(config) => Ok(config),
            Err(never) => match never {},
        }
    }

    /// A version of the configuration, 0 being the built-in defaults.
    pub async fn config_version(&self, version: u64) -> Result<Option<Version>, Error> {
        if version == 0 {
            return Ok(Some(Version { config: (*self.defaults).clone(), at: None, by: None }));
        }
        let Some(document) = self.get(key::config(version), true).await? else { return Ok(None) };
        let at = item::text(&document, "at").and_then(|at| at.parse().ok());
        let by = item::text(&document, "by").map(PersonId::from);
        Ok(Some(Version { config: item::data(&document)?, at, by }))
    }

    pub(crate) fn remember(&self, config: Arc<Config>, at: Timestamp) {
        // A read that began before a change may end after it: what is older is not remembered.
        let known = |read: &Read| read.config.version > config.version;
        if let Ok(mut settings) = self.settings.write()
            && !settings.as_ref().is_some_and(known)
        {
            *settings = Some(Read { config, at });
        }
    }

    async fn read_config(&self) -> Result<Config, Error> {
        let Some(pointer) = self.get(key::current_config(), true).await? else {
            return Ok((*self.defaults).clone());
        };
        let version: u64 = item::number(&pointer, "version")
            .ok_or_else(|| Error::damaged("the configuration's pointer", "no version"))?;
        let document = self.get(key::config(version), true).await?;
        let document = document
            .ok_or_else(|| Error::damaged(format!("configuration {version}"), "missing"))?;
        item::data(&document)
    }

    /// Writes the next version and moves the pointer; false where somebody else was faster.
    async fn put_config(
        &self,
        by: Option<&Who>,
        current: &Config,
        next: &Config,
    ) -> Result<bool, Error> {
        let mut document = key::config(next.version).with(next)?;
        document.insert("at".into(), s(self.now().to_string()));
        if let Some(by) = by {
            document.insert("by".into(), s(by.id.as_str()));
        }
        let document = self.put_new(document)?;
        let mut pointer = key::current_config().attributes();
        pointer.insert("version".into(), n(next.version));
        let pointer = Put::builder()
            .table_name(&self.table)
            .set_item(Some(pointer))
            .condition_expression("attribute_not_exists(pk) OR version = :current")
            .expression_attribute_values(":current", n(current.version))
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        let pointer = TransactWriteItem::builder().put(pointer).build();
        let act = self.act(by, Did::Configured { version: next.version })?;
        let mut items = vec![document, pointer, self.put(act)?];
        items.extend(self.rearming_after(current, next)?);
        self.written_first(items).await
    }
}
