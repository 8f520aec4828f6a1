//! What somebody sees of the desk when they open it in chat: an agent their queues by what is due, anybody
//! else what they asked, what waits for them first. A page at a time.

use chat::view::TicketView;
use desk::config::{Config, Queue};
use desk::{PersonId, QueueId, Status};
use jiff::Timestamp;
use store::read::{List, Resume};
use store::{Error, Store, Stored};

use crate::{Speaker, asked, may_see, view, who};

/// Tickets of a page.
const PAGE: usize = 20;
/// Queues that are offered.
const QUEUES: usize = 40;

/// Which tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Those the agent works on.
    #[default]
    Mine,
    /// Those of a queue.
    Queue(QueueId),
    /// Those of a queue that nobody works on.
    Free(QueueId),
}

impl Filter {
    /// The word it goes by in a menu.
    pub fn word(&self) -> String {
        match self {
            Filter::Mine => "mine".into(),
            Filter::Queue(id) => format!("q:{id}"),
            Filter::Free(id) => format!("free:{id}"),
        }
    }

    /// By its word; the agent's own where the word is none.
    pub fn parse(word: &str) -> Filter {
        match word.split_once(':') {
            Some(("q", id)) => Filter::Queue(QueueId::from(id)),
            Some(("free", id)) => Filter::Free(QueueId::from(id)),
            _ => Filter::Mine,
        }
    }
}

/// A page of the desk.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// Filters to choose from, with what they are called; none for whoever asks.
    pub filters: Vec<(Filter, String)>,
    /// Tickets under their headings.
    pub groups: Vec<(String, Vec<TicketView>)>,
    /// Where the next page begins.
    pub next: Option<Resume>,
}

/// What this person sees.
pub async fn home(
    store: &Store,
    speaker: &Speaker,
    filter: &Filter,
    after: Option<Resume>,
) -> Result<Home, Error> {
    let config = store.config().await?;
    if who(speaker, &config).role.is_staff() {
        return for_agent(store, speaker, &config, filter, after).await;
    }
    let found = store.tickets(&asked(store, speaker, PAGE).await?).await?;
    let groups = grouped(&found, &config, &speaker.person.id, store.now());
    Ok(Home { filters: Vec::new(), groups, next: None })
}

async fn for_agent(
    store: &Store,
    speaker: &Speaker,
    config: &Config,
    filter: &Filter,
    after: Option<Resume>,
) -> Result<Home, Error> {
    let list = match filter {
        Filter::Mine => List::AgentByDue(speaker.person.id.clone()),
        Filter::Queue(id) | Filter::Free(id) => List::QueueByDue(id.clone()),
    };
    let page = store.list(&list, after, PAGE).await?;
    let mut found = store.tickets(&page.numbers).await?;
    found.retain(|stored| may_see(speaker, config, stored));
    if let Filter::Free(_) = filter {
        found.retain(|stored| stored.ticket.assignee.is_none());
    }
    let filters = filters(speaker, config);
    let chosen = filters.iter().find(|(one, _)| one == filter);
    let heading = chosen.map_or_else(|| "Assigned to you".to_owned(), |(_, name)| name.clone());
    let (me, now) = (&speaker.person.id, store.now());
    let shown = found.iter().map(|stored| view::for_speaker(stored, "", config, me, now)).collect();
    Ok(Home { filters, groups: vec![(heading, shown)], next: page.next })
}

/// An agent's own, and their queues; whoever works on none sees all of them.
fn filters(speaker: &Speaker, config: &Config) -> Vec<(Filter, String)> {
    let works = |queue: &&Queue| queue.members.contains(&speaker.person.id);
    let mut queues: Vec<&Queue> = config.queues.iter().filter(works).collect();
    if queues.is_empty() {
        queues = config.queues.iter().collect();
    }
    let of = |queue: &&Queue| {
        [
            (Filter::Queue(queue.id.clone()), queue.name.clone()),
            (Filter::Free(queue.id.clone()), format!("{}: unassigned", queue.name)),
        ]
    };
    let own = (Filter::Mine, "Assigned to you".to_owned());
    std::iter::once(own).chain(queues.iter().take(QUEUES).flat_map(of)).collect()
}

/// What waits for whoever asked, what is open, what was solved.
fn grouped(
    found: &[Stored],
    config: &Config,
    me: &PersonId,
    now: Timestamp,
) -> Vec<(String, Vec<TicketView>)> {
    let group = |status: Status| match status {
        Status::AwaitingRequester | Status::AwaitingConfirmation => 0,
        Status::Resolved | Status::Closed => 2,
        _ => 1,
    };
    let headings = ["Waiting for you", "Open", "Solved recently"];
    let groups = headings.iter().enumerate().map(|(nth, heading)| {
        let theirs = found.iter().filter(|stored| group(stored.ticket.status) == nth);
        let view = |stored| view::for_speaker(stored, "", config, me, now);
        let shown = theirs.map(view).collect();
        ((*heading).to_owned(), shown)
    });
    groups.filter(|(_, shown): &(String, Vec<TicketView>)| !shown.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_go_by_their_words() {
        let it = QueueId::from("it");
        for filter in [Filter::Mine, Filter::Queue(it.clone()), Filter::Free(it)] {
            assert_eq!(Filter::parse(&filter.word()), filter);
        }
        assert_eq!(Filter::parse("nonsense"), Filter::Mine);
    }
}
