//! What a mail of the desk looks like to whoever reads HTML: three looks, one page each.
//! It knows how words are shown and nothing of what they say: it has no words of its own, in any language. Words are
//! only ever shown: nothing in them makes markup, and nothing is loaded from elsewhere.

mod frame;
mod links;
mod looks;
mod words;

use frame::{Frame, Part, Slot};
use maud::{Markup, Render, html};

use crate::text::{first_characters, language_tag, one_line};

/// Mail programs show about this much of a mail before it is opened, in characters.
const PREHEADER_AT_MOST: usize = 140;
/// What is written from right to left, by the first part of its tag (RFC 5646).
const RIGHT_TO_LEFT: [&str; 4] = ["ar", "fa", "he", "ur"];

/// How a mail looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What a person wrote: as if typed in a mail program, without boxes and colours.
    Plain,
    /// What the desk says by itself: a heading, facts as a table, somebody's words behind a bar.
    Notice,
    /// Several things in one mail: what is quoted is a list, one thing a line.
    Digest,
}

/// The words of a mail, as they are; what is empty leaves no gap.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The language they are in, as a tag such as `pt-BR` (RFC 5646).
    pub language: &'a str,
    /// What the mail is called: the page's title, and the heading where the look has one.
    pub title: &'a str,
    /// What mail programs show beside the subject before the mail is opened.
    pub preheader: &'a str,
    /// How the mail begins.
    pub greeting: &'a str,
    /// What comes before anybody's words.
    pub opening: &'a str,
    /// Somebody's words, as they wrote them; the lines of a digest.
    pub quoted: &'a str,
    /// Names and values.
    pub facts: &'a [(String, String)],
    /// What comes behind.
    pub closing: &'a str,
    /// Who writes and why, in small print.
    pub footer: &'a str,
    /// How all of this looks.
    pub look: Look,
}

/// The whole page, to go beside the text in a mail.
pub fn html(page: &Page<'_>) -> String {
    let frame: &Frame = match page.look {
        Look::Plain => &looks::PLAIN,
        Look::Notice => &looks::NOTICE,
        Look::Digest => &looks::DIGEST,
    };
    frame.filled(|part| page.has(part), |slot| page.fill(slot))
}

impl Page<'_> {
    fn has(&self, part: Part) -> bool {
        let text = match part {
            Part::Greeting => self.greeting,
            Part::Opening => self.opening,
            Part::Quoted => self.quoted,
            Part::Facts => return !self.facts.is_empty(),
            Part::Closing => self.closing,
            Part::Footer => self.footer,
        };
        !text.trim().is_empty()
    }

    fn fill(&self, slot: Slot) -> Markup {
        match slot {
            // RFC 5646 section 4.1: what is no tag is undetermined.
            Slot::Language => language_tag(self.language).unwrap_or("und".into()).render(),
            Slot::Direction => self.direction().name().render(),
            Slot::Start => self.direction().start().render(),
            Slot::Title => one_line(self.title).render(),
            Slot::Preheader => {
                first_characters(&one_line(self.preheader), PREHEADER_AT_MOST).render()
            }
            Slot::Part(part) => self.part(part),
        }
    }

    /// Addresses become links where the desk or whoever is answered wrote them, not in a sentence that only
    /// repeats a name or a title.
    fn part(&self, part: Part) -> Markup {
        let start = self.direction().start();
        match (part, self.look) {
            (Part::Greeting, _) => words::unlinked(self.greeting),
            (Part::Opening, _) => words::unlinked(self.opening),
            (Part::Quoted, Look::Digest) => words::list(self.quoted),
            (Part::Quoted, Look::Plain | Look::Notice) => words::paragraphs(self.quoted, start),
            (Part::Facts, Look::Plain) => self.facts_in_lines(),
            (Part::Facts, Look::Notice | Look::Digest) => self.facts_in_rows(),
            (Part::Closing, _) => words::paragraphs(self.closing, start),
            (Part::Footer, _) => words::paragraphs(self.footer, start),
        }
    }

    fn facts_in_lines(&self) -> Markup {
        html! {
            @if !self.facts.is_empty() {
                p {
                    @for (nth, (fact, value)) in self.facts.iter().enumerate() {
                        @if nth > 0 { br; }
                        (one_line(fact)) ": " (words::lines(value))
                    }
                }
            }
        }
    }

    fn facts_in_rows(&self) -> Markup {
        let start = self.direction().start();
        html! {
            @for (fact, value) in self.facts {
                tr valign="top" {
                    th scope="row" align=(start) style=(looks::FACT) { (one_line(fact)) }
                    td dir="auto" align=(start) { (words::lines(value)) }
                }
            }
        }
    }

    fn direction(&self) -> Direction {
        let language = self.language.split(['-', '_']).next().unwrap_or_default();
        match RIGHT_TO_LEFT.contains(&language.to_ascii_lowercase().as_str()) {
            true => Direction::RightToLeft,
            false => Direction::LeftToRight,
        }
    }
}

/// Which way the language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }

    /// The side where lines begin. Not every mail program knows `start`.
    fn start(self) -> &'static str {
        match self {
            Direction::LeftToRight => "left",
            Direction::RightToLeft => "right",
        }
    }
}
