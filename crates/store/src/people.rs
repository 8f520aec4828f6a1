//! People and the names they go by. Whoever turned out to be somebody else is found as that one.

use desk::PersonId;
use desk::access::{Role, Who};
use desk::organisation::{Organisation, domain_of};
use desk::person::{Identity, Person, name_from_address};
use desk::preferences::Preferences;

use crate::error::Error;
use crate::item;
use crate::transaction::Lost;
use crate::{Store, key};

/// How often a lost race is run again.
pub(crate) const TRIES: u32 = 8;
/// How many pointers in a row are followed. They cannot form a circle; this is for damaged data.
const POINTERS_AT_MOST: usize = 20;

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
        let Some(found) = self.named(identity).await? else { return Ok(None) };
        self.by_now(found).await
    }

    /// Whose name this was, whoever they are by now.
    pub async fn named(&self, identity: &Identity) -> Result<Option<Person>, Error> {
        let item = self.get(key::identity(identity), true).await?;
        item.map(|item| item::data(&item)).transpose()
    }

    /// A person by id.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Person>, Error> {
        let Some(item) = self.get(key::person(id), false).await? else { return Ok(None) };
        self.by_now(item::data(&item)?).await
    }

    /// The person another system calls so.
    pub async fn external_person(&self, id: &str) -> Result<Option<Person>, Error> {
        let Some(item) = self.get(key::external_person(id), true).await? else { return Ok(None) };
        match item::text(&item, "person") {
            Some(id) => self.person(&PersonId::from(id)).await,
            None => Ok(None),
        }
    }

    /// Whom a person turned out to be; themself, mostly.
    async fn by_now(&self, mut person: Person) -> Result<Option<Person>, Error> {
        for _ in 0..POINTERS_AT_MOST {
            let Some(next) = &person.is_now else { return Ok(Some(person)) };
            match self.get(key::person(next), true).await? {
                Some(item) => person = item::data(&item)?,
                None => return Ok(None),
            }
        }
        Err(Error::damaged("a person", "the pointers lead in a circle"))
    }

    /// Everybody this person is or was, themself first.
    pub async fn everybody_of(&self, person: &Person) -> Result<Vec<Person>, Error> {
        let mut all = vec![person.clone()];
        for id in &person.was {
            all.extend(self.read_person(id).await?.map(|read| read.person));
        }
        Ok(all)
    }

    /// Somebody at a door, with all they are: the one place where that is put together.
    pub async fn who(&self, person: &Person, role: Role) -> Result<Who, Error> {
        let organisation = self.organisation_of(person).await?;
        let config = self.config().await?;
        Ok(Who::of(person, role, organisation.as_ref(), &config))
    }

    /// Whom a person belongs to.
    pub async fn organisation_of(&self, person: &Person) -> Result<Option<Organisation>, Error> {
        match &person.organisation {
            Some(id) => self.organisation(id).await,
            None => Ok(None),
        }
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
        let name = who.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(fallback);
        let person = Person {
            email: who.email.clone(),
            phone: who.phone.clone(),
            chat: match &who.identity {
                Identity::Email(_) => Vec::new(),
                chat @ (Identity::Slack { .. } | Identity::Discord { .. }) => vec![chat.clone()],
            },
            ..Person::named(PersonId(self.fresh_id()), name)
        };
        Ok((self.newcomer(person).await?, true))
    }

    /// Somebody nobody knew yet: a member of the organisation their mail domain belongs to. The
    /// address is one the door vouches for.
    pub async fn newcomer(&self, person: Person) -> Result<Person, Error> {
        let Some(domain) = person.email.as_deref().and_then(domain_of) else { return Ok(person) };
        let organisation = self.organisation_by_domain(&domain).await?;
        Ok(Person { organisation: organisation.map(|found| found.id), ..person })
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

    /// Changes what is known of a person; none where there is no such person. `edit` is asked again
    /// whenever somebody else was faster.
    pub async fn edit_person<E>(
        &self,
        id: &PersonId,
        edit: impl Fn(&Person) -> Result<Person, E>,
    ) -> Result<Option<Result<Person, E>>, Error> {
        for attempt in 0..TRIES {
            let Some(read) = self.read_person(id).await? else { return Ok(None) };
            let after = match edit(&read.person) {
                Ok(after) if after == read.person => return Ok(Some(Ok(after))),
                Ok(after) => after,
                Err(refusal) => return Ok(Some(Err(refusal))),
            };
            match self.transact(self.rewritten(&read, &after)?, &self.fresh_id()).await {
                Ok(()) => return Ok(Some(Ok(after))),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Gives a person one more name. False where somebody else goes by it.
    pub async fn link(&self, id: &PersonId, identity: &Identity) -> Result<bool, Error> {
        for attempt in 0..TRIES {
            if let Some(owner) = self.find_person(identity).await? {
                return Ok(owner.id == *id);
            }
            let Some(read) = self.read_person(id).await? else { return Ok(false) };
            let after = read.person.clone().with_name(identity);
            match self.transact(self.rewritten(&read, &after)?, &self.fresh_id()).await {
                Ok(()) => return Ok(true),
                Err(Lost::Race) => self.back_off(attempt).await,
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
}
