//! The commands Discord offers: `/ticket` with its subcommands, and two in the menus of messages and of
//! people. They are registered once, whole; what they do is the door's.
//! Shapes: docs.discord.com, "Application Commands".

use serde_json::{Value, json};
use serenity::http::{LightMethod, Route};
use serenity::model::id::{ApplicationId, GuildId};

use super::Client;
use super::client::number_of;
use crate::send::SendError;

/// The menu of a message: its words become a ticket.
pub const CREATE_TICKET: &str = "Create ticket";
/// The menu of a message: its words are added to a ticket.
pub const ADD_TO_TICKET: &str = "Add to ticket";
/// The menu of a person: their tickets.
pub const TICKETS_OF: &str = "Tickets of this person";

/// Permission MANAGE_MESSAGES: who sees what agents use, until a server says otherwise.
const MANAGE_MESSAGES: u64 = 1 << 13;
/// Option types.
const SUB: u8 = 1;
const TEXT: u8 = 3;
const SWITCH: u8 = 5;
const USER: u8 = 6;
const FILE: u8 = 11;

/// Every command of the desk, as `PUT /applications/{id}/commands` takes them.
pub fn all() -> Value {
    let subs = [
        sub("open", "Open a new ticket", "Ein neues Ticket öffnen", open()),
        sub("list", "List tickets", "Tickets auflisten", vec![view()]),
        sub("mine", "List my tickets", "Meine Tickets auflisten", vec![]),
        sub("show", "Show one ticket", "Ein Ticket zeigen", vec![ticket()]),
        sub("reply", "Reply to a ticket", "Auf ein Ticket antworten", reply()),
        sub("note", "Note something for agents alone", "Eine interne Notiz", note()),
        sub("claim", "Take a ticket", "Ein Ticket übernehmen", vec![ticket()]),
        sub("assign", "Give a ticket to somebody", "Ein Ticket zuweisen", assign()),
        sub("status", "Say where a ticket stands", "Den Stand eines Tickets ändern", status()),
        sub("priority", "Say how soon it matters", "Die Priorität ändern", priority()),
        sub("close", "Propose, confirm or withdraw", "Ein Ticket abschließen", close()),
        sub("rate", "Say how the help was", "Die Hilfe bewerten", vec![ticket()]),
        sub("sla", "What was promised, what is left", "Was versprochen wurde", vec![ticket()]),
        sub("search", "Find tickets by their words", "Tickets suchen", search()),
        sub("transcript", "A ticket's story as files", "Der Verlauf als Datei", vec![ticket()]),
        sub("link", "Join this account with your mail address", "Konto verbinden", link()),
        sub("panel", "Post buttons that file tickets", "Eine Ticket-Tafel aufstellen", panel()),
        sub("help", "How to use it", "Wie es geht", vec![]),
    ];
    let ticket = json!({
        "name": "ticket", "type": 1, "description": "Get help, or work on tickets",
        "description_localizations": { "de": "Hilfe holen oder Tickets bearbeiten" },
        "integration_types": [0, 1], "contexts": [0, 1, 2], "options": subs,
    });
    let menu = |name: &str, kind: u8, german: &str| {
        json!({
            "name": name, "type": kind, "name_localizations": { "de": german },
            "integration_types": [0, 1], "contexts": [0, 1, 2],
        })
    };
    let person = json!({
        "name": TICKETS_OF, "type": 2, "name_localizations": { "de": "Tickets dieser Person" },
        "integration_types": [0], "contexts": [0],
        "default_member_permissions": MANAGE_MESSAGES,
    });
    json!([
        ticket,
        menu(CREATE_TICKET, 3, "Ticket erstellen"),
        menu(ADD_TO_TICKET, 3, "Zum Ticket hinzufügen"),
        person,
    ])
}

impl Client {
    /// Registers every command of the desk, in one guild or everywhere. What was registered before goes.
    pub async fn register(&self, application: &str, guild: Option<&str>) -> Result<(), SendError> {
        let application_id = ApplicationId::new(number_of(application, "application")?);
        let route = match guild {
            Some(guild) => {
                let guild_id = GuildId::new(number_of(guild, "guild")?);
                Route::GuildCommands { application_id, guild_id }
            }
            None => Route::Commands { application_id },
        };
        self.call(route, LightMethod::Put, &all()).await.map(drop)
    }
}

fn sub(name: &str, description: &str, german: &str, options: Vec<Value>) -> Value {
    json!({
        "type": SUB, "name": name, "description": description,
        "description_localizations": { "de": german }, "options": options,
    })
}

fn option(kind: u8, name: &str, description: &str) -> Value {
    json!({ "type": kind, "name": name, "description": description })
}

fn with(mut option: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (option.as_object_mut(), more) {
        fields.extend(more);
    }
    option
}

/// The ticket a command is about: as one types, the desk suggests some.
fn ticket() -> Value {
    let option = option(TEXT, "ticket", "Number or words from the subject");
    with(option, json!({ "required": true, "autocomplete": true }))
}

fn needed(kind: u8, name: &str, description: &str) -> Value {
    with(option(kind, name, description), json!({ "required": true }))
}

fn text(name: &str, description: &str, at_most: u16) -> Value {
    with(option(TEXT, name, description), json!({ "max_length": at_most }))
}

fn open() -> Vec<Value> {
    vec![
        text("title", "In one line; leave empty for the form", 150),
        text("description", "What happened, what did you expect?", 4000),
        with(option(TEXT, "form", "What is it about?"), json!({ "autocomplete": true })),
        option(SWITCH, "private", "Only you and the team see it (always so)"),
        option(FILE, "file", "Screenshot or log"),
    ]
}

fn view() -> Value {
    let views = [("Mine", "mine"), ("Unassigned", "unassigned"), ("Breaching next", "breach")];
    with(option(TEXT, "view", "Which ones"), choices(&views))
}

fn choices(given: &[(&str, &str)]) -> Value {
    let choices: Vec<Value> =
        given.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({ "choices": choices })
}

fn reply() -> Vec<Value> {
    vec![
        ticket(),
        text("message", "Leave empty to write in a bigger box", 4000),
        option(SWITCH, "note", "Agents only"),
        option(FILE, "file", "Screenshot or log"),
    ]
}

fn note() -> Vec<Value> {
    vec![ticket(), text("message", "Leave empty to write in a bigger box", 4000)]
}

fn assign() -> Vec<Value> {
    vec![ticket(), needed(USER, "agent", "To whom")]
}

fn status() -> Vec<Value> {
    let stands = [
        ("On hold", "on hold"),
        ("Awaiting the requester", "waiting"),
        ("Solved (the requester confirms)", "solved"),
        ("Reopened", "reopen"),
    ];
    let to = with(needed(TEXT, "to", "Where it stands now"), choices(&stands));
    vec![ticket(), to, text("reason", "Why", 500)]
}

fn priority() -> Vec<Value> {
    let names = ["urgent", "high", "medium", "low", "planned"];
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    vec![ticket(), with(needed(TEXT, "to", "How soon"), choices(&pairs))]
}

fn close() -> Vec<Value> {
    vec![ticket(), text("reason", "Shown to the requester", 500)]
}

fn search() -> Vec<Value> {
    vec![needed(TEXT, "words", "What it says")]
}

fn link() -> Vec<Value> {
    vec![text("address", "Your mail address", 254), text("code", "The code you were sent", 40)]
}

fn panel() -> Vec<Value> {
    vec![text("title", "Above the buttons", 150), text("words", "A few words more", 500)]
}
