//! A ticket as somebody is shown it, made from the ticket, who looks at it, and now. A page, a mail and a
//! message in chat are renderings of this, and ask nothing more; none of them decides what is shown.

use jiff::Timestamp;

use crate::answer::{Answers, spoken};
use crate::config::Config;
use crate::id::PersonId;
use crate::sla::{self, Metric};
use crate::ticket::{Channel, Priority, Status, Ticket};

/// How much of what was asked is shown, in characters.
const EXCERPT: usize = 280;
/// How many answers stand below it.
const ANSWERS: usize = 10;
/// How much of each, in characters.
const ANSWER: usize = 120;

/// Who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody who works on tickets: their words, what the form says, and what is due next.
    Agent,
    /// Whoever asked: their words, and by when to expect an answer.
    Requester,
}

/// What is known of a ticket besides its history.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The title, in the language of whoever looks.
    pub title: &'a str,
    /// What was asked, as it was said last.
    pub asked: &'a str,
    /// What whoever asked is called.
    pub asker: &'a str,
    /// What the fields of its form say.
    pub answers: &'a Answers,
}

/// A ticket as somebody is shown it. All texts are plain; renderers escape and cut them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketView {
    /// The ticket's number, shown as `#12`.
    pub number: u64,
    /// The title.
    pub title: String,
    /// How it stands.
    pub status: Status,
    /// What that is called here, such as `In progress`.
    pub status_label: String,
    /// How pressing it is.
    pub priority: Priority,
    /// The queue's name.
    pub queue: String,
    /// Who asked.
    pub requester: String,
    /// How it arrived.
    pub channel: Channel,
    /// Who works on it; nobody yet when absent.
    pub assignee: Option<String>,
    /// What is due next, when anything is.
    pub due: Option<Due>,
    /// The beginning of what was asked.
    pub excerpt: String,
    /// The name of its form, and what its fields say.
    pub answers: Vec<(String, String)>,
    /// Where the ticket opens in a browser.
    pub url: Option<String>,
    /// Which state of the ticket this is: what is pressed on an older one may be out of date.
    pub version: u32,
    /// How pressing it is, for the colour.
    pub tone: Tone,
    /// A small line below it, for whoever reads it there.
    pub footer: Option<String>,
}

/// How pressing a ticket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What is due, such as `First reply due`.
    pub label: String,
    /// When, in seconds since 1970; the reader's program shows it in their zone.
    pub at_unix: i64,
    /// Whether that is over.
    pub is_over: bool,
}

impl TicketView {
    /// What this viewer is shown now.
    pub fn of(
        ticket: &Ticket,
        known: Known<'_>,
        viewer: Viewer,
        config: &Config,
        now: Timestamp,
    ) -> TicketView {
        let due = match viewer {
            Viewer::Agent => next_due(ticket),
            Viewer::Requester => next_answer(ticket),
        };
        let due = due.map(|(label, at)| Due {
            label: label.to_owned(),
            at_unix: at.as_second(),
            is_over: at <= now,
        });
        let queue = ticket.queue.as_ref();
        let queue_name = queue.and_then(|id| config.queue(id)).map(|queue| queue.name.as_str());
        TicketView {
            number: ticket.number.0,
            title: known.title.to_owned(),
            status: ticket.status,
            status_label: label(ticket, viewer, config),
            priority: ticket.priority,
            queue: queue_name.or(queue.map(|id| id.as_str())).unwrap_or_default().into(),
            requester: known.asker.to_owned(),
            channel: ticket.channel,
            assignee: ticket.assignee.as_ref().map(|id| name(id, config)),
            tone: tone(ticket, due.as_ref()),
            due,
            excerpt: beginning(known.asked.trim()),
            answers: match viewer {
                Viewer::Agent => answers(ticket, known.answers, config),
                Viewer::Requester => Vec::new(),
            },
            url: None,
            version: ticket.version,
            footer: None,
        }
    }

    /// What was asked, and below it what the fields say, a line each, as far as there is room.
    pub fn quoted(&self) -> String {
        let fields = self.answers.iter().take(ANSWERS).map(|(label, words)| {
            let line = format!("{label}: {}", words.replace(['\r', '\n'], " "));
            line.chars().take(ANSWER).collect()
        });
        let asked = Some(self.excerpt.clone()).filter(|asked| !asked.is_empty());
        asked.into_iter().chain(fields).collect::<Vec<String>>().join("\n")
    }
}

/// What its status is called; a merged ticket says where it lives on.
fn label(ticket: &Ticket, viewer: Viewer, config: &Config) -> String {
    match (&ticket.merged, viewer) {
        (Some(merged), _) => format!("Goes on in {}", merged.into),
        (None, Viewer::Agent) => config.label(ticket),
        (None, Viewer::Requester) => config.label_for_requester(ticket),
    }
}

fn next_due(ticket: &Ticket) -> Option<(&'static str, Timestamp)> {
    let (metric, at) = sla::next_due(ticket)?;
    let label = match metric {
        Metric::FirstResponse => "First reply due",
        Metric::NextResponse => "Next reply due",
        Metric::Resolution => "Solution due",
    };
    Some((label, at))
}

fn next_answer(ticket: &Ticket) -> Option<(&'static str, Timestamp)> {
    let running = |metric: &Metric| ticket.clocks.get(*metric).is_running();
    let answers = [Metric::FirstResponse, Metric::NextResponse];
    let metric = answers.into_iter().filter(running);
    metric.filter_map(|metric| sla::due_at(ticket, metric)).map(|at| ("Answer by", at)).next()
}

fn answers(ticket: &Ticket, given: &Answers, config: &Config) -> Vec<(String, String)> {
    let form = ticket.form.as_ref().and_then(|form| config.form(form));
    let name = form.map(|form| ("Form".to_owned(), form.name.clone()));
    name.into_iter().chain(spoken(form, given, config, &[])).collect()
}

fn tone(ticket: &Ticket, due: Option<&Due>) -> Tone {
    let broken = |metric: &Metric| {
        let clock = ticket.clocks.get(*metric);
        clock.breached && clock.is_running()
    };
    match ticket.status {
        Status::Resolved | Status::Closed => Tone::Done,
        _ if Metric::ALL.iter().any(broken) || due.is_some_and(|due| due.is_over) => Tone::Late,
        _ => Tone::Calm,
    }
}

fn name(id: &PersonId, config: &Config) -> String {
    config.member(id).map_or_else(|| id.0.clone(), |member| member.name.clone())
}

/// As much of it as is shown; an ellipsis says that there is more.
fn beginning(words: &str) -> String {
    match words.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::history::fold;
    use crate::test_desk;
    use crate::ticket::Type;

    #[test]
    fn each_viewer_is_shown_their_own() {
        let opening = test_desk::opening(Type::Question, Priority::Urgent, Channel::Slack);
        let opened = Timestamp::UNIX_EPOCH;
        let ticket = fold(&test_desk::opened(opening, opened)).unwrap();
        let config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
        let answers = Answers::new();
        let long = "x".repeat(EXCERPT + 1);
        let known = Known { title: "No light", asked: &long, asker: "Kofi", answers: &answers };
        let seen = |viewer, now| TicketView::of(&ticket, known, viewer, &config, now);

        let agent = seen(Viewer::Agent, opened);
        assert_eq!(agent.due.as_ref().map(|due| due.label.as_str()), Some("First reply due"));
        assert_eq!(agent.excerpt.chars().last(), Some('…'));
        assert_eq!((agent.title.as_str(), agent.assignee), ("No light", None));
        let asker = seen(Viewer::Requester, opened);
        assert_eq!(asker.due.map(|due| due.label).as_deref(), Some("Answer by"));
        assert_eq!(asker.tone, Tone::Calm);

        let later = opened + SignedDuration::from_hours(24 * 30);
        let late = seen(Viewer::Agent, later);
        assert_eq!((late.tone, late.due.map(|due| due.is_over)), (Tone::Late, Some(true)));
    }
}
