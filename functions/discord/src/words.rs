//! What the Discord door says itself. All of it, in one place.

/// The first input of a ticket.
pub(crate) const SUBJECT: &str = "Subject";
/// The second.
pub(crate) const DETAILS: &str = "Details";
pub(crate) const DETAILS_HINT: &str = "What happened, and what did you expect?";
pub(crate) const FILES: &str = "Screenshots or logs";
pub(crate) const NEW_TICKET: &str = "New ticket";
pub(crate) const A_DAY: &str = "A day such as 2026-12-24";
pub(crate) const A_NUMBER: &str = "A number";
pub(crate) const A_MEMBER: &str = "A mail address of somebody who works here";

pub(crate) const WHICH_FORM: &str = "What is it about?";
pub(crate) const OTHER: &str = "Something else";
pub(crate) const ADD_DETAILS: &str = "Add details";
pub(crate) const FILE_NOW: &str = "File it now";
pub(crate) const TRY_AGAIN: &str = "Try again";
pub(crate) const PANEL: &str = "How can we help?";

pub(crate) const OLD_BUTTON: &str = "This button is from another time.";
pub(crate) const DRAFT_GONE: &str =
    "What you had filled in is no longer there. Please begin again with /ticket open.";
pub(crate) const NOT_FILED_YET: &str = "Not filed yet: there is a little more to ask.";
pub(crate) const MAY_FILE: &str = "Not filed yet: add what you know, or file it as it is.";
pub(crate) const WHICH_TICKET: &str = "Which ticket does it belong to?";
pub(crate) const NO_OPEN: &str = "There is no open ticket to add it to. Use Create ticket instead.";
pub(crate) const FOR_AGENTS: &str = "That is for agents of this desk.";
pub(crate) const FOR_LEADS: &str = "That is for whoever leads or runs this desk.";
pub(crate) const UNKNOWN_COMMAND: &str = "This desk has no such command. Try /ticket help.";
pub(crate) const UNKNOWN_PERSON: &str = "They have not asked for anything here.";
pub(crate) const THEIR_TICKETS: &str = "Their tickets";
pub(crate) const YOUR_TICKETS: &str = "Your tickets";
pub(crate) const ASSIGNED: &str = "Assigned to you";
pub(crate) const UNASSIGNED: &str = "Unassigned";
pub(crate) const BREACHING: &str = "Breaching next";
pub(crate) const WHICH: &str = "Which one? Give the ticket's number.";
pub(crate) const NO_TICKET: &str = "There is no such ticket, or none you may see.";
pub(crate) const COMMENT: &str = "Add a comment";
pub(crate) const WHICH_AGENT: &str = "Whom do you mean? Choose somebody.";

/// How a field that is no form's own is called.
pub(crate) fn field(name: &str) -> &str {
    match name {
        "title" => SUBJECT,
        "description" => DETAILS,
        "files" => FILES,
        "form" => "Form",
        other => other,
    }
}

/// What is not right, a line each.
pub(crate) fn problems(labelled: &[(String, String)]) -> String {
    let lines: Vec<String> =
        labelled.iter().map(|(label, sentence)| format!("{label}: {sentence}")).collect();
    format!("Nothing was filed yet.\n{}", lines.join("\n"))
}

/// Under words that somebody else wrote.
pub(crate) fn written_by(name: &str) -> String {
    format!("(Written by {name} in Discord.)")
}

/// The title of a dialog about a ticket.
pub(crate) fn about(what: &str, number: u64) -> String {
    format!("{what} #{number}")
}

/// A ticket's story, to download.
pub(crate) fn transcript(number: u64) -> String {
    format!("The story of #{number}. The links work for a quarter of an hour.")
}
