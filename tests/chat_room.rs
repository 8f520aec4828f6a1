//! The chat room in a real browser: a whole story in Slack, and the same in Discord, by clicks.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::{Desk, Setup, invariants};

/// What the page is asked with: windows by their place, what is in them by its words.
const HANDS: &str = r"
window.win = (n) => document.getElementById(`window${n}`);
window.words = (n) => win(n).innerText;
window.press = (n, text) => {
  const all = [...win(n).querySelectorAll('.dialog button, .message button, .message summary')];
  const one = all.filter((b) => b.textContent.trim() === text).pop();
  if (!one) return false;
  if (one.tagName === 'SUMMARY') one.parentElement.open = true; else one.click();
  return true;
};
window.fill = (n, name, value) => {
  const fields = [...win(n).querySelectorAll('.dialog [name]:not([type=hidden])')];
  const one = fields.find((f) => f.name.includes(name) && (f.type !== 'radio' || f.value === value));
  if (!one) return false;
  if (one.type === 'radio') one.checked = true; else one.value = value;
  return true;
};
window.enter = (n, name) => {
  const link = [...win(n).querySelectorAll('.channels a')].find((a) => a.textContent.startsWith(name));
  link?.click();
  return Boolean(link);
};
window.shut = (n) => {
  const close = [...win(n).querySelectorAll('.dialog footer button')].find((b) => b.textContent === 'Close');
  close?.click();
  return !win(n).querySelector('.dialog');
};
window.say = (n, words) => {
  const form = win(n).querySelector('.room > form.say');
  form.elements.words.value = words;
  form.querySelector('button.primary').click();
  return true;
};
window.below = (n, text, words) => {
  const message = [...win(n).querySelectorAll('.log > .message')].filter((m) => m.innerText.includes(text)).pop();
  let next = message?.nextElementSibling;
  while (next && !next.matches('details.reply')) next = next.nextElementSibling;
  if (!next) return false;
  const form = next.querySelector('form.say');
  form.elements.words.value = words;
  form.querySelector('button.primary').click();
  return true;
};
window.doing = (n, text, action, words) => {
  const message = [...win(n).querySelectorAll('.message')].filter((m) => m.innerText.includes(text)).pop();
  const form = message?.querySelector(`form[action$='${action}']`);
  if (!form) return false;
  if (words) form.elements.words.value = words;
  form.querySelector('button').click();
  return true;
};
true";

/// How long something may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody at the page.
struct Room {
    desk: Desk,
    browser: Browser,
}

impl Room {
    async fn enter(windows: [&str; 2]) -> Option<Room> {
        let browser = Browser::start().await?;
        // It plays both services, so it has to know what they sign with.
        let own_keys = Setup { discord_key: String::new(), ..Setup::default() };
        let desk = Desk::start_with(own_keys).await;
        let (left, right) = (windows[0], windows[1]);
        browser.open(&format!("{}/dev/chat?w={left}&w={right}", desk.base())).await;
        browser.tell(HANDS).await;
        let stage = "document.querySelector('.stage button').click()";
        browser.tell(stage).await;
        browser.until("!document.querySelector('.stage')").await;
        Some(Room { desk, browser })
    }

    /// Does something as soon as it can be done.
    async fn act(&self, what: &str, said: &[&str]) {
        let said = said.iter().map(|word| json!(word).to_string()).collect::<Vec<_>>().join(", ");
        self.browser.until("!document.body.hasAttribute('aria-busy')").await;
        self.hands().await;
        let (who, what) = what.split_once(' ').expect("a window and a deed");
        let said = if said.is_empty() { String::new() } else { format!(", {said}") };
        self.browser.until(&format!("{what}({who}{said})")).await;
    }

    /// A page that was just entered knows nothing of what it is asked with.
    async fn hands(&self) {
        if self.browser.tell("typeof window.win === 'undefined'").await == json!(true) {
            self.browser.tell(HANDS).await;
        }
    }

    async fn sees(&self, window: u8, words: &str) {
        self.browser.until("document.readyState === 'complete'").await;
        self.hands().await;
        self.browser.until(&format!("words({window}).includes({})", json!(words))).await;
    }

    async fn sees_no(&self, window: u8, words: &str) {
        let there = self.browser.tell(&format!("words({window}).includes({})", json!(words))).await;
        assert_eq!(there, json!(false), "window {window} shows {words}");
    }

    async fn picture(&self, name: &str) {
        self.browser.picture(&pictures().join(name)).await;
    }

    /// What REST says of the first ticket's messages: who may read it, and what it says now.
    async fn messages(&self) -> Vec<(String, String)> {
        let all = self.desk.admin().get("/v1/tickets/1/messages").await.json;
        let items = all["items"].as_array().expect("messages").clone();
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        items.iter().map(|item| (text(item, "visibility"), text(item, "body"))).collect()
    }

    async fn declined(&self) {
        self.becomes("status", &json!("in_progress")).await;
    }

    async fn rated(&self) {
        self.becomes("rating", &json!(5)).await;
    }

    async fn becomes(&self, name: &str, value: &Value) {
        let begun = Instant::now();
        while self.desk.admin().get("/v1/tickets/1").await.json[name] != *value {
            assert!(begun.elapsed() < PATIENCE, "{name} never became {value}");
            tokio::time::sleep(PATIENCE / 100).await;
        }
    }

    async fn leave(self) {
        assert_eq!(self.browser.complaints(), Vec::<String>::new(), "the page complains");
        self.desk.settle().await;
        invariants(&self.desk).await;
    }
}

/// Where the pictures go that people look at.
fn pictures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/pictures")
}

#[tokio::test]
async fn a_whole_story_in_slack() {
    let windows = ["slack.kofi.DKOFI", "slack.admin.C0TRIAGE"];
    let Some(room) = Room::enter(windows).await else { return };
    room.act("0 say", &["/ticket"]).await;
    room.act("0 fill", &["title", "The *laptop* won't boot"]).await;
    room.act("0 fill", &["description", "Three <amber> blinks & no more. @channel"]).await;
    room.picture("slack-1-form.png").await;
    room.act("0 press", &["Create ticket"]).await;
    room.sees(0, "#1").await;
    room.act("0 shut", &[]).await;
    room.sees(0, "We have your request").await;

    room.sees(1, "The *laptop* won't boot").await;
    room.act("1 press", &["Take it"]).await;
    room.sees(1, "In progress").await;
    room.act("1 below", &["#1", "BIOS 1.14, I bet."]).await;
    room.sees(1, "BIOS 1.14, I bet.").await;
    room.act("1 press", &["Reply"]).await;
    room.act("1 fill", &["body", "Hold the power key for 30 seconds."]).await;
    room.picture("slack-2-reply.png").await;
    room.act("1 press", &["Preview"]).await;
    room.sees(1, "This reaches: Kofi: a direct message in Slack").await;
    room.picture("slack-3-preview.png").await;
    room.act("1 press", &["Send"]).await;
    room.sees(1, "Sent").await;
    room.act("1 shut", &[]).await;
    room.sees(0, "Hold the power key for 30 seconds.").await;
    room.sees_no(0, "BIOS 1.14").await;

    room.act("0 below", &["Hold the power key", "It stil blinks."]).await;
    room.sees(1, "It stil blinks.").await;
    room.act("0 doing", &["It stil blinks.", "slack-edit", "It still blinks."]).await;
    room.sees(1, "It still blinks.").await;
    room.act("0 below", &["Hold the power key", "Oops, wrong window."]).await;
    room.sees(1, "Oops, wrong window.").await;
    room.act("0 doing", &["Oops, wrong window.", "slack-delete"]).await;
    room.sees(1, "took back").await;
    room.sees_no(1, "Oops, wrong window.").await;
    room.picture("slack-4-triage.png").await;
    // The card has seen what was written, and may be pressed again.

    solve_in_slack(&room).await;
    let said = room.messages().await;
    let internal: Vec<_> = said.iter().filter(|(who, _)| who == "internal").collect();
    assert_eq!(internal, [&("internal".to_owned(), "BIOS 1.14, I bet.".to_owned())]);
    assert!(said.iter().any(|(who, words)| who == "public" && words == "It still blinks."));
    assert!(!said.iter().any(|(_, words)| words.contains("wrong window")));
    let ticket = room.desk.admin().get("/v1/tickets/1").await.json;
    assert_eq!(ticket["rating"], 5, "{ticket}");
    room.leave().await;
}

/// What is pressed on a card that has not heard of the last message yet is not done: look, press again.
async fn resolve_in_slack(room: &Room) {
    for _ in 0..5 {
        room.desk.settle().await;
        room.act("1 press", &["Resolve"]).await;
        for _ in 0..30 {
            if room.desk.admin().ticket(1).await["status"] == json!("awaiting_confirmation") {
                return;
            }
            tokio::time::sleep(PATIENCE / 300).await;
        }
    }
    panic!("it cannot be resolved");
}

/// Proposed, declined with a reason, proposed again, confirmed and rated.
async fn solve_in_slack(room: &Room) {
    for time in 0..2 {
        room.sees(1, "In progress").await;
        resolve_in_slack(room).await;
        room.desk.settle().await;
        if time == 0 {
            room.act("0 press", &["Not solved"]).await;
            room.act("0 fill", &["body", "Now it beeps."]).await;
            room.act("0 press", &["Send"]).await;
            room.act("0 shut", &[]).await;
            room.declined().await;
            room.sees(1, "Now it beeps.").await;
        }
    }
    room.act("0 press", &["Yes, solved"]).await;
    room.act("0 press", &["🤩 5"]).await;
    room.rated().await;
    room.picture("slack-5-solved.png").await;
}

#[tokio::test]
async fn a_whole_story_in_discord() {
    let windows = ["discord.mei.200000000000000002", "discord.admin.200000000000000002"];
    let Some(room) = Room::enter(windows).await else { return };
    room.act("0 say", &["/ticket open"]).await;
    room.act("0 fill", &["title", "The bot is *asleep*"]).await;
    room.act("0 fill", &["description", "It says nothing since nine. @everyone"]).await;
    room.picture("discord-1-form.png").await;
    room.act("0 press", &["Submit"]).await;
    room.sees(0, "#1").await;
    room.act("0 enter", &["↳ #1"]).await;
    room.sees(0, "We have your request").await;

    room.act("1 say", &["/ticket claim ticket:1"]).await;
    room.sees(1, "In progress").await;
    room.act("1 say", &["/ticket note ticket:1 message:The token ran out, I bet."]).await;
    room.act("1 press", &["Reply"]).await;
    room.act("1 fill", &["", "It has a new token. Is it awake?"]).await;
    room.act("1 press", &["Submit"]).await;
    room.sees(0, "It has a new token. Is it awake?").await;
    room.sees_no(0, "The token ran out").await;

    for time in 0..2 {
        room.act("1 say", &["/ticket close ticket:1"]).await;
        room.becomes("status", &json!("awaiting_confirmation")).await;
        room.desk.settle().await;
        if time == 0 {
            room.act("0 press", &["Not solved"]).await;
            room.act("0 fill", &["", "It sleeps again."]).await;
            room.act("0 press", &["Submit"]).await;
            room.declined().await;
        }
    }
    room.act("0 press", &["Yes, solved"]).await;
    room.act("0 press", &["🤩 5"]).await;
    room.rated().await;
    room.picture("discord-2-solved.png").await;
    let said = room.messages().await;
    let internal: Vec<_> = said.iter().filter(|(who, _)| who == "internal").collect();
    assert_eq!(internal, [&("internal".to_owned(), "The token ran out, I bet.".to_owned())]);
    room.leave().await;
}
