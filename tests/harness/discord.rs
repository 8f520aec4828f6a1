//! More of what people do in Discord: menus, dialogs with files, what they are offered while typing.
//! Shapes alone; what they lead to is the tests' own.

use serde_json::{Map, Value, json};

use super::chat::{Discord, snowflake};
use super::people::Answer;

/// What is filled in at one component of a dialog.
pub enum Filled<'a> {
    /// A text.
    Text(&'a str),
    /// Something chosen: in a menu, or among radio buttons.
    Chosen(&'a str),
    /// A box, ticked or not.
    Ticked(bool),
    /// Files, by name.
    Files(&'a [&'a str]),
}

impl Discord {
    /// The same person in a text channel of the server.
    pub fn below(&self, channel: &str) -> Discord {
        let mut there = self.clone();
        there.channel = Some(channel.to_owned());
        there
    }

    /// The same person with these roles in the server.
    pub fn with_roles(&self, roles: &[&str]) -> Discord {
        let mut there = self.clone();
        there.roles = roles.iter().map(|role| (*role).to_owned()).collect();
        there
    }

    /// What is offered while they type.
    pub async fn suggestions(&self, sub: &str, option: &str, typed: &str) -> Vec<Value> {
        let option = json!({ "name": option, "type": 3, "value": typed, "focused": true });
        let data = json!({ "id": "1", "name": "ticket", "type": 1,
            "options": [{ "name": sub, "type": 1, "options": [option] }] });
        let mut answer = self.interact(4, &snowflake(), data).await.expect(200);
        assert_eq!(answer["type"], 8, "{answer}");
        serde_json::from_value(answer["data"]["choices"].take()).expect("choices")
    }

    /// Sends a dialog back as Discord does, filled in by the ids of its components. Those that are not
    /// named stay empty; one that is not there is a mistake of the test's.
    pub async fn submit(&self, modal: &Value, filled: &[(&str, Filled<'_>)]) -> Answer {
        assert_eq!(modal["type"], 9, "no dialog: {modal:#}");
        let mut files = Map::new();
        let labels = modal["data"]["components"].as_array().expect("components");
        for (id, _) in filled {
            let there = labels.iter().any(|label| label["component"]["custom_id"] == *id);
            assert!(there, "{modal:#} asks no {id}");
        }
        let sent = labels.iter().map(|label| {
            let component = &label["component"];
            let id = component["custom_id"].as_str().expect("an id");
            let given = filled.iter().find(|(asked, _)| *asked == id).map(|(_, given)| given);
            let mut sent = json!({ "type": component["type"], "custom_id": id, "id": 1 });
            match (given, component["type"].as_u64()) {
                (Some(Filled::Text(text)), _) => sent["value"] = json!(text),
                (Some(Filled::Chosen(one)), Some(21)) => sent["value"] = json!(one),
                (Some(Filled::Chosen(one)), _) => sent["values"] = json!([one]),
                (Some(Filled::Ticked(yes)), _) => sent["value"] = json!(yes),
                (Some(Filled::Files(names)), _) => {
                    let ids = names.iter().map(|name| self.attached(&mut files, name));
                    sent["values"] = ids.collect();
                }
                (None, Some(4)) => sent["value"] = component["value"].clone(),
                (None, Some(23)) => sent["value"] = json!(false),
                (None, Some(21)) => sent["value"] = Value::Null,
                (None, _) => sent["values"] = json!([]),
            }
            json!({ "type": 18, "id": 2, "component": sent })
        });
        let components: Vec<Value> = sent.collect();
        let data = json!({ "custom_id": modal["data"]["custom_id"], "components": components,
            "resolved": { "attachments": files } });
        self.interact(5, &snowflake(), data).await
    }

    /// Chooses something in a menu of a message.
    pub async fn choose(&self, custom_id: &str, value: &str) -> Answer {
        let data = json!({ "custom_id": custom_id, "component_type": 3, "values": [value] });
        self.interact(3, &snowflake(), data).await
    }

    /// A command of a message's menu.
    pub async fn on_message(&self, name: &str, author: &str, says: &str, files: &[&str]) -> Answer {
        let mut attached = Map::new();
        for file in files {
            self.attached(&mut attached, file);
        }
        let attached: Vec<Value> = attached.into_iter().map(|(_, file)| file).collect();
        let id = snowflake();
        let author = json!({ "id": author, "username": format!("user{author}"), "bot": false });
        let message = json!({ "id": id, "channel_id": "938391701561679903", "content": says,
            "author": author, "attachments": attached });
        let data = json!({ "id": "2", "name": name, "type": 3, "target_id": id,
            "resolved": { "messages": { &id: message } } });
        self.interact(2, &snowflake(), data).await
    }

    /// A command of a person's menu.
    pub async fn on_user(&self, name: &str, user: &str) -> Answer {
        let them = json!({ "id": user, "username": format!("user{user}") });
        let data = json!({ "id": "3", "name": name, "type": 2, "target_id": user,
            "resolved": { "users": { user: them } } });
        self.interact(2, &snowflake(), data).await
    }

    fn attached(&self, files: &mut Map<String, Value>, name: &str) -> String {
        let id = snowflake();
        let url = match name.starts_with("https://") {
            true => name.to_owned(),
            false => format!("{}/dev/discord/cdn/{id}/{name}", self.base()),
        };
        let file = json!({ "id": id, "filename": name, "size": 40, "content_type": "text/plain",
            "url": url, "proxy_url": url });
        files.insert(id.clone(), file);
        id
    }
}

/// The ids of the buttons and menus in an answer, in their order.
pub fn ids(answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    gather(&answer["data"]["components"], &mut found);
    found
}

fn gather(components: &Value, found: &mut Vec<String>) {
    for component in components.as_array().into_iter().flatten() {
        found.extend(component["custom_id"].as_str().map(str::to_owned));
        gather(&component["components"], found);
        found.extend(component["accessory"]["custom_id"].as_str().map(str::to_owned));
    }
}

/// The one id that begins so.
pub fn id(answer: &Value, begins: &str) -> String {
    let all = ids(answer);
    let found = all.iter().find(|id| id.starts_with(begins));
    found.unwrap_or_else(|| panic!("no {begins} among {all:?} of {answer:#}")).clone()
}

impl Discord {
    /// Presses a button, and fills in the words where it opens a dialog.
    pub async fn press_and_say(&self, custom_id: &str, words: &str) -> Answer {
        let answer = self.press(custom_id).await;
        if answer.json["type"] != 9 {
            return answer;
        }
        self.submit(&answer.json, &[("text", Filled::Text(words))]).await
    }
}

impl Discord {
    /// Any bytes, signed as Discord signs.
    pub async fn send(&self, body: Vec<u8>) -> Answer {
        Answer::to(self.signed(body)).await.expect("the desk answers")
    }
}
