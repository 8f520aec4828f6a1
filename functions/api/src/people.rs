//! People: who they are, what other systems call them and note of them, whom they belong to. `me` is
//! whoever calls.

use desk::access::Role;
use desk::config::Config;
use desk::organisation::Organisation;
use desk::person::{Identity, Person, normal_address};
use desk::{OrganisationId, PersonId};
use serde_json::{Value, json};

use crate::body::Fields;
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::{Answer, Call};

/// The fields of a person that can be changed.
pub(crate) const FIELDS: &[&str] =
    &["name", "phone", "external_id", "metadata", "organisation", "unreachable"];
/// The longest name another system has for anything, in characters.
pub(crate) const EXTERNAL_AT_MOST: usize = 255;

/// `GET /v1/people?email=|external_id=`: whoever goes by exactly that; at most one.
pub(crate) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_look)?;
    let found = match (call.parameter("email"), call.parameter("external_id")) {
        (Some(email), None) => {
            let address = normal_address(email);
            let address = address.ok_or_else(|| Problem::field("email", "it is no address"))?;
            call.store.find_person(&Identity::Email(address)).await?
        }
        (None, Some(id)) => call.store.external_person(id).await?,
        (Some(_), Some(_)) => return Err(Problem::field("external_id", "ask for one of the two")),
        (None, None) => return Err(Problem::field("email", "say whose: email or external_id")),
    };
    let items = found.iter().map(|person| render(person, call)).collect();
    Ok(call.page(items, None::<String>))
}

/// `GET /v1/people/{id}`
pub(crate) async fn get(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    let person = readable(call, id).await?;
    Ok(shown(call, &person))
}

/// `PATCH /v1/people/{id}` `{name?, phone?, external_id?, metadata?, organisation?}`; null forgets.
pub(crate) async fn patch(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    call.only(|role| role.is_staff())?;
    let fields = call.fields()?;
    let person = readable(call, id).await?;
    if person.erased {
        return Err(gone());
    }
    if let Some(external) = fields.text("external_id", EXTERNAL_AT_MOST)? {
        let other = call.store.external_person(&external).await?;
        if other.is_some_and(|other| other.id != person.id) {
            return Err(Problem::exists("external_id", "somebody else goes by it"));
        }
    }
    let organisation = organisation(call, &fields).await?;
    let edit = |before: &Person| {
        if before.erased {
            return Err(gone());
        }
        call.check_match(&content_tag(&render(before, call)))?;
        edited(before, &fields, organisation.as_ref())
    };
    match call.store.edit_person(&person.id, edit).await? {
        Some(after) => Ok(shown(call, &after?)),
        None => Err(Problem::not_found()),
    }
}

fn gone() -> Problem {
    Problem::in_use("this person was erased; nothing is known of them any more")
}

fn edited(
    before: &Person,
    fields: &Fields,
    organisation: Option<&Organisation>,
) -> Result<Person, Problem> {
    let mut after = before.clone();
    if fields.has("name") {
        after.name = fields.needed("name", 200)?;
    }
    if fields.has("phone") {
        after.phone = fields.text("phone", 40)?;
    }
    if fields.has("external_id") {
        after.external_id = fields.text("external_id", EXTERNAL_AT_MOST)?;
    }
    if let Some(metadata) = fields.metadata("metadata", &before.metadata)? {
        after.metadata = metadata;
    }
    if fields.has("organisation") {
        after.organisation = organisation.map(|found| found.id.clone());
    }
    if fields.has("unreachable") {
        if fields.get("unreachable").is_some() {
            let reason = "only null may be set: mail goes to them again";
            return Err(Problem::field("unreachable", reason));
        }
        after.unreachable = None;
    }
    Ok(after)
}

async fn organisation(call: &Call<'_>, fields: &Fields) -> Result<Option<Organisation>, Problem> {
    let Some(id) = fields.text("organisation", 80)? else { return Ok(None) };
    let found = call.store.organisation(&OrganisationId(id)).await?;
    let unknown = || Problem::field("organisation", "there is no such organisation");
    found.map(Some).ok_or_else(unknown)
}

/// A person the caller may see: themself, or for agents anybody. To anyone else they do not exist.
pub(crate) async fn readable(call: &Call<'_>, id: &str) -> Result<Person, Problem> {
    let who = &call.caller.who;
    let id = if id == "me" { who.id.clone() } else { PersonId::from(id) };
    if !who.is(&id) && !may_look(who.role) {
        return Err(Problem::not_found());
    }
    call.store.person(&id).await?.ok_or_else(Problem::not_found)
}

fn may_look(role: Role) -> bool {
    role.is_staff() || matches!(role, Role::Collaborator | Role::Auditor)
}

fn shown(call: &Call<'_>, person: &Person) -> Answer {
    let body = render(person, call);
    let etag = content_tag(&body);
    Answer::ok(body).tagged(etag)
}

/// A person. Notes of other systems are for agents.
pub(crate) fn render(person: &Person, call: &Call<'_>) -> Value {
    let config: &Config = &call.caller.config;
    let metadata = may_look(call.caller.who.role).then_some(&person.metadata);
    json!({
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "external_id": person.external_id,
        "metadata": metadata.cloned().unwrap_or_default(),
        "organisation": person.organisation,
        "role": config.role(&person.id),
        "was": person.was,
        "unreachable": person.unreachable,
        "erased": person.erased,
    })
}
