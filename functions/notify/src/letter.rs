//! A message of the desk before it is mail or chat: its parts, and how they read as text, as a page and
//! where there is little room. What stands in them is said elsewhere.

use email::page::{Look, Page};
use fluent_bundle::FluentArgs;

use crate::facts::Facts;
use crate::locale::Locale;

/// How a message looks in chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sentence or a few.
    Words,
    /// The ticket's card.
    Card,
    /// Something is wrong: headline, facts, the ticket.
    Alert,
}

/// A message before it is mail or chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// What the desk's own words are written in, as a tag.
    pub language: &'static str,
    pub subject: String,
    pub kind: Kind,
    /// How a mail begins; chat has no need of it.
    pub greeting: String,
    /// What comes before anybody's words.
    pub opening: String,
    /// Somebody's words, as they wrote them.
    pub quoted: String,
    /// What comes behind.
    pub closing: String,
    /// Names and values.
    pub facts: Vec<(String, String)>,
    /// Written by the desk, not by a person.
    pub automatic: bool,
    /// Part of the conversation with the requester.
    pub in_conversation: bool,
    /// Whoever it reaches may not be whom it is about: it names nobody.
    pub impersonal: bool,
    /// It comes day after day: whoever gets it can ask for no more of it.
    pub recurring: bool,
}

impl Letter {
    /// The letter of this name, filled with these.
    pub fn worded(locale: &Locale, name: &str, with: &FluentArgs<'_>) -> Letter {
        let part = |part: &str| locale.part(name, part, with);
        Letter {
            language: locale.tag(),
            subject: part("subject"),
            kind: Kind::Words,
            greeting: part("greeting"),
            opening: part("opening"),
            quoted: String::new(),
            closing: part("closing"),
            facts: Vec::new(),
            automatic: true,
            in_conversation: false,
            impersonal: false,
            recurring: false,
        }
    }

    /// The same with somebody's words.
    pub fn quoting(self, words: &str) -> Letter {
        Letter { quoted: words.trim().to_owned(), ..self }
    }

    /// The same with names and values.
    pub fn stating(self, facts: Vec<(String, String)>) -> Letter {
        Letter { facts, ..self }
    }

    /// The same, looking otherwise in chat.
    pub fn looking(self, kind: Kind) -> Letter {
        Letter { kind, ..self }
    }

    /// The same as part of the conversation with the requester.
    pub fn for_requester(self) -> Letter {
        Letter { in_conversation: true, ..self }
    }

    /// The same, written by a person.
    pub fn by_hand(self) -> Letter {
        Letter { automatic: false, ..self }
    }

    /// The same for whoever it reaches.
    pub fn naming_nobody(self) -> Letter {
        Letter { impersonal: true, ..self }
    }

    pub fn day_after_day(self) -> Letter {
        Letter { recurring: true, ..self }
    }

    /// The whole letter.
    pub fn text(&self) -> String {
        let facts: Vec<String> =
            self.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let parts = [&self.greeting, &self.opening, &self.quoted, &facts.join("\n"), &self.closing];
        let parts: Vec<&str> =
            parts.iter().map(|part| part.trim()).filter(|p| !p.is_empty()).collect();
        parts.join("\n\n") + "\n"
    }

    /// The same as a page: what a person wrote reads as they would have typed it.
    pub fn html(&self, look: Look, footer: &str) -> String {
        let said = [&self.quoted, &self.opening].into_iter().find(|text| !text.trim().is_empty());
        email::page::html(&Page {
            language: self.language,
            title: &self.subject,
            footer,
            look,
            preheader: said.map_or("", String::as_str),
            greeting: &self.greeting,
            opening: &self.opening,
            quoted: &self.quoted,
            facts: &self.facts,
            closing: &self.closing,
        })
    }

    /// The letter where there is little room.
    pub fn short(&self) -> String {
        let parts = [&self.opening, &self.quoted, &self.closing];
        let parts: Vec<&str> =
            parts.iter().map(|part| part.trim()).filter(|p| !p.is_empty()).collect();
        parts.join("\n")
    }

    /// A mail's subject; in a conversation it is the requester's own, so that mail programs keep it
    /// together.
    pub fn mail_subject(&self, facts: &Facts) -> String {
        if !self.in_conversation {
            return self.subject.clone();
        }
        format!("Re: {} [{}]", facts.stored.title, facts.ticket().number)
    }
}
