//! What can be done to a ticket, from wherever it stands: what each verb leads to, what is forbidden
//! and changes nothing, what the clock does by itself, and the buttons of cards in chat.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::{Answer, Desk, Person, invariants, names_ticket};

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.com";
const MANAGER: &str = "manager@example.com";

/// Where a ticket can be brought, and by which verbs.
const STANDS: [(&str, &[&str]); 7] = [
    ("pending_assignment", &[]),
    ("in_progress", &["claim"]),
    ("awaiting_requester", &["claim", "await"]),
    ("awaiting_confirmation", &["claim", "propose"]),
    ("on_hold", &["claim", "hold"]),
    ("resolved", &["claim", "propose", "confirm"]),
    ("closed", &["claim", "cancel"]),
];

/// What each verb leads to, in the order of `STANDS`: "-" is forbidden, "=" stays where it is.
const LEADS_TO: [(&str, [&str; 7]); 16] = [
    ("claim", ["in_progress", "=", "=", "=", "=", "-", "-"]),
    ("escalate", ["=", "=", "=", "=", "=", "=", "-"]),
    ("rate", ["-", "-", "-", "-", "-", "=", "="]),
    ("assign", ["in_progress", "=", "=", "=", "=", "-", "-"]),
    ("release", ["-", "pending_assignment", "-", "-", "-", "-", "-"]),
    ("transfer", ["pending_assignment", "pending_assignment", "-", "-", "-", "-", "-"]),
    ("hold", ["on_hold", "on_hold", "on_hold", "on_hold", "=", "-", "-"]),
    ("await", ["-", "awaiting_requester", "-", "-", "-", "-", "-"]),
    ("propose", ["-", "awaiting_confirmation", "-", "-", "-", "-", "-"]),
    ("confirm", ["-", "-", "-", "resolved", "-", "-", "-"]),
    ("decline", ["-", "-", "-", "in_progress", "-", "-", "-"]),
    ("reopen", ["-", "-", "-", "-", "-", "in_progress", "-"]),
    ("close", ["-", "awaiting_confirmation", "-", "-", "-", "closed", "-"]),
    ("close spam", ["closed", "closed", "closed", "closed", "closed", "closed", "-"]),
    ("cancel", ["closed", "closed", "closed", "closed", "closed", "-", "-"]),
    ("reject", ["closed", "closed", "closed", "closed", "closed", "-", "-"]),
];

/// Somebody who asks, somebody who answers.
struct People {
    ana: Person,
    ben: Person,
}

impl People {
    /// Carries out a verb as whoever it is for. Words for agents and words for the requester differ,
    /// so that one can be told from the other wherever they turn up.
    async fn act(&self, number: u64, verb: &str) -> Answer {
        let (verb, word) = verb.split_once(' ').unwrap_or((verb, "For everybody to know."));
        let inside = "For agents alone to know.";
        let body = match verb {
            "assign" => json!({ "to": BEN }),
            "transfer" => json!({ "queue": "network", "reason": inside }),
            "hold" | "escalate" => json!({ "reason": inside }),
            "propose" => json!({ "solution": word }),
            "rate" => json!({ "score": 4 }),
            "await" | "claim" | "release" | "confirm" => json!({}),
            "close" if word != "spam" => json!({}),
            _ => json!({ "reason": word }),
        };
        let asks = ["confirm", "decline", "reopen", "cancel", "rate"].contains(&verb);
        if asks { &self.ana } else { &self.ben }.act(number, verb, body).await
    }

    async fn ticket_after(&self, steps: &[&str]) -> Value {
        let body = json!({ "title": "Whatever", "description": "As told.", "priority": "planned" });
        let mut ticket = self.ana.post("/v1/tickets", body).await.expect(201);
        for step in steps {
            ticket = self.act(number(&ticket), step).await.expect(200);
        }
        ticket
    }

    async fn number_after(&self, steps: &[&str]) -> u64 {
        number(&self.ticket_after(steps).await)
    }
}

/// A ticket without what depends on who reads it.
fn unread(mut ticket: Value) -> Value {
    ticket["status_label"].take();
    ticket
}

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a ticket has a number")
}

/// A desk with Ben as its one agent, whose queue tells nobody: what is sent is not what is asked here.
async fn quiet_desk() -> (Desk, People) {
    let desk = Desk::start().await;
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let quiet = json!({ "members": [], "lead": null, "manager": null, "head": null });
    desk.admin().patch("/v1/queues/support", quiet).await.expect(200);
    let people = People { ana: desk.as_person(ANA), ben };
    (desk, people)
}

#[tokio::test]
async fn every_verb_leads_where_it_should_and_nowhere_else() {
    let (desk, people) = quiet_desk().await;
    desk.admin().post("/v1/queues", json!({ "id": "network" })).await.expect(201);
    let mut wrong = BTreeMap::new();
    for (n, (stands, steps)) in STANDS.iter().enumerate() {
        // One ticket takes whatever leaves it where it is; the others are used up.
        let mut standing = people.ticket_after(steps).await;
        assert_eq!(standing["status"], *stands);
        for (verb, leads_to) in LEADS_TO {
            let expected = leads_to[n];
            let stays = ["-", "="].contains(&expected);
            let before = if stays { standing.clone() } else { people.ticket_after(steps).await };
            let mut answer = people.act(number(&before), verb).await;
            let led_to = match answer.status {
                200 if stays && answer.json["status"] == *stands => "=",
                200 => answer.json["status"].as_str().unwrap_or_default(),
                409 if unread(people.ben.ticket(number(&before)).await)
                    == unread(before.clone()) =>
                {
                    "-"
                }
                _ => answer.text.as_str(),
            };
            if led_to != expected {
                wrong.insert(format!("{stands} {verb}"), format!("{expected}, not {led_to}"));
            }
            if led_to == "=" {
                standing = answer.json.take();
            }
        }
    }
    assert_eq!(wrong, BTreeMap::new());
    invariants(&desk).await;
}

#[tokio::test]
async fn verbs_take_what_they_need_and_tell_whom_it_concerns() {
    let desk = Desk::start().await;
    let admin = desk.admin();
    let manager = json!({ "email": MANAGER, "role": "manager" });
    let manager = admin.post("/v1/members", manager).await.expect(201);
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let ladder = json!({ "manager": MANAGER, "lead": null });
    admin.patch("/v1/queues/support", ladder).await.expect(200);
    let network = json!({ "id": "network", "members": [MANAGER] });
    admin.post("/v1/queues", network).await.expect(201);
    let people = People { ana: desk.as_person(ANA), ben };
    let (ana, ben) = (&people.ana, &people.ben);
    let told = async |who: &str, what: &str, number: u64| {
        desk.settle().await;
        let mails = desk.mails_to(who, 0).await;
        let fits = |mail: &&Value| mail.to_string().contains(what);
        mails.iter().filter(fits).any(|mail| names_ticket(&mail.to_string(), number))
    };

    let n = people.number_after(&[]).await;
    let by_id = json!({ "to": manager["id"] });
    let assigned = ben.act(n, "assign", by_id).await.expect(200);
    assert_eq!(assigned["assignee"]["email"], MANAGER);
    assert!(told(MANAGER, "is yours", n).await);
    assert_eq!(ben.act(n, "claim", json!({})).await.status, 409, "somebody else has it");
    let assigned = admin.act(n, "assign", json!({ "to": BEN })).await.expect(200);
    assert_eq!(assigned["assignee"]["email"], BEN);
    ben.act(n, "assign", json!({ "to": ANA })).await.problem(422, Some("to"));

    ben.act(n, "escalate", json!({})).await.problem(422, Some("reason"));
    let help = json!({ "reason": "The landlord is deaf to me." });
    let escalated = ben.act(n, "escalate", help).await.expect(200);
    assert_eq!(escalated["status"], "in_progress");
    assert!(told(MANAGER, "The landlord is deaf to me.", n).await);
    ana.act(n, "escalate", json!({ "reason": "x" })).await.problem(403, None);

    ben.act(n, "transfer", json!({ "queue": "network" })).await.problem(422, Some("reason"));
    let reason = json!({ "queue": "network", "reason": "It is the switch after all." });
    let moved = ben.act(n, "transfer", reason).await.expect(200);
    let stands = json!([moved["queue"], moved["status"], moved["assignee"]]);
    assert_eq!(stands, json!(["network", "pending_assignment", null]));
    let events = ben.all(&format!("/v1/tickets/{n}/events")).await;
    assert_eq!(events.last().expect("events")["body"], "It is the switch after all.");
    assert!(!ana.get(&format!("/v1/tickets/{n}/events")).await.text.contains("switch"));

    let n = people.number_after(&["claim", "propose", "confirm"]).await;
    for score in [json!(0), json!(6), json!(2.5), json!("5"), Value::Null] {
        ana.act(n, "rate", json!({ "score": score })).await.problem(422, Some("score"));
    }
    ben.act(n, "rate", json!({ "score": 5 })).await.problem(403, None);
    let rated = ana.act(n, "rate", json!({ "score": 2, "comment": "Slow." })).await.expect(200);
    assert_eq!((&rated["rating"], &rated["status"]), (&json!(2), &json!("resolved")));
    let back = ana.act(n, "reopen", json!({ "reason": "Dark once more." })).await.expect(200);
    let stands = json!([back["status"], back["closure"], back["assignee"]["email"]]);
    assert_eq!(stands, json!(["in_progress", null, BEN]));
    assert!(told(BEN, "Dark once more.", n).await);

    let rejected = people.number_after(&[]).await;
    let reason = json!({ "reason": "We do not mend phones." });
    let end = ben.act(rejected, "reject", reason).await.expect(200);
    assert_eq!(json!([end["status"], end["closure"]]), json!(["closed", "rejected"]));
    assert!(told(ANA, "We do not mend phones.", rejected).await);
    let end = ana.act(n, "close", json!({ "reason": "Never mind." })).await.expect(200);
    assert_eq!(json!([end["status"], end["closure"]]), json!(["closed", "cancelled"]));
    assert!(told(BEN, "withdrew", n).await);
    invariants(&desk).await;
}

#[tokio::test]
async fn the_clock_wakes_reminds_resolves_and_closes() {
    let (desk, people) = quiet_desk().await;
    let ben = &people.ben;
    let stands = async |number: u64| {
        let ticket = ben.ticket(number).await;
        format!("{} {}", ticket["status"], ticket["closure"]).replace('"', "")
    };
    let held = people.number_after(&["claim"]).await;
    let unheld = people.number_after(&[]).await;
    let now = crate::harness::wall();
    let at = |hours: i64| (now + jiff::SignedDuration::from_hours(hours)).to_string();
    for until in [at(-1), at(91 * 24), "tomorrow".into()] {
        let body = json!({ "reason": "The lamp is ordered.", "until": until });
        ben.act(held, "hold", body).await.problem(422, Some("until"));
    }
    for number in [held, unheld] {
        let body = json!({ "reason": "The lamp is ordered.", "until": at(36) });
        assert_eq!(
            ben.act(number, "hold", body).await.expect(200)["sla"]["resolution"]["paused"],
            true
        );
    }
    let body = json!({ "body": "Which room is it?" });
    let asked = people.number_after(&["claim"]).await;
    ben.act(asked, "await", body).await.expect(200);
    let answered = people.number_after(&["claim", "await"]).await;
    let proposed = people.number_after(&["claim", "propose"]).await;
    let solved = people.number_after(&["claim", "propose", "confirm"]).await;
    desk.settle().await;
    let reminders = async |number: u64| {
        let mails = desk.mails_to(ANA, 0).await;
        let of = |mail: &&Value| {
            mail["body"].to_string().contains("We ask") && names_ticket(&mail.to_string(), number)
        };
        mails.iter().filter(of).count()
    };
    let message = format!("/v1/tickets/{answered}/messages");
    people.ana.post(&message, json!({ "body": "Room 4, as I said." })).await.expect(201);
    assert_eq!(stands(answered).await, "in_progress null", "an answer wakes it up");

    desk.advance("PT35H").await;
    assert_eq!([stands(held).await, stands(unheld).await], ["on_hold null", "on_hold null"]);
    desk.advance("PT14H").await;
    assert_eq!(stands(held).await, "in_progress null", "the hold is over");
    assert_eq!(stands(unheld).await, "pending_assignment null", "and nobody has this one");
    assert_eq!([reminders(asked).await, reminders(proposed).await], [1, 1]);
    desk.advance("PT72H").await;
    assert_eq!([reminders(asked).await, reminders(proposed).await], [2, 2]);
    assert_eq!(stands(asked).await, "awaiting_requester null");
    desk.advance("PT48H").await;
    assert_eq!(stands(asked).await, "resolved no_reply");
    assert_eq!(stands(solved).await, "closed confirmed", "nobody reopened it for a week");
    desk.advance("PT48H").await;
    assert_eq!(stands(proposed).await, "resolved no_reply");
    assert_eq!(reminders(answered).await, 0);
    people.act(solved, "reopen").await.problem(409, None);
    invariants(&desk).await;
}

/// Buttons of a card, as the JSON of the chat service names them: the verb and what is sent back.
fn buttons(card: &Value, number: u64) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    gather(card, number, &mut found);
    found
}

fn gather(value: &Value, number: u64, found: &mut BTreeMap<String, String>) {
    let slack = value["action_id"].as_str().and_then(|id| Some((id, id.strip_prefix("tkt.")?)));
    let named = value["value"].as_str().and_then(|value| value.split(':').next());
    if let Some((id, verb)) = slack.filter(|_| named == Some(number.to_string().as_str())) {
        found.insert(verb.to_owned(), id.to_owned());
    }
    let discord = value["custom_id"].as_str().and_then(|id| Some((id, id.strip_prefix("t:")?)));
    if let Some((id, (verb, named))) =
        discord.and_then(|(id, rest)| Some((id, rest.split_once(':')?)))
        && named.split(':').next() == Some(number.to_string().as_str())
    {
        found.insert(verb.to_owned(), id.to_owned());
    }
    let inside = value.as_array().into_iter().flatten();
    for inner in inside.chain(value.as_object().into_iter().flat_map(|object| object.values())) {
        gather(inner, number, found);
    }
}

/// What is on the latest message of this kind that has buttons for the ticket.
async fn sent_buttons(desk: &Desk, kind: &str, number: u64) -> BTreeMap<String, String> {
    desk.settle().await;
    let mut outbox = desk.outbox_since(0).await;
    let posts = ["chat.postMessage", "POST /channels/{id}/messages"].map(Value::from);
    outbox.retain(|item| item["kind"] == kind && posts.contains(&item["method"]));
    let cards = outbox.iter().rev().map(|item| buttons(&item["body"], number));
    cards.into_iter().find(|buttons| !buttons.is_empty()).unwrap_or_default()
}

fn verbs(buttons: &BTreeMap<String, String>) -> Vec<&str> {
    buttons.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn buttons_are_on_cards_when_they_make_sense() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    let (eve, ida) = (desk.discord("115590097100865541"), desk.discord("225590097100865542"));
    hire(&desk, BEN, json!({ "slack": ben.account() })).await;
    hire(&desk, "ida@example.com", json!({ "discord": ida.account() })).await;
    let stands = async |number: u64| desk.admin().ticket(number).await["status"].clone();

    let channel = json!({ "channel": "slack:C0TRIAGE" });
    desk.admin().patch("/v1/queues/support", channel).await.expect(200);
    ana.ticket("the lift is stuck").await.expect(200);
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    let show = format!("show {n}");
    let slack_shows = async |who: &crate::harness::Slack| buttons(&who.ticket(&show).await.json, n);
    let card = sent_buttons(&desk, "slack", n).await;
    assert_eq!(verbs(&card), ["reassign", "reply", "take"], "the card in the queue's channel");
    assert_eq!(verbs(&slack_shows(&ana).await), Vec::<&str>::new());
    ben.press(&card["take"], n).await.expect(200);
    assert_eq!(stands(n).await, "in_progress");
    for (round, answer, then) in [(1, "decline", "in_progress"), (2, "confirm", "resolved")] {
        let card = slack_shows(&ben).await;
        assert_eq!(verbs(&card), ["note", "propose", "reply"], "round {round}");
        assert_eq!(verbs(&slack_shows(&ana).await), Vec::<&str>::new());
        ben.press(&card["propose"], n).await.expect(200);
        assert_eq!(stands(n).await, "awaiting_confirmation");
        let card = sent_buttons(&desk, "slack", n).await;
        assert_eq!(verbs(&card), ["confirm", "decline"], "what the requester is asked");
        assert_eq!(verbs(&slack_shows(&ana).await), verbs(&card));
        assert_eq!(verbs(&slack_shows(&ben).await), Vec::<&str>::new());
        ana.press(&card[answer], n).await.expect(200);
        assert_eq!(stands(n).await, then);
    }
    let asked = ["rate1", "rate2", "rate3", "rate4", "rate5", "reopen"];
    assert_eq!(verbs(&slack_shows(&ana).await), asked);
    assert_eq!(slack_shows(&ben).await, BTreeMap::new());

    let channel = json!({ "channel": "discord:938391701561679903" });
    desk.admin().patch("/v1/queues/support", channel).await.expect(200);
    eve.ticket("open", &[("title", "no sound")]).await.expect(200);
    let n = desk.tickets().await[0]["number"].as_u64().expect("a number");
    let named = n.to_string();
    let this = [("ticket", named.as_str())];
    let discord_shows =
        async |who: &crate::harness::Discord| buttons(&who.ticket("show", &this).await.json, n);
    let card = sent_buttons(&desk, "discord", n).await;
    assert_eq!(verbs(&card), ["reassign", "reply", "take"], "the card in the queue's channel");
    assert_eq!(verbs(&discord_shows(&eve).await), Vec::<&str>::new());
    ida.press(&card["take"]).await.expect(200);
    assert_eq!(stands(n).await, "in_progress");
    for (round, answer, then) in [(1, "decline", "in_progress"), (2, "confirm", "resolved")] {
        let card = discord_shows(&ida).await;
        assert_eq!(verbs(&card), ["note", "propose", "reply"], "round {round}");
        assert_eq!(verbs(&discord_shows(&eve).await), Vec::<&str>::new());
        ida.press_and_say(&card["propose"], "It was muted.").await.expect(200);
        assert_eq!(stands(n).await, "awaiting_confirmation");
        let card = sent_buttons(&desk, "discord", n).await;
        assert_eq!(verbs(&card), ["confirm", "decline"], "what the requester is asked");
        assert_eq!(verbs(&discord_shows(&eve).await), verbs(&card));
        eve.press_and_say(&card[answer], "Still silent.").await.expect(200);
        assert_eq!(stands(n).await, then);
    }
    assert_eq!(verbs(&discord_shows(&ida).await), Vec::<&str>::new());
    invariants(&desk).await;
}
