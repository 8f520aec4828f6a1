//! The text of a report split into what the reporting program says itself and the mail it returns below.
//! There is no standard for it: programs announce the returned mail in words or just print its headers.

use crate::text::first_characters;

/// Characters of a notice that are read; programs say it in a page.
const LONGEST: usize = 40_000;
/// A line that announces the returned mail is shorter.
const LONGEST_MARK: usize = 120;

/// Words of a line below which the returned mail begins.
const MARKS: &[&str] = &[
    "attachment is a copy",
    "copy of a message",
    "copy of the first part",
    "copy of the message",
    "copy of the original",
    "copy of your message",
    "header of the original message",
    "headers follow",
    "lines of your original message",
    "message header follow",
    "message follows",
    "mail follows",
    "message reads",
    "original mail as follows",
    "original mail info",
    "original message as",
    "original message details",
    "original message headers",
    "original message is included",
    "start of returned",
    "text follows",
    "undelivered message you sent",
    "unsent message",
    "mensaje original adjunto",
    "ursprünglichen nachricht",
    "元のメッセージ",
];
/// Such a line when it says nothing else.
const WHOLE_MARKS: &[&str] = &[
    "original message",
    "original mail",
    "forwarded message",
    "returned mail",
    "returned message",
    "original message text",
];
/// How a returned mail begins when it is not announced: with a trace header and what follows there.
const TRACES: &[(&str, &[&str])] =
    &[("received", &["from ", "by ", "("]), ("x-received", &["by "]), ("return-path", &["<"])];

/// A notice; neither part holds what a part of another type would.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice<'t> {
    /// What the program says.
    pub(crate) own: &'t str,
    /// The returned mail, or as much of it as the program gives back; empty when it is not in the text.
    pub(crate) returned: &'t str,
}

impl<'t> Notice<'t> {
    /// Splits the text of a mail.
    pub(crate) fn of(text: &'t str) -> Self {
        let readable = first_characters(text, LONGEST);
        let mut start = 0;
        for line in readable.split_inclusive('\n') {
            let begun = readable.get(..start).is_some_and(|before| !before.trim().is_empty());
            if begun && announces(line) {
                let (own, returned) = readable.split_at_checked(start).unwrap_or((readable, ""));
                return Self { own, returned };
            }
            start += line.len();
        }
        Self { own: readable, returned: "" }
    }
}

/// Whether the returned mail begins at or right below this line.
fn announces(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ', '\t']).trim_end();
    if line.len() > LONGEST_MARK {
        return begins_headers(first_characters(line, LONGEST_MARK));
    }
    let words = line.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    WHOLE_MARKS.contains(&words.as_str())
        || MARKS.iter().any(|mark| words.contains(mark))
        || begins_headers(line)
}

fn begins_headers(line: &str) -> bool {
    let Some((name, value)) = line.split_once(':') else { return false };
    let value = value.trim_start().to_ascii_lowercase();
    TRACES.iter().any(|(header, beginnings)| {
        name.eq_ignore_ascii_case(header)
            && beginnings.iter().any(|beginning| value.starts_with(beginning))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_returned_mail_is_cut_off() {
        for mark in [
            "--- Below this line is a copy of the message.",
            "------ This is a copy of your message, including all the headers.",
            "   ----- Unsent message follows -----",
            "----- Original message -----",
            "Received: from a by b; Mon, 1 Jan 2026 00:00:00 +0000",
            "Received:from a by b",
            ">Return-Path: <kofi@example.com>",
        ] {
            let text = format!("Not delivered.\n\n{mark}\nFrom: ama@example.com\n");
            let notice = Notice::of(&text);
            assert_eq!(notice.own, "Not delivered.\n\n", "{mark}");
            assert!(notice.returned.starts_with(mark.get(..9).unwrap()), "{mark}");
        }
    }

    #[test]
    fn what_only_sounds_so_stays() {
        for text in [
            "The original message was received at noon\nfrom a\n",
            "Received >>> 550 no\nthe message returned below\n",
            "--- Original message ---\nall that is here\n",
            "",
        ] {
            assert_eq!(Notice::of(text).own, text);
        }
    }
}
