//! Turns, load, skills, regions, hours: who is chosen, and that turns come out even.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn somebody(id: &str) -> Candidate {
    Candidate {
        id: PersonId::from(id),
        skills: BTreeSet::new(),
        regions: BTreeSet::new(),
        there: Some(NOW),
        load: 0,
        capacity: None,
    }
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn give(id: &str) -> Choice {
    Choice::Give(PersonId::from(id))
}

fn later(minutes: i64) -> Timestamp {
    NOW + SignedDuration::from_mins(minutes)
}

#[test]
fn ten_at_once_are_shared_evenly_and_in_turn() {
    let team = [somebody("ana"), somebody("ben"), somebody("cem")];
    let mut rota = Rota::default();
    let mut order = Vec::new();
    for number in 1..=10 {
        let choice = choose(&Need::default(), &team, How::RoundRobin, &rota, NOW);
        let Choice::Give(to) = choice else { panic!("{choice:?}") };
        rota = rota.given(Number(number), &to, NOW);
        order.push(to.0);
    }
    let turns = ["ana", "ben", "cem"].into_iter().cycle().take(10).collect::<Vec<_>>();
    assert_eq!(order, turns);
    assert_eq!(rota.turn, 10);
}

#[test]
fn whoever_comes_back_is_not_buried() {
    let mut rota = Rota::default();
    for number in 1..=9 {
        rota = rota.given(Number(number), &PersonId::from("ana"), NOW);
    }
    let team = [somebody("ana"), somebody("ben")];
    let need = Need::default();
    assert_eq!(choose(&need, &team, How::RoundRobin, &rota, NOW), give("ben"));
    rota = rota.given(Number(10), &PersonId::from("ben"), NOW);
    assert_eq!(choose(&need, &team, How::RoundRobin, &rota, NOW), give("ana"));
}

#[test]
fn the_least_loaded_has_the_fewest_open_ones_and_room_for_more() {
    let loaded = |id, load, capacity| Candidate { load, capacity, ..somebody(id) };
    let rota = Rota::default();
    for (team, chosen) in [
        ([loaded("ana", 3, None), loaded("ben", 2, None)], give("ben")),
        ([loaded("ana", 3, Some(9)), loaded("ben", 2, Some(2))], give("ana")),
        ([loaded("ana", 9, Some(9)), loaded("ben", 2, Some(2))], Choice::Wait(None)),
        ([loaded("ana", 2, None), loaded("ben", 2, None)], give("ana")),
    ] {
        let choice = choose(&Need::default(), &team, How::LeastLoaded, &rota, NOW);
        assert_eq!(choice, chosen, "{team:?}");
    }
}

#[test]
fn what_a_list_does_not_show_yet_counts_once() {
    let ana = PersonId::from("ana");
    let rota = Rota::default().given(Number(1), &ana, NOW).given(Number(2), &ana, NOW);
    let seen = rota.fresh_numbers();
    assert_eq!(rota.load(&ana, &[Number(1)], &BTreeSet::new()), 2);
    assert_eq!(rota.load(&ana, &[Number(1)], &seen), 1, "the other was seen to be solved");
    assert_eq!(rota.given(Number(3), &ana, NOW).load(&ana, &[Number(1)], &seen), 2);
    assert_eq!(rota.load(&PersonId::from("ben"), &[], &BTreeSet::new()), 0);
    assert_eq!(rota.given(Number(3), &ana, later(1)).fresh.len(), 1);
}

#[test]
fn skills_and_regions_narrow_the_choice_and_never_to_nobody() {
    let team = [
        somebody("ana"),
        Candidate { skills: set(&["network"]), ..somebody("ben") },
        Candidate { skills: set(&["network", "voip"]), ..somebody("cem") },
        Candidate { regions: set(&["north"]), ..somebody("dee") },
    ];
    let need = |tags: &[&str], region: Option<&str>| Need {
        tags: set(tags),
        region: region.map(str::to_owned),
        handlers: Vec::new(),
    };
    for (need, chosen) in [
        (need(&[], None), "ana"),
        (need(&["network"], None), "ben"),
        (need(&["network", "voip", "urgent"], None), "cem"),
        (need(&["plumbing"], None), "ana"),
        (need(&[], Some("north")), "dee"),
        (need(&[], Some("south")), "ana"),
        (Need { handlers: vec![PersonId::from("dee")], ..need(&["network"], None) }, "dee"),
        (Need { handlers: vec![PersonId::from("gone")], ..need(&["voip"], None) }, "cem"),
    ] {
        let choice = choose(&need, &team, How::RoundRobin, &Rota::default(), NOW);
        assert_eq!(choice, give(chosen), "{need:?}");
    }
}

#[test]
fn whoever_is_not_there_is_waited_for() {
    let at = |id, there| Candidate { there, ..somebody(id) };
    let choose =
        |team: &[Candidate]| choose(&Need::default(), team, How::RoundRobin, &Rota::default(), NOW);
    assert_eq!(choose(&[at("ana", Some(later(5))), at("ben", Some(NOW))]), give("ben"));
    let both_later = [at("ana", Some(later(9))), at("ben", Some(later(5)))];
    assert_eq!(choose(&both_later), Choice::Wait(Some(later(5))));
    assert_eq!(choose(&[at("ana", None)]), Choice::Wait(None));
    assert_eq!(choose(&[]), Choice::Nobody);
}

#[test]
fn the_longest_beginning_of_a_postcode_decides() {
    let region = |id: &str, postcodes: &[&str]| Region {
        id: id.into(),
        name: id.into(),
        postcodes: postcodes.iter().map(|begins| (*begins).into()).collect(),
    };
    let regions = [region("berlin", &["10", "12", "SW1A"]), region("mitte", &["101", ""])];
    for (postcode, found) in [
        ("10115", Some("mitte")),
        ("10999", Some("berlin")),
        ("sw1a 1aa", Some("berlin")),
        ("SW1 A1AA", Some("berlin")),
        ("80331", None),
        ("", None),
    ] {
        let region = region_of(&regions, postcode).map(|region| region.id.as_str());
        assert_eq!(region, found, "{postcode}");
    }
}

proptest! {
    /// Whoever comes and goes, nobody who is there twice in a row is given two while somebody else
    /// who was there all along is given none.
    #[test]
    fn turns_are_fair(there in proptest::collection::vec(1u8..16, 1..60)) {
        let team = ["a", "b", "c", "d"];
        let mut rota = Rota::default();
        let mut given: Vec<usize> = Vec::new();
        for (number, mask) in (1u64..).zip(&there) {
            let present: Vec<Candidate> = team
                .iter()
                .enumerate()
                .map(|(n, id)| Candidate {
                    there: (mask & (1 << n) != 0).then_some(NOW),
                    ..somebody(id)
                })
                .collect();
            let choice = choose(&Need::default(), &present, How::RoundRobin, &rota, NOW);
            let Choice::Give(to) = choice else { return Err(TestCaseError::fail("nobody")) };
            let who = team.iter().position(|id| *id == to.0).unwrap_or(9);
            prop_assert!(mask & (1 << who) != 0);
            rota = rota.given(Number(number), &to, NOW);
            given.push(who);
            let before = given.iter().rev().skip(1).position(|other| *other == who);
            for other in 0..team.len() {
                let Some(span) = before else { continue };
                let since = given.len() - 1 - span;
                let always = there[since - 1..given.len()].iter().all(|m| m & (1 << other) != 0);
                let served = given[since - 1..].contains(&other);
                prop_assert!(!always || served, "{given:?}");
            }
        }
    }
}
