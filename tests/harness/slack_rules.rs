//! Block Kit's limits, taken at their word: every message, dialog and home tab the desk sent to Slack,
//! and every answer it gave there, must be one Slack takes, in which nothing people say is a mark, a link
//! or a mention. Limits: docs.slack.dev, "Block Kit: reference", "Views", "Formatting text".

use std::collections::BTreeSet;

use serde_json::Value;

use super::people::{Answer, Asked};
use super::slack_rich;

/// Blocks of a message, and of a dialog or home tab.
const IN_MESSAGE: usize = 50;
const IN_VIEW: usize = 100;
/// Bytes of a whole view.
const VIEW_BYTES: usize = 250_000;

/// Checks every call to Slack that left the desk.
pub fn check_calls(outbox: &[Value]) {
    for item in outbox.iter().filter(|item| item["kind"] == "slack") {
        let method = item["method"].as_str().unwrap_or_default();
        let body = &item["body"];
        let wrong = match method {
            "chat.postMessage" | "chat.update" => posted(body),
            "chat.postEphemeral" | "response_url" => message(body),
            "views.open" | "views.push" | "views.update" | "views.publish" => view(&body["view"]),
            _ => Vec::new(),
        };
        assert!(wrong.is_empty(), "Slack would not take this {method}: {wrong:#?}\n{body:#}");
    }
}

/// Checks the answer to something Slack sent.
pub fn check_answer(asked: &Asked, answer: &Answer) {
    if !asked.path.starts_with("/slack/") || answer.status != 200 {
        return;
    }
    let wrong = answer_fits(&answer.json);
    let sent = String::from_utf8_lossy(&asked.body);
    assert!(
        wrong.is_empty(),
        "Slack would not take this answer to {sent}: {wrong:#?}\n{}",
        answer.text
    );
}

fn answer_fits(answer: &Value) -> Vec<String> {
    match answer["response_action"].as_str() {
        Some("update" | "push") => view(&answer["view"]),
        Some("errors") => {
            let mut rules = Rules::default();
            let errors = answer["errors"].as_object();
            rules.holds(
                errors.is_some_and(|errors| !errors.is_empty()),
                "errors",
                "names no block",
            );
            for (block, why) in errors.into_iter().flatten() {
                rules.text(why, block, 1, 3000);
            }
            rules.wrong
        }
        Some("clear") | None if answer["blocks"].is_null() => Vec::new(),
        Some(other) if other != "clear" => vec![format!("response_action {other} is none")],
        _ => message(answer),
    }
}

/// What `chat.update` makes of a text on its own is not what `chat.postMessage` does.
fn posted(body: &Value) -> Vec<String> {
    let mut wrong = message(body);
    for (name, right) in [("parse", Value::from("none")), ("link_names", Value::from(false))] {
        if body[name] != right {
            wrong.push(format!("{name}: must be {right}"));
        }
    }
    wrong
}

fn message(body: &Value) -> Vec<String> {
    let mut rules = Rules::default();
    rules.text(&body["text"], "text", 1, 40_000);
    let text = body["text"].as_str().unwrap_or_default();
    rules.holds(!text.contains(['<', '>']), "text", "has a mention, a link or a quotation in it");
    if !body["blocks"].is_null() {
        rules.blocks(&body["blocks"], IN_MESSAGE, false);
    }
    rules.wrong
}

fn view(view: &Value) -> Vec<String> {
    let mut rules = Rules::default();
    rules.holds(view.to_string().len() <= VIEW_BYTES, "view", "is larger than 250 kB");
    let modal = view["type"] == "modal";
    rules.holds(modal || view["type"] == "home", "type", "is neither modal nor home");
    if modal {
        rules.plain(&view["title"], "title", 24);
        for name in ["submit", "close"] {
            if !view[name].is_null() {
                rules.plain(&view[name], name, 24);
            }
        }
        let blocks = view["blocks"].as_array().into_iter().flatten();
        let asks = blocks.into_iter().any(|block| block["type"] == "input");
        rules.holds(
            !asks || !view["submit"].is_null(),
            "submit",
            "is needed where there is an input",
        );
    }
    for (name, most) in [("callback_id", 255), ("private_metadata", 3000)] {
        if !view[name].is_null() {
            rules.text(&view[name], name, 0, most);
        }
    }
    rules.blocks(&view["blocks"], IN_VIEW, true);
    rules.wrong
}

/// What is wrong, each with where.
#[derive(Default)]
struct Rules {
    wrong: Vec<String>,
    blocks: BTreeSet<String>,
    actions: BTreeSet<String>,
}

impl Rules {
    fn holds(&mut self, holds: bool, at: &str, why: &str) {
        if !holds {
            self.wrong.push(format!("{at}: {why}"));
        }
    }

    fn text(&mut self, value: &Value, at: &str, least: usize, most: usize) {
        let length = value.as_str().map(|text| text.chars().count());
        let fits = length.is_some_and(|length| (least..=most).contains(&length));
        self.holds(fits, at, &format!("must be a text of {least} to {most} characters: {value}"));
    }

    fn list<'a>(&mut self, value: &'a Value, at: &str, least: usize, most: usize) -> &'a [Value] {
        let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let fits = (least..=most).contains(&list.len()) && value.is_array();
        self.holds(fits, at, &format!("must be {least} to {most} of them, not {}", list.len()));
        list
    }

    /// A text object of plain text. Only what the desk itself says on a button may have emoji in it.
    fn plain(&mut self, value: &Value, at: &str, most: usize) {
        self.holds(value["type"] == "plain_text", at, "must be plain_text");
        let emoji = value["emoji"] == false || at.ends_with("button");
        self.holds(emoji, at, "takes people's words for emoji");
        self.text(&value["text"], at, 1, most);
    }

    fn blocks(&mut self, value: &Value, most: usize, in_view: bool) {
        for (nth, block) in self.list(value, "blocks", 0, most).iter().enumerate() {
            let kind = block["type"].as_str().unwrap_or_default();
            let at = format!("blocks[{nth}] {kind}");
            if !block["block_id"].is_null() {
                self.text(&block["block_id"], &at, 1, 255);
                let id = block["block_id"].as_str().unwrap_or_default().to_owned();
                let new = self.blocks.insert(id);
                self.holds(new, &at, "has the id of another block");
            }
            self.actions.clear();
            self.block(kind, block, &at, in_view);
        }
    }

    fn block(&mut self, kind: &str, block: &Value, at: &str, in_view: bool) {
        match kind {
            "section" => self.section(block, at),
            "header" => self.plain(&block["text"], at, 150),
            "divider" => {}
            "context" => {
                for element in self.list(&block["elements"], at, 1, 10) {
                    self.plain(element, at, 3000);
                }
            }
            "rich_text" => self.wrong.extend(slack_rich::rules(block, at)),
            "actions" => {
                for element in self.list(&block["elements"], at, 1, 25) {
                    self.element(element, at, Around::Actions);
                }
            }
            "input" => {
                self.holds(in_view, at, "is asked outside of a view");
                self.plain(&block["label"], at, 2000);
                if !block["hint"].is_null() {
                    self.plain(&block["hint"], at, 2000);
                }
                self.element(&block["element"], at, Around::Input);
            }
            other => self.holds(false, at, &format!("{other:?} is not a block of ours")),
        }
    }

    fn section(&mut self, block: &Value, at: &str) {
        self.plain(&block["text"], at, 3000);
        self.holds(block["fields"].is_null(), at, "has fields, which the desk does not use");
        if !block["accessory"].is_null() {
            self.element(&block["accessory"], at, Around::Section);
        }
    }

    fn element(&mut self, element: &Value, at: &str, around: Around) {
        let kind = element["type"].as_str().unwrap_or_default();
        let at = &format!("{at} {kind}");
        self.text(&element["action_id"], at, 1, 255);
        let id = element["action_id"].as_str().unwrap_or_default().to_owned();
        let new = self.actions.insert(id);
        self.holds(new, at, "has the action of another element of its block");
        let fits = match around {
            Around::Input => kind != "button" && kind != "overflow",
            Around::Actions | Around::Section => {
                !["plain_text_input", "number_input", "rich_text_input", "file_input"]
                    .contains(&kind)
            }
        };
        self.holds(fits, at, "may not stand there");
        match kind {
            "button" => self.button(element, at),
            "static_select" | "multi_static_select" => self.menu(element, at),
            "radio_buttons" | "checkboxes" => self.options(&element["options"], at, 10),
            "overflow" => self.options(&element["options"], at, 5),
            "plain_text_input" => self.typed(element, at),
            "number_input" => {
                self.holds(element["is_decimal_allowed"].is_boolean(), at, "is_decimal_allowed");
                for name in ["min_value", "max_value", "initial_value"] {
                    let number = element[name].as_str().map(|text| text.parse::<f64>().is_ok());
                    self.holds(number.unwrap_or(element[name].is_null()), at, name);
                }
            }
            "rich_text_input" => {
                let initial = &element["initial_value"];
                self.holds(
                    initial.is_null() || initial["type"] == "rich_text",
                    at,
                    "initial_value",
                );
            }
            "file_input" => {
                let most = element["max_files"].as_u64().unwrap_or(1);
                self.holds((1..=10).contains(&most), at, "max_files");
            }
            "datepicker" | "datetimepicker" | "users_select" => {}
            other => self.holds(false, at, &format!("{other:?} is not an element of ours")),
        }
        let initial = &element["initial_option"];
        if !initial.is_null() {
            let text = element.to_string();
            self.holds(
                text.matches(&initial.to_string()).count() > 1,
                at,
                "chooses no option of its own",
            );
        }
    }

    fn button(&mut self, element: &Value, at: &str) {
        self.plain(&element["text"], at, 75);
        if !element["value"].is_null() {
            self.text(&element["value"], at, 1, 2000);
        }
        if !element["accessibility_label"].is_null() {
            self.text(&element["accessibility_label"], at, 1, 75);
        }
        let style = &element["style"];
        self.holds(style.is_null() || style == "primary" || style == "danger", at, "style");
    }

    fn typed(&mut self, element: &Value, at: &str) {
        let most = element["max_length"].as_u64().unwrap_or(3000);
        self.holds((1..=3000).contains(&most), at, "max_length");
        if !element["initial_value"].is_null() {
            self.text(&element["initial_value"], at, 1, usize::try_from(most).unwrap_or(3000));
        }
    }

    fn menu(&mut self, element: &Value, at: &str) {
        if element["option_groups"].is_null() {
            return self.options(&element["options"], at, 100);
        }
        for group in self.list(&element["option_groups"], at, 1, 100) {
            self.plain(&group["label"], at, 75);
            self.options(&group["options"], at, 100);
        }
    }

    fn options(&mut self, options: &Value, at: &str, most: usize) {
        for option in self.list(options, at, 1, most) {
            self.plain(&option["text"], at, 75);
            self.text(&option["value"], at, 1, 150);
        }
    }
}

/// Where an element stands.
#[derive(Clone, Copy)]
enum Around {
    Section,
    Actions,
    Input,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_slack_refuses_is_refused() {
        let plain = |text: &str| json!({ "type": "plain_text", "text": text, "emoji": false });
        let section = |text: &str| json!({ "type": "section", "text": plain(text) });
        let marked = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "hi" } });
        let fine = json!({ "text": "hi", "blocks": [section("hi")] });
        assert_eq!(message(&fine), Vec::<String>::new());
        let bad = [
            json!({ "text": "", "blocks": [] }),
            json!({ "text": "hi", "blocks": [section("")] }),
            json!({ "text": "<!channel> hi", "blocks": [section("hi")] }),
            json!({ "text": "hi", "blocks": [marked] }),
            json!({ "text": "hi", "blocks": vec![section("hi"); 51] }),
            json!({ "text": "hi", "blocks": [{ "type": "input" }] }),
            json!({ "text": "hi", "blocks": [{ "type": "actions", "elements": [] }] }),
        ];
        for body in bad {
            assert_ne!(message(&body), Vec::<String>::new(), "{body}");
        }
        assert_ne!(posted(&fine), Vec::<String>::new(), "it does not say how its text is taken");
        let modal = json!({ "type": "modal", "title": plain("New"), "blocks": [section("hi")] });
        assert_eq!(view(&modal), Vec::<String>::new());
        let mut long = modal.clone();
        long["title"] = plain("A title that is longer than it may be");
        assert_ne!(view(&long), Vec::<String>::new());
        let errors = json!({ "response_action": "errors", "errors": { "title": "It is needed." } });
        assert_eq!(answer_fits(&errors), Vec::<String>::new());
        assert_ne!(
            answer_fits(&json!({ "response_action": "errors", "errors": {} })),
            Vec::<String>::new()
        );
    }
}
