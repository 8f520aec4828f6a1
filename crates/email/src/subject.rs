//! A subject as a title: without what mail programs put before it, and the ticket's number that stands in it.

/// What mail programs put before the subject of an answer or a forwarded mail, in lowercase: RFC 5322 section
/// 3.6.5 knows `Re:` alone, the programs of other languages write their own.
const PREFIXES: &[&str] = &[
    "re",
    "aw",
    "antw",
    "antwort",
    "sv",
    "vs",
    "res",
    "rv",
    "rif",
    "r",
    "odp",
    "ynt",
    "ynl",
    "vl",
    "wg",
    "fw",
    "fwd",
    "tr",
    "enc",
    "i",
    "rép",
    "doorst",
    "vb",
    "bls",
    "ilt",
    "pd",
    "továbbítás",
    "továbbított",
    "vá",
    "atb",
    "σχετ",
    "απ",
    "πρθ",
    "отв",
    "ответ",
    "пересл",
    "回复",
    "答复",
    "回覆",
    "转发",
    "轉寄",
    "轉發",
    "返信",
    "転送",
    "답장",
    "전달",
    "תגובה",
    "השב",
    "הועבר",
    "رد",
    "إعادة توجيه",
];

/// So many prefixes are taken off; more are no mail program's.
const MOST: usize = 20;

/// The subject without `Re:`, `AW:`, `Fwd:`, `Re[2]:` and their like. A subject that is nothing else stays.
pub fn tidy(subject: &str) -> &str {
    let mut rest = subject.trim();
    for _ in 0..MOST {
        match without_prefix(rest) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    if rest.is_empty() { subject.trim() } else { rest }
}

fn without_prefix(subject: &str) -> Option<&str> {
    let (before, after) = subject.split_once([':', '\u{ff1a}'])?;
    let word = before.trim_end();
    // `Re[2]:` and `Re(2):` count the answers.
    let word = match word.split_once(['[', '(']) {
        Some((word, count)) if is_count(count) => word,
        Some(_) => return None,
        None => word,
    };
    PREFIXES.contains(&word.trim().to_lowercase().as_str()).then(|| after.trim_start())
}

fn is_count(text: &str) -> bool {
    let digits = text.trim_end_matches([']', ')']);
    !digits.is_empty() && digits.len() < 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ticket named as `[#1042]`: the last one, since ours is put at the end. Anybody can write it.
pub fn number(subject: &str) -> Option<u64> {
    let (_, rest) = subject.rsplit_once("[#")?;
    let (digits, _) = rest.split_once(']')?;
    let plain = (1..=12).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prefixes_go_in_many_languages() {
        let rows = [
            ("The lamp", "The lamp"),
            ("Re: The lamp", "The lamp"),
            ("RE: re:Re: The lamp", "The lamp"),
            ("AW: WG: The lamp", "The lamp"),
            ("VS: SV: Fwd: The lamp", "The lamp"),
            ("Re[2]: The lamp", "The lamp"),
            ("Re (3) : The lamp", "The lamp"),
            ("回复：灯", "灯"),
            ("Rép : La lampe", "La lampe"),
            ("Ответ: Лампа", "Лампа"),
            ("Re:", "Re:"),
            ("  Re:  ", "Re:"),
            ("Error: no lamp", "Error: no lamp"),
            ("RFC(2822): lamps", "RFC(2822): lamps"),
            ("Re(lamp): dark", "Re(lamp): dark"),
            ("", ""),
        ];
        for (subject, expected) in rows {
            assert_eq!(tidy(subject), expected, "{subject:?}");
        }
    }

    #[test]
    fn a_number_stands_in_brackets() {
        let rows = [
            ("Re: The lamp [#1042]", Some(1042)),
            ("[#7] The lamp", Some(7)),
            ("[#7] The lamp [#8]", Some(8)),
            ("The lamp #7", None),
            ("[#x]", None),
            ("[#]", None),
            ("[#1234567890123]", None),
            ("[#7", None),
        ];
        for (subject, expected) in rows {
            assert_eq!(number(subject), expected, "{subject:?}");
        }
    }

    proptest! {
        #[test]
        fn a_title_is_a_part_of_the_subject(subject in any::<String>()) {
            prop_assert!(subject.contains(tidy(&subject)));
            number(&subject);
        }
    }
}
