//! The receipt in chat, as people read it; moments are shown as Discord would be sent them.

use desk::Entry;
use desk::history::{Actor, Event, Text};
use desk::receipt::receipt;
use desk::sla::{Alarm, Promise, Repeats, Warning};
use desk::{Channel, PersonId, Priority, QueueId, Type};
use jiff::tz::TimeZone;

use super::*;

fn minute(n: i64) -> Timestamp {
    let monday: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    monday + SignedDuration::from_mins(n)
}

fn history() -> Vec<Entry> {
    let promise = Promise {
        policy: "Gold".into(),
        calendar: Calendar::office(TimeZone::UTC),
        first_response: Some(SignedDuration::from_hours(1)),
        next_response: None,
        resolution: Some(SignedDuration::from_hours(8)),
        warnings: vec![Warning::Spent(75)],
        repeats: Repeats::Digest,
    };
    let kofi = PersonId::from("kofi");
    let opened = Event::Opened {
        number: Number(7),
        requester: kofi.clone(),
        kind: Type::Incident,
        priority: Priority::High,
        channel: Channel::Slack,
        promise,
        origin: None,
        silent: false,
        receipt: desk::Acknowledgement::Whole,
        external_id: None,
        organisation: None,
        language: None,
    };
    let alarm = |n: i64, alarm| {
        let due = minute(n);
        (n, Event::AlarmRaised { metric: Metric::FirstResponse, alarm, due })
    };
    let events = [
        (0, opened),
        (0, Event::Queued { queue: QueueId::from("support") }),
        alarm(45, Alarm::Warning(0)),
        alarm(60, Alarm::Breach),
        (65, Event::Acknowledged { until: minute(365) }),
        (70, Event::Claimed),
        (75, Event::Extended { due_at: minute(24 * 60 + 75) }),
        (90, Event::Awaited),
        (300, Event::RequesterReplied),
        (300, Event::Resumed),
        (310, Event::Held { until: minute(3 * 24 * 60) }),
    ];
    let by = Actor::person(kofi);
    let entry = |(at, event)| Entry {
        at: minute(at),
        by: by.clone(),
        event,
        text: Some(Text::plain("words")),
    };
    events.into_iter().map(entry).collect()
}

fn shown(receipt: &Receipt) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Moment(at) => {
            Timestamp::from_second(*at).unwrap().strftime("<%a %H:%M>").to_string()
        }
    };
    let lines = lines(Number(7), receipt);
    let text: Vec<String> = lines.iter().map(|line| line.iter().map(piece).collect()).collect();
    text.join("\n")
}

#[test]
fn as_an_agent_reads_it() {
    let receipt = receipt(&history(), minute(340)).unwrap();
    insta::assert_snapshot!(shown(&receipt));
}

#[test]
fn as_its_requester_reads_it() {
    let receipt = receipt(&history(), minute(340)).unwrap().for_requester();
    insta::assert_snapshot!(shown(&receipt));
}

#[test]
fn lengths_are_said_in_hours() {
    let rows =
        [(0, "0 min"), (59, "59 min"), (60, "1 h"), (61, "1 h 1 min"), (40 * 60 + 5, "40 h 5 min")];
    for (minutes, expected) in rows {
        assert_eq!(spoken(SignedDuration::from_mins(minutes)), expected);
    }
}
