//! A ticket as somebody in chat may see it, and the buttons that make sense for them now.

use chat::view::{Button, Due, TicketView, Tone};
use desk::access::Who;
use desk::answer::spoken;
use desk::config::Config;
use desk::sla::{self, Metric};
use desk::{PersonId, Status, Ticket};
use store::Stored;

/// How much of what was asked a card shows, in characters.
const EXCERPT: usize = 280;
/// How many answers a card shows.
const ANSWERS: usize = 10;
/// How much of each, in characters.
const ANSWER: usize = 120;

/// As this person may see it.
pub(crate) fn for_speaker(
    stored: &Stored,
    excerpt: &str,
    config: &Config,
    person: &PersonId,
) -> TicketView {
    if config.role(person).is_staff() {
        card_for_agent(stored, excerpt, config)
    } else {
        card_for_requester(stored, excerpt, config)
    }
}

/// As agents see it: their words, and what is due next.
pub fn card_for_agent(stored: &Stored, excerpt: &str, config: &Config) -> TicketView {
    let due = sla::next_due(&stored.ticket).map(|(metric, at)| {
        let label = match metric {
            Metric::FirstResponse => "First reply due",
            Metric::NextResponse => "Next reply due",
            Metric::Resolution => "Solution due",
        };
        Due { label: label.into(), at_unix: at.as_second() }
    });
    let status = merged(stored).unwrap_or_else(|| config.label(&stored.ticket));
    let title = stored.title_for(&[], &config.language).to_owned();
    let mut view = TicketView { due, title, ..plain(stored, excerpt, config, status) };
    for line in answers(stored, config) {
        if !view.excerpt.is_empty() {
            view.excerpt.push('\n');
        }
        view.excerpt.push_str(&line);
    }
    view
}

/// What the fields of its form say, a line each, as far as there is room.
fn answers(stored: &Stored, config: &Config) -> Vec<String> {
    let form = stored.ticket.form.as_ref().and_then(|form| config.form(form));
    let spoken = spoken(form, &stored.answers, config, &[]).into_iter().take(ANSWERS);
    let line = |(label, words): (String, String)| {
        let line = format!("{label}: {}", words.replace(['\r', '\n'], " "));
        line.chars().take(ANSWER).collect()
    };
    spoken.map(line).collect()
}

/// As its requester sees it: their words, and by when to expect an answer.
pub fn card_for_requester(stored: &Stored, excerpt: &str, config: &Config) -> TicketView {
    let answer = [Metric::FirstResponse, Metric::NextResponse].into_iter().find_map(|metric| {
        let running = stored.ticket.clocks.get(metric).is_running();
        sla::due_at(&stored.ticket, metric).filter(|_| running)
    });
    let due = answer.map(|at| Due { label: "Answer by".into(), at_unix: at.as_second() });
    let status = merged(stored).unwrap_or_else(|| config.label_for_requester(&stored.ticket));
    TicketView { due, ..plain(stored, excerpt, config, status) }
}

/// A merged ticket says where it lives on.
fn merged(stored: &Stored) -> Option<String> {
    stored.ticket.merged.as_ref().map(|merged| format!("Goes on in {}", merged.into))
}

fn plain(stored: &Stored, excerpt: &str, config: &Config, status: String) -> TicketView {
    let ticket = &stored.ticket;
    let queue = ticket.queue.as_ref();
    let queue_name = queue.and_then(|id| config.queue(id)).map(|queue| queue.name.as_str());
    let assignee = ticket.assignee.as_ref();
    TicketView {
        number: ticket.number.0,
        title: stored.title.clone(),
        status,
        priority: ticket.priority.label().into(),
        queue: queue_name.or(queue.map(|id| id.as_str())).unwrap_or_default().into(),
        requester: stored.asker.name.clone(),
        assignee: assignee.map(|id| name(id, config)),
        due: None,
        excerpt: beginning(excerpt.trim()),
        url: None,
        version: ticket.version,
        tone: tone(ticket),
        footer: None,
    }
}

/// As much of it as a card shows; an ellipsis says that there is more.
fn beginning(words: &str) -> String {
    match words.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words.to_owned(),
    }
}

fn tone(ticket: &Ticket) -> Tone {
    let broken = |metric: &Metric| {
        let clock = ticket.clocks.get(*metric);
        clock.breached && clock.is_running()
    };
    match ticket.status {
        Status::Resolved | Status::Closed => Tone::Done,
        _ if Metric::ALL.iter().any(broken) => Tone::Late,
        _ => Tone::Calm,
    }
}

fn name(id: &PersonId, config: &Config) -> String {
    config.member(id).map_or_else(|| id.0.clone(), |member| member.name.clone())
}

/// What this person can press now.
pub(crate) fn buttons(stored: &Stored, who: &Who) -> Vec<Button> {
    let ticket = &stored.ticket;
    match ticket.status {
        Status::AwaitingConfirmation if who.asks(ticket) => {
            vec![Button::Confirm, Button::NotSolved]
        }
        Status::New | Status::PendingAssignment if who.role.is_staff() => {
            vec![Button::Take, Button::Reply, Button::Reassign]
        }
        Status::InProgress if ticket.assignee.as_ref() == Some(&who.id) => {
            vec![Button::Reply, Button::Note, Button::Resolve]
        }
        Status::Resolved if who.asks(ticket) && ticket.rating.is_none() => {
            [Button::RATINGS.as_slice(), &[Button::Reopen]].concat()
        }
        Status::New | Status::PendingAssignment | Status::InProgress | Status::InReview => vec![],
        Status::AwaitingRequester | Status::AwaitingConfirmation | Status::OnHold => vec![],
        Status::Resolved | Status::Closed => vec![],
    }
}
