//! Slack's blocks as a page: every element a person can use is one here, too, and sends what Slack
//! would send. Block Kit: docs.slack.dev, "Block Kit: reference".

use maud::{Markup, html};
use serde_json::{Value, json};

use super::page::Window;
use super::rich;
use super::room::Offer;

/// Where blocks stand.
#[derive(Clone, Copy)]
pub enum Around<'a> {
    /// In a message of a channel.
    Message { channel: &'a str, id: &'a str },
    /// In the Home of whoever looks.
    Home,
    /// In a dialog, whose fields go together.
    Dialog { errors: &'a Value },
}

/// All blocks of a message, Home or dialog.
pub fn draw(window: &Window<'_>, blocks: &Value, around: Around<'_>) -> Markup {
    let empty = Vec::new();
    html! { @for block in blocks.as_array().unwrap_or(&empty) { (draw_one(window, block, around)) } }
}

fn draw_one(window: &Window<'_>, block: &Value, around: Around<'_>) -> Markup {
    let id = text(block, "block_id");
    html! {
        @match text(block, "type") {
            "section" => div.block.section {
                div.words {
                    p { (text(&block["text"], "text")) }
                }
                @if !block["accessory"].is_null() { div.accessory { (element(window, &block["accessory"], id, around)) } }
            },
            "header" => h4.block { (text(&block["text"], "text")) },
            "context" => p.block.quiet { @for one in list(block, "elements") { (text(one, "text")) " " } },
            "divider" => hr;,
            "actions" => div.block.actions { @for one in list(block, "elements") { (element(window, one, id, around)) } },
            "input" => (input(window, block, around)),
            "rich_text" => div.block.rich { (rich::draw(block)) },
            other => p.block.quiet { "(a block of type " (other) ")" },
        }
    }
}

fn input(window: &Window<'_>, block: &Value, around: Around<'_>) -> Markup {
    let id = text(block, "block_id");
    let errors = match around {
        Around::Dialog { errors } => errors.get(id).and_then(Value::as_str),
        Around::Message { .. } | Around::Home => None,
    };
    let optional = block["optional"] == json!(true);
    html! {
        div.block.input {
            label for=(field_name(id, &block["element"])) {
                (text(&block["label"], "text")) @if optional { span.quiet { " (optional)" } }
            }
            (element(window, &block["element"], id, around))
            @if block["dispatch_action"] == json!(true) {
                button.again formaction="/dev/chat/act/slack-press" formnovalidate name="press" value=(pressed(&block["element"], id)) title="Let the app know" { "↻" }
            }
            @if !block["hint"].is_null() { p.quiet { (text(&block["hint"], "text")) } }
            @if let Some(error) = errors { p.error role="alert" { (error) } }
        }
    }
}

/// The field of an element in its dialog: block, action and type.
pub fn field_name(block: &str, element: &Value) -> String {
    format!("v|{block}|{}|{}", text(element, "action_id"), text(element, "type"))
}

/// What a press says: block, action, type and value.
fn pressed(element: &Value, block: &str) -> String {
    let (action, kind) = (text(element, "action_id"), text(element, "type"));
    json!([block, action, kind, text(element, "value")]).to_string()
}

fn element(window: &Window<'_>, element: &Value, block: &str, around: Around<'_>) -> Markup {
    match around {
        Around::Dialog { .. } => in_dialog(window, element, block),
        Around::Message { channel, id } => {
            let place = html! {
                input type="hidden" name="channel" value=(channel);
                input type="hidden" name="message" value=(id);
            };
            alone(window, element, block, &place)
        }
        Around::Home => alone(window, element, block, &html! {}),
    }
}

/// An element that sends itself as soon as it is used.
fn alone(window: &Window<'_>, element: &Value, block: &str, place: &Markup) -> Markup {
    let kind = text(element, "type");
    let url = text(element, "url");
    html! {
        form.one action="/dev/chat/act/slack-press" method="post" {
            (window.hidden()) (place)
            @match kind {
                "button" => {
                    @if let Some(confirm) = element.get("confirm").filter(|confirm| !confirm.is_null()) {
                        details.confirm {
                            summary class=(style(element)) { (text(&element["text"], "text")) }
                            p { (text(&confirm["text"], "text")) }
                            button name="press" value=(pressed(element, block)) { (text(&confirm["confirm"], "text")) }
                        }
                    } @else {
                        button class=(style(element)) name="press" value=(pressed(element, block)) aria-label=[label(element)] { (text(&element["text"], "text")) @if !url.is_empty() { " ↗" } }
                    }
                },
                "overflow" => {
                    details.more {
                        summary aria-label="More" { "⋯" }
                        @for option in list(element, "options") {
                            button name="press" value=(json!([block, text(element, "action_id"), kind, text(option, "value")])) { (text(&option["text"], "text")) }
                        }
                    }
                },
                _ => {
                    input type="hidden" name="press" value=(pressed(element, block));
                    (control(window, element, "value"))
                    button.again { "OK" }
                },
            }
        }
    }
}

fn label(element: &Value) -> Option<&str> {
    element.get("accessibility_label").and_then(Value::as_str)
}

fn style(element: &Value) -> &str {
    text(element, "style")
}

/// An element among the others of a dialog.
fn in_dialog(window: &Window<'_>, element: &Value, block: &str) -> Markup {
    html! {
        @if text(element, "type") == "button" {
            button class=(style(element)) formaction="/dev/chat/act/slack-press" formnovalidate name="press" value=(pressed(element, block)) { (text(&element["text"], "text")) }
        } @else {
            (control(window, element, &field_name(block, element)))
        }
    }
}

/// The control itself.
fn control(window: &Window<'_>, element: &Value, name: &str) -> Markup {
    let first = text(element, "initial_value");
    let hint = text(&element["placeholder"], "text");
    html! {
        @match text(element, "type") {
            "plain_text_input" if element["multiline"] == json!(true) => textarea id=(name) name=(name) rows="3" placeholder=(hint) { (first) },
            "rich_text_input" => textarea id=(name) name=(name) rows="3" placeholder=(hint) { (rich::plain(&element["initial_value"])) },
            "number_input" => input id=(name) name=(name) inputmode="decimal" value=(first) placeholder=(hint);,
            "datepicker" => input id=(name) name=(name) type="date" value=(text(element, "initial_date"));,
            "timepicker" => input id=(name) name=(name) type="time" value=(text(element, "initial_time"));,
            "datetimepicker" => input id=(name) name=(name) type="datetime-local";,
            "file_input" => input id=(name) data-file=(name) type="file" multiple;,
            "radio_buttons" => fieldset id=(name) { @for option in list(element, "options") { label.choice { input type="radio" name=(name) value=(text(option, "value")) checked[chosen(element, option)]; (text(&option["text"], "text")) } } },
            "checkboxes" => fieldset id=(name) { @for option in list(element, "options") { label.choice { input type="checkbox" name=(name) value=(text(option, "value")) checked[chosen(element, option)]; (text(&option["text"], "text")) } } },
            "external_select" | "multi_external_select" => {
                input id=(name) name=(name) list={ "l" (name) } placeholder=(hint) value=(text(&element["initial_option"], "value"));
                datalist id={ "l" (name) } { @for offer in window.offers(text(element, "action_id")) { option value=(offer.value) { (offer.words) } } }
            },
            "static_select" => select id=(name) name=(name) { option value="" { (hint) } @for option in options(element) { (choice(element, option)) } },
            "multi_static_select" => select id=(name) name=(name) multiple { @for option in options(element) { (choice(element, option)) } },
            "users_select" => select id=(name) name=(name) { option value="" { (hint) } (window.people(text(element, "initial_user"))) },
            "multi_users_select" => select id=(name) name=(name) multiple { (window.people("")) },
            _ => input id=(name) name=(name) value=(first) placeholder=(hint);,
        }
    }
}

fn choice(element: &Value, option: &Value) -> Markup {
    html! { option value=(text(option, "value")) selected[chosen(element, option)] { (text(&option["text"], "text")) } }
}

fn chosen(element: &Value, option: &Value) -> bool {
    let value = &option["value"];
    let many = list(element, "initial_options").any(|one| one["value"] == *value);
    many || (!value.is_null() && element["initial_option"]["value"] == *value)
}

/// Options, those of groups one group after the other.
pub fn options(element: &Value) -> impl Iterator<Item = &Value> {
    let grouped = list(element, "option_groups").flat_map(|group| list(group, "options"));
    list(element, "options").chain(grouped)
}

/// Selects of a view whose options are asked for, by their blocks and actions.
pub fn asking(view: &Value) -> Vec<(&str, &str)> {
    let elements = list(view, "blocks").map(|block| (text(block, "block_id"), &block["element"]));
    let asking = elements.filter(|(_, element)| text(element, "type").contains("external_select"));
    asking.map(|(block, element)| (block, text(element, "action_id"))).collect()
}

/// What a door answered to such a question.
pub fn offered(answer: &Value) -> Vec<Offer> {
    let offer = |option: &Value| Offer {
        value: text(option, "value").to_owned(),
        words: text(&option["text"], "text").to_owned(),
    };
    options(answer).map(offer).collect()
}

/// A list in a block.
pub fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A text in a block.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
