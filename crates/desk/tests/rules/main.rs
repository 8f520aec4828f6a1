//! What rules do: on events, on time, within their limits, and never to a machine.

use desk::access::{Permit, Role, Who, permit};
use desk::answer::Answers;
use desk::command::Opening;
use desk::config::{Config, Member};
use desk::hindsight::with_promises_of;
use desk::history::Text;
use desk::outbox::{Message, Scene, outgoing};
use desk::policy::Circumstances;
use desk::rule::audience::Role as To;
use desk::rule::replay::{Asker, replay};
use desk::rule::{
    Action, After, Audience, Cause, Condition, Facts, Fuse, Happening, Op, Property, Rule, Says,
    Since, Subject, due, follow, versioned,
};
use desk::sla::Metric;
use desk::{
    Actor, CalendarId, Channel, Command, Entry, Event, Number, PersonId, Priority, QueueId, RuleId,
    Status, Ticket, Type, decide, evolve, next_moment,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A Monday, an hour before the office opens.
fn epoch() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

fn rule(id: &str, cause: Cause, when: Vec<Condition>, then: Vec<Action>) -> Rule {
    Rule {
        id: RuleId::from(id),
        name: format!("Rule {id}"),
        enabled: true,
        version: 3,
        cause,
        when,
        then,
        stop: false,
    }
}

fn on(happening: Happening) -> Cause {
    Cause::On(vec![happening])
}

fn after(since: Since, length: SignedDuration) -> Cause {
    Cause::After(After { since, length, calendar: None, before: false })
}

fn test(property: Property, op: Op) -> Condition {
    Condition::Test { subject: Subject::Of(property), op }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn tag(tag: &str) -> Action {
    Action::AddTags { tags: [tag.to_owned()].into() }
}

fn note(words: &str) -> Action {
    Action::Note { words: words.into() }
}

fn reply(words: &str) -> Action {
    Action::Reply { words: words.into() }
}

mod automations;
mod properties;
mod replay;
mod triggers;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A desk with one ticket; every command is followed by what rules make of it.
struct Desk {
    config: Config,
    now: Timestamp,
    ticket: Option<Ticket>,
    history: Vec<Entry>,
    silent: bool,
    title: String,
}

impl Desk {
    fn with(rules: Vec<Rule>) -> Desk {
        let mut config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
        let work = Default::default();
        let (email, name) = ("ben@example.com".to_owned(), "Ben Boateng".to_owned());
        let id = PersonId::from("ben");
        config.members.push(Member { id, email, name, role: Role::Agent, work, from_guild: false });
        config.rules = rules;
        let title = "My refund, please".to_owned();
        Desk { config, now: epoch(), ticket: None, history: Vec::new(), silent: false, title }
    }

    fn opened(rules: Vec<Rule>) -> Desk {
        let mut desk = Desk::with(rules);
        desk.open();
        desk
    }

    fn open(&mut self) {
        let (kind, channel, priority) = (Type::Question, Channel::Email, Priority::Medium);
        let email = Some("kofi@vip.example");
        let form = None;
        let known = Circumstances { queue: None, kind, priority, channel, email, form };
        let opening = Command::Open(Box::new(Opening {
            number: Number(7),
            requester: PersonId::from("kofi"),
            kind,
            priority,
            channel,
            promise: self.config.promise(&known),
            queue: QueueId::from("support"),
            origin: None,
            silent: self.silent,
            receipt: desk::Acknowledgement::Whole,
            external_id: None,
            organisation: None,
            text: Text::plain("The chair was never delivered."),
            filled: None,
        }));
        self.requester(opening);
    }

    fn agent(&mut self, command: Command) {
        self.by("ben", Role::Agent, command);
    }

    fn requester(&mut self, command: Command) {
        self.by("kofi", Role::Requester, command);
    }

    fn by(&mut self, who: &str, role: Role, command: Command) {
        let who = Who::new(PersonId::from(who), role);
        let permit = permit(&who, self.ticket.as_ref(), command).unwrap();
        self.carry_out(&permit);
    }

    fn tick(&mut self, now: Timestamp) {
        self.now = now;
        self.carry_out(&Permit::tick());
    }

    fn carry_out(&mut self, permit: &Permit) {
        let decided = decide(self.ticket.as_ref(), permit, self.now).unwrap();
        let ticking = *permit.command() == Command::Tick;
        let answers = Answers::new();
        let facts = facts(&self.config, &self.title, &answers);
        let more = follow(self.ticket.as_ref(), &decided, &facts, self.now, ticking);
        for entry in decided.into_iter().chain(more) {
            self.ticket = evolve(self.ticket.take(), &entry);
            self.history.push(entry);
        }
    }

    fn ticket(&self) -> &Ticket {
        self.ticket.as_ref().unwrap()
    }

    fn next(&self) -> Option<Timestamp> {
        next_moment(self.ticket()).into_iter().chain(self.next_by_rule()).min()
    }

    fn next_by_rule(&self) -> Option<Timestamp> {
        let answers = Answers::new();
        let facts = facts(&self.config, &self.title, &answers);
        due::next_moment(self.ticket(), &facts, self.now)
    }

    /// What rules said of themselves: `rule→entry: actions`.
    fn ran(&self) -> Vec<String> {
        let ran = self.history.iter().filter_map(|entry| match &entry.event {
            Event::RuleRan { rule, version: 3, because, did, .. } => {
                let did = did.iter().map(|did| match &did.skipped {
                    Some(why) => format!("{} NOT {why}", did.action),
                    None => did.action.clone(),
                });
                Some(format!("{rule}→{because}: {}", did.collect::<Vec<_>>().join("; ")))
            }
            Event::RulesStopped { fuse, rule } => Some(format!("{rule}: {fuse}")),
            _ => None,
        });
        ran.collect()
    }

    fn said(&self) -> Vec<&str> {
        let by_rule = self.history.iter().filter(|entry| entry.by.rule_id().is_some());
        by_rule.filter_map(|entry| Some(entry.text.as_ref()?.body.as_str())).collect()
    }
}

fn facts<'a>(config: &'a Config, title: &'a str, answers: &'a Answers) -> Facts<'a> {
    let says = Says { title, answers };
    let email = Some("kofi@vip.example");
    Facts { config, says, said: Some(says), name: "Kofi Mensah", email }
}
