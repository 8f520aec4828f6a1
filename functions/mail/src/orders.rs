//! What an agent tells the desk to do in the first lines of an answer: `#close`, `#assign ana`,
//! `#priority high`. Below them stands the answer itself, if there is one. Whether the mail is
//! really theirs was asked before.

use desk::config::{Config, Member};
use desk::history::Text;
use desk::{Command, PersonId, Priority, QueueId, Refusal, Status};
use store::Stored;

/// Orders, and what stands below them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Orders {
    orders: Vec<Order>,
    /// The answer without them.
    pub(crate) words: String,
}

/// One thing to be done.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Claim,
    Release,
    Assign(PersonId),
    Transfer {
        queue: QueueId,
        reason: String,
    },
    Priority(Priority),
    Tag(Vec<String>),
    Untag(Vec<String>),
    /// The words propose a solution; or these do, where there are none.
    Close(String),
    Reopen,
    /// The words are for agents.
    Note,
}

/// What agents may order, for whoever ordered something else.
const KNOWN: &str = "#claim, #release, #assign WHO, #transfer QUEUE WHY, #priority LEVEL, #tag WORDS, \
                     #untag WORDS, #close WHY, #reopen, #note";
/// What is said of a solution without words.
const SOLVED: &str = "This should be solved.";

impl Orders {
    /// Reads the first lines of this member's answer. What cannot be meant is an error that says why:
    /// as part of the answer it would reach the requester.
    pub(crate) fn read(text: &str, who: &PersonId, config: &Config) -> Result<Orders, String> {
        let mut orders = Vec::new();
        let mut rest = text.trim_start();
        while let Some((word, argument, below)) = order(rest) {
            let known = Order::of(word, argument, who, config)?;
            orders.push(known.ok_or_else(|| not_known(word, argument))?);
            rest = below.trim_start();
        }
        let words = if orders.is_empty() { text } else { rest };
        Ok(Orders { orders, words: words.to_owned() })
    }

    /// The commands they come to on this ticket, in order: the answer first, so that it is on record
    /// before what follows from it.
    pub(crate) fn commands(&self, text: &Text, stored: &Stored, config: &Config) -> Vec<Command> {
        let closes = self.orders.iter().any(|order| matches!(order, Order::Close(_)));
        let notes = self.orders.contains(&Order::Note) || stored.ticket.status == Status::Closed;
        let says = !text.body.trim().is_empty() || !text.files.is_empty();
        let mut commands = match (says, notes, closes) {
            (false, ..) | (true, false, true) => Vec::new(),
            (true, true, _) => vec![Command::AddNote(text.clone())],
            (true, false, false) => vec![Command::ReplyAsAgent(text.clone())],
        };
        let solution = if says && !notes { text.clone() } else { Text::default() };
        let ordered = self.orders.iter();
        commands.extend(ordered.filter_map(|one| one.command(&solution, stored, config)));
        commands
    }
}

/// The first line as an order: its word, what stands behind it, and what stands below.
fn order(text: &str) -> Option<(&str, &str, &str)> {
    let line = text.lines().next()?;
    let said = line.strip_prefix('#')?;
    let (word, argument) = said.split_once(' ').unwrap_or((said, ""));
    let word = word.trim();
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word.then(|| (word, argument.trim(), text.get(line.len()..).unwrap_or_default()))
}

fn not_known(word: &str, argument: &str) -> String {
    format!("\"#{}\" is no order; these are: {KNOWN}", format!("{word} {argument}").trim())
}

impl Order {
    /// None where nobody knows the word, or what it needs is missing.
    fn of(
        word: &str,
        argument: &str,
        who: &PersonId,
        config: &Config,
    ) -> Result<Option<Order>, String> {
        let given = !argument.is_empty();
        Ok(Some(match word.to_lowercase().as_str() {
            "claim" | "take" => Order::Claim,
            "release" => Order::Release,
            "assign" if given => Order::Assign(member(argument, who, config)?.id.clone()),
            "transfer" | "move" if given => transfer(argument, config)?,
            "priority" => match Priority::parse(&argument.to_lowercase()) {
                Some(priority) => Order::Priority(priority),
                None => return Ok(None),
            },
            "tag" if given => Order::Tag(tags(argument)),
            "untag" if given => Order::Untag(tags(argument)),
            "close" | "solve" | "solved" | "resolve" => Order::Close(argument.to_owned()),
            "reopen" => Order::Reopen,
            "note" | "internal" => Order::Note,
            _ => return Ok(None),
        }))
    }

    /// The command it comes to; none where it is about the words.
    fn command(&self, solution: &Text, stored: &Stored, config: &Config) -> Option<Command> {
        let ticket = &stored.ticket;
        Some(match self {
            Order::Note => return None,
            Order::Claim => Command::Claim,
            Order::Release => Command::Release,
            Order::Assign(to) => Command::Assign { to: to.clone() },
            Order::Transfer { queue, reason } => {
                Command::Transfer { queue: queue.clone(), reason: Text::plain(reason.clone()) }
            }
            Order::Priority(to) => stored.prioritised(config, *to),
            Order::Tag(tags) => {
                Command::Tag { tags: ticket.tags.iter().chain(tags).cloned().collect() }
            }
            Order::Untag(tags) => {
                let left = ticket.tags.iter().filter(|tag| !tags.contains(tag));
                Command::Tag { tags: left.cloned().collect() }
            }
            Order::Reopen => Command::Reopen(Text::default()),
            Order::Close(why) => close(why, solution, ticket.status),
        })
    }
}

fn tags(argument: &str) -> Vec<String> {
    let words = argument.split([' ', ',']).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn transfer(argument: &str, config: &Config) -> Result<Order, String> {
    let (queue, reason) = argument.split_once(' ').unwrap_or((argument, "moved by mail"));
    let known = config.queues.iter().find(|one| one.id.as_str() == queue);
    let known = known.ok_or_else(|| format!("there is no queue \"{queue}\""))?;
    Ok(Order::Transfer { queue: known.id.clone(), reason: reason.trim().to_owned() })
}

/// Proposes a solution, as closing does everywhere; what is resolved is closed.
fn close(why: &str, solution: &Text, status: Status) -> Command {
    let said = |fallback: &str| Text::plain(if why.is_empty() { fallback } else { why });
    match status {
        Status::Resolved => Command::Close { closure: None, reason: said("") },
        _ if solution.body.trim().is_empty() => {
            Command::Propose(Text { files: solution.files.clone(), ..said(SOLVED) })
        }
        _ => Command::Propose(solution.clone()),
    }
}

/// The member somebody means: by `me`, an address, or the beginning of a name that only one of them
/// has.
fn member<'a>(name: &str, who: &PersonId, config: &'a Config) -> Result<&'a Member, String> {
    let name = name.trim_start_matches('@').to_lowercase();
    if name == "me" {
        return config.member(who).ok_or_else(|| "you are no member".to_owned());
    }
    if let Some(exact) = config.members.iter().find(|member| member.email == name) {
        return Ok(exact);
    }
    let begins = |member: &&Member| {
        member.name.to_lowercase().starts_with(&name) || member.email.starts_with(&name)
    };
    let found: Vec<&Member> = config.members.iter().filter(begins).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("nobody here is called \"{name}\"")),
        _ => Err(format!("several people here are called \"{name}\": give their address")),
    }
}

/// What an agent reads whose orders could not be followed.
pub(crate) fn not_followed(reason: &str, words: &str) -> Text {
    Text::plain(
        format!("Nothing of this mail was done, since {reason}.\n\n{words}").trim().to_owned(),
    )
}

/// A refusal in a sentence that began already.
pub(crate) fn refused(refusal: &Refusal) -> String {
    format!("it could not be: {refusal}")
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn read(text: &str) -> Result<Orders, String> {
        let config = Config::fresh("desk.test", "admin@desk.test", TimeZone::UTC);
        Orders::read(text, &"admin".into(), &config)
    }

    #[test]
    fn orders_stand_in_the_first_lines() {
        let rows = [
            ("#close\n", vec![Order::Close(String::new())], ""),
            ("#close It was the fuse.\n", vec![Order::Close("It was the fuse.".into())], ""),
            (
                "\n#assign admin\n#Priority HIGH\n\nPlease look.\n#note is text here",
                vec![Order::Assign("admin".into()), Order::Priority(Priority::High)],
                "Please look.\n#note is text here",
            ),
            ("#assign me", vec![Order::Assign("admin".into())], ""),
            ("#tag VPN, wifi", vec![Order::Tag(vec!["vpn".into(), "wifi".into()])], ""),
            ("#note\nFor us.", vec![Order::Note], "For us."),
            ("#1042 is the same", vec![], "#1042 is the same"),
            ("# A heading", vec![], "# A heading"),
            ("Hi\n#close", vec![], "Hi\n#close"),
            ("", vec![], ""),
        ];
        for (text, orders, words) in rows {
            assert_eq!(read(text), Ok(Orders { orders, words: words.to_owned() }), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_not_said_to_requesters() {
        let rows = [
            ("#clsoe", "is no order"),
            ("#assign", "is no order"),
            ("#priority soon", "is no order"),
            ("#close\n#frob it\nThanks", "\"#frob it\" is no order"),
            ("#assign nobody", "nobody here is called"),
            ("#transfer nowhere", "no queue"),
        ];
        for (text, reason) in rows {
            assert!(read(text).unwrap_err().contains(reason), "{text}");
        }
    }
}
