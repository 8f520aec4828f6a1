//! Lists of tickets, a page at a time. A page is read again from its beginning whenever it is turned,
//! so that what moved meanwhile is shown as it is now.

use chat::discord::card::{Pager, ROWS, page};
use chat::discord::payload::User;
use desk::PersonId;
use desk::config::Config;
use desk::sla::next_due;
use jiff::Timestamp;
use serde_json::Value;
use store::read::List;
use store::{Error, Stored};
use verbs::Speaker;

use crate::Discord;
use crate::said::Said;
use crate::words;

/// The last page there is: nobody turns further.
const LAST: usize = 12;
/// How many open tickets of a queue are looked at.
const OPEN: usize = 100;

/// Which tickets are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// An agent's, or what a requester asked.
    Mine,
    /// Nobody's.
    Unassigned,
    /// All that are open, next due first.
    Breaching,
    /// What this person asked.
    Of(PersonId),
}

impl View {
    pub(crate) fn read(word: &str) -> Option<View> {
        match word {
            "mine" => Some(View::Mine),
            "unassigned" => Some(View::Unassigned),
            "breach" => Some(View::Breaching),
            word => word.strip_prefix("of-").map(|person| View::Of(PersonId(person.to_owned()))),
        }
    }

    fn word(&self) -> String {
        match self {
            View::Mine => "mine".into(),
            View::Unassigned => "unassigned".into(),
            View::Breaching => "breach".into(),
            View::Of(person) => format!("of-{person}"),
        }
    }
}

/// The view and the page of a pager's button, such as `l:mine:2`.
pub(crate) fn read(custom_id: &str) -> Option<(View, usize)> {
    let (word, page) = custom_id.strip_prefix("l:")?.rsplit_once(':')?;
    Some((View::read(word)?, page.parse().ok()?))
}

/// One page of a list.
pub(crate) async fn show(
    discord: &Discord,
    speaker: &Speaker,
    view: &View,
    number: usize,
) -> Result<Result<Value, Said>, Error> {
    let config = discord.store.config().await?;
    let staff = config.role(&speaker.person.id).is_staff();
    if *view != View::Mine && !staff {
        return Ok(Err(Said::notice(words::FOR_AGENTS)));
    }
    let number = number.clamp(1, LAST);
    let (first, end) = ((number - 1) * ROWS, number * ROWS);
    let all = tickets(discord, speaker, &config, view, end + 1).await?;
    let now = discord.store.now();
    let shown = all.get(first..).unwrap_or_default().iter().take(ROWS);
    let views: Vec<_> = shown
        .map(|stored| verbs::for_speaker(stored, "", &config, &speaker.person.id, now))
        .collect();
    let turned = |to: usize| format!("l:{}:{to}", view.word());
    let pager = Pager {
        back: (number > 1).then(|| turned(number - 1)),
        next: (all.len() > end && number < LAST).then(|| turned(number + 1)),
    };
    Ok(Ok(page(heading(view, staff), &views, &pager)))
}

/// What a person asked, by their account; for agents alone.
pub(crate) async fn of_user(
    discord: &Discord,
    speaker: &Speaker,
    user: &User,
) -> Result<Said, Error> {
    let config = discord.store.config().await?;
    if !config.role(&speaker.person.id).is_staff() {
        return Ok(Said::notice(words::FOR_AGENTS));
    }
    let Some(them) = discord.known(user).await? else {
        return Ok(Said::notice(words::UNKNOWN_PERSON));
    };
    let shown = show(discord, speaker, &View::Of(them.person.id), 1).await?;
    Ok(shown.map_or_else(|said| said, Said::Message))
}

fn heading(view: &View, staff: bool) -> &'static str {
    match view {
        View::Mine if staff => words::ASSIGNED,
        View::Mine => words::YOUR_TICKETS,
        View::Unassigned => words::UNASSIGNED,
        View::Breaching => words::BREACHING,
        View::Of(_) => words::THEIR_TICKETS,
    }
}

async fn tickets(
    discord: &Discord,
    speaker: &Speaker,
    config: &Config,
    view: &View,
    at_most: usize,
) -> Result<Vec<Stored>, Error> {
    let mut found = tickets_of(discord, speaker, config, view, at_most).await?;
    found.retain(|stored| verbs::may_see(speaker, config, stored));
    Ok(found)
}

async fn tickets_of(
    discord: &Discord,
    speaker: &Speaker,
    config: &Config,
    view: &View,
    at_most: usize,
) -> Result<Vec<Stored>, Error> {
    let store = &discord.store;
    let me = &speaker.person;
    let numbers = match view {
        View::Mine if config.role(&me.id).is_staff() => {
            store.list(&List::AgentByDue(me.id.clone()), None, at_most).await?.numbers
        }
        View::Mine => {
            let people: Vec<_> = std::iter::once(&me.id).chain(&me.was).cloned().collect();
            store.asked_by(&people, None, at_most).await?.numbers
        }
        View::Of(person) => {
            let known = store.person(person).await?;
            let was = known.map(|person| person.was).unwrap_or_default();
            let people: Vec<_> = std::iter::once(person.clone()).chain(was).collect();
            store.asked_by(&people, None, at_most).await?.numbers
        }
        View::Unassigned | View::Breaching => return open(discord, config, view, at_most).await,
    };
    store.tickets(&numbers).await
}

/// Open tickets of every queue, next due first.
async fn open(
    discord: &Discord,
    config: &Config,
    view: &View,
    at_most: usize,
) -> Result<Vec<Stored>, Error> {
    let mut found: Vec<Stored> = Vec::new();
    for queue in &config.queues {
        let list = List::QueueByDue(queue.id.clone());
        let numbers = discord.store.list(&list, None, OPEN).await?.numbers;
        found.extend(discord.store.tickets(&numbers).await?);
    }
    found.retain(|stored| *view == View::Breaching || stored.ticket.assignee.is_none());
    let due = |stored: &Stored| next_due(&stored.ticket).map_or(Timestamp::MAX, |(_, at)| at);
    found.sort_by_key(due);
    found.truncate(at_most);
    Ok(found)
}
