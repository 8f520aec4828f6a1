//! Colleagues named in a note: `@ben`, `@ben@example.com`.

use std::collections::BTreeSet;

use crate::config::Member;
use crate::id::PersonId;

/// Members whose address, or what stands before its `@`, is named behind an `@`. A name that fits
/// several names nobody.
pub(super) fn mentioned(words: &str, members: &[Member]) -> BTreeSet<PersonId> {
    let named = words.split(|c: char| c.is_whitespace() || "<>()[]{},;:!?\"'".contains(c));
    let names = named.filter_map(|word| word.strip_prefix('@'));
    names.filter_map(|name| member(name.trim_end_matches('.'), members)).collect()
}

fn member(name: &str, members: &[Member]) -> Option<PersonId> {
    let name = name.to_lowercase();
    let local = |member: &&Member| member.email.split('@').next() == Some(&name);
    if let Some(exact) = members.iter().find(|member| member.email == name) {
        return Some(exact.id.clone());
    }
    let mut found = members.iter().filter(local);
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one.id.clone()),
        (None | Some(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::assign::Work;

    #[test]
    fn colleagues_are_named_by_their_address() {
        let member = |email: &str| Member {
            id: PersonId::from(email),
            email: email.to_owned(),
            name: "Somebody".to_owned(),
            role: Role::Agent,
            work: Work::default(),
            from_guild: false,
        };
        let members = ["ben@example.com", "ana.silva@example.com", "kim@a.org", "kim@b.org"];
        let members: Vec<Member> = members.into_iter().map(member).collect();
        for (words, expected) in [
            ("@ben can you look?", &["ben@example.com"][..]),
            ("Ask @Ana.Silva. Or (@ben)!", &["ana.silva@example.com", "ben@example.com"]),
            ("@kim is two people", &[]),
            ("@kim@b.org is one", &["kim@b.org"]),
            ("mail ben@example.com", &[]),
            ("@ nobody @nobody @", &[]),
        ] {
            let expected: BTreeSet<PersonId> =
                expected.iter().map(|id| PersonId::from(*id)).collect();
            assert_eq!(mentioned(words, &members), expected, "{words}");
        }
    }
}
