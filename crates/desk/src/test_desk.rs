//! What the tests of this crate begin with: Kofi asks the support queue of a fresh desk for something.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::access::{Role, Who, permit};
use crate::command::{Command, Opening};
use crate::config::Config;
use crate::history::{Entry, Text};
use crate::lifecycle::decide;
use crate::policy::Circumstances;
use crate::{Channel, Number, PersonId, Priority, QueueId, Type};

/// A desk nobody has changed yet.
pub(crate) fn fresh() -> Config {
    Config::fresh("example.com", "admin@example.com", TimeZone::UTC)
}

/// What Kofi's ticket is opened with.
pub(crate) fn opening(kind: Type, priority: Priority, channel: Channel) -> Opening {
    let here = Circumstances { queue: None, kind, priority, channel, email: None, form: None };
    Opening {
        number: Number(1),
        requester: PersonId::from("kofi"),
        kind,
        priority,
        channel,
        promise: fresh().promise(&here),
        queue: QueueId::from("support"),
        origin: None,
        silent: false,
        receipt: crate::Acknowledgement::Whole,
        external_id: None,
        organisation: None,
        text: Text::plain("It drips."),
        filled: None,
    }
}

/// The ticket's history once Kofi has opened it.
pub(crate) fn opened(opening: Opening, at: Timestamp) -> Vec<Entry> {
    let kofi = Who::new(PersonId::from("kofi"), Role::Requester);
    let open = permit(&kofi, None, Command::Open(Box::new(opening))).unwrap();
    decide(None, &open, at).unwrap()
}
