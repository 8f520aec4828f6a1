//! What a person does in Slack: says, presses, sends a dialog; and what comes of it in their window.

use anyhow::{Context, Result};
use base64::Engine;
use serde_json::{Value, json};

use super::act::Play;
use super::form::Form;
use super::room::{Deed, RoomFile};
use super::screen::Dialog;
use super::slack::{self, Ring};

impl Play<'_> {
    pub(super) fn slack_actor(&self) -> slack::Actor<'_> {
        let number = match self.stage.room.switches().expired_trigger {
            true => 0,
            false => self.stage.room.fresh(),
        };
        slack::actor(self.who, self.channel, &self.base, number)
    }

    pub(super) async fn in_slack(&self, what: &str, form: &Form) -> Result<()> {
        let actor = self.slack_actor();
        match what {
            "slack-say" => return self.say_in_slack(&actor, form).await,
            "slack-edit" | "slack-delete" | "slack-react" => {
                return self.change_in_slack(&actor, what, form).await;
            }
            "slack-home" => return self.event(&actor, actor.home_opened(&self.fresh_ts())).await,
            "slack-shortcut" => {
                let ring = actor.shortcut(form.needed("shortcut")?);
                return self.interact(ring).await;
            }
            "slack-on-message" => {
                let message = self.message(&self.screen(), form)?;
                return self.interact(actor.on_message(form.needed("shortcut")?, &message)).await;
            }
            "slack-press" => return self.press_in_slack(&actor, form).await,
            "slack-submit" | "slack-close" => {}
            _ => anyhow::bail!("nobody can do {what} in Slack"),
        }
        let screen = self.screen();
        let dialog = screen.dialog(&self.account()).context("the dialog is gone")?;
        let view = slack::view(dialog, form, &self.bring_files(form));
        if what == "slack-close" {
            self.happened(Deed::Closed { by: self.account() });
            return self.interact(actor.closed(&view)).await;
        }
        self.submit(&actor, &view).await
    }

    async fn say_in_slack(&self, actor: &slack::Actor<'_>, form: &Form) -> Result<()> {
        let words = form.needed("words")?;
        if let Some(command) = words.strip_prefix("/ticket") {
            let (status, answer) = self.ring(actor.command(command.trim())).await?;
            if status == 200 && answer.is_object() && answer["text"].is_string() {
                let id = self.fresh_ts();
                let only = Some(self.account());
                let channel = self.channel.to_owned();
                self.happened(Deed::Answered { channel, id, only, body: answer });
            }
            return Ok(());
        }
        let (thread, ts) = (form.text("thread"), self.fresh_ts());
        let files = self.brought(form);
        self.happened(Deed::Said {
            channel: self.channel.to_owned(),
            thread: thread.map(str::to_owned),
            id: ts.clone(),
            by: self.account(),
            text: words.to_owned(),
            files: files.iter().map(|file| file.name.clone()).collect(),
        });
        self.tell_standin("said", &actor.said(words, &ts, thread, &files)).await?;
        if words.contains("@Bellhop") {
            let mut event = actor.said(words, &ts, thread, &files);
            event["type"] = json!("app_mention");
            self.event(actor, event).await?;
        }
        self.event(actor, actor.said(words, &ts, thread, &files)).await
    }

    async fn change_in_slack(
        &self,
        actor: &slack::Actor<'_>,
        what: &str,
        form: &Form,
    ) -> Result<()> {
        let message = self.message(&self.screen(), form)?;
        let (channel, id, ts) = (message.channel.clone(), message.id.clone(), self.fresh_ts());
        let event = match what {
            "slack-edit" => {
                let text = form.needed("words")?.to_owned();
                let event = actor.edited(&message, &text, &ts);
                self.happened(Deed::Edited { channel, id, text });
                event
            }
            "slack-delete" => {
                self.happened(Deed::Deleted { channel, id });
                actor.deleted(&message, &ts)
            }
            _ => {
                let emoji = form.needed("emoji")?.to_owned();
                let event = actor.reacted(&message, &emoji, &ts);
                self.happened(Deed::Reacted { channel, id, emoji });
                event
            }
        };
        self.event(actor, event).await
    }

    async fn event(&self, actor: &slack::Actor<'_>, event: Value) -> Result<()> {
        self.ring(actor.event(self.stage.room.fresh(), event)).await.map(drop)
    }

    async fn press_in_slack(&self, actor: &slack::Actor<'_>, form: &Form) -> Result<()> {
        let pressed = form.needed("press")?;
        let screen = self.screen();
        if form.text("message").is_some() {
            let message = self.message(&screen, form)?;
            let action = slack::action(pressed, form, None)?;
            let on = slack::Actor { channel: &message.channel, ..self.slack_actor() };
            return self.interact(on.pressed_on(&message, action)).await;
        }
        if let Some(dialog) = screen.dialog(&self.account()) {
            let view = slack::view(dialog, form, &self.bring_files(form));
            // What was filled in so far stays.
            let kept = filled_in(&dialog.view, form);
            let errors = dialog.errors.clone();
            self.happened(Deed::Redrawn { by: self.account(), view: Some(kept), errors });
            let action = slack::action(pressed, form, Some(&view))?;
            return self.interact(actor.pressed_in(&view, action)).await;
        }
        let home = screen.homes.get(&self.account()).context("there is no Home yet")?;
        let home = slack::view(
            &Dialog { id: "VHOME".into(), view: home.clone(), errors: json!({}) },
            form,
            &|_| Value::Null,
        );
        let action = slack::action(pressed, form, None)?;
        self.interact(actor.pressed_in(&home, action)).await
    }

    async fn interact(&self, ring: Ring) -> Result<()> {
        let (status, answer) = self.ring(ring).await?;
        if status == 200 && answer["text"].is_string() {
            let (channel, id) = (self.channel.to_owned(), self.fresh_ts());
            let only = Some(self.account());
            self.happened(Deed::Answered { channel, id, only, body: answer });
        }
        Ok(())
    }

    async fn submit(&self, actor: &slack::Actor<'_>, view: &Value) -> Result<()> {
        let (status, answer) = self.ring(actor.submitted(view)).await?;
        let by = self.account();
        let deed = match answer["response_action"].as_str() {
            _ if status != 200 => Deed::Redrawn { by, view: None, errors: json!({}) },
            Some("errors") => Deed::Redrawn { by, view: None, errors: answer["errors"].clone() },
            Some("update") => {
                Deed::Redrawn { by, view: Some(answer["view"].clone()), errors: json!({}) }
            }
            Some("push") => {
                let id = format!("V{}", self.stage.room.fresh());
                Deed::Opened { by, id, view: answer["view"].clone() }
            }
            _ => Deed::Closed { by },
        };
        self.happened(deed);
        Ok(())
    }

    /// Files of a form, kept: each as `name;type;base64`.
    fn brought(&self, form: &Form) -> Vec<RoomFile> {
        form.all("files").filter_map(|file| self.bring(file)).collect()
    }

    fn bring(&self, file: &str) -> Option<RoomFile> {
        let mut parts = file.splitn(3, ';');
        let (name, kind, data) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = base64::engine::general_purpose::STANDARD.decode(data).ok()?;
        let id = format!("F{:08}", self.stage.room.fresh());
        let file = RoomFile { id, name: name.to_owned(), kind: kind.to_owned(), bytes };
        self.stage.room.bring(file.clone());
        Some(file)
    }

    fn bring_files<'a>(&'a self, _: &Form) -> impl Fn(&str) -> Value + 'a {
        let actor = self.slack_actor();
        move |file: &str| self.bring(file).map_or(Value::Null, |file| actor.file(&file))
    }
}

/// A dialog with what somebody has filled in as what it begins with.
fn filled_in(view: &Value, form: &Form) -> Value {
    use super::blocks::{field_name, text};
    let mut view = view.clone();
    let blocks = view.get_mut("blocks").and_then(Value::as_array_mut);
    for block in blocks.into_iter().flatten() {
        let id = text(block, "block_id").to_owned();
        let Some(element) = block.get_mut("element") else { continue };
        let Some(value) = form.text(&field_name(&id, element)).map(str::to_owned) else { continue };
        match text(element, "type") {
            "plain_text_input" | "number_input" => element["initial_value"] = json!(value),
            "rich_text_input" => {
                element["initial_value"] = json!({ "type": "rich_text", "elements": [
                    { "type": "rich_text_section", "elements": [{ "type": "text", "text": value }] },
                ] });
            }
            "static_select" | "radio_buttons" => {
                let words = json!({ "type": "plain_text", "text": value });
                element["initial_option"] = json!({ "value": value, "text": words });
            }
            _ => {}
        }
    }
    view
}
