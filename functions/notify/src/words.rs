//! What the desk writes to people by itself: every mail and every message in chat that follows a
//! commit. All of it, in one place.

use chat::view::TicketView;
use desk::Closure;
use desk::history::Event;
use desk::outbox::Message;
use desk::sla::{Alarm, Metric, due_at};
use desk::view::Viewer;
use email::page::{Look, Page};
use jiff::SignedDuration;

use crate::facts::Facts;
use crate::{progress_words, visit_words};

/// What the desk's own words are written in.
const LANGUAGE: &str = "en";

/// How a message looks in chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sentence or a few.
    Words,
    /// The ticket's card.
    Card,
    /// Something is wrong: headline, facts, the ticket.
    Alert,
}

/// A message before it is mail or chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub subject: String,
    pub kind: Kind,
    /// How a mail begins; chat has no need of it.
    pub greeting: String,
    /// What comes before anybody's words.
    pub opening: String,
    /// Somebody's words, as they wrote them.
    pub quoted: String,
    /// What comes behind.
    pub closing: String,
    /// Names and values.
    pub facts: Vec<(String, String)>,
    /// Written by the desk, not by a person.
    pub automatic: bool,
    /// Part of the conversation with the requester.
    pub in_conversation: bool,
    /// Whoever it reaches may not be whom it is about: it names nobody.
    pub impersonal: bool,
    /// It comes day after day: whoever gets it can ask for no more of it.
    pub recurring: bool,
}

impl Letter {
    pub fn new(subject: String, opening: impl Into<String>) -> Letter {
        Letter {
            subject,
            kind: Kind::Words,
            greeting: String::new(),
            opening: opening.into(),
            quoted: String::new(),
            closing: String::new(),
            facts: Vec::new(),
            automatic: true,
            in_conversation: false,
            impersonal: false,
            recurring: false,
        }
    }

    pub(crate) fn quoting(self, words: &str) -> Letter {
        Letter { quoted: words.trim().to_owned(), ..self }
    }

    pub(crate) fn ending(self, closing: impl Into<String>) -> Letter {
        Letter { closing: closing.into(), ..self }
    }

    pub(crate) fn for_requester(self) -> Letter {
        Letter { in_conversation: true, ..self }
    }

    fn by_hand(self) -> Letter {
        Letter { automatic: false, ..self }
    }

    /// The whole letter.
    pub fn text(&self) -> String {
        let facts: Vec<String> =
            self.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let parts = [&self.greeting, &self.opening, &self.quoted, &facts.join("\n"), &self.closing];
        let parts: Vec<&str> =
            parts.iter().map(|part| part.trim()).filter(|p| !p.is_empty()).collect();
        parts.join("\n\n") + "\n"
    }

    /// The same as a page: what a person wrote reads as they would have typed it.
    pub fn html(&self, look: Look, footer: &str) -> String {
        let said = [&self.quoted, &self.opening].into_iter().find(|text| !text.trim().is_empty());
        email::page::html(&Page {
            language: LANGUAGE,
            title: &self.subject,
            footer,
            look,
            preheader: said.map_or("", String::as_str),
            greeting: &self.greeting,
            opening: &self.opening,
            quoted: &self.quoted,
            facts: &self.facts,
            closing: &self.closing,
        })
    }

    /// The letter where there is little room.
    pub fn short(&self) -> String {
        let parts = [&self.opening, &self.quoted, &self.closing];
        let parts: Vec<&str> =
            parts.iter().map(|part| part.trim()).filter(|p| !p.is_empty()).collect();
        parts.join("\n")
    }

    /// A mail's subject; in a conversation it is the requester's own, so that mail programs keep it
    /// together.
    pub fn mail_subject(&self, facts: &Facts) -> String {
        if !self.in_conversation {
            return self.subject.clone();
        }
        format!("Re: {} [{}]", facts.stored.title, facts.ticket().number)
    }
}

/// What this message says. What a rule wrote nobody wrote by hand.
pub(crate) fn letter(facts: &Facts, message: Message) -> Letter {
    let letter = worded(facts, message);
    let automatic = letter.automatic || facts.entry.by.rule_id().is_some();
    let quoted = with_files(&letter.quoted, facts);
    Letter { automatic, quoted, ..letter }
}

/// Somebody's words, with the names of the files that came with them.
fn with_files(quoted: &str, facts: &Facts) -> String {
    let names: Vec<&str> = facts.files().iter().map(|file| file.name.as_str()).collect();
    match names.as_slice() {
        [] => quoted.to_owned(),
        _ => format!("{quoted}\n\nFiles: {}", names.join(", ")).trim().to_owned(),
    }
}

fn worded(facts: &Facts, message: Message) -> Letter {
    let number = facts.ticket().number;
    let title = &facts.stored.title;
    let author = &facts.author;
    let said = facts.said();
    let assigned = |subject: String, opening: String| Letter {
        facts: summary(facts),
        ..Letter::new(subject, opening).quoting(said)
    };
    match message {
        Message::Receipt => receipt(facts),
        Message::PlainReceipt => plain_receipt(facts),
        Message::Reply => Letter::new(format!("{number}: {title}"), format!("{author} answered:"))
            .quoting(said)
            .ending(REPLY_HERE)
            .for_requester()
            .by_hand(),
        Message::AutoReply => Letter::new(format!("{number}: {title}"), "")
            .quoting(said)
            .ending(REPLY_HERE)
            .for_requester(),
        Message::Notice => assigned(format!("{number}: {title}"), format!("About {number}:")),
        Message::Question => {
            let asks =
                if said.is_empty() { " needs an answer of yours." } else { " has a question:" };
            Letter::new(format!("{number}: a question"), format!("{author}{asks}"))
                .quoting(said)
                .ending(REPLY_HERE)
                .for_requester()
                .by_hand()
        }
        Message::Solution => {
            // A colleague let it through; it is still whose work it was.
            let author = match facts.entry.event {
                Event::Approved => &facts.assignee(),
                _ => author,
            };
            let says =
                if said.is_empty() { " believes it is solved." } else { " proposes a solution:" };
            Letter::new(format!("{number}: is it solved?"), format!("{author}{says}"))
                .quoting(said)
                .ending("Did it help? If not, just answer and the same person goes on. If you do nothing, we take it as solved after five working days.")
                .for_requester()
                .by_hand()
        }
        Message::ReviewWanted => assigned(
            format!("{number} waits for review: {title}"),
            format!(
                "{author} proposes a solution to {number}. Look at it, then approve or decline it:"
            ),
        ),
        Message::LetThrough => Letter::new(
            format!("{number} is approved"),
            format!(
                "{author} approved the solution to \"{title}\". The requester is asked to confirm."
            ),
        ),
        Message::ChangesWanted => assigned(
            format!("{number} came back from review: {title}"),
            format!("{author} asks for something else first:"),
        ),
        Message::Reminder => reminder(facts),
        Message::Solved => solved(facts),
        Message::Ended(closure) => ended(facts, closure),
        Message::Card => card(facts),
        Message::Assigned => assigned(
            format!("{number} is yours: {title}"),
            format!("{author} assigned {number} to you."),
        ),
        Message::RequesterWrote => assigned(
            format!("{number}: {author} wrote"),
            format!("{author} wrote about \"{title}\":"),
        ),
        Message::NotSolved => assigned(
            format!("{number} is not solved"),
            format!("{author} says \"{title}\" is not solved. It is back with you."),
        ),
        Message::Confirmed => Letter::new(
            format!("{number} is confirmed"),
            format!("{author} says \"{title}\" is solved."),
        ),
        Message::CameBack => {
            assigned(format!("{number} came back: {title}"), format!("{author} reopened {number}."))
        }
        Message::InHands
        | Message::MovedOn
        | Message::NotYours
        | Message::Mentioned
        | Message::Reprioritised
        | Message::Unhappy => progress_words::letter(facts, message),
        Message::Withdrawn => Letter::new(
            format!("{number} was withdrawn"),
            format!("{author} withdrew \"{title}\"."),
        ),
        Message::Awake => {
            assigned(format!("{number} is awake again: {title}"), "The hold is over.".into())
        }
        Message::VisitPlanned
        | Message::VisitYours
        | Message::VisitStarted
        | Message::VisitDone
        | Message::VisitCancelled => visit_words::letter(facts, message),
        Message::TaskGiven => assigned(
            format!("{number}: a task for you"),
            format!("{author} gave you a task on \"{title}\":"),
        ),
        Message::TaskDue => assigned(
            format!("{number}: a task is due"),
            format!("This is due on \"{title}\", and not done yet:"),
        ),
        Message::GoesOnIn(into) => Letter::new(
            format!("{number} goes on in {into}"),
            format!("{number}, \"{title}\", is handled together with {into} from now on."),
        )
        .ending("You will hear of it there. To add something, just answer this message.")
        .for_requester(),
        Message::TookIn(other) => Letter::new(
            format!("{number} took in {other}"),
            format!("{author} merged {other} into {number}, \"{title}\"."),
        ),
        Message::OnItsOwn => Letter::new(
            format!("{number} goes its own way again"),
            format!("{number}, \"{title}\", is handled on its own again."),
        ),
        Message::NowFollowing => Letter::new(
            format!("{number}: {title}"),
            format!(
                "{author} added you to {number}, \"{title}\". You will be told what {} is told.",
                facts.stored.asker.name
            ),
        )
        .ending("To add something, just answer this message."),
        Message::OthersWrote => {
            Letter::new(format!("{number}: {title}"), format!("{author} wrote:"))
                .quoting(said)
                .ending(REPLY_HERE)
                .for_requester()
                .by_hand()
        }
        Message::Alarm(metric, alarm) => alarmed(facts, metric, alarm),
        Message::HelpWanted => Letter {
            kind: Kind::Alert,
            ..assigned(
                format!("Help wanted: {number} {title}"),
                format!("{author} asks for help with {number}:"),
            )
        },
        Message::NotDelivered => undelivered(facts),
        Message::Mirror | Message::MirrorChanged(_) => mirrored(facts),
        Message::Refresh => card(facts),
        Message::Events(_) | Message::GiveOut(_) | Message::Digest | Message::LinkCode => {
            Letter::new(number.to_string(), "")
        }
    }
}

const REPLY_HERE: &str = "Just answer this message to go on.";

fn receipt(facts: &Facts) -> Letter {
    let number = facts.ticket().number;
    let greeting = format!("Hello {},", facts.stored.asker.name);
    let opening =
        format!("We have your request \"{}\". It is ticket {number}.", facts.stored.title);
    let letter = Letter::new(format!("{number}: {}", facts.stored.title), opening);
    Letter { greeting, ..letter.ending(add_to_it(facts)).for_requester() }
}

fn add_to_it(facts: &Facts) -> String {
    match facts.due(Metric::FirstResponse) {
        Some(due) => {
            format!("You will hear from us by {due}. To add something, just answer this message.")
        }
        None => "To add something, just answer this message.".into(),
    }
}

/// A receipt for whoever may not be the one who wrote: none of the words somebody wrote stand in it, nor
/// the name they gave.
fn plain_receipt(facts: &Facts) -> Letter {
    let number = facts.ticket().number;
    let opening = format!("We have your request. It is ticket {number}.");
    let letter = Letter::new(format!("Your request is ticket {number}"), opening);
    Letter { impersonal: true, ..letter.ending(add_to_it(facts)) }
}

fn reminder(facts: &Facts) -> Letter {
    let number = facts.ticket().number;
    let times = match facts.entry.event {
        Event::Reminded { number: 1 } => "a first time",
        _ => "once more",
    };
    let opening = match facts.ticket().status {
        desk::Status::AwaitingConfirmation => {
            format!("We ask {times}: is \"{}\" solved?", facts.stored.title)
        }
        _ => format!(
            "We ask {times}: we still need your answer to go on with \"{}\".",
            facts.stored.title
        ),
    };
    Letter::new(format!("{number}: we are waiting for you"), opening)
        .ending(REPLY_HERE)
        .for_requester()
}

fn solved(facts: &Facts) -> Letter {
    let number = facts.ticket().number;
    let opening = match facts.entry.event {
        Event::ResolvedUnanswered => {
            format!("We have not heard from you, so we take {number} as solved.")
        }
        _ => format!("{number} is solved. Thank you for telling us."),
    };
    let closing = "If it comes back within seven days, just answer and we go on.";
    Letter::new(format!("{number} is solved"), opening).ending(closing).for_requester()
}

fn ended(facts: &Facts, closure: Closure) -> Letter {
    let number = facts.ticket().number;
    let why = match closure {
        Closure::Rejected => "We cannot do what you asked in",
        Closure::Duplicate => "We already work on the same as",
        Closure::Confirmed | Closure::NoReply | Closure::Cancelled => "We closed",
        Closure::Merged | Closure::Spam => "We closed",
    };
    Letter::new(
        format!("{number} was closed"),
        format!("{why} {number}, \"{}\":", facts.stored.title),
    )
    .quoting(facts.said())
    .for_requester()
    .by_hand()
}

fn card(facts: &Facts) -> Letter {
    let number = facts.ticket().number;
    let opening = format!("New in {}: {number} {}", queue_name(facts), facts.stored.title);
    let letter = Letter::new(format!("New: {number} {}", facts.stored.title), opening);
    let letter = letter.quoting(&facts.opening.body);
    Letter { kind: Kind::Card, facts: summary(facts), ..letter }
}

/// What was said elsewhere, for agents below the card.
fn mirrored(facts: &Facts) -> Letter {
    let (author, asker) = (&facts.author, &facts.stored.asker.name);
    let opening = match &facts.entry.event {
        Event::NoteAdded => format!("{author} noted:"),
        Event::AgentReplied => format!("{author} answered {asker}:"),
        Event::AutoReplied => format!("{asker} was answered:"),
        Event::Awaited => format!("{author} asks {asker}:"),
        Event::Proposed => format!("{author} proposes a solution to {asker}:"),
        Event::Submitted => format!("{author} proposes a solution, to be reviewed:"),
        Event::Returned => format!("{author} asks for something else first:"),
        Event::Declined => format!("{author} says it is not solved:"),
        Event::Reopened => format!("{author} wants it taken up again:"),
        Event::Escalated => format!("{author} asks for help:"),
        Event::MessageEdited { .. } => format!("{author} wrote (edited):"),
        Event::MessageDeleted { .. } => format!("{author} took back what stood here."),
        _ => format!("{author} wrote:"),
    };
    let subject = format!("{}: {}", facts.ticket().number, facts.stored.title);
    Letter::new(subject, opening).quoting(facts.said())
}

fn undelivered(facts: &Facts) -> Letter {
    let number = facts.ticket().number;
    let reason = match &facts.entry.event {
        Event::Undeliverable { reason, .. } => reason.as_str(),
        _ => "",
    };
    let opening = format!("A message about {number} could not be delivered: {reason}");
    Letter::new(format!("{number}: a message was not delivered"), opening)
}

/// What is promised, at the beginning of a sentence and within one.
pub(crate) fn promised(metric: Metric) -> (&'static str, &'static str) {
    match metric {
        Metric::FirstResponse => ("First reply", "first reply"),
        Metric::NextResponse => ("Next reply", "next reply"),
        Metric::Resolution => ("Solution", "solution"),
    }
}

/// Warning, breach, reminder, and the rungs above.
fn alarmed(facts: &Facts, metric: Metric, alarm: Alarm) -> Letter {
    let number = facts.ticket().number;
    let (name, what) = promised(metric);
    let due = facts.due(metric).unwrap_or_else(|| "now".into());
    let left = due_at(facts.ticket(), metric).map(|at| facts.entry.at.duration_until(at));
    let left = left.map_or_else(String::new, spoken);
    let (subject, opening) = match alarm {
        Alarm::Warning(_) => (
            format!("{name} due in {left}"),
            format!("The {what} of {number} is due in {left}, {due}."),
        ),
        Alarm::Breach => (
            format!("{name} overdue"),
            format!("The {what} of {number} was due {due} and has not come."),
        ),
        Alarm::Repeat(n) => (
            format!("{name} still overdue, reminder {n}"),
            format!("The {what} of {number} was due {due}. This is reminder {n}."),
        ),
        Alarm::Manager => (
            format!("{name} overdue, escalated to the manager"),
            format!(
                "The {what} of {number} was due {due}. Half the time again has passed and it has not come."
            ),
        ),
        Alarm::Head => (
            format!("{name} overdue, escalated to the head of support"),
            format!(
                "The {what} of {number} was due {due}. As much time again has passed and it has not come."
            ),
        ),
    };
    let subject = format!("{subject}: {number} {}", facts.stored.title);
    Letter { kind: Kind::Alert, facts: summary(facts), ..Letter::new(subject, opening) }
}

pub(crate) fn summary(facts: &Facts) -> Vec<(String, String)> {
    shown(facts, Viewer::Agent).facts()
}

pub(crate) fn queue_name(facts: &Facts) -> String {
    facts.queue().map_or_else(String::new, |queue| queue.name.clone())
}

/// What stands in a channel where the title of a private ticket would.
pub(crate) const PRIVATE_TITLE: &str = "Private request";
/// Whoever asked it, there.
pub(crate) const THE_REQUESTER: &str = "the requester";
const PRIVATE: &str = "🔒 Private: only those who look after its queue read it";

/// The ticket as the card in chat shows it.
pub(crate) fn view(facts: &Facts, letter: &Letter) -> TicketView {
    if letter.in_conversation {
        return shown(facts, Viewer::Requester);
    }
    let view = shown(facts, Viewer::Agent);
    TicketView { footer: facts.is_private().then(|| PRIVATE.to_owned()), ..view }
}

fn shown(facts: &Facts, viewer: Viewer) -> TicketView {
    let (stored, asked) = (&facts.stored, facts.opening.body.as_str());
    verbs::shown(stored, &stored.title, asked, viewer, &facts.config, facts.now)
}

/// A length of time, as people say it.
fn spoken(length: SignedDuration) -> String {
    let minutes = (length.as_secs() + 30) / 60;
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (hours / 24, hours, rest) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, _, _) => format!("1 day {} h", hours - 24),
        (days, hours, _) => format!("{days} days {} h", hours - days * 24),
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
