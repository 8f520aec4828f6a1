//! Organisations, their mail domains and their tickets. All of them are rows, found by key.

use desk::access::Who;
use desk::organisation::Organisation;
use desk::{Number, OrganisationId};

use crate::audit::Did;
use crate::error::Error;
use crate::item::{self, Item, s};
use crate::people::TRIES;
use crate::transaction::Lost;
use crate::{Store, key};

/// Something else goes by one of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The field that names it.
    pub field: &'static str,
    /// The name.
    pub name: String,
}

/// A page of numbers under a pointer, newest first.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Tickets.
    pub numbers: Vec<Number>,
    /// Below which number the next page begins.
    pub next: Option<Number>,
}

impl Store {
    /// An organisation.
    pub async fn organisation(&self, id: &OrganisationId) -> Result<Option<Organisation>, Error> {
        let item = self.get(key::organisation(id), true).await?;
        item.map(|item| item::data(&item)).transpose()
    }

    /// Whose mail domain this is.
    pub async fn organisation_by_domain(
        &self,
        domain: &str,
    ) -> Result<Option<Organisation>, Error> {
        self.organisation_behind(key::domain(domain)).await
    }

    /// The organisation another system calls so.
    pub async fn external_organisation(&self, id: &str) -> Result<Option<Organisation>, Error> {
        self.organisation_behind(key::external_organisation(id)).await
    }

    async fn organisation_behind(&self, key: key::Key) -> Result<Option<Organisation>, Error> {
        let Some(item) = self.get(key, true).await? else { return Ok(None) };
        match item::text(&item, "organisation") {
            Some(id) => self.organisation(&OrganisationId::from(id)).await,
            None => Ok(None),
        }
    }

    /// Organisations by id, after this one.
    pub async fn organisations(
        &self,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<(Vec<Organisation>, Option<OrganisationId>), Error> {
        let pk = key::listed_organisation(&OrganisationId::from("")).pk;
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk > :after")
            .expression_attribute_values(":pk", s(pk))
            .expression_attribute_values(":after", s(after.map_or(" ", |id| id.as_str())))
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|e| Error::from_sdk("list organisations", e))?;
        let ids = answer.items().iter().filter_map(|item| item::text(item, "sk"));
        let keys = ids.map(|id| key::organisation(&OrganisationId::from(id))).collect();
        let found = self.batch(keys).await?;
        let mut found: Vec<Organisation> =
            found.iter().map(item::data).collect::<Result<_, _>>()?;
        found.sort_by(|one, other| one.id.cmp(&other.id));
        let last = answer.last_evaluated_key().and_then(|last| item::text(last, "sk"));
        Ok((found, last.map(OrganisationId::from)))
    }

    /// A new organisation, on record as whoever made it. The same one twice is made once.
    pub async fn add_organisation(
        &self,
        by: &Who,
        made: &Organisation,
    ) -> Result<Result<(), Taken>, Error> {
        for attempt in 0..TRIES {
            if self.organisation(&made.id).await?.is_some() {
                return Ok(Ok(()));
            }
            if let Some(taken) = self.taken(made).await? {
                return Ok(Err(taken));
            }
            let mut items = vec![
                self.put_new(key::organisation(&made.id).with(made)?)?,
                self.put(key::listed_organisation(&made.id).attributes())?,
                self.put(self.act(Some(by), Did::AddedOrganisation { id: made.id.clone() })?)?,
            ];
            for (_, row) in rows(made) {
                items.push(self.put_new(row)?);
            }
            match self.transact(items, &self.fresh_id()).await {
                Ok(()) => return Ok(Ok(())),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Changes an organisation, on record as whoever did; none where there is none.
    pub async fn edit_organisation<E>(
        &self,
        by: &Who,
        id: &OrganisationId,
        edit: impl Fn(&Organisation) -> Result<Organisation, E>,
    ) -> Result<Option<Result<Result<Organisation, Taken>, E>>, Error> {
        for attempt in 0..TRIES {
            let Some(item) = self.get(key::organisation(id), true).await? else {
                return Ok(None);
            };
            let before: Organisation = item::data(&item)?;
            let after = match edit(&before) {
                Ok(after) if after == before => return Ok(Some(Ok(Ok(after)))),
                Ok(after) => after,
                Err(refusal) => return Ok(Some(Err(refusal))),
            };
            if let Some(taken) = self.taken(&after).await? {
                return Ok(Some(Ok(Err(taken))));
            }
            let did = Did::ChangedOrganisation { id: id.clone() };
            let mut items = vec![
                self.put_over(&item, key::organisation(id).with(&after)?)?,
                self.put(self.act(Some(by), did)?)?,
            ];
            items.extend(self.moved(&rows(&before), &rows(&after))?);
            match self.transact(items, &self.fresh_id()).await {
                Ok(()) => return Ok(Some(Ok(Ok(after)))),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// Removes an organisation, on record as whoever did; false where there is none. Its tickets
    /// keep its id, and nobody reads them by it any more.
    pub async fn remove_organisation(&self, by: &Who, id: &OrganisationId) -> Result<bool, Error> {
        for attempt in 0..TRIES {
            let Some(before) = self.organisation(id).await? else { return Ok(false) };
            let did = Did::RemovedOrganisation { id: id.clone() };
            let mut items = vec![
                self.delete(key::organisation(id))?,
                self.delete(key::listed_organisation(id))?,
                self.put(self.act(Some(by), did)?)?,
            ];
            items.extend(self.moved(&rows(&before), &[])?);
            match self.transact(items, &self.fresh_id()).await {
                Ok(()) => return Ok(true),
                Err(Lost::Race) => self.back_off(attempt).await,
                Err(Lost::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }

    /// What another organisation has of what this one wants.
    async fn taken(&self, wanted: &Organisation) -> Result<Option<Taken>, Error> {
        let other = |found: Option<Organisation>| found.is_some_and(|found| found.id != wanted.id);
        for domain in &wanted.domains {
            if other(self.organisation_by_domain(domain).await?) {
                return Ok(Some(Taken { field: "domains", name: domain.clone() }));
            }
        }
        if let Some(id) = &wanted.external_id
            && other(self.external_organisation(id).await?)
        {
            return Ok(Some(Taken { field: "external_id", name: id.clone() }));
        }
        Ok(None)
    }

    /// Tickets of an organisation, newest first.
    pub async fn tickets_of(
        &self,
        id: &OrganisationId,
        below: Option<Number>,
        limit: usize,
    ) -> Result<Numbers, Error> {
        self.pointed(key::organisation_ticket(id, below.unwrap_or(Number(u64::MAX))), limit).await
    }

    /// Tickets that another system calls so, newest first.
    pub async fn external_tickets(
        &self,
        id: &str,
        below: Option<Number>,
        limit: usize,
    ) -> Result<Numbers, Error> {
        self.pointed(key::external_ticket(id, below.unwrap_or(Number(u64::MAX))), limit).await
    }

    /// Numbers whose pointers stand before this place, from there down.
    async fn pointed(&self, before: key::Key, limit: usize) -> Result<Numbers, Error> {
        let answer = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :before")
            .expression_attribute_values(":pk", s(before.pk))
            .expression_attribute_values(":first", s(key::TICKET))
            .expression_attribute_values(":before", s(&before.sk))
            .scan_index_forward(false)
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|e| Error::from_sdk("read a list", e))?;
        let places = answer.items().iter().filter_map(|item| item::text(item, "sk"));
        let numbers = places.filter(|place| **place != before.sk);
        let numbers = numbers.filter_map(|place| place.strip_prefix(key::TICKET)?.parse().ok());
        let mut numbers: Vec<Number> = numbers.map(Number).collect();
        let more = numbers.len() > limit || answer.last_evaluated_key().is_some();
        numbers.truncate(limit);
        let next = numbers.last().copied().filter(|_| more);
        Ok(Numbers { numbers, next })
    }
}

/// The rows that lead to an organisation.
fn rows(organisation: &Organisation) -> Vec<(key::Key, Item)> {
    let domains = organisation.domains.iter().map(|domain| key::domain(domain));
    let external = organisation.external_id.iter().map(|id| key::external_organisation(id));
    let rows = domains.chain(external).map(|key| {
        let mut item = key.clone().attributes();
        item.insert("organisation".into(), s(organisation.id.as_str()));
        (key, item)
    });
    rows.collect()
}
