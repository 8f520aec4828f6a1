//! The mail door: an SMTP server (RFC 5321) that takes whole messages and hands each to a sink
//! before it answers for it. Knows no mailbox: every address is taken, the desk decides.

mod client;
mod data;
mod lines;
mod session;
#[cfg(test)]
mod tests;
mod trace;
mod words;

pub use client::{SendError, send};

use crate::clock::Now;
use crate::vouch::Voucher;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The size of a message the door takes, in bytes: 40 MiB.
pub const MAX_BYTES: usize = 40 * 1024 * 1024;

/// How the door behaves.
#[derive(Clone)]
pub struct Config {
    /// The name it gives itself in its greeting and in `Received`.
    pub hostname: String,
    /// The largest message in bytes, as sent.
    pub max_bytes: usize,
    /// A connection silent for this long is closed (RFC 5321, 4.5.3.2.7: at least 5 minutes).
    pub idle: Duration,
    /// Connections at the same time; further ones are told to come back.
    pub max_connections: usize,
    /// The time written into `Received`.
    pub now: Now,
    /// Who finds out who sent a message, if somebody does.
    pub voucher: Option<Arc<Voucher>>,
}

impl Config {
    /// The usual door: 40 MiB, 5 minutes, 200 connections; nobody vouches for a sender.
    pub fn new(hostname: impl Into<String>, now: Now) -> Self {
        Self {
            hostname: hostname.into(),
            max_bytes: MAX_BYTES,
            idle: Duration::from_secs(300),
            max_connections: 200,
            now,
            voucher: None,
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("hostname", &self.hostname).finish_non_exhaustive()
    }
}

/// Who sent a message and to whom, as said to the door: not what its header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where failures go; `None` is the null path of a message that must not be answered.
    pub mail_from: Option<String>,
    /// The recipients, as given.
    pub rcpt_to: Vec<String>,
}

/// The sink could not keep a message; its sender is told to try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(
    /// Why, in a few words for the sender's log.
    pub String,
);

/// What every session shares.
struct Door<S> {
    config: Config,
    sink: S,
    accepted: AtomicU64,
}

/// Serves `listener` until dropped. A message is handed to `sink` with `Return-Path` and `Received`,
/// and what the voucher found out, before its bytes, which are otherwise kept as they came; 250 is
/// answered only after the sink has answered with the id it is queued under, else 451.
pub async fn serve<S, F>(listener: TcpListener, config: Config, sink: S) -> io::Result<()>
where
    S: Fn(Envelope, Vec<u8>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<String, Refused>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(config.max_connections));
    let door = Arc::new(Door { config, sink, accepted: AtomicU64::new(0) });
    // Sessions end with the door: dropping the set aborts them.
    let mut sessions = JoinSet::new();
    loop {
        while sessions.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Out of file handles, most often: the next one to close makes room.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            sessions.spawn(session::turn_away(stream));
            continue;
        };
        let door = door.clone();
        sessions.spawn(async move {
            // A connection that breaks has lost only what was never acknowledged.
            let _ = session::run(stream, &door).await;
            drop(place);
        });
    }
}
