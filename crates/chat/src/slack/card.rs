//! Tickets as Block Kit messages: the card, lists, plain sentences and alerts.
//! Everything that comes from people is escaped and sent `verbatim`, so that no text of theirs can mention anyone.
//! Limits: docs.slack.dev, "Block Kit: reference".

use serde_json::{Value, json};

use crate::text::{fit, one_line, one_spaced, slack as escape};
use crate::view::{Button, Due, Piece, TicketView, Tone, priority_emoji, status_emoji};

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
/// How many characters of what was said a section quotes: each may be five once it is escaped.
const QUOTED: usize = 550;
/// Buttons beside each other; what is more goes into the next row.
const IN_A_ROW: usize = 5;
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
    let tone = match view.tone {
        Tone::Calm => "",
        Tone::Late => "🔴 ",
        Tone::Done => "☑️ ",
    };
    let head = format!(
        "{tone}*{}*\nfrom {} in *{}*",
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
    blocks.extend(actions(view, buttons));
    blocks.extend(view.footer.as_deref().map(|footer| context(&short(footer))));
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

/// A promise at risk, with the facts that matter now and what can be done about it.
pub fn alert(
    headline: &str,
    facts: &[(String, String)],
    view: &TicketView,
    buttons: &[Button],
) -> Message {
    let heading = fit(&one_line(headline), TITLE - 4, escape);
    let mut blocks = vec![header(&format!("⏰ {heading}"))];
    let fields: Vec<Value> =
        facts.iter().take(FIELDS).map(|(name, value)| field(name, &short(value))).collect();
    if !fields.is_empty() {
        blocks.push(json!({"type": "section", "fields": fields}));
    }
    blocks.push(row(view));
    blocks.extend(actions(view, buttons));
    Message { text: format!("⏰ {heading}"), blocks: Value::Array(blocks) }
}

/// A question about something that was said, with a menu of answers. What was said stands in it whole,
/// as far as Slack takes it, and is read back by [`quoted`].
pub fn question(
    question: &str,
    said: &str,
    block_id: &str,
    action_id: &str,
    answers: &[(String, String)],
) -> Message {
    let asked = fit(&one_line(question), TITLE, escape);
    let mut blocks = vec![json!({"type": "section", "text": mrkdwn(&asked)})];
    let mut rest = said.trim();
    while !rest.is_empty() && blocks.len() <= SECTIONS {
        let end = rest.char_indices().nth(QUOTED).map_or(rest.len(), |(end, _)| end);
        let part = rest.get(..end).unwrap_or_default();
        blocks.push(json!({"type": "section", "text": mrkdwn(&fit(part, SECTION, escape))}));
        rest = rest.get(end..).unwrap_or_default();
    }
    let options = answers.iter().take(100).map(|(value, label)| {
        let label = fit(&one_line(label), 75, |c, _, out| out.push(c));
        json!({"text": {"type": "plain_text", "text": label, "emoji": false}, "value": value})
    });
    let menu = json!({
        "type": "static_select", "action_id": action_id, "options": options.collect::<Vec<_>>(),
    });
    let block_id = fit(block_id, 255, |c, _, out| out.push(c));
    blocks.push(json!({"type": "actions", "block_id": block_id, "elements": [menu]}));
    Message { text: asked, blocks: Value::Array(blocks) }
}

/// What was said, out of the sections of a question.
pub fn quoted(sections: &[String]) -> String {
    // The blanks without width are ours: they stand around marks.
    let plain = |section: &String| super::read::unescape(&section.replace('\u{200b}', ""));
    let said = sections.iter().skip(1).map(plain);
    said.collect::<Vec<_>>().concat()
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

pub(super) fn row(view: &TicketView) -> Value {
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

fn actions(view: &TicketView, buttons: &[Button]) -> Vec<Value> {
    let row = |(nth, row): (usize, &[Button])| {
        let elements: Vec<Value> = row.iter().map(|button| action(view, *button)).collect();
        let block_id = match nth {
            0 => format!("acts:{}", view.number),
            nth => format!("acts:{}:{nth}", view.number),
        };
        json!({"type": "actions", "block_id": block_id, "elements": elements})
    };
    buttons.chunks(IN_A_ROW).enumerate().map(row).collect()
}

fn action(view: &TicketView, button: Button) -> Value {
    let label = button.label();
    let mut element = json!({
        "type": "button",
        "text": {"type": "plain_text", "text": label, "emoji": true},
        "action_id": format!("tkt.{}", button.verb()),
        "value": Button::value(view.number, view.version),
        "accessibility_label": format!("{label}: ticket {}", view.number),
    });
    let style = match button {
        Button::Take | Button::Confirm => Some("primary"),
        Button::NotSolved | Button::Reopen => Some("danger"),
        _ => None,
    };
    if let (Some(style), Some(fields)) = (style, element.as_object_mut()) {
        fields.insert("style".into(), style.into());
    }
    element
}

/// The action of the button that opens what was filed once more.
pub const EDIT: &str = "tkt.edit";

/// The same with a button to say it better.
pub fn with_edit(message: Message, number: u64, version: u32) -> Message {
    let Message { text, mut blocks } = message;
    let button = json!({
        "type": "button", "action_id": EDIT, "value": Button::value(number, version),
        "text": {"type": "plain_text", "text": "Edit", "emoji": true},
        "accessibility_label": format!("Edit ticket {number}"),
    });
    let row = json!({
        "type": "actions", "block_id": format!("edit:{number}"), "elements": [button],
    });
    if let Some(blocks) = blocks.as_array_mut() {
        blocks.push(row);
    }
    Message { text, blocks }
}

pub(super) fn header(text: &str) -> Value {
    let shown = if text.is_empty() { "…" } else { text };
    json!({"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": true}})
}

pub(super) fn context(text: &str) -> Value {
    json!({"type": "context", "elements": [mrkdwn(text)]})
}

fn field(name: &str, value: &str) -> Value {
    mrkdwn(&format!("*{}*\n{value}", short(name)))
}

/// Without `verbatim` Slack would turn bare names of people and channels in the text into mentions and links.
fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

/// A line of people's text, escaped and no longer than a header.
pub(super) fn escaped_line(text: &str) -> String {
    fit(&one_line(text), TITLE, escape)
}

fn short(text: &str) -> String {
    fit(&one_line(text), FACT, escape)
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
