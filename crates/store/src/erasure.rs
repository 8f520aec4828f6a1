//! Erasing a person: asked for by one, agreed to by another, carried out as a job that goes through
//! the whole table in slices. Doing a slice twice does nothing twice. What is erased of each row is
//! said in `erased.rs`; the history, the clocks and the numbers stay.
//!
//! The first round erases words, the second finds out which files somebody else still needs and
//! removes the rest. Half a minute later both come once more, for what was being written meanwhile.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use desk::PersonId;
use desk::access::{Role, Who};
use desk::config::Config;
use desk::erasure::{ERASED_PERSON, NotErased, Request, agreed, may_be_erased};
use desk::person::Person;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::audit::Did;
use crate::draft::ITEMS_AT_MOST;
use crate::error::Error;
use crate::item::{self, Item, s};
use crate::key::Key;
use crate::people::TRIES;
use crate::transaction::Lost;
use crate::{Store, key};

/// So many rows are gone through at once.
const SLICE: i32 = 1_000;
/// Words, files; and once more.
const ROUNDS: u8 = 4;
/// The second time waits until nobody writes what they read before.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// How far an erasure is. Until it is done it knows what it looks for; then it goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Who agreed.
    by: PersonId,
    /// Whom, as they were: themself first, and whoever they were before.
    pub people: Vec<Person>,
    round: u8,
    /// After which row this round goes on.
    after: Option<(String, String)>,
    /// When it was agreed to, by the desk's clock.
    pub at: Timestamp,
    /// Since when this round goes on, by the machine's clock.
    since: Timestamp,
    /// Files that were theirs; those nobody else needs are removed.
    pub files: BTreeSet<String>,
    /// Objects that were theirs alone.
    pub objects: BTreeSet<String>,
}

impl Job {
    pub fn is_theirs(&self, id: &PersonId) -> bool {
        self.people.iter().any(|person| person.id == *id)
    }

    /// Whether this round looks for words, and not for files that are needed.
    pub fn is_for_words(&self) -> bool {
        self.round.is_multiple_of(2)
    }
}

impl Store {
    /// Who wants this person erased; none where nobody does any more.
    pub async fn erasure(&self, id: &PersonId) -> Result<Option<Request>, Error> {
        let item = self.get(key::erasure(id), true).await?;
        let request: Option<Request> = item.map(|item| item::data(&item)).transpose()?;
        Ok(request.filter(|request| request.is_alive(self.now())))
    }

    /// Puts on record that somebody wants a person erased.
    pub async fn ask_for_erasure(
        &self,
        by: &Who,
        id: &PersonId,
        reason: String,
    ) -> Result<Result<Request, NotErased>, Error> {
        if let Err(not) = may_be_erased(&*self.config().await?, id) {
            return Ok(Err(not));
        }
        if let Some(earlier) = self.erasure(id).await? {
            let same = earlier.by == by.id && earlier.reason == reason;
            return Ok(if same { Ok(earlier) } else { Err(NotErased::Asked) });
        }
        let (person, by_whom, at) = (id.clone(), by.id.clone(), self.now());
        let request = Request { person: person.clone(), by: by_whom, at, reason };
        let act = self.act(Some(by), Did::AskedForErasure { person })?;
        let items = vec![self.put(key::erasure(id).with(&request)?)?, self.put(act)?];
        self.written_down(items).await?;
        Ok(Ok(request))
    }

    /// Takes the wish back.
    pub async fn withdraw_erasure(
        &self,
        by: &Who,
        id: &PersonId,
    ) -> Result<Result<(), NotErased>, Error> {
        if self.erasure(id).await?.is_none() {
            return Ok(Err(NotErased::NotAsked));
        }
        let act = self.act(Some(by), Did::WithdrewErasure { person: id.clone() })?;
        let items = vec![self.delete(key::erasure(id))?, self.put(act)?];
        self.written_if_so(items).await?;
        Ok(Ok(()))
    }

    /// Agrees to it: from this transaction on no name and no token leads to the person, and the job
    /// is there that erases the rest.
    pub async fn agree_to_erasure(
        &self,
        by: &Who,
        id: &PersonId,
    ) -> Result<Result<(), NotErased>, Error> {
        for attempt in 0..TRIES {
            let Some(item) = self.get(key::erasure(id), true).await? else {
                return Ok(Err(NotErased::NotAsked));
            };
            let request: Request = item::data(&item)?;
            let config = self.config().await?;
            let may = agreed(Some(&request), &by.id, self.now());
            if let Err(not) = may.and_then(|()| may_be_erased(&config, id)) {
                return Ok(Err(not));
            }
            let act = self.act(Some(by), Did::AgreedToErasure { person: id.clone() })?;
            let mut items = vec![self.delete_read(&item, key::erasure(id))?, self.put(act)?];
            let Some(people) = self.unnamed(id, &mut items).await? else {
                return Ok(Err(NotErased::NotAsked));
            };
            let job = Job {
                by: by.id.clone(),
                people,
                round: 0,
                after: None,
                at: self.now(),
                since: self.wall(),
                files: BTreeSet::new(),
                objects: BTreeSet::new(),
            };
            items.push(self.put(key::erasing(id).with(&job)?)?);
            if items.len() > ITEMS_AT_MOST {
                return Err(Error::TooLarge { items: items.len() });
            }
            match self.transact(items, &self.fresh_id()).await {
                Ok(()) => return Ok(Ok(())),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Takes every name from a person and from whoever they were; answers them as they were.
    async fn unnamed(
        &self,
        id: &PersonId,
        items: &mut Vec<TransactWriteItem>,
    ) -> Result<Option<Vec<Person>>, Error> {
        let Some(one) = self.read_person(id).await? else { return Ok(None) };
        let mut people = vec![one.person.clone()];
        for other in &one.person.was {
            let Some(read) = self.read_person(other).await? else { continue };
            items.extend(self.rewritten(&read, &nobody(&read.person))?);
            people.push(read.person);
        }
        items.extend(self.rewritten(&one, &nobody(&one.person))?);
        Ok(Some(people))
    }

    /// Goes on with an erasure, if there is one and it is time; answers how many rows it went
    /// through, at least one. Zero is nothing to do.
    pub async fn erase_some(&self) -> Result<usize, Error> {
        for row in self.erasures().await? {
            let job: Job = item::data(&row)?;
            let waits = job.round == 2
                && job.after.is_none()
                && job.since.duration_until(self.wall()) < AGAIN_AFTER;
            if !waits {
                return self.erase_slice(&row, job).await;
            }
        }
        Ok(0)
    }

    async fn erasures(&self) -> Result<Vec<Item>, Error> {
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :mark)")
            .expression_attribute_values(":pk", s(key::JOBS))
            .expression_attribute_values(":mark", s(key::ERASING))
            .consistent_read(true)
            .limit(10)
            .send()
            .await
            .map_err(|e| Error::from_sdk("look for erasures", e))?;
        Ok(answer.items.unwrap_or_default())
    }

    async fn erase_slice(&self, row: &Item, mut job: Job) -> Result<usize, Error> {
        if job.after.is_none() && job.is_for_words() {
            self.erase_belongings(&job).await?;
        }
        let (items, next) = self.slice(job.after.clone()).await?;
        let plan = self.plan(&job, &items).await?;
        // What has to be removed is on record before the words that lead there are gone.
        job.files.extend(plan.files);
        job.objects.extend(plan.objects);
        job.files.retain(|file| !plan.needed.contains(file));
        let Some(row) = self.noted(row, &job).await? else { return Ok(1) };
        for write in plan.writes {
            self.erase(write).await?;
        }
        match next {
            Some(next) => job.after = Some(next),
            None => {
                if !job.is_for_words() {
                    for object in job.files.iter().chain(&job.objects) {
                        self.remove_blob(object).await?;
                    }
                    job.files.clear();
                    job.objects.clear();
                }
                job = Job { round: job.round + 1, after: None, since: self.wall(), ..job };
            }
        }
        if job.round >= ROUNDS {
            self.written_if_so(vec![self.delete_read(&row, key_of(&row))?]).await?;
        } else {
            self.noted(&row, &job).await?;
        }
        Ok(items.len().max(1))
    }

    /// Writes down how far it is; none where somebody else goes on with it.
    async fn noted(&self, read: &Item, job: &Job) -> Result<Option<Item>, Error> {
        let next = key_of(read).with(job)?;
        let put = self.put_over(read, next.clone())?;
        Ok(self.written_first(vec![put]).await?.then_some(next))
    }

    async fn slice(
        &self,
        after: Option<(String, String)>,
    ) -> Result<(Vec<Item>, Option<(String, String)>), Error> {
        let start = after.map(|(pk, sk)| Key { pk, sk }.attributes());
        let answer = self
            .db
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(SLICE)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|e| Error::from_sdk("go through the table", e))?;
        let last = answer.last_evaluated_key().map(place);
        Ok((answer.items.unwrap_or_default(), last))
    }

    /// What is kept beside a person: tokens, preferences, macros, codes; and their place in the
    /// configuration.
    async fn erase_belongings(&self, job: &Job) -> Result<(), Error> {
        let by = Who::new(job.by.clone(), Role::Admin);
        for person in &job.people {
            for token in self.tokens_of(&person.id).await? {
                self.revoke(Some(&by), &token).await?;
            }
            for sk in self.kept_beside(&person.id).await? {
                let key = Key { pk: key::person(&person.id).pk, sk };
                self.written_if_so(vec![self.delete(key)?]).await?;
            }
            for address in person.email.iter().chain(&person.addresses) {
                let hash = hex::encode(Sha256::digest(address));
                self.written_if_so(vec![self.delete(key::codes_to(&hash))?]).await?;
            }
        }
        let leaves = |config: &Config| {
            let mut config = config.clone();
            config.members.retain(|member| !job.is_theirs(&member.id));
            Ok::<_, std::convert::Infallible>(config)
        };
        match self.configure(Some(&by), leaves).await? {
            Ok(_) => Ok(()),
            Err(never) => match never {},
        }
    }

    /// Where things are kept beside a person's own row.
    async fn kept_beside(&self, id: &PersonId) -> Result<Vec<String>, Error> {
        let own = key::person(id);
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", s(&own.pk))
            .consistent_read(true)
            .send()
            .await
            .map_err(|e| Error::from_sdk("read what a person keeps", e))?;
        let places = answer.items().iter().filter_map(|item| item::text(item, "sk"));
        Ok(places.filter(|sk| **sk != own.sk).map(str::to_owned).collect())
    }
}

/// What is left of a person.
fn nobody(person: &Person) -> Person {
    Person { erased: true, ..Person::named(person.id.clone(), ERASED_PERSON) }
}

fn key_of(item: &Item) -> Key {
    let (pk, sk) = place(item);
    Key { pk, sk }
}

fn place(item: &HashMap<String, AttributeValue>) -> (String, String) {
    let part = |name: &str| item::text(item, name).unwrap_or_default().to_owned();
    (part("pk"), part("sk"))
}
