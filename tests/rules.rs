//! What the desk does by itself: rules on events and on time, over REST and as a file, and what a
//! ticket's history says of them.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::configuration::sent;
use crate::doors::hire;
use crate::harness::{ADMIN, Desk, Person, invariants};
use crate::sla::{next_monday, outage};

const ANA: &str = "ana@vip.example";
const BEN: &str = "ben@example.com";

/// Dear guests first, with an answer at once.
fn greeting() -> Value {
    json!({
        "id": "guests",
        "name": "Dear guests",
        "on": ["created"],
        "when": [
            { "field": "requester.domain", "is": ["vip.example"] },
            { "field": "message", "regex": "never (came|arrived)" },
        ],
        "then": [
            { "do": "set_priority", "to": "high" },
            { "do": "assign", "to": BEN },
            { "do": "add_tags", "tags": ["vip"] },
            { "do": "reply", "words": "Hello {{requester.first_name}}, {{agent.name}} has {{ticket.number}}." },
            { "do": "note", "words": "Treat well." },
            { "do": "close", "closure": "spam" , "words": "{{queue.name}} {{requester.email}}" },
        ],
    })
}

async fn ran(who: &Person, number: u64) -> Vec<Value> {
    let events = who.all(&format!("/v1/tickets/{number}/events")).await;
    events.into_iter().filter(|event| event["type"] == "rule_ran").collect()
}

async fn asks(who: &Person, description: &str) -> u64 {
    let body = json!({ "title": "My chair", "description": description });
    let ticket = who.post("/v1/tickets", body).await.expect(201);
    ticket["number"].as_u64().expect("a number")
}

#[tokio::test]
async fn a_trigger_acts_in_the_same_breath_and_says_which_rule_it_was() {
    let desk = Desk::start().await;
    let (admin, ana) = (desk.admin(), desk.as_person(ANA));
    let ben = hire(&desk, BEN, json!({ "name": "Ben Boateng" })).await;
    ben.post("/v1/rules", greeting()).await.problem(403, None);
    ana.get("/v1/rules").await.problem(403, None);
    let mut wrong = greeting();
    wrong["then"][3]["words"] = json!("Dear {{guest}}");
    admin.post("/v1/rules", wrong).await.problem(422, Some("then[3].words"));
    let mut closing = greeting();
    closing["then"].as_array_mut().expect("actions").pop();
    let made = admin.post("/v1/rules", closing).await;
    assert_eq!(made.header("location"), "/v1/rules/guests");
    let etag = made.header("etag").to_owned();
    let made = made.expect(201);
    assert_eq!((&made["version"], &made["position"]), (&json!(1), &json!(1)));
    assert_eq!(made["then"][1]["to"], BEN, "people go by their addresses");
    admin.post("/v1/rules", greeting()).await.problem(409, None);

    let n = asks(&ana, "It never arrived.").await;
    let ticket = admin.ticket(n).await;
    let stands = json!([ticket["priority"], ticket["assignee"]["email"], ticket["tags"]]);
    assert_eq!(stands, json!(["high", BEN, ["vip"]]));
    assert_eq!(ticket["sla"]["first_response"]["met_at"], Value::Null, "nobody answered yet");
    let runs = ran(&admin, n).await;
    assert_eq!(runs.len(), 1, "{runs:#?}");
    let said = json!([runs[0]["rule"], runs[0]["name"], runs[0]["version"], runs[0]["because"]]);
    assert_eq!(said, json!(["guests", "Dear guests", 1, 1]));
    assert_eq!(runs[0]["by"]["rule"], "guests");
    let did: Vec<&Value> = runs[0]["did"].as_array().into_iter().flatten().collect();
    assert_eq!(did.len(), 5, "{did:#?}");
    assert!(did.iter().all(|did| did.get("skipped").is_none()), "{did:#?}");
    assert_eq!(ran(&ana, n).await, Vec::<Value>::new(), "how a desk works is not the requester's");
    let said = ana.all(&format!("/v1/tickets/{n}/messages")).await;
    assert_eq!(said[1]["body"], format!("Hello Ana, Ben Boateng has #{n}."));
    assert_eq!(said.len(), 2, "{said:#?}");
    desk.settle().await;
    let mails = desk.mails_to(ANA, 0).await;
    let greeted = mails.iter().find(|mail| mail["body"].to_string().contains("Ben Boateng has"));
    let greeted = greeted.expect("a mail").to_string();
    assert!(greeted.to_lowercase().contains("auto-submitted"), "{greeted}");
    assert_eq!(ran(&admin, asks(&ana, "It is green.").await).await, Vec::<Value>::new());

    // A changed rule is another version, and what a ticket refuses is skipped.
    let edit = json!({ "name": "Guests", "then": greeting()["then"] });
    let stale = admin.request(Method::PATCH, "/v1/rules/guests").header("If-Match", "\"x\"");
    sent(stale.json(&edit)).await.problem(412, None);
    let fresh = admin.request(Method::PATCH, "/v1/rules/guests").header("If-Match", etag);
    let edited = sent(fresh.json(&edit)).await.expect(200);
    assert_eq!(edited["version"], 2);
    let again = admin.patch("/v1/rules/guests", json!({ "name": "Guests" })).await.expect(200);
    assert_eq!(again["version"], 2, "nothing changed");
    let n = asks(&ana, "It never came.").await;
    let ticket = admin.ticket(n).await;
    assert_eq!((&ticket["status"], &ticket["closure"]), (&json!("closed"), &json!("spam")));
    assert_eq!(ran(&admin, n).await[0]["version"], 2);

    as_a_file(&admin).await;
    let removed = admin.request(Method::DELETE, "/v1/rules/second");
    assert_eq!(sent(removed).await.status, 204);
    assert_eq!(admin.all("/v1/rules").await.len(), 1);
    invariants(&desk).await;
}

/// Rules are part of the configuration's file, and versions count across it.
async fn as_a_file(admin: &Person) {
    let second = json!({
        "id": "second", "position": 1,
        "after": { "since": "requester_message", "length": "1d", "calendar": "office" },
        "then": [{ "do": "notify", "to": ["lead", ADMIN], "words": "Waiting." }],
    });
    admin.post("/v1/rules", second).await.expect(201);
    let order: Vec<Value> =
        admin.all("/v1/rules").await.iter().map(|rule| rule["id"].clone()).collect();
    assert_eq!(order, ["second", "guests"]);
    let file = admin.get("/v1/config").await.text;
    let changed = file.replace("name = \"Guests\"", "name = \"VIP\"");
    let plan = admin.post("/v1/config/plan", json!({ "toml": changed })).await.expect(200);
    assert_eq!(plan["changes"][0]["text"], "~ rule guests: name  Guests → VIP");
    assert_eq!(plan["changes"].as_array().map(Vec::len), Some(1));
    let apply = admin.request(Method::PUT, "/v1/config").json(&json!({ "toml": changed }));
    let version = sent(apply).await.expect(200)["version"].as_u64().expect("a version");
    let versions = async || {
        let rules = admin.all("/v1/rules").await;
        rules.iter().map(|rule| rule["version"].as_u64().unwrap_or(0)).collect::<Vec<_>>()
    };
    assert_eq!(versions().await, [1, 3], "only what differs is another version");
    let back = json!({ "version": version - 1 });
    admin.post("/v1/config/rollback", back).await.expect(200);
    assert_eq!(versions().await, [1, 4], "a version is never used for something else");
    let after = |calendar: &str| format!("\"requester_message\", calendar = \"{calendar}\"");
    let missing = file.replace(&after("office"), &after("never"));
    assert_ne!(missing, file);
    admin.post("/v1/config/plan", json!({ "toml": missing })).await.problem(422, None);
}

#[tokio::test]
async fn an_automation_runs_on_the_minute_and_late_after_an_outage() {
    let mut desk = Desk::start().await;
    let admin = desk.admin();
    hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let waiting = json!({
        "id": "nobody-took-it",
        "after": { "since": "created", "length": "2h" },
        "when": [{ "field": "assignee", "empty": true }],
        "then": [
            { "do": "notify", "to": [BEN], "words": "Nobody has taken {{ticket.number}} yet." },
            { "do": "add_tags", "tags": ["waiting"] },
        ],
    });
    admin.post("/v1/rules", waiting).await.expect(201);
    let hurry = json!({
        "id": "hurry",
        "on": ["tag_added"],
        "when": [{ "field": "tags", "any_of": ["waiting"] }],
        "then": [{ "do": "set_priority", "to": "high" }],
    });
    admin.post("/v1/rules", hurry).await.expect(201);
    desk.set_clock(next_monday() + SignedDuration::from_hours(1)).await;
    let ana = desk.as_person(ANA);
    let told = async |desk: &Desk, n: u64| {
        desk.settle().await;
        let mails = desk.mails_to(BEN, 0).await;
        let about = format!("Nobody has taken #{n} yet.");
        mails.iter().filter(|mail| mail["body"].to_string().contains(&about)).count()
    };
    let due = |run: &Value| -> (jiff::Timestamp, jiff::Timestamp) {
        let instant = |name: &str| run[name].as_str().and_then(|at| at.parse().ok());
        (instant("due").expect("an instant"), instant("at").expect("an instant"))
    };

    let punctual = asks(&ana, "A chair.").await;
    let taken = asks(&ana, "A table.").await;
    desk.as_person(BEN).act(taken, "claim", json!({})).await.expect(200);
    desk.advance("PT1H").await;
    assert_eq!(told(&desk, punctual).await, 0);
    desk.advance("PT3H").await;
    let runs = ran(&admin, punctual).await;
    let (when, at) = due(&runs[0]);
    assert!(when.duration_until(at) < SignedDuration::from_mins(1), "to the minute: {runs:#?}");
    assert_eq!(runs[1]["rule"], "hurry", "what an automation does sets off triggers");
    assert_eq!(admin.ticket(punctual).await["priority"], "high");
    assert_eq!([told(&desk, punctual).await, told(&desk, taken).await], [1, 0]);
    assert_eq!(ran(&admin, taken).await, Vec::<Value>::new());

    let kept = json!({
        "id": "in-hours",
        "after": { "since": "created", "length": "3h" },
        "when": [{ "field": "hours", "within": "office" }, { "field": "title", "is": "A clock" }],
        "then": [{ "do": "add_tags", "tags": ["in-hours"] }],
    });
    admin.post("/v1/rules", kept).await.expect(201);
    let clock = ana.post("/v1/tickets", json!({ "title": "A clock" })).await.expect(201);
    let clock = clock["number"].as_u64().expect("a number");
    let late = asks(&ana, "A lamp.").await;
    desk.settle().await;
    outage(&mut desk, SignedDuration::from_hours(5)).await;
    let admin = desk.admin();
    let runs = ran(&admin, late).await;
    let (when, at) = due(&runs[0]);
    assert!(when.duration_until(at) >= SignedDuration::from_hours(3), "{runs:#?}");
    assert_eq!([told(&desk, late).await, runs.len()], [1, 2], "once, and it says so");
    let tags = async |number: u64| admin.ticket(number).await["tags"].to_string();
    assert!(!tags(clock).await.contains("in-hours"), "the office is closed by now");
    desk.advance("PT24H").await;
    assert!(tags(clock).await.contains("in-hours"), "it waited for the morning");
    assert_eq!([told(&desk, late).await, told(&desk, punctual).await], [1, 1]);
    invariants(&desk).await;
}

#[tokio::test]
async fn what_a_rule_or_a_policy_would_have_done_is_told_and_nothing_is_done() {
    let mut desk = Desk::start().await;
    let ana = desk.as_person(ANA);
    hire(&desk, BEN, json!({ "name": "Ben Boateng" })).await;
    desk.advance("PT1M").await;
    let old = asks(&ana, "It never arrived.").await;
    ana.act(old, "cancel", json!({})).await.expect(200);
    desk.settle().await;
    outage(&mut desk, SignedDuration::from_hours(2_400)).await;
    let (admin, ana, ben) = (desk.admin(), desk.as_person(ANA), desk.as_person(BEN));
    let mut asked = Vec::new();
    for n in 0..4 {
        let words = if n == 2 { "It is green." } else { "It never came." };
        asked.push(asks(&ana, words).await);
    }
    desk.advance("PT3H").await;
    ben.act(asked[3], "claim", json!({})).await.expect(200);
    let answer = json!({ "body": "Which one?" });
    ben.post(&format!("/v1/tickets/{}/messages", asked[3]), answer).await.expect(201);
    let before: Vec<Value> = admin.all("/v1/tickets").await;

    ben.post("/v1/rules/dry-run", greeting()).await.problem(403, None);
    let mut items = Vec::new();
    let mut path = "/v1/rules/dry-run?limit=2".to_owned();
    let (mut looked_at, mut runs) = (0, 0);
    loop {
        let page = admin.post(&path, greeting()).await.expect(200);
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        looked_at += page["looked_at"].as_u64().unwrap_or(0);
        runs += page["runs"].as_u64().unwrap_or(0);
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/rules/dry-run?limit=2&cursor={cursor}");
    }
    assert_eq!((looked_at, runs), (4, 3), "{items:#?}");
    let found: Vec<u64> = items.iter().filter_map(|one| one["ticket"].as_u64()).collect();
    assert_eq!(found, [asked[3], asked[1], asked[0]], "newest first, none older than 90 days");
    let run = &items[0]["runs"][0];
    assert_eq!(json!([run["entry"], run["did"][0]["action"]]), json!([1, "set_priority high"]));

    let standard = admin.get("/v1/policies/standard").await.expect(200);
    let mut hasty = json!({ "id": "standard", "name": "Standard", "targets": standard["targets"] });
    hasty["targets"]["medium"]["calendar"] = json!("around-the-clock");
    hasty["targets"]["medium"]["first_response"] = json!("1h");
    let told = admin.post("/v1/policies/dry-run", hasty).await.expect(200);
    let total = &told["totals"]["first_response"];
    assert_eq!(json!([total["breached"], total["would_be_breached"]]), json!([0, 4]), "{told:#}");
    let one = &told["items"][0]["first_response"];
    assert_eq!(json!([one["would_be_target_seconds"], one["breached"]]), json!([3600, false]));
    assert_eq!(admin.all("/v1/tickets").await, before, "nothing was done");
    assert_eq!(admin.all("/v1/rules").await, Vec::<Value>::new());
    invariants(&desk).await;
}
