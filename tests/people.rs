//! Who people are: what other systems call them, whom they belong to, and the names they go by, which
//! come together and part again without anybody gaining what is not theirs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::configuration::sent;
use crate::doors::hire;
use crate::harness::{Answer, Desk, Person, invariants, invariants_despite};

const ANA: &str = "ana@acme.example";
const BEN: &str = "ben@acme.example";
const EVE: &str = "eve@elsewhere.example";
const AGENT: &str = "agent@example.com";

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a ticket has a number")
}

async fn delete(who: &Person, path: &str) -> Answer {
    sent(who.request(Method::DELETE, path)).await
}

async fn id_of(who: &Person) -> String {
    let me = who.get("/v1/people/me").await.expect(200);
    me["id"].as_str().expect("an id").to_owned()
}

async fn numbers(who: &Person, path: &str) -> Vec<u64> {
    who.all(path).await.iter().map(number).collect()
}

#[tokio::test]
async fn an_organisation_sees_its_tickets_and_nobody_elses() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let agent = hire(&desk, AGENT, json!({})).await;
    let acme = json!({ "name": "Acme", "domains": ["@Acme.example"], "external_id": "crm-1" });
    agent.post("/v1/organisations", acme.clone()).await.problem(403, None);
    let made = admin.post_once("/v1/organisations", "one", &acme).await.expect("an answer");
    let again = admin.post_once("/v1/organisations", "one", &acme).await.expect("an answer");
    let (made, again) = (made.expect(201), again.expect(201));
    assert_eq!(made, again, "the same call makes one");
    assert_eq!(made["domains"], json!(["acme.example"]));
    let path = format!("/v1/organisations/{}", made["id"].as_str().expect("an id"));
    for (body, field) in [
        (json!({ "name": "Other", "domains": ["acme.example"] }), "domains"),
        (json!({ "name": "Other", "external_id": "crm-1" }), "external_id"),
    ] {
        admin.post("/v1/organisations", body).await.problem(409, Some(field));
    }
    let wrong = json!({ "name": "Other", "domains": ["acme"] });
    admin.post("/v1/organisations", wrong).await.problem(422, Some("domains"));
    let found = agent.get("/v1/organisations?external_id=crm-1").await.expect(200);
    assert_eq!(found["items"], json!([made]));

    // Whoever is new and writes from its domain belongs to it, and their tickets remember that.
    desk.mail(ANA, "The lift hums", "Since this morning it hums.").await;
    desk.settle().await;
    let lift = number(&desk.only_ticket().await);
    let (ana, ben, eve) = (desk.as_person(ANA), desk.as_person(BEN), desk.as_person(EVE));
    assert_eq!(ana.get("/v1/people/me").await.expect(200)["organisation"], made["id"]);
    let door = number(&ben.open("The door squeaks").await);
    let other = number(&eve.open("A bird in the hall").await);
    let listed = format!("{path}/tickets");
    assert_eq!(numbers(&agent, &format!("{listed}?limit=1")).await, [door, lift]);
    ana.get(&listed).await.problem(404, None);
    ben.get(&format!("/v1/tickets/{lift}")).await.problem(404, None);

    // Shared, its members read each other's tickets; they follow, and then they may write.
    let shared = json!({ "shared": true });
    agent.patch(&path, shared.clone()).await.problem(403, None);
    admin.patch(&path, shared).await.expect(200);
    let note = json!({ "body": "Ask the caretaker first.", "visibility": "internal" });
    agent.post(&format!("/v1/tickets/{lift}/messages"), note).await.expect(201);
    assert_eq!(numbers(&ben, &listed).await, [door, lift]);
    let said = ben.get(&format!("/v1/tickets/{lift}/messages")).await.expect(200);
    assert!(!said.to_string().contains("caretaker"), "{said}");
    eve.get(&listed).await.problem(404, None);
    eve.get(&format!("/v1/tickets/{lift}")).await.problem(404, None);
    ben.get(&format!("/v1/tickets/{other}")).await.problem(404, None);
    let words = json!({ "body": "It hums for me, too." });
    let messages = format!("/v1/tickets/{lift}/messages");
    ben.post(&messages, words.clone()).await.problem(403, None);
    ben.act(lift, "cancel", json!({})).await.problem(403, None);
    ben.act(lift, "follow", json!({})).await.expect(200);
    ben.post(&messages, words).await.expect(201);

    // A viewer reads without that, and for no other reason than their role.
    admin.patch(&path, json!({ "shared": false })).await.expect(200);
    ana.get(&format!("/v1/tickets/{door}")).await.problem(404, None);
    let viewer = json!({ "email": EVE, "role": "organisation_viewer" });
    admin.post("/v1/members", viewer).await.expect(201);
    let eve_id = id_of(&eve).await;
    eve.get(&listed).await.problem(404, None);
    let joins = json!({ "organisation": made["id"], "external_id": "hr-9", "metadata": { "plan": "gold" } });
    eve.patch("/v1/people/me", joins.clone()).await.problem(403, None);
    let person = format!("/v1/people/{eve_id}");
    agent.patch(&person, joins).await.expect(200);
    assert_eq!(numbers(&eve, &listed).await, [door, lift]);
    eve.act(door, "claim", json!({})).await.problem(403, None);

    // What other systems call things finds them.
    let unknown = json!({ "organisation": "nobody" });
    agent.patch(&person, unknown).await.problem(422, Some("organisation"));
    let ben_id = id_of(&ben).await;
    let taken = json!({ "external_id": "hr-9" });
    agent.patch(&format!("/v1/people/{ben_id}"), taken).await.problem(409, Some("external_id"));
    let found = agent.get("/v1/people?external_id=hr-9").await.expect(200);
    assert_eq!(found["items"][0]["id"], json!(eve_id));
    assert_eq!(found["items"][0]["metadata"], json!({ "plan": "gold" }));
    let by_mail = agent.get(&format!("/v1/people?email={BEN}")).await.expect(200);
    assert_eq!(by_mail["items"][0]["id"], json!(ben_id));
    agent.get("/v1/people").await.problem(422, Some("email"));
    ben.get(&format!("/v1/people?email={ANA}")).await.problem(403, None);
    ben.get(&person).await.problem(404, None);
    let long = json!({ "metadata": { "k": "x".repeat(501) } });
    agent.patch(&person, long).await.problem(422, Some("metadata"));
    let renamed = agent.patch(&person, json!({ "external_id": null, "metadata": null })).await;
    assert_eq!(renamed.expect(200)["metadata"], json!({}));
    let gone = agent.get("/v1/people?external_id=hr-9").await.expect(200);
    assert_eq!(gone["items"], json!([]));

    // Tickets, too; and rules ask for the organisation.
    let rule = json!({
        "id": "acme", "name": "Acme first", "on": ["created"],
        "when": [{ "field": "requester.organisation", "is": [made["id"]] }],
        "then": [{ "do": "set_priority", "to": "high" }],
    });
    admin.post("/v1/rules", rule).await.expect(201);
    let body = json!({ "title": "From the shop", "external_id": "po-5", "requester": { "email": ANA },
        "metadata": { "order": "5" } });
    ana.post("/v1/tickets", json!({ "title": "x", "metadata": {} })).await.problem(403, None);
    let bought = agent.post("/v1/tickets", body).await.expect(201);
    let n = number(&bought);
    assert_eq!(bought["metadata"], json!({ "order": "5" }));
    assert_eq!(agent.ticket(n).await["priority"], "high");
    assert_eq!(numbers(&agent, "/v1/tickets?external_id=po-5").await, [n]);
    assert_eq!(numbers(&ben, "/v1/tickets?external_id=po-5").await, Vec::<u64>::new());
    let notes = json!({ "metadata": { "order": null, "shipped": "yes" } });
    let ticket = format!("/v1/tickets/{n}");
    assert_eq!(
        agent.patch(&ticket, notes).await.expect(200)["metadata"],
        json!({ "shipped": "yes" })
    );
    assert_eq!(ana.ticket(n).await["metadata"], json!({}), "notes are for agents");
    assert_eq!(delete(&agent, &path).await.status, 403);
    delete(&admin, &path).await.expect(204);
    eve.get(&listed).await.problem(404, None);
    assert_eq!(numbers(&agent, &listed).await, [n, door, lift], "its tickets stay");
    let acts = admin.all("/v1/audit?limit=100").await;
    for did in ["added_organisation", "changed_organisation", "removed_organisation"] {
        assert!(acts.iter().any(|act| act["did"] == did), "{did}");
    }
    invariants(&desk).await;
}

/// The code in the last mail to an address.
pub async fn code(desk: &Desk, address: &str) -> Option<String> {
    desk.settle().await;
    let mails = desk.mails_to(address, 0).await;
    let asks = |mail: &&Value| mail["subject"] == "Is this address yours?";
    let body = mails.iter().rev().find(asks)?["body"].as_str()?;
    let mut lines = body.lines().map(str::trim);
    let code = lines.find(|line| line.len() == 8 && line.chars().all(char::is_alphanumeric));
    code.map(str::to_owned)
}

#[tokio::test]
async fn names_come_together_by_a_code_and_part_again() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let agent = hire(&desk, AGENT, json!({})).await;
    let (ana, eve) = (desk.as_person(ANA), desk.as_person(EVE));
    const HOME: &str = "ana@home.example";
    let home = desk.as_person(HOME);
    let here = number(&ana.open("The lamp flickers").await);
    let there = number(&home.open("The heating knocks").await);
    let (ana_id, home_id) = (id_of(&ana).await, id_of(&home).await);
    let names = "/v1/people/me/identities";
    let confirm = "/v1/people/me/identities/confirm";
    let wanted = |address: &str| json!({ "email": address });

    // Nobody learns who goes by an address; a code is for whoever asked, once, and is guessed at
    // five times at most.
    eve.post(confirm, json!({ "code": "guess" })).await.problem(422, Some("code"));
    let unknown = eve.post(names, wanted("nobody@home.example")).await.expect(202);
    let known = eve.post(names, wanted(HOME)).await.expect(202);
    assert_eq!(unknown, known);
    let for_eve = code(&desk, HOME).await.expect("a mail with a code");
    ana.post(confirm, json!({ "code": for_eve })).await.problem(422, Some("code"));
    for _ in 0..5 {
        eve.post(confirm, json!({ "code": "aaaaaaaa" })).await.problem(422, Some("code"));
    }
    eve.post(confirm, json!({ "code": for_eve })).await.problem(422, Some("code"));
    eve.post(names, wanted(HOME)).await.expect(202);
    let often = eve.post(names, wanted(HOME)).await;
    assert!(!often.header("retry-after").is_empty(), "{often:?}");
    often.problem(429, None);

    // An admin's address takes nobody along, whatever code they read.
    ana.post(names, wanted("admin@example.com")).await.expect(202);
    let taken = code(&desk, "admin@example.com").await.expect("a mail with a code");
    ana.post(confirm, json!({ "code": taken })).await.problem(409, None);
    agent.post(names, wanted("admin@example.com")).await.expect(202);
    let taken = code(&desk, "admin@example.com").await.expect("a mail with a code");
    agent.post(confirm, json!({ "code": taken })).await.problem(409, None);

    // Ana reads both mailboxes. Of two who give the code at once one is right, and later it is void.
    ana.post(names, wanted(HOME)).await.expect(202);
    let right = code(&desk, HOME).await.expect("a mail with a code");
    ana.get(&format!("/v1/tickets/{there}")).await.problem(404, None);
    let given = json!({ "code": format!(" {} ", right.to_uppercase()) });
    let (one, other) =
        tokio::join!(ana.post(confirm, given.clone()), ana.post(confirm, given.clone()));
    let mut answers = [one.status, other.status];
    answers.sort();
    assert_eq!(answers, [200, 422], "{one:?} {other:?}");
    ana.post(confirm, given).await.problem(422, Some("code"));
    let goes_by = ana.get(names).await.expect(200);
    assert_eq!(goes_by["items"].as_array().map(Vec::len), Some(2), "{goes_by}");

    // What was asked by the other is hers: she reads it, lists it, confirms it, and hears of it.
    assert_eq!(numbers(&ana, "/v1/tickets").await, [there, here]);
    assert_eq!(numbers(&home, "/v1/tickets?requester=me&limit=1").await, [there, here]);
    assert_eq!(id_of(&home).await, ana_id);
    let solved = json!({ "solution": "Bled the radiator." });
    agent.act(there, "claim", json!({})).await.expect(200);
    agent.act(there, "propose", solved).await.expect(200);
    desk.settle().await;
    let mails = desk.mails_to(ANA, 0).await;
    assert!(mails.iter().any(|mail| mail["body"].to_string().contains("Bled the radiator")));
    let before = desk.outbox_end().await;
    ana.act(there, "confirm", json!({})).await.expect(200);
    let events = agent.all(&format!("/v1/tickets/{there}/events")).await;
    let confirmed = events.iter().find(|event| event["type"] == "confirmed").expect("confirmed");
    assert_eq!(confirmed["by"]["id"], json!(home_id), "as the ticket knows her");
    desk.settle().await;
    assert!(desk.outbox_since(before).await.len() > 1);

    // By mail from either address, and in chat where an admin vouches for the account.
    desk.mail(HOME, "And the bell", "The bell is silent.").await;
    desk.settle().await;
    let bell = numbers(&ana, "/v1/tickets").await[0];
    assert_eq!(admin.ticket(bell).await["requester"]["id"], json!(ana_id));
    let account = json!({ "discord": { "user": "4711" }, "vouched": true });
    ana.post(names, account.clone()).await.problem(403, None);
    let hers = format!("/v1/people/{ana_id}/identities");
    admin.post(&hers, account).await.expect(200);
    let number = there.to_string();
    let shown = desk.discord("4711").ticket("show", &[("ticket", &number)]).await;
    assert!(shown.text.contains("heating"), "{shown:?}");
    let both = json!({ "email": AGENT, "vouched": true });
    admin.post(&hers, both).await.problem(409, None);
    let agents = id_of(&agent).await;
    let two = json!({ "email": "admin@example.com", "vouched": true });
    admin.post(&format!("/v1/people/{agents}/identities"), two).await.problem(409, None);

    // Unlinked, everything is as it was; the last name stays, and so does a member's own address.
    let names_of = ana.get(names).await.expect(200);
    let id = |field: &str, value: &str| {
        let mut items = names_of["items"].as_array().into_iter().flatten();
        let found = items.find(|name| name[field] == value).unwrap_or_else(|| panic!("{names_of}"));
        format!("{hers}/{}", found["id"].as_str().expect("an id"))
    };
    eve.get(&hers).await.problem(404, None);
    delete(&eve, &id("email", HOME)).await.problem(404, None);
    delete(&agent, &id("email", HOME)).await.problem(403, None);
    delete(&ana, &id("email", HOME)).await.expect(204);
    assert_eq!(numbers(&ana, "/v1/tickets").await, [bell, here]);
    assert_eq!(numbers(&home, "/v1/tickets").await, [there]);
    assert_eq!(id_of(&home).await, home_id);
    ana.get(&format!("/v1/tickets/{there}")).await.problem(404, None);
    delete(&ana, &id("kind", "discord")).await.expect(204);
    delete(&ana, &id("email", ANA)).await.problem(409, None);
    let own = agent.get(names).await.expect(200);
    let own = format!("{names}/{}", own["items"][0]["id"].as_str().expect("an id"));
    delete(&agent, &own).await.problem(409, None);
    let acts = admin.all("/v1/audit?limit=100").await;
    for did in ["linked_name", "unlinked_name"] {
        assert!(acts.iter().any(|act| act["did"] == did && act["person"] == *ana_id), "{did}");
    }
    assert!(!json!(acts).to_string().contains("home.example"), "the log holds no name");
    invariants(&desk).await;
}

/// Who asked, who else wrote, and what of it may be found when they are gone.
const KOFI: &str = "kofi@gone.example";

#[tokio::test]
async fn two_people_erase_one_and_nothing_of_them_is_found() {
    let mut desk = Desk::start().await;
    let admin = desk.admin();
    let agent = hire(&desk, AGENT, json!({ "name": "Ben Weber" })).await;
    let mallory = "mallory@example.com";
    admin.post("/v1/members", json!({ "email": mallory, "role": "admin" })).await.expect(201);
    let other = desk.as_person(mallory);
    let kofi = desk.as_person(KOFI);
    let kofi_id = id_of(&kofi).await;
    let person = format!("/v1/people/{kofi_id}");
    let known = json!({ "name": "Kofi Annansson", "phone": "+44 7000 111222", "external_id": "crm-kofi",
        "metadata": { "note": "limps-slightly" } });
    agent.patch(&person, known).await.expect(200);
    desk.mail(KOFI, "Zebrafinch in my office", "The zebrafinch sings all day.").await;
    desk.settle().await;
    let bird = number(&kofi.all("/v1/tickets").await[0]);
    let lamp = number(&kofi.open("Quokka lamp").await);
    let said = json!({ "body": "It is the quokka on the shelf." });
    kofi.post_once(&format!("/v1/tickets/{lamp}/messages"), "k", &said).await.expect("an answer");
    let anas = number(&desk.as_person(ANA).open("A shared printer").await);
    agent.act(anas, "follow", json!({ "who": KOFI })).await.expect(200);
    let words = json!({ "body": "My narwhal prints there, too." });
    kofi.post(&format!("/v1/tickets/{anas}/messages"), words).await.expect(201);
    let note =
        json!({ "body": "Kofi Annansson was here, mind the step.", "visibility": "internal" });
    agent.post(&format!("/v1/tickets/{lamp}/messages"), note).await.expect(201);
    agent.act(bird, "claim", json!({})).await.expect(200);
    let solution = json!({ "solution": "Opened the window." });
    agent.act(bird, "propose", solution).await.expect(200);
    kofi.patch("/v1/people/me/preferences", json!({ "digest": true })).await.expect(200);
    let token = json!({ "email": KOFI, "role": "requester" });
    let token = admin.post("/v1/tokens", token).await.expect(201);
    let token = Person::new(desk.http(), desk.base(), token["token"].as_str().expect("a token"));
    token.get("/v1/people/me").await.expect(200);
    desk.settle().await;

    // Everything about them, for them and for an admin, with notes for the admin alone.
    let mine = kofi.get("/v1/people/me/export").await.expect(200);
    let theirs = admin.get(&format!("{person}/export")).await.expect(200);
    agent.get(&format!("{person}/export")).await.problem(403, None);
    for words in ["zebrafinch", "quokka", "narwhal", KOFI, "Opened the window"] {
        assert!(mine.to_string().contains(words), "{words} in {mine:#}");
    }
    assert!(!mine.to_string().contains("mind the step"));
    assert!(theirs.to_string().contains("mind the step"));

    // Two do it, within a week, and nobody whom others count on.
    let erasure = format!("{person}/erasure");
    let approve = format!("{erasure}/approve");
    let reason = json!({ "reason": "Kofi Annansson wrote to us." });
    agent.post(&erasure, reason.clone()).await.problem(403, None);
    admin.post(&approve, json!({})).await.problem(409, None);
    admin.post(&erasure, reason.clone()).await.expect(202);
    admin.post(&approve, json!({})).await.problem(403, None);
    other.post(&erasure, reason.clone()).await.problem(409, None);
    delete(&other, &erasure).await.expect(204);
    other.post(&approve, json!({})).await.problem(409, None);
    let of_agent = format!("/v1/people/{}/erasure", id_of(&agent).await);
    let refused = admin.post(&of_agent, reason.clone()).await;
    assert!(refused.text.contains("a place in Support"), "{}", refused.text);
    admin.post(&erasure, reason.clone()).await.expect(202);
    desk.advance("PT168H").await;
    other.post(&approve, json!({})).await.problem(409, None);
    admin.post(&erasure, reason).await.expect(202);
    other.post(&approve, json!({})).await.expect(202);

    // From that moment on nothing leads to them; when the job is done, nothing of them is there.
    token.get("/v1/people/me").await.problem(401, None);
    let found = admin.get(&format!("/v1/people?email={KOFI}")).await.expect(200);
    assert_eq!(found["items"], json!([]));
    // The job goes on wherever a power cut left it.
    desk.restart().await;
    let (admin, agent) = (desk.admin(), desk.as_person(AGENT));
    for _ in 0..45 {
        desk.settle().await;
        if !crate::harness::erasing(&desk).await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    let traces = [
        "Annansson",
        "gone.example",
        "7000 111222",
        "crm-kofi",
        "limps-slightly",
        "zebrafinch",
        "Zebrafinch",
        "quokka",
        "Quokka",
        "narwhal",
    ];
    let found = crate::harness::traces(&desk, &traces).await;
    assert_eq!(found, Vec::<String>::new());
    let left = admin.get(&person).await.expect(200);
    assert_eq!([&left["name"], &left["erased"]], [&json!("Erased person"), &json!(true)]);
    assert_eq!(admin.ticket(bird).await["title"], "erased");
    let events = admin.all(&format!("/v1/tickets/{bird}/events")).await;
    assert!(events.iter().any(|event| event["type"] == "proposed"), "the history stays");
    let messages = admin.all(&format!("/v1/tickets/{bird}/messages")).await;
    assert!(json!(messages).to_string().contains("Opened the window."), "what the desk said stays");
    agent.patch(&person, json!({ "name": "Back" })).await.problem(409, None);
    admin.post(&erasure, json!({ "reason": "Again" })).await.problem(409, None);
    let (is_new, again) = (id_of(&desk.as_person(KOFI)).await, kofi_id);
    assert_ne!(is_new, again, "whoever comes by that address is somebody new");
    invariants_despite(&desk, 1).await;
}
