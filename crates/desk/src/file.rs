//! Files that belong to what was said: how they are known, what they may be called, and why one that
//! was uploaded cannot be used. Their bytes are elsewhere.

use serde::{Deserialize, Serialize};

/// Characters of a name that are kept.
const NAME_AT_MOST: usize = 150;
/// Characters that are kept as the extension of a name that is too long.
const EXTENSION_AT_MOST: usize = 16;
/// The longest media type, in bytes (RFC 6838 section 4.2: 127 for each half).
const KIND_AT_MOST: usize = 255;

/// A file kept with a text or an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// What it is asked for by. Where nothing else says what its bytes are, this does.
    pub id: String,
    /// The name it is offered under; never a path.
    pub name: String,
    /// Media type as the sender said.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, hexadecimal, where the id is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl File {
    /// Where its bytes are kept: under what they are, so that the same bytes are kept once.
    pub fn key(&self) -> String {
        format!("file/{}", self.sha256())
    }

    /// SHA-256 of its bytes, hexadecimal.
    pub fn sha256(&self) -> &str {
        self.sha256.as_deref().unwrap_or(&self.id)
    }
}

/// Why an uploaded file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUsable {
    /// There is none, or it is somebody else's, or for another ticket: all sound the same.
    #[error("there is no upload {id} of yours for this; ask for one first")]
    Unknown {
        /// Which.
        id: String,
    },
    /// Its bytes are not there.
    #[error("the file {id} is not uploaded yet; send it to the address you were given first")]
    NotThere {
        /// Which.
        id: String,
    },
    /// It belongs to something already.
    #[error("the file {id} is used already; upload it once more to use it twice")]
    Used {
        /// Which.
        id: String,
    },
    /// More than go with one message.
    #[error("{at_most} files at most; send the rest with another message")]
    TooMany {
        /// How many do.
        at_most: usize,
    },
}

/// The last part of a path without characters that some system or screen treats specially; none where
/// nothing is left.
pub fn safe_name(name: &str) -> Option<String> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = file.chars().filter(|c| !is_unseen(*c)).map(harmless).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = shortened(line.trim_matches(['.', ' ']));
    Some(name).filter(|name| !name.is_empty())
}

fn harmless(character: char) -> char {
    match character {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        other if other.is_control() => ' ',
        other => other,
    }
}

/// Embeddings, overrides, isolates and marks of direction (Unicode UAX #9), with which `exe.fdp` reads
/// `pdf.exe`; and what has no width.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
    ) || matches!(character, '\u{200b}' | '\u{feff}')
}

/// A long name loses its middle, not its extension.
fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_AT_MOST {
        return name.to_owned();
    }
    let first = |count: usize| name.chars().take(count).collect::<String>();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let length = extension.chars().count();
    match (1..=EXTENSION_AT_MOST).contains(&length) {
        true => format!("{}.{extension}", first(NAME_AT_MOST - length - 1)),
        false => first(NAME_AT_MOST),
    }
}

/// A media type as it may be sent back in a header: `type/subtype` in small letters, without
/// parameters; none where it is no such thing.
pub fn media_type(said: &str) -> Option<String> {
    let plain = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        !part.is_empty() && part.bytes().all(fits)
    };
    let (kind, subtype) = plain.split_once('/')?;
    let fits = token(kind) && token(subtype) && plain.len() <= KIND_AT_MOST;
    fits.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        let long = format!("{}.pdf", "ü".repeat(400));
        let cut = format!("{}.pdf", "ü".repeat(146));
        for (name, safe) in [
            ("report.pdf", Some("report.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\temp\\a.txt", Some("a.txt")),
            ("a\r\nb\0.txt", Some("a b .txt")),
            ("fdp.\u{202e}exe", Some("fdp.exe")),
            ("zero\u{200b}width.png", Some("zerowidth.png")),
            (".htaccess", Some("htaccess")),
            ("a:b?.txt", Some("a_b_.txt")),
            ("<img src=x onerror=alert(1)>.svg", Some("_img src=x onerror=alert(1)_.svg")),
            ("..", None),
            (" . ", None),
            ("folder/", None),
            (long.as_str(), Some(cut.as_str())),
        ] {
            assert_eq!(safe_name(name).as_deref(), safe, "{name:?}");
        }
    }

    #[test]
    fn media_types_are_plain() {
        for (said, kind) in [
            ("image/png", Some("image/png")),
            ("Text/HTML; charset=utf-8", Some("text/html")),
            ("application/vnd.ms-excel", Some("application/vnd.ms-excel")),
            ("image/svg+xml", Some("image/svg+xml")),
            ("image/png\r\nset-cookie: a=b", None),
            ("image", None),
            ("image/", None),
            ("/png", None),
            ("", None),
        ] {
            assert_eq!(media_type(said).as_deref(), kind, "{said:?}");
        }
    }

    #[test]
    fn bytes_are_kept_under_what_they_are() {
        let old = r#"{"id":"ab12","name":"a.png","type":"image/png","size":3}"#;
        let old: File = serde_json::from_str(old).unwrap();
        assert_eq!((old.key().as_str(), old.sha256()), ("file/ab12", "ab12"));
        let new = File { id: "u1".into(), sha256: Some("ab12".into()), ..old };
        assert_eq!(new.key(), "file/ab12");
        let kept = serde_json::to_string(&new).unwrap();
        assert_eq!(serde_json::from_str::<File>(&kept).unwrap(), new);
    }
}
