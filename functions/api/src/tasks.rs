//! Tasks of a ticket: agents see, add and tick them; requesters do not know of them.

use desk::access::{Permit, may_read_internal, permit};
use desk::config::Config;
use desk::history::{Entry, Text};
use desk::task::{Change, Task};
use desk::{Command, Number, PersonId, Refusal};
use serde_json::{Value, json};
use store::Stored;
use store::change::{Along, Done, no_answer};

use crate::body::{Fields, TITLE_AT_MOST, one_line};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::render::member;
use crate::tickets::readable;
use crate::{Answer, Call, idempotency};

/// What is wanted of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnTask {
    List,
    Add,
    Edit,
}

/// `/v1/tickets/{number}/tasks`
pub(crate) async fn answer(
    call: &Call<'_>,
    on: OnTask,
    number: Number,
    task: &str,
) -> Result<Answer, Problem> {
    let stored = readable(call, number).await?;
    if !may_read_internal(&call.caller.who) {
        return Err(Problem::forbidden());
    }
    match on {
        OnTask::List => list(call, &stored).await,
        OnTask::Add => add(call, number).await,
        OnTask::Edit => {
            let task = task.parse().map_err(|_| Problem::not_found())?;
            edit(call, number, task).await
        }
    }
}

async fn list(call: &Call<'_>, stored: &Stored) -> Result<Answer, Problem> {
    let ticket = &stored.ticket;
    let tasks: Vec<(&u32, &Task)> = ticket.tasks.iter().collect();
    let (tasks, next) = call.slice(tasks, None, |(id, _)| id.to_string())?;
    let seqs: Vec<u32> = tasks.iter().map(|(_, task)| task.words).collect();
    let titles = call.store.words(ticket.number, &seqs).await?;
    let shown = tasks.iter().map(|(id, task)| {
        let title = titles.get(&task.words).map(|text| text.body.as_str());
        render(**id, task, title.unwrap_or_default(), &call.caller.config)
    });
    Ok(call.page(shown.collect(), next))
}

async fn add(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    let title = title(&fields)?.ok_or_else(|| Problem::field("title", "it is needed"))?;
    let (assignee, due_at) = (assignee(call, &fields)?, fields.instant("due_at")?);
    let wish = |stored: &Stored, _: &Config| -> Result<Permit, Refusal> {
        let (title, assignee) = (Text::plain(title.clone()), assignee.clone());
        allowed(call, stored, Command::AddTask { title, assignee, due_at })
    };
    // The ticket is as this call leaves it: the latest of its tasks is the one that was added.
    let made = |stored: &Stored| {
        let (id, task) = stored.ticket.tasks.iter().next_back()?;
        let body = render(*id, task, &title, &call.caller.config);
        let place = format!("/v1/tickets/{}/tasks", number.0);
        Some(Answer::created(body).at(place).tagged(etag(stored)))
    };
    let keep = |stored: &Stored, _: &[Entry]| idempotency::kept(&made(stored)?);
    let along = Along { once: call.once()?, ..Along::default() };
    let answer = match call.store.change(number, along, wish, &keep).await? {
        Done::Now(stored) => made(&stored),
        Done::Before(earlier) => call.again(&earlier)?,
    };
    answer.ok_or_else(Problem::not_found)
}

async fn edit(call: &Call<'_>, number: Number, task: u32) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    let change = Change {
        title: title(&fields)?.map(Text::plain),
        assignee: fields.has("assignee").then_some(assignee(call, &fields)?),
        due_at: fields.has("due_at").then_some(fields.instant("due_at")?),
        done: match fields.get("done").map(Value::as_bool) {
            Some(None) => return Err(Problem::field("done", "it is true or false")),
            said => said.flatten(),
        },
    };
    let wish = |stored: &Stored, _: &Config| {
        if !stored.ticket.tasks.contains_key(&task) {
            return Err(Refusal::NoSuchTask);
        }
        allowed(call, stored, Command::ChangeTask { task, change: Box::new(change.clone()) })
    };
    let stored = match call.store.change(number, Along::default(), wish, &no_answer).await? {
        Done::Now(stored) => *stored,
        Done::Before(_) => readable(call, number).await?,
    };
    let changed = stored.ticket.tasks.get(&task).ok_or_else(Problem::not_found)?;
    let title = call.store.words(number, &[changed.words]).await?.remove(&changed.words);
    let title = title.map(|text| text.body).unwrap_or_default();
    let body = render(task, changed, &title, &call.caller.config);
    Ok(Answer::ok(body).tagged(etag(&stored)))
}

/// Leave for the caller, who may have said which version they mean.
fn allowed(call: &Call<'_>, stored: &Stored, command: Command) -> Result<Permit, Refusal> {
    if !call.matches(&etag(stored)) {
        return Err(Refusal::Stale);
    }
    permit(&call.caller.who, Some(&stored.ticket), command)
}

fn title(fields: &Fields) -> Result<Option<String>, Problem> {
    Ok(fields.text("title", TITLE_AT_MOST)?.as_deref().map(one_line))
}

fn assignee(call: &Call<'_>, fields: &Fields) -> Result<Option<PersonId>, Problem> {
    let Some(word) = fields.text("assignee", 254)? else { return Ok(None) };
    let member = call.caller.config.find_member(&word).filter(|member| member.role.is_staff());
    let unknown = || Problem::field("assignee", "there is no such agent");
    member.map(|member| Some(member.id.clone())).ok_or_else(unknown)
}

fn render(id: u32, task: &Task, title: &str, config: &Config) -> Value {
    let done = task.done.as_ref();
    json!({
        "id": id,
        "title": title,
        "assignee": task.assignee.as_ref().map(|who| member(who, config)),
        "due_at": task.due_at,
        "done": done.is_some(),
        "done_at": done.map(|done| done.at),
        "done_by": done.and_then(|done| Some(member(done.by.as_ref()?, config))),
    })
}
