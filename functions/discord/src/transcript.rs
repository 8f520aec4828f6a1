//! `/ticket transcript 12`: links to a ticket's story, for whoever asked alone.

use chat::discord::card;
use desk::Number;
use serde_json::{Value, json};
use store::Error;
use verbs::Speaker;

use crate::Discord;
use crate::said::Said;
use crate::words;

/// The longest address a button leads to (docs.discord.com, "Button").
const URL: usize = 512;

/// Writes it, and leads there.
pub(crate) async fn link(
    discord: &Discord,
    speaker: &Speaker,
    number: Number,
) -> Result<Said, Error> {
    let links = verbs::transcript::write(&discord.store, speaker, number).await?;
    let Some(links) = links else { return Ok(Said::notice(words::NO_TICKET)) };
    let pairs = [("Page", links.html), ("JSON", links.json)];
    if pairs.iter().all(|(_, url)| url.len() <= URL) {
        let button = |(label, url): &(&str, String)| json!({ "type": 2, "style": 5, "label": label, "url": url });
        let buttons: Vec<Value> = pairs.iter().map(button).collect();
        return Ok(Said::Message(card::asking(&words::transcript(number.0), buttons)));
    }
    // Signed addresses of S3 are longer than a button takes; as text of a link they are not.
    let lines: Vec<String> = pairs.iter().map(|(label, url)| format!("[{label}]({url})")).collect();
    let says = format!("{}\n{}", words::transcript(number.0), lines.join(" · "));
    Ok(Said::Message(card::links(&says)))
}
