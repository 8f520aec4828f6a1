//! Forms: what tickets of each kind ask for. Whoever configures the desk reads and writes them whole;
//! everybody else reads what is published, in their own language, and what is not hidden from them.

use desk::answer::{Answer as Said, Answers, Given, fill};
use desk::command::Filled;
use desk::config::Config;
use desk::form::{Choice, Field, Form};
use desk::{FieldId, FormId};
use http::StatusCode;
use serde_json::{Map, Value, json};
use store::upload::Upload;

use crate::body::Fields;
use crate::configuration::{add_to, checked};
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::queues::{may_configure, may_look};
use crate::rules::member;
use crate::{Answer, Call, place, uploads};

/// What is wanted of forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnForm {
    List,
    Add,
    Get,
    Edit,
    Remove,
}

/// `/v1/forms`
pub(crate) async fn answer(call: &Call<'_>, on: OnForm, id: &str) -> Result<Answer, Problem> {
    if !matches!(on, OnForm::List | OnForm::Get) {
        call.only(may_configure)?;
    }
    let id = FormId::from(id);
    match on {
        OnForm::List => list(call),
        OnForm::Add => add(call).await,
        OnForm::Get => get(call, &id),
        OnForm::Edit => patch(call, &id).await,
        OnForm::Remove => remove(call, &id).await,
    }
}

fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let config = &call.caller.config;
    let forms = config.forms.iter().enumerate();
    let forms = forms.filter(|(_, form)| offered(call, form)).collect();
    let (forms, next) = call.slice(forms, None, |(_, form)| form.id.to_string())?;
    let shown = forms.into_iter().map(|(n, form)| for_caller(call, form, n));
    Ok(call.page(shown.collect(), next))
}

fn get(call: &Call<'_>, id: &FormId) -> Result<Answer, Problem> {
    let (n, form) = find(&call.caller.config, id)?;
    if !offered(call, form) {
        return Err(Problem::not_found());
    }
    let body = for_caller(call, form, n);
    let etag = content_tag(&body);
    Ok(Answer::ok(body).tagged(etag))
}

/// Whether the caller may know of it.
fn offered(call: &Call<'_>, form: &Form) -> bool {
    form.is_published() || may_look(call.caller.who.role)
}

async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let mut given = call.fields()?.whole();
    let position = place::position(&mut given)?;
    let given = Value::Object(given);
    let config = call.latest_config().await?;
    let made = settings::form::read(&given, &config.language, &|word| member(&config, word))?;
    let path = format!("/v1/forms/{}", made.id);
    let shown = |config: &Config| shown(config, &made.id);
    add_to(call, &config, path, |config| added(config, &made, position), shown).await
}

fn added(config: &Config, made: &Form, position: Option<usize>) -> Result<Config, Problem> {
    if config.form(&made.id).is_some() {
        return Err(Problem::exists("id", "there is such a form"));
    }
    if config.forms.iter().any(|form| form.name == made.name) {
        return Err(Problem::exists("name", "another form has this name"));
    }
    placed(config.clone(), made.clone(), position)
}

async fn patch(call: &Call<'_>, id: &FormId) -> Result<Answer, Problem> {
    let mut given = call.fields()?.whole();
    let position = place::position(&mut given)?;
    let changed = call.configure(|config| {
        let (n, before) = current(call, config, id)?;
        let after =
            settings::form::edit(before, &given, &config.language, &|word| member(config, word))?;
        let mut others = config.clone();
        others.forms.remove(n);
        placed(others, after, Some(position.unwrap_or(n + 1)))
    });
    let config = changed.await??;
    shown(&config, id)
}

async fn remove(call: &Call<'_>, id: &FormId) -> Result<Answer, Problem> {
    let changed = call.configure(|config| {
        let (n, _) = current(call, config, id)?;
        if let Some(policy) = config.policies.iter().find(|policy| policy.when.form.contains(id)) {
            let detail = format!("policy {} is for this form; edit that first", policy.id);
            return Err(Problem::in_use(detail));
        }
        let mut config = config.clone();
        config.forms.remove(n);
        checked(config)
    });
    changed.await??;
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

/// Puts a form among the others, at the end unless said otherwise.
fn placed(mut config: Config, form: Form, position: Option<usize>) -> Result<Config, Problem> {
    place::insert(&mut config.forms, form, position)?;
    checked(config)
}

fn find<'a>(config: &'a Config, id: &FormId) -> Result<(usize, &'a Form), Problem> {
    let mut forms = config.forms.iter().enumerate();
    forms.find(|(_, form)| form.id == *id).ok_or_else(Problem::not_found)
}

/// The form as it stands, if it is the one the caller read.
fn current<'a>(
    call: &Call<'_>,
    config: &'a Config,
    id: &FormId,
) -> Result<(usize, &'a Form), Problem> {
    let (n, form) = find(config, id)?;
    call.check_match(&content_tag(&render(config, form, n)))?;
    Ok((n, form))
}

fn shown(config: &Config, id: &FormId) -> Result<Answer, Problem> {
    let (n, form) = find(config, id)?;
    let body = render(config, form, n);
    let etag = content_tag(&body);
    Ok(Answer::ok(body).tagged(etag))
}

/// As it can be written back.
fn render(config: &Config, form: &Form, n: usize) -> Value {
    let mut body = Value::Object(settings::form::show(form, &config.language));
    body["position"] = json!(n + 1);
    body
}

fn for_caller(call: &Call<'_>, form: &Form, n: usize) -> Value {
    let config = &call.caller.config;
    if may_look(call.caller.who.role) {
        return render(config, form, n);
    }
    let languages = call.languages();
    let words = |words: &desk::language::Words| words.read(&languages, &config.language).to_owned();
    let fields = form.fields.iter().filter(|field| !field.hidden_from_requester);
    let fields = fields.map(|field| plain(field, &words));
    json!({
        "id": form.id,
        "name": form.name,
        "description": form.description,
        "status": form.stage,
        "queue": form.queue,
        "type": form.kind,
        "priority": form.priority,
        "fields": fields.collect::<Vec<_>>(),
        "position": n + 1,
    })
}

/// A field in one language.
fn plain(field: &Field, words: &dyn Fn(&desk::language::Words) -> String) -> Value {
    let mut shown = settings::form::show_field(field, &desk::language::Language::default());
    shown["label"] = json!(words(&field.label));
    if !field.hint.is_empty() {
        shown["hint"] = json!(words(&field.hint));
    }
    if !field.kind.options().is_empty() {
        shown["options"] = choices(field.kind.options(), words);
    }
    shown
}

fn choices(options: &[Choice], words: &dyn Fn(&desk::language::Words) -> String) -> Value {
    let shown = options.iter().map(|option| {
        let mut shown = json!({ "id": option.id, "label": words(&option.label) });
        if !option.options.is_empty() {
            shown["options"] = choices(&option.options, words);
        }
        shown
    });
    Value::Array(shown.collect())
}

/// The form a new ticket names, with its answers and the uploads they name; none where it names none.
pub(crate) async fn filled(
    call: &Call<'_>,
    fields: &Fields,
) -> Result<(Option<Filled>, Vec<Upload>), Problem> {
    let given = given(fields)?;
    let Some(id) = fields.text("form", 40)? else {
        return match given.keys().next() {
            None => Ok((None, Vec::new())),
            Some(_) => Err(Problem::field("form", "name the form that has these fields")),
        };
    };
    let config = &call.caller.config;
    let form = config.form(&FormId(id)).filter(|form| offered(call, form));
    let form = form.ok_or_else(|| Problem::field("form", "there is no such form"))?;
    if !form.is_published() {
        return Err(Problem::field("form", "the form is a draft; publish it first"));
    }
    let staff = call.caller.who.role.is_staff();
    let (given, found) = uploads::answered(call, form, given, &Answers::new(), None).await?;
    let answers = fill(form, config, &given, staff).map_err(desk::Refusal::from)?;
    let found = uploads::kept(found, &answers);
    Ok((Some(Filled { form: form.id.clone(), answers, tasks: form.tasks.clone() }), found))
}

/// Whoever sends files back as they were shown means those: what they are is known here, by their ids.
fn by_id(said: Said) -> Said {
    match said {
        Said::Files(files) => Said::Many(files.into_iter().map(|file| file.id).collect()),
        said => said,
    }
}

/// Answers as they were given.
pub(crate) fn given(fields: &Fields) -> Result<Given, Problem> {
    let map: Map<String, Value> = match fields.get("fields") {
        None => return Ok(Given::new()),
        Some(Value::Object(map)) => map.clone(),
        Some(_) => return Err(Problem::field("fields", "it must be an object")),
    };
    let read = map.into_iter().map(|(name, value)| {
        let said: Option<Said> = serde_json::from_value(value).map_err(|_| {
            let detail = "it must be a text, a number, true or false, or a list of texts";
            Problem::field(&format!("fields.{name}"), detail)
        })?;
        Ok((FieldId(name), said.map(by_id)))
    });
    read.collect()
}
