//! Where a mail belongs. A signed address, the thread or its subject names a ticket; whether the
//! sender may write on it is another question, and nobody acts as anybody by what a mail says of
//! itself: something must prove it.

use std::collections::BTreeMap;

use desk::access::Who;
use desk::config::Config;
use desk::person::Person;
use desk::{Number, Ticket};
use email::reply_address::Claim;
use store::Stored;
use store::correspondence::KnownMail;

use crate::letter::Letter;
use crate::verdict::{Standing, Verdicts};
use crate::{Error, Mail};

/// Where a mail belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belonging {
    /// On this ticket, as its requester's words.
    Requester(Number),
    /// On this ticket, as an agent's answer.
    Agent(Number),
    /// Beside this ticket: somebody used an address of it that was made for somebody else. Its
    /// agents read it, nobody else does.
    Beside(Number),
    /// Nowhere yet. It may point to a ticket that its sender has no part in.
    Nowhere {
        /// That ticket.
        points_to: Option<Number>,
    },
}

impl Belonging {
    /// The ticket it belongs or points to.
    pub(crate) fn number(self) -> Option<Number> {
        match self {
            Belonging::Requester(number) | Belonging::Agent(number) | Belonging::Beside(number) => {
                Some(number)
            }
            Belonging::Nowhere { points_to } => points_to,
        }
    }
}

/// What speaks for a sender being whom they say they are, on one ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// They use what only they were given: an address signed for them, a mail the desk sent them.
    Theirs,
    /// They know of a mail that only the ticket's own people know of.
    Known,
    /// Anybody could have written it.
    Nothing,
}

/// As what a sender writes on a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Requester,
    Agent,
}

/// A mail on its way to its ticket.
struct Search<'a> {
    mail: &'a Mail,
    letter: &'a Letter,
    known: &'a BTreeMap<String, KnownMail>,
    who: Who,
    /// A ticket it names that its sender has no part in.
    points_to: Option<Number>,
}

/// Asks the table for the tickets a mail names and takes the first its sender has a part in. What was
/// merged leads on to where it lives now.
pub(crate) async fn find(
    mail: &Mail,
    letter: &Letter,
    known: &BTreeMap<String, KnownMail>,
    sender: &Person,
    config: &Config,
) -> Result<Belonging, Error> {
    let who = Who::of(sender, config.role(&sender.id), None, config);
    let mut search = Search { mail, letter, known, who, points_to: None };
    if let Some(found) = search.by_address().await? {
        return Ok(found);
    }
    if let Some(found) = search.by_thread().await? {
        return Ok(found);
    }
    if let Some(found) = search.by_subject().await? {
        return Ok(found);
    }
    Ok(Belonging::Nowhere { points_to: search.points_to })
}

impl Search<'_> {
    /// By an address that was made for the sender; or else for somebody else of that ticket.
    async fn by_address(&mut self) -> Result<Option<Belonging>, Error> {
        let claims: Vec<Claim> = self.letter.claims().collect();
        for claim in &claims {
            if !self.is_theirs(claim) {
                continue;
            }
            if let Some(found) = self.on(Number(claim.number), Proof::Theirs).await? {
                return Ok(Some(found));
            }
        }
        for claim in &claims {
            let Some(stored) = self.mail.store.ticket(Number(claim.number)).await? else {
                continue;
            };
            if self.is_somebodys(claim, &stored)
                && let Some(now) = self.mail.store.survivor(stored.ticket.number).await?
            {
                return Ok(Some(Belonging::Beside(now.ticket.number)));
            }
        }
        Ok(None)
    }

    /// By a mail it answers; or by one that answered it and came before it.
    async fn by_thread(&mut self) -> Result<Option<Belonging>, Error> {
        for message_id in self.letter.thread() {
            let Some(known) = self.known.get(message_id) else { continue };
            let proof = self.proof(known);
            if let Some(found) = self.on(known.number, proof).await? {
                return Ok(Some(found));
            }
            self.points_to.get_or_insert(known.number);
        }
        Ok(None)
    }

    /// By the number in its subject, which proves nothing.
    async fn by_subject(&mut self) -> Result<Option<Belonging>, Error> {
        match self.letter.named().filter(|_| self.letter.verdicts.vouched()) {
            Some(number) => self.on(number, Proof::Nothing).await,
            None => Ok(None),
        }
    }

    /// The sender's part in a ticket, where they have one.
    async fn on(&self, number: Number, proof: Proof) -> Result<Option<Belonging>, Error> {
        let Some(stored) = self.mail.store.survivor(number).await? else { return Ok(None) };
        let number = stored.ticket.number;
        let part = part(&self.who, &stored.ticket, proof, self.letter.verdicts);
        Ok(part.map(|part| match part {
            Part::Requester => Belonging::Requester(number),
            Part::Agent => Belonging::Agent(number),
        }))
    }

    /// Whether an address was made for the sender, whoever they were then.
    fn is_theirs(&self, claim: &Claim) -> bool {
        let mut ids = std::iter::once(&self.who.id).chain(&self.who.was);
        ids.any(|id| claim.is_for(&self.mail.keys, id.as_str()))
    }

    /// Whether it was made for anybody who has to do with the ticket.
    fn is_somebodys(&self, claim: &Claim, stored: &Stored) -> bool {
        let ticket = &stored.ticket;
        let mut ids =
            std::iter::once(&ticket.requester).chain(&ticket.followers).chain(&ticket.assignee);
        ids.any(|id| claim.is_for(&self.mail.keys, id.as_str()))
    }

    fn proof(&self, known: &KnownMail) -> Proof {
        match known.sent_to() {
            Some(id) if self.who.is(&id) => Proof::Theirs,
            None if known.sent.is_none() && !known.shared => Proof::Known,
            Some(_) | None => Proof::Nothing,
        }
    }
}

/// As what this sender writes on this ticket; none where they have no part in it, or nothing proves
/// that it is them. Nothing helps a mail that is known to be forged.
fn part(who: &Who, ticket: &Ticket, proof: Proof, verdicts: Verdicts) -> Option<Part> {
    if verdicts.standing == Standing::Doubted {
        return None;
    }
    let (asks, vouched) = (who.asks(ticket) || who.follows(ticket), verdicts.vouched());
    let is_assignee = ticket.assignee.as_ref() == Some(&who.id);
    let asks = asks
        && match proof {
            Proof::Theirs => true,
            Proof::Known => verdicts.believable(),
            Proof::Nothing => vouched,
        };
    let answers = match proof {
        Proof::Theirs => who.role.is_staff(),
        Proof::Known | Proof::Nothing => who.role.is_staff() && is_assignee && vouched,
    };
    match (asks, answers) {
        (true, true) if is_assignee => Some(Part::Agent),
        (true, _) => Some(Part::Requester),
        (false, true) => Some(Part::Agent),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use desk::access::{Role, permit};
    use desk::command::Opening;
    use desk::history::Text;
    use desk::policy::Circumstances;
    use desk::{Channel, Command, PersonId, Priority, QueueId, Type, decide, fold};
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;

    fn ticket(assignee: Option<&str>) -> Ticket {
        let config = Config::fresh("desk.test", "admin@desk.test", TimeZone::UTC);
        let asker = Who::new("asker".into(), Role::Requester);
        let circumstances = Circumstances {
            queue: None,
            kind: Type::Question,
            priority: Priority::Medium,
            channel: Channel::Email,
            email: None,
            form: None,
        };
        let opening = Opening {
            number: Number(1),
            requester: asker.id.clone(),
            kind: Type::Question,
            priority: Priority::Medium,
            channel: Channel::Email,
            promise: config.promise(&circumstances),
            queue: QueueId::from("support"),
            origin: None,
            silent: false,
            receipt: desk::Acknowledgement::Whole,
            external_id: None,
            organisation: None,
            text: Text::plain("help"),
            filled: None,
        };
        let permit = permit(&asker, None, Command::Open(Box::new(opening))).unwrap();
        let entries = decide(None, &permit, Timestamp::UNIX_EPOCH).unwrap();
        Ticket { assignee: assignee.map(PersonId::from), ..fold(&entries).unwrap() }
    }

    const FINE: Verdicts = Verdicts { virus: false, spam: false, standing: Standing::Unknown };

    #[test]
    fn nobody_has_a_part_by_their_word_alone() {
        use Proof::{Known, Nothing, Theirs};
        let vouched = Verdicts { standing: Standing::Vouched, ..FINE };
        let forged = Verdicts { standing: Standing::Doubted, ..FINE };
        let spam = Verdicts { spam: true, ..FINE };
        let (asks, answers) = (Some(Part::Requester), Some(Part::Agent));
        let rows = [
            ("asker", Role::Requester, Nothing, FINE, None),
            ("asker", Role::Requester, Nothing, vouched, asks),
            ("asker", Role::Requester, Known, FINE, asks),
            ("asker", Role::Requester, Known, forged, None),
            ("asker", Role::Requester, Known, spam, None),
            ("asker", Role::Requester, Theirs, FINE, asks),
            ("asker", Role::Requester, Theirs, spam, asks),
            ("asker", Role::Requester, Theirs, forged, None),
            ("asker", Role::Agent, Theirs, FINE, asks),
            ("other", Role::Requester, Theirs, vouched, None),
            ("other", Role::Requester, Known, vouched, None),
            ("other", Role::Collaborator, Theirs, vouched, None),
            ("other", Role::Agent, Known, FINE, None),
            ("other", Role::Agent, Nothing, vouched, None),
            ("other", Role::Agent, Theirs, FINE, answers),
            ("other", Role::Agent, Theirs, spam, answers),
            ("other", Role::Agent, Theirs, forged, None),
            ("other", Role::Admin, Theirs, FINE, answers),
        ];
        for (sender, role, proof, verdicts, expected) in rows {
            let found = part(&Who::new(sender.into(), role), &ticket(None), proof, verdicts);
            assert_eq!(found, expected, "{sender} {role:?} {proof:?} {verdicts:?}");
        }
    }

    #[test]
    fn an_assignee_is_believed_once_vouched_for() {
        let (theirs, vouched) = (ticket(Some("ana")), Standing::Vouched);
        let ana = Who::new("ana".into(), Role::Agent);
        let rows = [
            (Proof::Known, Standing::Unknown, None),
            (Proof::Known, vouched, Some(Part::Agent)),
            (Proof::Nothing, vouched, Some(Part::Agent)),
            (Proof::Nothing, Standing::Unknown, None),
        ];
        for (proof, standing, expected) in rows {
            let found = part(&ana, &theirs, proof, Verdicts { standing, ..FINE });
            assert_eq!(found, expected, "{proof:?} {standing:?}");
        }
    }

    #[test]
    fn whoever_answers_their_own_ticket_is_its_agent() {
        let own = ticket(Some("asker"));
        let rows = [(Proof::Theirs, Some(Part::Agent)), (Proof::Known, Some(Part::Requester))];
        for (proof, expected) in rows {
            let asker = Who::new("asker".into(), Role::Agent);
            assert_eq!(part(&asker, &own, proof, FINE), expected);
        }
    }
}
