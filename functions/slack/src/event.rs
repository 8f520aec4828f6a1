//! Events: somebody mentioned the app in a channel. Slack sends an event again until it is taken.

use bytes::Bytes;
use chat::slack::payload::{Event, EventEnvelope};
use desk::ticket::Place;
use http::Response;
use serde_json::json;
use store::Error;
use store::change::{Along, Underway};
use verbs::later::{Ended, Work};

use crate::{Slack, accept, foreign, unreached};

/// A mention, and where it was.
struct Mention {
    event: String,
    user: String,
    channel: String,
    ts: String,
    thread: Option<String>,
    text: String,
}

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, envelope: EventEnvelope) -> Response<Bytes> {
    if let EventEnvelope::UrlVerification { challenge } = &envelope {
        return accept(&json!({ "challenge": challenge }));
    }
    let Some((team, mention)) = read(envelope) else { return accept(&json!({})) };
    let underway = Underway::default();
    let doing = run(slack, &team, mention, &underway);
    match slack.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(true) | Ended::HandedOver => accept(&json!({})),
        Ended::Done(false) => foreign(),
        Ended::NotDone { .. } => unreached(),
    }
}

/// Does it in its own time.
pub(crate) async fn work(slack: &Slack, envelope: EventEnvelope) -> Result<(), Error> {
    let Some((team, mention)) = read(envelope) else { return Ok(()) };
    run(slack, &team, mention, &Underway::default()).await.map(drop)
}

/// The workspace an event is of, and the mention if it is one; none for an envelope without event.
fn read(envelope: EventEnvelope) -> Option<(String, Option<Mention>)> {
    let EventEnvelope::Callback { event_id, team_id, event } = envelope else { return None };
    let mention = match event {
        Event::AppMention { user, channel, ts, thread_ts, text } => {
            Some(Mention { event: event_id, user, channel, ts, thread: thread_ts, text })
        }
        Event::Ignored | Event::Other { .. } => None,
    };
    Some((team_id, mention))
}

/// False where this desk does not serve the workspace.
async fn run(
    slack: &Slack,
    team: &str,
    mention: Option<Mention>,
    underway: &Underway,
) -> Result<bool, Error> {
    if !slack.serves(team).await? {
        return Ok(false);
    }
    if let Some(mention) = mention {
        take(slack, team, mention, underway).await?;
    }
    Ok(true)
}

/// A mention in a ticket's own thread is a message of it; any other opens a ticket.
async fn take(slack: &Slack, team: &str, said: Mention, underway: &Underway) -> Result<(), Error> {
    let in_thread = said.thread.is_some();
    let thread = said.thread.unwrap_or(said.ts);
    let place = Place::Slack { team: team.to_owned(), channel: said.channel, thread };
    let speaker = slack.speaker(team, &said.user, "", Some(place.clone())).await?;
    let once = Some(slack.once(format!("event#{}", said.event)));
    let known = if in_thread { slack.store.thread(&place).await? } else { None };
    if let Some(number) = known {
        let along = slack.along(once.clone(), underway);
        let spoken =
            verbs::speak_in_thread(&slack.store, &speaker, number, &said.text, along).await?;
        if spoken.is_some() {
            return Ok(());
        }
    }
    let along = Along {
        arrival: Some(verbs::arrival(&slack.store, "slack", &speaker.person.name, &said.text)),
        threads: if known.is_none() { vec![place] } else { Vec::new() },
        ..slack.along(once, underway)
    };
    let text = verbs::words_of(&said.text);
    match known {
        Some(number) => verbs::go_on(&slack.store, &speaker, number, text, along).await?,
        None => verbs::file_ticket(&slack.store, &speaker, text, along).await?,
    };
    Ok(())
}
