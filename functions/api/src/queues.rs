//! Queues and the people who answer for them.

use desk::access::Role;
use desk::config::{ChatChannel, Config, Queue};
use desk::{PersonId, QueueId};
use serde_json::{Value, json};

use crate::body::Fields;
use crate::members::find;
use crate::problem::Problem;
use crate::{Answer, Call, list};

/// `GET /v1/queues`
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let config = &call.caller.config;
    let all = call.caller.who.role.is_staff() || call.caller.who.role == Role::Auditor;
    let brief =
        |queue: &Queue| json!({ "id": queue.id, "name": queue.name, "address": queue.address });
    let queues = config.queues.iter();
    let queues = queues.map(|queue| if all { render(queue, config) } else { brief(queue) });
    Ok(Answer::ok(list::page(queues.collect(), None)))
}

/// `GET /v1/queues/{id}`
pub(crate) async fn get(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(|role| role.is_staff() || role == Role::Auditor)?;
    let config = &call.caller.config;
    let queue = config.queue(&QueueId::from(id)).ok_or_else(Problem::not_found)?;
    Ok(Answer::ok(render(queue, config)))
}

/// `POST /v1/queues` `{id, name?, address?, members?, lead?, manager?, head?, channel?}`
pub(crate) async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    if let Some(answer) = call.made_before().await? {
        return Ok(answer);
    }
    let fields = Fields::read(&call.body)?;
    let id = QueueId(fields.needed("id", 40)?);
    if !id.0.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err(Problem::field("id", "it has lower-case letters, digits and hyphens alone"));
    }
    let changed = call.store.configure(|config| {
        if config.queue(&id).is_some() {
            return Err(Problem::exists("id", "there is such a queue"));
        }
        let mut config = config.clone();
        config.queues.push(Queue {
            id: id.clone(),
            name: id.0.clone(),
            address: format!("{id}@{}", config.domain),
            members: Vec::new(),
            lead: None,
            manager: None,
            head: None,
            channel: None,
        });
        edited(&config, &id, &fields)
    });
    let config = changed.await??;
    let queue = config.queue(&id).ok_or_else(Problem::not_found)?;
    let answer = Answer::created(render(queue, &config), format!("/v1/queues/{id}"));
    call.keep(&answer).await?;
    Ok(answer)
}

/// `PATCH /v1/queues/{id}` `{name?, address?, members?, lead?, manager?, head?, channel?}`
pub(crate) async fn patch(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    let fields = Fields::read(&call.body)?;
    let id = QueueId::from(id);
    let config = call.store.configure(|config| edited(config, &id, &fields)).await??;
    let queue = config.queue(&id).ok_or_else(Problem::not_found)?;
    Ok(Answer::ok(render(queue, &config)))
}

fn may_configure(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Manager)
}

fn edited(config: &Config, id: &QueueId, fields: &Fields) -> Result<Config, Problem> {
    let mut next = config.clone();
    let queue = next.queues.iter_mut().find(|queue| queue.id == *id);
    let queue = queue.ok_or_else(Problem::not_found)?;
    if let Some(name) = fields.text("name", 80)? {
        queue.name = name;
    }
    if let Some(address) = fields.address("address")? {
        let taken = config.queues.iter().any(|other| other.id != *id && other.address == address);
        if taken {
            return Err(Problem::exists("address", "another queue has this address"));
        }
        queue.address = address;
    }
    if let Some(members) = fields.texts("members")? {
        let found = members.iter().map(|word| find(config, "members", word));
        queue.members = found.collect::<Result<_, _>>()?;
    }
    let person = |name: &str, known: &Option<PersonId>| match fields.text(name, 254)? {
        Some(word) => find(config, name, &word).map(Some),
        None if fields.has(name) => Ok(None),
        None => Ok(known.clone()),
    };
    queue.lead = person("lead", &queue.lead)?;
    queue.manager = person("manager", &queue.manager)?;
    queue.head = person("head", &queue.head)?;
    match fields.text("channel", 100)? {
        Some(channel) => {
            let wrong = |e: desk::config::NotAChannel| Problem::field("channel", e.to_string());
            queue.channel = Some(ChatChannel::try_from(channel).map_err(wrong)?);
        }
        None if fields.has("channel") => queue.channel = None,
        None => {}
    }
    Ok(next)
}

fn render(queue: &Queue, config: &Config) -> Value {
    let person = |id: &PersonId| {
        let member = config.member(id);
        json!({
            "id": id,
            "name": member.map(|member| &member.name),
            "email": member.map(|member| &member.email),
        })
    };
    json!({
        "id": queue.id,
        "name": queue.name,
        "address": queue.address,
        "members": queue.members.iter().map(person).collect::<Vec<_>>(),
        "lead": queue.lead.as_ref().map(person),
        "manager": queue.manager.as_ref().map(person),
        "head": queue.head.as_ref().map(person),
        "channel": queue.channel,
    })
}
