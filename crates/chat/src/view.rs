//! What a card shows of a ticket, as display strings, and the buttons it can carry.
//! The words come from the caller in the reader's language; only the emoji and colours are chosen here.

/// A ticket as a reader may see it. All strings are plain text; the renderers escape and cut them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketView {
    /// The ticket's number, shown as `#12`.
    pub number: u64,
    /// The title.
    pub title: String,
    /// The status, such as `In progress`.
    pub status: String,
    /// The priority, such as `High`.
    pub priority: String,
    /// The queue's name.
    pub queue: String,
    /// Who asked.
    pub requester: String,
    /// Who works on it; nobody yet when absent.
    pub assignee: Option<String>,
    /// What is due next, when anything is.
    pub due: Option<Due>,
    /// The beginning of what was asked.
    pub excerpt: String,
    /// Where the ticket opens in a browser.
    pub url: Option<String>,
}

/// A promise and its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What is due, such as `First reply due`.
    pub label: String,
    /// When, in seconds since 1970; the reader's program shows it in their zone.
    pub at_unix: i64,
}

/// A part of a line: words, or a moment that the reader's program shows in their own zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As they stand.
    Words(String),
    /// In seconds since 1970.
    Moment(i64),
}

/// A button of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// An agent takes the ticket.
    Take,
    /// The requester says it is solved.
    Confirm,
    /// The requester says it is not solved.
    NotSolved,
    /// An agent proposes it as solved.
    Resolve,
}

impl Button {
    /// All buttons, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Take, Self::Confirm, Self::NotSolved, Self::Resolve];

    /// The verb that names the button in Slack's `action_id` and Discord's `custom_id`.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Confirm => "confirm",
            Self::NotSolved => "decline",
            Self::Resolve => "propose",
        }
    }

    /// The button of a Slack `action_id` such as `tkt.take`.
    pub fn from_action_id(action_id: &str) -> Option<Self> {
        Self::from_verb(action_id.strip_prefix("tkt.")?)
    }

    /// The button and ticket number of a Discord `custom_id` such as `t:take:12`.
    pub fn from_custom_id(custom_id: &str) -> Option<(Self, u64)> {
        let (verb, number) = custom_id.strip_prefix("t:")?.split_once(':')?;
        let digits = number.split(':').next().unwrap_or_default();
        Some((Self::from_verb(verb)?, digits.parse().ok()?))
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Take => "Take it",
            Self::Confirm => "Yes, solved",
            Self::NotSolved => "Not solved",
            Self::Resolve => "Resolve",
        }
    }

    fn from_verb(verb: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|button| button.verb() == verb)
    }
}

/// The emoji before a status, with its blank; empty for a status of another language or desk.
pub(crate) fn status_emoji(status: &str) -> &'static str {
    match key(status).as_str() {
        "new" => "🔵 ",
        "pending assignment" => "🟣 ",
        "in progress" => "🟢 ",
        "in review" => "🔎 ",
        "awaiting requester" => "💬 ",
        "awaiting confirmation" => "🤝 ",
        "on hold" => "⏸️ ",
        "resolved" => "✅ ",
        "closed" => "⚪ ",
        _ => "",
    }
}

/// The emoji before a priority, with its blank; empty for a priority of another language or desk.
pub(crate) fn priority_emoji(priority: &str) -> &'static str {
    match key(priority).as_str() {
        "urgent" => "🚨 ",
        "high" => "🔺 ",
        "medium" => "🔸 ",
        "low" => "🔹 ",
        "planned" => "🗓️ ",
        _ => "",
    }
}

fn key(display: &str) -> String {
    display.trim().to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_are_read_back() {
        for button in Button::ALL {
            assert_eq!(Button::from_action_id(&format!("tkt.{}", button.verb())), Some(button));
            let custom_id = format!("t:{}:12", button.verb());
            assert_eq!(Button::from_custom_id(&custom_id), Some((button, 12)));
        }
        assert_eq!(Button::from_custom_id("t:take:12:7"), Some((Button::Take, 12)));
        for other in
            ["", "t:", "t:take", "t:take:x", "t:fly:1", "tkt.take", "t:take:99999999999999999999"]
        {
            assert_eq!(Button::from_custom_id(other), None, "{other}");
        }
        assert_eq!(Button::from_action_id("esc.take"), None);
    }

    #[test]
    fn names_are_known_in_either_spelling() {
        assert_eq!(status_emoji("In progress"), status_emoji("in_progress"));
        assert_eq!(priority_emoji("High"), "🔺 ");
        assert_eq!(status_emoji("Neu"), "");
    }
}
