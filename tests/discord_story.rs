//! Tickets in Discord from beginning to end: panels, dialogs in several steps, private threads, files,
//! lists, menus, transcripts; and that an id somebody made up opens nothing.

use chat::discord::relay::Key;
use serde_json::{Value, json};

use crate::config_file::{at, config};
use crate::doors::hire;
use crate::harness::discord::{Filled, id, ids};
use crate::harness::{Answer, Desk, Discord, invariants, program, wall};

/// A text channel threads can be made below, and one they cannot.
const CHANNEL: &str = "938391701561679903";
const NO_THREADS: &str = "938391701561679404";
const BEN: &str = "ben@example.com";
const LEA: &str = "lea@example.com";

struct Server {
    desk: Desk,
    ana: Discord,
    ben: Discord,
    lea: Discord,
}

/// A requester, an agent and a lead, in a text channel of a server.
async fn server() -> Server {
    let desk = Desk::start().await;
    let person = |user: &str| desk.discord(user).below(CHANNEL);
    let (ana, ben) = (person("115590097100865541"), person("225590097100865542"));
    let lea = person("335590097100865543");
    hire(&desk, BEN, json!({ "name": "Ben", "discord": ben.account() })).await;
    let lead = json!({ "name": "Lea", "role": "lead", "discord": lea.account() });
    hire(&desk, LEA, lead).await;
    Server { desk, ana, ben, lea }
}

fn laptop() -> Value {
    json!({
        "id": "laptop", "name": "Laptop", "description": "When it fails.", "status": "published", "type": "incident",
        "fields": [
            { "id": "trouble", "label": "Trouble", "kind": "select", "required": true, "options": [
                { "id": "lost", "label": "It is lost" }, { "id": "broken", "label": "It is broken" } ] },
            { "id": "serial", "label": "Serial number", "required": true,
              "shown_when": { "field": "trouble", "is": ["broken"] } },
            { "id": "floor", "label": "Floor", "kind": "number", "min": 0, "max": 10 },
            { "id": "insured", "label": "Is it insured?", "kind": "checkbox" },
            { "id": "since", "label": "Since when?", "kind": "date" },
            { "id": "photo", "label": "A photo", "kind": "file" },
            { "id": "cost", "label": "Cost centre", "kind": "select", "options": ["it", "hr"],
              "hidden_from_requester": true },
        ],
    })
}

/// What was asked of a channel, oldest first.
async fn calls(desk: &Desk, method: &str) -> Vec<Value> {
    desk.settle().await;
    let mut outbox = desk.outbox_since(0).await;
    let fits = |item: &Value| item["method"].as_str().is_some_and(|m| m.starts_with(method));
    outbox.retain(|item| item["kind"] == "discord" && fits(item));
    outbox
}

fn says(answer: &Answer, words: &str) {
    assert!(answer.text.contains(words), "no {words:?} in {}", answer.text);
}

#[tokio::test]
async fn a_ticket_is_filed_in_two_dialogs_and_lives_in_a_private_thread() {
    let Server { desk, ana, ben, lea } = server().await;
    desk.admin().post("/v1/forms", laptop()).await.expect(201);
    says(&ana.ticket("panel", &[]).await, "whoever leads");
    let panel = lea.ticket("panel", &[("title", "Ask @everyone")]).await.expect(200);
    assert_eq!(ids(&panel), ["p:laptop", "p:"]);
    assert_eq!(panel["data"]["flags"].as_u64().unwrap_or_default() & 64, 0, "everybody sees it");

    let first = ana.press("p:laptop").await.expect(200);
    let asked = ["title", "description", "f:trouble", "f:floor", "f:insured"];
    let labels = first["data"]["components"].as_array().expect("labels");
    let found: Vec<&str> =
        labels.iter().filter_map(|label| label["component"]["custom_id"].as_str()).collect();
    assert_eq!(found, asked);
    let filled = [
        ("title", Filled::Text("It *smokes* @here")),
        ("description", Filled::Text("Since <@&1> this morning.")),
        ("f:trouble", Filled::Chosen("broken")),
        ("f:floor", Filled::Text("twelve")),
        ("f:insured", Filled::Ticked(true)),
    ];
    let more = ana.submit(&first, &filled).await;
    says(&more, "Not filed yet");
    let draft = id(&more.json, "d:more:");
    says(&ben.press(&draft).await, "no longer there");
    let second = ana.press(&draft).await.expect(200);
    let rest = [
        ("f:serial", Filled::Text("XK-17")),
        ("f:since", Filled::Text("2026-11-20")),
        ("f:photo", Filled::Files(&["smoke.txt"])),
    ];
    let wrong = ana.submit(&second, &rest).await;
    says(&wrong, "Floor: It must be a number from 0 to 10");
    assert!(desk.tickets().await.is_empty(), "nothing is filed half");
    let again = ana.press(&id(&wrong.json, "d:more:")).await.expect(200);
    let floor = [("f:floor", Filled::Text("3"))];
    says(&ana.submit(&again, &floor).await, "this is ticket #");

    let ticket = desk.only_ticket().await;
    let n = ticket["number"].as_u64().expect("a number");
    let expected = json!(["laptop", "incident", "It *smokes* @here"]);
    assert_eq!(json!([ticket["form"], ticket["type"], ticket["title"]]), expected);
    let said = ["trouble", "serial", "floor", "insured", "since"];
    let said: Vec<&Value> = said.iter().map(|field| &ticket["fields"][field]).collect();
    assert_eq!(json!(said), json!(["broken", "XK-17", 3, true, "2026-11-20"]));
    assert_eq!(ticket["fields"]["photo"][0]["name"], "smoke.txt");
    assert_eq!(desk.kept("file"), 1, "the photo is the desk's own");

    let threads = calls(&desk, "POST /channels/{id}/threads").await;
    assert_eq!((threads.len(), &threads[0]["to"]), (1, &json!(CHANNEL)));
    assert_eq!(
        (&threads[0]["body"]["type"], &threads[0]["body"]["invitable"]),
        (&json!(12), &json!(false))
    );
    let members = calls(&desk, "PUT /channels/{id}/thread-members").await;
    assert!(members[0]["method"].as_str().is_some_and(|m| m.ends_with("115590097100865541")));
    let thread = members[0]["to"].clone();
    conversation(&desk, &ana, &ben, &thread, n).await;
    relayed(&desk, &thread, n).await;
    let last = end(&desk, &ana, &ben, n).await;
    assert_eq!(last["status"], "closed");
    let locked = calls(&desk, "PATCH /channels/{id}").await;
    let locked: Vec<&Value> =
        locked.iter().filter(|call| call["method"] == "PATCH /channels/{id}").collect();
    assert_eq!(
        locked.last().map(|call| (&call["to"], &call["body"]["locked"])),
        Some((&thread, &json!(true)))
    );
    invariants(&desk).await;
}

/// Dialogs of a card: replies with files, notes, another agent, and why it is not solved.
async fn conversation(desk: &Desk, ana: &Discord, ben: &Discord, thread: &Value, n: u64) {
    let admin = desk.admin();
    ben.press(&format!("t:take:{n}:1")).await.expect(200);
    let reply = ben.press(&format!("t:reply:{n}:2")).await.expect(200);
    let filled =
        [("text", Filled::Text("Try the *other* one.")), ("files", Filled::Files(&["how-to.txt"]))];
    ben.submit(&reply, &filled).await.expect(200);
    let note = ben.ticket("note", &[("ticket", &n.to_string())]).await.expect(200);
    ben.submit(&note, &[("text", Filled::Text("Their cat did it."))]).await.expect(200);
    let told = calls(desk, "POST /channels/{id}/messages").await;
    let in_thread: Vec<&Value> = told.iter().filter(|call| call["to"] == *thread).collect();
    let heard = in_thread.iter().any(|call| call["body"].to_string().contains("Try the"));
    assert!(heard, "what Ben says arrives in the thread: {told:#?}");
    assert!(!format!("{in_thread:?}").contains("Their cat"), "a note leaked");
    let forged = json!({ "type": 9, "data": { "custom_id": format!("m:note:{n}:1"),
        "components": [{ "type": 18, "component": { "type": 4, "custom_id": "text" } }] } });
    says(&ana.submit(&forged, &[("text", Filled::Text("Mine."))]).await, "for agents");
    let file = "https://169.254.169.254/latest/meta-data";
    let answer = ana.ticket("reply", &[("ticket", &n.to_string())]).await.expect(200);
    let filled = [("text", Filled::Text("Still smoke.")), ("files", Filled::Files(&[file]))];
    ana.submit(&answer, &filled).await.expect(200);
    let messages = admin.all(&format!("/v1/tickets/{n}/messages")).await;
    let text = json!(messages).to_string();
    assert!(text.contains("could not be copied") && text.contains("how-to.txt"), "{text}");
    assert_eq!(desk.kept("file"), 2, "nothing was fetched from elsewhere");

    let agents = ben.suggestions("show", "ticket", "smokes").await;
    let name = agents[0]["name"].as_str().unwrap_or_default();
    assert!(name.starts_with(&format!("#{n} · ")) && name.ends_with("It *smokes* @here"), "{name}");
    assert_eq!(ana.suggestions("show", "ticket", "").await.len(), 1);
    let stranger = desk.discord("445590097100865544");
    assert_eq!(stranger.suggestions("show", "ticket", "").await, Vec::<Value>::new());
    assert_eq!(ana.suggestions("open", "form", "lap").await[0]["value"], "laptop");
    let options = [("ticket", n.to_string()), ("to", "urgent".into())];
    let options: Vec<(&str, &str)> = options.iter().map(|(k, v)| (*k, v.as_str())).collect();
    ben.ticket("priority", &options).await.expect(200);
    assert_eq!(admin.ticket(n).await["priority"], "urgent");
}

/// What is typed in the thread, where the relay runs: said, said otherwise, taken back; signed or not.
async fn relayed(desk: &Desk, thread: &Value, n: u64) {
    let secrets = std::fs::read_to_string(desk.data().join("secrets.json")).expect("secrets");
    let secrets: Value = serde_json::from_str(&secrets).expect("JSON");
    let key = Key::of_token(secrets["discord_bot_token"].as_str().expect("a token"));
    let tell = async |key: &Key, told: Value| {
        let (body, now) = (told.to_string(), wall().as_second());
        let signature = key.sign(now, body.as_bytes());
        let request = desk.http().post(format!("{}/discord/messages", desk.base())).body(body);
        let request = request.header("x-bellhop-timestamp", now);
        let answer =
            request.header("x-bellhop-signature", signature).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap_or_default())
    };
    let ana = json!(["115590097100865541", "Ana"]);
    let told = |what: &str, channel: &Value, text: &str| {
        json!({ "what": what, "guild": "561884984214814744", "channel": channel, "message": "770077",
            "author": ana, "text": text })
    };
    let said = told("said", thread, "It smells, too.");
    assert_eq!(tell(&Key::of_token("another"), said.clone()).await.0, 401);
    assert_eq!(tell(&key, json!({ "what": "danced" })).await.0, 400);
    for _ in 0..2 {
        assert_eq!(tell(&key, said.clone()).await.0, 200);
    }
    let elsewhere = told("said", &json!("42"), "Not ours.");
    assert_eq!(tell(&key, elsewhere).await.1, json!({ "taken": false }));
    let words = async || {
        let messages = desk.admin().all(&format!("/v1/tickets/{n}/messages")).await;
        let bodies = messages.iter().filter_map(|message| message["body"].as_str());
        bodies.map(str::to_owned).collect::<Vec<_>>()
    };
    let smells = async |what: &str| words().await.iter().filter(|body| *body == what).count();
    assert_eq!(smells("It smells, too.").await, 1);
    tell(&key, told("edited", thread, "It smells of cat.")).await;
    assert_eq!((smells("It smells, too.").await, smells("It smells of cat.").await), (0, 1));
    let mut gone = told("deleted", thread, "");
    gone["author"].take();
    tell(&key, gone).await;
    assert_eq!(smells("It smells of cat.").await, 0);
}

/// Solved, not solved, solved, rated, closed; and the story to take home.
async fn end(desk: &Desk, ana: &Discord, ben: &Discord, n: u64) -> Value {
    let at = |verb: &str| format!("t:{verb}:{n}");
    let stands = async || desk.admin().ticket(n).await["status"].clone();
    ben.press_and_say(&at("propose"), "A new battery.").await.expect(200);
    ana.press_and_say(&at("decline"), "It smokes still.").await.expect(200);
    assert_eq!(stands().await, "in_progress");
    ben.press_and_say(&at("propose"), "A new laptop.").await.expect(200);
    ana.press(&at("confirm")).await.expect(200);
    let rated = ana.press(&at("rate4")).await.expect(200);
    let comment = ana.press(&id(&rated, "c:")).await.expect(200);
    ana.submit(&comment, &[("text", Filled::Text("Quick!"))]).await.expect(200);
    let ticket = desk.admin().ticket(n).await;
    assert_eq!((&ticket["rating"], &ticket["status"]), (&json!(4), &json!("resolved")));

    let this = n.to_string();
    for (who, reads_notes) in [(ana, false), (ben, true)] {
        let links = who.ticket("transcript", &[("ticket", &this)]).await;
        let pages = addresses(&links.text);
        assert_eq!(pages.len(), 2, "{}", links.text);
        for page in pages {
            let page = desk.http().get(&page).send().await.expect("the file");
            assert_eq!(page.status().as_u16(), 200);
            let page = page.text().await.expect("text");
            assert!(
                page.contains("Try the *other* one.") && page.contains("A new laptop."),
                "{page}"
            );
            assert_eq!(page.contains("Their cat did it."), reads_notes, "{page}");
        }
    }
    let stranger = desk.discord("445590097100865544");
    says(&stranger.ticket("transcript", &[("ticket", &this)]).await, "no such ticket");
    ben.ticket("close", &[("ticket", &this)]).await.expect(200);
    desk.admin().ticket(n).await
}

/// Every address in the text of an answer.
fn addresses(text: &str) -> Vec<String> {
    let text = text.replace("\\u0026", "&");
    let parts = text.split("http://").skip(1);
    let ends = |c: char| "\")\\ ".contains(c);
    parts.map(|part| format!("http://{}", part.split(ends).next().unwrap_or_default())).collect()
}

#[tokio::test]
async fn menus_lists_and_made_up_ids_in_discord() {
    let Server { desk, ana, ben, lea } = server().await;
    let elsewhere = ana.below(NO_THREADS);
    let modal = elsewhere.ticket("open", &[]).await.expect(200);
    let files = Filled::Files(&["a.txt", "b.txt"]);
    let filled = [("title", Filled::Text("One")), ("files", files)];
    says(&elsewhere.submit(&modal, &filled).await, "this is ticket #");
    let direct = calls(&desk, "POST /channels/{id}/messages").await;
    assert!(!direct.is_empty(), "without threads there are direct messages");
    for title in ["Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"] {
        ana.ticket("open", &[("title", title)]).await.expect(200);
        desk.advance("PT1M").await;
    }
    let list = ana.ticket("list", &[]).await.expect(200);
    assert_eq!(ids(&list).iter().filter(|id| id.starts_with("t:show:")).count(), 8);
    let next = ana.press(&id(&list, "l:mine:2")).await.expect(200);
    assert_eq!((&next["type"], ids(&next).len()), (&json!(7), 4));
    says(&ana.ticket("list", &[("view", "unassigned")]).await, "for agents");
    let open = ben.ticket("list", &[("view", "unassigned")]).await;
    says(&open, "Unassigned");
    let shown = ben.press(&id(&open.json, "t:show:")).await.expect(200);
    let number: u64 = ids(&shown)[0].split(':').nth(2).and_then(|n| n.parse().ok()).expect("one");

    let modal = ben.press(&format!("t:reassign:{number}:1")).await.expect(200);
    ben.submit(&modal, &[("to", Filled::Chosen(LEA))]).await.expect(200);
    assert_eq!(desk.admin().ticket(number).await["assignee"]["email"], LEA);
    let date = lea.press(&format!("t:extend:{number}:2")).await.expect(200);
    let until = wall() + jiff::SignedDuration::from_hours(20 * 24);
    let until = until.strftime("%Y-%m-%d 12:00").to_string();
    let filled = [("to", Filled::Text(&until)), ("text", Filled::Text("A part is late."))];
    let extended = lea.submit(&date, &filled).await;
    says(&extended, "is yours");
    let events = desk.admin().all(&format!("/v1/tickets/{number}/events")).await;
    assert!(events.iter().any(|event| event["type"] == "extended"), "{events:#?}");

    let says_so = "The door\nof room 5 is *stuck*";
    let modal = ana.on_message("Create ticket", "999", says_so, &["door.txt"]).await.expect(200);
    says(&ana.submit(&modal, &[]).await, "this is ticket #");
    let door = desk.tickets().await.remove(0);
    assert_eq!((&door["title"], desk.kept("file")), (&json!("The door"), 3));
    let menu = ana.on_message("Add to ticket", "999", "It creaks, too.", &[]).await.expect(200);
    let (menu, door) = (id(&menu, "x:"), door["number"].to_string());
    ana.choose(&menu, &door).await.expect(200);
    let messages = desk.admin().all(&format!("/v1/tickets/{door}/messages")).await;
    assert!(json!(messages).to_string().contains("It creaks, too."), "{messages:#?}");
    says(&ben.choose(&menu, &door).await, "no longer there");
    says(&ben.on_user("Tickets of this person", "115590097100865541").await, "The door");
    says(&ana.on_user("Tickets of this person", "225590097100865542").await, "for agents");
    says(&ana.on_user("Another command", "225590097100865542").await, "no such command");

    let before = desk.tickets().await;
    for made_up in [
        "",
        "t:",
        "t:take",
        "t:take:0",
        "t:show:99",
        "t:rate9:1",
        "d:file:../../config",
        "d:more:",
        "l:of-x:1",
        "l:mine:99999999999999999999",
        "x:",
        "c:1:9",
        "p:no-such-form-at-all",
        "m:reply:1",
        "😈",
    ] {
        let answer = ana.press(made_up).await;
        assert!([200, 400].contains(&answer.status), "{made_up}: {}", answer.text);
    }
    assert_eq!(desk.tickets().await, before, "an id somebody made up changes nothing");

    let mut register = desk.command(program());
    let api = format!("{}/dev/discord/api/v10", desk.base());
    register.args([
        "discord",
        "register",
        "--application",
        "77",
        "--token",
        "t",
        "--api-url",
        &api,
    ]);
    let done = tokio::task::spawn_blocking(move || register.output()).await.expect("it runs");
    let done = done.expect("an output");
    assert!(done.status.success(), "{}", desk.log());
    let names = calls(&desk, "PUT /applications").await[0]["body"]["items"].clone();
    let names: Vec<&Value> =
        names.as_array().expect("commands").iter().map(|c| &c["name"]).collect();
    let expected = ["ticket", "Create ticket", "Add to ticket", "Tickets of this person"];
    assert_eq!(json!(names), json!(expected));
    invariants(&desk).await;
}

#[tokio::test]
async fn a_role_of_the_server_makes_an_agent_and_losing_it_unmakes_them() {
    let Server { desk, ana, .. } = server().await;
    let eve = desk.discord("445590097100865544").below(CHANNEL);
    let file = config(&desk, &at(&desk, &["export"]), "").fine();
    let role = "[[guild_roles]]\nid = \"77\"\nrole = \"agent\"\nqueues = [\"support\"]\n";
    config(&desk, &at(&desk, &["apply", "-"]), &format!("{file}\n{role}")).fine();
    let admins = role.replace("agent", "admin");
    let wrong = config(&desk, &at(&desk, &["apply", "-"]), &format!("{file}\n{admins}")).wrong();
    assert!(wrong.contains("nobody is made an admin"), "{wrong}");

    ana.ticket("open", &[("title", "no light")]).await.expect(200);
    let n = desk.only_ticket().await["number"].to_string();
    let claim = [("ticket", n.as_str())];
    let on_duty = eve.with_roles(&["5", "77"]);
    on_duty.ticket("claim", &claim).await.expect(200);
    assert!(desk.only_ticket().await["assignee"].is_null(), "mail must reach an agent");

    let her = desk.as_person("eve@example.com").get("/v1/people/me").await.expect(200);
    let names = format!("/v1/people/{}/identities", her["id"].as_str().expect("an id"));
    let account = json!({ "discord": { "user": eve.account() }, "vouched": true });
    desk.admin().post(&names, account).await.expect(200);
    eve.ticket("claim", &claim).await.expect(200);
    assert!(desk.only_ticket().await["assignee"].is_null(), "without the role she is nobody");
    on_duty.ticket("claim", &claim).await.expect(200);
    assert_eq!(desk.only_ticket().await["assignee"]["email"], "eve@example.com");
    let members = desk.admin().get("/v1/queues/support").await.expect(200)["members"].to_string();
    assert!(members.contains("eve@example.com"), "{members}");
    let kept = config(&desk, &at(&desk, &["export"]), "").fine();
    assert!(kept.contains("role = \"agent\", from_guild = true"), "{kept}");
    let said = config(&desk, &at(&desk, &["plan", "-"]), &kept).fine();
    assert!(!said.contains('~'), "the file says the same: {said}");

    let note = [("ticket", n.as_str()), ("text", "I was here")];
    eve.ticket("note", &note).await.expect(200);
    let members = desk.admin().get("/v1/queues/support").await.expect(200)["members"].to_string();
    assert!(!members.contains("eve@example.com"), "{members}");
    invariants(&desk).await;
}
