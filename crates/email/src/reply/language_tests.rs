//! The words of each language, in sentences as programs would write them.

use super::visible;

/// "On 23 November 2026 Desk wrote" as one program or another writes it.
const INTRODUCTIONS: &[&str] = &[
    "On Mon, Nov 23, 2026 at 9:00 AM Desk <d@desk.test> wrote:",
    "On Monday, 23 November 2026, Desk wrote:",
    "On 23/11/2026 09:00, Desk wrote:",
    "At 09:00 2026-11-23, Desk wrote:",
    "---- On Mon, 23 Nov 2026 09:00:00 +0100 Desk <d@desk.test> wrote ----",
    "Desk <d@desk.test> wrote on 23.11.2026:",
    "Mon, 23 Nov 2026 09:00 Desk <d@desk.test>:",
    "2026-11-23 9:00 GMT+01:00 Desk <d@desk.test>:",
    "2026/11/23 Desk <d@desk.test>",
    "Am 23.11.2026 um 09:00 schrieb Desk <d@desk.test>:",
    "Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb Desk <d@desk.test>:",
    "Desk <d@desk.test> schrieb am Mo., 23. Nov. 2026, 09:00:",
    "Le lun. 23 nov. 2026 à 09:00, Desk <d@desk.test> a écrit\u{a0}:",
    "Le 23/11/2026 à 09:00, Desk a écrit :",
    "El lun, 23 nov 2026 a las 9:00, Desk (<d@desk.test>) escribió:",
    "El 23/11/2026 a las 9:00, Desk escribió:",
    "Il giorno lun 23 nov 2026 alle ore 09:00 Desk <d@desk.test> ha scritto:",
    "Il 23/11/2026 09:00, Desk ha scritto:",
    "In data 23 novembre 2026 09:00:00 Desk <d@desk.test> ha scritto:",
    "Op ma 23 nov 2026 om 09:00 schreef Desk <d@desk.test>:",
    "Op 23 nov. 2026 om 09:00 heeft Desk <d@desk.test> het volgende geschreven:",
    "Em seg., 23 de nov. de 2026 às 09:00, Desk <d@desk.test> escreveu:",
    "Em 23/11/2026 09:00, Desk escreveu:",
    "A segunda, 23/11/2026, 09:00, Desk <d@desk.test> escreveu:",
    "pon., 23 lis 2026 o 09:00 Desk <d@desk.test> napisał(a):",
    "W dniu 23.11.2026 o 09:00, Desk pisze:",
    "Dnia 23 listopada 2026 09:00 Desk <d@desk.test> napisał(a):",
    "Den mån 23 nov. 2026 kl 09:00 skrev Desk <d@desk.test>:",
    "man. 23. nov. 2026 kl. 09.00 skrev Desk <d@desk.test>:",
    "Den man. 23. nov. 2026 kl. 09.00 skrev Desk:",
    "23. nov. 2026 kl. 09:00 skrev Desk <d@desk.test>:",
    "ma 23. marrask. 2026 klo 9.00 Desk (d@desk.test) kirjoitti:",
    "po 23. 11. 2026 v 9:00 odesílatel Desk <d@desk.test> napsal:",
    "Dne 23.11.2026 v 9:00 Desk napsal(a):",
    "po 23. 11. 2026 o 9:00 Desk <d@desk.test> napísal(a):",
    "Desk <d@desk.test> ezt írta (időpont: 2026. nov. 23., H, 9:00):",
    "2026. 11. 23. 9:00 keltezéssel, Desk írta:",
    "lun., 23 nov. 2026 la 09:00, Desk <d@desk.test> a scris:",
    "Pe 23.11.2026 09:00, Desk a scris:",
    "пн, 23 нояб. 2026 г. в 09:00, Desk <d@desk.test>:",
    "23.11.2026 09:00, Desk пишет:",
    "23 ноября 2026 г., 09:00, Desk <d@desk.test> написал(а):",
    "пн, 23 лист. 2026 р. о 09:00 Desk <d@desk.test> пише:",
    "23 листопада 2026 р. о 09:00 Desk <d@desk.test> написав:",
    "На пн, 23.11.2026 г. в 9:00 Desk <d@desk.test> написа:",
    "pon, 23. stu 2026. u 09:00 Desk <d@desk.test> napisao je:",
    "V pon., 23. nov. 2026 ob 09:00 je oseba Desk <d@desk.test> napisala:",
    "Kuupäev E, 23. november 2026 kell 09:00 kirjutas Desk <d@desk.test>:",
    "2026-11-23, pr, 09:00 Desk <d@desk.test> rašė:",
    "Στις Δευ 23 Νοε 2026 στις 9:00 π.μ., ο χρήστης Desk <d@desk.test> έγραψε:",
    "Desk <d@desk.test>, 23 Kas 2026 Pzt, 09:00 tarihinde şunu yazdı:",
    "23.11.2026 09:00 tarihinde Desk yazdı:",
    "Vào 9:00, Th 2, 23 thg 11, 2026 Desk <d@desk.test> đã viết:",
    "Pada Sen, 23 Nov 2026 pukul 09.00 Desk <d@desk.test> menulis:",
    "\u{202b}בתאריך יום ב׳, 23 בנוב׳ 2026 ב-9:00 מאת \u{202a}Desk\u{202c}\u{200f} <\u{202a}d@desk.test\u{202c}\u{200f}>:\u{202c}",
    "في الاثنين، 23 نوفمبر 2026 في 9:00 ص تمت كتابة ما يلي بواسطة Desk <d@desk.test>:",
    "في 23/11/2026 9:00 ص، كتب Desk:",
    "Desk <d@desk.test> 于2026年11月23日周一 09:00写道：",
    "在 2026年11月23日，上午9:00，Desk <d@desk.test> 写道：",
    "Desk <d@desk.test> 於 2026年11月23日 週一 上午9:00寫道：",
    "2026年11月23日(月) 9:00 Desk <d@desk.test>:",
    "2026/11/23 9:00、Desk <d@desk.test>のメール:",
    "2026년 11월 23일 (월) 오전 9:00, Desk <d@desk.test>님이 작성:",
    "El dl., 23 de nov. 2026, 9:00, Desk <d@desk.test> va escriure:",
];

#[test]
fn introductions_of_each_language_are_cut() {
    for introduction in INTRODUCTIONS {
        for quote in ["> old", "old"] {
            let mail = format!("New.\n\n{introduction}\n\n{quote}");
            assert_eq!(visible(&mail), "New.", "{mail}");
        }
        let below = format!("{introduction}\n> old\n\nNew.");
        assert_eq!(visible(&below), "New.", "{below}");
    }
}

#[test]
fn wrapped_and_short_introductions_are_cut_above_quotes() {
    let rows = [
        "On Mon, Nov 23, 2026 at 9:00 AM A Desk With A Very Long Name\n<d@desk.test> wrote:",
        "On Mon, Nov 23, 2026 at 9:00 AM A Desk With A Very Long Name <\nd@desk.test> wrote:",
        "On Mon, Nov 23, 2026 at 9:00 AM A Desk <d@desk.test>\nwrote:",
        "Am 23.11.2026 09:00 schrieb \"A Desk\" <d@desk.test\n>:",
        "A Desk <d@desk.test> schrieb am Mo., 23.\nNov. 2026, 09:00:",
        "Le lun. 23 nov. 2026 à 09:00, A Desk <d@desk.test> a\nécrit :",
        "pon., 23 lis 2026 o 09:00 A Desk\n<d@desk.test> napisał(a):",
        "> On 23 Nov 2026, at 09:00, A Desk\n> <d@desk.test> wrote:",
        "Desk kirjoitti 23.11.2026 klo 9.00:",
        "Desk via Some List wrote:",
    ];
    for introduction in rows {
        let mail = format!("New.\n\n{introduction}\n\n> old");
        assert_eq!(visible(&mail), "New.", "{mail}");
    }
}

/// `From`, `Sent`, `To` and `Subject` as Outlook names them.
const HEADERS: &[[&str; 4]] = &[
    ["From", "Sent", "To", "Subject"],
    ["Von", "Gesendet", "An", "Betreff"],
    ["De", "Envoyé", "À", "Objet"],
    ["De", "Enviado el", "Para", "Asunto"],
    ["Da", "Inviato", "A", "Oggetto"],
    ["Van", "Verzonden", "Aan", "Onderwerp"],
    ["De", "Enviada em", "Para", "Assunto"],
    ["Od", "Wysłano", "Do", "Temat"],
    ["Från", "Skickat", "Till", "Ämne"],
    ["Fra", "Sendt", "Til", "Emne"],
    ["Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"],
    ["Od", "Odesláno", "Komu", "Předmět"],
    ["Od", "Odoslané", "Komu", "Predmet"],
    ["Feladó", "Elküldve", "Címzett", "Tárgy"],
    ["De la", "Trimis", "Către", "Subiect"],
    ["От", "Отправлено", "Кому", "Тема"],
    ["Від", "Надіслано", "Кому", "Тема"],
    ["От", "Изпратено", "До", "Относно"],
    ["Šalje", "Poslano", "Prima", "Predmet"],
    ["Από", "Στάλθηκε", "Προς", "Θέμα"],
    ["Gönderen", "Gönderildi", "Kime", "Konu"],
    ["Từ", "Đã gửi", "Đến", "Chủ đề"],
    ["Dari", "Dikirim", "Kepada", "Subjek"],
    ["מאת", "נשלח", "אל", "נושא"],
    ["من", "التاريخ", "إلى", "الموضوع"],
    ["发件人", "发送时间", "收件人", "主题"],
    ["寄件者", "寄件日期", "收件者", "主旨"],
    ["差出人", "送信日時", "宛先", "件名"],
    ["보낸 사람", "보낸 날짜", "받는 사람", "제목"],
];

#[test]
fn header_blocks_of_each_language_are_cut() {
    for [from, sent, to, subject] in HEADERS {
        for colon in [":", " :", "\u{a0}:", "："] {
            let block = format!(
                "{from}{colon} Desk\n{sent}{colon} 23.11.2026\n{to}{colon} Kofi\n{subject}{colon} vpn"
            );
            assert_eq!(visible(&format!("New.\n\n{block}\n\nold")), "New.", "{block}");
            assert_eq!(visible(&format!("{block}\n\nall there is")), "all there is", "{block}");
        }
    }
}

#[test]
fn footers_of_each_language_are_removed() {
    let rows = [
        "Sent from my iPhone",
        "Sent from my Galaxy S24, powered by T-Mobile",
        "(sent from a phone)",
        "Sent via BlackBerry",
        "Sent from Yahoo Mail for iPhone",
        "Sent from Mail for Windows",
        "Get Outlook for iOS<https://example.com>",
        "Von meinem iPhone gesendet",
        "Von meinem Mobilgerät gesendet.",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Gesendet von Outlook für Android",
        "Envoyé de mon iPhone",
        "Envoyé depuis mon téléphone",
        "Télécharger Outlook pour Android",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Enviado do meu iPhone",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu",
        "Odoslané z iPhonu",
        "Az iPhone-omról küldve",
        "Trimis de pe iPhone-ul meu",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "Изпратено от моя iPhone",
        "Poslano s mog iPhonea",
        "Στάλθηκε από το iPhone μου",
        "iPhone'umdan gönderildi",
        "Gửi từ iPhone của tôi",
        "Dikirim dari iPhone saya",
        "נשלח מה-iPhone שלי",
        "أرسلت من الـ iPhone",
        "发自我的 iPhone",
        "從我的 iPhone 傳送",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
    ];
    for footer in rows {
        let mail = format!("New.\n\n{footer}\n\nOn 23 Nov 2026, at 09:00, Desk wrote:\n\n> old");
        assert_eq!(visible(&mail), "New.", "{footer}");
        assert_eq!(super::split(&mail).signature, footer);
    }
}

#[test]
fn sentences_about_devices_and_letters_stay() {
    let rows = [
        "Sent from my desk, which is far from yours as you may know.",
        "From my phone I cannot open it",
        "Sent on Monday",
        "Sent by mistake",
        "Sent via DHL yesterday",
        "Enviado por correo",
        "Inviato da Maria",
        "Outlook für alle",
        "Ich habe es gestern vom iPhone aus gesendet",
        "On Monday 5 people tried\nand Ana wrote to bob@example.com:\nno luck",
        "On page 12 somebody wrote:\nread me",
        "Yesterday at 10:30 the shop <shop@example.com> asked me this:\nwhy?",
        "On 2026-11-23 I wrote:\nit is broken",
        "I got an answer from the shop at shop@example.com on 2026-11-20 and they wrote:\nsorry",
        "From: Berlin\nTo: Paris\nDate: 3 May",
        "To: me\nSubject to change",
        "Name\n----\nAna\n----\nKofi",
        "First part\n***\nSecond part",
        "a | b\n| c | d |\n| e | f |",
        "x > 5\nAB>C",
        "In my original message I said it",
        "Forwarded message: see the file",
        "A: yes\nB: no",
        "C> is the prompt",
        "I did reply above this line as you said",
        "- first\n- your reply above",
    ];
    for text in rows {
        assert_eq!(visible(text), text);
    }
}

#[test]
fn marks_of_each_language_are_cut() {
    let rows = [
        "-----Original Message-----",
        "----- Original message -----",
        "*-----Original Message-----*",
        "________ Original Message ________",
        "-----Ursprüngliche Nachricht-----",
        "-----Message d'origine-----",
        "-----Mensaje original-----",
        "-----Messaggio originale-----",
        "-----Oorspronkelijk bericht-----",
        "-----Mensagem original-----",
        "-----Oryginalna wiadomość-----",
        "-----Ursprungligt meddelande-----",
        "-----Oprindelig meddelelse-----",
        "-----Opprinnelig melding-----",
        "-----Alkuperäinen viesti-----",
        "-----Původní zpráva-----",
        "-----Eredeti üzenet-----",
        "-----Исходное сообщение-----",
        "-----Orijinal Mesaj-----",
        "-----原始邮件-----",
        "-----元のメッセージ-----",
        "\u{2010}\u{2010}\u{2010}\u{2010} Original Message \u{2010}\u{2010}\u{2010}\u{2010}",
        "##- Please type your reply above this line -##",
        "--- Reply above this line to answer ---",
        "## Bitte antworten Sie oberhalb dieser Zeile ##",
        "##- Saisissez votre réponse au-dessus de cette ligne -##",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "Anfang der weitergeleiteten Nachricht:",
        "Début du message transféré :",
        "---------- Mensaje reenviado ----------",
        "Inizio messaggio inoltrato:",
        "---------- Doorgestuurd bericht ----------",
        "-------- Пересылаемое сообщение --------",
    ];
    for mark in rows {
        assert_eq!(visible(&format!("New.\n\n{mark}\n\nold")), "New.", "{mark}");
        assert_eq!(visible(&format!("{mark}\n\nall there is")), "all there is", "{mark}");
    }
}
