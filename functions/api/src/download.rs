//! What leads out of the desk to bytes in the bucket: files that were said or answered, and a ticket's
//! archive. Whoever may not read the words a file came with finds no file.

use desk::access::may_read_internal;
use desk::answer::{files, for_requester};
use desk::history::{Entry, File, Visibility};
use desk::{Number, archive};
use http::StatusCode;
use serde_json::Value;
use store::Stored;

use crate::problem::Problem;
use crate::tickets::readable;
use crate::{Answer, Call};

/// `GET /v1/tickets/{number}/attachments/{id}`: a link for a quarter of an hour that downloads.
pub(crate) async fn attachment(
    call: &Call<'_>,
    number: Number,
    id: &str,
) -> Result<Answer, Problem> {
    let stored = readable(call, number).await?;
    let all = may_read_internal(&call.caller.who);
    if let Some(file) = answered(call, &stored, all).find(|file| file.id == id) {
        return leading_to(call, &file.key(), &file.name).await;
    }
    // What was said in merged tickets is read here, too.
    for ticket in call.store.family(stored.ticket.clone()).await? {
        let history = call.store.history(ticket.number).await?;
        let mut visible = history.iter().filter(|(_, entry)| all || is_public(entry));
        let found = visible.find_map(|(_, entry)| said(entry, all).find(|file| file.id == id));
        if let Some(file) = found {
            return leading_to(call, &file.key(), &file.name).await;
        }
    }
    Err(Problem::not_found())
}

/// What the fields of the form say now, as far as the reader may know.
fn answered<'a>(
    call: &Call<'_>,
    stored: &'a Stored,
    all: bool,
) -> impl Iterator<Item = &'a File> + use<'a> {
    let form = stored.ticket.form.as_ref().and_then(|form| call.caller.config.form(form));
    let seen = for_requester(form, &stored.answers);
    let answers = stored.answers.iter().filter(move |(id, _)| all || seen.contains_key(*id));
    answers.flat_map(|(_, answer)| match answer {
        desk::answer::Answer::Files(files) => files.as_slice(),
        _ => &[],
    })
}

/// The files of an entry; those of earlier answers, too, for whoever reads everything.
fn said(entry: &Entry, all: bool) -> impl Iterator<Item = &File> {
    let text = entry.text.iter();
    text.flat_map(move |text| text.files.iter().chain(files(&text.answers).filter(move |_| all)))
}

fn is_public(entry: &Entry) -> bool {
    entry.event.visibility() == Some(Visibility::Public)
}

/// `GET /v1/tickets/{number}/archive`: the same, for the ticket's whole story.
pub(crate) async fn story(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let stored = readable(call, number).await?;
    if !may_read_internal(&call.caller.who) {
        return Err(Problem::forbidden());
    }
    let key = archive::key(&stored.ticket).filter(|_| stored.ticket.archived_at.is_some());
    let key = key.ok_or_else(|| Problem::not_yet(not_archived(&stored)))?;
    leading_to(call, &key, &format!("ticket-{}.json", number.0)).await
}

fn not_archived(stored: &Stored) -> String {
    match archive::due(&stored.ticket) {
        Some(due) => format!("the ticket is archived once nothing can change it: at {due}"),
        None => "the ticket is archived 30 days after it is closed, and it is open".into(),
    }
}

async fn leading_to(call: &Call<'_>, key: &str, name: &str) -> Result<Answer, Problem> {
    let link = call.store.download_link(key, name).await?;
    let answer = Answer { status: StatusCode::FOUND, ..Answer::ok(Value::Null) };
    Ok(answer.at(link))
}
