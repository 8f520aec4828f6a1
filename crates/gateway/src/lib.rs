//! The relay: listens at Discord's gateway and tells the desk what is written, edited and deleted in
//! its threads and in answer to its own messages; nothing else leaves the server. Resuming and
//! connecting again is serenity's work. It knows nothing of tickets and keeps nothing on disk.

mod known;
mod tell;

use std::sync::Arc;

use chat::discord::payload::Attachment;
use chat::discord::relay::{Happened, Relayed};
use serenity::Client;
use serenity::all::{
    ChannelId, Context, EventHandler, GatewayIntents, Guild, GuildChannel, GuildId, Message,
    MessageId, MessageUpdateEvent, Ready, ThreadListSyncEvent, async_trait,
};
use serenity::http::HttpBuilder;

use known::Known;
pub use tell::Desk;

/// Where to listen, and whom to tell.
pub struct Settings {
    /// The bot's token.
    pub token: String,
    /// Discord's API, such as `https://discord.com/api/v10`.
    pub api_url: String,
    /// The desk.
    pub desk: Desk,
}

/// Relays until Discord refuses the connection for good.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    // The words of messages are a privileged intent: it is switched on at the application's page.
    let intents = GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::MESSAGE_CONTENT;
    let base = settings.api_url.trim_end_matches('/');
    let base = base.strip_suffix("/api/v10").unwrap_or(base);
    let http = HttpBuilder::new(&settings.token);
    let http = match base == "https://discord.com" {
        true => http,
        false => http.proxy(base).ratelimiter_disabled(true),
    };
    let relay = Relay { desk: Arc::new(settings.desk), known: Known::default() };
    let client = serenity::client::ClientBuilder::new_with_http(http.build(), intents);
    let mut client: Client = client.event_handler(relay).await?;
    client.start().await?;
    Ok(())
}

struct Relay {
    desk: Arc<Desk>,
    known: Known,
}

#[async_trait]
impl EventHandler for Relay {
    async fn ready(&self, _: Context, ready: Ready) {
        tracing::info!("the relay listens as {}", ready.user.name);
        self.known.is_called(ready.user.id);
    }

    async fn guild_create(&self, _: Context, guild: Guild, _: Option<bool>) {
        self.known.threads(&guild.threads);
    }

    async fn thread_create(&self, _: Context, thread: GuildChannel) {
        self.known.threads(&[thread]);
    }

    async fn thread_list_sync(&self, _: Context, sync: ThreadListSyncEvent) {
        self.known.threads(&sync.threads);
    }

    async fn message(&self, _: Context, message: Message) {
        let answers_us =
            message.referenced_message.as_ref().is_some_and(|to| self.known.is_us(to.author.id));
        let is_direct = message.guild_id.is_none();
        let belongs = is_direct || answers_us || self.known.is_ours(message.channel_id);
        if message.author.bot || !belongs {
            return;
        }
        self.known.told(message.id);
        self.desk.tell(said(&message)).await;
    }

    async fn message_update(
        &self,
        _: Context,
        _: Option<Message>,
        _: Option<Message>,
        event: MessageUpdateEvent,
    ) {
        let belongs = self.known.is_ours(event.channel_id) || self.known.was_told(event.id);
        let by_program = event.author.as_ref().is_some_and(|author| author.bot);
        let (Some(text), Some(author)) = (event.content, event.author) else { return };
        if !belongs || by_program {
            return;
        }
        let name = author.global_name.clone().unwrap_or_else(|| author.name.clone());
        let mut relayed = about(Happened::Edited, event.guild_id, event.channel_id, event.id);
        relayed.author = Some((author.id.to_string(), name));
        relayed.text = text;
        self.desk.tell(relayed).await;
    }

    async fn message_delete(
        &self,
        _: Context,
        channel: ChannelId,
        message: MessageId,
        guild: Option<GuildId>,
    ) {
        if self.known.is_ours(channel) || self.known.was_told(message) {
            self.desk.tell(about(Happened::Deleted, guild, channel, message)).await;
        }
    }
}

fn about(
    what: Happened,
    guild: Option<GuildId>,
    channel: ChannelId,
    message: MessageId,
) -> Relayed {
    Relayed {
        what,
        guild: guild.map(|guild| guild.to_string()),
        channel: channel.to_string(),
        message: message.to_string(),
        replies_to: None,
        author: None,
        text: String::new(),
        files: Vec::new(),
    }
}

fn said(message: &Message) -> Relayed {
    let author = &message.author;
    let name = author.global_name.clone().unwrap_or_else(|| author.name.clone());
    let files = message.attachments.iter().map(|file| Attachment {
        name: file.filename.clone(),
        kind: file.content_type.clone(),
        size: file.size.into(),
        url: file.url.clone(),
    });
    Relayed {
        replies_to: message.referenced_message.as_ref().map(|to| to.id.to_string()),
        author: Some((author.id.to_string(), name)),
        text: message.content.clone(),
        files: files.collect(),
        ..about(Happened::Said, message.guild_id, message.channel_id, message.id)
    }
}

#[cfg(test)]
#[path = "relay_tests.rs"]
mod tests;
