//! The receipt that says for every minute whether it counted and why, over REST and in chat: whoever may
//! read the ticket may read it, each what is for them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::invariants;
use crate::sla::{ANA, BEN, desk_on_monday, hours, instant, receipt, stretches, ticket};

#[tokio::test]
async fn the_receipt_is_for_whoever_may_read_the_ticket() {
    let (desk, monday) = desk_on_monday().await;
    let (ana, ben) = (desk.as_person(ANA), desk.as_person(BEN));
    let n = ticket(&ana, "urgent").await;
    desk.set_clock(monday + SignedDuration::from_mins(130)).await;
    let until = monday + hours(30);
    let hold = json!({ "reason": "The lamp is ordered.", "until": until });
    ben.act(n, "claim", json!({})).await.expect(200);
    ben.act(n, "hold", hold).await.expect(200);

    let inside = receipt(&ben, n).await;
    assert_eq!(inside["number"], n);
    assert_eq!(inside["first_response"]["breached"], true);
    let first = inside["first_response"]["alarms"].as_array().expect("a list");
    let names: Vec<&Value> = first.iter().map(|one| &one["alarm"]).collect();
    let warning = |n: u8| json!({ "warning": n });
    assert_eq!(names, [&warning(0), &warning(1), &warning(2), &json!("breach")]);
    assert_eq!(stretches(&inside["resolution"]), ["counts opened", "stands on_hold"]);
    let held = inside["resolution"]["intervals"].as_array().expect("a list");
    assert_eq!(instant(&held[1]["until"]), until);
    let events = ben.all(&format!("/v1/tickets/{n}/events")).await;
    let began = |seq: &Value| events.iter().find(|event| event["seq"] == *seq).expect("an event");
    assert_eq!(began(&held[1]["seq"])["type"], "held");
    assert_eq!((&held[1]["to"], &inside["resolution"]["due_at"]), (&Value::Null, &Value::Null));
    let next: Vec<_> = inside["next"].as_array().into_iter().flatten().collect();
    let has = |what: &str| next.iter().any(|one| one["what"] == what);
    assert!(has("repeat") && has("manager") && has("head") && has("wake"), "{next:#?}");
    assert!(next.is_sorted_by_key(|one| instant(&one["at"])), "{next:#?}");

    let outside = receipt(&ana, n).await;
    let text = outside.to_string();
    for word in ["on_hold", "hold", "manager", "lead", "breach\"", "lamp", "warning"] {
        assert!(!text.contains(word), "{word} in {outside:#}");
    }
    assert_eq!(stretches(&outside["resolution"]), ["counts opened", "stands waiting_elsewhere"]);
    assert_eq!(outside["first_response"]["due_at"], inside["first_response"]["due_at"]);
    desk.as_person("eve@example.org").get(&format!("/v1/tickets/{n}/sla")).await.problem(404, None);
    ben.get("/v1/tickets/999999/sla").await.problem(404, None);
    ben.get(&format!("/v1/tickets/{n}/sla?limit=1")).await.problem(422, Some("limit"));
    invariants(&desk).await;
}

#[tokio::test]
async fn chat_shows_the_receipt_in_the_readers_own_time() {
    let (desk, monday) = desk_on_monday().await;
    let (ana, eve) = (desk.slack("U0ANA"), desk.discord("115590097100865541"));
    let ben = desk.slack("U0BEN");
    desk.admin()
        .post(
            "/v1/members",
            json!({ "email": "bo@example.com", "role": "agent", "slack": ben.account() }),
        )
        .await
        .expect(201);
    ana.ticket("the lift is stuck").await.expect(200);
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    let due = (monday + hours(10)).as_second();
    for who in [&ana, &ben] {
        let shown = who.ticket(&format!("sla {n}")).await;
        assert_eq!(shown.json["response_type"], "ephemeral");
        let text = shown.json["blocks"].to_string();
        for part in ["First reply (Standard, staffed hours): 0 min of 8 h", "It was opened."] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.contains(&format!("\"timestamp\":{due},")), "{due} in {text}");
    }
    let inside = ben.ticket(&format!("sla {n}")).await.json["blocks"].to_string();
    let outside = ana.ticket(&format!("sla {n}")).await.json["blocks"].to_string();
    assert!(inside.contains("The manager is told.") && !outside.contains("manager"), "{outside}");
    let hint = ana.ticket("sla").await.json["blocks"].to_string();
    assert!(hint.contains("which one? try /ticket sla 12"), "{hint}");

    eve.ticket("open", &[("title", "no sound")]).await.expect(200);
    let number = desk.tickets().await[0]["number"].to_string();
    let shown = eve.ticket("sla", &[("ticket", number.as_str())]).await.json;
    let content = shown["data"]["content"].as_str().expect("plain text");
    assert!(content.contains(&format!("<t:{due}:f>")), "{content}");
    assert!(content.contains("Solution (Standard, staffed hours)"), "{content}");
    let stranger = eve.ticket("sla", &[("ticket", &n.to_string())]).await.json;
    assert!(stranger.to_string().contains("none you may see"), "{stranger}");
    invariants(&desk).await;
}
