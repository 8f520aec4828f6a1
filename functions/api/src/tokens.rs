//! API tokens: `POST /v1/tokens` `{email, role}`. The token is answered once and kept as a hash.

use desk::access::Role;
use desk::config::Member;
use serde_json::json;
use store::people::Introduction;

use crate::body::Fields;
use crate::problem::Problem;
use crate::{Answer, Call};

/// Makes a token for a person, who becomes a member of this role.
pub(crate) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    let fields = Fields::read(&call.body)?;
    let email = fields.address("email")?.ok_or_else(|| Problem::field("email", "it is needed"))?;
    let role = fields.word("role", Role::ALL, Role::parse)?;
    let role = role.ok_or_else(|| Problem::field("role", "it is needed"))?;
    let person = call.store.welcome(&Introduction::by_email(&email, None)).await?;
    let member = Member { id: person.id.clone(), email, name: person.name, role };
    call.store.grant(&member).await?;
    let secret = format!("{}{}", call.store.fresh_id(), call.store.fresh_id());
    call.store.add_token(&secret, &person.id).await?;
    let body = json!({ "token": secret, "email": member.email, "role": role });
    Ok(Answer::created(body, "/v1/tokens".into()))
}
