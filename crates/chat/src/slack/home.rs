//! The home tab: tickets under their headings, with a button below each, a filter and the next page. Which
//! tickets is the caller's; a tab takes a hundred blocks, of which forty rows take eighty.
//! Limits: docs.slack.dev, "Views: home tabs".

use serde_json::{Value, json};

use super::card::{context, header, row};
use super::dialog::{Choice, option};
use crate::view::TicketView;

/// Opens the dialog of a new ticket.
pub const NEW: &str = "home.new";
/// Shows a ticket.
pub const SHOW: &str = "home.view";
/// Chooses other tickets.
pub const FILTER: &str = "home.filter";
/// Shows the next page.
pub const NEXT: &str = "home.next";
/// Shows the first page again.
pub const FIRST: &str = "home.first";

/// Rows of a tab, whatever it is given.
const ROWS: usize = 40;

/// What a home tab shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// What stands above it.
    pub heading: String,
    /// What can be chosen; no menu where there is nothing.
    pub filters: Vec<Choice>,
    /// The value that is chosen.
    pub chosen: String,
    /// Tickets under their headings.
    pub groups: Vec<(String, Vec<TicketView>)>,
    /// What the button for the next page carries.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub is_later: bool,
    /// What is said where there is no ticket.
    pub nothing: String,
}

/// The tab as Slack takes it.
pub fn view(home: &Home) -> Value {
    let mut blocks = vec![header(&home.heading)];
    let mut elements = vec![button(NEW, "New ticket", "new")];
    if let Some(styled) = elements.first_mut().and_then(Value::as_object_mut) {
        styled.insert("style".into(), "primary".into());
    }
    elements.extend(menu(home));
    blocks.push(json!({ "type": "actions", "block_id": "home.top", "elements": elements }));
    let mut rows = 0;
    for (heading, views) in &home.groups {
        blocks.push(json!({ "type": "divider" }));
        blocks.push(context(&format!("{heading} · {}", views.len())));
        for view in views.iter().take(ROWS.saturating_sub(rows)) {
            rows += 1;
            blocks.extend([row(view), show(view.number)]);
        }
    }
    if rows == 0 {
        blocks.push(context(&home.nothing));
    }
    blocks.extend(pager(home));
    json!({ "type": "home", "callback_id": "home", "blocks": blocks })
}

fn menu(home: &Home) -> Option<Value> {
    let options: Vec<Value> = home.filters.iter().take(100).map(option).collect();
    if options.is_empty() {
        return None;
    }
    let mut menu = json!({ "type": "static_select", "action_id": FILTER, "options": options });
    let chosen = home.filters.iter().take(100).find(|choice| choice.value == home.chosen);
    if let (Some(chosen), Some(fields)) = (chosen, menu.as_object_mut()) {
        fields.insert("initial_option".into(), option(chosen));
    }
    Some(menu)
}

fn pager(home: &Home) -> Option<Value> {
    let first = home.is_later.then(|| button(FIRST, "‹ First page", &home.chosen));
    let next = home.next.as_deref().map(|next| button(NEXT, "More ›", next));
    let elements: Vec<Value> = first.into_iter().chain(next).collect();
    (!elements.is_empty())
        .then(|| json!({ "type": "actions", "block_id": "home.pages", "elements": elements }))
}

/// Rich text takes no button beside it, so it stands below.
fn show(number: u64) -> Value {
    let mut show = button(SHOW, "Show", &number.to_string());
    if let Some(fields) = show.as_object_mut() {
        fields.insert("accessibility_label".into(), format!("Show ticket {number}").into());
    }
    json!({ "type": "actions", "block_id": format!("home.row:{number}"), "elements": [show] })
}

fn button(action: &str, label: &str, value: &str) -> Value {
    json!({
        "type": "button", "action_id": action, "value": value,
        "text": { "type": "plain_text", "text": label, "emoji": true },
    })
}
