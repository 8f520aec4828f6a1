//! Says replies whose time to be taken back is over, in the order they were written.

use desk::access::{Permit, Who, permit};
use desk::config::Config;
use desk::history::Text;
use desk::{Command, Refusal};
use jiff::{SignedDuration, Timestamp};
use store::change::{Along, Done, no_answer};
use store::held::Held;
use store::{Error as StoreError, Stored};

use crate::{Error, Notify};

/// How long a sender holds the lane.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Says what is to be said by now.
pub(crate) async fn run(notify: &Notify, lane: &str, until: Timestamp) -> Result<(), Error> {
    let Some(holder) = notify.store.lease(lane, LEASE).await? else { return Ok(()) };
    let said = say_all(notify, lane, until).await;
    notify.store.release(lane, &holder).await?;
    said
}

async fn say_all(notify: &Notify, lane: &str, until: Timestamp) -> Result<(), Error> {
    for held in notify.store.held(lane).await? {
        if held.row.not_before > notify.store.now() || notify.store.wall() >= until {
            break;
        }
        say(notify, &held).await?;
    }
    Ok(())
}

/// What can no longer be said, since the ticket was closed or its author may not any more, is kept as
/// a note: no word is lost.
async fn say(notify: &Notify, held: &Held) -> Result<(), Error> {
    let refusal = match commit(notify, held, |stored, config| reply(held, stored, config)).await {
        Err(StoreError::Refused(refusal)) => refusal,
        done => return done.map(drop).map_err(Error::from),
    };
    let config = notify.store.config().await?;
    let author = config.member(&held.draft.by).map_or("somebody", |member| member.name.as_str());
    let body = format!("A reply of {author} was not sent: {refusal}.\n\n{}", held.draft.text.body);
    let note = Text { body, ..held.draft.text.clone() };
    commit(notify, held, |_, _| Ok(Permit::note(note.clone()))).await?;
    Ok(())
}

fn reply(held: &Held, stored: &Stored, config: &Config) -> Result<Permit, Refusal> {
    let by = held.draft.by.clone();
    let role = config.role(&by);
    let through = held.draft.through.clone();
    let who = Who { through, ..Who::new(by, role) }.at(config);
    permit(&who, Some(&stored.ticket), Command::ReplyAsAgent(held.draft.text.clone()))
}

async fn commit(
    notify: &Notify,
    held: &Held,
    wish: impl Fn(&Stored, &Config) -> Result<Permit, Refusal>,
) -> Result<Done, StoreError> {
    let along = Along { settles: Some(held.row.key.clone()), ..Along::default() };
    notify.store.change(held.row.owed.number, along, wish, &no_answer).await
}
