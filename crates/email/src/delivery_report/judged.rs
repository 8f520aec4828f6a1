//! The failures a report tells of with their reasons: what the server answered and what the notice says around
//! each address, put together. Which words mean what is known in `cause`.

use std::collections::HashSet;

use super::told::Told;
use super::{Failure, Permanence, cause, codes};
use crate::text::{first_characters, one_line, words};

/// Failures of one report that are kept.
pub(super) const MOST_FAILURES: usize = 100;
/// Characters of an explanation that are kept.
const LONGEST_DIAGNOSTIC: usize = 500;
/// Characters around an address that are searched for the reason.
const LONGEST_AROUND: usize = 4000;

/// The failures, each recipient once.
pub(super) fn all(mut told: Vec<Told>, notice: &str) -> Vec<Failure> {
    let mut known = HashSet::new();
    told.retain(|told| known.insert(told.recipient.to_lowercase()));
    told.truncate(MOST_FAILURES);
    let lower = notice.to_ascii_lowercase();
    let addresses: Vec<_> = told.iter().map(|told| told.recipient.to_ascii_lowercase()).collect();
    let each = told.into_iter().enumerate();
    each.map(|(index, told)| judge(told, around(index, &addresses, notice, &lower))).collect()
}

/// The piece of the notice that is about a recipient: from its first mention to where another one's begins, or all
/// of it for a single recipient. `lower` is the notice in lowercase, byte for byte.
fn around<'n>(index: usize, addresses: &[String], notice: &'n str, lower: &str) -> &'n str {
    let whole = first_characters(notice, LONGEST_AROUND);
    let (Some(own), true) = (addresses.get(index), addresses.len() > 1) else { return whole };
    let Some(start) = lower.find(own.as_str()) else { return "" };
    let piece = first_characters(notice.get(start..).unwrap_or_default(), LONGEST_AROUND);
    let lower = lower.get(start..start + piece.len()).unwrap_or_default();
    let others = addresses.iter().filter(|other| *other != own);
    let end = others.filter_map(|other| lower.find(other.as_str())).min().unwrap_or(piece.len());
    piece.get(..end).unwrap_or(piece)
}

fn judge(told: Told, around: &str) -> Failure {
    let status = status(&told, around);
    let permanence = match told.is_delayed {
        true => Permanence::Delayed,
        false if is_lasting(&told, status.as_deref(), around) => Permanence::Lasting,
        false => Permanence::Passing,
    };
    let words = if told.answer.is_empty() { around } else { &told.answer };
    let diagnostic = first_characters(&one_line(words), LONGEST_DIAGNOSTIC).to_owned();
    Failure {
        recipient: told.recipient,
        permanence,
        status,
        diagnostic: (!diagnostic.is_empty()).then_some(diagnostic),
    }
}

fn is_lasting(told: &Told, status: Option<&str>, around: &str) -> bool {
    let around = words(&format!("{}\n{}\n{around}", told.category, told.answer));
    cause::is_lasting(status, &words(&told.answer), &around)
}

/// The most telling status code: the server's own, the report's, one in the notice.
fn status(told: &Told, around: &str) -> Option<String> {
    let stated = told.status.as_deref();
    let codes = [codes::enhanced(&told.answer), stated, codes::enhanced(around)];
    let telling = codes.iter().flatten().find(|code| !codes::is_vague(code));
    telling.or_else(|| codes.iter().flatten().next()).map(|code| (*code).to_owned())
}
