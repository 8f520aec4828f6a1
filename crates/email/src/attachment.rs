//! The files of a mail with names that are safe to store and to offer for download.
//! What is inside a file is not looked at.

use mail_parser::{Message, MessagePart, MimeHeaders};

use crate::text::{first_characters, one_line, reorders};

/// Characters of a file name that are kept.
const LONGEST_NAME: usize = 150;
/// Characters that are kept as the extension of a name that is too long.
const LONGEST_EXTENSION: usize = 16;

/// A file of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// A name without path, control or reordering characters, at most 150 characters, never empty.
    pub name: String,
    /// The declared type in lowercase, such as `image/png`; not verified.
    pub content_type: String,
    /// The decoded bytes; text in its declared character set is UTF-8 here.
    pub bytes: Vec<u8>,
    /// The Content-ID without `<>`, by which an HTML body shows the file.
    pub content_id: Option<String>,
}

/// The attachments of a mail in order; a mail within the mail is one file.
pub(crate) fn all(message: &Message<'_>) -> Vec<Attachment> {
    let parts = message.attachments.iter().filter_map(|id| message.part(*id));
    parts.enumerate().map(|(index, part)| read(index + 1, part)).collect()
}

fn read(position: usize, part: &MessagePart<'_>) -> Attachment {
    let content_type = content_type(part);
    let default = match content_type.as_str() {
        "message/rfc822" => format!("message-{position}.eml"),
        "message/delivery-status" => format!("delivery-status-{position}.txt"),
        _ => format!("attachment-{position}"),
    };
    let name = part.attachment_name().map(safe_name).filter(|name| !name.is_empty());
    Attachment {
        name: name.unwrap_or(default),
        content_type,
        bytes: part.contents().to_vec(),
        content_id: part.content_id().map(one_line).filter(|id| !id.is_empty()),
    }
}

/// Only the plain `type/subtype` is kept, so that it may be sent back as a header.
fn content_type(part: &MessagePart<'_>) -> String {
    let declared = part.content_type().map(|found| {
        format!("{}/{}", found.ctype(), found.subtype().unwrap_or_default()).to_ascii_lowercase()
    });
    let plain = |text: &String| {
        text.len() <= 127
            && !text.ends_with('/')
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte))
    };
    let fallback = match (part.is_message(), part.is_text()) {
        (true, _) => "message/rfc822",
        (_, true) => "text/plain",
        _ => "application/octet-stream",
    };
    declared.filter(plain).unwrap_or_else(|| fallback.to_owned())
}

/// The last part of a path without characters that some system or screen treats specially.
fn safe_name(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = file
        .chars()
        .filter(|character| !reorders(*character) && !matches!(character, '\u{200b}' | '\u{feff}'))
        .map(|character| if "<>:\"|?*".contains(character) { '_' } else { character })
        .collect();
    let line = one_line(&kept);
    shortened(line.trim_matches(['.', ' ']))
}

/// A long name loses its middle, not its extension.
fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let length = extension.chars().count();
    match (1..=LONGEST_EXTENSION).contains(&length) {
        true => format!("{}.{extension}", first_characters(name, LONGEST_NAME - length - 1)),
        false => first_characters(name, LONGEST_NAME).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        let long = format!("{}.pdf", "ü".repeat(400));
        let rows = [
            ("report.pdf", "report.pdf".to_owned()),
            ("../../etc/passwd", "passwd".into()),
            ("C:\\temp\\a.txt", "a.txt".into()),
            ("a\r\nb\0.txt", "a b .txt".into()),
            ("fdp.\u{202e}exe", "fdp.exe".into()),
            ("..", String::new()),
            (" . ", String::new()),
            (".htaccess", "htaccess".into()),
            ("a:b?.txt", "a_b_.txt".into()),
            (long.as_str(), format!("{}.pdf", "ü".repeat(146))),
        ];
        for (name, expected) in rows {
            assert_eq!(safe_name(name), expected, "{name:?}");
        }
    }
}
