//! What the Slack door says in its dialogs and on the home tab. All of it, in one place.

pub(crate) const NEW_TICKET: &str = "New ticket";
pub(crate) const CREATE: &str = "Create ticket";
pub(crate) const TITLE: &str = "What is it about?";
pub(crate) const DETAILS: &str = "Details";
pub(crate) const FILES: &str = "Screenshots or files";
pub(crate) const WHICH_FORM: &str = "What do you need?";
pub(crate) const NO_FORM: &str = "Something else";
pub(crate) const HOW_URGENT: &str = "How badly does it block you?";
pub(crate) const CANNOT_WORK: &str = "I cannot work at all";
pub(crate) const SLOWED_DOWN: &str = "It slows me down";
pub(crate) const NOT_BLOCKED: &str = "I can work around it";
pub(crate) const YES: &str = "Yes";
pub(crate) const NOT_OPENED: &str =
    "Slack did not open the dialog in time. Please try again; /ticket TEXT files without one.";
pub(crate) const PUBLIC: &str = "Requester: public reply";
pub(crate) const INTERNAL: &str = "Agents only: internal note";
pub(crate) const WHO_SEES_IT: &str = "Who sees it?";
pub(crate) const MESSAGE: &str = "Message";
pub(crate) const THEN: &str = "Then";
pub(crate) const STAY: &str = "Leave the status as it is";
pub(crate) const AWAIT: &str = "Wait for the requester";
pub(crate) const SOLVE: &str = "Propose it as solved";
pub(crate) const REPLY_TO: &str = "Reply to";
pub(crate) const LOOK_AT_IT: &str = "Preview";
pub(crate) const SEND: &str = "Send";
pub(crate) const REACHES: &str = "This reaches:";
pub(crate) const NOTE: &str = "Note for agents";
pub(crate) const NOTE_ON: &str = "Note on";
pub(crate) const ADD_NOTE: &str = "Add note";
pub(crate) const WHO_SHALL: &str = "Who shall do it?";
pub(crate) const ASSIGN: &str = "Assign";
pub(crate) const GIVE: &str = "Assign";
pub(crate) const NEW_DATE: &str = "The date you agreed on";
pub(crate) const WHY: &str = "Why?";
pub(crate) const EXTEND: &str = "Another date for";
pub(crate) const AGREE: &str = "Save";
pub(crate) const WHAT_IS_WRONG: &str = "What is still wrong?";
pub(crate) const NOT_SOLVED: &str = "Not solved:";
pub(crate) const THANKS: &str = "Thank you, that is noted.";
pub(crate) const ANYTHING_TO_ADD: &str = "Anything to add?";
pub(crate) const RATED: &str = "How was";
pub(crate) const MORE_DETAILS: &str = "More details";
pub(crate) const EDIT: &str = "Edit";
pub(crate) const SAVE: &str = "Save";
pub(crate) const WHICH_TICKET: &str = "Which ticket?";
pub(crate) const OR_NUMBER: &str = "Or its number";
pub(crate) const ADD_TO_TICKET: &str = "Add to ticket";
pub(crate) const ADD: &str = "Add";
pub(crate) const DESK: &str = "Help desk";
pub(crate) const SENT: &str = "Sent";
pub(crate) const SAVED: &str = "Saved";
pub(crate) const NO_MESSAGE: &str = "Write something first.";
pub(crate) const NO_ACCOUNT: &str = "Choose somebody who works here.";
pub(crate) const NO_MOMENT: &str = "Choose a day and a time.";
pub(crate) const NO_TICKET: &str = "Choose a ticket or type its number, such as 12.";
pub(crate) const TOO_LONG: &str = "This is too long for one message; send the rest as a file.";
pub(crate) const NO_SUCH_TICKET: &str = "There is no such ticket, or none you may see.";
pub(crate) const NO_TICKET_HERE: &str =
    "This message belongs to no ticket. Use Create ticket or Add to ticket first.";
pub(crate) const NOTHING_SENT: &str =
    "Nothing was sent: storage is slow right now. Please open the dialog again.";
pub(crate) const PICK: &str = "Which of your tickets is this about?";
pub(crate) const A_NEW_ONE: &str = "None of them: file a new ticket";

/// What follows an answer.
pub(crate) fn then(then: verbs::dialog::Then) -> &'static str {
    match then {
        verbs::dialog::Then::Stay => "The ticket stays as it is.",
        verbs::dialog::Then::Await => {
            "The ticket then waits for the requester, and its clocks rest."
        }
        verbs::dialog::Then::Solve => "The ticket is then proposed as solved.",
    }
}

pub(crate) const NOTHING_HERE: &str = "Nothing here. A new ticket is one button away.";
pub(crate) const TICKET: &str = "Ticket";

/// What stands above the home tab.
pub(crate) fn home(name: &str) -> String {
    format!("Hello {name}, how can we help?")
}

pub(crate) const IT_IS_URGENT: &str = "This is urgent.";

/// What was created.
pub(crate) fn created(number: u64) -> String {
    format!("Created #{number}")
}

/// For whom a ticket is filed.
pub(crate) fn on_behalf(name: &str) -> String {
    format!("The ticket is for {name}, who wrote this.")
}

/// What was not right in a dialog that is not there any more.
pub(crate) fn not_filed(problems: &[(String, String)]) -> String {
    let lines = problems.iter().map(|(field, why)| format!("{field}: {why}"));
    format!("Nothing was filed.\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// What stands below a title that says what they asked before.
pub(crate) fn asked_before(similar: &[String]) -> String {
    format!("You asked before: {}. If it is the same, say more there instead.", similar.join("; "))
}
