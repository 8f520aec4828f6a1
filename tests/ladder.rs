//! A promise is kept, or those who answer for it hear of it, one after the other and once each. And
//! what may happen to a ticket, what may not, and how a refusal is worded.

use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::{Desk, Person, invariants, names_ticket};

const LEAD: &str = "lead@example.com";
const MANAGER: &str = "manager@example.com";
const HEAD: &str = "head@example.com";
const BEN: &str = "ben@example.com";

/// A desk with a ladder above its one agent, Ben.
async fn desk_with_a_ladder() -> Desk {
    let desk = Desk::start().await;
    for (email, role) in [(LEAD, "lead"), (MANAGER, "manager"), (HEAD, "manager")] {
        desk.admin().post("/v1/members", json!({ "email": email, "role": role })).await.expect(201);
    }
    hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let ladder = json!({ "lead": LEAD, "manager": MANAGER, "head": HEAD });
    let queue = desk.admin().patch("/v1/queues/support", ladder).await.expect(200);
    assert_eq!(queue["lead"]["email"], LEAD);
    desk
}

async fn urgent_ticket(ana: &Person) -> u64 {
    let body = json!({ "title": "The shop is down", "description": "Nothing sells.", "priority": "urgent" });
    ana.post("/v1/tickets", body).await.expect(201)["number"].as_u64().expect("a number")
}

/// How many mails each of them got since: lead, manager, head.
async fn told(desk: &Desk, since: u64) -> [usize; 3] {
    let mut counts = [0; 3];
    for (count, address) in counts.iter_mut().zip([LEAD, MANAGER, HEAD]) {
        *count = desk.mails_to(address, since).await.len();
    }
    counts
}

async fn alarms(desk: &Desk, number: u64) -> Vec<Value> {
    let mut events = desk.admin().all(&format!("/v1/tickets/{number}/events")).await;
    events.retain(|event| event["type"] == "alarm_raised");
    events
}

#[tokio::test]
async fn an_urgent_ticket_without_an_answer_climbs_the_ladder_step_by_step() {
    let desk = desk_with_a_ladder().await;
    let n = urgent_ticket(&desk.as_person("ana@example.org")).await;
    desk.as_person(BEN).act(n, "claim", json!({})).await.expect(200);
    desk.settle().await;
    let start = desk.outbox_end().await;
    let due = desk.admin().ticket(n).await["sla"]["first_response"]["due_at"].clone();

    for (step, expected) in [("PT2H", [1, 0, 0]), ("PT1H", [1, 1, 0]), ("PT1H", [1, 1, 1])] {
        desk.advance(step).await;
        assert_eq!(told(&desk, start).await, expected, "lead, manager, head after {step}");
    }
    for address in [LEAD, MANAGER, HEAD] {
        let mails = desk.mails_to(address, start).await;
        assert!(mails.iter().all(|mail| names_ticket(&mail.to_string(), n)), "{mails:#?}");
    }

    let first = |event: &&Value| event["metric"] == "first_response";
    let raised = alarms(&desk, n).await;
    let warnings = raised.iter().filter(first).filter(|event| event["due"].as_str() < due.as_str());
    let warnings = warnings.count();
    let mails = desk.mails_to(BEN, start).await;
    let before = mails.iter().filter(|mail| mail["at"].as_str() < due.as_str()).count();
    assert!(warnings > 0, "{raised:#?}");
    assert_eq!(before, warnings, "Ben is warned once a warning: {mails:#?}");
    let ticket = desk.admin().ticket(n).await;
    assert_eq!(ticket["sla"]["first_response"]["breached"], true);
    assert_eq!(ticket["sla"]["resolution"]["breached"], false);
    invariants(&desk).await;
}

#[tokio::test]
async fn one_long_leap_tells_the_same_people_the_same_things() {
    let desk = desk_with_a_ladder().await;
    let n = urgent_ticket(&desk.as_person("ana@example.org")).await;
    desk.as_person(BEN).act(n, "claim", json!({})).await.expect(200);
    desk.settle().await;
    let start = desk.outbox_end().await;
    desk.advance("PT4H").await;
    assert_eq!(told(&desk, start).await, [1, 1, 1]);
    let before = alarms(&desk, n).await.len();
    desk.advance("PT1S").await;
    desk.settle().await;
    assert_eq!(alarms(&desk, n).await.len(), before, "nothing falls due within a second");
    assert_eq!(told(&desk, start).await, [1, 1, 1]);
    invariants(&desk).await;
}

#[tokio::test]
async fn an_answer_in_time_keeps_the_ladder_quiet() {
    let desk = desk_with_a_ladder().await;
    let n = urgent_ticket(&desk.as_person("ana@example.org")).await;
    let ben = desk.as_person(BEN);
    ben.act(n, "claim", json!({})).await.expect(200);
    let reply = json!({ "body": "We are looking at it right now." });
    ben.post(&format!("/v1/tickets/{n}/messages"), reply).await.expect(201);
    desk.settle().await;
    let start = desk.outbox_end().await;
    desk.advance("PT4H").await;
    assert_eq!(told(&desk, start).await, [0, 0, 0]);
    let ticket = desk.admin().ticket(n).await;
    assert_eq!(ticket["sla"]["first_response"]["breached"], false);
    assert!(ticket["sla"]["first_response"]["met_at"].is_string(), "{ticket:#}");
    invariants(&desk).await;
}

#[tokio::test]
async fn a_fresh_desk_keeps_its_promises_with_its_admin_alone() {
    let desk = Desk::start().await;
    let n = urgent_ticket(&desk.as_person("ana@example.org")).await;
    desk.settle().await;
    let start = desk.outbox_end().await;
    desk.advance("PT4H").await;
    let mails = desk.mails_to(crate::harness::ADMIN, start).await;
    assert!(mails.iter().any(|mail| names_ticket(&mail.to_string(), n)), "{mails:#?}");
    invariants(&desk).await;
}

#[tokio::test]
async fn the_clock_and_what_it_caused_survive_a_restart() {
    let mut desk = desk_with_a_ladder().await;
    let n = urgent_ticket(&desk.as_person("ana@example.org")).await;
    desk.as_person(BEN).act(n, "claim", json!({})).await.expect(200);
    desk.settle().await;
    let start = desk.outbox_end().await;
    desk.advance("PT2H").await;
    desk.restart().await;
    desk.settle().await;
    assert_eq!(told(&desk, start).await, [1, 0, 0], "nothing is told again");
    desk.advance("PT1H").await;
    assert_eq!(told(&desk, start).await, [1, 1, 0]);
    invariants(&desk).await;
}

#[tokio::test]
async fn a_solution_is_proposed_declined_proposed_again_and_confirmed() {
    let desk = desk_with_a_ladder().await;
    let ana = desk.as_person("ana@example.org");
    let n = urgent_ticket(&ana).await;
    let ben = desk.as_person(BEN);
    let stands = |ticket: &Value| json!([ticket["status"], ticket["assignee"]["email"]]);

    ben.act(n, "claim", json!({})).await.expect(200);
    let solution = json!({ "solution": "Restarted the till." });
    let proposed = ben.act(n, "propose", solution).await.expect(200);
    assert_eq!(stands(&proposed), json!(["awaiting_confirmation", BEN]));
    let reason = json!({ "reason": "It went down again." });
    let declined = ana.act(n, "decline", reason).await.expect(200);
    assert_eq!(stands(&declined), json!(["in_progress", BEN]), "back to the same agent");
    ben.act(n, "propose", json!({ "solution": "Replaced the till." })).await.expect(200);
    let confirmed = ana.act(n, "confirm", json!({})).await.expect(200);
    let end =
        json!([confirmed["status"], confirmed["closure"], confirmed["resolved_at"].is_string()]);
    assert_eq!(end, json!(["resolved", "confirmed", true]));
    let rated = ana.act(n, "rate", json!({ "score": 5, "comment": "Quick." })).await.expect(200);
    assert_eq!(rated["rating"], 5);

    desk.settle().await;
    let heard = desk.mails_to("ana@example.org", 0).await;
    for words in ["Restarted the till.", "Replaced the till."] {
        assert!(heard.iter().any(|mail| mail["body"].to_string().contains(words)), "{heard:#?}");
    }
    let heard = desk.mails_to(BEN, 0).await;
    let again =
        heard.iter().filter(|mail| mail["body"].to_string().contains("It went down again."));
    assert_eq!(again.count(), 1, "Ben hears that it came back: {heard:#?}");
    invariants(&desk).await;
}

#[tokio::test]
async fn a_refusal_says_which_field_or_what_stands_in_the_way() {
    let desk = desk_with_a_ladder().await;
    let (ana, ben, admin) = (desk.as_person("ana@example.org"), desk.as_person(BEN), desk.admin());
    let n = urgent_ticket(&ana).await;
    let ticket = format!("/v1/tickets/{n}");

    for (body, field) in [
        (json!({}), "title"),
        (json!({ "title": " " }), "title"),
        (json!({ "title": 7 }), "title"),
        (json!({ "title": "x", "priority": "very" }), "priority"),
        (json!({ "title": "x", "type": "wish" }), "type"),
        (json!({ "title": "x", "queue": "nowhere" }), "queue"),
        (json!({ "title": "x", "requester": { "email": "no address" } }), "requester.email"),
        (json!({ "title": "x", "requester": {} }), "requester.email"),
    ] {
        admin.post("/v1/tickets", body).await.problem(422, Some(field));
    }
    for (verb, body, field) in [
        ("hold", json!({}), "reason"),
        ("assign", json!({}), "to"),
        ("assign", json!({ "to": "nobody@example.com" }), "to"),
        ("propose", json!({}), "solution"),
        ("transfer", json!({ "queue": "nowhere", "reason": "x" }), "queue"),
    ] {
        ben.act(n, verb, body).await.problem(422, Some(field));
    }
    ana.act(n, "rate", json!({ "score": 9 })).await.problem(422, Some("score"));
    ben.post(&format!("{ticket}/messages"), json!({})).await.problem(422, Some("body"));

    ben.act(n, "propose", json!({ "solution": "Unclaimed." })).await.problem(409, None);
    ana.act(n, "confirm", json!({})).await.problem(409, None);
    ben.act(n, "claim", json!({})).await.expect(200);
    desk.as_person(LEAD).act(n, "claim", json!({})).await.problem(409, None);
    admin
        .post("/v1/members", json!({ "email": BEN, "role": "agent" }))
        .await
        .problem(409, Some("email"));

    for path in
        ["/v1/tickets/999999", "/v1/tickets/none", "/v1/nothing", "/v1/tickets/999999/events"]
    {
        admin.get(path).await.problem(404, None);
    }
    ben.act(n, "fly", json!({})).await.problem(404, None);
    desk.as_person("eve@example.org").act(n, "cancel", json!({})).await.problem(404, None);
    ana.act(n, "propose", json!({ "solution": "Mine." })).await.problem(403, None);
    ana.post("/v1/members", json!({ "email": "x@example.com", "role": "admin" }))
        .await
        .problem(403, None);
    ana.get("/v1/inbound").await.problem(403, None);

    let broken = ana.request(reqwest::Method::POST, "/v1/tickets").body("{");
    crate::harness::Answer::to(broken).await.expect("an answer").problem(400, None);
    let stale = ben.request(reqwest::Method::PATCH, &ticket).header("if-match", "\"1\"");
    let stale = stale.json(&json!({ "priority": "low" }));
    crate::harness::Answer::to(stale).await.expect("an answer").problem(412, None);
    assert_eq!(desk.admin().ticket(n).await["priority"], "urgent");
    assert_eq!(desk.tickets().await.len(), 1, "no refusal left anything behind");
    invariants(&desk).await;
}
