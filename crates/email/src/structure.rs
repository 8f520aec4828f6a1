//! The parts of a mail (RFC 2045, 2046), told apart leniently and in bounded time, in the shape of
//! `mail_parser::Message`. Which part is the text, which is a file, is decided here; what a file holds is not looked
//! at. Every byte between headers and boundaries is in some part: what cannot be told apart is text.

mod boundary;
mod kind;

use std::borrow::Cow;
use std::ops::Range;

use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use crate::{charset, header_block, transfer};
use boundary::Boundary;
use kind::Kind;

/// Levels of parts that are told apart; programs write less than ten.
const DEEPEST: usize = 40;
/// Parts that are told apart; what follows them is one more.
const MOST_PARTS: usize = 10_000;

/// Where a part stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// In `multipart/digest`, where parts are mails unless they say otherwise (RFC 2046 section 5.1.5).
    in_digest: bool,
    /// The first part of the whole, or of what is around it.
    is_first: bool,
    /// One of several forms of the same (section 5.1.4).
    is_choice: bool,
    /// In `multipart/related`, where what follows the first part belongs to it (RFC 2387).
    is_related: bool,
}

impl Place {
    /// The place of a message that this many others are around.
    fn of_message(depth: usize) -> Self {
        Self { depth, in_digest: false, is_first: true, is_choice: false, is_related: false }
    }

    /// The place of a part within a multipart that stands here.
    fn inside(self, subtype: &str, position: usize) -> Self {
        Self {
            depth: self.depth + 1,
            in_digest: subtype == "digest",
            is_first: position == 0,
            is_choice: subtype == "alternative" || self.is_choice,
            is_related: subtype == "related",
        }
    }
}

/// The message in these bytes; there always is one.
pub(crate) fn message(raw: &[u8]) -> Message<'_> {
    at_depth(raw, 0)
}

fn at_depth(raw: &[u8], depth: usize) -> Message<'_> {
    let label = header_block::label(raw);
    let mut walk = Walk {
        message: Message { raw_message: Cow::Borrowed(raw), ..Message::default() },
        raw,
        label,
    };
    walk.part(skipped(raw)..raw.len(), Place::of_message(depth));
    walk.borrow_text();
    if let Some(root) = walk.message.parts.first_mut() {
        root.offset_header = 0;
    }
    walk.message
}

/// Empty lines before the headers of a mail, as some programs write them.
fn skipped(raw: &[u8]) -> usize {
    let start = raw.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    let (before, rest) = raw.split_at(start);
    if before.ends_with(b"\n") && header_block::name(rest).is_some() { start } else { 0 }
}

/// Goes through a message and notes its parts.
struct Walk<'x> {
    message: Message<'x>,
    raw: &'x [u8],
    /// The character set of raw bytes in headers.
    label: Option<String>,
}

impl<'x> Walk<'x> {
    fn bytes(&self, range: &Range<usize>) -> &'x [u8] {
        self.raw.get(range.clone()).unwrap_or_default()
    }

    fn part(&mut self, range: Range<usize>, place: Place) {
        let whole = self.bytes(&range);
        let body = range.start + header_block::end(whole);
        let block = self.bytes(&(range.start..body));
        let part = MessagePart {
            headers: header_block::headers(block, range.start, self.label.as_deref()),
            offset_header: offset(range.start),
            offset_body: offset(body),
            offset_end: offset(range.end),
            ..MessagePart::default()
        };
        match Kind::of(&part, place) {
            Kind::Multipart if place.depth < DEEPEST => {
                self.multipart(part, body..range.end, place)
            }
            Kind::Message if place.depth < DEEPEST => self.nested(part, body..range.end, place),
            kind => self.leaf(part, body..range.end, kind, place),
        }
    }

    /// Notes a part and gives its number.
    fn note(&mut self, part: MessagePart<'x>) -> u32 {
        self.message.parts.push(part);
        offset(self.message.parts.len() - 1)
    }

    fn multipart(&mut self, part: MessagePart<'x>, body: Range<usize>, place: Place) {
        let bytes = self.bytes(&body);
        let Some(boundary) = Boundary::of(&part, bytes) else {
            return self.leaf(part, body, Kind::Text, place);
        };
        let parts = boundary.parts(bytes, MOST_PARTS.saturating_sub(self.message.parts.len()));
        let is_blank = |inner: &Range<usize>| {
            bytes.get(inner.clone()).unwrap_or_default().trim_ascii().is_empty()
        };
        if parts.iter().all(is_blank) {
            return self.leaf(part, body, Kind::Text, place);
        }
        let subtype = kind::subtype(&part);
        let number = self.note(part);
        let (texts, htmls) = (self.message.text_body.len(), self.message.html_body.len());
        let mut inner_parts = Vec::with_capacity(parts.len());
        for (position, inner) in parts.into_iter().enumerate() {
            inner_parts.push(offset(self.message.parts.len()));
            let range = body.start + inner.start..body.start + inner.end;
            self.part(range, place.inside(&subtype, position));
        }
        if subtype == "alternative" && !place.is_choice {
            self.complete(texts, htmls);
        }
        if let Some(part) = self.message.parts.get_mut(number as usize) {
            part.body = PartType::Multipart(inner_parts);
        }
    }

    /// Where one form of a text is missing or blank, the other one stands for it.
    fn complete(&mut self, texts: usize, htmls: usize) {
        let Message { text_body, html_body, parts, .. } = &mut self.message;
        let is_said = |number: &u32| {
            let part = parts.get(*number as usize);
            part.is_some_and(|part| !part.contents().trim_ascii().is_empty())
        };
        let (text, html) = (text_body.split_off(texts), html_body.split_off(htmls));
        let (has_text, has_html) = (text.iter().any(is_said), html.iter().any(is_said));
        text_body.extend(if has_text || !has_html { &text } else { &html });
        html_body.extend(if has_html || !has_text { &html } else { &text });
    }

    fn nested(&mut self, mut part: MessagePart<'x>, body: Range<usize>, place: Place) {
        let bytes = decoded(self.bytes(&body), &mut part);
        let is_blank = bytes.trim_ascii().is_empty();
        let inner = match bytes {
            Cow::Borrowed(bytes) => at_depth(bytes, place.depth + 1),
            Cow::Owned(bytes) => at_depth(&bytes, place.depth + 1).into_owned(),
        };
        part.body = PartType::Message(inner);
        let number = self.note(part);
        if !is_blank {
            self.message.attachments.push(number);
        }
    }

    fn leaf(&mut self, mut part: MessagePart<'x>, body: Range<usize>, kind: Kind, place: Place) {
        let bytes = decoded(self.bytes(&body), &mut part);
        // An empty part that nobody calls a file is nothing.
        let is_something = !bytes.trim_ascii().is_empty() || kind::is_called_file(&part);
        part.body = match kind {
            Kind::Text | Kind::NamedText => PartType::Text(readable(&bytes, &part)),
            Kind::Html | Kind::NamedHtml => PartType::Html(readable(&bytes, &part)),
            Kind::Multipart | Kind::Message | Kind::File => PartType::Binary(bytes),
        };
        let number = self.note(part);
        let Message { text_body, html_body, attachments, .. } = &mut self.message;
        if matches!(kind, Kind::Text) || matches!(kind, Kind::Html) && !place.is_choice {
            text_body.push(number);
        }
        if matches!(kind, Kind::Html) || matches!(kind, Kind::Text) && !place.is_choice {
            html_body.push(number);
        }
        if kind.is_file() && is_something {
            attachments.push(number);
        }
    }

    /// A mail without any other text has that of its first named part, which stays a file as well.
    fn borrow_text(&mut self) {
        let Message { text_body, html_body, attachments, parts, .. } = &mut self.message;
        let is_text =
            |number: &&u32| parts.get(**number as usize).is_some_and(MessagePart::is_text);
        if text_body.is_empty()
            && let Some(number) = attachments.iter().find(is_text)
        {
            text_body.push(*number);
            html_body.push(*number);
        }
    }
}

/// The bytes that were encoded for transfer; how is noted in the part.
fn decoded<'x>(bytes: &'x [u8], part: &mut MessagePart<'x>) -> Cow<'x, [u8]> {
    let encoding = part.content_transfer_encoding().unwrap_or_default();
    let bytes = transfer::decoded(bytes, encoding);
    part.encoding = match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => Encoding::Base64,
        "quoted-printable" => Encoding::QuotedPrintable,
        _ => Encoding::None,
    };
    bytes
}

fn readable(bytes: &[u8], part: &MessagePart<'_>) -> Cow<'static, str> {
    let declared = part.content_type().and_then(|declared| declared.attribute("charset"));
    Cow::Owned(charset::text(bytes, declared))
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "structure_tests.rs"]
mod tests;
