//! Notices of programs that set none of the headers a machine should: told by their subject and the way their text
//! is laid out. A person who writes about a mail that came back must never be taken for one, so it takes three
//! signs at once, and any sign of a person outweighs them.

use mail_parser::{Message, MessagePart, PartType};

use super::{Automatic, subjects};
use crate::delivery_report::{Notice, is_failure, names_anybody, ses_kind, states_fields};
use crate::text::{first_characters, words};

/// Characters of a notice that are read.
const LONGEST: usize = 8000;

/// Local parts at which nobody reads.
const UNATTENDED: &[&str] =
    &["no-reply", "noreply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply"];

/// Sentences of programs.
const PROGRAM: &[&str] = &[
    "automatically generated",
    "automatically created",
    "created automatically",
    "generated automatically",
    "automatic message",
    "automated message",
    "this is an automat",
    "do not reply",
    "do not resend",
    "attempts will continue",
    "will continue to try",
    "no action is required",
    "following recipient",
    "following address",
    "following destination",
    "was undeliverable to",
    "error message below",
    "message details",
];

/// How notices begin whose programs greet and say "I" and "we" as people do.
const PROGRAM_OPENINGS: &[&str] = &[
    "this message was created automatically",
    "this is an automatically generated",
    "delivery to the following",
    "delivery has failed to these",
    "an error occurred while trying to deliver",
    "the following message to",
    "the message that you sent was undeliverable",
    "sorry, we were unable to deliver your message",
    "the original message was received at",
];
/// So does "Hi. This is the qmail-send program at …"; one of these follows in its first sentence.
const PROGRAMS: &[&str] = &[
    "program",
    "daemon",
    "mail agent",
    "mail system",
    "mail server",
    "email server",
    "mail delivery",
    "delivery agent",
];
/// Characters in which a program says who it is.
const INTRODUCTION: usize = 80;

/// How people greet, ask and thank.
const PERSON: &[&str] = &[
    "hello", "hallo", "hi", "dear", "morning", "guten", "bonjour", "hola", "thanks", "thank",
    "regards", "grüße", "grüßen", "danke", "merci", "gracias", "cheers", "i", "we", "my", "our",
    "me", "help", "ich", "wir", "je", "nous",
];

/// What the subject and the text say of the writer, when no header says it.
pub(super) fn judge(
    message: &Message<'_>,
    from: Option<&str>,
    subject: &str,
    text: &str,
) -> Option<Automatic> {
    if let Some(kind) = ses_kind(text) {
        return Some(if kind == "Bounce" { Automatic::Bounce } else { Automatic::Report });
    }
    let unattended = from.is_some_and(is_unattended);
    if !unattended && !subjects::undelivered(subject) {
        return None;
    }
    let notice = Notice::of(text);
    let words = words(first_characters(notice.own, LONGEST));
    let laid_out = returns_mail(message, notice) || !unattended && is_list(&words, notice);
    let is_program =
        unattended || states_fields(message) || begins_as_program(&words) || !is_personal(&words);
    (laid_out && is_program && is_failure(&words)).then_some(Automatic::Bounce)
}

/// The mail that was lost is given back, as a part or below the text.
fn returns_mail(message: &Message<'_>, notice: Notice<'_>) -> bool {
    let is_mail = |part: &MessagePart<'_>| matches!(part.body, PartType::Message(_));
    !notice.returned.is_empty() || message.parts.iter().skip(1).any(is_mail)
}

/// A program's sentences around the addresses; couriers of parcels write such sentences too, but without any.
fn is_list(words: &str, notice: Notice<'_>) -> bool {
    PROGRAM.iter().any(|sentence| words.contains(sentence)) && names_anybody(notice)
}

fn is_unattended(from: &str) -> bool {
    let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    UNATTENDED.iter().any(|name| local.starts_with(name))
}

fn begins_as_program(words: &str) -> bool {
    let introduced = ["hi. ", "hi! ", "hello, ", "hello. ", ""].iter().any(|greeting| {
        let rest = words.strip_prefix(greeting).and_then(|rest| rest.strip_prefix("this is the "));
        rest.is_some_and(|rest| {
            let name = first_characters(rest, INTRODUCTION);
            PROGRAMS.iter().any(|program| name.contains(program))
        })
    });
    let beginning = first_characters(words, INTRODUCTION);
    introduced
        || PROGRAM_OPENINGS.iter().any(|opening| words.starts_with(opening))
        || beginning.contains("unable to deliver message to the following")
}

fn is_personal(words: &str) -> bool {
    let asks = words.split_whitespace().any(|word| word.ends_with('?'));
    let ends_word = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '-' | '.' | '@');
    asks || words.split(ends_word).any(|word| PERSON.contains(&word.trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use crate::{Automatic, parse};

    const NOTICE: &str = "This is an automatically generated message.\r\n\r\nYour mail could not be delivered to the following recipients:\r\n\r\n   ama@example.com\r\n";

    fn kind(from: &str, subject: &str, text: &str) -> Option<Automatic> {
        parse(format!("From: {from}\r\nSubject: {subject}\r\n\r\n{text}").as_bytes()).automatic
    }

    #[test]
    fn notices_without_headers_are_told_by_their_layout() {
        let rows = [
            ("gateway@example.com", "Delivery failure notification", NOTICE.to_owned()),
            (
                "no-reply@example.com",
                "Mail",
                "Could not be delivered to: <ama@example.com>\r\nAs the mailbox is full.\r\n\r\n--- Original message follows.\r\n\r\nFrom: kofi@example.com\r\n".to_owned(),
            ),
            (
                "gateway@example.com",
                "Undeliverable Mail",
                "Unknown user: ama@example.com\r\n\r\nReceived: from a by b; now\r\n".to_owned(),
            ),
        ];
        for (from, subject, text) in rows {
            assert_eq!(kind(from, subject, &text), Some(Automatic::Bounce), "{subject}");
        }
    }

    #[test]
    fn people_who_write_about_lost_mail_are_people() {
        let quoted = "The answer was:\r\n550 5.1.1 user unknown\r\n\r\n----- Original message -----\r\nReceived: from a by b\r\n";
        let rows = [
            (
                "Delivery failed",
                "My mail to ama@example.com was not delivered: 550 5.1.1 user unknown".to_owned(),
            ),
            ("Undeliverable: printer list", format!("Hello,\r\n\r\nthis came back. {quoted}")),
            ("Mail delivery failed", format!("What does this mean?\r\n\r\n{NOTICE}")),
            (
                "Undelivered mail",
                format!("Can you look at this, please\r\n\r\nThanks\r\n\r\n{NOTICE}"),
            ),
            ("Fwd: Undelivered Mail Returned to Sender", NOTICE.to_owned()),
            ("Re: Undeliverable: printer list", NOTICE.to_owned()),
            ("Printer", NOTICE.to_owned()),
            (
                "Failure notice on the printer display",
                "It says paper jam, see the picture.".to_owned(),
            ),
        ];
        for (subject, text) in rows {
            assert_eq!(kind("ama@example.com", subject, &text), None, "{subject}");
        }
    }

    #[test]
    fn orders_and_parcels_are_no_notices() {
        let rows = [
            (
                "no-reply@shop.test",
                "Your order",
                "Your order was not found. The item does not exist.",
            ),
            (
                "no-reply@parcels.test",
                "Parcel",
                "Your parcel could not be delivered. Do not reply.",
            ),
            (
                "info@parcels.test",
                "Delivery problem",
                "This is an automated message. Your parcel could not be delivered.",
            ),
        ];
        for (from, subject, text) in rows {
            assert_eq!(kind(from, subject, text), None, "{subject}");
        }
    }

    #[test]
    fn services_that_send_their_notices_as_mail() {
        let rows = [
            (r#"{"notificationType":"Bounce","bounce":{},"mail":{}}"#, Some(Automatic::Bounce)),
            (
                r#"{"Message":"{\"notificationType\":\"Complaint\",\"mail\":{}}"}"#,
                Some(Automatic::Report),
            ),
            (r#"{"alarm":"disk full","mail":"none"}"#, None),
        ];
        for (text, expected) in rows {
            assert_eq!(kind("no-reply@sns.test", "Notification", text), expected, "{text}");
        }
    }
}
