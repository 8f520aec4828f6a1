//! Who a Slack account is. The link by account comes first; an address counts only where the
//! workspace itself vouches for it, and never for strangers, guests or bots.

use chat::slack::{Client, SlackUser};
use desk::PersonId;
use desk::person::{Identity, Person, normal_address};
use store::{Error, Store};

/// The person behind an account, and whether they are new. A new one is not written yet.
pub(crate) async fn identify(
    store: &Store,
    client: &Client,
    team: &str,
    user: &str,
    name: &str,
) -> Result<(Person, bool), Error> {
    let account = Identity::Slack { team: team.to_owned(), user: user.to_owned() };
    if let Some(person) = store.find_person(&account).await? {
        return Ok((person, false));
    }
    let profile = match client.user(user).await {
        Ok(profile) => Some(profile),
        Err(error) => {
            tracing::warn!("Slack did not say who an account is: {error}");
            None
        }
    };
    let email = profile.as_ref().and_then(|profile| vouched_address(profile, team));
    if let Some(email) = &email
        && let Some(person) = store.find_person(&Identity::Email(email.clone())).await?
        && store.link(&person.id, &account).await?
    {
        return Ok((person, false));
    }
    let known_as = profile.map(|profile| profile.real_name).filter(|name| !name.is_empty());
    let fallback = if name.is_empty() { user } else { name };
    let name = known_as.unwrap_or_else(|| fallback.to_owned());
    let person = Person::named(PersonId(store.fresh_id()), name);
    Ok((store.newcomer(Person { email, chat: vec![account], ..person }).await?, true))
}

fn vouched_address(profile: &SlackUser, team: &str) -> Option<String> {
    let own = profile.team_id == team;
    let outsider = profile.is_stranger || profile.is_restricted || profile.is_bot;
    let email = profile.email.as_deref().filter(|_| own && !outsider)?;
    normal_address(email)
}
