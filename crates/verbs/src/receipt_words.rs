//! The receipt of a ticket's promises in chat: a line for each promise, its stretches below it, and what
//! comes. Moments stay moments, so that everybody reads them in their own zone.

use chat::view::Piece;
use desk::Number;
use desk::receipt::{Coming, Next, Receipt, Stretch, Target};
use desk::schedule::Calendar;
use desk::sla::{Metric, State};
use jiff::{SignedDuration, Timestamp};

/// How many of a promise's latest stretches are shown.
const STRETCHES: usize = 8;
/// How much of what comes is shown.
const COMING: usize = 4;

type Line = Vec<Piece>;

/// The whole receipt.
pub(crate) fn lines(number: Number, receipt: &Receipt) -> Vec<Line> {
    let mut lines = vec![vec![words(format!("{number}: what was promised, and what is left"))]];
    for target in receipt.targets.iter().filter(|target| !target.stretches.is_empty()) {
        lines.push(promise(target));
        let hidden = target.stretches.len().saturating_sub(STRETCHES);
        if hidden > 0 {
            lines.push(vec![words(format!("· … {hidden} earlier"))]);
        }
        lines.extend(target.stretches.iter().skip(hidden).map(stretch));
    }
    lines.extend(receipt.next.iter().take(COMING).map(coming));
    if receipt.next.is_empty() && !receipt.abridged {
        lines.push(vec![words("Next: nothing happens by itself.")]);
    }
    if let Some(silence) = receipt.silence {
        lines.push(vec![words("Somebody took notice: nobody is told until "), at(silence.until)]);
    }
    lines
}

fn words(text: impl Into<String>) -> Piece {
    Piece::Words(text.into())
}

fn at(moment: Timestamp) -> Piece {
    Piece::Moment(moment.as_second())
}

/// One promise: how much of it is spent, and where it stands.
fn promise(target: &Target) -> Line {
    let hours = match target.calendar {
        Calendar::AroundTheClock => "around the clock",
        Calendar::Staffed(_) => "staffed hours",
    };
    let name = metric(target.metric);
    let mut line = vec![words(format!("{name} ({}, {hours}): {}", target.policy, used(target)))];
    match (target.met_at, target.due_at) {
        (Some(met), _) => line.extend([words(", met "), at(met)]),
        (None, Some(due)) => line.extend([words(", due "), at(due)]),
        (None, None) if target.state == State::Paused => line.push(words(", the clock stands")),
        (None, None) => {}
    }
    if let Some(first) = target.promised.first().filter(|first| first.target != target.target) {
        let original = first.target.map_or("nothing".to_owned(), spoken);
        line.push(words(format!(", first promised {original}")));
    }
    if target.breached {
        line.push(words(", was overdue"));
    }
    line
}

fn used(target: &Target) -> String {
    let spent = spoken(target.spent);
    target.target.map_or_else(
        || format!("{spent}, nothing promised"),
        |whole| format!("{spent} of {}", spoken(whole)),
    )
}

fn stretch(stretch: &Stretch) -> Line {
    let mut line = vec![words("· "), at(stretch.from), words(" to ")];
    line.push(stretch.to.map_or_else(|| words("now"), at));
    let counts = match stretch.counted {
        true => format!(": {}. ", spoken(stretch.staffed)),
        false => ": does not count. ".to_owned(),
    };
    line.push(words(format!("{counts}{}", stretch.reason.sentence())));
    if let Some(until) = stretch.until {
        line.extend([words(" It wakes up "), at(until)]);
    }
    line
}

fn coming(next: &Next) -> Line {
    let about = next.metric.map_or_else(String::new, |about| format!("{}: ", metric(about)));
    let told =
        if next.silent && next.what != Coming::Breach { " Nobody will be told." } else { "" };
    vec![words("Next: "), at(next.at), words(format!(" {about}{}{told}", next.what.sentence()))]
}

fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::FirstResponse => "First reply",
        Metric::NextResponse => "Next reply",
        Metric::Resolution => "Solution",
    }
}

/// A length of time, as people say it; staffed hours are not counted in days.
fn spoken(length: SignedDuration) -> String {
    let minutes = length.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
#[path = "receipt_words_tests.rs"]
mod tests;
