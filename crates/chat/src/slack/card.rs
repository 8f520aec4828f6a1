//! Tickets as Block Kit messages: the card, lists, plain sentences and alerts.
//! What comes from people stands in rich text or plain text, which Slack shows as it is: nothing in it is
//! a mention, a link or a mark. Limits: docs.slack.dev, "Block Kit: reference".

use serde_json::{Value, json};

use super::rich;
use crate::text::{fit, literal, one_line, one_spaced, slack as escape};
use crate::view::{Button, Piece, TicketView, Tone, priority_emoji, status_emoji};

/// The words of one block. Slack names no limit for rich text; a section's is 3000 characters.
const BLOCK: usize = 2900;
/// A header and a title within one line.
const TITLE: usize = 150;
/// Names, statuses and other short facts.
const FACT: usize = 200;
/// How much of what was asked a card quotes.
const EXCERPT: usize = 600;
/// How many facts an alert has.
const FACTS: usize = 10;
/// Words between two moments of a line.
const LINE: usize = 300;
/// Blocks of a message made of lines, or of what was said.
const BLOCKS: usize = 10;
/// How many characters of what was said a block quotes: each may count twice.
const QUOTED: usize = BLOCK / 2;
/// Buttons beside each other; what is more goes into the next row.
const IN_A_ROW: usize = 5;
/// Rows of a list, well below the fifty blocks of a message.
const ROWS: usize = 20;
/// An option of a menu.
const OPTION: usize = 75;
/// A line below something.
const ASIDE: usize = 2000;

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
    let mut blocks = vec![named("head", view, head_of(view)), named("facts", view, facts_of(view))];
    let excerpt = fit(view.quoted().trim(), EXCERPT, literal);
    if !excerpt.is_empty() {
        blocks.push(rich::block(vec![rich::quote(vec![rich::words(&excerpt)])]));
    }
    blocks.extend(actions(view, buttons));
    blocks.extend(view.footer.as_deref().map(context));
    Message { text: summary(view), blocks: Value::Array(blocks) }
}

/// A section as a block of its own, by what it shows of which ticket.
fn named(what: &str, view: &TicketView, section: Value) -> Value {
    let mut block = rich::block(vec![section]);
    if let Some(fields) = block.as_object_mut() {
        fields.insert("block_id".into(), format!("{what}:{}", view.number).into());
    }
    block
}

/// Tickets under a title, two lines each; those beyond twenty are counted.
pub fn list(title: &str, views: &[TicketView]) -> Message {
    let mut blocks = vec![header(title)];
    blocks.extend(views.iter().take(ROWS).map(row));
    let hidden = views.len().saturating_sub(ROWS);
    if views.is_empty() {
        blocks.push(rich::block(vec![rich::section(vec![rich::italic("Nothing here.")])]));
    }
    if hidden > 0 {
        blocks.push(context(&format!("… and {hidden} more")));
    }
    let text = format!("{} ({})", fit(&one_line(title), TITLE, escape), views.len());
    Message { text, blocks: Value::Array(blocks) }
}

/// A plain sentence, as it stands; line breaks are kept.
pub fn notice(text: &str) -> Message {
    let said = fit(text.trim(), BLOCK, literal);
    let blocks = json!([rich::block(vec![rich::section(vec![rich::words(&said)])])]);
    Message { text: for_notifications(text), blocks }
}

/// Lines with moments in them. What does not fit one block goes into the next; a message takes ten
/// of them here, and what is left after that is not shown.
pub fn lines(lines: &[Vec<Piece>]) -> Message {
    let mut blocks: Vec<Vec<Value>> = Vec::new();
    let mut used = 0;
    for line in lines {
        let (elements, length) = joined(line);
        match blocks.last_mut() {
            Some(last) if used + length < BLOCK => {
                last.push(rich::words("\n"));
                last.extend(elements);
                used += length + 1;
            }
            _ => {
                blocks.push(elements);
                used = length;
            }
        }
    }
    if blocks.is_empty() {
        blocks.push(Vec::new());
    }
    blocks.truncate(BLOCKS);
    let first = lines.first().map(|line| line.iter().map(in_words).collect::<String>());
    let text = for_notifications(&first.unwrap_or_default());
    let shown = blocks.into_iter().map(|block| rich::block(vec![rich::section(block)]));
    Message { text, blocks: shown.collect() }
}

/// A line, as many whole pieces of it as a block takes, and how long that is.
fn joined(line: &[Piece]) -> (Vec<Value>, usize) {
    let mut elements = Vec::new();
    let mut used = 0;
    for piece in line {
        let words = in_words(piece);
        let length = words.encode_utf16().count();
        if used + length > BLOCK {
            break;
        }
        used += length;
        elements.push(match piece {
            Piece::Words(_) => rich::words(&words),
            Piece::Moment(at_unix) => rich::moment(*at_unix),
        });
    }
    (elements, used)
}

fn in_words(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => fit(&one_spaced(words), LINE, literal),
        Piece::Moment(at_unix) => rich::utc(*at_unix),
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
    let headline = format!("⏰ {headline}");
    let mut blocks = vec![header(&headline)];
    let facts = facts.iter().take(FACTS);
    let shown = facts.map(|(name, value)| fact(name, vec![rich::words(&short(value))]));
    let shown: Vec<Vec<Value>> = shown.collect();
    if !shown.is_empty() {
        blocks.push(rich::block(vec![rich::section(shown.join(&rich::words("\n")))]));
    }
    blocks.push(row(view));
    blocks.extend(actions(view, buttons));
    Message { text: for_notifications(&one_line(&headline)), blocks: Value::Array(blocks) }
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
    let asked = fit(&one_line(question), TITLE, literal);
    let mut blocks = vec![rich::block(vec![rich::section(vec![rich::words(&asked)])])];
    let mut rest = said.trim();
    while !rest.is_empty() && blocks.len() <= BLOCKS {
        let end = rest.char_indices().nth(QUOTED).map_or(rest.len(), |(end, _)| end);
        let part = fit(rest.get(..end).unwrap_or_default(), BLOCK, literal);
        blocks.push(rich::block(vec![rich::quote(vec![rich::words(&part)])]));
        rest = rest.get(end..).unwrap_or_default();
    }
    let options = answers
        .iter()
        .take(100)
        .map(|(value, label)| json!({"text": rich::plain(label, OPTION), "value": value}));
    let menu = json!({
        "type": "static_select", "action_id": action_id, "options": options.collect::<Vec<_>>(),
    });
    let block_id = fit(block_id, 255, literal);
    blocks.push(json!({"type": "actions", "block_id": block_id, "elements": [menu]}));
    Message { text: for_notifications(question), blocks: Value::Array(blocks) }
}

/// What was said, out of the blocks of a question as Slack hands them back.
pub fn quoted(blocks: &[String]) -> String {
    let said = blocks.iter().skip(1).cloned().collect::<Vec<_>>().concat();
    // Slack takes `&`, `<` and `>` as they are, but hands them back as entities where somebody pressed
    // something (slackapi/bolt-python, issue 513). Where one of them stands alone, it did not.
    if super::read::is_escaped(&said) { super::read::unescape(&said) } else { said }
}

/// The answer to a command or button that only its user sees.
pub fn ephemeral(message: Message) -> Value {
    json!({"response_type": "ephemeral", "text": message.text, "blocks": message.blocks})
}

fn head_of(view: &TicketView) -> Value {
    let tone = match view.tone {
        Tone::Calm => "",
        Tone::Late => "🔴 ",
        Tone::Done => "☑️ ",
    };
    rich::section(vec![
        rich::words(tone),
        title_of(view),
        rich::words(&format!("\nfrom {} in ", short(&view.requester))),
        rich::bold(&short(&view.queue)),
    ])
}

fn facts_of(view: &TicketView) -> Value {
    let status = format!("{}{}", status_emoji(view.status), short(&view.status_label));
    let priority = format!("{}{}", priority_emoji(view.priority), short(view.priority.label()));
    let assignee = match view.assignee.as_deref() {
        Some(name) => rich::words(&short(name)),
        None => rich::italic("nobody yet"),
    };
    let mut facts = vec![
        fact("Status", vec![rich::words(&status)]),
        fact("Priority", vec![rich::words(&priority)]),
        fact("Assignee", vec![assignee]),
    ];
    facts.extend(
        view.due
            .as_ref()
            .map(|due| fact(&due.label, vec![rich::words("⏳ "), rich::moment(due.at_unix)])),
    );
    rich::section(facts.join(&rich::words("\n")))
}

/// A fact, its name before it.
fn fact(name: &str, value: Vec<Value>) -> Vec<Value> {
    [vec![rich::bold(&short(name)), rich::words("  ")], value].concat()
}

/// A ticket in two lines.
pub(super) fn row(view: &TicketView) -> Value {
    let assignee = view.assignee.as_deref().map_or_else(|| "nobody".to_owned(), short);
    let (requester, priority) = (short(&view.requester), short(view.priority.label()));
    let mut elements = vec![
        rich::words(status_emoji(view.status)),
        title_of(view),
        rich::words(&format!("\n{requester} · {assignee} · {priority}")),
    ];
    if let Some(due) = &view.due {
        elements.push(rich::words(&format!(" · {} ", short(&due.label))));
        elements.push(rich::moment(due.at_unix));
    }
    rich::block(vec![rich::section(elements)])
}

fn title_of(view: &TicketView) -> Value {
    let title = format!("#{} {}", view.number, fit(&one_line(&view.title), TITLE, literal));
    rich::link(view.url.as_deref(), &title)
}

fn summary(view: &TicketView) -> String {
    let title = fit(&one_line(&view.title), TITLE, literal);
    let (status, priority) = (short(&view.status_label), short(view.priority.label()));
    let due = view.due.as_ref();
    let due = due.map(|due| format!(", {} {}", short(&due.label), rich::utc(due.at_unix)));
    for_notifications(&format!(
        "#{} {title} — {status}, {priority}{}",
        view.number,
        due.unwrap_or_default()
    ))
}

/// The text beside the blocks is mrkdwn, so what would be a mention or a link there is escaped; one
/// character at least.
fn for_notifications(text: &str) -> String {
    let text = fit(text.trim(), BLOCK, escape);
    if text.is_empty() { "…".to_owned() } else { text }
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
    json!({"type": "header", "text": rich::plain(text, TITLE)})
}

pub(super) fn context(text: &str) -> Value {
    json!({"type": "context", "elements": [rich::plain(text, ASIDE)]})
}

fn short(text: &str) -> String {
    fit(&one_line(text), FACT, literal)
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
