//! Where something stands in a list whose order counts.

use serde_json::{Map, Value};

use crate::problem::Problem;

/// Puts one among the others, behind them unless said otherwise.
pub(crate) fn insert<T>(list: &mut Vec<T>, one: T, at: Option<usize>) -> Result<(), Problem> {
    let last = list.len() + 1;
    let at = at.unwrap_or(last);
    if at > last {
        return Err(Problem::field("position", format!("it must be from 1 to {last}")));
    }
    list.insert(at.saturating_sub(1), one);
    Ok(())
}

/// Takes the position out of what was given; the first is 1.
pub(crate) fn position(given: &mut Map<String, Value>) -> Result<Option<usize>, Problem> {
    let value = given.remove("position").filter(|value| !value.is_null());
    let Some(value) = value else { return Ok(None) };
    let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
    let number = number.filter(|number| *number > 0);
    let wrong = || Problem::field("position", "it must be a number; the first is 1");
    number.map(Some).ok_or_else(wrong)
}
