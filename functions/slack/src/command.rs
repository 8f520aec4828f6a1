//! `/ticket …`: the answer is seen by whoever typed it alone. Without words it opens the dialog.

use std::time::Duration;

use bytes::Bytes;
use chat::command::Command;
use chat::slack::card::{self, Message};
use chat::slack::payload::SlashCommand;
use desk::person::Identity;
use http::Response;
use store::Error;
use store::change::{Along, Underway};
use verbs::Reply;
use verbs::later::{Ended, Work};

use crate::kept::Kept;
use crate::new_ticket::{self, Begun};
use crate::{Slack, accept, foreign, message, taken};

/// How long a dialog waits to know who opens it: whoever is not known by then is taken for somebody
/// who asks.
const KNOWN_WITHIN: Duration = Duration::from_millis(500);

/// What is answered.
enum Said {
    /// This desk does not serve the workspace.
    Foreign,
    /// A dialog is open; nothing is said.
    Opened,
    /// This.
    Message(Message),
}

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, said: &SlashCommand) -> Response<Bytes> {
    let underway = Underway::default();
    let doing = run(slack, said, &underway);
    let message = match slack.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(Said::Foreign) => return foreign(),
        Ended::Done(Said::Opened) => return taken(),
        Ended::Done(Said::Message(message)) => message,
        Ended::HandedOver => card::notice(&verbs::working_on_it()),
        Ended::NotDone { certain } => card::notice(&verbs::not_done(certain)),
    };
    accept(&chat::slack::ephemeral(message))
}

/// Does it in its own time, and answers at the address the command named for that.
pub(crate) async fn work(slack: &Slack, said: &SlashCommand) -> Result<(), Error> {
    let Said::Message(message) = run(slack, said, &Underway::default()).await? else {
        return Ok(());
    };
    if let Err(error) = slack.client.respond(&said.response_url, &message).await {
        tracing::warn!("could not answer a command late, so it goes by direct message: {error}");
        slack.tell(&said.user_id, &message).await;
    }
    Ok(())
}

async fn run(slack: &Slack, said: &SlashCommand, underway: &Underway) -> Result<Said, Error> {
    if !slack.serves(&said.team_id).await? {
        return Ok(Said::Foreign);
    }
    if said.text.is_empty() && !said.trigger_id.is_empty() {
        let refused = open_new(slack, said, &Begun::default()).await?;
        return Ok(refused.map_or(Said::Opened, |reply| Said::Message(message(reply))));
    }
    let speaker = slack.speaker(&said.team_id, &said.user_id, &said.user_name, None).await?;
    let trigger = Some(&said.trigger_id).filter(|trigger| !trigger.is_empty());
    let (team, user) = (&said.team_id, &said.user_id);
    let once = trigger.map(|trigger| slack.once(format!("command#{team}#{user}#{trigger}")));
    let along = Along {
        arrival: Some(verbs::arrival(&slack.store, "slack", &said.user_name, &said.shown)),
        ..slack.along(once, underway)
    };
    let wanted = match chat::command::parse(&said.text) {
        // Whom it is given to is meant by account.
        wanted @ Command::Assign { .. } => wanted,
        _ => chat::command::parse(&said.shown),
    };
    let files = matches!(wanted, Command::New { .. });
    let reply = verbs::carry_out(&slack.store, &speaker, wanted, along).await?;
    Ok(Said::Message(match reply {
        Reply::Card(_, ref view, _) if files => {
            let (number, version) = (view.number, view.version);
            card::with_edit(message(reply), number, version)
        }
        reply => message(reply),
    }))
}

/// Opens the dialog in which a ticket is filed; a sentence where Slack did not.
async fn open_new(
    slack: &Slack,
    said: &SlashCommand,
    begun: &Begun,
) -> Result<Option<Reply>, Error> {
    let staff = slack.is_staff(&said.team_id, &said.user_id).await;
    open(slack, &said.trigger_id, Kept { staff, ..Kept::new() }, begun).await
}

/// Opens the dialog with what is known already.
pub(crate) async fn open(
    slack: &Slack,
    trigger: &str,
    kept: Kept,
    begun: &Begun,
) -> Result<Option<Reply>, Error> {
    let config = slack.store.config().await?;
    let dialog = new_ticket::dialog(&config, &kept, begun, None);
    Ok(slack.show(trigger, &dialog).await)
}

impl Slack {
    /// Whether an account is known to be staff's. Only what is shown depends on it.
    pub(crate) async fn is_staff(&self, team: &str, user: &str) -> bool {
        let account = Identity::Slack { team: team.to_owned(), user: user.to_owned() };
        let looking = async {
            let person = self.store.find_person(&account).await?;
            let config = self.store.config().await?;
            Ok::<_, Error>(person.is_some_and(|person| config.role(&person.id).is_staff()))
        };
        matches!(tokio::time::timeout(KNOWN_WITHIN, looking).await, Ok(Ok(true)))
    }
}
