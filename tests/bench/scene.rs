//! What the functions are asked to do here: for each the event its trigger typically sends, over a desk
//! that knows the people in it.

use desk::person::Identity;
use desk::{Number, Priority};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::people::Introduction;

use crate::harness::signed::{discord_event, event, slack_event, stream_of_mail_to};
use crate::harness::{Answered, Aws, SUPPORT, fresh, letter, wall};

/// Who asks, by REST and by mail.
const KOFI: &str = "kofi@example.org";
/// Who asks for what is opened beside the functions.
const ANA: &str = "ana@example.org";
/// Half of the two hours an urgent ticket has are spent, and the first warning is due: the next is
/// not before three quarters.
const FIRST_WARNING: SignedDuration = SignedDuration::from_mins(62);

/// Something a function is asked to do.
pub enum Act {
    /// An event for this function.
    Event(&'static str, Value),
    /// A call of the REST API.
    Rest(&'static str, String, Option<Value>),
}

impl Act {
    /// Does it. It must succeed: a refusal is no figure.
    pub async fn run(&self, aws: &Aws) -> Value {
        match self {
            Act::Event(function, event) => succeeded(function, aws.invoke(function, event).await),
            Act::Rest(method, path, body) => {
                let (status, answer) = aws.rest(method, path, body.as_ref()).await;
                assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
                answer
            }
        }
    }
}

/// The answer of a function that did what it was asked.
pub fn succeeded(function: &str, answered: Answered) -> Value {
    let answer = answered.unwrap_or_else(|why| panic!("{function} failed: {why:?}"));
    let said = answer["body"].as_str().unwrap_or("#");
    let status = answer["statusCode"].as_u64().unwrap_or(200);
    // Chat is told of a refusal with status 200; a ticket has a number.
    assert!(status == 200 && said.contains('#'), "{function} answered {answer}");
    answer
}

/// A desk on which what [`Aws::open`] opens has its first warning due, and whose requesters are known
/// at every door.
pub async fn start() -> Aws {
    let aws = Aws::start_at(wall() - FIRST_WARNING).await;
    let slack = Identity::Slack { team: "T0BELLHOP".into(), user: "U0KOFI".into() };
    let discord = Identity::Discord { user: "53908232506183680".into() };
    for identity in [slack, discord] {
        let person = Introduction { identity, name: Some("Kofi".into()), email: None, phone: None };
        aws.store.welcome(&person).await.expect("a person");
    }
    for email in [KOFI, ANA] {
        aws.store.welcome(&Introduction::by_email(email, None)).await.expect("a person");
    }
    aws
}

/// What a function is typically asked to do. Each time it is something else, and writes.
pub async fn typical(aws: &Aws, function: &'static str) -> Act {
    match function {
        "slack" => ticket_by_slack(),
        "discord" => ticket_by_discord(),
        "mail" => ticket_by_mail(aws).await,
        "escalate" => {
            aws.open("The lift is stuck", Priority::Urgent).await;
            minute("escalate")
        }
        "notify" => delivery(aws).await,
        _ => ticket_by_rest(),
    }
}

/// An agent files a ticket for somebody.
pub fn ticket_by_rest() -> Act {
    let body = json!({
        "title": "The badge reader at gate 3 is dark", "priority": "high",
        "description": "Since this morning. The guard lets people in by hand.",
        "requester": { "email": KOFI },
    });
    Act::Rest("POST", "/v1/tickets".into(), Some(body))
}

/// `/ticket …` in Slack.
pub fn ticket_by_slack() -> Act {
    Act::Event("slack", slash_command())
}

/// The event of `/ticket …` in Slack.
pub fn slash_command() -> Value {
    let trigger = "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let other = (trigger, format!("398738663015.47445629121.{:032x}", fresh()));
    slack_event("slack-command", &[other])
}

/// `/ticket open` in Discord.
pub fn ticket_by_discord() -> Act {
    let other = ("786008729715212338", (786_008_729_715_212_338 + fresh()).to_string());
    Act::Event("discord", discord_event("discord-command", &[other]))
}

/// A mail lies in the bucket, and SES rings.
pub async fn ticket_by_mail(aws: &Aws) -> Act {
    let id = format!("o3vrnil0e2ic28trm7dfhrc2v0clambda{:07}", fresh());
    let text = "The VPN drops every few minutes.\nIt began after the update.\n\nKofi";
    // One address may not flood the desk.
    let from = format!("kofi{}@example.org", fresh() % 50);
    let raw = letter(&from, SUPPORT, "VPN drops", text).into_bytes();
    aws.store.put_blob(&format!("inbox/{id}"), raw, "message/rfc822").await.expect("a put");
    let mut event = event("ses-receipt");
    event["Records"][0]["ses"]["mail"]["messageId"] = json!(id);
    Act::Event("mail", event)
}

/// The clock strikes.
pub fn minute(function: &'static str) -> Act {
    Act::Event(function, event("eventbridge-minute"))
}

/// One receipt waits in one lane, and the stream rings.
pub async fn delivery(aws: &Aws) -> Act {
    aws.open("The lift is stuck", Priority::Urgent).await;
    let ana = aws.store.meet(&Introduction::by_email(ANA, None)).await.expect("a person").0;
    Act::Event("notify", stream_of_mail_to(ana.id.as_str()))
}

/// A ticket somebody filed; its number.
pub async fn filed(aws: &Aws) -> Number {
    let ticket = ticket_by_rest().run(aws).await;
    Number(ticket["number"].as_u64().expect("a number"))
}
