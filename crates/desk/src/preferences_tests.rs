//! Quiet nights, days away, the digest at nine.

use super::*;
use crate::message::Message;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn night() -> Quiet {
    Quiet { zone: berlin(), from: Time::constant(22, 0, 0, 0), to: Time::constant(7, 0, 0, 0) }
}

#[test]
fn quiet_goes_past_midnight_and_over_the_change_of_clocks() {
    for (now, ends) in [
        ("2026-11-23T20:59:59Z", None),
        ("2026-11-23T21:00:00Z", Some("2026-11-24T06:00:00Z")),
        ("2026-11-24T05:59:59Z", Some("2026-11-24T06:00:00Z")),
        ("2026-11-24T06:00:00Z", None),
        // On the last Sunday of March the night is an hour shorter.
        ("2026-03-28T22:00:00Z", Some("2026-03-29T05:00:00Z")),
    ] {
        assert_eq!(night().ends(at(now)), ends.map(at), "{now}");
    }
    let noon =
        Quiet { from: Time::constant(12, 0, 0, 0), to: Time::constant(13, 0, 0, 0), ..night() };
    assert_eq!(noon.ends(at("2026-11-23T11:30:00Z")), Some(at("2026-11-23T12:00:00Z")));
    assert_eq!(noon.ends(at("2026-11-23T12:30:00Z")), None);
}

#[test]
fn what_can_wait_waits_and_what_cannot_does_not() {
    let quiet = Preferences { quiet: Some(night()), ..Preferences::default() };
    let digest = Preferences { digest: true, ..quiet.clone() };
    let (evening, day) = ("2026-11-23T22:00:00Z", "2026-11-23T10:00:00Z");
    let (morning, nine) = ("2026-11-24T06:00:00Z", "2026-11-24T08:00:00Z");
    for (who, weight, now, shown) in [
        (&quiet, Weight::Conversation, evening, evening),
        (&quiet, Weight::Pressing, evening, evening),
        (&quiet, Weight::News, evening, morning),
        (&quiet, Weight::Background, evening, morning),
        (&quiet, Weight::News, day, day),
        (&digest, Weight::News, evening, morning),
        (&digest, Weight::Background, evening, nine),
        (&digest, Weight::Background, day, nine),
        (&digest, Weight::News, day, day),
    ] {
        let moment = who.not_before(weight, &berlin(), at(now));
        assert_eq!(moment, at(shown), "{weight:?} at {now}");
    }
}

#[test]
fn whoever_is_away_has_a_substitute_and_comes_back_in_their_hours() {
    let now = at("2026-11-23T10:00:00Z");
    let away = |until: Option<&str>| Preferences {
        away: Some(Away { until: until.map(at), substitute: Some(PersonId::from("ben")) }),
        ..Preferences::default()
    };
    let office = Calendar::office(berlin());
    let there = |who: &Preferences, hours| who.there(hours, now);
    assert_eq!(there(&Preferences::default(), None), Some(now));
    assert_eq!(there(&Preferences::default(), Some(&office)), Some(now));
    let noon = at("2026-11-23T11:30:00Z");
    let after_lunch = Preferences::default().there(Some(&office), noon);
    assert_eq!(after_lunch, Some(at("2026-11-23T12:00:00Z")));
    let back = away(Some("2026-11-28T10:00:00Z"));
    assert_eq!(there(&back, None), Some(at("2026-11-28T10:00:00Z")));
    assert_eq!(there(&back, Some(&office)), Some(at("2026-11-30T08:00:00Z")), "a Monday");
    assert_eq!(there(&away(None), Some(&office)), None);
    assert_eq!(back.substitute(now), Some(&PersonId::from("ben")));
    assert_eq!(back.substitute(at("2026-11-28T10:00:00Z")), None);
    assert!(!away(Some("2026-11-23T10:00:00Z")).is_away(now));
}

#[test]
fn a_message_goes_the_way_its_reader_likes() {
    let now = at("2026-11-23T22:00:00Z");
    let ana = || PersonId::from("ana");
    let owed = |lane: Lane, message, otherwise| Owed {
        number: crate::Number(7),
        seq: 3,
        lane,
        message,
        otherwise,
        except: Vec::new(),
        urgent: false,
    };
    let both = Reachable { mail: true, chat: true };
    let mail_only = Reachable { mail: true, chat: false };
    let (mail, chat) = (Lane::Mail(ana()), Lane::Chat(ana()));
    let usual = Preferences::default();
    let by_mail = Preferences { reach: Reach::Mail, ..usual.clone() };
    let by_chat = Preferences { reach: Reach::Chat, ..usual.clone() };
    let asleep = Preferences { quiet: Some(night()), ..usual.clone() };
    let (first, also) = (Otherwise::Mail, Otherwise::Nothing);
    let (news, talk) = (Message::Assigned, Message::Reply);
    for (n, (who, lane, message, otherwise, can, way)) in [
        (&usual, &chat, news, first, both, Way::Here),
        (&usual, &chat, news, first, mail_only, Way::Otherwise(mail.clone())),
        (&usual, &chat, news, also, mail_only, Way::Nowhere),
        (&by_mail, &chat, news, first, both, Way::Otherwise(mail.clone())),
        (&by_mail, &chat, news, also, both, Way::Nowhere),
        (&by_mail, &mail, news, also, both, Way::Here),
        (&by_chat, &mail, news, first, both, Way::Otherwise(chat.clone())),
        (&by_chat, &mail, news, also, both, Way::Nowhere),
        (&by_chat, &mail, news, also, mail_only, Way::Here),
        (&by_chat, &mail, talk, first, both, Way::Here),
        (&asleep, &chat, news, first, both, Way::Later(at("2026-11-24T06:00:00Z"))),
        (&asleep, &chat, talk, first, both, Way::Here),
    ]
    .into_iter()
    .enumerate()
    {
        let owed = owed(lane.clone(), message, otherwise);
        assert_eq!(who.way(&owed, can, None, &TimeZone::UTC, now), way, "{n}");
    }
    let ben = PersonId::from("ben");
    let told = usual.way(&owed(chat.clone(), news, first), both, Some(&ben), &TimeZone::UTC, now);
    assert_eq!(told, Way::Instead(ben.clone()));
    let told = usual.way(&owed(chat, talk, first), both, Some(&ben), &TimeZone::UTC, now);
    assert_eq!(told, Way::Here, "a conversation is nobody else's");
}
