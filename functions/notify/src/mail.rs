//! Mail, through SES (`SendRawEmail`, the API's first version).

use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ses::operation::send_raw_email::SendRawEmailError;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use desk::config::Queue;
use desk::person::Person;
use desk::ticket::Place;
use email::page::Look;
use email::{Address, Enclosed, Outgoing};
use store::lane::Waiting;
use store::talk::Landing;

use crate::deliver::Left;
use crate::facts::Facts;
use crate::letter::Letter;
use crate::{Error, Notify, words};

/// Bytes of files that go with one mail: SES takes ten million of a mail, in which three become four.
const ENCLOSED_AT_MOST: u64 = 7_000_000;

/// Sends a letter to one person.
pub(crate) async fn send(
    notify: &Notify,
    row: &Waiting,
    facts: &Facts,
    person: &Person,
    to: &str,
) -> Result<Left, Error> {
    let letter = words::letter(facts, row.owed.message);
    let Some(queue) = facts.queue() else { return Ok(Left::nothing("no queue to write from")) };
    if let Some(left) = unreachable(person, to, &letter) {
        return Ok(left);
    }
    let keys = &notify.settings.keys;
    let id = email::message_id::sign(keys, &row.owed.id(), &facts.config.domain);
    let number = row.owed.number.0;
    let origin = match &facts.ticket().origin {
        Some(Place::Mail { message_id }) if person.id == facts.ticket().requester => {
            Some(message_id.clone())
        }
        Some(_) | None => None,
    };
    let raw = email::compose(&Outgoing {
        from: Address { name: Some(queue.name.clone()), email: queue.address.clone() },
        to: Address { name: named(person, &letter), email: to.to_owned() },
        reply_to: Some(email::reply_address::sign(
            keys,
            number,
            person.id.as_str(),
            &queue.address,
        )),
        subject: letter.mail_subject(facts),
        text: letter.text(),
        html: Some(letter.html(look(&letter), &queue.name)),
        language: Some(letter.language.into()),
        unsubscribe: None,
        message_id: id.clone(),
        in_reply_to: origin.clone(),
        references: origin.into_iter().collect(),
        automatic: letter.automatic,
        files: enclosed(notify, facts, &letter).await?,
        date_unix: facts.entry.at.as_second(),
        headers: vec![("X-Loop".into(), queue.address.clone())],
    });
    let envelope = Envelope { id: &row.owed.id(), message_id: &id, from: &queue.address, to };
    post(notify, &envelope, raw).await
}

/// What a person wrote looks as they would have typed it.
fn look(letter: &Letter) -> Look {
    if letter.automatic { Look::Notice } else { Look::Plain }
}

/// Several messages are a list of lines, where they have words at all.
fn several(letter: &Letter) -> Look {
    if letter.quoted.is_empty() { Look::Notice } else { Look::Digest }
}

/// What the person is called, unless the letter names nobody.
fn named(person: &Person, letter: &Letter) -> Option<String> {
    (!letter.impersonal).then(|| person.name.clone())
}

/// Why nothing is sent to somebody whose mail comes back. What an agent wrote is then on record as not
/// delivered; what the desk says by itself is not worth that.
fn unreachable(person: &Person, to: &str, letter: &Letter) -> Option<Left> {
    let known = person.unreachable_at(to)?;
    let day = known.since.strftime("%-d %B %Y");
    let reason = format!("mail to them has come back since {day}: {}", known.reason);
    Some(if letter.automatic { Left::nothing(reason) } else { Left::Refused { reason } })
}

/// What goes with a letter to whoever has no other way to it: requester and followers. What is too
/// large for a mail is named in it all the same.
async fn enclosed(notify: &Notify, facts: &Facts, letter: &Letter) -> Result<Vec<Enclosed>, Error> {
    let mut room = ENCLOSED_AT_MOST;
    let mut enclosed = Vec::new();
    for file in facts.files().iter().filter(|_| letter.in_conversation) {
        let Some(left) = room.checked_sub(file.size) else { continue };
        let Some(bytes) = notify.store.blob(&file.key()).await? else { continue };
        room = left;
        let (name, content_type) = (file.name.clone(), file.kind.clone());
        enclosed.push(Enclosed { name, content_type, bytes });
    }
    Ok(enclosed)
}

/// Who writes, and when, where that is no ticket's queue.
pub(crate) struct From<'a> {
    /// The queue whose address it comes from.
    pub queue: &'a Queue,
    /// The desk's domain.
    pub domain: &'a str,
    /// In seconds since 1970.
    pub date: i64,
}

/// Sends several messages to one person as one. It is nobody's conversation: an answer to it belongs
/// to no ticket.
pub(crate) async fn send_bundle(
    notify: &Notify,
    id: &str,
    from: &From<'_>,
    person: &Person,
    to: &str,
    letter: &Letter,
) -> Result<Left, Error> {
    let From { queue, domain, date } = *from;
    if let Some(left) = unreachable(person, to, letter) {
        return Ok(left);
    }
    let keys = &notify.settings.keys;
    let message_id = email::message_id::sign(keys, id, domain);
    let signed = || email::unsubscribe::sign(keys, person.id.as_str(), &queue.address);
    let raw = email::compose(&Outgoing {
        from: Address { name: Some(queue.name.clone()), email: queue.address.clone() },
        to: Address { name: named(person, letter), email: to.to_owned() },
        reply_to: None,
        subject: letter.subject.clone(),
        text: letter.text(),
        html: Some(letter.html(several(letter), &queue.name)),
        language: Some(letter.language.into()),
        unsubscribe: letter.recurring.then(signed).flatten(),
        message_id: message_id.clone(),
        in_reply_to: None,
        references: Vec::new(),
        automatic: true,
        files: Vec::new(),
        date_unix: date,
        headers: vec![("X-Loop".into(), queue.address.clone())],
    });
    let envelope = Envelope { id, message_id: &message_id, from: &queue.address, to };
    Ok(match post(notify, &envelope, raw).await? {
        Left::Sent { reference, .. } => Left::sent(reference),
        left => left,
    })
}

/// What a mail is called, and its way.
struct Envelope<'a> {
    /// Inside the desk: `ticket/sequence/audience/channel`.
    id: &'a str,
    /// Outside.
    message_id: &'a str,
    from: &'a str,
    to: &'a str,
}

async fn post(notify: &Notify, envelope: &Envelope<'_>, raw: Vec<u8>) -> Result<Left, Error> {
    let Envelope { from, to, .. } = *envelope;
    let message = match RawMessage::builder().data(Blob::new(raw)).build() {
        Ok(message) => message,
        Err(error) => return Ok(Left::Refused { reason: error.to_string() }),
    };
    let sent =
        notify.ses.send_raw_email().source(from).destinations(to).raw_message(message).send().await;
    Ok(match sent {
        Ok(answer) => {
            let given = answer.message_id();
            Left::Sent { reference: given.into(), landings: threads(notify, envelope, given) }
        }
        Err(error) => not_sent(&error),
    })
}

/// SES gives each mail an id of its own: answers name that one, with a host that tells the region.
fn threads(notify: &Notify, envelope: &Envelope<'_>, given: &str) -> Vec<Landing> {
    let hosts = ["email".to_owned(), notify.settings.region.clone()];
    let given = hosts.iter().map(|host| format!("{given}@{host}.amazonses.com"));
    let id = envelope.id.to_owned();
    std::iter::once(envelope.message_id.to_owned())
        .chain(given)
        .map(|message_id| Landing::Mail { message_id, id: id.clone() })
        .collect()
}

fn not_sent(error: &SdkError<SendRawEmailError>) -> Left {
    let reason = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => "mail service not reached".to_owned(),
    };
    let final_word = error.as_service_error().is_some_and(|error| {
        error.is_message_rejected()
            || error.is_configuration_set_does_not_exist_exception()
            || error.code() == Some("InvalidParameterValue")
    });
    if final_word { Left::Refused { reason } } else { Left::Later { after: None, reason } }
}
