//! Macros: everybody's and a team's, which are part of the configuration, and one's own, which nobody
//! else sees. Applying one is asking for each of its actions oneself, all at once or not at all.

use desk::access::Permit;
use desk::config::Config;
use desk::macros::Macro;
use desk::rule::Action;
use desk::{MacroId, Number, Refusal};
use http::StatusCode;
use serde_json::{Map, Value, json};
use store::Stored;

use crate::actions::Asked;
use crate::body::number;
use crate::configuration::{add_to, checked};
use crate::precondition::{content_tag, etag};
use crate::problem::Problem;
use crate::queues::{may_configure, may_look};
use crate::rules::{address, member};
use crate::tickets::readable;
use crate::{Answer, Call};

/// Macros somebody may keep for themself.
const OWN_AT_MOST: usize = 100;

/// What is wanted of macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnMacro {
    List,
    Add,
    Get,
    Edit,
    Remove,
    Preview,
}

/// Whose a macro is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Global,
    Team,
    Personal,
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Scope::Global => "global",
            Scope::Team => "team",
            Scope::Personal => "personal",
        }
    }

    fn of(one: &Macro) -> Scope {
        if one.queue.is_some() { Scope::Team } else { Scope::Global }
    }
}

/// `/v1/macros`
pub(crate) async fn answer(call: &Call<'_>, on: OnMacro, id: &str) -> Result<Answer, Problem> {
    call.only(may_look)?;
    let id = MacroId::from(id);
    match on {
        OnMacro::List => list(call).await,
        OnMacro::Add => add(call).await,
        OnMacro::Get => {
            let (scope, one) = find(call, &id).await?;
            Ok(shown(call, scope, &one))
        }
        OnMacro::Edit => patch(call, &id).await,
        OnMacro::Remove => remove(call, &id).await,
        OnMacro::Preview => preview(call, &id).await,
    }
}

/// `POST /v1/tickets/{number}/macros/{id}`
pub(crate) async fn apply(call: &Call<'_>, number: Number, id: &str) -> Result<Answer, Problem> {
    call.fields()?;
    readable(call, number).await?;
    let (_, one) = find(call, &MacroId::from(id)).await?;
    let who = &call.caller.who;
    let now = call.store.now();
    let wish = |stored: &Stored, config: &Config| -> Result<Vec<Permit>, Refusal> {
        if !call.matches(&etag(stored)) {
            return Err(Refusal::Stale);
        }
        one.permits(who, &stored.ticket, &stored.facts(config), now)
    };
    let asked = Asked::of(call, number).await?;
    let done = call.store.change_at_once(number, asked.along(), wish, &asked.keep()).await?;
    asked.answer(done).await
}

/// Everything the caller may apply: their own first.
async fn all(call: &Call<'_>) -> Result<Vec<(Scope, Macro)>, Problem> {
    let own = call.store.own_macros(&call.caller.who.id).await?;
    let config = &call.caller.config;
    let who = &call.caller.who;
    let may = |one: &&Macro| one.is_for(who, config) || !who.role.is_staff();
    let others = config.macros.iter().filter(may).map(|one| (Scope::of(one), one.clone()));
    Ok(own.into_iter().map(|one| (Scope::Personal, one)).chain(others).collect())
}

async fn find(call: &Call<'_>, id: &MacroId) -> Result<(Scope, Macro), Problem> {
    let found = all(call).await?.into_iter().find(|(_, one)| one.id == *id);
    found.ok_or_else(Problem::not_found)
}

async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let (macros, next) = call
        .slice(all(call).await?, None, |(scope, one)| format!("{}/{}", scope.as_str(), one.id))?;
    let shown = macros.iter().map(|(scope, one)| render(call, *scope, one));
    Ok(call.page(shown.collect(), next))
}

async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let given = call.fields()?.whole();
    let scope = scope(&given)?;
    let config = call.latest_config().await?;
    let made = read(&config, given)?;
    let path = format!("/v1/macros/{}", made.id);
    if config.macros.iter().any(|one| one.id == made.id) && scope == Scope::Personal {
        return Err(Problem::exists("id", "there is such a macro for everybody, or for a team"));
    }
    if scope == Scope::Personal {
        return add_own(call, &config, made, path).await;
    }
    call.only(may_configure)?;
    fits(scope, &made)?;
    let known = |config: &Config| config.macros.iter().find(|one| one.id == made.id).cloned();
    let added = |config: &Config| match known(config) {
        Some(_) => Err(Problem::exists("id", "there is such a macro")),
        None => {
            let mut config = config.clone();
            config.macros.push(made.clone());
            checked(config)
        }
    };
    let answer = |config: &Config| {
        let one = known(config).ok_or_else(Problem::not_found)?;
        Ok(shown(call, Scope::of(&one), &one))
    };
    add_to(call, &config, path, added, answer).await
}

async fn add_own(
    call: &Call<'_>,
    config: &Config,
    made: Macro,
    path: String,
) -> Result<Answer, Problem> {
    fits(Scope::Personal, &made)?;
    settings::macros::check(&made, config)?;
    let who = &call.caller.who.id;
    let added = |own: &[Macro]| -> Result<Vec<Macro>, Problem> {
        if own.iter().any(|one| one.id == made.id) {
            return Err(Problem::exists("id", "you have such a macro"));
        }
        if own.len() >= OWN_AT_MOST {
            return Err(Problem::field("id", "a hundred of one's own are enough; remove one"));
        }
        Ok(own.iter().cloned().chain([made.clone()]).collect())
    };
    let answer = Answer { status: StatusCode::CREATED, ..shown(call, Scope::Personal, &made) };
    let planned = added(&call.store.own_macros(who).await?).map(|_| answer.at(path));
    let answer = call.promise(planned).await?;
    let is_repeatable = call.once()?.is_some();
    let changed = call.store.change_own_macros(who, |own| {
        let known = is_repeatable && own.iter().any(|one| one.id == made.id);
        if known { Ok(own.to_vec()) } else { added(own) }
    });
    changed.await??;
    Ok(answer)
}

async fn patch(call: &Call<'_>, id: &MacroId) -> Result<Answer, Problem> {
    let given = call.fields()?.whole();
    let (scope, _) = find(call, id).await?;
    let config = call.latest_config().await?;
    let edited = |before: &Macro| -> Result<Macro, Problem> {
        call.check_match(&content_tag(&render(call, scope, before)))?;
        let who = |text: &str| member(&config, text);
        let after = settings::macros::edit(before, &given, &who)?;
        fits(scope, &after)?;
        Ok(after)
    };
    if scope == Scope::Personal {
        let changed = call.store.change_own_macros(&call.caller.who.id, |own| {
            let after = replaced(own, id, &edited)?;
            after.iter().try_for_each(|one| settings::macros::check(one, &config))?;
            Ok::<_, Problem>(after)
        });
        return found(call, Scope::Personal, &changed.await??, id);
    }
    call.only(may_configure)?;
    let changed = call.configure(|config: &Config| {
        let macros = replaced(&config.macros, id, &edited)?;
        checked(Config { macros, ..config.clone() })
    });
    found(call, scope, &changed.await??.macros, id)
}

fn replaced(
    macros: &[Macro],
    id: &MacroId,
    edited: &dyn Fn(&Macro) -> Result<Macro, Problem>,
) -> Result<Vec<Macro>, Problem> {
    if !macros.iter().any(|one| one.id == *id) {
        return Err(Problem::not_found());
    }
    macros.iter().map(|one| if one.id == *id { edited(one) } else { Ok(one.clone()) }).collect()
}

async fn remove(call: &Call<'_>, id: &MacroId) -> Result<Answer, Problem> {
    let (scope, _) = find(call, id).await?;
    let others = |macros: &[Macro]| -> Result<Vec<Macro>, Problem> {
        let one = macros.iter().find(|one| one.id == *id).ok_or_else(Problem::not_found)?;
        call.check_match(&content_tag(&render(call, scope, one)))?;
        Ok(macros.iter().filter(|one| one.id != *id).cloned().collect())
    };
    if scope == Scope::Personal {
        call.store.change_own_macros(&call.caller.who.id, others).await??;
    } else {
        call.only(may_configure)?;
        let uses = |action: &Action| matches!(action, Action::Macro { id: used } if used == id);
        let changed = call.configure(|config: &Config| {
            if config.rules.iter().any(|rule| rule.then.iter().any(uses)) {
                return Err(Problem::in_use("a rule applies this macro; change the rule first"));
            }
            Ok(Config { macros: others(&config.macros)?, ..config.clone() })
        });
        changed.await??;
    }
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

/// What its words say on a ticket, before anything is done.
async fn preview(call: &Call<'_>, id: &MacroId) -> Result<Answer, Problem> {
    let ticket = call.parameter("ticket").ok_or_else(|| Problem::field("ticket", "name one"))?;
    let stored = readable(call, number(ticket)?).await?;
    let (_, one) = find(call, id).await?;
    let config = &call.caller.config;
    let facts = stored.facts(config);
    let who = &call.caller.who.id;
    let mut resolved = one.clone();
    for action in &mut resolved.then {
        action.resolve(&stored.ticket, &facts, who).map_err(Refusal::from)?;
    }
    settings::macros::rename(&mut resolved, &|id| address(config, id));
    let then = settings::macros::show(&resolved)["then"].clone();
    Ok(Answer::ok(json!({ "ticket": stored.ticket.number, "then": then })))
}

fn scope(given: &Map<String, Value>) -> Result<Scope, Problem> {
    let team = given.get("queue").is_some_and(|queue| !queue.is_null());
    match given.get("scope").filter(|value| !value.is_null()).map(Value::as_str) {
        None => Ok(if team { Scope::Team } else { Scope::Global }),
        Some(Some("global")) => Ok(Scope::Global),
        Some(Some("team")) => Ok(Scope::Team),
        Some(Some("personal")) => Ok(Scope::Personal),
        Some(_) => Err(Problem::field("scope", "it must be one of global, team, personal")),
    }
}

/// A team's macro names its queue, and no other does.
fn fits(scope: Scope, one: &Macro) -> Result<(), Problem> {
    match (scope, &one.queue) {
        (Scope::Team, None) => Err(Problem::field("queue", "a team's macro names its queue")),
        (Scope::Global | Scope::Personal, Some(_)) => {
            Err(Problem::field("queue", "a team's macro alone has one"))
        }
        _ => Ok(()),
    }
}

fn read(config: &Config, mut given: Map<String, Value>) -> Result<Macro, Problem> {
    given.remove("scope");
    Ok(settings::macros::read(&Value::Object(given), &|text| member(config, text))?)
}

fn found(call: &Call<'_>, scope: Scope, macros: &[Macro], id: &MacroId) -> Result<Answer, Problem> {
    let one = macros.iter().find(|one| one.id == *id).ok_or_else(Problem::not_found)?;
    Ok(shown(call, scope, one))
}

fn shown(call: &Call<'_>, scope: Scope, one: &Macro) -> Answer {
    let body = render(call, scope, one);
    let etag = content_tag(&body);
    Answer::ok(body).tagged(etag)
}

fn render(call: &Call<'_>, scope: Scope, one: &Macro) -> Value {
    let config = &call.caller.config;
    let mut one = one.clone();
    settings::macros::rename(&mut one, &|id| address(config, id));
    let mut body = settings::macros::show(&one);
    body["scope"] = json!(scope.as_str());
    body
}
