//! Tickets as Block Kit messages: the card, lists, plain sentences and alerts.
//! Everything that comes from people is escaped and sent `verbatim`, so that no text of theirs can mention anyone.
//! Limits: docs.slack.dev, "Block Kit: reference".

use serde_json::{Value, json};

use crate::text::{fit, one_line, one_spaced, slack as escape};
use crate::view::{Button, Due, Piece, TicketView, priority_emoji, status_emoji};

/// The text of a section may be 3000 characters long; this leaves room for what stands around it.
const SECTION: usize = 2900;
/// A header and a title within one line.
const TITLE: usize = 150;
/// Names, statuses and other short facts.
const FACT: usize = 200;
/// How much of what was asked a card quotes.
const EXCERPT: usize = 600;
/// A section takes ten fields.
const FIELDS: usize = 10;
/// Words between two moments of a line.
const LINE: usize = 300;
/// Sections of a message made of lines.
const SECTIONS: usize = 10;
/// Rows of a list, well below the fifty blocks of a message.
const ROWS: usize = 20;

/// A message: the blocks, and the text shown in notifications and by screen readers.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The sentence for notifications, escaped.
    pub text: String,
    /// The array of blocks.
    pub blocks: Value,
}

/// A ticket with its buttons.
pub fn card(view: &TicketView, buttons: &[Button]) -> Message {
    let head = format!(
        "*{}*\nfrom {} in *{}*",
        title_link(view),
        short(&view.requester),
        short(&view.queue)
    );
    let mut blocks = vec![
        json!({"type": "section", "block_id": format!("head:{}", view.number), "text": mrkdwn(&head)}),
        json!({"type": "section", "block_id": format!("facts:{}", view.number), "fields": facts_of(view)}),
    ];
    if !view.excerpt.trim().is_empty() {
        let quote = format!("> {}", fit(&one_line(&view.excerpt), EXCERPT, escape));
        blocks.push(json!({"type": "section", "text": mrkdwn(&quote)}));
    }
    blocks.extend(actions(view.number, buttons));
    Message { text: summary(view), blocks: Value::Array(blocks) }
}

/// Tickets under a title, one line each; those beyond twenty are counted.
pub fn list(title: &str, views: &[TicketView]) -> Message {
    let heading = fit(&one_line(title), TITLE, escape);
    let mut blocks = vec![header(&heading)];
    blocks.extend(views.iter().take(ROWS).map(row));
    let hidden = views.len().saturating_sub(ROWS);
    if views.is_empty() {
        blocks.push(json!({"type": "section", "text": mrkdwn("_Nothing here._")}));
    }
    if hidden > 0 {
        blocks.push(context(&format!("… and {hidden} more")));
    }
    Message { text: format!("{heading} ({})", views.len()), blocks: Value::Array(blocks) }
}

/// A plain sentence; line breaks are kept, marks are not interpreted as mentions or links.
pub fn notice(text: &str) -> Message {
    let text = fit(text.trim(), SECTION, escape);
    // A section without text is refused by Slack.
    let shown = if text.is_empty() { "…" } else { &text };
    Message { blocks: json!([{"type": "section", "text": mrkdwn(shown)}]), text: shown.to_owned() }
}

/// Lines with moments in them. What does not fit one section goes into the next; a message takes ten
/// of them here, and what is left after that is not shown.
pub fn lines(lines: &[Vec<Piece>]) -> Message {
    let mut sections: Vec<String> = Vec::new();
    for line in lines {
        let line = joined(line);
        match sections.last_mut() {
            Some(last) if last.len() + line.len() < SECTION => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => sections.push(line),
        }
    }
    sections.retain(|section| !section.trim().is_empty());
    sections.truncate(SECTIONS);
    // A section without text is refused by Slack.
    if sections.is_empty() {
        sections.push("…".to_owned());
    }
    let first = lines.first().map_or("…".to_owned(), |line| joined(line));
    let shown = |text: &String| json!({"type": "section", "text": mrkdwn(text)});
    Message { text: first, blocks: sections.iter().map(shown).collect() }
}

/// A line, as many whole pieces of it as a section takes.
fn joined(line: &[Piece]) -> String {
    let mut joined = String::new();
    for piece in line.iter().map(piece) {
        if joined.len() + piece.len() > SECTION {
            break;
        }
        joined.push_str(&piece);
    }
    joined
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => fit(&one_spaced(words), LINE, escape),
        Piece::Moment(at_unix) => moment(*at_unix),
    }
}

/// A sentence above a card.
pub fn above(sentence: &str, card: Message) -> Message {
    let Message { text, blocks } = notice(sentence);
    let rows = [blocks, card.blocks].into_iter().filter_map(|blocks| match blocks {
        Value::Array(rows) => Some(rows),
        _ => None,
    });
    Message { text, blocks: Value::Array(rows.flatten().collect()) }
}

/// A promise at risk, with the facts that matter now and a button to take the ticket.
pub fn alert(headline: &str, facts: &[(String, String)], view: &TicketView) -> Message {
    let heading = fit(&one_line(headline), TITLE - 4, escape);
    let mut blocks = vec![header(&format!("⏰ {heading}"))];
    let fields: Vec<Value> =
        facts.iter().take(FIELDS).map(|(name, value)| field(name, &short(value))).collect();
    if !fields.is_empty() {
        blocks.push(json!({"type": "section", "fields": fields}));
    }
    blocks.push(row(view));
    blocks.extend(actions(view.number, &[Button::Take]));
    Message { text: format!("⏰ {heading}"), blocks: Value::Array(blocks) }
}

/// The answer to a command or button that only its user sees.
pub fn ephemeral(message: Message) -> Value {
    json!({"response_type": "ephemeral", "text": message.text, "blocks": message.blocks})
}

fn facts_of(view: &TicketView) -> Vec<Value> {
    let assignee = view.assignee.as_deref().map_or_else(|| "_nobody yet_".to_owned(), short);
    let mut fields = vec![
        field("Status", &format!("{}{}", status_emoji(&view.status), short(&view.status))),
        field("Priority", &format!("{}{}", priority_emoji(&view.priority), short(&view.priority))),
        field("Assignee", &assignee),
    ];
    fields.extend(view.due.as_ref().map(|due| field(&due.label, &format!("⏳ {}", date(due)))));
    fields
}

fn row(view: &TicketView) -> Value {
    let assignee = view.assignee.as_deref().map_or_else(|| "nobody".to_owned(), short);
    let due = view.due.as_ref().map(|due| format!(" · {} {}", short(&due.label), date(due)));
    let line = format!(
        "{}*{}*\n{} · {assignee} · {}{}",
        status_emoji(&view.status),
        title_link(view),
        short(&view.priority),
        short(&view.requester),
        due.unwrap_or_default()
    );
    json!({"type": "section", "text": mrkdwn(&line)})
}

fn summary(view: &TicketView) -> String {
    let title = fit(&one_line(&view.title), TITLE, escape);
    let (status, priority) = (short(&view.status), short(&view.priority));
    let due = view.due.as_ref().map(|due| format!(", {} {}", short(&due.label), utc(due)));
    format!("#{} {title} — {status}, {priority}{}", view.number, due.unwrap_or_default())
}

fn title_link(view: &TicketView) -> String {
    let title = format!("#{} {}", view.number, fit(&one_line(&view.title), TITLE, escape));
    match view.url.as_deref().and_then(link_target) {
        Some(url) => format!("<{url}|{title}>"),
        None => title,
    }
}

/// Only a web address becomes a link, with the characters that would end it encoded.
fn link_target(url: &str) -> Option<String> {
    let parsed =
        url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let target = parsed
        .as_str()
        .replace('|', "%7C")
        .replace('&', "&amp;")
        .replace('<', "%3C")
        .replace('>', "%3E");
    (target.len() <= 1000).then_some(target)
}

fn date(due: &Due) -> String {
    moment(due.at_unix)
}

fn utc(due: &Due) -> String {
    utc_of(due.at_unix)
}

/// Shown in the reader's own zone and language; the part after `|` is for programs that cannot.
fn moment(at_unix: i64) -> String {
    format!("<!date^{at_unix}^{{date_short_pretty}}, {{time}}|{}>", utc_of(at_unix))
}

fn utc_of(at_unix: i64) -> String {
    match jiff::Timestamp::from_second(at_unix) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => at_unix.to_string(),
    }
}

fn actions(number: u64, buttons: &[Button]) -> Option<Value> {
    let elements: Vec<Value> = buttons.iter().map(|button| action(number, *button)).collect();
    (!elements.is_empty()).then(
        || json!({"type": "actions", "block_id": format!("acts:{number}"), "elements": elements}),
    )
}

fn action(number: u64, button: Button) -> Value {
    let mut element = json!({
        "type": "button",
        "text": {"type": "plain_text", "text": button.label(), "emoji": true},
        "action_id": format!("tkt.{}", button.verb()),
        "value": number.to_string(),
        "accessibility_label": format!("{}: ticket {number}", button.label()),
    });
    let style = match button {
        Button::Take | Button::Confirm => Some("primary"),
        Button::NotSolved => Some("danger"),
        Button::Resolve => None,
    };
    if let (Some(style), Some(fields)) = (style, element.as_object_mut()) {
        fields.insert("style".into(), style.into());
    }
    element
}

fn header(text: &str) -> Value {
    let shown = if text.is_empty() { "…" } else { text };
    json!({"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": true}})
}

fn context(text: &str) -> Value {
    json!({"type": "context", "elements": [mrkdwn(text)]})
}

fn field(name: &str, value: &str) -> Value {
    mrkdwn(&format!("*{}*\n{value}", short(name)))
}

/// Without `verbatim` Slack would turn bare names of people and channels in the text into mentions and links.
fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

fn short(text: &str) -> String {
    fit(&one_line(text), FACT, escape)
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
