//! Shortcuts: a new ticket from anywhere, a message that becomes a ticket, belongs to one, or goes to
//! whoever asked. Each opens a dialog; what is sent comes back to `sent`.

use bytes::Bytes;
use chat::slack::payload::{Actor, Target};
use desk::config::ChatChannel;
use http::Response;
use serde_json::json;
use store::Error;
use store::change::Underway;
use verbs::Reply;
use verbs::later::{Ended, Work};
use verbs::offer::candidates;

use crate::kept::Kept;
use crate::new_ticket::Begun;
use crate::{Slack, accept, command, dialogs, foreign, message, person, unreached, words};

/// A new ticket, from anywhere.
const NEW: &str = "ticket.new";
/// A message becomes a ticket.
const CREATE: &str = "ticket.create";
/// A message belongs to a ticket.
const ADD: &str = "ticket.add";
/// A message goes to whoever asked.
const SEND: &str = "ticket.send_to_requester";

/// What the shortcuts are called, as the app's manifest names them.
#[cfg(test)]
pub(crate) const ALL: [&str; 4] = [NEW, CREATE, ADD, SEND];

/// How many tickets are offered.
const OFFERED: usize = 100;

/// A shortcut somebody used.
pub(crate) struct Used {
    /// Who.
    pub by: Actor,
    /// Which.
    pub callback: String,
    /// Opens one dialog within three seconds.
    pub trigger: String,
    /// On which message; none where it is offered everywhere.
    pub target: Option<Box<Target>>,
}

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, used: Used) -> Response<Bytes> {
    let underway = Underway::default();
    match slack.hand_over.in_time(work, &underway, run(slack, &used)).await {
        Ended::Done(None) => foreign(),
        Ended::Done(Some(reply)) => {
            if let Some(reply) = reply {
                slack.tell(&used.by.user, &message(reply)).await;
            }
            accept(&json!({}))
        }
        Ended::HandedOver => accept(&json!({})),
        Ended::NotDone { .. } => unreached(),
    }
}

/// Does it in its own time: the moment for a dialog is over by then, which is said.
pub(crate) async fn work(slack: &Slack, used: Used) -> Result<(), Error> {
    if let Some(Some(reply)) = run(slack, &used).await? {
        slack.tell(&used.by.user, &message(reply)).await;
    }
    Ok(())
}

/// None where this desk does not serve the workspace; what is to be said where no dialog opens.
async fn run(slack: &Slack, used: &Used) -> Result<Option<Option<Reply>>, Error> {
    if !slack.serves(&used.by.team).await? {
        return Ok(None);
    }
    let said = match (used.callback.as_str(), &used.target) {
        (NEW, None) => anew(slack, used).await?,
        (CREATE, Some(target)) => create(slack, used, target).await?,
        (ADD, Some(target)) => add(slack, used, target).await?,
        (SEND, Some(target)) => send(slack, used, target).await?,
        _ => None,
    };
    Ok(Some(said))
}

async fn anew(slack: &Slack, used: &Used) -> Result<Option<Reply>, Error> {
    let staff = slack.is_staff(&used.by.team, &used.by.user).await;
    let kept = Kept { staff, ..Kept::new() };
    command::open(slack, &used.trigger, kept, &Begun::default()).await
}

/// The message's words stand in the dialog; its thread and its files come along.
async fn create(slack: &Slack, used: &Used, target: &Target) -> Result<Option<Reply>, Error> {
    let staff = slack.is_staff(&used.by.team, &used.by.user).await;
    let about = match target.user.as_deref().filter(|user| staff && *user != used.by.user) {
        Some(user) => {
            let (store, client) = (&slack.store, &slack.client);
            let author = person::identify(store, client, &used.by.team, user, "").await?;
            Some(words::on_behalf(&author.0.name))
        }
        None => None,
    };
    let begun = Begun {
        title: Some(desk::history::title_of(&target.text, 140)),
        description: Some(target.text.clone()),
        about,
        ..Begun::default()
    };
    command::open(slack, &used.trigger, Kept { staff, ..Kept::of(target) }, &begun).await
}

async fn add(slack: &Slack, used: &Used, target: &Target) -> Result<Option<Reply>, Error> {
    let speaker = slack.actor(&used.by).await?;
    let offered = candidates(&slack.store, &speaker, OFFERED).await?;
    let dialog = dialogs::add(&Kept::of(target), &offered, &target.text);
    Ok(slack.show(&used.trigger, &dialog).await)
}

/// What agents say below a card becomes an answer, once somebody has looked at it.
async fn send(slack: &Slack, used: &Used, target: &Target) -> Result<Option<Reply>, Error> {
    let thread = target.thread_ts.as_deref().unwrap_or(&target.ts);
    let channel = ChatChannel::Slack(target.channel.clone());
    let number = match slack.store.card_at(&channel, thread).await? {
        Some(number) => Some(number),
        None => {
            let place = crate::message::place(&used.by.team, &target.channel, thread);
            slack.store.thread(&place).await?
        }
    };
    let speaker = slack.actor(&used.by).await?;
    let readable = match number {
        Some(number) => verbs::readable(&slack.store, &speaker, number).await?,
        None => None,
    };
    // Whoever may not see the ticket does not learn that the message belongs to one.
    let Some(stored) = readable else {
        return Ok(Some(Reply::Notice(words::NO_TICKET_HERE.into())));
    };
    let number = stored.ticket.number;
    let staff = slack.is_staff(&used.by.team, &used.by.user).await;
    let files = Kept::of(target).files;
    let kept = Kept { files, ..Kept::about(number.0, None) };
    let dialog = dialogs::reply(&kept, staff, Some(target.text.clone()));
    Ok(slack.show(&used.trigger, &dialog).await)
}
