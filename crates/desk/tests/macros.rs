//! Macros: all of their actions or none, each as the agent may do it themself.

use desk::access::{Role, Who, permit};
use desk::answer::Answers;
use desk::command::{Opening, Refusal};
use desk::config::{Config, Member};
use desk::history::Text;
use desk::macros::Macro;
use desk::rule::{Action, Cause, Facts, Happening, Rule, Says, follow};
use desk::{
    Channel, Command, Entry, Event, MacroId, Number, PersonId, Priority, QueueId, RuleId, Status,
    Ticket, Type, decide, evolve, fold,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn config() -> Config {
    let mut config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
    let (email, name) = ("ben@example.com".to_owned(), "Ben Boateng".to_owned());
    let id = PersonId::from("ben");
    config.members.push(Member {
        id,
        email,
        name,
        role: Role::Agent,
        work: Default::default(),
        from_guild: false,
    });
    config
}

fn ben() -> Who {
    Who::new(PersonId::from("ben"), Role::Agent)
}

fn opened(config: &Config) -> Vec<Entry> {
    let (kind, channel, priority) = (Type::Question, Channel::Email, Priority::Medium);
    let known = desk::policy::Circumstances {
        queue: None,
        kind,
        priority,
        channel,
        email: None,
        form: None,
    };
    let opening = Command::Open(Box::new(Opening {
        number: Number(7),
        requester: PersonId::from("kofi"),
        kind,
        priority,
        channel,
        promise: config.promise(&known),
        queue: QueueId::from("support"),
        origin: None,
        silent: false,
        receipt: desk::Acknowledgement::Whole,
        external_id: None,
        organisation: None,
        text: Text::plain("The chair was never delivered."),
        filled: None,
    }));
    let kofi = Who::new(PersonId::from("kofi"), Role::Requester);
    decide(None, &permit(&kofi, None, opening).unwrap(), now()).unwrap()
}

fn prepared(then: Vec<Action>) -> Macro {
    Macro { id: MacroId::from("m"), name: "Which one?".into(), queue: None, then }
}

fn tag(tag: &str) -> Action {
    Action::AddTags { tags: [tag.to_owned()].into() }
}

fn facts<'a>(config: &'a Config, answers: &'a Answers) -> Facts<'a> {
    let says = Says { title: "My chair", answers };
    Facts { config, says, said: Some(says), name: "Kofi Mensah", email: None }
}

fn applied(one: &Macro, who: &Who) -> Result<(Ticket, Vec<Entry>), Refusal> {
    let (config, answers) = (config(), Answers::new());
    let mut ticket = fold(&opened(&config)).unwrap();
    let mut entries = Vec::new();
    for permit in one.permits(who, &ticket, &facts(&config, &answers), now())? {
        for entry in decide(Some(&ticket), &permit, now())? {
            ticket = evolve(Some(ticket), &entry).unwrap();
            entries.push(entry);
        }
    }
    Ok((ticket, entries))
}

#[test]
fn a_macro_does_everything_by_the_agents_hand() {
    let words = "Hello {{requester.first_name}}, which one? {{agent.first_name}}".to_owned();
    let one = prepared(vec![Action::Claim, tag("a"), tag("b"), Action::Await { words }]);
    let (ticket, entries) = applied(&one, &ben()).unwrap();
    assert_eq!(ticket.status, Status::AwaitingRequester);
    assert_eq!(ticket.tags, ["a".to_owned(), "b".to_owned()].into(), "one builds on the other");
    assert_eq!(entries[0].event.name(), "macro_applied");
    assert!(entries.iter().all(|entry| entry.by.person_id() == Some(&ben().id)));
    let said = entries.last().and_then(|entry| entry.text.clone()).unwrap();
    assert_eq!(said.body, "Hello Kofi, which one? Ben");
    assert!(ticket.clocks.first_response.met_at().is_some(), "an agent answered by hand");
}

#[test]
fn a_macro_does_all_of_it_or_nothing() {
    // Nobody proposes a solution to what nobody has.
    let solved = Action::Propose { words: "Replaced.".into() };
    let refused = applied(&prepared(vec![tag("a"), solved]), &ben());
    assert!(matches!(refused, Err(Refusal::NotAllowed { .. })), "{refused:?}");
    let gap = Action::Reply { words: "Write to {{requester.email}}".into() };
    let refused = applied(&prepared(vec![tag("a"), gap]), &ben()).unwrap_err();
    assert!(refused.to_string().starts_with("{{requester.email}} has no value"), "{refused}");
    let kofi = Who::new(PersonId::from("kofi"), Role::Requester);
    assert_eq!(applied(&prepared(vec![tag("a")]), &kofi).unwrap_err(), Refusal::NotPermitted);
}

#[test]
fn a_teams_macro_is_for_the_team() {
    let mut config = config();
    let one = Macro { queue: Some(QueueId::from("support")), ..prepared(vec![tag("a")]) };
    let lead = Who::new(PersonId::from("lea"), Role::Lead);
    assert!(!one.is_for(&ben(), &config) && one.is_for(&lead, &config));
    config.queues[0].members.push(ben().id);
    assert!(one.is_for(&ben(), &config));
    assert!(prepared(Vec::new()).is_for(&ben(), &config));
    let kofi = Who::new(PersonId::from("kofi"), Role::Requester);
    assert!(!prepared(Vec::new()).is_for(&kofi, &config));
}

#[test]
fn a_rule_applies_everybodys_macro() {
    let mut config = config();
    let words = "Thank you, {{requester.name}}.".to_owned();
    config.macros = vec![prepared(vec![tag("a"), Action::Reply { words }])];
    config.rules = vec![Rule {
        id: RuleId::from("r"),
        name: "R".into(),
        enabled: true,
        version: 1,
        cause: Cause::On(vec![Happening::Created]),
        when: Vec::new(),
        then: vec![Action::Macro { id: MacroId::from("m") }],
        stop: false,
    }];
    let answers = Answers::new();
    let added = follow(None, &opened(&config), &facts(&config, &answers), now(), false);
    let names: Vec<&str> = added.iter().map(|entry| entry.event.name()).collect();
    assert_eq!(names, ["rule_ran", "tagged", "auto_replied"]);
    let Event::RuleRan { did, .. } = &added[0].event else { panic!("it ran") };
    assert_eq!(did.len(), 2, "{did:?}");
}
