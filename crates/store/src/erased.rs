//! What is erased of each row of the table. A ticket is looked at as a whole; words of the person,
//! and what was said of them in their own words, go; what others wrote stays, without their name.

use std::collections::{BTreeMap, BTreeSet};

use desk::Number;
use desk::answer::{self, Answers};
use desk::config::Config;
use desk::erasure::{ERASED, ERASED_PERSON};
use desk::history::{Entry, Event, Text};
use desk::metadata::Metadata;
use desk::texts::Part;
use jiff::SignedDuration;

use crate::Store;
use crate::erasure::Job;
use crate::error::Error;
use crate::item::{self, Asker, Item, Stored, s};
use crate::key::{self, Key, Kind};
use crate::ledger::{Arrival, Outcome};
use crate::traces::Traces;
use crate::upload::Upload;

/// What was on its way when it was agreed to arrives so soon.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(1);
/// What a slice comes to.
#[derive(Default)]
pub(crate) struct Plan {
    /// What is written, in order.
    pub writes: Vec<Write>,
    /// Files that were theirs.
    pub files: BTreeSet<String>,
    /// Files that somebody needs.
    pub needed: BTreeSet<String>,
    /// Objects that were theirs alone.
    pub objects: BTreeSet<String>,
}

/// Something that is written in the place of what stands there.
pub(crate) enum Write {
    /// A row.
    Row(Item),
    /// A row, unless it was written meanwhile.
    Over(Item, Item),
    /// A ticket's own row, unless it moved meanwhile.
    Ticket(Box<Stored>),
    /// The archive of a ticket, from what it says by now.
    Archive(Number),
    /// No answer is kept of a request any more.
    NoAnswer(Key),
    /// A row goes.
    Gone(Key),
}

impl Store {
    /// What is erased of these rows.
    pub(crate) async fn plan(&self, job: &Job, items: &[Item]) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let traces = Traces::of(job);
        for item in items {
            let (pk, sk) = (item::text(item, "pk"), item::text(item, "sk"));
            let (pk, sk) = (pk.unwrap_or_default(), sk.unwrap_or_default());
            match key::kind(pk, sk) {
                Kind::Ticket(number) => self.plan_ticket(job, &traces, number, &mut plan).await?,
                _ if !job.is_for_words() => {}
                Kind::PartOfTicket => {}
                Kind::Arrival => self.arrived(job, &traces, item, &mut plan).await?,
                Kind::Seen => self.seen(job, &traces, item, &mut plan).await?,
                Kind::Upload => uploaded(job, item, &mut plan)?,
                Kind::Config => configured(job, &traces, item, &mut plan)?,
                // Whoever comes by the address from now on is somebody else.
                Kind::Job | Kind::Person => {}
                Kind::Other => traces.elsewhere(item, &mut plan)?,
            }
        }
        Ok(plan)
    }

    /// Everything of one ticket.
    async fn plan_ticket(
        &self,
        job: &Job,
        traces: &Traces,
        number: Number,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        let Some(stored) = self.ticket(number).await? else { return Ok(()) };
        let theirs = job.is_theirs(&stored.ticket.requester);
        let bodies = self.bodies(number).await?;
        let writes = plan.writes.len();
        for (seq, entry_item) in self.entry_items(number).await? {
            let entry = item::read_entry(&entry_item, None)?;
            if theirs && job.is_for_words() {
                plan.writes.extend(traces.undelivered(&entry, entry_item)?.map(Write::Row));
            }
            let Some(body) = bodies.get(&seq) else { continue };
            let text = self.own_text(body).await?;
            let own = says_theirs(job, &entry, theirs);
            let files = files(&text);
            if !job.is_for_words() {
                plan.needed.extend(files);
                continue;
            }
            let after = match (own, theirs) {
                (true, _) => erased(&text),
                (false, true) => traces.without(&text),
                (false, false) => continue,
            };
            if own {
                plan.files.extend(files);
            }
            if after != text {
                plan.objects.extend(item::text(body, "blob").map(str::to_owned));
                plan.writes.push(Write::Row(key::body(number, seq).with(&after)?));
            }
        }
        if theirs && job.is_for_words() {
            let archived = stored.ticket.archived_at.is_some();
            let after = unknown(stored.clone());
            if after != stored {
                plan.writes.push(Write::Ticket(Box::new(after)));
            }
            if archived {
                plan.writes.push(Write::Archive(number));
            }
        } else if job.is_for_words()
            && stored.ticket.archived_at.is_some()
            && plan.writes.len() > writes
        {
            plan.writes.push(Write::Archive(number));
        }
        Ok(())
    }

    /// A line of the ledger, if they sent it: before it was agreed to, for whoever comes by the address
    /// later is somebody else.
    async fn arrived(
        &self,
        job: &Job,
        traces: &Traces,
        item: &Item,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        let line: Arrival = item::data(item)?;
        let before = line.at.duration_since(job.at) < UNDER_WAY;
        // Chat doors note a name there that is nowhere else.
        let opens = line.outcome == Some(Outcome::Ticket) || traces.are_called(&line.from);
        let theirs = self.asked_by_them(job, line.number.filter(|_| opens).map(Number)).await?;
        if !before || !(traces.go_by(&line.from) || theirs) {
            return Ok(());
        }
        if line.door == "email" {
            plan.objects.insert(format!("mail/{}", line.id));
        }
        let after = Arrival {
            from: ERASED.to_owned(),
            subject: ERASED.to_owned(),
            message_id: None,
            reason: line.reason.as_ref().map(|reason| traces.scrubbed(reason)),
            ..line
        };
        plan.writes.push(Write::Row(after.item()?));
        Ok(())
    }

    /// What was answered to a request: about their tickets, or naming them.
    async fn seen(
        &self,
        job: &Job,
        traces: &Traces,
        item: &Item,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        let Some(answer) = item::text(item, "answer") else { return Ok(()) };
        let number = item::number(item, "number").map(Number).filter(|number| *number != Number(0));
        if self.asked_by_them(job, number).await?
            || traces.named_in(answer)
            || job.people.iter().any(|one| answer.contains(&one.id.0))
        {
            let part = |name: &str| item::text(item, name).unwrap_or_default().to_owned();
            plan.writes.push(Write::NoAnswer(Key { pk: part("pk"), sk: part("sk") }));
        }
        Ok(())
    }

    async fn asked_by_them(&self, job: &Job, number: Option<Number>) -> Result<bool, Error> {
        let Some(number) = number else { return Ok(false) };
        let stored = self.ticket(number).await?;
        Ok(stored.is_some_and(|stored| job.is_theirs(&stored.ticket.requester)))
    }

    /// Carries one of them out.
    pub(crate) async fn erase(&self, write: Write) -> Result<(), Error> {
        match write {
            Write::Row(item) => self.written_down(vec![self.put(item)?]).await,
            Write::Over(read, item) => self.written_if_so(vec![self.put_over(&read, item)?]).await,
            Write::Archive(number) => self.archive_again(number).await,
            Write::Gone(key) => self.written_if_so(vec![self.delete(key)?]).await,
            Write::Ticket(stored) => {
                let config = self.config().await?;
                let item = stored.to_item(&config, self.now())?;
                self.written_if_so(vec![self.put_at(item, stored.ticket.version)?]).await
            }
            Write::NoAnswer(key) => {
                let update = self
                    .db
                    .update_item()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .update_expression("REMOVE answer")
                    .condition_expression("attribute_exists(pk)")
                    .send()
                    .await;
                Error::condition_held("forget an answer", update).map(|_| ())
            }
        }
    }
}

/// Whether an entry's words are the person's, or were theirs to say.
fn says_theirs(job: &Job, entry: &Entry, asked_by_them: bool) -> bool {
    if entry.by.person_id().is_some_and(|by| job.is_theirs(by)) {
        // A solution is the desk's, whoever wrote it.
        let solves = matches!(entry.event, Event::Proposed | Event::Submitted);
        return asked_by_them || !solves;
    }
    let of_asker = match &entry.event {
        Event::Opened { .. } | Event::Retitled | Event::Annotated => true,
        Event::FormFilled { .. } | Event::FieldsSet { .. } => true,
        Event::Translated { part, .. } => !matches!(part, Part::Solution),
        _ => false,
    };
    asked_by_them && of_asker
}

/// A ticket nobody knows who asked.
fn unknown(stored: Stored) -> Stored {
    Stored {
        title: ERASED.to_owned(),
        titles: BTreeMap::new(),
        answers: Answers::default(),
        metadata: Metadata::new(),
        asker: Asker { name: ERASED_PERSON.to_owned(), email: None },
        ticket: stored.ticket,
    }
}

/// Words that say nothing any more.
fn erased(text: &Text) -> Text {
    let word = |text: &String| if text.is_empty() { String::new() } else { ERASED.to_owned() };
    Text {
        title: text.title.as_ref().map(word),
        body: word(&text.body),
        metadata: text.metadata.as_ref().map(|_| Metadata::new()),
        language: text.language.clone(),
        of: text.of,
        ..Text::default()
    }
}

/// Where the files of words are kept.
fn files(text: &Text) -> BTreeSet<String> {
    text.files.iter().chain(answer::files(&text.answers)).map(|file| file.key()).collect()
}

fn uploaded(job: &Job, item: &Item, plan: &mut Plan) -> Result<(), Error> {
    let upload: Upload = item::data(item)?;
    if job.is_theirs(&upload.by) {
        let part = |name: &str| item::text(item, name).unwrap_or_default().to_owned();
        plan.writes.push(Write::Gone(Key { pk: part("pk"), sk: part("sk") }));
        plan.objects.insert(format!("{}{}", crate::upload::INCOMING, upload.file.id));
    }
    Ok(())
}

/// Earlier versions of the configuration stay, without the name of whoever was a member.
fn configured(job: &Job, traces: &Traces, item: &Item, plan: &mut Plan) -> Result<(), Error> {
    if item::text(item, "data").is_none() {
        return Ok(());
    }
    let config: Config = item::data(item)?;
    if !config.members.iter().any(|member| job.is_theirs(&member.id)) {
        return traces.elsewhere(item, plan);
    }
    let mut after = config;
    for member in after.members.iter_mut().filter(|member| job.is_theirs(&member.id)) {
        member.name = ERASED_PERSON.to_owned();
        member.email = format!("{}@invalid", member.id);
    }
    let json = serde_json::to_value(&after).map_err(|e| Error::damaged("a version", e))?;
    let mut written = item.clone();
    written.insert("data".into(), s(traces.in_value(json).to_string()));
    if written.get("data") != item.get("data") {
        plan.writes.push(Write::Over(item.clone(), written));
    }
    Ok(())
}
