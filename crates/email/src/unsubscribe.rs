//! How to get no more mails of a kind, said where mail programs look for it (RFC 2369 section 3.2, RFC 8058).
//! Whether the address works, and who may use it, is for whoever gives it to know. A mail program only trusts
//! these headers where the mail's DKIM signature covers them (RFC 8058 section 4).

use mail_builder::headers::HeaderType;
use mail_builder::headers::text::Text;
use mail_builder::headers::url::URL;

/// A header line has at most 998 characters (RFC 5322 section 2.1.1).
const LONGEST: usize = 900;

/// The headers for an address; none where it is no `mailto:` or `https:` address, or could end its header.
pub(crate) fn headers(uri: Option<&str>) -> Vec<(&'static str, HeaderType<'static>)> {
    let Some((scheme, uri)) = uri.and_then(|uri| Some((scheme(uri)?, uri))) else {
        return Vec::new();
    };
    let place = ("List-Unsubscribe", HeaderType::URL(URL::new(uri.to_owned())));
    match scheme {
        Scheme::Mailto => vec![place],
        Scheme::Https => {
            let click = HeaderType::Text(Text::new("List-Unsubscribe=One-Click"));
            vec![place, ("List-Unsubscribe-Post", click)]
        }
    }
}

/// How it is asked for.
#[derive(Clone, Copy)]
enum Scheme {
    /// By a mail.
    Mailto,
    /// By one `POST`, without asking back (RFC 8058 section 3.1).
    Https,
}

fn scheme(uri: &str) -> Option<Scheme> {
    let fits = uri.len() <= LONGEST && uri.bytes().all(belongs);
    let (scheme, place) = uri.split_once(':').filter(|_| fits)?;
    match scheme.to_ascii_lowercase().as_str() {
        "mailto" if place.contains('@') => Some(Scheme::Mailto),
        "https" if place.strip_prefix("//").is_some_and(|host| !host.is_empty()) => {
            Some(Scheme::Https)
        }
        _ => None,
    }
}

/// RFC 3986 section 2; a comma would start another address (RFC 2369 section 2).
fn belongs(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>\"\\^`{|},".contains(&byte)
}
