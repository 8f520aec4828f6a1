//! Where a mail belongs. A signed address or the thread names a ticket; whether the sender may write
//! on it is another question, and nobody acts as an agent by what a mail says of itself.

use desk::access::Who;
use desk::config::Config;
use desk::person::Person;
use desk::ticket::Place;
use desk::{Number, Ticket};

use crate::letter::Letter;
use crate::verdict::Verdicts;
use crate::{Error, Mail};

/// Where a mail belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belonging {
    /// On this ticket, as its requester's words.
    Requester(Number),
    /// On this ticket, as an agent's answer.
    Agent(Number),
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
            Belonging::Requester(number) | Belonging::Agent(number) => Some(number),
            Belonging::Nowhere { points_to } => points_to,
        }
    }
}

/// As what a sender writes on a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Requester,
    Agent,
}

/// Asks the table for the tickets a mail names and takes the first its sender has a part in. What was
/// merged leads on to where it lives now.
pub(crate) async fn find(
    mail: &Mail,
    letter: &Letter,
    sender: &Person,
    config: &Config,
) -> Result<Belonging, Error> {
    let who = Who::of(sender, config.role(&sender.id), None, config);
    for number in signed_numbers(letter, &mail.reply_secret, sender) {
        let Some(stored) = mail.store.survivor(number).await? else { continue };
        if let Some(part) = part(&who, &stored.ticket, true, letter.verdicts) {
            return Ok(belonging(part, stored.ticket.number));
        }
    }
    let mut points_to = None;
    for message_id in letter.answers() {
        let place = Place::Mail { message_id: message_id.to_owned() };
        let Some(number) = mail.store.thread(&place).await? else { continue };
        points_to.get_or_insert(number);
        let Some(stored) = mail.store.survivor(number).await? else { continue };
        if let Some(part) = part(&who, &stored.ticket, false, letter.verdicts) {
            return Ok(belonging(part, stored.ticket.number));
        }
    }
    Ok(Belonging::Nowhere { points_to })
}

fn belonging(part: Part, number: Number) -> Belonging {
    match part {
        Part::Requester => Belonging::Requester(number),
        Part::Agent => Belonging::Agent(number),
    }
}

/// The tickets named by signed addresses that were made for this very sender.
fn signed_numbers(letter: &Letter, secret: &[u8], sender: &Person) -> Vec<Number> {
    let known = sender.email.as_deref().unwrap_or(&letter.from);
    let theirs = letter
        .claims()
        .filter(|claim| claim.is_for(secret, &letter.from) || claim.is_for(secret, known));
    theirs.map(|claim| Number(claim.number)).collect()
}

/// As what this sender writes on this ticket; none where they have no part in it. `signed`: they
/// used an address that only they were given for it. An agent has nothing but that address, and it
/// does not help a mail that is known to be forged.
fn part(who: &Who, ticket: &Ticket, signed: bool, verdicts: Verdicts) -> Option<Part> {
    let asks = who.asks(ticket) || who.follows(ticket);
    let asks = asks && (signed || verdicts.believable());
    let answers = who.role.is_staff() && signed && !verdicts.forged;
    let is_assignee = ticket.assignee.as_ref() == Some(&who.id);
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
            external_id: None,
            organisation: None,
            text: Text::plain("help"),
            filled: None,
        };
        let permit = permit(&asker, None, Command::Open(Box::new(opening))).unwrap();
        let entries = decide(None, &permit, Timestamp::UNIX_EPOCH).unwrap();
        Ticket { assignee: assignee.map(PersonId::from), ..fold(&entries).unwrap() }
    }

    #[test]
    fn nobody_acts_as_an_agent_by_their_word_alone() {
        let (signed, thread) = (true, false);
        let (fine, forged) =
            (Verdicts::default(), Verdicts { forged: true, ..Verdicts::default() });
        let spam = Verdicts { spam: true, ..Verdicts::default() };
        let rows = [
            ("asker", Role::Requester, thread, fine, Some(Part::Requester)),
            ("asker", Role::Requester, thread, forged, None),
            ("asker", Role::Requester, thread, spam, None),
            ("asker", Role::Requester, signed, fine, Some(Part::Requester)),
            ("asker", Role::Requester, signed, forged, Some(Part::Requester)),
            ("asker", Role::Agent, signed, fine, Some(Part::Requester)),
            ("other", Role::Requester, signed, fine, None),
            ("other", Role::Requester, thread, fine, None),
            ("other", Role::Collaborator, signed, fine, None),
            ("other", Role::Agent, thread, fine, None),
            ("other", Role::Agent, signed, fine, Some(Part::Agent)),
            ("other", Role::Agent, signed, spam, Some(Part::Agent)),
            ("other", Role::Agent, signed, forged, None),
            ("other", Role::Admin, signed, fine, Some(Part::Agent)),
        ];
        for (sender, role, signed, verdicts, expected) in rows {
            let found = part(&Who::new(sender.into(), role), &ticket(None), signed, verdicts);
            assert_eq!(found, expected, "{sender} {role:?} {signed} {verdicts:?}");
        }
    }

    #[test]
    fn whoever_answers_their_own_ticket_is_its_agent() {
        let own = ticket(Some("asker"));
        let fine = Verdicts::default();
        let rows = [(true, Some(Part::Agent)), (false, Some(Part::Requester))];
        for (signed, expected) in rows {
            assert_eq!(part(&Who::new("asker".into(), Role::Agent), &own, signed, fine), expected);
        }
    }

    #[test]
    fn a_signed_address_counts_for_the_person_it_was_made_for() {
        let sign = |who| email::reply_address::sign(b"key", 12, who, "support@desk.test");
        let person =
            |email: &str| Person { email: Some(email.into()), ..Person::named("p".into(), "P") };
        let rows = [
            (sign("ana@x.test"), "ana@x.test", "ana@x.test", true),
            (sign("Ana@X.test").to_uppercase(), "ana@x.test", "ana@x.test", true),
            (sign("main@x.test"), "alias@x.test", "main@x.test", true),
            (sign("ana@x.test"), "eve@x.test", "eve@x.test", false),
            ("support+12@desk.test".into(), "ana@x.test", "ana@x.test", false),
            (sign("ana@x.test").replace("+r", "+ra"), "ana@x.test", "ana@x.test", false),
        ];
        for (to, from, known, valid) in rows {
            let raw = format!("From: {from}\r\nTo: other@x.test, {to}\r\n\r\nhi");
            let letter = Letter::read(raw.into_bytes());
            let numbers = signed_numbers(&letter, b"key", &person(known));
            assert_eq!(numbers, if valid { vec![Number(12)] } else { vec![] }, "{to} {from}");
            assert!(signed_numbers(&letter, b"other", &person(known)).is_empty());
        }
    }
}
