//! What people say to the desk alone. Without an open ticket it is a new one; with one it belongs to
//! that; with several they are asked which. The question carries what was said, so that nothing is kept
//! beside it.

use chat::slack::card;
use chat::slack::payload::{FileRef, Pressed, Said};
use desk::Number;
use store::Error;
use store::change::Underway;
use verbs::Reply;
use verbs::filing::Filed;
use verbs::offer::{Candidate, asked_open};

use crate::message::Heard;
use crate::{Slack, words};

/// How many tickets are offered.
const OFFERED: usize = 20;
/// The action of the answer.
pub(crate) const PICK: &str = "dm.pick";
/// The answer that none of them is meant.
const NONE: &str = "new";

/// A message that belongs to no ticket's conversation yet.
pub(crate) async fn said(slack: &Slack, heard: Heard, said: Said) -> Result<(), Error> {
    // Whoever goes on in a thread of an ended ticket goes on from that one.
    if heard.belongs_to.is_some() || heard.speaker.is_new {
        return tell(slack, &said.user.clone(), heard.is_filed(slack, said).await?).await;
    }
    let open = asked_open(&slack.store, &heard.speaker, OFFERED).await?;
    match open.as_slice() {
        [] => tell(slack, &said.user.clone(), heard.is_filed(slack, said).await?).await,
        [one] => {
            let number = Number(one.number);
            heard.say_in(slack, number, false, &said).await.map(drop)
        }
        several => {
            ask(slack, &said, several).await;
            Ok(())
        }
    }
}

/// A receipt follows a ticket; what was not filed is said here.
async fn tell(slack: &Slack, user: &str, filed: Filed) -> Result<(), Error> {
    if let Filed::Problems(problems) = filed {
        slack.tell(user, &card::notice(&words::not_filed(&problems))).await;
    }
    Ok(())
}

/// Asks below the message which ticket it is about.
async fn ask(slack: &Slack, said: &Said, open: &[Candidate]) {
    let options =
        open.iter().map(|one| (one.number.to_string(), format!("#{} {}", one.number, one.title)));
    let options: Vec<(String, String)> =
        options.chain([(NONE.to_owned(), words::A_NEW_ONE.to_owned())]).collect();
    let ids: Vec<&str> = said.files.iter().map(|file| file.id.as_str()).collect();
    let block = format!("dm:{}:{}", said.ts, ids.join(","));
    let asked = card::question(words::PICK, &said.text, &block, PICK, &options);
    if let Err(error) = slack.client.post_message(&said.channel, &asked, Some(&said.ts)).await {
        tracing::warn!("could not ask which ticket a message is about: {error}");
    }
}

/// The answer to that question: what was said comes back with it.
pub(crate) async fn picked(
    slack: &Slack,
    pressed: &Pressed,
    underway: &Underway,
) -> Result<Option<Reply>, Error> {
    let Some(said) = read(pressed) else { return Ok(None) };
    let heard = Heard::again(slack, &pressed.by, &said, underway).await?;
    let number = pressed.value.as_deref().and_then(|value| value.parse().ok()).map(Number);
    match number {
        Some(number) => heard.say_in(slack, number, false, &said).await,
        None => match heard.is_filed(slack, said).await? {
            Filed::Done(reply) => Ok(Some(reply)),
            Filed::Problems(problems) => Ok(Some(Reply::Notice(words::not_filed(&problems)))),
        },
    }
}

fn read(pressed: &Pressed) -> Option<Said> {
    let (ts, files) = pressed.block_id.strip_prefix("dm:")?.split_once(':')?;
    let files = files.split(',').filter(|id| !id.is_empty());
    let named = |id: &str| FileRef {
        id: id.to_owned(),
        name: id.to_owned(),
        kind: String::new(),
        size: 0,
        url: None,
    };
    Some(Said {
        user: pressed.by.user.clone(),
        channel: pressed.channel.clone()?,
        is_direct: true,
        ts: ts.to_owned(),
        thread_ts: None,
        text: card::quoted(&pressed.sections),
        files: files.map(named).collect(),
    })
}
