//! `/ticket …` with its options, and the menus of messages and people, as the verbs every chat door
//! shares. What is too long for a line is asked in a dialog.

use std::collections::BTreeMap;

use chat::command::Command;
use chat::discord::command::{ADD_TO_TICKET, CREATE_TICKET, TICKETS_OF};
use chat::discord::payload::{Attachment, Interaction, Message, What};
use chat::view::Button;
use desk::history::title_of;
use desk::{FormId, Number};
use store::Error;
use store::change::Along;
use verbs::filing;

use crate::draft::Draft;
use crate::list::View;
use crate::said::Said;
use crate::{Discord, dialog, file, filed, list, panel, words};

/// The longest title cut out of what somebody typed, in characters.
pub(crate) const TITLE: usize = 150;
/// How much of a message a dialog can show beforehand, in characters.
const SHOWN: usize = 3900;

/// A typed command.
pub(crate) struct Typed<'a> {
    pub discord: &'a Discord,
    pub act: &'a Interaction,
    pub options: &'a BTreeMap<String, String>,
    pub files: &'a [Attachment],
}

/// Carries out a command, or opens the dialog it needs.
pub(crate) async fn run(discord: &Discord, act: &Interaction, along: Along) -> Result<Said, Error> {
    match &act.what {
        What::Command { name, sub, options, files } if name == "ticket" => {
            let typed = Typed { discord, act, options, files };
            typed.run(sub.as_deref().unwrap_or("open"), along).await
        }
        What::OnMessage { name, message } if name == CREATE_TICKET => {
            create_from(discord, act, message).await
        }
        What::OnMessage { name, message } if name == ADD_TO_TICKET => {
            filed::choose(discord, act, message).await
        }
        What::OnUser { name, user } if name == TICKETS_OF => {
            let speaker = discord.speaker(act).await?;
            list::of_user(discord, &speaker, user).await
        }
        _ => Ok(Said::notice(words::UNKNOWN_COMMAND)),
    }
}

impl Typed<'_> {
    async fn run(&self, sub: &str, along: Along) -> Result<Said, Error> {
        let config = self.discord.store.config().await?;
        let number = self.number();
        let opened = |button: Button, number: u64| {
            dialog::of(&config, button, number, None).map(Said::Modal)
        };
        match (sub, number) {
            ("open", _) => return self.open(along).await,
            ("panel", _) => return panel::post(self, &config).await,
            ("list", _) => return self.list().await,
            ("rate", Some(number)) => return Ok(Said::Modal(dialog::rating(number, None))),
            ("transcript", Some(number)) => {
                let speaker = self.discord.speaker(self.act).await?;
                return crate::transcript::link(self.discord, &speaker, Number(number)).await;
            }
            ("reply" | "note", Some(number)) => {
                let inside = sub == "note" || self.is_set("note");
                let button = if inside { Button::Note } else { Button::Reply };
                match self.said("message").or_else(|| self.said("text")) {
                    Some(text) => return self.say(number, text, inside, along).await,
                    None => return Ok(opened(button, number).unwrap_or_else(nothing)),
                }
            }
            _ => {}
        }
        let speaker = self.discord.speaker(self.act).await?;
        let reply =
            verbs::carry_out(&self.discord.store, &speaker, self.read(sub, number), along).await?;
        Ok(Said::Reply(reply))
    }

    /// A subcommand as everybody's verb.
    fn read(&self, sub: &str, number: Option<u64>) -> Command {
        let words = self.said("ticket").unwrap_or_default();
        match (sub, number) {
            ("mine", _) => Command::Mine,
            ("show", Some(number)) => Command::Show(number),
            ("sla", Some(number)) => Command::Receipt(number),
            ("claim", Some(number)) => Command::Claim(number),
            ("close", Some(number)) => Command::Close { number, reason: self.said("reason") },
            ("assign", Some(number)) => match self.said("agent") {
                Some(user) => Command::Assign { number, who: meant(&user) },
                None => unclear(sub, words::WHICH_AGENT),
            },
            ("status", Some(number)) => {
                Command::Status { number, to: self.said("to").unwrap_or_default() }
            }
            ("priority", Some(number)) => {
                Command::Priority { number, to: self.said("to").unwrap_or_default() }
            }
            ("search", _) => Command::Search { words: self.said("words").unwrap_or_default() },
            ("link", _) => Command::Link { what: self.said("code").or(self.said("address")) },
            ("show", None) if !words.is_empty() => Command::Search { words },
            ("show" | "sla" | "claim" | "close" | "reply" | "note", None) => {
                unclear(sub, words::WHICH)
            }
            ("assign" | "status" | "priority" | "rate" | "transcript", None) => {
                unclear(sub, words::WHICH)
            }
            _ => Command::Help,
        }
    }

    pub(crate) fn said(&self, name: &str) -> Option<String> {
        self.options.get(name).cloned()
    }

    fn is_set(&self, name: &str) -> bool {
        self.options.get(name).is_some_and(|value| value == "true")
    }

    fn number(&self) -> Option<u64> {
        let text = self.options.get("ticket")?;
        text.trim().trim_start_matches('#').parse().ok().filter(|number| *number > 0)
    }

    async fn list(&self) -> Result<Said, Error> {
        let view = self.options.get("view").and_then(|word| View::read(word));
        let speaker = self.discord.speaker(self.act).await?;
        let view = view.unwrap_or(View::Mine);
        let shown = list::show(self.discord, &speaker, &view, 1).await?;
        Ok(shown.map_or_else(|said| said, Said::Message))
    }

    async fn say(
        &self,
        number: u64,
        text: String,
        inside: bool,
        along: Along,
    ) -> Result<Said, Error> {
        let speaker = self.discord.speaker(self.act).await?;
        let copied = file::copy(self.discord, &speaker, self.files).await?;
        let body = copied.with(&text);
        let text = verbs::dialog::words(&body, copied.files);
        let store = &self.discord.store;
        let said = verbs::dialog::say(store, &speaker, Number(number), text, inside, along).await?;
        Ok(Said::Reply(said))
    }

    /// With a title it is filed at once, unless its form asks for more; without one the form opens.
    async fn open(&self, along: Along) -> Result<Said, Error> {
        let config = self.discord.store.config().await?;
        let wanted = self.options.get("form").map(|word| word.trim().to_lowercase());
        let form = wanted.as_ref().and_then(|word| {
            let named = |form: &&desk::form::Form| {
                form.id.as_str() == word || form.name.to_lowercase() == *word
            };
            filing::offered(&config).find(named)
        });
        let form_id = form.map(|form| form.id.clone());
        let Some(title) = self.said("title") else {
            let asks_which = form.is_none() && filing::offered(&config).nth(1).is_some();
            if asks_which && self.said("description").is_none() {
                return Ok(Said::Message(panel::choice(&config)));
            }
            let first = form_id.or_else(|| filing::offered(&config).next().map(|f| f.id.clone()));
            let description = self.said("description").unwrap_or_default();
            return self.form(first, description).await;
        };
        let speaker = self.discord.speaker(self.act).await?;
        let copied = file::copy(self.discord, &speaker, self.files).await?;
        let words = self.said("description").unwrap_or_else(|| title.clone());
        let draft = Draft {
            user: self.act.user.id.clone(),
            form: form_id,
            title: title_of(&title, TITLE),
            description: copied.with(&words),
            files: copied.files,
            ..Draft::default()
        };
        filed::go_on(self.discord, self.act, &speaker, draft, along).await
    }

    /// The form's dialog; files that came with the command wait in a draft.
    async fn form(&self, form: Option<FormId>, description: String) -> Result<Said, Error> {
        let mut draft = Draft { user: self.act.user.id.clone(), form, ..Draft::default() };
        if self.files.is_empty() && description.is_empty() {
            return filed::open(self.discord, self.act, &draft, None).await;
        }
        let speaker = self.discord.speaker(self.act).await?;
        let copied = file::copy(self.discord, &speaker, self.files).await?;
        draft.description = copied.with(&description);
        draft.files = copied.files;
        let id = self.discord.keep_draft(&draft).await?;
        filed::open(self.discord, self.act, &draft, Some(&id)).await
    }
}

/// The dialog of a new ticket, with what a message says.
async fn create_from(
    discord: &Discord,
    act: &Interaction,
    message: &Message,
) -> Result<Said, Error> {
    let mut draft = from_message(discord, act, message).await?;
    let config = discord.store.config().await?;
    let mut offered = filing::offered(&config);
    draft.form = offered.next().filter(|_| offered.next().is_none()).map(|form| form.id.clone());
    let id = discord.keep_draft(&draft).await?;
    filed::open(discord, act, &draft, Some(&id)).await
}

/// A message as a ticket that is being written.
pub(crate) async fn from_message(
    discord: &Discord,
    act: &Interaction,
    message: &Message,
) -> Result<Draft, Error> {
    let speaker = discord.speaker(act).await?;
    let copied = file::copy(discord, &speaker, &message.files).await?;
    let body: String = message.content.chars().take(SHOWN).collect();
    let mut description = copied.with(&body);
    if message.author.id != act.user.id {
        description = format!("{description}\n\n{}", words::written_by(&message.author.name));
    }
    Ok(Draft {
        user: act.user.id.clone(),
        title: title_of(&message.content, TITLE),
        description,
        files: copied.files,
        ..Draft::default()
    })
}

/// A person chosen in Discord comes as a number, one typed as words.
fn meant(who: &str) -> String {
    let is_number = !who.is_empty() && who.bytes().all(|b| b.is_ascii_digit());
    if is_number { format!("<@{who}>") } else { who.to_owned() }
}

fn nothing() -> Said {
    Said::notice(words::OLD_BUTTON)
}

fn unclear(what: &str, hint: &str) -> Command {
    Command::NotUnderstood { what: what.into(), hint: hint.into() }
}
