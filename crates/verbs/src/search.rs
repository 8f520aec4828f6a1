//! Tickets by the words of their titles, among the newest ones somebody may see.

use desk::Number;
use desk::access::may_read;
use store::{Error, Store, Stored};

use crate::{LISTED, Reply, Speaker, view, who, words};

/// How many of the newest tickets are looked at.
const NEWEST: u64 = 500;
/// How many are read at once.
const PAGE: u64 = 100;

/// The newest tickets whose titles hold all of these words, or the one that has this number.
pub async fn search(store: &Store, speaker: &Speaker, wanted: &str) -> Result<Reply, Error> {
    let config = store.config().await?;
    let who = who(speaker, &config);
    let wanted = wanted.to_lowercase();
    let wanted: Vec<&str> = wanted.split_whitespace().collect();
    let last = store.newest_number().await?.0;
    let first = last.saturating_sub(NEWEST);
    let mut found: Vec<Stored> = Vec::new();
    let mut end = last;
    while end > first && found.len() < LISTED {
        let start = end.saturating_sub(PAGE).max(first);
        let numbers: Vec<Number> = (start + 1..=end).rev().map(Number).collect();
        let page = store.tickets(&numbers).await?;
        let fits = |stored: &Stored| may_read(&who, &stored.ticket) && holds(stored, &wanted);
        found.extend(page.into_iter().filter(fits));
        end = start;
    }
    found.truncate(LISTED);
    if found.is_empty() {
        return Ok(Reply::Notice(words::NOTHING_FOUND.into()));
    }
    let (me, now) = (&speaker.person.id, store.now());
    let shown = |stored: &Stored| view::for_speaker(stored, "", &config, me, now);
    let views = found.iter().map(shown).collect();
    Ok(Reply::List(words::FOUND.into(), views))
}

fn holds(stored: &Stored, wanted: &[&str]) -> bool {
    let number = stored.ticket.number.0.to_string();
    if let [one] = wanted
        && one.trim_start_matches('#') == number
    {
        return true;
    }
    let title = stored.title.to_lowercase();
    wanted.iter().all(|word| title.contains(word))
}
