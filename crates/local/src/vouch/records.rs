//! A file of DNS records, one a line, as `dig +noall +answer` prints them: `name TXT "value"`, MX, A and
//! AAAA. What is not in it does not exist. An SPF record that says `exists` is unreadable here.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dmarc::Dmarc;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::spf::{Mechanism, Spf};
use mail_auth::{DnsError, DnssecStatus, Error, MX, RecordSet, ResolverCache, Txt};

/// Texts by name.
pub(super) type Texts = Known<Box<str>, Txt>;
/// Mail exchangers by name.
pub(super) type Exchanges = Known<Box<str>, RecordSet<MX>>;
/// IPv4 addresses by name.
pub(super) type Addresses4 = Known<Box<str>, RecordSet<Ipv4Addr>>;
/// IPv6 addresses by name.
pub(super) type Addresses6 = Known<Box<str>, RecordSet<Ipv6Addr>>;
/// Names by address.
pub(super) type Names = Known<IpAddr, RecordSet<Box<str>>>;

/// All that is known.
pub(super) struct Records {
    pub(super) texts: Texts,
    pub(super) exchanges: Exchanges,
    pub(super) addresses4: Addresses4,
    pub(super) addresses6: Addresses6,
    /// The file has no PTR records: nobody should prove anything by them (RFC 7208 section 5.5).
    pub(super) names: Names,
}

/// A line that is no record.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {wrong}")]
pub(super) struct Unreadable {
    line: usize,
    wrong: &'static str,
}

/// A cache that is never asked about something it has no answer to.
pub(super) struct Known<K, V> {
    known: HashMap<K, V>,
    otherwise: V,
}

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Known<K, V> {
    fn get<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(self.known.get(name).unwrap_or(&self.otherwise).clone())
    }

    /// The file stays what it is.
    fn remove<Q>(&self, _name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    /// Nothing was asked, so nothing can be learned.
    fn insert(&self, _key: K, _value: V, _valid_until: Instant) {}
}

/// The lines of a file by what they say of each name.
#[derive(Default)]
struct Lines {
    texts: HashMap<Box<str>, Vec<Vec<u8>>>,
    exchanges: HashMap<Box<str>, Vec<MX>>,
    addresses4: HashMap<Box<str>, Vec<Ipv4Addr>>,
    addresses6: HashMap<Box<str>, Vec<Ipv6Addr>>,
}

impl Records {
    /// Reads a whole file; a line that cannot be read fails it.
    pub(super) fn read(text: &str) -> Result<Records, Unreadable> {
        let mut lines = Lines::default();
        for (at, line) in text.lines().enumerate() {
            lines.add(line).map_err(|wrong| Unreadable { line: at + 1, wrong })?;
        }
        let texts = lines.texts.iter().map(|(name, values)| (name.clone(), said(name, values)));
        let unheard = Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain));
        Ok(Records {
            texts: Known { known: texts.collect(), otherwise: Txt::Error(unheard) },
            exchanges: known(lines.exchanges),
            addresses4: known(lines.addresses4),
            addresses6: known(lines.addresses6),
            names: known(HashMap::new()),
        })
    }
}

impl Lines {
    fn add(&mut self, line: &str) -> Result<(), &'static str> {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            return Ok(());
        }
        let (name, rest) = word(line);
        let name = fqdn(name);
        let (kind, value) = kind(rest);
        match kind.to_ascii_uppercase().as_str() {
            "TXT" => self.texts.entry(name).or_default().push(quoted(value)?),
            "MX" => self.exchanges.entry(name).or_default().push(exchange(value)?),
            "A" => self.addresses4.entry(name).or_default().push(address(value)?),
            "AAAA" => self.addresses6.entry(name).or_default().push(address(value)?),
            _ => return Err("say NAME TXT \"VALUE\", NAME MX NUMBER NAME, NAME A or NAME AAAA"),
        }
        Ok(())
    }
}

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// The type of a record, past its time to live and class (RFC 1035 section 5.1).
fn kind(rest: &str) -> (&str, &str) {
    let (first, after) = word(rest);
    let is_between = first.eq_ignore_ascii_case("IN") || first.parse::<u32>().is_ok();
    if is_between { kind(after) } else { (first, after) }
}

/// A name in the form it is looked up by.
fn fqdn(name: &str) -> Box<str> {
    format!("{}.", name.trim_end_matches('.').to_lowercase()).into()
}

fn address<A: FromStr>(value: &str) -> Result<A, &'static str> {
    value.parse().map_err(|_| "this is no address of this kind")
}

fn exchange(value: &str) -> Result<MX, &'static str> {
    let (preference, host) = word(value);
    let preference = preference.parse().map_err(|_| "MX begins with a number")?;
    match host.is_empty() || host.contains(char::is_whitespace) {
        true => Err("MX names one host"),
        false => Ok(MX { exchanges: [fqdn(host)].into(), preference }),
    }
}

/// Strings in quotes, as one (RFC 7208 section 3.3): `\` takes the next character as it is, or a byte
/// by its three digits (RFC 1035 section 5.1).
fn quoted(value: &str) -> Result<Vec<u8>, &'static str> {
    let mut bytes = value.bytes();
    let (mut found, mut inside, mut strings) = (Vec::new(), false, 0);
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                inside = !inside;
                strings += 1;
            }
            b'\\' if inside => found.push(escaped(&mut bytes)?),
            _ if inside => found.push(byte),
            b' ' | b'\t' => {}
            _ => return Err("what a TXT record says stands in quotes"),
        }
    }
    if inside || strings == 0 { Err("what a TXT record says stands in quotes") } else { Ok(found) }
}

fn escaped(bytes: &mut std::str::Bytes<'_>) -> Result<u8, &'static str> {
    const WRONG: &str = "after \\ comes a character, or a byte as three digits";
    let first = bytes.next().ok_or(WRONG)?;
    if !first.is_ascii_digit() {
        return Ok(first);
    }
    let digits = [first, bytes.next().ok_or(WRONG)?, bytes.next().ok_or(WRONG)?];
    let digits = std::str::from_utf8(&digits).map_err(|_| WRONG)?;
    digits.parse().map_err(|_| WRONG)
}

/// What the texts of one name say. Which kind is asked for can be told by the name (RFC 6376 section
/// 3.6.2.1, RFC 7489 section 6.1); of several the first that is of this kind counts.
fn said(name: &str, values: &[Vec<u8>]) -> Txt {
    if name.starts_with("_dmarc.") {
        first::<Dmarc>(values)
    } else if name.contains("._domainkey.") {
        first::<DomainKey>(values)
    } else {
        match first::<Spf>(values) {
            Txt::Spf(spf) if asks_what_exists(&spf) => Txt::Error(Error::ParseError),
            text => text,
        }
    }
}

/// `mail-auth` takes any answer about addresses to mean that the name exists, so this file cannot
/// deny one.
fn asks_what_exists(spf: &Spf) -> bool {
    let mut mechanisms = spf.directives.iter().map(|directive| &directive.mechanism);
    mechanisms.any(|mechanism| matches!(mechanism, Mechanism::Exists { .. }))
}

fn first<T: TxtRecordParser + Into<Txt>>(values: &[Vec<u8>]) -> Txt {
    let mut read = values.iter().map(|value| T::parse(value));
    let nothing = Error::Dns(DnsError::InvalidRecordType);
    let first = read.find(|read| !matches!(read, Err(Error::Dns(DnsError::InvalidRecordType))));
    first.unwrap_or(Err(nothing)).into()
}

fn known<K: Hash + Eq, T>(lines: HashMap<K, Vec<T>>) -> Known<K, RecordSet<T>> {
    let known = lines.into_iter().map(|(name, found)| (name, set(found))).collect();
    Known { known, otherwise: set(Vec::new()) }
}

fn set<T>(found: Vec<T>) -> RecordSet<T> {
    RecordSet { rrset: Arc::from(found), dnssec_status: DnssecStatus::Indeterminate }
}
