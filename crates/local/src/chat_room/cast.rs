//! Who plays: people with an account in each service, and where they meet.

use crate::desk::SLACK_TEAM;

/// A service people chat in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Slack.
    Slack,
    /// Discord.
    Discord,
}

impl Service {
    /// Both.
    pub const ALL: [Service; 2] = [Service::Slack, Service::Discord];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Service::Slack => "slack",
            Service::Discord => "discord",
        }
    }

    /// The name people read.
    pub fn label(self) -> &'static str {
        match self {
            Service::Slack => "Slack",
            Service::Discord => "Discord",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.word() == word)
    }
}

/// People who can be played, by their names. The last one is the desk's admin.
pub const PEOPLE: [&str; 4] = ["kofi", "ada", "mei", "admin"];
/// Who works for the desk.
pub const AGENT: &str = "admin";
/// The workspace.
pub const TEAM: &str = SLACK_TEAM;
/// The guild.
pub const GUILD: &str = "200000000000000001";

/// A room people meet in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// What the service calls it.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
}

/// Where people ask.
pub const HELP: [Channel; 2] =
    [Channel { id: "C0HELP", name: "help" }, Channel { id: "200000000000000002", name: "help" }];
/// Where agents see the desk's cards.
pub const TRIAGE: [Channel; 2] = [
    Channel { id: "C0TRIAGE", name: "triage" },
    Channel { id: "200000000000000004", name: "triage" },
];

/// The rooms of a service, in the order they are listed.
pub fn channels(service: Service) -> [Channel; 2] {
    match service {
        Service::Slack => [HELP[0], TRIAGE[0]],
        Service::Discord => [HELP[1], TRIAGE[1]],
    }
}

/// A person's account in a service.
pub fn account(service: Service, name: &str) -> String {
    match service {
        Service::Slack => format!("U{}", name.to_uppercase()),
        Service::Discord => crate::say::discord_account(name),
    }
}

/// The person an account belongs to; the account itself where nobody of the cast has it.
pub fn name_of(service: Service, account_id: &str) -> String {
    let known = PEOPLE.iter().find(|name| account(service, name) == account_id);
    known.map_or_else(|| account_id.to_owned(), |name| capital(name))
}

/// A name as people write it.
pub fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// Where a person and the app write to each other alone, as the stand-ins name it.
pub fn direct(service: Service, name: &str, application: &str) -> String {
    let account = account(service, name);
    match service {
        Service::Slack => format!("D{}", account.strip_prefix('U').unwrap_or(&account)),
        Service::Discord => crate::standins::direct_channel_of(&account, application),
    }
}
