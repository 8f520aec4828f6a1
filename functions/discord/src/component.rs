//! Buttons, menus and modals that came back. Their ids say what they are for; whether somebody may do
//! it is asked again each time, because an id can be made up.

use std::collections::BTreeMap;

use chat::command::Command;
use chat::discord::payload::{Attachment, Interaction};
use chat::view::Button;
use desk::history::title_of;
use desk::{FormId, Number};
use serde_json::json;
use store::Error;
use store::change::Along;
use verbs::{Reply, Speaker};

use crate::draft::Draft;
use crate::form::{BODY, FILES, Sheet, TITLE};
use crate::said::{Said, message};
use crate::{Discord, command, dialog, file, filed, list, words};

/// A button was pressed, or something chosen in a menu.
pub(crate) async fn pressed(
    discord: &Discord,
    act: &Interaction,
    custom_id: &str,
    values: &[String],
    along: Along,
) -> Result<Said, Error> {
    if let Some((view, page)) = list::read(custom_id) {
        let speaker = discord.speaker(act).await?;
        let shown = list::show(discord, &speaker, &view, page).await?;
        return Ok(shown.map_or_else(|said| said, Said::Update));
    }
    let (sort, rest) = custom_id.split_once(':').unwrap_or((custom_id, ""));
    match (sort, rest.split_once(':')) {
        ("p", _) => {
            let form = Some(rest).filter(|form| !form.is_empty());
            let form = form.map(|form| FormId(form.to_owned()));
            let draft = Draft { user: act.user.id.clone(), form, ..Draft::default() };
            filed::open(discord, act, &draft, None).await
        }
        ("d", Some((what, id))) => filed::press(discord, act, what, id, along).await,
        ("x", _) => filed::add(discord, act, rest, values.first(), along).await,
        ("c", Some((number, score))) => Ok(match (number.parse().ok(), score.parse().ok()) {
            (Some(number), Some(score)) => Said::Modal(dialog::rating(number, Some(score))),
            _ => Said::notice(words::OLD_BUTTON),
        }),
        ("t", Some(("show", number))) => {
            let speaker = discord.speaker(act).await?;
            let show = Command::Show(number.parse().unwrap_or_default());
            Ok(Said::Reply(verbs::carry_out(&discord.store, &speaker, show, along).await?))
        }
        ("t", _) => on_ticket(discord, act, custom_id, along).await,
        _ => Ok(Said::notice(words::OLD_BUTTON)),
    }
}

/// A button of a ticket's card.
async fn on_ticket(
    discord: &Discord,
    act: &Interaction,
    custom_id: &str,
    along: Along,
) -> Result<Said, Error> {
    let Some((button, number, seen)) = Button::from_custom_id(custom_id) else {
        return Ok(Said::notice(words::OLD_BUTTON));
    };
    // Its menu has the addresses of whoever works here.
    if button == Button::Reassign && !discord.is_staff(act).await? {
        return Ok(Said::notice(words::FOR_AGENTS));
    }
    let config = discord.store.config().await?;
    if let Some(dialog) = dialog::of(&config, button, number, seen) {
        return Ok(Said::Modal(dialog));
    }
    let speaker = discord.speaker(act).await?;
    let reply = verbs::press(&discord.store, &speaker, button, number, seen, along).await?;
    Ok(match (button, reply) {
        (Button::Rate(score), reply @ Reply::Card(..)) => rated(number, score, reply),
        (_, reply) => Said::Reply(reply),
    })
}

/// A score is taken at once; whoever has more to say is asked to.
fn rated(number: u64, score: u8, reply: Reply) -> Said {
    let mut shown = message(reply);
    let comment = json!({
        "type": 2, "style": 2, "label": words::COMMENT, "custom_id": format!("c:{number}:{score}"),
    });
    if let Some(components) = shown.get_mut("components").and_then(|list| list.as_array_mut()) {
        components.push(json!({ "type": 1, "components": [comment] }));
    }
    Said::Message(shown)
}

/// What a modal was filled with.
pub(crate) struct Filled<'a> {
    pub discord: &'a Discord,
    pub act: &'a Interaction,
    pub values: &'a BTreeMap<String, Vec<String>>,
    pub files: &'a BTreeMap<String, Vec<Attachment>>,
}

impl Filled<'_> {
    /// A modal was sent.
    pub(crate) async fn run(&self, custom_id: &str, along: Along) -> Result<Said, Error> {
        let Some((verb, rest)) = custom_id.strip_prefix("m:").and_then(|id| id.split_once(':'))
        else {
            return Ok(Said::notice(words::OLD_BUTTON));
        };
        match verb {
            "new" => {
                let (form, id) = rest.split_once(':').unwrap_or((rest, ""));
                self.new_ticket(form, id, along).await
            }
            "more" => self.more(rest, along).await,
            verb => match Button::read_value(rest) {
                Some((number, seen)) => self.on_ticket(verb, number, seen, along).await,
                None => Ok(Said::notice(words::OLD_BUTTON)),
            },
        }
    }

    async fn new_ticket(&self, form: &str, id: &str, along: Along) -> Result<Said, Error> {
        let (discord, act) = (self.discord, self.act);
        let speaker = discord.speaker(act).await?;
        let known = if id.is_empty() { None } else { discord.draft(id, &act.user.id).await? };
        let mut draft = known.unwrap_or_default();
        let form = Some(form).filter(|form| !form.is_empty());
        draft.user.clone_from(&act.user.id);
        draft.form = form.map(|form| FormId(form.to_owned()));
        draft.title = title_of(self.text(TITLE), command::TITLE);
        draft.asked.clear();
        self.take(&speaker, &mut draft, true).await?;
        filed::go_on(discord, act, &speaker, draft, along).await
    }

    async fn more(&self, id: &str, along: Along) -> Result<Said, Error> {
        let (discord, act) = (self.discord, self.act);
        let Some(mut draft) = discord.draft(id, &act.user.id).await? else {
            return Ok(Said::notice(words::DRAFT_GONE));
        };
        let speaker = discord.speaker(act).await?;
        self.take(&speaker, &mut draft, false).await?;
        filed::go_on(discord, act, &speaker, draft, along).await
    }

    /// Puts down what was answered, and copies what was uploaded.
    async fn take(&self, speaker: &Speaker, draft: &mut Draft, first: bool) -> Result<(), Error> {
        let config = self.discord.store.config().await?;
        let mut kept = BTreeMap::new();
        let mut lost = Vec::new();
        for (id, sent) in self.files {
            let copied = file::copy(self.discord, speaker, sent).await?;
            lost.extend(copied.lost);
            kept.insert(id.clone(), copied.files);
        }
        draft.files.extend(kept.remove(FILES).unwrap_or_default());
        let form = filed::named(&config, draft.form.as_ref());
        let staff = config.role(&speaker.person.id).is_staff();
        Sheet { config: &config, form, staff }.take(draft, first, self.values, &mut kept);
        let body = if first { self.text(BODY).to_owned() } else { draft.description.clone() };
        draft.description = file::Copied { files: Vec::new(), lost }.with(&body);
        Ok(())
    }

    async fn on_ticket(
        &self,
        verb: &str,
        number: u64,
        seen: Option<u32>,
        along: Along,
    ) -> Result<Said, Error> {
        let store = &self.discord.store;
        let speaker = self.discord.speaker(self.act).await?;
        let (text, n) = (self.text(dialog::TEXT_ID), Number(number));
        let reply = match verb {
            "reply" | "note" => {
                let sent = self.files.get(dialog::FILES).map(Vec::as_slice).unwrap_or_default();
                let copied = file::copy(self.discord, &speaker, sent).await?;
                let body = copied.with(text);
                let text = verbs::dialog::words(&body, copied.files);
                verbs::dialog::say(store, &speaker, n, text, verb == "note", along).await?
            }
            "decline" | "reopen" => {
                verbs::dialog::not_solved(store, &speaker, n, text, along).await?
            }
            "propose" if text.trim().is_empty() => {
                verbs::press(store, &speaker, Button::Resolve, number, seen, along).await?
            }
            "propose" => {
                let close = Command::Close { number, reason: Some(text.to_owned()) };
                verbs::carry_out(store, &speaker, close, along).await?
            }
            "reassign" => {
                let to = self.text(dialog::TO);
                verbs::agents::assign(store, &speaker, n, to, along).await?
            }
            "extend" => {
                let to = self.text(dialog::TO);
                verbs::dialog::extend_to(store, &speaker, n, to, text, along).await?
            }
            "rate" => {
                let given = self.text(dialog::SCORE).parse().ok();
                let score = given.or(seen.and_then(|score| u8::try_from(score).ok()));
                let score = score.unwrap_or_default();
                verbs::rate(store, &speaker, n, score, text, along).await?
            }
            _ => return Ok(Said::notice(words::OLD_BUTTON)),
        };
        Ok(Said::Reply(reply))
    }

    /// What was entered or chosen under an id; empty where nothing was.
    fn text(&self, id: &str) -> &str {
        self.values.get(id).and_then(|values| values.first()).map_or("", String::as_str)
    }
}
