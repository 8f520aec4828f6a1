//! The two directions of an SMTP connection: command lines and message bytes in, answers out.
//! Answers wait until the sender has nothing more under way, which is what pipelining is for.

use super::data::DataReceiver;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest command line in bytes, far above RFC 5321's 512 for the sake of long parameters.
const MAX_LINE: usize = 4096;

/// What was read instead of, or as, a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A whole line with its LF.
    Whole(Vec<u8>),
    /// A line that was too long; it was read to its end and dropped.
    TooLong,
    /// The connection is over.
    Closed,
}

/// One connection, with what was read and not yet used, and what is to be answered.
#[derive(Debug)]
pub(super) struct Lines {
    stream: TcpStream,
    input: Vec<u8>,
    output: Vec<u8>,
    idle: Duration,
}

impl Lines {
    pub(super) fn new(stream: TcpStream, idle: Duration) -> Self {
        Self { stream, input: Vec::new(), output: Vec::new(), idle }
    }

    /// Queues one answer line; it goes out with the next read.
    pub(super) fn answer(&mut self, line: &str) {
        self.output.extend_from_slice(line.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }

    /// Sends what is queued.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.output).await?;
        self.output.clear();
        self.stream.flush().await
    }

    /// The next command line. A lone LF ends it too: that is lenient to a person at a terminal, and
    /// harmless since it never ends a message.
    pub(super) async fn line(&mut self) -> io::Result<Line> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.input.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.input.drain(..=end).collect();
                let fits = !too_long && line.len() <= MAX_LINE;
                return Ok(if fits { Line::Whole(line) } else { Line::TooLong });
            }
            if self.input.len() > MAX_LINE {
                too_long = true;
                self.input.clear();
            }
            if !self.read_more().await? {
                return Ok(Line::Closed);
            }
        }
    }

    /// Feeds the message that follows into `receiver`; answers whether its end arrived.
    pub(super) async fn message(&mut self, receiver: &mut DataReceiver) -> io::Result<bool> {
        loop {
            if let Some(used) = receiver.take(&self.input) {
                self.input.drain(..used);
                return Ok(true);
            }
            self.input.clear();
            if !self.read_more().await? {
                return Ok(false);
            }
        }
    }

    /// Answers first, then waits for more; `false` when the other side is done.
    async fn read_more(&mut self) -> io::Result<bool> {
        if !self.output.is_empty() {
            self.flush().await?;
        }
        self.input.reserve(16 * 1024);
        let read = tokio::time::timeout(self.idle, self.stream.read_buf(&mut self.input)).await;
        match read {
            Ok(read) => Ok(read? > 0),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}
