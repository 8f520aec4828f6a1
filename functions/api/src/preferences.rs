//! How people are reached: `/v1/people/{id}/preferences`, theirs to say; `me` is whoever calls.

use desk::config::Config;
use desk::preferences::{Away, Preferences, Quiet, Reach};
use desk::{PersonId, QueueId};
use jiff::civil::Time;
use serde_json::{Value, json};

use crate::body::Fields;
use crate::members::find;
use crate::problem::Problem;
use crate::texts::language;
use crate::{Answer, Call};

/// The fields of a person's preferences.
pub(crate) const FIELDS: &[&str] = &["reach", "away", "quiet", "digest", "brief", "language"];

/// `GET /v1/people/{id}/preferences`
pub(crate) async fn get(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    let id = allowed(call, id).await?;
    let preferences = call.store.preferences(&id).await?;
    Ok(Answer::ok(render(&preferences, &call.caller.config)))
}

/// `PATCH /v1/people/{id}/preferences` `{reach?, away?, quiet?, digest?, brief?, language?}`; null forgets.
/// Whoever is back is given what waited for them.
pub(crate) async fn patch(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    let id = allowed(call, id).await?;
    let fields = call.fields()?;
    let config = &call.caller.config;
    let before = call.store.preferences(&id).await?;
    let after = edited(&before, &fields, config, &id)?;
    call.store.prefer(&id, &after).await?;
    if before.away != after.away {
        let theirs = config.queues.iter().filter(|queue| queue.members.contains(&id));
        let giving = theirs.filter(|queue| queue.assignment.is_some());
        let giving: Vec<QueueId> = giving.map(|queue| queue.id.clone()).collect();
        call.store.look_again(&giving).await?;
    }
    Ok(Answer::ok(render(&after, config)))
}

/// One's own, or those of somebody one answers for; to anyone else they do not exist.
async fn allowed(call: &Call<'_>, id: &str) -> Result<PersonId, Problem> {
    let who = &call.caller.who;
    if id == "me" || id == who.id.as_str() {
        return Ok(who.id.clone());
    }
    if !who.role.may_stand_in() {
        return Err(Problem::not_found());
    }
    let id = PersonId::from(id);
    let known = call.caller.config.member(&id).is_some() || call.store.person(&id).await?.is_some();
    known.then_some(id).ok_or_else(Problem::not_found)
}

fn edited(
    before: &Preferences,
    fields: &Fields,
    config: &Config,
    id: &PersonId,
) -> Result<Preferences, Problem> {
    let mut after = before.clone();
    match fields.word("reach", Reach::ALL, Reach::parse)? {
        Some(reach) => after.reach = reach,
        None if fields.has("reach") => after.reach = Reach::Usual,
        None => {}
    }
    let usual = Preferences::default();
    after.digest = yes_or_no(fields, "digest", before.digest, usual.digest)?;
    after.brief = yes_or_no(fields, "brief", before.brief, usual.brief)?;
    if fields.has("away") {
        let away = fields.object("away", &["until", "substitute"])?;
        after.away = away.map(|away| self::away(&away, config, id)).transpose()?;
    }
    if fields.has("quiet") {
        let hours = fields.object("quiet", &["from", "to", "zone"])?;
        after.quiet = hours.map(|hours| quiet(&hours, config)).transpose()?;
    }
    if fields.has("language") {
        let tag = fields.text("language", 35)?;
        let read = tag.map(|tag| language("language", &tag));
        after.language = read.transpose()?;
    }
    Ok(after)
}

/// What is said of it now; null is as usual, and nothing leaves it as it was.
fn yes_or_no(fields: &Fields, name: &str, before: bool, usual: bool) -> Result<bool, Problem> {
    match fields.get(name) {
        Some(said) => said.as_bool().ok_or_else(|| Problem::field(name, "it is true or false")),
        None if fields.has(name) => Ok(usual),
        None => Ok(before),
    }
}

fn away(fields: &Fields, config: &Config, id: &PersonId) -> Result<Away, Problem> {
    let inside = |problem: Problem| problem.inside("away");
    let substitute = match fields.text("substitute", 254).map_err(inside)? {
        Some(word) => Some(find(config, "away.substitute", &word)?),
        None => None,
    };
    if substitute.as_ref() == Some(id) {
        return Err(Problem::field("away.substitute", "name somebody else"));
    }
    Ok(Away { until: fields.instant("until").map_err(inside)?, substitute })
}

fn quiet(fields: &Fields, config: &Config) -> Result<Quiet, Problem> {
    let time = |name: &str| -> Result<Time, Problem> {
        let text = fields.needed(name, 5)?;
        let wrong = |_| Problem::field(name, "it must be a time like 22:00");
        Time::strptime("%H:%M", &text).map_err(wrong)
    };
    let read = || -> Result<Quiet, Problem> {
        let zone = match fields.text("zone", 60)? {
            None => config.zone.clone(),
            Some(name) => {
                let wrong = |_| Problem::field("zone", "it must be a time zone like Europe/Berlin");
                jiff::tz::TimeZone::get(&name).map_err(wrong)?
            }
        };
        Ok(Quiet { zone, from: time("from")?, to: time("to")? })
    };
    read().map_err(|problem| problem.inside("quiet"))
}

/// How somebody is reached, as the API writes it.
pub(crate) fn render(preferences: &Preferences, config: &Config) -> Value {
    let Preferences { reach, away, quiet, digest, brief, language } = preferences;
    let substitute = |away: &Away| {
        let member = away.substitute.as_ref().and_then(|id| config.member(id));
        member.map(|member| json!({ "id": member.id, "name": member.name }))
    };
    let hours = |time: &Time| time.strftime("%H:%M").to_string();
    json!({
        "reach": reach,
        "away": away.as_ref().map(|away| {
            json!({ "until": away.until, "substitute": substitute(away) })
        }),
        "quiet": quiet.as_ref().map(|quiet| {
            json!({
                "from": hours(&quiet.from),
                "to": hours(&quiet.to),
                "zone": quiet.zone.iana_name(),
            })
        }),
        "digest": digest,
        "brief": brief,
        "language": language,
    })
}
