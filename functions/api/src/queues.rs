//! Queues and the people who answer for them.

use std::sync::Arc;

use desk::access::Role;
use desk::config::{ChatChannel, Config, Queue};
use desk::ways::Ways;
use desk::{PersonId, QueueId};
use serde_json::{Value, json};

use crate::body::Fields;
use crate::configuration::add_to;
use crate::members::find;
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::render::member;
use crate::{Answer, Call};

/// `GET /v1/queues`
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let config = &call.caller.config;
    let all = call.caller.who.role.is_staff() || call.caller.who.role == Role::Auditor;
    let brief =
        |queue: &Queue| json!({ "id": queue.id, "name": queue.name, "address": queue.address });
    let queues = config.queues.iter().collect();
    let (queues, next) = call.slice(queues, None, |queue| queue.id.to_string())?;
    let queues = queues.into_iter();
    let queues = queues.map(|queue| if all { render(queue, config) } else { brief(queue) });
    Ok(call.page(queues.collect(), next))
}

/// `GET /v1/queues/{id}`
pub(crate) async fn get(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(may_look)?;
    let config = &call.caller.config;
    shown(config, &QueueId::from(id))
}

/// `POST /v1/queues`: what is not given is as on a fresh desk, but with nobody on it.
pub(crate) async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    let fields = call.fields()?;
    let id = QueueId(fields.needed("id", 40)?);
    if !id.0.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err(Problem::field("id", "it has lower-case letters, digits and hyphens alone"));
    }
    let config = call.latest_config().await?;
    let path = format!("/v1/queues/{id}");
    let shown = |config: &Config| shown(config, &id);
    add_to(call, &config, path, |config| added(config, &id, &fields), shown).await
}

fn added(config: &Config, id: &QueueId, fields: &Fields) -> Result<Config, Problem> {
    if config.queue(id).is_some() {
        return Err(Problem::exists("id", "there is such a queue"));
    }
    let mut config = config.clone();
    let address = format!("{id}@{}", config.domain);
    if fields.get("address").is_none() && config.queues.iter().any(|other| other.address == address)
    {
        return Err(Problem::exists("address", "another queue has this address"));
    }
    config.queues.push(Queue {
        id: id.clone(),
        name: id.0.clone(),
        address,
        members: Vec::new(),
        lead: None,
        manager: None,
        head: None,
        channel: None,
        review: false,
        tasks_first: false,
        private: false,
        ways: Ways::default(),
        assignment: None,
    });
    edited(&config, id, fields)
}

/// `PATCH /v1/queues/{id}`: what is not given stays.
pub(crate) async fn patch(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    let fields = call.fields()?;
    let id = QueueId::from(id);
    let changed = call.configure(|config| {
        let queue = config.queue(&id).ok_or_else(Problem::not_found)?;
        call.check_match(&content_tag(&render(queue, config)))?;
        edited(config, &id, &fields)
    });
    let config = changed.await??;
    shown(&config, &id)
}

fn shown(config: &Config, id: &QueueId) -> Result<Answer, Problem> {
    let queue = config.queue(id).ok_or_else(Problem::not_found)?;
    let body = render(queue, config);
    let etag = content_tag(&body);
    Ok(Answer::ok(body).tagged(etag))
}

impl Call<'_> {
    /// Changes the configuration, on record as whoever calls.
    pub(crate) async fn configure<E>(
        &self,
        edit: impl Fn(&Config) -> Result<Config, E>,
    ) -> Result<Result<Arc<Config>, E>, store::Error> {
        self.store.configure(Some(&self.caller.who), edit).await
    }

    /// The configuration as it is now, where the caller's may be half a minute old.
    pub(crate) async fn latest_config(&self) -> Result<Arc<Config>, Problem> {
        let unchanged = |config: &Config| Ok::<_, Problem>(config.clone());
        self.store.configure(None, unchanged).await?
    }
}

pub(crate) fn may_configure(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Manager)
}

/// Whoever works here, and auditors.
pub(crate) fn may_look(role: Role) -> bool {
    role.is_staff() || role == Role::Auditor
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
    let flags = [
        ("review", &mut queue.review),
        ("tasks_first", &mut queue.tasks_first),
        ("private", &mut queue.private),
    ];
    for (name, flag) in flags {
        if let Some(value) = fields.get(name) {
            *flag = value.as_bool().ok_or_else(|| Problem::field(name, "it is true or false"))?;
        }
    }
    let given = fields.those(settings::ways::FIELDS);
    queue.ways = settings::ways::edit(&queue.ways, &given)?;
    let given = fields.those(settings::assign::QUEUE);
    queue.assignment = settings::assign::edit_queue(queue.assignment, &given)?;
    Ok(next)
}

fn render(queue: &Queue, config: &Config) -> Value {
    let person = |id: &PersonId| member(id, config);
    json!({
        "id": queue.id,
        "name": queue.name,
        "address": queue.address,
        "members": queue.members.iter().map(person).collect::<Vec<_>>(),
        "lead": queue.lead.as_ref().map(person),
        "manager": queue.manager.as_ref().map(person),
        "head": queue.head.as_ref().map(person),
        "channel": queue.channel,
        "review": queue.review,
        "tasks_first": queue.tasks_first,
        "private": queue.private,
        "labels": settings::ways::show_labels(&queue.ways),
        "forbidden": settings::ways::show_forbidden(&queue.ways),
        "assignment": queue.assignment.map(|assignment| assignment.how),
        "capacity": queue.assignment.and_then(|assignment| assignment.capacity),
    })
}
