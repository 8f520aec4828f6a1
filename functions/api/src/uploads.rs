//! Files that people bring. A place for one is asked for and its bytes go there directly; what names
//! it afterwards keeps it. Whether it may be used is the store's to say, what it is used for the
//! call's.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use desk::access::{Permit, Role, permit};
use desk::answer::{Answer as Said, Answers, Given, files};
use desk::config::Config;
use desk::file::{File, NotUsable, media_type, safe_name};
use desk::form::{Form, Kind};
use desk::{Command, FieldId, Number, Refusal, Text};
use serde_json::{Value, json};
use store::Stored;
use store::upload::Upload;

use crate::body::Fields;
use crate::problem::Problem;
use crate::tickets::readable;
use crate::{Answer, Call};

/// The fields of a file that is announced.
pub(crate) const FIELDS: &[&str] = &["name", "type", "size", "sha256"];
/// The longest name that is looked at, in characters; what is kept of it is shorter.
const NAME_AT_MOST: usize = 1_000;
/// The longest media type, in characters.
const KIND_AT_MOST: usize = 255;
const MIB: u64 = 1024 * 1024;

/// `POST /v1/attachments`, `POST /v1/tickets/{number}/attachments`: a place for a file, for whoever may
/// write something here.
pub(crate) async fn offer(call: &Call<'_>, number: Option<Number>) -> Result<Answer, Problem> {
    match number {
        Some(number) => may_write(call, number).await?,
        None => call.only(|role| role != Role::Auditor)?,
    }
    let file = announced(call, &call.fields()?)?;
    let place = call.store.place_for(&file).await?;
    let headers = place.headers.into_iter().map(|(name, value)| (name, Value::String(value)));
    let planned = Answer::created(json!({
        "id": file.id,
        "put": { "url": place.url, "headers": Value::Object(headers.collect()) },
        "expires_at": place.until,
    }));
    let promised = call.promise(Ok(planned)).await?;
    let id = promised.body["id"].as_str().unwrap_or(&file.id).to_owned();
    let (by, file) = (call.caller.who.id.clone(), File { id, ..file });
    call.store.expect_upload(&Upload { by, ticket: number, file, used: false }).await?;
    Ok(promised)
}

/// Whether the caller can say anything on a ticket, be it a note.
async fn may_write(call: &Call<'_>, number: Number) -> Result<(), Problem> {
    let stored = readable(call, number).await?;
    let may = |command| permit(&call.caller.who, Some(&stored.ticket), command);
    let nothing = Text::default();
    let asks = may(Command::ReplyAsRequester(nothing.clone()));
    asks.or_else(|_| may(Command::AddNote(nothing)))?;
    Ok(())
}

fn announced(call: &Call<'_>, fields: &Fields) -> Result<File, Problem> {
    let name = safe_name(&fields.needed("name", NAME_AT_MOST)?);
    let kind = fields.text("type", KIND_AT_MOST)?;
    let kind = kind.map(|kind| {
        let wrong = || Problem::field("type", "it must be a media type such as image/png");
        media_type(&kind).ok_or_else(wrong)
    });
    Ok(File {
        id: call.store.fresh_id(),
        name: name.ok_or_else(|| Problem::field("name", "it must be more than a path"))?,
        kind: kind.transpose()?.unwrap_or_else(|| "application/octet-stream".into()),
        size: size(call, fields)?,
        sha256: Some(sha256(fields)?),
    })
}

fn size(call: &Call<'_>, fields: &Fields) -> Result<u64, Problem> {
    let limits = &call.caller.config.limits;
    let staff = call.caller.who.role.is_staff();
    let mib = if staff { limits.staff_file_mib } else { limits.file_mib };
    let size = fields.get("size").and_then(Value::as_u64).filter(|size| *size > 0);
    let size = size.ok_or_else(|| Problem::field("size", "it must be a number of bytes"))?;
    if size > u64::try_from(mib).unwrap_or(u64::MAX).saturating_mul(MIB) {
        return Err(Problem::file_too_large(mib));
    }
    Ok(size)
}

/// SHA-256 as hexadecimal digits, or as S3 writes it.
fn sha256(fields: &Fields) -> Result<String, Problem> {
    let said = fields.needed("sha256", 64)?;
    let bytes = hex::decode(&said).ok().or_else(|| BASE64.decode(said.as_bytes()).ok());
    let bytes = bytes.filter(|bytes| bytes.len() == 32);
    let wrong = || Problem::field("sha256", "it must be a SHA-256 in 64 hexadecimal digits");
    bytes.map(hex::encode).ok_or_else(wrong)
}

/// The files a field of a call names, found among the caller's uploads.
pub(crate) async fn named(
    call: &Call<'_>,
    field: &str,
    ids: &[String],
    ticket: Option<Number>,
) -> Result<Vec<Upload>, Problem> {
    let at_most = call.caller.config.limits.files;
    if ids.len() > at_most {
        return Err(not_usable(field, NotUsable::TooMany { at_most }));
    }
    let found = call.store.uploads(&call.caller.who.id, ticket, ids).await;
    found.map_err(|error| match error {
        store::Error::Refused(Refusal::NotUsable(why)) => not_usable(field, why),
        error => error.into(),
    })
}

fn not_usable(field: &str, why: NotUsable) -> Problem {
    Problem::field(field, why.to_string())
}

/// Keeps what a change of a ticket names, unless it would be refused.
pub(crate) async fn keep(
    call: &Call<'_>,
    number: Number,
    uploads: &[Upload],
    wish: impl Fn(&Stored, &Config) -> Result<Vec<Permit>, Refusal>,
) -> Result<(), Problem> {
    if !uploads.is_empty() {
        call.store.would_change(number, wish).await?;
        call.store.keep(uploads).await?;
    }
    Ok(())
}

/// As files of what is said.
pub(crate) fn as_files(uploads: &[Upload]) -> Vec<File> {
    uploads.iter().map(|upload| upload.file.clone()).collect()
}

/// Whether a call names files, so that what it says cannot be looked at twice.
pub(crate) fn any(fields: &Fields) -> bool {
    let lists = |name: &str| match fields.get(name) {
        Some(Value::Array(list)) => !list.is_empty(),
        _ => false,
    };
    let answers = match fields.get("fields") {
        Some(Value::Object(answers)) => answers.values().any(Value::is_array),
        _ => false,
    };
    answers || lists("attachments") || lists("photos")
}

/// Answers with the files that their ids stand for: those that were answered before, and uploads.
pub(crate) async fn answered(
    call: &Call<'_>,
    form: &Form,
    given: Given,
    before: &Answers,
    ticket: Option<Number>,
) -> Result<(Given, Vec<Upload>), Problem> {
    let (mut given, mut uploads) = (given, Vec::new());
    for field in form.fields.iter().filter(|field| field.kind == Kind::File) {
        let Some(Some(said)) = given.get_mut(&field.id) else { continue };
        let Said::Many(ids) = said else { continue };
        let there = files_of(before, &field.id);
        let is_there = |id: &String| there.iter().any(|file| file.id == *id);
        let fresh: Vec<String> = ids.iter().filter(|id| !is_there(id)).cloned().collect();
        let found = named(call, &format!("fields.{}", field.id), &fresh, ticket).await?;
        let all: Vec<File> = there.iter().cloned().chain(as_files(&found)).collect();
        let chosen = ids.iter().filter_map(|id| all.iter().find(|file| file.id == *id));
        *said = Said::Files(chosen.cloned().collect());
        uploads.extend(found);
    }
    Ok((given, uploads))
}

fn files_of<'a>(answers: &'a Answers, field: &FieldId) -> &'a [File] {
    match answers.get(field) {
        Some(Said::Files(files)) => files,
        _ => &[],
    }
}

/// Those uploads that the answers, as they are kept, name.
pub(crate) fn kept(uploads: Vec<Upload>, answers: &Answers) -> Vec<Upload> {
    let ids: BTreeSet<&str> = files(answers).map(|file| file.id.as_str()).collect();
    uploads.into_iter().filter(|upload| ids.contains(upload.file.id.as_str())).collect()
}

/// Both, unless one upload would be used twice.
pub(crate) fn together(one: Vec<Upload>, other: Vec<Upload>) -> Result<Vec<Upload>, Problem> {
    let mut all = one;
    for upload in other {
        if all.iter().any(|there| there.file.id == upload.file.id) {
            let id = upload.file.id;
            return Err(not_usable("attachments", NotUsable::Used { id }));
        }
        all.push(upload);
    }
    Ok(all)
}
