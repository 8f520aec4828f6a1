//! API tokens: `POST /v1/tokens` `{email, role, scopes?}`. The token is answered once and kept as a
//! hash; its hash is the id it is ended by.

use std::collections::BTreeSet;

use desk::PersonId;
use desk::access::{Role, Scope};
use desk::assign::Work;
use desk::config::Member;
use http::{StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::people::Introduction;
use store::token::token_id;

use crate::body::{Fields, one_of};
use crate::problem::Problem;
use crate::{Answer, Call};

/// Makes a token for a person, who becomes a member of this role.
pub(crate) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    let fields = call.fields()?;
    let email = fields.address("email")?.ok_or_else(|| Problem::field("email", "it is needed"))?;
    let role = fields.word("role", Role::ALL, Role::parse)?;
    let role = role.ok_or_else(|| Problem::field("role", "it is needed"))?;
    let scopes = scopes(&fields)?;
    // What is kept for whoever repeats the call is salt: a token itself lies nowhere.
    let salt = format!("{}{}", call.store.fresh_id(), call.store.fresh_id());
    let planned = json!({ "salt": salt, "email": email, "role": role });
    let promised = call.promise(Ok(Answer::created(planned))).await?;
    let secret = secret(call, &promised.body);
    let person = call.store.welcome(&Introduction::by_email(&email, None)).await?;
    let member = Member {
        id: person.id.clone(),
        email,
        name: person.name,
        role,
        work: Work::default(),
        from_guild: false,
    };
    let is_last_admin = call.latest_config().await?.is_last_admin(&member.id);
    if is_last_admin && role != Role::Admin {
        return Err(Problem::last_admin());
    }
    call.store.grant(Some(&call.caller.who), &member).await?;
    let by = Some(&call.caller.who);
    call.store.add_token(by, &secret, &person.id, scopes.clone()).await?;
    let id = token_id(&secret);
    let (email, made) = (member.email, Answer::created);
    let body = json!({
        "id": id, "token": secret, "email": email, "role": role, "scopes": scopes,
    });
    Ok(made(body))
}

/// What a token is to be used for; nothing said is everything its person may do.
fn scopes(fields: &Fields) -> Result<BTreeSet<Scope>, Problem> {
    let words = fields.texts("scopes")?.unwrap_or_default();
    words.iter().map(|word| one_of("scopes", word, Scope::ALL, Scope::parse)).collect()
}

/// `GET /v1/people/{id}/tokens`: one's own, or for admins anybody's. What they say is not shown.
pub(crate) async fn list(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    let who = &call.caller.who;
    let id = if id == "me" { who.id.clone() } else { PersonId::from(id) };
    if id != who.id && who.role != Role::Admin {
        return Err(Problem::not_found());
    }
    let mut tokens = call.store.tokens_of(&id).await?;
    tokens.sort_by_key(|token| std::cmp::Reverse(token.made_at));
    let shown = tokens
        .iter()
        .map(|token| json!({ "id": token.id, "made_at": token.made_at, "scopes": token.scopes }));
    Ok(Answer::ok(json!({ "items": shown.collect::<Vec<_>>(), "next_cursor": null })))
}

/// `DELETE /v1/tokens/{id}`: one's own, or for admins anybody's.
pub(crate) async fn revoke(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    let who = &call.caller.who;
    let token = call.store.token_by_id(id).await?;
    let theirs = token.filter(|token| token.person == who.id || who.role == Role::Admin);
    let token = theirs.ok_or_else(Problem::not_found)?;
    call.store.revoke(Some(who), &token).await?;
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

/// The same for the same salt and the same caller, and for nobody who knows only one of them.
fn secret(call: &Call<'_>, promised: &Value) -> String {
    let own = call.headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let salt = promised.get("salt").and_then(Value::as_str).unwrap_or_default();
    let parts = [b"token".as_slice(), salt.as_bytes(), own.unwrap_or_default()];
    hex::encode(Sha256::digest(parts.join(&0)))
}
