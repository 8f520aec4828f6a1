//! Discord's components, messages and dialogs as a page. Components: docs.discord.com, "Components:
//! Reference"; the numbers are Discord's types.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::blocks::{list, text};
use super::markup;
use super::page::Window;

/// What a message says: plain words, components, embeds of older times.
pub fn draw(window: &Window<'_>, body: &Value, channel: &str, message: &str) -> Markup {
    let content = text(body, "content");
    html! {
        @if !content.is_empty() { p.block { (markup::discord(content)) } }
        @for embed in list(body, "embeds") {
            div.container { strong { (text(embed, "title")) } p { (markup::discord(text(embed, "description"))) } }
        }
        @for part in list(body, "components") { (component(window, part, channel, message)) }
    }
}

fn component(window: &Window<'_>, part: &Value, channel: &str, message: &str) -> Markup {
    let inside = |name: &'static str| html! { @for one in list(part, name) { (component(window, one, channel, message)) } };
    html! {
        @match part["type"].as_u64().unwrap_or(0) {
            1 => div.block.actions { (inside("components")) },
            2 | 3 | 5..=8 => (alone(window, part, channel, message)),
            9 => div.block.section {
                div.words { (inside("components")) }
                @if !part["accessory"].is_null() { div.accessory { (component(window, &part["accessory"], channel, message)) } }
            },
            10 => p.block { (markup::discord(text(part, "content"))) },
            14 => hr;,
            17 => div.container data-accent=(tone(part)) { (inside("components")) },
            kind => p.quiet { "(a component of type " (kind) ")" },
        }
    }
}

/// The colour of a container, by the words of the style sheet.
fn tone(container: &Value) -> &'static str {
    let Some(colour) = container["accent_color"].as_u64() else { return "none" };
    let part = |shift: u32| (colour >> shift) & 0xff;
    let (red, green, blue) = (part(16), part(8), part(0));
    match () {
        () if red > 180 && green < 120 => "red",
        () if red > 180 => "amber",
        () if green > red && green >= blue => "green",
        () if blue > red => "blue",
        () => "grey",
    }
}

/// A button or a select, which sends itself.
fn alone(window: &Window<'_>, part: &Value, channel: &str, message: &str) -> Markup {
    let id = text(part, "custom_id");
    let url = text(part, "url");
    let style = match part["style"].as_u64() {
        Some(1 | 3) => "primary",
        Some(4) => "danger",
        _ => "",
    };
    html! {
        @if !url.is_empty() {
            a.button href=(url) rel="noreferrer" { (label(part)) " ↗" }
        } @else {
            form.one action="/dev/chat/act/discord-press" method="post" {
                (window.hidden())
                input type="hidden" name="channel" value=(channel);
                input type="hidden" name="message" value=(message);
                input type="hidden" name="kind" value=(part["type"]);
                @if part["type"] == json!(2) {
                    button class=(style) name="press" value=(id) disabled[part["disabled"] == json!(true)] { (label(part)) }
                } @else {
                    input type="hidden" name="press" value=(id);
                    (select(window, part, "value"))
                    button.again { "OK" }
                }
            }
        }
    }
}

fn label(part: &Value) -> Markup {
    html! { (text(&part["emoji"], "name")) " " (text(part, "label")) }
}

fn select(window: &Window<'_>, part: &Value, name: &str) -> Markup {
    let many = part["max_values"].as_u64().is_some_and(|most| most > 1);
    let hint = text(part, "placeholder");
    html! {
        select id=(name) name=(name) multiple[many] {
            @if !many { option value="" { (hint) } }
            @if part["type"] == json!(3) {
                @for option in list(part, "options") {
                    option value=(text(option, "value")) selected[option["default"] == json!(true)] { (text(option, "label")) }
                }
            } @else { (window.people("")) }
        }
    }
}

/// A dialog's fields.
pub fn dialog(window: &Window<'_>, view: &Value) -> Markup {
    html! { @for part in list(view, "components") { (field(window, part)) } }
}

fn field(window: &Window<'_>, part: &Value) -> Markup {
    html! {
        @match part["type"].as_u64().unwrap_or(0) {
            10 => p.block { (markup::discord(text(part, "content"))) },
            18 => div.block.input {
                label for=(text(&part["component"], "custom_id")) { (text(part, "label")) }
                @let described = text(part, "description");
                @if !described.is_empty() { p.quiet { (described) } }
                (control(window, &part["component"]))
            },
            1 => @for one in list(part, "components") { div.block.input { label { (text(one, "label")) } (control(window, one)) } },
            _ => (control(window, part)),
        }
    }
}

fn control(window: &Window<'_>, part: &Value) -> Markup {
    let id = text(part, "custom_id");
    let hint = text(part, "placeholder");
    html! {
        @match part["type"].as_u64().unwrap_or(0) {
            4 if part["style"] == json!(2) => textarea id=(id) name=(id) rows="3" placeholder=(hint) { (text(part, "value")) },
            4 => input id=(id) name=(id) value=(text(part, "value")) placeholder=(hint);,
            19 => input id=(id) data-file=(id) type="file" multiple;,
            21 => fieldset id=(id) { @for option in list(part, "options") { label.choice { input type="radio" name=(id) value=(text(option, "value")) checked[option["default"] == json!(true)]; (text(option, "label")) } } },
            22 => fieldset id=(id) { @for option in list(part, "options") { label.choice { input type="checkbox" name=(id) value=(text(option, "value")) checked[option["default"] == json!(true)]; (text(option, "label")) } } },
            23 => label.choice { input type="checkbox" id=(id) name=(id) value="true"; },
            _ => (select(window, part, id)),
        }
    }
}
