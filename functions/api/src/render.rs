//! Tickets, people and entries as the API writes them.

use std::collections::BTreeMap;

use desk::access::may_read_internal;
use desk::answer::{Answers, for_requester};
use desk::config::Config;
use desk::history::{Actor, Entry};
use desk::language::Language;
use desk::metadata::Metadata;
use desk::sla::{self, Clock, Metric, State};
use desk::{PersonId, Ticket};
use serde_json::{Value, json};
use store::{Store, Stored};

use crate::auth::Caller;
use crate::problem::Problem;
use crate::texts::{self, Words};

/// A ticket for whoever reads these languages; its words are given by their entry.
pub(crate) fn ticket(
    stored: &Stored,
    words: &Words,
    reader: &Caller,
    languages: &[Language],
) -> Value {
    let (ticket, config) = (&stored.ticket, reader.config.as_ref());
    let description = words.get(&texts::description(stored, languages, reader));
    let languages = texts::read_in(stored, languages, reader);
    json!({
        "number": ticket.number,
        "id": ticket.number.0.to_string(),
        "title": stored.title_for(&languages, &config.language),
        "description": description.map(|text| text.body.as_str()).unwrap_or_default(),
        "language": ticket.language,
        "solution": texts::solution(stored, &languages, words, reader),
        "texts": texts::all(stored, words, reader),
        "type": ticket.kind,
        "priority": ticket.priority,
        "status": ticket.status,
        "status_label": status_label(ticket, reader),
        "closure": ticket.closure,
        "queue": ticket.queue,
        "assignee": ticket.assignee.as_ref().map(|id| member(id, config)),
        "requester": asker(stored),
        "channel": ticket.channel,
        "tags": ticket.tags,
        "form": ticket.form,
        "fields": answers(stored, reader),
        "visit": ticket.visit.as_ref().map(|visit| {
            json!({
                "region": visit.region,
                "from": visit.from,
                "to": visit.to,
                "status": visit.stage,
                "since": visit.since,
                "photos": visit.photos,
            })
        }),
        "external_id": ticket.external_id,
        "metadata": metadata(stored, reader),
        "organisation": ticket.organisation,
        "created_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "resolved_at": ticket.resolved_at,
        "closed_at": ticket.closed_at,
        "archived_at": ticket.archived_at,
        "sla": service(ticket),
        "followers": ticket.followers.iter().map(|id| member(id, config)).collect::<Vec<_>>(),
        "links": ticket.links,
        "merged_into": ticket.merged.as_ref().map(|merged| merged.into),
        "merged": ticket.absorbed.keys().collect::<Vec<_>>(),
        "rating": ticket.rating.map(|rating| rating.score),
        "version": ticket.version,
    })
}

/// What the reader calls the ticket's status.
fn status_label(ticket: &Ticket, reader: &Caller) -> String {
    match may_read_internal(&reader.who) {
        true => reader.config.label(ticket),
        false => reader.config.label_for_requester(ticket),
    }
}

/// Notes of other systems are for agents.
fn metadata(stored: &Stored, reader: &Caller) -> Metadata {
    if may_read_internal(&reader.who) { stored.metadata.clone() } else { Metadata::new() }
}

/// What the fields of the form say, as far as the reader may know.
fn answers(stored: &Stored, reader: &Caller) -> Answers {
    if may_read_internal(&reader.who) {
        return stored.answers.clone();
    }
    let form = stored.ticket.form.as_ref().and_then(|form| reader.config.form(form));
    for_requester(form, &stored.answers)
}

fn service(ticket: &Ticket) -> Value {
    let clock = |metric: Metric| {
        let clock: &Clock = ticket.clocks.get(metric);
        json!({
            "due_at": sla::due_at(ticket, metric),
            "met_at": clock.met_at(),
            "breached": clock.breached,
        })
    };
    let mut resolution = clock(Metric::Resolution);
    resolution["paused"] = json!(ticket.clocks.resolution.state == State::Paused);
    json!({
        "policy": ticket.promise.policy,
        "first_response": clock(Metric::FirstResponse),
        "next_response": clock(Metric::NextResponse),
        "resolution": resolution,
    })
}

fn asker(stored: &Stored) -> Value {
    json!({
        "id": stored.ticket.requester,
        "name": stored.asker.name,
        "email": stored.asker.email,
    })
}

/// A member; their id where they are none any more.
pub(crate) fn member(id: &PersonId, config: &Config) -> Value {
    let member = config.member(id);
    json!({
        "id": id,
        "name": member.map(|member| member.name.as_str()).unwrap_or(id.as_str()),
        "email": member.map(|member| member.email.as_str()),
    })
}

/// Names of everybody a history mentions.
pub(crate) struct Names {
    known: BTreeMap<PersonId, Value>,
}

impl Names {
    /// The caller, and the admin they may stand behind.
    pub fn of_caller(caller: &Caller, stored: &Stored) -> Names {
        let people = std::iter::once(&caller.who.id).chain(&caller.who.through);
        let named = people.map(|id| {
            let asks = stored.ticket.requester == *id;
            let person = if asks { asker(stored) } else { member(id, &caller.config) };
            (id.clone(), person)
        });
        Names { known: named.collect() }
    }

    /// Looks up whoever acted in these entries; members and the requester cost nothing.
    pub async fn of(
        store: &Store,
        config: &Config,
        stored: &Stored,
        entries: impl Iterator<Item = &Entry>,
    ) -> Result<Names, Problem> {
        let asked = BTreeMap::from([(stored.ticket.requester.clone(), asker(stored))]);
        let mut known = Names { known: asked };
        for entry in entries {
            let Actor::Person { id, through } = &entry.by else { continue };
            for id in std::iter::once(id).chain(through) {
                known.ask(store, config, id).await?;
            }
        }
        Ok(known)
    }

    /// Learns one more name.
    pub async fn ask(
        &mut self,
        store: &Store,
        config: &Config,
        id: &PersonId,
    ) -> Result<(), Problem> {
        if self.known.contains_key(id) {
            return Ok(());
        }
        let person = match config.member(id) {
            Some(_) => member(id, config),
            None => store.person(id).await?.map_or_else(
                || member(id, config),
                |person| json!({ "id": id, "name": person.name, "email": person.email }),
            ),
        };
        self.known.insert(id.clone(), person);
        Ok(())
    }

    /// Somebody by their id.
    pub fn person(&self, id: &PersonId) -> Value {
        self.known.get(id).cloned().unwrap_or_else(|| json!({ "id": id }))
    }

    /// Whoever acted; the desk itself goes by its own name.
    pub fn actor(&self, actor: &Actor) -> Value {
        let desk = || json!({ "id": "system", "name": "Bellhop", "email": null });
        let (id, through) = match actor {
            Actor::Person { id, through } => (id, through),
            Actor::System => return desk(),
            Actor::Rule { id } => {
                let mut desk = desk();
                desk["rule"] = json!(id);
                return desk;
            }
        };
        let mut person = self.person(id);
        if let Some(through) = through {
            person["through"] = self.known.get(through).cloned().unwrap_or_else(|| json!(through));
        }
        person
    }
}
