//! Policies: which tickets are promised what, and in which order they are asked.

use desk::PolicyId;
use desk::config::Config;
use desk::policy::Policy;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::configuration::{add_to, checked};
use crate::place::position;
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::queues::{may_configure, may_look};
use crate::{Answer, Call};

/// What is wanted of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnPolicy {
    List,
    Add,
    Get,
    Edit,
    Remove,
}

/// `/v1/policies`
pub(crate) async fn answer(call: &Call<'_>, on: OnPolicy, id: &str) -> Result<Answer, Problem> {
    let reads = matches!(on, OnPolicy::List | OnPolicy::Get);
    call.only(if reads { may_look } else { may_configure })?;
    let id = PolicyId::from(id);
    match on {
        OnPolicy::List => list(call),
        OnPolicy::Add => add(call).await,
        OnPolicy::Get => shown(&call.caller.config, &id),
        OnPolicy::Edit => patch(call, &id).await,
        OnPolicy::Remove => remove(call, &id).await,
    }
}

fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let policies = call.caller.config.policies.iter().enumerate().collect();
    let (policies, next) = call.slice(policies, None, |(_, policy)| policy.id.to_string())?;
    let shown = policies.into_iter().map(|(n, policy)| render(policy, n));
    Ok(call.page(shown.collect(), next))
}

async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let mut given = call.fields()?.whole();
    let position = position(&mut given)?;
    let given = Value::Object(given);
    let config = call.latest_config().await?;
    let made = settings::policy::read(&given, &config.calendars)?;
    let path = format!("/v1/policies/{}", made.id);
    let shown = |config: &Config| shown(config, &made.id);
    add_to(call, &config, path, |config| added(config, &made, position), shown).await
}

/// With one more policy: at its position, or just before the one for every ticket.
fn added(config: &Config, made: &Policy, position: Option<usize>) -> Result<Config, Problem> {
    if find(config, &made.id).is_ok() {
        return Err(Problem::exists("id", "there is such a policy"));
    }
    if config.policies.iter().any(|policy| policy.name == made.name) {
        return Err(Problem::exists("name", "another policy has this name"));
    }
    placed(config.clone(), made.clone(), position)
}

async fn patch(call: &Call<'_>, id: &PolicyId) -> Result<Answer, Problem> {
    let mut given = call.fields()?.whole();
    let position = position(&mut given)?;
    let changed = call.configure(|config| {
        let (n, before) = current(call, config, id)?;
        let after = settings::policy::edit(before, &given, &config.calendars)?;
        let mut others = config.clone();
        others.policies.remove(n);
        let is_last = others.policies.len() == n;
        match position {
            Some(to) if is_last && to != n + 1 => {
                let detail = "this policy is for every ticket; it stays the last";
                Err(Problem::field("position", detail))
            }
            Some(_) if !is_last => placed(others, after, position),
            Some(_) | None => {
                others.policies.insert(n, after);
                checked(others)
            }
        }
    });
    let config = changed.await??;
    shown(&config, id)
}

async fn remove(call: &Call<'_>, id: &PolicyId) -> Result<Answer, Problem> {
    let changed = call.configure(|config| {
        let (n, _) = current(call, config, id)?;
        if n + 1 == config.policies.len() {
            let detail = "this policy is for every ticket that no other is for; edit it instead";
            return Err(Problem::in_use(detail));
        }
        if let Some(form) = config.forms.iter().find(|form| form.policy.as_ref() == Some(id)) {
            let detail = format!("form {} names this policy; edit that first", form.id);
            return Err(Problem::in_use(detail));
        }
        let mut config = config.clone();
        config.policies.remove(n);
        Ok(config)
    });
    changed.await??;
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

/// The configuration as it would be with this policy, in the place of the one it replaces or at its
/// position.
pub(crate) fn as_if(config: &Config, mut given: Map<String, Value>) -> Result<Config, Problem> {
    let position = position(&mut given)?;
    let made = settings::policy::read(&Value::Object(given), &config.calendars)?;
    let Ok((n, _)) = find(config, &made.id) else { return added(config, &made, position) };
    let mut others = config.clone();
    let is_last = n + 1 == others.policies.len();
    others.policies.remove(n);
    if !is_last && position.is_some() {
        return placed(others, made, position);
    }
    others.policies.insert(n, made);
    checked(others)
}

/// Puts a policy among the others, before the last.
fn placed(mut config: Config, policy: Policy, position: Option<usize>) -> Result<Config, Problem> {
    let last = config.policies.len();
    let position = position.unwrap_or(last);
    if position > last {
        let detail = format!("it must be from 1 to {last}: the last policy is for every ticket");
        return Err(Problem::field("position", detail));
    }
    config.policies.insert(position.saturating_sub(1), policy);
    checked(config)
}

fn find<'a>(config: &'a Config, id: &PolicyId) -> Result<(usize, &'a Policy), Problem> {
    let mut policies = config.policies.iter().enumerate();
    policies.find(|(_, policy)| policy.id == *id).ok_or_else(Problem::not_found)
}

/// The policy as it stands, if it is the one the caller read.
fn current<'a>(
    call: &Call<'_>,
    config: &'a Config,
    id: &PolicyId,
) -> Result<(usize, &'a Policy), Problem> {
    let (n, policy) = find(config, id)?;
    call.check_match(&content_tag(&render(policy, n)))?;
    Ok((n, policy))
}

fn shown(config: &Config, id: &PolicyId) -> Result<Answer, Problem> {
    let (n, policy) = find(config, id)?;
    let body = render(policy, n);
    let etag = content_tag(&body);
    Ok(Answer::ok(body).tagged(etag))
}

fn render(policy: &Policy, n: usize) -> Value {
    let mut body = settings::policy::show(policy);
    body["position"] = json!(n + 1);
    body
}
