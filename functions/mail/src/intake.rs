//! One mail's way through the desk: its line, whether it came before, where it belongs, what becomes
//! of it.
//!
//! The mail's own key is kept with the ledger's line as it was written. So whoever comes second
//! knows whether it is the same mail once more, whose line is put back as it was, or another copy
//! of it, which is a duplicate.

use std::collections::BTreeMap;
use std::sync::Arc;

use desk::access::{Permit, Role, Who, permit};
use desk::config::{Config, Queue};
use desk::history::{Entry, File};
use desk::person::Person;
use desk::preferences::Preferences;
use desk::ticket::Acknowledgement;
use desk::{Command, Number, Refusal};
use jiff::{SignedDuration, Timestamp};
use store::Stored;
use store::change::{Along, Done, Earlier, Once, Received};
use store::correspondence::{Allowance, KnownMail};
use store::ledger::{Arrival, Outcome};
use store::people::Introduction;

use crate::belonging::{self, Belonging};
use crate::file::{self, MOST_FILES};
use crate::letter::Letter;
use crate::opening::Request;
use crate::returned::Returned;
use crate::{Error, Mail, arrival, returned};

/// How long a mail is known to have come.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Under which door it is.
const DOOR: &str = "mail";
/// Of mails that did not come yet so many are kept a place for.
const MOST_AWAITED: usize = 12;

/// A mail on its way.
pub(crate) struct Intake<'a> {
    pub(crate) mail: &'a Mail,
    pub(crate) letter: &'a Letter,
    pub(crate) config: Arc<Config>,
    pub(crate) queue: Queue,
    pub(crate) once: Once,
    pub(crate) line: Arrival,
    /// Mails of its thread that belong to a ticket, and itself if its Message-ID is taken.
    known: BTreeMap<String, KnownMail>,
}

/// Takes in a mail and answers its line as it now stands in the ledger.
pub(crate) async fn run(mail: &Mail, key: &str, letter: &Letter) -> Result<Arrival, Error> {
    let line = arrival::line(&mail.store, key, letter).await?;
    let config = mail.store.config().await?;
    let queue = letter.queue(&config).ok_or(Error::NoQueue)?.clone();
    let expires = mail.store.wall().checked_add(REMEMBERED).unwrap_or(Timestamp::MAX);
    let id = email::dedupe_key(&queue.address, &letter.mail, &letter.raw);
    let once = Once { door: DOOR, id, expires, fingerprint: None };
    let known = BTreeMap::new();
    let intake = Intake { mail, letter, config, queue, once, line, known };
    match mail.store.earlier(DOOR, &intake.once.id).await? {
        Some(earlier) => intake.again(&earlier).await,
        None => {
            let known = mail.store.known_mails(letter.thread()).await?;
            Intake { known, ..intake }.first().await
        }
    }
}

impl Intake<'_> {
    async fn first(&self) -> Result<Arrival, Error> {
        self.mail.store.record_first(&self.line).await?;
        if self.letter.verdicts.virus {
            return self.set_aside(Outcome::Quarantined, None, "it carries a virus").await;
        }
        if self.config.queue_by_address(&self.letter.from).is_some() {
            let reason = "it comes from an address of the desk itself";
            return self.set_aside(Outcome::Suspended, None, reason).await;
        }
        let introduction = Introduction::by_email(&self.letter.from, self.letter.name.clone());
        let (mut sender, is_new) = self.mail.store.meet(&introduction).await?;
        if is_new && !self.letter.verdicts.believable() {
            // Nobody belongs to an organisation by an address that may be somebody else's.
            sender.organisation = None;
        }
        if self.unsubscribed(&sender).await? {
            let reason = "it asked for no more briefs at nine, and none will come";
            return self.set_aside(Outcome::Suspended, None, reason).await;
        }
        let place =
            belonging::find(self.mail, self.letter, &self.known, &sender, &self.config).await?;
        if let Some(returned) = returned::read(&self.mail.store, self.letter).await? {
            return self.returned(&returned).await;
        }
        if let Some(machine) = self.letter.machine() {
            let about = place.number().map_or(String::new(), |number| format!(" about {number}"));
            let reason = format!("{machine}{about}");
            return self.set_aside(Outcome::Suspended, place.number(), &reason).await;
        }
        let allowance = self.counted(place).await?;
        if !allowance.taken {
            let reason = "too many mails came from this address within minutes";
            return self.set_aside(Outcome::Suspended, place.number(), reason).await;
        }
        self.reached(&sender, place).await?;
        let files = file::keep(&self.mail.store, self.letter).await?;
        match place {
            Belonging::Requester(number) => self.asked(number, sender, files).await,
            Belonging::Agent(number) => self.answered(number, sender, files).await,
            Belonging::Beside(number) => self.noted(number, &sender, files).await,
            Belonging::Nowhere { points_to } => {
                if let Some(passed) = self.passed_on(&sender) {
                    return self.handed_on(&sender, &passed, files).await;
                }
                let text = self.letter.as_opening(files);
                let reason = points_to.map(|number| {
                    format!("it answers {number}, which its sender has no proven part in")
                });
                let request =
                    Request { text, reason, receipt: allowance.receipt, ..Request::default() };
                self.open(sender, is_new, request).await
            }
        }
    }

    /// Whether somebody, or their mail program for them, asked for no more of what comes day after day,
    /// by the address that was made for them. Then it comes no more.
    async fn unsubscribed(&self, sender: &Person) -> Result<bool, Error> {
        let keys = &self.mail.keys;
        if !self.letter.unsubscribes().any(|claim| claim.is_for(keys, sender.id.as_str())) {
            return Ok(false);
        }
        let before = self.mail.store.preferences(&sender.id).await?;
        self.mail.store.prefer(&sender.id, &Preferences { brief: false, ..before }).await?;
        Ok(true)
    }

    /// A mail of the desk came back: whom it was for, and the ticket, know of it.
    async fn returned(&self, returned: &Returned) -> Result<Arrival, Error> {
        let store = &self.mail.store;
        returned.remember(store).await?;
        let reason = returned.line();
        let number = Some(returned.number).filter(|number| *number != Number(0));
        let Some(permit) = returned.permit(store).await? else {
            return self.set_aside(Outcome::Suspended, number, &reason).await;
        };
        let Some(lives_on) = store.survivor(returned.number).await? else {
            return self.set_aside(Outcome::Suspended, number, &reason).await;
        };
        let line = self.becomes(Outcome::Suspended, Some(reason));
        let (once, arrival) = (Some(self.once.clone()), Some(line.clone()));
        let along = Along { once, arrival, ..Along::default() };
        let wish = |_: &Stored, _: &Config| Ok(permit.clone());
        let keep = |stored: &Stored, _: &[Entry]| kept(&line, stored);
        let done = store.change(lives_on.ticket.number, along, wish, &keep).await?;
        self.done(done, line).await
    }

    /// How much this address wrote lately. Mails that name nobody are not one sender's.
    async fn counted(&self, place: Belonging) -> Result<Allowance, Error> {
        if self.letter.is_nobodys() {
            let receipt = Acknowledgement::Withheld;
            return Ok(Allowance { taken: true, receipt });
        }
        let opens = matches!(place, Belonging::Nowhere { .. }) && !self.letter.is_silent();
        let (from, vouched) = (&self.letter.from, self.letter.verdicts.vouched());
        Ok(self.mail.store.count_mail(from, &self.once.id, vouched, opens).await?)
    }

    /// Whoever writes from an address that mail came back from, and proves that it is theirs, is
    /// reached there again.
    async fn reached(&self, sender: &Person, place: Belonging) -> Result<(), Error> {
        let proven = match place {
            Belonging::Requester(_) | Belonging::Agent(_) => true,
            Belonging::Beside(_) | Belonging::Nowhere { .. } => self.letter.verdicts.vouched(),
        };
        if proven && sender.unreachable_at(&self.letter.from).is_some() {
            let reached = |known: &Person| {
                Ok::<_, std::convert::Infallible>(Person { unreachable: None, ..known.clone() })
            };
            self.mail.store.edit_person(&sender.id, reached).await?;
        }
        Ok(())
    }

    /// The requester wrote; on a closed ticket that begins another one.
    pub(crate) async fn asked(
        &self,
        number: Number,
        sender: Person,
        files: Vec<File>,
    ) -> Result<Arrival, Error> {
        let who = Who::of(&sender, Role::Requester, None, &self.config);
        let text = self.letter.as_answer(files.clone());
        let wish = |stored: &Stored| {
            permit(&who, Some(&stored.ticket), Command::ReplyAsRequester(text.clone()))
        };
        match self.join(number, wish).await {
            Err(Error::Store(store::Error::Refused(refusal))) => {
                tracing::debug!(ticket.number = number.0, %refusal, "a reply begins a new ticket");
                let text = self.letter.as_follow_up(number, files);
                let reason = Some(format!("Follow-up of {number}"));
                let receipt = self.counted(Belonging::Nowhere { points_to: None }).await?.receipt;
                let follow_up_of = Some(number);
                self.open(sender, false, Request { text, reason, receipt, follow_up_of }).await
            }
            joined => joined,
        }
    }

    pub(crate) async fn join(
        &self,
        number: Number,
        wish: impl Fn(&Stored) -> Result<Permit, Refusal>,
    ) -> Result<Arrival, Error> {
        self.join_all(number, |stored, _| wish(stored).map(|one| vec![one])).await
    }

    pub(crate) async fn join_all(
        &self,
        number: Number,
        wish: impl Fn(&Stored, &Config) -> Result<Vec<Permit>, Refusal>,
    ) -> Result<Arrival, Error> {
        let line = self.becomes(Outcome::Message, None);
        let along = self.along(&line);
        let keep = |stored: &Stored, _: &[Entry]| kept(&line, stored);
        let done = self.mail.store.change_at_once(number, along, wish, &keep).await?;
        self.done(done, line).await
    }

    /// What is written in the ticket's transaction. A mail stays with the ticket that has it:
    /// strangers choose a Message-ID, and may choose one that is taken. Mails this one answers and
    /// that did not come yet belong to the ticket, too, once their sender has a part in it.
    pub(crate) fn along(&self, line: &Arrival) -> Along {
        let own = self.letter.mail.message_id.as_deref();
        let shared = !self.letter.others(&self.config).is_empty();
        let mut mails: Vec<Received> = Vec::new();
        let awaited = self.letter.answers().into_iter().take(MOST_AWAITED);
        for message_id in own.into_iter().chain(awaited) {
            let known = mails.iter().any(|mail| mail.message_id == message_id)
                || self.known.contains_key(message_id);
            if !known {
                mails.push(Received { message_id: message_id.to_owned(), shared });
            }
        }
        let (once, arrival) = (Some(self.once.clone()), Some(line.clone()));
        Along { once, arrival, mails, ..Along::default() }
    }

    pub(crate) async fn done(&self, done: Done, line: Arrival) -> Result<Arrival, Error> {
        match done {
            Done::Now(stored) => Ok(Arrival { number: Some(stored.ticket.number.0), ..line }),
            Done::Before(earlier) => self.again(&earlier).await,
        }
    }

    pub(crate) async fn turn_down(
        &self,
        refusal: &Refusal,
        number: Option<Number>,
    ) -> Result<Arrival, Error> {
        self.set_aside(Outcome::Refused, number, &refusal.to_string()).await
    }

    /// Ends a mail without writing on any ticket. The key is kept first, so that of two copies one
    /// is the duplicate here too.
    pub(crate) async fn set_aside(
        &self,
        outcome: Outcome,
        number: Option<Number>,
        reason: &str,
    ) -> Result<Arrival, Error> {
        let line = Arrival {
            outcome: Some(outcome),
            number: number.map(|number| number.0),
            reason: Some(reason.to_owned()),
            ..self.line.clone()
        };
        self.mail.store.remember_answer(&self.once, written(&line).unwrap_or_default()).await?;
        let earlier = self.mail.store.earlier(DOOR, &self.once.id).await?;
        self.again(&earlier.ok_or(Error::Store(store::Error::Busy))?).await
    }

    /// This mail was taken in before: by this key, whose line is put back, or by another.
    async fn again(&self, earlier: &Earlier) -> Result<Arrival, Error> {
        let first: Option<Arrival> =
            earlier.answer.as_deref().and_then(|line| serde_json::from_str(line).ok());
        let line = match first {
            Some(first) if first.id == self.line.id => first,
            first => self.duplicate_of(first, earlier.number),
        };
        self.mail.store.record(&line).await?;
        Ok(line)
    }

    fn duplicate_of(&self, first: Option<Arrival>, number: Number) -> Arrival {
        let known = (number != Number(0)).then_some(number.0);
        Arrival {
            outcome: Some(Outcome::Duplicate),
            number: known.or_else(|| first.as_ref()?.number),
            reason: first.map(|first| format!("the same mail as {}", first.id)),
            ..self.line.clone()
        }
    }

    /// The line of a mail that is taken in, with what an agent should know of it.
    pub(crate) fn becomes(&self, outcome: Outcome, reason: Option<String>) -> Arrival {
        let left_out = self.letter.mail.attachments.len().saturating_sub(MOST_FILES);
        let files = (left_out > 0).then(|| format!("{left_out} files are in the raw mail alone"));
        let reasons: Vec<String> = reason.into_iter().chain(files).collect();
        let reason = (!reasons.is_empty()).then(|| reasons.join("; "));
        Arrival { outcome: Some(outcome), reason, ..self.line.clone() }
    }
}

/// The line as the transaction writes it.
pub(crate) fn kept(line: &Arrival, stored: &Stored) -> Option<String> {
    written(&Arrival { number: Some(stored.ticket.number.0), ..line.clone() })
}

fn written(line: &Arrival) -> Option<String> {
    serde_json::to_string(line).ok()
}
