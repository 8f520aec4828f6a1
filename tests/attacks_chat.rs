//! Attacks through the chat doors, A61 to A65 of the design, each by its name: strangers' workspaces, words
//! that would ping, people who do what is not theirs to do, requests that come again, and everything a
//! request carries made up. All of it arrives genuinely signed. A59 and A60, signatures themselves, are in
//! `signatures` and beside the verifier of `chat`.

use serde_json::{Value, json};

use crate::config_file::{at, config};
use crate::doors::hire;
use crate::harness::discord::Filled;
use crate::harness::shown::{MENTION, in_discord, in_notification, in_slack};
use crate::harness::{
    Answer, Desk, Dialog, Discord, Setup, Slack, TEAM, invariants, invariants_answering, traces,
    wall,
};
use crate::once::all_at_once;

const BEN: &str = "ben@example.com";
const TRIAGE: &str = "C0TRIAGE";
const GUILD: &str = "561884984214814744";
const CHANNEL: &str = "938391701561679903";
const APPLICATION: &str = "658822586720976907";
/// A ticket nobody has opened.
const NONE: u64 = 987_654;

/// Serves these workspaces and guilds and no others.
fn serve(desk: &Desk, workspace: &str, guild: &str) {
    let text = config(desk, &at(desk, &["export"]), "").fine();
    let lists = [("workspaces", workspace), ("guilds", guild)];
    let text = text.lines().map(|line| {
        let listed = lists.iter().find(|(name, _)| line.starts_with(&format!("{name} = ")));
        listed.map_or(line.to_owned(), |(name, id)| format!("{name} = [\"{id}\"]"))
    });
    let text = text.collect::<Vec<_>>().join("\n") + "\n";
    config(desk, &at(desk, &["apply", "-"]), &text).fine();
}

/// Everything that can be done in Slack without knowing the desk.
async fn everything_in_slack(who: &Slack) -> Vec<(&'static str, Answer)> {
    let said = who.says("C0GENERAL", "1700000000.000100", None, "let me in");
    let direct = who.says("D0STRANGER", "1700000001.000100", None, "let me in");
    let dialog = Dialog::made_up("ticket.new", &json!({}), &["title", "description"]);
    let entered = [("title", json!("let me in")), ("description", json!("let me in"))];
    vec![
        ("a command", who.ticket("let me in").await),
        ("an empty command", who.ticket("").await),
        ("a mention", who.mention("let me in", "1700000000.000100", None).await),
        ("words to the desk", who.say(&direct).await),
        ("an emoji", who.reacts("ticket", &said).await),
        ("the home tab", who.opens_home().await),
        ("a button", who.press("tkt.take", 1).await),
        ("a dialog", who.send(&dialog, &entered).await),
        ("a shortcut", who.shortcut_on("ticket.create", &said).await),
        ("another shortcut", who.shortcut("ticket.new").await),
    ]
}

/// The same in Discord.
async fn everything_in_discord(who: &Discord) -> Vec<(&'static str, Answer)> {
    let modal = modal("m:new::", &["title", "description"]);
    let filled = [("title", Filled::Text("let me in"))];
    vec![
        ("a command", who.ticket("open", &[("title", "let me in")]).await),
        ("a list", who.ticket("list", &[]).await),
        ("a button", who.press("t:take:1").await),
        ("a dialog", who.submit(&modal, &filled).await),
        ("a message's menu", who.on_message("Create ticket", "999", "let me in", &[]).await),
        ("a person's menu", who.on_user("Tickets of this person", "999").await),
    ]
}

#[tokio::test]
async fn a61_an_unknown_workspace_guild_or_application_is_refused_and_leaves_nothing() {
    let setup = Setup { discord_application: APPLICATION.into(), ..Setup::default() };
    let desk = Desk::start_with(setup).await;
    serve(&desk, "T0ANOTHER", "700000000000000001");
    let (slack, discord) = (desk.slack("U0STRANGER"), desk.discord("445590097100865544"));
    let before = desk.outbox_end().await;
    for (what, answer) in everything_in_slack(&slack).await {
        assert_eq!(answer.status, 403, "{what} of an unknown workspace: {}", answer.text);
    }
    for (what, answer) in everything_in_discord(&discord).await {
        assert_eq!(answer.status, 403, "{what} of an unknown guild: {}", answer.text);
    }
    assert_eq!(discord.suggestions("open", "form", "").await, Vec::<Value>::new());
    nothing_of_strangers(&desk, before).await;

    // The same people, once where they come from is served.
    serve(&desk, TEAM, GUILD);
    slack.ticket("let me in").await.expect(200);
    discord.ticket("open", &[("title", "let me in")]).await.expect(200);
    assert_eq!(desk.tickets().await.len(), 2);
    invariants(&desk).await;

    let other = Setup { discord_application: "700000000000000002".into(), ..Setup::default() };
    let desk = Desk::start_with(other).await;
    let (discord, before) = (desk.discord("445590097100865544"), desk.outbox_end().await);
    for (what, answer) in everything_in_discord(&discord).await {
        assert_eq!(answer.status, 403, "{what} of an unknown application: {}", answer.text);
    }
    nothing_of_strangers(&desk, before).await;
    invariants(&desk).await;
}

async fn nothing_of_strangers(desk: &Desk, before: u64) {
    desk.settle().await;
    assert_eq!(desk.tickets().await, Vec::<Value>::new());
    for door in ["slack", "discord"] {
        assert_eq!(desk.ledger(door).await, Vec::<Value>::new());
    }
    assert_eq!(desk.outbox_since(before).await, Vec::<Value>::new(), "nothing was said");
    let known = traces(desk, &["U0STRANGER", "445590097100865544", "let me in"]).await;
    assert_eq!(known, Vec::<String>::new(), "nothing is kept of them");
}

/// What would ping, or look like something else than it is, in one service or the other.
const PINGS: &str = "<!channel> <!subteam^S1> <@U1> <#C1> @everyone @here <@&1> ```x``` *b* [a](http://e) <http://e|x>";

#[tokio::test]
async fn a62_words_that_would_ping_are_words_wherever_they_are_mirrored() {
    let desk = Desk::start().await;
    let (ana, ben) = (desk.slack("U0ANA"), desk.slack("U0BEN"));
    let eve = desk.discord("115590097100865541");
    let agent = hire(&desk, BEN, json!({ "name": PINGS, "slack": ben.account() })).await;
    for (kind, channel) in [("slack", TRIAGE), ("discord", CHANNEL)] {
        let channel = json!({ "channel": format!("{kind}:{channel}") });
        desk.admin().patch("/v1/queues/support", channel).await.expect(200);
        let before = desk.outbox_end().await;
        let escaped = PINGS.replace('<', "&lt;").replace('>', "&gt;");
        ana.ticket(&escaped).await.expect(200);
        eve.ticket("open", &[("title", PINGS), ("description", PINGS)]).await.expect(200);
        for ticket in desk.tickets().await.iter().take(2) {
            let n = ticket["number"].as_u64().expect("a number");
            agent.act(n, "claim", json!({})).await.expect(200);
            let answer = json!({ "body": PINGS });
            agent.post(&format!("/v1/tickets/{n}/messages"), answer).await.expect(201);
        }
        desk.settle().await;
        mirrored(&desk.outbox_since(before).await);
    }
    invariants_answering(&desk, 2).await;
}

/// Every message shows the words as they stand; none of them can ping.
fn mirrored(outbox: &[Value]) {
    let bodies = |kind: &str| -> Vec<Value> {
        let of_kind = outbox.iter().filter(|item| item["kind"] == kind);
        of_kind
            .map(|item| item["body"].clone())
            .filter(|body| body.to_string().contains("everyone"))
            .collect()
    };
    let (slack, discord) = (bodies("slack"), bodies("discord"));
    assert!(slack.len() >= 2 && discord.len() >= 2, "{outbox:#?}");
    for body in slack {
        assert!(in_slack(&body).iter().any(|text| text.contains(PINGS)), "{body:#}");
        assert!(in_notification(&body).contains(PINGS), "{body:#}");
        assert!(!body["text"].as_str().unwrap_or_default().contains('<'), "{body:#}");
        assert!(!body.to_string().contains("mrkdwn\","), "{body:#}");
        assert_eq!((&body["parse"], &body["link_names"]), (&json!("none"), &json!(false)));
    }
    // The name of a thread is no message: it pings nobody.
    for body in discord.iter().filter(|body| body["name"].is_null()) {
        assert_eq!(body["allowed_mentions"], json!({ "parse": [] }), "{body:#}");
        let read = in_discord(body);
        assert!(read.iter().any(|text| text.contains(PINGS)), "{read:#?}");
        assert!(!MENTION.iter().any(|mention| read.concat().contains(mention)), "{read:#?}");
    }
}

/// Everything that is known of a desk's tickets.
async fn state(desk: &Desk) -> Value {
    desk.settle().await;
    let admin = desk.admin();
    let mut all = Vec::new();
    for ticket in desk.tickets().await {
        let n = &ticket["number"];
        let events = admin.all(&format!("/v1/tickets/{n}/events")).await;
        let messages = admin.all(&format!("/v1/tickets/{n}/messages")).await;
        all.push(json!([ticket, events, messages]));
    }
    json!(all)
}

/// What somebody was told of a ticket that is another's and of one there is not: the same.
#[track_caller]
fn tells_no_difference(what: &str, theirs: &str, none: &str, number: u64) {
    assert_eq!(theirs, none.replace(&NONE.to_string(), &number.to_string()), "{what} tells more");
    assert!(!theirs.contains("secret"), "{what} tells what is not theirs to know: {theirs}");
}

/// Ana's ticket, whose words nobody else may know, taken by Ben.
async fn of_ana(desk: &Desk, ana: &Slack, ben: &Slack) -> u64 {
    ana.ticket("my secret diagnosis").await.expect(200);
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    ben.press("tkt.take", n).await.expect(200);
    desk.settle().await;
    n
}

#[tokio::test]
async fn a63_whoever_is_no_agent_does_nothing_in_slack_to_what_is_not_theirs() {
    let desk = Desk::start().await;
    let (ana, ben, eve) = (desk.slack("U0ANA"), desk.slack("U0BEN"), desk.slack("U0EVE"));
    hire(&desk, BEN, json!({ "name": "Ben", "slack": ben.account() })).await;
    let n = of_ana(&desk, &ana, &ben).await;
    eve.ticket("my own").await.expect(200);
    let before = state(&desk).await;
    let end = desk.outbox_end().await;
    let commands = [
        "show",
        "sla",
        "claim",
        "close",
        "close # it is done",
        "assign # me",
        "assign # ben",
        "assign # nobody",
        "assign # <@U0BEN|ben>",
        "status # solved",
        "status # closed",
        "priority # urgent",
        "note # for agents",
        "reply # hello",
    ];
    for command in commands {
        let typed = |number: u64| match command.contains('#') {
            true => command.replace('#', &number.to_string()),
            false => format!("{command} {number}"),
        };
        let theirs = eve.ticket(&typed(n)).await.expect(200);
        let none = eve.ticket(&typed(NONE)).await.expect(200);
        assert_eq!(theirs["response_type"], "ephemeral", "{command}");
        tells_no_difference(command, &theirs.to_string(), &none.to_string(), n);
    }
    // Whoever asked is no agent, either.
    for command in
        ["claim", "assign # me", "priority # urgent", "note # for agents", "status # on hold"]
    {
        let typed = command.replace(" #", "").replacen(' ', &format!(" {n} "), 1);
        let typed = if typed.contains(' ') { typed } else { format!("{typed} {n}") };
        let answer = ana.ticket(&typed).await.expect(200);
        let said = in_slack(&answer).concat();
        assert!(said.contains("for agents of this desk"), "{typed}: {said}");
    }
    on_a_private_channels_message(&desk, &eve, &ana, n).await;
    assert_eq!(state(&desk).await, before, "nothing was done");
    let heard: Vec<Value> = desk.outbox_since(end).await;
    let to = |item: &Value| item["to"].as_str().unwrap_or_default().to_owned();
    let to: Vec<String> = heard.iter().map(to).collect();
    assert!(to.iter().all(|to| to == "U0EVE" || to.starts_with("trigger.")), "{to:?}");
    invariants_answering(&desk, 2).await;
}

/// The message of Ana's ticket, in a channel that is not everybody's: what its menu offers says nothing
/// of the ticket to whoever may not see it, and nothing in the channel.
async fn on_a_private_channels_message(desk: &Desk, eve: &Slack, ana: &Slack, n: u64) {
    let place = desk.outbox_since(0).await;
    let card = place.iter().find(|item| item["method"] == "chat.postMessage");
    let channel = card.and_then(|item| item["to"].as_str()).unwrap_or("G0PRIVATE").to_owned();
    for channel in [channel.as_str(), "G0PRIVATE"] {
        let said = ana.says(channel, "1700000000.000100", None, "for us alone");
        for shortcut in ["ticket.send_to_requester", "ticket.add", "ticket.create"] {
            let since = desk.outbox_end().await;
            eve.shortcut_on(shortcut, &said).await.expect(200);
            desk.settle().await;
            let told = json!(desk.outbox_since(since).await).to_string();
            assert!(!told.contains(&format!("#{n}")) && !told.contains("secret"), "{told}");
        }
    }
}

#[tokio::test]
async fn a63_the_message_of_somebodys_ticket_says_nothing_of_it_to_others() {
    let desk = Desk::start().await;
    let (ana, ben, eve) = (desk.slack("U0ANA"), desk.slack("U0BEN"), desk.slack("U0EVE"));
    hire(&desk, BEN, json!({ "name": "Ben", "slack": ben.account() })).await;
    let asked = ana.says("G0PRIVATE", "1700000000.000100", None, "my secret diagnosis");
    ana.say(&asked).await.expect(200);
    ana.reacts("ticket", &asked).await.expect(200);
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    desk.settle().await;
    let before = state(&desk).await;
    for (who, may) in [(&eve, false), (&ana, true), (&ben, true)] {
        let since = desk.outbox_end().await;
        who.shortcut_on("ticket.send_to_requester", &asked).await.expect(200);
        let told = json!(desk.outbox_since(since).await).to_string();
        assert_eq!(told.contains(&format!("#{n}")), may, "{told}");
    }
    for emoji in ["eyes", "white_check_mark"] {
        eve.reacts(emoji, &asked).await.expect(200);
    }
    assert_eq!(state(&desk).await, before);
    invariants(&desk).await;
}

#[tokio::test]
async fn a63_whoever_is_no_agent_does_nothing_in_discord_to_what_is_not_theirs() {
    let desk = Desk::start().await;
    let (ana, eve) = (desk.discord("115590097100865541"), desk.discord("445590097100865544"));
    let ben = desk.discord("225590097100865542");
    hire(&desk, BEN, json!({ "name": "Ben", "discord": ben.account() })).await;
    ana.ticket("open", &[("title", "my secret diagnosis")]).await.expect(200);
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    eve.ticket("open", &[("title", "my own")]).await.expect(200);
    let before = state(&desk).await;
    let commands: [(&str, &[(&str, &str)]); 14] = [
        ("show", &[]),
        ("sla", &[]),
        ("claim", &[]),
        ("close", &[]),
        ("close", &[("reason", "done")]),
        ("assign", &[("agent", "me")]),
        ("assign", &[("agent", "225590097100865542")]),
        ("assign", &[("agent", "nobody")]),
        ("status", &[("to", "solved")]),
        ("priority", &[("to", "urgent")]),
        ("note", &[("message", "for agents")]),
        ("reply", &[("message", "hello")]),
        ("transcript", &[]),
        ("rate", &[]),
    ];
    for (sub, options) in commands {
        let mut told = Vec::new();
        for number in [n, NONE] {
            let named = number.to_string();
            let options = [&[("ticket", named.as_str())], options].concat();
            told.push(eve.ticket(sub, &options).await.expect(200));
        }
        let seen = told[0]["data"]["flags"].as_u64().unwrap_or_default() & 64 == 64;
        assert!(seen || told[0]["type"] == 9, "{sub} is answered to eve alone: {}", told[0]);
        tells_no_difference(sub, &told[0].to_string(), &told[1].to_string(), n);
    }
    for view in ["unassigned", "breach"] {
        let answer = eve.ticket("list", &[("view", view)]).await;
        assert!(answer.text.contains("for agents"), "{}", answer.text);
    }
    assert_eq!(eve.suggestions("show", "ticket", "secret").await, Vec::<Value>::new());
    let menu = eve.on_user("Tickets of this person", "115590097100865541").await;
    assert!(menu.text.contains("for agents"), "{}", menu.text);
    let adding = eve.on_message("Add to ticket", "115590097100865541", "hm", &[]).await;
    assert!(!adding.text.contains("secret"), "{}", adding.text);
    assert_eq!(state(&desk).await, before, "nothing was done");
    invariants(&desk).await;
}

#[tokio::test]
async fn a64_a_captured_request_counts_once_and_after_five_minutes_no_more() {
    let desk = Desk::start().await;
    let ana = desk.slack("U0ANA");
    let command = ana.command_body("the safe is open", "trigger.captured").into_bytes();
    let event = json!({
        "type": "event_callback", "team_id": TEAM, "event_id": "Ev0CAPTURED", "event_time": 1,
        "event": { "type": "app_mention", "user": "U0ANA", "channel": "C0GENERAL",
            "ts": "1700000000.000100", "text": "<@UBELLHOP> the roof leaks" },
    });
    let captured =
        [("/slack/commands", command), ("/slack/events", event.to_string().into_bytes())];
    for (nth, (path, body)) in captured.iter().enumerate() {
        let old = at_time(&ana, path, body, 301).await;
        assert_eq!(old.status, 401, "{path}: {}", old.text);
        assert_eq!(desk.tickets().await.len(), nth, "{path} came too late");
        for seconds in [0, 120, 240] {
            at_time(&ana, path, body, seconds).await.expect(200);
        }
        desk.settle().await;
        assert_eq!(desk.tickets().await.len(), nth + 1, "{path} came three times in time");
        assert_eq!(at_time(&ana, path, body, 301).await.status, 401, "{path}");
    }
    invariants(&desk).await;
}

/// The request as Slack signed it so many seconds ago.
async fn at_time(who: &Slack, path: &str, body: &[u8], seconds: i64) -> Answer {
    let then = wall().as_second() - seconds;
    let signature = chat::slack::signature::sign(&Setup::default().slack_secret, then, body);
    let request = who.unsigned(path, body.to_vec()).header("x-slack-request-timestamp", then);
    Answer::to(request.header("x-slack-signature", signature)).await.expect("an answer")
}

#[tokio::test]
async fn a64_the_same_slack_event_five_times_at_once_is_one_ticket() {
    let desk = Desk::start().await;
    let ana = desk.slack("U0ANA");
    let deliver = |retry| {
        let ana = ana.clone();
        async move {
            ana.mention_by("the roof leaks", "1700000000.000100", None, "Ev0ROOF", retry).await
        }
    };
    all_at_once((0..5).map(deliver)).await;
    desk.settle().await;
    desk.only_ticket().await;
    deliver(5).await.expect(200);
    desk.settle().await;
    desk.only_ticket().await;
    invariants(&desk).await;
}

/// A modal nobody was shown, with these inputs.
fn modal(custom_id: &str, inputs: &[&str]) -> Value {
    let input = |id: &&str| json!({ "type": 18, "component": { "type": 4, "custom_id": id } });
    let components: Vec<Value> = inputs.iter().map(input).collect();
    json!({ "type": 9, "data": { "custom_id": custom_id, "components": components } })
}

/// Every dialog of Slack's that names a ticket, with what would be sent with it.
fn dialogs(number: u64) -> Vec<(Dialog, Vec<(&'static str, Value)>)> {
    let about =
        json!({ "v": 1, "t": number, "rev": 1, "chosen": "5", "staff": true, "then": "solve" });
    let words = ("body", json!("made up"));
    let later = wall().as_second() + 1_000_000;
    let rows: Vec<(&str, Vec<(&'static str, Value)>)> = vec![
        ("ticket.edit", vec![("title", json!("mine now")), words.clone()]),
        ("ticket.add", vec![("number", json!(number.to_string())), words.clone()]),
        ("ticket.add", vec![("ticket", json!(number.to_string())), words.clone()]),
        ("ticket.reply", vec![words.clone()]),
        ("ticket.reply", vec![("mode", json!("reply")), ("next", json!("solve")), words.clone()]),
        ("ticket.reply", vec![("mode", json!("note")), words.clone()]),
        ("ticket.send", vec![("body0", json!("made up"))]),
        ("ticket.note", vec![words.clone()]),
        ("ticket.close", vec![words.clone()]),
        ("ticket.rate", vec![words.clone()]),
        ("ticket.assign", vec![("who", json!("U0BEN"))]),
        ("ticket.assign", vec![("who", json!("U0EVE"))]),
        ("ticket.extend", vec![("due", json!(later)), words]),
    ];
    let made = rows.into_iter().map(|(callback, entered)| {
        let inputs: Vec<&str> = entered.iter().map(|(block, _)| *block).collect();
        (Dialog::made_up(callback, &about, &inputs), entered)
    });
    made.collect()
}

/// The buttons of a card.
const BUTTONS: [&str; 15] = [
    "take",
    "confirm",
    "decline",
    "propose",
    "reply",
    "note",
    "reopen",
    "rate1",
    "rate2",
    "rate3",
    "rate4",
    "rate5",
    "acknowledge",
    "reassign",
    "extend",
];

#[tokio::test]
async fn a65_what_a_request_of_slacks_carries_opens_nobody_elses_ticket() {
    let desk = Desk::start().await;
    let (ana, ben, eve) = (desk.slack("U0ANA"), desk.slack("U0BEN"), desk.slack("U0EVE"));
    hire(&desk, BEN, json!({ "name": "Ben", "role": "lead", "slack": ben.account() })).await;
    let n = of_ana(&desk, &ana, &ben).await;
    eve.ticket("my own").await.expect(200);
    for step in ["claim", "propose", "confirm"] {
        match step {
            "propose" => ben.press("tkt.propose", n).await.expect(200),
            "confirm" => ana.press("tkt.confirm", n).await.expect(200),
            _ => Value::Null,
        };
        let before = state(&desk).await;
        let verbs = BUTTONS.iter().map(|verb| format!("tkt.{verb}"));
        for action in verbs.chain(["tkt.edit".into(), "home.view".into()]) {
            let mut told = Vec::new();
            for number in [n, NONE] {
                let since = desk.outbox_end().await;
                eve.press(&action, number).await.expect(200);
                told.push(shown_since(&desk, since).await);
            }
            tells_no_difference(&format!("{action} when {step}"), &told[0], &told[1], n);
        }
        for ((theirs, entered), (none, _)) in dialogs(n).into_iter().zip(dialogs(NONE)) {
            let what = format!("{} when {step}", theirs.view["callback_id"]);
            let theirs = eve.send(&theirs, &entered).await.expect(200);
            let mut named = entered;
            for (block, value) in &mut named {
                if ["number", "ticket"].contains(block) {
                    *value = json!(NONE.to_string());
                }
            }
            let none = eve.send(&none, &named).await.expect(200);
            tells_no_difference(&what, &theirs.to_string(), &none.to_string(), n);
        }
        assert_eq!(state(&desk).await, before, "nothing was done");
    }
    asked_again(&desk, &ana, &eve, n).await;
    // Each button, twice, three times over: "there is no such ticket".
    invariants_answering(&desk, 2 * 3 * BUTTONS.len()).await;
}

/// What left since, without what differs each time.
async fn shown_since(desk: &Desk, since: u64) -> String {
    desk.settle().await;
    let outbox = desk.outbox_since(since).await;
    let shown = outbox.iter().map(|item| {
        let body = &item["body"];
        json!([item["method"], body["view"], body["text"], body["blocks"], body["user_id"]])
    });
    json!(shown.collect::<Vec<_>>()).to_string()
}

/// What made somebody's request theirs shows nobody else what came of it; a question is not answered
/// in somebody else's place.
async fn asked_again(desk: &Desk, ana: &Slack, eve: &Slack, n: u64) {
    ana.ticket_by("another secret", "trigger.theirs").await.expect(200);
    let answer = eve.ticket_by("whatever", "trigger.theirs").await;
    assert!(!answer.text.contains("secret"), "{}", answer.text);
    ana.ticket("").await.expect(200);
    let dialog = Dialog::newest(&desk.outbox_since(0).await);
    ana.send(&dialog, &[("title", json!("a third secret"))]).await.expect(200);
    let answer = eve.send(&dialog, &[("title", json!("whatever"))]).await;
    assert!(!answer.text.contains("secret"), "{}", answer.text);

    let before = state(desk).await;
    let quoted = json!([{ "type": "section", "text": { "text": "?" } }, { "type": "section", "text": { "text": "made up" } }]);
    let message = json!({ "ts": "1.1", "channel": "D0EVE", "blocks": quoted });
    eve.press_in(&message, "dm:1.2:", "dm.pick", &n.to_string()).await.expect(200);
    let next = json!({ "f": "q:support", "a": {} }).to_string();
    for (action, value) in
        [("home.filter", "q:support"), ("home.next", &next), ("home.first", "mine")]
    {
        let since = desk.outbox_end().await;
        eve.press_at_home(action, value).await.expect(200);
        let told = shown_since(desk, since).await;
        assert!(!told.contains("secret"), "{action}: {told}");
    }
    assert_eq!(state(desk).await, before, "nothing was done");
}

#[tokio::test]
async fn a65_what_a_request_of_discords_carries_opens_nobody_elses_ticket() {
    let desk = Desk::start().await;
    let (ana, eve) = (desk.discord("115590097100865541"), desk.discord("445590097100865544"));
    let ben = desk.discord("225590097100865542");
    let lead = json!({ "name": "Ben", "role": "lead", "discord": ben.account() });
    hire(&desk, BEN, lead).await;
    ana.ticket("open", &[("title", "my secret diagnosis")]).await.expect(200);
    let n = desk.only_ticket().await["number"].as_u64().expect("a number");
    eve.ticket("open", &[("title", "my own")]).await.expect(200);
    for step in ["t:take", "t:propose", "t:confirm"] {
        let who = if step == "t:confirm" { &ana } else { &ben };
        who.press_and_say(&format!("{step}:{n}"), "As it is.").await.expect(200);
        let before = state(&desk).await;
        let pressed =
            BUTTONS.iter().flat_map(|verb| [format!("t:{verb}:#:1"), format!("t:{verb}:#")]);
        for id in pressed.chain(["t:show:#".into(), "c:#:5".into(), "l:of-#:1".into()]) {
            let told = both(&id, n, async |id| eve.press(&id).await).await;
            let what = format!("{id} after {step}");
            tells_no_difference(&what, &told[0], &told[1], n);
            assert!(!told[0].contains(BEN), "{what} tells who works here: {}", told[0]);
        }
        let dialogs = BUTTONS.iter().map(|verb| format!("m:{verb}:#:1"));
        for id in dialogs.chain(["m:rate:#:5".into(), "m:rate:#:0".into()]) {
            let told = both(&id, n, async |id| {
                let inputs = ["text", "to", "score"];
                let filled = [
                    ("text", Filled::Text("made up")),
                    ("to", Filled::Text("me")),
                    ("score", Filled::Text("5")),
                ];
                eve.submit(&modal(&id, &inputs), &filled).await
            })
            .await;
            tells_no_difference(&format!("{id} after {step}"), &told[0], &told[1], n);
        }
        assert_eq!(state(&desk).await, before, "nothing was done");
    }
    let id = "938421734825149999";
    ana.ticket_by("open", &[("title", "another secret")], id).await.expect(200);
    let answer = eve.ticket_by("open", &[("title", "whatever")], id).await;
    assert!(!answer.text.contains("secret"), "{}", answer.text);
    invariants(&desk).await;
}

/// What is answered of this ticket and of one there is not.
async fn both(id: &str, number: u64, asking: impl AsyncFn(String) -> Answer) -> Vec<String> {
    let mut told = Vec::new();
    for number in [number, NONE] {
        let answer = asking(id.replace('#', &number.to_string())).await;
        assert!([200, 400].contains(&answer.status), "{id}: {}", answer.text);
        told.push(answer.text);
    }
    told
}
