//! What would have been: a rule, or other policies, on a history that is there.

use super::*;

/// A ticket that was asked, put back, answered and claimed, on a desk without rules.
fn lived() -> Desk {
    let mut desk = Desk::opened(Vec::new());
    desk.now += HOUR * 2;
    desk.agent(Command::Claim);
    desk.agent(Command::Await(Text::plain("Which chair?")));
    desk.now += HOUR * 30;
    desk.requester(Command::ReplyAsRequester(Text::plain("I want a refund.")));
    desk.agent(Command::Await(Text::plain("Which one?")));
    desk.now += HOUR * 2;
    desk
}

fn would(desk: &Desk, rule: &Rule) -> Vec<String> {
    let asker = Asker { name: "Kofi Mensah", email: Some("kofi@vip.example") };
    let would = replay(rule, &desk.history, asker, &desk.config, desk.now);
    let shown = would.iter().map(|run| {
        let did: Vec<&str> = run.did.iter().map(|did| did.action.as_str()).collect();
        format!("{} {}: {}", run.entry, epoch().duration_until(run.at), did.join(", "))
    });
    shown.collect()
}

#[test]
fn what_a_rule_would_have_done_is_told_without_doing_it() {
    let desk = lived();
    let refund = rule(
        "refund",
        on(Happening::CommentedRequester),
        vec![test(Property::Message, Op::Contains(words(&["refund"])))],
        vec![tag("refund"), Action::SetPriority { to: Priority::High }],
    );
    assert_eq!(would(&desk, &refund), ["5 PT32H: add_tags refund, set_priority high"]);
    let is = test(Property::Status, Op::Is(words(&["awaiting_requester"])));
    let nudge = rule("nudge", after(Since::StatusChange, HOUR), vec![is], vec![note("Silence.")]);
    assert_eq!(would(&desk, &nudge), ["4 PT3H: note", "7 PT33H: note"], "once a wait");
    let never = rule("never", after(Since::Created, HOUR * 900), vec![], vec![note("Old.")]);
    assert_eq!(would(&desk, &never), [] as [&str; 0]);
    let off = Rule { enabled: false, ..refund };
    assert_eq!(would(&desk, &off).len(), 1, "it is asked about as if it were on");
}

#[test]
fn what_other_policies_would_have_promised() {
    let desk = lived();
    let email = Some("kofi@vip.example");
    let same = with_promises_of(&desk.config, &desk.history, email, desk.now).unwrap();
    assert_eq!(same.promise, desk.ticket().promise);
    let broken = |ticket: &Ticket| ticket.clocks.first_response.breached;
    assert!(!broken(&same) && !broken(desk.ticket()));
    let mut hasty = desk.config.clone();
    let targets = hasty.policies[0].targets.get_mut(&Priority::Medium).unwrap();
    targets.first_response = Some(SignedDuration::from_mins(30));
    let then = with_promises_of(&hasty, &desk.history, email, desk.now).unwrap();
    assert!(broken(&then), "the first answer came an hour after nine");
    assert_eq!(then.clocks.first_response.met_at(), desk.ticket().clocks.first_response.met_at());
}
