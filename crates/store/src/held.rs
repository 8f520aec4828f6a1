//! Replies that may still be taken back. They wait in a lane of whoever wrote them and are said, and
//! count, when their time has come; until then nobody else knows of them.

use desk::access::Who;
use desk::history::Text;
use desk::message::Message;
use desk::outbox::{Lane, Otherwise, Owed};
use desk::{Number, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::change::Once;
use crate::error::Error;
use crate::item::{self, Item, s};
use crate::lane::{Waiting, read_row, row_at};
use crate::{Store, key};

/// A reply that has not been said yet.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its row in the lane.
    pub row: Waiting,
    /// What it is called until then.
    pub id: String,
    /// Who wrote it, and what.
    pub draft: Draft,
}

/// What will be said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// By whom.
    pub by: PersonId,
    /// Whose token it was, when it was somebody else's.
    pub through: Option<PersonId>,
    /// The words.
    pub text: Text,
}

impl Store {
    /// Keeps a reply to be said at this moment, together with what is answered to a repeated request.
    /// False where this very request was made before.
    pub async fn hold(
        &self,
        id: &str,
        who: &Who,
        number: Number,
        text: Text,
        until: Timestamp,
        once: Option<(&Once, String)>,
    ) -> Result<bool, Error> {
        let draft = Draft { by: who.id.clone(), through: who.through.clone(), text };
        let mut items = vec![self.put_new(held_item(id, number, &draft, until)?)?];
        if let Some((once, answer)) = once {
            items.push(self.put_once(once, number, Some(answer))?);
        }
        self.written_first(items).await
    }

    /// What waits in a lane of held replies, in order.
    pub async fn held(&self, lane: &str) -> Result<Vec<Held>, Error> {
        self.rows(lane, None).await?.iter().map(read).collect()
    }

    /// Takes a reply back. False where it was said already, or never written.
    pub async fn take_back(&self, who: &PersonId, number: Number, id: &str) -> Result<bool, Error> {
        let held = self.held(&key::lane(&Lane::Held(who.clone()))).await?;
        let found = held.into_iter().find(|held| held.id == id && held.row.owed.number == number);
        let Some(found) = found.filter(|held| held.row.not_before > self.now()) else {
            return Ok(false);
        };
        self.written_first(vec![self.delete(found.row.key)?]).await
    }
}

fn held_item(id: &str, number: Number, draft: &Draft, until: Timestamp) -> Result<Item, Error> {
    let hash = Sha256::digest(id);
    let seq = hash.iter().take(4).fold(0_u32, |seq, byte| seq << 8 | u32::from(*byte));
    let owed = Owed {
        number,
        seq,
        lane: Lane::Held(draft.by.clone()),
        message: Message::Reply,
        otherwise: Otherwise::Nothing,
        except: Vec::new(),
        urgent: false,
    };
    let mut item = row_at(&owed, until)?;
    item.insert("held".into(), s(id));
    item::put_beside(&mut item, "draft", draft)?;
    Ok(item)
}

fn read(item: &Item) -> Result<Held, Error> {
    Ok(Held {
        row: read_row(item)?,
        id: item::text(item, "held").unwrap_or_default().to_owned(),
        draft: item::beside(item, "draft")?,
    })
}
