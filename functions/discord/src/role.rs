//! Whoever acts in a guild is at the desk what their roles there make them. It is looked at whenever they
//! act; who loses a role and does nothing more in Discord is looked at no more.

use std::convert::Infallible;

use chat::discord::payload::Interaction;
use desk::access::Who;
use desk::guild_role::applied;
use store::Error;

use crate::Discord;

/// Makes them a member, another one, or none; mostly there is nothing to do.
pub(crate) async fn follow(discord: &Discord, act: &Interaction) -> Result<(), Error> {
    let store = &discord.store;
    let config = store.config().await?;
    if config.guild_roles.is_empty() || act.guild_id.is_none() {
        return Ok(());
    }
    let Some(speaker) = discord.known(&act.user).await? else { return Ok(()) };
    let person = speaker.person;
    if applied(&config, &person, &act.roles) == *config {
        return Ok(());
    }
    let by = Who::new(person.id.clone(), config.role(&person.id));
    let edit =
        |config: &desk::config::Config| Ok::<_, Infallible>(applied(config, &person, &act.roles));
    match store.configure(Some(&by), edit).await? {
        Ok(_) => Ok(()),
        Err(never) => match never {},
    }
}
