//! The home tab: what waits for whoever opens it. It is drawn when it is opened and when something is
//! chosen there.

use chat::slack::dialog::Choice;
use chat::slack::home::{self, Home};
use chat::slack::payload::{Actor, Pressed};
use serde::{Deserialize, Serialize};
use store::Error;
use store::read::Resume;
use verbs::home::Filter;

use crate::{Slack, words};

/// Where a later page begins, as its button carries it.
#[derive(Serialize, Deserialize)]
struct Later {
    #[serde(rename = "f")]
    filter: String,
    #[serde(rename = "a")]
    after: Resume,
}

/// Somebody opened it.
pub(crate) async fn opened(slack: &Slack, team: &str, user: &str) -> Result<(), Error> {
    let by = Actor { team: team.into(), user: user.into(), name: String::new() };
    draw(slack, &by, &Filter::default(), None).await
}

/// Something was chosen on it; false where that is no page of it.
pub(crate) async fn chosen(slack: &Slack, pressed: &Pressed) -> Result<bool, Error> {
    let value = pressed.value.as_deref().unwrap_or_default();
    match pressed.action_id.as_str() {
        home::FILTER | home::FIRST => {
            draw(slack, &pressed.by, &Filter::parse(value), None).await?;
        }
        home::NEXT => {
            let later: Option<Later> = serde_json::from_str(value).ok();
            let filter = later.as_ref().map(|later| Filter::parse(&later.filter));
            let after = later.map(|later| later.after);
            draw(slack, &pressed.by, &filter.unwrap_or_default(), after).await?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

async fn draw(
    slack: &Slack,
    by: &Actor,
    filter: &Filter,
    after: Option<Resume>,
) -> Result<(), Error> {
    let speaker = slack.actor(by).await?;
    let is_later = after.is_some();
    let seen = verbs::home::home(&slack.store, &speaker, filter, after).await?;
    let later = seen.next.map(|after| Later { filter: filter.word(), after });
    let choice =
        |(filter, label): &(Filter, String)| Choice { label: label.clone(), value: filter.word() };
    let shown = Home {
        heading: words::home(&speaker.person.name),
        filters: seen.filters.iter().map(choice).collect(),
        chosen: filter.word(),
        groups: seen.groups,
        next: later.and_then(|later| serde_json::to_string(&later).ok()),
        is_later,
        nothing: words::NOTHING_HERE.into(),
    };
    if let Err(error) = slack.client.publish_view(&by.user, &home::view(&shown)).await {
        tracing::warn!("Slack did not take a home tab: {error}");
    }
    Ok(())
}
