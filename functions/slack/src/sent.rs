//! Dialogs that were sent. What is not right is shown at its block and nothing is lost; what is done
//! takes the dialog's place. Who may do it is asked now, whatever was true when it was opened.

use bytes::Bytes;
use chat::slack::dialog::{self, Dialog};
use chat::slack::payload::{Actor, View};
use desk::answer::Answer;
use desk::{Number, PersonId};
use http::Response;
use jiff::Timestamp;
use serde_json::json;
use store::Error;
use store::change::{Along, Underway};
use verbs::dialog::Then;
use verbs::filing::{Amendment, Filed};
use verbs::later::{Ended, Work};
use verbs::{Reply, Speaker};

use crate::kept::Kept;
use crate::{Slack, accept, dialogs, files, foreign, message, new_ticket, person, words};

/// What comes of a dialog.
pub(crate) enum After {
    /// This desk does not serve the workspace.
    Foreign,
    /// It is no dialog of ours: it closes.
    Closed,
    /// Something is not right; by block.
    Complaints(Vec<(String, String)>),
    /// It looks different now; nothing was done.
    Instead(Box<Dialog>),
    /// Another one on top of it; nothing was done.
    OnTop(Box<Dialog>),
    /// It is done: a title, and what came of it.
    Done(String, Reply),
}

/// Answers in time.
pub(crate) async fn answer(slack: &Slack, work: Work, by: Actor, view: View) -> Response<Bytes> {
    let underway = Underway::default();
    let doing = run(slack, &by, &view, &underway);
    let after = match slack.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(after) => after,
        Ended::HandedOver => {
            let waiting = dialogs::sentence(&verbs::working_on_it());
            return accept(&dialog::instead(&waiting));
        }
        Ended::NotDone { certain } => {
            // What was typed stays in the dialog.
            let block = view.blocks.iter().find(|block| view.values.contains_key(*block));
            let said = verbs::not_done(certain);
            return match block {
                Some(block) => accept(&dialog::complaints(&[(block.clone(), said)])),
                None => accept(&dialog::instead(&dialogs::sentence(&said))),
            };
        }
    };
    match after {
        After::Foreign => foreign(),
        After::Closed => accept(&json!({})),
        After::Complaints(problems) => accept(&dialog::complaints(&problems)),
        After::Instead(other) => accept(&dialog::instead(&other)),
        After::OnTop(other) => accept(&dialog::on_top(&other)),
        After::Done(title, reply) => accept(&dialog::instead(&dialogs::done(&title, reply))),
    }
}

/// Does it in its own time. The dialog is gone by then: what came of it goes by direct message.
pub(crate) async fn work(slack: &Slack, by: Actor, view: View) -> Result<(), Error> {
    let reply = match run(slack, &by, &view, &Underway::default()).await? {
        After::Foreign | After::Closed => return Ok(()),
        After::Complaints(problems) => Reply::Notice(words::not_filed(&problems)),
        After::Instead(_) | After::OnTop(_) => Reply::Notice(words::NOTHING_SENT.into()),
        After::Done(_, reply) => reply,
    };
    slack.tell(&by.user, &message(reply)).await;
    Ok(())
}

/// A dialog that was sent, and who sent it.
struct Sent<'a> {
    slack: &'a Slack,
    by: &'a Actor,
    view: &'a View,
    kept: Kept,
    speaker: Speaker,
    along: Along,
}

async fn run(slack: &Slack, by: &Actor, view: &View, underway: &Underway) -> Result<After, Error> {
    if !slack.serves(&by.team).await? {
        return Ok(After::Foreign);
    }
    let kept = Kept::read(&view.metadata);
    let speaker = slack.actor(by).await?;
    // A dialog is sent once: sent again, it is what it was.
    let once = slack.once(format!("view#{}#{}#{}", by.team, by.user, view.id));
    let along = slack.along(Some(once), underway);
    let sent = Sent { slack, by, view, kept, speaker, along };
    match view.callback.as_str() {
        new_ticket::CALLBACK => sent.file().await,
        dialogs::EDIT => sent.amend().await,
        dialogs::ADD => sent.add().await,
        dialogs::REPLY => sent.reply().await,
        dialogs::SEND => sent.send().await,
        dialogs::NOTE => sent.note().await,
        dialogs::REASON => sent.reason().await,
        dialogs::RATE => sent.rate().await,
        dialogs::ASSIGN => sent.assign().await,
        dialogs::EXTEND => sent.extend().await,
        _ => Ok(After::Closed),
    }
}

impl Sent<'_> {
    /// A new ticket.
    async fn file(self) -> Result<After, Error> {
        let config = self.slack.store.config().await?;
        let (mut filing, brought) = new_ticket::filing(&config, &self.kept, self.view);
        for (field, refs) in brought {
            let kept = files::bring(self.slack, &self.speaker, &refs).await?;
            filing.description = kept.beside(&filing.description);
            match field {
                Some(field) => {
                    filing.fields.insert(field, Some(Answer::Files(kept.files)));
                }
                None => filing.files.extend(kept.files),
            }
        }
        filing.files.truncate(config.limits.files);
        let place = self.began_with();
        let mut threads = Vec::new();
        if let Some(place) = &place
            && self.slack.store.thread(place).await?.is_none()
        {
            threads.push(place.clone());
        }
        let speaker = Speaker { place: threads.first().cloned(), ..self.speaker.clone() };
        filing.on_behalf_of = self.author(&config.role(&speaker.person.id)).await?;
        let subject = filing.title.clone().unwrap_or_default();
        let along = Along {
            arrival: Some(verbs::arrival(&self.slack.store, "slack", &self.by.name, &subject)),
            threads,
            ..self.along.clone()
        };
        match verbs::filing::file_form(&self.slack.store, &speaker, filing, along).await? {
            Filed::Done(Reply::Card(sentence, view, buttons)) => {
                let title = words::created(view.number);
                Ok(After::Done(title, Reply::Card(sentence, view, buttons)))
            }
            Filed::Done(reply) => Ok(After::Done(words::DESK.into(), reply)),
            Filed::Problems(problems) => {
                let placed = new_ticket::complaints(&config, &self.kept, self.view, &problems);
                Ok(placed.map_or_else(|| self.asked_again(&config, &problems), After::Complaints))
            }
        }
    }

    /// Something that is needed was not in the dialog: it is now.
    fn asked_again(&self, config: &desk::config::Config, problems: &[(String, String)]) -> After {
        let why: Vec<&str> = problems.iter().map(|(_, why)| why.as_str()).collect();
        let begun = new_ticket::Begun { about: Some(why.join(" ")), ..Default::default() };
        let dialog = new_ticket::dialog(config, &self.kept, &begun, Some(self.view));
        After::Instead(Box::new(dialog))
    }

    /// The thread of the message the dialog began with: people hear of the ticket there.
    fn began_with(&self) -> Option<desk::ticket::Place> {
        let channel = self.kept.channel.as_deref()?;
        let thread = self.kept.thread.as_deref().or(self.kept.ts.as_deref())?;
        Some(crate::message::place(&self.by.team, channel, thread))
    }

    /// Whoever wrote the message an agent files.
    async fn author(
        &self,
        role: &desk::access::Role,
    ) -> Result<Option<(desk::person::Person, bool)>, Error> {
        let author = self.kept.author.as_deref().filter(|user| *user != self.by.user);
        let Some(user) = author.filter(|_| role.is_staff()) else { return Ok(None) };
        let slack = self.slack;
        let found = person::identify(&slack.store, &slack.client, &self.by.team, user, "").await?;
        Ok(Some(found))
    }

    async fn amend(self) -> Result<After, Error> {
        let Some(number) = self.number() else { return Ok(After::Closed) };
        let kept = files::bring(self.slack, &self.speaker, self.view.files(dialogs::FILES)).await?;
        let amendment = Amendment {
            title: self.view.text(dialogs::TITLE).map(str::to_owned),
            more: kept.beside(self.view.text(dialogs::BODY).unwrap_or_default()),
            files: kept.files,
            ..Amendment::default()
        };
        let store = &self.slack.store;
        let filed =
            verbs::filing::amend(store, &self.speaker, number, amendment, self.along).await?;
        Ok(match filed {
            Filed::Done(reply) => After::Done(words::SAVED.into(), reply),
            Filed::Problems(problems) => After::Complaints(problems),
        })
    }

    async fn add(self) -> Result<After, Error> {
        let typed = self.view.text(dialogs::NUMBER).map(|text| text.trim().trim_start_matches('#'));
        let chosen = typed.or_else(|| self.view.text(dialogs::TICKET));
        let Some(number) = chosen.and_then(|text| text.parse().ok()).map(Number) else {
            return Ok(complaint(dialogs::NUMBER, words::NO_TICKET));
        };
        let Some(body) = self.body() else {
            return Ok(complaint(dialogs::BODY, words::NO_MESSAGE));
        };
        let kept = files::bring(self.slack, &self.speaker, &self.kept.file_refs()).await?;
        let text = verbs::dialog::words(&kept.beside(&body), kept.files);
        let store = &self.slack.store;
        let reply = verbs::dialog::add(store, &self.speaker, number, text, self.along).await?;
        Ok(After::Done(words::ADD_TO_TICKET.into(), reply))
    }

    /// An answer of an agent is looked at first, with everybody it reaches.
    async fn reply(self) -> Result<After, Error> {
        let Some(number) = self.number() else { return Ok(After::Closed) };
        let Some(body) = self.body() else {
            return Ok(complaint(dialogs::BODY, words::NO_MESSAGE));
        };
        match self.view.text(dialogs::MODE) {
            Some(dialogs::INTERNAL) => return self.note().await,
            Some(_) => {}
            None => return self.answer(number, body, Then::Stay).await,
        }
        if !dialogs::fits(&body) {
            return Ok(complaint(dialogs::BODY, words::TOO_LONG));
        }
        let store = &self.slack.store;
        let recipients = verbs::offer::recipients(store, &self.speaker, number).await?;
        let Some(recipients) = recipients else {
            return Ok(complaint(dialogs::BODY, words::NO_SUCH_TICKET));
        };
        let then = self.view.text(dialogs::NEXT).map(str::to_owned);
        let files = self.view.files(dialogs::FILES).iter().map(|file| file.id.clone()).collect();
        let kept = Kept { then, files, ..self.kept };
        Ok(After::OnTop(Box::new(dialogs::preview(&kept, &recipients, &body))))
    }

    /// The answer that was looked at.
    async fn send(self) -> Result<After, Error> {
        let Some(number) = self.number() else { return Ok(After::Closed) };
        let pages = (0..).map(|nth| self.view.text(&format!("{}{nth}", dialogs::BODY)));
        let pages: Vec<&str> = pages.map_while(|page| page).collect();
        let body = pages.join("\n");
        if body.trim().is_empty() {
            return Ok(complaint(&format!("{}0", dialogs::BODY), words::NO_MESSAGE));
        }
        let then = self.kept.then.as_deref().map(Then::parse).unwrap_or_default();
        self.answer(number, body, then).await
    }

    async fn answer(self, number: Number, body: String, then: Then) -> Result<After, Error> {
        let mut refs = self.view.files(dialogs::FILES).to_vec();
        refs.extend(self.kept.file_refs());
        let kept = files::bring(self.slack, &self.speaker, &refs).await?;
        let text = verbs::dialog::words(&kept.beside(&body), kept.files);
        let store = &self.slack.store;
        let speaker = &self.speaker;
        let reply = verbs::dialog::answer(store, speaker, number, text, then, self.along).await?;
        Ok(After::Done(words::SENT.into(), reply))
    }

    async fn note(self) -> Result<After, Error> {
        let Some(number) = self.number() else { return Ok(After::Closed) };
        let Some(body) = self.body() else {
            return Ok(complaint(dialogs::BODY, words::NO_MESSAGE));
        };
        let kept = files::bring(self.slack, &self.speaker, self.view.files(dialogs::FILES)).await?;
        let text = verbs::dialog::words(&kept.beside(&body), kept.files);
        let store = &self.slack.store;
        let reply = verbs::dialog::note(store, &self.speaker, number, text, self.along).await?;
        Ok(After::Done(words::SAVED.into(), reply))
    }

    /// What is still wrong; that it is not solved was said when the dialog opened.
    async fn reason(self) -> Result<After, Error> {
        let Some(number) = self.number() else { return Ok(After::Closed) };
        let Some(body) = self.body() else {
            return Ok(complaint(dialogs::BODY, words::NO_MESSAGE));
        };
        self.answer(number, body, Then::Stay).await
    }

    async fn rate(self) -> Result<After, Error> {
        let score = self.kept.chosen.as_deref().and_then(|score| score.parse().ok());
        let Some((number, score)) = self.number().zip(score) else { return Ok(After::Closed) };
        let comment = self.body().unwrap_or_default();
        let (store, speaker) = (&self.slack.store, &self.speaker);
        let reply = verbs::rate(store, speaker, number, score, &comment, self.along).await?;
        Ok(After::Done(words::SENT.into(), reply))
    }

    async fn assign(self) -> Result<After, Error> {
        let Some(number) = self.number() else { return Ok(After::Closed) };
        let to = self.member().await?;
        let staff = self.slack.store.config().await?.role(&self.speaker.person.id).is_staff();
        // Who works here is told to those who do.
        if to.is_none() && staff {
            return Ok(complaint(dialogs::WHO, words::NO_ACCOUNT));
        }
        let to = to.map_or(String::new(), |member| member.0);
        let (store, speaker) = (&self.slack.store, &self.speaker);
        let reply = verbs::agents::assign(store, speaker, number, &to, self.along).await?;
        Ok(After::Done(words::SAVED.into(), reply))
    }

    /// The member who is chosen by their account.
    async fn member(&self) -> Result<Option<PersonId>, Error> {
        let Some(user) = self.view.text(dialogs::WHO) else { return Ok(None) };
        let slack = self.slack;
        let (person, is_new) =
            person::identify(&slack.store, &slack.client, &self.by.team, user, "").await?;
        let config = slack.store.config().await?;
        Ok(config.member(&person.id).filter(|_| !is_new).map(|member| member.id.clone()))
    }

    async fn extend(self) -> Result<After, Error> {
        let Some(number) = self.number() else { return Ok(After::Closed) };
        let due = self.view.text(dialogs::DUE).and_then(|text| text.parse().ok());
        let due = due.and_then(|seconds| Timestamp::from_second(seconds).ok());
        let Some(due) = due else { return Ok(complaint(dialogs::DUE, words::NO_MOMENT)) };
        let Some(why) = self.body() else { return Ok(complaint(dialogs::BODY, words::NO_MESSAGE)) };
        let (store, speaker) = (&self.slack.store, &self.speaker);
        let reply = verbs::dialog::extend(store, speaker, number, due, &why, self.along).await?;
        Ok(After::Done(words::SAVED.into(), reply))
    }

    fn number(&self) -> Option<Number> {
        self.kept.number.map(Number)
    }

    fn body(&self) -> Option<String> {
        self.view.text(dialogs::BODY).map(str::to_owned)
    }
}

fn complaint(block: &str, why: &str) -> After {
    After::Complaints(vec![(block.to_owned(), why.to_owned())])
}
