//! Absence notes in the languages and shapes programs write them, made here because no collection of them exists:
//! each is known for what it is, and no person who begins a mail with the same words is taken for one.

use email::{Automatic, parse};

/// How programs begin the subject, and words of the note.
const NOTES: &[(&str, &str)] = &[
    ("Automatic reply", "I am out of the office until Monday."),
    ("Auto-Reply", "Thank you for your mail. I am away."),
    ("Out of Office AutoReply", "I will answer when I am back."),
    ("Automatische Antwort", "Ich bin bis Montag nicht im Büro."),
    ("Abwesenheitsnotiz", "Vielen Dank für Ihre Nachricht."),
    ("Réponse automatique", "Je suis absente jusqu'à lundi."),
    ("Respuesta automática", "Estoy fuera de la oficina."),
    ("Risposta automatica", "Sono fuori ufficio fino a lunedì."),
    ("Automatisch antwoord", "Ik ben tot maandag afwezig."),
    ("Resposta automática", "Estou fora do escritório."),
    ("Autosvar", "Jag är inte på kontoret."),
    ("Automatisk svar", "Jeg er ikke på kontoret."),
    ("Automaattinen vastaus", "Olen poissa toimistosta."),
    ("Odpowiedź automatyczna", "Jestem poza biurem."),
    ("Automatická odpověď", "Nejsem v kanceláři."),
    ("Automatikus válasz", "Nem vagyok az irodában."),
    ("Răspuns automat", "Nu sunt la birou."),
    ("Otomatik yanıt", "Ofis dışındayım."),
    ("Автоматический ответ", "Меня нет в офисе."),
    ("Автоматична відповідь", "Мене немає в офісі."),
    ("Αυτόματη απάντηση", "Λείπω από το γραφείο."),
    ("תשובה אוטומטית", "אני לא במשרד"),
    ("رد تلقائي", "أنا خارج المكتب"),
    ("自動応答", "ただいま不在にしております。"),
    ("自动回复", "我不在办公室。"),
    ("자동 회신", "부재 중입니다."),
];

/// Words that people may use as well.
const AWAY: &[&str] = &["Out of Office", "Abwesend", "Absence", "Fuori ufficio", "Afwezig", "AUTO"];

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.as_bytes().chunks(3).map(|bytes| {
        let number = bytes.iter().fold(0usize, |number, byte| number << 8 | usize::from(*byte));
        let number = number << (8 * (3 - bytes.len()));
        let digit = |shift: usize| char::from(DIGITS[number >> shift & 63]);
        let all: String = [18, 12, 6, 0].into_iter().map(digit).collect();
        format!("{:=<4}", &all[..=bytes.len()])
    });
    digits.collect()
}

/// A subject as it travels (RFC 2047).
fn encoded(subject: &str) -> String {
    format!("=?utf-8?B?{}?=", base64(subject))
}

fn kind(headers: &str, subject: &str, text: &str) -> Option<Automatic> {
    let raw = format!(
        "From: Ama <ama@example.com>\r\nTo: desk@desk.test\r\n{headers}Subject: {}\r\n\
Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
        encoded(subject)
    );
    let mail = parse(raw.as_bytes());
    assert_eq!(mail.subject, subject);
    assert_eq!(mail.report, None, "{raw}");
    mail.automatic
}

#[test]
fn notes_are_known_by_their_headers() {
    let programs = [
        "Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "X-Autoreply: yes\r\nX-Precedence: auto_reply\r\n",
        "X-AutoReply-From: ama@example.com\r\n",
        "X-Autorespond: yes\r\n",
    ];
    for headers in programs {
        for (_, text) in NOTES {
            assert_eq!(kind(headers, "Re: printer", text), Some(Automatic::AutoReply), "{text}");
        }
    }
}

#[test]
fn notes_without_headers_are_known_by_their_subjects() {
    let answer = "In-Reply-To: <m1@desk.test>\r\n";
    for (words, text) in NOTES {
        for subject in [format!("{words}: printer"), words.to_ascii_uppercase() + ": printer"] {
            assert_eq!(kind("", &subject, text), Some(Automatic::AutoReply), "{subject}");
            assert_eq!(kind(answer, &subject, text), Some(Automatic::AutoReply), "{subject}");
        }
        assert_eq!(kind(answer, words, text), Some(Automatic::AutoReply), "{words}");
    }
    for words in AWAY {
        let subject = format!("{words}: printer");
        assert_eq!(kind(answer, &subject, "I am away."), Some(Automatic::AutoReply), "{subject}");
    }
}

#[test]
fn people_may_begin_with_the_same_words() {
    let answer = "In-Reply-To: <m1@desk.test>\r\n";
    for words in NOTES.iter().map(|(words, _)| words).chain(AWAY) {
        let subjects = [
            (answer, format!("Re: {words}: printer")),
            (answer, format!("AW: {words}")),
            (answer, format!("{words} is not sent any more")),
            ("", format!("{words} is not sent any more")),
            ("", format!("Fwd: {words}: printer")),
            ("", (*words).to_owned()),
        ];
        for (headers, subject) in subjects {
            assert_eq!(kind(headers, &subject, "Please help."), None, "{subject}");
        }
    }
    for words in AWAY {
        assert_eq!(kind("", &format!("{words}: how do I switch it on?"), "Hello."), None);
    }
}
