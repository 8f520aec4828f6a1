//! Whether what a server said is about the address (nobody reads mail there, nor will) or only about this mail.
//! Sources: the subjects and details of RFC 3463, null MX of RFC 7505, and the words servers use beside the codes.
//! When the words and the codes leave it open, it is about this mail: an address is given up only for a reason.

use super::answers::{
    ABOUT_THE_ADDRESS, ABOUT_THE_HOST, ABOUT_THE_MAIL, BLOCKLISTS, FULL, STATUS_ABOUT_THE_ADDRESS,
    STATUS_ABOUT_THE_MAIL, UNKNOWN_AFTER_ALL,
};
use super::codes::{enhanced, reply};
use super::sentences::{AFTER_DATA, AFTER_SENDER, AT_RECIPIENT, NOT_DELIVERED, STILL_TRIED};

/// Whether the words say that a mail did not arrive, or not yet.
pub(crate) fn is_failure(words: &str) -> bool {
    [NOT_DELIVERED, ABOUT_THE_ADDRESS, ABOUT_THE_HOST, STILL_TRIED]
        .iter()
        .any(|list| says(words, list))
        || (reply(words).is_some() && enhanced(words).is_some())
}

/// Whether the words say that the mail is still being tried.
pub(super) fn is_delay(words: &str) -> bool {
    says(words, STILL_TRIED)
}

/// Whether the address takes no mail any more, by what the server answered and what the notice says around it;
/// both as `text::words` gives them.
pub(super) fn is_lasting(status: Option<&str>, answer: &str, around: &str) -> bool {
    let step = step(around);
    if step == Step::Sender || says(around, FULL) {
        return false;
    }
    let temporary = is_temporary(status, answer);
    match by_words(answer, temporary) {
        Some(lasting) => lasting && !contradicts(status, step),
        None => match by_status(status) {
            Some(lasting) => lasting,
            None => by_words(around, temporary) == Some(true) && !contradicts(status, step),
        },
    }
}

/// Words that call the address unknown are doubted when the server has seen the mail before it refused, or when
/// its code says no more than that the mailbox is closed: filters of recipients answer so.
fn contradicts(status: Option<&str>, step: Step) -> bool {
    let closed = status == Some("5.2.1") && step != Step::Recipient;
    closed || step == Step::Data && by_status(status) != Some(true)
}

/// How far the server let the mail come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Sender,
    Recipient,
    Data,
    Untold,
}

fn step(around: &str) -> Step {
    if AT_RECIPIENT.iter().any(|words| around.contains(words)) {
        Step::Recipient
    } else if says(around, AFTER_DATA) {
        Step::Data
    } else if says(around, AFTER_SENDER) {
        Step::Sender
    } else {
        Step::Untold
    }
}

fn by_words(words: &str, temporary: bool) -> Option<bool> {
    if says(words, UNKNOWN_AFTER_ALL) {
        return Some(true);
    }
    if says(words, ABOUT_THE_MAIL) || BLOCKLISTS.iter().any(|name| words.contains(name)) {
        return Some(false);
    }
    let lasting = says(words, ABOUT_THE_HOST) || !temporary && says(words, ABOUT_THE_ADDRESS);
    lasting.then_some(true)
}

/// What a status alone says; none when it leaves it to the words.
fn by_status(status: Option<&str>) -> Option<bool> {
    let status = status?;
    if STATUS_ABOUT_THE_ADDRESS.contains(&status) {
        return Some(true);
    }
    STATUS_ABOUT_THE_MAIL.iter().any(|subject| status.starts_with(subject)).then_some(false)
}

fn is_temporary(status: Option<&str>, answer: &str) -> bool {
    match status {
        Some(status) => status.starts_with('4'),
        None => reply(answer).is_some_and(|code| code < 500),
    }
}

fn says(words: &str, list: &[&str]) -> bool {
    list.iter()
        .any(|phrase| words.match_indices(phrase).any(|(at, _)| stands_alone(words, at, phrase)))
}

/// `relay` is a word in "relay access denied" and none in "relay.example.com". Scripts without blanks have no
/// beginnings of words.
fn stands_alone(words: &str, at: usize, phrase: &str) -> bool {
    let before = words.get(..at).and_then(|before| before.chars().next_back());
    let begins_inside = phrase.is_ascii() && before.is_some_and(is_part_of_name);
    let mut after = words.get(at + phrase.len()..).unwrap_or_default().chars();
    let goes_on = match after.next() {
        Some('@' | '_') => true,
        Some('.' | '-') => after.next().is_some_and(|next| next.is_ascii_alphanumeric()),
        _ => false,
    };
    !begins_inside && !goes_on
}

fn is_part_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '@' | '_' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_are_weighed() {
        let rows = [
            (Some("5.1.1"), "550 5.1.1 whatever", true),
            (Some("5.0.0"), "550 user unknown", true),
            (None, "550 no such user here", true),
            (Some("5.4.1"), "550 5.4.1 recipient address rejected: access denied", true),
            (Some("4.4.3"), "nxdomain", true),
            (Some("5.1.1"), "550 5.1.1 ip address blacklisted by recipient", false),
            (Some("5.1.1"), "552 mailbox full", false),
            (Some("5.1.3"), "553 see http://www.spamhaus.org/query", false),
            (Some("5.2.1"), "550 5.2.1 user unknown", false),
            (Some("4.1.1"), "450 4.1.1 user unknown, try later", false),
            (None, "450 mailbox unavailable", false),
            (Some("5.7.1"), "550 5.7.1 no", false),
            (None, "", false),
            (None, "host relay.example.com said: user unknown", true),
            (None, "554 relay access denied", false),
        ];
        for (status, answer, lasting) in rows {
            assert_eq!(is_lasting(status, answer, answer), lasting, "{status:?} {answer}");
        }
    }

    #[test]
    fn the_step_of_the_refusal_counts() {
        let rows = [
            (None, "550 user unknown (in reply to end of data command)", false),
            (None, "550 user unknown (in reply to rcpt to command)", true),
            (None, ">>> mail from:<desk@desk.test> <<< 550 no such user", false),
            (Some("5.1.1"), "550 user unknown (in reply to end of data command)", true),
            (Some("5.2.1"), "after rcpt to: 550 user unknown", true),
        ];
        for (status, around, lasting) in rows {
            assert_eq!(is_lasting(status, "550 user unknown", around), lasting, "{around}");
        }
    }

    #[test]
    fn failures_and_delays_are_told_by_words() {
        assert!(is_failure("the mail could not be delivered") && is_failure("550 5.3.5 oops"));
        assert!(!is_failure("call 555 or 1.5.6") && !is_failure("hello"));
        assert!(is_delay("it will be retried") && !is_delay("it was not delivered"));
    }
}
