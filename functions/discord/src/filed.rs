//! A new ticket in dialogs: the first, what is asked after it, and the filing itself; and words of a
//! message that are added to a ticket that is there already.

use chat::discord::card;
use chat::discord::payload::{Interaction, Message};
use desk::form::Form;
use desk::{FormId, Number, Status};
use serde_json::{Value, json};
use store::Error;
use store::change::Along;
use store::read::List;
use verbs::filing::{self, Filed, Filing};
use verbs::{Reply, Speaker};

use crate::draft::Draft;
use crate::form::Sheet;
use crate::said::Said;
use crate::{Discord, command, words};

/// Tickets offered to add words to.
const OFFERED: usize = 25;

/// The first dialog; `draft_id` where something is filled in beforehand that a dialog cannot carry.
pub(crate) async fn open(
    discord: &Discord,
    act: &Interaction,
    draft: &Draft,
    draft_id: Option<&str>,
) -> Result<Said, Error> {
    let config = discord.store.config().await?;
    let form = named(&config, draft.form.as_ref());
    let staff = match form.is_some_and(|form| form.fields.iter().any(|f| f.hidden_from_requester)) {
        true => discord.is_staff(act).await?,
        false => false,
    };
    let word = draft.form.as_ref().map(FormId::as_str).unwrap_or_default();
    let custom_id = format!("m:new:{word}:{}", draft_id.unwrap_or_default());
    Ok(Said::Modal(Sheet { config: &config, form, staff }.first(&custom_id, draft)))
}

/// A dialog was sent: the next one, or the ticket.
pub(crate) async fn go_on(
    discord: &Discord,
    act: &Interaction,
    speaker: &Speaker,
    draft: Draft,
    along: Along,
) -> Result<Said, Error> {
    let config = discord.store.config().await?;
    let form = named(&config, draft.form.as_ref());
    let staff = config.role(&speaker.person.id).is_staff();
    let sheet = Sheet { config: &config, form, staff };
    if !sheet.has_more(&draft) || (draft.asked.is_empty() && !sheet.needs_more(&draft)) {
        return file(discord, act, speaker, draft, along).await;
    }
    let id = discord.keep_draft(&draft).await?;
    let needed = sheet.needs_more(&draft);
    let says = if needed { words::NOT_FILED_YET } else { words::MAY_FILE };
    let mut buttons = vec![button(1, words::ADD_DETAILS, &format!("d:more:{id}"))];
    if !needed {
        buttons.push(button(2, words::FILE_NOW, &format!("d:file:{id}")));
    }
    Ok(Said::Message(card::asking(says, buttons)))
}

/// Files it, or says what is not right and offers to go on from there.
pub(crate) async fn file(
    discord: &Discord,
    act: &Interaction,
    speaker: &Speaker,
    draft: Draft,
    along: Along,
) -> Result<Said, Error> {
    let subject = draft.title.clone();
    let arrival = verbs::arrival(&discord.store, "discord", &speaker.person.name, &subject);
    let along = Along { arrival: Some(arrival), ..along };
    let filing = Filing {
        form: draft.form.clone(),
        title: Some(draft.title.clone()),
        description: draft.description.clone(),
        fields: draft.fields.clone(),
        files: draft.files.clone(),
        ..Filing::default()
    };
    match filing::file_form(&discord.store, speaker, filing, along).await? {
        Filed::Done(reply) => Ok(Said::Reply(reply)),
        Filed::Problems(problems) => not_right(discord, act, draft, problems).await,
    }
}

/// What is wrong, and a way back to where it was filled in: nothing that was typed is lost.
async fn not_right(
    discord: &Discord,
    act: &Interaction,
    mut draft: Draft,
    problems: Vec<(String, String)>,
) -> Result<Said, Error> {
    let config = discord.store.config().await?;
    let form = named(&config, draft.form.as_ref());
    let sheet = Sheet { config: &config, form, staff: discord.is_staff(act).await? };
    let fields: Vec<&String> = problems.iter().map(|(field, _)| field).collect();
    let of_form =
        |field: &&String| form.is_some_and(|form| form.fields.iter().any(|f| f.id.0 == **field));
    let later = fields.iter().all(of_form);
    draft.asked.retain(|asked| !fields.iter().any(|field| **field == asked.0));
    let labelled: Vec<(String, String)> =
        problems.iter().map(|(field, says)| (sheet.label(field), says.clone())).collect();
    let id = discord.keep_draft(&draft).await?;
    let leads_to = if later { format!("d:more:{id}") } else { format!("d:again:{id}") };
    let buttons = vec![button(1, words::TRY_AGAIN, &leads_to)];
    Ok(Said::Message(card::asking(&words::problems(&labelled), buttons)))
}

/// A button of a ticket that is being written.
pub(crate) async fn press(
    discord: &Discord,
    act: &Interaction,
    what: &str,
    id: &str,
    along: Along,
) -> Result<Said, Error> {
    let Some(draft) = discord.draft(id, &act.user.id).await? else {
        return Ok(Said::notice(words::DRAFT_GONE));
    };
    match what {
        "again" => open(discord, act, &draft, Some(id)).await,
        "file" => {
            let speaker = discord.speaker(act).await?;
            // The same draft is one ticket, however often it is pressed.
            let once = Some(verbs::once(&discord.store, "discord", format!("draft#{id}")));
            file(discord, act, &speaker, draft, Along { once, ..along }).await
        }
        _ => {
            let config = discord.store.config().await?;
            let form = named(&config, draft.form.as_ref());
            let staff = discord.is_staff(act).await?;
            let sheet = Sheet { config: &config, form, staff };
            let next = sheet.next(&format!("m:more:{id}"), &draft);
            Ok(next.map_or_else(|| Said::notice(words::OLD_BUTTON), Said::Modal))
        }
    }
}

/// Which ticket a message belongs to.
pub(crate) async fn choose(
    discord: &Discord,
    act: &Interaction,
    message: &Message,
) -> Result<Said, Error> {
    let config = discord.store.config().await?;
    let speaker = discord.speaker(act).await?;
    let me = &speaker.person;
    let numbers = if config.role(&me.id).is_staff() {
        discord.store.list(&List::AgentByDue(me.id.clone()), None, OFFERED).await?.numbers
    } else {
        let people: Vec<_> = std::iter::once(&me.id).chain(&me.was).cloned().collect();
        discord.store.asked_by(&people, None, OFFERED).await?.numbers
    };
    let mut found = discord.store.tickets(&numbers).await?;
    found.retain(|stored| stored.ticket.status != Status::Closed);
    if found.is_empty() {
        return Ok(Said::notice(words::NO_OPEN));
    }
    let draft = command::from_message(discord, act, message).await?;
    let id = discord.keep_draft(&draft).await?;
    let options: Vec<Value> = found
        .iter()
        .map(|stored| {
            let name = format!("{} {}", stored.ticket.number, stored.title);
            let number = stored.ticket.number.0.to_string();
            json!({ "label": card::plain(&name, 100), "value": number })
        })
        .collect();
    let menu = json!({ "type": 3, "custom_id": format!("x:{id}"), "options": options });
    Ok(Said::Message(card::asking(words::WHICH_TICKET, vec![menu])))
}

/// Adds the words of a message to the ticket that was chosen.
pub(crate) async fn add(
    discord: &Discord,
    act: &Interaction,
    id: &str,
    chosen: Option<&String>,
    along: Along,
) -> Result<Said, Error> {
    let Some(number) = chosen.and_then(|number| number.parse().ok()).map(Number) else {
        return Ok(Said::notice(words::OLD_BUTTON));
    };
    let Some(draft) = discord.draft(id, &act.user.id).await? else {
        return Ok(Said::notice(words::DRAFT_GONE));
    };
    let speaker = discord.speaker(act).await?;
    let config = discord.store.config().await?;
    // What an agent carries over from a channel is for agents, until somebody says otherwise.
    let inside = config.role(&speaker.person.id).is_staff()
        && verbs::readable(&discord.store, &speaker, number)
            .await?
            .is_some_and(|stored| stored.ticket.requester != speaker.person.id);
    let text = verbs::dialog::words(&draft.description, draft.files);
    let said = verbs::dialog::say(&discord.store, &speaker, number, text, inside, along).await?;
    Ok(match said {
        Reply::Card(sentence, view, buttons) => {
            let shown = card::above(&sentence, card::card(&view, &buttons));
            Said::Update(shown)
        }
        other => Said::Reply(other),
    })
}

/// A form people can file with.
pub(crate) fn named<'a>(
    config: &'a desk::config::Config,
    form: Option<&FormId>,
) -> Option<&'a Form> {
    filing::offered(config).find(|known| Some(&known.id) == form)
}

fn button(style: u8, label: &str, custom_id: &str) -> Value {
    json!({ "type": 2, "style": style, "label": label, "custom_id": custom_id })
}
