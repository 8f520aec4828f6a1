//! Rules: what the desk does by itself, and in which order they are asked.

use desk::config::Config;
use desk::rule::Rule;
use desk::{PersonId, RuleId};
use http::StatusCode;
use serde_json::{Value, json};

use crate::configuration::{add_to, checked};
use crate::place::position;
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::queues::{may_configure, may_look};
use crate::{Answer, Call, place};

/// What is wanted of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnRule {
    List,
    Add,
    Get,
    Edit,
    Remove,
}

/// `/v1/rules`
pub(crate) async fn answer(call: &Call<'_>, on: OnRule, id: &str) -> Result<Answer, Problem> {
    let reads = matches!(on, OnRule::List | OnRule::Get);
    call.only(if reads { may_look } else { may_configure })?;
    let id = RuleId::from(id);
    match on {
        OnRule::List => list(call),
        OnRule::Add => add(call).await,
        OnRule::Get => shown(&call.caller.config, &id),
        OnRule::Edit => patch(call, &id).await,
        OnRule::Remove => remove(call, &id).await,
    }
}

fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let config = &call.caller.config;
    let rules = config.rules.iter().enumerate().collect();
    let (rules, next) = call.slice(rules, None, |(_, rule)| rule.id.to_string())?;
    let shown = rules.into_iter().map(|(n, rule)| render(config, rule, n));
    Ok(call.page(shown.collect(), next))
}

async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let mut given = call.fields()?.whole();
    let position = position(&mut given)?;
    let config = call.latest_config().await?;
    let made = read(&config, &Value::Object(given))?;
    let path = format!("/v1/rules/{}", made.id);
    let shown = |config: &Config| shown(config, &made.id);
    add_to(call, &config, path, |config| added(config, &made, position), shown).await
}

/// Reads a rule in which people go by address or id.
pub(crate) fn read(config: &Config, given: &Value) -> Result<Rule, Problem> {
    Ok(settings::rule::read(given, &config.calendars, &|text| member(config, text))?)
}

/// The member of this address or id.
pub(crate) fn member(config: &Config, text: &str) -> Result<PersonId, String> {
    let known = config.find_member(text).map(|member| member.id.clone());
    known.ok_or_else(|| format!("there is no member {text}"))
}

fn added(config: &Config, made: &Rule, position: Option<usize>) -> Result<Config, Problem> {
    if find(config, &made.id).is_ok() {
        return Err(Problem::exists("id", "there is such a rule"));
    }
    placed(config.clone(), made.clone(), position)
}

async fn patch(call: &Call<'_>, id: &RuleId) -> Result<Answer, Problem> {
    let mut given = call.fields()?.whole();
    let position = position(&mut given)?;
    let changed = call.configure(|config| {
        let (n, before) = current(call, config, id)?;
        let who = |text: &str| member(config, text);
        let after = settings::rule::edit(before, &given, &config.calendars, &who)?;
        let mut others = config.clone();
        others.rules.remove(n);
        placed(others, after, position.or(Some(n + 1)))
    });
    let config = changed.await??;
    shown(&config, id)
}

async fn remove(call: &Call<'_>, id: &RuleId) -> Result<Answer, Problem> {
    let changed = call.configure(|config| {
        let (n, _) = current(call, config, id)?;
        let mut config = config.clone();
        config.rules.remove(n);
        Ok::<Config, Problem>(config)
    });
    changed.await??;
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

/// Puts a rule among the others, or behind them.
fn placed(mut config: Config, rule: Rule, position: Option<usize>) -> Result<Config, Problem> {
    place::insert(&mut config.rules, rule, position)?;
    checked(config)
}

fn find<'a>(config: &'a Config, id: &RuleId) -> Result<(usize, &'a Rule), Problem> {
    let mut rules = config.rules.iter().enumerate();
    rules.find(|(_, rule)| rule.id == *id).ok_or_else(Problem::not_found)
}

/// The rule as it stands, if it is the one the caller read.
fn current<'a>(
    call: &Call<'_>,
    config: &'a Config,
    id: &RuleId,
) -> Result<(usize, &'a Rule), Problem> {
    let (n, rule) = find(config, id)?;
    call.check_match(&content_tag(&render(config, rule, n)))?;
    Ok((n, rule))
}

fn shown(config: &Config, id: &RuleId) -> Result<Answer, Problem> {
    let (n, rule) = find(config, id)?;
    let body = render(config, rule, n);
    let etag = content_tag(&body);
    Ok(Answer::ok(body).tagged(etag))
}

fn render(config: &Config, rule: &Rule, n: usize) -> Value {
    let mut rule = rule.clone();
    rule.rename(&|id| address(config, id));
    let mut body = settings::rule::show(&rule);
    body["version"] = json!(rule.version);
    body["position"] = json!(n + 1);
    body
}

/// People go by their addresses, as in the file.
pub(crate) fn address(config: &Config, id: &PersonId) -> PersonId {
    config.member(id).map_or_else(|| id.clone(), |member| PersonId(member.email.clone()))
}
