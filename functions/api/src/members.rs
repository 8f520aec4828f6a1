//! People with a role.

use desk::access::Role;
use desk::config::{Config, Member};
use desk::person::Identity;
use desk::{PersonId, QueueId};
use serde_json::{Value, json};
use store::people::Introduction;

use crate::body::Fields;
use crate::problem::Problem;
use crate::{Answer, Call, list};

/// `GET /v1/members`
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| role.is_staff() || role == Role::Auditor)?;
    let config = &call.caller.config;
    let members = config.members.iter().map(|member| render(member, config)).collect();
    Ok(Answer::ok(list::page(members, None)))
}

/// `POST /v1/members`
pub(crate) async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    if let Some(answer) = call.made_before().await? {
        return Ok(answer);
    }
    let fields = Fields::read(&call.body)?;
    let email = fields.address("email")?.ok_or_else(|| Problem::field("email", "it is needed"))?;
    let role = fields.word("role", Role::ALL, Role::parse)?;
    let role = role.ok_or_else(|| Problem::field("role", "it is needed"))?;
    let queues: Vec<QueueId> =
        fields.texts("queues")?.unwrap_or_default().into_iter().map(QueueId).collect();
    let accounts = accounts(&fields)?;
    let introduction = Introduction::by_email(&email, fields.text("name", 200)?);
    let person = call.store.welcome(&introduction).await?;
    let name = introduction.name.unwrap_or(person.name);
    let member = Member { id: person.id.clone(), email, name, role };
    let changed = call.store.configure(|config| joined(config, &member, &queues)).await?;
    let config = changed?;
    for account in accounts {
        if !call.store.link(&person.id, &account).await? {
            return Err(Problem::exists("slack", "somebody else goes by this account"));
        }
    }
    let answer = Answer::created(render(&member, &config), format!("/v1/members/{}", member.id));
    call.keep(&answer).await?;
    Ok(answer)
}

fn joined(config: &Config, member: &Member, queues: &[QueueId]) -> Result<Config, Problem> {
    if config.members.iter().any(|known| known.email == member.email) {
        return Err(Problem::exists("email", "there is a member with this address"));
    }
    if queues.iter().any(|queue| config.queue(queue).is_none()) {
        return Err(Problem::field("queues", "there is no such queue"));
    }
    let mut config = config.clone();
    config.members.push(member.clone());
    for queue in config.queues.iter_mut().filter(|queue| queues.contains(&queue.id)) {
        queue.members.push(member.id.clone());
    }
    Ok(config)
}

/// Accounts in chat: `slack: {team, user}`, `discord: USER`.
fn accounts(fields: &Fields) -> Result<Vec<Identity>, Problem> {
    let mut accounts = Vec::new();
    if let Some(slack) = fields.object("slack")? {
        let inside = |problem: Problem| problem.inside("slack");
        let team = slack.needed("team", 40).map_err(inside)?;
        let user = slack.needed("user", 40).map_err(inside)?;
        accounts.push(Identity::Slack { team, user });
    }
    if let Some(user) = fields.text("discord", 40)? {
        accounts.push(Identity::Discord { user });
    }
    Ok(accounts)
}

fn render(member: &Member, config: &Config) -> Value {
    let queues = config.queues.iter().filter(|queue| queue.members.contains(&member.id));
    json!({
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "queues": queues.map(|queue| &queue.id).collect::<Vec<_>>(),
    })
}

/// A member by id or address, for a field.
pub(crate) fn find(config: &Config, field: &str, word: &str) -> Result<PersonId, Problem> {
    let member = config.find_member(word);
    let unknown = || Problem::field(field, format!("there is no member {word}"));
    member.map(|member| member.id.clone()).ok_or_else(unknown)
}
