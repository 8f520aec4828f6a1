//! Headers as their bytes say, where the parsed value would lose what matters: trace lines, words, odd senders.
//! It does not decode encoded words (RFC 2047).

use mail_parser::Message;

/// The first header of this name, as text.
pub(crate) fn raw(message: &Message<'_>, name: &str) -> Option<String> {
    let header =
        message.headers().iter().find(|header| header.name().eq_ignore_ascii_case(name))?;
    let bytes =
        message.raw_message.get(header.offset_start as usize..header.offset_end as usize)?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}
