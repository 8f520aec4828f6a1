//! Erasing a person takes two people: one asks, another agrees. Says when it may be asked and agreed
//! to, and who has to give something up first; what is erased is known where it is kept.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::id::PersonId;

/// A request nobody agreed to lapses after this.
pub const LAPSES_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What is read where somebody's words stood.
pub const ERASED: &str = "erased";
/// What an erased person is called.
pub const ERASED_PERSON: &str = "Erased person";

/// Somebody wants a person erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Whom.
    pub person: PersonId,
    /// Who asked.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Request {
    /// Whether it still counts.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.at.duration_until(now) < LAPSES_AFTER
    }
}

/// Why a person is not erased, or not by this one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotErased {
    /// Two people do it.
    #[error("whoever asked for an erasure cannot agree to it; another admin has to")]
    SamePerson,
    /// Nobody asked, or too long ago.
    #[error("nobody has asked for this erasure in the last seven days; ask for it first")]
    NotAsked,
    /// Somebody asked.
    #[error("this erasure was asked for already; another admin agrees to it, or it is withdrawn")]
    Asked,
    /// A desk without an admin could not be changed any more.
    #[error("the last admin cannot be erased; make somebody else an admin first")]
    LastAdmin,
    /// Somebody has to take their place.
    #[error("they have a place in {queues}; give it to somebody else first")]
    HasAPlace {
        /// The queues.
        queues: String,
    },
}

/// Whether this person can be erased as the desk is set up. What a queue counts on is given up
/// first.
pub fn may_be_erased(config: &Config, person: &PersonId) -> Result<(), NotErased> {
    if config.is_last_admin(person) {
        return Err(NotErased::LastAdmin);
    }
    let counts = config.queues.iter().filter(|queue| {
        let above = [&queue.lead, &queue.manager, &queue.head];
        queue.members.contains(person) || above.into_iter().flatten().any(|one| one == person)
    });
    let queues: Vec<&str> = counts.map(|queue| queue.name.as_str()).collect();
    if !queues.is_empty() {
        return Err(NotErased::HasAPlace { queues: queues.join(", ") });
    }
    Ok(())
}

/// Whether this admin may agree.
pub fn agreed(request: Option<&Request>, by: &PersonId, now: Timestamp) -> Result<(), NotErased> {
    let request = request.filter(|request| request.is_alive(now)).ok_or(NotErased::NotAsked)?;
    if request.by == *by { Err(NotErased::SamePerson) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::access::Role;
    use crate::assign::Work;
    use crate::config::Member;

    #[test]
    fn two_people_within_a_week() {
        let at = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        let reason = "asked by mail".to_owned();
        let request = Request { person: "kofi".into(), by: "ana".into(), at: at(0), reason };
        let rows = [
            (Some(&request), "ben", 6, Ok(())),
            (Some(&request), "ana", 6, Err(NotErased::SamePerson)),
            (Some(&request), "ben", 7, Err(NotErased::NotAsked)),
            (Some(&request), "ana", 7, Err(NotErased::NotAsked)),
            (None, "ben", 0, Err(NotErased::NotAsked)),
        ];
        for (request, by, days, expected) in rows {
            assert_eq!(agreed(request, &by.into(), at(days)), expected, "{by} {days}");
        }
    }

    #[test]
    fn whoever_is_counted_on_gives_that_up_first() {
        let mut config = Config::fresh("desk.test", "admin@desk.test", TimeZone::UTC);
        let may = |config: &Config, who: &str| may_be_erased(config, &who.into());
        assert_eq!(may(&config, "admin"), Err(NotErased::LastAdmin));
        assert_eq!(may(&config, "kofi"), Ok(()));
        config.members.push(Member {
            id: "ana".into(),
            email: "ana@desk.test".into(),
            name: "Ana".into(),
            role: Role::Admin,
            work: Work::default(),
            from_guild: false,
        });
        let place = Err(NotErased::HasAPlace { queues: "Support".into() });
        assert_eq!(may(&config, "admin"), place);
        assert_eq!(may(&config, "ana"), Ok(()));
        config.queues[0].head = Some("ana".into());
        assert_eq!(may(&config, "ana"), place);
    }
}
