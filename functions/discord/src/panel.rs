//! A panel: a message with a button for each form, from which people file tickets. Leads post it.

use chat::discord::card;
use desk::config::Config;
use serde_json::Value;
use store::Error;
use verbs::filing;

use crate::command::Typed;
use crate::said::Said;
use crate::words;

/// Posts a panel where it was asked for.
pub(crate) async fn post(typed: &Typed<'_>, config: &Config) -> Result<Said, Error> {
    let speaker = typed.discord.speaker(typed.act).await?;
    if !config.role(&speaker.person.id).may_stand_in() {
        return Ok(Said::notice(words::FOR_LEADS));
    }
    let title = typed.said("title").unwrap_or_else(|| words::PANEL.into());
    let said = typed.said("words").unwrap_or_default();
    Ok(Said::Public(card::panel(&title, &said, &buttons(config))))
}

/// The forms to choose from, for one person.
pub(crate) fn choice(config: &Config) -> Value {
    card::panel(words::WHICH_FORM, "", &buttons(config))
}

/// A button for each form, and one for what has none.
fn buttons(config: &Config) -> Vec<(String, String)> {
    let forms = filing::offered(config).take(19);
    let mut buttons: Vec<(String, String)> =
        forms.map(|form| (format!("p:{}", form.id), form.name.clone())).collect();
    let other = if buttons.is_empty() { words::NEW_TICKET } else { words::OTHER };
    buttons.push(("p:".into(), other.into()));
    buttons
}
