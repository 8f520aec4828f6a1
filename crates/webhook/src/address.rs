//! Which addresses a webhook may lead to. A URL is somebody's word: behind it may be the metadata of
//! the machine, a database of the house, or a name that leads somewhere else the second time it is
//! looked up. So it is looked up once, every address it leads to must be public, and only those are
//! called.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use url::{Host, Url};

/// Looks a name up.
pub type Resolve = Arc<dyn Fn(String, u16) -> Looking + Send + Sync>;
/// Addresses on their way.
pub type Looking = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// A URL that may be called, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The URL.
    pub url: Url,
    /// The addresses behind it; no other may be called for it.
    pub addresses: Vec<SocketAddr>,
}

/// Why a URL is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("it is no URL such as https://example.com/hook")]
    NotAUrl,
    /// What is sent would be read on the way.
    #[error("it must begin with https://")]
    NotHttps,
    /// A URL is shown to everybody who may look at the configuration.
    #[error("leave name and password out of the URL; deliveries are signed")]
    Credentials,
    /// Nobody knows the name.
    #[error("{host} cannot be found; check its spelling")]
    NotFound {
        /// The name.
        host: String,
    },
    /// It leads into a private network.
    #[error("{host} is not a public address; webhooks go to public addresses alone")]
    Private {
        /// The name, or the address itself.
        host: String,
    },
}

/// Looks names up as the machine does.
pub fn system() -> Resolve {
    Arc::new(|host, port| {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    })
}

/// Whether a URL may be called, and where it leads. `own_machine` lets loopback addresses through,
/// without TLS too: for a desk on one machine, never on AWS.
pub async fn check(url: &str, resolve: &Resolve, own_machine: bool) -> Result<Checked, Refused> {
    let url = Url::parse(url.trim()).map_err(|_| Refused::NotAUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Credentials);
    }
    let port = url.port_or_known_default().ok_or(Refused::NotAUrl)?;
    let addresses = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::new(address.into(), port)],
        Some(Host::Ipv6(address)) => vec![SocketAddr::new(address.into(), port)],
        Some(Host::Domain(name)) => {
            let host = name.to_owned();
            let found = resolve(host.clone(), port).await.unwrap_or_default();
            if found.is_empty() {
                return Err(Refused::NotFound { host });
            }
            found
        }
        None => return Err(Refused::NotAUrl),
    };
    let here = own_machine && addresses.iter().all(|address| address.ip().is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        _ => return Err(Refused::NotHttps),
    }
    if !here && !addresses.iter().all(|address| is_public(address.ip())) {
        return Err(Refused::Private { host: url.host_str().unwrap_or_default().to_owned() });
    }
    Ok(Checked { url, addresses })
}

/// Whether an address is one of the public internet (RFC 6890 and its registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation();
    let reserved = match address.octets() {
        [0, ..] | [240..=255, ..] => true,
        // Shared by carriers (RFC 6598), protocol assignments, benchmarks (RFC 2544), 6to4 relays.
        [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18..=19, ..] | [192, 88, 99, _] => true,
        _ => false,
    };
    !special && !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inside) = inside(address) {
        return is_public_v4(inside);
    }
    // Global unicast is 2000::/3; of it, documentation and Teredo are not.
    match address.segments() {
        [0x2001, 0xdb8, ..] | [0x2001, 0, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The IPv4 address an IPv6 address stands for: mapped, compatible, NAT64 (RFC 6052), 6to4 (RFC 3056).
fn inside(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let four = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => four(high, low),
        [0, 0, 0, 0, 0, 0, high, low] => four(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => four(high, low),
        [0x2002, high, low, ..] => four(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads_to(addresses: &'static [&'static str]) -> Resolve {
        Arc::new(move |_, port| {
            let found = addresses.iter().map(|address| {
                let address: IpAddr = address.parse().unwrap();
                SocketAddr::new(address, port)
            });
            let found: Vec<SocketAddr> = found.collect();
            Box::pin(async move { Ok(found) })
        })
    }

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for (address, public) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("::ffff:93.184.216.34", true),
            ("127.0.0.1", false),
            ("127.8.9.10", false),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("192.0.0.8", false),
            ("192.0.2.1", false),
            ("198.18.0.1", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::127.0.0.1", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("2002:7f00:1::", false),
            ("fec0::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[tokio::test]
    async fn a_url_is_checked_with_everything_it_leads_to() {
        let public = leads_to(&["93.184.216.34"]);
        let mixed = leads_to(&["93.184.216.34", "10.0.0.7"]);
        let nowhere = leads_to(&[]);
        let private = |host: &str| Refused::Private { host: host.into() };
        for (url, resolve, refused) in [
            ("https://example.com/hook", &public, None),
            ("https://example.com:8443/hook", &public, None),
            ("http://example.com/hook", &public, Some(Refused::NotHttps)),
            ("ftp://example.com/hook", &public, Some(Refused::NotHttps)),
            ("file:///etc/passwd", &public, Some(Refused::NotAUrl)),
            ("example.com", &public, Some(Refused::NotAUrl)),
            ("https://user:secret@example.com/", &public, Some(Refused::Credentials)),
            ("https://example.com/", &mixed, Some(private("example.com"))),
            (
                "https://gone.example/",
                &nowhere,
                Some(Refused::NotFound { host: "gone.example".into() }),
            ),
            ("https://169.254.169.254/latest", &public, Some(private("169.254.169.254"))),
            // Other ways to write an address.
            ("https://2130706433/", &public, Some(private("127.0.0.1"))),
            ("https://0x7f.1/", &public, Some(private("127.0.0.1"))),
            ("https://[::ffff:10.0.0.1]/", &public, Some(private("[::ffff:a00:1]"))),
        ] {
            let checked = check(url, resolve, false).await;
            assert_eq!(checked.clone().err(), refused, "{url}: {checked:?}");
        }
    }

    #[tokio::test]
    async fn a_desk_on_one_machine_may_call_it_and_no_other_private_one() {
        let here = leads_to(&["127.0.0.1"]);
        let house = leads_to(&["192.168.1.7"]);
        assert!(check("http://localhost:9000/", &here, true).await.is_ok());
        assert!(check("http://127.0.0.1:9000/", &here, true).await.is_ok());
        assert!(check("http://127.0.0.1:9000/", &here, false).await.is_err());
        assert!(check("https://nas.example/", &house, true).await.is_err());
    }
}
