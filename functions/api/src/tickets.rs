//! Opening, reading and editing a ticket.

use std::collections::{BTreeSet, HashMap};

use desk::access::{Permit, Role, may_read, permit};
use desk::answer::{self, Given};
use desk::config::Config;
use desk::history::{Entry, Text};
use desk::metadata::Metadata;
use desk::person::Person;
use desk::policy::Circumstances;
use desk::texts::Part;
use desk::ticket::{Channel, Priority, Type};
use desk::{Command, Number, QueueId, Refusal};
use http::StatusCode;
use store::Stored;
use store::change::{Along, Done, Earlier, NewTicket, no_answer};
use store::ledger::{Arrival, Outcome};
use store::people::Introduction;
use store::upload::Upload;

use crate::body::{Fields, TITLE_AT_MOST, WORDS_AT_MOST, one_line};
use crate::notes::{Notes, edited_notes};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::{Answer, Call, forms, idempotency, render, texts, uploads};

/// `POST /v1/tickets`
pub(crate) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    if uploads::any(&fields)
        && let Some(earlier) = call.made_before().await?
    {
        return opened_before(call, &earlier).await;
    }
    let (new, uploads) = new_ticket(call, &fields).await?;
    let first = HashMap::from([(1, new.text.clone())]);
    let languages = call.languages();
    call.store.keep(&uploads).await?;
    let along = Along {
        once: call.once()?,
        arrival: Some(arrival(call, &new)),
        uploads,
        ..Along::default()
    };
    let translated = new.translations.clone();
    let created = |stored: &Stored| {
        let mut words = first.clone();
        words.extend(texts::said_besides(stored, &translated));
        let body = render::ticket(stored, &words, &call.caller, &languages);
        let location = format!("/v1/tickets/{}", stored.ticket.number.0);
        Answer::created(body).at(location).tagged(etag(stored))
    };
    let keep = |stored: &Stored, _: &[Entry]| idempotency::kept(&created(stored));
    match call.store.open(new, along, &keep).await? {
        Done::Now(stored) => Ok(created(&stored)),
        Done::Before(earlier) => opened_before(call, &earlier).await,
    }
}

/// What was answered the first time.
async fn opened_before(call: &Call<'_>, earlier: &Earlier) -> Result<Answer, Problem> {
    if let Some(answer) = call.again(earlier)? {
        return Ok(answer);
    }
    let answer = shown(call, &readable(call, earlier.number).await?).await?;
    let location = format!("/v1/tickets/{}", earlier.number.0);
    Ok(Answer { status: StatusCode::CREATED, ..answer }.at(location))
}

/// The ticket, and the uploads it names.
async fn new_ticket(call: &Call<'_>, fields: &Fields) -> Result<(NewTicket, Vec<Upload>), Problem> {
    let (text, translations) = words(call, fields)?;
    let kind = fields.word("type", Type::ALL, Type::parse)?;
    let priority = fields.word("priority", Priority::ALL, Priority::parse)?;
    let channel = fields.word("channel", Channel::ALL, Channel::parse)?.unwrap_or(Channel::Api);
    let external_id = fields.text("external_id", 255)?;
    let metadata = fields.metadata("metadata", &Metadata::new())?;
    if metadata.is_some() && !call.caller.who.role.is_staff() {
        return Err(Problem::forbidden());
    }
    let ids = fields.texts("attachments")?.unwrap_or_default();
    let brought = uploads::named(call, "attachments", &ids, None).await?;
    let (filled, answered) = forms::filled(call, fields).await?;
    let files = uploads::as_files(&brought);
    let all = uploads::together(brought, answered)?;
    let form = filled.as_ref().and_then(|filled| call.caller.config.form(&filled.form));
    let queue = match (fields.get("queue"), form.and_then(|form| form.queue.clone())) {
        (None, Some(queue)) => queue,
        _ => queue(call, fields)?,
    };
    let (requester, is_new) = requester(call, fields).await?;
    let new = NewTicket {
        who: call.caller.who.clone(),
        requester,
        is_new,
        kind: kind.or(form.and_then(|form| form.kind)).unwrap_or(Type::Question),
        priority: priority.or(form.and_then(|form| form.priority)).unwrap_or(Priority::Medium),
        channel,
        queue,
        origin: None,
        silent: false,
        besides: store::change::Besides::default(),
        external_id,
        translations,
        follow_up_of: None,
        form: filled,
        text: Text { files, metadata, ..text },
    };
    Ok((new, all))
}

/// Title and description, and the commands that say them in their other languages.
fn words(call: &Call<'_>, fields: &Fields) -> Result<(Text, Vec<Command>), Problem> {
    let language = fields.text("language", 35)?;
    let language = language.map(|tag| texts::language("language", &tag)).transpose()?;
    let title = texts::spoken(call, fields, "title", TITLE_AT_MOST, language.as_ref())?;
    let title = title.ok_or_else(|| Problem::field("title", "it is needed"))?;
    let language = language.as_ref().or(title.language.as_ref());
    let body = texts::spoken(call, fields, "description", WORDS_AT_MOST, language)?;
    let language = language.or(body.as_ref().and_then(|body| body.language.as_ref())).cloned();
    let mut others = texts::translations(Part::Title, title.others);
    let (body, described) = body.map(|body| (body.text, body.others)).unwrap_or_default();
    others.extend(texts::translations(Part::Description, described));
    let title = Some(one_line(&title.text));
    Ok((Text { title, language, ..Text::plain(body) }, others))
}

fn queue(call: &Call<'_>, fields: &Fields) -> Result<QueueId, Problem> {
    let first = || call.caller.config.queues.first().map(|queue| queue.id.clone());
    match fields.text("queue", 80)? {
        Some(name) => call.known_queue(&name),
        None => first().ok_or_else(|| Problem::field("queue", "the desk has no queue yet")),
    }
}

/// Whom the ticket is for: whoever is named, or whoever calls. Only staff may name somebody else.
async fn requester(call: &Call<'_>, fields: &Fields) -> Result<(Person, bool), Problem> {
    let who = &call.caller.who;
    let own = || async {
        let person = call.store.person(&who.id).await?;
        person.map(|person| (person, false)).ok_or_else(Problem::unauthorized)
    };
    let Some(named) = fields.object("requester", &["email", "name", "phone"])? else {
        return own().await;
    };
    let inside = |problem: Problem| problem.inside("requester");
    let address = named.address("email").map_err(inside)?;
    let Some(address) = address else {
        return Err(Problem::field("requester.email", "it is needed"));
    };
    let introduction = Introduction {
        name: named.text("name", 200).map_err(inside)?,
        phone: named.text("phone", 40).map_err(inside)?,
        ..Introduction::by_email(&address, None)
    };
    let (person, is_new) = call.store.meet(&introduction).await?;
    if person.id != who.id && !who.role.is_staff() {
        return Err(Problem::field("requester", "you may only ask for yourself"));
    }
    Ok((person, is_new))
}

fn arrival(call: &Call<'_>, new: &NewTicket) -> Arrival {
    let door = if new.channel == Channel::Web { "web" } else { "api" };
    Arrival {
        id: call.store.fresh_id(),
        at: call.store.now(),
        door: door.into(),
        from: new.requester.email.clone().unwrap_or_else(|| new.requester.name.clone()),
        subject: new.text.title.clone().unwrap_or_default(),
        message_id: None,
        outcome: Some(Outcome::Ticket),
        number: None,
        reason: None,
        automatic: None,
    }
}

/// `GET /v1/tickets/{number}`
pub(crate) async fn get(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let stored = readable(call, number).await?;
    shown(call, &stored).await
}

/// `PATCH /v1/tickets/{number}`: each field given becomes a command of its own; all of them are
/// carried out or none, and what stays as it is changes nothing.
pub(crate) async fn patch(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let mut edits = edits(call, &call.fields()?)?;
    let stored = readable(call, number).await?;
    let uploads = found(call, &mut edits, &stored).await?;
    let wish = |stored: &Stored, config: &Config| -> Result<Vec<Permit>, Refusal> {
        if !call.matches(&etag(stored)) {
            return Err(Refusal::Stale);
        }
        let commands = edits.iter().map(|edit| edit.command(&edits, stored, config));
        let commands = commands.collect::<Result<Vec<_>, _>>()?.into_iter();
        let changing = commands.filter(|command| changes_something(command, stored));
        let who = &call.caller.who;
        changing.map(|command| permit(who, Some(&stored.ticket), command)).collect()
    };
    uploads::keep(call, number, &uploads, wish).await?;
    let along = Along { uploads: uploads.clone(), ..Along::default() };
    match call.store.change_at_once(number, along, wish, &no_answer).await? {
        Done::Now(stored) => shown(call, &stored).await,
        Done::Before(_) => get(call, number).await,
    }
}

/// Puts files in the places of the ids that answers name, and answers the uploads among them.
async fn found(
    call: &Call<'_>,
    edits: &mut [Edit],
    stored: &Stored,
) -> Result<Vec<Upload>, Problem> {
    let config = &call.caller.config;
    let form = stored.ticket.form.as_ref().and_then(|form| config.form(form));
    let Some(form) = form else { return Ok(Vec::new()) };
    let mut uploads = Vec::new();
    for edit in edits {
        let Edit::Fields(given) = edit else { continue };
        let number = Some(stored.ticket.number);
        let (named, found) =
            uploads::answered(call, form, given.clone(), &stored.answers, number).await?;
        let answers = answer::change(form, config, &stored.answers, &named).unwrap_or_default();
        uploads.extend(uploads::kept(found, &answers));
        *given = named;
    }
    Ok(uploads)
}

/// What one field asks for.
enum Edit {
    /// What a priority promises depends on the ticket it is given to.
    Priority(Priority),
    /// What fits a field depends on the ticket's form and on its other answers.
    Fields(Given),
    /// What notes there are then depends on those there are.
    Notes(Notes),
    Plain(Box<Command>),
}

impl Edit {
    fn plain(command: Command) -> Edit {
        Edit::Plain(Box::new(command))
    }

    /// The command for a ticket, `all` of whose edits come together.
    fn command(&self, all: &[Edit], stored: &Stored, config: &Config) -> Result<Command, Refusal> {
        let to = match self {
            Edit::Plain(command) => return Ok(Command::clone(command)),
            Edit::Fields(given) => return set_fields(given, stored, config),
            Edit::Notes(given) => {
                let metadata = edited_notes(&stored.metadata, given)?;
                return Ok(Command::Annotate(Text { metadata: Some(metadata), ..Text::default() }));
            }
            Edit::Priority(to) => *to,
        };
        let mut ticket = Circumstances::of(&stored.ticket, stored.asker.email.as_deref());
        ticket.priority = to;
        for edit in all {
            let Edit::Plain(command) = edit else { continue };
            match command.as_ref() {
                Command::SetType { to } => ticket.kind = *to,
                Command::Transfer { queue, .. } => ticket.queue = Some(queue),
                _ => {}
            }
        }
        Ok(Command::SetPriority { to, promise: Box::new(config.promise(&ticket)) })
    }
}

fn set_fields(given: &Given, stored: &Stored, config: &Config) -> Result<Command, Refusal> {
    let form = stored.ticket.form.as_ref().and_then(|form| config.form(form));
    let form = form.ok_or(Refusal::NoForm)?;
    let answers = answer::change(form, config, &stored.answers, given)?;
    let fields = answer::differing(&stored.answers, &answers);
    Ok(Command::SetFields { fields, text: Text { answers, ..Text::default() } })
}

fn edits(call: &Call<'_>, fields: &Fields) -> Result<Vec<Edit>, Problem> {
    let mut edits = Vec::new();
    let given = forms::given(fields)?;
    if !given.is_empty() {
        edits.push(Edit::Fields(given));
    }
    if let Some(given) = fields.notes("metadata")? {
        edits.push(Edit::Notes(given));
    }
    if let Some(to) = fields.word("priority", Priority::ALL, Priority::parse)? {
        edits.push(Edit::Priority(to));
    }
    if let Some(to) = fields.word("type", Type::ALL, Type::parse)? {
        edits.push(Edit::plain(Command::SetType { to }));
    }
    if fields.get("title").is_some() {
        let title = one_line(&fields.needed("title", TITLE_AT_MOST)?);
        let title = Text { title: Some(title), ..Text::default() };
        edits.push(Edit::plain(Command::Retitle(title)));
    }
    if let Some(tags) = fields.texts("tags")? {
        let fits = |tag: &String| !tag.is_empty() && tag.chars().count() <= 60;
        if tags.len() > 50 || !tags.iter().all(fits) {
            return Err(Problem::field("tags", "at most 50 tags of 1 to 60 characters"));
        }
        edits.push(Edit::plain(Command::Tag { tags: BTreeSet::from_iter(tags) }));
    }
    let reason = fields.words("reason")?;
    if fields.text("queue", 80)?.is_some() {
        edits.push(Edit::plain(Command::Transfer { queue: queue(call, fields)?, reason }));
    }
    Ok(edits)
}

/// Whoever sends a whole ticket back means only what differs.
fn changes_something(command: &Command, before: &Stored) -> bool {
    match command {
        Command::Transfer { queue, .. } => before.ticket.queue.as_ref() != Some(queue),
        Command::Retitle(text) => text.title.as_ref() != Some(&before.title),
        Command::Annotate(text) => text.metadata.as_ref() != Some(&before.metadata),
        _ => true,
    }
}

/// A ticket the caller may see; to anyone else it does not exist.
pub(crate) async fn readable(call: &Call<'_>, number: Number) -> Result<Stored, Problem> {
    let stored = call.store.ticket(number).await?;
    let visible = stored.filter(|stored| may_read(&call.caller.who, &stored.ticket));
    visible.ok_or_else(Problem::not_found)
}

/// A ticket with its description and version.
pub(crate) async fn shown(call: &Call<'_>, stored: &Stored) -> Result<Answer, Problem> {
    let words = call.store.words(stored.ticket.number, &texts::entries(stored)).await?;
    let languages = call.reads(&[stored]).await?;
    Ok(Answer::ok(render::ticket(stored, &words, &call.caller, &languages)).tagged(etag(stored)))
}

impl Call<'_> {
    /// The queue of this id.
    pub(crate) fn known_queue(&self, id: &str) -> Result<QueueId, Problem> {
        let queue = QueueId::from(id);
        let known = self.caller.config.queue(&queue).is_some();
        known.then_some(queue).ok_or_else(|| Problem::field("queue", "there is no such queue"))
    }

    /// Only these roles go on.
    pub(crate) fn only(&self, allowed: fn(Role) -> bool) -> Result<(), Problem> {
        if allowed(self.caller.who.role) { Ok(()) } else { Err(Problem::forbidden()) }
    }
}
