//! The mail a report is about, as far as the report gives it back: a mail within the mail, its headers alone, or
//! its text below the notice (RFC 3462 section 2). Anybody can invent one, so who it was for is a hint.

use mail_parser::{Address as Addresses, Message, MessagePart, MimeHeaders, PartType};

use super::addresses;
use super::notice::Notice;
use crate::text::first_characters;

/// Characters of a returned mail that are searched for its headers.
const LONGEST: usize = 40_000;
/// Recipients of a returned mail that are kept.
const MOST: usize = 100;
/// RFC 5322 section 2.1.1: no line is longer.
const LONGEST_ID: usize = 998;

/// What is known of the mail that was not delivered.
#[derive(Debug, Default)]
pub(super) struct Original {
    /// Its Message-ID without `<>`.
    pub(super) message_id: Option<String>,
    /// Its `To` and `Cc`.
    pub(super) recipients: Vec<String>,
    /// Its `From`, `Sender` and `Return-Path`.
    pub(super) senders: Vec<String>,
}

impl Original {
    /// What the first returned part of a mail says, else the text below the notice.
    pub(super) fn of(message: &Message<'_>, notice: Notice<'_>) -> Self {
        let parts = message.parts.iter().skip(1).filter_map(of_part);
        let below = (!notice.returned.is_empty()).then(|| of_text(notice.returned));
        parts.chain(below).find(Self::says_anything).unwrap_or_default()
    }

    /// What a returned mail says of itself.
    pub(super) fn of_message(message: &Message<'_>) -> Self {
        let named = |header: Option<&Addresses<'_>>| -> Vec<String> {
            let found = header.into_iter().flat_map(Addresses::iter);
            found.filter_map(|found| found.address()).map(str::to_owned).take(MOST).collect()
        };
        let path = message.return_path().as_text().and_then(addresses::first).map(str::to_owned);
        Self {
            message_id: message.message_id().and_then(identifier),
            recipients: [named(message.to()), named(message.cc())].concat(),
            senders: [named(message.from()), named(message.sender()), path.into_iter().collect()]
                .concat(),
        }
    }

    /// The returned mail is itself a report, so whom it was for did not fail.
    pub(super) fn is_report(&self) -> bool {
        self.senders.iter().any(|sender| {
            let sender = sender.to_ascii_lowercase();
            sender.starts_with("mailer-daemon") || sender.starts_with("postmaster")
        })
    }

    fn says_anything(&self) -> bool {
        self.message_id.is_some() || !self.recipients.is_empty() || !self.senders.is_empty()
    }
}

fn of_part(part: &MessagePart<'_>) -> Option<Original> {
    match &part.body {
        PartType::Message(message) => {
            let read = Original::of_message(message);
            // An empty line too many makes the headers of the returned mail its text.
            Some(if read.says_anything() { read } else { of_text(&super::stand_in(message)) })
        }
        _ if holds_headers(part) => Some(of_text(&String::from_utf8_lossy(part.contents()))),
        _ => None,
    }
}

/// `text/rfc822-headers` and what programs write instead of it.
fn holds_headers(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|declared| {
        let subtype = declared.subtype().unwrap_or_default().to_ascii_lowercase();
        subtype.starts_with("rfc822") || subtype == "global" || subtype == "global-headers"
    })
}

fn of_text(text: &str) -> Original {
    let text = first_characters(text, LONGEST);
    let read = |names: &[&str]| -> Vec<String> {
        let values = names.iter().filter_map(|name| header(text, name));
        values
            .flat_map(|value| addresses::all(&value))
            .map(|found| found.address)
            .take(MOST)
            .collect()
    };
    Original {
        message_id: header(text, "message-id").as_deref().and_then(identifier),
        recipients: read(&["to", "cc"]),
        senders: read(&["from", "sender", "return-path"]),
    }
}

/// The first header of this name in a text that may be quoted or indented, its next line joined when it is folded.
fn header(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t']));
    let value = lines.find_map(|line| {
        let (own, value) = line.split_once(':')?;
        own.trim_end().eq_ignore_ascii_case(name).then_some(value.trim())
    })?;
    match (value.is_empty(), lines.next()) {
        (true, Some(next)) => Some(next.trim().to_owned()),
        _ => Some(value.to_owned()),
    }
}

/// An identifier without `<>` and what does not belong in one.
pub(super) fn identifier(value: &str) -> Option<String> {
    let inner = value.split_once('<').map_or(value, |(_, rest)| rest);
    let inner = inner.split('>').next().unwrap_or_default();
    let is_part = |letter: &char| !letter.is_control() && !letter.is_whitespace();
    let id: String = inner.chars().filter(is_part).collect();
    (!id.is_empty() && id.len() <= LONGEST_ID).then_some(id)
}
