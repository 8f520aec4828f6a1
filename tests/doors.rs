//! Every door leads to a ticket: mail, Slack, Discord, REST. What goes in there comes out here, and
//! whoever asked hears from the desk on the channel they came by.

use serde_json::{Value, json};

use crate::harness::{ADMIN, Answer, Desk, Person, SUPPORT, invariants, names_ticket};

/// Makes somebody an agent of the support queue.
pub async fn hire(desk: &Desk, email: &str, more: Value) -> Person {
    let mut member = json!({ "email": email, "role": "agent", "queues": ["support"] });
    for (name, value) in more.as_object().into_iter().flatten() {
        member[name] = value.clone();
    }
    desk.admin().post("/v1/members", member).await.expect(201);
    desk.as_person(email)
}

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a ticket has a number")
}

/// Something of this kind left that names the ticket; the first of it.
fn leaving<'a>(outbox: &'a [Value], kind: &str, to: &str, number: u64) -> &'a Value {
    let fits = |item: &&Value| {
        item["kind"] == kind
            && (to.is_empty() || item["to"] == to)
            && names_ticket(&item.to_string(), number)
    };
    let found = outbox.iter().find(fits);
    found.unwrap_or_else(|| panic!("no {kind} to {to:?} names #{number}: {outbox:#?}"))
}

#[tokio::test]
async fn a_mail_becomes_a_ticket_with_a_receipt_and_a_line_in_the_ledger() {
    let desk = Desk::start().await;
    desk.mail("ana@example.org", "The printer is on fire", "Third floor.\nPlease hurry.").await;
    desk.settle().await;

    let ticket = desk.only_ticket().await;
    assert_eq!(ticket["title"], "The printer is on fire");
    assert!(ticket["description"].as_str().is_some_and(|text| text.contains("Please hurry.")));
    assert_eq!(ticket["requester"]["email"], "ana@example.org");
    let rest = json!([ticket["channel"], ticket["queue"], ticket["type"], ticket["priority"]]);
    assert_eq!(rest, json!(["email", "support", "question", "medium"]));

    let ledger = desk.ledger("email").await;
    assert_eq!(ledger.len(), 1, "{ledger:#?}");
    let line = &ledger[0];
    assert_eq!(line["outcome"], "ticket");
    assert_eq!((&line["number"], &line["from"]), (&ticket["number"], &json!("ana@example.org")));

    let outbox = desk.outbox_since(0).await;
    leaving(&outbox, "mail", "ana@example.org", number(&ticket));
    leaving(&outbox, "mail", ADMIN, number(&ticket));
    invariants(&desk).await;
}

#[tokio::test]
async fn an_answer_to_the_receipt_is_a_message_of_the_same_ticket() {
    let desk = Desk::start().await;
    desk.mail("ana@example.org", "No network", "Since this morning.").await;
    desk.settle().await;
    let ticket = desk.only_ticket().await;
    let receipts = desk.mails_to("ana@example.org", 0).await;
    let raw = receipts[0]["raw"].as_str().expect("the mail as it left");
    let header = |name: &str| {
        let line = raw.lines().find(|line| line.to_lowercase().starts_with(name));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    };
    let reply_to = if header("reply-to:").is_empty() { "from:" } else { "reply-to:" };
    let address = header(reply_to).rsplit('<').next().unwrap_or_default().trim_end_matches('>');
    let id = header("message-id:");
    let letter = format!(
        "From: <ana@example.org>\r\nTo: <{address}>\r\nSubject: Re: No network\r\n\
         In-Reply-To: {id}\r\nReferences: {id}\r\nMessage-ID: <again@example.org>\r\n\r\n\
         The lamp of the router is red.\r\n"
    );
    let said = desk.smtp().await.send("ana@example.org", address, &letter).await.expect("a reply");
    assert!(said.starts_with("250"), "{said}");
    desk.settle().await;

    assert_eq!(desk.only_ticket().await["number"], ticket["number"]);
    let messages = desk.admin().all(&format!("/v1/tickets/{}/messages", ticket["number"])).await;
    let last = messages.last().expect("messages");
    assert!(last["body"].as_str().is_some_and(|body| body.contains("router is red")), "{last}");
    let ledger = desk.ledger("email").await;
    let outcomes: Vec<_> = ledger.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["ticket", "message"]);
    invariants(&desk).await;
}

#[tokio::test]
async fn slack_files_lists_shows_claims_and_closes() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    hire(&desk, "ben@example.com", json!({ "slack": ben.account() })).await;

    let answer = ana.ticket("the coffee machine is broken").await;
    let ticket = desk.only_ticket().await;
    let n = number(&ticket);
    assert!(names_ticket(&answer.text, n), "{}", answer.text);
    assert_eq!(answer.expect(200)["response_type"], "ephemeral");
    assert_eq!(ticket["title"], "the coffee machine is broken");
    assert_eq!(ticket["channel"], "slack");
    let ledger = desk.ledger("slack").await;
    assert_eq!((ledger.len(), &ledger[0]["outcome"]), (1, &json!("ticket")));
    desk.settle().await;
    leaving(&desk.outbox_since(0).await, "slack", "U0ANA", n);

    for command in ["mine".to_owned(), format!("show {n}"), format!("show #{n}")] {
        let answer = ana.ticket(&command).await;
        assert!(answer.text.contains("coffee machine"), "{command}: {}", answer.text);
    }
    let stranger = desk.slack("U0EVE").ticket(&format!("show {n}")).await;
    assert!(!stranger.text.contains("coffee machine"), "{}", stranger.text);
    desk.slack("U0EVE").ticket(&format!("claim {n}")).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["assignee"], Value::Null);

    ben.ticket(&format!("claim {n}")).await.expect(200);
    let claimed = desk.admin().ticket(n).await;
    assert_eq!(claimed["assignee"]["email"], "ben@example.com");
    assert_eq!(claimed["status"], "in_progress");
    ben.ticket(&format!("note {n} descale it first, secretly")).await.expect(200);
    ben.ticket(&format!("close {n}")).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["status"], "awaiting_confirmation");
    ana.ticket(&format!("close {n}")).await.expect(200);
    let closed = desk.admin().ticket(n).await;
    assert_eq!(json!([closed["status"], closed["closure"]]), json!(["resolved", "confirmed"]));
    assert_eq!(desk.tickets().await.len(), 1, "no command was taken for a ticket");
    invariants(&desk).await;
}

#[tokio::test]
async fn a_mention_files_and_its_thread_goes_on_with_the_ticket() {
    let desk = Desk::start().await;
    let ana = desk.slack("U0ANA");
    let first = "1700000000.000100";
    ana.mention("the door of room 7 is stuck", first, None).await.expect(200);
    desk.settle().await;
    let n = number(&desk.only_ticket().await);
    let receipt = desk.outbox_since(0).await;
    let receipt = leaving(&receipt, "slack", "C0GENERAL", n);
    assert_eq!(receipt["body"]["thread_ts"], first, "the receipt is in the thread: {receipt:#}");

    ana.mention("and the window too", "1700000001.000100", Some(first)).await.expect(200);
    desk.settle().await;
    desk.only_ticket().await;
    let messages = desk.admin().all(&format!("/v1/tickets/{n}/messages")).await;
    assert_eq!(messages.last().expect("messages")["body"], "and the window too");
    invariants(&desk).await;
}

#[tokio::test]
async fn buttons_in_slack_take_resolve_and_confirm() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    hire(&desk, "ben@example.com", json!({ "slack": ben.account() })).await;
    ana.ticket("the lift is stuck").await.expect(200);
    let n = number(&desk.only_ticket().await);
    let stands = async || desk.admin().ticket(n).await["status"].clone();

    ana.press("tkt.take", n).await.expect(200);
    assert_eq!(stands().await, "pending_assignment", "a requester cannot take");
    ben.press("tkt.take", n).await.expect(200);
    assert_eq!(stands().await, "in_progress");
    ben.press("tkt.propose", n).await.expect(200);
    assert_eq!(stands().await, "awaiting_confirmation");
    ana.press("tkt.decline", n).await.expect(200);
    assert_eq!(stands().await, "in_progress");
    ben.press("tkt.propose", n).await.expect(200);
    ana.press("tkt.confirm", n).await.expect(200);
    assert_eq!(stands().await, "resolved");
    invariants(&desk).await;
}

#[tokio::test]
async fn discord_pings_files_lists_shows_claims_and_closes() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.discord("115590097100865541"), desk.discord("225590097100865542"));
    assert_eq!(ana.ping().await.expect(200), json!({ "type": 1 }));
    hire(&desk, "ben@example.com", json!({ "discord": ben.account() })).await;

    let words = [("title", "vpn drops"), ("description", "Every ten minutes since Monday.")];
    let answer = ana.ticket("open", &words).await;
    let ticket = desk.only_ticket().await;
    let n = number(&ticket);
    assert!(names_ticket(&answer.text, n), "{}", answer.text);
    let answer = answer.expect(200);
    assert_eq!(answer["type"], 4);
    assert_eq!(answer["data"]["flags"].as_u64().map(|flags| flags & 64), Some(64), "ephemeral");
    assert_eq!(ticket["title"], "vpn drops");
    assert_eq!(ticket["description"], "Every ten minutes since Monday.");
    assert_eq!(ticket["channel"], "discord");
    assert_eq!(desk.ledger("discord").await[0]["outcome"], "ticket");
    desk.settle().await;
    leaving(&desk.outbox_since(0).await, "discord", "", n);

    let named = n.to_string();
    let this = [("ticket", named.as_str())];
    for answer in [ana.ticket("mine", &[]).await, ana.ticket("show", &this).await] {
        assert!(answer.text.contains("vpn drops"), "{}", answer.text);
    }
    let stranger = desk.discord("335590097100865543").ticket("show", &this).await;
    assert!(!stranger.text.contains("vpn drops"), "{}", stranger.text);
    ben.ticket("claim", &this).await.expect(200);
    let claimed = desk.admin().ticket(n).await;
    assert_eq!(claimed["assignee"]["email"], "ben@example.com");
    ben.ticket("close", &this).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["status"], "awaiting_confirmation");
    ana.ticket("close", &this).await.expect(200);
    assert_eq!(desk.admin().ticket(n).await["status"], "resolved");
    invariants(&desk).await;
}

#[tokio::test]
async fn buttons_in_discord_take_and_propose() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.discord("115590097100865541"), desk.discord("225590097100865542"));
    hire(&desk, "ben@example.com", json!({ "discord": ben.account() })).await;
    ana.ticket("open", &[("title", "no sound")]).await.expect(200);
    let n = number(&desk.only_ticket().await);
    for (person, press, status) in [
        (&ana, "take", "pending_assignment"),
        (&ben, "take", "in_progress"),
        (&ben, "propose", "awaiting_confirmation"),
        (&ana, "confirm", "resolved"),
    ] {
        person.press_and_say(&format!("t:{press}:{n}"), "It was muted.").await.expect(200);
        assert_eq!(desk.admin().ticket(n).await["status"], status, "after {press}");
    }
    invariants(&desk).await;
}

#[tokio::test]
async fn rest_creates_reads_lists_and_converses() {
    let desk = Desk::start().await;
    let ana = desk.as_person("ana@example.org");
    let ben = hire(&desk, "ben@example.com", json!({ "name": "Ben" })).await;
    let body = json!({ "title": "A new chair", "description": "Mine squeaks.", "type": "task",
        "priority": "low", "external_id": "erp-77" });
    let answer = ana.post("/v1/tickets", body).await;
    let location = answer.header("location").to_owned();
    let ticket = answer.expect(201);
    let n = number(&ticket);
    assert_eq!(location, format!("/v1/tickets/{n}"));
    assert_eq!(ticket["requester"]["email"], "ana@example.org");
    let kinds = json!([ticket["type"], ticket["priority"], ticket["status"], ticket["channel"]]);
    assert_eq!(kinds, json!(["task", "low", "pending_assignment", "api"]));
    let read = ana.get(&location).await;
    assert!(!read.header("etag").is_empty(), "an ETag");
    assert_eq!(read.expect(200), ticket);

    let path = format!("/v1/tickets/{n}/messages");
    ben.act(n, "claim", json!({})).await.expect(200);
    ben.post(&path, json!({ "body": "Which size do you need?" })).await.expect(201);
    let note = json!({ "body": "budget is tight, be gentle", "visibility": "internal" });
    ben.post(&path, note).await.expect(201);
    ana.post(&path, json!({ "body": "Medium, please." })).await.expect(201);
    let bodies = |messages: Vec<Value>| -> Vec<String> {
        messages.iter().filter_map(|said| said["body"].as_str().map(str::to_owned)).collect()
    };
    let public = ["Mine squeaks.", "Which size do you need?", "Medium, please."];
    assert_eq!(bodies(ana.all(&path).await), public, "a requester reads no note");
    assert_eq!(bodies(ben.all(&path).await).len(), 4);
    let events = ana.get(&format!("/v1/tickets/{n}/events")).await;
    assert!(!events.text.contains("budget is tight"), "{}", events.text);
    events.expect(200);

    let mine = ana.all("/v1/tickets").await;
    assert_eq!(mine.len(), 1);
    desk.as_person("eve@example.org").get(&location).await.problem(404, None);
    assert_eq!(desk.as_person("eve@example.org").all("/v1/tickets").await, Vec::<Value>::new());
    desk.settle().await;
    let mails = desk.mails_to("ana@example.org", 0).await;
    assert!(mails.iter().any(|mail| mail["body"].to_string().contains("Which size")), "{mails:#?}");
    invariants(&desk).await;
}

#[tokio::test]
async fn lists_are_paged_newest_first_without_a_gap() {
    let desk = Desk::start().await;
    let mut opened = Vec::new();
    for n in 0..7 {
        opened.push(number(&desk.as_person("ana@example.org").open(&format!("Chair {n}")).await));
    }
    opened.reverse();
    for path in ["/v1/tickets?limit=3", "/v1/tickets?requester=ana@example.org&limit=3"] {
        let listed: Vec<u64> = desk.admin().all(path).await.iter().map(number).collect();
        assert_eq!(listed, opened, "{path}");
    }
    let due = desk.admin().all("/v1/tickets?queue=support&sort=due&limit=3").await;
    let mut due: Vec<u64> = due.iter().map(number).collect();
    due.sort_by(|a, b| b.cmp(a));
    assert_eq!(due, opened);
    desk.admin().get("/v1/tickets?limit=101").await.problem(422, Some("limit"));
    desk.admin().get("/v1/tickets?status=asleep").await.problem(422, Some("status"));
    invariants(&desk).await;
}

#[tokio::test]
async fn a_card_goes_to_the_members_and_then_to_the_queues_channel() {
    let desk = Desk::start().await;
    hire(&desk, "ben@example.com", json!({})).await;
    let first = number(&desk.as_person("ana@example.org").open("First").await);
    desk.settle().await;
    let outbox = desk.outbox_since(0).await;
    for member in [ADMIN, "ben@example.com"] {
        leaving(&outbox, "mail", member, first);
    }
    let queue = json!({ "channel": "slack:C0TRIAGE" });
    let patched = desk.admin().patch("/v1/queues/support", queue).await.expect(200);
    assert_eq!(
        (&patched["channel"], &patched["address"]),
        (&json!("slack:C0TRIAGE"), &json!(SUPPORT))
    );

    let mark = desk.outbox_end().await;
    let second = number(&desk.as_person("ana@example.org").open("Second").await);
    desk.settle().await;
    let card = desk.outbox_since(mark).await;
    let card = leaving(&card, "slack", "C0TRIAGE", second);
    assert_eq!(card["method"], "chat.postMessage");
    assert!(card["body"].to_string().contains("tkt.take"), "the card can be taken: {card:#}");
    assert_eq!(desk.mails_to("ben@example.com", mark).await, Vec::<Value>::new());
    invariants(&desk).await;
}

#[tokio::test]
async fn slack_answers_its_check_of_the_address() {
    let desk = Desk::start().await;
    let body = json!({ "type": "url_verification", "challenge": "3eZbrw1aB10eFq" }).to_string();
    let request = desk.slack("U0ANA").signed("/slack/events", body.into_bytes());
    let answer = Answer::to(request).await.expect("an answer");
    assert!(answer.text.contains("3eZbrw1aB10eFq"), "{}", answer.text);
    answer.expect(200);
}
