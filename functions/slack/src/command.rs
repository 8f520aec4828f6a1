//! `/ticket …`: the answer is seen by whoever typed it alone.

use bytes::Bytes;
use chat::slack::card;
use chat::slack::payload::SlashCommand;
use http::Response;
use store::Error;
use store::change::{Along, Underway};
use verbs::Reply;
use verbs::later::{Ended, Work};

use crate::{Slack, accept, foreign, message};

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, said: &SlashCommand) -> Response<Bytes> {
    let underway = Underway::default();
    let doing = run(slack, said, &underway);
    let message = match slack.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(None) => return foreign(),
        Ended::Done(Some(reply)) => message(reply),
        Ended::HandedOver => card::notice(&verbs::working_on_it()),
        Ended::NotDone { certain } => card::notice(&verbs::not_done(certain)),
    };
    accept(&chat::slack::ephemeral(message))
}

/// Does it in its own time, and answers at the address the command named for that.
pub(crate) async fn work(slack: &Slack, said: &SlashCommand) -> Result<(), Error> {
    let Some(reply) = run(slack, said, &Underway::default()).await? else { return Ok(()) };
    let message = message(reply);
    if let Err(error) = slack.client.respond(&said.response_url, &message).await {
        tracing::warn!("could not answer a command late, so it goes by direct message: {error}");
        slack.tell(&said.user_id, &message).await;
    }
    Ok(())
}

/// None where this desk does not serve the workspace.
async fn run(
    slack: &Slack,
    said: &SlashCommand,
    underway: &Underway,
) -> Result<Option<Reply>, Error> {
    if !slack.serves(&said.team_id).await? {
        return Ok(None);
    }
    let speaker = slack.speaker(&said.team_id, &said.user_id, &said.user_name, None).await?;
    let trigger = Some(&said.trigger_id).filter(|trigger| !trigger.is_empty());
    let once = trigger.map(|trigger| slack.once(format!("command#{}#{trigger}", said.team_id)));
    let along = Along {
        arrival: Some(verbs::arrival(&slack.store, "slack", &said.user_name, &said.text)),
        ..slack.along(once, underway)
    };
    let wanted = chat::command::parse(&said.text);
    verbs::carry_out(&slack.store, &speaker, wanted, along).await.map(Some)
}
