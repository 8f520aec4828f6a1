//! A small SMTP client: one message, one recipient or more, one conversation.
//! Speaks to the door on this machine; it neither resolves mail exchangers nor tries again.

use super::data::stuffed;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, ToSocketAddrs};

/// The longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(60);

/// A message that was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No conversation took place, or it broke off.
    #[error("cannot speak to the mail door: {0}; check that the desk runs")]
    Connection(#[from] io::Error),
    /// The door did not answer in time.
    #[error("the mail door did not answer within a minute; try again")]
    Silent,
    /// The door refused a command or the message.
    #[error("the mail door refused {command}: {answer}")]
    Refused {
        /// The command that was refused.
        command: String,
        /// What the door answered.
        answer: String,
    },
    /// An address that cannot be said in one command.
    #[error("the address {0:?} holds a line end or a bracket; correct it")]
    Address(String),
}

/// Hands `message` to the door at `address` and answers with the door's last words. No sender is
/// the null path. A message whose last line is open gets its CRLF; all other bytes go as they are.
pub async fn send(
    address: impl ToSocketAddrs,
    mail_from: Option<&str>,
    rcpt_to: &[&str],
    message: &[u8],
) -> Result<String, SendError> {
    let sender = mail_from.unwrap_or_default();
    for said in rcpt_to.iter().copied().chain([sender]) {
        if said.contains(['\r', '\n', '<', '>']) {
            return Err(SendError::Address(said.to_owned()));
        }
    }
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut conversation = Conversation(BufReader::new(stream));
    conversation.expect("the greeting", '2').await?;
    conversation.say("EHLO localhost", '2').await?;
    // Without the parameter an address beyond ASCII may be refused (RFC 6531, 3.4).
    let beyond_ascii = rcpt_to.iter().chain([&sender]).any(|said| !said.is_ascii());
    let parameters = if beyond_ascii { " BODY=8BITMIME SMTPUTF8" } else { " BODY=8BITMIME" };
    conversation.say(&format!("MAIL FROM:<{sender}>{parameters}"), '2').await?;
    for recipient in rcpt_to {
        conversation.say(&format!("RCPT TO:<{recipient}>"), '2').await?;
    }
    conversation.say("DATA", '3').await?;
    conversation.0.get_mut().write_all(&stuffed(message)).await?;
    let last = conversation.expect("the message", '2').await?;
    // The message is taken: how the goodbye goes does not matter.
    let _ = conversation.0.get_mut().write_all(b"QUIT\r\n").await;
    Ok(last)
}

struct Conversation(BufReader<TcpStream>);

impl Conversation {
    async fn say(&mut self, command: &str, expected: char) -> Result<String, SendError> {
        let line = format!("{command}\r\n");
        self.0.get_mut().write_all(line.as_bytes()).await?;
        self.expect(command, expected).await
    }

    /// The last line of the answer, which may have several, when it begins with `expected`.
    async fn expect(&mut self, command: &str, expected: char) -> Result<String, SendError> {
        let answer =
            tokio::time::timeout(ANSWER, self.answer()).await.map_err(|_| SendError::Silent)??;
        if answer.starts_with(expected) {
            return Ok(answer);
        }
        Err(SendError::Refused { command: command.to_owned(), answer })
    }

    async fn answer(&mut self) -> io::Result<String> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line.trim_end().to_owned());
            }
        }
    }
}
