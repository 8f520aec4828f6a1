//! Calendars: when the clocks of policies run.

use desk::CalendarId;
use desk::calendar::{Hours, NamedCalendar};
use desk::config::Config;
use http::StatusCode;
use serde_json::{Value, json};

use crate::configuration::{add_to, checked};
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::queues::{may_configure, may_look};
use crate::{Answer, Call};

/// What is wanted of calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnCalendar {
    List,
    Add,
    Get,
    Edit,
    Remove,
    /// Days off out of an iCalendar file.
    Import,
}

/// `/v1/calendars`
pub(crate) async fn answer(call: &Call<'_>, on: OnCalendar, id: &str) -> Result<Answer, Problem> {
    let reads = matches!(on, OnCalendar::List | OnCalendar::Get);
    call.only(if reads { may_look } else { may_configure })?;
    let id = CalendarId::from(id);
    match on {
        OnCalendar::List => list(call),
        OnCalendar::Add => add(call).await,
        OnCalendar::Get => shown(&call.caller.config, &id),
        OnCalendar::Edit => patch(call, &id).await,
        OnCalendar::Remove => remove(call, &id).await,
        OnCalendar::Import => import(call, &id).await,
    }
}

fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let config = &call.caller.config;
    let calendars = config.calendars.iter().collect();
    let (calendars, next) = call.slice(calendars, None, |calendar| calendar.id.to_string())?;
    let shown = calendars.into_iter().map(|calendar| render(calendar, config));
    Ok(call.page(shown.collect(), next))
}

async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let given = Value::Object(call.fields()?.whole());
    let config = call.latest_config().await?;
    let made = settings::calendar::read(&given, &config.zone)?;
    let path = format!("/v1/calendars/{}", made.id);
    let shown = |config: &Config| shown(config, &made.id);
    add_to(call, &config, path, |config| added(config, &made), shown).await
}

fn added(config: &Config, made: &NamedCalendar) -> Result<Config, Problem> {
    if config.calendar(&made.id).is_some() {
        return Err(Problem::exists("id", "there is such a calendar"));
    }
    let mut config = config.clone();
    config.calendars.push(made.clone());
    checked(config)
}

async fn patch(call: &Call<'_>, id: &CalendarId) -> Result<Answer, Problem> {
    let given = call.fields()?.whole();
    let changed = call.configure(|config| {
        let before = current(call, config, id)?;
        let after = settings::calendar::edit(before, &given, &config.zone)?;
        replaced(config, after)
    });
    let config = changed.await??;
    shown(&config, id)
}

async fn remove(call: &Call<'_>, id: &CalendarId) -> Result<Answer, Problem> {
    let changed = call.configure(|config| {
        current(call, config, id)?;
        let users = users(config, id);
        if !users.is_empty() {
            let users = users.join(", ");
            let detail = format!("it is used by: {users}; give them another calendar first");
            return Err(Problem::in_use(detail));
        }
        let mut config = config.clone();
        config.calendars.retain(|calendar| calendar.id != *id);
        Ok(config)
    });
    changed.await??;
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

async fn import(call: &Call<'_>, id: &CalendarId) -> Result<Answer, Problem> {
    let text = call.text("text/calendar", "ical")?;
    let config = call.latest_config().await?;
    let today = call.store.now().to_zoned(config.zone.clone()).date();
    let days = settings::ical::holidays(&text, today)?;
    let with_days = |config: &Config| {
        let mut calendar = current(call, config, id)?.clone();
        let Hours::Staffed(week) = &mut calendar.hours else {
            return Err(Problem::in_use("a calendar that runs 24x7 has no days off"));
        };
        week.holidays.extend(days.clone());
        // Read once more as if it had been written down: so many days off may be too many.
        let whole = settings::calendar::read(&settings::calendar::show(&calendar), &config.zone)?;
        replaced(config, whole)
    };
    let planned = with_days(&config).and_then(|config| shown(&config, id));
    let answer = call.promise(planned).await?;
    call.configure(with_days).await??;
    Ok(answer)
}

/// The calendar as it stands, if it is the one the caller read.
fn current<'a>(
    call: &Call<'_>,
    config: &'a Config,
    id: &CalendarId,
) -> Result<&'a NamedCalendar, Problem> {
    let calendar = config.calendar(id).ok_or_else(Problem::not_found)?;
    call.check_match(&content_tag(&render(calendar, config)))?;
    Ok(calendar)
}

fn replaced(config: &Config, after: NamedCalendar) -> Result<Config, Problem> {
    let mut config = config.clone();
    let place = config.calendars.iter_mut().find(|calendar| calendar.id == after.id);
    *place.ok_or_else(Problem::not_found)? = after;
    checked(config)
}

/// Policies that name a calendar, by their ids.
fn users(config: &Config, id: &CalendarId) -> Vec<String> {
    let names = |policy: &&desk::policy::Policy| {
        policy.targets.values().any(|targets| targets.calendar == *id)
    };
    let users = config.policies.iter().filter(names);
    users.map(|policy| format!("policy {}", policy.id)).collect()
}

fn shown(config: &Config, id: &CalendarId) -> Result<Answer, Problem> {
    let body = render(config.calendar(id).ok_or_else(Problem::not_found)?, config);
    let etag = content_tag(&body);
    Ok(Answer::ok(body).tagged(etag))
}

fn render(calendar: &NamedCalendar, config: &Config) -> Value {
    let mut body = settings::calendar::show(calendar);
    body["used_by"] = json!(users(config, &calendar.id));
    body
}
