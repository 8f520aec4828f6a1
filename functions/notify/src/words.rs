//! What the desk writes to people by itself: every mail and every message in chat that follows a
//! commit. All of it, in one place: which words a message has, whose they are, and what goes with them.
//! The words themselves lie in `locales`.

use chat::view::TicketView;
use desk::outbox::Message;
use desk::view::Viewer;
use fluent_bundle::FluentArgs;

use crate::facts::Facts;
use crate::filling::filling;
use crate::letter::{Kind, Letter};
use crate::summary::summary;

/// What this message says. What a rule wrote nobody wrote by hand.
pub(crate) fn letter(facts: &Facts, message: Message) -> Letter {
    let letter = worded(facts, message);
    let automatic = letter.automatic || facts.entry.by.rule_id().is_some();
    let quoted = with_files(&letter.quoted, facts);
    Letter { automatic, quoted, ..letter }
}

/// Somebody's words, with the names of the files that came with them.
fn with_files(quoted: &str, facts: &Facts) -> String {
    let names: Vec<&str> = facts.files().iter().map(|file| file.name.as_str()).collect();
    if names.is_empty() {
        return quoted.to_owned();
    }
    let names = FluentArgs::from_iter([("names", names.join(", "))]);
    format!("{quoted}\n\n{}", facts.locale.say("files", &names)).trim().to_owned()
}

fn worded(facts: &Facts, message: Message) -> Letter {
    let (with, said) = (filling(facts, message), facts.said());
    // In passing; to the requester; from person to person; how it stands; and what was said besides.
    let news = |name: &str| Letter::worded(facts.locale, name, &with);
    let talk = |name: &str| news(name).for_requester();
    let hand = |name: &str| talk(name).quoting(said).by_hand();
    let state = |name: &str| news(name).stating(summary(facts));
    let work = |name: &str| state(name).quoting(said);
    match message {
        Message::Receipt => talk("receipt"),
        Message::PlainReceipt => news("plain-receipt").naming_nobody(),
        Message::Reply => hand("reply"),
        Message::AutoReply => talk("auto-reply").quoting(said),
        Message::Question => hand("question"),
        Message::Solution => hand("solution"),
        Message::Reminder => talk("reminder"),
        Message::Solved => talk("solved"),
        Message::Ended(_) => hand("ended"),
        Message::InHands => talk("in-hands"),
        Message::MovedOn => talk("moved-on"),
        Message::Reprioritised => talk("reprioritised"),
        Message::GoesOnIn(_) => talk("goes-on-in"),
        Message::OnItsOwn => news("on-its-own"),
        Message::NowFollowing => news("now-following"),
        Message::OthersWrote => hand("others-wrote"),
        Message::VisitPlanned => talk("visit-planned"),
        Message::VisitYours => state("visit-yours"),
        Message::VisitStarted => talk("visit-started"),
        Message::VisitDone => talk("visit-done").quoting(said),
        Message::VisitCancelled => talk("visit-cancelled").quoting(said),
        Message::Card | Message::Refresh => {
            state("card").quoting(&facts.opening.body).looking(Kind::Card)
        }
        Message::Mirror | Message::MirrorChanged(_) => news("mirror").quoting(said),
        Message::Notice => work("notice"),
        Message::ReviewWanted => work("review-wanted"),
        Message::LetThrough => news("let-through"),
        Message::ChangesWanted => work("changes-wanted"),
        Message::Assigned => work("assigned"),
        Message::NotYours => state("not-yours"),
        Message::RequesterWrote => work("requester-wrote"),
        Message::NotSolved => work("not-solved"),
        Message::Confirmed => news("confirmed"),
        Message::CameBack => work("came-back"),
        Message::Unhappy => work("unhappy"),
        Message::Mentioned => work("mentioned"),
        Message::Withdrawn => news("withdrawn"),
        Message::Awake => work("awake"),
        Message::TaskGiven => work("task-given"),
        Message::TaskDue => work("task-due"),
        Message::TookIn(_) => news("took-in"),
        Message::HelpWanted => work("help-wanted").looking(Kind::Alert),
        Message::NotDelivered => news("not-delivered"),
        Message::Alarm(..) => state("alarm").looking(Kind::Alert),
        // Written where they are sent, or for programs.
        Message::Digest | Message::LinkCode | Message::Events(_) | Message::GiveOut(_) => news(""),
    }
}

/// The ticket as the card in chat shows it.
pub(crate) fn view(facts: &Facts, letter: &Letter) -> TicketView {
    if letter.in_conversation {
        return shown(facts, Viewer::Requester);
    }
    let view = shown(facts, Viewer::Agent);
    TicketView { footer: facts.is_private().then(|| facts.locale.word("private")), ..view }
}

/// The ticket as whoever looks at it is shown it.
pub(crate) fn shown(facts: &Facts, viewer: Viewer) -> TicketView {
    let (stored, asked) = (&facts.stored, facts.opening.body.as_str());
    verbs::shown(stored, &stored.title, asked, viewer, &facts.config, facts.now)
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
