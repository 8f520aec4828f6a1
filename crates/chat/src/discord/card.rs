//! Tickets as Discord messages in Components V2: the card, lists, plain sentences and alerts.
//! Everything that comes from people is escaped, and `allowed_mentions` is empty, so that no text of theirs can ping.
//! Limits: docs.discord.com, "Components: Reference" (40 components and 4000 characters in a message).

use desk::Priority;
use serde_json::{Value, json};

use crate::text::{discord as escape, fit, literal, one_line, one_spaced};
use crate::view::{Button, Due, Piece, TicketView, Tone, priority_emoji, status_emoji};

/// Message flag IS_COMPONENTS_V2 (1 << 15).
const COMPONENTS_V2: u64 = 1 << 15;
/// Message flag EPHEMERAL (1 << 6).
const EPHEMERAL: u64 = 1 << 6;
/// All text of a message of components.
const CHARACTERS: usize = 4000;
/// Lines of a quotation.
const LINES: usize = 20;
/// The content of a plain message.
const CONTENT: usize = 2000;
/// A title within one line.
const TITLE: usize = 150;
/// A title in a list.
const ROW_TITLE: usize = 120;
/// Names, statuses and other short facts.
const FACT: usize = 80;
/// Words between two moments of a line.
const LINE: usize = 300;
/// How much of what was asked a card quotes.
const EXCERPT: usize = 900;
/// Rows of buttons below a card.
const ACTION_ROWS: usize = 4;
/// Facts of an alert, so that all of them stay within 4000 characters.
const FACTS: usize = 10;
/// A button's label (docs.discord.com, "Button").
const LABEL: usize = 80;
/// Buttons of a panel: four rows of five.
const PANEL: usize = 20;
/// Names and statuses in a list, eight of which share 4000 characters.
const BRIEF: usize = 40;

/// Where a list is turned: the ids of what leads back and on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The page before, unless this is the first.
    pub back: Option<String>,
    /// The next page, unless this is the last.
    pub next: Option<String>,
}

/// A ticket with its buttons. Taking it stands beside its title; the rest is below.
pub fn card(view: &TicketView, buttons: &[Button]) -> Value {
    let head = format!(
        "### {}\n{} in **{}**",
        title_link(view),
        short(&view.requester),
        short(&view.queue)
    );
    let takes = buttons.contains(&Button::Take);
    let head = match takes {
        true => section(&head, action(view, Button::Take)),
        false => text(&head),
    };
    let mut inside = vec![head, text(&facts_of(view))];
    let asked = view.quoted();
    if !asked.trim().is_empty() {
        inside.push(json!({"type": 14, "divider": true, "spacing": 1}));
        inside.push(text(&quoted(&asked)));
    }
    let rest: Vec<Button> =
        buttons.iter().copied().filter(|button| *button != Button::Take).collect();
    inside.extend(action_rows(view, &rest));
    if let Some(footer) = view.footer.as_deref().filter(|footer| !footer.trim().is_empty()) {
        inside.push(text(&format!("-# {}", fit(&one_line(footer), LINE, escape))));
    }
    container(accent(view), inside)
}

/// Tickets under a title, two lines each; those beyond eight are counted.
pub fn list(title: &str, views: &[TicketView]) -> Value {
    let hidden = views.len().saturating_sub(ROWS);
    let more = (hidden > 0).then(|| text(&format!("-# … and {hidden} more")));
    listed(title, views, more)
}

/// One page of a list, and the buttons that turn it.
pub fn page(title: &str, views: &[TicketView], pager: &Pager) -> Value {
    let turn = |id: &Option<String>, label: &str, no: &str| {
        let custom_id = id.as_deref().unwrap_or(no);
        json!({"type": 2, "style": 2, "label": label, "custom_id": custom_id, "disabled": id.is_none()})
    };
    let turns =
        [turn(&pager.back, "◀ Back", "l:none:back"), turn(&pager.next, "Next ▶", "l:none:next")];
    let turns = json!({"type": 1, "components": turns});
    listed(title, views, (*pager != Pager::default()).then_some(turns))
}

/// How many tickets a page of a list has.
pub const ROWS: usize = 8;

fn listed(title: &str, views: &[TicketView], last: Option<Value>) -> Value {
    let mut inside = vec![text(&format!("### {}", fit(&one_line(title), TITLE, escape)))];
    inside.extend(views.iter().take(ROWS).map(|view| {
        let show = json!({"type": 2, "style": 2, "label": "Show", "custom_id": format!("t:show:{}", view.number)});
        section(&row(view), show)
    }));
    if views.is_empty() {
        inside.push(text("*Nothing here.*"));
    }
    inside.extend(last);
    container(BLUE, inside)
}

/// What people file tickets from: a few words, and a button for each form, by its id and label.
pub fn panel(title: &str, words: &str, forms: &[(String, String)]) -> Value {
    let mut inside = vec![text(&format!("### {}", fit(&one_line(title), TITLE, escape)))];
    if !words.trim().is_empty() {
        inside.push(text(&fit(words.trim(), EXCERPT, escape)));
    }
    let button = |(id, label): &(String, String)| json!({"type": 2, "style": 1, "label": plain(label, LABEL), "custom_id": id});
    let buttons: Vec<Value> = forms.iter().take(PANEL).map(button).collect();
    inside.extend(buttons.chunks(5).map(|row| json!({"type": 1, "components": row})));
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

/// Words above a card, as many as the card leaves room for.
pub fn above(words: &str, mut card: Value) -> Value {
    if let Some(components) = card.get_mut("components").and_then(Value::as_array_mut) {
        let used: usize = components.iter().map(characters).sum();
        let words = fit(words.trim(), CHARACTERS.saturating_sub(used), escape);
        if !words.is_empty() {
            components.insert(0, text(&words));
        }
    }
    card
}

/// Words above one row of buttons, or one menu.
pub fn asking(words: &str, row: Vec<Value>) -> Value {
    let row = json!({"type": 1, "components": row});
    let message = json!({
        "flags": COMPONENTS_V2, "allowed_mentions": {"parse": []}, "components": [row],
    });
    above(words, message)
}

/// Words of the desk's own with links in them: nothing is escaped, so nothing of people's may be among them.
pub fn links(words: &str) -> Value {
    let words: String = words.chars().take(CHARACTERS / 2).collect();
    json!({
        "flags": COMPONENTS_V2, "allowed_mentions": {"parse": []}, "components": [text(&words)],
    })
}

/// What counts towards the characters of a message.
fn characters(component: &Value) -> usize {
    let own = component.get("content").and_then(Value::as_str).unwrap_or_default();
    let inside = component.get("components").and_then(Value::as_array).into_iter().flatten();
    own.encode_utf16().count() + inside.map(characters).sum::<usize>()
}

/// A promise at risk, with the facts that matter now and what can be done about it.
pub fn alert(
    headline: &str,
    facts: &[(String, String)],
    view: &TicketView,
    buttons: &[Button],
) -> Value {
    let mut lines = vec![format!("### ⏰ {}", fit(&one_line(headline), TITLE, escape))];
    lines.extend(
        facts
            .iter()
            .take(FACTS)
            .map(|(name, value)| format!("**{}** {}", short(name), short(value))),
    );
    let mut inside = vec![text(&lines.join("\n")), text(&row(view))];
    inside.extend(action_rows(view, buttons));
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

const GREY: u32 = 0x0080_8890;

fn accent(view: &TicketView) -> u32 {
    match (view.tone, view.priority) {
        (Tone::Late, _) => RED,
        (Tone::Done, _) => GREY,
        (Tone::Calm, Priority::Urgent) => RED,
        (Tone::Calm, Priority::High) => AMBER,
        (Tone::Calm, _) => BLUE,
    }
}

fn facts_of(view: &TicketView) -> String {
    let assignee = view.assignee.as_deref().map_or_else(|| "nobody".to_owned(), short);
    let facts = format!(
        "**Status** {}{}   **Priority** {}{}   **Assignee** {assignee}",
        status_emoji(view.status),
        short(&view.status_label),
        priority_emoji(view.priority),
        short(view.priority.label()),
    );
    let due = view.due.as_ref().map(|due| format!("\n**{}** {}", short(&due.label), date(due)));
    facts + &due.unwrap_or_default()
}

fn row(view: &TicketView) -> String {
    let brief = |text: &str| fit(&one_line(text), BRIEF, escape);
    let assignee = view.assignee.as_deref().map_or_else(|| "nobody".to_owned(), brief);
    let due =
        view.due.as_ref().map(|due| format!(" · {} <t:{}:R>", brief(&due.label), due.at_unix));
    format!(
        "{}**#{} {}**\n{} · {assignee}{}",
        status_emoji(view.status),
        view.number,
        fit(&one_line(&view.title), ROW_TITLE, escape),
        brief(view.priority.label()),
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

/// Rows of five at most; ratings have a row of their own.
fn action_rows(view: &TicketView, buttons: &[Button]) -> Vec<Value> {
    let is_rating = |button: &&Button| matches!(button, Button::Rate(_));
    let (ratings, rest): (Vec<_>, Vec<_>) = buttons.iter().partition(is_rating);
    let open =
        web_address(view).map(|url| json!({"type": 2, "style": 5, "label": "Open", "url": url}));
    let made =
        |buttons: Vec<&Button>| buttons.into_iter().map(|button| action(view, *button)).collect();
    let (ratings, mut rest): (Vec<Value>, Vec<Value>) = (made(ratings), made(rest));
    rest.extend(open);
    let rows = ratings.chunks(5).chain(rest.chunks(5)).take(ACTION_ROWS);
    rows.map(|row| json!({"type": 1, "components": row})).collect()
}

fn action(view: &TicketView, button: Button) -> Value {
    let style = match button {
        Button::Take => 1,
        Button::Confirm | Button::Acknowledge => 3,
        Button::NotSolved | Button::Reopen => 4,
        Button::Resolve | Button::Reply | Button::Note | Button::Rate(_) => 2,
        Button::Reassign | Button::Extend => 2,
    };
    let custom_id = format!("t:{}:{}", button.verb(), Button::value(view.number, view.version));
    json!({"type": 2, "style": style, "label": button.label(), "custom_id": custom_id})
}

/// Words beside a button.
fn section(content: &str, button: Value) -> Value {
    json!({"type": 9, "components": [text(content)], "accessory": button})
}

/// What was asked, as a quotation; its lines stay lines.
fn quoted(words: &str) -> String {
    let words = fit(words.trim(), EXCERPT, escape);
    let quoted = |line: &str| format!("> {line}");
    let mut lines: Vec<String> = words.lines().take(LINES).map(quoted).collect();
    if words.lines().nth(LINES).is_some() {
        lines.push(quoted("…"));
    }
    lines.join("\n")
}

/// A label or a placeholder, where no markdown is read.
pub fn plain(text: &str, limit: usize) -> String {
    let text = fit(&one_line(text), limit, literal);
    if text.is_empty() { "…".into() } else { text }
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
