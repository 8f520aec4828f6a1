//! What a card shows of a ticket, and the buttons it can carry. What it says comes with the view; only
//! the emoji are chosen here.

pub use desk::view::{Due, TicketView, Tone};
use desk::{Priority, Status};

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

/// The emoji before a status, with its blank.
pub(crate) fn status_emoji(status: Status) -> &'static str {
    match status {
        Status::New => "🔵 ",
        Status::PendingAssignment => "🟣 ",
        Status::InProgress => "🟢 ",
        Status::InReview => "🔎 ",
        Status::AwaitingRequester => "💬 ",
        Status::AwaitingConfirmation => "🤝 ",
        Status::OnHold => "⏸️ ",
        Status::Resolved => "✅ ",
        Status::Closed => "⚪ ",
    }
}

/// The emoji before a priority, with its blank.
pub(crate) fn priority_emoji(priority: Priority) -> &'static str {
    match priority {
        Priority::Urgent => "🚨 ",
        Priority::High => "🔺 ",
        Priority::Medium => "🔸 ",
        Priority::Low => "🔹 ",
        Priority::Planned => "🗓️ ",
    }
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
}
