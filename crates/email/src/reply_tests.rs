//! Answers as people write them, what only looks like a quote, and that no text hangs or is lost.

use std::time::{Duration, Instant};

use super::*;
use proptest::prelude::*;

/// What programs and people write around their words, in any order.
const MARKS: &str = "(On 1 May 2026 |at 9:00, |wrote:|wrote|<a@b>|@|>|> |\\||\n|\n\n|-- |--|-----|___|—|From: |Sent: |Subject: |To: |Ana|a |ä|: |Thanks,|Sent from my iPhone|-----Original Message-----|---------- Forwarded message ---------|Hash: x|-----BEGIN PGP SIGNED MESSAGE-----|## reply above this line ##){0,30}";

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
        ("Sí.\n\nEl lun, 23 nov 2026 a las 9:00, Desk (<d@desk.test>) escribió:\n> viejo", "Sí."),
        ("Sì.\n\nIl giorno lun 23 nov 2026 alle ore 09:00 Desk ha scritto:\n> v", "Sì."),
        ("Ja.\n\nOp ma 23 nov. 2026 om 09:00 schreef Desk <d@desk.test>:\n> oud", "Ja."),
        ("Sim.\n\nEm seg., 23 de nov. de 2026 às 09:00, Desk <d@desk.test> escreveu:\n> v", "Sim."),
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
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes.\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----",
            "Yes.",
        ),
        ("Yes.\n\nUnsubscribe: <mailto:leave@desk.test>\n<https://desk.test/leave>", "Yes."),
        ("Yes.\n\n________________\ndesk mailing list\ndesk@desk.test", "Yes."),
        ("Yes.\n\n-----\nKofi\nkofi@example.com", "Yes."),
        ("Yes.\n—\nKofi", "Yes."),
        ("Yes.\n\nAL> old\nAL>\nAL> older", "Yes."),
        (
            "Yes.\n\nIn message \"vpn [7]\"\n    on 23/11/26, Desk <d@desk.test> writes:\n|old\n|older",
            "Yes.",
        ),
        ("Yes.\n\n----- Nieznany znak -----\nFrom: Desk\nSent: Monday\nSubject: s\n\nold", "Yes."),
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
        "> does it work?\nyes\n> and that?\nno",
        "> quoted first\nanswer below",
        "I typed\nSQL> select 1\nSQL> select 2",
        "My data\n=======\nName: Ana\nMail: ana@example.com\nTown: Lima",
        "My data\n_______\nName: Ana\nMail: ana@example.com\nTown: Lima",
        "***\n* ana@example.com *\n***\nsaid so",
        "-----BEGIN PGP MESSAGE-----\n\nhQI=\n-----END PGP MESSAGE-----",
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
        "On 1 May 2026 x wrote:\n\n## reply above this line ##\ny",
        "-- \nKofi\n\nOn 1 May 2026 x wrote:\n> y",
        "",
    ] {
        let reply = split(text);
        assert_eq!((reply.text.as_str(), reply.signature.as_str()), (text, ""));
        assert!(reply.nothing_new, "{text:?}");
    }
    assert!(!split("Yes.\n> old").nothing_new);
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
        let text = shape.repeat(40_000 / shape.len());
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
    fn something_stays_of_any_marks(text in MARKS) {
        prop_assert_eq!(visible(&text).trim().is_empty(), text.trim().is_empty());
    }

    #[test]
    fn every_word_shown_was_written(text in MARKS) {
        let reply = split(&text);
        let mut words: Vec<&str> = text.split_whitespace().collect();
        for shown in reply.text.split_whitespace().chain(reply.signature.split_whitespace()) {
            let at = words.iter().position(|word| *word == shown);
            prop_assert!(at.is_some(), "{shown:?} of {reply:?}");
            at.map(|at| words.swap_remove(at));
        }
    }

    #[test]
    fn a_known_sender_takes_nothing_away(text in MARKS, sender in "(a|Ana|ana@b| ){0,3}") {
        let (with, without) = (split_from(&text, &sender), split(&text));
        let all = |reply: &Reply| {
            let words = reply.text.split_whitespace().chain(reply.signature.split_whitespace());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        prop_assert_eq!(all(&with), all(&without));
    }

    #[test]
    fn anything_passed_on_is_read(subject in "(Fwd: |Re: |x){0,2}", text in MARKS) {
        if let Some(found) = crate::forwarded(&subject, &text) {
            prop_assert!(text.contains(&found.before));
        }
    }

    #[test]
    fn what_stands_below_our_line_is_shown_with_it_alone(above in MARKS, mark in "(> )?", below in MARKS) {
        let text = format!("{above}\n{mark}{REPLY_LINE}\n{mark}secret\n{}", below.replace("## ", ""));
        let shown = visible(&text);
        prop_assert!(!shown.contains("secret") || shown.contains(REPLY_LINE), "{text:?}: {shown:?}");
    }
}
