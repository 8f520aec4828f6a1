//! A person's rows: the person, each of their names with a copy of them, and the key another system
//! knows them by. They are written together or not at all, on what was read.

use aws_sdk_dynamodb::types::TransactWriteItem;
use desk::PersonId;
use desk::person::Person;

use crate::error::Error;
use crate::item::{self, Item, s};
use crate::{Store, key};

/// A person, and their row as it was read: the condition of writing it again.
pub(crate) struct Read {
    pub person: Person,
    item: Item,
}

impl Store {
    /// A person's own row, whoever they are by now.
    pub(crate) async fn read_person(&self, id: &PersonId) -> Result<Option<Read>, Error> {
        let Some(item) = self.get(key::person(id), true).await? else { return Ok(None) };
        Ok(Some(Read { person: item::data(&item)?, item }))
    }

    /// What it takes to write a person anew: their row on what was read, each name with the copy,
    /// names they have no more removed. A name that is new to them must be nobody's.
    pub(crate) fn rewritten(
        &self,
        before: &Read,
        after: &Person,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let put = self.put_over(&before.item, key::person(&after.id).with(after)?)?;
        let mut items = vec![put];
        let (were, are) = (rows(&before.person)?, rows(after)?);
        for (_, item) in are.iter().filter(|(key, _)| has(&were, key)) {
            items.push(self.put(item.clone())?);
        }
        items.extend(self.moved(&were, &are)?);
        Ok(items)
    }

    /// Of rows that lead to something: those that are new, which must be nobody's, and those that go.
    pub(crate) fn moved(
        &self,
        were: &[(key::Key, Item)],
        are: &[(key::Key, Item)],
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let new = are.iter().filter(|(key, _)| !has(were, key));
        let gone = were.iter().filter(|(key, _)| !has(are, key));
        let new = new.map(|(_, item)| self.put_new(item.clone()));
        new.chain(gone.map(|(key, _)| self.delete(key.clone()))).collect()
    }

    /// A new person and all their names, none of which may be taken.
    pub(crate) fn put_person(&self, person: &Person) -> Result<Vec<TransactWriteItem>, Error> {
        let mut items = vec![self.put_new(key::person(&person.id).with(person)?)?];
        for (_, item) in rows(person)? {
            items.push(self.put_new(item)?);
        }
        Ok(items)
    }
}

fn has(rows: &[(key::Key, Item)], wanted: &key::Key) -> bool {
    rows.iter().any(|(key, _)| key == wanted)
}

/// The rows that lead to a person. Each name carries a copy of the person, so that a door needs one
/// read to know who stands there.
fn rows(person: &Person) -> Result<Vec<(key::Key, Item)>, Error> {
    let mut rows = Vec::new();
    for identity in person.names() {
        let key = key::identity(&identity);
        let mut item = key.clone().with(person)?;
        item.insert("person".into(), s(person.id.as_str()));
        rows.push((key, item));
    }
    if let Some(id) = &person.external_id {
        let key = key::external_person(id);
        let mut item = key.clone().attributes();
        item.insert("person".into(), s(person.id.as_str()));
        rows.push((key, item));
    }
    Ok(rows)
}
