//! Slack from beginning to end: dialogs with forms, conversations, what agents do below a card. Each
//! desk tells a whole story.

use serde_json::{Value, json};

use crate::config_file::{at, config};
use crate::doors::hire;
use crate::harness::{Answer, Desk, Dialog, Slack, invariants};

const BEN: &str = "ben@example.com";
const TRIAGE: &str = "C0TRIAGE";

async fn newest(desk: &Desk) -> Dialog {
    Dialog::newest(&desk.outbox_since(0).await)
}

/// What the newest call of this method to Slack was.
async fn call(desk: &Desk, method: &str, to: &str) -> Value {
    desk.settle().await;
    let outbox = desk.outbox_since(0).await;
    let fits = |item: &&Value| {
        item["kind"] == "slack" && item["method"] == method && (to.is_empty() || item["to"] == to)
    };
    let found = outbox.iter().rev().find(fits);
    found.unwrap_or_else(|| panic!("no {method} to {to}: {outbox:#?}"))["body"].clone()
}

async fn messages(desk: &Desk, number: u64) -> Vec<(String, String)> {
    let messages = desk.admin().all(&format!("/v1/tickets/{number}/messages")).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    messages.iter().map(|said| (text(&said["visibility"]), text(&said["body"]))).collect()
}

async fn last(desk: &Desk, number: u64) -> (String, String) {
    messages(desk, number).await.pop().expect("messages")
}

fn said(visibility: &str, body: &str) -> (String, String) {
    (visibility.to_owned(), body.to_owned())
}

/// A form with a field that depends on another one, one for agents alone, and a file.
fn laptop() -> Value {
    json!({
        "id": "laptop", "name": "Laptop", "description": "A laptop is lost or broken", "type": "incident", "priority": "high", "status": "published",
        "fields": [
            { "id": "trouble", "label": "Trouble", "kind": "select", "required": true, "options": ["lost", "broken"] },
            { "id": "serial", "label": "Serial number", "required": true, "shown_when": { "field": "trouble", "is": ["broken"] } },
            { "id": "floor", "label": "Floor", "kind": "number", "min": 0, "max": 10 },
            { "id": "cost", "label": "Cost centre", "kind": "select", "options": ["it", "hr"], "hidden_from_requester": true },
            { "id": "photo", "label": "Photo", "kind": "file" },
        ],
    })
}

#[tokio::test]
async fn a_form_is_filled_in_and_filed() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    hire(&desk, BEN, json!({ "name": "Ben", "slack": ben.account() })).await;
    desk.admin().post("/v1/forms", laptop()).await.expect(201);

    let opened = ana.ticket("").await;
    assert_eq!((opened.status, opened.text.as_str()), (200, ""));
    let plain = newest(&desk).await;
    assert_eq!(plain.blocks(), ["form", "title", "description", "urgency", "files"]);
    ana.choose(&plain, "form", "laptop", &[]).await.expect(200);
    let asked = newest(&desk).await;
    let fields = ["f.laptop.trouble", "f.laptop.floor", "f.laptop.photo"];
    assert!(fields.iter().all(|field| asked.blocks().contains(field)), "{:?}", asked.blocks());
    assert!(!asked.text().contains("Cost centre"), "what requesters do not see");
    let broken = [("f.laptop.trouble", json!("broken"))];
    ana.choose(&asked, "f.laptop.trouble", "broken", &broken).await.expect(200);
    let asked = newest(&desk).await;
    assert!(asked.blocks().contains(&"f.laptop.serial"), "{:?}", asked.blocks());

    let photo = ana.file("F0PHOTO", "smoke.png", "image/png", "not really a picture").await;
    let mut filled = vec![
        ("title", json!("It smokes")),
        ("description", json!("Since <!channel> this morning & now.")),
        ("urgency", json!("urgent")),
        ("f.laptop.trouble", json!("broken")),
        ("f.laptop.serial", json!("XK-17")),
        ("f.laptop.floor", json!("77")),
        ("f.laptop.photo", json!([photo])),
    ];
    let refused = ana.send(&asked, &filled).await.expect(200);
    assert_eq!(refused["response_action"], "errors");
    assert_eq!(refused["errors"]["f.laptop.floor"], "It must be a number from 0 to 10.");
    assert!(desk.tickets().await.is_empty(), "nothing is filed before it is right");
    filled[5].1 = json!("7");
    let filed = ana.send(&asked, &filled).await.expect(200);
    let again = ana.send(&asked, &filled).await.expect(200);
    let ticket = desk.only_ticket().await;
    let n = ticket["number"].as_u64().expect("a number");
    for answer in [&filed, &again] {
        let shown = Dialog::answered(answer);
        assert_eq!(shown.view["title"]["text"], format!("Created #{n}"));
        assert!(shown.text().contains("Answer by"), "{}", shown.text());
    }
    let begins = ["form", "type", "priority", "channel"].map(|name| ticket[name].clone());
    assert_eq!(json!(begins), json!(["laptop", "incident", "urgent", "slack"]));
    assert_eq!(ticket["fields"]["serial"], "XK-17");
    assert_eq!(ticket["fields"]["photo"][0]["name"], "smoke.png");
    assert_eq!(desk.ledger("slack").await.len(), 1);

    // What was asked before is shown while it is asked again.
    ana.ticket("").await;
    let again = newest(&desk).await;
    ana.choose(&again, "title", "it smokes", &[("title", json!("it smokes"))]).await.expect(200);
    let suggested = newest(&desk).await.text();
    assert!(suggested.contains(&format!("You asked before: #{n} It smokes")), "{suggested}");

    // Agents see what requesters do not; what is said at once can be said better.
    ben.ticket("").await;
    let staff = newest(&desk).await;
    ben.choose(&staff, "form", "laptop", &[]).await.expect(200);
    assert!(newest(&desk).await.text().contains("Cost centre"));
    let card = ana.ticket("vpn dwon").await;
    let second = desk.tickets().await[0]["number"].as_u64().expect("a number");
    assert!(card.text.contains("tkt.edit"), "{}", card.text);
    ana.press("tkt.edit", second).await.expect(200);
    let edit = newest(&desk).await;
    let better = [("title", json!("vpn down")), ("body", json!("From home."))];
    ana.send(&edit, &better).await.expect(200);
    assert_eq!(desk.admin().ticket(second).await["title"], "vpn down");
    assert_eq!(last(&desk, second).await, said("public", "From home."));
    let eve = desk.slack("U0EVE");
    let tampered = Dialog { id: "V0EVE".into(), ..edit };
    eve.send(&tampered, &[("title", json!("mine now"))]).await.expect(200);
    assert_eq!(desk.admin().ticket(second).await["title"], "vpn down", "who sends is asked again");
    invariants(&desk).await;
}

/// A ticket that was asked in a channel, and its card among the agents.
async fn asked_in_a_channel(desk: &Desk, ana: &Slack) -> (u64, Value, Value) {
    let asked = ana.says("C0GENERAL", "1700000000.000100", None, "the lift is stuck");
    ana.mention("the lift is stuck", "1700000000.000100", None).await.expect(200);
    desk.settle().await;
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    let card = call(desk, "chat.postMessage", TRIAGE).await;
    (n, asked, card)
}

/// The id of the newest message the desk put in a channel, as the stand-in named it.
async fn ts_of_card(desk: &Desk) -> String {
    desk.settle().await;
    let outbox = desk.outbox_since(0).await;
    let card =
        outbox.iter().find(|item| item["to"] == TRIAGE && item["method"] == "chat.postMessage");
    let card = card.expect("a card in the queue's channel");
    let at: jiff::Timestamp = card["at"].as_str().expect("a time").parse().expect("a time");
    format!("{}.{:06}", at.as_second(), card["seq"].as_u64().expect("a place") % 1_000_000)
}

#[tokio::test]
async fn a_conversation_goes_both_ways_and_notes_stay_inside() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    hire(&desk, BEN, json!({ "name": "Ben", "slack": ben.account() })).await;
    let channel = json!({ "channel": format!("slack:{TRIAGE}") });
    desk.admin().patch("/v1/queues/support", channel).await.expect(200);
    let (n, asked, _) = asked_in_a_channel(&desk, &ana).await;
    let thread = asked["ts"].as_str();
    let card = ts_of_card(&desk).await;

    // Below the card agents talk among themselves; nobody else's words count there.
    let note = ben.says(TRIAGE, "1700000100.000100", Some(&card), "smells of <@U0EVE> smoke");
    ben.say_as(&note, "Ev0NOTE").await.expect(200);
    ben.say_as(&note, "Ev0NOTE").await.expect(200);
    assert_eq!(last(&desk, n).await, said("internal", "smells of @U0EVE smoke"));
    assert_eq!(messages(&desk, n).await.len(), 2);
    let eve = desk.slack("U0EVE");
    eve.say(&eve.says(TRIAGE, "1700000101.000100", Some(&card), "me too")).await.expect(200);
    assert_eq!(messages(&desk, n).await.len(), 2);

    // In her thread Ana needs no mention; what she edits and deletes is followed.
    let more = ana.says("C0GENERAL", "1700000102.000100", thread, "somebody is inside");
    ana.say(&more).await.expect(200);
    ana.mention_by("somebody is inside", "1700000102.000100", thread, "Ev0BOTH", 0)
        .await
        .expect(200);
    assert_eq!(last(&desk, n).await, said("public", "somebody is inside"));
    assert_eq!(messages(&desk, n).await.len(), 3, "a mention and a message are one");
    ana.edit(&more, "two are inside").await.expect(200);
    assert_eq!(last(&desk, n).await.1, "two are inside");
    eve.say(&eve.says("C0GENERAL", "1700000103.000100", thread, "hi")).await.expect(200);
    eve.say(&eve.says("C0GENERAL", "1700000104.000100", None, "chatter")).await.expect(200);
    assert_eq!(messages(&desk, n).await.len(), 3, "others' words are none of the desk's business");
    let gone = ana.says("C0GENERAL", "1700000105.000100", thread, "never mind");
    let photo = ana.file("F0LIFT", "lift.txt", "text/plain", "stuck").await;
    let mut with_file = gone.clone();
    with_file["files"] = json!([photo]);
    with_file["subtype"] = json!("file_share");
    ana.say(&with_file).await.expect(200);
    assert_eq!(last(&desk, n).await.1, "never mind");
    ana.delete(&gone).await.expect(200);
    assert_ne!(last(&desk, n).await.1, "never mind");

    answers(&desk, &ana, &ben, n, &card).await;
    invariants(&desk).await;
}

/// Ben takes it, answers with a preview, sends a note on, and has it confirmed.
async fn answers(desk: &Desk, ana: &Slack, ben: &Slack, n: u64, card: &str) {
    ben.press("tkt.take", n).await.expect(200);
    ben.press("tkt.reply", n).await.expect(200);
    let reply = newest(desk).await;
    let plan = ben.file("F0PLAN", "plan.txt", "text/plain", "first floor").await;
    let words = [
        ("body", json!("A technician is on the way.")),
        ("next", json!("await")),
        ("files", json!([plan])),
    ];
    let preview = Dialog::answered(&ben.send(&reply, &words).await.expect(200));
    assert!(preview.text().contains("thread in Slack"), "whom it reaches: {}", preview.text());
    assert_ne!(last(desk, n).await.1, "A technician is on the way.", "not before it was looked at");
    ben.send(&preview, &[]).await.expect(200);
    assert_eq!(last(desk, n).await, said("public", "A technician is on the way."));
    assert_eq!(desk.admin().ticket(n).await["status"], "awaiting_requester");
    let sent = call(desk, "files.completeUploadExternal", "C0GENERAL").await;
    assert_eq!(sent["files"][0]["title"], "plan.txt", "the file is in her thread");
    assert_eq!(sent["thread_ts"], "1700000000.000100");
    let internal = [("mode", json!("note")), ("body", json!("call the firm"))];
    ben.press("tkt.reply", n).await.expect(200);
    ben.send(&newest(desk).await, &internal).await.expect(200);
    assert_eq!(last(desk, n).await, said("internal", "call the firm"));

    let on_card = ben.says(TRIAGE, "1700000107.000100", Some(card), "The firm comes at noon.");
    ben.shortcut_on("ticket.send_to_requester", &on_card).await.expect(200);
    let preview = ben.send(&newest(desk).await, &[]).await.expect(200);
    ben.send(&Dialog::answered(&preview), &[]).await.expect(200);
    assert_eq!(last(desk, n).await, said("public", "The firm comes at noon."));

    desk.advance("PT2M").await;
    ana.say(&ana.says("C0GENERAL", "1700000106.000100", Some("1700000000.000100"), "thanks"))
        .await
        .expect(200);
    ben.press("tkt.propose", n).await.expect(200);
    ana.press("tkt.decline", n).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["status"], "in_progress", "at once");
    ana.send(&newest(desk).await, &[("body", json!("It stopped again."))]).await.expect(200);
    assert_eq!(last(desk, n).await, said("public", "It stopped again."));
    desk.advance("PT2M").await;
    ben.press("tkt.propose", n).await.expect(200);
    ana.press("tkt.confirm", n).await.expect(200);
    ana.press("tkt.rate4", n).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["rating"], 4);
    ana.send(&newest(desk).await, &[("body", json!("Quick and kind."))]).await.expect(200);
}

#[tokio::test]
async fn words_to_the_desk_alone_find_their_ticket() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    hire(&desk, BEN, json!({ "name": "Ben", "slack": ben.account() })).await;
    let direct = |ts: &str, text: &str| ana.says("D0ANA", ts, None, text);

    ana.say(&direct("1700000000.000100", "no sound")).await.expect(200);
    let first = desk.only_ticket().await["number"].as_u64().expect("a number");
    ana.say(&direct("1700000001.000100", "in room 4")).await.expect(200);
    assert_eq!(last(&desk, first).await, said("public", "in room 4"));
    ana.ticket("no light").await.expect(200);
    desk.advance("PT2M").await;
    ana.say(&direct("1700000002.000100", "still &lt;nothing&gt; &amp; dark")).await.expect(200);
    assert_eq!(messages(&desk, first).await.len(), 2, "it is asked which is meant");
    let question = call(&desk, "chat.postMessage", "D0ANA").await;
    let menu = question["blocks"].as_array().and_then(|blocks| blocks.last()).expect("a menu");
    let block = menu["block_id"].as_str().expect("a block");
    let second = desk.tickets().await[0]["number"].as_u64().expect("a number");
    let mut message = question.clone();
    message["channel"] = json!("D0ANA");
    for _ in 0..2 {
        ana.press_in(&message, block, "dm.pick", &second.to_string()).await.expect(200);
    }
    assert_eq!(last(&desk, second).await, said("public", "still <nothing> & dark"));
    assert_eq!(messages(&desk, second).await.len(), 2);
    desk.slack("U0EVE").press_in(&message, block, "dm.pick", &second.to_string()).await;
    assert_eq!(messages(&desk, second).await.len(), 2, "nobody speaks in her place");

    shortcuts(&desk, &ana, &ben, second).await;
    invariants(&desk).await;
}

/// A message of somebody else becomes a ticket of theirs, or belongs to one.
async fn shortcuts(desk: &Desk, ana: &Slack, ben: &Slack, second: u64) {
    let kofi = desk.slack("U0KOFI");
    let said_there = kofi.says("C0GENERAL", "1700000010.000100", None, "the door squeaks");
    kofi.say(&said_there).await.expect(200);
    ben.shortcut_on("ticket.create", &said_there).await.expect(200);
    let dialog = newest(desk).await;
    assert!(dialog.text().contains("U0kofi"), "whom it is for: {}", dialog.text());
    ben.send(&dialog, &[]).await.expect(200);
    let third = desk.tickets().await[0].clone();
    let number = third["number"].as_u64().expect("a number");
    assert_eq!(
        (&third["title"], &third["requester"]["name"]),
        (&json!("the door squeaks"), &json!("U0kofi"))
    );
    let thread = said_there["ts"].as_str();
    kofi.say(&kofi.says("C0GENERAL", "1700000011.000100", thread, "loudly")).await.expect(200);
    assert_eq!(last(desk, number).await, said("public", "loudly"));

    let aside = ana.says("C0GENERAL", "1700000012.000100", None, "both lamps");
    ana.shortcut_on("ticket.add", &aside).await.expect(200);
    let add = newest(desk).await;
    assert!(add.text().contains("no light"), "{}", add.text());
    let refused = ana.send(&add, &[]).await.expect(200);
    assert_eq!(refused["response_action"], "errors");
    let typed = [("number", json!(format!("#{second}")))];
    ana.send(&add, &typed).await.expect(200);
    assert_eq!(last(desk, second).await, said("public", "both lamps"));
    let theirs = Dialog { id: "V0OTHER".into(), ..add };
    ana.send(&theirs, &[("number", json!(number.to_string()))]).await.expect(200);
    assert_eq!(last(desk, number).await, said("public", "loudly"), "not hers to add to");
    ana.shortcut("ticket.new").await.expect(200);
    assert_eq!(newest(desk).await.view["callback_id"], "ticket.new");
    let unknown: Answer = ana.shortcut("somebody.elses").await;
    assert_eq!(unknown.status, 200);

    let lead = json!({ "role": "lead" });
    desk.admin().patch(&format!("/v1/members/{BEN}"), lead).await;
    ben.press("tkt.reassign", second).await.expect(200);
    ben.send(&newest(desk).await, &[("who", json!("U0BEN"))]).await.expect(200);
    assert_eq!(desk.admin().ticket(second).await["assignee"]["email"], BEN);
    ben.press("tkt.reassign", second).await.expect(200);
    let nobody = ben.send(&newest(desk).await, &[("who", json!("U0EVE"))]).await.expect(200);
    assert_eq!(nobody["errors"]["who"], "Choose somebody who works here.");
}

#[tokio::test]
async fn emoji_and_the_home_tab_are_doors_too() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    hire(&desk, BEN, json!({ "name": "Ben", "slack": ben.account() })).await;
    let asked = ana.says("C0GENERAL", "1700000000.000100", None, "the heating is cold");
    ana.say(&asked).await.expect(200);
    assert!(desk.tickets().await.is_empty());
    for _ in 0..2 {
        ben.reacts("ticket", &asked).await.expect(200);
    }
    let ticket = desk.only_ticket().await;
    let n = ticket["number"].as_u64().expect("a number");
    let who = json!([ticket["title"], ticket["requester"]["name"]]);
    assert_eq!(who, json!(["the heating is cold", "U0ana"]));
    assert_eq!(call(&desk, "reactions.add", "C0GENERAL").await["name"], "ticket");
    ana.reacts("eyes", &asked).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["assignee"], Value::Null, "not for those who ask");
    ana.reacts("rotating_light", &asked).await.expect(200);
    assert_eq!(last(&desk, n).await, said("public", "This is urgent."));
    ben.reacts("eyes", &asked).await.expect(200);
    ben.reacts("rotating_light", &asked).await.expect(200);
    let claimed = desk.admin().ticket(n).await;
    let stands = json!([claimed["assignee"]["email"], claimed["priority"]]);
    assert_eq!(stands, json!([BEN, "urgent"]));
    ben.reacts("tada", &asked).await.expect(200);
    let bare = ana.says("C0QUIET", "1700000001.000100", None, "nobody means this");
    ana.say(&bare).await.expect(200);
    ben.reacts("eyes", &bare).await.expect(200);
    let quiet = config(&desk, &at(&desk, &["export"]), "").fine();
    let quiet = quiet.replace("guilds = []\n", "guilds = []\nno_emoji = [\"slack:C0QUIET\"]\n");
    config(&desk, &at(&desk, &["apply", "-"]), &quiet).fine();
    ben.reacts("ticket", &bare).await.expect(200);
    desk.only_ticket().await;

    home_tabs(&desk, &ana, &ben, n).await;
    desk.advance("PT2M").await;
    ben.reacts("white_check_mark", &asked).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["status"], "awaiting_confirmation");
    invariants(&desk).await;
}

async fn home_tabs(desk: &Desk, ana: &Slack, ben: &Slack, n: u64) {
    ana.opens_home().await.expect(200);
    let hers = call(desk, "views.publish", "U0ANA").await.to_string();
    assert!(hers.contains("the heating is cold") && hers.contains("home.new"), "{hers}");
    assert!(!hers.contains("home.filter"), "{hers}");
    for number in 0..25 {
        desk.as_person("kofi@example.org").open(&format!("Chair {number}")).await;
    }
    // What a button of another time carries leads to the first page.
    ben.press_at_home("home.next", "nonsense").await.expect(200);
    let his = call(desk, "views.publish", "U0BEN").await;
    assert!(his.to_string().contains("the heating is cold"), "{his:#}");
    ben.press_at_home("home.filter", "q:support").await.expect(200);
    let page = call(desk, "views.publish", "U0BEN").await;
    let rows = |view: &Value| view.to_string().matches("\"home.view\"").count();
    assert_eq!(rows(&page), 20);
    let blocks = page["view"]["blocks"].as_array().expect("blocks");
    let pages = blocks.iter().find(|block| block["block_id"] == "home.pages").expect("a next page");
    let next = pages["elements"][0]["value"].as_str().expect("where it begins");
    ben.press_at_home("home.next", next).await.expect(200);
    assert_eq!(rows(&call(desk, "views.publish", "U0BEN").await), 6);
    ana.press_at_home("home.view", &n.to_string()).await.expect(200);
    assert!(newest(desk).await.text().contains("the heating is cold"));
    desk.slack("U0EVE").press_at_home("home.view", &n.to_string()).await.expect(200);
    assert!(!newest(desk).await.text().contains("the heating is cold"), "not hers to see");
    ana.press_at_home("home.new", "new").await.expect(200);
    assert_eq!(newest(desk).await.view["callback_id"], "ticket.new");
}
