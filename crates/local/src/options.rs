//! What can be said on the command line and in the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::vouch::MailDns;

/// The whole command line.
#[derive(Parser, Debug)]
#[command(
    name = "bellhop",
    version,
    about = "A help desk for Slack, Discord, mail and REST, on one machine",
    args_conflicts_with_subcommands = true
)]
pub struct Options {
    /// What to do; without a word, `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of `serve`.
    #[command(flatten)]
    pub serve: Serve,
}

/// What bellhop can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the desk: every door, the clock, the stand-ins.
    Serve(Box<Serve>),
    /// Play the whole story on throw-away data, each step checked.
    Demo,
    /// Hand one mail to the mail door.
    Mail(Mail),
    /// Say something as Slack or Discord would, signed, to the real door.
    Say(Say),
    /// Make API tokens.
    #[command(subcommand)]
    Token(Token),
    /// The whole configuration as one file.
    #[command(subcommand)]
    Config(Config),
    /// What Discord has to be told of this desk.
    #[command(subcommand)]
    Discord(Discord),
}

/// What `discord` can do.
#[derive(Subcommand, Debug)]
pub enum Discord {
    /// Register /ticket and the menu commands, in place of those there were.
    Register(Register),
}

/// Options of `discord register`.
#[derive(Args, Debug, Clone)]
pub struct Register {
    /// The application's number.
    #[arg(long, env = "BELLHOP_DISCORD_APPLICATION_ID")]
    pub application: String,
    /// The bot's token.
    #[arg(long, env = "BELLHOP_DISCORD_BOT_TOKEN", hide_env_values = true)]
    pub token: String,
    /// One server's number; without it, everywhere.
    #[arg(long)]
    pub guild: Option<String>,
    /// Discord's API.
    #[arg(long, env = "BELLHOP_DISCORD_API_URL", default_value = chat::discord::client::API_URL)]
    pub api_url: String,
}

/// Options of `serve`.
#[derive(Args, Debug, Clone)]
pub struct Serve {
    /// Where HTTP listens; port 0 takes a free one.
    #[arg(long, env = "BELLHOP_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where SMTP listens; port 0 takes a free one.
    #[arg(long, env = "BELLHOP_SMTP", default_value = "127.0.0.1:2525")]
    pub smtp: SocketAddr,
    /// Where the mail door asks who sent a mail: `off`, `system`, or a file of DNS records.
    #[arg(long, env = "BELLHOP_MAIL_DNS", default_value = "off")]
    pub mail_dns: MailDns,
    /// The folder that holds everything.
    #[command(flatten)]
    pub data: Data,
    /// Who this desk is.
    #[command(flatten)]
    pub desk: Desk,
}

/// The folder that holds everything.
#[derive(Args, Debug, Clone)]
pub struct Data {
    /// The folder that holds everything.
    #[arg(long, env = "BELLHOP_DATA", default_value = ".bellhop")]
    pub data: PathBuf,
}

/// Who this desk is; from the environment alone.
#[derive(Args, Debug, Clone)]
pub struct Desk {
    /// The domain of the desk's addresses.
    #[arg(long, env = "BELLHOP_DOMAIN", default_value = "example.com", hide = true)]
    pub domain: String,
    /// The admin's address; admin@ the domain when not said.
    #[arg(long, env = "BELLHOP_ADMIN_EMAIL", hide = true)]
    pub admin_email: Option<String>,
    /// The desk's time zone.
    #[arg(long, env = "BELLHOP_TIME_ZONE", default_value = "UTC", hide = true)]
    pub time_zone: String,
    /// The admin's API token; made at the first start when not said.
    #[arg(long, env = "BELLHOP_ADMIN_TOKEN", hide = true, hide_env_values = true)]
    pub admin_token: Option<String>,
    /// Slack's signing secret.
    #[arg(long, env = "BELLHOP_SLACK_SIGNING_SECRET", hide = true, hide_env_values = true)]
    pub slack_signing_secret: Option<String>,
    /// Slack's bot token.
    #[arg(long, env = "BELLHOP_SLACK_BOT_TOKEN", hide = true, hide_env_values = true)]
    pub slack_bot_token: Option<String>,
    /// Slack's API.
    #[arg(long, env = "BELLHOP_SLACK_API_URL", hide = true)]
    pub slack_api_url: Option<String>,
    /// The Discord application's public key, hex.
    #[arg(long, env = "BELLHOP_DISCORD_PUBLIC_KEY", hide = true)]
    pub discord_public_key: Option<String>,
    /// The Discord application.
    #[arg(long, env = "BELLHOP_DISCORD_APPLICATION_ID", hide = true)]
    pub discord_application_id: Option<String>,
    /// Discord's bot token.
    #[arg(long, env = "BELLHOP_DISCORD_BOT_TOKEN", hide = true, hide_env_values = true)]
    pub discord_bot_token: Option<String>,
    /// Discord's API.
    #[arg(long, env = "BELLHOP_DISCORD_API_URL", hide = true)]
    pub discord_api_url: Option<String>,
}

impl Desk {
    /// A desk nobody said anything about, whatever the environment says.
    pub fn plain() -> Desk {
        Desk {
            domain: "example.com".into(),
            admin_email: None,
            time_zone: "UTC".into(),
            admin_token: None,
            slack_signing_secret: None,
            slack_bot_token: None,
            slack_api_url: None,
            discord_public_key: None,
            discord_application_id: None,
            discord_bot_token: None,
            discord_api_url: None,
        }
    }
}

/// Options of `mail`.
#[derive(Args, Debug, Clone)]
pub struct Mail {
    /// A file with one RFC 5322 message; `-` or nothing reads standard input.
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// The mail door.
    #[arg(long, env = "BELLHOP_SMTP", default_value = "127.0.0.1:2525")]
    pub smtp: SocketAddr,
    /// Who receives it; the message's own To when not said.
    #[arg(long)]
    pub to: Option<String>,
}

/// Options of `say`.
#[derive(Args, Debug, Clone)]
pub struct Say {
    /// Which door.
    #[arg(value_enum)]
    pub door: Door,
    /// What follows `/ticket`: words to file, or mine, `show 1`, `claim 1`, `close 1`.
    #[arg(required = true, trailing_var_arg = true)]
    pub words: Vec<String>,
    /// Who says it.
    #[arg(long = "as", default_value = "kofi")]
    pub user: String,
    /// The desk.
    #[arg(long, env = "BELLHOP_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Whose secrets to sign with.
    #[command(flatten)]
    pub data: Data,
}

/// A chat door.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Slack's slash command.
    Slack,
    /// Discord's slash command.
    Discord,
}

/// What can be done with tokens.
#[derive(Subcommand, Debug, Clone)]
pub enum Token {
    /// Make one for a person and print it.
    Create {
        /// Whose it is; made a member if new.
        #[arg(long)]
        email: String,
        /// What they are.
        #[arg(long)]
        role: String,
        /// The desk.
        #[arg(long, env = "BELLHOP_LISTEN", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Its data.
        #[command(flatten)]
        data: Data,
        /// Who the desk is.
        #[command(flatten)]
        desk: Box<Desk>,
    },
}

/// What can be done with the configuration.
#[derive(Subcommand, Debug, Clone)]
pub enum Config {
    /// Write it as TOML.
    Export {
        /// The file to write; standard output when not said.
        file: Option<PathBuf>,
        /// Of which desk.
        #[command(flatten)]
        at: At,
    },
    /// Say what a file would change; change nothing.
    Plan {
        /// The file; `-` reads standard input.
        file: PathBuf,
        /// Of which desk.
        #[command(flatten)]
        at: At,
    },
    /// Put a file in place, all of it or nothing.
    Apply {
        /// The file; `-` reads standard input.
        file: PathBuf,
        /// Of which desk.
        #[command(flatten)]
        at: At,
    },
    /// List its versions, the newest first.
    History {
        /// Of which desk.
        #[command(flatten)]
        at: At,
    },
    /// List packs: queues, forms and policies for a kind of work, to begin with.
    Packs {
        /// Of which desk.
        #[command(flatten)]
        at: At,
    },
    /// Add a pack; what is there stays as it is.
    Add {
        /// Which, as `packs` lists it.
        pack: String,
        /// To which desk.
        #[command(flatten)]
        at: At,
    },
    /// Make an earlier version current again, as a new version.
    Rollback {
        /// Which.
        version: u64,
        /// Of which desk.
        #[command(flatten)]
        at: At,
    },
}

/// A desk on this machine, running or not.
#[derive(Args, Debug, Clone)]
pub struct At {
    /// Where it listens, if it runs.
    #[arg(long, env = "BELLHOP_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Its data.
    #[command(flatten)]
    pub data: Data,
    /// Who the desk is.
    #[command(flatten)]
    pub desk: Box<Desk>,
}
