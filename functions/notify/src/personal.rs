//! A lane of one person: what they are told at once, what waits for the end of their night, what goes
//! to whoever stands in for them, and what comes together as one message.

use std::collections::{BTreeMap, BTreeSet};

use desk::PersonId;
use desk::message::{Message, Weight};
use desk::outbox::{Lane, Owed};
use desk::person::Person;
use desk::preferences::{Preferences, Reachable, Way};
use desk::sla::Alarm;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::delivery::Sent;
use store::lane::Waiting;

use crate::deliver::Left;
use crate::lane::{Step, send_one, step};
use crate::{Error, Notify, bundle};

/// News that comes so soon after other news waits, and comes with what follows.
const TOGETHER: SignedDuration = SignedDuration::from_mins(1);
/// The same of receipts for whoever may not have written: no more than one an hour reaches anybody.
const RECEIPTS_TOGETHER: SignedDuration = SignedDuration::from_hours(1);
/// More than this many at once are told as one digest, however pressing each of them is.
const ONE_BY_ONE_AT_MOST: usize = 10;
/// So many are taken into one digest: more than that would not fit into the memory of the function.
const DIGEST_AT_MOST: usize = 150_000;
/// With more than this many the lane is kept for longer than usual.
const MANY: usize = 1_000;
/// For how long.
const LONG: SignedDuration = SignedDuration::from_mins(5);
/// How many stand-ins are asked for one another before the message stays where it is.
const STAND_INS: usize = 5;

/// Sends what may leave now. False where nothing more may, or the first of it has to wait.
pub(crate) async fn send(
    notify: &Notify,
    lane: &str,
    holder: &str,
    id: &PersonId,
) -> Result<bool, Error> {
    let ready = ready(notify, lane).await?;
    if ready.len() > MANY && !notify.store.keep_lease(lane, holder, LONG).await? {
        return Ok(false);
    }
    let now = notify.store.now();
    if ready.is_empty() || ready.iter().any(|row| row.waits(now)) {
        return Ok(false);
    }
    let here = told_here(notify, id, ready).await?;
    let (talk, news): (Vec<Waiting>, Vec<Waiting>) =
        here.into_iter().partition(|row| weight(row) == Weight::Conversation);
    let (receipts, news): (Vec<Waiting>, Vec<Waiting>) =
        news.into_iter().partition(|row| row.owed.message == Message::PlainReceipt);
    let shown = receipts.get(..ONE_BY_ONE_AT_MOST).unwrap_or(&receipts);
    let sort = Message::PlainReceipt.sort();
    if tell(notify, lane, id, sort, &receipts, shown).await? == Step::Waits {
        return Ok(false);
    }
    if news.len() > ONE_BY_ONE_AT_MOST {
        return Ok(tell_digest(notify, lane, id, news).await? && one_by_one(notify, &talk).await?);
    }
    let (pressing, news): (Vec<Waiting>, Vec<Waiting>) =
        news.into_iter().partition(|row| weight(row) == Weight::Pressing);
    let told = one_by_one(notify, &talk).await? && one_by_one(notify, &pressing).await?;
    Ok(told && tell_news(notify, lane, id, news).await?)
}

fn weight(row: &Waiting) -> Weight {
    row.owed.message.weight(row.owed.urgent)
}

/// Everything that may leave by now, in order.
async fn ready(notify: &Notify, lane: &str) -> Result<Vec<Waiting>, Error> {
    let now = notify.store.now();
    let mut ready: Vec<Waiting> = Vec::new();
    while ready.len() < DIGEST_AT_MOST {
        let after = ready.last().map(|row| row.key.clone());
        let page = match after {
            None => notify.store.waiting(lane).await?,
            Some(after) => notify.store.many_waiting_after(lane, Some(&after)).await?,
        };
        let (found, before) = (page.len(), ready.len());
        ready.extend(page.into_iter().take_while(|row| row.not_before <= now));
        if found == 0 || ready.len() < before + found {
            break;
        }
    }
    Ok(ready)
}

/// Whoever a lane is for.
struct Reader {
    preferences: Preferences,
    can: Reachable,
    stand_in: Option<PersonId>,
}

impl Reader {
    async fn of(notify: &Notify, id: &PersonId) -> Result<Reader, Error> {
        let person: Option<Person> = notify.store.person(id).await?;
        let can = Reachable {
            mail: person.as_ref().is_some_and(|person| person.email.is_some()),
            chat: person.as_ref().is_some_and(|person| !person.chat.is_empty()),
        };
        // Whoever turned out to be somebody else is reached as that one likes.
        let id = person.as_ref().map_or(id, |person| &person.id);
        let preferences = notify.store.preferences(id).await?;
        let stand_in = stand_in(notify, id, &preferences).await?;
        Ok(Reader { preferences, can, stand_in })
    }

    fn way(&self, notify: &Notify, row: &Waiting, zone: &TimeZone) -> Way {
        let stand_in = self.stand_in.as_ref();
        self.preferences.way(&row.owed, self.can, stand_in, zone, notify.store.now())
    }
}

/// Those of the rows that are told here and now; the others are on their way, or have none.
async fn told_here(
    notify: &Notify,
    id: &PersonId,
    ready: Vec<Waiting>,
) -> Result<Vec<Waiting>, Error> {
    if ready.iter().all(|row| weight(row) == Weight::Conversation) {
        return Ok(ready);
    }
    let (reader, config) = (Reader::of(notify, id).await?, notify.store.config().await?);
    let (mut here, mut nowhere, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    let mut later: BTreeMap<Timestamp, Vec<Waiting>> = BTreeMap::new();
    for row in ready {
        let lane = match reader.way(notify, &row, &config.zone) {
            Way::Here => {
                here.push(row);
                continue;
            }
            Way::Nowhere => {
                nowhere.push(row);
                continue;
            }
            Way::Later(moment) => {
                later.entry(moment).or_default().push(row);
                continue;
            }
            Way::Otherwise(lane) => lane,
            Way::Instead(stand_in) => match row.owed.lane {
                Lane::Mail(_) => Lane::Mail(stand_in),
                _ => Lane::Chat(stand_in),
            },
        };
        let owed = Owed { lane, ..row.owed.clone() };
        elsewhere.push((row, vec![owed]));
    }
    let sent = Sent::unsent(notify.store.now(), "told another way");
    notify.store.settle_all(&nowhere, &sent).await?;
    notify.store.redirect_all(&elsewhere).await?;
    for (moment, rows) in later {
        notify.store.defer(&rows, moment).await?;
    }
    Ok(here)
}

/// Who is told in place of somebody who is away: their substitute, or that one's. Where all of them
/// are away it stays with whom it was meant for; a broken promise climbs on by itself.
async fn stand_in(
    notify: &Notify,
    id: &PersonId,
    preferences: &Preferences,
) -> Result<Option<PersonId>, Error> {
    let now = notify.store.now();
    let mut asked = BTreeSet::from([id.clone()]);
    let mut next = preferences.substitute(now).cloned();
    for _ in 0..STAND_INS {
        let Some(one) = next.filter(|one| asked.insert(one.clone())) else { return Ok(None) };
        let theirs = notify.store.preferences(&one).await?;
        if !theirs.is_away(now) {
            return Ok(Some(one));
        }
        next = theirs.substitute(now).cloned();
    }
    Ok(None)
}

/// Each by itself, in order; false where one of them has to wait.
async fn one_by_one(notify: &Notify, rows: &[Waiting]) -> Result<bool, Error> {
    for row in rows {
        if send_one(notify, row).await? == Step::Waits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Each sort of news by itself; false where one of them has to wait.
async fn tell_news(
    notify: &Notify,
    lane: &str,
    id: &PersonId,
    news: Vec<Waiting>,
) -> Result<bool, Error> {
    let mut sorts: Vec<(&'static str, Vec<Waiting>)> = Vec::new();
    for row in news {
        let sort = row.owed.message.sort();
        match sorts.iter_mut().find(|(known, _)| *known == sort) {
            Some((_, rows)) => rows.push(row),
            None => sorts.push((sort, vec![row])),
        }
    }
    for (sort, rows) in sorts {
        if tell(notify, lane, id, sort, &rows, &rows).await? == Step::Waits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is new goes at once; what follows of its sort within a minute waits for the end of it and goes
/// together. Of `all` these are shown.
async fn tell(
    notify: &Notify,
    lane: &str,
    id: &PersonId,
    sort: &str,
    all: &[Waiting],
    shown: &[Waiting],
) -> Result<Step, Error> {
    let now = notify.store.now();
    let Some(first) = shown.first() else { return Ok(Step::Moved) };
    if let Some(until) = notify.store.paced(lane, sort, now).await? {
        notify.store.defer(all, until).await?;
        return Ok(Step::Moved);
    }
    let step = match all {
        [one] => send_one(notify, one).await?,
        _ => {
            let left = bundle::send(notify, id, shown, all.len()).await?;
            together(notify, first, all, left).await?
        }
    };
    if step == Step::Left {
        let receipt = sort == Message::PlainReceipt.sort();
        let together = if receipt { RECEIPTS_TOGETHER } else { TOGETHER };
        notify.store.pace(lane, sort, now.checked_add(together).unwrap_or(now)).await?;
    }
    Ok(step)
}

/// After a storm: the worst of it by name, and how much there is.
async fn tell_digest(
    notify: &Notify,
    lane: &str,
    id: &PersonId,
    mut news: Vec<Waiting>,
) -> Result<bool, Error> {
    news.sort_by_key(|row| std::cmp::Reverse(severity(row.owed.message)));
    let worst: Vec<Waiting> = news.iter().take(ONE_BY_ONE_AT_MOST).cloned().collect();
    Ok(tell(notify, lane, id, "digest", &news, &worst).await? != Step::Waits)
}

fn severity(message: Message) -> Option<Alarm> {
    match message {
        Message::Alarm(_, alarm) => Some(alarm),
        _ => None,
    }
}

/// Puts on record what became of several messages that were tried as one.
async fn together(
    notify: &Notify,
    first: &Waiting,
    rows: &[Waiting],
    left: Left,
) -> Result<Step, Error> {
    match left {
        Left::Sent { reference, .. } => {
            let sent = Sent::left(notify.store.now(), reference);
            notify.store.settle_all(rows, &sent).await?;
            Ok(Step::Left)
        }
        Left::Nothing { why } => {
            let unsent = Sent::unsent(notify.store.now(), why);
            notify.store.settle_all(rows, &unsent).await?;
            Ok(Step::Moved)
        }
        left @ Left::Later { .. } => step(notify, first, left).await,
        // Each is given up, or goes another way, by itself.
        Left::Elsewhere(_) | Left::Refused { .. } => {
            Ok(if one_by_one(notify, rows).await? { Step::Left } else { Step::Waits })
        }
    }
}
