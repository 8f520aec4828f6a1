//! Rules on events: what sets one off, what it may do, and what keeps it from going on for ever.

use super::*;

fn scene<'a>(ticket: &'a Ticket, config: &'a Config) -> Scene<'a> {
    Scene { before: None, ticket, queue: config.queues.first(), members: &config.members }
}

#[test]
fn a_trigger_answers_an_opening_in_the_same_breath() {
    let greet = rule(
        "greet",
        on(Happening::Created),
        vec![
            test(Property::RequesterDomain, Op::Is(words(&["VIP.example"]))),
            test(Property::Title, Op::Contains(words(&["REFUND"]))),
            test(Property::Message, Op::Regex("never\\s+delivered".into())),
            test(Property::Queue, Op::Is(words(&["support"]))),
        ],
        vec![
            Action::SetPriority { to: Priority::High },
            tag("vip"),
            Action::Assign { to: PersonId::from("ben") },
            reply("Hello {{requester.first_name}}, {{agent.name}} looks at {{ticket.number}}."),
            Action::Notify {
                to: [Audience::Role(To::Lead)].into(),
                words: "{{ticket.title}}".into(),
            },
        ],
    );
    let other = rule(
        "other",
        on(Happening::Created),
        vec![Condition::None(vec![test(Property::Title, Op::Starts(words(&["my refund"])))])],
        vec![tag("other")],
    );
    let desk = Desk::opened(vec![greet, other]);
    let ticket = desk.ticket();
    assert_eq!((ticket.priority, ticket.status), (Priority::High, Status::InProgress));
    assert_eq!(ticket.tags, ["vip".to_owned()].into());
    assert_eq!(desk.ran(), ["greet→1: set_priority high; add_tags vip; assign ben; reply; notify"]);
    assert_eq!(
        desk.said(),
        ["Hello Kofi, Ben Boateng looks at #7.", "My refund, please"],
        "names are filled in, and what is filled in is not read again"
    );
    // The desk wrote by itself: nobody has answered yet.
    assert!(ticket.clocks.get(Metric::FirstResponse).is_running());
    assert_eq!(ticket.marks.answered_at, None);
    let owed = outgoing(&scene(ticket, &desk.config), 1, &desk.history);
    let told: Vec<Message> = owed.iter().map(|owed| owed.message).collect();
    for message in [Message::AutoReply, Message::Assigned, Message::Notice, Message::Receipt] {
        assert!(told.contains(&message), "{message:?} in {told:?}");
    }
}

#[test]
fn conditions_see_what_changed() {
    let changed = |id: &str, op: Op| {
        rule(id, on(Happening::Updated), vec![test(Property::Priority, op)], vec![tag(id)])
    };
    let mut desk = Desk::opened(vec![
        changed("changed", Op::Changed(true)),
        changed("same", Op::Changed(false)),
        changed("to", Op::ChangedTo(words(&["high"]))),
        changed("from", Op::ChangedFrom(words(&["medium"]))),
        changed("elsewhere", Op::ChangedTo(words(&["low"]))),
    ]);
    assert_eq!(desk.ran(), [] as [&str; 0], "an opening changes nothing");
    let promise = Box::new(desk.ticket().promise.clone());
    desk.agent(Command::SetPriority { to: Priority::High, promise });
    // Each that ran changed the tags, and is asked about by the others once more.
    let tags: Vec<&str> = desk.ticket().tags.iter().map(String::as_str).collect();
    assert_eq!(tags, ["changed", "from", "same", "to"]);
}

#[test]
fn what_cannot_be_done_is_skipped_and_noted() {
    let mut desk = Desk::opened(vec![rule(
        "r",
        on(Happening::Claimed),
        vec![],
        vec![
            Action::SetQueue { to: QueueId::from("support") },
            Action::Close { closure: desk::Closure::Confirmed, words: String::new() },
            reply("From {{field.colour}} to you"),
            tag("seen"),
        ],
    )]);
    desk.agent(Command::Claim);
    let ran = desk.ran();
    let expected = [
        "r→3: close confirmed NOT a ticket that is \"In progress\" cannot be closed",
        "reply NOT {{field.colour}} has no value on this ticket; nothing is sent with a gap in it; \
         add_tags seen",
    ];
    assert!(ran[0].starts_with(expected[0]) && ran[0].ends_with(expected[1]), "{ran:#?}");
}

#[test]
fn a_trigger_that_finds_everything_as_it_wants_it_leaves_no_trace() {
    let r = rule("r", on(Happening::Claimed), vec![], vec![tag("seen")]);
    let mut desk = Desk::opened(vec![r]);
    desk.agent(Command::Claim);
    desk.agent(Command::Release);
    desk.agent(Command::Claim);
    assert_eq!(desk.ran().len(), 1);
}

#[test]
fn rules_stop_those_behind_them_and_rest_when_they_are_off() {
    let mut first = rule("first", on(Happening::Created), vec![], vec![tag("first")]);
    first.stop = true;
    let second = rule("second", on(Happening::Created), vec![], vec![tag("second")]);
    let mut off = rule("off", on(Happening::Created), vec![], vec![tag("off")]);
    off.enabled = false;
    let desk = Desk::opened(vec![off, first, second]);
    assert_eq!(desk.ran(), ["first→1: add_tags first"]);
}

#[test]
fn rules_that_answer_each_other_are_stopped_and_say_so() {
    let toggle = |id: &str, from: Type, to: Type| {
        let is = test(Property::Type, Op::Is(vec![from.to_string()]));
        rule(id, on(Happening::Updated), vec![is], vec![Action::SetType { to }])
    };
    let there = toggle("there", Type::Question, Type::Fault);
    let back = toggle("back", Type::Fault, Type::Question);
    let mut desk = Desk::opened(vec![there, back]);
    desk.agent(Command::Claim);
    let ran = desk.ran();
    assert_eq!(ran.iter().filter(|line| line.ends_with(": depth")).count(), 1, "{ran:#?}");
    assert!(ran.len() <= 11, "{ran:#?}");
    // The next one is heard all the same.
    desk.agent(Command::Release);
    assert!(desk.ran().len() > ran.len());
}

#[test]
fn twenty_runs_a_minute_are_enough() {
    let note = rule("note", on(Happening::CommentedRequester), vec![], vec![note("Heard.")]);
    let mut desk = Desk::opened(vec![note]);
    for _ in 0..40 {
        desk.now += SignedDuration::from_secs(1);
        desk.requester(Command::ReplyAsRequester(Text::plain("Hello?")));
    }
    let ran = desk.ran();
    assert_eq!(ran.len(), 21, "{ran:#?}");
    assert_eq!(ran.last().map(String::as_str), Some("note: runs"), "once");
    desk.now += SignedDuration::from_mins(2);
    desk.requester(Command::ReplyAsRequester(Text::plain("Hello?")));
    assert_eq!(desk.ran().len(), 22, "they go on after a rest");
}

#[test]
fn too_much_at_once_is_not_done() {
    let many = |id: &str| {
        let actions = (0..10).map(|n| note(&format!("{id} {n}"))).collect();
        rule(id, on(Happening::Created), vec![], actions)
    };
    let desk = Desk::opened(vec![many("a"), many("b"), many("c")]);
    let ran = desk.ran();
    assert_eq!(ran.len(), 3, "{ran:#?}");
    assert_eq!(ran[2], format!("c: {}", Fuse::Length));
}

#[test]
fn a_machine_is_never_answered() {
    let r = rule("r", on(Happening::Created), vec![], vec![reply("Hello."), tag("seen")]);
    let mut desk = Desk::with(vec![r]);
    desk.silent = true;
    desk.open();
    let ran = desk.ran();
    assert!(ran[0].starts_with("r→1: reply NOT a machine sent this ticket"), "{ran:#?}");
    // What a rule rejects it rejects by itself as well.
    let by = Actor::Rule { id: RuleId::from("r") };
    let event = Event::Closed { closure: desk::Closure::Rejected };
    let entry = Entry { at: desk.now, by, event, text: Some(Text::plain("No.")) };
    let owed = outgoing(&scene(desk.ticket(), &desk.config), 9, &[entry]);
    assert!(owed.iter().all(|owed| matches!(owed.message, Message::Events(_))), "{owed:#?}");
}

#[test]
fn the_desk_does_not_talk_to_itself_for_ever() {
    let heard = rule("heard", on(Happening::CommentedRequester), vec![], vec![reply("Heard.")]);
    let mut desk = Desk::opened(vec![heard]);
    for _ in 0..12 {
        desk.now += HOUR;
        desk.requester(Command::ReplyAsRequester(Text::plain("I am not here.")));
    }
    assert_eq!(desk.said().len(), 10);
    assert!(desk.ran().last().is_some_and(|ran| ran.contains("an agent has to answer first")));
    desk.agent(Command::ReplyAsAgent(Text::plain("Are you?")));
    desk.requester(Command::ReplyAsRequester(Text::plain("I am not here.")));
    assert_eq!(desk.said().len(), 11);
}

#[test]
fn a_rule_counts_its_changes() {
    let one = rule("one", on(Happening::Created), vec![], vec![tag("a")]);
    let renamed = Rule { name: "Another".into(), version: 1, ..one.clone() };
    let fresh = Rule { id: RuleId::from("two"), version: 9, ..one.clone() };
    let same = Rule { version: 1, ..one.clone() };
    let versions = |rules: Vec<Rule>| -> Vec<u32> {
        versioned(std::slice::from_ref(&one), rules).iter().map(|rule| rule.version).collect()
    };
    assert_eq!(versions(vec![same, fresh]), [3, 1]);
    assert_eq!(versions(vec![renamed]), [4]);
}
