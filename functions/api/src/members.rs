//! People with a role.

use desk::access::Role;
use desk::assign::Work;
use desk::config::{Config, Member};
use desk::person::Identity;
use desk::{PersonId, QueueId};
use serde_json::{Value, json};
use store::people::Introduction;

use crate::body::Fields;
use crate::problem::Problem;
use crate::{Answer, Call};

/// `GET /v1/members`
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_look)?;
    let config = &call.caller.config;
    let members = config.members.iter().collect();
    let (members, next) = call.slice(members, None, |member| member.id.to_string())?;
    Ok(call.page(members.iter().map(|member| render(member, config)).collect(), next))
}

/// `GET /v1/members/{id}`
pub(crate) async fn get(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(may_look)?;
    let config = &call.caller.config;
    let member = config.member(&PersonId::from(id)).ok_or_else(Problem::not_found)?;
    Ok(Answer::ok(render(member, config)))
}

fn may_look(role: Role) -> bool {
    role.is_staff() || role == Role::Auditor
}

/// `POST /v1/members`
pub(crate) async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    let fields = call.fields()?;
    let email = fields.address("email")?.ok_or_else(|| Problem::field("email", "it is needed"))?;
    let role = fields.word("role", Role::ALL, Role::parse)?;
    let role = role.ok_or_else(|| Problem::field("role", "it is needed"))?;
    let queues: Vec<QueueId> =
        fields.texts("queues")?.unwrap_or_default().into_iter().map(QueueId).collect();
    let accounts = accounts(&fields)?;
    let introduction = Introduction::by_email(&email, fields.text("name", 200)?);
    let person = call.store.welcome(&introduction).await?;
    let name = introduction.name.unwrap_or(person.name);
    let given = fields.those(settings::assign::MEMBER);
    let work = settings::assign::edit_work(&Work::default(), &given, &call.caller.config)?;
    let member = Member { id: person.id, email, name, role, work, from_guild: false };

    let answer = call.promise(planned(call, &member, &queues, &accounts).await).await?;
    let is_repeatable = call.once()?.is_some();
    let known = |config: &Config| is_repeatable && config.members.contains(&member);
    let changed = call.configure(|config| {
        if known(config) { Ok(config.clone()) } else { joined(config, &member, &queues) }
    });
    changed.await??;
    for (field, account) in accounts {
        if !call.store.link(&member.id, &account).await? {
            return Err(taken(field));
        }
    }
    Ok(answer)
}

/// `PATCH /v1/members/{id}` `{name?, role?, queues?, slack?, discord?}`: queues are all they work on
/// from now on; accounts in chat join those they have.
pub(crate) async fn patch(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    let fields = call.fields()?;
    let id = PersonId::from(id);
    let accounts = accounts(&fields)?;
    let config = call.latest_config().await?;
    edited(&config, &id, &fields)?;
    free(call, &id, &accounts).await?;
    let changed = call.configure(|config| edited(config, &id, &fields));
    let config = changed.await??;
    for (field, account) in accounts {
        if !call.store.link(&id, &account).await? {
            return Err(taken(field));
        }
    }
    let member = config.member(&id).ok_or_else(Problem::not_found)?;
    Ok(Answer::ok(render(member, &config)))
}

fn edited(config: &Config, id: &PersonId, fields: &Fields) -> Result<Config, Problem> {
    let mut next = config.clone();
    let member = next.members.iter_mut().find(|member| member.id == *id);
    let member = member.ok_or_else(Problem::not_found)?;
    if let Some(name) = fields.text("name", 200)? {
        member.name = name;
    }
    if let Some(role) = fields.word("role", Role::ALL, Role::parse)? {
        if role != Role::Admin && config.is_last_admin(id) {
            return Err(Problem::last_admin());
        }
        // What somebody is by hand, no role of a guild changes.
        (member.role, member.from_guild) = (role, false);
    }
    let given = fields.those(settings::assign::MEMBER);
    member.work = settings::assign::edit_work(&member.work, &given, config)?;
    let Some(queues) = fields.texts("queues")? else { return Ok(next) };
    let queues: Vec<QueueId> = queues.into_iter().map(QueueId).collect();
    if queues.iter().any(|queue| config.queue(queue).is_none()) {
        return Err(Problem::field("queues", "there is no such queue"));
    }
    for queue in &mut next.queues {
        let was = queue.members.contains(id);
        match queues.contains(&queue.id) {
            true if !was => queue.members.push(id.clone()),
            false => queue.members.retain(|member| member != id),
            true => {}
        }
    }
    Ok(next)
}

/// Goes on only if nobody else goes by these accounts.
async fn free(
    call: &Call<'_>,
    id: &PersonId,
    accounts: &[(&'static str, Identity)],
) -> Result<(), Problem> {
    for (field, account) in accounts {
        let owner = call.store.find_person(account).await?;
        if owner.is_some_and(|owner| owner.id != *id) {
            return Err(taken(field));
        }
    }
    Ok(())
}

/// What the call will answer, or why it cannot be carried out. Changes nothing.
async fn planned(
    call: &Call<'_>,
    member: &Member,
    queues: &[QueueId],
    accounts: &[(&'static str, Identity)],
) -> Result<Answer, Problem> {
    free(call, &member.id, accounts).await?;
    let config = call.latest_config().await?;
    let body = render(member, &joined(&config, member, queues)?);
    Ok(Answer::created(body).at(format!("/v1/members/{}", member.id)))
}

fn taken(field: &str) -> Problem {
    Problem::exists(field, "somebody else goes by this account")
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
fn accounts(fields: &Fields) -> Result<Vec<(&'static str, Identity)>, Problem> {
    let mut accounts = Vec::new();
    if let Some(slack) = fields.object("slack", &["team", "user"])? {
        let inside = |problem: Problem| problem.inside("slack");
        let team = slack.needed("team", 40).map_err(inside)?;
        let user = slack.needed("user", 40).map_err(inside)?;
        accounts.push(("slack", Identity::Slack { team, user }));
    }
    if let Some(user) = fields.text("discord", 40)? {
        accounts.push(("discord", Identity::Discord { user }));
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
        "skills": member.work.skills,
        "regions": member.work.regions,
        "capacity": member.work.capacity,
        "calendar": member.work.calendar,
    })
}

/// A member by id or address, for a field.
pub(crate) fn find(config: &Config, field: &str, word: &str) -> Result<PersonId, Problem> {
    let member = config.find_member(word);
    let unknown = || Problem::field(field, format!("there is no member {word}"));
    member.map(|member| member.id.clone()).ok_or_else(unknown)
}
