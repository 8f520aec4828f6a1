//! Rules at work: what follows from entries that were just decided. Pure, and part of the same commit,
//! so that what happened and what rules made of it stand or fall together. No rule can make a person's
//! command fail: what is refused is skipped and noted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::Permit;
use crate::event::Event;
use crate::history::{Actor, Entry, evolve};
use crate::id::{MacroId, RuleId};
use crate::lifecycle::decide;
use crate::rule::action::{Action, Voice};
use crate::rule::condition::{Facts, View, all_hold};
use crate::rule::happening::{Happening, happenings};
use crate::rule::{Cause, DEPTH_AT_MOST, Rule, due};
use crate::ticket::{Ticket, words};

/// Entries rules add to one commit, which has to fit into one transaction.
const ENTRIES_AT_MOST: usize = 24;

words!(
    /// What keeps rules from running for ever.
    Fuse {
        /// They answered each other too often in a row.
        Depth = "depth",
        /// Too many ran within a minute.
        Runs = "runs",
        /// They did too much at once.
        Length = "length",
    }
);

/// One action of a run, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Did {
    /// What it was: `set_priority high`.
    pub action: String,
    /// Why it was not carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// What rules add to entries that were just decided. `before` is the ticket as it stood; `ticking`,
/// whether the clock asks: then automations that are due run, too, and whatever falls due by what
/// rules did is recorded.
pub fn follow(
    before: Option<&Ticket>,
    entries: &[Entry],
    facts: &Facts<'_>,
    now: Timestamp,
    ticking: bool,
) -> Vec<Entry> {
    if facts.config.rules.iter().all(|rule| !rule.enabled) {
        return Vec::new();
    }
    let Some(ticket) = entries.iter().fold(before.cloned(), evolve) else { return Vec::new() };
    let now = now.max(ticket.updated_at);
    let mut run = Run { facts, now, ticket, added: Vec::new(), by_rules: 0, is_blown: false };
    run.answer(before.cloned(), entries);
    while ticking && run.tick() {}
    run.added
}

/// What is left of entries rules would have added, where there is no room for them: that there is not.
pub fn cut(added: &[Entry]) -> Vec<Entry> {
    let ran = added.iter().find(|entry| matches!(entry.event, Event::RuleRan { .. }));
    let stopped = ran.and_then(|entry| {
        let rule = entry.by.rule_id()?.clone();
        let event = Event::RulesStopped { fuse: Fuse::Length, rule };
        Some(Entry { event, ..entry.clone() })
    });
    stopped.into_iter().collect()
}

/// An entry that was just written, as rules see it.
struct News<'a> {
    seq: u32,
    by: Option<&'a RuleId>,
    happenings: Vec<Happening>,
    said: &'a str,
}

struct Run<'a> {
    facts: &'a Facts<'a>,
    now: Timestamp,
    ticket: Ticket,
    added: Vec<Entry>,
    by_rules: usize,
    is_blown: bool,
}

impl Run<'_> {
    /// Lets triggers answer these entries, then what they wrote, and so on.
    fn answer(&mut self, before: Option<Ticket>, entries: &[Entry]) {
        let (mut before, mut fresh) = (before, entries.to_vec());
        for depth in 0.. {
            if fresh.is_empty() || self.is_blown || self.ticket.marks.rests(self.now) {
                return;
            }
            let (known, start) = (self.added.len(), self.ticket.clone());
            if !self.wave(before.as_ref(), &fresh, depth) {
                return;
            }
            before = Some(start);
            fresh = self.added.get(known..).unwrap_or_default().to_vec();
        }
    }

    /// Asks every trigger once about these entries; false where the chain is too long to go on.
    fn wave(&mut self, before: Option<&Ticket>, fresh: &[Entry], depth: usize) -> bool {
        let news = read(before, fresh);
        let facts = self.facts;
        for rule in facts.config.rules.iter().filter(|rule| rule.enabled) {
            let Some(because) = self.cause(rule, before, &news) else { continue };
            if depth >= DEPTH_AT_MOST {
                self.blow(Fuse::Depth, rule);
                return false;
            }
            self.carry_out(rule, because, None);
            if self.is_blown || rule.stop {
                break;
            }
        }
        true
    }

    /// The entry that sets a trigger off. No rule answers itself.
    fn cause(&self, rule: &Rule, before: Option<&Ticket>, news: &[News<'_>]) -> Option<u32> {
        let waits_for = |one: &&News<'_>| {
            let hears = one.happenings.iter().any(|what| rule.happenings().contains(what));
            hears && one.by != Some(&rule.id)
        };
        let holds = |one: &&News<'_>| {
            let (ticket, facts) = (&self.ticket, self.facts);
            all_hold(&rule.when, &View { ticket, before, message: one.said, facts, now: self.now })
        };
        news.iter().filter(waits_for).find(holds).map(|one| one.seq)
    }

    /// One step of the clock; false where nothing is left to do.
    fn tick(&mut self) -> bool {
        let (ticket, known) = (self.ticket.clone(), self.added.len());
        match due::next(&self.ticket, self.facts, self.now).filter(|due| due.at <= self.now) {
            Some(due) => self.carry_out(due.rule, ticket.version, Some((due.episode, due.at))),
            None => {
                for entry in decide(Some(&ticket), &Permit::tick(), self.now).unwrap_or_default() {
                    self.add(entry);
                }
            }
        }
        let fresh = self.added.get(known..).unwrap_or_default().to_vec();
        self.answer(Some(ticket), &fresh);
        !fresh.is_empty()
    }

    fn carry_out(&mut self, rule: &Rule, because: u32, due: Option<(Timestamp, Timestamp)>) {
        if self.ticket.marks.is_spent(self.now) {
            return self.blow(Fuse::Runs, rule);
        }
        let actions = self.actions(rule);
        if self.by_rules + actions.len() >= ENTRIES_AT_MOST {
            return self.blow(Fuse::Length, rule);
        }
        let (ticket, first) = (self.ticket.clone(), self.added.len());
        let ran = |did| Event::RuleRan {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            version: rule.version,
            because,
            episode: due.map(|(episode, _)| episode),
            due: due.map(|(_, at)| at),
            did,
        };
        self.say(rule, ran(Vec::new()));
        let mut did = Vec::new();
        for action in &actions {
            let skipped = match self.act(rule, action) {
                Ok(true) => None,
                Ok(false) => continue,
                Err(why) => Some(why),
            };
            did.push(Did { action: action.summary(), skipped });
        }
        // A trigger that found everything as it wants it leaves no trace.
        if did.is_empty() && due.is_none() && matches!(rule.cause, Cause::On(_)) {
            self.ticket = ticket;
            self.added.truncate(first);
        } else if let Some(entry) = self.added.get_mut(first) {
            entry.event = ran(did);
        }
    }

    /// What a rule does, with macros written out.
    fn actions(&self, rule: &Rule) -> Vec<Action> {
        let macros = &self.facts.config.macros;
        let everybodys =
            |id: &MacroId| macros.iter().find(|one| one.id == *id && one.queue.is_none());
        let written_out = rule.then.iter().flat_map(|action| match action {
            Action::Macro { id } => {
                everybodys(id).map_or_else(|| vec![action.clone()], |one| one.then.clone())
            }
            _ => vec![action.clone()],
        });
        written_out.collect()
    }

    /// Whether it changed anything, or why it could not.
    fn act(&mut self, rule: &Rule, action: &Action) -> Result<bool, String> {
        let command = action.command(&self.ticket, self.facts, Voice::Desk, self.now);
        let Some(command) = command.map_err(|unfit| unfit.to_string())? else { return Ok(false) };
        let permit = Permit::by_rule(rule.id.clone(), command);
        let decided = decide(Some(&self.ticket), &permit, self.now);
        let decided = decided.map_err(|refusal| refusal.to_string())?;
        let changed = !decided.is_empty();
        for entry in decided {
            self.by_rules += 1;
            self.add(entry);
        }
        Ok(changed)
    }

    fn blow(&mut self, fuse: Fuse, rule: &Rule) {
        // A chain that is too long ends; everything else goes on.
        self.is_blown |= fuse != Fuse::Depth;
        self.say(rule, Event::RulesStopped { fuse, rule: rule.id.clone() });
    }

    fn say(&mut self, rule: &Rule, event: Event) {
        self.by_rules += 1;
        let by = Actor::Rule { id: rule.id.clone() };
        self.add(Entry { at: self.now, by, event, text: None });
    }

    fn add(&mut self, entry: Entry) {
        if let Some(ticket) = evolve(Some(self.ticket.clone()), &entry) {
            self.ticket = ticket;
        }
        self.added.push(entry);
    }
}

fn read<'a>(before: Option<&Ticket>, fresh: &'a [Entry]) -> Vec<News<'a>> {
    let mut ticket = before.cloned();
    let mut news = Vec::new();
    for entry in fresh {
        let Some(after) = evolve(ticket.clone(), entry) else { continue };
        news.push(News {
            seq: after.version,
            by: entry.by.rule_id(),
            happenings: happenings(ticket.as_ref(), entry, &after),
            said: entry.text.as_ref().map_or("", |text| text.body.as_str()),
        });
        ticket = Some(after);
    }
    news
}
