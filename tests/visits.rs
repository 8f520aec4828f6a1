//! Visits: agreed on, moved, on the way, there, signed for; and who is told.

use reqwest::Method;
use serde_json::{Value, json};

use crate::configuration::sent;
use crate::harness::invariants;
use crate::sla::{ANA, BEN, desk_on_monday, hours};

#[tokio::test]
async fn a_visit_is_agreed_on_moved_and_signed_for() {
    let (desk, monday) = desk_on_monday().await;
    let (admin, ana, ben) = (desk.admin(), desk.as_person(ANA), desk.as_person(BEN));
    let text = admin.get("/v1/config").await.text;
    let region = "\n[[regions]]\nid = \"north\"\nname = \"The North\"\npostcodes = [\"10\"]\n";
    let toml = json!({ "toml": format!("{text}{region}") });
    sent(admin.request(Method::PUT, "/v1/config").json(&toml)).await.expect(200);
    let mails = async |who: &str, words: &str| {
        desk.advance("PT2M").await;
        desk.settle().await;
        let mails = desk.mails_to(who, 0).await;
        mails.iter().filter(|mail| mail["body"].to_string().contains(words)).count()
    };
    let body = json!({ "title": "The boiler", "type": "field_visit", "channel": "email" });
    let n = ana.post("/v1/tickets", body).await.expect(201)["number"].as_u64().expect("a number");
    let plan = |from: i64, to: i64| json!({ "region": "north", "from": monday + hours(from), "to": monday + hours(to) });

    ana.act(n, "visit_plan", plan(24, 26)).await.problem(403, None);
    ben.act(n, "visit_start", json!({})).await.problem(409, None);
    for (body, field) in [
        (json!({}), "from"),
        (json!({ "from": monday + hours(24) }), "to"),
        (plan(26, 24), "to"),
        (
            json!({ "region": "south", "from": monday + hours(24), "to": monday + hours(26) }),
            "region",
        ),
    ] {
        ben.act(n, "visit_plan", body).await.problem(422, Some(field));
    }
    let planned = ben.act(n, "visit_plan", plan(24, 26)).await.expect(200);
    assert_eq!(
        json!([planned["visit"]["region"], planned["visit"]["status"]]),
        json!(["north", "planned"])
    );
    assert_eq!(mails(ANA, "comes to you").await, 1);
    admin.act(n, "assign", json!({ "to": BEN })).await.expect(200);
    admin.act(n, "visit_plan", plan(48, 50)).await.expect(200);
    assert_eq!([mails(ANA, "Ben comes to you").await, mails(BEN, "You visit").await], [1, 1]);
    assert!(mails(ANA, "The North").await >= 2, "where, by its name");

    ben.act(n, "visit_done", json!({ "sign_off": "Ana" })).await.problem(409, None);
    ben.act(n, "visit_start", json!({})).await.expect(200);
    assert_eq!(mails(ANA, "Ben is on the way").await, 1);
    let moved = ben.act(n, "visit_plan", plan(72, 74)).await;
    assert!(moved.text.contains("the visit is on its way"), "{}", moved.text);
    moved.problem(409, None);
    ben.act(n, "visit_arrive", json!({})).await.expect(200);
    ben.act(n, "visit_done", json!({ "note": "x" })).await.problem(422, Some("sign_off"));
    let note = json!({ "sign_off": "Ana Silva", "note": "A new valve." });
    let done = ben.act(n, "visit_done", note).await.expect(200);
    assert_eq!(done["visit"]["status"], "done");
    assert_eq!([mails(ANA, "A new valve.").await, mails(ANA, "Ana Silva signed").await], [1, 1]);
    let said = ana.all(&format!("/v1/tickets/{n}/messages")).await;
    assert_eq!(said.last().map(|message| &message["body"]), Some(&json!("A new valve.")));
    assert_eq!(ana.ticket(n).await["visit"]["status"], "done", "requesters see how far it is");

    ben.act(n, "visit_plan", plan(96, 98)).await.expect(200);
    ben.act(n, "visit_cancel", json!({})).await.problem(422, Some("reason"));
    let reason = json!({ "reason": "The part is late." });
    ben.act(n, "visit_cancel", reason).await.expect(200);
    assert_eq!(mails(ANA, "The part is late.").await, 1);
    let other = ana.open("A question").await;
    let number = other["number"].as_u64().expect("a number");
    assert_eq!(other["visit"], Value::Null);
    let refused = ben.act(number, "visit_plan", plan(120, 122)).await;
    assert!(refused.text.contains("change its type first"), "{}", refused.text);
    invariants(&desk).await;
}
