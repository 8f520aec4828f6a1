//! What the desk acknowledged, at the REST door and in chat, so that it can be asked for in the end:
//! whatever was acknowledged is in the history, once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reqwest::Method;

use super::people::{Answer, Asked};

/// Something a caller was told is done.
#[derive(Clone, Debug)]
pub enum Acknowledged {
    /// A ticket stands at this version.
    Ticket {
        /// Which.
        number: u64,
        /// At least this many entries are in its history.
        version: u64,
    },
    /// Something was said.
    Message {
        /// Where.
        number: u64,
        /// At which place of the history.
        seq: u64,
        /// In which words.
        body: String,
    },
    /// A ticket was filed in chat.
    Filed {
        /// As what.
        number: u64,
    },
}

/// By the start of a desk that acknowledged it.
static ALL: Mutex<BTreeMap<String, Vec<Acknowledged>>> = Mutex::new(BTreeMap::new());
/// How many desks have answered at an address: a port that one has left is given to another.
static STARTS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// A desk now answers at this address. What it acknowledges from here on goes by the name given back.
pub fn opened(base: &str) -> String {
    let mut starts = STARTS.lock().unwrap_or_else(PoisonError::into_inner);
    *starts.entry(base.to_owned()).or_default() += 1;
    named(base, &starts)
}

fn named(base: &str, starts: &BTreeMap<String, usize>) -> String {
    format!("{base} {}", starts.get(base).copied().unwrap_or(0))
}

/// Remembers what an answer acknowledges.
pub fn note(asked: &Asked, answer: &Answer) {
    if asked.method == Method::GET || !(200..300).contains(&answer.status) {
        return;
    }
    if let Some(acknowledged) = read(&asked.path, answer) {
        let start = named(&asked.base, &STARTS.lock().unwrap_or_else(PoisonError::into_inner));
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(start).or_default().push(acknowledged);
    }
}

fn read(path: &str, answer: &Answer) -> Option<Acknowledged> {
    if !path.starts_with("/v1/") {
        let (_, after) = answer.text.split_once("this is ticket #")?;
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        return Some(Acknowledged::Filed { number: digits.parse().ok()? });
    }
    let field = |name: &str| answer.json[name].as_u64();
    if let (Some(number), Some(version)) = (field("number"), field("version")) {
        return Some(Acknowledged::Ticket { number, version });
    }
    let number = path.strip_prefix("/v1/tickets/")?.strip_suffix("/messages")?;
    let body = answer.json["body"].as_str()?.to_owned();
    Some(Acknowledged::Message { number: number.parse().ok()?, seq: field("seq")?, body })
}

/// Everything that was acknowledged after these starts.
pub fn by(starts: &[String]) -> Vec<Acknowledged> {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    starts.iter().filter_map(|start| all.get(start)).flatten().cloned().collect()
}
