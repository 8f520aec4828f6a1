//! What a person newly wrote in an answer, without the quoted mail and the signature below it.
//! It works on plain text, line by line and in linear time; when in doubt it shows more, never nothing.

/// The line our own mails begin with: everything from it on is quoted.
pub const REPLY_LINE: &str = "## reply above this line ##";

/// An introduction may be wrapped over this many lines.
const INTRODUCTION_LINES: usize = 4;
/// Longer text is no introduction; looking no further keeps the work linear.
const INTRODUCTION_BYTES: usize = 400;
/// The lines of an Outlook header block after `From:`.
const BLOCK_LINES: usize = 6;

/// The first words of "On … wrote:" in several languages.
const OPENINGS: &[&str] = &[
    "on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "dne ", "w dniu ", "dnia ", "a ",
    "at ", "på ", "pe ",
];
/// The verbs of "On … wrote:" in several languages.
const WROTE: &[&str] = &[
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "ha scritto",
    "schreef",
    "escreveu",
    "napisał",
    "napisała",
    "napisał(a)",
    "skrev",
    "napsal",
    "napsal(a)",
    "kirjoitti",
    "пишет",
    "написал",
    "yazdı",
    "geschreven",
];
/// What stands between dashes above a quoted mail.
const ORIGINAL: &[&str] = &[
    "original message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message d’origine",
    "mensaje original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "mensagem original",
    "oryginalna wiadomość",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "původní zpráva",
];
/// `From:` as the first line of a header block.
const FROM: &[&str] = &["from:", "von:", "de:", "de :", "da:", "van:", "från:", "fra:", "od:"];
/// `Sent:` or `Date:` within a header block.
const SENT: &[&str] = &[
    "sent:",
    "date:",
    "gesendet:",
    "datum:",
    "envoyé :",
    "envoyé:",
    "date :",
    "enviado:",
    "enviado el:",
    "fecha:",
    "inviato:",
    "data:",
    "verzonden:",
    "skickat:",
    "sendt:",
    "wysłano:",
    "odesláno:",
];

/// The new part of a text. Never empty unless the text is: an answer of quotes alone is shown whole.
pub fn visible(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let hard_end = (0..lines.len()).find(|index| ends_here(&lines, *index)).unwrap_or(lines.len());
    let above = without_quoted_tail(lines.get(..hard_end).unwrap_or_default());
    let end = introduction(&lines, above).unwrap_or(above);
    let kept = without_blank_tail(lines.get(..end).unwrap_or_default());
    let shown = lines.get(..kept).unwrap_or_default().join("\n");
    let shown = shown.trim_start_matches(['\n', '\r']);
    if shown.trim().is_empty() { text.to_owned() } else { shown.to_owned() }
}

/// Marks below which nothing is new whatever it looks like.
fn ends_here(lines: &[&str], index: usize) -> bool {
    let Some(line) = lines.get(index) else { return false };
    // The separator of RFC 3676 section 4.3; turning HTML to text loses its blank.
    if line.trim_end() == "--" {
        return true;
    }
    let folded = folded(line);
    let words = folded.trim_start_matches(['>', ' ']);
    words.starts_with(REPLY_LINE) || is_original_mark(words) || is_header_block(lines, index, words)
}

/// `-----Original Message-----` and its translations.
fn is_original_mark(words: &str) -> bool {
    let inner = words.trim_matches(['-', '_', ' ']);
    words.starts_with("--") && ORIGINAL.contains(&inner)
}

/// Outlook quotes with a block of headers and no other mark: `From:`, then `Sent:` within the next lines.
fn is_header_block(lines: &[&str], index: usize, words: &str) -> bool {
    let plain = |line: &str| line.trim_start_matches(['*', '>', ' ']).to_owned();
    if !FROM.iter().any(|name| plain(words).starts_with(name)) {
        return false;
    }
    let below = lines.get(index + 1..).unwrap_or_default().iter().take(BLOCK_LINES - 1);
    below.map(|line| plain(&folded(line))).any(|line| {
        let line = line.replace('*', "");
        SENT.iter().any(|name| line.starts_with(name))
    })
}

/// Where "On … wrote:" begins, unless answers stand between the quoted lines below it.
fn introduction(lines: &[&str], end: usize) -> Option<usize> {
    let (start, after) =
        (0..end).find_map(|index| Some((index, introduction_end(lines, index)?)))?;
    let below = lines.get(after..end).unwrap_or_default();
    let quotes =
        below.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_quoted(line));
    // Below the quoted lines something else follows: the person answers in between.
    (!quotes).then_some(start)
}

/// The index after an introduction that begins at `index`.
fn introduction_end(lines: &[&str], index: usize) -> Option<usize> {
    let first = folded(lines.get(index)?);
    if !OPENINGS.iter().any(|opening| first.starts_with(opening))
        && !first.starts_with(|character: char| character.is_ascii_digit())
    {
        return None;
    }
    let mut joined = String::new();
    for (offset, line) in lines.get(index..)?.iter().take(INTRODUCTION_LINES).enumerate() {
        let part = folded(line);
        if part.is_empty() || joined.len() + part.len() > INTRODUCTION_BYTES {
            return None;
        }
        joined.push_str(&part);
        joined.push(' ');
        if part.ends_with([':', '：']) {
            return is_introduction(&joined).then_some(index + offset + 1);
        }
    }
    None
}

/// It names a moment or an address, and says that someone wrote; a date and an address alone do as well.
fn is_introduction(joined: &str) -> bool {
    let line = joined.trim().trim_end_matches([':', '：', ' ']);
    let dated = line.contains(|character: char| character.is_ascii_digit());
    let addressed = line.contains('@');
    let says = line.split([' ', '\u{a0}', ',']).any(|word| WROTE.contains(&word))
        || WROTE.iter().any(|verb| line.ends_with(verb));
    (says && (dated || addressed)) || (dated && line.ends_with('>') && addressed)
}

fn without_quoted_tail(lines: &[&str]) -> usize {
    lines
        .iter()
        .rposition(|line| !line.trim().is_empty() && !is_quoted(line))
        .map_or(0, |last| last + 1)
}

/// Blank lines and rules of underscores above a cut belong to what was cut.
fn without_blank_tail(lines: &[&str]) -> usize {
    let is_rule = |line: &str| line.len() >= 8 && line.chars().all(|character| character == '_');
    lines
        .iter()
        .rposition(|line| !line.trim().is_empty() && !is_rule(line.trim()))
        .map_or(0, |last| last + 1)
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The beginning of a line in lowercase; marks are short, so the rest of a long line is of no interest.
fn folded(line: &str) -> String {
    let start = crate::text::first_characters(line, INTRODUCTION_BYTES + 1);
    start.replace(['\u{a0}', '\u{202f}'], " ").trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_and_signatures_are_cut() {
        let rows = [
            ("It works.", "It works."),
            ("It works.\n\nThanks", "It works.\n\nThanks"),
            ("Yes.\n\n> old\n> older\n", "Yes."),
            ("Yes.\n-- \nKofi\n+49", "Yes."),
            ("Yes.\n--\nKofi", "Yes."),
            ("Yes -- no\n---\nmore", "Yes -- no\n---\nmore"),
            ("Yes.\n\nOn Mon, Nov 23, 2026 at 9:00 AM Desk <d@desk.test> wrote:\n> old", "Yes."),
            ("Yes.\n\nOn Mon, Nov 23, 2026 at 9:00 AM Desk\n<d@desk.test> wrote:\n\n> old", "Yes."),
            ("Yes.\n\nOn 23 Nov 2026, at 09:00, Desk wrote:\n\nold, not marked", "Yes."),
            ("Ja.\n\nAm 23.11.2026 um 09:00 schrieb Desk <d@desk.test>:\n> alt", "Ja."),
            ("Ja.\n\nAm Mo., 23. Nov. 2026 schrieb Desk:\nalt", "Ja."),
            (
                "Oui.\n\nLe lun. 23 nov. 2026 à 09:00, Desk <d@desk.test> a écrit\u{a0}:\n> vieux",
                "Oui.",
            ),
            (
                "Sí.\n\nEl lun, 23 nov 2026 a las 9:00, Desk (<d@desk.test>) escribió:\n> viejo",
                "Sí.",
            ),
            ("Sì.\n\nIl giorno lun 23 nov 2026 alle ore 09:00 Desk ha scritto:\n> v", "Sì."),
            ("Ja.\n\nOp ma 23 nov. 2026 om 09:00 schreef Desk <d@desk.test>:\n> oud", "Ja."),
            (
                "Sim.\n\nEm seg., 23 de nov. de 2026 às 09:00, Desk <d@desk.test> escreveu:\n> v",
                "Sim.",
            ),
            ("Tak.\n\nW dniu 23.11.2026 o 09:00, Desk napisał(a):\n> s", "Tak."),
            ("Yes.\n\n2026-11-23 9:00 GMT+01:00 Desk <d@desk.test>:\n> old", "Yes."),
            ("Yes.\n\n-----Original Message-----\nFrom: x\nold", "Yes."),
            ("Ja.\n\n-----Ursprüngliche Nachricht-----\nalt", "Ja."),
            (
                "Yes.\n\n________________________________\nFrom: Desk <d@desk.test>\nSent: Monday\nTo: Kofi\nSubject: s\n\nold",
                "Yes.",
            ),
            ("Ja.\n\nVon: Desk\nGesendet: Montag\nAn: Kofi\nBetreff: s\n\nalt", "Ja."),
            ("Yes.\n\n*From:* Desk\n*Date:* Monday\n*To:* Kofi\n\nold", "Yes."),
            ("Yes.\n\n## Reply above this line ##\nold", "Yes."),
            ("Yes.\n> ## reply above this line ##\n> old", "Yes."),
            ("\n\nYes.\r\n\r\n> old\r\n", "Yes."),
        ];
        for (text, expected) in rows {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_quote_stays() {
        let rows = [
            "On Monday it broke:\nno light",
            "From: the office\nIt does not work",
            "From: Berlin\n\nto Paris",
            "On 3 May:\n- first\n- second",
            "He wrote:\nhello 12",
            "On Mon, 23 Nov 2026, Desk wrote:\n> does it work?\nyes\n> and that?\nno",
            "> quoted first\nanswer below",
            "a -- b",
        ];
        for text in rows {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn nothing_is_never_shown_for_something() {
        for text in [
            "> only quoted",
            "-- \nsignature",
            "## reply above this line ##",
            " ",
            "\n\n",
            "On 1 May 2026 x wrote:\n> y",
        ] {
            assert_eq!(visible(text), text);
        }
        assert_eq!(visible(""), "");
    }

    #[test]
    fn hostile_text_does_not_hang() {
        let shapes = [
            "on 1 ",
            "on 1\n",
            "> ",
            ">\n",
            "From:\n",
            "--",
            "On 1 wrote\n",
            "\n",
            "a:\n",
            "-- -",
            "12 <a@b>\n",
        ];
        for shape in shapes {
            let text = shape.repeat(400_000 / shape.len());
            let start = Instant::now();
            visible(&text);
            // Not how fast it is, which is for benchmarks: work that grows with the square of the
            // text would take minutes.
            assert!(start.elapsed() < Duration::from_secs(60), "{shape:?}: {:?}", start.elapsed());
        }
    }

    proptest! {
        #[test]
        fn something_stays_of_any_text(text in any::<String>()) {
            prop_assert_eq!(visible(&text).is_empty(), text.is_empty());
        }

        #[test]
        fn something_stays_of_any_marks(text in "(On 1 |wrote:|>|\n|-- |From: |Sent: |a|## reply above this line ##){0,40}") {
            prop_assert_eq!(visible(&text).is_empty(), text.is_empty());
        }
    }
}
