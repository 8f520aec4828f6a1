//! Dialogs and home tabs as Block Kit views. What people and forms say is cut to Slack's limits here,
//! so that no form, however large, makes a dialog that Slack refuses. What is asked is the caller's.
//! Limits: docs.slack.dev, "Block Kit: reference" and "Views".

use serde_json::{Value, json};

use crate::text::{fit, literal, one_line};

/// A view takes a hundred blocks; this leaves room for what stands around the inputs.
const INPUTS: usize = 90;
/// A title, and what a button at a dialog's foot says.
const TITLE: usize = 24;
/// What stands above an input; Slack takes 2000.
const LABEL: usize = 150;
/// What helps to fill it in; Slack takes 2000.
const HINT: usize = 300;
/// What people read of an option.
const OPTION: usize = 75;
/// What an option stands for.
const VALUE: usize = 150;
/// Options of a menu, or of each of its groups, of which there may be as many.
const OPTIONS: usize = 100;
/// Options of a row of buttons or boxes.
const BUTTONS: usize = 10;
/// What may be typed into an input.
const TYPED: usize = 3000;
/// What may stand in an input with formatting: well below the 250 kB of a view.
const RICH: usize = 20_000;
/// Files of one input.
const FILES: usize = 10;
/// What the desk writes down in a view.
const METADATA: usize = 3000;

/// A dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialog {
    /// What the desk calls it, such as `ticket.new`.
    pub callback: &'static str,
    /// What stands above it.
    pub title: String,
    /// What its button says; nothing to send where there is none.
    pub submit: Option<String>,
    /// What the desk writes down in it; it comes back with what is sent.
    pub metadata: Value,
    /// What it shows and asks.
    pub parts: Vec<Part>,
}

/// Something a dialog shows or asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Words of the desk or of people; nothing in them is a mention or a link.
    Words(String),
    /// The same, small.
    Aside(String),
    /// Blocks of a message, as the card has them.
    Blocks(Vec<Value>),
    /// A question.
    Input(Input),
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The block it is; complaints are shown there.
    pub block: String,
    /// What is asked.
    pub label: String,
    /// What helps to answer.
    pub hint: Option<String>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether the desk is told of each answer at once.
    pub tells: bool,
    /// How it is answered.
    pub element: Element,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What people read.
    pub label: String,
    /// What it stands for.
    pub value: String,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Element {
    /// Words.
    Words {
        /// Several lines.
        long: bool,
        /// What stands there already.
        initial: Option<String>,
        /// The most characters.
        at_most: usize,
    },
    /// Words with formatting.
    Rich {
        /// What stands there already, as plain text.
        initial: Option<String>,
    },
    /// A number.
    Number {
        /// The least.
        min: Option<f64>,
        /// The most.
        max: Option<f64>,
    },
    /// A day.
    Date,
    /// A day and a time.
    Moment {
        /// What stands there already, in seconds since 1970.
        initial: Option<i64>,
    },
    /// One of a menu, under headings where there are any.
    Menu {
        /// The options under their headings; without heading where it is empty.
        groups: Vec<(String, Vec<Choice>)>,
        /// The value that is chosen already.
        initial: Option<String>,
    },
    /// Any of a menu.
    Several {
        /// The options.
        options: Vec<Choice>,
    },
    /// One of a few, all of them seen at once.
    Buttons {
        /// The options.
        options: Vec<Choice>,
        /// The value that is chosen already.
        initial: Option<String>,
    },
    /// Yes or no.
    Tick {
        /// What is said yes to.
        label: String,
    },
    /// Somebody with an account.
    Account {
        /// Who is chosen already.
        initial: Option<String>,
    },
    /// Files.
    Files {
        /// The most of them.
        at_most: usize,
    },
}

/// The dialog as Slack takes it.
pub fn modal(dialog: &Dialog) -> Value {
    let mut view = json!({
        "type": "modal",
        "callback_id": dialog.callback,
        "title": words(&dialog.title, TITLE),
        "close": words(if dialog.submit.is_some() { "Cancel" } else { "Close" }, TITLE),
        "private_metadata": metadata(&dialog.metadata),
        "blocks": blocks(&dialog.parts),
    });
    if let (Some(submit), Some(fields)) = (&dialog.submit, view.as_object_mut()) {
        fields.insert("submit".into(), words(submit, TITLE));
    }
    view
}

/// What was sent is not right yet: each complaint is shown at its block.
pub fn complaints(problems: &[(String, String)]) -> Value {
    let errors = problems.iter().map(|(block, why)| (block.clone(), Value::from(cut(why, HINT))));
    json!({ "response_action": "errors", "errors": Value::Object(errors.collect()) })
}

/// Shows another dialog in its place.
pub fn instead(dialog: &Dialog) -> Value {
    json!({ "response_action": "update", "view": modal(dialog) })
}

/// Shows another dialog on top of it.
pub fn on_top(dialog: &Dialog) -> Value {
    json!({ "response_action": "push", "view": modal(dialog) })
}

fn metadata(value: &Value) -> String {
    let text = value.to_string();
    // Half a document is none: what is too long is left out, and asked for again.
    if text.chars().count() <= METADATA { text } else { "{}".to_owned() }
}

fn blocks(parts: &[Part]) -> Vec<Value> {
    let mut blocks: Vec<Value> = Vec::new();
    for part in parts {
        match part {
            Part::Words(text) => {
                blocks.push(json!({ "type": "section", "text": words(text, TYPED - 100) }));
            }
            Part::Aside(text) => {
                blocks.push(json!({ "type": "context", "elements": [words(text, 2000)] }));
            }
            Part::Blocks(several) => blocks.extend(several.iter().cloned()),
            Part::Input(input) => blocks.extend(block(input)),
        }
    }
    blocks.truncate(INPUTS);
    blocks
}

/// None where there is nothing to choose: Slack takes no empty menu.
fn block(input: &Input) -> Option<Value> {
    let mut block = json!({
        "type": "input",
        "block_id": cut(&input.block, 255),
        "label": words(&input.label, LABEL),
        "optional": input.optional,
        "dispatch_action": input.tells,
        "element": element(input)?,
    });
    if let (Some(hint), Some(fields)) =
        (input.hint.as_ref().filter(|hint| !hint.trim().is_empty()), block.as_object_mut())
    {
        fields.insert("hint".into(), words(hint, HINT));
    }
    Some(block)
}

fn element(input: &Input) -> Option<Value> {
    let action_id = cut(&input.block, 255);
    let mut element = match &input.element {
        Element::Words { long, initial, at_most } => typed(*long, initial.as_deref(), *at_most),
        Element::Rich { initial } => rich(initial.as_deref()),
        Element::Number { min, max } => number(*min, *max),
        Element::Date => json!({ "type": "datepicker" }),
        Element::Moment { initial: Some(at) } => {
            json!({ "type": "datetimepicker", "initial_date_time": at })
        }
        Element::Moment { initial: None } => json!({ "type": "datetimepicker" }),
        Element::Menu { groups, initial } => menu("static_select", groups, initial.as_deref())?,
        Element::Several { options } => {
            menu("multi_static_select", &[(String::new(), options.clone())], None)?
        }
        Element::Buttons { options, initial } => buttons(options, initial.as_deref())?,
        Element::Tick { label } => {
            let yes = Choice { label: label.clone(), value: "true".into() };
            json!({ "type": "checkboxes", "options": [option(&yes)] })
        }
        Element::Account { initial: Some(user) } => {
            json!({ "type": "users_select", "initial_user": user })
        }
        Element::Account { initial: None } => json!({ "type": "users_select" }),
        Element::Files { at_most } => {
            json!({ "type": "file_input", "max_files": (*at_most).clamp(1, FILES) })
        }
    };
    element.as_object_mut()?.insert("action_id".into(), action_id.into());
    if input.tells
        && let (Element::Words { .. } | Element::Number { .. }, Some(fields)) =
            (&input.element, element.as_object_mut())
    {
        let on = json!({ "trigger_actions_on": ["on_enter_pressed"] });
        fields.insert("dispatch_action_config".into(), on);
    }
    Some(element)
}

fn typed(long: bool, initial: Option<&str>, at_most: usize) -> Value {
    let at_most = at_most.clamp(1, TYPED);
    let mut element =
        json!({ "type": "plain_text_input", "multiline": long, "max_length": at_most });
    let initial = initial.map(|text| if long { text.to_owned() } else { one_line(text) });
    let initial = initial.filter(|text| !text.is_empty());
    if let (Some(initial), Some(fields)) = (initial, element.as_object_mut()) {
        fields.insert("initial_value".into(), cut(&initial, at_most).into());
    }
    element
}

fn rich(initial: Option<&str>) -> Value {
    let text = cut(initial.unwrap_or_default(), RICH);
    if text.trim().is_empty() {
        return json!({ "type": "rich_text_input" });
    }
    let section = json!({
        "type": "rich_text_section", "elements": [{ "type": "text", "text": text }],
    });
    let initial = json!({ "type": "rich_text", "elements": [section] });
    json!({ "type": "rich_text_input", "initial_value": initial })
}

fn number(min: Option<f64>, max: Option<f64>) -> Value {
    let mut element = json!({ "type": "number_input", "is_decimal_allowed": true });
    for (name, bound) in [("min_value", min), ("max_value", max)] {
        if let (Some(bound), Some(fields)) = (bound, element.as_object_mut()) {
            fields.insert(name.into(), bound.to_string().into());
        }
    }
    element
}

fn menu(kind: &str, groups: &[(String, Vec<Choice>)], initial: Option<&str>) -> Option<Value> {
    let all: Vec<&Choice> = groups.iter().flat_map(|(_, options)| options).collect();
    let chosen = initial.and_then(|value| all.iter().find(|choice| choice.value == value));
    let mut element = match groups {
        _ if all.is_empty() => return None,
        [(heading, options)] if heading.is_empty() && options.len() <= OPTIONS => {
            json!({ "type": kind, "options": options.iter().map(option).collect::<Vec<_>>() })
        }
        groups => json!({ "type": kind, "option_groups": grouped(groups) }),
    };
    if let (Some(chosen), Some(fields)) = (chosen, element.as_object_mut()) {
        fields.insert("initial_option".into(), option(chosen));
    }
    Some(element)
}

/// A group takes a hundred options; what is more goes on in another one.
fn grouped(groups: &[(String, Vec<Choice>)]) -> Vec<Value> {
    let parts = groups.iter().flat_map(|(heading, options)| {
        options.chunks(OPTIONS).map(move |part| {
            let first = part.first().map_or("…", |choice| choice.label.as_str());
            let heading = if heading.is_empty() { first } else { heading };
            let options: Vec<Value> = part.iter().map(option).collect();
            json!({ "label": words(heading, OPTION), "options": options })
        })
    });
    parts.take(OPTIONS).collect()
}

fn buttons(options: &[Choice], initial: Option<&str>) -> Option<Value> {
    let shown: Vec<&Choice> = options.iter().take(BUTTONS).collect();
    let chosen = initial.and_then(|value| shown.iter().find(|choice| choice.value == value));
    let listed: Vec<Value> = shown.iter().map(|choice| option(choice)).collect();
    if listed.is_empty() {
        return None;
    }
    let mut element = json!({ "type": "radio_buttons", "options": listed });
    if let (Some(chosen), Some(fields)) = (chosen, element.as_object_mut()) {
        fields.insert("initial_option".into(), option(chosen));
    }
    Some(element)
}

pub(super) fn option(choice: &Choice) -> Value {
    json!({ "text": words(&choice.label, OPTION), "value": cut(&choice.value, VALUE) })
}

/// Plain text, in which nothing is a mention; one character at least.
fn words(text: &str, at_most: usize) -> Value {
    let text = cut(text, at_most);
    let text = if text.trim().is_empty() { "…" } else { text.trim() };
    json!({ "type": "plain_text", "text": text, "emoji": false })
}

fn cut(text: &str, at_most: usize) -> String {
    fit(text, at_most, literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(element: Element) -> Input {
        Input {
            block: "b".into(),
            label: "l".repeat(400),
            hint: Some(" ".into()),
            optional: false,
            tells: true,
            element,
        }
    }

    fn choices(count: usize) -> Vec<Choice> {
        let one = |n: usize| Choice {
            label: format!("Option {n} {}", "x".repeat(90)),
            value: n.to_string(),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn nothing_is_longer_than_it_may_be() {
        let parts = vec![
            Part::Words("w".repeat(9000)),
            Part::Input(input(Element::Words {
                long: false,
                initial: Some("a\nb".into()),
                at_most: 9000,
            })),
            Part::Input(input(Element::Menu {
                groups: vec![(String::new(), choices(250))],
                initial: Some("7".into()),
            })),
            Part::Input(input(Element::Buttons {
                options: choices(20),
                initial: Some("19".into()),
            })),
            Part::Input(input(Element::Several { options: Vec::new() })),
            Part::Input(input(Element::Files { at_most: 40 })),
        ];
        let dialog = Dialog {
            callback: "ticket.new",
            title: "A title that is much too long".into(),
            submit: Some("Send".into()),
            metadata: json!({ "long": "x".repeat(4000) }),
            parts,
        };
        let view = modal(&dialog);
        assert_eq!(view["title"]["text"], "A title that is much to…");
        assert_eq!(view["private_metadata"], "{}");
        let blocks = view["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), 5, "a menu without options is left out");
        assert_eq!(blocks[1]["element"]["max_length"], 3000);
        assert_eq!(blocks[1]["element"]["initial_value"], "a b");
        assert!(blocks[1].get("hint").is_none());
        assert_eq!(blocks[2]["element"]["option_groups"].as_array().map(Vec::len), Some(3));
        assert_eq!(blocks[2]["element"]["initial_option"]["value"], "7");
        assert_eq!(blocks[3]["element"]["options"].as_array().map(Vec::len), Some(10));
        assert!(blocks[3]["element"].get("initial_option").is_none());
        assert_eq!(blocks[4]["element"]["max_files"], 10);
        let many = vec![Part::Aside("x".into()); 200];
        assert_eq!(
            modal(&Dialog { parts: many, ..dialog })["blocks"].as_array().map(Vec::len),
            Some(90)
        );
    }

    #[test]
    fn complaints_name_their_blocks() {
        let said = complaints(&[("title".into(), "It is needed.".into())]);
        assert_eq!(
            said,
            json!({"response_action": "errors", "errors": {"title": "It is needed."}})
        );
    }
}
