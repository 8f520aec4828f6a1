//! A mail becomes a part of a ticket that an agent wrote, or that agents alone read.

use desk::Number;
use desk::access::{Permit, Who, permit};
use desk::config::Config;
use desk::history::{File, Text};
use desk::person::Person;
use store::Stored;
use store::ledger::{Arrival, Outcome};

use crate::Error;
use crate::intake::Intake;
use crate::orders::{self, Orders};

impl Intake<'_> {
    /// An agent answered from their own address, and may tell the desk what to do; what comes after the
    /// end is noted. Where it cannot be done nothing of it is, and they read why on the ticket.
    pub(crate) async fn answered(
        &self,
        number: Number,
        sender: Person,
        files: Vec<File>,
    ) -> Result<Arrival, Error> {
        let words = self.letter.agents_words();
        let says = |words: &String| !words.trim().is_empty() || !files.is_empty();
        let Some(words) = words.filter(says) else {
            let reason = format!("an agent's answer to {number} that says nothing new");
            return self.set_aside(Outcome::Suspended, Some(number), &reason).await;
        };
        let orders = match Orders::read(&words, &sender.id, &self.config) {
            Ok(orders) => orders,
            Err(reason) => return self.not_followed(number, &sender, &reason, &words).await,
        };
        let who = Who::of(&sender, self.config.role(&sender.id), None, &self.config);
        let text = Text { files, ..Text::plain(orders.words.clone()) };
        let wish = |stored: &Stored, config: &Config| {
            let commands = orders.commands(&text, stored, config).into_iter();
            commands.map(|command| permit(&who, Some(&stored.ticket), command)).collect()
        };
        match self.join_all(number, wish).await {
            Err(Error::Store(store::Error::Refused(refusal))) => {
                self.not_followed(number, &sender, &orders::refused(&refusal), &words).await
            }
            joined => joined,
        }
    }

    /// An agent's mail that could not be carried out, as a note that tells them so.
    async fn not_followed(
        &self,
        number: Number,
        sender: &Person,
        reason: &str,
        words: &str,
    ) -> Result<Arrival, Error> {
        let named = sender.email.as_deref().map(|email| format!("@{email} ")).unwrap_or_default();
        let note = orders::not_followed(reason, words);
        let note = Text { body: format!("{named}{}", note.body), ..note };
        self.join(number, |_| Ok(Permit::note(note.clone()))).await
    }

    /// Somebody wrote to an address that was made for somebody else: a colleague it was forwarded to,
    /// or a service that was told it. Agents read it, and may let them take part.
    pub(crate) async fn noted(
        &self,
        number: Number,
        sender: &Person,
        files: Vec<File>,
    ) -> Result<Arrival, Error> {
        let text = self.letter.as_answer(files);
        let about = format!(
            "{} <{}> wrote this to an address of this ticket that was made for somebody else. Only \
             agents read it; make them a follower to let them take part.",
            sender.name, self.letter.from
        );
        let note = Text { body: format!("{about}\n\n{}", text.body), html: None, ..text };
        match self.join(number, |_| Ok(Permit::note(note.clone()))).await {
            Err(Error::Store(store::Error::Refused(refusal))) => {
                self.turn_down(&refusal, Some(number)).await
            }
            joined => joined,
        }
    }
}
