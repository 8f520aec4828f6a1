//! The first page a newcomer sees: the open tickets, how to ring each door, and what left. No script
//! runs on it, and it is shown to this machine alone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use desk::config::Config;
use desk::sla;
use desk::view::{TicketView, Viewer};
use desk::{Number, Priority};
use http::{StatusCode, header};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use store::Stored;

use crate::desk::LocalDesk;
use crate::front;
use crate::outbox::{Item, Kind};

/// How many of the newest tickets the page looks at.
const NEWEST: u64 = 100;
/// How many open tickets and messages it shows.
const SHOWN: usize = 12;
/// How many messages the outbox page shows.
const OUTBOX: usize = 200;

/// `GET /`
pub async fn show(State(desk): State<Arc<LocalDesk>>) -> Response {
    match page(&desk).await {
        Ok(page) => Html(page.into_string()).into_response(),
        Err(error) => {
            tracing::error!("could not make the start page: {error}");
            front::json(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"storage does not answer"}"#)
        }
    }
}

/// `GET /` where others can ring, too: nothing about any ticket.
pub async fn closed() -> Response {
    let text = html! { h1 { "Bellhop" } p { "The desk is running. Its API is under " code { "/v1" } "." } };
    Html(shell("Bellhop", text).into_string()).into_response()
}

/// `GET /dev/outbox`
pub async fn outbox(State(desk): State<Arc<LocalDesk>>) -> Response {
    let items = newest(&desk, OUTBOX);
    let body = html! {
        header.top { a.brand href="/" { "Bellhop" } span.clock { (clock(desk.clock.now())) } }
        main {
            h1 { "Outbox" }
            p.quiet { "Everything that left, newest first. The same as JSON: " a href="/dev/outbox.json" { code { "/dev/outbox.json" } } }
            @if items.is_empty() { p.empty { "Nothing has left yet." } }
            @for item in &items { (message(item, true)) }
        }
    };
    Html(shell("Outbox · Bellhop", body).into_string()).into_response()
}

/// `GET /dev/style.css`
pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("start_page.css"))
        .into_response()
}

async fn page(desk: &LocalDesk) -> Result<Markup, store::Error> {
    let config = desk.store.config().await?;
    let newest_number = desk.store.newest_number().await?.0;
    let first = newest_number.saturating_sub(NEWEST) + 1;
    let numbers: Vec<Number> = (first..=newest_number).rev().map(Number).collect();
    let mut open = desk.store.tickets(&numbers).await?;
    open.retain(|stored| stored.ticket.status.is_open());
    open.sort_by_key(|stored| sla::next_due(&stored.ticket).map_or(Timestamp::MAX, |(_, at)| at));
    let now = desk.clock.now();
    let body = html! {
        header.top { a.brand href="/" { "Bellhop" } span.clock { "desk time " (clock(now)) } }
        main {
            section.hero {
                h1 { "The desk is open." }
                p { "Requests come in by Slack, Discord, mail and REST; each becomes a ticket with a clock." }
                p { a href="/dev/chat" { "Enter the chat room" } " to try Slack and Discord without an account." }
            }
            (tickets(&open, &config, now))
            (doors(&config))
            section {
                h2 { "What left" a.more href="/dev/outbox" { "all of it" } }
                @let items = newest(desk, SHOWN);
                @if items.is_empty() { p.empty { "Receipts, cards, escalations and bus events appear here." } }
                @for item in &items { (message(item, false)) }
            }
        }
        footer { "Only this machine sees this page. Try " code { "cargo run -- demo" } " for the whole story." }
    };
    Ok(shell("Bellhop", body))
}

fn shell(title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/dev/style.css";
                link rel="icon" href="data:,";
            }
            body { (body) }
        }
    }
}

fn tickets(open: &[Stored], config: &Config, now: Timestamp) -> Markup {
    html! {
        section {
            h2 { "Open tickets" span.count { (open.len()) } }
            @if open.is_empty() {
                p.empty { "None. Ring a door below and reload." }
            } @else {
                table {
                    thead { tr { th { "Number" } th { "Title" } th { "Requester" } th { "Status" } th { "Priority" } th { "Assignee" } th { "Due" } } }
                    tbody { @for stored in open.iter().take(SHOWN) { (row(&seen(stored, config, now), now)) } }
                }
                @if open.len() > SHOWN { p.quiet { "and " (open.len() - SHOWN) " more: " code { "GET /v1/tickets" } } }
            }
        }
    }
}

/// As whoever runs the desk is shown it.
fn seen(stored: &Stored, config: &Config, now: Timestamp) -> TicketView {
    verbs::shown(stored, &stored.title, "", Viewer::Agent, config, now)
}

fn row(view: &TicketView, now: Timestamp) -> Markup {
    let priority = match view.priority {
        Priority::Urgent => "urgent",
        Priority::High => "high",
        Priority::Medium | Priority::Low | Priority::Planned => "calm",
    };
    html! {
        tr {
            td.number { "#" (view.number) }
            td.title { (view.title) div.quiet { "by " (view.channel.label()) } }
            td { (view.requester) }
            td { span.status data-status=(view.status) { (view.status_label) } }
            td { span class=(priority) { (view.priority.label()) } }
            td { @match &view.assignee { Some(name) => (name), None => { span.quiet { "nobody yet" } } } }
            td { (due(view, now)) }
        }
    }
}

fn due(view: &TicketView, now: Timestamp) -> Markup {
    let at = view.due.as_ref().map(|due| (due, Timestamp::from_second(due.at_unix)));
    let Some((due, Ok(at))) = at else {
        return html! { span.quiet { "clock stands still" } };
    };
    html! {
        span class=(if due.is_over { "late" } else { "due" }) { @if due.is_over { "overdue " } (length(now.duration_until(at).abs())) }
        div.quiet { (due.label) ", " (clock(at)) }
    }
}

fn doors(config: &Config) -> Markup {
    let address = config.queues.first().map(|queue| queue.address.clone()).unwrap_or_default();
    let rest = "curl -H \"Authorization: Bearer $(cat .bellhop/admin-token)\" \\\n  -d '{\"title\":\"Projector is dark\",\"requester\":{\"email\":\"kofi@example.com\"}}' \\\n  http://127.0.0.1:8080/v1/tickets";
    let mail = format!(
        "printf 'From: Kofi <kofi@example.com>\\nTo: {address}\\nSubject: VPN is down\\n\\nSince nine.\\n' \\\n  | cargo run -- mail"
    );
    html! {
        section {
            h2 { "Ring a door" }
            div.doors {
                (door("Slack", "Signed as Slack signs.", "cargo run -- say slack the printer on 3 is jammed"))
                (door("Discord", "Signed as Discord signs.", "cargo run -- say discord the bot is asleep"))
                (door("Mail", "A real SMTP conversation.", &mail))
                (door("REST", "The token was made at the first start.", rest))
            }
        }
    }
}

fn door(name: &str, note: &str, command: &str) -> Markup {
    html! { article.door { h3 { (name) } p.quiet { (note) } pre { code { (command) } } } }
}

fn newest(desk: &LocalDesk, most: usize) -> Vec<Item> {
    let last = desk.outbox.last();
    let since = last.saturating_sub(u64::try_from(most).unwrap_or(u64::MAX));
    let mut items = desk.outbox.since(since);
    items.reverse();
    items
}

fn message(item: &Item, whole: bool) -> Markup {
    let (icon, kind) = match item.kind {
        Kind::Mail => ("✉", "mail"),
        Kind::Slack => ("#", "Slack"),
        Kind::Discord => ("◆", "Discord"),
        Kind::Webhook => ("⇥", "webhook"),
        Kind::Event => ("⚡", "event"),
    };
    let body = match item.body.as_str() {
        Some(text) => text.to_owned(),
        None => serde_json::to_string_pretty(&item.body).unwrap_or_default(),
    };
    let ticket = item.body.pointer("/detail/ticket").map(|number| format!("#{number}"));
    let about = item.subject.clone().or(ticket).unwrap_or_else(|| {
        crate::say::plain(&item.body).lines().next().unwrap_or_default().to_owned()
    });
    html! {
        article.left {
            span.icon title=(kind) { (icon) }
            span.to { (item.to) }
            span.about { (about) }
            time.quiet { (clock(item.at)) }
            @if whole { details { summary { "what it said" } pre { (body) } } }
        }
    }
}

fn clock(at: Timestamp) -> String {
    at.strftime("%a %-d %b, %H:%M UTC").to_string()
}

fn length(length: jiff::SignedDuration) -> String {
    let minutes = length.as_mins();
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
