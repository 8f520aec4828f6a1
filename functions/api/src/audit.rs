//! `GET /v1/audit`: who changed the desk itself, newest first. For admins and auditors.

use desk::access::Role;
use serde_json::{Value, json};
use store::audit::Act;

use crate::problem::Problem;
use crate::{Answer, Call};

/// A page of what was done.
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| matches!(role, Role::Admin | Role::Auditor))?;
    let found = call.store.acts(call.cursor::<String>()?, call.limit()?).await?;
    let acts = found.acts.iter().map(|act| render(call, act)).collect();
    Ok(call.page(acts, found.next))
}

fn render(call: &Call<'_>, act: &Act) -> Value {
    let Act { at, by, through, did } = act;
    let name = |id: &desk::PersonId| {
        let member = call.caller.config.member(id);
        json!({ "id": id, "name": member.map(|member| &member.name) })
    };
    let mut body = json!(did);
    body["at"] = json!(at);
    body["by"] = by.as_ref().map_or(Value::Null, name);
    body["through"] = through.as_ref().map_or(Value::Null, name);
    body
}
