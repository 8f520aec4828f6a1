//! What is promised to whom, in which hours, and who works where: policies, calendars and members over
//! REST.

use reqwest::Method;
use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::{ADMIN, Answer, Desk, Person, invariants};

/// Sends a request; the desk must answer.
pub async fn sent(request: reqwest::RequestBuilder) -> Answer {
    Answer::to(request).await.expect("the desk answers")
}

async fn delete(who: &Person, path: &str) -> Answer {
    sent(who.request(Method::DELETE, path)).await
}

/// Monday to Friday with a lunch break, and a Wednesday off.
pub fn short_days() -> Value {
    let day = json!(["09:00-12:00", "13:00-17:00"]);
    json!({
        "id": "short-days",
        "name": "Short days",
        "zone": "UTC",
        "week": {
            "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
        },
        "holidays": { "2027-01-06": "Epiphany" },
    })
}

/// A policy with targets for medium tickets in short days.
pub fn policy(id: &str, name: &str, when: Value, target: &str) -> Value {
    let targets = json!({
        "calendar": "short-days", "first_response": target, "resolution": "1d", "warn": ["75%"],
    });
    json!({ "id": id, "name": name, "when": when, "targets": { "medium": targets } })
}

/// A ticket of theirs, with these fields.
pub async fn opened(who: &Person, more: Value) -> Value {
    let mut body = json!({ "title": "A ticket" });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    who.post("/v1/tickets", body).await.expect(201)
}

/// The policy, and when the first answer and the solution are due, to the minute.
fn promised(ticket: &Value) -> (&str, &str, &str) {
    let due = |metric: &str| ticket["sla"][metric]["due_at"].as_str().unwrap_or_default();
    let of = |metric: &str| due(metric).get(..16).unwrap_or_default();
    let policy = ticket["sla"]["policy"].as_str().unwrap_or_default();
    (policy, of("first_response"), of("resolution"))
}

fn name(ticket: &Value) -> &str {
    promised(ticket).0
}

#[tokio::test]
async fn the_first_policy_that_fits_decides_in_the_hours_it_names() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    admin.post("/v1/queues", json!({ "id": "network" })).await.expect(201);
    let made = admin.post("/v1/calendars", short_days()).await;
    assert_eq!(made.header("location"), "/v1/calendars/short-days");
    made.expect(201);
    let network = json!({ "queue": ["network"] });
    let made = admin.post("/v1/policies", policy("fast", "Fast", network.clone(), "4h")).await;
    assert_eq!(made.header("location"), "/v1/policies/fast");
    let made = made.expect(201);
    assert_eq!(made["position"], 1);
    assert_eq!(made["targets"]["medium"]["resolution"], "7h", "a working day of the calendar");

    desk.set_clock("2027-01-04T11:00:00Z".parse().expect("a Monday")).await;
    let here = opened(&admin, json!({})).await;
    let office = ("Standard", "2027-01-05T11:00", "2027-01-11T11:00");
    assert_eq!(promised(&here), office);
    let there = opened(&admin, json!({ "queue": "network" })).await;
    assert_eq!(promised(&there), ("Fast", "2027-01-04T16:00", "2027-01-05T11:00"));
    desk.set_clock("2027-01-05T15:20:00Z".parse().expect("a Tuesday")).await;
    let over = opened(&admin, json!({ "queue": "network" })).await;
    assert_eq!(promised(&over), ("Fast", "2027-01-07T11:20", "2027-01-07T15:20"));

    let faults = json!({ "queue": ["network", "support"], "type": ["fault"] });
    let mut faults = policy("faults", "Faults", faults, "1h");
    faults["position"] = json!(2);
    admin.post("/v1/policies", faults).await.expect(201);
    let fault = json!({ "queue": "network", "type": "fault" });
    assert_eq!(name(&opened(&admin, fault.clone()).await), "Fast", "it is asked first");
    admin.patch("/v1/policies/faults", json!({ "position": 1 })).await.expect(200);
    assert_eq!(name(&opened(&admin, fault).await), "Faults");
    assert_eq!(name(&opened(&admin, json!({ "type": "fault" })).await), "Faults");
    let late = opened(&admin, json!({ "queue": "network" })).await;
    assert_eq!(name(&late), "Fast");
    let urgent = json!({ "queue": "network", "priority": "urgent" });
    assert_eq!(name(&opened(&admin, urgent).await), "Standard", "Fast promises nothing urgent");

    let vip = json!({ "domain": ["VIP.example"], "channel": ["email", "api"] });
    admin.post("/v1/policies", policy("vip", "Dear guests", vip, "30m")).await.expect(201);
    let by_rest = opened(&desk.as_person("ana@vip.example"), json!({})).await;
    assert_eq!(name(&by_rest), "Dear guests");
    let web = json!({ "channel": "web" });
    assert_eq!(name(&opened(&desk.as_person("ana@vip.example"), web).await), "Standard");
    assert_eq!(name(&opened(&desk.as_person("ana@not-vip.example"), json!({})).await), "Standard");

    what_is_promised_is_chosen_again_with_the_priority_alone(&admin, &late).await;
    let order: Vec<Value> =
        admin.all("/v1/policies").await.iter().map(|one| one["id"].clone()).collect();
    assert_eq!(order, ["faults", "fast", "vip", "standard"]);
    invariants(&desk).await;
}

async fn what_is_promised_is_chosen_again_with_the_priority_alone(admin: &Person, ticket: &Value) {
    let number = ticket["number"].as_u64().expect("a number");
    let path = format!("/v1/tickets/{number}");
    let moved = admin.patch(&path, json!({ "queue": "support", "reason": "Theirs." })).await;
    assert_eq!(name(&moved.expect(200)), "Fast", "a transfer breaks no promise");
    let kind = admin.patch(&path, json!({ "type": "fault" })).await.expect(200);
    assert_eq!(name(&kind), "Fast");
    let high = admin.patch(&path, json!({ "priority": "high" })).await.expect(200);
    assert_eq!(name(&high), "Standard");
    let back = json!({ "priority": "medium", "queue": "network", "type": "question" });
    let back = admin.patch(&path, back).await.expect(200);
    assert_eq!(name(&back), "Fast", "as the whole change leaves the ticket");
}

#[tokio::test]
async fn calendars_and_policies_are_kept_whole() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let before = admin.all("/v1/calendars").await;
    assert_eq!(
        before.iter().map(|one| &one["id"]).collect::<Vec<_>>(),
        ["around-the-clock", "office"]
    );
    assert_eq!(before[0]["hours"], "24x7");
    assert_eq!(before[1]["week"]["monday"], json!(["09:00-12:00", "13:00-18:00"]));
    assert_eq!(before[1]["used_by"], json!(["policy standard"]));
    assert_eq!(admin.all("/v1/calendars?limit=1").await, before);

    delete(&admin, "/v1/calendars/office").await.problem(409, None);
    let refused = delete(&admin, "/v1/calendars/office").await;
    assert!(refused.text.contains("policy standard"), "{}", refused.text);
    delete(&admin, "/v1/policies/standard").await.problem(409, None);
    admin.post("/v1/calendars", short_days()).await.expect(201);
    admin.post("/v1/calendars", short_days()).await.problem(409, Some("id"));
    let complaints = json!({ "type": ["complaint"] });
    let one = policy("one", "One", complaints, "1h");
    admin.post("/v1/policies", one.clone()).await.expect(201);
    admin.post("/v1/policies", one).await.problem(409, Some("id"));
    delete(&admin, "/v1/calendars/short-days").await.problem(409, None);
    let path = "/v1/policies/one";
    let stale = admin.request(Method::DELETE, path).header("if-match", "\"nonsense\"");
    sent(stale).await.problem(412, None);
    let etag = admin.get(path).await.header("etag").to_owned();
    let fresh = sent(admin.request(Method::DELETE, path).header("if-match", &etag)).await;
    assert_eq!((fresh.status, fresh.text.as_str()), (204, ""));
    admin.get(path).await.problem(404, None);
    assert_eq!(delete(&admin, "/v1/calendars/short-days").await.status, 204);

    days_off_come_out_of_a_calendar_file(&admin).await;
    bad_input_names_the_field(&admin).await;

    let ben = hire(&desk, "ben@example.com", json!({})).await;
    let ana = desk.as_person("ana@example.org");
    for path in ["/v1/calendars", "/v1/calendars/office", "/v1/policies", "/v1/policies/standard"] {
        ben.get(path).await.expect(200);
        ana.get(path).await.problem(403, None);
    }
    ben.post("/v1/calendars", short_days()).await.problem(403, None);
    ben.patch("/v1/policies/standard", json!({ "name": "Mine" })).await.problem(403, None);
    delete(&ben, "/v1/policies/standard").await.problem(403, None);
    for path in ["/v1/config", "/v1/config/versions"] {
        ben.get(path).await.problem(403, None);
    }
    let manager = json!({ "role": "manager", "queues": [] });
    let eve = hire(&desk, "eve@example.com", manager).await;
    eve.post("/v1/calendars", short_days()).await.expect(201);
    let key = "a key";
    let body = policy("k", "K", json!({ "queue": ["support"] }), "1h");
    let once = || eve.post_once("/v1/policies", key, &body);
    let one = once().await.expect("an answer").expect(201);
    assert_eq!(once().await.expect("an answer").expect(201), one);
    assert_eq!(admin.all("/v1/policies").await.len(), 2);
    invariants(&desk).await;
}

async fn days_off_come_out_of_a_calendar_file(admin: &Person) {
    let event = |day: &str, more: &str| {
        format!("BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART;VALUE=DATE:{day}\r\n{more}\r\nEND:VEVENT\r\n")
    };
    let file =
        |events: &str| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    let path = "/v1/calendars/office/holidays";
    let christmas = event("20261225", "SUMMARY:Christmas\r\n  Day");
    let break_ = event("20270104", "DTEND;VALUE=DATE:20270106\r\nSUMMARY:Winter break");
    let raw = admin.request(Method::POST, path).header("content-type", "text/calendar");
    let office = sent(raw.body(file(&[christmas, break_].concat()))).await.expect(200);
    let expected = json!({
        "2026-12-25": "Christmas Day", "2027-01-04": "Winter break", "2027-01-05": "Winter break",
    });
    assert_eq!(office["holidays"], expected);
    let yearly = file(&event("20260501", "RRULE:FREQ=YEARLY\r\nSUMMARY:Labour Day"));
    let office = admin.post(path, json!({ "ical": yearly })).await.expect(200);
    assert_eq!(office["holidays"].as_object().map(|days| days.len()), Some(13));
    let weekly = file(&event("20260501", "RRULE:FREQ=WEEKLY"));
    let refused = admin.post(path, json!({ "ical": weekly })).await;
    assert!(refused.text.contains("line 6"), "{}", refused.text);
    refused.problem(422, Some("ical"));
    for wrong in ["", "hello", "BEGIN:VCALENDAR\nEND:VCALENDAR"] {
        admin.post(path, json!({ "ical": wrong })).await.problem(422, Some("ical"));
    }
    let around = "/v1/calendars/around-the-clock/holidays";
    let may = file(&event("20260501", "SUMMARY:Labour Day"));
    admin.post(around, json!({ "ical": may })).await.problem(409, None);
    admin.post("/v1/calendars/none/holidays", json!({ "ical": may })).await.problem(404, None);
    let without = admin.patch("/v1/calendars/office", json!({ "holidays": {} })).await.expect(200);
    assert_eq!(without["holidays"], json!({}));
}

async fn bad_input_names_the_field(admin: &Person) {
    let day = json!(["09:00-17:00"]);
    for (body, field) in [
        (json!({}), "id"),
        (json!({ "id": "Über" }), "id"),
        (json!({ "id": "x" }), "week"),
        (json!({ "id": "x", "week": {} }), "week"),
        (json!({ "id": "x", "week": { "someday": day } }), "week.someday"),
        (json!({ "id": "x", "week": { "monday": ["9-5"] } }), "week.monday[0]"),
        (json!({ "id": "x", "week": { "monday": ["09:00-12:00", "11:00-13:00"] } }), "week.monday"),
        (json!({ "id": "x", "week": { "monday": day }, "zone": "Mars/Base" }), "zone"),
        (json!({ "id": "x", "week": { "monday": day }, "hours": "24x7" }), "week"),
        (json!({ "id": "x", "hours": "sometimes" }), "hours"),
        (
            json!({ "id": "x", "week": { "monday": day }, "holidays": { "25.12.": "C" } }),
            "holidays.25.12.",
        ),
        (json!({ "id": "x", "wek": {} }), "wek"),
    ] {
        admin.post("/v1/calendars", body).await.problem(422, Some(field));
    }
    let target = |name: &str, value: Value| {
        let mut targets = json!({ "calendar": "office", "first_response": "4h" });
        targets[name] = value;
        let when = json!({ "queue": ["support"] });
        json!({ "id": "x", "when": when, "targets": { "high": targets } })
    };
    let with = |name: &str, value: Value| {
        let mut body = target("resolution", json!("1d"));
        body[name] = value;
        body
    };
    for (body, field) in [
        (with("id", json!("no spaces")), "id"),
        (with("targets", json!({})), "targets"),
        (with("targets", json!({ "soon": {} })), "targets.soon"),
        (with("when", json!({ "queue": ["nowhere"] })), "when.queue"),
        (with("when", json!({ "type": ["wish"] })), "when.type[0]"),
        (with("when", json!({ "domain": ["@@"] })), "when.domain[0]"),
        (with("when", json!({ "weather": ["rain"] })), "when.weather"),
        (with("when", json!({})), "when"),
        (with("name", json!("standard")), "name"),
        (with("position", json!(0)), "position"),
        (with("position", json!(2)), "position"),
        (with("position", json!("first")), "position"),
        (target("first_response", json!("4 hourz")), "targets.high.first_response"),
        (target("resolution", json!(4)), "targets.high.resolution"),
        (target("calendar", json!("none")), "targets.high.calendar"),
        (target("calendar", Value::Null), "targets.high.calendar"),
        (target("warn", json!(["half"])), "targets.high.warn[0]"),
        (target("repeat", json!("often")), "targets.high.repeat"),
        (target("color", json!("red")), "targets.high.color"),
    ] {
        admin.post("/v1/policies", body).await.problem(422, Some(field));
    }
    let when = json!({ "when": { "queue": ["support"] } });
    admin.patch("/v1/policies/standard", when).await.problem(422, Some("when"));
    let moved = json!({ "position": 2 });
    admin.patch("/v1/policies/standard", moved).await.problem(422, Some("position"));
    admin.patch("/v1/policies/none", json!({ "name": "x" })).await.problem(404, None);
}

#[tokio::test]
async fn people_change_their_places_and_one_admin_stays() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let ben = hire(&desk, "ben@example.com", json!({ "name": "Ben" })).await;
    admin.post("/v1/queues", json!({ "id": "it" })).await.expect(201);
    let members = admin.all("/v1/members").await;
    let id = members.iter().find(|member| member["email"] == "ben@example.com");
    let id = id.and_then(|member| member["id"].as_str()).expect("Ben's id").to_owned();
    let path = format!("/v1/members/{id}");
    let more = json!({ "name": "Ben B.", "role": "lead", "queues": ["it"], "discord": "77" });
    let changed = admin.patch(&path, more).await.expect(200);
    assert_eq!((&changed["name"], &changed["role"]), (&json!("Ben B."), &json!("lead")));
    assert_eq!(changed["queues"], json!(["it"]));
    assert_eq!(admin.get(&path).await.expect(200), changed);
    let same = admin.patch(&path, json!({ "role": "lead" })).await.expect(200);
    assert_eq!(same, changed, "what is not given stays");

    let agent = json!({ "role": "agent" });
    admin.patch("/v1/members/admin", agent.clone()).await.problem(409, None);
    let token = json!({ "email": ADMIN, "role": "agent" });
    admin.post("/v1/tokens", token.clone()).await.problem(409, None);
    ben.patch(&path, json!({ "role": "admin" })).await.problem(403, None);
    admin.patch(&path, json!({ "role": "king" })).await.problem(422, Some("role"));
    admin.patch(&path, json!({ "queues": ["none"] })).await.problem(422, Some("queues"));
    admin.patch("/v1/members/nobody", agent.clone()).await.problem(404, None);
    let taken = json!({ "discord": "77" });
    admin.patch("/v1/members/admin", taken).await.problem(409, Some("discord"));
    admin.patch(&path, json!({ "role": "admin" })).await.expect(200);
    let ben = desk.as_person("ben@example.com");
    ben.patch("/v1/members/admin", agent).await.expect(200);
    ben.get("/v1/config").await.problem(403, None);
    invariants(&desk).await;
}
