//! The names a person goes by: `/v1/people/{id}/identities`. One's own, by a code that is mailed to
//! the address; anybody's, for an admin who vouches for it.

use desk::PersonId;
use desk::access::Role;
use desk::person::{Identity, Person};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::link::{Linked, Unlinked, kind};

use crate::body::Fields;
use crate::problem::Problem;
use crate::{Answer, Call, people};

/// What is wanted of a person's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnIdentity {
    List,
    Ask,
    Confirm,
    Remove,
}

/// `/v1/people/{id}/identities`
pub(crate) async fn answer(
    call: &Call<'_>,
    on: OnIdentity,
    varying: &[&str],
) -> Result<Answer, Problem> {
    let person = people::readable(call, varying.first().copied().unwrap_or_default()).await?;
    match on {
        OnIdentity::List => shown(call, &person).await,
        OnIdentity::Ask => ask(call, &person).await,
        OnIdentity::Confirm => confirm(call, &person).await,
        OnIdentity::Remove => {
            remove(call, &person, varying.get(1).copied().unwrap_or_default()).await
        }
    }
}

/// Has a code mailed, which says nothing of who goes by the address; or links what an admin vouches
/// for.
async fn ask(call: &Call<'_>, person: &Person) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    if fields.get("vouched") == Some(&Value::Bool(true)) {
        call.only(|role| role == Role::Admin)?;
        let name = name(&fields)?;
        let linked = call.store.link_vouched(&call.caller.who, &person.id, &name).await?;
        return linked_to(call, linked).await;
    }
    themself(call, &person.id)?;
    let address = fields.address("email")?;
    let address = address.ok_or_else(|| Problem::field("email", "it is needed"))?;
    if fields.get("slack").is_some() || fields.get("discord").is_some() {
        return Err(Problem::field("vouched", "accounts in chat are linked by an admin"));
    }
    let sent = json!({ "status": "if somebody reads this address, they are sent a code" });
    let answer = Answer { status: StatusCode::ACCEPTED, ..Answer::ok(sent) };
    let answer = call.promise(Ok(answer)).await?;
    match call.store.ask_for_code(&person.id, &address).await? {
        Ok(()) => Ok(answer),
        Err(wait) => {
            let detail = "three codes an hour are sent; use the last one, or wait";
            Err(Problem::too_often(detail, wait.as_secs()))
        }
    }
}

async fn confirm(call: &Call<'_>, person: &Person) -> Result<Answer, Problem> {
    themself(call, &person.id)?;
    let code = call.fields()?.needed("code", 40)?;
    let linked = call.store.confirm_code(&call.caller.who, &person.id, &code).await?;
    linked_to(call, linked).await
}

async fn linked_to(call: &Call<'_>, linked: Linked) -> Result<Answer, Problem> {
    match linked {
        Linked::Yes(person) => shown(call, &person).await,
        Linked::WrongCode => Err(Problem::field(
            "code",
            "it is not the code, or no longer; after five tries or 15 minutes ask for another",
        )),
        Linked::NotOne(not) => Err(Problem::in_use(not.to_string())),
    }
}

async fn remove(call: &Call<'_>, person: &Person, id: &str) -> Result<Answer, Problem> {
    if call.caller.who.role != Role::Admin {
        themself(call, &person.id)?;
    }
    let member = call.caller.config.member(&person.id);
    let own = member.map(|member| Identity::Email(member.email.clone()));
    if own.is_some_and(|name| short(&name) == id) {
        let detail = "a member of the desk goes by this address; it stays while they are one";
        return Err(Problem::in_use(detail));
    }
    let is_it = |name: &Identity| short(name) == id;
    match call.store.unlink(&call.caller.who, &person.id, is_it).await? {
        Unlinked::Yes(_) => {
            Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
        }
        Unlinked::NotTheirs => Err(Problem::not_found()),
        Unlinked::TheLast => {
            Err(Problem::in_use("it is the last name they go by; link another one first"))
        }
    }
}

/// Only for oneself is a code asked for and given, whatever one's role; an admin vouches instead. Who
/// comes by a token of whom they were before, with less of a role, decides nothing of their names.
fn themself(call: &Call<'_>, id: &PersonId) -> Result<(), Problem> {
    let who = &call.caller.who;
    let whole = who.role == call.caller.config.role(id);
    if who.is(id) && whole { Ok(()) } else { Err(Problem::forbidden()) }
}

/// The name an admin vouches for.
fn name(fields: &Fields) -> Result<Identity, Problem> {
    let email = fields.address("email")?.map(Identity::Email);
    let slack = fields.object("slack", &["team", "user"])?;
    let slack = slack.map(|slack| -> Result<Identity, Problem> {
        let inside = |problem: Problem| problem.inside("slack");
        let team = slack.needed("team", 40).map_err(inside)?;
        Ok(Identity::Slack { team, user: slack.needed("user", 40).map_err(inside)? })
    });
    let discord = fields.object("discord", &["user"])?;
    let discord = discord.map(|discord| -> Result<Identity, Problem> {
        let user = discord.needed("user", 40).map_err(|problem| problem.inside("discord"))?;
        Ok(Identity::Discord { user })
    });
    let mut given = email.into_iter().map(Ok).chain(slack).chain(discord);
    match (given.next(), given.next()) {
        (Some(one), None) => one,
        _ => Err(Problem::field("email", "give one of email, slack and discord")),
    }
}

async fn shown(call: &Call<'_>, person: &Person) -> Result<Answer, Problem> {
    Ok(call.page(names(call, person).await?, None::<String>))
}

/// Every name somebody goes by.
pub(crate) async fn names(call: &Call<'_>, person: &Person) -> Result<Vec<Value>, Problem> {
    let everybody = call.store.everybody_of(person).await?;
    let names = everybody.iter().flat_map(|one| {
        one.names().into_iter().map(|name| render(&name, one, person)).collect::<Vec<_>>()
    });
    Ok(names.collect())
}

fn render(name: &Identity, one: &Person, person: &Person) -> Value {
    let mut shown = match name {
        Identity::Email(address) => json!({
            "email": address,
            "mail_goes_here": person.email.as_ref() == Some(address),
        }),
        Identity::Slack { team, user } => json!({ "slack": { "team": team, "user": user } }),
        Identity::Discord { user } => json!({ "discord": { "user": user } }),
    };
    shown["id"] = json!(short(name));
    shown["kind"] = json!(kind(name));
    shown["came_with"] = json!((one.id != person.id).then_some(&one.id));
    shown
}

/// A name as it stands in a path: names of people do not belong into addresses that are logged.
fn short(name: &Identity) -> String {
    let mut id = hex::encode(Sha256::digest(name.to_string()));
    id.truncate(24);
    id
}
