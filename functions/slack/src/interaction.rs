//! Interactions: which of them it is, and the buttons of a ticket's card. A button has no answer of its
//! own that a person would see: what it did is said to them alone, by direct message, unless it opened
//! a dialog.

use std::time::Duration;

use bytes::Bytes;
use chat::command::Command;
use chat::slack::card::{self, Message};
use chat::slack::dialog::{self, Dialog};
use chat::slack::payload::{Interaction, Pressed, View};
use chat::view::Button;
use desk::{Number, sla};
use http::Response;
use serde_json::json;
use store::Error;
use store::change::{Along, Underway};
use verbs::Reply;
use verbs::filing::TITLE_FIELD;
use verbs::later::{Ended, Work};

use crate::kept::Kept;
use crate::new_ticket::Begun;
use crate::shortcut::{self, Used};
use crate::{
    Slack, accept, command, dialogs, direct, foreign, home, message, new_ticket, sent, unreached,
    words,
};

/// What is left of Slack's three seconds once the work is done.
const TELL_WITHIN: Duration = Duration::from_millis(700);
/// What is left of them where it could neither be done nor handed over.
const LAST_WORD_WITHIN: Duration = Duration::from_millis(200);

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, done: Interaction) -> Response<Bytes> {
    match done {
        Interaction::Pressed(pressed) => press(slack, work, &pressed).await,
        Interaction::Sent { by, view } => sent::answer(slack, work, by, *view).await,
        Interaction::OnMessage { by, callback, trigger_id: trigger, target } => {
            let used = Used { by, callback, trigger, target: Some(target) };
            shortcut::answer(slack, work, used).await
        }
        Interaction::Anywhere { by, callback, trigger_id: trigger } => {
            let used = Used { by, callback, trigger, target: None };
            shortcut::answer(slack, work, used).await
        }
        Interaction::Other { .. } => accept(&json!({})),
    }
}

/// Does it in its own time.
pub(crate) async fn work(slack: &Slack, done: Interaction) -> Result<(), Error> {
    match done {
        Interaction::Pressed(pressed) => {
            let after = run(slack, &pressed, &Underway::default()).await?;
            if let After::Said(reply) = after {
                slack.tell(&pressed.by.user, &message(reply)).await;
            }
            Ok(())
        }
        Interaction::Sent { by, view } => sent::work(slack, by, *view).await,
        Interaction::OnMessage { by, callback, trigger_id: trigger, target } => {
            shortcut::work(slack, Used { by, callback, trigger, target: Some(target) }).await
        }
        Interaction::Anywhere { by, callback, trigger_id: trigger } => {
            shortcut::work(slack, Used { by, callback, trigger, target: None }).await
        }
        Interaction::Other { .. } => Ok(()),
    }
}

/// What came of a button.
enum After {
    /// This desk does not serve the workspace.
    Foreign,
    /// It is no button of ours, or a dialog is open.
    Nothing,
    /// There is something to say.
    Said(Reply),
}

async fn press(slack: &Slack, work: Work, pressed: &Pressed) -> Response<Bytes> {
    let underway = Underway::default();
    let doing = run(slack, pressed, &underway);
    match slack.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(After::Foreign) => foreign(),
        Ended::Done(After::Nothing) | Ended::HandedOver => accept(&json!({})),
        Ended::Done(After::Said(reply)) => {
            slack.tell_in_time(&pressed.by.user, &message(reply), TELL_WITHIN).await;
            accept(&json!({}))
        }
        Ended::NotDone { certain } => {
            let notice = card::notice(&verbs::not_done(certain));
            slack.tell_in_time(&pressed.by.user, &notice, LAST_WORD_WITHIN).await;
            unreached()
        }
    }
}

async fn run(slack: &Slack, pressed: &Pressed, underway: &Underway) -> Result<After, Error> {
    if !slack.serves(&pressed.by.team).await? {
        return Ok(After::Foreign);
    }
    if let Some(view) = &pressed.view
        && view.callback == new_ticket::CALLBACK
    {
        return refreshed(slack, pressed, view).await;
    }
    if pressed.action_id == direct::PICK {
        let said = direct::picked(slack, pressed, underway).await?;
        return Ok(said.map_or(After::Nothing, After::Said));
    }
    if home::chosen(slack, pressed).await? {
        return Ok(After::Nothing);
    }
    if pressed.action_id == chat::slack::home::NEW {
        return anew(slack, pressed).await;
    }
    let about = pressed.value.as_deref().and_then(Button::read_value);
    let Some((number, seen)) = about else { return Ok(After::Nothing) };
    if pressed.action_id == chat::slack::home::SHOW {
        return look(slack, pressed, number).await;
    }
    if pressed.action_id == card::EDIT {
        return edit(slack, pressed, number, seen).await;
    }
    let Some(button) = Button::from_action_id(&pressed.action_id) else {
        return Ok(After::Nothing);
    };
    let kept = Kept::about(number, seen);
    match button {
        Button::Reply | Button::Note | Button::Reassign | Button::Extend => {
            ask(slack, pressed, button, &kept).await
        }
        button => done(slack, pressed, button, kept, underway).await,
    }
}

/// A form or an answer was chosen, or a title typed: other fields may be asked now, and what they asked
/// before is shown.
async fn refreshed(slack: &Slack, pressed: &Pressed, view: &View) -> Result<After, Error> {
    let config = slack.store.config().await?;
    let mut kept = Kept::read(&view.metadata);
    if let Some(form) = new_ticket::picked(&pressed.block_id, pressed.value.as_deref()) {
        kept.form = form;
    }
    let similar = match view.text(TITLE_FIELD).filter(|title| !title.trim().is_empty()) {
        Some(title) => {
            let speaker = slack.actor(&pressed.by).await?;
            verbs::offer::similar(&slack.store, &speaker, title).await?
        }
        None => Vec::new(),
    };
    let begun = Begun { similar, ..Begun::default() };
    let dialog = new_ticket::dialog(&config, &kept, &begun, Some(view));
    let shown = dialog::modal(&dialog);
    let hash = Some(view.hash.as_str()).filter(|hash| !hash.is_empty());
    // Where the dialog changed meanwhile, the later choice has been shown already.
    if let Err(error) = slack.client.update_view(&view.id, hash, &shown).await {
        tracing::warn!("Slack did not change a dialog: {error}");
    }
    Ok(After::Nothing)
}

async fn anew(slack: &Slack, pressed: &Pressed) -> Result<After, Error> {
    let staff = slack.is_staff(&pressed.by.team, &pressed.by.user).await;
    let kept = Kept { staff, ..Kept::new() };
    Ok(shown(command::open(slack, &pressed.trigger_id, kept, &Begun::default()).await?))
}

/// A ticket, as somebody may see it who chose it on their home tab.
async fn look(slack: &Slack, pressed: &Pressed, number: u64) -> Result<After, Error> {
    let speaker = slack.actor(&pressed.by).await?;
    let wanted = Command::Show(number);
    let reply = verbs::carry_out(&slack.store, &speaker, wanted, Along::default()).await?;
    Ok(shown(slack.ask(pressed, &dialogs::done(words::TICKET, reply)).await))
}

/// What was filed, to be said better by whoever may see it.
async fn edit(
    slack: &Slack,
    pressed: &Pressed,
    number: u64,
    seen: Option<u32>,
) -> Result<After, Error> {
    let speaker = slack.actor(&pressed.by).await?;
    let title = verbs::offer::title(&slack.store, &speaker, Number(number)).await?;
    let Some(title) = title else {
        return Ok(After::Said(Reply::Notice(words::NO_SUCH_TICKET.into())));
    };
    let dialog = dialogs::edit(&Kept::about(number, seen), &title);
    Ok(shown(slack.ask(pressed, &dialog).await))
}

/// A button that asks something first.
async fn ask(
    slack: &Slack,
    pressed: &Pressed,
    button: Button,
    kept: &Kept,
) -> Result<After, Error> {
    let staff = slack.is_staff(&pressed.by.team, &pressed.by.user).await;
    let dialog = match button {
        Button::Note => dialogs::note(kept),
        Button::Reassign => dialogs::assign(kept),
        // Whoever may not see the ticket is told nothing of it before what they send is refused.
        Button::Extend if !staff => dialogs::extend(kept, None),
        Button::Extend => dialogs::extend(kept, due(slack, kept).await?),
        _ => dialogs::reply(kept, staff, None),
    };
    Ok(shown(slack.ask(pressed, &dialog).await))
}

/// When the solution is due so far.
async fn due(slack: &Slack, kept: &Kept) -> Result<Option<i64>, Error> {
    let Some(number) = kept.number else { return Ok(None) };
    let stored = slack.store.ticket(Number(number)).await?;
    let due = stored.and_then(|stored| sla::due_at(&stored.ticket, sla::Metric::Resolution));
    Ok(due.map(|at| at.as_second()))
}

/// A button that does something at once. Whoever rates, or says that it is not solved, can then say
/// why: it counts whether or not they do.
async fn done(
    slack: &Slack,
    pressed: &Pressed,
    button: Button,
    kept: Kept,
    underway: &Underway,
) -> Result<After, Error> {
    let by = &pressed.by;
    let speaker = slack.actor(by).await?;
    let once = slack.once(format!("action#{}#{}#{}", by.team, by.user, pressed.trigger_id));
    let along = slack.along(Some(once), underway);
    let number = kept.number.unwrap_or_default();
    let reply = verbs::press(&slack.store, &speaker, button, number, kept.version, along).await?;
    let after = match button {
        Button::Rate(score) => {
            Some(dialogs::comment(&Kept { chosen: Some(score.to_string()), ..kept }))
        }
        Button::NotSolved | Button::Reopen => Some(dialogs::reason(&kept)),
        _ => None,
    };
    // A refusal is a sentence; there is nothing to add to it.
    if let (Some(dialog), Reply::Card(..)) = (after, &reply) {
        // Without the dialog, what was done is said as of any other button.
        if slack.ask(pressed, &dialog).await.is_none() {
            return Ok(After::Nothing);
        }
    }
    Ok(After::Said(reply))
}

fn shown(refused: Option<Reply>) -> After {
    refused.map_or(After::Nothing, After::Said)
}

impl Slack {
    /// Shows a dialog, on top of the one the button stands in.
    async fn ask(&self, pressed: &Pressed, dialog: &Dialog) -> Option<Reply> {
        let trigger = &pressed.trigger_id;
        if !pressed.view.as_ref().is_some_and(|view| view.is_modal) {
            return self.show(trigger, dialog).await;
        }
        match self.client.push_view(trigger, &dialog::modal(dialog)).await {
            Ok(_) => None,
            Err(error) => {
                tracing::warn!("Slack did not open a dialog on top of another one: {error}");
                Some(Reply::Notice(words::NOT_OPENED.into()))
            }
        }
    }

    async fn tell_in_time(&self, user: &str, said: &Message, within: Duration) {
        if tokio::time::timeout(within, self.tell(user, said)).await.is_err() {
            tracing::warn!("Slack took too long to take an answer to a button");
        }
    }
}
