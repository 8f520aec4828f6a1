//! One outgoing mail as bytes, over mail-builder. No field can add a header or a recipient.
//! The clock and the Message-ID are arguments, so the same mail is always the same bytes.

use data_encoding::HEXLOWER;
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address as Mailbox;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use sha2::{Digest, Sha256};

use crate::address::Address;
use crate::text::{language_tag, one_line};
use crate::unsubscribe;

/// Threads keep their first mail and the newest ones (RFC 5322 section 3.6.4 allows to shorten).
const MOST_REFERENCES: usize = 20;

/// Headers only the fields below set, and those that would redirect a mail or change its form.
const RESERVED: [&str; 16] = [
    "to",
    "cc",
    "bcc",
    "from",
    "sender",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "return-path",
    "received",
    "mime-version",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// A mail to send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outgoing {
    /// Who writes.
    pub from: Address,
    /// The one recipient.
    pub to: Address,
    /// Where answers shall go.
    pub reply_to: Option<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML: sanitised, or made by [`crate::page::html`].
    pub html: Option<String>,
    /// The Message-ID without `<>`.
    pub message_id: String,
    /// The identifier this mail answers, without `<>`.
    pub in_reply_to: Option<String>,
    /// The identifiers of the thread, oldest first, without `<>`.
    pub references: Vec<String>,
    /// The language of its words, as a tag such as `pt-BR` (RFC 3282); what is none is not said.
    pub language: Option<String>,
    /// Written by the desk itself: absence notes and other machines shall not answer (RFC 3834).
    pub automatic: bool,
    /// Where to ask for no more of these: a `mailto:` or `https:` address, the latter taking one click (RFC 8058).
    pub unsubscribe: Option<String>,
    /// When it is written, in seconds since 1970.
    pub date_unix: i64,
    /// Files that go with it, in this order.
    pub files: Vec<Enclosed>,
    /// Further headers; names that are reserved or no header names are left out.
    pub headers: Vec<(String, String)>,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enclosed {
    /// What it is called, without a path or anything that would mislead.
    pub name: String,
    /// Its media type, `type/subtype`.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The message in the form of RFC 5322, with CRLF line ends.
pub fn compose(mail: &Outgoing) -> Vec<u8> {
    let mut builder = MessageBuilder::new()
        .from(mailbox(&mail.from))
        .to(mailbox(&mail.to))
        .subject(one_line(&mail.subject))
        .message_id(identifier(&mail.message_id))
        .date(Date::new(mail.date_unix));
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(mailbox(&Address::new(reply_to.as_str())));
    }
    if let Some(answered) = &mail.in_reply_to {
        builder = builder.in_reply_to(identifier(answered));
    }
    let references = references(&mail.references);
    if !references.is_empty() {
        builder = builder.references(MessageId::from(references));
    }
    if let Some(language) = mail.language.as_deref().and_then(language_tag) {
        builder = builder.header("Content-Language", HeaderType::Text(Text::new(language)));
    }
    for (name, value) in automatic_headers(mail).into_iter().chain(extra_headers(mail)) {
        builder = builder.header(name, HeaderType::Text(Text::new(value)));
    }
    for (name, value) in unsubscribe::headers(mail.unsubscribe.as_deref()) {
        builder = builder.header(name, value);
    }
    let mut bytes = Vec::new();
    builder.body(body(mail)).serialize(&mut bytes);
    bytes
}

fn automatic_headers(mail: &Outgoing) -> Vec<(String, String)> {
    if !mail.automatic {
        return Vec::new();
    }
    let kind = if mail.in_reply_to.is_some() { "auto-replied" } else { "auto-generated" };
    vec![("Auto-Submitted".into(), kind.into()), ("X-Auto-Response-Suppress".into(), "All".into())]
}

fn extra_headers(mail: &Outgoing) -> impl Iterator<Item = (String, String)> {
    let usable = mail.headers.iter().filter(|(name, _)| is_free_name(name));
    usable.map(|(name, value)| (name.clone(), one_line(value)))
}

/// RFC 5322 section 3.6.8: visible ASCII without the colon.
fn is_free_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_name = !name.is_empty()
        && name.len() <= 76
        && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let reserved = RESERVED.contains(&lower.as_str())
        || lower.starts_with("content-")
        || lower.starts_with("resent-");
    is_name && !reserved
}

fn mailbox(address: &Address) -> Mailbox<'static> {
    let name = address.name.as_deref().map(one_line).filter(|name| !name.is_empty());
    Mailbox::new_address(name, address.safe_email())
}

fn identifier(id: &str) -> String {
    id.chars()
        .filter(|character| character.is_ascii_graphic() && !matches!(character, '<' | '>'))
        .take(900)
        .collect()
}

fn references(ids: &[String]) -> Vec<String> {
    let newest = ids.len().saturating_sub(MOST_REFERENCES - 1).max(1);
    let kept = ids.first().into_iter().chain(ids.get(newest..).unwrap_or_default());
    kept.map(|id| identifier(id)).filter(|id| !id.is_empty()).collect()
}

fn body(mail: &Outgoing) -> MimePart<'_> {
    let words = words(mail);
    if mail.files.is_empty() {
        return words;
    }
    let files = mail.files.iter().map(|file| {
        let bytes = BodyPart::from(file.bytes.as_slice());
        MimePart::new(one_line(&file.content_type), bytes).attachment(one_line(&file.name))
    });
    let parts: Vec<MimePart<'_>> = std::iter::once(words).chain(files).collect();
    let all = mail.files.iter().map(|file| file.bytes.as_slice());
    let boundary = boundary(mail, std::iter::once(&b"mixed"[..]).chain(all));
    MimePart::new(ContentType::new("multipart/mixed").attribute("boundary", boundary), parts)
}

fn words(mail: &Outgoing) -> MimePart<'_> {
    let plain = MimePart::new("text/plain", BodyPart::from(mail.text.as_str()));
    let Some(html) = &mail.html else {
        return plain;
    };
    let parts = vec![plain, MimePart::new("text/html", BodyPart::from(html.as_str()))];
    MimePart::new(
        ContentType::new("multipart/alternative")
            .attribute("boundary", boundary(mail, [html.as_bytes()])),
        parts,
    )
}

/// The boundary follows from all of the content, so that no content can be written to contain it.
fn boundary<'a>(mail: &'a Outgoing, more: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    let words = [mail.message_id.as_bytes(), mail.text.as_bytes()];
    for part in words.into_iter().chain(more) {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let digits = HEXLOWER.encode(&hash.finalize());
    format!("=_{}", crate::text::first_characters(&digits, 40))
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
