//! Threads of the stand-in for Discord: who made them where, who is in them, and that a locked one
//! takes no more messages. An archived one is opened again by a message, as in Discord.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{
    Answer, Discord, Refusal, bot_call, check_channel, error, invalid, recorded_id, snowflake,
};
use crate::outbox::{Kind, Leaving};
use crate::standins::json as answer;

/// Threads by their id.
#[derive(Clone, Default)]
pub(super) struct Threads(Arc<Mutex<HashMap<String, Thread>>>);

#[derive(Clone, Default)]
struct Thread {
    parent: String,
    name: String,
    members: BTreeSet<String>,
    archived: bool,
    locked: bool,
}

impl Threads {
    /// A message goes there: refused where the thread is locked, opened where it was folded away.
    pub(super) fn take_message(&self, channel: &str) -> Result<(), Refusal> {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match threads.get_mut(channel) {
            Some(thread) if thread.locked && thread.archived => {
                Err(error(StatusCode::BAD_REQUEST, 50_083, "Thread is archived"))
            }
            Some(thread) => {
                thread.archived = false;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn with<T>(&self, id: &str, change: impl FnOnce(&mut Thread) -> T) -> T {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(threads.entry(id.to_owned()).or_default())
    }
}

/// `POST /channels/{channel}/threads`
pub(super) async fn create(
    State(Discord { world, threads }): State<Discord>,
    Path(channel): Path<String>,
    request: Request,
) -> Answer {
    let call = bot_call(request).await?;
    check_channel(&channel)?;
    if channel.ends_with("404") {
        return Err(error(StatusCode::FORBIDDEN, 50_013, "Missing Permissions"));
    }
    let name = call.text("name").unwrap_or_default().to_owned();
    if !(1..=100).contains(&name.chars().count()) {
        return Err(invalid(
            "name",
            "BASE_TYPE_BAD_LENGTH",
            "Must be between 1 and 100 in length.",
        ));
    }
    let leaving = Leaving::new(Kind::Discord, channel.as_str(), call.body())
        .method("POST /channels/{id}/threads");
    let id = recorded_id(&world, leaving)?;
    let thread = Thread { parent: channel, name, ..Thread::default() };
    threads.with(&id, |known| *known = thread.clone());
    Ok(answer(StatusCode::CREATED, &shown(&id, &thread)))
}

/// `PUT /channels/{channel}/thread-members/{user}`
pub(super) async fn add_member(
    State(Discord { world, threads }): State<Discord>,
    Path((channel, user)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let call = bot_call(request).await?;
    check_channel(&channel)?;
    let user = snowflake(&Value::from(user.as_str()));
    let user = user.ok_or_else(|| error(StatusCode::NOT_FOUND, 10_013, "Unknown User"))?;
    let leaving = Leaving::new(Kind::Discord, channel.as_str(), call.body())
        .method(format!("PUT /channels/{{id}}/thread-members/{user}"));
    recorded_id(&world, leaving)?;
    threads.with(&channel, |thread| thread.members.insert(user));
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `PATCH /channels/{channel}`
pub(super) async fn change(
    State(Discord { world, threads }): State<Discord>,
    Path(channel): Path<String>,
    request: Request,
) -> Answer {
    let call = bot_call(request).await?;
    check_channel(&channel)?;
    let leaving =
        Leaving::new(Kind::Discord, channel.as_str(), call.body()).method("PATCH /channels/{id}");
    recorded_id(&world, leaving)?;
    let switch = |name: &str| call.fields.get(name).and_then(Value::as_bool);
    let thread = threads.with(&channel, |thread| {
        thread.archived = switch("archived").unwrap_or(thread.archived);
        thread.locked = switch("locked").unwrap_or(thread.locked);
        thread.clone()
    });
    Ok(answer(StatusCode::OK, &shown(&channel, &thread)))
}

fn shown(id: &str, thread: &Thread) -> Value {
    json!({
        "id": id, "type": 12, "parent_id": thread.parent, "name": thread.name, "flags": 0,
        "member_count": thread.members.len(), "message_count": 0, "total_message_sent": 0,
        "thread_metadata": {
            "archived": thread.archived, "locked": thread.locked, "invitable": false,
            "auto_archive_duration": 10_080, "archive_timestamp": "2026-01-01T00:00:00Z",
        },
    })
}
