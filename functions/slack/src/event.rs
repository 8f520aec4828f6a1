//! Events: mentions, messages and what becomes of them, reactions, the home tab. Slack sends an event
//! again until it is taken.

use bytes::Bytes;
use chat::slack::payload::{Event, EventEnvelope};
use http::Response;
use serde_json::json;
use store::Error;
use store::change::Underway;
use verbs::later::{Ended, Work};

use crate::reaction::{self, Put};
use crate::{Slack, accept, foreign, home, message, unreached};

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, envelope: EventEnvelope) -> Response<Bytes> {
    let (team, id, event) = match envelope {
        EventEnvelope::UrlVerification { challenge } => {
            return accept(&json!({ "challenge": challenge }));
        }
        EventEnvelope::Callback { event_id, team_id, event } => (team_id, event_id, event),
        EventEnvelope::Other { .. } => return accept(&json!({})),
    };
    let underway = Underway::default();
    let doing = run(slack, &team, &id, event, &underway);
    match slack.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(true) | Ended::HandedOver => accept(&json!({})),
        Ended::Done(false) => foreign(),
        Ended::NotDone { .. } => unreached(),
    }
}

/// Does it in its own time.
pub(crate) async fn work(slack: &Slack, envelope: EventEnvelope) -> Result<(), Error> {
    let EventEnvelope::Callback { event_id, team_id, event } = envelope else { return Ok(()) };
    run(slack, &team_id, &event_id, event, &Underway::default()).await.map(drop)
}

/// False where this desk does not serve the workspace.
async fn run(
    slack: &Slack,
    team: &str,
    id: &str,
    event: Event,
    underway: &Underway,
) -> Result<bool, Error> {
    if !slack.serves(team).await? {
        return Ok(false);
    }
    match event {
        Event::AppMention(said) => message::mentioned(slack, team, said, underway).await?,
        Event::Message(said) => message::said(slack, team, said, underway).await?,
        Event::Changed(said) => message::changed(slack, team, id, said, underway).await?,
        Event::Deleted { channel, ts, thread_ts, user } => {
            let place = message::place(team, &channel, thread_ts.as_deref().unwrap_or(&ts));
            message::deleted(slack, team, id, &place, &ts, user.as_deref(), underway).await?;
        }
        Event::HomeOpened { user } => home::opened(slack, team, &user).await?,
        Event::Reaction { user, name, channel, ts } => {
            let put = Put { team: team.to_owned(), user, name, channel, ts };
            reaction::put(slack, put, underway).await?;
        }
        Event::Ignored | Event::Other { .. } => {}
    }
    Ok(true)
}
