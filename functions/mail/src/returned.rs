//! A report about a mail the desk sent: who did not get it, or does not want it. Anybody can invent a
//! report, so only one that names a mail the desk sent counts, and only for whom it was sent to.

use std::convert::Infallible;

use desk::access::Permit;
use desk::history::Event;
use desk::person::{Person, Unreachable};
use desk::{Number, PersonId};
use email::{DeliveryReport, Failure, Permanence};
use store::Store;
use store::delivery::Addressed;

use crate::Error;
use crate::letter::Letter;

/// Of what a server said so much is kept, in characters.
const SAID_AT_MOST: usize = 300;

/// A mail of the desk that came back.
#[derive(Debug)]
pub(crate) struct Returned {
    /// The ticket it was about; zero where it was about none.
    pub(crate) number: Number,
    /// Which message it was: `ticket/sequence/audience/channel`.
    pub(crate) message: String,
    /// Why, in a line.
    pub(crate) reason: String,
    to: PersonId,
    outlook: Outlook,
}

/// What it means for the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outlook {
    /// None will arrive, or is wanted.
    Never,
    /// The next one may arrive.
    Perhaps,
    /// This one may still arrive.
    Waiting,
}

/// What a letter reports of a mail the desk sent; none where it reports nothing, or of no such mail.
pub(crate) async fn read(store: &Store, letter: &Letter) -> Result<Option<Returned>, Error> {
    let Some(report) = &letter.mail.report else { return Ok(None) };
    let named = report.original_message_id.iter().chain(&letter.mail.in_reply_to);
    let found = store.known_mails(named.clone().map(String::as_str)).await?;
    for known in named.filter_map(|message_id| found.get(message_id)) {
        let (Some(to), Some(message)) = (known.sent_to(), &known.sent) else {
            continue;
        };
        let Some(person) = store.person(&to).await? else { continue };
        let (outlook, reason) = judged(report, &person);
        let (number, message) = (known.number, message.clone());
        return Ok(Some(Returned { number, message, reason, to, outlook }));
    }
    Ok(None)
}

/// What a report says of a mail to this person.
fn judged(report: &DeliveryReport, person: &Person) -> (Outlook, String) {
    let theirs = |failure: &&Failure| {
        let address = desk::person::normal_address(&failure.recipient);
        address.is_some()
            && (address == person.email
                || person.addresses.iter().any(|a| Some(a) == address.as_ref()))
    };
    // An alias leads elsewhere: then the report names an address nobody here knows.
    let failure = report.failures.iter().find(theirs).or(report.failures.first());
    match (failure, &report.feedback_type) {
        (_, Some(kind)) => (Outlook::Never, format!("they complained about a mail ({kind})")),
        (Some(failure), None) => (outlook(failure.permanence), said(failure)),
        (None, None) => (Outlook::Perhaps, "it came back".to_owned()),
    }
}

fn outlook(permanence: Permanence) -> Outlook {
    match permanence {
        Permanence::Lasting => Outlook::Never,
        Permanence::Passing => Outlook::Perhaps,
        Permanence::Delayed => Outlook::Waiting,
    }
}

fn said(failure: &Failure) -> String {
    let said = failure.diagnostic.as_ref().or(failure.status.as_ref());
    let said = said.map_or("it came back", String::as_str);
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(SAID_AT_MOST).collect()
}

impl Returned {
    /// What stands in the ledger.
    pub(crate) fn line(&self) -> String {
        let about = if self.number == Number(0) {
            String::new()
        } else {
            format!(" about {}", self.number)
        };
        match self.outlook {
            Outlook::Waiting => format!("a mail{about} is delayed: {}", self.reason),
            Outlook::Never | Outlook::Perhaps => {
                format!("a mail{about} could not be delivered: {}", self.reason)
            }
        }
    }

    /// Remembers of the person that nothing more arrives.
    pub(crate) async fn remember(&self, store: &Store) -> Result<(), Error> {
        if self.outlook != Outlook::Never {
            return Ok(());
        }
        let since = store.now();
        let marked = |person: &Person| {
            let Some(address) = person.email.clone() else { return Ok(person.clone()) };
            let known = person.unreachable_at(&address).is_some();
            let unreachable = Unreachable { address, since, reason: self.reason.clone() };
            Ok::<_, Infallible>(match known {
                true => person.clone(),
                false => Person { unreachable: Some(unreachable), ..person.clone() },
            })
        };
        store.edit_person(&self.to, marked).await?;
        Ok(())
    }

    /// Leave to put it on the ticket's record; none where it may still arrive, where there is no
    /// ticket, or where the mail was itself about one that did not arrive: that would never end.
    pub(crate) async fn permit(&self, store: &Store) -> Result<Option<Permit>, Error> {
        if self.outlook == Outlook::Waiting || self.number == Number(0) {
            return Ok(None);
        }
        let seq = Addressed::read(&self.message).map_or(0, |message| message.seq);
        let entry = store.fact(self.number, seq).await?;
        let about_another =
            entry.is_some_and(|entry| matches!(entry.event, Event::Undeliverable { .. }));
        let permit = || Permit::undeliverable(self.message.clone(), self.reason.clone());
        Ok((!about_another).then(permit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(recipient: &str, permanence: Permanence) -> Failure {
        let diagnostic = Some(format!("550\n  {recipient} is unknown"));
        Failure { recipient: recipient.into(), permanence, status: None, diagnostic }
    }

    #[test]
    fn a_report_is_read_for_whom_the_mail_was_for() {
        let ana = Person { email: Some("ana@x.test".into()), ..Person::named("a".into(), "Ana") };
        let report = DeliveryReport {
            failures: vec![
                failure("other@x.test", Permanence::Delayed),
                failure("Ana@X.test", Permanence::Lasting),
            ],
            ..DeliveryReport::default()
        };
        let never = (Outlook::Never, "550 Ana@X.test is unknown".to_owned());
        assert_eq!(judged(&report, &ana), never);
        let stranger = Person { email: Some("ben@x.test".into()), ..ana };
        assert_eq!(judged(&report, &stranger).0, Outlook::Waiting);
        let complaint =
            DeliveryReport { feedback_type: Some("abuse".into()), ..DeliveryReport::default() };
        let (outlook, reason) = judged(&complaint, &stranger);
        assert_eq!((outlook, reason.contains("abuse")), (Outlook::Never, true));
    }
}
