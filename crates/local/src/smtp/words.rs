//! Words said on both sides of the door: a command line that is none, and answers as one ASCII line.
//! Decides nothing about the conversation itself.

use smtp_proto::Error;

/// A web page can make a browser send a form here: its lines must never be read as mail.
pub(super) fn speaks_http(line: &[u8]) -> bool {
    const METHODS: [&str; 9] =
        ["GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    let line = String::from_utf8_lossy(line).to_ascii_uppercase();
    let mut words = line.split_whitespace();
    let method = words.next().is_some_and(|word| METHODS.contains(&word));
    (method && words.next().is_some()) || line.contains(" HTTP/") || line.starts_with("HOST:")
}

/// The answer to a command that cannot be read.
pub(super) fn words_for(error: &Error) -> String {
    match error {
        Error::InvalidSenderAddress => "501 5.1.7 The sender's address cannot be read".to_owned(),
        Error::InvalidRecipientAddress => {
            "501 5.1.3 The recipient's address cannot be read".to_owned()
        }
        Error::SyntaxError { syntax } => format!("501 5.5.4 Say {syntax}"),
        Error::InvalidParameter { param } => {
            format!("501 5.5.4 The parameter {param} cannot be read")
        }
        Error::UnsupportedParameter { .. } => {
            "555 5.5.4 A parameter is not offered here".to_owned()
        }
        _ => "500 5.5.1 Unknown command".to_owned(),
    }
}

/// An answer is one line of ASCII, whatever the sink says.
pub(super) fn printable(text: &str) -> String {
    let printable = |c: char| c.is_ascii_graphic() || c == ' ';
    text.chars().take(200).map(|c| if printable(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_told_from_smtp() {
        for line in [
            "GET / HTTP/1.1\r\n",
            "POST /x HTTP/1.0\r\n",
            "get /\r\n",
            "Host: 127.0.0.1\r\n",
            "x HTTP/1.1\r\n",
        ] {
            assert!(speaks_http(line.as_bytes()), "{line}");
        }
        for line in [
            "EHLO post.example.com\r\n",
            "MAIL FROM:<get@post>\r\n",
            "HELO host\r\n",
            "\r\n",
            "GET\r\n",
        ] {
            assert!(!speaks_http(line.as_bytes()), "{line}");
        }
    }
}
