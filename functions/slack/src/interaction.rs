//! Buttons of a ticket's card. A button has no answer of its own that a person would see: what it did
//! is said to them alone, by direct message.

use std::time::Duration;

use bytes::Bytes;
use chat::slack::card::Message;
use chat::slack::payload::Interaction;
use chat::view::Button;
use http::Response;
use serde_json::json;
use store::Error;
use store::change::Underway;
use verbs::Reply;
use verbs::later::{Ended, Work};

use crate::{Slack, accept, foreign, message, unreached};

/// What is left of Slack's three seconds once the work is done.
const TELL_WITHIN: Duration = Duration::from_millis(700);
/// What is left of them where it could neither be done nor handed over.
const LAST_WORD_WITHIN: Duration = Duration::from_millis(200);

/// A button somebody pressed.
struct Press {
    team: String,
    user: String,
    name: String,
    trigger: String,
    /// None where it is no button of ours, or of another time.
    what: Option<(Button, u64)>,
}

/// What came of it.
enum Pressed {
    /// This desk does not serve the workspace.
    Foreign,
    /// It is no button of ours.
    Nothing,
    /// There is something to say.
    Said(Reply),
}

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, pressed: Interaction) -> Response<Bytes> {
    let Some(press) = read(pressed) else { return accept(&json!({})) };
    let underway = Underway::default();
    let doing = run(slack, &press, &underway);
    match slack.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(Pressed::Foreign) => foreign(),
        Ended::Done(Pressed::Nothing) | Ended::HandedOver => accept(&json!({})),
        Ended::Done(Pressed::Said(reply)) => {
            slack.tell_in_time(&press.user, &message(reply), TELL_WITHIN).await;
            accept(&json!({}))
        }
        Ended::NotDone { certain } => {
            let notice = chat::slack::card::notice(&verbs::not_done(certain));
            slack.tell_in_time(&press.user, &notice, LAST_WORD_WITHIN).await;
            unreached()
        }
    }
}

/// Does it in its own time.
pub(crate) async fn work(slack: &Slack, pressed: Interaction) -> Result<(), Error> {
    let Some(press) = read(pressed) else { return Ok(()) };
    if let Pressed::Said(reply) = run(slack, &press, &Underway::default()).await? {
        slack.tell(&press.user, &message(reply)).await;
    }
    Ok(())
}

fn read(interaction: Interaction) -> Option<Press> {
    let Interaction::BlockAction {
        team_id, user_id, user_name, action_id, value, trigger_id, ..
    } = interaction
    else {
        return None;
    };
    let number = value.and_then(|value| value.parse().ok());
    let what = Button::from_action_id(&action_id).zip(number);
    Some(Press { team: team_id, user: user_id, name: user_name, trigger: trigger_id, what })
}

async fn run(slack: &Slack, press: &Press, underway: &Underway) -> Result<Pressed, Error> {
    if !slack.serves(&press.team).await? {
        return Ok(Pressed::Foreign);
    }
    let Some((button, number)) = press.what else { return Ok(Pressed::Nothing) };
    let speaker = slack.speaker(&press.team, &press.user, &press.name, None).await?;
    let once = slack.once(format!("action#{}#{}", press.team, press.trigger));
    let along = slack.along(Some(once), underway);
    verbs::press(&slack.store, &speaker, button, number, along).await.map(Pressed::Said)
}

impl Slack {
    async fn tell_in_time(&self, user: &str, said: &Message, within: Duration) {
        if tokio::time::timeout(within, self.tell(user, said)).await.is_err() {
            tracing::warn!("Slack took too long to take an answer to a button");
        }
    }

    /// Says something to one person alone. What was done stands, whether or not they hear of it.
    pub(crate) async fn tell(&self, user: &str, said: &Message) {
        if let Err(error) = self.client.post_message(user, said, None).await {
            tracing::warn!("could not answer somebody in Slack: {error}");
        }
    }
}
