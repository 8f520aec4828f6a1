//! What a part is to the reader of a mail: its text, a file, a mail, or parts in turn.

use mail_parser::{ContentType, MessagePart, MimeHeaders};

use super::Place;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Parts in turn.
    Multipart,
    /// A mail.
    Message,
    /// Text to read.
    Text,
    /// Text to read, in HTML.
    Html,
    /// A file whose text may be read when the mail has no other.
    NamedText,
    /// The same in HTML.
    NamedHtml,
    /// A file.
    File,
}

impl Kind {
    /// What the headers of a part and its place make of it.
    pub(super) fn of(part: &MessagePart<'_>, place: Place) -> Self {
        let declared = part.content_type();
        // RFC 2045 section 5.2: what is not declared, or not in full, is plain text, unless it has a file's name.
        let is_complete = |declared: &&ContentType<'_>| {
            declared.subtype().is_some() || declared.ctype() != "text" && is_called_file(part)
        };
        match declared
            .filter(is_complete)
            .map(ContentType::ctype)
            .unwrap_or("text")
            .to_ascii_lowercase()
            .as_str()
        {
            "multipart" => Self::Multipart,
            "message" if holds_mail(&subtype(part)) => Self::Message,
            "text" if declared.is_none() && place.in_digest => Self::Message,
            "text" => Self::of_text(part, place),
            _ => Self::File,
        }
    }

    fn of_text(part: &MessagePart<'_>, place: Place) -> Self {
        let is_whole = place.depth == 0;
        let is_extra = place.is_related && !place.is_first;
        let is_named = part.attachment_name().is_some_and(|name| !name.trim().is_empty());
        match subtype(part).as_str() {
            _ if is_attached(part) => Self::File,
            "html" if is_named || is_extra => Self::NamedHtml,
            "html" => Self::Html,
            "plain" | "" if is_named => Self::NamedText,
            "plain" | "" => Self::Text,
            "calendar" => Self::File,
            _ if is_whole => Self::Text,
            _ => Self::File,
        }
    }

    /// Whether the part is offered as a file.
    pub(super) fn is_file(self) -> bool {
        matches!(
            self,
            Self::File | Self::NamedText | Self::NamedHtml | Self::Multipart | Self::Message
        )
    }
}

/// RFC 2183 section 2.1.
fn is_attached(part: &MessagePart<'_>) -> bool {
    let disposition = part.content_disposition();
    disposition.is_some_and(|found| found.ctype().eq_ignore_ascii_case("attachment"))
}

/// Whether the sender names a part or says that it is attached.
pub(super) fn is_called_file(part: &MessagePart<'_>) -> bool {
    is_attached(part) || part.attachment_name().is_some()
}

/// RFC 2046 section 5.2.1, RFC 6532.
fn holds_mail(subtype: &str) -> bool {
    matches!(subtype, "rfc822" | "global" | "news")
}

/// The subtype in lowercase; empty when there is none.
pub(super) fn subtype(part: &MessagePart<'_>) -> String {
    let declared = part.content_type().and_then(ContentType::subtype);
    declared.unwrap_or_default().to_ascii_lowercase()
}
