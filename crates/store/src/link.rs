//! Names that a person wants to go by: asked for with a code sent by mail, or vouched for by an
//! admin. Where a name is somebody else's, the two become one by a pointer, which is taken back by
//! unlinking it.

use aws_sdk_dynamodb::types::TransactWriteItem;
use desk::PersonId;
use desk::access::Who;
use desk::config::Config;
use desk::link::{
    Asked, GOOD_FOR, Given, NAMES_AT_MOST, NotOne, Request, become_one, joined, parted,
};
use desk::message::Message;
use desk::outbox::{Lane, Otherwise, Owed};
use desk::person::{Identity, Person};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::audit::Did;
use crate::error::Error;
use crate::item::{self, n};
use crate::lane::row;
use crate::people::TRIES;
use crate::person_rows::Read;
use crate::transaction::Lost;
use crate::{Store, key};

/// How long it is remembered that codes were asked for.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(2);
/// How many characters a code has: about 41 bits, of which five can be tried.
const CODE: usize = 8;

/// What came of a wish to go by a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linked {
    /// They do.
    Yes(Box<Person>),
    /// The code was not right, came too late or too often, or was never asked for.
    WrongCode,
    /// It would make two people one that stay two.
    NotOne(NotOne),
}

/// What came of a wish not to go by a name any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// They do not.
    Yes(Box<Person>),
    /// It is not theirs.
    NotTheirs,
    /// Nobody could be told from anybody without one.
    TheLast,
}

impl Store {
    /// Has a code sent to an address that somebody wants to go by; or says how long to wait. Whether
    /// anybody goes by it is not looked at.
    pub async fn ask_for_code(
        &self,
        person: &PersonId,
        address: &str,
    ) -> Result<Result<(), SignedDuration>, Error> {
        let now = self.wall();
        let to = hex::encode(Sha256::digest(address));
        let keys = [key::codes_for(person), key::codes_to(&to)];
        let mut items = Vec::new();
        for key in keys {
            let read = self.get(key.clone(), true).await?;
            let asked: Asked = read.as_ref().map(item::data).transpose()?.unwrap_or_default();
            let asked = match asked.once_more(now) {
                Ok(asked) => asked,
                Err(wait) => return Ok(Err(wait)),
            };
            let mut item = key.with(&asked)?;
            item.insert("expires".into(), n(after(now, REMEMBERED).as_second()));
            items.push(match read {
                Some(read) => self.put_over(&read, item)?,
                None => self.put_new(item)?,
            });
        }
        let address = address.to_owned();
        let request = Request { address, asked_at: now, code: None, tries: 0 };
        items.push(self.put_request(person, &request)?);
        items.push(self.put(row(&code_owed(person), self.now())?)?);
        self.written_first(items).await?.then_some(Ok(())).ok_or(Error::Busy)
    }

    /// The address a person wants to go by, and the code to send there: made just now, kept as a hash.
    /// None where nobody waits for one.
    pub async fn fresh_code(&self, person: &PersonId) -> Result<Option<(String, String)>, Error> {
        let Some(item) = self.get(key::link(person), true).await? else { return Ok(None) };
        let request: Request = item::data(&item)?;
        if request.asked_at.duration_until(self.wall()) >= GOOD_FOR {
            return Ok(None);
        }
        let code: String = self.fresh_id().chars().take(CODE).collect();
        let hash = Some(hashed(person, &code));
        let sent = Request { code: hash, ..request.clone() };
        let put = self.put_over(&item, self.request_item(person, &sent)?)?;
        let written = self.written_first(vec![put]).await?;
        written.then_some(Some((request.address, code))).ok_or(Error::Busy)
    }

    /// Links the address a code was sent to, if this is the code. Of several who give it at once, one
    /// is right: the request goes with the link.
    pub async fn confirm_code(
        &self,
        by: &Who,
        person: &PersonId,
        code: &str,
    ) -> Result<Linked, Error> {
        let code = hashed(person, &code.trim().to_lowercase());
        for attempt in 0..TRIES {
            let Some(item) = self.get(key::link(person), true).await? else {
                return Ok(Linked::WrongCode);
            };
            let request: Request = item::data(&item)?;
            let (put, right) = match request.given(&code, self.wall()) {
                Given::Void => return Ok(Linked::WrongCode),
                Given::Wrong(tried) => {
                    (self.put_over(&item, self.request_item(person, &tried)?)?, false)
                }
                Given::Right => (self.delete_read(&item, key::link(person))?, true),
            };
            if right {
                let name = Identity::Email(request.address);
                match self.linking(by, person, &name, vec![put]).await? {
                    Some(linked) => return Ok(linked),
                    None => self.back_off(attempt).await,
                }
                continue;
            }
            match self.transact(vec![put], &self.fresh_id()).await {
                Ok(()) => return Ok(Linked::WrongCode),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Links a name that an admin vouches for.
    pub async fn link_vouched(
        &self,
        by: &Who,
        person: &PersonId,
        name: &Identity,
    ) -> Result<Linked, Error> {
        for attempt in 0..TRIES {
            match self.linking(by, person, name, Vec::new()).await? {
                Some(linked) => return Ok(linked),
                None => self.back_off(attempt).await,
            }
        }
        Err(Error::Busy)
    }

    /// One attempt to link a name, with what is written beside it; none where somebody was faster.
    async fn linking(
        &self,
        by: &Who,
        id: &PersonId,
        name: &Identity,
        beside: Vec<TransactWriteItem>,
    ) -> Result<Option<Linked>, Error> {
        let config = self.config().await?;
        let Some(one) = self.read_person(id).await? else { return Ok(Some(Linked::WrongCode)) };
        // Two who link each other at once do not become one in a circle; nobody comes back by a name.
        if one.person.is_now.is_some() || one.person.erased {
            return Ok(Some(Linked::NotOne(NotOne::Already)));
        }
        let owner = self.find_person(name).await?;
        if owner.as_ref().is_some_and(|owner| owner.id == *id) {
            // Whoever gave the same code a moment ago used it up; here it is used up just as well.
            let used = beside.is_empty() || self.written_first(beside).await?;
            return Ok(used.then(|| Linked::Yes(Box::new(one.person))));
        }
        let other = owner.as_ref().map(|owner| owner.id.clone());
        let (after, mut items) = match owner {
            None if one.person.names().len() >= NAMES_AT_MOST => {
                return Ok(Some(Linked::NotOne(NotOne::TooMany)));
            }
            None => {
                // A member's address is theirs, whether or not they ever came by it.
                let members = config.members.iter();
                let mut members = members.filter(|member| member.id != *id);
                if members.any(|member| *name == Identity::Email(member.email.clone())) {
                    return Ok(Some(Linked::NotOne(NotOne::Member)));
                }
                let after = one.person.clone().with_name(name);
                let items = self.rewritten(&one, &after)?;
                (after, items)
            }
            Some(owner) => {
                let two = self.read_person(&owner.id).await?;
                let two = two.filter(|two| two.person.is_now.is_none());
                let Some(two) = two else { return Ok(None) };
                if let Err(not) = self.may_join(&config, &one.person, &two.person) {
                    return Ok(Some(Linked::NotOne(not)));
                }
                let (after, absorbed) = joined(&one.person, &two.person);
                let mut items = self.rewritten(&one, &after)?;
                items.extend(self.rewritten(&two, &absorbed)?);
                (after, items)
            }
        };
        items.extend(beside);
        let kind = kind(name).to_owned();
        let did = Did::LinkedName { person: id.clone(), kind, other };
        items.push(self.put(self.act(Some(by), did)?)?);
        let written = self.written_first(items).await?;
        Ok(written.then(|| Linked::Yes(Box::new(after))))
    }

    fn may_join(&self, config: &Config, one: &Person, two: &Person) -> Result<(), NotOne> {
        let by_then = config.role(&two.id);
        // Whoever was a member's before is as good as the member.
        let before = two.was.iter().map(|id| config.role(id));
        let role = before.fold(by_then, |role, other| match role {
            desk::access::Role::Requester => other,
            role => role,
        });
        become_one((one, config.role(&one.id)), (two, role))
    }

    /// Takes a name from a person. Where it came with somebody else, that one is themself again.
    pub async fn unlink(
        &self,
        by: &Who,
        id: &PersonId,
        is_it: impl Fn(&Identity) -> bool,
    ) -> Result<Unlinked, Error> {
        for attempt in 0..TRIES {
            let Some(one) = self.read_person(id).await? else { return Ok(Unlinked::NotTheirs) };
            let (name, items, after) = match self.unlinking(&one, &is_it).await? {
                Ok(unlinking) => unlinking,
                Err(not) => return Ok(not),
            };
            let (mut items, other) = items;
            let kind = kind(&name).to_owned();
            let did = Did::UnlinkedName { person: id.clone(), kind, other };
            items.push(self.put(self.act(Some(by), did)?)?);
            match self.transact(items, &self.fresh_id()).await {
                Ok(()) => return Ok(Unlinked::Yes(Box::new(after))),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    async fn unlinking(
        &self,
        one: &Read,
        is_it: &impl Fn(&Identity) -> bool,
    ) -> Result<Result<Unlinking, Unlinked>, Error> {
        if let Some(name) = one.person.names().into_iter().find(|name| is_it(name)) {
            if one.person.names().len() == 1 {
                return Ok(Err(Unlinked::TheLast));
            }
            let after = one.person.clone().without_name(&name);
            return Ok(Ok((name, (self.rewritten(one, &after)?, None), after)));
        }
        for id in &one.person.was {
            let Some(two) = self.read_person(id).await? else { continue };
            let found = two.person.names().into_iter().find(|name| is_it(name));
            let Some(name) = found else { continue };
            // Whoever became somebody who then became this one stays with that one.
            let Some(two) = self.next_to(one, two).await? else { continue };
            let (after, again) = parted(&one.person, &two.person);
            let mut items = self.rewritten(one, &after)?;
            items.extend(self.rewritten(&two, &again)?);
            return Ok(Ok((name, (items, Some(again.id)), after)));
        }
        Ok(Err(Unlinked::NotTheirs))
    }

    /// Of the people between a person and one they were, the one that points to them.
    async fn next_to(&self, one: &Read, mut two: Read) -> Result<Option<Read>, Error> {
        for _ in 0..desk::link::PEOPLE_AT_MOST {
            match two.person.is_now.clone() {
                None => return Ok(None),
                Some(next) if next == one.person.id => return Ok(Some(two)),
                Some(next) => match self.read_person(&next).await? {
                    Some(next) => two = next,
                    None => return Ok(None),
                },
            }
        }
        Ok(None)
    }

    fn put_request(&self, person: &PersonId, one: &Request) -> Result<TransactWriteItem, Error> {
        self.put(self.request_item(person, one)?)
    }

    fn request_item(&self, person: &PersonId, request: &Request) -> Result<item::Item, Error> {
        let mut item = key::link(person).with(request)?;
        item.insert("expires".into(), n(after(request.asked_at, REMEMBERED).as_second()));
        Ok(item)
    }
}

/// The name, what is written and who is themself again, and the person as they are then.
type Unlinking = (Identity, (Vec<TransactWriteItem>, Option<PersonId>), Person);

/// A code is kept as a hash for one person: the same code of another is another hash.
fn hashed(person: &PersonId, code: &str) -> String {
    hex::encode(Sha256::digest([person.as_str().as_bytes(), code.as_bytes()].join(&0)))
}

/// Which kind of name.
pub fn kind(name: &Identity) -> &'static str {
    match name {
        Identity::Email(_) => "email",
        Identity::Slack { .. } => "slack",
        Identity::Discord { .. } => "discord",
    }
}

fn code_owed(person: &PersonId) -> Owed {
    Owed {
        number: desk::Number(0),
        seq: 0,
        lane: Lane::Mail(person.clone()),
        message: Message::LinkCode,
        otherwise: Otherwise::Nothing,
        except: Vec::new(),
        urgent: false,
    }
}

fn after(at: Timestamp, length: SignedDuration) -> Timestamp {
    at.checked_add(length).unwrap_or(Timestamp::MAX)
}
