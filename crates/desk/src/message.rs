//! What a message says, by its kind. The words are made where it is sent; whom it is for, in `outbox`.

use serde::{Deserialize, Serialize};

use crate::assign::How;
use crate::id::Number;
use crate::sla::{Alarm, Metric};
use crate::ticket::Closure;

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// To the requester: we have it, this is its number.
    Receipt,
    /// To the requester: that something arrived, and none of its words. What follows within an hour comes
    /// together.
    PlainReceipt,
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
    /// To the requester: who looks after it.
    InHands,
    /// To the requester: another team looks after it.
    MovedOn,
    /// To whoever had it: somebody else, or another queue, has it now.
    NotYours,
    /// To a colleague: a note names them.
    Mentioned,
    /// To requester and assignee: it matters more, or less.
    Reprioritised,
    /// To assignee and lead: the requester is not happy with it.
    Unhappy,
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
    /// To the requester: when somebody comes.
    VisitPlanned,
    /// To the assignee: when they are to go.
    VisitYours,
    /// To the requester: somebody is on the way.
    VisitStarted,
    /// To the requester: the visit is done.
    VisitDone,
    /// To the requester: nobody comes.
    VisitCancelled,
    /// To whoever a task was given: it is yours.
    TaskGiven,
    /// To whoever must do it: a task is due.
    TaskDue,
    /// To lead and manager: an agent asks for help.
    HelpWanted,
    /// To the assignee: a message did not arrive.
    NotDelivered,
    /// To whoever answers for them: these tickets are behind, once a day.
    Digest,
    /// To an address somebody wants to go by: the code that shows they read it.
    LinkCode,
    /// To the desk itself: somebody has to be found for it, in this way or in that of its queue.
    GiveOut(Option<How>),
    /// To the requester: what a rule has to say.
    AutoReply,
    /// To agents: what a rule or a colleague wants them to know.
    Notice,
    /// To the queue's channel, below the card: what was said elsewhere.
    Mirror,
    /// To the queue's channel: what was said in the numbered entry reads otherwise, or was taken back.
    MirrorChanged(u32),
    /// To the queue's channel: the card shows something else.
    Refresh,
    /// To the bus: the entries from this one to the numbered one.
    Events(u32),
}

/// How much a message may wait, and whether several of them may come as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Part of what requester and agents say to each other: it comes at once and by itself.
    Conversation,
    /// A promise of an urgent ticket is broken: it comes at once, whatever the hour.
    Pressing,
    /// Something to be done: it waits for the end of quiet hours.
    News,
    /// Good to know: it waits for the daily digest of whoever wants one.
    Background,
}

impl Message {
    /// How much it may wait; `urgent` is the ticket.
    pub fn weight(self, urgent: bool) -> Weight {
        match self {
            Message::Receipt | Message::Reply | Message::Question | Message::Solution => {
                Weight::Conversation
            }
            Message::Reminder | Message::Solved | Message::Ended(_) => Weight::Conversation,
            Message::GoesOnIn(_) | Message::OnItsOwn | Message::OthersWrote => Weight::Conversation,
            Message::NowFollowing | Message::AutoReply => Weight::Conversation,
            Message::PlainReceipt => Weight::News,
            Message::Alarm(_, Alarm::Breach | Alarm::Manager | Alarm::Head) if urgent => {
                Weight::Pressing
            }
            Message::Alarm(..) => Weight::News,
            Message::HelpWanted if urgent => Weight::Pressing,
            Message::HelpWanted | Message::Card | Message::Assigned => Weight::News,
            Message::RequesterWrote | Message::NotSolved | Message::CameBack => Weight::News,
            Message::Awake | Message::ReviewWanted | Message::ChangesWanted => Weight::News,
            Message::NotDelivered | Message::TaskGiven | Message::TaskDue => Weight::News,
            Message::VisitYours => Weight::News,
            Message::InHands | Message::MovedOn | Message::NotYours => Weight::News,
            Message::Mentioned | Message::Reprioritised | Message::Unhappy => Weight::News,
            Message::VisitPlanned | Message::VisitStarted => Weight::Conversation,
            Message::VisitDone | Message::VisitCancelled => Weight::Conversation,
            Message::Notice => Weight::News,
            Message::Confirmed | Message::LetThrough | Message::Withdrawn => Weight::Background,
            Message::TookIn(_) => Weight::Background,
            Message::Digest => Weight::News,
            Message::GiveOut(_) | Message::Events(_) => Weight::Conversation,
            Message::LinkCode => Weight::Conversation,
            Message::Mirror | Message::MirrorChanged(_) | Message::Refresh => Weight::Conversation,
        }
    }

    /// What is the same sort of news: several of a sort that come soon after one another come as one.
    pub fn sort(self) -> &'static str {
        match self {
            Message::Alarm(_, alarm) => match alarm {
                Alarm::Warning(_) => "warning",
                Alarm::Breach => "breach",
                Alarm::Repeat(_) => "repeat",
                Alarm::Manager => "manager",
                Alarm::Head => "head",
            },
            Message::PlainReceipt => "receipt",
            Message::Card => "card",
            Message::Assigned => "assigned",
            Message::RequesterWrote => "requester_wrote",
            Message::NotSolved => "not_solved",
            Message::CameBack => "came_back",
            Message::HelpWanted => "help_wanted",
            Message::ReviewWanted => "review_wanted",
            Message::ChangesWanted => "changes_wanted",
            Message::LetThrough => "let_through",
            Message::Confirmed => "confirmed",
            Message::Withdrawn => "withdrawn",
            Message::Awake => "awake",
            Message::TookIn(_) => "took_in",
            Message::NotDelivered => "not_delivered",
            Message::TaskGiven => "task_given",
            Message::TaskDue => "task_due",
            Message::VisitYours => "visit",
            Message::InHands | Message::MovedOn => "in_hands",
            Message::NotYours => "not_yours",
            Message::Mentioned => "mentioned",
            Message::Reprioritised => "reprioritised",
            Message::Unhappy => "unhappy",
            Message::Notice => "notice",
            _ => "other",
        }
    }

    /// Written by the desk itself, not by a person.
    pub(crate) fn is_automatic(self) -> bool {
        match self {
            Message::Reply | Message::Question | Message::Solution | Message::Ended(_) => false,
            Message::Receipt | Message::PlainReceipt => true,
            Message::Reminder | Message::Solved | Message::Card => true,
            Message::Assigned | Message::RequesterWrote | Message::NotSolved => true,
            Message::Confirmed | Message::CameBack | Message::Withdrawn | Message::Awake => true,
            Message::Alarm(..) | Message::HelpWanted | Message::NotDelivered => true,
            Message::GoesOnIn(_) | Message::TookIn(_) | Message::OnItsOwn => true,
            Message::NowFollowing | Message::ReviewWanted => true,
            Message::InHands | Message::MovedOn | Message::NotYours => true,
            Message::Mentioned | Message::Reprioritised | Message::Unhappy => true,
            Message::LetThrough | Message::ChangesWanted => true,
            Message::TaskGiven | Message::TaskDue => true,
            Message::VisitPlanned | Message::VisitYours | Message::VisitStarted => true,
            Message::VisitDone | Message::VisitCancelled => true,
            Message::AutoReply | Message::Notice => true,
            Message::OthersWrote => false,
            Message::Events(_) | Message::GiveOut(_) | Message::Digest => true,
            Message::LinkCode => true,
            Message::Mirror | Message::MirrorChanged(_) | Message::Refresh => true,
        }
    }
}
