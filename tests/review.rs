//! A queue whose solutions a colleague looks at before the requester does.

use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::{Desk, invariants};

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.com";
const LEAD: &str = "lead@example.com";
const FIRST: &str = "Turn it off and on again.";
const BETTER: &str = "We replaced the power supply.";

#[tokio::test]
async fn a_colleague_looks_at_a_solution_before_the_requester_does() {
    let desk = Desk::start().await;
    let ana = desk.as_person(ANA);
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let lead = hire(&desk, LEAD, json!({ "name": "Lea", "role": "lead" })).await;
    let admin = desk.admin();
    admin
        .patch("/v1/queues/support", json!({ "review": "yes" }))
        .await
        .problem(422, Some("review"));
    let reviewing = json!({ "review": true, "lead": LEAD });
    let queue = admin.patch("/v1/queues/support", reviewing).await.expect(200);
    assert_eq!(queue["review"], true);
    let mails = async |who: &str, words: &str| {
        desk.settle().await;
        let mails = desk.mails_to(who, 0).await;
        mails.iter().filter(|mail| mail["body"].to_string().contains(words)).count()
    };

    let n = ana.open("It is dark").await["number"].as_u64().expect("a number");
    ben.act(n, "claim", json!({})).await.expect(200);
    ben.act(n, "approve", json!({})).await.problem(409, None);
    let submitted = ben.act(n, "propose", json!({ "solution": FIRST })).await.expect(200);
    assert_eq!(submitted["status"], "in_review");
    assert_eq!([mails(ANA, FIRST).await, mails(LEAD, FIRST).await], [0, 1]);
    let said = ana.all(&format!("/v1/tickets/{n}/messages")).await;
    assert!(!json!(said).to_string().contains(FIRST), "{said:#?}");

    // Neither whoever proposed it nor whoever asked.
    let reason = json!({ "reason": "I like it." });
    ben.act(n, "approve", json!({})).await.problem(409, None);
    ben.act(n, "decline", reason.clone()).await.problem(409, None);
    ana.act(n, "approve", json!({})).await.problem(403, None);
    ana.act(n, "decline", reason).await.problem(403, None);
    let back =
        lead.act(n, "decline", json!({ "reason": "That is no solution." })).await.expect(200);
    assert_eq!(json!([back["status"], back["assignee"]["email"]]), json!(["in_progress", BEN]));
    assert_eq!([mails(BEN, "no solution").await, mails(ANA, "no solution").await], [1, 0]);

    ben.act(n, "propose", json!({ "solution": BETTER })).await.expect(200);
    let approved = lead.act(n, "approve", json!({})).await.expect(200);
    assert_eq!(approved["status"], "awaiting_confirmation");
    assert_eq!(mails(ANA, BETTER).await, 1);
    assert_eq!(mails(BEN, "Lea approved").await, 1);
    let said = ana.all(&format!("/v1/tickets/{n}/messages")).await;
    let words: Vec<&Value> = said.iter().map(|message| &message["body"]).collect();
    assert_eq!(words.last(), Some(&&json!(BETTER)), "{said:#?}");
    assert!(!json!(said).to_string().contains(FIRST), "{said:#?}");
    ana.act(n, "confirm", json!({})).await.expect(200);
    invariants(&desk).await;
}

#[tokio::test]
async fn chat_submits_for_review_as_well() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    hire(&desk, BEN, json!({ "slack": ben.account() })).await;
    desk.admin().patch("/v1/queues/support", json!({ "review": true })).await.expect(200);
    ana.ticket("the coffee machine is broken").await.expect(200);
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    ben.ticket(&format!("claim {n}")).await.expect(200);
    ben.ticket(&format!("close {n} Descaled it.")).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["status"], "in_review");
    desk.admin().act(n, "approve", json!({})).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["status"], "awaiting_confirmation");
    invariants(&desk).await;
}
