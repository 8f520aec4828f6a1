//! The mail with the code that shows that somebody reads an address. The code is made here, just
//! before it leaves, so that it lies nowhere but in that mail; what is kept is its hash.

use desk::outbox::Lane;
use desk::person::Person;
use fluent_bundle::FluentArgs;
use store::lane::Waiting;

use crate::deliver::Left;
use crate::letter::Letter;
use crate::locale::Locale;
use crate::{Error, Notify, mail};

/// Sends it to the address that is asked for, whoever reads it.
pub(crate) async fn send(notify: &Notify, row: &Waiting) -> Result<Left, Error> {
    let Lane::Mail(id) = &row.owed.lane else { return Ok(Left::nothing("no address")) };
    let config = notify.store.config().await?;
    let Some(queue) = config.queues.first() else {
        return Ok(Left::nothing("no queue to write from"));
    };
    let Some(person) = notify.store.person(id).await? else {
        return Ok(Left::nothing("nobody to write for"));
    };
    let preferred = notify.store.preferences(&person.id).await?.language;
    let locale = Locale::of(preferred.iter().chain([&config.language]));
    let Some((address, code)) = notify.store.fresh_code(id).await? else {
        return Ok(Left::nothing("nobody waits for a code"));
    };
    let date = notify.store.now().as_second();
    let from = mail::From { queue, domain: &config.domain, date };
    let letter = letter(locale, &person, &code, &queue.name);
    // A mail that may have left carries a code that counts no more: the next is another mail.
    let id = format!("link/{}", notify.store.fresh_id());
    // To whom it is addressed is said to nobody but the reader: their name is not known here.
    let reader = Person::named(person.id.clone(), "");
    mail::send_bundle(notify, &id, &from, &reader, &address, &letter).await
}

fn letter(locale: &Locale, person: &Person, code: &str, desk: &str) -> Letter {
    let with = FluentArgs::from_iter([("name", person.name.as_str()), ("desk", desk)]);
    Letter::worded(locale, "link-code", &with).quoting(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_it_knows_what_it_is() {
        let ana = Person::named("p".into(), "Ana Silva");
        let german = Locale::of(desk::language::Language::parse("de").as_ref());
        let [english, german] =
            [Locale::of(None), german].map(|locale| letter(locale, &ana, "k3v9x1q7", "Support"));
        let text = english.text();
        for words in ["Ana Silva asks Support", "k3v9x1q7", "15 minutes", "did not ask"] {
            assert!(text.contains(words), "{text}");
        }
        assert_eq!(german.subject, "Ist das Ihre Adresse?");
        assert!(german.text().contains("k3v9x1q7"), "{}", german.text());
    }
}
