//! One SMTP conversation (RFC 5321 with PIPELINING, 8BITMIME, SMTPUTF8, SIZE and enhanced codes).
//! Takes any recipient, keeps no message itself, and hangs up on anything that speaks HTTP.

use super::data::DataReceiver;
use super::lines::{Line, Lines};
use super::trace::{self, Trace};
use super::words::{printable, speaks_http, words_for};
use super::{Door, Envelope, Refused};
use crate::vouch::Origin;
use smtp_proto::Request;
use std::borrow::Cow;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// RFC 5321, 4.5.3.1.8: at least this many recipients are taken.
const MAX_RECIPIENTS: usize = 100;

/// After so many refused commands the other side is not a mail program.
const MAX_ERRORS: usize = 100;

/// A reader of answers that never reads is cut off.
const TURN_AWAY: Duration = Duration::from_secs(5);

struct Session<'a, S> {
    door: &'a Door<S>,
    lines: Lines,
    peer: IpAddr,
    greeting: Option<Greeting>,
    /// The sender once given; then the recipients.
    envelope: Option<Envelope>,
    errors: usize,
}

struct Greeting {
    host: String,
    extended: bool,
}

/// Whether the conversation goes on.
#[derive(PartialEq, Eq)]
enum Next {
    Go,
    Message,
    HangUp,
}

/// Holds a conversation to its end.
pub(super) async fn run<S, F>(stream: TcpStream, door: &Door<S>) -> io::Result<()>
where
    S: Fn(Envelope, Vec<u8>) -> F,
    F: Future<Output = Result<String, Refused>>,
{
    stream.set_nodelay(true)?;
    let peer = stream.peer_addr().map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip());
    let mut session = Session {
        door,
        lines: Lines::new(stream, door.config.idle),
        peer,
        greeting: None,
        envelope: None,
        errors: 0,
    };
    session.lines.answer(&format!("220 {} ESMTP Bellhop", door.config.hostname));
    session.converse().await
}

/// Tells a connection too many to come back.
pub(super) async fn turn_away(mut stream: TcpStream) {
    let answer = stream.write_all(b"421 4.7.0 Too many connections, try again later\r\n");
    let _ = tokio::time::timeout(TURN_AWAY, answer).await;
}

impl<S, F> Session<'_, S>
where
    S: Fn(Envelope, Vec<u8>) -> F,
    F: Future<Output = Result<String, Refused>>,
{
    async fn converse(&mut self) -> io::Result<()> {
        loop {
            let next = match self.lines.line().await {
                Ok(Line::Whole(line)) if speaks_http(&line) => return Ok(()),
                Ok(Line::Whole(line)) => self.command(&line),
                Ok(Line::TooLong) => self.refuse("500 5.5.2 Line too long"),
                Ok(Line::Closed) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    self.lines.answer("421 4.4.2 Idle for too long");
                    return self.lines.flush().await;
                }
                Err(error) => return Err(error),
            };
            match next {
                Next::Go => {}
                Next::Message => self.message().await?,
                Next::HangUp => return self.lines.flush().await,
            }
        }
    }

    fn command(&mut self, line: &[u8]) -> Next {
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request,
            Err(error) => return self.refuse(&words_for(&error)),
        };
        match request {
            Request::Ehlo { host } => self.greet(host, true),
            Request::Helo { host } => self.greet(host, false),
            Request::Mail { from } => self.sender(from.address, from.size),
            Request::Rcpt { to } => self.recipient(to.address),
            Request::Data => self.data(),
            Request::Rset => {
                self.envelope = None;
                self.say("250 2.0.0 Forgotten")
            }
            Request::Noop { .. } => self.say("250 2.0.0 OK"),
            Request::Vrfy { .. } => self.say("252 2.1.5 Send it and see"),
            Request::Help { .. } => self.say("214 2.0.0 RFC 5321"),
            Request::Quit => {
                self.lines.answer("221 2.0.0 Goodbye");
                Next::HangUp
            }
            // What would follow is message bytes, which must never be read as commands.
            Request::Bdat { .. } | Request::Burl { .. } => {
                self.lines.answer("502 5.5.1 Use DATA");
                Next::HangUp
            }
            _ => self.refuse("502 5.5.1 Not offered here"),
        }
    }

    fn greet(&mut self, host: Cow<'_, str>, extended: bool) -> Next {
        self.envelope = None;
        self.greeting = Some(Greeting { host: host.into_owned(), extended });
        let config = &self.door.config;
        if !extended {
            return self.say(&format!("250 {}", config.hostname));
        }
        self.say(&format!(
            "250-{}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE {}\r\n250 ENHANCEDSTATUSCODES",
            config.hostname, config.max_bytes
        ))
    }

    fn sender(&mut self, address: Cow<'_, str>, size: usize) -> Next {
        if self.greeting.is_none() {
            return self.refuse("503 5.5.1 Say EHLO first");
        }
        if self.envelope.is_some() {
            return self.refuse("503 5.5.1 The sender is given already");
        }
        if size > self.door.config.max_bytes {
            return self.refuse("552 5.3.4 The message is too big");
        }
        self.envelope = Some(Envelope {
            mail_from: (!address.is_empty()).then(|| address.into_owned()),
            rcpt_to: Vec::new(),
        });
        self.say("250 2.1.0 OK")
    }

    fn recipient(&mut self, address: Cow<'_, str>) -> Next {
        let Some(envelope) = &mut self.envelope else {
            return self.refuse("503 5.5.1 Say MAIL first");
        };
        if address.is_empty() {
            return self.refuse("501 5.1.3 The recipient is empty");
        }
        if envelope.rcpt_to.len() >= MAX_RECIPIENTS {
            return self.refuse("452 4.5.3 Too many recipients");
        }
        envelope.rcpt_to.push(address.into_owned());
        self.say("250 2.1.5 OK")
    }

    fn data(&mut self) -> Next {
        match &self.envelope {
            None => self.refuse("503 5.5.1 Say MAIL first"),
            Some(envelope) if envelope.rcpt_to.is_empty() => {
                self.refuse("503 5.5.1 No recipient was taken")
            }
            Some(_) => {
                self.lines.answer("354 End with CRLF.CRLF");
                Next::Message
            }
        }
    }

    /// Reads the message and answers for it; one that breaks off is nobody's.
    async fn message(&mut self) -> io::Result<()> {
        let Some(envelope) = self.envelope.take() else {
            return Ok(());
        };
        let mut receiver = DataReceiver::new(self.door.config.max_bytes);
        if !self.lines.message(&mut receiver).await? {
            return Ok(());
        }
        let Some(body) = receiver.finish() else {
            self.lines.answer("552 5.3.4 The message is too big");
            return Ok(());
        };
        let bytes = self.traced(&envelope, body).await;
        let answer = match (self.door.sink)(envelope, bytes).await {
            Ok(id) => format!("250 2.0.0 Queued as {}", printable(&id)),
            Err(Refused(reason)) => {
                format!("451 4.3.0 Not kept, try again: {}", printable(&reason))
            }
        };
        self.lines.answer(&answer);
        Ok(())
    }

    /// The message with the fields that tell its way, the newest on top.
    async fn traced(&self, envelope: &Envelope, body: Vec<u8>) -> Vec<u8> {
        let mut bytes = self.trace(envelope).into_bytes();
        match &self.door.config.voucher {
            None => bytes.extend_from_slice(&body),
            Some(voucher) => {
                let helo = self.greeting.as_ref().map(|greeting| greeting.host.clone());
                let mail_from = envelope.mail_from.clone();
                let origin = Origin { peer: self.peer, helo: helo.unwrap_or_default(), mail_from };
                bytes.extend_from_slice(&voucher.judged(origin, body).await);
            }
        }
        bytes
    }

    fn trace(&self, envelope: &Envelope) -> String {
        let at = (self.door.config.now)();
        let count = self.door.accepted.fetch_add(1, Ordering::Relaxed);
        let greeting = self.greeting.as_ref();
        let trace = Trace {
            helo: greeting.map_or("", |greeting| &greeting.host),
            extended: greeting.is_some_and(|greeting| greeting.extended),
            peer: self.peer,
            hostname: &self.door.config.hostname,
            id: &format!("{:x}-{count:x}", at.as_millisecond()),
            at,
        };
        trace::fields(&trace, envelope)
    }

    fn say(&mut self, answer: &str) -> Next {
        self.lines.answer(answer);
        Next::Go
    }

    fn refuse(&mut self, answer: &str) -> Next {
        self.errors += 1;
        if self.errors > MAX_ERRORS {
            self.lines.answer("421 4.7.0 Too many errors");
            return Next::HangUp;
        }
        self.say(answer)
    }
}
