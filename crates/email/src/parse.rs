//! One RFC 5322 message, whatever its state, as the fields the desk reads.
//! Parsing never fails: what is missing is empty, and bytes that are no mail at all become the text.

use std::borrow::Cow;

use mail_parser::{HeaderValue, Message, MessagePart, PartType};

use crate::address::{Address, all as addresses, bare};
use crate::attachment::{Attachment, Files};
use crate::automatic::{Automatic, Writer, of as automatic};
use crate::charset;
use crate::delivery_report::{self, DeliveryReport};
use crate::header;
use crate::header_block;
use crate::html_text::text_of;
use crate::line_ends::readable;
use crate::structure;
use crate::text::{first_characters, one_line};

/// Longer subjects are cut; no program writes them.
const LONGEST_SUBJECT: usize = 1000;
/// RFC 5322 section 2.1.1: no line, so no identifier, is longer.
const LONGEST_ID: usize = 998;
/// More identifiers than this are no thread.
const MOST_IDS: usize = 200;

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// The Message-ID without `<>`.
    pub message_id: Option<String>,
    /// The identifiers this mail answers, without `<>`.
    pub in_reply_to: Vec<String>,
    /// The identifiers of the thread, oldest first, without `<>`.
    pub references: Vec<String>,
    /// Who wrote it, as the mail claims.
    pub from: Option<Address>,
    /// It names one author, once: with several, which of them a server vouched for is anybody's guess.
    pub one_author: bool,
    /// Where answers shall go.
    pub reply_to: Option<Address>,
    /// To whom.
    pub to: Vec<Address>,
    /// With copies to whom.
    pub cc: Vec<Address>,
    /// The subject on one line.
    pub subject: String,
    /// The text, or the HTML turned to text.
    pub text: String,
    /// The HTML as sent: hostile until sanitised.
    pub html: Option<String>,
    /// The files.
    pub attachments: Vec<Attachment>,
    /// When it was written, as the mail claims, in seconds since 1970.
    pub date_unix: Option<i64>,
    /// The kind of machine that wrote it; absent for a person.
    pub automatic: Option<Automatic>,
    /// Who did not get which mail, or who complained, when a machine reports it; anybody can invent such a report.
    pub report: Option<DeliveryReport>,
    /// The envelope sender the receiving server wrote down.
    pub return_path: Option<String>,
    /// The envelope sender was empty (`Return-Path: <>`): nobody wants an answer.
    pub null_return_path: bool,
    /// The envelope recipient, from the newest trace line `Received: … for <x>`.
    pub recipient: Option<String>,
}

/// Reads a message.
pub fn parse(raw: &[u8]) -> Mail {
    let raw = &*readable(raw);
    let message = structure::message(raw);
    match is_mail(&message) {
        true => read(&message),
        false => Mail { text: charset::text(raw, None), ..Mail::default() },
    }
}

/// Lines without a colon are no headers (RFC 5322 section 3.6.8); where nothing else begins these bytes, they were
/// no mail and must not be lost.
fn is_mail(message: &Message<'_>) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    message.headers().iter().any(|header| is_name(header.name()))
}

fn read(message: &Message<'_>) -> Mail {
    let first = |header| addresses(header).into_iter().next();
    let from = first(message.from());
    let path = header::raw(message, "Return-Path");
    let null_return_path = path.as_deref().is_some_and(is_null);
    let subject = one_line(message.subject().unwrap_or_default());
    let files = Files::of(message);
    let (text, html) = bodies(message, &files);
    let mut mail = Mail {
        message_id: message.message_id().and_then(identifier),
        in_reply_to: identifiers(message.in_reply_to()),
        references: identifiers(message.references()),
        one_author: has_one_author(message),
        reply_to: first(message.reply_to()),
        to: message.all_to().flat_map(|header| addresses(Some(header))).collect(),
        cc: message.all_cc().flat_map(|header| addresses(Some(header))).collect(),
        subject: first_characters(&subject, LONGEST_SUBJECT).to_owned(),
        text,
        html,
        attachments: files.all,
        date_unix: message.date().map(mail_parser::DateTime::to_timestamp),
        return_path: path.as_deref().and_then(bare),
        null_return_path,
        recipient: recipient(message),
        from,
        automatic: None,
        report: None,
    };
    mail.automatic = automatic(message, &mail.writer());
    mail.report = mail.automatic.and_then(|kind| mail.reported(message, kind));
    mail
}

impl Mail {
    fn writer(&self) -> Writer<'_> {
        Writer {
            from: self.from.as_ref().map(|address| address.email.as_str()),
            null_return_path: self.null_return_path,
            subject: &self.subject,
            text: &self.text,
        }
    }

    /// Absence notes speak of addresses too, so only the text of a bounce is searched for them.
    fn reported(&self, message: &Message<'_>, kind: Automatic) -> Option<DeliveryReport> {
        let text = match (kind, self.text.trim().is_empty()) {
            (Automatic::Bounce, false) => Cow::from(&self.text),
            (Automatic::Bounce, true) => Cow::from(delivery_report::stand_in(message)),
            (Automatic::AutoReply | Automatic::List | Automatic::Report, _) => Cow::from(""),
        };
        let to = self.to.iter().map(|to| to.email.as_str());
        let ours: Vec<_> = to.chain(self.recipient.as_deref()).collect();
        delivery_report::read(message, &text, &ours)
    }
}

/// RFC 5322 section 3.6 allows one `From`, and several mailboxes in it. Headers that are too long to be read in full
/// may name another one.
fn has_one_author(message: &Message<'_>) -> bool {
    let headers = message.headers().iter();
    let mut from = headers.filter(|header| header.name().eq_ignore_ascii_case("From"));
    let authors = from.next().map_or(0, |header| addresses(header.value().as_address()).len());
    let body = message.parts.first().map_or(0, |part| part.offset_body as usize);
    let is_whole = header_block::is_whole(message.raw_message.get(..body).unwrap_or_default());
    authors == 1 && from.next().is_none() && is_whole
}

/// Some servers write the empty envelope sender as the daemon's name.
fn is_null(path: &str) -> bool {
    let inner = path.trim().trim_start_matches('<').trim_end_matches('>');
    let local = inner.split('@').next().unwrap_or_default();
    path.trim() == "<>" || local.eq_ignore_ascii_case("mailer-daemon")
}

/// Servers prepend their trace line, so only the first one is our own door's; older ones are anyone's claim.
fn recipient(message: &Message<'_>) -> Option<String> {
    let trace = header::raw(message, "Received")?;
    let before_date = trace.rsplit_once(';').map_or(trace.as_str(), |(before, _)| before);
    let mut words =
        before_date.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("for"));
    words.nth(1).and_then(bare)
}

/// The text and the HTML. Where the parts have none, what came wrapped like a file stands for them, and in a mail in
/// whose parts is nothing at all, all of it.
fn bodies(message: &Message<'_>, files: &Files) -> (String, Option<String>) {
    let html = html(message).filter(|html| !html.trim().is_empty()).or_else(|| files.html.clone());
    let mut text = text(message);
    if text.is_empty() {
        let told = files.text.clone().or_else(|| html.as_deref().map(text_of));
        text = told.unwrap_or_default();
    }
    if text.is_empty() && html.is_none() && files.all.is_empty() {
        text = unsplit(message);
    }
    (text.replace("\r\n", "\n").replace('\0', ""), html)
}

fn text(message: &Message<'_>) -> String {
    let parts = message.text_body.iter().filter_map(|id| message.part(*id));
    let bodies = parts.filter_map(plain).filter(|body| !body.trim().is_empty());
    bodies.collect::<Vec<_>>().join("\n")
}

fn plain<'a>(part: &'a MessagePart<'_>) -> Option<Cow<'a, str>> {
    match &part.body {
        PartType::Text(text) => Some(text.as_ref().into()),
        PartType::Html(html) => Some(text_of(html).into()),
        PartType::Binary(_)
        | PartType::InlineBinary(_)
        | PartType::Message(_)
        | PartType::Multipart(_) => None,
    }
}

/// Everything after the headers.
fn unsplit(message: &Message<'_>) -> String {
    let start = message.parts.first().map_or(0, |part| part.offset_body as usize);
    charset::text(message.raw_message.get(start..).unwrap_or_default(), None)
}

/// Text between pieces of HTML is part of it.
fn html(message: &Message<'_>) -> Option<String> {
    let parts = message.html_body.iter().filter_map(|id| message.part(*id));
    let has_any = parts.clone().any(MessagePart::is_text_html);
    let bodies = (0..message.html_body.len()).filter_map(|position| message.body_html(position));
    has_any.then(|| bodies.collect::<Vec<_>>().join("\n"))
}

fn identifiers(header: &HeaderValue<'_>) -> Vec<String> {
    match header {
        HeaderValue::Text(text) => identifier(text).into_iter().collect(),
        HeaderValue::TextList(list) => {
            list.iter().filter_map(|text| identifier(text)).take(MOST_IDS).collect()
        }
        _ => Vec::new(),
    }
}

fn identifier(text: &str) -> Option<String> {
    let id: String = text
        .chars()
        .filter(|character| {
            !character.is_control() && !character.is_whitespace() && !matches!(character, '<' | '>')
        })
        .collect();
    (!id.is_empty() && id.len() <= LONGEST_ID).then_some(id)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
