//! Which words of a ticket there are in which languages: where each stands in the history, never the
//! words themselves. Translates nothing; people and other systems do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::command::Refusal;
use crate::history::{Entry, Event, Text};
use crate::language::{Language, choose};
use crate::lifecycle::Story;
use crate::ticket::{Ticket, words};

/// In how many languages besides its own a text may stand.
pub const LANGUAGES_AT_MOST: usize = 20;

words!(
    /// Words of a ticket that may stand in several languages.
    Part {
        /// Its title.
        Title = "title",
        /// What was asked.
        Description = "description",
        /// The solution that was proposed last.
        Solution = "solution",
        /// What the requester said with their rating.
        Comment = "comment",
    }
);

/// Where the words of a ticket stand.
pub type Texts = BTreeMap<Part, Said>;

/// Where one text stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The entry in which it was said.
    pub entry: u32,
    /// Agents alone know it so far.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
    /// The entries that say the same in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<Language, u32>,
}

impl Said {
    /// The entry to read for whoever reads these languages, best first; `own` is the language it was
    /// said in.
    pub fn entry_for(&self, own: Option<&Language>, wanted: &[Language], desks: &Language) -> u32 {
        let other = choose(own, self.others.keys(), wanted, desks);
        other.and_then(|language| self.others.get(language)).copied().unwrap_or(self.entry)
    }
}

/// The entry in which what was asked stands, as it was said last.
pub fn description(ticket: &Ticket) -> u32 {
    ticket.texts.get(&Part::Description).map_or(1, |said| said.entry)
}

/// Where the words of a ticket stand once this has happened.
pub(crate) fn record(ticket: &mut Ticket, entry: &Entry) {
    let seq = ticket.version;
    let mut said = |part: Part, internal: bool| {
        ticket.texts.insert(part, Said { entry: seq, internal, others: BTreeMap::new() });
    };
    match &entry.event {
        Event::Opened { .. } => {
            said(Part::Title, false);
            said(Part::Description, false);
        }
        Event::Retitled => said(Part::Title, false),
        Event::Proposed => said(Part::Solution, false),
        Event::Submitted => said(Part::Solution, true),
        Event::Approved => {
            if let Some(solution) = ticket.texts.get_mut(&Part::Solution) {
                solution.internal = false;
            }
        }
        Event::Rated { .. } => said(Part::Comment, false),
        // The title stays what it became.
        Event::MessageEdited { entry: edited, .. } => {
            let parts = ticket.texts.iter_mut().filter(|(part, _)| **part != Part::Title);
            for (_, said) in parts.filter(|(_, said)| said.entry == *edited) {
                said.entry = seq;
                said.others.clear();
            }
        }
        Event::Translated { part, language } => {
            if let Some(said) = ticket.texts.get_mut(part) {
                said.others.insert(language.clone(), seq);
            }
        }
        _ => {}
    }
}

impl Story {
    pub(crate) fn translate(
        &mut self,
        part: Part,
        language: Language,
        text: Text,
    ) -> Result<(), Refusal> {
        let Some(said) = self.ticket().texts.get(&part) else {
            return Err(Refusal::NothingToTranslate { part });
        };
        if said.others.len() >= LANGUAGES_AT_MOST && !said.others.contains_key(&language) {
            return Err(Refusal::TooManyLanguages);
        }
        self.said(Event::Translated { part, language }, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::event::Visibility;
    use crate::history::fold;
    use crate::test_desk;
    use crate::ticket::{Channel, Priority, Type};

    #[test]
    fn the_description_is_what_it_was_edited_to() {
        let opening = test_desk::opening(Type::Question, Priority::Medium, Channel::Slack);
        let mut history = test_desk::opened(opening, Timestamp::UNIX_EPOCH);
        assert_eq!(fold(&history).as_ref().map(description), Some(1));
        let edited = |entry| Entry {
            event: Event::MessageEdited { entry, visibility: Visibility::Public },
            ..history[0].clone()
        };
        let (other, own) = (edited(7), edited(1));
        history.push(other);
        assert_eq!(fold(&history).as_ref().map(description), Some(1));
        history.push(own);
        let last = u32::try_from(history.len()).unwrap();
        assert_eq!(fold(&history).as_ref().map(description), Some(last));
    }

    #[test]
    fn the_entry_is_that_of_the_readers_language() {
        let tag = |text: &str| Language::parse(text).unwrap();
        let others = BTreeMap::from([(tag("de"), 4), (tag("pt-br"), 5)]);
        let said = Said { entry: 1, internal: false, others };
        for (own, wanted, entry) in [
            (Some("en"), &["en"][..], 1),
            (Some("en"), &["de-at"], 4),
            (Some("en"), &["fr", "pt"], 5),
            (Some("en"), &["fr"], 1),
            (Some("de-ch"), &["de"], 4),
            (Some("de-ch"), &["de-ch"], 1),
            (Some("fr"), &["it"], 1),
            (None, &["de"], 4),
            (None, &[], 1),
        ] {
            let wanted: Vec<Language> = wanted.iter().map(|text| tag(text)).collect();
            let own = own.map(tag);
            assert_eq!(
                said.entry_for(own.as_ref(), &wanted, &tag("en")),
                entry,
                "{own:?} {wanted:?}"
            );
        }
    }
}
