//! The story itself: four tickets by four doors, a promise broken and escalated, a solution declined
//! and confirmed.

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use super::ring::{ADMIN, Ring};
use crate::desk::SLACK_TEAM;
use crate::outbox::{Item, Kind};

const ANA: &str = "ana@example.com";
const LEAD: &str = "lena@example.com";
const MANAGER: &str = "max@example.com";
const HEAD: &str = "helga@example.com";
const KOFI: &str = "kofi@example.org";

/// Tells it.
pub(super) async fn tell(ring: &Ring) -> Result<()> {
    println!("Bellhop, played on throw-away data. Every line below is checked.");
    people(ring).await?;
    let urgent = four_doors(ring).await?;
    claim_and_answer(ring).await?;
    ladder(ring, urgent).await?;
    solution(ring, urgent).await?;
    ledger(ring).await?;
    println!("\nEverything held.");
    Ok(())
}

fn chapter(title: &str) {
    println!("\n{title}");
}

fn held(what: impl std::fmt::Display) {
    println!("  ok  {what}");
}

async fn people(ring: &Ring) -> Result<()> {
    chapter("People");
    for (email, name, role, user) in [
        (ANA, "Ana", "agent", "UANA"),
        (LEAD, "Lena", "lead", "ULENA"),
        (MANAGER, "Max", "manager", "UMAX"),
        (HEAD, "Helga", "manager", "UHELGA"),
    ] {
        let slack = json!({ "team": SLACK_TEAM, "user": user });
        let queues = if role == "agent" { json!(["support"]) } else { json!([]) };
        let member =
            json!({ "email": email, "name": name, "role": role, "slack": slack, "queues": queues });
        ring.rest(ADMIN, "POST", "/v1/members", member).await?;
    }
    let queue = json!({ "members": [ANA], "lead": LEAD, "manager": MANAGER, "head": HEAD, "channel": "slack:C0TRIAGE" });
    let queue = ring.rest(ADMIN, "PATCH", "/v1/queues/support", queue).await?;
    ensure!(queue["head"]["email"] == HEAD, "the queue has no head: {queue}");
    held(
        "Ana answers; Lena leads, Max manages, Helga heads the support queue; cards go to #triage",
    );
    Ok(())
}

async fn four_doors(ring: &Ring) -> Result<u64> {
    chapter("Four tickets by four doors");
    let said = ring.slack("kofi", "the printer on floor 3 is jammed").await?;
    ensure!(said.contains("#1"), "Slack was told: {said}");
    held(format!("Slack    /ticket the printer on floor 3 is jammed     ->  {said}"));
    ensure!(ring.forged_slack().await? == 401, "a forged Slack request was let in");
    held("Slack    the same with a forged signature             ->  401, nothing stored");
    let said = ring.discord("mira", "my build bot is asleep").await?;
    ensure!(said.contains("#2"), "Discord was told: {said}");
    held(format!("Discord  /ticket open title:my build bot is asleep   ->  {said}"));
    let said = ring
        .mail(KOFI, "support@example.com", "VPN drops", "Every ten minutes since nine.")
        .await?;
    ensure!(said.starts_with("250"), "SMTP was answered {said}");
    held(format!("Mail     a real SMTP conversation                     ->  {said}"));
    ring.settle().await?;
    let body = json!({ "title": "The whole office is offline", "description": "No lights on the router.",
        "priority": "urgent", "type": "fault", "requester": { "email": KOFI, "name": "Kofi" } });
    let ticket = ring.rest(ADMIN, "POST", "/v1/tickets", body).await?;
    let urgent = ticket["number"].as_u64().unwrap_or(0);
    ensure!(urgent == 4 && ticket["status"] == "pending_assignment", "REST answered {ticket}");
    held(
        "REST     POST /v1/tickets, urgent                     ->  #4, first reply promised in 2 h",
    );

    let left = ring.left().await?;
    expect(&left, Kind::Slack, "UKOFI", "ticket #1")?;
    expect_some(&left, "Discord receipt", |item| {
        item.kind == Kind::Discord && says(item, "ticket #2")
    })?;
    expect(&left, Kind::Mail, KOFI, "ticket #3")?;
    expect(&left, Kind::Mail, KOFI, "ticket #4")?;
    held("receipts went out the way each came in: Slack, Discord, mail, mail");
    let cards =
        left.iter().filter(|item| item.kind == Kind::Slack && item.to == "C0TRIAGE").count();
    ensure!(cards == 4, "{cards} cards in #triage");
    held("four cards are in #triage");
    Ok(urgent)
}

async fn claim_and_answer(ring: &Ring) -> Result<()> {
    chapter("Ana takes two and answers one");
    let said = ring.slack("ana", "claim 4").await?;
    ensure!(said.contains("#4 is yours"), "Slack was told: {said}");
    held(format!("Slack    /ticket claim 4   ->  {said}"));
    ring.act(ANA, 3, "claim", Value::Null).await?;
    let reply = json!({ "body": "Please restart the client; we fixed the gateway.", "visibility": "public" });
    ring.rest(ANA, "POST", "/v1/tickets/3/messages", reply).await?;
    let left = ring.left().await?;
    let answer = expect(&left, Kind::Mail, KOFI, "fixed the gateway")?;
    ensure!(
        answer.subject.as_deref() == Some("Re: VPN drops [#3]"),
        "subject {:?}",
        answer.subject
    );
    held("her answer to #3 reached Kofi by mail, in his own thread");
    let ticket = ring.ticket(3).await?;
    ensure!(
        ticket["sla"]["first_response"]["met_at"].is_string(),
        "the first reply is not met: {ticket}"
    );
    held("the first-reply clock of #3 stopped, kept");
    let (status, refusal) =
        ring.try_rest(ANA, "POST", "/v1/tickets/3/actions/confirm", Value::Null).await?;
    ensure!(status == 403 || status == 409, "Ana confirmed for Kofi: {status} {refusal}");
    held("Ana cannot confirm it for him");
    Ok(())
}

async fn ladder(ring: &Ring, urgent: u64) -> Result<()> {
    chapter("The urgent ticket is left alone");
    ring.advance("PT1H").await?;
    let left = ring.left().await?;
    expect(&left, Kind::Slack, "UANA", "due in 1 h")?;
    nobody(&left, &[LEAD, MANAGER, HEAD, "ULENA", "UMAX", "UHELGA"])?;
    held("after 1 h   Ana is warned in Slack, nobody else");
    ring.advance("PT1H").await?;
    let left = ring.left().await?;
    once(&left, Kind::Mail, LEAD)?;
    once(&left, Kind::Slack, "ULENA")?;
    nobody(&left, &[MANAGER, HEAD, "UMAX", "UHELGA"])?;
    ensure!(
        ring.ticket(urgent).await?["sla"]["first_response"]["breached"] == true,
        "not breached"
    );
    held("after 2 h   it is breached; Lena, the lead, has a mail and a message");
    ring.advance("PT1H").await?;
    let left = ring.left().await?;
    once(&left, Kind::Mail, MANAGER)?;
    once(&left, Kind::Slack, "UMAX")?;
    nobody(&left, &[HEAD, "UHELGA"])?;
    held("after 3 h   Max, the manager, has a mail and a message");
    ring.advance("PT1H").await?;
    let left = ring.left().await?;
    once(&left, Kind::Mail, HEAD)?;
    once(&left, Kind::Slack, "UHELGA")?;
    nobody(&left, &[LEAD, MANAGER, "ULENA", "UMAX"])?;
    held("after 4 h   Helga, the head of support, has a mail and a message; nobody was told twice");
    Ok(())
}

async fn solution(ring: &Ring, urgent: u64) -> Result<()> {
    chapter("A solution, declined, then confirmed");
    ring.act(ANA, urgent, "propose", json!({ "solution": "The router is restarted." })).await?;
    expect(&ring.left().await?, Kind::Mail, KOFI, "router is restarted")?;
    held("Ana proposes; Kofi is asked whether it helped");
    let ticket = ring.act(KOFI, urgent, "decline", json!({ "reason": "Still dark." })).await?;
    ensure!(ticket["status"] == "in_progress" && ticket["assignee"]["email"] == ANA, "{ticket}");
    expect(&ring.left().await?, Kind::Slack, "UANA", "Still dark.")?;
    held("Kofi says no; it is back with Ana, who is told why");
    ring.act(ANA, urgent, "propose", json!({ "solution": "The fuse was out, too." })).await?;
    let ticket = ring.act(KOFI, urgent, "confirm", Value::Null).await?;
    ensure!(ticket["status"] == "resolved" && ticket["closure"] == "confirmed", "{ticket}");
    expect(&ring.left().await?, Kind::Mail, KOFI, "is solved")?;
    held("Ana tries again; Kofi confirms; it is solved");
    Ok(())
}

async fn ledger(ring: &Ring) -> Result<()> {
    chapter("Nothing is lost");
    let inbound = ring.rest(ADMIN, "GET", "/v1/inbound", Value::Null).await?;
    let items = inbound["items"].as_array().map(Vec::len).unwrap_or(0);
    let tickets = inbound["items"].as_array().into_iter().flatten();
    ensure!(items == 4 && tickets.clone().all(|item| item["outcome"] == "ticket"), "{inbound}");
    held("the ledger names all four arrivals and what became of them");
    let events = ring.rest(ADMIN, "GET", "/v1/tickets/4/events", Value::Null).await?;
    let count = events["items"].as_array().map(Vec::len).unwrap_or(0);
    let version = ring.ticket(4).await?["version"].as_u64();
    ensure!(
        version == u64::try_from(count).ok() && count > 0,
        "{count} entries, version {version:?}"
    );
    held(format!("#4 has {count} entries in its history, from the first word to the last"));
    held(format!("{} domain events are on the bus", ring.events()));
    Ok(())
}

fn says(item: &Item, words: &str) -> bool {
    let body = item.body.as_str().map_or_else(|| item.body.to_string(), str::to_owned);
    body.contains(words) || item.subject.as_deref().is_some_and(|subject| subject.contains(words))
}

fn expect<'a>(left: &'a [Item], kind: Kind, to: &str, words: &str) -> Result<&'a Item> {
    let what = format!("{kind:?} to {to} with \"{words}\"");
    expect_some(left, &what, |item| item.kind == kind && item.to == to && says(item, words))
}

fn expect_some<'a>(left: &'a [Item], what: &str, fits: impl Fn(&Item) -> bool) -> Result<&'a Item> {
    match left.iter().find(|item| fits(item)) {
        Some(item) => Ok(item),
        None => bail!("expected {what}; what left: {}", listed(left)),
    }
}

fn once(left: &[Item], kind: Kind, to: &str) -> Result<()> {
    let times = left.iter().filter(|item| item.kind == kind && item.to == to).count();
    ensure!(times == 1, "{kind:?} to {to} {times} times; what left: {}", listed(left));
    Ok(())
}

fn nobody(left: &[Item], people: &[&str]) -> Result<()> {
    match left.iter().find(|item| people.contains(&item.to.as_str())) {
        None => Ok(()),
        Some(item) => bail!("{} was told too early: {:?}", item.to, item.subject),
    }
}

fn listed(left: &[Item]) -> String {
    let lines =
        left.iter().map(|item| format!("{:?} to {}: {:?}", item.kind, item.to, item.subject));
    lines.collect::<Vec<_>>().join("; ")
}
