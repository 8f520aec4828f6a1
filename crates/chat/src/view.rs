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
    /// Which state of the ticket this is: what is pressed on an older one may be out of date.
    pub version: u32,
    /// How pressing it is.
    pub tone: Tone,
    /// A small line below it, for whoever reads it there.
    pub footer: Option<String>,
}

/// How pressing a ticket is, for the colour of its card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// There is time.
    #[default]
    Calm,
    /// A promise was broken.
    Late,
    /// There is nothing left to do.
    Done,
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
    /// Somebody answers: opens a dialog.
    Reply,
    /// An agent notes something: opens a dialog.
    Note,
    /// The requester wants it taken up again.
    Reopen,
    /// The requester says how it was, 1 (very bad) to 5 (great).
    Rate(u8),
    /// Somebody took notice of a broken promise.
    Acknowledge,
    /// Somebody else shall do it: opens a dialog.
    Reassign,
    /// Another date for the solution: opens a dialog.
    Extend,
}

impl Button {
    /// All buttons, in the order they are shown.
    pub const ALL: [Self; 15] = [
        Self::Take,
        Self::Confirm,
        Self::NotSolved,
        Self::Resolve,
        Self::Reply,
        Self::Note,
        Self::Reopen,
        Self::Rate(1),
        Self::Rate(2),
        Self::Rate(3),
        Self::Rate(4),
        Self::Rate(5),
        Self::Acknowledge,
        Self::Reassign,
        Self::Extend,
    ];
    /// The five answers to "how was it?".
    pub const RATINGS: [Self; 5] =
        [Self::Rate(1), Self::Rate(2), Self::Rate(3), Self::Rate(4), Self::Rate(5)];

    /// The verb that names the button in Slack's `action_id` and Discord's `custom_id`.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Confirm => "confirm",
            Self::NotSolved => "decline",
            Self::Resolve => "propose",
            Self::Reply => "reply",
            Self::Note => "note",
            Self::Reopen => "reopen",
            Self::Rate(1) => "rate1",
            Self::Rate(2) => "rate2",
            Self::Rate(3) => "rate3",
            Self::Rate(4) => "rate4",
            Self::Rate(_) => "rate5",
            Self::Acknowledge => "acknowledge",
            Self::Reassign => "reassign",
            Self::Extend => "extend",
        }
    }

    /// What the button's value says: the ticket, and the state of it that was shown.
    pub fn value(number: u64, version: u32) -> String {
        format!("{number}:{version}")
    }

    /// A button's value read back; older ones say no state.
    pub fn read_value(value: &str) -> Option<(u64, Option<u32>)> {
        let (number, version) = match value.split_once(':') {
            Some((number, version)) => (number, version.parse().ok()),
            None => (value, None),
        };
        Some((number.parse().ok()?, version))
    }

    /// The button of a Slack `action_id` such as `tkt.take`.
    pub fn from_action_id(action_id: &str) -> Option<Self> {
        Self::from_verb(action_id.strip_prefix("tkt.")?)
    }

    /// The button, ticket number and shown state of a Discord `custom_id` such as `t:take:12:7`.
    pub fn from_custom_id(custom_id: &str) -> Option<(Self, u64, Option<u32>)> {
        let (verb, value) = custom_id.strip_prefix("t:")?.split_once(':')?;
        let (number, version) = Self::read_value(value)?;
        Some((Self::from_verb(verb)?, number, version))
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Take => "Take it",
            Self::Confirm => "Yes, solved",
            Self::NotSolved => "Not solved",
            Self::Resolve => "Resolve",
            Self::Reply => "Reply",
            Self::Note => "Add note",
            Self::Reopen => "It is not solved: reopen",
            Self::Rate(1) => "😡 1",
            Self::Rate(2) => "🙁 2",
            Self::Rate(3) => "😐 3",
            Self::Rate(4) => "🙂 4",
            Self::Rate(_) => "🤩 5",
            Self::Acknowledge => "Acknowledge",
            Self::Reassign => "Reassign",
            Self::Extend => "Agree on another date",
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
            assert_eq!(Button::from_custom_id(&custom_id), Some((button, 12, None)));
        }
        let shown = format!("t:take:{}", Button::value(12, 7));
        assert_eq!(Button::from_custom_id(&shown), Some((Button::Take, 12, Some(7))));
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
