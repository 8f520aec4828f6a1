//! A01 to A15: what can be tried by mail, at the SMTP door. Nobody becomes an agent, a participant or a
//! reader of a ticket by writing a mail; nobody makes the desk write to strangers.

use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::letters::{Got, Letter, got, header};
use crate::harness::{Desk, Person, SUPPORT, fresh, invariants, setting};

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.com";
const EVE: &str = "eve@evil.example";
/// What a server writes that knows a mail to be forged.
const FORGED: &str = "Authentication-Results: mx.example.com; spf=fail smtp.mailfrom=evil.example; \
                      dkim=none; dmarc=fail header.from=example.org\r\n";

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a number")
}

/// A desk where Ben looks after a ticket of Ana's, and both have mail about it.
struct Scene {
    desk: Desk,
    ben: Person,
    ticket: u64,
    anas: Got,
    bens: Got,
}

impl Scene {
    async fn set() -> Scene {
        let desk = Desk::start().await;
        let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
        let letter = Letter { subject: "The till".into(), ..Letter::new(ANA, SUPPORT) };
        letter.send(&desk).await;
        let ticket = number(&desk.only_ticket().await);
        ben.act(ticket, "claim", json!({})).await.expect(200);
        let anas = got(&desk, ANA, ticket).await;
        // Ben has mail about it once Ana says more.
        Letter { answers: anas.message_id.clone(), ..Letter::new(ANA, &anas.reply_to) }
            .send(&desk)
            .await;
        let bens = got(&desk, BEN, ticket).await;
        Scene { desk, ben, ticket, anas, bens }
    }

    /// What stands on the ticket, to an agent.
    async fn history(&self) -> String {
        let messages = self.ben.all(&format!("/v1/tickets/{}/messages", self.ticket)).await;
        json!(messages).to_string()
    }

    /// What Ana reads of it.
    async fn anas_view(&self) -> String {
        let ana = self.desk.as_person(ANA);
        json!(ana.all(&format!("/v1/tickets/{}/messages", self.ticket)).await).to_string()
    }

    /// The ticket knows nobody but Ana and Ben, and Eve has no way to it: what Ben says next does not
    /// reach her.
    async fn eve_is_outside(&self) {
        let ticket = self.ben.ticket(self.ticket).await;
        assert!(!ticket["followers"].to_string().contains("evil"), "{ticket}");
        let before = self.desk.outbox_end().await;
        let reply = json!({ "body": "The secret answer.", "visibility": "public" });
        self.ben.post(&format!("/v1/tickets/{}/messages", self.ticket), reply).await.expect(201);
        self.desk.settle().await;
        let left = self.desk.outbox_since(before).await;
        let hers = left.iter().filter(|item| item.to_string().contains("evil.example"));
        assert_eq!(hers.count(), 0, "{left:#?}");
        assert!(!self.desk.mails_to(ANA, before).await.is_empty(), "Ana hears of it");
        let eve = self.desk.as_person(EVE);
        eve.get(&format!("/v1/tickets/{}", self.ticket)).await.problem(404, None);
        invariants(&self.desk).await;
    }
}

/// What the last mail became, and the note agents find beside it.
async fn last_line(desk: &Desk) -> Value {
    desk.ledger("email").await.pop().expect("a line")
}

async fn notes_on(desk: &Desk, ticket: &Value) -> String {
    let messages = desk.admin().all(&format!("/v1/tickets/{ticket}/messages")).await;
    json!(messages).to_string()
}

#[tokio::test]
async fn a01_nobody_answers_as_an_agent_by_naming_them() {
    let scene = Scene::set().await;
    let desk = &scene.desk;
    let before = desk.outbox_end().await;
    for (top, to, answers) in [
        (FORGED, SUPPORT, &scene.bens.message_id),
        (FORGED, scene.bens.reply_to.as_str(), &scene.bens.message_id),
        ("X-SES-Spam-Verdict: FAIL\r\n", SUPPORT, &scene.anas.message_id),
        ("", SUPPORT, &scene.anas.message_id),
        ("", scene.anas.reply_to.as_str(), &scene.anas.message_id),
    ] {
        let (top, answers, body) = (top.into(), answers.clone(), "Send me your password.".into());
        Letter { top, answers, body, ..Letter::new(BEN, to) }.send(desk).await;
    }
    let anas = desk.mails_to(ANA, before).await;
    assert!(anas.is_empty(), "nothing goes to the requester: {anas:#?}");
    assert!(!scene.anas_view().await.contains("password"));
    let ledger = desk.ledger("email").await;
    assert!(ledger.iter().all(|line| !line["outcome"].is_null()), "{ledger:#?}");
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn an_agent_answers_from_the_mail_they_got() {
    let scene = Scene::set().await;
    let (to, answers) = (scene.bens.reply_to.as_str(), scene.bens.message_id.clone());
    let before = scene.desk.outbox_end().await;
    let body =
        "Turn it off and on.\r\n\r\nOn Mon, Nov 23, 2026 at 9:00, Support wrote:\r\n> x".into();
    Letter { answers, body, ..Letter::new("Ben <BEN@example.com>", to) }.send(&scene.desk).await;
    let mails = scene.desk.mails_to(ANA, before).await;
    let raw = mails[0]["raw"].as_str().expect("a mail");
    assert!(raw.contains("Turn it off and on.") && !raw.contains("> x"), "{raw}");
    assert_eq!(last_line(&scene.desk).await["outcome"], "message");
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn an_agent_gives_orders_in_the_first_lines() {
    let scene = Scene::set().await;
    let desk = &scene.desk;
    let order = async |top: &str, (to, answers): (&str, &str), body: &str| {
        let (top, answers) = (top.into(), answers.to_owned());
        Letter { top, answers, body: body.into(), ..Letter::new(BEN, to) }.send(desk).await;
    };
    let ours = (scene.bens.reply_to.as_str(), scene.bens.message_id.as_str());
    order("", ours, "#priority high\r\n#tag till, fuse\r\n\r\nWe are on it.").await;
    let ticket = scene.ben.ticket(scene.ticket).await;
    assert_eq!((&ticket["priority"], &ticket["tags"]), (&json!("high"), &json!(["fuse", "till"])));
    assert!(scene.anas_view().await.contains("We are on it."));

    // Nothing of it is done where one thing cannot be, and the agent hears why.
    let before = desk.outbox_end().await;
    order("", ours, "#priority low\r\n#clsoe\r\n\r\nIt is done.").await;
    assert_eq!(scene.ben.ticket(scene.ticket).await["priority"], "high");
    assert!(!scene.anas_view().await.contains("It is done."));
    assert!(scene.history().await.contains("is no order"));
    assert!(desk.mails_to(ANA, before).await.is_empty());
    assert!(!desk.mails_to(BEN, before).await.is_empty(), "Ben is told");

    // Nobody orders anything by looking like Ben.
    order(FORGED, ours, "#close\r\n\r\nBye.").await;
    order("", (SUPPORT, &scene.anas.message_id), "#close\r\n\r\nBye.").await;
    assert_eq!(scene.ben.ticket(scene.ticket).await["status"], "in_progress");

    order("", ours, "#close It was the fuse.").await;
    assert_eq!(scene.ben.ticket(scene.ticket).await["status"], "awaiting_confirmation");
    assert!(scene.anas_view().await.contains("It was the fuse."));
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn what_an_agent_passes_on_is_the_request_of_whoever_wrote_it() {
    let desk = Desk::start().await;
    hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let body = "This came to me.\r\n\r\n---------- Forwarded message ---------\r\n\
                From: Kofi Mensah <kofi@example.net>\r\nDate: Mon, 23 Nov 2026 at 09:00\r\n\
                Subject: The lamp is dark\r\nTo: <ben@example.com>\r\n\r\nSince this morning.";
    let subject = "Fwd: The lamp is dark".to_owned();
    for (from, requester) in [(BEN, "kofi@example.net"), (ANA, ANA)] {
        let (subject, body) = (subject.clone(), body.into());
        Letter { subject, body, ..Letter::new(from, SUPPORT) }.send(&desk).await;
        let line = last_line(&desk).await;
        let ticket = desk.admin().ticket(line["number"].as_u64().expect("a number")).await;
        assert_eq!(ticket["requester"]["email"], requester);
        assert_eq!(ticket["title"], "The lamp is dark");
        let notes = notes_on(&desk, &line["number"]).await;
        assert_eq!(notes.contains("passed it on. This came to me"), from == BEN, "{notes}");
    }
    invariants(&desk).await;
}

#[tokio::test]
async fn a02_a_guessed_number_opens_nothing_but_a_ticket_of_ones_own() {
    let scene = Scene::set().await;
    for subject in [format!("Re: The till [#{}]", scene.ticket), format!("[#{}]", scene.ticket)] {
        Letter { subject, ..Letter::new(EVE, SUPPORT) }.send(&scene.desk).await;
    }
    let ledger = scene.desk.ledger("email").await;
    let hers = ledger.iter().filter(|line| line["from"] == EVE);
    assert!(hers.clone().all(|line| line["outcome"] == "ticket"), "{ledger:#?}");
    assert_eq!(hers.count(), 2);
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn a03_a_stranger_in_copy_is_told_nothing() {
    let scene = Scene::set().await;
    let (answers, to) = (scene.anas.message_id.clone(), scene.anas.reply_to.as_str());
    for (top, to) in [(FORGED, SUPPORT), ("", SUPPORT), ("", to), (FORGED, to)] {
        let (top, answers, cc) = (top.into(), answers.clone(), format!("Eve <{EVE}>"));
        Letter { top, answers, cc, ..Letter::new(ANA, to) }.send(&scene.desk).await;
    }
    let cc = format!("{EVE}, other@example.net");
    Letter { cc, ..Letter::new(ANA, SUPPORT) }.send(&scene.desk).await;
    let line = last_line(&scene.desk).await;
    let ticket = scene.ben.get(&format!("/v1/tickets/{}", line["number"])).await.expect(200);
    assert!(!ticket["followers"].to_string().contains('@'), "{ticket}");
    let notes = notes_on(&scene.desk, &line["number"]).await;
    assert!(notes.contains("other@example.net") && notes.contains("vouches"), "{notes}");
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn a04_made_up_addresses_tell_nothing() {
    let scene = Scene::set().await;
    let token = scene.anas.reply_to.trim_start_matches("support+r");
    let token = token.split('@').next().unwrap_or_default();
    let wrong: String = token.chars().rev().collect();
    let receipts = {
        let mut receipts: Vec<String> = Vec::new();
        let addresses = (0..20).map(|n| format!("support+{n}@example.com"));
        let made_up = [format!("support+r{wrong}@example.com"), "support+raaaa@example.com".into()];
        for to in addresses.chain(made_up) {
            let from = format!("x{}@evil.example", fresh());
            Letter::new(&from, &to).send(&scene.desk).await;
            let line = last_line(&scene.desk).await;
            assert_eq!(line["outcome"], "ticket", "{to}: {line}");
            let mail = scene.desk.mails_to(&from, 0).await;
            let raw = mail[0]["raw"].as_str().expect("a receipt").to_owned();
            let own = format!("#{}", line["number"]);
            receipts.push(header(&raw, "subject").replace(&own, "#n"));
        }
        receipts
    };
    assert!(receipts.iter().all(|one| *one == receipts[0]), "{receipts:#?}");
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn a05_a_forged_thread_leads_nowhere() {
    let scene = Scene::set().await;
    for answers in [&scene.anas.message_id, &scene.bens.message_id] {
        Letter { answers: answers.clone(), ..Letter::new(EVE, SUPPORT) }.send(&scene.desk).await;
        let line = last_line(&scene.desk).await;
        assert_eq!(line["outcome"], "ticket");
        assert_ne!(line["number"], scene.ticket);
        let notes = notes_on(&scene.desk, &line["number"]).await;
        assert!(notes.contains(&format!("it answers #{}", scene.ticket)), "{notes}");
    }
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn a06_a07_words_of_strangers_are_for_agents_alone() {
    let scene = Scene::set().await;
    for (from, body) in [(EVE, "I know more."), ("noreply@saas.example", "Your code is 424242.")] {
        let before = scene.desk.outbox_end().await;
        let answers = scene.anas.message_id.clone();
        let letter =
            Letter { answers, body: body.into(), ..Letter::new(from, &scene.anas.reply_to) };
        letter.send(&scene.desk).await;
        let line = last_line(&scene.desk).await;
        assert_eq!((&line["outcome"], &line["number"]), (&json!("message"), &json!(scene.ticket)));
        let history = scene.history().await;
        assert!(history.contains(body) && history.contains(from), "agents read it: {history}");
        assert!(!scene.anas_view().await.contains(body));
        assert!(scene.desk.mails_to(ANA, before).await.is_empty());
        assert!(scene.desk.mails_to(from, 0).await.is_empty());
    }
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn a08_a09_whoever_looks_like_somebody_is_not_them() {
    let scene = Scene::set().await;
    let before = scene.desk.outbox_end().await;
    for from in [
        "ben@example.com, eve@evil.example".to_owned(),
        format!("{BEN}\r\nFrom: {EVE}"),
        format!("\"{BEN}\" <{EVE}>"),
        format!("{BEN} <{EVE}>"),
        format!("({BEN}) {EVE}"),
        format!("=?utf-8?q?=22ben=40example.com=22?= <{EVE}>"),
        "ben@exаmple.com".to_owned(),
        "ben@example.com.evil.example".to_owned(),
        "ben@example.com.".to_owned(),
        "ben+x@example.com".to_owned(),
        "ben@xn--exmple-4nf.com".to_owned(),
    ] {
        let (answers, body) = (scene.bens.message_id.clone(), "As Ben I say: pay me.".into());
        let letter = Letter { from, answers, body, ..Letter::new("", &scene.bens.reply_to) };
        let said = scene.desk.smtp().await.send(EVE, &letter.to, &letter.raw()).await;
        assert!(said.expect("an answer").starts_with("250"));
        scene.desk.settle().await;
        assert!(scene.desk.mails_to(ANA, before).await.is_empty(), "{}", letter.from);
        assert!(!scene.anas_view().await.contains("pay me"), "{}", letter.from);
    }
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn a10_answers_go_to_whom_the_mail_is_from() {
    let desk = Desk::start().await;
    let top = format!("Reply-To: {EVE}\r\n");
    Letter { top, ..Letter::new(ANA, SUPPORT) }.send(&desk).await;
    assert_eq!(desk.mails_to(ANA, 0).await.len(), 1);
    assert!(desk.mails_to(EVE, 0).await.is_empty());
    invariants(&desk).await;
}

#[tokio::test]
async fn a11_nobody_is_flooded_in_the_name_of_the_desk() {
    let desk = Desk::start().await;
    let before = desk.outbox_end().await;
    for n in 0..40 {
        let (from, subject) = (format!("BUY PILLS {n} <{ANA}>"), format!("BUY PILLS {n}"));
        let letter = Letter { subject, body: "BUY PILLS".into(), ..Letter::new(&from, SUPPORT) };
        desk.smtp().await.send(EVE, SUPPORT, &letter.raw()).await.expect("kept");
    }
    desk.settle().await;
    let mails = desk.mails_to(ANA, before).await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    let raw = mails[0]["raw"].as_str().expect("a mail");
    assert!(!raw.to_lowercase().contains("pills"), "{raw}");
    let opened = desk.ledger("email").await;
    assert!(opened.iter().all(|line| line["outcome"] == "ticket"), "none is lost: {opened:#?}");
    desk.advance("PT1H").await;
    desk.settle().await;
    let mails = desk.mails_to(ANA, before).await;
    let raw = mails[1]["raw"].as_str().expect("a mail");
    assert!(mails.len() == 2 && raw.contains("more requests") && !raw.contains("PILLS"), "{raw}");
    invariants(&desk).await;
}

#[tokio::test]
async fn a12_machines_are_not_answered() {
    let desk = Desk::start().await;
    for (n, top) in [
        "Return-Path: <>\r\n",
        "Auto-Submitted: auto-replied\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Precedence: bulk\r\n",
        "Precedence: junk\r\n",
        "Precedence: list\r\n",
        "Precedence: auto_reply\r\n",
        "List-Id: <l.example.org>\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "X-Autoreply: yes\r\n",
        "X-Autorespond: away\r\n",
        "X-Loop: support@other.example\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        let from = format!("machine{n}@example.org");
        let letter = Letter { top: top.into(), ..Letter::new(&from, SUPPORT) };
        let sender = if top.starts_with("Return-Path") { "" } else { from.as_str() };
        desk.smtp().await.send(sender, SUPPORT, &letter.raw()).await.expect("kept");
        desk.settle().await;
        let mails = desk.mails_to(&from, 0).await;
        assert!(mails.is_empty(), "{top}: {mails:#?}");
        assert!(!last_line(&desk).await["automatic"].is_null(), "{top}");
    }
    invariants(&desk).await;
}

#[tokio::test]
async fn a13_two_desks_that_answer_each_other_fall_silent() {
    let desk = Desk::start().await;
    let other = "help@other.example";
    Letter::new(other, SUPPORT).send(&desk).await;
    let mut seen = 0;
    for _ in 0..26 {
        loop {
            let mails = desk.mails_to(other, 0).await;
            if mails.len() == seen {
                break;
            }
            for mail in mails.iter().skip(seen) {
                let subject = format!("We got your mail: {}", mail["subject"]);
                Letter { subject, ..Letter::new(other, SUPPORT) }.send(&desk).await;
            }
            seen = mails.len();
        }
        desk.advance("PT1H").await;
        Letter::new(other, SUPPORT).send(&desk).await;
    }
    assert_eq!(seen, 3, "automatic mails in 26 hours");
    let line = desk.ledger("email").await;
    let last = line.iter().rev().find(|line| line["outcome"] == "ticket").expect("a ticket");
    let notes = notes_on(&desk, &last["number"]).await;
    assert!(notes.contains("It may be a program that answers"), "{notes}");
    invariants(&desk).await;
}

/// A report that a mail was not delivered to somebody, as their server writes it.
fn bounce(recipient: &str, message_id: &str) -> String {
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.org>\r\nTo: {SUPPORT}\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{}@mx.example.org>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\n\r\nYour message could not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n\
         Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\
         To: {recipient}\r\nSubject: x\r\n\r\n--b--\r\n",
        fresh()
    )
}

#[tokio::test]
async fn a14_a_made_up_report_silences_nobody_and_a_real_one_is_on_record() {
    let scene = Scene::set().await;
    let desk = &scene.desk;
    let person = desk.as_person(ANA).get("/v1/people/me").await.expect(200);
    let path = format!("/v1/people/{}", person["id"].as_str().expect("an id"));
    let ours = scene.anas.message_id.clone();
    let guessed = ours.replace('<', "<0");
    for message_id in [guessed.as_str(), "<1.1.ana.mail@example.com>", "<x@example.org>"] {
        let raw = bounce(ANA, message_id);
        desk.smtp().await.send("", SUPPORT, &raw).await.expect("kept");
        desk.settle().await;
        assert_eq!(last_line(desk).await["automatic"], "bounce");
        assert!(scene.ben.get(&path).await.expect(200)["unreachable"].is_null());
    }
    desk.smtp().await.send("", SUPPORT, &bounce(ANA, &ours)).await.expect("kept");
    desk.settle().await;
    let line = last_line(desk).await;
    assert_eq!((&line["outcome"], &line["number"]), (&json!("suspended"), &json!(scene.ticket)));
    assert!(line["reason"].as_str().is_some_and(|reason| reason.contains("no such user")));
    let known = scene.ben.get(&path).await.expect(200);
    assert_eq!(known["unreachable"]["address"], ANA);
    let told = desk.mails_to(BEN, 0).await;
    assert!(told.iter().any(|mail| mail.to_string().contains("no such user")), "{told:#?}");

    // What Ben says next is not sent, and he knows.
    let before = desk.outbox_end().await;
    let reply = json!({ "body": "Are you there?", "visibility": "public" });
    let messages = format!("/v1/tickets/{}/messages", scene.ticket);
    scene.ben.post(&messages, reply.clone()).await.expect(201);
    desk.settle().await;
    assert!(desk.mails_to(ANA, before).await.is_empty());
    let events = scene.ben.all(&format!("/v1/tickets/{}/events", scene.ticket)).await;
    let lost = events.iter().filter(|event| event["type"] == "undeliverable").count();
    assert_eq!(lost, 2, "{events:#?}");

    // She writes again, so mail reaches her again.
    let answers = ours.clone();
    Letter { answers, ..Letter::new(ANA, &scene.anas.reply_to) }.send(desk).await;
    assert!(scene.ben.get(&path).await.expect(200)["unreachable"].is_null());
    scene.ben.post(&messages, reply).await.expect(201);
    desk.settle().await;
    assert_eq!(desk.mails_to(ANA, before).await.len(), 1);

    // Agents see of each what became of it; she does not see how the desk reaches her.
    let said = scene.ben.all(&messages).await;
    let asked = said.iter().filter(|message| message["body"] == "Are you there?");
    let went: Vec<_> = asked.map(|message| &message["deliveries"][0]).collect();
    let states: Vec<_> = went.iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["failed", "sent"], "{said:#?}");
    for one in &went {
        assert_eq!((&one["to"]["email"], &one["by"]), (&json!(ANA), &json!("mail")), "{one:#}");
    }
    assert!(went[0]["reason"].as_str().is_some_and(|reason| reason.contains("no such user")));
    assert!(!scene.anas_view().await.contains("deliveries"));
    scene.eve_is_outside().await;
}

#[tokio::test]
async fn a15_a_flood_is_kept_and_others_get_through() {
    let many: usize = setting("BELLHOP_FLOOD").map_or(150, |many| many.parse().expect("a number"));
    let desk = Desk::start().await;
    let mut door = desk.smtp().await;
    for n in 0..many {
        let letter = Letter { subject: format!("Flood {n}"), ..Letter::new(EVE, SUPPORT) };
        let said = door.send(EVE, SUPPORT, &letter.raw()).await.expect("an answer");
        assert!(said.starts_with("250"), "{said}");
    }
    Letter::new(ANA, SUPPORT).send(&desk).await;
    let ledger = desk.ledger("email").await;
    let of = |outcome: &str| {
        ledger.iter().filter(|line| line["from"] == EVE && line["outcome"] == outcome).count()
    };
    let suspended = many.saturating_sub(1_000);
    assert_eq!((of("ticket"), of("suspended")), (many - suspended, suspended), "all are kept");
    assert_eq!(desk.mails_to(EVE, 0).await.len(), 1, "one receipt");
    let anas = ledger.iter().find(|line| line["from"] == ANA);
    assert_eq!(desk.mails_to(ANA, 0).await.len(), 1, "Ana is answered: {anas:?}");
    assert_eq!(desk.kept("mail"), many + 1, "the bytes of each are kept");
    invariants(&desk).await;
}
