//! What must hold of every desk at any time, whatever was done to it. Checked from outside, after
//! everything has settled, at the end of each test that writes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::acknowledged::{self, Acknowledged};
use super::{Desk, at_rest, discord_rules, slack_rules};

/// What something that arrived can become.
pub const OUTCOMES: [&str; 6] =
    ["ticket", "message", "suspended", "quarantined", "duplicate", "refused"];

/// Everything a desk shows of itself.
struct Seen {
    tickets: Vec<Value>,
    events: BTreeMap<u64, Vec<Value>>,
    messages: BTreeMap<u64, Vec<Value>>,
    ledger: Vec<Value>,
    outbox: Vec<Value>,
    staff: BTreeSet<String>,
    /// Where queues have their cards: agents talk there.
    channels: BTreeSet<String>,
}

/// Checks everything, on a desk that was never killed.
pub async fn invariants(desk: &Desk) {
    check(desk, 0, 1).await;
}

/// Checks everything, on a desk that told somebody the same so often because they asked so often:
/// what a button or a shortcut leads to goes by message, too.
pub async fn invariants_answering(desk: &Desk, answers: usize) {
    check(desk, 0, answers).await;
}

/// Checks everything on a desk that was killed, or whose storage refused to hear what had left, so
/// often: each time one answer of the other side a recipient may have been lost, and what it was for
/// may have been sent again.
pub async fn invariants_despite(desk: &Desk, losses: usize) {
    check(desk, losses, 1).await;
}

/// That every call to Slack and Discord is one they take and pings nobody, where there are more tickets
/// than are worth going through one by one.
pub async fn calls_fit(desk: &Desk) {
    desk.settle().await;
    let outbox = desk.outbox_since(0).await;
    discord_rules::check_calls(&outbox);
    slack_rules::check_calls(&outbox);
}

async fn check(desk: &Desk, kills: usize, answers: usize) {
    desk.settle().await;
    let seen = Seen::all_delivered(desk, kills).await;
    seen.numbers_are_unique_and_lead_to_their_tickets(desk).await;
    seen.histories_have_no_gap_and_no_way_back();
    seen.alarms_are_raised_once();
    seen.ledger_accounts_for_every_ticket_once();
    seen.nothing_is_sent_twice(kills, answers);
    seen.bus_tells_every_entry_once(kills);
    seen.outbox_has_no_gap_and_no_way_back();
    seen.notes_stay_inside();
    discord_rules::check_calls(&seen.outbox);
    slack_rules::check_calls(&seen.outbox);
    assert_eq!(seen.without_receipt(), BTreeSet::new(), "tickets whose requester heard nothing");
    seen.what_is_breached_was_raised();
    seen.machines_get_no_automatic_mail();
    seen.what_was_acknowledged_is_there(&acknowledged::by(&desk.starts));
    seen.lists_show_what_is_open(desk).await;
    at_rest::check(desk, seen.tickets.iter().map(number)).await;
}

/// Whether a text names this ticket, as `#12`.
pub fn names_ticket(text: &str, number: u64) -> bool {
    named_tickets(text).any(|named| named == number)
}

fn named_tickets(text: &str) -> impl Iterator<Item = u64> {
    text.split('#').skip(1).filter_map(|after| {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        after.get(..end)?.parse().ok()
    })
}

impl Seen {
    /// Looks at everything there is to see.
    async fn of(desk: &Desk) -> Seen {
        let admin = desk.admin();
        let tickets = desk.tickets().await;
        let (mut events, mut messages) = (BTreeMap::new(), BTreeMap::new());
        for ticket in &tickets {
            let number = number(ticket);
            let path = format!("/v1/tickets/{number}");
            events.insert(number, admin.all(&format!("{path}/events")).await);
            messages.insert(number, admin.all(&format!("{path}/messages")).await);
        }
        let members = admin.all("/v1/members?limit=100").await;
        let email = |member: &Value| member["email"].as_str().map(str::to_owned);
        let queues = admin.all("/v1/queues?limit=100").await;
        let channel = |queue: &Value| {
            let (_, channel) = queue["channel"].as_str()?.split_once(':')?;
            Some(channel.to_owned())
        };
        Seen {
            tickets,
            events,
            messages,
            ledger: admin.all("/v1/inbound?limit=100").await,
            outbox: desk.outbox_since(0).await,
            staff: members.iter().filter_map(email).collect(),
            channels: queues.iter().filter_map(channel).collect(),
        }
    }

    /// The same once all receipts are out. A desk that was killed while it sent something waits for
    /// its own lease to end before it sends the rest, and settling does not wait for that.
    async fn all_delivered(desk: &Desk, kills: usize) -> Seen {
        let mut seen = Seen::of(desk).await;
        let patience = if kills > 0 { 240 } else { 0 };
        for _ in 0..patience {
            if seen.without_receipt().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            desk.settle().await;
            seen.outbox = desk.outbox_since(0).await;
        }
        seen
    }

    async fn numbers_are_unique_and_lead_to_their_tickets(&self, desk: &Desk) {
        let numbers: BTreeSet<u64> = self.tickets.iter().map(number).collect();
        assert_eq!(numbers.len(), self.tickets.len(), "a number is used twice");
        for ticket in &self.tickets {
            let found = desk.admin().ticket(number(ticket)).await;
            assert_eq!(&found, ticket, "the list and the ticket differ");
        }
    }

    fn histories_have_no_gap_and_no_way_back(&self) {
        for ticket in &self.tickets {
            let (number, version) = (number(ticket), &ticket["version"]);
            let Some(events) = self.events.get(&number) else { continue };
            let seqs: Vec<u64> = events.iter().filter_map(|event| event["seq"].as_u64()).collect();
            let expected: Vec<u64> = (1..=events.len() as u64).collect();
            assert_eq!(seqs, expected, "#{number} has a gap in its history");
            assert_eq!(version, &json!(events.len()), "#{number} is not what its history says");
            let moments: Vec<jiff::Timestamp> = events.iter().map(at).collect();
            assert!(moments.is_sorted(), "#{number} goes back in time: {moments:?}");
            assert_eq!(events[0]["type"], "opened", "#{number} begins with something else");
        }
    }

    fn alarms_are_raised_once(&self) {
        for (number, events) in &self.events {
            let mut raised = BTreeSet::new();
            for event in events.iter().filter(|event| event["type"] == "alarm_raised") {
                let alarm = json!([event["metric"], event["alarm"], event["due"]]).to_string();
                assert!(raised.insert(alarm.clone()), "#{number} raised {alarm} twice");
            }
        }
    }

    fn ledger_accounts_for_every_ticket_once(&self) {
        let mut opened: BTreeMap<u64, usize> = self.events.keys().map(|n| (*n, 0)).collect();
        for line in &self.ledger {
            let outcome = line["outcome"].as_str().unwrap_or_default();
            assert!(OUTCOMES.contains(&outcome), "nobody knows what became of {line}");
            if !["ticket", "message"].contains(&outcome) {
                continue;
            }
            let number = line["number"].as_u64().unwrap_or_default();
            let count = opened.get_mut(&number).unwrap_or_else(|| panic!("no ticket for {line}"));
            *count += usize::from(outcome == "ticket");
        }
        // What came out of a message arrived with it.
        for ticket in &self.tickets {
            let links = ticket["links"].as_array().into_iter().flatten();
            if links.into_iter().any(|link| link["relation"] == "split_from") {
                *opened.entry(number(ticket)).or_default() += 1;
            }
        }
        let wrong: Vec<_> = opened.iter().filter(|(_, count)| **count != 1).collect();
        assert!(wrong.is_empty(), "lines of the ledger that opened each ticket: {wrong:?}");
    }

    /// Mails carry an id that is the same however often they are sent. Slack's messages carry none:
    /// the same words may come again only as often as the same thing happened again.
    fn nothing_is_sent_twice(&self, kills: usize, answers: usize) {
        let mut sent: BTreeMap<String, usize> = BTreeMap::new();
        for item in self.to_people() {
            let words = || json!([item["kind"], item["to"], item["method"], item["body"]]);
            let known_by = message_id(item).map_or_else(words, |id| json!([item["to"], id]));
            *sent.entry(known_by.to_string()).or_default() += 1;
        }
        let again = self.events.values().map(|events| most_of_a_kind(events)).max().unwrap_or(1);
        let limit = |what: &str| match what {
            what if what.contains("chat.post") => again.max(answers),
            what if what.contains("views.") => answers,
            _ => 1,
        };
        let twice = sent.iter().filter(|(what, times)| **times > limit(what) + kills);
        let twice: Vec<_> = twice.collect();
        assert!(twice.is_empty(), "sent more than once: {twice:#?}");
    }

    /// Whoever listens to the bus hears of every entry of every history, once.
    fn bus_tells_every_entry_once(&self, kills: usize) {
        let mut told: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        for event in self.outbox.iter().filter(|item| item["kind"] == "event") {
            let detail = &event["body"]["detail"];
            let of = |name: &str| detail[name].as_u64().unwrap_or_default();
            *told.entry((of("ticket"), of("seq"))).or_default() += 1;
        }
        for (number, events) in &self.events {
            for event in events {
                let seq = event["seq"].as_u64().unwrap_or_default();
                let times = told.remove(&(*number, seq)).unwrap_or(0);
                assert!((1..=1 + kills).contains(&times), "#{number}/{seq} told {times} times");
            }
        }
        assert_eq!(told, BTreeMap::new(), "told, and in no history");
    }

    fn outbox_has_no_gap_and_no_way_back(&self) {
        let seqs: Vec<u64> = self.outbox.iter().filter_map(|item| item["seq"].as_u64()).collect();
        let expected: Vec<u64> = (1..=self.outbox.len() as u64).collect();
        assert_eq!(seqs, expected, "the outbox has a gap");
        let moments: Vec<jiff::Timestamp> = self.outbox.iter().map(at).collect();
        // What leaves by two lanes at once may be stamped before the other and numbered after it.
        let at_once = jiff::SignedDuration::from_secs(1);
        let back = moments.windows(2).filter(|pair| pair[0].duration_since(pair[1]) > at_once);
        let back: Vec<_> = back.map(|pair| format!("{} after {}", pair[1], pair[0])).collect();
        assert!(back.is_empty(), "the outbox goes back in time: {back:#?}");
    }

    /// Notes reach nobody by mail or chat but agents below a card in their channel; no internal word
    /// at all reaches whoever asked.
    fn notes_stay_inside(&self) {
        for ticket in &self.tickets {
            let number = number(ticket);
            let notes = words(&self.events, number, |event| event["type"] == "note_added");
            let inside = words(&self.messages, number, |said| said["visibility"] == "internal");
            // A solution is for agents alone until a colleague lets it through.
            let public = words(&self.messages, number, |said| said["visibility"] == "public");
            let inside = &inside - &public;
            if notes.is_empty() && inside.is_empty() {
                continue;
            }
            let asker = ticket["requester"]["email"].as_str().unwrap_or_default();
            let among_agents =
                |item: &Value| item["to"].as_str().is_some_and(|to| self.channels.contains(to));
            for item in self.to_people().filter(|item| !among_agents(item)) {
                let text = item.to_string();
                let leaked =
                    |words: &BTreeSet<String>| words.iter().any(|word| text.contains(word));
                assert!(!leaked(&notes), "a note of #{number} left: {item:#}");
                let theirs = item["to"] == asker && !self.staff.contains(asker);
                assert!(!theirs || !leaked(&inside), "#{number} told too much: {item:#}");
            }
        }
    }

    /// A promise that was broken was told of; and none is broken in silence.
    fn what_is_breached_was_raised(&self) {
        for ticket in &self.tickets {
            let events = self.events.get(&number(ticket)).map(Vec::as_slice).unwrap_or_default();
            for metric in ["first_response", "next_response", "resolution"] {
                if ticket["sla"][metric]["breached"] != true {
                    continue;
                }
                let told = events.iter().any(|event| {
                    event["type"] == "alarm_raised"
                        && event["metric"] == metric
                        && event["alarm"].to_string().contains("breach")
                });
                assert!(told, "#{} broke {metric} in silence", number(ticket));
            }
        }
    }

    /// What a machine sent is answered by people alone.
    fn machines_get_no_automatic_mail(&self) {
        let by_machine = self.ledger.iter().filter(|line| line["automatic"].is_string());
        let tickets = by_machine.filter(|line| line["outcome"] == "ticket");
        for (line, number) in tickets.filter_map(|line| Some((line, line["number"].as_u64()?))) {
            let events = self.events.get(&number).map(Vec::as_slice).unwrap_or_default();
            let answered =
                events.iter().any(|event| event["by"]["id"] != "system" && event["seq"] != 1);
            let to = |mail: &&Value| mail["kind"] == "mail" && mail["to"] == line["from"];
            let mut mails = self.outbox.iter().filter(to);
            let heard = mails.any(|mail| names_ticket(&mail["subject"].to_string(), number));
            assert!(answered || !heard, "an automatic mail answers the machine of {line}");
        }
    }

    /// Whoever was told that something is done finds it done.
    fn what_was_acknowledged_is_there(&self, all: &[Acknowledged]) {
        for acknowledged in all {
            let there = match acknowledged {
                Acknowledged::Filed { number } => self.events.contains_key(number),
                Acknowledged::Ticket { number, version } => {
                    self.events.get(number).is_some_and(|events| events.len() as u64 >= *version)
                }
                Acknowledged::Message { number, seq, body } => {
                    let said = self.messages.get(number).map(Vec::as_slice).unwrap_or_default();
                    // Of an erased person's words, and of their name in others', a word is left.
                    let same = |one: &&Value| {
                        let erased = one["body"].as_str().is_some_and(|it| it.contains("erased"));
                        one["seq"] == *seq && (one["body"] == **body || erased)
                    };
                    said.iter().filter(same).count() == 1
                }
            };
            assert!(there, "acknowledged, and not there: {acknowledged:?}");
        }
    }

    /// Each open ticket is in its queue's list, in its agent's and in its requester's; no other is in
    /// the first two.
    async fn lists_show_what_is_open(&self, desk: &Desk) {
        let open = self.tickets.iter().filter(|ticket| ticket["status"] != "closed");
        let mut lists: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for ticket in open {
            let mut list = |name: &str, who: &Value| {
                if let Some(who) = who.as_str() {
                    lists.entry(format!("{name}={who}")).or_default().insert(number(ticket));
                }
            };
            list("queue", &ticket["queue"]);
            list("assignee", &ticket["assignee"]["id"]);
        }
        for (list, numbers) in lists {
            let path = format!("/v1/tickets?{list}&sort=due&limit=100");
            let shown = desk.admin().all(&path).await;
            let shown: BTreeSet<u64> = shown.iter().map(number).collect();
            assert_eq!(shown, numbers, "{path}");
        }
    }

    /// Tickets by mail, form or API whose requester got no mail that names them.
    fn without_receipt(&self) -> BTreeSet<u64> {
        let mut named: BTreeSet<(&str, u64)> = BTreeSet::new();
        for mail in self.outbox.iter().filter(|item| item["kind"] == "mail") {
            let text = format!("{} {}", mail["subject"], mail["body"]);
            let to = mail["to"].as_str().unwrap_or_default();
            named.extend(named_tickets(&text).map(|number| (to, number)));
        }
        let heard = |ticket: &&Value| {
            let asker = ticket["requester"]["email"].as_str().unwrap_or_default();
            named.contains(&(asker, number(ticket)))
        };
        let by_mail = |ticket: &&Value| {
            let channel = ticket["channel"].as_str().unwrap_or_default();
            ["email", "web", "api"].contains(&channel) && !ticket["requester"]["email"].is_null()
        };
        let silent = self.ledger.iter().filter(|line| line["automatic"].is_string());
        let silent: BTreeSet<u64> = silent.filter_map(|line| line["number"].as_u64()).collect();
        // Where nobody vouches for a sender, receipts come together an hour later, and not for ever.
        let told = |to: &Value| named.iter().any(|(who, _)| *to == **who);
        let later = |ticket: &&Value| {
            let opened = self.events.get(&number(ticket)).and_then(|events| events.first());
            let receipt = opened.map(|event| &event["receipt"]).and_then(Value::as_str);
            receipt.is_some() && told(&ticket["requester"]["email"])
        };
        let owed = self.tickets.iter().filter(by_mail).filter(|ticket| !heard(ticket));
        let owed = owed.filter(|ticket| !later(ticket)).map(number);
        owed.filter(|number| !silent.contains(number)).collect()
    }

    fn to_people(&self) -> impl Iterator<Item = &Value> {
        let by = ["mail", "slack", "discord"];
        self.outbox.iter().filter(move |item| by.iter().any(|kind| item["kind"] == *kind))
    }
}

/// What was said, as it stands inside a JSON text; a word or two could be anybody's.
fn words(
    said: &BTreeMap<u64, Vec<Value>>,
    number: u64,
    which: impl Fn(&Value) -> bool,
) -> BTreeSet<String> {
    let chosen = said.get(&number).into_iter().flatten().filter(|said| which(said));
    let bodies = chosen.filter_map(|said| said["body"].as_str()).filter(|body| body.len() > 8);
    bodies.map(|body| json!(body).to_string().trim_matches('"').to_owned()).collect()
}

/// The id of a mail, out of its own header.
fn message_id(item: &Value) -> Option<&str> {
    let header = |line: &str| line.to_ascii_lowercase().starts_with("message-id:");
    item["raw"].as_str()?.lines().find(|line| header(line))
}

/// How often the commonest thing happened.
fn most_of_a_kind(events: &[Value]) -> usize {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        *counts.entry(event["type"].as_str().unwrap_or_default()).or_default() += 1;
    }
    counts.into_values().max().unwrap_or(1)
}

fn number(ticket: &Value) -> u64 {
    ticket["number"].as_u64().unwrap_or_default()
}

fn at(item: &Value) -> jiff::Timestamp {
    item["at"].as_str().and_then(|text| text.parse().ok()).expect("a moment in RFC 3339")
}
