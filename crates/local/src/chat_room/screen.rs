//! What people see in a service: the fold of what they did, what the doors answered and what left the
//! desk since, in the order it happened.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cast::{self, Service};
use super::room::{Act, Deed};
use crate::outbox::{Item, Kind};
use crate::standins;

/// Everything there is to see.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    /// Every message, oldest first.
    pub messages: Vec<Message>,
    /// The dialogs open before each account, the last one on top.
    pub dialogs: BTreeMap<String, Vec<Dialog>>,
    /// What each account's Home shows.
    pub homes: BTreeMap<String, Value>,
    /// Threads that are channels of their own, by their ids: the channel they are in and their names.
    pub threads: BTreeMap<String, (String, String)>,
}

/// A message somebody can see.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where.
    pub channel: String,
    /// What the service calls it.
    pub id: String,
    /// The message it is below.
    pub thread: Option<String>,
    /// Whose account wrote it; none is the app.
    pub by: Option<String>,
    /// What it says.
    pub body: Value,
    /// Whether it was changed.
    pub edited: bool,
    /// Who alone sees it.
    pub only: Option<String>,
    /// What was put on it.
    pub reactions: Vec<String>,
    /// Names of files with it.
    pub files: Vec<String>,
}

/// A dialog.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// What the service calls it.
    pub id: String,
    /// What it shows.
    pub view: Value,
    /// What is wrong with it, by block.
    pub errors: Value,
}

impl Screen {
    /// Folds what happened.
    pub fn of(service: Service, acts: &[Act], left: &[Item], application: &str) -> Screen {
        let kind = match service {
            Service::Slack => Kind::Slack,
            Service::Discord => Kind::Discord,
        };
        let mut screen = Screen::default();
        let mut acts = acts.iter().peekable();
        for item in left {
            while let Some(act) = acts.next_if(|act| act.after < item.seq) {
                screen.act(act);
            }
            if item.kind == kind {
                screen.left(service, item, application);
            }
        }
        acts.for_each(|act| screen.act(act));
        screen
    }

    /// What one account sees of one channel: messages outside threads.
    pub fn channel(&self, channel: &str, account: &str) -> Vec<&Message> {
        let here = self.messages.iter().filter(|message| message.channel == channel);
        here.filter(|message| message.thread.is_none() && message.is_for(account)).collect()
    }

    /// What is said below a message.
    pub fn below(&self, channel: &str, id: &str, account: &str) -> Vec<&Message> {
        let here = self.messages.iter().filter(|message| message.channel == channel);
        here.filter(|message| message.thread.as_deref() == Some(id) && message.is_for(account))
            .collect()
    }

    /// The dialog on top.
    pub fn dialog(&self, account: &str) -> Option<&Dialog> {
        self.dialogs.get(account)?.last()
    }

    fn find(&mut self, channel: &str, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.channel == channel && message.id == id)
    }

    fn act(&mut self, act: &Act) {
        match &act.deed {
            Deed::Said { channel, thread, id, by, text, files } => self.messages.push(Message {
                channel: channel.clone(),
                id: id.clone(),
                thread: thread.clone(),
                by: Some(by.clone()),
                body: json!({ "plain": text }),
                edited: false,
                only: None,
                reactions: Vec::new(),
                files: files.clone(),
            }),
            Deed::Edited { channel, id, text } => {
                if let Some(message) = self.find(channel, id) {
                    message.body = json!({ "plain": text });
                    message.edited = true;
                }
            }
            Deed::Deleted { channel, id } => {
                self.messages.retain(|message| !(message.channel == *channel && message.id == *id));
            }
            Deed::Reacted { channel, id, emoji } => {
                if let Some(message) = self.find(channel, id) {
                    message.reactions.push(emoji.clone());
                }
            }
            Deed::Answered { channel, id, only, body } => {
                let message = Message::from_app(channel, id, body.clone());
                self.messages.push(Message { only: only.clone(), ..message });
            }
            Deed::Changed { channel, id, body } => {
                if let Some(message) = self.find(channel, id) {
                    message.body = body.clone();
                }
            }
            Deed::Opened { by, id, view } => self.open(by, id, view.clone()),
            Deed::Redrawn { by, view, errors } => {
                if let Some(dialog) = self.dialogs.get_mut(by).and_then(|open| open.last_mut()) {
                    dialog.errors = errors.clone();
                    if let Some(view) = view {
                        dialog.view = view.clone();
                    }
                }
            }
            Deed::Closed { by } => {
                self.dialogs.remove(by);
            }
        }
    }

    fn open(&mut self, account: &str, id: &str, view: Value) {
        let dialog = Dialog { id: id.to_owned(), view, errors: json!({}) };
        self.dialogs.entry(account.to_owned()).or_default().push(dialog);
    }

    fn left(&mut self, service: Service, item: &Item, application: &str) {
        match service {
            Service::Slack => self.left_for_slack(item),
            Service::Discord => self.left_for_discord(item, application),
        }
    }

    fn left_for_slack(&mut self, item: &Item) {
        let text = |name: &str| item.body.get(name).and_then(Value::as_str);
        let id = standins::slack_ts(item);
        match item.method.as_deref().unwrap_or_default() {
            "chat.postMessage" => {
                let message = Message::from_app(&slack_channel(&item.to), &id, item.body.clone());
                let thread = text("thread_ts").map(str::to_owned);
                self.messages.push(Message { thread, ..message });
            }
            "chat.postEphemeral" => {
                let message = Message::from_app(&slack_channel(&item.to), &id, item.body.clone());
                let thread = text("thread_ts").map(str::to_owned);
                let only = text("user").map(str::to_owned);
                self.messages.push(Message { thread, only, ..message });
            }
            "response_url" => {
                let channel = slack_channel(&item.to);
                self.messages.push(Message::from_app(&channel, &id, item.body.clone()));
            }
            "chat.update" => {
                let ts = text("ts").unwrap_or_default().to_owned();
                if let Some(message) = self.find(&slack_channel(&item.to), &ts) {
                    message.body = item.body.clone();
                }
            }
            "chat.delete" => {
                let (channel, ts) = (slack_channel(&item.to), text("ts").unwrap_or_default());
                self.messages.retain(|message| !(message.channel == channel && message.id == ts));
            }
            "reactions.add" => {
                let ts = text("timestamp").unwrap_or_default().to_owned();
                let emoji = text("name").unwrap_or_default().to_owned();
                if let Some(message) = self.find(&slack_channel(&item.to), &ts) {
                    message.reactions.push(emoji);
                }
            }
            method => self.slack_view(method, item, &id),
        }
    }

    fn slack_view(&mut self, method: &str, item: &Item, ts: &str) {
        let text = |name: &str| item.body.get(name).and_then(Value::as_str);
        let view = item.body.get("view").cloned().unwrap_or_default();
        let id = standins::slack_view_id(ts);
        match method {
            "views.open" | "views.push" => {
                let account = text("trigger_id").and_then(|trigger| trigger.split('.').next());
                if let Some(account) = account {
                    if method == "views.open" {
                        self.dialogs.remove(account);
                    }
                    self.open(account, &id, view);
                }
            }
            "views.update" => {
                let id = text("view_id").unwrap_or_default();
                let dialogs = self.dialogs.values_mut().flatten();
                for dialog in dialogs.filter(|dialog| dialog.id == id) {
                    dialog.view = view.clone();
                    dialog.errors = json!({});
                }
            }
            "views.publish" => {
                if let Some(account) = text("user_id") {
                    self.homes.insert(account.to_owned(), view);
                }
            }
            _ => {}
        }
    }

    fn left_for_discord(&mut self, item: &Item, application: &str) {
        let method = item.method.as_deref().unwrap_or_default();
        let id = standins::discord_message_id(item);
        if method == "POST /channels/{id}/messages" {
            let below = item.body.pointer("/message_reference/message_id").and_then(Value::as_str);
            let mut message = Message::from_app(&item.to, &id, item.body.clone());
            message.thread = None;
            if let Some(below) = below {
                message.body["answers"] = json!(below);
            }
            self.messages.push(message);
        } else if let Some(changed) = method.strip_prefix("PATCH /channels/{id}/messages/") {
            let changed = changed.to_owned();
            if let Some(message) = self.find(&item.to, &changed) {
                message.body = item.body.clone();
            }
        } else if method == "POST /channels/{id}/threads" {
            let name = item.body.get("name").and_then(Value::as_str).unwrap_or("thread");
            let thread = id;
            self.threads.insert(thread, (item.to.clone(), name.to_owned()));
        } else if item.to == application {
            self.follow_up(item);
        }
    }

    /// What was put in the place of "thinking …".
    fn follow_up(&mut self, item: &Item) {
        let thinks = |message: &&mut Message| message.body["thinking"] == json!(true);
        if let Some(message) = self.messages.iter_mut().rev().find(thinks) {
            message.body = item.body.clone();
        }
    }
}

impl Message {
    fn from_app(channel: &str, id: &str, body: Value) -> Message {
        Message {
            channel: channel.to_owned(),
            id: id.to_owned(),
            thread: None,
            by: None,
            body,
            edited: false,
            only: None,
            reactions: Vec::new(),
            files: Vec::new(),
        }
    }

    fn is_for(&self, account: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == account)
    }

    /// Who wrote it, by name.
    pub fn author(&self, service: Service) -> String {
        match &self.by {
            Some(account) => cast::name_of(service, account),
            None => "Bellhop".into(),
        }
    }
}

/// A message to a person's account is one in their direct channel.
fn slack_channel(to: &str) -> String {
    match to.strip_prefix('U') {
        Some(rest) => format!("D{rest}"),
        None => to.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Leaving;
    use jiff::Timestamp;

    fn left(seq: u64, method: &str, to: &str, body: Value) -> Item {
        let leaving = Leaving::new(Kind::Slack, to, body).method(method);
        Item {
            seq,
            at: Timestamp::UNIX_EPOCH,
            kind: leaving.kind,
            to: leaving.to,
            subject: None,
            method: leaving.method,
            body: leaving.body,
            raw: None,
            key: None,
        }
    }

    fn act(after: u64, deed: Deed) -> Act {
        Act { after, service: Service::Slack, deed }
    }

    #[test]
    fn what_happened_stands_in_its_order() {
        let posted = left(1, "chat.postMessage", "C1", json!({ "text": "card" }));
        let ts = standins::slack_ts(&posted);
        let items = [
            posted,
            left(2, "chat.update", "C1", json!({ "ts": ts, "text": "card, changed" })),
            left(3, "chat.postMessage", "UKOFI", json!({ "text": "to you" })),
            left(4, "views.open", "t", json!({ "trigger_id": "UKOFI.7", "view": { "a": 1 } })),
        ];
        let said = |id: &str, text: &str| Deed::Said {
            channel: "C1".into(),
            thread: None,
            id: id.into(),
            by: "UKOFI".into(),
            text: text.into(),
            files: Vec::new(),
        };
        let acts = [
            act(0, said("0.1", "before")),
            act(3, said("3.1", "after")),
            act(3, Deed::Edited { channel: "C1".into(), id: "3.1".into(), text: "later".into() }),
            act(3, Deed::Deleted { channel: "C1".into(), id: "0.1".into() }),
        ];
        let screen = Screen::of(Service::Slack, &acts, &items, "app");
        let texts: Vec<&Value> =
            screen.channel("C1", "UADA").iter().map(|message| &message.body).collect();
        assert_eq!(texts.len(), 2);
        assert_eq!(texts[0]["text"], "card, changed");
        assert_eq!(texts[1]["plain"], "later");
        assert_eq!(screen.channel("DKOFI", "UKOFI").len(), 1);
        assert_eq!(screen.dialog("UKOFI").map(|dialog| dialog.view["a"].clone()), Some(json!(1)));
    }
}
