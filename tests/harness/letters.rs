//! What somebody reads in their mailbox, and answers from it, or makes up about it.

use serde_json::Value;

use super::{Desk, fresh, names_ticket};

/// A mail somebody got about a ticket.
#[derive(Clone, Debug)]
pub struct Got {
    /// Where answers to it go.
    pub reply_to: String,
    /// What an answer names, with `<>`.
    pub message_id: String,
}

/// The value of the first header of this name, unfolded; empty where there is none.
pub fn header(raw: &str, name: &str) -> String {
    let head = raw.split("\r\n\r\n").next().unwrap_or_default();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let name = format!("{}:", name.to_lowercase());
    let line = unfolded.lines().find(|line| line.to_lowercase().starts_with(&name));
    line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim()).to_owned()
}

/// The latest mail this person got about this ticket.
pub async fn got(desk: &Desk, who: &str, ticket: u64) -> Got {
    desk.settle().await;
    let mails = desk.mails_to(who, 0).await;
    let about = |mail: &&Value| names_ticket(&mail["subject"].to_string(), ticket);
    let raw = mails.iter().rev().find(about).and_then(|mail| mail["raw"].as_str());
    let raw = raw.unwrap_or_else(|| panic!("{who} got nothing about #{ticket}")).to_owned();
    let reply_to = header(&raw, "reply-to");
    let reply_to = reply_to.rsplit('<').next().unwrap_or_default().trim_end_matches('>');
    Got { reply_to: reply_to.to_owned(), message_id: header(&raw, "message-id") }
}

/// A mail, field by field.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Lines that stand on top of everything, each with its end.
    pub top: String,
    /// The value of `From`.
    pub from: String,
    /// The value of `To`.
    pub to: String,
    /// The value of `Cc`, where there is one.
    pub cc: String,
    /// Its subject.
    pub subject: String,
    /// What it answers, with `<>`, where it answers something.
    pub answers: String,
    /// Its text.
    pub body: String,
}

impl Letter {
    /// From somebody, to an address.
    pub fn new(from: &str, to: &str) -> Letter {
        let [top, cc, answers] = [const { String::new() }; 3];
        let (subject, body) = ("A question".into(), "How does it work?".into());
        Letter { top, from: from.into(), to: to.into(), cc, subject, answers, body }
    }

    /// As it travels, with a Message-ID of its own.
    pub fn raw(&self) -> String {
        let Letter { top, from, to, cc, subject, answers, body } = self;
        let line = |name: &str, value: &str| match value {
            "" => String::new(),
            _ => format!("{name}: {value}\r\n"),
        };
        format!(
            "{top}{}{}{}{}{}Message-ID: <{}@letters.example.org>\r\n\r\n{body}\r\n",
            line("From", from),
            line("To", to),
            line("Cc", cc),
            line("Subject", subject),
            line("In-Reply-To", answers),
            fresh()
        )
    }

    /// Sends it; the door keeps it.
    pub async fn send(&self, desk: &Desk) {
        let bare = |text: &str| {
            let inner = text.rsplit('<').next().unwrap_or_default();
            inner.split(['>', ',', ' ']).next().unwrap_or_default().to_owned()
        };
        let said = desk.smtp().await.send(&bare(&self.from), &bare(&self.to), &self.raw()).await;
        let said = said.expect("an answer of the door");
        assert!(said.starts_with("250"), "{said}: {self:?}");
        desk.settle().await;
    }
}
