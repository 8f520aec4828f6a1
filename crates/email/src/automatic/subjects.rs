//! How the subjects of machines begin: absence notes in the languages of their programs, and notices that a mail
//! was not delivered. A subject alone never makes a bounce; which further signs that takes is said in `automatic`.

use crate::text::first_characters;

/// Longer beginnings are no pattern.
const LONGEST: usize = 120;

/// Absence notes and receipts in words that programs put before the subject they answer.
const AUTOMATIC_REPLY: &[&str] = &[
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "automated reply",
    "automated response",
    "automatic reply",
    "automatic response",
    "out of office autoreply",
    "out of office auto-reply",
    "out of office reply",
    "vacation reply",
    "abwesenheitsnotiz",
    "abwesenheitsmeldung",
    "automatische antwort",
    "automatische abwesenheitsnotiz",
    "automatische rückantwort",
    "réponse automatique",
    "reponse automatique",
    "respuesta automática",
    "respuesta automatica",
    "risposta automatica",
    "automatisch antwoord",
    "automatische reactie",
    "afwezigheidsbericht",
    "resposta automática",
    "resposta automatica",
    "resposta automàtica",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "automaattinen vastaus",
    "odpowiedź automatyczna",
    "automatyczna odpowiedź",
    "automatická odpověď",
    "automatická odpoveď",
    "automatikus válasz",
    "răspuns automat",
    "automatski odgovor",
    "samodejni odgovor",
    "automatinis atsakymas",
    "automātiska atbilde",
    "automaatvastus",
    "otomatik yanıt",
    "otomatik cevap",
    "автоматический ответ",
    "автоответ",
    "автоматична відповідь",
    "автоматичен отговор",
    "αυτόματη απάντηση",
    "תשובה אוטומטית",
    "رد تلقائي",
    "自動応答",
    "自動返信",
    "自动回复",
    "自动答复",
    "自動回覆",
    "자동 회신",
    "자동 응답",
    "trả lời tự động",
    "balasan otomatis",
];

/// Words a person may begin a mail with as well; a person's answer begins with `Re:`, though.
const AWAY: &[&str] = &[
    "auto",
    "out of office",
    "out of the office",
    "i am out of office",
    "i am out of the office",
    "away from my mail",
    "away from the office",
    "on vacation",
    "vacation",
    "abwesend",
    "abwesenheit",
    "nicht im büro",
    "absence",
    "absence du bureau",
    "absent du bureau",
    "message d'absence",
    "fuera de la oficina",
    "fuera de oficina",
    "fuori sede",
    "fuori ufficio",
    "assenza",
    "niet aanwezig",
    "afwezig",
    "afwezigheid",
    "fora do escritório",
    "ausência",
    "frånvaro",
    "fraværende",
    "ikke til stede",
    "poissa",
    "poissa toimistosta",
    "poza biurem",
    "nieobecność",
    "mimo kancelář",
    "вне офиса",
    "不在",
    "外出",
];

/// Notices of programs that carry mail.
const UNDELIVERED: &[&str] = &[
    "[bounce]",
    "delayed mail",
    "delivery delay",
    "delivery error",
    "delivery fail",
    "delivery has failed",
    "delivery notification",
    "delivery problem",
    "delivery report",
    "delivery status",
    "delivery warning",
    "email delivery",
    "e-mail delivery",
    "error sending",
    "failed delivery",
    "failed mail",
    "failure delivery",
    "failure notice",
    "mail could not be delivered",
    "mail delivery",
    "mail error",
    "mail failed",
    "mail failure",
    "mail not delivered",
    "mail returned",
    "mail status report",
    "mail system error",
    "mail undeliverable",
    "message could not be delivered",
    "message delayed",
    "message delivery",
    "message not delivered",
    "message status - undeliverable",
    "message undeliverable",
    "non delivery",
    "non-delivery",
    "nondeliverable",
    "not delivered",
    "permanent delivery failure",
    "processing error",
    "returned mail",
    "returned message",
    "rejected mail",
    "automatically rejected mail",
    "considered unsolicited bulk email",
    "message you sent blocked",
    "notice: mail delivery",
    "postmaster notify",
    "sorry, your message could not",
    "undeliverable",
    "undelivered",
    "unable to deliver",
    "warning: could not send",
    "warning: message",
    "your message could not be delivered",
    "your message to",
    "unzustellbar",
    "nicht zugestellt",
    "zustellung fehlgeschlagen",
    "non remis",
    "échec de la remise",
    "échec de remise",
    "no se puede entregar",
    "no entregado",
    "non recapitabile",
    "mancato recapito",
    "onbestelbaar",
    "não entregue",
    "não é possível entregar",
    "niedostarczona",
    "nedoručitelná",
    "не удалось доставить",
    "недоставленное",
    "ваше сообщение не доставлено",
    "配信不能",
    "配信できません",
    "メールエラー",
    "メールを配送できません",
    "无法投递",
    "无法传递",
    "退信",
    "系统退信",
];

/// How surely a subject is a machine's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Away {
    /// No person begins a mail so.
    Surely,
    /// A person might, unless the mail answers another one.
    WhenAnswering,
}

/// Whether a subject begins as an absence note or another automatic answer.
pub(super) fn away(subject: &str) -> Option<Away> {
    let subject = beginning(subject);
    let led_by = |words: &[&str]| {
        words.iter().filter_map(|word| subject.strip_prefix(word)).find_map(separator)
    };
    match (led_by(AUTOMATIC_REPLY), led_by(AWAY)) {
        (Some(Separator::Colon), _) => Some(Away::Surely),
        (Some(_), _) | (_, Some(_)) => Some(Away::WhenAnswering),
        (None, None) => None,
    }
}

/// Whether a subject begins as a notice about mail that was not delivered.
pub(super) fn undelivered(subject: &str) -> bool {
    let subject = beginning(subject);
    UNDELIVERED.iter().any(|words| subject.starts_with(words))
}

enum Separator {
    Colon,
    Other,
}

/// What stands between such words and the subject they answer; words that go on are a sentence of a person.
fn separator(rest: &str) -> Option<Separator> {
    let mark = rest.trim_start().chars().next();
    let is_apart = rest.starts_with(' ');
    match mark {
        Some(':' | '：') => Some(Separator::Colon),
        None | Some('!') => Some(Separator::Other),
        Some('-' | '–' | '—' | '(' | '[' | '|') if is_apart => Some(Separator::Other),
        Some(_) => None,
    }
}

fn beginning(subject: &str) -> String {
    let spaces_and_marks: &[_] = &[' ', '*', '"', '\'', '\u{feff}'];
    first_characters(subject.trim_start_matches(spaces_and_marks), LONGEST).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_notes_are_told_from_sentences() {
        use Away::{Surely, WhenAnswering};
        let rows = [
            ("Automatic reply: printer", Some(Surely)),
            ("AUTO: Ama Owusu is out of the office (returning 12/01/2026)", Some(WhenAnswering)),
            ("Automatische Antwort : Drucker", Some(Surely)),
            ("自动回复：打印机", Some(Surely)),
            ("Réponse automatique", Some(WhenAnswering)),
            ("Out of office", Some(WhenAnswering)),
            ("Out of Office: printer", Some(WhenAnswering)),
            ("Abwesend - Drucker", Some(WhenAnswering)),
            ("Out of office is not switched off", None),
            ("Automatic reply does not work", None),
            ("Automatic backups: failed", None),
            ("Autopilot: crash", None),
            ("Re: Automatic reply: printer", None),
            ("", None),
        ];
        for (subject, expected) in rows {
            assert_eq!(away(subject), expected, "{subject}");
        }
    }

    #[test]
    fn notices_begin_with_their_words() {
        for subject in ["Undeliverable: hello", "failure notice", "Mail delivery failed: x"] {
            assert!(undelivered(subject), "{subject}");
        }
        for subject in ["Re: Undeliverable: hello", "Fwd: failure notice", "The mail delivery", ""]
        {
            assert!(!undelivered(subject), "{subject}");
        }
    }
}
