//! The receipt's reasons in words, the same at every door.

use crate::receipt::{Coming, Reason};

impl Reason {
    /// Why, as people read it.
    pub fn sentence(self) -> &'static str {
        match self {
            Reason::Opened => "It was opened.",
            Reason::RequesterWaits => "The requester wrote and waits for an answer.",
            Reason::Resumed => "The requester answered.",
            Reason::Woken => "The hold ended.",
            Reason::Declined => "The requester says it is not solved.",
            Reason::Reopened => "It came back after it was resolved.",
            Reason::PriorityChanged => {
                "The priority changed; its promise counts from the beginning."
            }
            Reason::PolicyChanged => {
                "The desk's policy changed; its promise counts from the beginning."
            }
            Reason::DateAgreed => "Another date was agreed.",
            Reason::Unmerged => "A merge was taken back.",
            Reason::WorkResumed => "Work went on.",
            Reason::Answered => "An answer was given.",
            Reason::AwaitingRequester => "The requester was asked something.",
            Reason::AwaitingConfirmation => "The requester is asked whether it is solved.",
            Reason::OnHold => "It is on hold.",
            Reason::WaitingElsewhere => "It waits for somebody else.",
            Reason::Resolved => "It was resolved.",
            Reason::Closed => "It was closed.",
            Reason::Merged => "It goes on in another ticket.",
        }
    }
}

impl Coming {
    /// What happens, as people read it.
    pub fn sentence(self) -> &'static str {
        match self {
            Coming::Warning => "A warning to whoever must act.",
            Coming::Breach => "It is overdue: the lead is told.",
            Coming::Repeat => "Another reminder to whoever must act.",
            Coming::Manager => "The manager is told.",
            Coming::Head => "The head of support is told.",
            Coming::Remind => "The requester is asked again.",
            Coming::ResolveUnanswered => "It is taken as solved.",
            Coming::Wake => "The hold ends.",
            Coming::CloseResolved => "It is closed for good.",
            Coming::TaskDue => "Whoever must do a task is reminded.",
        }
    }
}
