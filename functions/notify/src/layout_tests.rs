//! What letters look like in a language with long words and other letters, and around words that are
//! written from right to left: nothing breaks, and nothing that people wrote is read as anything else.

use std::borrow::Cow;

use chat::{discord, slack};
use email::page::Look;
use email::{Address, Outgoing};

use super::*;

/// Words in two directions, with what would be a variable in ours, and a mark that turns text around.
const THEIRS: &str = "שלום { $number } مرحبا \u{202e}gnp.exe 👩\u{200d}👩\u{200d}👧";

/// Slack refuses a longer line for notifications; Discord a longer message.
const CHAT_AT_MOST: usize = 4_000;
/// RFC 5322 section 2.1.1, without the line's end.
const LINE_AT_MOST: usize = 998;

/// Long, with letters nobody expects, as a translation may be.
fn stretched(words: &str) -> Cow<'_, str> {
    let strange = |letter: char| match letter {
        'a' => 'å',
        'e' => 'é',
        'o' => 'ö',
        'u' => 'û',
        other => other,
    };
    let words: String = words.chars().map(strange).collect();
    format!("{words}{}", " lörémïpsümdölörsïtåmét".repeat(4)).into()
}

fn about_theirs((mut facts, message): (Facts, Message)) -> (Facts, Message) {
    facts.author = THEIRS.into();
    facts.stored.title = THEIRS.into();
    facts.stored.asker.name = THEIRS.into();
    facts.opening.body = THEIRS.into();
    if let Some(text) = &mut facts.entry.text {
        text.body = THEIRS.into();
    }
    (facts, message)
}

#[test]
fn long_words_in_any_script_break_nothing() {
    for tag in ["en-XA", "ar"] {
        let locale: &'static Locale = Box::leak(Box::new(Locale::transformed(tag, stretched)));
        let letters = [
            letters_to_the_requester(),
            letters_to_agents(),
            letters_of_visits_and_tasks(),
            letters_of_progress(),
            letters_of_the_ladder(),
            letters_in_other_words(),
            letters_below_the_card(),
        ];
        for (facts, message) in letters.into_iter().flatten().map(about_theirs) {
            let facts = Facts { locale, ..facts };
            let letter = letter(&facts, message);
            is_filled(&letter);
            is_a_page(&letter);
            is_a_mail(&letter, &facts);
            is_a_message(&letter, &facts);
        }
    }
}

fn is_filled(letter: &Letter) {
    let own = format!("{}\n{}", letter.subject, letter.text()).replace(THEIRS, "");
    assert!(!own.contains(['{', '$', '}']), "{own}");
    assert!(letter.subject.contains("lörém"), "{letter:?}");
}

fn is_a_page(letter: &Letter) {
    let (tag, direction) = match letter.language {
        "ar" => ("ar", "rtl"),
        other => (other, "ltr"),
    };
    for look in [Look::Plain, Look::Notice, Look::Digest] {
        let html = letter.html(look, "Support");
        assert!(html.contains(&format!("lang=\"{tag}\"")), "{html}");
        assert!(html.contains(&format!("dir=\"{direction}\"")), "{html}");
        assert!(html.trim_end().ends_with("</html>"), "{html}");
    }
}

fn is_a_mail(letter: &Letter, facts: &Facts) {
    let address = |name: &str| Address { name: Some(name.into()), email: "a@desk.test".into() };
    let bytes = email::compose(&Outgoing {
        from: address("Support"),
        to: address(THEIRS),
        subject: letter.mail_subject(facts),
        text: letter.text(),
        html: Some(letter.html(Look::Notice, "Support")),
        language: Some(letter.language.into()),
        message_id: "1@desk.test".into(),
        ..Outgoing::default()
    });
    let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
    assert!(longest <= Some(LINE_AT_MOST), "{longest:?}");
    let read = email::parse(&bytes);
    assert_eq!(read.text.trim(), letter.text().trim());
    let subject = letter.mail_subject(facts).replace('\u{202e}', "");
    assert_eq!(read.subject, subject.split_whitespace().collect::<Vec<_>>().join(" "));
}

fn is_a_message(letter: &Letter, facts: &Facts) {
    let view = view(facts, letter);
    let headline = &letter.subject;
    let alert = slack::card::alert(headline, &letter.facts, &view, &[]);
    for message in [alert, slack::card::notice(&letter.short())] {
        assert!(message.text.chars().count() <= CHAT_AT_MOST, "{}", message.text);
        assert!(message.blocks.as_array().is_some_and(|blocks| !blocks.is_empty()));
    }
    let alert = discord::card::alert(headline, &letter.facts, &view, &[]).to_string();
    let notice = discord::card::notice(&letter.short()).to_string();
    for message in [alert, notice] {
        assert!(message.chars().count() <= CHAT_AT_MOST, "{message}");
    }
}
