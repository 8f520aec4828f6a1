//! Tickets as Discord messages in Components V2: the card, lists, plain sentences and alerts.
//! Everything that comes from people is escaped, and `allowed_mentions` is empty, so that no text of theirs can ping.
//! Limits: docs.discord.com, "Components: Reference" (40 components and 4000 characters in a message).

use serde_json::{Value, json};

use crate::text::{discord as escape, fit, one_line, one_spaced};
use crate::view::{Button, Due, Piece, TicketView, priority_emoji, status_emoji};

/// Message flag IS_COMPONENTS_V2 (1 << 15).
const COMPONENTS_V2: u64 = 1 << 15;
/// Message flag EPHEMERAL (1 << 6).
const EPHEMERAL: u64 = 1 << 6;
/// The content of a plain message.
const CONTENT: usize = 2000;
/// A title within one line.
const TITLE: usize = 150;
/// Names, statuses and other short facts.
const FACT: usize = 80;
/// Words between two moments of a line.
const LINE: usize = 300;
/// How much of what was asked a card quotes.
const EXCERPT: usize = 600;
/// Facts of an alert, so that all of them stay within 4000 characters.
const FACTS: usize = 10;
/// Rows of a list: eight times three components stay below forty.
const ROWS: usize = 8;

/// A ticket with its buttons.
pub fn card(view: &TicketView, buttons: &[Button]) -> Value {
    let head = format!(
        "### {}\n{} in **{}**",
        title_link(view),
        short(&view.requester),
        short(&view.queue)
    );
    let mut inside = vec![text(&head), text(&facts_of(view))];
    if !view.excerpt.trim().is_empty() {
        inside.push(json!({"type": 14, "divider": true, "spacing": 1}));
        inside.push(text(&format!("> {}", fit(&one_line(&view.excerpt), EXCERPT, escape))));
    }
    inside.extend(action_row(view, buttons));
    container(accent(&view.priority), inside)
}

/// Tickets under a title, two lines each; those beyond eight are counted.
pub fn list(title: &str, views: &[TicketView]) -> Value {
    let mut inside = vec![text(&format!("### {}", fit(&one_line(title), TITLE, escape)))];
    inside.extend(views.iter().take(ROWS).map(|view| text(&row(view))));
    let hidden = views.len().saturating_sub(ROWS);
    if views.is_empty() {
        inside.push(text("*Nothing here.*"));
    }
    if hidden > 0 {
        inside.push(text(&format!("-# … and {hidden} more")));
    }
    container(BLUE, inside)
}

/// A plain sentence; line breaks are kept, markdown is shown as typed.
pub fn notice(sentence: &str) -> Value {
    let content = fit(sentence.trim(), CONTENT, escape);
    // A message without content is refused by Discord.
    let content = if content.is_empty() { "…" } else { &content };
    json!({"content": content, "allowed_mentions": {"parse": []}})
}

/// Lines with moments in them, as many as a message takes.
pub fn lines(lines: &[Vec<Piece>]) -> Value {
    let mut content = String::new();
    for line in lines {
        let line: String = line.iter().map(piece).collect();
        if content.encode_utf16().count() + line.encode_utf16().count() + 2 > CONTENT {
            content.push_str("\n…");
            break;
        }
        if !content.is_empty() {
            content.push('\n');
        }
        content.push_str(&line);
    }
    // A message without content is refused by Discord.
    let content = if content.is_empty() { "…".to_owned() } else { content };
    json!({"content": content, "allowed_mentions": {"parse": []}})
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => fit(&one_spaced(words), LINE, escape),
        Piece::Moment(at_unix) => format!("<t:{at_unix}:f>"),
    }
}

/// A sentence above a card.
pub fn above(sentence: &str, mut card: Value) -> Value {
    if let Some(components) = card.get_mut("components").and_then(Value::as_array_mut) {
        components.insert(0, text(&fit(sentence.trim(), CONTENT, escape)));
    }
    card
}

/// A promise at risk, with the facts that matter now and a button to take the ticket.
pub fn alert(headline: &str, facts: &[(String, String)], view: &TicketView) -> Value {
    let mut lines = vec![format!("### ⏰ {}", fit(&one_line(headline), TITLE, escape))];
    lines.extend(
        facts
            .iter()
            .take(FACTS)
            .map(|(name, value)| format!("**{}** {}", short(name), short(value))),
    );
    let mut inside = vec![text(&lines.join("\n")), text(&row(view))];
    inside.extend(action_row(view, &[Button::Take]));
    container(RED, inside)
}

/// The answer to an interaction that only its user sees: response type 4, CHANNEL_MESSAGE_WITH_SOURCE.
pub fn ephemeral(message: Value) -> Value {
    let mut data = message;
    if let Some(fields) = data.as_object_mut() {
        let flags = fields.get("flags").and_then(Value::as_u64).unwrap_or_default();
        fields.insert("flags".into(), (flags | EPHEMERAL).into());
    }
    json!({"type": 4, "data": data})
}

/// The answer that the answer follows, seen by its user alone: response type 5,
/// DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE. Discord shows "thinking …" until then.
pub fn deferred() -> Value {
    json!({"type": 5, "data": {"flags": EPHEMERAL}})
}

const RED: u32 = 0x00c0_2020;
const AMBER: u32 = 0x00c7_7700;
const BLUE: u32 = 0x0033_70c4;

fn accent(priority: &str) -> u32 {
    match priority.trim().to_lowercase().as_str() {
        "urgent" => RED,
        "high" => AMBER,
        _ => BLUE,
    }
}

fn facts_of(view: &TicketView) -> String {
    let assignee = view.assignee.as_deref().map_or_else(|| "nobody".to_owned(), short);
    let facts = format!(
        "**Status** {}{}   **Priority** {}{}   **Assignee** {assignee}",
        status_emoji(&view.status),
        short(&view.status),
        priority_emoji(&view.priority),
        short(&view.priority),
    );
    let due = view.due.as_ref().map(|due| format!("\n**{}** {}", short(&due.label), date(due)));
    facts + &due.unwrap_or_default()
}

fn row(view: &TicketView) -> String {
    let assignee = view.assignee.as_deref().map_or_else(|| "nobody".to_owned(), short);
    let due =
        view.due.as_ref().map(|due| format!(" · {} <t:{}:R>", short(&due.label), due.at_unix));
    format!(
        "{}**{}**\n{} · {assignee}{}",
        status_emoji(&view.status),
        title_link(view),
        short(&view.priority),
        due.unwrap_or_default()
    )
}

fn title_link(view: &TicketView) -> String {
    let title = format!("#{} {}", view.number, fit(&one_line(&view.title), TITLE, escape));
    match web_address(view) {
        Some(url) => format!("[{title}]({})", url.replace('(', "%28").replace(')', "%29")),
        None => title,
    }
}

/// Only a web address becomes a link; a link button takes at most 512 characters.
fn web_address(view: &TicketView) -> Option<String> {
    let url = url::Url::parse(view.url.as_deref()?).ok()?;
    let usable = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 256;
    usable.then(|| url.into())
}

/// Shown in the reader's own zone and language, once relative and once absolute.
fn date(due: &Due) -> String {
    format!("<t:{0}:R> (<t:{0}:f>)", due.at_unix)
}

fn action_row(view: &TicketView, buttons: &[Button]) -> Option<Value> {
    let mut row: Vec<Value> = buttons.iter().map(|button| action(view.number, *button)).collect();
    row.extend(
        web_address(view).map(|url| json!({"type": 2, "style": 5, "label": "Open", "url": url})),
    );
    // An action row holds five buttons.
    row.truncate(5);
    (!row.is_empty()).then(|| json!({"type": 1, "components": row}))
}

fn action(number: u64, button: Button) -> Value {
    let style = match button {
        Button::Take => 1,
        Button::Confirm => 3,
        Button::NotSolved => 4,
        Button::Resolve => 2,
    };
    let custom_id = format!("t:{}:{number}", button.verb());
    json!({"type": 2, "style": style, "label": button.label(), "custom_id": custom_id})
}

fn text(content: &str) -> Value {
    json!({"type": 10, "content": content})
}

fn container(accent_color: u32, components: Vec<Value>) -> Value {
    json!({
        "flags": COMPONENTS_V2,
        "allowed_mentions": {"parse": []},
        "components": [{"type": 17, "accent_color": accent_color, "components": components}],
    })
}

fn short(text: &str) -> String {
    fit(&one_line(text), FACT, escape)
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
