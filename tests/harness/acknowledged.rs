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

/// By the address that acknowledged it.
static ALL: Mutex<BTreeMap<String, Vec<Acknowledged>>> = Mutex::new(BTreeMap::new());

/// Remembers what an answer acknowledges.
pub fn note(asked: &Asked, answer: &Answer) {
    if asked.method == Method::GET || !(200..300).contains(&answer.status) {
        return;
    }
    if let Some(acknowledged) = read(&asked.path, answer) {
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(asked.base.clone()).or_default().push(acknowledged);
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

/// Everything these addresses acknowledged.
pub fn by(bases: &[String]) -> Vec<Acknowledged> {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    bases.iter().filter_map(|base| all.get(base)).flatten().cloned().collect()
}
