//! What holds of any rules whatever, and whatever people do meanwhile.

use proptest::prelude::*;

use super::*;

fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    let one = prop_oneof![
        Just(test(Property::Priority, Op::Is(words(&["medium", "low"])))),
        Just(test(Property::Status, Op::IsNot(words(&["on_hold"])))),
        Just(test(Property::Tags, Op::NoneOf(["done".to_owned()].into()))),
        Just(test(Property::Assignee, Op::Empty(true))),
        Just(test(Property::Hours, Op::Within(CalendarId::from("office")))),
    ];
    prop::collection::vec(one, 0..2)
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let one = prop_oneof![
        prop::sample::select(Priority::ALL).prop_map(|to| Action::SetPriority { to }),
        prop::sample::select(Type::ALL).prop_map(|to| Action::SetType { to }),
        prop::sample::select(vec!["a", "b", "done"]).prop_map(tag),
        Just(Action::Assign { to: PersonId::from("ben") }),
        Just(Action::Unassign),
        Just(Action::Await { words: "Still there, {{requester.name}}?".into() }),
        Just(Action::Hold { length: HOUR, reason: "Later.".into() }),
        Just(Action::Close { closure: desk::Closure::Spam, words: "Bye.".into() }),
        Just(reply("Hello {{agent.name}}.")),
        Just(note("{{queue.name}}")),
        Just(Action::GiveOut { how: None }),
    ];
    prop::collection::vec(one, 1..4)
}

fn causes() -> impl Strategy<Value = Cause> {
    let timed = (prop::sample::select(Since::ALL), 1..3_000i64, any::<bool>(), any::<bool>());
    prop_oneof![
        prop::sample::select(Happening::ALL).prop_map(on),
        timed.prop_map(|(since, minutes, before, hours)| {
            let calendar = hours.then(|| CalendarId::from("office"));
            let length = SignedDuration::from_mins(minutes);
            Cause::After(After { since, length, calendar, before: before && since == Since::Due })
        }),
    ]
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let one = (causes(), conditions(), actions(), any::<bool>());
    prop::collection::vec(one, 1..6).prop_map(|several| {
        let numbered = several.into_iter().enumerate();
        let made = numbered.map(|(n, (cause, when, then, stop))| Rule {
            stop,
            ..rule(&format!("r{n}"), cause, when, then)
        });
        made.collect()
    })
}

/// What somebody tries, whether the ticket takes it or not.
fn tries() -> impl Strategy<Value = (i64, Option<Command>)> {
    let command = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Command::Claim)),
        1 => Just(Some(Command::Release)),
        1 => Just(Some(Command::ReplyAsAgent(Text::plain("We look.")))),
        1 => Just(Some(Command::Await(Text::plain("Which?")))),
        1 => Just(Some(Command::Propose(Text::plain("Replaced.")))),
        1 => Just(Some(Command::AddNote(Text::plain("Odd.")))),
    ];
    (0..6_000i64, command)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_rules_do_they_come_to_rest(
        rules in rules(),
        steps in prop::collection::vec(tries(), 1..8),
    ) {
        let mut desk = Desk::opened(rules);
        for (minutes, command) in steps {
            let known = desk.history.len();
            desk.now += SignedDuration::from_mins(minutes);
            match command {
                // The clock looks late, and everything that was due by then is over.
                None => {
                    desk.tick(desk.now);
                    prop_assert!(
                        desk.next().is_none_or(|next| next > desk.now),
                        "{:?} is due at {}: {:#?}", desk.next(), desk.now, desk.ran()
                    );
                    let known = desk.history.len();
                    desk.tick(desk.now);
                    prop_assert_eq!(desk.history.len(), known, "ticking twice is ticking once");
                }
                Some(command) => {
                    let who = Who::new(PersonId::from("ben"), Role::Agent);
                    let permit = permit(&who, desk.ticket.as_ref(), command).unwrap();
                    // Without rules it would be taken just the same.
                    if decide(desk.ticket.as_ref(), &permit, desk.now).is_ok() {
                        desk.carry_out(&permit);
                    }
                }
            }
            let fresh = desk.history.get(known..).unwrap_or_default();
            let by_rules = fresh.iter().filter(|entry| entry.by.rule_id().is_some()).count();
            prop_assert!(by_rules <= 26, "{by_rules} entries by rules at once");
            prop_assert_eq!(&desk::fold(&desk.history), &desk.ticket);
        }
        for entry in &desk.history {
            // What a rule writes answers nobody.
            let answers = entry.by.rule_id().is_some() && entry.answers_requester();
            prop_assert!(!answers, "{entry:?}");
        }
    }
}
