//! What is found out about one message: SPF (RFC 7208) of the connection, DKIM (RFC 6376) of the
//! signatures, and DMARC (RFC 7489, by the tree walk of RFC 9989) of `From`. Each is asked about for so
//! long and no longer; nobody can keep one from an answer by making another slow.

use std::net::IpAddr;
use std::time::Duration;

use mail_auth::common::crypto::Algorithm;
use mail_auth::common::to_a_label;
use mail_auth::dkim::Signature;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcResult, DnsError, Error, SpfOutput,
    SpfResult,
};
use tokio::time::timeout;

use super::Origin;
use super::lookup::Lookup;

/// How long the connection and the signatures are asked about, at the same time.
const FIRST: Duration = Duration::from_secs(3);
/// How long the author's domain is asked about after them.
const SECOND: Duration = Duration::from_secs(2);
/// Of more signatures only the first are looked at (RFC 6376 section 6.1 leaves it to us).
const MOST_SIGNATURES: usize = 5;
/// RSA keys below 1024 bits sign nothing (RFC 8301 section 3.2); a signature is as long as its key.
const SHORTEST_RSA: usize = 1024 / 8;

/// What was found out, in the words of RFC 8601 section 2.7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Findings {
    /// Whom SPF was asked about.
    pub(super) identity: Identity,
    /// What it said.
    pub(super) spf: &'static str,
    /// What became of each signature, and whose it is.
    pub(super) dkim: Vec<(&'static str, String)>,
    /// What DMARC said, and of which author's domain.
    pub(super) dmarc: (&'static str, String),
}

/// Whose permission to send SPF is about, by domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    /// The envelope sender.
    MailFrom(String),
    /// The host itself, where the envelope has no sender (RFC 7208 section 2.4).
    Helo(String),
}

/// Who wrote a message, as a domain.
#[derive(Debug, PartialEq, Eq)]
enum Author {
    /// One address, and everybody who reads the mail finds the same.
    Sure(String),
    /// Several, or one that depends on how the mail is read.
    Unsure,
    /// Nobody is named.
    Nobody,
}

impl Findings {
    /// Nothing could be found out this time.
    pub(super) fn unknown() -> Findings {
        Findings {
            identity: Identity::Helo(String::new()),
            spf: "temperror",
            dkim: vec![("temperror", String::new())],
            dmarc: ("temperror", String::new()),
        }
    }
}

impl Identity {
    fn of(origin: &Origin) -> Identity {
        let mail_from = origin.mail_from.as_deref().and_then(|from| from.rsplit_once('@'));
        match mail_from {
            Some((_, domain)) => Identity::MailFrom(to_a_label(domain).into_owned()),
            None => Identity::Helo(to_a_label(&origin.helo).into_owned()),
        }
    }

    fn domain(&self) -> &str {
        match self {
            Identity::MailFrom(domain) | Identity::Helo(domain) => domain,
        }
    }
}

/// Finds out about one message as its sender handed it over.
pub(super) async fn find(lookup: &Lookup, origin: &Origin, message: &[u8]) -> Findings {
    let identity = Identity::of(origin);
    let read = AuthenticatedMessage::parse(message).unwrap_or_default();
    let author = author(message, &read);
    let (near, far) = parted(read, &author);
    let (spf, near_found, far_found) = tokio::join!(
        ask_spf(lookup, origin, &identity),
        ask_dkim(lookup, &near),
        ask_dkim(lookup, &far),
    );
    let dmarc = match &author {
        Author::Sure(domain) => {
            let sound: Vec<_> = near_found.iter().filter(|one| is_sound(one)).cloned().collect();
            // What a stranger's domain may send is no matter of this author's.
            let nobody = SpfOutput::default();
            let sender = if is_near(identity.domain(), domain) { &spf } else { &nobody };
            let params = DmarcParameters::new(&near, &sound, identity.domain(), sender);
            (ask_dmarc(lookup, params).await, domain.clone())
        }
        Author::Unsure => ("permerror", String::new()),
        Author::Nobody => ("none", String::new()),
    };
    let dkim = near_found.iter().chain(&far_found).map(signature_word).collect();
    Findings { spf: spf_word(spf.result()), identity, dkim, dmarc }
}

/// The author's domain. Somebody could get a mail that others signed past one reader as theirs and past
/// another as somebody else's: the desk's own reader must find the author that the signatures are about.
fn author(message: &[u8], read: &AuthenticatedMessage<'_>) -> Author {
    let desks = email::parse(message);
    let one = desks.from.as_ref().filter(|_| desks.one_author);
    match (one, read.froms()) {
        (None, []) if desks.from.is_none() => Author::Nobody,
        (Some(from), [only]) if from.email.to_lowercase() == *only => match only.rsplit_once('@') {
            Some((_, domain)) => Author::Sure(to_a_label(domain).into_owned()),
            None => Author::Unsure,
        },
        _ => Author::Unsure,
    }
}

/// The message with the signatures that can be the author's own, and with the others. Who is asked about
/// the others is a stranger's choice, and whether they answer.
fn parted<'x>(
    mut read: AuthenticatedMessage<'x>,
    author: &Author,
) -> (AuthenticatedMessage<'x>, AuthenticatedMessage<'x>) {
    for signature in &mut read.dkim_headers {
        // Nobody here sends the reports it asks for (RFC 6651), so nobody looks up where to.
        signature.header.r = false;
    }
    let is_own = |signature: &Signature| match author {
        Author::Sure(domain) => is_near(&to_a_label(&signature.d), domain),
        Author::Unsure | Author::Nobody => false,
    };
    let mut far = read.clone();
    far.errors.clear();
    far.dkim_headers.retain(|signature| !is_own(&signature.header));
    far.dkim_headers.truncate(MOST_SIGNATURES);
    read.errors.truncate(MOST_SIGNATURES);
    read.dkim_headers.retain(|signature| is_own(&signature.header));
    read.dkim_headers.truncate(MOST_SIGNATURES);
    (read, far)
}

/// Whether one of two domains can speak for the other: their last two labels are the same. DMARC looks
/// closer; this keeps it from asking strangers.
fn is_near(one: &str, other: &str) -> bool {
    let ends = |domain: &str| -> Vec<String> {
        domain.trim_end_matches('.').rsplit('.').take(2).map(str::to_lowercase).collect()
    };
    ends(one) == ends(other)
}

/// What SPF says of the connection. A relay on this machine or in its network has an address that
/// nobody's record can mean, so nothing is said of one.
async fn ask_spf(lookup: &Lookup, origin: &Origin, identity: &Identity) -> SpfOutput {
    let domain = identity.domain();
    let nothing = SpfOutput::new(domain.to_owned());
    if !is_public(origin.peer) {
        return nothing;
    }
    let (helo, host) = (origin.helo.as_str(), "");
    let params = match (identity, &origin.mail_from) {
        (Identity::MailFrom(_), Some(from)) => {
            SpfParameters::verify_mail_from(origin.peer, helo, host, from)
        }
        (Identity::MailFrom(_) | Identity::Helo(_), _) => {
            SpfParameters::verify_ehlo(origin.peer, helo, host)
        }
    };
    let asked = lookup.authenticator.verify_spf(lookup.about(params));
    let late = |_| nothing.with_result(SpfResult::TempError);
    timeout(FIRST, asked).await.unwrap_or_else(late)
}

/// Not of this machine, and of no network that is somebody's own (RFC 6890; RFC 6598 for 100.64/10).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let is_shared = matches!(address.octets(), [100, 64..128, ..]);
            !(is_shared
                || address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_unspecified())
        }
    }
}

async fn ask_dkim<'x>(
    lookup: &'x Lookup,
    read: &'x AuthenticatedMessage<'x>,
) -> Vec<DkimOutput<'x>> {
    let asked = lookup.authenticator.verify_dkim(lookup.about(read));
    let late = |_| {
        let signatures = read.dkim_headers.iter().map(|header| &header.header);
        signatures.map(|one| DkimOutput::temp_err(no_answer()).with_signature(one)).collect()
    };
    timeout(FIRST, asked).await.unwrap_or_else(late)
}

async fn ask_dmarc(lookup: &Lookup, params: DmarcParameters<'_>) -> &'static str {
    let asked = lookup.authenticator.verify_dmarc(lookup.about(params));
    match timeout(SECOND, asked).await {
        Ok(found) => dmarc_word(&found.result()),
        Err(_) => "temperror",
    }
}

fn no_answer() -> Error {
    Error::Dns(DnsError::Resolver("no answer in time".to_owned()))
}

/// A signature that proves something: it covers `From` (RFC 6376 section 5.4), and nobody can make one
/// like it (RFC 8301 section 3).
fn is_sound(found: &DkimOutput<'_>) -> bool {
    found.signature().is_some_and(|signature| {
        let is_strong = match signature.a {
            Algorithm::RsaSha1 => false,
            Algorithm::RsaSha256 => signature.b.len() >= SHORTEST_RSA,
            Algorithm::Ed25519Sha256 => true,
        };
        is_strong && signature.h.iter().any(|name| name.trim().eq_ignore_ascii_case("from"))
    })
}

fn signature_word(found: &DkimOutput<'_>) -> (&'static str, String) {
    let word = match found.result() {
        DkimResult::Pass if !is_sound(found) => "policy",
        DkimResult::Pass => "pass",
        DkimResult::Neutral(_) => "neutral",
        DkimResult::Fail(_) => "fail",
        DkimResult::PermError(_) => "permerror",
        DkimResult::TempError(_) => "temperror",
        DkimResult::None => "none",
    };
    (word, found.signature().map(|one| to_a_label(&one.d).into_owned()).unwrap_or_default())
}

fn spf_word(result: SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => "temperror",
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    }
}

fn dmarc_word(result: &DmarcResult) -> &'static str {
    match result {
        DmarcResult::Pass => "pass",
        DmarcResult::Fail(_) => "fail",
        DmarcResult::TempError(_) => "temperror",
        DmarcResult::PermError(_) => "permerror",
        DmarcResult::None => "none",
    }
}
