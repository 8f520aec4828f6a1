//! A queue's channel: one card a ticket, changed in place, and below it what was said elsewhere. A
//! broken promise stands beside the cards, where it is seen.

use chat::send::SendError;
use chat::view::Button;
use desk::config::{ChatChannel, Queue};
use desk::message::Message;
use desk::outbox::{Otherwise, Owed};
use desk::{QueueId, Status};
use store::delivery::Sent;
use store::lane::{Waiting, by_mail};
use store::talk::{Card, Landing};

use crate::deliver::Left;
use crate::facts::Facts;
use crate::letter::{Kind, Letter};
use crate::post::{Post, card_at, posted_at};
use crate::{Error, Notify, discord_thread, words};

/// What is on record of what was for a channel that there is not.
const NO_CHANNEL: &str = "no channel";

/// To the queue it is owed to, wherever the ticket has gone since.
pub(crate) async fn to_queue(
    notify: &Notify,
    row: &Waiting,
    facts: &Facts,
    queue: &QueueId,
) -> Result<Left, Error> {
    let Some(queue) = facts.config.queue(queue) else { return Ok(Left::nothing("no queue")) };
    let Some(channel) = &queue.channel else {
        return Ok(instead(row, queue, NO_CHANNEL.into()));
    };
    let letter = words::letter(facts, row.owed.message);
    if let Message::MirrorChanged(said) = row.owed.message {
        return change(notify, row, facts, &letter, queue, said).await;
    }
    let buttons = buttons(facts, letter.kind);
    let post = Post { row, facts, letter: &letter, buttons: &buttons };
    let below = match letter.kind {
        Kind::Words => card_in(notify, row, queue, channel).await?,
        Kind::Card | Kind::Alert => None,
    };
    let left = match (channel, &below) {
        (ChatChannel::Slack(_), Some(Card { channel: ChatChannel::Slack(id), message, .. })) => {
            post.in_slack(notify, id, Some(message)).await
        }
        (ChatChannel::Slack(id), _) => post.in_slack(notify, id, None).await,
        (ChatChannel::Discord(id), card) => {
            let below = card.as_ref().map(|card| card.message.as_str());
            post.in_discord(notify, id, below).await
        }
    };
    Ok(match left {
        Left::Sent { reference, mut landings } => {
            if letter.kind == Kind::Card {
                let shown = facts.ticket().version;
                landings.extend(card_at(&queue.id, &reference, shown));
            }
            Left::Sent { reference, landings }
        }
        // A channel the app was thrown out of is no reason that nobody hears of it.
        Left::Refused { reason } => {
            tracing::warn!(queue = queue.id.as_str(), "a channel takes nothing: {reason}");
            instead(row, queue, format!("not in the channel: {reason}"))
        }
        other => other,
    })
}

/// The way it goes where it cannot be said in the channel.
fn instead(row: &Waiting, queue: &Queue, reason: String) -> Left {
    match row.owed.otherwise {
        Otherwise::Mail => Left::Elsewhere(to_members(row, queue)),
        Otherwise::Nothing => Left::nothing(reason),
    }
}

/// What is said to a queue that has no channel goes to its members by mail, as much of it at once as one
/// look finds: nothing of the tickets has to be read for that, and after a storm it is a hundred
/// thousand rows. False where nothing more may leave now.
pub(crate) async fn told_by_mail(
    notify: &Notify,
    lane: &str,
    queue: &Queue,
) -> Result<bool, Error> {
    let now = notify.store.now();
    let rows = notify.store.many_waiting_after(lane, None).await?;
    let ready: Vec<Waiting> = rows.into_iter().take_while(|row| !row.waits(now)).collect();
    let more = !ready.is_empty();
    let (mailed, silent): (Vec<Waiting>, Vec<Waiting>) =
        ready.into_iter().partition(|row| row.owed.otherwise == Otherwise::Mail);
    let sent = Sent::unsent(now, NO_CHANNEL);
    notify.store.settle_all(&silent, &sent).await?;
    let with_mails = |row: Waiting| (row.clone(), to_members(&row, queue));
    let mailed: Vec<_> = mailed.into_iter().map(with_mails).collect();
    notify.store.redirect_all(&mailed).await?;
    Ok(more)
}

/// The mails that stand for it.
fn to_members(row: &Waiting, queue: &Queue) -> Vec<Owed> {
    let told = &row.owed.except;
    let members = queue.members.iter().filter(|member| !told.contains(member));
    members.map(|member| by_mail(&row.owed, member)).collect()
}

/// The ticket's card, where it still stands in the queue's channel.
async fn card_in(
    notify: &Notify,
    row: &Waiting,
    queue: &Queue,
    channel: &ChatChannel,
) -> Result<Option<Card>, Error> {
    let cards = notify.store.cards(row.owed.number).await?;
    let same_service = |card: &Card| {
        matches!(
            (&card.channel, channel),
            (ChatChannel::Slack(_), ChatChannel::Slack(_))
                | (ChatChannel::Discord(_), ChatChannel::Discord(_))
        )
    };
    Ok(cards.into_iter().find(|card| card.queue == queue.id && same_service(card)))
}

/// What agents can press on a card, or on the news of a broken promise.
fn buttons(facts: &Facts, kind: Kind) -> Vec<Button> {
    let ticket = facts.ticket();
    let takes = ticket.assignee.is_none().then_some(Button::Take);
    match (kind, ticket.status) {
        (Kind::Words, _) | (_, Status::Resolved | Status::Closed) => Vec::new(),
        (Kind::Alert, _) => {
            let rest = [Button::Acknowledge, Button::Reassign, Button::Extend];
            takes.into_iter().chain(rest).collect()
        }
        (Kind::Card, Status::InProgress) => {
            vec![Button::Reply, Button::Note, Button::Reassign, Button::Resolve]
        }
        (Kind::Card, _) => takes.into_iter().chain([Button::Reply, Button::Reassign]).collect(),
    }
}

/// What was said below the card reads otherwise.
async fn change(
    notify: &Notify,
    row: &Waiting,
    facts: &Facts,
    letter: &Letter,
    queue: &Queue,
    said: u32,
) -> Result<Left, Error> {
    let sent = notify.store.sent_to_queue(row.owed.number, said, &queue.id).await?;
    let Some(sent) = sent else { return Ok(Left::nothing("it was not said there")) };
    let Some((channel, message)) = posted_at(&sent.reference) else {
        return Ok(Left::nothing("it was not said in chat"));
    };
    let post = Post { row, facts, letter, buttons: &[] };
    let changed = put(notify, &post, &channel, message).await;
    Ok(match changed {
        Ok(()) => Left::sent(sent.reference),
        Err(SendError::Permanent { reason }) => Left::nothing(format!("not changed: {reason}")),
        Err(error) => error.into(),
    })
}

/// Puts a message in the place of an earlier one.
async fn put(
    notify: &Notify,
    post: &Post<'_>,
    channel: &ChatChannel,
    message: &str,
) -> Result<(), SendError> {
    match channel {
        ChatChannel::Slack(id) => {
            notify.slack.update_message(id, message, &post.for_slack()).await.map(drop)
        }
        ChatChannel::Discord(id) => {
            notify.discord.edit_message(id, message, &post.for_discord()).await
        }
    }
}

/// Lets every card of a ticket show how it stands now: all looks that wait at once. False where one
/// of them has to wait.
pub(crate) async fn refresh(notify: &Notify, rows: &[Waiting]) -> Result<bool, Error> {
    let (Some(first), Some(row)) = (rows.first(), rows.last()) else { return Ok(true) };
    let now = notify.store.now();
    if let Some(facts) = Facts::of(notify, row, None).await?.map(Facts::in_channel) {
        if facts.ticket().status == Status::Closed {
            discord_thread::close(notify, &facts).await?;
        }
        let version = facts.ticket().version;
        let cards = notify.store.cards(row.owed.number).await?;
        for card in cards.into_iter().filter(|card| card.shown < version) {
            let letter = words::letter(&facts, Message::Card);
            let here = facts.ticket().queue.as_ref() == Some(&card.queue);
            let buttons = if here { buttons(&facts, Kind::Card) } else { Vec::new() };
            let post = Post { row, facts: &facts, letter: &letter, buttons: &buttons };
            match put(notify, &post, &card.channel, &card.message).await {
                Ok(()) => {
                    let now_shown = Landing::Card(Card { shown: version, ..card });
                    notify.store.landed(row.owed.number, &now_shown).await?;
                }
                Err(SendError::Retry { after, reason }) => {
                    // The first look is the one the lane is held up by.
                    return crate::lane::wait(notify, first, after, &reason).await.map(|()| false);
                }
                // Somebody deleted it, or threw the app out: the ticket is no worse for it.
                Err(SendError::Permanent { reason }) => {
                    tracing::warn!(ticket = row.owed.number.0, "a card stays as it was: {reason}");
                }
            }
        }
    }
    let sent = Sent::left(now, "the card shows it");
    notify.store.settle_all(rows, &sent).await?;
    Ok(true)
}
