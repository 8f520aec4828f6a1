//! Forms: what is asked of whom, what a ticket begins with, who sees the answers; and packs of them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::config_file::config;
use crate::configuration::sent;
use crate::doors::hire;
use crate::harness::{ADMIN, Desk, Person, invariants};

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.com";

/// A form as it is first written: with a mistake that a draft may have.
fn draft() -> Value {
    json!({
        "id": "laptop",
        "name": "Laptop",
        "queue": "it",
        "type": "incident",
        "priority": "high",
        "policy": "fast",
        "handlers": [BEN],
        "fields": [
            { "id": "trouble", "label": { "en": "Trouble", "de": "Problem" }, "kind": "select", "required": true, "options": [
                { "id": "lost", "label": { "en": "Lost", "de": "Verloren" } },
                { "id": "broken", "label": { "en": "Broken", "de": "Kaputt" } },
            ] },
            { "id": "serial", "label": "Serial number", "required": true, "shown_when": { "field": "trouble", "is": ["broken"] } },
            { "id": "floor", "label": "Floor", "kind": "number", "min": 0, "max": 10 },
            { "id": "cost", "label": "Cost centre", "kind": "select", "options": ["it", "hr"], "hidden_from_requester": true },
        ],
    })
}

#[tokio::test]
async fn a_form_asks_for_what_is_needed_and_shows_it_to_whom_it_may() {
    let desk = Desk::start().await;
    let (admin, ana) = (desk.admin(), desk.as_person(ANA));
    let chat = desk.slack("U0BEN");
    let ben = hire(&desk, BEN, json!({ "name": "Ben", "slack": chat.account() })).await;
    admin.post("/v1/queues", json!({ "id": "it", "members": [BEN] })).await.expect(201);
    let urgent = json!({ "calendar": "around-the-clock", "first_response": "1h" });
    let fast = json!({
        "id": "fast", "name": "Fast", "when": { "queue": ["it"], "type": ["complaint"] },
        "targets": { "high": urgent },
    });
    admin.post("/v1/policies", fast).await.expect(201);
    a_draft_is_written_and_published(&desk, &ben, &ana).await;
    what_does_not_fit_names_its_field(&ana).await;

    let fields = json!({ "trouble": "broken", "serial": " XK-17 ", "floor": 3 });
    let body = json!({ "title": "It smokes", "form": "laptop", "fields": fields });
    let once = || ana.post_once("/v1/tickets", "laptop-1", &body);
    let opened = once().await.expect("an answer").expect(201);
    assert_eq!(once().await.expect("an answer").expect(201), opened);
    let n = opened["number"].as_u64().expect("a number");
    let begins = ["form", "queue", "type", "priority"].map(|name| opened[name].clone());
    assert_eq!(json!(begins), json!(["laptop", "it", "incident", "high"]));
    assert_eq!(opened["sla"]["policy"], "Fast", "the form names its policy");
    let said = json!({ "floor": 3, "serial": "XK-17", "trouble": "broken" });
    assert_eq!(opened["fields"], said);
    desk.settle().await;
    let mails = desk.mails_to(BEN, 0).await;
    let told = mails.iter().any(|mail| mail["body"].to_string().contains("Serial number: XK-17"));
    assert!(told, "{mails:#?}");

    let card = chat.ticket(&format!("show {n}")).await;
    assert!(card.text.contains("Serial number: XK-17"), "{}", card.text);

    // What the request says goes before the form.
    let own = json!({ "title": "x", "form": "laptop", "fields": { "trouble": "lost" }, "priority": "low", "queue": "support" });
    let own = ana.post("/v1/tickets", own).await.expect(201);
    let begins = ["queue", "priority"].map(|name| own[name].clone());
    assert_eq!(json!(begins), json!(["support", "low"]));
    assert_ne!(own["sla"]["policy"], "Fast", "Fast promises nothing low");

    agents_set_fields(&desk, &ben, &ana, n).await;
    a_form_that_goes_leaves_its_answers(&admin, &ana, &ben, n).await;
    invariants(&desk).await;
}

async fn a_draft_is_written_and_published(desk: &Desk, ben: &Person, ana: &Person) {
    let admin = desk.admin();
    let made = admin.post("/v1/forms", draft()).await;
    assert_eq!(made.header("location"), "/v1/forms/laptop");
    let made = made.expect(201);
    assert_eq!(json!([made["status"], made["position"]]), json!(["draft", 1]));
    admin.post("/v1/forms", draft()).await.problem(409, Some("id"));
    let same_name = json!({ "id": "other", "name": "Laptop" });
    admin.post("/v1/forms", same_name).await.problem(409, Some("name"));
    ben.post("/v1/forms", json!({ "id": "mine" })).await.problem(403, None);
    for (body, field) in [
        (json!({ "id": "x", "name": "Thirteen char" }), "name"),
        (json!({ "id": "x", "description": "x".repeat(141) }), "description"),
        (json!({ "id": "x", "queue": "nowhere" }), "queue"),
        (json!({ "id": "x", "handlers": ["nobody@example.com"] }), "handlers[0]"),
        (json!({ "id": "x", "fields": [{ "id": "a" }, { "id": "a" }] }), "fields[1].id"),
        (json!({ "id": "x", "fields": [{ "id": "a", "kind": "colour" }] }), "fields[0].kind"),
        (json!({ "id": "x", "position": 9 }), "position"),
    ] {
        admin.post("/v1/forms", body).await.problem(422, Some(field));
    }
    // A draft is there for agents alone, and no ticket can be opened with it.
    ana.get("/v1/forms/laptop").await.problem(404, None);
    assert_eq!(ana.all("/v1/forms").await, [] as [Value; 0]);
    let body = json!({ "title": "x", "form": "laptop", "fields": { "trouble": "lost" } });
    ana.post("/v1/tickets", body.clone()).await.problem(422, Some("form"));
    let refused = ben.post("/v1/tickets", body).await;
    assert!(refused.text.contains("publish it first"), "{}", refused.text);

    let path = "/v1/forms/laptop";
    let publish = json!({ "status": "published" });
    admin.patch(path, publish).await.problem(422, Some("description"));
    let stale = admin.request(Method::PATCH, path).header("if-match", "\"nonsense\"");
    sent(stale.json(&json!({ "name": "L" }))).await.problem(412, None);
    let whole = json!({ "status": "published", "description": "A laptop is lost or broken." });
    assert_eq!(admin.patch(path, whole).await.expect(200)["status"], "published");
    admin.post("/v1/forms", json!({ "id": "second", "position": 1 })).await.expect(201);
    let order = admin.all("/v1/forms").await;
    assert_eq!(order.iter().map(|one| &one["id"]).collect::<Vec<_>>(), ["second", "laptop"]);
    let seen = ben.get(path).await.expect(200);
    assert_eq!(seen["fields"].as_array().map(Vec::len), Some(4));
    assert_eq!(seen["fields"][0]["label"], json!({ "en": "Trouble", "de": "Problem" }));

    let german = ana.request(Method::GET, path).header("accept-language", "fr, de-AT;q=0.9");
    let german = sent(german).await.expect(200);
    let fields = german["fields"].as_array().expect("fields");
    assert_eq!(fields.len(), 3, "{german:#}");
    assert_eq!(
        json!([fields[0]["label"], fields[0]["options"][0]["label"]]),
        json!(["Problem", "Verloren"])
    );
    assert_eq!([&german["handlers"], &german["policy"]], [&Value::Null, &Value::Null]);
}

async fn what_does_not_fit_names_its_field(ana: &Person) {
    for (fields, field) in [
        (json!({}), "fields.trouble"),
        (json!({ "trouble": "stolen" }), "fields.trouble"),
        (json!({ "trouble": "broken" }), "fields.serial"),
        (json!({ "trouble": "lost", "floor": 11 }), "fields.floor"),
        (json!({ "trouble": "lost", "floor": { "a": 1 } }), "fields.floor"),
        (json!({ "trouble": "lost", "cost": "it" }), "fields.cost"),
        (json!({ "trouble": "lost", "colour": "red" }), "fields.colour"),
        (json!([]), "fields"),
    ] {
        let body = json!({ "title": "x", "form": "laptop", "fields": fields });
        ana.post("/v1/tickets", body).await.problem(422, Some(field));
    }
    let none = json!({ "title": "x", "form": "none" });
    ana.post("/v1/tickets", none).await.problem(422, Some("form"));
    let without = json!({ "title": "x", "fields": { "floor": 1 } });
    ana.post("/v1/tickets", without).await.problem(422, Some("form"));
}

async fn agents_set_fields(desk: &Desk, ben: &Person, ana: &Person, n: u64) {
    let path = format!("/v1/tickets/{n}");
    let set = |fields: Value| json!({ "fields": fields });
    ana.patch(&path, set(json!({ "floor": 4 }))).await.problem(403, None);
    ben.patch(&path, set(json!({ "floor": "four" }))).await.problem(422, Some("fields.floor"));
    ben.patch(&path, set(json!({ "trouble": null }))).await.problem(422, Some("fields.trouble"));
    let edited = ben.patch(&path, set(json!({ "cost": "hr", "floor": null }))).await.expect(200);
    let said = json!({ "cost": "hr", "serial": "XK-17", "trouble": "broken" });
    assert_eq!(edited["fields"], said);
    let version = edited["version"].clone();
    let same = ben.patch(&path, set(json!({ "cost": "hr" }))).await.expect(200);
    assert_eq!(same["version"], version, "what stays as it is changes nothing");
    let seen = ana.ticket(n).await;
    assert_eq!(seen["fields"], json!({ "serial": "XK-17", "trouble": "broken" }));
    let list = ana.all("/v1/tickets").await;
    assert!(!json!(list).to_string().contains("\"cost\""), "{list:#?}");

    let events = ben.all(&format!("{path}/events")).await;
    let set = events.iter().find(|event| event["type"] == "fields_set").expect("the fact");
    assert_eq!(set["fields"], json!(["cost", "floor"]));
    assert!(!json!(events).to_string().contains("XK-17"), "answers are words: {events:#?}");
    let seen = ana.all(&format!("{path}/events")).await;
    assert!(!json!(seen).to_string().contains("fields"), "{seen:#?}");
    let plain = desk.admin().open("Without a form").await;
    assert_eq!([&plain["form"], &plain["fields"]], [&Value::Null, &json!({})]);
    let path = format!("/v1/tickets/{}", plain["number"]);
    let refused = ben.patch(&path, json!({ "fields": { "floor": 1 } })).await;
    refused.problem(422, Some("fields"));
    ben.patch(&path, json!({ "fields": {} })).await.expect(200);
}

async fn a_form_that_goes_leaves_its_answers(admin: &Person, ana: &Person, ben: &Person, n: u64) {
    let in_use = sent(admin.request(Method::DELETE, "/v1/policies/fast")).await;
    assert!(in_use.text.contains("form laptop names this policy"), "{}", in_use.text);
    in_use.problem(409, None);
    let text = admin.get("/v1/config").await.text;
    assert!(text.contains("[[forms.fields]]\nid = \"trouble\""), "{text}");
    let when = json!({ "id": "lost", "when": { "form": ["laptop"] }, "targets": { "high": { "calendar": "office" } } });
    admin.post("/v1/policies", when).await.expect(201);
    let gone = |path: &'static str| sent(admin.request(Method::DELETE, path));
    gone("/v1/forms/laptop").await.problem(409, None);
    gone("/v1/policies/lost").await;
    assert_eq!(gone("/v1/forms/laptop").await.status, 204);
    assert_eq!(ben.ticket(n).await["fields"]["serial"], "XK-17");
    assert_eq!(ana.ticket(n).await["fields"], json!({}));
    // The configuration as it was before has the form again.
    let body = json!({ "toml": text });
    sent(admin.request(Method::PUT, "/v1/config").json(&body)).await.expect(200);
    assert_eq!(admin.get("/v1/config").await.text, text);
    assert_eq!(ana.ticket(n).await["fields"]["serial"], "XK-17");
}

#[tokio::test]
async fn a_pack_brings_a_kind_of_work_and_changes_nothing_that_is_there() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let packs = admin.all("/v1/packs").await;
    let ids: Vec<&Value> = packs.iter().map(|pack| &pack["id"]).collect();
    assert_eq!(ids, ["it", "facilities", "academic", "after-sales", "property", "logistics"]);
    desk.as_person(ANA).get("/v1/packs").await.problem(403, None);
    admin.post("/v1/packs/none", json!({})).await.problem(404, None);

    let listen = desk.base().trim_start_matches("http://").to_owned();
    let ask = |words: &[&str]| {
        let words: Vec<&str> = words.iter().copied().chain(["--listen", &listen]).collect();
        config(&desk, &words, "")
    };
    assert!(ask(&["packs"]).fine().contains("academic      Complaints, refunds"));
    let added = ask(&["add", "academic"]).fine();
    assert!(added.contains("+ form complaint: name Complaint"), "{added}");
    assert!(added.ends_with("is in force\n"), "{added}");
    assert!(ask(&["packs"]).fine().contains("24 hours.  (added)"));
    assert!(ask(&["add", "academic"]).fine().starts_with("no change"));
    ask(&["add", "../config"]).wrong();

    let ana = desk.as_person(ANA);
    let fields = json!({ "student_number": "s-1", "about": "grade", "course": "Logic" });
    let body = json!({ "title": "My grade", "form": "complaint", "fields": fields });
    let ticket = ana.post("/v1/tickets", body).await.expect(201);
    let begins = [&ticket["queue"], &ticket["type"], &ticket["sla"]["policy"]];
    assert_eq!(begins, ["academic", "complaint", "Academic requests"]);
    let at = |value: &Value| value.as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    let opened = at(&ticket["created_at"]).expect("an instant");
    let due = at(&ticket["sla"]["first_response"]["due_at"]).expect("an instant");
    assert_eq!(due, opened + jiff::SignedDuration::from_hours(24), "around the clock");
    let queue = admin.get("/v1/queues/academic").await.expect(200);
    assert_eq!(
        json!([queue["lead"]["email"], queue["members"][0]["email"]]),
        json!([ADMIN, ADMIN])
    );

    admin.patch("/v1/forms/complaint", json!({ "priority": "low" })).await.expect(200);
    let refused = admin.post("/v1/packs/academic", json!({})).await;
    assert!(refused.text.contains("form complaint is there already"), "{}", refused.text);
    refused.problem(409, Some("id"));
    let one = json!({});
    let once = || admin.post_once("/v1/packs/it", "it", &one);
    let first = once().await.expect("an answer").expect(200);
    assert_eq!(once().await.expect("an answer").expect(200), first);
    admin.post("/v1/packs/facilities", json!({})).await.expect(200);
    let refused = admin.post("/v1/packs/property", json!({})).await;
    assert!(refused.text.contains("a desk has 15 forms at most"), "{}", refused.text);
    refused.problem(422, Some("id"));
    assert_eq!(admin.get("/v1/forms/complaint").await.expect(200)["priority"], "low");
    invariants(&desk).await;
}
