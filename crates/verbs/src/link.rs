//! Being known in chat as somebody the desk knows by another name: an address is believed once the
//! code that was sent there comes back.

use desk::access::Who;
use desk::person::normal_address;
use store::link::Linked;
use store::{Error, Store};

use crate::{Reply, Speaker, who, words};

/// Sends a code to an address, or takes the code that came back.
pub async fn link(store: &Store, speaker: &Speaker, what: Option<&str>) -> Result<Reply, Error> {
    let Some(what) = what else { return Ok(Reply::Notice(words::HOW_TO_LINK.into())) };
    if speaker.is_new {
        store.make_person(&speaker.person).await?;
    }
    let person = &speaker.person.id;
    if !what.contains('@') {
        let who: Who = who(speaker, &*store.config().await?);
        let said = match store.confirm_code(&who, person, what).await? {
            Linked::Yes(person) => words::linked(&person),
            Linked::WrongCode => words::WRONG_CODE.into(),
            Linked::NotOne(not) => words::sentence(&not.to_string()),
        };
        return Ok(Reply::Notice(said));
    }
    // Chat programs make links of addresses: `<mailto:ana@example.com|ana@example.com>`.
    let plain = what.trim_start_matches("<mailto:").split(['|', '>']).next().unwrap_or(what);
    let Some(address) = normal_address(plain) else {
        return Ok(Reply::Notice(words::HOW_TO_LINK.into()));
    };
    Ok(Reply::Notice(match store.ask_for_code(person, &address).await? {
        Ok(()) => words::code_sent(&address),
        Err(_) => words::ENOUGH_CODES.into(),
    }))
}
