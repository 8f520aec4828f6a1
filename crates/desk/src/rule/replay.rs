//! What a rule would have done: a ticket's history read again with that rule alone. Nothing is changed
//! by it, not even later in the replay: each run is judged by what really happened around it.

use jiff::Timestamp;

use crate::answer::Answers;
use crate::config::Config;
use crate::event::Event;
use crate::history::{Entry, evolve};
use crate::rule::condition::{Facts, Says};
use crate::rule::run::{Did, follow};
use crate::rule::{Cause, Rule, due};
use crate::ticket::Ticket;

/// Runs of one rule on one ticket that are told, at most.
const RUNS_AT_MOST: usize = 100;

/// A run that would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WouldRun {
    /// The entry that would have set it off, or the last one before its time came.
    pub entry: u32,
    /// When.
    pub at: Timestamp,
    /// What it would have done.
    pub did: Vec<Did>,
}

/// Whose history is read.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// What they are called.
    pub name: &'a str,
    /// Where mail reaches them.
    pub email: Option<&'a str>,
}

/// What a rule would have done to a ticket until an instant, on a desk set up like this.
pub fn replay(
    rule: &Rule,
    history: &[Entry],
    asker: Asker<'_>,
    config: &Config,
    until: Timestamp,
) -> Vec<WouldRun> {
    let alone = vec![Rule { enabled: true, ..rule.clone() }];
    let config = Config { rules: alone, ..config.clone() };
    let mut past = Past { config, asker, ticket: None, words: Words::default(), runs: Vec::new() };
    let mut rest = history;
    while let Some(first) = rest.first() {
        let together = rest.iter().take_while(|entry| entry.at == first.at).count();
        let (commit, behind) = rest.split_at(together);
        past.read(commit);
        past.wait(behind.first().map_or(until, |next| next.at));
        rest = behind;
    }
    past.runs
}

#[derive(Clone, Default)]
struct Words {
    title: String,
    answers: Answers,
}

impl Words {
    fn says(&self) -> Says<'_> {
        Says { title: &self.title, answers: &self.answers }
    }

    fn read(&mut self, entry: &Entry) {
        let Some(text) = &entry.text else { return };
        match &entry.event {
            Event::Opened { .. } | Event::Retitled => {
                self.title = text.title.clone().unwrap_or_default();
            }
            Event::FormFilled { .. } | Event::FieldsSet { .. } => {
                self.answers = text.answers.clone();
            }
            _ => {}
        }
    }
}

struct Past<'a> {
    config: Config,
    asker: Asker<'a>,
    ticket: Option<Ticket>,
    words: Words,
    runs: Vec<WouldRun>,
}

impl Past<'_> {
    /// Reads what was written at once.
    fn read(&mut self, commit: &[Entry]) {
        let (before, said) = (self.ticket.clone(), self.words.clone());
        for entry in commit {
            self.words.read(entry);
            self.ticket = evolve(self.ticket.take(), entry);
        }
        let Some(ticket) = &mut self.ticket else { return };
        // What really ran then has nothing to do with what would have.
        ticket.marks.runs.clear();
        ticket.marks.until = None;
        let at = ticket.updated_at;
        let facts = self.facts(before.as_ref().map(|_| said.says()));
        let added = follow(before.as_ref(), commit, &facts, at, false);
        self.note(&added, at);
    }

    /// Lets time pass until something happened again.
    fn wait(&mut self, until: Timestamp) {
        let is_timed = self.config.rules.iter().any(|rule| matches!(rule.cause, Cause::After(_)));
        while is_timed && self.runs.len() < RUNS_AT_MOST {
            let Some(ticket) = self.ticket.clone() else { return };
            let facts = self.facts(Some(self.words.says()));
            let due = due::next(&ticket, &facts, ticket.updated_at);
            let Some(due) = due.filter(|due| due.at < until) else { return };
            let at = due.at.max(ticket.updated_at);
            let fired = (due.rule.id.clone(), due.episode);
            let added = follow(Some(&ticket), &[], &facts, at, true);
            self.note(&added, at);
            if let Some(ticket) = &mut self.ticket {
                ticket.marks.fired.insert(fired.0, fired.1);
            }
        }
    }

    fn note(&mut self, added: &[Entry], at: Timestamp) {
        let ran = added.iter().find_map(|entry| match &entry.event {
            Event::RuleRan { because, did, .. } => Some((*because, did.clone())),
            _ => None,
        });
        if let Some((entry, did)) = ran.filter(|_| self.runs.len() < RUNS_AT_MOST) {
            self.runs.push(WouldRun { entry, at, did });
        }
    }

    fn facts<'a>(&'a self, said: Option<Says<'a>>) -> Facts<'a> {
        let Asker { name, email } = self.asker;
        Facts { config: &self.config, says: self.words.says(), said, name, email }
    }
}
