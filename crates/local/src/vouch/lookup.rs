//! Where the answers come from: the machine's resolver, or a file of records that stands in for all of
//! DNS. `mail-auth` asks a cache first; the file is a cache that knows everything, so nothing is asked on.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use mail_auth::hickory_resolver::config::{ResolveHosts, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::{MessageAuthenticator, Parameters};

use super::records::{Addresses4, Addresses6, Exchanges, Names, Records, Texts};

/// How long one question may take before it is asked again.
const ONE_QUESTION: Duration = Duration::from_secs(1);
/// How often one question is asked.
const ATTEMPTS: usize = 2;

/// Somewhere to ask.
pub(super) struct Lookup {
    /// Does the asking, and the checks that need it.
    pub(super) authenticator: MessageAuthenticator,
    records: Option<Records>,
}

impl Lookup {
    /// The resolver this machine uses, without its hosts file: that one knows nothing of mail.
    pub(super) fn system() -> Result<Lookup> {
        let (config, options) =
            read_system_conf().context("--mail-dns system: cannot read /etc/resolv.conf")?;
        Lookup::of(config, options, None)
    }

    /// A file of records.
    pub(super) fn file(path: &Path) -> Result<Lookup> {
        let what = || format!("--mail-dns: cannot read the records in {}", path.display());
        let text = std::fs::read_to_string(path).with_context(what)?;
        Lookup::records(Records::read(&text).with_context(what)?)
    }

    /// These records, and no server.
    pub(super) fn records(records: Records) -> Result<Lookup> {
        let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        Lookup::of(nobody, ResolverOpts::default(), Some(records))
    }

    /// These servers.
    pub(super) fn of(
        config: ResolverConfig,
        mut options: ResolverOpts,
        records: Option<Records>,
    ) -> Result<Lookup> {
        options.timeout = options.timeout.min(ONE_QUESTION);
        options.attempts = options.attempts.min(ATTEMPTS);
        options.use_hosts_file = ResolveHosts::Never;
        let authenticator = MessageAuthenticator::new(config, options)
            .context("--mail-dns: cannot make a resolver")?;
        Ok(Lookup { authenticator, records })
    }

    /// A question, with the file to look it up in where there is one.
    pub(super) fn about<P>(
        &self,
        params: P,
    ) -> Parameters<'_, P, Texts, Exchanges, Addresses4, Addresses6, Names> {
        let records = self.records.as_ref();
        Parameters {
            params,
            cache_txt: records.map(|records| &records.texts),
            cache_mx: records.map(|records| &records.exchanges),
            cache_ptr: records.map(|records| &records.names),
            cache_ipv4: records.map(|records| &records.addresses4),
            cache_ipv6: records.map(|records| &records.addresses6),
        }
    }
}
