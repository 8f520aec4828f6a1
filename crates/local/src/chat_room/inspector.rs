//! The inspector: each request to a door with its answer, and the switches by which the services
//! misbehave.

use maud::{Markup, html};
use serde_json::Value;

use super::Stage;
use super::room::{Exchange, Switches};

/// The last requests, newest first.
pub fn draw(stage: &Stage, query: &str) -> Markup {
    let exchanges = stage.room.exchanges();
    html! {
        section.inspector id="inspector" aria-label="Inspector" {
            header { h2 { "Inspector" } (switches(stage.room.switches(), query)) }
            @if exchanges.is_empty() { p.empty { "Requests to the desk's doors, and what it answered, appear here." } }
            @for exchange in &exchanges { (draw_exchange(exchange)) }
        }
    }
}

fn switches(set: Switches, query: &str) -> Markup {
    let doors = [
        ("wrong_signature", "wrong signature", set.wrong_signature),
        ("late", "ten minutes late", set.late),
        ("repeated", "three at once", set.repeated),
        ("expired_trigger", "expired trigger", set.expired_trigger),
    ];
    let services = [
        ("slack_down", "Slack down"),
        ("slack_busy", "Slack: 3 × 429"),
        ("discord_down", "Discord down"),
        ("discord_busy", "Discord: 3 × 429"),
    ];
    html! {
        form.switches action="/dev/chat/act/switch" method="post" {
            input type="hidden" name="back" value=(query);
            @for (name, label, on) in doors { label { input type="checkbox" name=(name) value="on" checked[on]; (label) } }
            @for (name, label) in services { label { input type="checkbox" name=(name) value="on"; (label) } }
            button { "Set" }
        }
    }
}

fn draw_exchange(exchange: &Exchange) -> Markup {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let good = exchange.status == 200;
    html! {
        details.exchange id={ "x" (exchange.number) } {
            summary {
                span.status data-good[good] { (exchange.status) }
                span { (exchange.what) }
                code { (exchange.path) }
                span.quiet { (exchange.took) " ms" }
            }
            div.pair {
                div { h4 { "Request" } pre { @for (name, value) in &exchange.headers { (name) ": " (value) "\n" } "\n" (pretty(&exchange.sent)) } }
                div { h4 { "Answer" } pre { (pretty(&exchange.answer)) } }
            }
        }
    }
}
