//! Organisations: `/v1/organisations`. Admins and managers keep them, agents read them; an
//! organisation's tickets are for agents and for whoever reads them by belonging to it.

use desk::OrganisationId;
use desk::access::{Role, may_read_internal};
use desk::organisation::{DOMAINS_AT_MOST, Organisation, normal_domain};
use http::StatusCode;
use serde_json::{Value, json};
use store::organisation::Taken;

use crate::body::Fields;
use crate::people::EXTERNAL_AT_MOST;
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::{Answer, Call, list};

/// The fields of an organisation.
pub(crate) const FIELDS: &[&str] = &["name", "domains", "external_id", "metadata", "shared"];

/// What is wanted of organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnOrganisation {
    List,
    Add,
    Get,
    Edit,
    Remove,
    Tickets,
}

/// `/v1/organisations`
pub(crate) async fn answer(
    call: &Call<'_>,
    on: OnOrganisation,
    id: &str,
) -> Result<Answer, Problem> {
    let id = OrganisationId::from(id);
    match on {
        OnOrganisation::List => every(call).await,
        OnOrganisation::Add => add(call).await,
        OnOrganisation::Get => get(call, &id).await,
        OnOrganisation::Edit => patch(call, &id).await,
        OnOrganisation::Remove => remove(call, &id).await,
        OnOrganisation::Tickets => tickets(call, &id).await,
    }
}

fn may_keep(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Manager)
}

fn may_look(role: Role) -> bool {
    role.is_staff() || matches!(role, Role::Collaborator | Role::Auditor)
}

async fn every(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_look)?;
    if let Some(id) = call.parameter("external_id") {
        let found = call.store.external_organisation(id).await?;
        return Ok(call.page(found.iter().map(render).collect(), None::<String>));
    }
    let after = call.cursor::<OrganisationId>()?;
    let (found, next) = call.store.organisations(after.as_ref(), call.limit()?).await?;
    Ok(call.page(found.iter().map(render).collect(), next))
}

async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_keep)?;
    let fields = call.fields()?;
    let blank = Organisation {
        id: OrganisationId(call.store.fresh_id()),
        name: fields.needed("name", 200)?,
        domains: Vec::new(),
        external_id: None,
        metadata: Default::default(),
        shared: false,
    };
    let planned = edited(&blank, &fields)
        .map(|made| Answer::created(render(&made)).at(format!("/v1/organisations/{}", made.id)));
    // Whoever repeats the call is answered the id of the first time, and makes no other.
    let answer = call.promise(planned).await?;
    let id = answer.body.get("id").and_then(Value::as_str).unwrap_or_default();
    let made = edited(&Organisation { id: OrganisationId::from(id), ..blank }, &fields)?;
    kept(call.store.add_organisation(&call.caller.who, &made).await?)?;
    Ok(answer)
}

async fn get(call: &Call<'_>, id: &OrganisationId) -> Result<Answer, Problem> {
    call.only(may_look)?;
    let found = call.store.organisation(id).await?.ok_or_else(Problem::not_found)?;
    Ok(shown(&found))
}

async fn patch(call: &Call<'_>, id: &OrganisationId) -> Result<Answer, Problem> {
    call.only(may_keep)?;
    let fields = call.fields()?;
    let edit = |before: &Organisation| {
        call.check_match(&content_tag(&render(before)))?;
        edited(before, &fields)
    };
    let changed = call.store.edit_organisation(&call.caller.who, id, edit).await?;
    let changed = changed.ok_or_else(Problem::not_found)??;
    Ok(shown(&kept(changed)?))
}

async fn remove(call: &Call<'_>, id: &OrganisationId) -> Result<Answer, Problem> {
    call.only(may_keep)?;
    if !call.store.remove_organisation(&call.caller.who, id).await? {
        return Err(Problem::not_found());
    }
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

/// `GET /v1/organisations/{id}/tickets`, newest first.
async fn tickets(call: &Call<'_>, id: &OrganisationId) -> Result<Answer, Problem> {
    let who = &call.caller.who;
    if !may_read_internal(who) && who.reads.as_ref() != Some(id) {
        return Err(Problem::not_found());
    }
    list::of_organisation(call, id).await
}

fn edited(before: &Organisation, fields: &Fields) -> Result<Organisation, Problem> {
    let mut after = before.clone();
    if fields.has("name") {
        after.name = fields.needed("name", 200)?;
    }
    if fields.has("domains") {
        after.domains = domains(fields)?;
    }
    if fields.has("external_id") {
        after.external_id = fields.text("external_id", EXTERNAL_AT_MOST)?;
    }
    if let Some(metadata) = fields.metadata("metadata", &before.metadata)? {
        after.metadata = metadata;
    }
    if let Some(shared) = fields.get("shared") {
        let said = shared.as_bool();
        after.shared = said.ok_or_else(|| Problem::field("shared", "it is true or false"))?;
    }
    Ok(after)
}

fn domains(fields: &Fields) -> Result<Vec<String>, Problem> {
    let given = fields.texts("domains")?.unwrap_or_default();
    let read = given.iter().map(|text| {
        let wrong = || Problem::field("domains", format!("{text} is no mail domain"));
        normal_domain(text).ok_or_else(wrong)
    });
    let mut domains: Vec<String> = read.collect::<Result<_, _>>()?;
    domains.sort();
    domains.dedup();
    if domains.len() > DOMAINS_AT_MOST {
        return Err(Problem::field("domains", format!("at most {DOMAINS_AT_MOST}")));
    }
    Ok(domains)
}

fn kept<T>(result: Result<T, Taken>) -> Result<T, Problem> {
    result.map_err(|Taken { field, name }| {
        Problem::exists(field, format!("{name} belongs to another organisation"))
    })
}

fn shown(organisation: &Organisation) -> Answer {
    let body = render(organisation);
    let etag = content_tag(&body);
    Answer::ok(body).tagged(etag)
}

fn render(organisation: &Organisation) -> Value {
    json!({
        "id": organisation.id,
        "name": organisation.name,
        "domains": organisation.domains,
        "external_id": organisation.external_id,
        "metadata": organisation.metadata,
        "shared": organisation.shared,
    })
}
