//! The files of a mail: its parts, what Outlook wrapped in `winmail.dat`, and what old programs wrote into the text.
//! Of other files nobody looks at what is inside.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::text::one_line;
use crate::{calendar, file_name, tnef, transfer, uuencode};

/// A file of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// A name without path, control or reordering characters, at most 150 characters, never empty.
    pub name: String,
    /// The declared type in lowercase, such as `image/png`; not verified.
    pub content_type: String,
    /// The file as it was before it was encoded for transfer, text in its own character set.
    pub bytes: Vec<u8>,
    /// The Content-ID without `<>`, by which an HTML body shows the file.
    pub content_id: Option<String>,
}

/// The files of a mail, and a text that came wrapped like one.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The files in order, each under a name of its own; a mail within the mail is one file.
    pub(crate) all: Vec<Attachment>,
    /// The text in a `winmail.dat`, or what an invitation says it is for.
    pub(crate) text: Option<String>,
    /// The HTML in a `winmail.dat`.
    pub(crate) html: Option<String>,
}

impl Files {
    /// Those of a mail.
    pub(crate) fn of(message: &Message<'_>) -> Self {
        let mut files = Self::default();
        for (index, part) in
            message.attachments.iter().filter_map(|id| message.part(*id)).enumerate()
        {
            files.add(read(message, index + 1, part));
        }
        let texts = message.text_body.iter().filter_map(|id| message.part(*id));
        let written = texts.filter(|part| matches!(part.body, PartType::Text(_)));
        for file in written.flat_map(|part| uuencode::files(part.contents())) {
            files.all.push(named(&file.name, "application/octet-stream", None, file.bytes));
        }
        file_name::distinguish(files.all.iter_mut().map(|file| &mut file.name));
        files
    }

    fn add(&mut self, file: Attachment) {
        match is_wrapping(&file).then(|| tnef::read(&file.bytes)).flatten() {
            Some(wrapped) => {
                self.text = self.text.take().or(wrapped.text);
                self.html = self.html.take().or(wrapped.html);
                let files = wrapped.files.into_iter();
                self.all.extend(files.map(|inner| {
                    named(&inner.name, &inner.content_type, inner.content_id, inner.bytes)
                }));
            }
            None => {
                if file.content_type == "text/calendar" {
                    self.text = self.text.take().or_else(|| calendar::summary(&file.bytes));
                }
                self.all.push(file);
            }
        }
    }
}

/// By type, or by the name when the type says nothing.
fn is_wrapping(file: &Attachment) -> bool {
    matches!(file.content_type.as_str(), "application/ms-tnef" | "application/vnd.ms-tnef")
        || file.name.eq_ignore_ascii_case("winmail.dat")
}

/// A file that was inside another part.
fn named(name: &str, content_type: &str, id: Option<String>, bytes: Vec<u8>) -> Attachment {
    let name = Some(file_name::safe(name)).filter(|name| !name.is_empty());
    let content_type = content_type.trim().to_ascii_lowercase();
    Attachment {
        name: name.unwrap_or_else(|| "attachment".to_owned()),
        content_type: match is_plain(&content_type) {
            true => content_type,
            false => "application/octet-stream".to_owned(),
        },
        bytes,
        content_id: id.map(|id| one_line(&id)).filter(|id| !id.is_empty()),
    }
}

fn read(message: &Message<'_>, position: usize, part: &MessagePart<'_>) -> Attachment {
    let content_type = content_type(part);
    let default = match content_type.as_str() {
        "message/rfc822" => format!("message-{position}.eml"),
        "text/calendar" => "invite.ics".to_owned(),
        "message/delivery-status" => format!("delivery-status-{position}.txt"),
        _ => format!("attachment-{position}"),
    };
    let name = part.attachment_name().map(file_name::safe).filter(|name| !name.is_empty());
    Attachment {
        name: name.unwrap_or(default),
        content_type,
        bytes: bytes(message, part),
        content_id: part.content_id().map(one_line).filter(|id| !id.is_empty()),
    }
}

/// Text that is also read keeps the bytes it came in.
fn bytes(message: &Message<'_>, part: &MessagePart<'_>) -> Vec<u8> {
    let range = part.offset_body as usize..part.offset_end as usize;
    match message.raw_message.get(range).filter(|_| part.is_text()) {
        Some(raw) => {
            let encoding = part.content_transfer_encoding().unwrap_or_default();
            transfer::decoded(raw, encoding).into_owned()
        }
        None => part.contents().to_vec(),
    }
}

/// Only the plain `type/subtype` is kept, so that it may be sent back as a header.
fn content_type(part: &MessagePart<'_>) -> String {
    let declared = part.content_type().map(|found| {
        format!("{}/{}", found.ctype(), found.subtype().unwrap_or_default()).to_ascii_lowercase()
    });
    let fallback = match (part.is_message(), part.is_text()) {
        (true, _) => "message/rfc822",
        (_, true) => "text/plain",
        _ => "application/octet-stream",
    };
    declared.filter(|declared| is_plain(declared)).unwrap_or_else(|| fallback.to_owned())
}

fn is_plain(content_type: &str) -> bool {
    let mut halves = content_type.split('/').filter(|half| !half.is_empty());
    content_type.len() <= 127
        && (halves.next().is_some() && halves.next().is_some() && halves.next().is_none())
        && content_type.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte))
}

#[cfg(test)]
#[path = "attachment_tests.rs"]
mod tests;
