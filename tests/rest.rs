//! The REST door keeps its own rules: what it describes it does, lists come to an end, conditions
//! hold, nothing happens twice, and every refusal says what was wrong.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::{ADMIN, Answer, Desk, Person, invariants, wall};

/// What a ticket goes through before a documented verb can be tried on it; agent and requester are
/// the same admin here.
const BEFORE: [(&str, &[&str]); 9] = [
    ("release", &["claim"]),
    ("await", &["claim"]),
    ("propose", &["claim"]),
    ("confirm", &["claim", "propose"]),
    ("decline", &["claim", "propose"]),
    ("reopen", &["claim", "propose", "confirm"]),
    ("rate", &["claim", "propose", "confirm"]),
    ("transfer", &["claim"]),
    ("unmerge", &["merge"]),
];
/// Calls whose examples others build on.
const FIRST: [&str; 3] = ["/v1/members", "/v1/queues", "/v1/macros"];

async fn sent(request: reqwest::RequestBuilder) -> Answer {
    Answer::to(request).await.expect("the desk answers")
}

#[tokio::test]
async fn every_documented_example_does_what_it_says() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let document = admin.get("/v1/openapi.json").await;
    assert!(document.header("cache-control").contains("max-age"), "{:?}", document.headers);
    let document = document.expect(200);
    let paths = document["paths"].as_object().expect("paths");
    let (first, rest): (Vec<_>, Vec<_>) =
        paths.iter().partition(|(path, _)| FIRST.contains(&path.as_str()));
    let mut carried_out = 0;
    for (path, item) in first.into_iter().chain(rest) {
        for method in [Method::POST, Method::PATCH] {
            let operation = &item[method.as_str().to_lowercase()];
            let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
            for (name, example) in examples.as_object().into_iter().flatten() {
                let path = prepared(&desk, path).await;
                let body = in_time(&desk, &path, &example["value"]).await;
                let answer = sent(admin.request(method.clone(), &path).json(&body)).await;
                let fine = [200, 201, 202].contains(&answer.status);
                assert!(fine, "{method} {path} {name}: {}", answer.text);
                carried_out += 1;
            }
        }
    }
    assert!(carried_out >= 25, "only {carried_out} examples");
    invariants(&desk).await;
}

/// A path with its names filled in: a ticket that is ready for the verb, a queue.
async fn prepared(desk: &Desk, path: &str) -> String {
    let admin = desk.admin();
    if path.starts_with("/v1/organisations/") {
        let made = admin.get("/v1/organisations?limit=1").await.expect(200);
        return path.replace("{id}", made["items"][0]["id"].as_str().expect("an organisation"));
    }
    if path.contains("/erasure") {
        return erasable(desk, path).await;
    }
    let id = match path {
        _ if path.starts_with("/v1/calendars") => "office",
        _ if path.starts_with("/v1/policies") => "standard",
        _ if path.starts_with("/v1/rules") => "refunds",
        _ if path.contains("/macros") => "which-one",
        _ if path.starts_with("/v1/forms") => "damage",
        _ if path.starts_with("/v1/packs") => "facilities",
        _ if path.starts_with("/v1/members") => "admin",
        _ if path.starts_with("/v1/people") => "me",
        _ if path.starts_with("/v1/webhooks") => "crm",
        _ => "support",
    };
    let mut path = path.replace("{id}", id);
    if path.contains("{delivery}") {
        path = path.replace("{delivery}", &delivery(desk).await);
    }
    if !path.contains("{number}") {
        return path;
    }
    let number = admin.open("An example").await["number"].as_u64().expect("a number");
    let verb = path.rsplit('/').next().unwrap_or_default();
    if verb.starts_with("visit_") {
        visited(desk, number, verb).await;
    }
    if verb == "approve" {
        wait_for_review(desk, number).await;
    }
    let steps = BEFORE.iter().find(|(name, _)| *name == verb).map_or(&[][..], |(_, steps)| steps);
    for step in steps {
        let solution = json!({ "solution": "Turned it on." });
        let body = match *step {
            "propose" => solution,
            "merge" => json!({ "into": admin.open("Another one").await["number"] }),
            _ => json!({}),
        };
        admin.act(number, step, body).await.expect(200);
    }
    if verb == "acknowledge" {
        // There is something to take notice of once half of two hours has passed.
        let ticket = format!("/v1/tickets/{number}");
        admin.patch(&ticket, json!({ "priority": "urgent" })).await.expect(200);
        desk.advance("PT70M").await;
    }
    if verb == "transfer" {
        // What the first queue is owed goes out before the ticket leaves it.
        desk.settle().await;
    }
    let mut path = path.replace("{number}", &number.to_string());
    if path.contains("{task}") {
        let tasks = path.trim_end_matches("/{task}").to_owned();
        let task = admin.post(&tasks, json!({ "title": "Look" })).await.expect(201);
        path = format!("{tasks}/{}", task["id"]);
    }
    path
}

/// Somebody who can be erased, and whom a colleague wants erased where that is agreed to.
async fn erasable(desk: &Desk, path: &str) -> String {
    let gone = desk.as_person("gone@example.org").get("/v1/people/me").await.expect(200);
    let path = path.replace("{id}", gone["id"].as_str().expect("an id"));
    if let Some(erasure) = path.strip_suffix("/approve") {
        let second = json!({ "email": "second@example.com", "role": "admin" });
        desk.admin().post("/v1/members", second).await.expect(201);
        let second = desk.as_person("second@example.com");
        sent(second.request(Method::DELETE, erasure)).await.expect(204);
        second.post(erasure, json!({ "reason": "They asked." })).await.expect(202);
    }
    path
}

/// A ticket whose visit has come so far that this can be done next.
async fn visited(desk: &Desk, number: u64, verb: &str) {
    let admin = desk.admin();
    let kind = json!({ "type": "field_visit" });
    admin.patch(&format!("/v1/tickets/{number}"), kind).await.expect(200);
    admin.act(number, "claim", json!({})).await.expect(200);
    let steps = ["visit_plan", "visit_start", "visit_arrive", "visit_done"];
    let last = if verb == "visit_cancel" { "visit_start" } else { verb };
    for step in steps.into_iter().take_while(|step| *step != last) {
        let body = if step == "visit_plan" { window() } else { json!({}) };
        admin.act(number, step, body).await.expect(200);
    }
}

/// Two hours tomorrow.
fn window() -> Value {
    let at = |hours| (wall() + jiff::SignedDuration::from_hours(hours)).to_string();
    json!({ "from": at(24), "to": at(26) })
}

/// Something that a webhook was told.
async fn delivery(desk: &Desk) -> String {
    let admin = desk.admin();
    admin.patch("/v1/webhooks/crm", json!({ "enabled": true })).await.expect(200);
    admin.open("Told elsewhere").await;
    desk.settle().await;
    let log = admin.get("/v1/webhooks/crm/deliveries").await.expect(200);
    log["items"][0]["id"].as_str().expect("a delivery").to_owned()
}

/// Nobody reviews their own work, so somebody else proposes.
async fn wait_for_review(desk: &Desk, number: u64) {
    let review = |on: bool| json!({ "review": on });
    desk.admin().patch("/v1/queues/support", review(true)).await.expect(200);
    let ben = hire(desk, "reviewed@example.com", json!({})).await;
    ben.act(number, "claim", json!({})).await.expect(200);
    ben.act(number, "propose", json!({ "solution": "Turned it on." })).await.expect(200);
    desk.admin().patch("/v1/queues/support", review(false)).await.expect(200);
}

/// An example with its date moved to tomorrow, its other ticket one that is there, and its message one
/// that was written: a document cannot know when and where it is read.
async fn in_time(desk: &Desk, path: &str, body: &Value) -> Value {
    let mut body = body.clone();
    if body.get("version").is_some() {
        let versions = desk.admin().get("/v1/config/versions?limit=1").await.expect(200);
        body["version"] = versions["items"][0]["version"].clone();
    }
    let others: Vec<_> = ["into", "to"].into_iter().filter(|name| body[*name].is_u64()).collect();
    for other in others {
        body[other] = desk.admin().open("Another one").await["number"].clone();
    }
    if body.get("entry").is_some() {
        let number = path.split('/').nth(3).unwrap_or_default();
        let requester = desk.admin();
        let said = json!({ "body": "And the printer, too." });
        let said = requester.post(&format!("/v1/tickets/{number}/messages"), said).await;
        body["entry"] = said.expect(201)["seq"].clone();
    }
    if body.get("code").is_some() {
        let code = crate::people::code(desk, "ana.silva@example.net").await;
        body["code"] = json!(code.expect("a mail with a code"));
    }
    if body.get("due_at").is_some() {
        body["due_at"] = json!(wall() + jiff::SignedDuration::from_hours(7 * 24));
    }
    if body.get("from").is_some() {
        for (name, value) in window().as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
    }
    if body.get("until").is_some() {
        let tomorrow = wall() + jiff::SignedDuration::from_hours(24);
        body["until"] = json!(tomorrow.to_string());
    }
    body
}

#[tokio::test]
async fn lists_come_to_an_end_and_conditions_hold() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let ana = desk.as_person("ana@example.org");
    let ben = hire(&desk, "ben@example.com", json!({ "name": "Ben" })).await;
    admin.post("/v1/queues", json!({ "id": "network" })).await.expect(201);
    let mut last = 0;
    for n in 0..5 {
        last = number(&ana.open(&format!("Chair {n}")).await);
        ben.act(last, "claim", json!({})).await.expect(200);
    }
    desk.mail("kofi@example.org", "A mail", "For another door.").await;
    desk.settle().await;
    let ticket = format!("/v1/tickets/{last}");
    for n in 0..3 {
        let body = json!({ "body": format!("Answer {n}") });
        ben.post(&format!("{ticket}/messages"), body).await.expect(201);
    }

    let lists = [
        ("/v1/tickets", "number", 6),
        ("/v1/tickets?requester=ana@example.org", "number", 5),
        ("/v1/tickets?assignee=ben@example.com&sort=due", "number", 5),
        ("/v1/tickets?queue=support&sort=due", "number", 6),
        ("/v1/tickets?status=in_progress&priority=medium", "number", 5),
        (&format!("{ticket}/events"), "seq", 6),
        (&format!("{ticket}/messages"), "seq", 4),
        ("/v1/inbound", "id", 6),
        ("/v1/inbound?door=api", "id", 5),
        ("/v1/members", "id", 2),
        ("/v1/queues", "id", 2),
    ];
    for (path, key, count) in lists {
        let whole = admin.all(path).await;
        assert_eq!(whole.len(), count, "{path}: {whole:#?}");
        let sign = if path.contains('?') { '&' } else { '?' };
        for limit in [1, 2] {
            let paged = admin.all(&format!("{path}{sign}limit={limit}")).await;
            assert_eq!(paged, whole, "{path} by {limit}");
        }
        let names: BTreeSet<String> = whole.iter().map(|item| item[key].to_string()).collect();
        assert_eq!(names.len(), count, "{path} repeats itself");
        for wrong in ["limit=0", "limit=101", "limit=-1", "limit=ten"] {
            let field = wrong.split('=').next();
            admin.get(&format!("{path}{sign}{wrong}")).await.problem(422, field);
        }
        admin.get(&format!("{path}{sign}cursor=garbage")).await.problem(422, Some("cursor"));
        refuses_foreign_cursors(&admin, path, sign, &lists).await;
    }
    let auditor = json!({ "email": "audit@example.com", "role": "auditor" });
    admin.post("/v1/members", auditor).await.expect(201);
    assert_eq!(desk.as_person("audit@example.com").all("/v1/tickets").await.len(), 6);
    assert_eq!(ana.all("/v1/tickets?requester=kofi@example.org").await, Vec::<Value>::new());

    conditions_hold(&admin, &ben, &ticket).await;
    invariants(&desk).await;
}

/// A cursor of every other list is refused here.
async fn refuses_foreign_cursors(
    admin: &Person,
    path: &str,
    sign: char,
    lists: &[(&str, &str, usize)],
) {
    for (other, _, _) in lists.iter().filter(|(other, _, _)| *other != path) {
        let to = if other.contains('?') { '&' } else { '?' };
        let page = admin.get(&format!("{other}{to}limit=1")).await.expect(200);
        let cursor = page["next_cursor"].as_str().expect("a list of more than one");
        let foreign = format!("{path}{sign}cursor={cursor}");
        admin.get(&foreign).await.problem(422, Some("cursor"));
    }
}

async fn conditions_hold(admin: &Person, ben: &Person, ticket: &str) {
    let read = ben.get(ticket).await;
    let fresh = read.header("etag").to_owned();
    let version = read.expect(200)["version"].clone();
    assert_eq!(fresh, format!("\"{version}\""));
    for stale in ["\"1\"", "W/\"1\"", "nonsense"] {
        for (method, path, body) in [
            (Method::PATCH, ticket.to_owned(), json!({ "priority": "low" })),
            (Method::POST, format!("{ticket}/messages"), json!({ "body": "Too late." })),
            (Method::POST, format!("{ticket}/actions/release"), json!({})),
            (Method::PATCH, "/v1/queues/support".to_owned(), json!({ "name": "Help" })),
        ] {
            // Only the admin may edit a queue.
            let request = admin.request(method, &path).header("if-match", stale).json(&body);
            sent(request).await.problem(412, None);
        }
    }
    assert_eq!(ben.get(ticket).await.expect(200)["version"], version, "nothing was changed");
    let request = ben.request(Method::PATCH, ticket).header("if-match", &fresh);
    let edited = sent(request.json(&json!({ "priority": "low", "title": "A stool" }))).await;
    assert_ne!(edited.header("etag"), fresh);
    let etag = edited.header("etag").to_owned();
    assert_eq!(edited.expect(200)["title"], "A stool");
    let same = ben.patch(ticket, json!({ "title": "A stool", "queue": "support" })).await;
    assert_eq!(same.header("etag"), etag, "what stays as it is changes nothing");

    for path in [ticket, "/v1/queues/support", "/v1/openapi.json"] {
        let etag = admin.get(path).await.header("etag").to_owned();
        let known = |tag: &str| admin.request(Method::GET, path).header("if-none-match", tag);
        let unchanged = sent(known(&format!("\"other\", {etag}"))).await;
        assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""), "{path}");
        assert_eq!(unchanged.header("etag"), etag, "{path}");
        sent(known("\"other\"")).await.expect(200);
        let head = sent(admin.request(Method::HEAD, path)).await;
        assert_eq!((head.status, head.text.as_str(), head.header("etag")), (200, "", &*etag));
        let options = sent(admin.request(Method::OPTIONS, path)).await;
        assert_eq!(options.status, 204, "{path}");
        assert!(options.header("allow").contains("GET, HEAD, OPTIONS"), "{:?}", options.headers);
        let wrong = sent(admin.request(Method::DELETE, path)).await;
        assert_eq!(wrong.header("allow"), options.header("allow"));
        wrong.problem(405, None);
    }
}

#[tokio::test]
async fn nothing_happens_twice_and_refusals_say_why() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let open = json!({ "title": "A key" });
    let ticket = number(&admin.post("/v1/tickets", open.clone()).await.expect(201));
    let ticket = format!("/v1/tickets/{ticket}");
    let member = json!({ "email": "ben@example.com", "role": "agent", "queues": ["support"] });
    let calls = [
        ("/v1/tickets".to_owned(), open),
        (format!("{ticket}/actions/claim"), json!({})),
        (format!("{ticket}/messages"), json!({ "body": "Which door?", "visibility": "internal" })),
        ("/v1/members".to_owned(), member),
        ("/v1/queues".to_owned(), json!({ "id": "network", "lead": ADMIN })),
        ("/v1/tokens".to_owned(), json!({ "email": "eve@example.com", "role": "lead" })),
    ];
    for (path, body) in &calls {
        let key = format!("key of {path}");
        let ask = || admin.post_once(path, &key, body);
        let (one, two) = tokio::join!(ask(), ask());
        let (one, two, three) = (one.expect("one"), two.expect("two"), ask().await.expect("three"));
        assert!([200, 201].contains(&one.status), "{path}: {}", one.text);
        for again in [two, three] {
            assert_eq!((again.status, &again.json), (one.status, &one.json), "{path}");
            for name in ["location", "etag"] {
                assert_eq!(again.header(name), one.header(name), "{path} {name}");
            }
        }
        let other = json!({ "reason": "other" });
        let reused = admin.post_once(path, &key, &other).await;
        assert!(reused.expect("an answer").status == 422, "{path}");
        let long = admin.post_once(path, &"k".repeat(256), body).await.expect("an answer");
        long.problem(400, None);
        if let Some(token) = one.json["token"].as_str() {
            let eve = Person::new(desk.http(), desk.base(), token);
            eve.get("/v1/queues/network").await.expect(200);
        }
    }
    assert_eq!(desk.tickets().await.len(), 2);
    assert_eq!(admin.all("/v1/members").await.len(), 3);
    assert_eq!(admin.all("/v1/queues").await.len(), 2);
    let member = admin.post_once("/v1/members", "key of /v1/members", &calls[3].1).await;
    let location = member.expect("an answer").header("location").to_owned();
    admin.get(&location).await.expect(200);

    refusals_say_why(&desk, &admin, &ticket).await;
    invariants(&desk).await;
}

async fn refusals_say_why(desk: &Desk, admin: &Person, ticket: &str) {
    let version = admin.get(ticket).await.expect(200)["version"].clone();
    let post = |path: &str| admin.request(Method::POST, path);
    for (body, kind) in [
        ("{", "application/json"),
        ("[1]", "application/json"),
        ("\"a ticket\"", "application/json"),
        (r#"{"title":"x"}"#, "text/xml"),
        (r#"{"title":"x"}"#, "multipart/form-data; boundary=x"),
    ] {
        sent(post("/v1/tickets").header("content-type", kind).body(body)).await.problem(400, None);
    }
    let large = json!({ "title": "x", "description": "x".repeat(1_100_000) });
    admin.post("/v1/tickets", large).await.problem(413, None);

    let ana = desk.as_person("ana@example.org");
    Person::new(desk.http(), desk.base(), "no token").get(ticket).await.problem(401, None);
    ana.post(&format!("{ticket}/actions/reject"), json!({ "reason": "x" }))
        .await
        .problem(404, None);
    ana.get("/v1/members").await.problem(403, None);
    for path in ["/v1/nothing", "/v1/tickets/0", "/v1/tickets/x", "/v1/members/x", "/v1/queues/x"] {
        admin.get(path).await.problem(404, None);
    }
    for verb in ["fly", "Claim"] {
        admin.post(&format!("{ticket}/actions/{verb}"), json!({})).await.problem(404, None);
    }
    admin.post(&format!("{ticket}/actions/confirm"), json!({})).await.problem(409, None);
    admin.post("/v1/queues", json!({ "id": "network" })).await.problem(409, Some("id"));
    let taken = json!({ "email": "ben@example.com", "role": "agent" });
    admin.post("/v1/members", taken).await.problem(409, Some("email"));

    for (path, body, field) in [
        ("/v1/tickets", json!({ "title": "x", "colour": "red" }), "colour"),
        ("/v1/tickets", json!({ "title": "x", "fields": { "room": 4 } }), "form"),
        ("/v1/tickets", json!({ "title": "x", "requester": { "mail": "x" } }), "requester.mail"),
        ("/v1/tickets", json!({ "title": "x".repeat(301) }), "title"),
        ("/v1/tickets?dry=1", json!({ "title": "x" }), "dry"),
        (
            &format!("{ticket}/messages"),
            json!({ "body": "x", "visibility": "secret" }),
            "visibility",
        ),
        (&format!("{ticket}/actions/claim"), json!({ "force": true }), "force"),
        (&format!("{ticket}/actions/rate"), json!({ "score": "5" }), "score"),
        ("/v1/members", json!({ "email": "x", "role": "agent" }), "email"),
        ("/v1/members", json!({ "email": "x@example.com", "role": "king" }), "role"),
        ("/v1/queues", json!({ "id": "A b" }), "id"),
        ("/v1/queues", json!({ "id": "x", "lead": "nobody@example.com" }), "lead"),
        ("/v1/queues", json!({ "id": "x", "channel": "irc:help" }), "channel"),
        ("/v1/tokens", json!({ "email": "x@example.com" }), "role"),
    ] {
        admin.post(path, body).await.problem(422, Some(field));
    }
    for (path, field) in [
        ("/v1/tickets?sort=due", "sort"),
        ("/v1/tickets?assignee=nobody@example.com", "assignee"),
        ("/v1/tickets?limt=5", "limt"),
        ("/v1/tickets?limit=5&limit=6", "limit"),
        ("/v1/inbound?door=window", "door"),
        (&format!("{ticket}?limit=5"), "limit"),
    ] {
        admin.get(path).await.problem(422, Some(field));
    }
    for (body, field) in [
        (json!({ "priority": "low", "queue": "nowhere" }), "queue"),
        (json!({ "priority": "low", "tags": [""] }), "tags"),
        (json!({ "priority": "low", "status": "closed" }), "status"),
        (json!({ "priority": "low", "title": "" }), "title"),
    ] {
        admin.patch(ticket, body).await.problem(422, Some(field));
    }
    let now = admin.get(ticket).await.expect(200);
    assert_eq!(now["version"], version, "no refusal left anything behind");
}

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a ticket has a number")
}
