//! A mail becomes a ticket: its sender's, or whose it is that an agent passes on. With it come the
//! people in copy, where the sender can be believed, and what agents should know of how it came.

use desk::access::{Role, Who};
use desk::history::{Entry, File, Text};
use desk::person::Person;
use desk::ticket::{Acknowledgement, Channel, Priority, Type};
use desk::{Number, PersonId};
use store::Stored;
use store::change::{Besides, NewTicket};
use store::ledger::{Arrival, Outcome};
use store::people::Introduction;

use crate::Error;
use crate::intake::{Intake, kept};
use crate::letter::PassedOn;

/// So many people nobody knew are made known by one mail; of more, agents read the addresses.
const MOST_NEW_PEOPLE: usize = 40;
/// What agents read where no receipt was sent.
const WITHHELD: &str = "No receipt was sent: the desk has written to this address often enough of late. It may be a \
    program that answers, or somebody whose address another one uses. What you write is sent.";
/// Why people in copy do not follow the ticket.
const NOT_VOUCHED: &str = "nobody vouches for who sent it.";
/// The same where there were many.
const TOO_MANY: &str = "they are too many to be made known by one mail.";

/// What a mail asks for.
#[derive(Default)]
pub(crate) struct Request {
    pub(crate) text: Text,
    /// What agents should know of how it came.
    pub(crate) reason: Option<String>,
    pub(crate) receipt: Acknowledgement,
    pub(crate) follow_up_of: Option<Number>,
}

impl Intake<'_> {
    /// Whoever writes a mail may ask, and is no more than a requester by it.
    pub(crate) async fn open(
        &self,
        sender: Person,
        is_new: bool,
        request: Request,
    ) -> Result<Arrival, Error> {
        let Request { text, reason, receipt, follow_up_of } = request;
        let said = reason.as_deref().filter(|_| follow_up_of.is_none());
        let besides = self.besides(said, receipt).await?;
        let line = self.becomes(Outcome::Ticket, reason);
        let along = self.along(&line);
        let new = NewTicket {
            who: Who::of(&sender, Role::Requester, None, &self.config),
            requester: sender,
            is_new,
            kind: Type::Question,
            priority: Priority::Medium,
            channel: Channel::Email,
            queue: self.queue.id.clone(),
            origin: self.letter.place(),
            silent: self.letter.is_silent(),
            external_id: None,
            translations: Vec::new(),
            follow_up_of,
            text,
            form: None,
            besides,
        };
        let keep = |stored: &Stored, _: &[Entry]| kept(&line, stored);
        match self.mail.store.open(new, along, &keep).await {
            Err(store::Error::Refused(refusal)) => self.turn_down(&refusal, None).await,
            done => self.done(done?, line).await,
        }
    }

    /// Who else is told of a new ticket, and what its agents should know of how it came.
    async fn besides(
        &self,
        reason: Option<&str>,
        receipt: Acknowledgement,
    ) -> Result<Besides, Error> {
        let mut notes: Vec<String> = Vec::new();
        if let Some(reason) = reason {
            notes.push(format!("About this mail: {}.", reason.trim_end_matches('.')));
        }
        if receipt == Acknowledgement::Withheld && !self.letter.is_silent() {
            notes.push(WITHHELD.to_owned());
        }
        let others = self.letter.others(&self.config);
        let (followers, left) = match self.letter.verdicts.vouched() {
            true => self.followers(others).await?,
            false => (Vec::new(), others.into_iter().map(|(address, _)| address).collect()),
        };
        if !left.is_empty() {
            notes.push(format!(
                "Also sent to {}. They do not follow the ticket: {}",
                left.join(", "),
                if followers.is_empty() { NOT_VOUCHED } else { TOO_MANY }
            ));
        }
        let notes = notes.into_iter().map(Text::plain).collect();
        Ok(Besides { receipt, followers, notes })
    }

    /// People in copy as followers, made known where nobody knows them; and the addresses of those
    /// who would be too many.
    async fn followers(
        &self,
        others: Vec<(String, Option<String>)>,
    ) -> Result<(Vec<PersonId>, Vec<String>), Error> {
        let (mut followers, mut left) = (Vec::new(), Vec::new());
        let mut strangers = 0;
        for (address, name) in others {
            let introduction = Introduction::by_email(&address, name);
            let (person, is_new) = self.mail.store.meet(&introduction).await?;
            strangers += usize::from(is_new);
            match is_new {
                true if strangers > MOST_NEW_PEOPLE => left.push(address),
                true => followers.push(self.mail.store.welcome(&introduction).await?.id),
                false => followers.push(person.id),
            }
        }
        Ok((followers, left))
    }

    /// The mail a member passes on.
    pub(crate) fn passed_on(&self, sender: &Person) -> Option<PassedOn> {
        let works_here = self.config.role(&sender.id).is_staff();
        let passed = self.letter.passed_on().filter(|_| works_here)?;
        let desks = self.config.queue_by_address(&passed.address).is_some();
        (!desks && self.letter.verdicts.believable()).then_some(passed)
    }

    /// A mail an agent passed on is the request of whoever wrote it.
    pub(crate) async fn handed_on(
        &self,
        agent: &Person,
        passed: &PassedOn,
        files: Vec<File>,
    ) -> Result<Arrival, Error> {
        let introduction = Introduction::by_email(&passed.address, passed.name.clone());
        let (mut requester, is_new) = self.mail.store.meet(&introduction).await?;
        let vouched = self.letter.verdicts.vouched();
        if is_new && !vouched {
            requester.organisation = None;
        }
        let counted = self.mail.store.count_mail(&passed.address, &self.once.id, vouched, true);
        let receipt = counted.await?.receipt;
        let before = passed.before.trim();
        let reason = format!("{} <{}> passed it on. {before}", agent.name, self.letter.from);
        let (text, reason) = (passed.as_opening(files), Some(reason.trim_end().to_owned()));
        self.open(requester, is_new, Request { text, reason, receipt, follow_up_of: None }).await
    }
}
