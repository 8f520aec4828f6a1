//! The addresses in what a reporting program says, and how plainly each is named as one that got no mail.
//! It goes by the place in the line and the word before; it does not know whether an address exists.

/// RFC 5321 section 4.5.3.1: a path has at most 256 octets, a local part 64.
const LONGEST: usize = 256;
const LONGEST_LOCAL: usize = 64;
/// Addresses of a text that are looked at.
const MOST: usize = 1000;
/// Bytes before an address that are looked at.
const NEAR: usize = 120;

/// How plainly an address is named, the plainest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It begins its line, or follows a label such as `Unknown user:`.
    Named,
    /// A sentence says that something was for it.
    Told,
    /// A repeated header says whom the mail was to.
    Addressed,
    /// It occurs somewhere, perhaps as somebody to ask.
    Mentioned,
    /// The line says that it is a sender.
    Sender,
}

/// An address in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// As written.
    pub(super) address: String,
    /// How plainly it is named.
    pub(super) rank: Rank,
}

/// Words before an address that say it was to get something.
const TOWARDS: &[&str] = &[
    "to",
    "for",
    "user",
    "mailbox",
    "recipient",
    "recipients",
    "address",
    "addressed",
    "account",
    "an",
    "für",
    "à",
    "pour",
    "a",
    "para",
    "voor",
    "destinataire",
    "destinatario",
    "empfänger",
];
/// Words of labels that name senders and helpers.
const SENDERS: &[&str] =
    &["from", "sender", "reply-to", "return-path", "message-id", "by", "contact", "von", "de"];
/// Words of labels that repeat the headers of the mail that failed.
const HEADERS: &[&str] = &["to", "cc", "bcc"];
/// Words of sentences about whom to write to for help.
const HELPERS: &[&str] = &["contact", "assistance", "help", "questions", "report this", "write to"];
/// Local parts that run a mail server and are seldom whom a mail was for.
const KEEPERS: &[&str] = &["postmaster@", "mailer-daemon@", "abuse@", "hostmaster@"];

/// The addresses of a text in order, each once, at its plainest.
pub(super) fn all(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (address, before) in text.lines().flat_map(in_line).take(MOST) {
        let rank = rank(address, before);
        match found.iter_mut().find(|known| known.address.eq_ignore_ascii_case(address)) {
            Some(known) => known.rank = known.rank.min(rank),
            None => found.push(Found { address: address.to_owned(), rank }),
        }
    }
    found
}

/// The first address in the value of a field such as `rfc822; <kofi@example.com>`.
pub(super) fn first(value: &str) -> Option<&str> {
    value.char_indices().filter(|(_, letter)| *letter == '@').find_map(|(at, _)| {
        let local = local_part(value.get(..at)?)?;
        let domain = domain(value.get(at + 1..)?)?;
        value.get(at - local.len()..at + 1 + domain.len())
    })
}

/// The addresses of a line with what stands before each; a domain needs a dot here.
fn in_line(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let ats = line.char_indices().filter(|(_, letter)| *letter == '@');
    ats.filter_map(move |(at, _)| {
        let local = local_part(line.get(..at)?)?;
        let domain = domain(line.get(at + 1..)?).filter(|domain| domain.contains('.'))?;
        let start = at - local.len();
        Some((line.get(start..at + 1 + domain.len())?, line.get(..start)?))
    })
}

/// The longest end of a text that is a local part (RFC 5321 section 4.1.2), quoted or not.
fn local_part(before: &str) -> Option<&str> {
    if let Some(inner) = before.strip_suffix('"') {
        let opening = inner.rfind('"').filter(|opening| before.len() - opening <= LONGEST_LOCAL)?;
        return before.get(opening..);
    }
    let length: usize = before
        .bytes()
        .rev()
        .take(LONGEST)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"!#$%&*+-/=?^_`{|}~.".contains(byte))
        .count();
    let local = before.get(before.len() - length..)?;
    let plain = after_scheme(local).trim_start_matches(['*', '-', '.', '|', '=']);
    let is_local = !plain.is_empty() && !plain.ends_with('.') && !plain.contains("..");
    is_local.then_some(plain)
}

/// Exchange writes `SMTP=kofi@example.com`.
fn after_scheme(local: &str) -> &str {
    match local.split_once('=') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("smtp") => rest,
        _ => local,
    }
}

fn domain(after: &str) -> Option<&str> {
    let length = after
        .bytes()
        .take(LONGEST)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte))
        .count();
    let domain = after.get(..length)?.trim_end_matches(['.', '-', '_']);
    domain.starts_with(|first: char| first.is_ascii_alphanumeric()).then_some(domain)
}

fn rank(address: &str, before: &str) -> Rank {
    let before =
        end_of(before).trim_end_matches(['<', '"', '\'', '(', '[', '`', ' ', '\t']).to_lowercase();
    let label = before.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    if is_keeper(address) {
        return Rank::Mentioned;
    }
    if label.is_empty() {
        return Rank::Named;
    }
    match label.strip_suffix([':', '=']) {
        Some(label) => by_label(label.trim_end()),
        None => by_sentence(label),
    }
}

/// The last bytes of a text, from the first whole character.
fn end_of(text: &str) -> &str {
    let start = text.len().saturating_sub(NEAR);
    (start..=text.len()).find_map(|start| text.get(start..)).unwrap_or_default()
}

fn is_keeper(address: &str) -> bool {
    KEEPERS.iter().any(|keeper| {
        address.get(..keeper.len()).is_some_and(|local| local.eq_ignore_ascii_case(keeper))
    })
}

fn by_label(label: &str) -> Rank {
    if label.ends_with("expanded from") || label.ends_with("generated from") {
        return Rank::Named;
    }
    let words = || label.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    if words().any(|word| SENDERS.contains(&word)) {
        Rank::Sender
    } else if HEADERS.contains(&label) {
        Rank::Addressed
    } else if label == "subject" || words().next_back().is_some_and(is_number) {
        Rank::Mentioned
    } else {
        Rank::Named
    }
}

fn by_sentence(sentence: &str) -> Rank {
    let last = sentence.split_whitespace().next_back().unwrap_or_default();
    let last = last.trim_matches(|letter: char| !letter.is_alphanumeric());
    let is_code = last.len() == 3 && last.bytes().all(|byte| byte.is_ascii_digit());
    if SENDERS.contains(&last) {
        let expanded = sentence.ends_with("generated from");
        return if expanded { Rank::Named } else { Rank::Sender };
    }
    if HELPERS.iter().any(|words| sentence.contains(words)) {
        return Rank::Mentioned;
    }
    if is_code || TOWARDS.contains(&last) { Rank::Told } else { Rank::Mentioned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_tells_whom_a_mail_was_for() {
        let rows = [
            ("  ama@example.com", Rank::Named),
            ("<ama@example.com>: unknown", Rank::Named),
            ("   * [ama@example.com]: 550", Rank::Named),
            ("Unknown user: ama@example.com", Rank::Named),
            (">>> RCPT To:<ama@example.com>", Rank::Named),
            ("c=US;dda:SMTP=ama@example.com; on Fri", Rank::Named),
            ("    (expanded from: ama@example.com)", Rank::Named),
            ("(ultimately generated from ama@example.com)", Rank::Named),
            ("addressed to 'ama@example.com',", Rank::Told),
            ("<<< 550 <ama@example.com>, User unknown", Rank::Told),
            ("please contact <ama@example.com>", Rank::Sender),
            ("For assistance write to ama@example.com", Rank::Mentioned),
            ("To: ama@example.com", Rank::Addressed),
            ("MAIL FROM: ama@example.com", Rank::Sender),
            ("Original Sender: <ama@example.com>", Rank::Sender),
        ];
        for (line, rank) in rows {
            let expected = Found { address: "ama@example.com".into(), rank };
            assert_eq!(all(line), vec![expected], "{line}");
        }
    }

    #[test]
    fn addresses_are_read_from_fields() {
        let rows = [
            ("rfc822; <ama@example.com>", Some("ama@example.com")),
            ("rfc822;@relay.test:ama@server", Some("ama@server")),
            ("rfc822; \"a..b.\"@example.com", Some("\"a..b.\"@example.com")),
            ("rfc822;bounces+ama=x.test@example.com", Some("bounces+ama=x.test@example.com")),
            ("x-local; ama", None),
            ("@@@ <@>", None),
        ];
        for (value, expected) in rows {
            assert_eq!(first(value), expected, "{value}");
        }
    }

    #[test]
    fn each_address_counts_once_at_its_plainest() {
        let found = all("mail for AMA@example.com\nama@example.com\nnothing @ all, a@b\n");
        assert_eq!(found, vec![Found { address: "AMA@example.com".into(), rank: Rank::Named }]);
    }
}
