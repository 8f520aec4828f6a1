//! The messages of a channel: who wrote them, what they say, what can be done with them.

use maud::{Markup, html};
use serde_json::Value;

use super::blocks::{self, Around, text};
use super::cast::Service;
use super::components;
use super::page::Window;
use super::screen::{Message, Screen};

/// How many messages of a channel are shown.
const SHOWN: usize = 60;
/// Emoji that mean something to the desk.
const EMOJI: [(&str, &str); 4] =
    [("ticket", "🎫"), ("eyes", "👀"), ("white_check_mark", "✅"), ("rotating_light", "🚨")];

/// A channel's messages, and where one more is written.
pub fn draw(window: &Window<'_>, screen: &Screen, account: &str) -> Markup {
    let messages = screen.channel(&window.channel, account);
    let first = messages.len().saturating_sub(SHOWN);
    html! {
        div.room {
            div.log tabindex="0" aria-label="Messages" {
                @if messages.is_empty() { p.empty { "Nothing here yet. " (hint(window)) } }
                @for message in messages.into_iter().skip(first) {
                    (draw_message(window, message))
                    @let below = screen.below(&window.channel, &message.id, account);
                    @if !below.is_empty() { div.thread { @for answer in below { (draw_message(window, answer)) } } }
                    @if window.service == Service::Slack && message.only.is_none() {
                        details.reply {
                            summary { "Reply in thread" }
                            (say(window, Some(&message.id)))
                        }
                    }
                }
            }
            (say(window, None))
        }
    }
}

fn hint(window: &Window<'_>) -> Markup {
    html! {
        @match window.service {
            Service::Slack => { "Try " code { "/ticket vpn is down" } " or " code { "/ticket" } "." },
            Service::Discord => { "Try " code { "/ticket open title:vpn is down" } " or " code { "/ticket open" } "." },
        }
    }
}

fn say(window: &Window<'_>, thread: Option<&str>) -> Markup {
    let what = if thread.is_some() { "Reply" } else { "Message or /ticket …" };
    html! {
        form.say action={ "/dev/chat/act/" (window.service.word()) "-say" } method="post" {
            (window.hidden())
            @if let Some(thread) = thread { input type="hidden" name="thread" value=(thread); }
            input name="words" aria-label=(what) placeholder=(what) autocomplete="off" required;
            @if window.service == Service::Slack { label.clip title="Files" { "📎" input type="file" data-file="files" multiple aria-label="Files"; } }
            @else { button formaction="/dev/chat/act/discord-suggest" title="What could stand here?" { "…?" } }
            button.primary { "Send" }
        }
        @if thread.is_none() && window.service == Service::Slack {
            form.one.quick action="/dev/chat/act/slack-shortcut" method="post" {
                (window.hidden())
                button name="shortcut" value="ticket.new" { "⚡ New ticket" }
            }
        }
    }
}

fn draw_message(window: &Window<'_>, message: &Message) -> Markup {
    let own = message.by.as_deref() == Some(&window.account());
    html! {
        article.message data-app[message.by.is_none()] data-only[message.only.is_some()] {
            header {
                strong { (message.author(window.service)) }
                @if message.by.is_none() { span.tag { "APP" } }
                @if message.only.is_some() { span.quiet { "only you can see this" } }
                @if message.edited { span.quiet { "(edited)" } }
            }
            div.body { (body(window, message)) }
            @for file in &message.files { p.file { "📎 " (file) } }
            @if !message.reactions.is_empty() { p.reactions { @for emoji in &message.reactions { span { (sign(emoji)) } } } }
            @if message.only.is_none() { (doings(window, message, own)) }
        }
    }
}

fn sign(emoji: &str) -> &str {
    EMOJI.iter().find(|(name, _)| *name == emoji).map_or(emoji, |(_, sign)| sign)
}

fn body(window: &Window<'_>, message: &Message) -> Markup {
    if let Some(words) = message.body.get("plain").and_then(Value::as_str) {
        return html! { p { (words) } };
    }
    match window.service {
        Service::Slack => {
            let around = Around::Message { channel: &message.channel, id: &message.id };
            match message.body.get("blocks") {
                Some(all) => blocks::draw(window, all, around),
                None => html! { p { (text(&message.body, "text")) } },
            }
        }
        Service::Discord => components::draw(window, &message.body, &message.channel, &message.id),
    }
}

/// What can be done with a message.
fn doings(window: &Window<'_>, message: &Message, own: bool) -> Markup {
    let service = window.service.word();
    let place = html! {
        (window.hidden())
        input type="hidden" name="channel" value=(message.channel);
        input type="hidden" name="message" value=(message.id);
    };
    let shortcuts: &[(&str, &str)] = match window.service {
        Service::Slack => &[
            ("ticket.create", "Create ticket"),
            ("ticket.add", "Add to ticket"),
            ("ticket.send_to_requester", "Send to requester"),
        ],
        Service::Discord => {
            &[("Create ticket", "Create ticket"), ("Add to ticket", "Add to ticket")]
        }
    };
    html! {
        details.doings {
            summary aria-label="Message actions" { "⋯" }
            @if message.by.is_some() {
                form action={ "/dev/chat/act/" (service) "-on-message" } method="post" {
                    (place)
                    @for (id, name) in shortcuts { button name="shortcut" value=(id) { (name) } }
                }
            }
            @if window.service == Service::Slack {
                form action="/dev/chat/act/slack-react" method="post" {
                    (place)
                    @for (name, sign) in EMOJI { button name="emoji" value=(name) aria-label=(name) { (sign) } }
                }
                @if own {
                    form action="/dev/chat/act/slack-edit" method="post" {
                        (place)
                        input name="words" aria-label="Edited text" value=(text(&message.body, "plain")) required;
                        button { "Save edit" }
                    }
                    form action="/dev/chat/act/slack-delete" method="post" { (place) button.danger { "Delete" } }
                }
            }
        }
    }
}
