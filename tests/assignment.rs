//! Queues that give their tickets out by themselves: whose turn it is, who has room, who knows how,
//! who is there. And people who say how they want to be reached.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::doors::hire;
use crate::harness::{Answer, Desk, Person, invariants};
use crate::sla::desk_on_monday;

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.com";
const CEM: &str = "cem@example.com";
const DEE: &str = "dee@example.com";

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a number")
}

async fn assignee(desk: &Desk, number: u64) -> Value {
    desk.settle().await;
    desk.admin().ticket(number).await["assignee"]["email"].clone()
}

async fn queue(desk: &Desk, change: Value) {
    desk.admin().patch("/v1/queues/support", change).await.expect(200);
}

async fn prefers(person: &Person, change: Value) -> Value {
    person.patch("/v1/people/me/preferences", change).await.expect(200)
}

/// A team of three, and nobody else, in the one queue; Ben is hired.
async fn team(desk: &Desk) -> [Person; 3] {
    let ben = desk.as_person(BEN);
    let cem = hire(desk, CEM, json!({ "name": "Cem", "skills": ["network"] })).await;
    let dee = hire(desk, DEE, json!({ "name": "Dee" })).await;
    queue(desk, json!({ "members": [BEN, CEM, DEE] })).await;
    [ben, cem, dee]
}

#[tokio::test]
async fn ten_tickets_at_once_are_given_out_in_turn() {
    let desk = Desk::start().await;
    hire(&desk, BEN, json!({ "name": "Ben" })).await;
    team(&desk).await;
    let admin = desk.admin();
    let wrong = json!({ "capacity": 3 });
    admin.patch("/v1/queues/support", wrong).await.problem(422, Some("capacity"));
    queue(&desk, json!({ "assignment": "round_robin" })).await;

    let mut filing = JoinSet::new();
    for n in 0..10 {
        let person = desk.as_person(&format!("p{n}@example.org"));
        filing.spawn(async move { person.open("At the same time").await });
    }
    filing.join_all().await;
    desk.settle().await;
    let mut shares: BTreeMap<String, usize> = BTreeMap::new();
    for ticket in desk.tickets().await {
        assert_eq!(ticket["status"], "in_progress", "{ticket:#}");
        *shares.entry(ticket["assignee"]["name"].to_string()).or_default() += 1;
        let events = admin.all(&format!("/v1/tickets/{}/events", number(&ticket))).await;
        let given = events.iter().find(|event| event["type"] == "assigned").expect("given");
        assert_eq!(json!([given["by"]["id"], given["how"]]), json!(["system", "round_robin"]));
    }
    let shares: Vec<usize> = shares.into_values().collect();
    assert_eq!((shares.len(), shares.iter().sum::<usize>()), (3, 10));
    assert!(shares.iter().all(|share| (3..=4).contains(share)), "{shares:?}");
    // Each is told of their own, and of no other.
    desk.advance("PT2M").await;
    let subjects = async |who: &str| desk.mails_to(who, 0).await.len();
    let told = [subjects(BEN).await, subjects(CEM).await, subjects(DEE).await];
    assert!(told.iter().all(|mails| (1..=4).contains(mails)), "{told:?}");

    // By hand: a skill, then a region. A name nobody has is nobody's.
    queue(&desk, json!({ "assignment": null })).await;
    let ana = desk.as_person(ANA);
    let n = number(&ana.open("The switch hums").await);
    admin.patch(&format!("/v1/tickets/{n}"), json!({ "tags": ["network"] })).await.expect(200);
    let both = json!({ "by": "round_robin", "to": BEN });
    admin.act(n, "assign", both).await.problem(422, Some("by"));
    admin.act(n, "assign", json!({ "by": "round_robin" })).await.expect(200);
    assert_eq!(assignee(&desk, n).await, CEM);
    admin.act(n, "assign", json!({ "by": "round_robin" })).await.problem(409, None);

    let file = admin.get("/v1/config").await.text;
    let north = "[[regions]]\nid = \"north\"\nname = \"The North\"\npostcodes = [\"10\"]\n";
    let calendars = file.find("\n[[calendars]]").expect("calendars");
    let file = format!("{}\n{north}{}", &file[..calendars], &file[calendars..]);
    let put = admin.request(Method::PUT, "/v1/config").json(&json!({ "toml": file }));
    Answer::to(put).await.expect("an answer").expect(200);
    let dee = admin.all("/v1/members").await;
    let dee = dee.iter().find(|member| member["email"] == DEE).expect("Dee");
    let path = format!("/v1/members/{}", dee["id"].as_str().expect("an id"));
    admin.patch(&path, json!({ "regions": ["south"] })).await.problem(422, Some("regions"));
    admin.patch(&path, json!({ "regions": ["north"] })).await.expect(200);
    let n = number(&ana.open("The heating drips").await);
    admin.patch(&format!("/v1/tickets/{n}"), json!({ "tags": ["north"] })).await.expect(200);
    admin.act(n, "assign", json!({ "by": "least_loaded" })).await.expect(200);
    assert_eq!(assignee(&desk, n).await, DEE);
    invariants(&desk).await;
}

#[tokio::test]
async fn what_nobody_has_room_or_time_for_waits_for_whoever_has() {
    let (desk, monday) = desk_on_monday().await;
    let [ben, cem, dee] = team(&desk).await;
    let ana = desk.as_person(ANA);
    queue(&desk, json!({ "assignment": "least_loaded", "capacity": 1 })).await;
    let mut numbers = Vec::new();
    for n in 0..4 {
        numbers.push(number(&ana.open(&format!("Broken {n}")).await));
    }
    desk.settle().await;
    let mut taken: BTreeMap<u64, Value> = BTreeMap::new();
    for n in &numbers {
        taken.insert(*n, assignee(&desk, *n).await);
    }
    let waiting: Vec<u64> =
        taken.iter().filter(|(_, who)| who.is_null()).map(|(number, _)| *number).collect();
    assert_eq!(waiting, [numbers[3]], "{taken:?}");
    // Whoever solves one is given the next.
    let first = if taken[&numbers[0]] == BEN { &ben } else { &cem };
    let first = if taken[&numbers[0]] == DEE { &dee } else { first };
    first.act(numbers[0], "propose", json!({ "solution": "Mended." })).await.expect(200);
    ana.act(numbers[0], "confirm", json!({})).await.expect(200);
    assert_eq!(assignee(&desk, numbers[3]).await, taken[&numbers[0]]);

    // Nobody there: it waits until somebody is back, or begins their hours.
    queue(&desk, json!({ "assignment": "round_robin", "capacity": null })).await;
    for person in [&ben, &cem, &dee] {
        prefers(person, json!({ "away": {} })).await;
    }
    let n = number(&ana.open("Anybody there?").await);
    assert_eq!(assignee(&desk, n).await, Value::Null);
    let itself = json!({ "away": { "substitute": BEN } });
    ben.patch("/v1/people/me/preferences", itself).await.problem(422, Some("away.substitute"));
    let back = prefers(&dee, json!({ "away": null })).await;
    assert_eq!(back["away"], Value::Null);
    assert_eq!(assignee(&desk, n).await, DEE);

    prefers(&dee, json!({ "away": {} })).await;
    let members = desk.admin().all("/v1/members").await;
    let id = members.iter().find(|member| member["email"] == CEM).expect("Cem")["id"].clone();
    let path = format!("/v1/members/{}", id.as_str().expect("an id"));
    let unknown = json!({ "calendar": "sundays" });
    desk.admin().patch(&path, unknown).await.problem(422, Some("calendar"));
    desk.admin().patch(&path, json!({ "calendar": "office" })).await.expect(200);
    prefers(&cem, json!({ "away": null })).await;
    let n = number(&ana.open("It is not nine yet").await);
    assert_eq!(assignee(&desk, n).await, Value::Null);
    desk.set_clock(monday + jiff::SignedDuration::from_mins(61)).await;
    assert_eq!(assignee(&desk, n).await, CEM);
    invariants(&desk).await;
}

#[tokio::test]
async fn another_policy_holds_for_what_is_open() {
    let (desk, monday) = desk_on_monday().await;
    let ana = desk.as_person(ANA);
    let open = async |priority: &str| {
        let body = json!({ "title": "Slow", "priority": priority });
        number(&ana.post("/v1/tickets", body).await.expect(201))
    };
    let (high, medium, solved) = (open("high").await, open("medium").await, open("high").await);
    let admin = desk.admin();
    admin.act(solved, "claim", json!({})).await.expect(200);
    admin.act(solved, "propose", json!({ "solution": "Faster." })).await.expect(200);
    ana.act(solved, "confirm", json!({})).await.expect(200);
    let agreed = open("high").await;
    let date = monday + jiff::SignedDuration::from_hours(72);
    let agree = json!({ "due_at": date, "reason": "They said so." });
    admin.act(agreed, "extend", agree).await.expect(200);

    let due = async |number: u64| {
        let ticket = admin.ticket(number).await;
        json!([ticket["sla"]["first_response"]["due_at"], ticket["version"]])
    };
    let before = [due(medium).await, due(solved).await, due(agreed).await];
    let policy = admin.get("/v1/policies/standard").await.expect(200);
    let mut targets = policy["targets"].clone();
    targets["high"]["first_response"] = json!("1h");
    let path = "/v1/policies/standard";
    admin.patch(path, json!({ "targets": targets })).await.expect(200);
    desk.settle().await;
    let ten = monday + jiff::SignedDuration::from_hours(2);
    assert_eq!(due(high).await, json!([ten, 3]));
    assert_eq!([due(medium).await, due(solved).await, due(agreed).await], before);
    let receipt = crate::sla::receipt(&ana, high).await.to_string();
    assert!(receipt.contains("policy_changed"), "{receipt}");
    invariants(&desk).await;
}

#[tokio::test]
async fn people_are_told_when_and_where_they_like() {
    let (desk, monday) = desk_on_monday().await;
    let ben = desk.as_person(BEN);
    let lead = desk.as_person("lead@example.com");
    let ana = desk.as_person(ANA);
    let stranger = desk.as_person("stranger@example.org");
    let bens = "/v1/people/me/preferences";
    for (wrong, field) in [
        (json!({ "reach": "pigeon" }), "reach"),
        (json!({ "quiet": { "from": "22:00" } }), "quiet.to"),
        (json!({ "quiet": { "from": "late", "to": "07:00" } }), "quiet.from"),
        (json!({ "quiet": { "from": "22:00", "to": "07:00", "zone": "Mars" } }), "quiet.zone"),
        (json!({ "away": { "substitute": "nobody@example.com" } }), "away.substitute"),
    ] {
        let answer = ben.patch(bens, wrong).await;
        assert_eq!(answer.status / 100, 4, "{field}: {}", answer.text);
    }
    let id = desk.admin().all("/v1/members").await;
    let id = id.iter().find(|member| member["email"] == BEN).expect("Ben")["id"].clone();
    let path = format!("/v1/people/{}/preferences", id.as_str().expect("an id"));
    stranger.get(&path).await.problem(404, None);
    assert_eq!(lead.get(&path).await.expect(200)["reach"], "usual");
    let mails = async |who: &str, words: &str| {
        desk.settle().await;
        let mails = desk.mails_to(who, 0).await;
        mails.iter().filter(|mail| mail.to_string().contains(words)).count()
    };

    // Quiet until ten, but for what the requester is told.
    prefers(&ben, json!({ "quiet": { "from": "07:00", "to": "10:00" } })).await;
    prefers(&ana, json!({ "quiet": { "from": "07:00", "to": "10:00" } })).await;
    let n = number(&ana.open("The lamp is dark").await);
    desk.admin().act(n, "assign", json!({ "to": BEN })).await.expect(200);
    assert_eq!(mails(BEN, &format!("#{n}")).await, 0);
    assert_eq!(mails(ANA, &format!("#{n}")).await, 1, "the receipt");
    desk.set_clock(monday + jiff::SignedDuration::from_mins(121)).await;
    assert!(mails(BEN, &format!("#{n}")).await >= 1, "when it is over");

    // The first at once, what follows within the minute together.
    prefers(&ben, json!({ "quiet": null })).await;
    desk.advance("PT2M").await;
    let end = desk.outbox_end().await;
    let says = |words: String| {
        let (ana, path) = (ana.clone(), format!("/v1/tickets/{n}/messages"));
        async move { ana.post(&path, json!({ "body": words })).await.expect(201) }
    };
    for words in ["One.", "Two.", "Three."] {
        says(words.to_owned()).await;
        desk.settle().await;
    }
    assert_eq!(desk.mails_to(BEN, end).await.len(), 1);
    desk.advance("PT1M").await;
    let told = desk.mails_to(BEN, end).await;
    assert_eq!(told.len(), 2, "{told:#?}");
    let together = told[1].to_string();
    assert!(together.contains("Two.") && together.contains("Three."), "{together}");
    assert!(!together.contains("One."), "{together}");

    // Away: a substitute is told, and the requester's words are still theirs alone.
    desk.advance("PT2M").await;
    prefers(&ben, json!({ "away": { "substitute": "lead@example.com" } })).await;
    let end = desk.outbox_end().await;
    says("Are you there?".to_owned()).await;
    desk.settle().await;
    assert_eq!(desk.mails_to(BEN, end).await.len(), 0);
    let told = desk.mails_to("lead@example.com", end).await;
    assert!(told.iter().any(|mail| mail.to_string().contains("Are you there?")), "{told:#?}");
    invariants(&desk).await;
}
