//! Taking notice: whoever was told an alarm says so, and for a while nobody is told again. The
//! history keeps every alarm all the same; what is held back is only the message.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::command::Refusal;
use crate::event::Event;
use crate::history::Text;
use crate::lifecycle::Story;
use crate::schedule::Calendar;
use crate::sla::{Alarm, Metric};
use crate::ticket::{Status, Ticket};

/// Somebody took notice of the alarms so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Since when nobody is told again.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// How long a promise that runs around the clock is silent.
const AROUND_THE_CLOCK: SignedDuration = SignedDuration::from_hours(1);
/// How long one that runs in staffed hours is, in staffed time.
const STAFFED: SignedDuration = SignedDuration::from_hours(4);
/// An agreed date lies within this; what takes longer is no promise.
const AGREED_AT_MOST: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Silence {
    /// Taken notice of again: what was silent before stays so without a gap.
    pub(crate) fn again(before: Option<Silence>, at: Timestamp, until: Timestamp) -> Silence {
        let since = before.filter(|silence| at <= silence.until).map_or(at, |s| s.since);
        Silence { since, until }
    }
}

/// Whether nobody is told of this alarm. The breach itself is always told: taking notice of a
/// warning does not keep a broken promise from whoever answers for it.
pub fn is_silent(ticket: &Ticket, alarm: Alarm, due: Timestamp) -> bool {
    let within = |silence: Silence| silence.since < due && due < silence.until;
    match alarm {
        Alarm::Breach => false,
        Alarm::Warning(_) | Alarm::Repeat(_) | Alarm::Manager | Alarm::Head => {
            ticket.silence.is_some_and(within)
        }
    }
}

fn until(calendar: &Calendar, now: Timestamp) -> Option<Timestamp> {
    match calendar {
        Calendar::AroundTheClock => now.checked_add(AROUND_THE_CLOCK).ok(),
        Calendar::Staffed(_) => calendar.after(now, STAFFED),
    }
}

impl Story {
    /// Takes notice of the alarms on record of whatever still runs.
    pub(crate) fn acknowledge(&mut self) -> Result<(), Refusal> {
        let nothing = || self.refuse("acknowledged", "no alarm of it is on record that still runs");
        let clocks = &self.ticket().clocks;
        let mut running = Metric::ALL.iter().map(|metric| clocks.get(*metric));
        let told = running.any(|clock| {
            clock.is_running() && (!clock.raised.is_empty() || clock.repeated.is_some())
        });
        let until = until(&self.ticket().promise.calendar, self.now()).filter(|_| told);
        let until = until.ok_or_else(nothing)?;
        self.happened(Event::Acknowledged { until });
        Ok(())
    }

    /// Agrees on another date for the solution.
    pub(crate) fn extend(&mut self, due_at: Timestamp, reason: Text) -> Result<(), Refusal> {
        let ticket = self.ticket();
        if !ticket.clocks.resolution.is_running() {
            let hint = match ticket.status {
                Status::Resolved => "reopen it first",
                _ => "its clock stands still, so agree when work goes on",
            };
            return Err(self.refuse("given another date", hint));
        }
        let now = self.now();
        let staffed = ticket.promise.calendar.between(now, due_at);
        let too_late = now.checked_add(AGREED_AT_MOST).is_ok_and(|latest| due_at > latest);
        if staffed <= SignedDuration::ZERO || too_late {
            return Err(Refusal::AgreedDateOutOfRange);
        }
        self.said(Event::Extended { due_at }, reason);
        Ok(())
    }
}
