//! One mail as the desk reads it: who sent it, where it was sent, what it answers, what it says.
//! Pure: what the table knows of any of this is looked up elsewhere.

use desk::Number;
use desk::config::{Config, Queue};
use desk::history::{File, Text};
use desk::person::normal_address;
use desk::ticket::Place;
use email::reply_address::{self, Claim};
use email::{Attachment, Automatic, reply, subject, unsubscribe};

use crate::verdict::Verdicts;

/// A title has at most this many characters.
const LONGEST_TITLE: usize = 300;
/// A name has at most this many characters.
const LONGEST_NAME: usize = 200;
/// Of more recipients only the first are looked at.
const MOST_RECIPIENTS: usize = 50;
/// Of a longer thread only its first and newest mails are looked up.
const MOST_ANSWERED: usize = 12;
/// Whom a ticket is for when the mail names nobody. RFC 2606: no mail ever reaches it.
const NOBODY: &str = "unknown@invalid";
/// Of people in copy only the first are looked at: no mail by hand has more.
const MOST_COPIED: usize = 48;

/// A mail.
pub(crate) struct Letter {
    /// As it came.
    pub(crate) raw: Vec<u8>,
    /// Its fields.
    pub(crate) mail: email::Mail,
    /// What the server thought of it.
    pub(crate) verdicts: Verdicts,
    /// Who sent it, in the form addresses are compared in.
    pub(crate) from: String,
    /// What they call themselves.
    pub(crate) name: Option<String>,
}

impl Letter {
    /// Reads any bytes. Results of authentication are believed of the server of this name.
    pub(crate) fn read(raw: Vec<u8>, server: Option<&str>) -> Letter {
        let mail = read_by(email::parse, &raw);
        let verdicts = Verdicts::of(&raw, &mail, server);
        let (from, name) = sender(&mail);
        Letter { raw, mail, verdicts, from, name }
    }

    /// Nobody is named as its sender.
    pub(crate) fn is_nobodys(&self) -> bool {
        self.from == NOBODY
    }

    /// Whom else it was sent to: neither its sender nor an address of the desk, each once.
    pub(crate) fn others(&self, config: &Config) -> Vec<(String, Option<String>)> {
        let mut others: Vec<(String, Option<String>)> = Vec::new();
        for one in self.mail.to.iter().chain(&self.mail.cc) {
            let Some(address) = normal_address(&one.email) else { continue };
            let desks = config.queue_by_address(&address).is_some()
                || reply_address::read(&address).is_some()
                || unsubscribe::read(&address).is_some();
            let known = address == self.from || others.iter().any(|(other, _)| *other == address);
            if !desks && !known {
                others.push((address, one.name.clone()));
            }
            if others.len() >= MOST_COPIED {
                break;
            }
        }
        others
    }

    /// The ticket its subject names. Anybody can write that.
    pub(crate) fn named(&self) -> Option<Number> {
        subject::number(&self.mail.subject).map(Number)
    }

    /// The queue it was sent to, or the first one.
    pub(crate) fn queue<'c>(&self, config: &'c Config) -> Option<&'c Queue> {
        let named = self.recipients().find_map(|address| config.queue_by_address(address));
        named.or_else(|| config.queues.first())
    }

    /// What the signed addresses it was sent to claim.
    pub(crate) fn claims(&self) -> impl Iterator<Item = Claim> {
        self.recipients().filter_map(reply_address::read)
    }

    /// What the addresses to unsubscribe by that it was sent to claim.
    pub(crate) fn unsubscribes(&self) -> impl Iterator<Item = unsubscribe::Claim> {
        self.recipients().filter_map(unsubscribe::read)
    }

    /// Whom the envelope names first, then the header.
    fn recipients(&self) -> impl Iterator<Item = &str> {
        let headers = self.mail.to.iter().chain(&self.mail.cc).map(|to| to.email.as_str());
        self.mail.recipient.as_deref().into_iter().chain(headers).take(MOST_RECIPIENTS)
    }

    /// The mails it answers, the closest first.
    pub(crate) fn answers(&self) -> Vec<&str> {
        let thread = self.mail.references.iter();
        let mut closest: Vec<&str> = Vec::new();
        for id in self.mail.in_reply_to.iter().chain(thread.rev()) {
            if !closest.contains(&id.as_str()) && closest.len() < MOST_ANSWERED {
                closest.push(id);
            }
        }
        let first = self.mail.references.first().map(String::as_str);
        closest.extend(first.filter(|first| !closest.contains(first)));
        closest
    }

    /// The mails it answers, the closest first, and itself.
    pub(crate) fn thread(&self) -> impl Iterator<Item = &str> {
        self.answers().into_iter().chain(self.mail.message_id.as_deref())
    }

    /// Nothing may be sent back.
    pub(crate) fn is_silent(&self) -> bool {
        self.mail.automatic.is_some() || self.mail.null_return_path || self.is_nobodys()
    }

    /// Why a mail that a machine wrote opens no ticket; none for people and lists.
    pub(crate) fn machine(&self) -> Option<&'static str> {
        match self.mail.automatic? {
            Automatic::Bounce => Some("a mail could not be delivered"),
            Automatic::AutoReply => Some("an automatic answer"),
            Automatic::Report => Some("a report from a machine"),
            Automatic::List => None,
        }
    }

    /// The thread it began or goes on.
    pub(crate) fn place(&self) -> Option<Place> {
        let message_id = self.mail.message_id.clone()?;
        Some(Place::Mail { message_id })
    }

    /// As a ticket of its own: all it says.
    pub(crate) fn as_opening(&self, files: Vec<File>) -> Text {
        Text {
            title: Some(title(&self.mail.subject)),
            body: without_nul(&self.mail.text),
            html: self.mail.html.as_deref().map(without_nul),
            files,
            ..Text::default()
        }
    }

    /// As a ticket that goes on after a closed one.
    pub(crate) fn as_follow_up(&self, of: Number, files: Vec<File>) -> Text {
        let answer = self.as_answer(files);
        let body = format!("{}\n\nFollow-up of {of}", answer.body.trim_end());
        Text { title: Some(title(&self.mail.subject)), body, ..answer }
    }

    /// As the requester's answer: what is new in it, and the whole beside it.
    pub(crate) fn as_answer(&self, files: Vec<File>) -> Text {
        let whole = without_nul(&self.mail.text);
        let body = reply::visible(&whole);
        let full = (body != whole).then_some(whole);
        let html = self.mail.html.as_deref().map(without_nul);
        Text { body, html, full, files, ..Text::default() }
    }

    /// What is new in an agent's answer, since the requester reads it and what an agent quotes was
    /// written to agents. None where nothing is new.
    pub(crate) fn agents_words(&self) -> Option<String> {
        let answer = reply::split(&without_nul(&self.mail.text));
        let nothing = answer.nothing_new && !self.mail.text.trim().is_empty();
        (!nothing).then_some(answer.text)
    }

    /// The mail it passes on: written out below what its sender says, or as its only file.
    pub(crate) fn passed_on(&self) -> Option<PassedOn> {
        let found = email::forwarded(&self.mail.subject, &self.mail.text);
        let (from, subject, text, before) = match found {
            Some(found) => (found.from?, found.subject, found.text, found.before),
            None => self.enclosed()?,
        };
        let address = normal_address(&from.email).filter(|address| *address != self.from)?;
        let subject = subject.unwrap_or_else(|| self.mail.subject.clone());
        Some(PassedOn { address, name: from.name, title: title(&subject), text, before })
    }

    /// A mail in a mail, where there is nothing else.
    fn enclosed(&self) -> Option<(email::Address, Option<String>, String, String)> {
        let [file] = self.mail.attachments.as_slice() else { return None };
        if file.content_type != "message/rfc822" {
            return None;
        }
        let inner = read_by(email::parse, &file.bytes);
        Some((inner.from?, Some(inner.subject), inner.text, self.mail.text.clone()))
    }
}

/// A mail somebody else wrote, handed on by an agent.
pub(crate) struct PassedOn {
    /// Who wrote it, in the form addresses are compared in.
    pub(crate) address: String,
    /// What they call themselves.
    pub(crate) name: Option<String>,
    /// What the agent wrote above it.
    pub(crate) before: String,
    title: String,
    text: String,
}

impl PassedOn {
    /// As a ticket of its own.
    pub(crate) fn as_opening(&self, files: Vec<File>) -> Text {
        let (title, body) = (Some(self.title.clone()), without_nul(&self.text));
        Text { title, files, ..Text::plain(body) }
    }
}

/// A subject as a ticket's title.
fn title(subject: &str) -> String {
    let title = subject::tidy(subject);
    let title: String = title.chars().take(LONGEST_TITLE).collect();
    if title.is_empty() { "(no subject)".to_owned() } else { without_nul(&title) }
}

/// What a reader makes of the bytes. Should it fail on them, they become a mail that says so and has
/// them as its file: somebody can still open it with another program.
fn read_by(reader: impl FnOnce(&[u8]) -> email::Mail, raw: &[u8]) -> email::Mail {
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| reader(raw)));
    read.unwrap_or_else(|_| {
        tracing::error!(mail.bytes = raw.len(), "a mail could not be read");
        email::Mail {
            subject: "A mail that could not be read".to_owned(),
            text: "This mail could not be read. It is attached as it came.".to_owned(),
            attachments: vec![Attachment {
                name: "message.eml".to_owned(),
                content_type: "message/rfc822".to_owned(),
                bytes: raw.to_vec(),
                ..Attachment::default()
            }],
            ..email::Mail::default()
        }
    })
}

/// `From`, or else the envelope.
fn sender(mail: &email::Mail) -> (String, Option<String>) {
    if let Some(from) = &mail.from
        && let Some(address) = normal_address(&from.email)
    {
        let name = from.name.as_deref().map(|name| name.chars().take(LONGEST_NAME).collect());
        return (address, name);
    }
    match mail.return_path.as_deref().and_then(normal_address) {
        Some(address) => (address, None),
        None => (NOBODY.to_owned(), Some("Unknown sender".to_owned())),
    }
}

/// NUL ends a text in too many places.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn letter(raw: &str) -> Letter {
        Letter::read(raw.as_bytes().to_vec(), None)
    }

    #[test]
    fn the_sender_is_one_plain_address_or_nobody() {
        let rows = [
            ("From: Ana <Ana@Example.com>\r\n", "ana@example.com", Some("Ana")),
            ("From: \"boss@desk.test\" <evil@x.test>\r\n", "evil@x.test", Some("boss@desk.test")),
            ("Return-Path: <Env@x.test>\r\n", "env@x.test", None),
            ("Return-Path: <env@x.test>\r\nFrom: nobody\r\n", "env@x.test", None),
            ("Return-Path: <>\r\nSubject: s\r\n", NOBODY, Some("Unknown sender")),
            ("Subject: s\r\n", NOBODY, Some("Unknown sender")),
        ];
        for (headers, address, name) in rows {
            let letter = letter(&format!("{headers}\r\nhi\r\n"));
            assert_eq!((letter.from.as_str(), letter.name.as_deref()), (address, name));
        }
        let long = letter(&format!("From: {} <a@b.c>\r\n\r\nhi", "n".repeat(5000)));
        assert_eq!(long.name.unwrap().len(), LONGEST_NAME);
    }

    #[test]
    fn the_recipient_chooses_the_queue() {
        let mut config = Config::fresh("desk.test", "admin@desk.test", TimeZone::UTC);
        let mut sales = config.queues[0].clone();
        (sales.id, sales.address) = ("sales".into(), "Sales@desk.test".into());
        config.queues.push(sales);
        let rows = [
            ("To: sales@desk.test\r\n", "sales"),
            ("To: x@y.z\r\nCc: SALES+rabc@Desk.test\r\n", "sales"),
            (
                "Received: from a by b for <sales@desk.test>; d\r\nTo: support@desk.test\r\n",
                "sales",
            ),
            ("Received: from a by b for <x@y.z>; d\r\nTo: support@desk.test\r\n", "support"),
            ("To: x@y.z\r\n", "support"),
            ("", "support"),
        ];
        for (headers, queue) in rows {
            let letter = letter(&format!("{headers}From: a@b.c\r\n\r\nhi"));
            assert_eq!(letter.queue(&config).unwrap().id.as_str(), queue, "{headers}");
        }
        config.queues.clear();
        assert!(letter("To: sales@desk.test\r\n\r\n").queue(&config).is_none());
    }

    #[test]
    fn the_closest_mail_is_looked_up_first() {
        let ids: Vec<String> = (0..100).map(|n| format!("<{n}@x>")).collect();
        let raw = format!("In-Reply-To: <99@x>\r\nReferences: {}\r\n\r\n", ids.join(" "));
        let letter = letter(&raw);
        let answers = letter.answers();
        assert_eq!(answers.len(), MOST_ANSWERED + 1);
        assert_eq!((answers[0], answers[1], answers[MOST_ANSWERED]), ("99@x", "98@x", "0@x"));
    }

    #[test]
    fn words_become_texts() {
        let raw = "From: a@b.c\r\nSubject: Re: it\r\n\r\nNo.\r\n\r\nOn Mon, Nov 23, 2026 at 9:00, Ana <a@x.test> wrote:\r\n> old\r\n";
        let reply = letter(raw);
        let opening = reply.as_opening(vec![]);
        assert_eq!(opening.title.as_deref(), Some("it"));
        assert!(opening.body.contains("> old") && opening.full.is_none());
        let answer = reply.as_answer(vec![]);
        assert_eq!(answer.body, "No.");
        assert!(answer.full.unwrap().contains("> old"));
        let follow_up = reply.as_follow_up(Number(7), vec![]);
        assert_eq!(follow_up.body, "No.\n\nFollow-up of #7");
        assert_eq!(follow_up.title.as_deref(), Some("it"));
        assert_eq!(reply.agents_words().as_deref(), Some("No."));
    }

    #[test]
    fn an_agent_who_writes_nothing_answers_nothing() {
        let quote = "> ## Reply above this line ##\r\n> secret\r\n";
        for (body, expected) in [(quote, None), ("", Some("")), (" \r\n", Some(""))] {
            let words = letter(&format!("From: a@b.c\r\n\r\n{body}")).agents_words();
            assert_eq!(words.as_deref().map(str::trim), expected, "{body:?}");
        }
    }

    #[test]
    fn a_title_is_always_there_and_short() {
        let long = format!("Subject: {}\r\n\r\n", "ü".repeat(900));
        assert_eq!(title(&letter(&long).mail.subject).chars().count(), LONGEST_TITLE);
        for raw in ["", "Subject:\r\n\r\nx", "Subject: \r\n \r\n\r\nx"] {
            assert_eq!(title(&letter(raw).mail.subject), "(no subject)");
        }
    }

    #[test]
    fn machines_are_named_and_never_answered() {
        let rows = [
            ("", None, false),
            ("List-Id: <l.x>\r\n", None, true),
            ("Auto-Submitted: auto-replied\r\n", Some("an automatic answer"), true),
            ("Return-Path: <>\r\n", Some("a mail could not be delivered"), true),
        ];
        for (headers, machine, silent) in rows {
            let letter = letter(&format!("{headers}From: a@b.c\r\n\r\nhi"));
            assert_eq!((letter.machine(), letter.is_silent()), (machine, silent), "{headers}");
        }
        assert!(letter("hi").is_silent());
    }

    #[test]
    fn what_no_reader_can_read_is_kept_as_a_file() {
        let mail = read_by(|_| panic!("poison"), b"poison");
        assert_eq!(mail.subject, "A mail that could not be read");
        assert_eq!(mail.attachments[0].bytes, b"poison");
        assert_eq!(read_by(email::parse, b"From: a@b.c\r\n\r\nhi").text.trim(), "hi");
    }

    #[test]
    fn others_are_neither_the_sender_nor_the_desk() {
        let config = Config::fresh("desk.test", "admin@desk.test", TimeZone::UTC);
        let signed = reply_address::sign(&email::Keys::new("k"), 7, "ana", "support@desk.test");
        let many: Vec<String> = (0..100).map(|n| format!("p{n}@x.y")).collect();
        let raw = format!(
            "From: a@b.c\r\nTo: support@desk.test, {signed}, Eve <Eve@x.y>\r\nCc: a@b.c, eve@x.y, {}\r\n\r\nhi",
            many.join(", ")
        );
        let others = letter(&raw).others(&config);
        assert_eq!(others[0], ("eve@x.y".to_owned(), Some("Eve".to_owned())));
        assert_eq!((others[1].0.as_str(), others.len()), ("p0@x.y", MOST_COPIED));
        assert!(
            letter("From: a@b.c\r\nTo: support@desk.test\r\n\r\nhi").others(&config).is_empty()
        );
    }

    #[test]
    fn a_mail_that_is_passed_on_is_its_writers() {
        let written = "FYI\r\n\r\n---------- Forwarded message ---------\r\nFrom: Kofi <Kofi@x.test>\r\n\
                       Date: Mon, 23 Nov 2026\r\nSubject: Re: The lamp\r\nTo: ben@d.test\r\n\r\nIt is dark.\r\n";
        let inside = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
                      Content-Type: message/rfc822\r\n\r\nFrom: Kofi <kofi@x.test>\r\n\
                      Subject: The lamp\r\n\r\nIt is dark.\r\n--b--\r\n";
        for (headers, body) in
            [("Subject: Fwd: The lamp\r\n\r\n", written), ("Subject: Fwd\r\n", inside)]
        {
            let passed =
                letter(&format!("From: ben@d.test\r\n{headers}{body}")).passed_on().unwrap();
            let opening = passed.as_opening(vec![]);
            assert_eq!(passed.address, "kofi@x.test");
            assert_eq!(
                (opening.title.as_deref(), opening.body.trim()),
                (Some("The lamp"), "It is dark.")
            );
        }
        let own = letter("From: ben@d.test\r\nSubject: The lamp\r\n\r\nIt is dark.\r\n");
        assert!(own.passed_on().is_none());
    }
}
