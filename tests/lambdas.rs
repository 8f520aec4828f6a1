//! The functions as Lambdas: each binary by itself, handed the events its trigger sends, over engines
//! on loopback ports. One event a trigger lies in `events/`; what AWS itself documents as samples is
//! taken or refused with a typed error by every one of them.

use desk::Priority;
use jiff::SignedDuration;
use local::outbox::Kind;
use serde_json::{Value, json};

use crate::harness::signed::{body, discord_event, event, slack_event, stream_of_mail_to};
use crate::harness::{Aws, FUNCTIONS, Failure, corpus_folder, discord_key, http, wall};

#[test]
fn the_signatures_in_the_events_are_genuine() {
    let secret = crate::harness::Setup::default().slack_secret;
    for name in ["slack-command", "slack-event", "slack-interaction"] {
        let event = event(name);
        let header = |name: &str| event["headers"][name].as_str().unwrap_or_default().to_owned();
        let at = header("x-slack-request-timestamp").parse().expect("seconds");
        let genuine = chat::slack::signature::sign(&secret, at, &body(&event));
        assert_eq!(header("x-slack-signature"), genuine, "{name}");
    }
    for name in ["discord-command", "discord-ping"] {
        let event = event(name);
        let header = |name: &str| event["headers"][name].as_str().unwrap_or_default().to_owned();
        let genuine = discord_key().sign(&header("x-signature-timestamp"), &body(&event));
        assert_eq!(header("x-signature-ed25519"), genuine, "{name}");
    }
}

#[tokio::test]
async fn rest_by_api_gateway_with_and_without_base64() {
    let aws = Aws::start().await;
    for name in ["api-gateway-create", "api-gateway-create-base64"] {
        let answer = aws.invoke("api", &event(name)).await.expect("an HTTP answer");
        let (status, ticket) = http(&answer);
        assert_eq!(status, 201, "{name}: {answer}");
        assert_eq!(ticket["priority"], "high");
        assert!(ticket["description"].as_str().unwrap_or_default().contains("Größe"), "{ticket}");
        let location = answer["headers"]["location"].as_str().unwrap_or_default().to_owned();
        let (status, again) = aws.rest("GET", &location, None).await;
        assert_eq!((status, &again["title"]), (200, &ticket["title"]));
    }
    let (status, health) = aws.rest("GET", "/healthz", None).await;
    assert_eq!((status, health), (200, json!({ "status": "ok" })));
    let mut foreign = event("api-gateway-create");
    foreign["headers"]["authorization"] = json!("Bearer no");
    let answer = aws.invoke("api", &foreign).await.expect("an HTTP answer");
    assert_eq!(http(&answer).0, 401);
}

#[tokio::test]
async fn slack_by_api_gateway() {
    let aws = Aws::start().await;
    // Before the first request: a function reads the configuration every 30 seconds.
    let member = json!({ "email": "u0admin@example.com", "role": "agent" });
    assert_eq!(aws.rest("POST", "/v1/members", Some(&member)).await.0, 201);
    let answer = aws.invoke("slack", &slack_event("slack-command", &[])).await.expect("an answer");
    let (status, said) = http(&answer);
    assert_eq!((status, &said["response_type"]), (200, &json!("ephemeral")), "{answer}");
    assert!(said.to_string().contains("#1"), "{said}");
    let answer = aws.invoke("slack", &slack_event("slack-event", &[])).await.expect("an answer");
    assert_eq!(http(&answer), (200, json!({})));
    let (_, tickets) = aws.rest("GET", "/v1/tickets", None).await;
    let titles: Vec<&str> = tickets["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|t| t["title"].as_str())
        .collect();
    assert_eq!(titles, ["the tap in room 12 drips", "the badge reader at gate 3 is dark"]);

    let answer =
        aws.invoke("slack", &slack_event("slack-interaction", &[])).await.expect("an answer");
    assert_eq!(http(&answer).0, 200, "{answer}");
    let (_, first) = aws.rest("GET", "/v1/tickets/1", None).await;
    assert_eq!(first["status"], "in_progress", "{first}");

    let stale = aws.invoke("slack", &event("slack-command")).await.expect("an answer");
    assert_eq!(http(&stale).0, 401, "an old signature is none");
}

#[tokio::test]
async fn discord_by_api_gateway() {
    let aws = Aws::start().await;
    let answer =
        aws.invoke("discord", &discord_event("discord-ping", &[])).await.expect("an answer");
    assert_eq!(http(&answer), (200, json!({ "type": 1 })));
    let answer =
        aws.invoke("discord", &discord_event("discord-command", &[])).await.expect("an answer");
    let (status, said) = http(&answer);
    assert_eq!((status, &said["type"]), (200, &json!(4)), "{answer}");
    let (_, ticket) = aws.rest("GET", "/v1/tickets/1", None).await;
    assert_eq!(ticket["title"], "no light in the stairwell");
    assert_eq!(ticket["channel"], "discord");
    let mut forged = discord_event("discord-command", &[]);
    forged["headers"]["x-signature-timestamp"] = json!("1795424401");
    let answer = aws.invoke("discord", &forged).await.expect("an answer");
    assert_eq!(http(&answer).0, 401);
}

#[tokio::test]
async fn mail_by_ses_by_the_bucket_and_by_the_sweep() {
    let aws = Aws::start().await;
    let raw = |subject: &str| {
        crate::harness::letter("kofi@example.org", "support@example.com", subject, "Help, please.")
    };
    let put = async |key: &str, subject: &str| {
        let bytes = raw(subject).into_bytes();
        aws.store.put_blob(&format!("inbox/{key}"), bytes, "message/rfc822").await.expect("a put");
    };
    put("o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1", "VPN drops").await;
    aws.invoke("mail", &event("ses-receipt")).await.expect("taken in");
    // SES may ring twice, and nothing lies there any more.
    aws.invoke("mail", &event("ses-receipt")).await.expect("taken in before");
    put("d2k5r0q8h3n1f7b4v6s9t0m2p5c8x1z3", "Second").await;
    aws.invoke("mail", &event("s3-put")).await.expect("taken in");
    put("never-announced", "Third").await;
    put("AMAZON_SES_SETUP_NOTIFICATION", "Amazon SES Setup Notification").await;
    aws.invoke("mail", &event("eventbridge-sweep")).await.expect("swept");
    let (_, ledger) = aws.rest("GET", "/v1/inbound?door=email", None).await;
    let lines = ledger["items"].as_array().expect("items");
    let seen: Vec<_> = lines.iter().map(|l| (&l["subject"], &l["outcome"])).collect();
    let ticket = json!("ticket");
    let subjects = [json!("VPN drops"), json!("Second"), json!("Third")];
    assert_eq!(seen, subjects.iter().map(|s| (s, &ticket)).collect::<Vec<_>>(), "{ledger:#}");
    assert!(aws.store.blobs("inbox/").await.expect("a list").is_empty());
}

/// A mail SES vouches for belongs to its sender's ticket by its subject alone, and whoever is in copy
/// follows it; one that merely says so of itself gives nobody anything.
#[tokio::test]
async fn whom_ses_vouches_for_is_believed() {
    let aws = Aws::start().await;
    let vouched = "Authentication-Results: amazonses.com;\r\n spf=pass (spfCheck: x) client-ip=1.2.3.4;\r\n \
                   envelope-from=kofi@example.org; helo=mail.example.org;\r\n dkim=pass header.i=@example.org;\r\n \
                   dmarc=pass header.from=example.org;\r\n";
    let claimed =
        "Authentication-Results: kofi.example.org; dmarc=pass header.from=example.org\r\n";
    for (n, (top, subject)) in
        [(vouched, "The till"), (vouched, "Again [#1]"), (claimed, "Again [#1]")]
            .into_iter()
            .enumerate()
    {
        let letter =
            crate::harness::letter("kofi@example.org", "support@example.com", subject, "Hi.");
        let raw = format!("{top}Cc: Ama <ama@example.net>\r\n{letter}").into_bytes();
        let key = format!("inbox/mail{n}");
        aws.store.put_blob(&key, raw, "message/rfc822").await.expect("a put");
        aws.invoke("mail", &event("eventbridge-sweep")).await.expect("swept");
    }
    let (_, ledger) = aws.rest("GET", "/v1/inbound?door=email", None).await;
    let lines = ledger["items"].as_array().expect("items");
    let seen: Vec<_> = lines.iter().map(|l| (l["outcome"].clone(), l["number"].clone())).collect();
    let expected = [("ticket", 1), ("message", 1), ("ticket", 2)];
    assert_eq!(seen, expected.map(|(outcome, n)| (json!(outcome), json!(n))), "{ledger:#}");
    let (_, believed) = aws.rest("GET", "/v1/tickets/1", None).await;
    let (_, other) = aws.rest("GET", "/v1/tickets/2", None).await;
    assert_eq!(believed["followers"].as_array().map(Vec::len), Some(1), "{believed:#}");
    assert_eq!(other["followers"], json!([]), "{other:#}");
}

#[tokio::test]
async fn the_stream_rings_for_what_is_owed() {
    let aws = Aws::start().await;
    let urgent = json!({ "title": "The lift is stuck", "priority": "urgent",
        "requester": { "email": "ana@example.org" } });
    let (status, ticket) = aws.rest("POST", "/v1/tickets", Some(&urgent)).await;
    assert_eq!(status, 201, "{ticket}");
    let requester = ticket["requester"]["id"].as_str().expect("an id");

    // The stream rings for the lane of whoever asked; their receipt goes out by SES.
    aws.invoke("notify", &stream_of_mail_to(requester)).await.expect("rung");
    let mails = aws.outbox.since(0);
    let to: Vec<&str> = mails.iter().map(|item| item.to.as_str()).collect();
    assert_eq!(to, ["ana@example.org"], "this lane and no other");
    // Entries owe nobody anything by themselves.
    aws.invoke("notify", &event("dynamodb-stream-entry")).await.expect("nothing to do");
    assert_eq!(aws.outbox.since(0).len(), 1);
}

#[tokio::test]
async fn the_minute_raises_what_is_due_and_sends_what_is_late() {
    let aws = Aws::start_at(wall() - SignedDuration::from_hours(240)).await;
    let number = aws.open("The lift is stuck", Priority::Urgent).await.0;
    aws.invoke("escalate", &event("eventbridge-minute")).await.expect("ticked");
    let events = aws.rest("GET", &format!("/v1/tickets/{number}/events"), None).await.1;
    let items = events["items"].as_array().expect("items");
    let raised = items.iter().filter(|event| event["type"] == "alarm_raised").count();
    assert!(raised >= 4, "warning, breach, manager and head: {events:#}");
    aws.invoke("escalate", &event("eventbridge-minute")).await.expect("nothing more is due");
    let again = aws.rest("GET", &format!("/v1/tickets/{number}/events"), None).await.1;
    assert_eq!(again, events);
    // What no bell announced for a minute, the minute sends.
    aws.invoke("notify", &event("eventbridge-minute")).await.expect("swept");
    let kinds: Vec<Kind> = aws.outbox.since(0).iter().map(|item| item.kind).collect();
    assert!(kinds.contains(&Kind::Mail) && kinds.contains(&Kind::Event), "{kinds:?}");
}

#[tokio::test]
async fn every_sample_of_aws_is_taken_or_refused_with_a_typed_error() {
    let Some(samples) = corpus_folder("aws-events/dev") else { return };
    assert!(samples.len() >= 55, "{} samples", samples.len());
    let aws = Aws::start().await;
    for name in FUNCTIONS {
        let function = aws.function(name).await;
        for (file, bytes) in &samples {
            let sample: Value = serde_json::from_slice(bytes).expect("a sample is JSON");
            let answered = function.invoke(&sample).await;
            assert!(function.is_alive(), "{name} died of {file}");
            match answered {
                Ok(answer) => assert!(is_sane(name, &answer), "{name} answered {file}: {answer}"),
                Err(Failure { kind, message }) => {
                    assert!(is_ours(&kind), "{name} refused {file} as {kind}: {message}");
                    assert!(message.len() > 20, "{name} refused {file} without a word: {message}");
                }
            }
        }
    }
    let tickets = aws.rest("GET", "/v1/tickets", None).await.1;
    assert_eq!(tickets["items"], json!([]), "no sample is signed, and none opens a ticket");
}

/// An HTTP door turns strangers away; anything else that is taken has nothing to say.
fn is_sane(name: &str, answer: &Value) -> bool {
    match name {
        "api" | "slack" | "discord" => matches!(http(answer).0, 400..=405),
        _ => answer.is_null(),
    }
}

/// A type of this repository, not one of a library or a box around one.
fn is_ours(kind: &str) -> bool {
    let crates = ["lambda::", "mail::", "escalate::", "notify::", "slack::", "discord::"];
    crates.iter().any(|ours| kind.starts_with(ours))
}
