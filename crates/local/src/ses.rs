//! SES (v1, the AWS Query protocol) in this process: what is sent lands in the outbox.
//! Reads `SendRawEmail` alone; it signs, delivers and bounces nothing.

use crate::availability::{Standin, Verdict};
use crate::clock::Now;
use crate::outbox::{Kind, Leaving, Outbox};
use crate::wire::{self, Answer, Lost};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;
use std::sync::Arc;
use url::form_urlencoded;

/// SES refuses a raw message of more than 10 MB, counted before its base64 form.
/// <https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html>
pub const MAX_RAW_BYTES: usize = 10 * 1024 * 1024;

/// SES whose mails land in `outbox`, stamped by `now`, as far as `standin` lets them.
pub fn service(outbox: Arc<Outbox>, standin: Standin, now: Now) -> wire::Service {
    wire::Service::new("stand-in for SES", move |call| {
        let verdict = standin.verdict();
        let answer = answer(&outbox, verdict, &now, &call.body);
        async move { if verdict == Verdict::Unheard { Err(Lost) } else { Ok(answer) } }
    })
}

/// A client of it.
pub fn client(outbox: Arc<Outbox>, standin: Standin, now: Now) -> aws_sdk_ses::Client {
    aws_sdk_ses::Client::new(&wire::config(service(outbox, standin, now).http_client()))
}

/// A refusal, as SES words it: HTTP status, code, message.
struct Refusal(u16, &'static str, String);

/// What a `SendRawEmail` asks for.
#[derive(Default)]
struct Sending {
    action: String,
    destinations: Vec<String>,
    raw: Option<String>,
}

fn answer(outbox: &Outbox, verdict: Verdict, now: &Now, body: &[u8]) -> Answer {
    let sent = match verdict {
        Verdict::Up | Verdict::Unheard => send(outbox, now, body),
        Verdict::Down => Err(Refusal(503, "ServiceUnavailable", "the service is out".into())),
        Verdict::Throttled => {
            Err(Refusal(400, "Throttling", "Maximum sending rate exceeded.".into()))
        }
    };
    match sent {
        Ok(message_id) => xml(
            200,
            format!(
                "<SendRawEmailResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><SendRawEmailResult>\
             <MessageId>{message_id}</MessageId></SendRawEmailResult></SendRawEmailResponse>"
            ),
        ),
        Err(Refusal(status, code, message)) => xml(
            status,
            format!(
                "<ErrorResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>{}</Message></Error><RequestId>local</RequestId></ErrorResponse>",
                escape(&message)
            ),
        ),
    }
}

fn send(outbox: &Outbox, now: &Now, body: &[u8]) -> Result<String, Refusal> {
    let sending = read(body);
    if sending.action != "SendRawEmail" {
        let message = format!("The action {} is not valid for this endpoint.", sending.action);
        return Err(Refusal(400, "InvalidAction", message));
    }
    let raw = sending.raw.and_then(|base64| STANDARD.decode(base64).ok());
    let raw = raw.ok_or_else(|| invalid("RawMessage.Data must be base64"))?;
    if raw.len() > MAX_RAW_BYTES {
        return Err(invalid("Message length is more than 10485760 bytes long"));
    }
    let leaving =
        leaving(&sending.destinations, &raw).ok_or_else(|| invalid("Missing destination"))?;
    let at = now();
    let recorded = outbox.push(leaving, at);
    let seq = recorded.map_err(|error| Refusal(500, "InternalFailure", error.to_string()))?;
    // Unique among all mails of this outbox, over restarts too, in the shape of an id of SES.
    Ok(format!("{:016x}-{seq:08x}-local-000000", at.as_millisecond()))
}

fn read(body: &[u8]) -> Sending {
    let mut sending = Sending::default();
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "Action" => sending.action = value.into_owned(),
            "RawMessage.Data" => sending.raw = Some(value.into_owned()),
            name if name.starts_with("Destinations.member.") => {
                sending.destinations.push(value.into_owned())
            }
            _ => {}
        }
    }
    sending
}

/// Without destinations SES sends to the addresses of the message itself.
fn leaving(destinations: &[String], raw: &[u8]) -> Option<Leaving> {
    let message = MessageParser::default().parse(raw);
    let written =
        message.as_ref().and_then(|message| message.to()?.first()?.address().map(str::to_owned));
    let to = destinations.first().cloned().or(written)?;
    let text = message.as_ref().and_then(|message| message.body_text(0)).unwrap_or_default();
    Some(Leaving {
        subject: message.as_ref().and_then(|message| message.subject()).map(str::to_owned),
        raw: Some(String::from_utf8_lossy(raw).into_owned()),
        ..Leaving::new(Kind::Mail, to, text.into_owned())
    })
}

fn invalid(message: &str) -> Refusal {
    Refusal(400, "InvalidParameterValue", message.to_owned())
}

fn xml(status: u16, body: String) -> Answer {
    Answer { status, content_type: "text/xml", body }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ses::error::ProvideErrorMetadata;
    use aws_sdk_ses::primitives::Blob;
    use aws_sdk_ses::types::RawMessage;

    const MAIL: &str = "From: =?utf-8?q?Gr=C3=BCn?= <support@example.com>\r\nTo: anna@example.com\r\n\
        Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= & <more>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nf=C3=BCr Anna\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b--\r\n";

    fn setup() -> (tempfile::TempDir, Arc<Outbox>, Standin, aws_sdk_ses::Client) {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Arc::new(Outbox::open(&folder.path().join("outbox.jsonl")).unwrap());
        let standin = Standin::default();
        let now: Now = Arc::new(|| "2026-11-22T09:00:00Z".parse().unwrap());
        let client = client(outbox.clone(), standin.clone(), now);
        (folder, outbox, standin, client)
    }

    fn raw(bytes: &[u8]) -> RawMessage {
        RawMessage::builder().data(Blob::new(bytes)).build().unwrap()
    }

    #[tokio::test]
    async fn a_sent_mail_is_in_the_outbox() {
        let (_folder, outbox, _, client) = setup();
        let send = |to: Option<&str>| {
            let request = client
                .send_raw_email()
                .source("support@example.com")
                .raw_message(raw(MAIL.as_bytes()));
            to.map_or(request.clone(), |to| request.destinations(to)).send()
        };
        let first = send(Some("bob+x@example.com")).await.unwrap();
        let second = send(None).await.unwrap();
        assert_ne!(first.message_id(), second.message_id());
        let items = outbox.since(0);
        assert_eq!(items[0].to, "bob+x@example.com");
        assert_eq!(items[0].subject.as_deref(), Some("Grüße & <more>"));
        assert_eq!(items[0].body, "für Anna");
        assert_eq!(items[0].raw.as_deref(), Some(MAIL));
        assert_eq!(items[1].to, "anna@example.com");
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_are_typed_and_leave_nothing() {
        let (_folder, outbox, standin, client) = setup();
        let send = |bytes: &[u8]| {
            client.send_raw_email().destinations("a@example.com").raw_message(raw(bytes)).send()
        };
        standin.set_down(true);
        assert_eq!(send(b"x").await.unwrap_err().code(), Some("ServiceUnavailable"));
        standin.set_down(false);
        standin.set_throttled(100);
        assert_eq!(send(b"x").await.unwrap_err().code(), Some("Throttling"));
        standin.set_throttled(0);
        let big = vec![b'x'; MAX_RAW_BYTES + 1];
        assert_eq!(send(&big).await.unwrap_err().code(), Some("InvalidParameterValue"));
        let other = client.get_send_quota().send().await.unwrap_err();
        assert_eq!(other.code(), Some("InvalidAction"));
        assert_eq!(outbox.last(), 0);
        standin.set_throttled(1);
        send(b"x").await.unwrap();
        assert_eq!(outbox.last(), 1);
        standin.set_unheard(1);
        send(b"y").await.unwrap();
        assert_eq!(outbox.last(), 3, "sent, not heard of, sent again");
    }
}
