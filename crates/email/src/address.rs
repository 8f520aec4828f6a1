//! A mailbox: a display name and an address, both safe to show on one line.
//! Whether the address exists or may be written to is not known here.

use crate::text::{first_characters, one_line};

/// RFC 5321 section 4.5.3.1: a path has at most 256 characters.
const LONGEST: usize = 256;

/// A mailbox as in RFC 5322 section 3.4.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// The display name.
    pub name: Option<String>,
    /// The address, as written, `local@domain`.
    pub email: String,
}

impl Address {
    /// A mailbox without a name.
    pub fn new(email: impl Into<String>) -> Self {
        Self { name: None, email: email.into() }
    }

    /// The address without what could end it or start another one in a header; longer ones are not addresses.
    pub(crate) fn safe_email(&self) -> String {
        let email: String = self.email.chars().filter(|character| belongs(*character)).collect();
        first_characters(&email, LONGEST).to_owned()
    }
}

/// The mailboxes of a header, those of groups included. Entries without an address are left out.
pub(crate) fn all(header: Option<&mail_parser::Address<'_>>) -> Vec<Address> {
    header.into_iter().flat_map(mail_parser::Address::iter).filter_map(read).collect()
}

/// The address in a path such as `<a@example.com>`.
pub(crate) fn bare(path: &str) -> Option<String> {
    let inner = path.trim().trim_start_matches('<').trim_end_matches('>').trim();
    let usable =
        inner.contains('@') && inner.chars().all(belongs) && inner.chars().count() <= LONGEST;
    usable.then(|| inner.to_owned())
}

fn read(found: &mail_parser::Addr<'_>) -> Option<Address> {
    let email: String =
        found.address()?.chars().filter(|character| !unprintable(*character)).collect();
    let email = first_characters(&email, LONGEST).to_owned();
    let name = found.name().map(one_line).filter(|name| !name.is_empty());
    (!email.is_empty()).then_some(Address { name, email })
}

fn belongs(character: char) -> bool {
    !unprintable(character)
        && !matches!(character, '<' | '>' | ',' | ';' | ':' | '"' | '(' | ')' | '[' | ']' | '\\')
}

fn unprintable(character: char) -> bool {
    character.is_control() || character.is_whitespace() || crate::text::reorders(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_become_two() {
        let rows = [
            ("a@example.com", "a@example.com"),
            ("a@example.com, b@evil.test", "a@example.comb@evil.test"),
            ("a@example.com>\r\nBcc: <b@evil.test", "a@example.comBccb@evil.test"),
            ("ü@exämple.com", "ü@exämple.com"),
        ];
        for (email, expected) in rows {
            assert_eq!(Address::new(email).safe_email(), expected);
        }
    }

    #[test]
    fn paths_are_read() {
        assert_eq!(bare("<a@b.c>"), Some("a@b.c".into()));
        assert_eq!(bare(" a@b.c "), Some("a@b.c".into()));
        for path in ["<>", "", "nobody", "<a b@c>", "a@b,c@d"] {
            assert_eq!(bare(path), None, "{path}");
        }
    }
}
