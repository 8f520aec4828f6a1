//! The numbers in what a mail server answered: replies of three digits (RFC 5321 section 4.2) and enhanced
//! status codes such as `5.1.1` (RFC 3463). What they mean for an address is decided in `cause`.

/// The first enhanced status code of a failure; a vague one (`5.0.0`) only when there is no other.
pub(super) fn enhanced(text: &str) -> Option<&str> {
    let mut codes = numbers(text).filter(|word| is_enhanced(word));
    let first = codes.next()?;
    if !is_vague(first) {
        return Some(first);
    }
    codes.find(|code| !is_vague(code)).or(Some(first))
}

/// Whether a code names no reason: `4.0.0` and `5.0.0`.
pub(super) fn is_vague(code: &str) -> bool {
    code.ends_with(".0.0")
}

/// The first three-digit reply that refuses or defers.
pub(super) fn reply(text: &str) -> Option<u16> {
    numbers(text)
        .filter(|word| word.len() == 3 && word.starts_with(['4', '5']))
        .find_map(|word| word.parse().ok())
}

/// Class, subject and detail of RFC 3463 section 2, of a failure.
fn is_enhanced(word: &str) -> bool {
    let mut parts = word.split('.');
    let class = parts.next().is_some_and(|class| matches!(class, "4" | "5"));
    let is_part = |part: Option<&str>| part.is_some_and(|part| (1..=3).contains(&part.len()));
    class && is_part(parts.next()) && is_part(parts.next()) && parts.next().is_none()
}

/// Runs of digits and dots that stand alone: neither part of a word, a host name or an address, nor a time.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let is_part =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '@' | '/');
    text.split(move |letter| !is_part(letter))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_among_other_numbers() {
        let rows = [
            ("550 5.1.1 <a@b.c>... User unknown", Some("5.1.1"), Some(550)),
            ("550-5.7.26 see http://x.test/5.1.1", Some("5.7.26"), Some(550)),
            ("host mx[192.0.2.4] said: 451 4.3.0", Some("4.3.0"), Some(451)),
            ("Sorry. (#5.4.4)", Some("5.4.4"), None),
            ("5.0.0 then 5.2.2.", Some("5.2.2"), None),
            ("only 5.0.0", Some("5.0.0"), None),
            ("4.0.2.1 and 5.1 and 2.1.5 and 250", None, None),
            ("", None, None),
        ];
        for (text, status, answer) in rows {
            assert_eq!((enhanced(text), reply(text)), (status, answer), "{text}");
        }
    }
}
