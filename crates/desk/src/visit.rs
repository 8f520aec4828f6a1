//! Visits: when somebody goes to the requester, and how far they have come. Who goes is the ticket's
//! assignee; who signed and what they said are words.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::command::Refusal;
use crate::history::{Entry, Event, Text};
use crate::lifecycle::Story;
use crate::ticket::{Ticket, Type, words};

/// How far ahead a visit may be planned.
const AHEAD_AT_MOST: SignedDuration = SignedDuration::from_hours(366 * 24);

words!(
    /// How far a visit has come.
    Stage {
        /// The requester knows when.
        Planned = "planned",
        /// The technician is on the way.
        EnRoute = "en_route",
        /// The technician is there.
        Arrived = "arrived",
        /// It is done and signed for.
        Done = "done",
        /// It does not take place.
        Cancelled = "cancelled",
    }
);

/// The visit of a ticket; another plan replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The part of the country, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Not before.
    pub from: Timestamp,
    /// Not after.
    pub to: Timestamp,
    /// How far it has come.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// Photographs of it, by their ids; their names are with the words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
}

/// What is done with a visit.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Agree on a window, or on another one.
    Plan {
        /// Where, by the region's id.
        region: Option<String>,
        /// Not before.
        from: Timestamp,
        /// Not after.
        to: Timestamp,
    },
    /// Set out.
    Start,
    /// Be there.
    Arrive,
    /// Be done; the title is who signed, the words what was done, the files photographs of it.
    Finish(Text),
    /// Call it off.
    Cancel(Text),
}

impl Stage {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Stage::Planned => "planned",
            Stage::EnRoute => "on its way",
            Stage::Arrived => "under way",
            Stage::Done => "done",
            Stage::Cancelled => "called off",
        }
    }
}

/// What a fact about a visit changes.
pub(crate) fn record(ticket: &mut Ticket, entry: &Entry) {
    let stage = match &entry.event {
        Event::VisitPlanned { region, from, to } => {
            let (region, from, to) = (region.clone(), *from, *to);
            let stage = Stage::Planned;
            let (since, photos) = (entry.at, Vec::new());
            ticket.visit = Some(Visit { region, from, to, stage, since, photos });
            return;
        }
        Event::VisitStarted => Stage::EnRoute,
        Event::VisitArrived => Stage::Arrived,
        Event::VisitDone { .. } => Stage::Done,
        Event::VisitCancelled => Stage::Cancelled,
        _ => return,
    };
    if let Some(visit) = &mut ticket.visit {
        visit.stage = stage;
        visit.since = entry.at;
        if let Event::VisitDone { photos } = &entry.event {
            visit.photos.clone_from(photos);
        }
    }
}

impl Story {
    pub(crate) fn visit(&mut self, step: Step) -> Result<(), Refusal> {
        if self.ticket().kind != Type::FieldVisit {
            return Err(Refusal::NotAFieldVisit);
        }
        if !self.ticket().status.is_open() {
            return Err(self.refuse("visited", "reopen it first"));
        }
        let stage = self.ticket().visit.as_ref().map(|visit| visit.stage);
        let (done, event, text) = match step {
            Step::Plan { region, from, to } => {
                self.in_range(from, to)?;
                ("planned", Event::VisitPlanned { region, from, to }, None)
            }
            Step::Start if self.ticket().assignee.is_none() => return Err(Refusal::NobodyGoes),
            Step::Start => ("started", Event::VisitStarted, None),
            Step::Arrive => ("arrived at", Event::VisitArrived, None),
            Step::Finish(text) => {
                let photos = text.files.iter().map(|photo| photo.id.clone()).collect();
                ("done", Event::VisitDone { photos }, Some(text))
            }
            Step::Cancel(text) => ("called off", Event::VisitCancelled, Some(text)),
        };
        if !may_follow(stage, &event) {
            return Err(Refusal::VisitNotThere { stage, done });
        }
        let (now, by) = (self.now(), self.by().clone());
        self.add(now, by, event, text);
        Ok(())
    }

    fn in_range(&self, from: Timestamp, to: Timestamp) -> Result<(), Refusal> {
        let latest = self.now().checked_add(AHEAD_AT_MOST);
        let latest = latest.map_err(|_| Refusal::VisitOutOfRange)?;
        let fits = from < to && to > self.now() && to <= latest;
        if fits { Ok(()) } else { Err(Refusal::VisitOutOfRange) }
    }
}

/// The ways a visit may go. One that is over can be planned anew.
fn may_follow(stage: Option<Stage>, event: &Event) -> bool {
    use Stage::*;
    match event {
        Event::VisitPlanned { .. } => !matches!(stage, Some(EnRoute | Arrived)),
        Event::VisitStarted => stage == Some(Planned),
        Event::VisitArrived => stage == Some(EnRoute),
        Event::VisitDone { .. } => stage == Some(Arrived),
        Event::VisitCancelled => matches!(stage, Some(Planned | EnRoute | Arrived)),
        _ => false,
    }
}

#[cfg(test)]
#[path = "visit_tests.rs"]
mod tests;
