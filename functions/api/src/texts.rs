//! The words of a ticket in several languages: as they are given, as they are shown, and
//! `PUT /v1/tickets/{number}/texts/{language}`, which says them in one more.

use std::collections::{BTreeMap, HashMap};

use desk::access::{Permit, may_read_internal, permit};
use desk::config::Config;
use desk::history::{Entry, Text};
use desk::language::Language;
use desk::texts::{Part, Said};
use desk::{Command, Number, Refusal};
use serde_json::{Value, json};
use store::Stored;
use store::change::{Along, Done, no_answer};

use crate::auth::Caller;
use crate::body::{Fields, TITLE_AT_MOST, WORDS_AT_MOST, one_line};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::tickets::{get, readable, shown};
use crate::{Answer, Call};

/// The fields that are said in another language, by the names of the parts.
pub(crate) const FIELDS: &[&str] = &["title", "description", "solution", "comment"];
/// The tag of words whose language nobody knows (RFC 5646 section 4.1).
const UNKNOWN: &str = "und";

/// Words by their entry.
pub(crate) type Words = HashMap<u32, Text>;

/// Words as they were given: in one language, and the same in others.
pub(crate) struct Spoken {
    pub text: String,
    pub language: Option<Language>,
    pub others: BTreeMap<Language, String>,
}

/// A field that is a text, or an object of language → text. What is said in `main` is the original;
/// where nothing is, what is said in the desk's language.
pub(crate) fn spoken(
    call: &Call<'_>,
    fields: &Fields,
    name: &str,
    at_most: usize,
    main: Option<&Language>,
) -> Result<Option<Spoken>, Problem> {
    if !fields.get(name).is_some_and(Value::is_object) {
        let text = fields.text(name, at_most)?;
        let language = main.cloned();
        return Ok(text.map(|text| Spoken { text, language, others: BTreeMap::new() }));
    }
    let mut said = by_language(fields, name, at_most)?;
    let main = match main {
        Some(main) if !said.contains_key(main) => {
            return Err(Problem::field(name, format!("it must be said in {main}, too")));
        }
        Some(main) => main.clone(),
        None => {
            let desks = &call.caller.config.language;
            let first = said.keys().find(|language| *language == desks);
            let first = first.or_else(|| said.keys().next()).cloned();
            first.ok_or_else(|| Problem::field(name, "it says nothing"))?
        }
    };
    let text = said.remove(&main).unwrap_or_default();
    Ok(Some(Spoken { text, language: Some(main), others: said }))
}

fn by_language(
    fields: &Fields,
    name: &str,
    at_most: usize,
) -> Result<BTreeMap<Language, String>, Problem> {
    let Some(Value::Object(map)) = fields.get(name) else { return Ok(BTreeMap::new()) };
    let tags: Vec<&str> = map.keys().map(String::as_str).collect();
    let inside = |problem: Problem| problem.inside(name);
    let Some(texts) = fields.object(name, &tags)? else { return Ok(BTreeMap::new()) };
    let mut said = BTreeMap::new();
    for tag in tags {
        let language = language(tag, tag).map_err(inside)?;
        if let Some(text) = texts.text(tag, at_most).map_err(inside)? {
            said.insert(language, text);
        }
    }
    Ok(said)
}

/// A language by its tag; `name` is the field it stands in.
pub(crate) fn language(name: &str, tag: &str) -> Result<Language, Problem> {
    let wrong = || Problem::field(name, "it must be a language tag like en or pt-br");
    Language::parse(tag).ok_or_else(wrong)
}

/// The commands that say a text in its other languages.
pub(crate) fn translations(part: Part, others: BTreeMap<Language, String>) -> Vec<Command> {
    let translate = |(language, text): (Language, String)| {
        let text = if part == Part::Title { one_line(&text) } else { text };
        let text = Text { language: Some(language.clone()), ..Text::plain(text) };
        Command::Translate { part, language, text }
    };
    others.into_iter().map(translate).collect()
}

/// `PUT /v1/tickets/{number}/texts/{language}` `{title?, description?, solution?, comment?}`
pub(crate) async fn put(call: &Call<'_>, number: Number, tag: &str) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    let language = language("language", tag)?;
    let given = given(&fields)?;
    let stored = readable(call, number).await?;
    let known = call.store.words(number, &entries(&stored)).await?;
    let wish = |stored: &Stored, _: &Config| -> Result<Vec<Permit>, Refusal> {
        if !call.matches(&etag(stored)) {
            return Err(Refusal::Stale);
        }
        let who = &call.caller.who;
        let asked = given.iter().flat_map(|(part, text)| {
            translations(*part, BTreeMap::from([(language.clone(), text.clone())]))
        });
        let new = asked.filter(|command| !is_said(command, stored, &known));
        new.map(|command| permit(who, Some(&stored.ticket), command)).collect()
    };
    match call.store.change_at_once(number, Along::default(), wish, &no_answer).await? {
        Done::Now(stored) => shown(call, &stored).await,
        Done::Before(_) => get(call, number).await,
    }
}

/// Whether a translation says what is said already.
fn is_said(command: &Command, stored: &Stored, known: &Words) -> bool {
    let Command::Translate { part, language, text } = command else { return false };
    let entry = stored.ticket.texts.get(part).and_then(|said| said.others.get(language));
    entry.and_then(|entry| known.get(entry)).is_some_and(|there| there.body == text.body)
}

fn given(fields: &Fields) -> Result<Vec<(Part, String)>, Problem> {
    let mut given = Vec::new();
    for part in Part::ALL {
        let at_most = if *part == Part::Title { TITLE_AT_MOST } else { WORDS_AT_MOST };
        if let Some(text) = fields.text(part.as_str(), at_most)? {
            given.push((*part, text));
        }
    }
    match given.is_empty() {
        true => Err(Problem::field("title", "say at least one of its texts")),
        false => Ok(given),
    }
}

/// The entries in which the words of a ticket stand.
pub(crate) fn entries(stored: &Stored) -> Vec<u32> {
    let texts = stored.ticket.texts.values();
    let mut all: Vec<u32> = texts
        .flat_map(|said| std::iter::once(said.entry).chain(said.others.values().copied()))
        .chain([1])
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What a ticket that was just opened says besides its first words.
pub(crate) fn said_besides(stored: &Stored, translated: &[Command]) -> Words {
    let entry = |command: &Command| {
        let Command::Translate { part, language, text } = command else { return None };
        let said = stored.ticket.texts.get(part)?;
        Some((*said.others.get(language)?, text.clone()))
    };
    translated.iter().filter_map(entry).collect()
}

/// The words of entries that were just committed; the last of them is at the ticket's version.
pub(crate) fn just_said(stored: &Stored, entries: &[Entry]) -> Words {
    let seqs = (1..=stored.ticket.version).rev();
    let said = seqs.zip(entries.iter().rev());
    said.filter_map(|(seq, entry)| Some((seq, entry.text.clone()?))).collect()
}

/// In which languages the caller reads this ticket. Whoever says none reads their own in the language
/// they asked in.
pub(crate) fn read_in(stored: &Stored, said: &[Language], reader: &Caller) -> Vec<Language> {
    let ticket = &stored.ticket;
    let own = ticket.language.iter().filter(|_| reader.who.is(&ticket.requester));
    if said.is_empty() { own.cloned().collect() } else { said.to_vec() }
}

/// The entry whose words are the description for whoever reads these languages.
pub(crate) fn description(stored: &Stored, said: &[Language], reader: &Caller) -> u32 {
    let text = stored.ticket.texts.get(&Part::Description);
    let (own, wanted) = (stored.ticket.language.as_ref(), read_in(stored, said, reader));
    text.map_or(1, |text| text.entry_for(own, &wanted, &reader.config.language))
}

/// The solution for whoever reads these languages; none where there is none they may know.
pub(crate) fn solution<'a>(
    stored: &Stored,
    wanted: &[Language],
    words: &'a Words,
    reader: &Caller,
) -> Option<&'a str> {
    let said = readable_part(stored, Part::Solution, reader)?;
    let own = words.get(&said.entry)?.language.as_ref();
    let entry = said.entry_for(own, wanted, &reader.config.language);
    words.get(&entry).map(|text| text.body.as_str())
}

/// Every text in every language there is of it.
pub(crate) fn all(stored: &Stored, words: &Words, reader: &Caller) -> Value {
    let part = |part: &Part| {
        let said = readable_part(stored, *part, reader)?;
        let texts = in_languages(*part, said, stored, words);
        (!texts.is_empty()).then(|| (part.as_str(), texts))
    };
    let all: BTreeMap<&str, BTreeMap<String, String>> = Part::ALL.iter().filter_map(part).collect();
    json!(all)
}

fn readable_part<'a>(stored: &'a Stored, part: Part, reader: &Caller) -> Option<&'a Said> {
    let said = stored.ticket.texts.get(&part)?;
    (!said.internal || may_read_internal(&reader.who)).then_some(said)
}

fn in_languages(
    part: Part,
    said: &Said,
    stored: &Stored,
    words: &Words,
) -> BTreeMap<String, String> {
    let original = words.get(&said.entry).map(|text| match part {
        Part::Title => (stored.ticket.language.as_ref(), stored.title.as_str()),
        Part::Description => (stored.ticket.language.as_ref(), text.body.as_str()),
        Part::Solution | Part::Comment => (text.language.as_ref(), text.body.as_str()),
    });
    let tag = |language: Option<&Language>| {
        language.map_or_else(|| UNKNOWN.to_owned(), ToString::to_string)
    };
    let original = original.map(|(language, text)| (tag(language), text.to_owned()));
    let others = said.others.iter().filter_map(|(language, entry)| {
        Some((language.to_string(), words.get(entry)?.body.clone()))
    });
    original.into_iter().chain(others).filter(|(_, text)| !text.is_empty()).collect()
}

impl Call<'_> {
    /// The languages the caller reads, best first: what the call says, else what they prefer; that
    /// is looked up only where it makes a difference to these tickets.
    pub(crate) async fn reads(&self, tickets: &[&Stored]) -> Result<Vec<Language>, Problem> {
        let said = self.languages();
        let several =
            |stored: &&Stored| stored.ticket.texts.values().any(|said| !said.others.is_empty());
        if !said.is_empty() || !tickets.iter().any(several) {
            return Ok(said);
        }
        let preferences = self.store.preferences(&self.caller.who.id).await?;
        Ok(preferences.language.into_iter().collect())
    }
}
