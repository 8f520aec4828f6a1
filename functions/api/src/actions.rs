//! Verbs: `POST /v1/tickets/{number}/actions/{verb}`.

use desk::access::{Permit, permit};
use desk::assign::How;
use desk::config::Config;
use desk::history::{Entry, Text};
use desk::language::Language;
use desk::visit::Step;
use desk::{Closure, Command, Number, Refusal, Status};
use serde_json::Value;
use store::Stored;
use store::change::{Along, Done, Once};
use store::upload::Upload;

use crate::body::{Fields, WORDS_AT_MOST, one_line};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::texts::{self, Words};
use crate::tickets::{get, shown};
use crate::{Answer, Call, idempotency, render, uploads};

/// What can be done to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Claim,
    Release,
    Assign,
    Transfer,
    Hold,
    Await,
    Propose,
    Approve,
    Confirm,
    Decline,
    Reopen,
    Cancel,
    Reject,
    Close,
    Escalate,
    Rate,
    Extend,
    Acknowledge,
    VisitPlan,
    VisitStart,
    VisitArrive,
    VisitDone,
    VisitCancel,
}

/// Carries out one verb and answers the ticket.
pub(crate) async fn act(call: &Call<'_>, number: Number, verb: Verb) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    let ids = fields.texts("photos")?.unwrap_or_default();
    let before = if ids.is_empty() { None } else { call.made_before().await? };
    let uploads = match &before {
        Some(_) => Vec::new(),
        None => uploads::named(call, "photos", &ids, Some(number)).await?,
    };
    let wanted = read(call, verb, &fields)?.with(&uploads);
    let wish = |stored: &Stored, _: &Config| -> Result<Permit, Refusal> {
        if !call.matches(&etag(stored)) {
            return Err(Refusal::Stale);
        }
        permit(&call.caller.who, Some(&stored.ticket), wanted.command(call, stored))
    };
    let asked = Asked::of(call, number).await?;
    if let Some(earlier) = before {
        return asked.answer(Done::Before(earlier)).await;
    }
    uploads::keep(call, number, &uploads, |s, c| wish(s, c).map(|one| vec![one])).await?;
    let along = Along { uploads: uploads.clone(), ..asked.along() };
    let done = call.store.change(number, along, wish, &asked.keep()).await?;
    asked.answer(done).await
}

/// A change of a ticket that is being asked for, with the call's key, and its answer: the ticket.
pub(crate) struct Asked<'a> {
    call: &'a Call<'a>,
    once: Option<Once>,
    words: Option<Words>,
    languages: Vec<Language>,
}

impl<'a> Asked<'a> {
    /// Reads what the answer needs, where it has to be kept.
    pub async fn of(call: &'a Call<'a>, number: Number) -> Result<Asked<'a>, Problem> {
        let once = call.once()?;
        let before = match &once {
            Some(_) => call.store.ticket(number).await?,
            None => None,
        };
        let Some(stored) = before else {
            return Ok(Asked { call, once, words: None, languages: Vec::new() });
        };
        let words = call.store.words(number, &texts::entries(&stored)).await?;
        let languages = call.reads(&[&stored]).await?;
        Ok(Asked { call, once, words: Some(words), languages })
    }

    /// The key that keeps it from happening twice.
    pub fn along(&self) -> Along {
        Along { once: self.once.clone(), ..Along::default() }
    }

    /// The answer as it is kept with the key.
    pub fn keep(&self) -> impl Fn(&Stored, &[Entry]) -> Option<String> + Sync {
        |stored, entries| {
            let mut words = self.words.clone()?;
            words.extend(texts::just_said(stored, entries));
            let body = render::ticket(stored, &words, &self.call.caller, &self.languages);
            idempotency::kept(&Answer::ok(body).tagged(etag(stored)))
        }
    }

    /// The ticket as the change left it, or what was answered the first time.
    pub async fn answer(self, done: Done) -> Result<Answer, Problem> {
        match done {
            Done::Now(stored) => match &self.words {
                // Nothing was said that the answer needs and that was not read before.
                Some(words)
                    if texts::entries(&stored).iter().all(|one| words.contains_key(one)) =>
                {
                    let body = render::ticket(&stored, words, &self.call.caller, &self.languages);
                    Ok(Answer::ok(body).tagged(etag(&stored)))
                }
                _ => shown(self.call, &stored).await,
            },
            Done::Before(earlier) => match self.call.again(&earlier)? {
                Some(answer) => Ok(answer),
                None => get(self.call, earlier.number).await,
            },
        }
    }
}

/// What is wanted, with what it was given.
enum Wanted {
    Plain(Command),
    /// What closing means depends on who asks and where the ticket stands.
    Close {
        closure: Option<Closure>,
        reason: Text,
    },
}

fn read(call: &Call<'_>, verb: Verb, fields: &Fields) -> Result<Wanted, Problem> {
    let reason = || fields.words("reason");
    let needed = || fields.needed_words("reason");
    Ok(Wanted::Plain(match verb {
        Verb::Claim => Command::Claim,
        Verb::Release => Command::Release,
        Verb::Assign => assign(call, fields)?,
        Verb::Transfer => Command::Transfer {
            queue: call.known_queue(&fields.needed("queue", 80)?)?,
            reason: needed()?,
        },
        Verb::Hold => Command::Hold { until: fields.instant("until")?, reason: needed()? },
        Verb::Await => Command::Await(fields.words("body")?),
        Verb::Propose => Command::Propose(fields.needed_words("solution")?),
        Verb::Approve => Command::Approve,
        Verb::Confirm => Command::Confirm,
        Verb::Decline => Command::Decline(needed()?),
        Verb::Reopen => Command::Reopen(reason()?),
        Verb::Cancel => Command::Cancel(reason()?),
        Verb::Reject => Command::Reject(needed()?),
        Verb::Escalate => Command::Escalate(needed()?),
        Verb::Rate => Command::Rate { score: score(fields)?, comment: fields.words("comment")? },
        Verb::Extend => extend(fields)?,
        Verb::Acknowledge => Command::Acknowledge,
        Verb::VisitPlan => Command::Visit(Box::new(plan(call, fields)?)),
        Verb::VisitStart => Command::Visit(Box::new(Step::Start)),
        Verb::VisitArrive => Command::Visit(Box::new(Step::Arrive)),
        Verb::VisitDone => {
            let title = Some(one_line(&fields.needed("sign_off", 200)?));
            Command::Visit(Box::new(Step::Finish(Text { title, ..fields.words("note")? })))
        }
        Verb::VisitCancel => Command::Visit(Box::new(Step::Cancel(needed()?))),
        Verb::Close => return close(fields),
    }))
}

fn extend(fields: &Fields) -> Result<Command, Problem> {
    let due_at = fields.instant("due_at")?;
    let due_at = due_at.ok_or_else(|| Problem::field("due_at", "it is needed"))?;
    Ok(Command::Extend { due_at, reason: fields.needed_words("reason")? })
}

fn plan(call: &Call<'_>, fields: &Fields) -> Result<Step, Problem> {
    let at = |name: &str| fields.instant(name)?.ok_or_else(|| Problem::field(name, "it is needed"));
    let (from, to) = (at("from")?, at("to")?);
    let region = fields.text("region", 40)?;
    let known = |id: &String| call.caller.config.regions.iter().any(|region| region.id == *id);
    match region.as_ref().filter(|id| !known(id)) {
        Some(_) => Err(Problem::field("region", "there is no such region")),
        None => Ok(Step::Plan { region, from, to }),
    }
}

fn close(fields: &Fields) -> Result<Wanted, Problem> {
    let reason = fields.text("reason", WORDS_AT_MOST)?.unwrap_or_default();
    Ok(Wanted::Close { closure: Closure::parse(&reason), reason: Text::plain(reason) })
}

/// To somebody by name, or to whoever the desk finds.
fn assign(call: &Call<'_>, fields: &Fields) -> Result<Command, Problem> {
    match fields.word("by", How::ALL, How::parse)? {
        None => Ok(Command::Assign { to: assignee(call, fields)? }),
        Some(_) if fields.get("to").is_some() => {
            Err(Problem::field("by", "name somebody, or say how they are found: not both"))
        }
        Some(how) => Ok(Command::Seek { how }),
    }
}

fn assignee(call: &Call<'_>, fields: &Fields) -> Result<desk::PersonId, Problem> {
    let to = fields.needed("to", 254)?;
    let member = call.caller.config.find_member(&to).filter(|member| member.role.is_staff());
    let unknown = || Problem::field("to", "there is no such agent");
    member.map(|member| member.id.clone()).ok_or_else(unknown)
}

fn score(fields: &Fields) -> Result<u8, Problem> {
    let score = fields.get("score").and_then(Value::as_u64);
    let score = score.and_then(|score| u8::try_from(score).ok()).filter(|n| (1..=5).contains(n));
    score.ok_or_else(|| Problem::field("score", Refusal::ScoreOutOfRange.to_string()))
}

impl Wanted {
    /// The same with photographs, where it takes some.
    fn with(mut self, photos: &[Upload]) -> Wanted {
        if let Wanted::Plain(Command::Visit(step)) = &mut self
            && let Step::Finish(text) = step.as_mut()
        {
            text.files = uploads::as_files(photos);
        }
        self
    }

    fn command(&self, call: &Call<'_>, stored: &Stored) -> Command {
        let (closure, reason) = match self {
            Wanted::Plain(Command::Decline(text)) if stored.ticket.status == Status::InReview => {
                return Command::Return(text.clone());
            }
            Wanted::Plain(command) => return command.clone(),
            Wanted::Close { closure, reason } => (*closure, reason.clone()),
        };
        let who = &call.caller.who;
        let asks = who.asks(&stored.ticket) && !who.role.is_staff();
        match stored.ticket.status {
            Status::AwaitingConfirmation if asks => Command::Confirm,
            _ if asks => Command::Cancel(reason),
            Status::InProgress if closure.is_none() => Command::Propose(reason),
            _ => Command::Close { closure, reason },
        }
    }
}
