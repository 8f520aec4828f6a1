//! Amazon SES tells of bounces and complaints in JSON, which a topic of SNS may send on as mail.
//! It finds the few values needed in the text; it is no reader of JSON and does not check the signature.
//! Source: Amazon SES developer guide, "Amazon SNS notification contents".

use super::told::Told;

/// Recipients of one notification that are read.
const MOST: usize = 100;

/// What kind of notice a text is, such as `Bounce`; none for other texts.
pub(crate) fn kind(text: &str) -> Option<String> {
    let text = text.trim_start();
    let is_notice = text.starts_with('{') && text.contains("mail");
    is_notice
        .then(|| plain(text))
        .and_then(|text| value(&text, "notificationType").map(str::to_owned))
}

/// The recipients who did not get the mail.
pub(super) fn failures(text: &str) -> Vec<Told> {
    let text = plain(text);
    let listed = text.split_once("\"bouncedRecipients\"").map_or("", |(_, rest)| rest);
    let listed = listed.split(']').next().unwrap_or_default();
    let each = listed.split('{').filter_map(|entry| {
        Some(Told {
            recipient: value(entry, "emailAddress")?.to_owned(),
            is_delayed: value(entry, "action") == Some("delayed"),
            status: value(entry, "status").map(str::to_owned),
            answer: value(entry, "diagnosticCode").unwrap_or_default().to_owned(),
            ..Told::default()
        })
    });
    each.take(MOST).collect()
}

/// The Message-ID among the headers of the mail, else the identifier Amazon gave it.
pub(super) fn message_id(text: &str) -> Option<String> {
    kind(text)?;
    let text = plain(text);
    let header =
        text.split_once("\"name\":\"Message-ID\"").and_then(|(_, rest)| value(rest, "value"));
    header.or_else(|| value(&text, "messageId")).and_then(super::original::identifier)
}

/// A message within a message has its quotes escaped.
fn plain(text: &str) -> String {
    text.replace("\\\"", "\"")
}

/// The text of the first entry of this name.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("\"{name}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    rest.split('"').next()
}
