//! Modals: a title, up to five things that are asked, each with a label. What they mean is the caller's.
//! Limits: docs.discord.com, "Components: Reference" (title 45, label 45, description 100, 25 options).

use serde_json::{Value, json};

use super::card::plain;

/// A title of a modal, and a label.
const LABEL: usize = 45;
/// What helps to answer; also the label of an option, and a placeholder.
const HINT: usize = 100;
/// How many things a modal asks.
pub const AT_MOST: usize = 5;
/// How many options a choice has.
pub const OPTIONS: usize = 25;
/// The most characters a text input takes.
pub const TEXT: u16 = 4000;
/// The most files one field takes.
const FILES: usize = 10;

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The id its answer comes under.
    pub id: String,
    /// What people read.
    pub label: String,
    /// What helps them to answer.
    pub hint: Option<String>,
    /// Whether it must be answered.
    pub required: bool,
    /// How it is answered.
    pub input: Input,
}

/// How something is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Line {
        /// What stands there already.
        value: Option<String>,
        /// How long it may be.
        at_most: u16,
    },
    /// Several lines.
    Lines {
        /// What stands there already.
        value: Option<String>,
        /// How long it may be.
        at_most: u16,
    },
    /// One of a menu's options, as value and label; those beyond 25 are left out.
    Choice {
        /// Which.
        options: Vec<(String, String)>,
        /// How many may be chosen.
        most: usize,
    },
    /// One of two to ten that all stand there.
    Radio {
        /// Which, as value and label.
        options: Vec<(String, String)>,
    },
    /// Yes or no.
    Checkbox,
    /// Files.
    Files {
        /// How many.
        most: usize,
    },
}

/// The answer to an interaction that opens a modal: response type 9. It must be the first answer, and
/// none to a modal that was sent.
pub fn modal(custom_id: &str, title: &str, asked: &[Asked]) -> Value {
    let labels: Vec<Value> = asked.iter().take(AT_MOST).map(label).collect();
    json!({"type": 9, "data": {
        "custom_id": custom_id, "title": plain(title, LABEL), "components": labels,
    }})
}

fn label(asked: &Asked) -> Value {
    let mut label =
        json!({"type": 18, "label": plain(&asked.label, LABEL), "component": component(asked)});
    if let Some(hint) = asked.hint.as_deref().filter(|hint| !hint.trim().is_empty())
        && let Some(fields) = label.as_object_mut()
    {
        fields.insert("description".into(), plain(hint, HINT).into());
    }
    label
}

fn component(asked: &Asked) -> Value {
    let (id, required) = (&asked.id, asked.required);
    match &asked.input {
        Input::Line { value, at_most } => text(asked, 1, value.as_deref(), *at_most),
        Input::Lines { value, at_most } => text(asked, 2, value.as_deref(), *at_most),
        Input::Choice { options: given, most } => json!({
            "type": 3, "custom_id": id, "required": required, "options": options(given, OPTIONS),
            "min_values": u8::from(required), "max_values": (*most).clamp(1, given.len().clamp(1, OPTIONS)),
        }),
        Input::Radio { options: given } => json!({
            "type": 21, "custom_id": id, "required": required, "options": options(given, 10),
        }),
        Input::Checkbox => json!({"type": 23, "custom_id": id}),
        Input::Files { most } => json!({
            "type": 19, "custom_id": id, "required": required,
            "min_values": u8::from(required), "max_values": (*most).clamp(1, FILES),
        }),
    }
}

fn text(asked: &Asked, style: u8, value: Option<&str>, at_most: u16) -> Value {
    let at_most = at_most.clamp(1, TEXT);
    let mut input = json!({
        "type": 4, "custom_id": asked.id, "style": style, "required": asked.required,
        "max_length": at_most,
    });
    let value =
        value.map(|value| cut(value, usize::from(at_most))).filter(|value| !value.is_empty());
    if let (Some(value), Some(fields)) = (value, input.as_object_mut()) {
        fields.insert("value".into(), value.into());
    }
    input
}

/// The longest beginning that Discord counts as at most so many characters.
fn cut(text: &str, at_most: usize) -> String {
    let mut used = 0;
    let fits = |character: &char| {
        used += character.len_utf16();
        used <= at_most
    };
    text.chars().take_while(fits).collect()
}

fn options(given: &[(String, String)], at_most: usize) -> Vec<Value> {
    let option = |(value, label): &(String, String)| json!({"label": plain(label, HINT), "value": cut(value, HINT)});
    given.iter().take(at_most).map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modal_asks_five_things_at_most_within_their_limits() {
        let asked = |input: Input| Asked {
            id: "x".into(),
            label: "How *badly* does it block you, and since when exactly?".into(),
            hint: Some("y".repeat(300)),
            required: true,
            input,
        };
        let options: Vec<(String, String)> =
            (0..40).map(|n| (format!("v{n}"), "z".repeat(200))).collect();
        let inputs = [
            Input::Line { value: Some("🔥".repeat(200)), at_most: 151 },
            Input::Choice { options: options.clone(), most: 40 },
            Input::Radio { options },
            Input::Files { most: 20 },
            Input::Checkbox,
            Input::Checkbox,
        ];
        let asked: Vec<Asked> = inputs.into_iter().map(asked).collect();
        let shown = modal("m:new", &"t".repeat(99), &asked);
        let labels = shown["data"]["components"].as_array().unwrap();
        let component = |n: usize| &labels[n]["component"];
        assert_eq!((labels.len(), shown["data"]["title"].as_str().unwrap().len()), (5, 47));
        assert_eq!(labels[0]["label"], "How *badly* does it block you, and since whe…");
        assert_eq!(component(0)["value"].as_str().unwrap().chars().count(), 75);
        let many = |n: usize| component(n)["options"].as_array().unwrap().len();
        assert_eq!((many(1), many(2)), (25, 10));
        assert_eq!(
            (&component(1)["max_values"], &component(3)["max_values"]),
            (&json!(25), &json!(10))
        );
        assert_eq!(component(4), &json!({"type": 23, "custom_id": "x"}));
    }
}
