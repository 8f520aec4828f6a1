//! Who sent a mail, as far as it can be known while its sender is still connected: SPF, DKIM and DMARC of
//! one message, written on top of it. What follows from that is decided by the mail function; without
//! somewhere to ask (`--mail-dns`) there is no voucher, and nobody is vouched for.

mod field;
mod findings;
mod lookup;
mod records;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use findings::Findings;
use lookup::Lookup;

/// The longest a mail waits for all that is asked about it. Whoever sends it waits as long for their
/// answer, and is told to wait ten minutes (RFC 5321, 4.5.3.2.6).
const PATIENCE: Duration = Duration::from_secs(6);

/// Where the door asks what domains say of their mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MailDns {
    /// Nowhere.
    #[default]
    Off,
    /// The resolver this machine uses.
    System,
    /// A file of records, and nowhere else.
    Records(PathBuf),
}

impl FromStr for MailDns {
    type Err = Infallible;

    fn from_str(said: &str) -> Result<MailDns, Infallible> {
        Ok(match said {
            "off" | "" => MailDns::Off,
            "system" => MailDns::System,
            path => MailDns::Records(path.into()),
        })
    }
}

/// Where a message came from, by its conversation: nothing of its header.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The address of the other side.
    pub peer: IpAddr,
    /// What it calls itself.
    pub helo: String,
    /// The envelope sender; the null path is `None`.
    pub mail_from: Option<String>,
}

/// The part of the mail door that says who sent a message.
pub struct Voucher {
    name: String,
    lookup: Lookup,
}

impl Voucher {
    /// The voucher of the desk of this domain, if it may ask anywhere.
    pub fn open(said: &MailDns, domain: &str) -> Result<Option<Arc<Voucher>>> {
        let lookup = match said {
            MailDns::Off => return Ok(None),
            MailDns::System => Lookup::system()?,
            MailDns::Records(path) => Lookup::file(path)?,
        };
        Ok(Some(Arc::new(Voucher::new(domain, lookup))))
    }

    fn new(domain: &str, lookup: Lookup) -> Voucher {
        Voucher { name: field::name(domain), lookup }
    }

    /// The name its findings are signed with (RFC 8601 section 2.5).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The message as it is kept: what was found out on top, and nothing else that bears this name.
    /// Whatever goes wrong is a finding, never a reason to lose a mail.
    pub async fn judged(self: &Arc<Voucher>, origin: Origin, message: Vec<u8>) -> Vec<u8> {
        let message = Arc::new(message);
        let findings = self.findings(origin, message.clone()).await;
        let mut judged = field::written(&self.name, &findings).into_bytes();
        field::append_without(&mut judged, &message, &self.name);
        judged
    }

    /// In a task of its own, so that a mail that breaks the libraries breaks no conversation.
    async fn findings(self: &Arc<Voucher>, origin: Origin, message: Arc<Vec<u8>>) -> Findings {
        let voucher = self.clone();
        let mut task =
            tokio::spawn(async move { findings::find(&voucher.lookup, &origin, &message).await });
        match tokio::time::timeout(PATIENCE, &mut task).await {
            Ok(Ok(findings)) => findings,
            Ok(Err(error)) => {
                tracing::error!(%error, "could not find out who sent a mail");
                Findings::unknown()
            }
            Err(_) => {
                task.abort();
                Findings::unknown()
            }
        }
    }
}
