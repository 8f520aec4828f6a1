//! What people in chat can ask of a ticket: file, list, show, claim, close, note, reply. The same for Slack and Discord; how it looks there is the renderer's work, who
//! the person is was settled at the door.

pub mod agents;
pub mod dialog;
pub mod door;
pub mod filing;
pub mod home;
pub mod later;
mod link;
pub mod offer;
mod press;
mod receipt;
mod receipt_words;
mod search;
pub mod thread;
pub mod transcript;
mod view;
mod words;

use chat::command::Command as Said;
use chat::view::{Button, Piece, TicketView};
use desk::access::{Permit, Who, may_read, permit};
use desk::config::Config;
use desk::history::{Text, title_of};
use desk::organisation::Organisation;
use desk::person::Person;
use desk::texts;
use desk::ticket::Place;
use desk::{Channel, Command, Number, Priority, Refusal, Status, Type};
use dialog::Then;
use jiff::SignedDuration;
use store::change::{Along, Done, NewTicket, Once, no_answer};
use store::ledger::{Arrival, Outcome};
use store::read::List;
use store::{Error, Store, Stored};

pub use press::{press, rate};
pub use view::{for_speaker, shown};
pub use words::{not_done, working_on_it};

/// Who speaks, and through which door.
#[derive(Clone)]
pub struct Speaker {
    /// The person; made known with their first ticket.
    pub person: Person,
    /// Whether nobody has met them before.
    pub is_new: bool,
    /// Whom they belong to.
    pub organisation: Option<Organisation>,
    /// Slack or Discord.
    pub channel: Channel,
    /// The thread they speak in, when answers belong there.
    pub place: Option<Place>,
}

impl Speaker {
    fn asks(&self, stored: &Stored) -> bool {
        let asker = &stored.ticket.requester;
        self.person.id == *asker || self.person.was.contains(asker)
    }
}

/// What is answered, before it has a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A sentence.
    Notice(String),
    /// Lines with moments in them.
    Lines(Vec<Vec<Piece>>),
    /// A sentence and the ticket it is about, with the buttons that make sense now.
    Card(String, Box<TicketView>, Vec<Button>),
    /// A heading and several tickets.
    List(String, Vec<TicketView>),
}

/// How many tickets a list in chat has.
const LISTED: usize = 10;
/// The longest title cut out of what somebody typed, in characters.
const TITLE: usize = 150;

/// How long a request is remembered, so that its repetition does nothing. Slack repeats for an hour
/// at most.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What keeps a request of a chat door from happening twice; `id` is what the door calls it.
pub fn once(store: &Store, door: &'static str, id: String) -> Once {
    let wall = store.wall();
    let expires = wall.checked_add(REMEMBERED).unwrap_or(wall);
    Once { door, id, expires, fingerprint: None }
}

/// Carries out what somebody typed or pressed. `along` keeps it from happening twice. A refusal is
/// an answer; only a desk that cannot reach its storage is an error.
pub async fn carry_out(
    store: &Store,
    speaker: &Speaker,
    said: Said,
    along: Along,
) -> Result<Reply, Error> {
    let done = match said {
        Said::Help => Ok(Reply::Notice(words::HELP.into())),
        Said::NotUnderstood { hint, .. } => Ok(Reply::Notice(hint)),
        Said::Mine => mine(store, speaker).await,
        Said::Show(number) => show(store, speaker, Number(number)).await,
        Said::Receipt(number) => receipt::show(store, speaker, Number(number)).await,
        Said::New { text } => file(store, speaker, words_of(&text), None, along).await,
        Said::Claim(number) => {
            change(store, speaker, Number(number), along, |_| Command::Claim).await
        }
        Said::Close { number, reason } => {
            let close = |stored: &Stored| close(speaker, stored, reason.as_deref());
            change(store, speaker, Number(number), along, close).await
        }
        Said::Assign { number, who } => {
            agents::assign(store, speaker, Number(number), &who, along).await
        }
        Said::Status { number, to } => {
            agents::stand(store, speaker, Number(number), &to, along).await
        }
        Said::Priority { number, to } => {
            agents::prioritise(store, speaker, Number(number), &to, along).await
        }
        Said::Search { words } => search::search(store, speaker, &words).await,
        Said::Link { what } => link::link(store, speaker, what.as_deref()).await,
        Said::Note { number, text } => {
            let text = dialog::words(&text, Vec::new());
            dialog::note(store, speaker, Number(number), text, along).await
        }
        Said::Reply { number, text } => {
            let text = dialog::words(&text, Vec::new());
            dialog::answer(store, speaker, Number(number), text, Then::Stay, along).await
        }
    };
    answer_refusal(done)
}

/// Files a ticket with a title and a description of its own.
pub async fn file_ticket(
    store: &Store,
    speaker: &Speaker,
    text: Text,
    along: Along,
) -> Result<Reply, Error> {
    answer_refusal(file(store, speaker, text, None, along).await)
}

/// Files a ticket out of a thread whose own ticket can take nothing more: it goes on from that one,
/// where it was the speaker's.
pub async fn go_on(
    store: &Store,
    speaker: &Speaker,
    from: Number,
    text: Text,
    along: Along,
) -> Result<Reply, Error> {
    let before = store.ticket(from).await?;
    let theirs = before.filter(|stored| speaker.asks(stored));
    let from = theirs.map(|stored| stored.ticket.number);
    answer_refusal(file(store, speaker, text, from, along).await)
}

/// Title and description out of one run of text: the title is its first line.
pub fn words_of(text: &str) -> Text {
    let text = text.replace('\0', "\u{fffd}");
    Text { title: Some(title_of(&text, TITLE)), ..Text::plain(text) }
}

/// The ledger's line of something a chat door took in.
pub fn arrival(store: &Store, door: &str, from: &str, subject: &str) -> Arrival {
    Arrival {
        id: store.fresh_id(),
        at: store.now(),
        door: door.into(),
        from: from.into(),
        subject: subject.chars().take(TITLE).collect(),
        message_id: None,
        outcome: Some(Outcome::Ticket),
        number: None,
        reason: None,
        automatic: None,
    }
}

fn answer_refusal(done: Result<Reply, Error>) -> Result<Reply, Error> {
    match done {
        Err(Error::Refused(refusal)) => Ok(Reply::Notice(words::refused(&refusal))),
        other => other,
    }
}

fn who(speaker: &Speaker, config: &Config) -> Who {
    let person = &speaker.person;
    Who::of(person, config.role(&person.id), speaker.organisation.as_ref(), config)
}

async fn mine(store: &Store, speaker: &Speaker) -> Result<Reply, Error> {
    let config = store.config().await?;
    let me = &speaker.person.id;
    let (numbers, heading) = if who(speaker, &config).role.is_staff() {
        let list = List::AgentByDue(me.clone());
        (store.list(&list, None, LISTED).await?.numbers, words::ASSIGNED_TO_YOU)
    } else {
        (asked(store, speaker, LISTED).await?, words::YOUR_TICKETS)
    };
    let found = store.tickets(&numbers).await?;
    if found.is_empty() {
        return Ok(Reply::Notice(words::NO_TICKETS.into()));
    }
    let moment = store.now();
    let shown = |stored: &Stored| view::for_speaker(stored, "", &config, me, moment);
    let views = found.iter().map(shown).collect();
    Ok(Reply::List(heading.into(), views))
}

/// What somebody asked, under whichever name, the newest first.
async fn asked(store: &Store, speaker: &Speaker, at_most: usize) -> Result<Vec<Number>, Error> {
    let person = &speaker.person;
    let people: Vec<_> = std::iter::once(&person.id).chain(&person.was).cloned().collect();
    Ok(store.asked_by(&people, None, at_most).await?.numbers)
}

/// Whether this person may read a ticket at all: lists show them no other.
pub fn may_see(speaker: &Speaker, config: &Config, stored: &Stored) -> bool {
    may_read(&who(speaker, config), &stored.ticket)
}

/// The ticket, if this person may read it; to anyone else it does not exist.
pub async fn readable(
    store: &Store,
    speaker: &Speaker,
    number: Number,
) -> Result<Option<Stored>, Error> {
    let config = store.config().await?;
    let stored = store.ticket(number).await?;
    Ok(stored.filter(|stored| may_see(speaker, &config, stored)))
}

async fn show(store: &Store, speaker: &Speaker, number: Number) -> Result<Reply, Error> {
    let stored = readable(store, speaker, number).await?.ok_or(Refusal::NotOpened)?;
    let config = store.config().await?;
    card(store, speaker, &config, &stored, String::new()).await
}

async fn card(
    store: &Store,
    speaker: &Speaker,
    config: &Config,
    stored: &Stored,
    sentence: String,
) -> Result<Reply, Error> {
    let number = stored.ticket.number;
    let described = texts::description(&stored.ticket);
    let words = store.words(number, &[described]).await?;
    let excerpt = words.get(&described).map(|text| text.body.as_str()).unwrap_or_default();
    let view = view::for_speaker(stored, excerpt, config, &speaker.person.id, store.now());
    let buttons = view::buttons(stored, &who(speaker, config));
    Ok(Reply::Card(sentence, Box::new(view), buttons))
}

async fn file(
    store: &Store,
    speaker: &Speaker,
    text: Text,
    follow_up_of: Option<Number>,
    along: Along,
) -> Result<Reply, Error> {
    let config = store.config().await?;
    let Some(queue) = config.queues.first() else {
        return Ok(Reply::Notice(words::NO_QUEUE.into()));
    };
    let new = NewTicket {
        who: who(speaker, &config),
        requester: speaker.person.clone(),
        is_new: speaker.is_new,
        kind: Type::Question,
        priority: Priority::Medium,
        channel: speaker.channel,
        queue: queue.id.clone(),
        origin: speaker.place.clone(),
        silent: false,
        besides: store::change::Besides::default(),
        external_id: None,
        translations: Vec::new(),
        follow_up_of,
        text: text.clone(),
        form: None,
    };
    let stored = now(store, store.open(new, along, &no_answer).await?).await?;
    // Whoever files may be new: they are then known under the id the transaction gave them.
    let view =
        view::for_speaker(&stored, &text.body, &config, &stored.ticket.requester, store.now());
    Ok(Reply::Card(words::filed(&stored), Box::new(view), Vec::new()))
}

/// Changes a ticket as this person wishes, and shows how it stands then. A refusal is an answer.
async fn change(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    along: Along,
    wish: impl Fn(&Stored) -> Command,
) -> Result<Reply, Error> {
    change_by(store, speaker, number, along, |stored, _| wish(stored)).await
}

/// The same where the wish asks how the desk is set up.
async fn change_by(
    store: &Store,
    speaker: &Speaker,
    number: Number,
    along: Along,
    wish: impl Fn(&Stored, &Config) -> Command,
) -> Result<Reply, Error> {
    let along = Along { arrival: None, ..along };
    let allowed = |stored: &Stored, config: &Config| -> Result<Permit, Refusal> {
        permit(&who(speaker, config), Some(&stored.ticket), wish(stored, config))
    };
    // What a change awaits is large, and doors wrap it in much of their own.
    let done = Box::pin(async {
        let stored = now(store, store.change(number, along, allowed, &no_answer).await?).await?;
        let config = store.config().await?;
        let sentence = words::stands(&stored, &config, &speaker.person.id);
        card(store, speaker, &config, &stored, sentence).await
    });
    answer_refusal(done.await)
}

/// The ticket as it stands, whether this was done now or before.
async fn now(store: &Store, done: Done) -> Result<Stored, Error> {
    match done {
        Done::Now(stored) => Ok(*stored),
        Done::Before(earlier) => {
            Ok(store.ticket(earlier.number).await?.ok_or(Refusal::NotOpened)?)
        }
    }
}

/// Proposes for an agent; confirms or cancels for the requester.
fn close(speaker: &Speaker, stored: &Stored, reason: Option<&str>) -> Command {
    let asks = speaker.asks(stored);
    let works = stored.ticket.assignee.as_ref() == Some(&speaker.person.id);
    let said = |fallback: &str| dialog::words(reason.unwrap_or(fallback), Vec::new());
    match stored.ticket.status {
        Status::AwaitingConfirmation if asks => Command::Confirm,
        _ if asks && !works => Command::Cancel(said(words::WITHDRAWN)),
        Status::Resolved => Command::Close { closure: None, reason: said("") },
        _ => Command::Propose(said(words::SOLVED)),
    }
}
