//! What a message says, by its kind. The words are made where it is sent; whom it is for, in `outbox`.

use serde::{Deserialize, Serialize};

use crate::id::Number;
use crate::sla::{Alarm, Metric};
use crate::ticket::Closure;

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// To the requester: we have it, this is its number.
    Receipt,
    /// To the requester: an agent answered.
    Reply,
    /// To the requester: an agent asks something.
    Question,
    /// To the requester: is this the solution?
    Solution,
    /// To the requester: we are still waiting for you.
    Reminder,
    /// To the requester: it is solved.
    Solved,
    /// To the requester: it was ended without a solution.
    Ended(Closure),
    /// To the queue: here is a new ticket.
    Card,
    /// To the assignee: it is yours.
    Assigned,
    /// To the assignee: the requester wrote.
    RequesterWrote,
    /// To the assignee: it did not help.
    NotSolved,
    /// To the assignee: it helped.
    Confirmed,
    /// To the assignee: it came back.
    CameBack,
    /// To the assignee: the requester withdrew it.
    Withdrawn,
    /// To the assignee: the hold is over.
    Awake,
    /// To the lead, or the queue: a solution waits for a colleague's look.
    ReviewWanted,
    /// To the assignee: the solution was let through.
    LetThrough,
    /// To the assignee: something else is asked for first.
    ChangesWanted,
    /// To the requester: it goes on in another ticket.
    GoesOnIn(Number),
    /// To the assignee: another ticket goes on in this one.
    TookIn(Number),
    /// To requester and agents: it goes its own way again.
    OnItsOwn,
    /// To whoever was added: you are told what the requester is told.
    NowFollowing,
    /// To requester and followers: somebody else on their side wrote.
    OthersWrote,
    /// To whoever the ladder names: a promise is at risk or broken.
    Alarm(Metric, Alarm),
    /// To lead and manager: an agent asks for help.
    HelpWanted,
    /// To the assignee: a message did not arrive.
    NotDelivered,
    /// To the bus: the entries from this one to the numbered one.
    Events(u32),
}

impl Message {
    /// Written by the desk itself, not by a person.
    pub(crate) fn is_automatic(self) -> bool {
        match self {
            Message::Reply | Message::Question | Message::Solution | Message::Ended(_) => false,
            Message::Receipt | Message::Reminder | Message::Solved | Message::Card => true,
            Message::Assigned | Message::RequesterWrote | Message::NotSolved => true,
            Message::Confirmed | Message::CameBack | Message::Withdrawn | Message::Awake => true,
            Message::Alarm(..) | Message::HelpWanted | Message::NotDelivered => true,
            Message::GoesOnIn(_) | Message::TookIn(_) | Message::OnItsOwn => true,
            Message::NowFollowing | Message::ReviewWanted => true,
            Message::LetThrough | Message::ChangesWanted => true,
            Message::OthersWrote => false,
            Message::Events(_) => true,
        }
    }
}
