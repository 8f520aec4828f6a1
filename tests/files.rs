//! Files that people bring: uploaded first, used once, read by whoever may read the words they came
//! with; photographs of visits, files in forms; and a closed ticket's archive, which lists them all.

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::doors::hire;
use crate::harness::{Desk, Person, invariants, wall};

const ANA: &str = "ana@example.org";
const KOFI: &str = "kofi@example.org";
const BEN: &str = "ben@example.com";

fn announced(name: &str, bytes: &str) -> Value {
    let sha256 = hex::encode(Sha256::digest(bytes));
    json!({ "name": name, "type": "text/html", "size": bytes.len(), "sha256": sha256 })
}

/// Puts bytes where an upload says, with the headers it names; answers the status.
async fn put(desk: &Desk, upload: &Value, bytes: &str) -> u16 {
    let url = upload["put"]["url"].as_str().expect("an address");
    let mut request = desk.http().request(Method::PUT, url).body(bytes.to_owned());
    for (name, value) in upload["put"]["headers"].as_object().expect("headers") {
        if name != "content-length" {
            request = request.header(name, value.as_str().expect("a text"));
        }
    }
    request.send().await.expect("the bucket answers").status().as_u16()
}

/// A file of somebody's, uploaded; for a ticket or for none.
async fn brought(desk: &Desk, who: &Person, ticket: Option<u64>, name: &str) -> String {
    let path = match ticket {
        Some(number) => format!("/v1/tickets/{number}/attachments"),
        None => "/v1/attachments".to_owned(),
    };
    let bytes = format!("The bytes of {name}");
    let upload = who.post(&path, announced(name, &bytes)).await.expect(201);
    assert_eq!(put(desk, &upload, &bytes).await, 200);
    upload["id"].as_str().expect("an id").to_owned()
}

/// What a download leads to; none where there is nothing for whoever asks.
async fn downloaded(desk: &Desk, who: &Person, path: &str) -> Option<reqwest::Response> {
    let answer = who.get(path).await;
    if answer.status != 302 {
        answer.problem(404, None);
        return None;
    }
    let got = desk.http().get(answer.header("location")).send().await.expect("the bucket answers");
    assert_eq!(got.status().as_u16(), 200);
    Some(got)
}

async fn reads(desk: &Desk, who: &Person, number: u64, id: &str) -> bool {
    downloaded(desk, who, &format!("/v1/tickets/{number}/attachments/{id}")).await.is_some()
}

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a number")
}

#[tokio::test]
async fn a_file_is_uploaded_used_once_and_read_by_whom_it_is_for() {
    let desk = Desk::start().await;
    let (ana, kofi) = (desk.as_person(ANA), desk.as_person(KOFI));
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let n = number(&ana.open("It smokes").await);
    let path = format!("/v1/tickets/{n}/attachments");
    what_is_announced_is_looked_at(&ana, &kofi, &ben, &path).await;

    let page = "<script>alert(1)</script>";
    let body = announced("../..\\ev\u{202e}il\r\n.html", page);
    let once = || ana.post_once(&path, "one", &body);
    let upload = once().await.expect("an answer").expect(201);
    assert_eq!(once().await.expect("an answer").expect(201), upload);
    let id = upload["id"].as_str().expect("an id").to_owned();
    let said = json!({ "body": "This is what it shows.", "attachments": [id] });
    let messages = format!("/v1/tickets/{n}/messages");
    let early = ana.post(&messages, said.clone()).await;
    assert!(early.text.contains("not uploaded yet"), "{}", early.text);
    early.problem(422, Some("attachments"));
    assert_eq!(put(&desk, &upload, &page.replace("script", "Script")).await, 400, "other bytes");
    assert_eq!(put(&desk, &upload, "longer than it said, or shorter").await, 403);
    assert_eq!(put(&desk, &upload, page).await, 200);

    nobody_else_uses_it(&desk, &ana, &kofi, &ben, (n, &said)).await;
    let once = || ana.post_once(&messages, "two", &said);
    let message = once().await.expect("an answer").expect(201);
    assert_eq!(once().await.expect("an answer").expect(201), message);
    let file = &message["attachments"][0];
    assert_eq!(
        json!([file["id"], file["name"], file["type"], file["size"]]),
        json!([id, "evil .html", "text/html", page.len()])
    );
    let used = ana.post(&messages, said.clone()).await;
    assert!(used.text.contains("used already"), "{}", used.text);
    used.problem(422, Some("attachments"));
    let shown = downloaded(&desk, &ben, &format!("{path}/{id}")).await.expect("a file");
    let header = |name: &str| shown.headers()[name].to_str().expect("a text").to_owned();
    assert!(header("content-disposition").starts_with("attachment; filename=\"evil .html\""));
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(shown.text().await.expect("bytes"), page);

    notes_keep_their_files(&desk, (n, &id)).await;
    whoever_asked_by_mail_gets_them_by_mail(&desk, &ben).await;
    invariants(&desk).await;
}

async fn what_is_announced_is_looked_at(ana: &Person, kofi: &Person, ben: &Person, path: &str) {
    let with = |name: &str, value: Value| {
        let mut body = announced("a.txt", "abc");
        body[name] = value;
        body
    };
    for (body, field) in [
        (with("name", json!("..")), "name"),
        (with("type", json!("image/png\r\nset-cookie: a=b")), "type"),
        (with("size", json!(0)), "size"),
        (with("sha256", json!("abc")), "sha256"),
    ] {
        ana.post(path, body).await.problem(422, Some(field));
    }
    let mib = 1024 * 1024;
    ana.post(path, with("size", json!(25 * mib + 1))).await.problem(413, Some("size"));
    ben.post(path, with("size", json!(25 * mib + 1))).await.expect(201);
    ben.post("/v1/attachments", with("size", json!(100 * mib + 1))).await.problem(413, None);
    kofi.post(path, announced("a.txt", "abc")).await.problem(404, None);
}

/// Whatever is wrong with the name of a file, nothing is said and nothing is kept.
async fn nobody_else_uses_it(
    desk: &Desk,
    ana: &Person,
    kofi: &Person,
    ben: &Person,
    (n, said): (u64, &Value),
) {
    let other = number(&ana.open("Another").await);
    let theirs = number(&kofi.open("Theirs").await);
    let before = (desk.tickets().await, desk.kept("file"));
    for (who, number, body) in [
        (ben, n, said.clone()),
        (kofi, theirs, said.clone()),
        (ana, other, said.clone()),
        (ana, n, json!({ "body": "x", "attachments": ["nothing"] })),
        (ana, n, json!({ "body": "x", "attachments": vec!["x"; 11] })),
        (
            ana,
            n,
            json!({ "body": "x", "attachments": [said["attachments"][0], said["attachments"][0]] }),
        ),
    ] {
        let path = format!("/v1/tickets/{number}/messages");
        who.post(&path, body).await.problem(422, Some("attachments"));
    }
    // What cannot be said keeps nothing either.
    let stale = ana.request(Method::POST, &format!("/v1/tickets/{n}/messages"));
    let stale = stale.header("if-match", "\"nonsense\"").json(said);
    crate::configuration::sent(stale).await.problem(412, None);
    assert_eq!((desk.tickets().await, desk.kept("file")), before);
}

/// Ids are no secret and open nothing: not to whoever asked, not to a follower, not by another ticket.
async fn notes_keep_their_files(desk: &Desk, (n, public): (u64, &str)) {
    let (ana, kofi) = (desk.as_person(ANA), desk.as_person(KOFI));
    let ben = desk.as_person(BEN);
    let inside = brought(desk, &ben, Some(n), "invoice.pdf").await;
    let note =
        json!({ "body": "What it cost.", "visibility": "internal", "attachments": [inside] });
    ben.post(&format!("/v1/tickets/{n}/messages"), note).await.expect(201);
    let own = number(&kofi.open("Mine").await);
    for (who, number, id, may) in [
        (&ben, n, inside.as_str(), true),
        (&ana, n, &inside, false),
        (&kofi, n, &inside, false),
        (&kofi, n, public, false),
        (&kofi, own, public, false),
        (&kofi, own, &inside, false),
        (&ben, own, &inside, false),
    ] {
        assert_eq!(reads(desk, who, number, id).await, may, "#{number} {id}");
    }
    ben.act(n, "follow", json!({ "who": KOFI })).await.expect(200);
    assert!(reads(desk, &kofi, n, public).await && !reads(desk, &kofi, n, &inside).await);
    // Merged into another, its files are read where its messages are.
    ben.act(n, "merge", json!({ "into": own })).await.expect(200);
    assert!(reads(desk, &kofi, own, public).await && !reads(desk, &kofi, own, &inside).await);
}

async fn whoever_asked_by_mail_gets_them_by_mail(desk: &Desk, ben: &Person) {
    let n = number(&desk.as_person("eve@example.net").open("Which form?").await);
    let id = brought(desk, ben, Some(n), "form.pdf").await;
    let answer = json!({ "body": "This one.", "attachments": [id] });
    ben.post(&format!("/v1/tickets/{n}/messages"), answer).await.expect(201);
    desk.settle().await;
    let mails = desk.mails_to("eve@example.net", 0).await;
    let words = mails.iter().map(|mail| mail["body"].to_string());
    assert_eq!(words.filter(|words| words.contains("Files: form.pdf")).count(), 1, "{mails:#?}");
    let raw = mails.iter().map(|mail| mail["raw"].to_string());
    let enclosed = raw.filter(|raw| raw.contains("The bytes of form.pdf"));
    assert_eq!(enclosed.count(), 1, "{mails:#?}");
}

#[tokio::test]
async fn forms_and_visits_have_files_and_the_archive_lists_them() {
    let desk = Desk::start().await;
    let (admin, ana) = (desk.admin(), desk.as_person(ANA));
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let form = json!({
        "id": "damage", "name": "Damage", "description": "Something broke.", "status": "published",
        "type": "field_visit", "fields": [
            { "id": "picture", "label": "Picture", "kind": "file", "required": true },
            { "id": "quote", "label": "Quote", "kind": "file", "hidden_from_requester": true },
        ],
    });
    admin.post("/v1/forms", form).await.expect(201);
    let [picture, plan, spare] = [
        brought(&desk, &ana, None, "picture.jpg").await,
        brought(&desk, &ana, None, "plan.pdf").await,
        brought(&desk, &ana, None, "spare.jpg").await,
    ];
    let open = |fields: Value, files: Value| {
        let body = json!({ "title": "The boiler", "form": "damage", "fields": fields, "attachments": files });
        ana.post("/v1/tickets", body)
    };
    open(json!({}), json!([])).await.problem(422, Some("fields.picture"));
    open(json!({ "picture": "x" }), json!([])).await.problem(422, Some("fields.picture"));
    open(json!({ "picture": ["x"] }), json!([])).await.problem(422, Some("fields.picture"));
    open(json!({ "picture": [picture] }), json!([picture])).await.problem(422, None);
    assert_eq!(desk.kept("file"), 0);
    let opened = open(json!({ "picture": [picture] }), json!([plan])).await.expect(201);
    let n = number(&opened);
    assert_eq!(opened["fields"]["picture"][0]["name"], "picture.jpg");
    let said = ana.all(&format!("/v1/tickets/{n}/messages")).await;
    assert_eq!(said[0]["attachments"][0]["id"], *plan);

    // An agent adds what the requester does not see; what was there stays by its id.
    let quote = brought(&desk, &ben, Some(n), "quote.pdf").await;
    let mut fields = ben.ticket(n).await["fields"].clone();
    fields["quote"] = json!([quote]);
    let path = format!("/v1/tickets/{n}");
    let edited = ben.patch(&path, json!({ "fields": fields })).await.expect(200);
    assert_eq!(edited["fields"]["picture"], opened["fields"]["picture"]);
    let fields = json!({ "picture": [spare] });
    ben.patch(&path, json!({ "fields": fields })).await.problem(422, Some("fields.picture"));
    assert_eq!(ana.ticket(n).await["fields"].get("quote"), None);
    for (who, id, may) in [
        (&ana, &picture, true),
        (&ana, &plan, true),
        (&ana, &quote, false),
        (&ben, &quote, true),
        (&ben, &spare, false),
    ] {
        assert_eq!(reads(&desk, who, n, id).await, may, "{id}");
    }
    desk.settle().await;
    let card = desk.mails_to(BEN, 0).await;
    assert!(card.iter().any(|mail| mail["body"].to_string().contains("picture.jpg")), "{card:#?}");
    let photo = a_visit_is_photographed(&desk, &ben, &ana, n).await;
    the_story_is_archived(&desk, &ben, &ana, (n, &[picture, plan, quote, photo])).await;
    invariants(&desk).await;
}

async fn a_visit_is_photographed(desk: &Desk, ben: &Person, ana: &Person, n: u64) -> String {
    let at = |hours| (wall() + jiff::SignedDuration::from_hours(hours)).to_string();
    ben.act(n, "claim", json!({})).await.expect(200);
    let window = json!({ "from": at(24), "to": at(26) });
    ben.act(n, "visit_plan", window).await.expect(200);
    ben.act(n, "visit_start", json!({})).await.expect(200);
    let photo = brought(desk, ben, Some(n), "valve.jpg").await;
    let done = json!({ "sign_off": "Ana", "note": "A new valve.", "photos": [photo] });
    ben.act(n, "visit_done", done.clone()).await.problem(409, None);
    ben.act(n, "visit_arrive", json!({})).await.expect(200);
    let verb = format!("/v1/tickets/{n}/actions/visit_done");
    let once = || ben.post_once(&verb, "done", &done);
    let ticket = once().await.expect("an answer").expect(200);
    assert_eq!(once().await.expect("an answer").expect(200), ticket);
    assert_eq!(ticket["visit"]["photos"], json!([photo]));
    let events = ana.all(&format!("/v1/tickets/{n}/events")).await;
    assert!(events.iter().any(|e| e["type"] == "visit_done" && e["photos"] == json!([photo])));
    assert!(reads(desk, ana, n, &photo).await, "whoever asked sees what was done");
    photo
}

async fn the_story_is_archived(
    desk: &Desk,
    ben: &Person,
    ana: &Person,
    (n, files): (u64, &[String]),
) {
    let archive = format!("/v1/tickets/{n}/archive");
    let early = ben.get(&archive).await;
    assert!(early.text.contains("it is open"), "{}", early.text);
    early.problem(404, None);
    ben.act(n, "close", json!({ "reason": "duplicate" })).await.expect(200);
    desk.advance("PT696H").await;
    let note = json!({ "body": "They called again.", "visibility": "internal" });
    ben.post(&format!("/v1/tickets/{n}/messages"), note).await.expect(201);
    assert_eq!(ben.ticket(n).await["archived_at"], Value::Null);
    ben.get(&archive).await.problem(404, None);
    desk.advance("PT48H").await;
    let ticket = ben.ticket(n).await;
    assert!(ticket["archived_at"].is_string(), "{ticket:#}");
    ana.get(&archive).await.problem(403, None);
    let events = ana.all(&format!("/v1/tickets/{n}/events")).await;
    assert!(events.iter().all(|event| event["type"] != "archived"));
    let story = downloaded(desk, ben, &archive).await.expect("an archive");
    let story: Value = story.json().await.expect("JSON");
    let history = story["history"].as_array().expect("entries");
    assert_eq!(history.len() + 1, ticket["version"].as_u64().expect("a number") as usize);
    assert!(history.iter().any(|entry| entry["text"]["body"] == "They called again."));
    assert_eq!(story["answers"]["picture"][0]["name"], "picture.jpg");
    for id in files {
        let listed = story["files"].as_array().into_iter().flatten().find(|f| f["id"] == **id);
        let listed = listed.unwrap_or_else(|| panic!("{id} is not in {story:#}"));
        let key = format!("file/{}", listed["sha256"].as_str().expect("a checksum"));
        assert_eq!(listed["key"], *key);
    }
    desk.advance("PT24H").await;
    assert_eq!(ben.ticket(n).await, ticket, "once is enough");
}
