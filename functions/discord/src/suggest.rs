//! Choices while somebody types: tickets and forms, from one list each, at once or not at all. People
//! who ask see their own tickets alone.

use std::time::Duration;

use chat::discord::payload::Interaction;
use desk::config::Config;
use desk::sla::next_due;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::read::List;
use store::{Error, Stored};
use verbs::{Speaker, filing};

use crate::Discord;

/// How many choices Discord shows.
const CHOICES: usize = 25;
/// The longest name of a choice, as Discord counts.
const NAME: usize = 100;
/// How long it may take: a menu that comes late is no help.
const WITHIN: Duration = Duration::from_millis(1200);

/// The answer to what is typed so far.
pub(crate) async fn answer(
    discord: &Discord,
    act: &Interaction,
    option: &str,
    typed: &str,
) -> Value {
    let found = tokio::time::timeout(WITHIN, found(discord, act, option, typed)).await;
    let choices = match found {
        Ok(Ok(choices)) => choices,
        Ok(Err(error)) => {
            tracing::warn!("there are no suggestions in Discord: {error}");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!("suggestions for Discord took too long");
            Vec::new()
        }
    };
    json!({ "type": 8, "data": { "choices": choices } })
}

async fn found(
    discord: &Discord,
    act: &Interaction,
    option: &str,
    typed: &str,
) -> Result<Vec<Value>, Error> {
    if !discord.serves(act.guild_id.as_deref()).await? {
        return Ok(Vec::new());
    }
    let config = discord.store.config().await?;
    if option == "form" {
        let forms = filing::offered(&config).filter(|form| holds(&form.name, typed));
        return Ok(forms.take(CHOICES).map(|form| choice(&form.name, form.id.as_str())).collect());
    }
    if option != "ticket" {
        return Ok(Vec::new());
    }
    let Some(speaker) = discord.known(&act.user).await? else { return Ok(Vec::new()) };
    let tickets = tickets(discord, &speaker, &config, typed).await?;
    let now = discord.store.now();
    let staff = config.role(&speaker.person.id).is_staff();
    let choices = tickets.iter().take(CHOICES).map(|stored| {
        let name = if staff { for_agent(stored, now) } else { for_requester(stored, &config) };
        choice(&name, &stored.ticket.number.0.to_string())
    });
    Ok(choices.collect())
}

/// An agent's own tickets and their queues', next due first; a requester's own, newest first.
async fn tickets(
    discord: &Discord,
    speaker: &Speaker,
    config: &Config,
    typed: &str,
) -> Result<Vec<Stored>, Error> {
    let store = &discord.store;
    let me = &speaker.person.id;
    let numbers = if config.role(me).is_staff() {
        let mine = store.list(&List::AgentByDue(me.clone()), None, CHOICES * 2).await?.numbers;
        let queue = config.queues.iter().find(|queue| queue.members.contains(me));
        match queue.filter(|_| mine.len() < CHOICES) {
            Some(queue) => {
                let open = List::QueueByDue(queue.id.clone());
                let open = store.list(&open, None, CHOICES * 2).await?.numbers;
                let others = open.into_iter().filter(|number| !mine.contains(number));
                mine.iter().copied().chain(others).collect()
            }
            None => mine,
        }
    } else {
        let people: Vec<_> = std::iter::once(me).chain(&speaker.person.was).cloned().collect();
        store.asked_by(&people, None, CHOICES * 2).await?.numbers
    };
    let mut found = store.tickets(&numbers).await?;
    found.retain(|stored| {
        let number = stored.ticket.number.0.to_string();
        number.starts_with(typed.trim().trim_start_matches('#')) || holds(&stored.title, typed)
    });
    Ok(found)
}

/// `#1057 · 8 min · subject`
fn for_agent(stored: &Stored, now: Timestamp) -> String {
    let due = next_due(&stored.ticket).map_or("no promise".to_owned(), |(_, at)| left(at, now));
    format!("{} · {due} · {}", stored.ticket.number, stored.title)
}

fn for_requester(stored: &Stored, config: &Config) -> String {
    let stands = config.label_for_requester(&stored.ticket);
    format!("{} · {stands} · {}", stored.ticket.number, stored.title)
}

fn left(at: Timestamp, now: Timestamp) -> String {
    let minutes = at.duration_since(now).as_mins();
    match minutes {
        ..0 => "OVER".into(),
        0..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}

fn holds(text: &str, typed: &str) -> bool {
    let text = text.to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

fn choice(name: &str, value: &str) -> Value {
    json!({ "name": chat::discord::card::plain(name, NAME), "value": value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_short() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        for (at, expected) in [
            ("2026-11-23T09:08:30Z", "8 min"),
            ("2026-11-23T12:00:00Z", "3 h"),
            ("2026-11-26T09:00:00Z", "3 d"),
            ("2026-11-23T08:58:00Z", "OVER"),
        ] {
            assert_eq!(left(at.parse().unwrap(), now), expected);
        }
        assert!(holds("VPN drops on the train", "vpn train") && !holds("VPN", "wlan"));
    }
}
