//! The names of mail headers as programs translate them, in lowercase, without the colon.
//! A row a group of languages; a missing name only means that more is shown.

use super::headers::Field;
use super::words::Words;

/// Each field with its names.
pub(super) const FIELDS: &[(Field, Words)] = &[
    (Field::From, FROM),
    (Field::Sent, SENT),
    (Field::To, TO),
    (Field::Copy, COPY),
    (Field::Subject, SUBJECT),
    (Field::Other, OTHER),
];

const FROM: Words = &[
    &["from", "von", "absender", "van", "afzender"],
    &["de", "expéditeur", "remitente", "remetente", "da", "mittente"],
    &["från", "fra", "avsändare", "afsender", "avsender", "lähettäjä"],
    &[
        "od",
        "nadawca",
        "odesílatel",
        "odosielateľ",
        "feladó",
        "de la",
        "šalje",
        "pošiljatelj",
        "saatja",
    ],
    &["от", "от кого", "отправитель", "від", "від кого", "відправник", "подател"],
    &["από", "gönderen", "kimden", "từ", "dari"],
    &["מאת", "من"],
    &["发件人", "發件人", "寄件者", "寄件人", "差出人", "送信者"],
    &["보낸 사람", "보낸사람", "발신", "จาก"],
];

const SENT: Words = &[
    &[
        "sent",
        "date",
        "gesendet",
        "gesendet am",
        "datum",
        "verzonden",
        "verzonden op",
        "datum verzonden",
    ],
    &["envoyé", "envoyé le", "date d'envoi", "date d’envoi"],
    &["enviado", "enviado el", "enviat", "fecha", "enviado em", "enviada em", "enviada", "data"],
    &["inviato", "data invio"],
    &["skickat", "sendt", "dato", "lähetetty", "lähetysaika", "päivämäärä", "päiväys"],
    &["wysłano", "odesláno", "odoslané", "dátum", "elküldve", "küldve", "küldés ideje"],
    &["trimis", "trimis la", "poslano", "saadetud"],
    &["отправлено", "дата", "дата отправки", "надіслано", "изпратено", "послато"],
    &["στάλθηκε", "ημερομηνία", "αποστολή", "gönderildi", "gönderme tarihi", "tarih"],
    &["đã gửi", "ngày", "dikirim", "tanggal"],
    &["נשלח", "תאריך", "التاريخ", "تاريخ الإرسال", "تم الإرسال", "أرسلت"],
    &["发送时间", "发送日期", "日期", "时间", "時間", "寄件日期", "傳送時間", "發送時間"],
    &["送信日時", "日時", "日付", "보낸 날짜", "보낸날짜", "날짜", "วันที่", "ส่ง"],
];

const TO: Words = &[
    &["to", "an", "empfänger", "aan"],
    &["à", "destinataire", "para", "destinatario", "destinatário", "a"],
    &["till", "til", "vastaanottaja", "kenelle"],
    &[
        "do",
        "adresat",
        "komu",
        "pro",
        "címzett",
        "către",
        "catre",
        "prima",
        "za",
        "prejemnik",
        "saaja",
    ],
    &["кому", "до", "получатель", "προς", "kime", "alıcı"],
    &["đến", "tới", "kepada", "ke"],
    &["אל", "إلى", "الى"],
    &["收件人", "收件者", "宛先", "받는 사람", "받는사람", "수신", "ถึง"],
];

const COPY: Words = &[
    &[
        "cc",
        "bcc",
        "cci",
        "c.c.",
        "kopie",
        "kopie an",
        "copie",
        "copie à",
        "copie carbon",
        "copia",
        "cópia",
    ],
    &["kopia", "kopi", "kopio", "kk", "dw", "udw", "másolatot kap", "másolat", "kopija"],
    &["копия", "копія", "в копии", "κοιν", "κοινοποίηση", "bilgi", "đồng gửi", "tembusan"],
    &["עותק", "نسخة", "抄送", "副本", "참조", "สำเนา"],
];

const SUBJECT: Words = &[
    &["subject", "betreff", "onderwerp", "objet", "asunto", "assumpte", "assunto", "oggetto"],
    &["ämne", "emne", "aihe", "temat", "předmět", "predmet", "tárgy", "subiect", "subiectul"],
    &["teema", "tema", "naslov", "zadeva", "тема", "относно", "θέμα", "konu"],
    &["chủ đề", "subjek", "perihal", "נושא", "الموضوع", "موضوع"],
    &["主题", "主題", "主旨", "標題", "件名", "제목", "เรื่อง"],
];

const OTHER: Words = &[
    &[
        "reply-to",
        "reply to",
        "message-id",
        "in-reply-to",
        "organization",
        "resent-from",
        "categories",
    ],
    &["importance", "priority", "attachments"],
    &["antwort an", "antworten an", "wichtigkeit", "priorität", "anlagen", "anlage", "kategorien"],
    &[
        "répondre à",
        "pièces jointes",
        "priorité",
        "responder a",
        "adjuntos",
        "datos adjuntos",
        "importancia",
    ],
    &["rispondi a", "risposta", "allegati", "importanza", "priorità", "antwoord aan", "bijlagen"],
    &["responder para", "anexos", "importância", "odpowiedz do", "załączniki"],
    &["svar til", "svara till", "bilagor", "bifogade filer", "vedlagte filer", "vedlegg"],
    &["vastausosoite", "liitteet", "ответить", "вложения", "附件", "添付ファイル", "첨부"],
];
