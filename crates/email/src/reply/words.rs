//! The words programs put around quoted mail, one row a language, in lowercase.
//! A row may be incomplete; a missing word only means that more is shown.

/// Words of one kind: a row for each language.
pub(super) type Words = &'static [&'static [&'static str]];

/// The first words of "On … wrote:", before the date.
pub(super) const OPENINGS: Words = &[
    &["on ", "at ", "in message ", "in article "], // English
    &["am ", "um "],                               // German
    &["le ", "à "],                                // French
    &["el ", "a las "],                            // Spanish
    &["il ", "in data ", "alle ore "],             // Italian
    &["op "],                                      // Dutch
    &["em ", "no dia ", "a "],                     // Portuguese
    &["w dniu ", "dnia ", "dn. ", "w "],           // Polish
    &["den ", "kl. "],                             // Danish, Norwegian, Swedish
    &["på "],                                      // Swedish
    &["dne ", "dňa ", "v "],                       // Czech, Slovak, Slovenian
    &["pe ", "în data de ", "în ", "pe data de "], // Romanian
    &["dana ", "u "],                              // Croatian, Serbian
    &["на ", "в ", "от "],                         // Bulgarian, Russian
    &["στις "],                                    // Greek
    &["tarihinde ", "tarih: "],                    // Turkish
    &["vào ", "lúc "],                             // Vietnamese
    &["pada "],                                    // Indonesian, Malay
    &["ב-", "בתאריך "],                            // Hebrew
    &["في ", "بتاريخ "],                           // Arabic
    &["在", "于", "於"],                           // Chinese
    &["เมื่อ "],                                     // Thai
    &["el dia ", "kuupäev "],                      // Catalan, Estonian
];

/// The verb of "On … wrote:", of which each is one word.
pub(super) const WROTE: Words = &[
    &["wrote", "writes"],                          // English
    &["schrieb", "schreibt", "geschrieben"],       // German
    &["écrit", "écrivait"],                        // French
    &["escribió", "escribio", "escrito"],          // Spanish
    &["scritto", "scrive", "scriveva"],            // Italian
    &["schreef", "geschreven"],                    // Dutch
    &["escreveu", "escreve"],                      // Portuguese
    &["napisał", "napisała", "pisze"],             // Polish
    &["skrev", "skriver"],                         // Danish, Norwegian, Swedish
    &["kirjoitti"],                                // Finnish
    &["napsal", "napsala", "napísal", "napísala"], // Czech, Slovak
    &["írta"],                                     // Hungarian
    &["scris"],                                    // Romanian
    &["пишет", "писал", "написал", "написала"],    // Russian
    &["пише", "написав", "писав", "писала"],       // Ukrainian
    &["написа", "писа"],                           // Bulgarian
    &["napisao", "napisala", "написао"],           // Croatian, Serbian
    &["napisal"],                                  // Slovenian
    &["kirjutas", "rakstīja", "rašė", "parašė"],   // Estonian, Latvian, Lithuanian
    &["έγραψε"],                                   // Greek
    &["yazdı", "yazmış"],                          // Turkish
    &["viết"],                                     // Vietnamese
    &["menulis"],                                  // Indonesian, Malay
    &["כתב", "כתבה", "מאת"],                       // Hebrew
    &["كتب", "كتبت"],                              // Arabic
    &["نوشت"],                                     // Persian
    &["escriure", "escrit"],                       // Catalan
];

/// The same in languages that put no blanks between words.
pub(super) const WROTE_UNSPACED: &[&str] = &[
    "写道",
    "寫道",
    "写入",
    "撰写",
    "來信",
    "のメッセージ",
    "のメール",
    "書きました",
    "作成",
    "작성",
    "썼습니다",
    "님이 쓴 글",
    "เขียน",
];

/// The last words of the author's own sentence before something they quote themselves.
pub(super) const OWN_WORDS: Words = &[
    &[" i wrote", " we wrote"],
    &[" ich schrieb", " wir schrieben"],
    &[" j'ai écrit", " j’ai écrit", " nous avons écrit"],
    &[" ho scritto", " he escrito", " escribí"],
];

/// What stands between dashes above a quoted mail.
pub(super) const ORIGINAL: Words = &[
    &["original message", "original email", "original mail", "original appointment"],
    &["reply message", "replied message", "quoted message", "previous message"],
    &["ursprüngliche nachricht", "originalnachricht", "original-nachricht", "original-mail"],
    &["ursprüngliche mail", "ursprüngliche e-mail", "originaltermin"],
    &["message d'origine", "message d’origine", "message original", "mail original"],
    &["message initial", "e-mail d'origine", "e-mail d’origine"],
    &["mensaje original", "correo original", "missatge original"],
    &["messaggio originale", "messaggio di origine", "email originale"],
    &["oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht"],
    &["mensagem original"],
    &["oryginalna wiadomość", "wiadomość oryginalna", "treść oryginalnej wiadomości"],
    &["ursprungligt meddelande", "originalmeddelande"],
    &["oprindelig meddelelse", "oprindelig besked", "original meddelelse"],
    &["opprinnelig melding", "original melding", "opprinnelig meddelelse"],
    &["alkuperäinen viesti", "alkuperäinen sähköposti"],
    &["původní zpráva", "pôvodná správa", "originálna správa"],
    &["eredeti üzenet"],
    &["mesaj original", "mesajul original"],
    &["исходное сообщение", "исходное письмо", "оригинальное сообщение"],
    &["оригінальне повідомлення", "вихідне повідомлення", "початкове повідомлення"],
    &["оригинално съобщение", "оригинална порука"],
    &["izvorna poruka", "originalna poruka", "izvirno sporočilo"],
    &["αρχικό μήνυμα"],
    &["orijinal mesaj", "özgün ileti", "orijinal ileti", "özgün mesaj"],
    &["thư gốc", "pesan asli", "mesej asal"],
    &["הודעה מקורית", "ההודעה המקורית"],
    &["الرسالة الأصلية", "رسالة أصلية"],
    &["原始邮件", "原始郵件", "原邮件", "邮件原件", "原始信件"],
    &["元のメッセージ", "オリジナルメッセージ"],
    &["원본 메시지", "원본 메일", "원래 메시지"],
];

/// What stands between dashes, or before a colon, above a mail that is passed on.
pub(super) const FORWARDED: Words = &[
    &["forwarded message", "begin forwarded message", "forwarded email", "forwarded mail"],
    &["start of forwarded message", "fwd"],
    &["weitergeleitete nachricht", "anfang der weitergeleiteten nachricht"],
    &["weitergeleitete e-mail", "weitergeleitete mail", "beginn der weitergeleiteten nachricht"],
    &["message transféré", "début du message transféré", "message réexpédié"],
    &["début du message réexpédié", "courriel transféré"],
    &["mensaje reenviado", "inicio del mensaje reenviado", "inicio de mensaje reenviado"],
    &["messaggio inoltrato", "inizio messaggio inoltrato", "messaggio reindirizzato"],
    &["doorgestuurd bericht", "begin doorgestuurd bericht"],
    &["mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada"],
    &["início da mensagem reencaminhada", "mensagem reenviada"],
    &["wiadomość przekazana", "przekazana wiadomość", "przekazana wiadomość dalej"],
    &["początek przekazywanej wiadomości", "początek wiadomości przekazanej"],
    &["vidarebefordrat meddelande", "vidarebefordrat brev"],
    &["vidarebefordrat mail", "början på vidarebefordrat brev"],
    &["videresendt meddelelse", "start på videresendt besked", "videresendt besked"],
    &["videresendt melding", "videresendt e-post", "start på videresendt melding"],
    &["välitetty viesti", "välitetty viesti alkaa", "edelleenlähetetty viesti"],
    &["přeposlaná zpráva", "začátek přeposlané zprávy", "preposlaná správa"],
    &["začiatok preposlanej správy"],
    &["továbbított üzenet", "továbbított levél", "továbbított üzenet kezdete"],
    &["mesaj redirecționat", "începutul mesajului redirecționat", "mesaj reexpediat"],
    &["пересылаемое сообщение", "пересланное сообщение", "начало переадресованного сообщения"],
    &["начало пересылаемого сообщения", "перенаправленное сообщение"],
    &["пересилане повідомлення", "переслане повідомлення", "початок листа, що пересилається"],
    &["препратено съобщение", "проследена порука"],
    &["proslijeđena poruka", "prosleđena poruka", "posredovano sporočilo"],
    &["προωθημένο μήνυμα", "έναρξη προωθημένου μηνύματος"],
    &["iletilen mesaj", "yönlendirilen mesaj", "iletilen ileti", "iletilen mesajın başlangıcı"],
    &["thư được chuyển tiếp", "pesan terusan", "pesan yang diteruskan"],
    &["הודעה שהועברה", "תחילת הודעה שהועברה"],
    &["رسالة محولة", "الرسالة المعاد توجيهها", "بدء الرسالة المعاد توجيهها"],
    &["转发的邮件", "轉寄郵件", "下面是被转发的邮件", "转发邮件信息", "轉寄的郵件", "已转发邮件"],
    &["開始轉寄郵件", "以下是轉寄的郵件"],
    &["転送されたメッセージ", "転送メッセージ", "転送メール"],
    &["전달된 메시지", "전달된 메일", "전달된 편지"],
    &["missatge reenviat"],
];

/// What other help desks write above the mail they quote, within a line of dashes or the like.
pub(super) const REPLY_ABOVE: Words = &[
    &["reply above this line", "your reply above this line", "write above this line"],
    &["reply above the line", "reply above this email", "reply above to add a comment"],
    &["antworten sie oberhalb dieser zeile", "antworten sie über dieser zeile"],
    &["antworten sie oberhalb dieser linie", "antwort oberhalb dieser linie"],
    &["antwort über dieser zeile", "antworten sie bitte über dieser linie"],
    &["au-dessus de cette ligne", "por encima de esta línea", "encima de esta línea"],
    &["sopra questa riga", "al di sopra di questa riga", "boven deze regel", "boven deze lijn"],
    &["acima desta linha", "acima dessa linha", "powyżej tej linii", "nad tą linią"],
    &["over denne linje", "over denne linjen", "ovanför denna rad", "ovanför den här raden"],
    &["tämän rivin yläpuolelle", "nad tento řádek", "nad tento riadok", "e sor fölé"],
    &["deasupra acestei linii", "выше этой строки", "выше этой линии", "вище цієї лінії"],
    &["bu satırın üstüne", "bu satırın üzerine", "在此行上方", "この行の上"],
];

/// "Thanks", "Best regards": a line that is only this begins a sign-off.
pub(super) const CLOSINGS: Words = &[
    &[
        "thanks",
        "thank you",
        "many thanks",
        "thanks again",
        "thanks in advance",
        "thank you very much",
    ],
    &["regards", "best regards", "kind regards", "warm regards", "best", "best wishes", "cheers"],
    &["sincerely", "sincerely yours", "yours sincerely", "yours truly", "yours faithfully", "br"],
    &["mit freundlichen grüßen", "mit freundlichem gruß", "freundliche grüße", "viele grüße"],
    &["beste grüße", "liebe grüße", "mfg", "danke", "vielen dank", "schöne grüße", "gruß"],
    &["cordialement", "bien cordialement", "merci", "bien à vous", "salutations", "cdlt"],
    &["saludos", "un saludo", "saludos cordiales", "gracias", "muchas gracias", "atentamente"],
    &["cordiali saluti", "distinti saluti", "saluti", "grazie", "grazie mille"],
    &["met vriendelijke groet", "met vriendelijke groeten", "groeten", "groet", "bedankt", "mvg"],
    &["atenciosamente", "obrigado", "obrigada", "cumprimentos", "abraços", "att"],
    &["pozdrawiam", "z poważaniem", "dziękuję", "pozdrowienia"],
    &["med vänlig hälsning", "med vänliga hälsningar", "mvh", "hälsningar", "tack"],
    &["med venlig hilsen", "venlig hilsen", "med vennlig hilsen", "vennlig hilsen", "hilsen"],
    &["ystävällisin terveisin", "terveisin", "kiitos", "terv"],
    &["s pozdravem", "děkuji", "s pozdravom", "ďakujem", "üdvözlettel", "köszönöm"],
    &["cu stimă", "mulțumesc", "lijep pozdrav", "hvala", "lep pozdrav"],
    &["с уважением", "спасибо", "с наилучшими пожеланиями", "з повагою", "дякую", "поздрави"],
    &["με εκτίμηση", "ευχαριστώ", "saygılarımla", "teşekkürler", "iyi çalışmalar"],
    &[
        "בברכה",
        "תודה",
        "مع تحياتي",
        "شكرا",
        "此致",
        "谢谢",
        "謝謝",
        "よろしくお願いします",
        "감사합니다",
    ],
];
