//! The mail door over real connections: whole conversations, and what must not pass for one.

use super::*;
use std::net::SocketAddr;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Kept = Arc<Mutex<Vec<(Envelope, Vec<u8>)>>>;

fn config() -> Config {
    Config::new("desk.example.com", Arc::new(|| "2026-11-22T09:05:07Z".parse().unwrap()))
}

/// A door that keeps what it takes; a message holding `FAIL` is refused by the sink.
async fn door(config: Config) -> (SocketAddr, Kept) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let kept = Kept::default();
    let sink_kept = kept.clone();
    let sink = move |envelope: Envelope, bytes: Vec<u8>| {
        let kept = sink_kept.clone();
        async move {
            if bytes.windows(4).any(|window| window == b"FAIL") {
                return Err(Refused("the disk\r\nis full".into()));
            }
            let mut kept = kept.lock().unwrap();
            kept.push((envelope, bytes));
            Ok(format!("q{}", kept.len()))
        }
    };
    tokio::spawn(serve(listener, config, sink));
    (address, kept)
}

/// Says it all at once, as a pipelining client may, and reads until the door hangs up.
async fn talk(address: SocketAddr, said: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said.as_ref()).await.unwrap();
    let mut answers = Vec::new();
    // A door that drops the connection with our bytes unread resets it: what came before counts.
    let _ = stream.read_to_end(&mut answers).await;
    String::from_utf8(answers).unwrap()
}

fn codes(answers: &str) -> Vec<&str> {
    answers
        .lines()
        .filter(|line| line.as_bytes().get(3) != Some(&b'-'))
        .map(|line| &line[..3])
        .collect()
}

/// What follows the two trace fields.
fn after_trace(message: &[u8]) -> &[u8] {
    let ends: Vec<_> = message
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair == b"\r\n")
        .map(|(at, _)| at)
        .collect();
    &message[ends[3] + 2..]
}

#[tokio::test]
async fn a_pipelined_conversation_keeps_two_messages() {
    let (address, kept) = door(config()).await;
    let answers = talk(
        address,
        "EHLO client.example.org\r\nMAIL FROM:<anna@example.org> SIZE=10 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<support@example.com>\r\n\
         RCPT TO:<jürgen@example.com>\r\nDATA\r\nSubject: x\r\n\r\nhi\r\n.\r\nNOOP\r\nVRFY x\r\nMAIL FROM:<>\r\nRSET\r\n\
         mail from:<>\r\nrcpt to:<b@example.com>\r\ndata\r\n..\r\n\0 a\rb\nc\r\n.\r\nQUIT\r\n",
    )
    .await;
    assert_eq!(
        codes(&answers),
        [
            "220", "250", "250", "250", "250", "354", "250", "250", "252", "250", "250", "250",
            "250", "354", "250", "221"
        ],
        "{answers}"
    );
    for offered in ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 41943040", "ENHANCEDSTATUSCODES"] {
        assert!(answers.contains(offered), "{answers}");
    }
    assert!(answers.contains("250 2.0.0 Queued as q1"), "{answers}");
    let kept = kept.lock().unwrap();
    let (envelope, message) = &kept[0];
    assert_eq!(envelope.mail_from.as_deref(), Some("anna@example.org"));
    assert_eq!(envelope.rcpt_to, ["support@example.com", "jürgen@example.com"]);
    let text = String::from_utf8(message.clone()).unwrap();
    assert!(text.starts_with("Return-Path: <anna@example.org>\r\nReceived: from client.example.org (127.0.0.1)\r\n\tby desk.example.com with ESMTP id "), "{text}");
    assert!(text.ends_with("\r\n\tfor <support@example.com>; Sun, 22 Nov 2026 09:05:07 +0000\r\nSubject: x\r\n\r\nhi\r\n"), "{text}");
    assert_eq!(kept[1].0.mail_from, None);
    assert_eq!(after_trace(&kept[1].1), b".\r\n\0 a\rb\nc\r\n");
}

#[tokio::test]
async fn smuggled_ends_are_content() {
    let (address, kept) = door(config()).await;
    let smuggled =
        "MAIL FROM:<evil@example.org>\r\nRCPT TO:<boss@example.com>\r\nDATA\r\nsmuggled\r\n";
    for end in ["\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r\r\n", "\r.\r\n"] {
        kept.lock().unwrap().clear();
        let said = format!(
            "EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nbefore{end}{smuggled}.\r\nQUIT\r\n"
        );
        let answers = talk(address, said).await;
        assert_eq!(
            codes(&answers),
            ["220", "250", "250", "250", "354", "250", "221"],
            "{end:?} {answers}"
        );
        let kept = kept.lock().unwrap();
        assert_eq!(kept.len(), 1, "{end:?}");
        assert!(String::from_utf8_lossy(&kept[0].1).contains("smuggled"), "{end:?}");
    }
}

#[tokio::test]
async fn what_speaks_http_is_dropped_at_once() {
    let (address, kept) = door(config()).await;
    let mail = "EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n";
    for request in [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
        "\r\nFOO / HTTP/1.0\r\n",
    ] {
        let answers = talk(address, format!("{request}{mail}")).await;
        assert!(answers.lines().count() <= 2 && !answers.contains("354"), "{answers}");
    }
    assert!(kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn too_big_is_said_after_the_end_and_the_talk_goes_on() {
    let mut config = config();
    config.max_bytes = 20;
    let (address, kept) = door(config).await;
    let big = "x".repeat(100_000);
    let said = format!(
        "EHLO x\r\nMAIL FROM:<a@example.org> SIZE=21\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n{big}\r\n.\r\n\
         MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n18 bytes and CRLF.\r\n.\r\nQUIT\r\n"
    );
    let answers = talk(address, said).await;
    assert_eq!(
        codes(&answers),
        ["220", "250", "552", "250", "250", "354", "552", "250", "250", "354", "250", "221"],
        "{answers}"
    );
    assert_eq!(after_trace(&kept.lock().unwrap()[0].1), b"18 bytes and CRLF.\r\n");
}

#[tokio::test]
async fn a_sink_that_fails_is_tried_again_later() {
    let (address, kept) = door(config()).await;
    let said = "EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nFAIL\r\n.\r\nDATA\r\nQUIT\r\n";
    let answers = talk(address, said).await;
    assert_eq!(
        codes(&answers),
        ["220", "250", "250", "250", "354", "451", "503", "221"],
        "{answers}"
    );
    assert!(answers.contains("451 4.3.0 Not kept, try again: the disk??is full\r\n"), "{answers}");
    assert!(kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_message_that_breaks_off_is_nobodys() {
    let (address, kept) = door(config()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhalf\r\n.")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    assert!(answers.lines().last().unwrap().starts_with("354"), "{answers}");
    assert!(kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn commands_are_refused_by_the_rules() {
    let (address, kept) = door(config()).await;
    let long = "N".repeat(5000);
    let answers = talk(
        address,
        format!(
            "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nEHLO\r\nEHLO x\r\n{long}\r\nRCPT TO:<b@example.com>\r\nDATA\r\n\
             MAIL FROM:<a@example.org> FOO=1\r\nMAIL FROM:a\r\nMAIL FROM:<a@example.org>\r\nMAIL FROM:<c@example.org>\r\nDATA\r\nRCPT TO:<>\r\n\
             STARTTLS\r\nAUTH PLAIN AAAA\r\n\u{1}\u{2}\r\nBDAT 5 LAST\r\nMAIL FROM:<a@example.org>\r\n"
        ),
    )
    .await;
    let expected = [
        "220", "503", "503", "503", "501", "250", "500", "503", "503", "555", "501", "250", "503",
        "503", "501", "502", "502", "500", "502",
    ];
    assert_eq!(codes(&answers), expected, "{answers}");
    assert!(kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_hundred_recipients_are_taken_and_no_more() {
    let (address, kept) = door(config()).await;
    let recipients: String = (0..101).map(|n| format!("RCPT TO:<r{n}@example.com>\r\n")).collect();
    let answers = talk(
        address,
        format!("HELO x\r\nMAIL FROM:<a@example.org>\r\n{recipients}DATA\r\nhi\r\n.\r\nQUIT\r\n"),
    )
    .await;
    assert_eq!(answers.matches("\r\n452 4.5.3").count(), 1, "{answers}");
    let kept = kept.lock().unwrap();
    assert_eq!(kept[0].0.rcpt_to.len(), 100);
    assert!(String::from_utf8_lossy(&kept[0].1).contains(" with SMTP id "));
}

#[tokio::test]
async fn idle_and_surplus_connections_are_told_to_come_back() {
    let mut config = config();
    config.idle = Duration::from_millis(50);
    config.max_connections = 1;
    let (address, _) = door(config).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    let mut banner = [0; 4];
    first.read_exact(&mut banner).await.unwrap();
    assert!(talk(address, "").await.starts_with("421 4.7.0"));
    let mut rest = String::new();
    first.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("421 4.4.2"), "{rest}");
}

#[tokio::test]
async fn what_the_client_sends_arrives_as_it_was() {
    let (address, kept) = door(config()).await;
    let messages: [&[u8]; 4] = [
        b".\r\n..\r\n.a\r\n",
        b"\n.\n\r\n.\r\r\nb\r\n",
        b"\0\xff\xfe\r\n",
        b"MAIL FROM:<x@y>\r\n.\r\n",
    ];
    for message in messages {
        let answer = send(address, Some("anna@example.org"), &["süpport@example.com"], message)
            .await
            .unwrap();
        assert!(answer.starts_with("250 2.0.0 Queued as q"), "{answer}");
        let (envelope, bytes) = kept.lock().unwrap().pop().unwrap();
        assert_eq!(envelope.rcpt_to, ["süpport@example.com"]);
        assert_eq!(after_trace(&bytes), message);
    }
    let refused = send(address, None, &["b@example.com"], b"FAIL").await.unwrap_err();
    assert!(
        matches!(&refused, SendError::Refused { answer, .. } if answer.starts_with("451")),
        "{refused}"
    );
    let injected = send(address, None, &["b@example.com>\r\nDATA"], b"x").await.unwrap_err();
    assert!(matches!(injected, SendError::Address(_)), "{injected}");
}

#[tokio::test]
async fn five_megabytes_arrive_whole() {
    let (address, kept) = door(config()).await;
    let line = b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n";
    let message: Vec<u8> = line.iter().copied().cycle().take(line.len() * 70_000).collect();
    send(address, Some("a@example.org"), &["b@example.com"], &message).await.unwrap();
    assert!(after_trace(&kept.lock().unwrap()[0].1) == message);
}
