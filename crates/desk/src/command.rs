//! What can be asked of a ticket, and the reasons it can be refused.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::answer::{Answers, NotTaken};
use crate::assign::How;
use crate::file::NotUsable;
use crate::form::Step;
use crate::history::Text;
use crate::id::{FieldId, FormId, MacroId, Number, OrganisationId, PersonId, QueueId};
use crate::language::Language;
use crate::metadata;
use crate::related::Link;
use crate::rule::action::Unfit;
use crate::sla::Promise;
use crate::talk::Said;
use crate::task;
use crate::texts::Part;
use crate::ticket::{Acknowledgement, Channel, Closure, Place, Priority, Status, Type};
use crate::visit;

/// Something somebody wants, named in the imperative.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Ask for help.
    Open(Box<Opening>),
    /// Write as the person the ticket is for.
    ReplyAsRequester(Text),
    /// Answer the requester, publicly.
    ReplyAsAgent(Text),
    /// Note something for agents alone.
    AddNote(Text),
    /// Take it.
    Claim,
    /// Give it to somebody.
    Assign {
        /// Whom.
        to: PersonId,
    },
    /// Look for somebody to take it.
    Seek {
        /// How they are chosen.
        how: How,
    },
    /// Give it to whoever was found, unless somebody has it by now.
    Give {
        /// Whom.
        to: PersonId,
        /// How they were chosen.
        how: How,
    },
    /// Let it go.
    Release,
    /// Move it to another queue.
    Transfer {
        /// Where to.
        queue: QueueId,
        /// Why, for agents.
        reason: Text,
    },
    /// Wait for something outside the desk.
    Hold {
        /// Until when; the longest hold when not said.
        until: Option<Timestamp>,
        /// Why, for agents.
        reason: Text,
    },
    /// Ask the requester something and wait.
    Await(Text),
    /// Propose a solution; the requester confirms it.
    Propose(Text),
    /// Propose a solution that a colleague has to look at first.
    Submit(Text),
    /// Let a submitted solution through.
    Approve,
    /// Ask for something else first.
    Return(Text),
    /// Say that it helped.
    Confirm,
    /// Say that it did not.
    Decline(Text),
    /// Take it up again after it was resolved.
    Reopen(Text),
    /// Withdraw it.
    Cancel(Text),
    /// Turn it down.
    Reject(Text),
    /// End it: a resolved ticket for good, an open one only for the reasons that need no solution.
    Close {
        /// Why an open ticket needs no solution.
        closure: Option<Closure>,
        /// In words.
        reason: Text,
    },
    /// Ask for help from above.
    Escalate(Text),
    /// Say how it was.
    Rate {
        /// 1 to 5.
        score: u8,
        /// In words.
        comment: Text,
    },
    /// Change how soon it matters.
    SetPriority {
        /// The new priority.
        to: Priority,
        /// What is promised then.
        promise: Box<Promise>,
    },
    /// Promise what the desk promises by now.
    Rearm {
        /// What that is.
        promise: Box<Promise>,
    },
    /// Change what kind of request it is.
    SetType {
        /// The new type.
        to: Type,
    },
    /// Change the title.
    Retitle(Text),
    /// Say some of its words in another language.
    Translate {
        /// Which words.
        part: Part,
        /// In which language.
        language: Language,
        /// How they are said there.
        text: Text,
    },
    /// Let the notes of other systems say something else: all of them.
    Annotate(Text),
    /// Set the labels.
    Tag {
        /// All of them.
        tags: BTreeSet<String>,
    },
    /// Say that it has to do with another ticket.
    Link(Link),
    /// Say that it has not.
    Unlink(Link),
    /// Make a message a ticket of its own; the other is opened with it.
    SplitOff {
        /// The message's entry.
        entry: u32,
        /// The ticket's number.
        into: Number,
    },
    /// Let it live on in another ticket; the other absorbs it with it.
    Merge {
        /// Which.
        into: Number,
    },
    /// Take in another ticket that is merged into this one.
    Absorb {
        /// Which.
        number: Number,
        /// Who asked it.
        asker: PersonId,
    },
    /// Let it go its own way again; the other parts from it with it.
    Unmerge,
    /// Let go of a ticket that was merged into this one.
    Part {
        /// Which.
        number: Number,
    },
    /// Tell somebody else what the requester is told.
    Follow {
        /// Whom.
        who: PersonId,
    },
    /// Tell them no more.
    Unfollow {
        /// Whom.
        who: PersonId,
    },
    /// Agree on another date for the solution.
    Extend {
        /// The date.
        due_at: Timestamp,
        /// Why, for agents.
        reason: Text,
    },
    /// Take notice of the alarms so far.
    Acknowledge,
    /// Say that what follows is a macro.
    ApplyMacro {
        /// Which.
        id: MacroId,
        /// What it is called.
        name: String,
    },
    /// Write to the requester as the desk itself.
    ReplyAsDesk(Text),
    /// Tell agents something.
    Notify {
        /// Whom.
        who: BTreeSet<PersonId>,
        /// Whether to tell the queue's channel, too.
        queue: bool,
        /// What.
        text: Text,
    },
    /// Let fields of the form say something else.
    SetFields {
        /// Those that do.
        fields: BTreeSet<FieldId>,
        /// What all of them say then.
        text: Text,
    },
    /// Plan a visit, or go on with it.
    Visit(Box<visit::Step>),
    /// Say something otherwise that was said.
    EditMessage {
        /// What.
        said: Said,
        /// How it reads from now on.
        text: Text,
    },
    /// Take back something that was said.
    DeleteMessage {
        /// What.
        said: Said,
    },
    /// Say that its story is written down beside the table.
    Archive,
    /// Say what there is to do.
    AddTask {
        /// What.
        title: Text,
        /// By whom; none is the ticket's assignee.
        assignee: Option<PersonId>,
        /// By when.
        due_at: Option<Timestamp>,
    },
    /// Change a task, or tick it.
    ChangeTask {
        /// The entry that added it.
        task: u32,
        /// What becomes different.
        change: Box<task::Change>,
    },
    /// The clock moved. Idempotent, and indifferent to how often it is said.
    Tick,
    /// A message could not be delivered.
    ReportUndeliverable {
        /// Its id.
        message: String,
        /// What the other side said.
        reason: String,
    },
}

/// What a new ticket is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Its number, taken from the counter.
    pub number: Number,
    /// Whom it is for.
    pub requester: PersonId,
    /// What kind of request.
    pub kind: Type,
    /// How soon it matters.
    pub priority: Priority,
    /// How it arrived.
    pub channel: Channel,
    /// What is promised.
    pub promise: Promise,
    /// The queue it goes to.
    pub queue: QueueId,
    /// The thread it began.
    pub origin: Option<Place>,
    /// Sent by a machine: the desk writes nothing back by itself.
    pub silent: bool,
    /// What the requester is told of its arrival.
    pub receipt: Acknowledgement,
    /// Another system's id.
    pub external_id: Option<String>,
    /// Whom the requester belongs to.
    pub organisation: Option<OrganisationId>,
    /// Title and description.
    pub text: Text,
    /// The form it is opened with.
    pub filled: Option<Filled>,
}

/// A form with its answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// Which form.
    pub form: FormId,
    /// What was answered.
    pub answers: Answers,
    /// What there is to do.
    pub tasks: Vec<Step>,
}

/// Why a command was not carried out. An answer, not an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is such a ticket already.
    #[error("this ticket is already open")]
    AlreadyOpened,
    /// There is no such ticket.
    #[error("there is no such ticket")]
    NotOpened,
    /// Nobody reviews their own work.
    #[error("whoever proposed a solution cannot review it; ask a colleague")]
    OwnWork,
    /// It lives on elsewhere.
    #[error("the ticket was merged into {into}; go on there")]
    MergedInto {
        /// Where.
        into: Number,
    },
    /// A ticket has nothing to do with itself.
    #[error("a ticket cannot be linked to or merged into itself; name another one")]
    ItsOwn,
    /// A ticket has a hundred links, merged tickets or followers at most.
    #[error("a ticket takes a hundred of these at most; remove one first")]
    TooMany,
    /// There is nothing to take back.
    #[error("the ticket is not merged into another one, so there is nothing to take back")]
    NotMerged,
    /// A merge can be taken back for 30 days.
    #[error("a merge can be taken back for 30 days, and this one is older; open a new ticket")]
    MergedTooLongAgo,
    /// It has become a ticket already.
    #[error("this message is ticket {into} already; merge that one into another to take it back")]
    AlreadySplit {
        /// Which.
        into: Number,
    },
    /// What is split off is something the requester wrote.
    #[error("only a message the requester wrote after opening can become a ticket of its own")]
    NotToBeSplit,
    /// Closed is final.
    #[error("the ticket is closed for good; open a new one that mentions it")]
    Closed,
    /// The state machine has no such way.
    #[error("a ticket that is \"{}\" cannot be {done}; {hint}", from.label())]
    NotAllowed {
        /// Where it stands.
        from: Status,
        /// What was asked, as a participle.
        done: &'static str,
        /// What would work.
        hint: &'static str,
    },
    /// Somebody else has it.
    #[error("somebody else has already taken it; ask them to release it, or assign it to yourself")]
    AlreadyClaimed {
        /// Who.
        by: PersonId,
    },
    /// A hold must end in the future, within 90 days.
    #[error("a hold must end later than now and within 90 days; choose another date")]
    HoldOutOfRange,
    /// An agreed date has staffed time before it, and lies within a year.
    #[error("an agreed date lies within a year and has staffed time before it; choose another")]
    AgreedDateOutOfRange,
    /// A rating is 1 to 5.
    #[error("a rating is a number from 1 to 5")]
    ScoreOutOfRange,
    /// An answer does not fit its field.
    #[error("{0}")]
    NotTaken(#[from] NotTaken),
    /// It has no form, or the form is gone.
    #[error("this ticket has no form of which it could have fields; write a note instead")]
    NoForm,
    /// The queue forbids it; the statuses are those its agents read.
    #[error("this queue lets no ticket go from \"{from}\" to \"{to}\"; ask whoever runs it")]
    Forbidden {
        /// From where.
        from: String,
        /// Where to.
        to: String,
    },
    /// Only one type of ticket has visits.
    #[error("only a ticket of type field_visit has visits; change its type first")]
    NotAFieldVisit,
    /// A visit lies ahead.
    #[error("a visit begins before it ends, ends later than now and within a year; choose another")]
    VisitOutOfRange,
    /// Somebody has to go.
    #[error("nobody goes yet; assign the ticket to whoever does")]
    NobodyGoes,
    /// The visit has not come so far, or further.
    #[error("{}; it cannot be {done} now", how_far(*stage))]
    VisitNotThere {
        /// How far it has come; none where none is planned.
        stage: Option<visit::Stage>,
        /// What was asked, as a participle.
        done: &'static str,
    },
    /// A file that was uploaded cannot be used.
    #[error(transparent)]
    NotUsable(#[from] NotUsable),
    /// There is no such task.
    #[error("there is no such task on this ticket")]
    NoSuchTask,
    /// A solution waits for them.
    #[error("{open} of its tasks are not done; a solution waits until they are")]
    TasksOpen {
        /// How many.
        open: usize,
    },
    /// There are no such words yet.
    #[error("the ticket has no {part} yet that could be said in another language")]
    NothingToTranslate {
        /// Which.
        part: Part,
    },
    /// A text stands in so many languages at most.
    #[error("a text stands in twenty other languages at most; say it in one of those it has")]
    TooManyLanguages,
    /// It changed since it was looked at.
    #[error("the ticket has changed since you read it; read it again")]
    Stale,
    /// Notes of other systems cannot be kept.
    #[error("{0}")]
    Notes(#[from] metadata::Unfit),
    /// An action of a macro cannot be carried out.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The person may not.
    #[error("your role does not allow this; ask an agent or the desk's admin")]
    NotPermitted,
}

fn how_far(stage: Option<visit::Stage>) -> String {
    match stage {
        None => "no visit is planned".to_owned(),
        Some(stage) => format!("the visit is {}", stage.label()),
    }
}
