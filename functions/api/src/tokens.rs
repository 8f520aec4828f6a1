//! API tokens: `POST /v1/tokens` `{email, role}`. The token is answered once and kept as a hash.

use desk::access::Role;
use desk::config::Member;
use http::header;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::people::Introduction;

use crate::problem::Problem;
use crate::{Answer, Call};

/// Makes a token for a person, who becomes a member of this role.
pub(crate) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    let fields = call.fields()?;
    let email = fields.address("email")?.ok_or_else(|| Problem::field("email", "it is needed"))?;
    let role = fields.word("role", Role::ALL, Role::parse)?;
    let role = role.ok_or_else(|| Problem::field("role", "it is needed"))?;
    // What is kept for whoever repeats the call is salt: a token itself lies nowhere.
    let salt = format!("{}{}", call.store.fresh_id(), call.store.fresh_id());
    let planned = json!({ "salt": salt, "email": email, "role": role });
    let promised = call.promise(Ok(Answer::created(planned))).await?;
    let secret = secret(call, &promised.body);
    let person = call.store.welcome(&Introduction::by_email(&email, None)).await?;
    let member = Member { id: person.id.clone(), email, name: person.name, role };
    let is_last_admin = call.latest_config().await?.is_last_admin(&member.id);
    if is_last_admin && role != Role::Admin {
        return Err(Problem::last_admin());
    }
    call.store.grant(&member).await?;
    call.store.add_token(&secret, &person.id).await?;
    Ok(Answer::created(json!({ "token": secret, "email": member.email, "role": role })))
}

/// The same for the same salt and the same caller, and for nobody who knows only one of them.
fn secret(call: &Call<'_>, promised: &Value) -> String {
    let own = call.headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let salt = promised.get("salt").and_then(Value::as_str).unwrap_or_default();
    let parts = [b"token".as_slice(), salt.as_bytes(), own.unwrap_or_default()];
    hex::encode(Sha256::digest(parts.join(&0)))
}
