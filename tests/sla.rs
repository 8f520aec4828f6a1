//! The service promises where they hurt: clocks that must stand still, breaks that must not count,
//! nights on which nobody is to be woken, storms after an outage, dates agreed anew.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::letters::{Letter, header};
use crate::harness::{Desk, Person, invariants, wall};

pub const ANA: &str = "ana@example.org";
pub const BEN: &str = "ben@example.com";
const LEAD: &str = "lead@example.com";
const MANAGER: &str = "manager@example.com";
const HEAD: &str = "head@example.com";

/// A desk with a ladder above its one agent, whose clock stands at the next Monday, 08:00.
pub async fn desk_on_monday() -> (Desk, Timestamp) {
    let desk = Desk::start().await;
    let monday = next_monday();
    desk.set_clock(monday).await;
    for (email, role) in [(LEAD, "lead"), (MANAGER, "manager"), (HEAD, "manager")] {
        desk.admin().post("/v1/members", json!({ "email": email, "role": role })).await.expect(201);
    }
    hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let ladder = json!({ "lead": LEAD, "manager": MANAGER, "head": HEAD });
    desk.admin().patch("/v1/queues/support", ladder).await.expect(200);
    (desk, monday)
}

/// The next Monday, 08:00.
pub fn next_monday() -> Timestamp {
    let today = wall().to_zoned(TimeZone::UTC).date();
    let ahead = 7 - i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_add(ahead.days()).expect("a date");
    monday.at(8, 0, 0, 0).to_zoned(TimeZone::UTC).expect("an instant").timestamp()
}

/// So many hours.
pub fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// Files a ticket of this priority.
pub async fn ticket(ana: &Person, priority: &str) -> u64 {
    let body = json!({ "title": "The shop is down", "description": "Nothing sells.", "priority": priority });
    ana.post("/v1/tickets", body).await.expect(201)["number"].as_u64().expect("a number")
}

/// The receipt, whose stretches must add up.
pub async fn receipt(who: &Person, number: u64) -> Value {
    let receipt = who.get(&format!("/v1/tickets/{number}/sla")).await.expect(200);
    for metric in ["first_response", "next_response", "resolution"] {
        let target = &receipt[metric];
        let counted = target["intervals"].as_array().expect("a list");
        let sum: i64 = counted.iter().filter_map(|one| one["staffed_seconds"].as_i64()).sum();
        // Each stretch is cut to whole seconds by itself.
        let spent = target["spent_seconds"].as_i64().expect("a number");
        assert!((0..=counted.len() as i64).contains(&(spent - sum)), "{metric}: {target:#}");
    }
    receipt
}

/// A moment in RFC 3339.
pub fn instant(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value}"))
}

/// `counts` or `stands`, and why, of each stretch.
pub fn stretches(target: &Value) -> Vec<String> {
    let line = |one: &Value| {
        let word = if one["counted"] == true { "counts" } else { "stands" };
        format!("{word} {}", one["reason"].as_str().unwrap_or_default())
    };
    target["intervals"].as_array().into_iter().flatten().map(line).collect()
}

async fn alarms(desk: &Desk, number: u64) -> Vec<Value> {
    let mut events = desk.admin().all(&format!("/v1/tickets/{number}/events")).await;
    events.retain(|event| event["type"] == "alarm_raised");
    let bare = |event: &Value| json!([event["metric"], event["alarm"], event["due"]]);
    events.iter().map(bare).collect()
}

/// How many mails lead, manager and head got since.
async fn told(desk: &Desk, since: u64) -> [usize; 3] {
    let mut counts = [0; 3];
    for (count, address) in counts.iter_mut().zip([LEAD, MANAGER, HEAD]) {
        *count = desk.mails_to(address, since).await.len();
    }
    counts
}

#[tokio::test]
async fn the_clock_stands_while_others_owe_and_after_it_is_solved() {
    let (desk, monday) = desk_on_monday().await;
    let (ana, ben) = (desk.as_person(ANA), desk.as_person(BEN));
    let n = ticket(&ana, "urgent").await;
    ben.act(n, "claim", json!({})).await.expect(200);
    desk.set_clock(monday + hours(1)).await;
    ben.act(n, "await", json!({ "body": "Which shop?" })).await.expect(200);
    desk.set_clock(monday + hours(21)).await;
    let message = json!({ "body": "The one at the harbour." });
    ana.post(&format!("/v1/tickets/{n}/messages"), message).await.expect(201);
    desk.set_clock(monday + hours(22)).await;
    ben.act(n, "propose", json!({ "solution": "Restarted it." })).await.expect(200);
    desk.set_clock(monday + hours(23)).await;
    ana.act(n, "confirm", json!({})).await.expect(200);
    let solved = receipt(&ben, n).await;
    desk.set_clock(monday + hours(5 * 24)).await;
    let later = receipt(&ben, n).await;
    for metric in ["first_response", "next_response", "resolution"] {
        assert_eq!(solved[metric]["spent_seconds"], later[metric]["spent_seconds"], "{metric}");
        assert_eq!(later[metric]["breached"], false, "{later:#}");
    }
    // Two hours counted of the twenty-four promised; setting the clock takes a moment of its own.
    let spent = later["resolution"]["spent_seconds"].as_i64().expect("a number");
    assert!((7_190..7_400).contains(&spent), "{spent}");
    assert_eq!(
        stretches(&later["resolution"]),
        [
            "counts opened",
            "stands awaiting_requester",
            "counts resumed",
            "stands awaiting_confirmation",
            "stands resolved",
        ]
    );
    assert_eq!(later["resolution"]["state"], "met");
    let next: Vec<_> = later["next"].as_array().into_iter().flatten().collect();
    assert_eq!(next.len(), 1, "{later:#}");
    assert_eq!(next[0]["what"], "close_resolved");
    let back = json!({ "reason": "Down again." });
    ana.act(n, "reopen", back).await.expect(200);
    let reopened = receipt(&ben, n).await;
    assert_eq!(stretches(&reopened["resolution"]).last().expect("one"), "counts reopened");
    invariants(&desk).await;
}

#[tokio::test]
async fn lunch_and_nights_do_not_count_and_nobody_is_told_at_midnight() {
    let (desk, monday) = desk_on_monday().await;
    let ana = desk.as_person(ANA);
    let n = ticket(&ana, "high").await;
    let high = receipt(&desk.admin(), n).await;
    // Opened at eight: four hours from nine on, an hour of lunch between them.
    assert_eq!(instant(&high["first_response"]["due_at"]), monday + hours(6));
    assert_eq!(high["first_response"]["target_seconds"], 4 * 3600);
    assert_eq!(high["first_response"]["calendar"]["hours"], "staffed");
    desk.set_clock(monday + hours(4)).await;
    let before_lunch = receipt(&desk.admin(), n).await["first_response"]["spent_seconds"].clone();
    assert_eq!(before_lunch, 3 * 3600);
    desk.set_clock(monday + SignedDuration::from_mins(4 * 60 + 59)).await;
    let in_lunch = receipt(&desk.admin(), n).await["first_response"]["spent_seconds"].clone();
    assert_eq!(in_lunch, 3 * 3600, "lunch does not count");

    // A week of it: whoever is told anything is told while somebody is there.
    desk.settle().await;
    let start = desk.outbox_end().await;
    desk.set_clock(monday + hours(7 * 24)).await;
    let raised = alarms(&desk, n).await;
    assert!(raised.len() > 8, "{raised:#?}");
    for alarm in &raised {
        let due = instant(&alarm[2]).to_zoned(TimeZone::UTC);
        let staffed = (9..=12).contains(&due.hour()) || (13..=18).contains(&due.hour());
        assert!(staffed && due.weekday().to_monday_zero_offset() < 5, "{alarm}");
    }
    for address in [BEN, LEAD, MANAGER, HEAD, crate::harness::ADMIN] {
        for mail in desk.mails_to(address, start).await {
            let at = instant(&mail["at"]).to_zoned(TimeZone::UTC);
            assert!((9..=18).contains(&at.hour()), "{address} was told at {at}");
        }
    }
    invariants(&desk).await;
}

#[tokio::test]
async fn left_alone_a_ticket_climbs_each_stage_once() {
    let (desk, monday) = desk_on_monday().await;
    let ana = desk.as_person(ANA);
    let n = ticket(&ana, "urgent").await;
    desk.as_person(BEN).act(n, "claim", json!({})).await.expect(200);
    desk.settle().await;
    let start = desk.outbox_end().await;
    let opened = instant(&desk.admin().ticket(n).await["created_at"]);
    desk.set_clock(monday + hours(9 * 24)).await;
    desk.settle().await;
    // First reply and solution each climbed the whole ladder.
    assert_eq!(told(&desk, start).await, [2, 2, 2]);
    let raised = alarms(&desk, n).await;
    for metric in ["first_response", "resolution"] {
        let of: Vec<&Value> = raised.iter().filter(|alarm| alarm[0] == metric).collect();
        // Three warnings, the breach, manager, head, and five reminders.
        assert_eq!(of.len(), 11, "{of:#?}");
        let due = |alarm: &str| {
            let one = of.iter().find(|one| one[1] == alarm).unwrap_or_else(|| panic!("{alarm}"));
            opened.duration_until(instant(&one[2]))
        };
        let whole = if metric == "resolution" { hours(24) } else { hours(2) };
        assert_eq!(due("breach"), whole, "stamped when it fell due, whenever that was seen");
        assert_eq!([due("manager"), due("head")], [whole + whole / 2, whole * 2]);
    }
    let before = desk.outbox_end().await;
    desk.advance("PT1M").await;
    desk.settle().await;
    assert_eq!(told(&desk, before).await, [0, 0, 0], "nothing is told again");
    assert_eq!(alarms(&desk, n).await, raised);
    let receipt = receipt(&desk.admin(), n).await;
    let listed = receipt["resolution"]["alarms"].as_array().expect("a list");
    assert_eq!(listed.len(), 11);
    invariants(&desk).await;
}

/// Alarms by how long after the opening they fell due.
async fn alarms_since_opening(desk: &Desk, number: u64) -> Vec<String> {
    let opened = instant(&desk.admin().ticket(number).await["created_at"]);
    let raised = alarms(desk, number).await;
    let line =
        |one: &Value| format!("{} {} {}", opened.duration_until(instant(&one[2])), one[0], one[1]);
    raised.iter().map(line).collect()
}

/// The desk is away while its clock goes on.
pub async fn outage(desk: &mut Desk, length: SignedDuration) {
    desk.kill();
    let file = desk.data().join("clock");
    let kept = std::fs::read_to_string(&file).expect("a clock that was moved");
    let later = |line: &str| line.trim().parse::<i128>().expect("a number") + length.as_millis();
    let moved: Vec<String> = kept.lines().map(|line| later(line).to_string()).collect();
    std::fs::write(&file, moved.join("\n")).expect("the clock's file");
    desk.start_again().await;
    desk.advance("PT1M").await;
    desk.settle().await;
}

#[tokio::test]
async fn after_an_outage_a_late_look_records_what_a_punctual_one_does_and_storms_nobody() {
    let mut seen = Vec::new();
    for away in [false, true] {
        let (mut desk, monday) = desk_on_monday().await;
        let ana = desk.as_person(ANA);
        let n = ticket(&ana, "urgent").await;
        desk.as_person(BEN).act(n, "claim", json!({})).await.expect(200);
        desk.settle().await;
        let start = desk.outbox_end().await;
        if away {
            outage(&mut desk, hours(9 * 24)).await;
            // Whoever answers for it is told the highest that is true, and nothing else.
            assert_eq!(told(&desk, start).await, [1, 1, 1]);
            assert_eq!(desk.mails_to(BEN, start).await.len(), 1);
        } else {
            desk.set_clock(monday + hours(9 * 24)).await;
        }
        seen.push(alarms_since_opening(&desk, n).await);
        invariants(&desk).await;
    }
    assert_eq!(seen[0].len(), 22);
    assert_eq!(seen[0], seen[1], "when somebody looks changes nothing");
}

#[tokio::test]
async fn an_agreed_date_replaces_the_target_and_keeps_it_on_the_receipt() {
    let (desk, monday) = desk_on_monday().await;
    let (ana, ben, lead) = (desk.as_person(ANA), desk.as_person(BEN), desk.as_person(LEAD));
    let n = ticket(&ana, "high").await;
    let original = receipt(&lead, n).await["resolution"]["due_at"].clone();
    // Sixteen staffed hours: all of Monday and Tuesday.
    assert_eq!(instant(&original), monday + hours(34));
    let agreed = monday + hours(3 * 24 + 2);
    let wish = json!({ "due_at": agreed, "reason": "Agreed with Ana by phone." });
    ben.act(n, "extend", wish.clone()).await.problem(403, None);
    ana.act(n, "extend", wish.clone()).await.problem(403, None);
    lead.act(n, "extend", json!({ "reason": "x" })).await.problem(422, Some("due_at"));
    lead.act(n, "extend", json!({ "due_at": agreed })).await.problem(422, Some("reason"));
    for wrong in [monday - hours(1), monday + hours(400 * 24)] {
        let body = json!({ "due_at": wrong, "reason": "x" });
        lead.act(n, "extend", body).await.problem(422, Some("due_at"));
    }
    let extended = lead.act(n, "extend", wish).await.expect(200);
    assert_eq!(instant(&extended["sla"]["resolution"]["due_at"]), agreed);

    let after = receipt(&ben, n).await["resolution"].clone();
    assert_eq!(instant(&after["due_at"]), agreed);
    assert_eq!(after["original_target_seconds"], 16 * 3600);
    let targets = after["targets"].as_array().expect("a list");
    assert_eq!((&targets[0]["due_at"], &targets[0]["reason"]), (&original, &json!("opened")));
    assert_eq!(targets[1]["reason"], "date_agreed");
    assert_eq!(stretches(&after), ["counts opened", "counts date_agreed"]);

    desk.set_clock(monday + hours(2 * 24)).await;
    assert_eq!(ben.ticket(n).await["sla"]["resolution"]["breached"], false, "the old date passed");
    desk.set_clock(agreed + SignedDuration::from_mins(1)).await;
    assert_eq!(ben.ticket(n).await["sla"]["resolution"]["breached"], true);
    let again = json!({ "due_at": monday + hours(4 * 24 + 2), "reason": "Once more." });
    let again = lead.act(n, "extend", again).await.expect(200);
    assert_eq!(again["sla"]["resolution"]["breached"], true, "what was broken stays on record");
    desk.set_clock(monday + hours(4 * 24 + 3)).await;
    let breaches = alarms(&desk, n).await;
    let breaches = breaches.iter().filter(|one| one[0] == "resolution" && one[1] == "breach");
    assert_eq!(breaches.count(), 2, "alarms count for the new date anew");
    ben.act(n, "claim", json!({})).await.expect(200);
    ben.act(n, "await", json!({})).await.expect(200);
    let standing = json!({ "due_at": monday + hours(9 * 24), "reason": "x" });
    lead.act(n, "extend", standing).await.problem(409, None);
    invariants(&desk).await;
}

#[tokio::test]
async fn whoever_takes_notice_is_left_alone_and_everything_is_on_record() {
    let (desk, monday) = desk_on_monday().await;
    let (ana, ben) = (desk.as_person(ANA), desk.as_person(BEN));
    let n = ticket(&ana, "urgent").await;
    ben.act(n, "claim", json!({})).await.expect(200);
    ben.act(n, "acknowledge", json!({})).await.problem(409, None);
    desk.set_clock(monday + SignedDuration::from_mins(125)).await;
    ana.act(n, "acknowledge", json!({})).await.problem(403, None);
    ben.act(n, "acknowledge", json!({ "for": "PT9H" })).await.problem(422, Some("for"));
    ben.act(n, "acknowledge", json!({})).await.expect(200);
    desk.settle().await;
    let start = desk.outbox_end().await;
    let silent = receipt(&ben, n).await;
    assert!(instant(&silent["silent_until"]) >= monday + SignedDuration::from_mins(185));
    assert_eq!(receipt(&ana, n).await["silent_until"], Value::Null);
    assert!(!ana.get(&format!("/v1/tickets/{n}/events")).await.text.contains("acknowledged"));

    // Half past ten and eleven pass: two reminders, and the manager's rung.
    desk.set_clock(monday + SignedDuration::from_mins(183)).await;
    desk.settle().await;
    assert_eq!(told(&desk, start).await, [0, 0, 0]);
    assert_eq!(desk.mails_to(BEN, start).await.len(), 0);
    let on_record = receipt(&ben, n).await["first_response"]["alarms"].clone();
    let held_back: Vec<&Value> = on_record.as_array().into_iter().flatten().collect();
    let held_back = held_back.into_iter().filter(|one| one["silent"] == true).count();
    assert_eq!(held_back, 3, "{on_record:#}");
    desk.set_clock(monday + SignedDuration::from_mins(245)).await;
    desk.settle().await;
    assert_eq!(told(&desk, start).await, [0, 0, 1], "the head is told once the hour is over");
    assert!(!desk.mails_to(BEN, start).await.is_empty());
    invariants(&desk).await;
}

#[tokio::test]
async fn what_is_not_urgent_and_behind_is_told_once_a_day() {
    let (desk, monday) = desk_on_monday().await;
    let ana = desk.as_person(ANA);
    let number = ticket(&ana, "low").await;
    let digests = async |who: &str| {
        let mails = desk.mails_to(who, 0).await;
        mails
            .iter()
            .filter(|mail| mail["subject"].to_string().contains("behind its promise"))
            .count()
    };
    // Due on Tuesday at six in the evening; Monday's and Tuesday's nine o'clock have nothing to tell.
    let nine = |day: i64| monday + SignedDuration::from_mins(61) + hours(24 * day);
    desk.set_clock(nine(1)).await;
    assert_eq!(digests(LEAD).await, 0);
    desk.set_clock(nine(2)).await;
    assert_eq!([digests(LEAD).await, digests(BEN).await, digests(MANAGER).await], [1, 0, 0]);
    // Whoever takes it hears of it instead of the lead, until it is answered.
    desk.admin().act(number, "assign", json!({ "to": BEN })).await.expect(200);
    desk.set_clock(nine(3)).await;
    assert_eq!([digests(LEAD).await, digests(BEN).await], [1, 1]);
    let answer = json!({ "body": "We are on it." });
    let path = format!("/v1/tickets/{number}/messages");
    desk.as_person(BEN).post(&path, answer).await.expect(201);
    desk.set_clock(nine(4)).await;
    assert_eq!([digests(LEAD).await, digests(BEN).await], [1, 1]);

    // The lead's mail program asks for no more of them; nobody else can ask that for her.
    let address = asked_for_no_more(&desk.mails_to(LEAD, 0).await);
    let another = ticket(&ana, "low").await;
    Letter { subject: "unsubscribe".into(), ..Letter::new(BEN, &address) }.send(&desk).await;
    desk.set_clock(nine(9)).await;
    assert_eq!(digests(LEAD).await, 2, "{another} is behind since yesterday");
    Letter { subject: "unsubscribe".into(), ..Letter::new(LEAD, &address) }.send(&desk).await;
    let line = desk.ledger("email").await.pop().expect("a line");
    assert_eq!((&line["outcome"], &line["number"]), (&json!("suspended"), &Value::Null), "{line}");
    desk.set_clock(nine(10)).await;
    assert_eq!(digests(LEAD).await, 2);
    let mine = "/v1/people/me/preferences";
    assert_eq!(desk.as_person(LEAD).get(mine).await.expect(200)["brief"], false);
    desk.as_person(LEAD).patch(mine, json!({ "brief": null })).await.expect(200);
    desk.set_clock(nine(11)).await;
    assert_eq!(digests(LEAD).await, 3);
    invariants(&desk).await;
}

/// The address in the `List-Unsubscribe` of the last of these mails that has one.
fn asked_for_no_more(mails: &[Value]) -> String {
    let raw = mails.iter().rev().filter_map(|mail| mail["raw"].as_str());
    let mut named = raw.map(|raw| header(raw, "list-unsubscribe"));
    let named = named.find(|value| !value.is_empty()).expect("a way to unsubscribe");
    let address = named.trim_matches(['<', '>']).strip_prefix("mailto:").expect("by mail");
    address.split('?').next().unwrap_or_default().to_owned()
}
