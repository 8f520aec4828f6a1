//! The whole configuration as one file: read, compared, put in place, taken back. For admins alone.

use std::collections::BTreeMap;

use desk::PersonId;
use desk::access::Role;
use desk::config::Config;
use http::StatusCode;
use serde_json::{Value, json};
use settings::Document;
use settings::diff::{Change, How, changes};
use store::people::Introduction;
use store::read::List;
use store::settings::Version;

use crate::precondition::version_tag;
use crate::problem::Problem;
use crate::{Answer, Call};

/// The longest configuration, in bytes: DynamoDB keeps items of up to 400 KB.
const CONFIG_AT_MOST: usize = 350_000;

/// What is wanted of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnConfig {
    Export,
    Plan,
    Apply,
    Versions,
    RollBack,
}

/// `/v1/config`
pub(crate) async fn answer(call: &Call<'_>, on: OnConfig) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    match on {
        OnConfig::Export => export(call).await,
        OnConfig::Plan => plan(call).await,
        OnConfig::Apply => apply(call).await,
        OnConfig::Versions => versions(call).await,
        OnConfig::RollBack => roll_back(call).await,
    }
}

async fn export(call: &Call<'_>) -> Result<Answer, Problem> {
    let config = call.latest_config().await?;
    let text = Document::of(&config).to_toml();
    Ok(Answer::ok(Value::String(text)).tagged(version_tag(config.version)))
}

async fn plan(call: &Call<'_>) -> Result<Answer, Problem> {
    let wanted = read(call)?;
    let config = call.latest_config().await?;
    let planned = allowed(call, &config, &wanted).await;
    call.promise(planned.map(|()| said(config.version, &config, &wanted))).await
}

async fn apply(call: &Call<'_>) -> Result<Answer, Problem> {
    let wanted = read(call)?;
    let before = call.latest_config().await?;
    call.check_match(&version_tag(before.version))?;
    allowed(call, &before, &wanted).await?;
    let ids = people(call, &before, &wanted).await?;
    put(call, &before, &wanted, |version| wanted.config(version, &ids)).await
}

/// Puts another configuration in the place of the one that was read. Whoever else changed something
/// meanwhile was not looked at: nothing is done over their head.
async fn put(
    call: &Call<'_>,
    before: &Config,
    wanted: &Document,
    next: impl Fn(u64) -> Config,
) -> Result<Answer, Problem> {
    let changed = call.configure(|config| {
        if config.version != before.version {
            return Err(Problem::from(desk::Refusal::Stale));
        }
        if Document::of(config) == *wanted {
            return Ok(config.clone());
        }
        fitting(next(config.version))
    });
    let config = changed.await??;
    Ok(said(config.version, before, wanted).tagged(version_tag(config.version)))
}

fn read(call: &Call<'_>) -> Result<Document, Problem> {
    let text = call.text("application/toml", "toml")?;
    Document::read(&text).map_err(|wrong| {
        let field = if wrong.path.is_empty() { "toml" } else { &wrong.path };
        Problem::field(field, wrong.to_string())
    })
}

/// Adds something to the configuration and answers what `shown` makes of it, at `path`. The answer is
/// planned with the configuration as it was read; a call made again finds its own work done.
pub(crate) async fn add_to(
    call: &Call<'_>,
    before: &Config,
    path: String,
    added: impl Fn(&Config) -> Result<Config, Problem>,
    shown: impl Fn(&Config) -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    let planned = added(before).and_then(|config| shown(&config));
    let planned = planned.map(|answer| Answer { status: StatusCode::CREATED, ..answer.at(path) });
    let answer = call.promise(planned).await?;
    let is_repeatable = call.once()?.is_some();
    let known = |config: &Config| is_repeatable && shown(config).is_ok();
    let changed =
        call.configure(|config| if known(config) { Ok(config.clone()) } else { added(config) });
    changed.await??;
    Ok(answer)
}

/// A configuration whose parts fit together, and which storage can hold.
pub(crate) fn checked(config: Config) -> Result<Config, Problem> {
    settings::check(&config)?;
    fitting(config)
}

pub(crate) fn fitting(config: Config) -> Result<Config, Problem> {
    let length = serde_json::to_string(&config).map_or(usize::MAX, |text| text.len());
    if length <= CONFIG_AT_MOST {
        return Ok(config);
    }
    let detail =
        format!("the whole configuration may be {CONFIG_AT_MOST} bytes long; drop past holidays");
    Err(Problem::field("body", detail))
}

fn said(version: u64, before: &Config, after: &Document) -> Answer {
    let changes = changes(&Document::of(before), after);
    let changes: Vec<Value> = changes.iter().map(render).collect();
    Answer::ok(json!({ "version": version, "changes": changes }))
}

pub(crate) fn render(change: &Change) -> Value {
    let (how, field, from, to) = match &change.how {
        How::Added { .. } => ("added", None, None, None),
        How::Removed => ("removed", None, None, None),
        How::Changed { field, from, to } => ("changed", Some(field), Some(from), Some(to)),
    };
    let what = &change.what;
    let text = change.to_string();
    json!({ "how": how, "what": what, "field": field, "from": from, "to": to, "text": text })
}

/// What no file may do, however well it is written.
async fn allowed(call: &Call<'_>, before: &Config, after: &Document) -> Result<(), Problem> {
    let own = before.member(&call.caller.who.id);
    if own.is_some_and(|own| after.role(&own.email) != Some(Role::Admin)) {
        let detail = "you would no longer be an admin yourself; let another admin do that";
        return Err(Problem::field("members", detail));
    }
    for queue in before.queues.iter().filter(|queue| !after.has_queue(&queue.id)) {
        let open = call.store.list(&List::QueueByDue(queue.id.clone()), None, 1).await?;
        if !open.numbers.is_empty() {
            let detail = format!("queue {} has open tickets; transfer them first", queue.id);
            return Err(Problem::in_use(detail));
        }
    }
    Ok(())
}

/// Ids of everybody a document names, made known if new.
async fn people(
    call: &Call<'_>,
    before: &Config,
    wanted: &Document,
) -> Result<BTreeMap<String, PersonId>, Problem> {
    let known = before.members.iter().map(|member| (member.email.clone(), member.id.clone()));
    let mut ids: BTreeMap<String, PersonId> = known.collect();
    for (email, name) in wanted.people() {
        if !ids.contains_key(email) {
            let introduction = Introduction::by_email(email, Some(name.to_owned()));
            let person = call.store.welcome(&introduction).await?;
            ids.insert(email.to_owned(), person.id);
        }
    }
    Ok(ids)
}

async fn versions(call: &Call<'_>) -> Result<Answer, Problem> {
    let current = call.latest_config().await?.version;
    let last = call.cursor::<u64>()?.unwrap_or(current);
    let length = u64::try_from(call.limit()?).unwrap_or(u64::MAX);
    let first = last.saturating_sub(length.saturating_sub(1));
    let mut this = call.store.config_version(last).await?;
    let mut items = Vec::new();
    for version in (first..=last).rev() {
        let before = match version.checked_sub(1) {
            Some(before) => call.store.config_version(before).await?,
            None => None,
        };
        let said = |version: &Version| Document::of(&version.config);
        let changes = match (&before, &this) {
            (Some(before), Some(this)) => changes(&said(before), &said(this)),
            _ => Vec::new(),
        };
        items.push(json!({
            "version": version,
            "at": this.as_ref().and_then(|this| this.at),
            "by": this.and_then(|this| author(call, this.by)),
            "current": version == current,
            "changes": changes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }));
        this = before;
    }
    Ok(call.page(items, first.checked_sub(1)))
}

/// Who made a version, while they are a member.
fn author(call: &Call<'_>, by: Option<PersonId>) -> Option<Value> {
    let by = by?;
    let name = call.caller.config.member(&by).map(|member| member.name.clone());
    Some(json!({ "id": by, "name": name }))
}

async fn roll_back(call: &Call<'_>) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    let version = fields.get("version").ok_or_else(|| Problem::field("version", "it is needed"))?;
    let version = version.as_u64();
    let version = version.ok_or_else(|| Problem::field("version", "it must be a number"))?;
    let unknown = || Problem::field("version", "there is no such version");
    let before = call.latest_config().await?;
    call.check_match(&version_tag(before.version))?;
    if version > before.version {
        return Err(unknown());
    }
    let target = call.store.config_version(version).await?.ok_or_else(unknown)?.config;
    let wanted = Document::of(&target);
    let next = before.version + u64::from(wanted != Document::of(&before));
    let planned = allowed(call, &before, &wanted).await;
    let planned = planned.map(|()| said(next, &before, &wanted).tagged(version_tag(next)));
    let promised = call.promise(planned).await?;
    let made = promised.body.get("version").and_then(Value::as_u64).unwrap_or(next);
    let done = call.store.config_version(made).await?;
    // The same call was made before and carried out: what came after it stays.
    if done.is_some_and(|done| Document::of(&done.config) == wanted) {
        return Ok(promised);
    }
    if made != next {
        return Err(desk::Refusal::Stale.into());
    }
    put(call, &before, &wanted, |version| Config { version, ..target.clone() }).await?;
    Ok(promised)
}
