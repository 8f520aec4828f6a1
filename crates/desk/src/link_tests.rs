//! Codes by table, and who becomes one with whom.

use super::*;

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn request() -> Request {
    Request {
        address: "ana@example.org".into(),
        asked_at: at(0),
        code: Some("right".into()),
        tries: 0,
    }
}

#[test]
fn a_code_is_good_once_for_a_while_and_for_five_tries() {
    let wrong = |tries| Given::Wrong(Request { tries, ..request() });
    let rows = [
        (request(), "right", 14, Given::Right),
        (request(), "right", 15, Given::Void),
        (request(), "wrong", 1, wrong(1)),
        (request(), "", 1, wrong(1)),
        (Request { tries: 4, ..request() }, "right", 1, Given::Right),
        (Request { tries: 4, ..request() }, "wrong", 1, wrong(5)),
        (Request { tries: 5, ..request() }, "right", 1, Given::Void),
        (Request { code: None, ..request() }, "right", 1, Given::Void),
        (Request { code: None, ..request() }, "", 1, Given::Void),
    ];
    for (request, code, minutes, expected) in rows {
        assert_eq!(request.given(code, at(minutes)), expected, "{request:?} {code} {minutes}");
    }
}

#[test]
fn three_codes_an_hour_are_sent() {
    let mut asked = Asked::default();
    for minutes in [0, 10, 20] {
        asked = asked.once_more(at(minutes)).unwrap();
    }
    assert_eq!(asked.once_more(at(30)), Err(SignedDuration::from_mins(30)));
    assert_eq!(asked.once_more(at(59)), Err(SignedDuration::from_mins(1)));
    asked = asked.once_more(at(60)).unwrap();
    assert_eq!(asked, Asked(vec![at(10), at(20), at(60)]));
    assert_eq!(asked.once_more(at(61)), Err(SignedDuration::from_mins(9)));
}

#[test]
fn nobody_gains_a_role_by_linking() {
    use Role::*;
    let (ana, kofi) = (Person::named("a".into(), "Ana"), Person::named("k".into(), "Kofi"));
    for role in Role::ALL.iter().copied().filter(|role| *role != Requester) {
        assert_eq!(become_one((&ana, Requester), (&kofi, role)), Err(NotOne::Member), "{role}");
        assert_eq!(become_one((&ana, role), (&kofi, Requester)), Ok(()), "{role}");
        for other in Role::ALL.iter().copied().filter(|role| *role != Requester) {
            let both = become_one((&ana, role), (&kofi, other));
            assert_eq!(both, Err(NotOne::BothMembers), "{role} {other}");
        }
    }
    assert_eq!(become_one((&ana, Requester), (&kofi, Requester)), Ok(()));
    assert_eq!(become_one((&ana, Requester), (&ana, Requester)), Err(NotOne::Already));
}

#[test]
fn becoming_one_is_a_pointer_and_is_taken_back_as_it_was() {
    let person = |id: &str| Person::named(id.into(), id);
    let (ana, kofi, chat) = (person("ana"), person("kofi"), person("chat"));
    let (kofi_too, chat_is) = joined(&kofi, &chat);
    assert_eq!(chat_is.is_now, Some("kofi".into()));
    let (one, kofi_is) = joined(&ana, &kofi_too);
    assert_eq!(one.was, ["chat".into(), "kofi".into()].into());
    assert_eq!(kofi_is.is_now, Some("ana".into()));
    assert_eq!(kofi_is.was, ["chat".into()].into(), "whom they were before they stay");
    assert_eq!(become_one((&one, Role::Requester), (&kofi, Role::Requester)), Err(NotOne::Already));
    assert_eq!(parted(&one, &kofi_is), (ana, kofi_too.clone()));
    assert_eq!(parted(&kofi_too, &chat_is), (kofi, chat));
    let many: Vec<PersonId> = (0..8).map(|n| PersonId(n.to_string())).collect();
    let many = Person { was: many.into_iter().collect(), ..person("many") };
    let two = become_one((&many, Role::Requester), (&person("x"), Role::Requester));
    assert_eq!(two, Err(NotOne::TooMany));
}
