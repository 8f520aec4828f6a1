//! People and the names they go by.

use aws_sdk_dynamodb::types::TransactWriteItem;
use desk::PersonId;
use desk::person::{Identity, Person, name_from_address};
use desk::preferences::Preferences;

use crate::error::Error;
use crate::item::{self, s};
use crate::transaction::Lost;
use crate::{Store, key};

/// How often a lost race is run again.
const TRIES: usize = 8;

/// What a door knows of somebody.
#[derive(Clone, Debug)]
pub struct Introduction {
    /// The name they came by.
    pub identity: Identity,
    /// What they are called, if the door knows.
    pub name: Option<String>,
    /// Where mail reaches them, if the door knows and vouches for it.
    pub email: Option<String>,
    /// A number to call.
    pub phone: Option<String>,
}

impl Introduction {
    /// Somebody known by a mail address alone.
    pub fn by_email(address: &str, name: Option<String>) -> Introduction {
        let identity = Identity::Email(address.to_owned());
        Introduction { identity, name, email: Some(address.to_owned()), phone: None }
    }
}

impl Store {
    /// The person with this name.
    pub async fn find_person(&self, identity: &Identity) -> Result<Option<Person>, Error> {
        let item = self.get(key::identity(identity), true).await?;
        item.map(|item| item::data(&item)).transpose()
    }

    /// A person by id.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Person>, Error> {
        let item = self.get(key::person(id), false).await?;
        item.map(|item| item::data(&item)).transpose()
    }

    /// What a person has said of how they are reached.
    pub async fn preferences(&self, id: &PersonId) -> Result<Preferences, Error> {
        let item = self.get(key::preferences(id), true).await?;
        Ok(item.map(|item| item::data(&item)).transpose()?.unwrap_or_default())
    }

    /// Keeps what a person says of how they are reached.
    pub async fn prefer(&self, id: &PersonId, preferences: &Preferences) -> Result<(), Error> {
        let put = self.put(key::preferences(id).with(preferences)?)?;
        self.written_down(vec![put]).await
    }

    /// The person introduced, and whether they are new. A new one is not written: that is left to
    /// the transaction that needs them.
    pub async fn meet(&self, who: &Introduction) -> Result<(Person, bool), Error> {
        if let Some(person) = self.find_person(&who.identity).await? {
            return Ok((person, false));
        }
        let fallback = || match &who.email {
            Some(email) => name_from_address(email),
            None => "Somebody".to_owned(),
        };
        let person = Person {
            id: PersonId(self.fresh_id()),
            name: who.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(fallback),
            email: who.email.clone(),
            phone: who.phone.clone(),
            chat: match &who.identity {
                Identity::Email(_) => Vec::new(),
                chat @ (Identity::Slack { .. } | Identity::Discord { .. }) => vec![chat.clone()],
            },
        };
        Ok((person, true))
    }

    /// The person introduced, made known if new.
    pub async fn welcome(&self, who: &Introduction) -> Result<Person, Error> {
        for _ in 0..TRIES {
            let (person, is_new) = self.meet(who).await?;
            if !is_new {
                return Ok(person);
            }
            match self.transact(self.put_person(&person)?, &self.fresh_id()).await {
                Ok(()) => return Ok(person),
                Err(Lost::Race) => {}
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Gives a person one more name. False where somebody else goes by it.
    pub async fn link(&self, id: &PersonId, identity: &Identity) -> Result<bool, Error> {
        for _ in 0..TRIES {
            let Some(mut person) = self.person(id).await? else { return Ok(false) };
            if let Some(owner) = self.find_person(identity).await? {
                return Ok(owner.id == *id);
            }
            if let Identity::Slack { .. } | Identity::Discord { .. } = identity {
                person.chat.push(identity.clone());
            }
            let mut items = vec![
                self.put(key::person(id).with(&person)?)?,
                self.put_new(key::identity(identity).with(&person)?)?,
            ];
            for known in names(&person).iter().filter(|known| *known != identity) {
                items.push(self.put(key::identity(known).with(&person)?)?);
            }
            match self.transact(items, &self.fresh_id()).await {
                Ok(()) => return Ok(true),
                Err(Lost::Race) => {}
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Writes a person under a given id with the address as a name, unless the id is taken.
    pub async fn make_person(&self, person: &Person) -> Result<(), Error> {
        if self.person(&person.id).await?.is_some() {
            return Ok(());
        }
        self.written_if_so(self.put_person(person)?).await
    }

    /// A new person and all their names, none of which may be taken. Each name carries a copy of
    /// the person, so that a door needs one read to know who stands there.
    pub(crate) fn put_person(&self, person: &Person) -> Result<Vec<TransactWriteItem>, Error> {
        let mut items = vec![self.put_new(key::person(&person.id).with(person)?)?];
        for identity in names(person) {
            let mut item = key::identity(&identity).with(person)?;
            item.insert("person".into(), s(person.id.as_str()));
            items.push(self.put_new(item)?);
        }
        Ok(items)
    }
}

pub(crate) fn names(person: &Person) -> Vec<Identity> {
    let email = person.email.iter().map(|email| Identity::Email(email.clone()));
    email.chain(person.chat.iter().cloned()).collect()
}
