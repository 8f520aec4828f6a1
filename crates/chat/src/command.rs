//! The text after `/ticket` in Slack, read as a command or as a new ticket.
//! When a text could be either, it never acts on a ticket by guess: it files, or it asks.

/// What a person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// How to use the command.
    Help,
    /// My own tickets.
    Mine,
    /// One ticket.
    Show(u64),
    /// The receipt of a ticket's promises.
    Receipt(u64),
    /// Take a ticket.
    Claim(u64),
    /// Propose, confirm or cancel, as the person may.
    Close {
        /// The ticket.
        number: u64,
        /// Why, when said.
        reason: Option<String>,
    },
    /// An internal note.
    Note {
        /// The ticket.
        number: u64,
        /// What it says.
        text: String,
    },
    /// An answer all participants see.
    Reply {
        /// The ticket.
        number: u64,
        /// What it says.
        text: String,
    },
    /// Give a ticket to somebody.
    Assign {
        /// The ticket.
        number: u64,
        /// Whom: a mention, an address, a name, or `me`.
        who: String,
    },
    /// Let a ticket stand elsewhere.
    Status {
        /// The ticket.
        number: u64,
        /// Where, as typed.
        to: String,
    },
    /// Let a ticket matter more or less.
    Priority {
        /// The ticket.
        number: u64,
        /// How much, as typed.
        to: String,
    },
    /// Tickets whose titles hold these words.
    Search {
        /// The words.
        words: String,
    },
    /// Be known here as somebody the desk knows by another name.
    Link {
        /// An address, or the code that was sent to it; what it is for is said where it is left out.
        what: Option<String>,
    },
    /// File a ticket.
    New {
        /// Its words, as typed.
        text: String,
    },
    /// Nothing was done; the hint says how to go on.
    NotUnderstood {
        /// What was typed.
        what: String,
        /// A sentence for the person.
        hint: String,
    },
}

/// Reads the text after `/ticket`. Keywords count in any case; a keyword followed by ordinary words is a new ticket.
pub fn parse(text: &str) -> Command {
    let text = text.trim();
    let (first, rest) = split_word(text);
    let keyword = first.to_lowercase();
    match (keyword.as_str(), rest) {
        ("", _) | ("help" | "?", "") => Command::Help,
        ("mine" | "list", "") => Command::Mine,
        ("new", "") => ask(text, "what is it about? try /ticket new vpn is down"),
        ("new", rest) => Command::New { text: rest.to_owned() },
        ("show" | "claim" | "close" | "note" | "reply" | "sla", rest) => {
            numbered(text, &keyword, rest)
        }
        ("assign" | "status" | "priority", rest) => changed(text, &keyword, rest),
        ("search", "") => ask(text, "what for? try /ticket search vpn"),
        ("search", words) => Command::Search { words: words.to_owned() },
        ("link", "") => Command::Link { what: None },
        ("link", what) if is_link(what) => Command::Link { what: Some(what.to_owned()) },
        _ => Command::New { text: text.to_owned() },
    }
}

/// What the word after a keyword is.
enum Target {
    Number(u64),
    NoNumber,
    Word,
}

fn numbered(text: &str, keyword: &str, rest: &str) -> Command {
    let (target, more) = split_word(rest);
    let number = match read_target(target) {
        Target::Number(number) => number,
        Target::NoNumber => {
            return ask(text, &format!("which one? try /ticket {}", example(keyword)));
        }
        Target::Word => return Command::New { text: text.to_owned() },
    };
    match (keyword, more) {
        ("show", "") => Command::Show(number),
        ("sla", "") => Command::Receipt(number),
        ("claim", "") => Command::Claim(number),
        ("close", "") => Command::Close { number, reason: None },
        ("close", more) => Command::Close { number, reason: Some(more.to_owned()) },
        ("note" | "reply", "") => {
            ask(text, &format!("what shall it say? try /ticket {}", example(keyword)))
        }
        ("note", more) => Command::Note { number, text: more.to_owned() },
        ("reply", more) => Command::Reply { number, text: more.to_owned() },
        _ => ask(
            text,
            &format!(
                "try /ticket {keyword} {number} alone, or /ticket new {text} to file it as a ticket"
            ),
        ),
    }
}

/// What is said of a ticket behind its number: without a number other words are a ticket.
fn changed(text: &str, keyword: &str, rest: &str) -> Command {
    let (target, to) = split_word(rest);
    let number = match read_target(target) {
        Target::Number(number) => number,
        Target::NoNumber => {
            return ask(text, &format!("which one? try /ticket {}", example(keyword)));
        }
        Target::Word => return Command::New { text: text.to_owned() },
    };
    let to = to.to_owned();
    match keyword {
        _ if to.is_empty() => ask(text, &format!("to what? try /ticket {}", example(keyword))),
        "assign" => Command::Assign { number, who: to },
        "status" => Command::Status { number, to },
        _ => Command::Priority { number, to },
    }
}

/// An address or a code is one word; more words after `link` are a ticket.
fn is_link(what: &str) -> bool {
    !what.contains(char::is_whitespace)
}

fn read_target(word: &str) -> Target {
    let word = word.trim_end_matches([':', ',']);
    let digits = word.strip_prefix('#').unwrap_or(word);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Target::Word;
    }
    match digits.parse() {
        Ok(0) | Err(_) => Target::NoNumber,
        Ok(number) => Target::Number(number),
    }
}

fn example(keyword: &str) -> &'static str {
    match keyword {
        "claim" => "claim 12",
        "sla" => "sla 12",
        "close" => "close 12",
        "note" => "note 12 called them back",
        "reply" => "reply 12 we are on it",
        "assign" => "assign 12 @ana",
        "status" => "status 12 on hold",
        "priority" => "priority 12 high",
        _ => "show 12",
    }
}

fn ask(what: &str, hint: &str) -> Command {
    Command::NotUnderstood { what: what.to_owned(), hint: hint.to_owned() }
}

fn split_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(text: &str) -> Command {
        Command::New { text: text.into() }
    }

    #[test]
    fn texts_and_what_they_mean() {
        let rows: Vec<(&str, Command)> = vec![
            ("", Command::Help),
            ("   ", Command::Help),
            ("help", Command::Help),
            ("HELP", Command::Help),
            ("?", Command::Help),
            ("help me with the printer", new("help me with the printer")),
            ("mine", Command::Mine),
            ("List", Command::Mine),
            ("my printer is on fire", new("my printer is on fire")),
            ("list of users is empty", new("list of users is empty")),
            ("mine collapsed", new("mine collapsed")),
            ("vpn is down", new("vpn is down")),
            ("new vpn is down", new("vpn is down")),
            ("NEW\nvpn\nis down", new("vpn\nis down")),
            ("newvpn is down", new("newvpn is down")),
            ("show 12", Command::Show(12)),
            ("show #12", Command::Show(12)),
            ("  Show   12  ", Command::Show(12)),
            ("show\u{a0}12", Command::Show(12)),
            ("show stopper on the printer", new("show stopper on the printer")),
            ("show 12th floor wifi", new("show 12th floor wifi")),
            ("show -1", new("show -1")),
            ("claim 7", Command::Claim(7)),
            ("sla 7", Command::Receipt(7)),
            ("SLA report is late", new("SLA report is late")),
            ("claim form is broken", new("claim form is broken")),
            ("close 7", Command::Close { number: 7, reason: None }),
            (
                "close #7 fixed itself",
                Command::Close { number: 7, reason: Some("fixed itself".into()) },
            ),
            ("close the window", new("close the window")),
            ("note 7 called back", Command::Note { number: 7, text: "called back".into() }),
            ("note pad crashes", new("note pad crashes")),
            ("reply 7: on it\nsoon", Command::Reply { number: 7, text: "on it\nsoon".into() }),
            ("reply all storm", new("reply all storm")),
            ("assign me a new laptop", new("assign me a new laptop")),
            ("assign 12 @mara", Command::Assign { number: 12, who: "@mara".into() }),
            ("status #12 On hold", Command::Status { number: 12, to: "On hold".into() }),
            ("priority 12 high", Command::Priority { number: 12, to: "high".into() }),
            ("search vpn down", Command::Search { words: "vpn down".into() }),
            ("link", Command::Link { what: None }),
            ("link kofi@example.com", Command::Link { what: Some("kofi@example.com".into()) }),
            ("status page is red", new("status page is red")),
            ("link broken on the page", new("link broken on the page")),
            ("12", new("12")),
            ("日本語 プリンター", new("日本語 プリンター")),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn unclear_texts_are_asked_about() {
        let rows = [
            ("show", "which one? try /ticket show 12"),
            ("show #", "which one? try /ticket show 12"),
            ("show 0", "which one? try /ticket show 12"),
            ("show 99999999999999999999999", "which one? try /ticket show 12"),
            ("claim", "which one? try /ticket claim 12"),
            ("close", "which one? try /ticket close 12"),
            ("note 7", "what shall it say? try /ticket note 12 called them back"),
            ("reply #7", "what shall it say? try /ticket reply 12 we are on it"),
            (
                "claim 12 hours",
                "try /ticket claim 12 alone, or /ticket new claim 12 hours to file it as a ticket",
            ),
            ("new", "what is it about? try /ticket new vpn is down"),
            ("assign 12", "to what? try /ticket assign 12 @ana"),
            ("assign", "which one? try /ticket assign 12 @ana"),
            ("sla", "which one? try /ticket sla 12"),
            ("priority 12", "to what? try /ticket priority 12 high"),
            ("search", "what for? try /ticket search vpn"),
        ];
        for (text, expected) in rows {
            let Command::NotUnderstood { what, hint } = parse(text) else {
                panic!("{text:?} was understood")
            };
            assert_eq!((what.as_str(), hint.as_str()), (text, expected));
        }
    }
}
