//! Whatever people write arrives as they wrote it, and pings nobody: the naughty strings and everything a
//! chat service would take for a mark, in and out of Slack and Discord. Many stand in one message, each on
//! lines of its own: a ticket for each would say no more and take minutes. What is read of a message is read
//! by the services' rules alone; that no call may ping anybody is checked with the invariants.

use std::future::Future;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::doors::hire;
use crate::harness::discord::Filled;
use crate::harness::shown::{in_discord, in_notification, in_slack};
use crate::harness::{Answer, Desk, Dialog, Discord, Person, Slack, calls_fit, corpus, invariants};

const BEN: &str = "ben@example.com";
const TRIAGE: &str = "C0TRIAGE";
/// How many requests are on their way at once.
const AT_ONCE: usize = 8;
/// What one message says, in UTF-16 units: with every character behind a backslash Discord still takes it.
const IN_MESSAGE: usize = 900;
/// What one title says, where its letters are no longer than one UTF-16 unit.
const IN_TITLE: usize = 148;
/// What one title says at most, of which a card shows the first half.
const IN_LONG_TITLE: usize = 290;
/// What is left at least of a title that is cut: half of what a card has room for.
const CUT: usize = 74;

/// What a chat service would take for a mention, a mark or a link.
const MARKS: [&str; 14] = [
    "<!channel>",
    "<!here>",
    "<!subteam^S1>",
    "<@U1>",
    "<#C1>",
    "@everyone",
    "@here",
    "*bold* _it_ ~no~ `code` ```block```",
    "**bold** __under__ ~~no~~ ||hidden|| :tada:",
    "> quote",
    "[x](http://e)",
    "<http://e|x>",
    "&lt;!channel&gt; &amp;amp;",
    "nothing\u{0}here",
];

/// All of them; none where the corpora are not on this machine.
fn strings() -> Option<Vec<String>> {
    let naughty = corpus("naughty-strings/blns.json")?;
    let naughty = naughty.as_array().expect("a list");
    assert_eq!(naughty.len(), 515);
    let naughty = naughty.iter().filter_map(Value::as_str).chain(MARKS);
    Some(naughty.map(str::to_owned).collect())
}

/// As many of them as fit beside each other, again and again until all were said.
fn packed(strings: &[String], between: &str, at_most: usize) -> Vec<String> {
    let length = |text: &str| text.encode_utf16().count();
    let mut packs: Vec<String> = Vec::new();
    for string in strings {
        match packs.last_mut() {
            Some(pack) if length(pack) + length(between) + length(string) <= at_most => {
                pack.push_str(between);
                pack.push_str(string);
            }
            _ => packs.push(string.clone()),
        }
    }
    packs.iter().map(|pack| pack.trim().to_owned()).filter(|pack| !pack.is_empty()).collect()
}

/// What the desk keeps of a message: all of it. The one character that no text may hold becomes the one that
/// stands for such. Blanks at the ends, which a command or a form loses on its way, are not said here.
fn kept(said: &str) -> String {
    said.replace('\0', "\u{fffd}")
}

/// What the chat doors keep of a title: one line, with one blank wherever blanks or control characters are.
fn kept_title(said: &str) -> String {
    let plain = said.replace(char::is_control, " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a chat shows of what is kept: everything but control characters and those that turn the direction
/// of what follows, with which one could rewrite the rest of a card.
fn seen(kept: &str) -> String {
    let unseen = |c: char| turns(c) || (c.is_control() && !matches!(c, '\n' | '\t'));
    kept.replace(unseen, "").trim().to_owned()
}

/// What a chat shows of a title: one line of it.
fn seen_title(kept: &str) -> String {
    kept_title(&kept.replace(turns, ""))
}

/// Characters that turn the direction of what follows them (Unicode UAX #9).
fn turns(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Does something with each of them, several at once, and answers in their order.
async fn each<T, R, F>(all: impl IntoIterator<Item = T>, doing: impl Fn(T) -> F) -> Vec<R>
where
    F: Future<Output = R> + Send + 'static,
    R: Send + 'static,
{
    let mut waiting = all.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut done = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some((place, one)) = waiting.next()
        {
            let doing = doing(one);
            running.spawn(async move { (place, doing.await) });
        }
        let Some(ended) = running.join_next().await else { break };
        done.push(ended.expect("it did not panic"));
    }
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, one)| one).collect()
}

/// One of the texts holds these words.
#[track_caller]
fn reads(texts: &[String], words: &str, what: &str) {
    assert!(texts.iter().any(|text| text.contains(words)), "{what}: no {words:?} in {texts:#?}");
}

/// One of the texts holds this title: whole, or cut where a card has no more room for it, with an ellipsis.
/// Each service counts what it is sent, which in Discord has the backslashes in it.
#[track_caller]
fn reads_title(texts: &[String], title: &str, what: &str) {
    let cut = |line: &str| {
        let beginning = line.split_once(' ').and_then(|(_, title)| title.strip_suffix('…'));
        beginning.is_some_and(|beginning| {
            title.starts_with(beginning) && beginning.encode_utf16().count() >= CUT
        })
    };
    let held = texts.iter().any(|text| text.contains(title) || text.lines().any(cut));
    assert!(held, "{what}: no title {title:?} in {texts:#?}");
}

/// Everything that was said to one service since, as people read it.
fn said_to(outbox: &[Value], kind: &str, read: impl Fn(&Value) -> Vec<String>) -> Vec<String> {
    let of_kind = outbox.iter().filter(|item| item["kind"] == kind);
    of_kind.flat_map(|item| read(&item["body"])).collect()
}

/// The ticket an answer shows.
fn number(texts: &[String]) -> u64 {
    let found = texts.iter().filter_map(|text| text.split('#').nth(1));
    let digits =
        found.map(|after| after.chars().take_while(char::is_ascii_digit).collect::<String>());
    digits.filter_map(|digits| digits.parse().ok()).next().expect("a ticket's number")
}

async fn messages(admin: &Person, number: u64) -> Vec<String> {
    let messages = admin.all(&format!("/v1/tickets/{number}/messages")).await;
    messages.iter().filter_map(|said| said["body"].as_str()).map(str::to_owned).collect()
}

/// The title and the description of a ticket, as REST gives them.
async fn words(admin: Person, number: u64) -> (String, String) {
    let ticket = admin.ticket(number).await;
    let title = ticket["title"].as_str().unwrap_or_default().to_owned();
    (title, messages(&admin, number).await.remove(0))
}

/// What people type is escaped on its way (docs.slack.dev, "Formatting message text: escaping").
fn typed(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The title of a ticket that is filed in so many words.
const FILED: &str = "Words:";

#[tokio::test]
async fn whatever_people_write_in_slack_arrives_as_they_wrote_it() {
    let Some(strings) = strings() else { return };
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    let agent = hire(&desk, BEN, json!({ "name": "Ben", "slack": ben.account() })).await;
    let channel = json!({ "channel": format!("slack:{TRIAGE}") });
    desk.admin().patch("/v1/queues/support", channel).await.expect(200);
    let bodies = packed(&strings, "\n", IN_MESSAGE);

    by_slash_command(&desk, &ana, &bodies).await;
    by_slack_dialog(&desk, &ana, &strings, &bodies).await;
    let n = in_slack_thread(&desk, &ana, &bodies).await;
    desk.settle().await;
    let before = desk.outbox_end().await;
    answered(&agent, n, &bodies).await;
    desk.settle().await;
    let outbox = desk.outbox_since(before).await;
    let texts = said_to(&outbox, "slack", in_slack);
    let notified = said_to(&outbox, "slack", |body| vec![in_notification(body)]);
    for body in &bodies {
        reads(&texts, &seen(&kept(body)), "an agent's answer in Slack");
        reads(&notified, &seen(&kept(body)), "an agent's answer in a notification");
    }
    invariants(&desk).await;
}

async fn by_slash_command(desk: &Desk, ana: &Slack, bodies: &[String]) {
    let filed = each(bodies.to_vec(), |body| {
        let ana = ana.clone();
        async move {
            let answer = ana.ticket(&typed(&format!("new {FILED}\n{body}"))).await.expect(200);
            in_slack(&answer)
        }
    })
    .await;
    for (body, shown) in bodies.iter().zip(&filed) {
        let (title, description) = words(desk.admin(), number(shown)).await;
        assert_eq!((title.as_str(), &description), (FILED, &kept(&format!("{FILED}\n{body}"))));
        reads(shown, &excerpt(&description), "the card of what was filed");
    }
}

/// What a card shows of a description: its beginning, with an ellipsis where there is more.
fn excerpt(description: &str) -> String {
    let whole = description.chars().count() <= 280;
    let beginning: String = description.chars().take(280).collect();
    seen(&if whole { beginning } else { format!("{beginning}…") })
}

/// Titles and descriptions of the dialog, and titles that are put right afterwards.
async fn by_slack_dialog(desk: &Desk, ana: &Slack, strings: &[String], bodies: &[String]) {
    ana.ticket("").await.expect(200);
    let dialog = Dialog::newest(&desk.outbox_since(0).await);
    let titles = packed(strings, " · ", IN_TITLE);
    let sent = titles.into_iter().zip(bodies.iter().cloned());
    let numbers = each(sent, |(title, body)| {
        let (ana, dialog) = (ana.clone(), dialog.again());
        async move {
            let entered = [("title", json!(title)), ("description", json!(body))];
            let shown = in_slack(&ana.send(&dialog, &entered).await.expect(200));
            reads_title(&shown, &seen_title(&title), "the card of what was filed");
            (number(&shown), title, body)
        }
    })
    .await;
    for (number, title, body) in &numbers {
        let stored = words(desk.admin(), *number).await;
        assert_eq!(stored, (kept_title(title), kept(body)));
    }
    let titles = packed(strings, " · ", IN_LONG_TITLE);
    let shares = titles.chunks(titles.len().div_ceil(AT_ONCE)).map(<[String]>::to_vec);
    let shares = numbers.iter().map(|(number, _, _)| *number).zip(shares);
    each(shares, |(number, titles)| retitled(desk.admin(), ana.clone(), number, titles)).await;
}

/// The dialog in which a ticket is put right, again and again.
async fn retitled(admin: Person, ana: Slack, number: u64, titles: Vec<String>) {
    for title in titles {
        let edit = Dialog::about("ticket.edit", number, &["title"]);
        let answer = ana.send(&edit, &[("title", json!(title))]).await.expect(200);
        reads_title(&in_slack(&answer), &seen_title(&title), "the card of what was put right");
        assert_eq!(admin.ticket(number).await["title"], json!(kept_title(&title)));
    }
}

/// A ticket that was asked in a channel, and what its requester adds in the thread.
async fn in_slack_thread(desk: &Desk, ana: &Slack, bodies: &[String]) -> u64 {
    let thread = "1700000000.000100";
    ana.mention("the lift is stuck", thread, None).await.expect(200);
    let n = desk.tickets().await[0]["number"].as_u64().expect("a number");
    for (nth, body) in bodies.iter().enumerate() {
        let ts = format!("17000001{nth:02}.000100");
        ana.say(&ana.says("C0GENERAL", &ts, Some(thread), &typed(body))).await.expect(200);
    }
    let said = messages(&desk.admin(), n).await;
    assert_eq!(said.len(), bodies.len() + 1);
    for (said, body) in said[1..].iter().zip(bodies) {
        assert_eq!(said, &kept(body));
    }
    n
}

/// An agent answers by REST, which takes every word as it is, and no NUL.
async fn answered(agent: &Person, number: u64, bodies: &[String]) {
    let path = format!("/v1/tickets/{number}/messages");
    agent.post(&path, json!({ "body": "nothing\0here" })).await.problem(422, Some("body"));
    for body in bodies {
        let answer = agent.post(&path, json!({ "body": kept(body) })).await;
        assert_eq!(answer.expect(201)["body"], json!(kept(body)));
    }
}

#[tokio::test]
async fn whatever_people_write_in_discord_arrives_as_they_wrote_it() {
    let Some(strings) = strings() else { return };
    let desk = Desk::start().await;
    // Beside no text channel answers come as direct messages: a thread for each ticket says no more.
    let (ana, ben) = (desk.discord("115590097100865541"), desk.discord("225590097100865542"));
    let agent = hire(&desk, BEN, json!({ "name": "Ben", "discord": ben.account() })).await;
    let bodies = packed(&strings, "\n", IN_MESSAGE);
    let titles = packed(&strings, " · ", IN_TITLE);

    let (first, rest) = titles.split_at(bodies.len());
    let n = by_discord(&desk, &ana, first, &bodies).await;
    in_discord_dialog(&desk, &ana, n, &bodies).await;
    desk.settle().await;
    let before = desk.outbox_end().await;
    answered(&agent, n, &bodies).await;
    desk.settle().await;
    let texts = said_to(&desk.outbox_since(before).await, "discord", in_discord);
    for body in &bodies {
        reads(&texts, &seen(&kept(body)), "an agent's answer in Discord");
    }
    calls_fit(&desk).await;
    // What these lead to is known by now: nobody waits for it.
    by_discord(&desk, &ana, rest, &bodies).await;
}

/// What Discord's door keeps of a title: its first 150 characters, with an ellipsis where there are more.
fn first_of(title: &str) -> String {
    let first: String = title.chars().take(150).collect();
    if first.len() < title.len() { first + "…" } else { first }
}

/// What a card in Discord shows of a description: twenty lines of its beginning.
fn lines_of(excerpt: &str) -> String {
    let mut lines: Vec<&str> = excerpt.split('\n').take(20).collect();
    if excerpt.split('\n').nth(20).is_some() {
        lines.push("…");
    }
    lines.join("\n")
}

/// Titles and descriptions, every other one by the dialog.
async fn by_discord(desk: &Desk, ana: &Discord, titles: &[String], bodies: &[String]) -> u64 {
    let modal = ana.ticket("open", &[]).await.expect(200);
    let sent = titles.iter().zip(bodies.iter().cycle());
    let sent = sent.map(|(title, body)| (title.clone(), body.clone())).enumerate();
    let numbers = each(sent, |(nth, (title, body))| {
        let (ana, modal) = (ana.clone(), modal.clone());
        async move {
            let answer = match nth % 2 {
                0 => ana.ticket("open", &[("title", &title), ("description", &body)]).await,
                _ => filled(&ana, &modal, &title, &body).await,
            };
            let shown = in_discord(&answer.expect(200));
            reads_title(&shown, &seen_title(&title), "the card of what was filed");
            reads(&shown, &lines_of(&excerpt(&kept(&body))), "the card of what was filed");
            (number(&shown), title, body)
        }
    })
    .await;
    let listed = desk.tickets().await;
    for (number, title, _) in &numbers {
        let ticket =
            listed.iter().find(|ticket| ticket["number"] == *number).expect("it is listed");
        assert_eq!(ticket["title"], json!(first_of(&kept_title(title))));
    }
    for (number, _, body) in numbers.iter().take(bodies.len()) {
        assert_eq!(messages(&desk.admin(), *number).await[0], kept(body));
    }
    numbers[0].0
}

async fn filled(ana: &Discord, modal: &Value, title: &str, body: &str) -> Answer {
    let entered = [("title", Filled::Text(title)), ("description", Filled::Text(body))];
    ana.submit(modal, &entered).await
}

async fn in_discord_dialog(desk: &Desk, ana: &Discord, number: u64, bodies: &[String]) {
    let modal = ana.press(&format!("t:reply:{number}")).await.expect(200);
    for body in bodies {
        ana.submit(&modal, &[("text", Filled::Text(body))]).await.expect(200);
    }
    let said = messages(&desk.admin(), number).await;
    assert_eq!(said.len(), bodies.len() + 1);
    for (said, body) in said[1..].iter().zip(bodies) {
        assert_eq!(said, &kept(body));
    }
}
