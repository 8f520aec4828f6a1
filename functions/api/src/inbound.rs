//! The ledger of everything that arrived.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::ledger::LedgerPlace;

use crate::problem::Problem;
use crate::{Answer, Call};

const DOORS: [&str; 5] = ["email", "slack", "discord", "web", "api"];

/// A door and a place in its ledger; without a door asked for, one door follows the other.
#[derive(Serialize, Deserialize)]
struct Place {
    door: usize,
    place: Option<LedgerPlace>,
}

/// `GET /v1/inbound`: one door's, or all of them, door after door; newest last.
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| role.is_staff() || role == desk::access::Role::Auditor)?;
    let limit = call.limit()?;
    let wanted = call.parameter("door");
    if let Some(door) = wanted.filter(|door| !DOORS.contains(door)) {
        let known = DOORS.join(", ");
        return Err(Problem::field("door", format!("{door} is none of {known}")));
    }
    let cursor = call.cursor::<Place>()?;
    let (mut door, mut place) = cursor.map_or((0, None), |cursor| (cursor.door, cursor.place));
    let mut items = Vec::new();
    while let Some(name) = DOORS.get(door) {
        if wanted.is_none_or(|wanted| wanted == *name) {
            let (found, next) = call.store.ledger(name, place.take(), limit - items.len()).await?;
            items.extend(found.iter().map(|arrival| json!(arrival)));
            if let Some(next) = next {
                let next = Place { door, place: Some(next) };
                return Ok(call.page(items, Some(next)));
            }
        }
        door += 1;
        if items.len() >= limit {
            break;
        }
    }
    let more = wanted.is_none() && door < DOORS.len();
    Ok(call.page(items, more.then_some(Place { door, place: None })))
}
