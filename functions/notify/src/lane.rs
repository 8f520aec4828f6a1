//! One lane, in order, by one sender at a time.

use std::time::Duration;

use desk::access::Permit;
use desk::outbox::{Lane, Message};
use jiff::{SignedDuration, Timestamp};
use store::change::{Along, no_answer};
use store::delivery::Sent;
use store::lane::Waiting;

use crate::deliver::{self, Left};
use crate::{Error, Notify, channel, digest, give_out, held, personal, webhook};

/// How long a sender holds a lane; longer than any one message takes.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// After this long the lease is taken anew.
const HALF_A_LEASE: SignedDuration = SignedDuration::from_secs(30);
/// So long it is better to wait for a message than to come back for it.
const A_MOMENT: SignedDuration = SignedDuration::from_secs(5);
/// After so many tries it is better to come back.
const MOMENTS: u32 = 5;
/// How long a message is tried before it counts as undeliverable.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// How long to wait after the first, second, … failure. However long a service was out, what waited for
/// it leaves within the last of them once it is back.
const WAITS: [SignedDuration; 5] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(10),
];

/// Sends what waits in a lane until it is empty, blocked, somebody else's, or until this moment.
pub(crate) async fn send(notify: &Notify, lane: &str, until: Timestamp) -> Result<(), Error> {
    if lane == store::key::DAILY {
        return digest::begin(notify, lane).await;
    }
    if store::key::is_held(lane) {
        return held::run(notify, lane, until).await;
    }
    if store::key::gives_out(lane) {
        return give_out::run(notify, lane).await;
    }
    while notify.store.wall() < until {
        let Some(holder) = notify.store.lease(lane, LEASE).await? else { return Ok(()) };
        let sent = send_leased(notify, lane, &holder).await;
        notify.store.release(lane, &holder).await?;
        let more = sent?;
        // What came in while the lease was held rang in vain: look once more.
        let waiting = notify.store.waiting(lane).await?;
        let Some(first) = waiting.first() else { break };
        if !more && !worth_waiting_for(notify, first).await {
            break;
        }
    }
    Ok(())
}

/// Waits for a message that may leave in a moment, as the other side asked; false where that is long.
async fn worth_waiting_for(notify: &Notify, row: &Waiting) -> bool {
    let wait = notify.store.now().duration_until(row.retry_at);
    let soon = row.attempts > 0 && row.attempts < MOMENTS && wait <= A_MOMENT;
    if soon {
        tokio::time::sleep(wait.try_into().unwrap_or_default()).await;
    }
    soon
}

/// True where more may be waiting; false where the lane is empty or its first message has to wait.
async fn send_leased(notify: &Notify, lane: &str, holder: &str) -> Result<bool, Error> {
    let begun = notify.store.wall();
    let rows = notify.store.waiting(lane).await?;
    let Some(first) = rows.first() else { return Ok(false) };
    if let Lane::Mail(person) | Lane::Chat(person) = &first.owed.lane {
        return personal::send(notify, lane, holder, person).await;
    }
    if let Lane::Queue(queue) = &first.owed.lane
        && let Some(queue) = notify.store.config().await?.queue(queue)
        && queue.channel.is_none()
    {
        return channel::told_by_mail(notify, lane, queue).await;
    }
    if store::key::is_card(lane) {
        if first.waits(notify.store.now()) {
            return Ok(false);
        }
        tokio::time::sleep(2 * notify.settings.pace).await;
        // What came in meanwhile is shown by the same look.
        return channel::refresh(notify, &notify.store.waiting(lane).await?).await;
    }
    let pace = if store::key::is_channel(lane) { notify.settings.pace } else { Duration::ZERO };
    for row in &rows {
        if row.waits(notify.store.now()) {
            return Ok(false);
        }
        if send_one(notify, row).await? == Step::Waits {
            return Ok(false);
        }
        tokio::time::sleep(pace).await;
        if begun.duration_until(notify.store.wall()) > HALF_A_LEASE {
            return Ok(true);
        }
    }
    Ok(true)
}

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It left.
    Left,
    /// It goes another way, or nowhere.
    Moved,
    /// It has to be tried again.
    Waits,
}

/// Sends one message.
pub(crate) async fn send_one(notify: &Notify, row: &Waiting) -> Result<Step, Error> {
    if let (Lane::Webhook(id), Message::Events(last)) = (&row.owed.lane, row.owed.message) {
        return webhook::deliver(notify, row, id, last).await;
    }
    let left = deliver::deliver(notify, row).await?;
    step(notify, row, left).await
}

/// Puts on record what became of an attempt.
pub(crate) async fn step(notify: &Notify, row: &Waiting, left: Left) -> Result<Step, Error> {
    match left {
        Left::Sent { reference, landings } => {
            let sent = Sent::left(notify.store.now(), reference);
            notify.store.settle(row, &sent, &landings).await?;
            Ok(Step::Left)
        }
        Left::Nothing { why } => {
            notify.store.settle(row, &Sent::unsent(notify.store.now(), why), &[]).await?;
            Ok(Step::Moved)
        }
        Left::Elsewhere(owed) => {
            notify.store.redirect(row, owed).await?;
            Ok(Step::Moved)
        }
        Left::Refused { reason } => give_up(notify, row, reason).await,
        Left::Later { after, reason } => {
            let now = notify.store.now();
            if row.since.duration_until(now) >= GIVE_UP_AFTER {
                return give_up(notify, row, reason).await;
            }
            postpone(notify, row, after, &reason).await?;
            Ok(Step::Waits)
        }
    }
}

/// The other side takes nothing now: as long as it asked, or longer each time.
async fn postpone(
    notify: &Notify,
    row: &Waiting,
    after: Option<SignedDuration>,
    reason: &str,
) -> Result<(), Error> {
    tracing::warn!(message.id = row.owed.id(), "could not send a message yet: {reason}");
    let step = usize::try_from(row.attempts).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    let wait = after.unwrap_or_else(|| WAITS.get(step).copied().unwrap_or(WAITS[0]));
    let now = notify.store.now();
    let retry_at = now.checked_add(wait).unwrap_or(now);
    Ok(notify.store.postpone(row, retry_at).await?)
}

/// The same for whoever was asked without a message of its own.
pub(crate) async fn wait(
    notify: &Notify,
    row: &Waiting,
    after: Option<Duration>,
    reason: &str,
) -> Result<(), Error> {
    let after = after.and_then(|after| SignedDuration::try_from(after).ok());
    postpone(notify, row, after, reason).await
}

/// Puts it on the ticket's record that a message will not arrive, in the transaction that takes it
/// out of the lane. A message about that is not worth a record of its own.
async fn give_up(notify: &Notify, row: &Waiting, reason: String) -> Result<Step, Error> {
    let id = row.owed.id();
    tracing::warn!(message.id = id, "gave up on a message: {reason}");
    if matches!(row.owed.message, Message::NotDelivered | Message::Events(_) | Message::LinkCode) {
        let sent = Sent::unsent(notify.store.now(), format!("not delivered: {reason}"));
        notify.store.settle(row, &sent, &[]).await?;
        return Ok(Step::Moved);
    }
    let along = Along { settles: Some(row.key.clone()), ..Along::default() };
    let wish = |_: &store::Stored, _: &desk::config::Config| {
        Ok(Permit::undeliverable(id.clone(), reason.clone()))
    };
    notify.store.change(row.owed.number, along, wish, &no_answer).await?;
    Ok(Step::Moved)
}
