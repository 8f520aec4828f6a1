//! Chat while everything goes wrong: services that are too busy, deaf or out for an hour, answers that are
//! lost, Slack repeating itself, and the desk killed in between. What was said arrives, in its order, and
//! no oftener than a lost answer allows. `BELLHOP_STORM_ROUNDS` says how long the weather lasts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::crash::entropy;
use crate::doors::hire;
use crate::harness::{
    Desk, Discord, Person, Slack, TEAM, fresh, invariants_despite, setting, wall,
};

const ASKED_AT: &str = "1700000000.000100";
const GENERAL: &str = "C0GENERAL";
const TRIAGE: &str = "C0TRIAGE";
const CHANNEL: &str = "938391701561679903";
const KOFI: &str = "kofi@example.org";
/// Who is talked to where: in a Slack thread, in a Discord thread, by mail.
const WAYS: [&str; 3] = ["slack", "discord", "mail"];
/// What is said in each ticket, each round, by each side.
const WORDS: usize = 3;
/// Slack delivers an event up to so many times.
const DELIVERIES: usize = 3;

/// What the weather is in a round.
#[derive(Clone, Copy, Debug)]
enum Weather {
    /// Both services refuse calls as too fast.
    Busy,
    /// Calls take effect, and nobody hears of it.
    Deaf,
    /// Both services are out for an hour.
    Out,
    /// The same just after answers were lost: Discord has forgotten its nonces when it comes back.
    OutAfterDeaf,
    /// The desk is killed.
    Killed,
}

const WEATHER: [Weather; 5] =
    [Weather::Busy, Weather::Deaf, Weather::Out, Weather::OutAfterDeaf, Weather::Killed];

/// Three conversations, and what was said in them.
struct Storm {
    desk: Desk,
    /// The ticket of each way.
    tickets: [u64; 3],
    /// Answers that may have been lost: a message that is not Discord's may come once more for each.
    losses: usize,
    kills: usize,
    said: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_weather_every_message_arrives_once_and_in_order() {
    let rounds = setting("BELLHOP_STORM_ROUNDS").map_or(Some(5), |text| text.parse().ok());
    let rounds: usize = rounds.expect("BELLHOP_STORM_ROUNDS is a number");
    let mut storm = Storm::begin().await;
    for round in 0..rounds {
        let weather = WEATHER[round % WEATHER.len()];
        storm.round(weather).await;
        let arrived = storm.everything_arrived().await;
        println!("round {} of {rounds}, {weather:?}: {arrived}", round + 1);
    }
    invariants_despite(&storm.desk, storm.losses + storm.kills).await;
}

impl Storm {
    async fn begin() -> Storm {
        let desk = Desk::start().await;
        let ana = desk.slack("U0ANA");
        hire(&desk, "ben@example.com", json!({ "name": "Ben" })).await;
        let channel = json!({ "channel": format!("slack:{TRIAGE}") });
        desk.admin().patch("/v1/queues/support", channel).await.expect(200);
        ana.mention("the lift is stuck", ASKED_AT, None).await.expect(200);
        let dora: Discord = desk.discord("115590097100865541").below(CHANNEL);
        dora.ticket("open", &[("title", "no light"), ("description", "At all.")]).await;
        desk.settle().await;
        desk.mail(KOFI, "No heat", "Since Monday.").await;
        desk.settle().await;
        let mut tickets: Vec<u64> =
            desk.tickets().await.iter().filter_map(|ticket| ticket["number"].as_u64()).collect();
        tickets.sort_unstable();
        let tickets = tickets.try_into().expect("three tickets");
        Storm { desk, tickets, losses: 0, kills: 0, said: 0 }
    }

    async fn round(&mut self, weather: Weather) {
        let words = self.words();
        match weather {
            Weather::Busy => self.said_while(json!({ "throttle": 4 }), words).await,
            Weather::Deaf => self.said_while(json!({ "lose_answers": 2 }), words).await,
            Weather::Out => {
                self.said_while(json!({ "down": true }), words).await;
                self.desk.advance("PT1H").await;
            }
            Weather::OutAfterDeaf => {
                self.said_while(json!({ "lose_answers": 1 }), words).await;
                let more = self.words();
                self.said_while(json!({ "down": true }), more).await;
                self.desk.advance("PT1H").await;
            }
            Weather::Killed => self.said_while_killed(words).await,
        }
        self.desk.faults(json!({})).await;
        // However long it was out: what waited leaves within ten minutes.
        self.desk.advance("PT10M").await;
    }

    /// What is said next; whoever says it puts a letter of their own behind it.
    fn words(&mut self) -> Vec<String> {
        self.said += WORDS;
        (0..WORDS).map(|_| format!("w-{:06}", fresh())).collect()
    }

    async fn said_while(&mut self, fault: Value, words: Vec<String>) {
        let lost = fault["lose_answers"].as_u64().unwrap_or_default();
        // Of each service its own: Slack, Discord, mail.
        self.losses += 3 * usize::try_from(lost).unwrap_or_default();
        let faults = json!({ "slack": fault, "discord": fault, "mail": fault });
        self.desk.faults(faults).await;
        let unheard = say(&self.desk, self.tickets, words).await;
        assert!(unheard.is_empty(), "the desk itself was well: {unheard:?}");
        self.desk.settle().await;
    }

    async fn said_while_killed(&mut self, words: Vec<String>) {
        let writer = tokio::spawn(say(&self.desk, self.tickets, words));
        tokio::time::sleep(Duration::from_millis(20 + entropy() % 200)).await;
        self.desk.kill();
        self.kills += 1;
        let unheard = writer.await.expect("a writer ends by itself");
        self.desk.start_again().await;
        let unheard = say(&self.desk, self.tickets, unheard).await;
        assert!(unheard.is_empty(), "said again after the start: {unheard:?}");
    }

    /// Everything said is in its ticket once, and in every conversation it belongs to: in the order of
    /// the history, on Discord once, elsewhere at most once more for each answer that was lost.
    async fn everything_arrived(&self) -> String {
        self.desk.settle().await;
        let outbox = self.desk.outbox_since(0).await;
        let (mut twice, mut places) = (0, 0);
        for (place, number) in WAYS.into_iter().zip(self.tickets) {
            let told = self.told(number).await;
            let replies: Vec<&String> =
                told.iter().filter(|(by_agent, _)| *by_agent).map(|(_, word)| word).collect();
            let conversation = Heard::of(&outbox, place, |item| match place {
                "slack" => item["to"] == GENERAL,
                "mail" => item["to"] == KOFI,
                _ => item["method"] == "POST /channels/{id}/messages",
            });
            conversation.holds(&replies, place == "discord");
            let mirror = Heard::of(&outbox, "slack", |item| item["to"] == TRIAGE);
            let all: Vec<&String> = told.iter().map(|(_, word)| word).collect();
            mirror.holds(&all, false);
            twice += if place == "discord" { 0 } else { conversation.twice_of(&replies) };
            twice += mirror.twice_of(&all);
            places += replies.len() + all.len();
        }
        let most = self.losses + self.kills;
        assert!(twice <= most, "{twice} came twice, and {most} answers may have been lost");
        format!("{places} messages in their places, {twice} of them twice")
    }

    /// What the ticket's history says was said: whether by an agent, and the word.
    async fn told(&self, number: u64) -> Vec<(bool, String)> {
        let messages = self.desk.admin().all(&format!("/v1/tickets/{number}/messages")).await;
        let said = messages.iter().filter_map(|message| {
            let word = word_in(message["body"].as_str()?)?;
            Some((message["from"]["name"] == "Ben", word))
        });
        let told: Vec<(bool, String)> = said.collect();
        let different: BTreeSet<&(bool, String)> = told.iter().collect();
        assert_eq!(different.len(), told.len(), "said once, written down twice: {told:?}");
        let sides = if number == self.tickets[0] { 2 } else { 1 };
        assert_eq!(told.len(), sides * self.said, "#{number}: {told:?}");
        told
    }
}

/// Says each of the words in every ticket as an agent, and in the Slack thread as the requester, whose
/// messages Slack delivers three times at once. Answers those that were not acknowledged by all.
fn say(
    desk: &Desk,
    tickets: [u64; 3],
    words: Vec<String>,
) -> impl Future<Output = Vec<String>> + Send + 'static {
    let (ben, ana) = (desk.as_person("ben@example.com"), desk.slack("U0ANA"));
    async move {
        let mut unheard = Vec::new();
        for word in words {
            let mut heard = true;
            for (number, place) in tickets.into_iter().zip(["s", "d", "m"]) {
                heard &= replied(&ben, number, &format!("{word}{place}")).await;
            }
            heard &= delivered(&ana, &word).await;
            if !heard {
                unheard.push(word);
            }
        }
        unheard
    }
}

async fn replied(ben: &Person, number: u64, word: &str) -> bool {
    let path = format!("/v1/tickets/{number}/messages");
    let key = format!("{number}-{word}");
    let answer = ben.post_once(&path, &key, &json!({ "body": format!("answer {word}") })).await;
    answer.is_ok_and(|answer| answer.status == 201)
}

/// One message of Ana's below what she asked. Slack repeats what was not acknowledged, also while the
/// first delivery is still at work.
async fn delivered(ana: &Slack, word: &str) -> bool {
    let number: u64 = word.trim_start_matches("w-").parse().expect("a number");
    let ts = format!("1700000001.{number:06}");
    let envelope = json!({
        "type": "event_callback", "team_id": TEAM, "api_app_id": "ABELLHOP",
        "event_id": format!("Ev{word}"), "event_time": wall().as_second(),
        "event": {
            "type": "message", "user": "U0ANA", "channel": GENERAL, "channel_type": "channel",
            "ts": ts, "thread_ts": ASKED_AT, "text": format!("question {word}a"), "event_ts": ts,
        },
    });
    let mut deliveries = JoinSet::new();
    for retry in 0..DELIVERIES {
        let request = ana.signed("/slack/events", envelope.to_string().into_bytes());
        let request = request.header("x-slack-retry-num", retry);
        deliveries.spawn(async move { request.send().await.is_ok_and(|a| a.status() == 200) });
    }
    deliveries.join_all().await.into_iter().any(|heard| heard)
}

/// What was heard in one place: each word, how often, and the words in the order they came first.
struct Heard {
    times: BTreeMap<String, usize>,
    order: Vec<String>,
}

impl Heard {
    fn of(outbox: &[Value], kind: &str, here: impl Fn(&Value) -> bool) -> Heard {
        let mut heard = Heard { times: BTreeMap::new(), order: Vec::new() };
        for item in outbox.iter().filter(|item| item["kind"] == kind && here(item)) {
            let posts = ["chat.postMessage", "POST /channels/{id}/messages"];
            let is_post = item["method"].as_str().is_none_or(|method| posts.contains(&method));
            let Some(word) = word_in(&item["body"].to_string()).filter(|_| is_post) else {
                continue;
            };
            if !heard.times.contains_key(&word) {
                heard.order.push(word.clone());
            }
            *heard.times.entry(word).or_default() += 1;
        }
        heard
    }

    /// All of the words came, in this order, and no oftener than once where that is promised.
    fn holds(&self, words: &[&String], once: bool) {
        let wanted: BTreeSet<&String> = words.iter().copied().collect();
        let came: Vec<&String> = self.order.iter().filter(|word| wanted.contains(word)).collect();
        assert_eq!(came, words, "what came, and in which order");
        let times = came.iter().filter(|word| self.times[**word] > 1).count();
        assert!(!once || times == 0, "{times} came twice where nothing may");
    }

    fn twice_of(&self, words: &[&String]) -> usize {
        words.iter().map(|word| self.times[*word] - 1).sum()
    }
}

fn word_in(text: &str) -> Option<String> {
    let begin = text.find("w-")?;
    text.get(begin..begin + 9).map(str::to_owned)
}
