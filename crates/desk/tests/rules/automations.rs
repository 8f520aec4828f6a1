//! Rules on time: to the minute, once an episode, late after an outage, in hours.

use super::*;

#[test]
fn an_automation_fires_to_the_minute_once_an_episode() {
    let is = test(Property::Status, Op::Is(words(&["awaiting_requester"])));
    let nudge = rule("nudge", after(Since::StatusChange, HOUR), vec![is], vec![note("Silence.")]);
    let mut desk = Desk::opened(vec![nudge]);
    desk.agent(Command::Claim);
    assert_ne!(desk.next(), Some(epoch() + HOUR), "not while it is in progress");
    desk.now += HOUR;
    desk.agent(Command::Await(Text::plain("Which chair?")));
    let due = epoch() + HOUR * 2;
    assert_eq!(desk.next(), Some(due));
    desk.tick(due - SignedDuration::from_mins(1));
    assert_eq!(desk.ran().len(), 0);
    desk.tick(due);
    assert_eq!(desk.ran(), ["nudge→4: note"]);
    assert!(desk.next().is_none_or(|next| next > due));
    let known = desk.history.len();
    desk.tick(due);
    desk.tick(due + HOUR);
    assert_eq!(desk.history.len(), known, "ticking twice is ticking once");
    // Another wait is another episode.
    desk.requester(Command::ReplyAsRequester(Text::plain("The blue one.")));
    desk.agent(Command::Await(Text::plain("Which blue one?")));
    desk.tick(desk.now + HOUR);
    assert_eq!(desk.ran().len(), 2);
}

#[test]
fn a_late_automation_fires_once_and_says_when_it_was_due() {
    let late = rule(
        "late",
        after(Since::Created, HOUR),
        vec![],
        vec![Action::Notify { to: [Audience::Role(To::Lead)].into(), words: "An hour.".into() }],
    );
    let mut desk = Desk::opened(vec![late]);
    let due = epoch() + HOUR;
    assert_eq!(desk.next(), Some(due));
    desk.tick(due + HOUR * 3);
    let ran = desk.history.iter().find_map(|entry| match entry.event {
        Event::RuleRan { due, episode, .. } => Some((entry.at, due, episode)),
        _ => None,
    });
    assert_eq!(ran, Some((due + HOUR * 3, Some(due), Some(epoch()))));
    for hours in 4..9 {
        desk.tick(due + HOUR * hours);
        assert!(desk.next().is_none_or(|next| next > desk.now));
    }
    assert_eq!(desk.ran().len(), 1, "it storms nobody");
}

#[test]
fn automations_keep_to_hours_and_count_in_them() {
    let in_hours = After {
        since: Since::Created,
        length: HOUR,
        calendar: Some(CalendarId::from("office")),
        before: false,
    };
    let counted = rule("counted", Cause::After(in_hours), vec![], vec![note("One staffed hour.")]);
    let desk = Desk::opened(vec![counted]);
    assert_eq!(desk.next(), Some(epoch() + HOUR * 2), "the office opens at nine");

    let within = test(Property::Hours, Op::Within(CalendarId::from("office")));
    let kept = rule("kept", after(Since::Created, HOUR * 11), vec![within], vec![note("Open.")]);
    let mut desk = Desk::opened(vec![kept]);
    let tomorrow = epoch() + HOUR * 25;
    assert_eq!(desk.next_by_rule(), Some(tomorrow), "seven in the evening is too late");
    // The minute was asleep, and wakes up at night.
    desk.tick(tomorrow + HOUR * 12);
    assert_eq!(desk.ran().len(), 0);
    assert!(desk.next().is_some_and(|next| next > desk.now));
    desk.tick(tomorrow + HOUR * 24);
    assert_eq!(desk.ran().len(), 1);
}

#[test]
fn before_a_promise_falls_due() {
    let calendar = Some(CalendarId::from("office"));
    let warn = After { since: Since::Due, length: HOUR, calendar, before: true };
    let warn = rule("warn", Cause::After(warn), vec![], vec![tag("soon")]);
    let mut desk = Desk::opened(vec![warn]);
    let due = desk::sla::next_due(desk.ticket()).unwrap().1;
    assert_eq!(due, "2026-03-02T18:00:00Z".parse().unwrap(), "eight staffed hours from nine on");
    desk.tick(due - HOUR - SignedDuration::from_secs(1));
    assert_eq!(desk.ran().len(), 0);
    desk.tick(due - HOUR);
    assert_eq!(desk.ran().len(), 1);
}

#[test]
fn what_is_closed_is_left_alone() {
    let r = rule("r", after(Since::Created, HOUR), vec![], vec![note("Still there?")]);
    let mut desk = Desk::opened(vec![r]);
    desk.requester(Command::Cancel(Text::plain("Found it.")));
    assert_eq!(desk.ticket().status, Status::Closed);
    assert_eq!(desk.next(), None);
    desk.tick(epoch() + HOUR * 5);
    assert_eq!(desk.ran().len(), 0);
}

#[test]
fn automations_that_feed_each_other_come_to_rest() {
    let due = || After { since: Since::Due, length: HOUR * 2_000, calendar: None, before: true };
    let flip = |id: &str, from: Priority, to: Priority| {
        let is = test(Property::Priority, Op::Is(vec![from.to_string()]));
        rule(id, Cause::After(due()), vec![is], vec![Action::SetPriority { to }])
    };
    let rules = vec![
        flip("up", Priority::Medium, Priority::High),
        flip("down", Priority::High, Priority::Medium),
    ];
    let mut desk = Desk::opened(rules);
    desk.tick(epoch() + HOUR);
    assert!(desk.next().is_none_or(|next| next > desk.now), "{:#?}", desk.ran());
    assert!(desk.history.len() < 60, "{}", desk.history.len());
}
