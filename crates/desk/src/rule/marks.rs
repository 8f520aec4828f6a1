//! What a ticket remembers for the sake of rules: since when it stands as it does, who wrote when, and
//! which rules ran. A fold of its entries like everything else about it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::history::Entry;
use crate::id::RuleId;
use crate::rule::RUNS_A_MINUTE;
use crate::rule::run::Fuse;

/// How long rules rest on a ticket on which too many ran.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// When the requester wrote last; none where the opening was it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// When an agent last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// How often the desk wrote to the requester by itself since an agent last did.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unanswered: u16,
    /// Since when it stands where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_since: Option<Timestamp>,
    /// When rules ran: the latest of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Timestamp>,
    /// The episode each automation ran for last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fired: BTreeMap<RuleId, Timestamp>,
    /// Until when rules rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

fn is_zero(number: &u16) -> bool {
    *number == 0
}

impl Marks {
    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        *self == Marks::default()
    }

    /// Reads one more entry; `moved` is whether the ticket now stands elsewhere.
    pub(crate) fn read(&mut self, entry: &Entry, moved: bool) {
        if moved {
            self.status_since = Some(entry.at);
        }
        if entry.event.asks_agent() {
            self.asked_at = Some(entry.at);
        }
        if entry.answers_requester() {
            self.answered_at = Some(entry.at);
            self.unanswered = 0;
        } else if matches!(entry.event, Event::AutoReplied) || entry.event.answers_requester() {
            self.unanswered = self.unanswered.saturating_add(1);
        }
        match &entry.event {
            Event::RuleRan { rule, episode, .. } => {
                self.runs.push(entry.at);
                let extra = self.runs.len().saturating_sub(RUNS_A_MINUTE);
                self.runs.drain(..extra);
                if let Some(episode) = episode {
                    self.fired.insert(rule.clone(), *episode);
                }
            }
            Event::RulesStopped { fuse: Fuse::Runs | Fuse::Length, .. } => {
                self.until = entry.at.checked_add(REST).ok();
            }
            _ => {}
        }
    }

    /// Whether rules rest.
    pub(crate) fn rests(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Whether as many rules ran within the last minute as may.
    pub(crate) fn is_spent(&self, now: Timestamp) -> bool {
        let recent = self.runs.iter().filter(|at| at.duration_until(now) < REST);
        recent.count() >= RUNS_A_MINUTE
    }
}
