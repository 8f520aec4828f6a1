//! Tickets and each other: merged and taken apart again, split, linked, followed, gone on from.
//! Nothing said may be lost on the way, and no pointer may lead in a circle.

use std::collections::{BTreeMap, BTreeSet};

use rand::prelude::*;
use serde_json::{Value, json};

use crate::doors::hire;
use crate::harness::{Desk, Person, invariants, names_ticket};

const ANA: &str = "ana@example.org";
const BO: &str = "bo@example.org";
const BEN: &str = "ben@example.com";

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().expect("a ticket has a number")
}

async fn says(person: &Person, ticket: u64, body: &str) -> u64 {
    let path = format!("/v1/tickets/{ticket}/messages");
    person.post(&path, json!({ "body": body })).await.expect(201)["seq"]
        .as_u64()
        .expect("a message has a place")
}

async fn said_on(person: &Person, ticket: u64) -> Vec<Value> {
    person.all(&format!("/v1/tickets/{ticket}/messages")).await
}

fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter_map(|message| message["body"].as_str()).collect()
}

/// A mail that answers the latest one its writer got about a ticket.
async fn answers_mail(desk: &Desk, from: &str, ticket: u64, id: &str, body: &str) {
    desk.settle().await;
    let mails = desk.mails_to(from, 0).await;
    let about = |mail: &&Value| names_ticket(&mail["subject"].to_string(), ticket);
    let raw = mails.iter().rev().find(about).and_then(|mail| mail["raw"].as_str());
    let raw = raw.expect("a mail about the ticket").to_owned();
    let header = |name: &str| {
        let line = raw.lines().find(|line| line.to_lowercase().starts_with(name));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    };
    let to = header("reply-to:").rsplit('<').next().unwrap_or_default().trim_end_matches('>');
    let letter = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: Re: it\r\nIn-Reply-To: {}\r\n\
         Message-ID: <{id}@example.org>\r\n\r\n{body}\r\n",
        header("message-id:")
    );
    let reply = desk.smtp().await.send(from, to, &letter).await.expect("a reply");
    assert!(reply.starts_with("250"), "{reply}");
    desk.settle().await;
}

#[tokio::test]
async fn a_merged_ticket_lives_on_in_the_other_and_can_be_taken_back() {
    let desk = Desk::start().await;
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let (ana, bo) = (desk.as_person(ANA), desk.as_person(BO));
    let first = number(&ana.open("The printer of room 4").await);
    let second = number(&bo.open("Printing fails").await);
    ben.act(first, "claim", json!({})).await.expect(200);
    ben.act(second, "claim", json!({})).await.expect(200);
    ben.act(second, "hold", json!({ "reason": "Toner is on its way." })).await.expect(200);
    says(&bo, second, "It says: no toner.").await;
    ben.act(second, "hold", json!({ "reason": "Toner, still." })).await.expect(200);
    let stood = ben.ticket(second).await;
    ana.get(&format!("/v1/tickets/{second}")).await.problem(404, None);
    bo.get(&format!("/v1/tickets/{first}")).await.problem(404, None);

    ana.act(first, "merge", json!({ "into": second })).await.problem(422, Some("into"));
    bo.act(second, "merge", json!({ "into": second })).await.problem(422, Some("into"));
    ben.act(second, "merge", json!({})).await.problem(422, Some("into"));
    ben.act(second, "unmerge", json!({})).await.problem(409, None);
    let merged = ben.act(second, "merge", json!({ "into": first })).await.expect(200);
    let stands = json!([merged["status"], merged["closure"], merged["merged_into"]]);
    assert_eq!(stands, json!(["closed", "merged", first]));
    let survivor = ben.ticket(first).await;
    assert_eq!(survivor["merged"], json!([second]));
    assert_eq!(survivor["followers"].as_array().map(Vec::len), Some(1), "{survivor}");
    ben.act(second, "merge", json!({ "into": first })).await.problem(409, None);
    ben.act(first, "merge", json!({ "into": second })).await.problem(409, None);

    // Both see one conversation, in order, and the later answers.
    desk.settle().await;
    let told = desk.mails_to(BO, 0).await;
    assert!(told.iter().any(|mail| names_ticket(&mail["body"].to_string(), first)), "{told:#?}");
    answers_mail(&desk, BO, second, "later", "Toner is here, it still fails.").await;
    says(&ben, first, "I am coming over.").await;
    let all = said_on(&bo, first).await;
    let expected = [
        "The printer of room 4",
        "Printing fails",
        "It says: no toner.",
        "Toner is here, it still fails.",
        "I am coming over.",
    ];
    let titles_or_words = |message: &Value| match message["body"].as_str() {
        Some("") | None => String::new(),
        Some(words) => words.to_owned(),
    };
    let seen: Vec<String> = all.iter().map(titles_or_words).collect();
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert!(expected[2..].iter().all(|words| seen.contains(words)), "{seen:?}");
    let from_second = all.iter().filter(|message| message["ticket"] == second);
    assert_eq!(from_second.clone().count(), 2, "{all:#?}");
    let moments: Vec<&str> = all.iter().filter_map(|message| message["at"].as_str()).collect();
    assert!(moments.is_sorted(), "{moments:?}");
    let ledger = desk.ledger("email").await;
    assert_eq!(ledger.last().map(|line| &line["number"]), Some(&json!(first)), "{ledger:#?}");
    desk.settle().await;
    for who in [ANA, BO] {
        let mails = desk.mails_to(who, 0).await;
        assert!(mails.iter().any(|mail| mail["body"].to_string().contains("coming over")), "{who}");
    }
    bo.post(&format!("/v1/tickets/{second}/messages"), json!({ "body": "Hello?" }))
        .await
        .problem(409, None);

    // Taken back it stands as it stood, and the time in between is nobody's.
    desk.advance("PT240H").await;
    let back = ben.act(second, "unmerge", json!({})).await.expect(200);
    let stands = json!([back["status"], back["closure"], back["merged_into"], back["assignee"]]);
    assert_eq!(stands, json!(["on_hold", null, null, stood["assignee"]]));
    let parted = ben.ticket(first).await;
    assert_eq!(json!([parted["merged"], parted["followers"]]), json!([[], []]));
    bo.get(&format!("/v1/tickets/{first}")).await.problem(404, None);
    assert_eq!(back["sla"]["resolution"]["breached"], false, "{back}");
    ben.act(second, "unmerge", json!({})).await.problem(409, None);
    assert_eq!(bodies(&said_on(&ben, second).await).len(), 4, "nothing was moved");

    ben.act(second, "merge", json!({ "into": first })).await.expect(200);
    desk.advance("PT721H").await;
    ben.act(second, "unmerge", json!({})).await.problem(409, None);
    invariants(&desk).await;
}

#[tokio::test]
async fn a_message_becomes_a_ticket_of_its_own() {
    let desk = Desk::start().await;
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let ana = desk.as_person(ANA);
    let n = number(&ana.open("The lamp flickers").await);
    let words = "By the way, the door squeaks.\nIt is the one of room 7.";
    let entry = says(&ana, n, words).await;
    let note = json!({ "body": "She rings for everything.", "visibility": "internal" });
    let note = ben.post(&format!("/v1/tickets/{n}/messages"), note).await.expect(201)["seq"]
        .as_u64()
        .expect("a place");

    for wrong in
        [json!({}), json!({ "entry": 1 }), json!({ "entry": note }), json!({ "entry": 99 })]
    {
        ben.act(n, "split", wrong).await.problem(422, Some("entry"));
    }
    ana.act(n, "split", json!({ "entry": entry })).await.problem(403, None);
    let path = format!("/v1/tickets/{n}/actions/split");
    let first = ben.post_once(&path, "split-1", &json!({ "entry": entry })).await;
    let first = first.expect("an answer").expect(200);
    let again = ben.post_once(&path, "split-1", &json!({ "entry": entry })).await;
    assert_eq!(again.expect("an answer").expect(200), first, "the same key, the same answer");
    let links = first["links"].as_array().expect("links");
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!(links[0]["relation"], "split_into");
    let new = links[0]["number"].as_u64().expect("a number");
    ben.act(n, "split", json!({ "entry": entry })).await.problem(409, None);

    let made = ana.ticket(new).await;
    let looks =
        json!([made["title"], made["description"], made["queue"], made["requester"]["email"]]);
    assert_eq!(looks, json!(["By the way, the door squeaks.", words, "support", ANA]));
    assert_eq!(made["links"], json!([{ "relation": "split_from", "number": n }]));
    assert_eq!(bodies(&said_on(&ana, new).await), [words]);
    let old = said_on(&ana, n).await;
    let marked = old.iter().find(|message| message["body"] == words).expect("it stays");
    assert_eq!(marked["split_into"], new);
    desk.settle().await;
    let mails = desk.mails_to(ANA, 0).await;
    assert!(mails.iter().any(|mail| names_ticket(&mail["subject"].to_string(), new)), "a receipt");

    // Merging the new one back takes the split back.
    ben.act(new, "merge", json!({ "into": n })).await.expect(200);
    assert!(bodies(&said_on(&ana, n).await).contains(&words));
    invariants(&desk).await;
}

#[tokio::test]
async fn links_stand_on_both_sides() {
    let desk = Desk::start().await;
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let ana = desk.as_person(ANA);
    let (a, b) = (number(&ana.open("A").await), number(&ana.open("B").await));
    for (relation, reverse) in [
        ("related", "related"),
        ("parent", "child"),
        ("blocks", "blocked_by"),
        ("duplicate_of", "duplicated_by"),
    ] {
        let link = json!({ "to": b, "relation": relation });
        let one = ben.act(a, "link", link.clone()).await.expect(200);
        assert_eq!(one["links"], json!([{ "relation": relation, "number": b }]));
        let again = ben.act(a, "link", link.clone()).await.expect(200);
        assert_eq!(again["version"], one["version"], "said twice, it is said once");
        let other = ben.ticket(b).await;
        assert_eq!(other["links"], json!([{ "relation": reverse, "number": a }]));
        let none = ben.act(a, "unlink", link).await.expect(200);
        assert_eq!((&none["links"], &ben.ticket(b).await["links"]), (&json!([]), &json!([])));
    }
    for (wrong, field) in [
        (json!({ "to": a }), "to"),
        (json!({ "to": 999 }), "to"),
        (json!({}), "to"),
        (json!({ "to": b, "relation": "split_from" }), "relation"),
        (json!({ "to": b, "relation": "friend" }), "relation"),
    ] {
        ben.act(a, "link", wrong).await.problem(422, Some(field));
    }
    ana.act(a, "link", json!({ "to": b })).await.problem(403, None);
    invariants(&desk).await;
}

#[tokio::test]
async fn a_follower_is_told_what_the_requester_is_told_and_no_more() {
    let desk = Desk::start().await;
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let (ana, bo) = (desk.as_person(ANA), desk.as_person(BO));
    let n = number(&ana.open("The lamp flickers").await);
    bo.act(n, "follow", json!({})).await.problem(404, None);
    ana.act(n, "follow", json!({ "who": BO })).await.problem(403, None);
    ana.act(n, "follow", json!({ "who": "not an address" })).await.problem(422, Some("who"));
    ben.act(n, "follow", json!({ "who": BO })).await.expect(200);
    ben.act(n, "claim", json!({})).await.expect(200);
    let path = format!("/v1/tickets/{n}/messages");
    let secret = json!({ "body": "He is in arrears, mind.", "visibility": "internal" });
    ben.post(&path, secret).await.expect(201);
    says(&ben, n, "We order a new lamp.").await;
    says(&bo, n, "Two of them, please.").await;
    says(&ana, n, "Yes, two.").await;
    // What follows within a minute is told together.
    desk.advance("PT1M").await;
    let got = async |who: &str, words: &str| {
        let mails = desk.mails_to(who, 0).await;
        mails.iter().filter(|mail| mail["body"].to_string().contains(words)).count()
    };
    assert_eq!(got(BO, "Ben added you").await, 1);
    assert_eq!([got(BO, "order a new lamp").await, got(ANA, "order a new lamp").await], [1, 1]);
    assert_eq!([got(ANA, "Two of them").await, got(BO, "Two of them").await], [1, 0]);
    assert_eq!([got(BEN, "Two of them").await, got(BEN, "Yes, two").await], [1, 1]);
    assert_eq!([got(BO, "Yes, two").await, got(BO, "arrears").await], [1, 0]);
    assert!(!bodies(&said_on(&bo, n).await).contains(&"He is in arrears, mind."));

    // Whether it helped is for the requester to say.
    ben.act(n, "propose", json!({ "solution": "New lamps." })).await.expect(200);
    bo.act(n, "confirm", json!({})).await.problem(403, None);
    says(&bo, n, "Splendid light.").await;
    assert_eq!(ben.ticket(n).await["status"], "awaiting_confirmation");
    bo.act(n, "unfollow", json!({})).await.expect(200);
    bo.get(&format!("/v1/tickets/{n}")).await.problem(404, None);
    invariants(&desk).await;
}

#[tokio::test]
async fn an_answer_to_a_closed_ticket_goes_on_from_it() {
    let desk = Desk::start().await;
    let ana = desk.as_person(ANA);
    let n = number(&ana.open("The lamp flickers").await);
    ana.act(n, "cancel", json!({})).await.expect(200);
    answers_mail(&desk, ANA, n, "again", "It flickers again.").await;
    let newest = desk.tickets().await.remove(0);
    assert_eq!(newest["links"], json!([{ "relation": "follow_up_of", "number": n }]));
    let closed = ana.ticket(n).await;
    let new = number(&newest);
    assert_eq!(closed["links"], json!([{ "relation": "followed_up_by", "number": new }]));
    assert_eq!(closed["status"], "closed");
    invariants(&desk).await;
}

/// Merging, splitting and taking back in any order: whatever was said is found once where its ticket
/// lives on, and following the pointers comes to an end.
#[tokio::test]
async fn whatever_is_merged_and_split_nothing_said_is_lost() {
    for seed in [3, 14] {
        play(&mut StdRng::seed_from_u64(seed)).await;
    }
}

async fn play(random: &mut StdRng) {
    let desk = Desk::start().await;
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    let ana = desk.as_person(ANA);
    let mut tickets: Vec<u64> = Vec::new();
    for n in 0..4 {
        tickets.push(number(&ana.open(&format!("Ticket {n}")).await));
    }
    let mut said: Vec<(u64, u64, String)> = Vec::new();
    for step in 0..60 {
        let one = *tickets.choose(random).expect("tickets");
        let other = *tickets.choose(random).expect("tickets");
        match random.random_range(0..10) {
            0..=3 => {
                let body = format!("Word {step} about it");
                let path = format!("/v1/tickets/{one}/messages");
                let answer = ana.post(&path, json!({ "body": body })).await;
                if answer.status == 201 {
                    said.push((one, answer.json["seq"].as_u64().expect("a place"), body));
                }
            }
            4..=6 => drop(ben.act(one, "merge", json!({ "into": other })).await),
            7..=8 => drop(ben.act(one, "unmerge", json!({})).await),
            _ => {
                let Some((from, entry, _)) = said.choose(random) else { continue };
                let answer = ben.act(*from, "split", json!({ "entry": entry })).await;
                if answer.status == 200 {
                    let links = answer.json["links"].as_array().expect("links");
                    tickets.extend(links.iter().filter_map(|link| link["number"].as_u64()));
                    tickets.sort_unstable();
                    tickets.dedup();
                }
            }
        }
    }
    let mut into: BTreeMap<u64, u64> = BTreeMap::new();
    for ticket in desk.tickets().await {
        into.extend(ticket["merged_into"].as_u64().map(|other| (number(&ticket), other)));
    }
    assert!(!into.is_empty() && said.len() > 5, "too little happened: {into:?} {}", said.len());
    for (ticket, _, body) in &said {
        let mut passed = BTreeSet::from([*ticket]);
        let mut at = *ticket;
        while let Some(next) = into.get(&at) {
            assert!(passed.insert(*next), "the merges lead in a circle: {into:?}");
            at = *next;
        }
        let found = said_on(&ana, at).await;
        let own = |message: &&Value| {
            message["body"] == *body && message["ticket"].as_u64().unwrap_or(at) == *ticket
        };
        assert_eq!(found.iter().filter(own).count(), 1, "{body} of #{ticket} in #{at}: {found:#?}");
    }
    invariants(&desk).await;
}
