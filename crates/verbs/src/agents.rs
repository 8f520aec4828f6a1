//! What agents change of a ticket by typing: whose it is, where it stands, how much it matters.

use desk::config::{Config, Member};
use desk::history::Text;
use desk::person::{Identity, normal_address};
use desk::ticket::Place;
use desk::{Command, Number, Priority, Status};
use store::change::Along;
use store::{Error, Store, Stored};

use crate::{Reply, Speaker, change, change_by, words};

/// Gives a ticket to whoever is meant.
pub async fn assign(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    to: &str,
    along: Along,
) -> Result<Reply, Error> {
    let config = store.config().await?;
    let to = match meant(store, speaker, &config, to).await? {
        Some(member) => member.id.clone(),
        None if config.role(&speaker.person.id).is_staff() => {
            return Ok(Reply::Notice(words::nobody_called(to)));
        }
        // Who works here is told to those who do; to others the ticket says what it says of any name.
        None => speaker.person.id.clone(),
    };
    let assign = |_: &Stored| Command::Assign { to: to.clone() };
    change(store, speaker, number, along, assign).await
}

/// The member somebody means: by `me`, a mention, an address, or the beginning of a name that only one
/// of them has.
async fn meant<'a>(
    store: &Store,
    speaker: &Speaker,
    config: &'a Config,
    who: &str,
) -> Result<Option<&'a Member>, Error> {
    let who = who.trim();
    if who.eq_ignore_ascii_case("me") {
        return Ok(config.member(&speaker.person.id));
    }
    if let Some(account) = mentioned(speaker, who) {
        let person = store.find_person(&account).await?;
        return Ok(person.and_then(|person| config.member(&person.id)));
    }
    let name = who.trim_start_matches('@').to_lowercase();
    if let Some(address) = normal_address(&name) {
        return Ok(config.members.iter().find(|member| member.email == address));
    }
    let exact = config.members.iter().find(|member| member.id.as_str() == name);
    let mut begin = config.members.iter().filter(|member| {
        let known = member.name.to_lowercase();
        !name.is_empty() && (known == name || known.starts_with(&format!("{name} ")))
    });
    Ok(exact.or_else(|| begin.next().filter(|_| begin.next().is_none())))
}

/// A mention as the services write it: `<@U123|name>`, `<@!123>`.
fn mentioned(speaker: &Speaker, who: &str) -> Option<Identity> {
    let inside = who.strip_prefix("<@")?.strip_suffix('>')?;
    let user = inside.split('|').next()?.trim_start_matches('!').to_owned();
    let team = speaker.person.chat.iter().find_map(|account| match account {
        Identity::Slack { team, .. } => Some(team.clone()),
        Identity::Discord { .. } | Identity::Email(_) => None,
    });
    match (&speaker.place, speaker.channel) {
        (Some(Place::Discord { .. }), _) | (_, desk::Channel::Discord) => {
            Some(Identity::Discord { user })
        }
        _ => Some(Identity::Slack { team: team?, user }),
    }
}

/// Lets a ticket stand where the word says.
pub async fn stand(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    to: &str,
    along: Along,
) -> Result<Reply, Error> {
    let Some(status) = status(to) else {
        return Ok(Reply::Notice(words::STATUSES.into()));
    };
    let wish = |stored: &Stored| match (status, stored.ticket.status) {
        (Status::AwaitingRequester, _) => Command::Await(Text::default()),
        (Status::OnHold, _) => Command::Hold { until: None, reason: Text::default() },
        (Status::PendingAssignment, _) => Command::Release,
        (Status::Closed, _) => Command::Close { closure: None, reason: Text::default() },
        (Status::InProgress, Status::Resolved) => Command::Reopen(Text::default()),
        (Status::InProgress, _) => Command::Claim,
        _ => crate::close(speaker, stored, None),
    };
    change(store, speaker, number, along, wish).await
}

/// A status by any of the words people use for it.
fn status(word: &str) -> Option<Status> {
    let word = word.trim().to_lowercase().replace([' ', '-'], "_");
    match word.as_str() {
        "waiting" | "pending" | "waiting_on_requester" => Some(Status::AwaitingRequester),
        "hold" | "snoozed" => Some(Status::OnHold),
        "open" | "working" | "reopened" => Some(Status::InProgress),
        "unassigned" | "released" => Some(Status::PendingAssignment),
        "solved" | "done" | "fixed" => Some(Status::Resolved),
        word => Status::parse(word).filter(|status| *status != Status::New),
    }
}

/// Lets a ticket matter as much as the word says.
pub async fn prioritise(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    to: &str,
    along: Along,
) -> Result<Reply, Error> {
    let Some(to) = Priority::parse(&to.trim().to_lowercase()) else {
        return Ok(Reply::Notice(words::PRIORITIES.into()));
    };
    let wish = |stored: &Stored, config: &Config| stored.prioritised(config, to);
    change_by(store, speaker, number, along, wish).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_go_by_the_words_people_use() {
        for (word, expected) in [
            ("on hold", Some(Status::OnHold)),
            ("Hold", Some(Status::OnHold)),
            ("in progress", Some(Status::InProgress)),
            ("awaiting_requester", Some(Status::AwaitingRequester)),
            ("Solved", Some(Status::Resolved)),
            ("closed", Some(Status::Closed)),
            ("new", None),
            ("purple", None),
        ] {
            assert_eq!(status(word), expected, "{word}");
        }
    }
}
