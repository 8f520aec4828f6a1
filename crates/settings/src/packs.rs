//! Packs: queues, forms and policies for a kind of work, to begin with. Each is a file in the form of
//! the configuration; a pack adds what is not there and never changes what is.

use desk::calendar::NamedCalendar;
use desk::config::{Config, Queue};
use desk::form::Form;
use desk::language::Language;
use desk::policy::Policy;
use desk::{PersonId, QueueId};

use crate::check::check;
use crate::document::{QUEUE, queue};
use crate::lines::{self, Lines};
use crate::table::{Table, address};
use crate::wrong::Wrong;
use crate::{form, policy};

/// What each is called, and its file.
const FILES: [(&str, &str); 6] = [
    ("it", include_str!("packs/it.toml")),
    ("facilities", include_str!("packs/facilities.toml")),
    ("academic", include_str!("packs/academic.toml")),
    ("after-sales", include_str!("packs/after-sales.toml")),
    ("property", include_str!("packs/property.toml")),
    ("logistics", include_str!("packs/logistics.toml")),
];
const FIELDS: &[&str] = &["name", "description", "queues", "policies", "forms"];

/// Something to begin with.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// The short word it goes by.
    pub id: &'static str,
    /// What people call it.
    pub name: String,
    /// Who would want it.
    pub description: String,
    /// Its queues; nobody works on them yet.
    pub queues: Vec<Queue>,
    /// Its policies, for its own forms.
    pub policies: Vec<Policy>,
    /// Its forms.
    pub forms: Vec<Form>,
}

/// Why a pack was not added. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    /// Something else goes by the same name.
    #[error(
        "{what} is there already and says something else; a pack changes nothing that is there"
    )]
    Clash {
        /// What: `form hardware`.
        what: String,
    },
    /// It does not fit this desk.
    #[error(transparent)]
    Wrong(#[from] Wrong),
}

/// The ids of all packs.
pub fn ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(id, _)| *id)
}

/// A pack as this desk would have it; none where there is no such pack.
pub fn pack(id: &str, config: &Config) -> Result<Option<Pack>, Wrong> {
    let Some((id, text)) = FILES.iter().find(|(known, _)| *known == id) else { return Ok(None) };
    let (value, lines) = lines::read(text)?;
    let read = || {
        let table = Table::of(&value, "", FIELDS)?;
        let queues = table.tables("queues", QUEUE)?;
        let policies = table.tables("policies", policy::FIELDS)?;
        let forms = table.tables("forms", form::FIELDS)?;
        // The words of packs are English, whatever the desk's language.
        let english = Language::default();
        let who = |text: &str| address(text).map(PersonId);
        let calendars: &[NamedCalendar] = &config.calendars;
        Ok(Pack {
            id,
            name: table.needed("name", 80)?,
            description: table.needed("description", 300)?,
            queues: queues
                .iter()
                .map(|one| queue(one, &config.domain))
                .collect::<Result<_, _>>()?,
            policies: policies
                .iter()
                .map(|one| policy::of_table(one, calendars))
                .collect::<Result<_, _>>()?,
            forms: forms
                .iter()
                .map(|one| form::of_table(one, &english, &who))
                .collect::<Result<_, _>>()?,
        })
    };
    read().map(Some).map_err(|wrong: Wrong| Lines::find(&lines, wrong))
}

impl Pack {
    /// The desk with this pack. A queue that is there is used as it is; of the queues that are new,
    /// whoever adds the pack answers for them until they say who does.
    pub fn add_to(&self, config: &Config, by: &PersonId) -> Result<Config, NotAdded> {
        let mut next = config.clone();
        for queue in self.queues.iter().filter(|queue| config.queue(&queue.id).is_none()) {
            let staff = config.member(by).map(|member| member.id.clone());
            next.queues.push(Queue {
                members: staff.iter().cloned().collect(),
                lead: staff.clone(),
                ..queue.clone()
            });
        }
        let last = next.policies.len().saturating_sub(1);
        for (n, policy) in missing(&self.policies, &config.policies, "policy", |one| &one.id.0)? {
            next.policies.insert(last + n, policy.clone());
        }
        for (_, form) in missing(&self.forms, &config.forms, "form", |one| &one.id.0)? {
            next.forms.push(form.clone());
        }
        check(&next)?;
        Ok(next)
    }

    /// Whether all of it is there.
    pub fn is_in(&self, config: &Config) -> bool {
        let queue = |id: &QueueId| config.queue(id).is_some();
        self.queues.iter().all(|one| queue(&one.id))
            && self.policies.iter().all(|policy| config.policies.contains(policy))
            && self.forms.iter().all(|form| config.forms.contains(form))
    }
}

/// What is not there yet; a clash where something else goes by the same id.
fn missing<'a, T: PartialEq>(
    wanted: &'a [T],
    known: &[T],
    what: &str,
    id: impl Fn(&T) -> &String,
) -> Result<Vec<(usize, &'a T)>, NotAdded> {
    let mut missing = Vec::new();
    for one in wanted {
        match known.iter().find(|known| id(known) == id(one)) {
            Some(known) if known == one => {}
            Some(_) => return Err(NotAdded::Clash { what: format!("{what} {}", id(one)) }),
            None => missing.push((missing.len(), one)),
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use desk::answer::fill;
    use desk::policy::Circumstances;
    use desk::{Channel, FormId, Type};
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::Document;

    fn fresh() -> Config {
        Config::fresh("example.com", "admin@example.com", TimeZone::UTC)
    }

    fn named(id: &str) -> Pack {
        pack(id, &fresh()).unwrap_or_else(|wrong| panic!("{id}: {wrong}")).unwrap()
    }

    fn admin() -> PersonId {
        PersonId::from("admin")
    }

    #[test]
    fn each_pack_fits_a_fresh_desk_once() {
        for id in ids() {
            let pack = named(id);
            let config = pack.add_to(&fresh(), &admin()).unwrap_or_else(|e| panic!("{id}: {e}"));
            assert!(!pack.is_in(&fresh()) && pack.is_in(&config), "{id}");
            assert_eq!(pack.add_to(&config, &admin()), Ok(config.clone()), "{id}");
            let text = Document::of(&config).to_toml();
            let read = Document::read(&text).unwrap_or_else(|wrong| panic!("{id}: {wrong}"));
            assert_eq!(read, Document::of(&config), "{id}");
            assert_eq!(config.queues.last().unwrap().members, [admin()], "{id}");
            for form in &pack.forms {
                assert!(form.is_published() && form.queue.is_some(), "{id}: {}", form.id);
                let needed = fill(form, &config, &Default::default(), false);
                assert!(form.fields.iter().all(|field| !field.required) || needed.is_err());
            }
        }
        assert_eq!(pack("none", &fresh()), Ok(None));
    }

    #[test]
    fn all_packs_fit_one_desk_with_room_for_them() {
        let mut config = fresh();
        config.limits.forms = 30;
        for id in ids() {
            config = named(id).add_to(&config, &admin()).unwrap_or_else(|e| panic!("{id}: {e}"));
        }
        let names: BTreeSet<&str> = config.forms.iter().map(|form| form.name.as_str()).collect();
        assert_eq!(names.len(), config.forms.len());
        config.limits.forms = 15;
        let mut little = fresh();
        let refused = ids().find_map(|id| match named(id).add_to(&little, &admin()) {
            Ok(next) => {
                little = next;
                None
            }
            Err(refused) => Some(refused.to_string()),
        });
        assert!(refused.unwrap().contains("a desk has 15 forms at most"));
    }

    #[test]
    fn what_is_there_is_never_changed() {
        let pack = named("it");
        let mut config = pack.add_to(&fresh(), &admin()).unwrap();
        config.queues[1].name = "Our IT".into();
        config.queues[1].members.clear();
        assert_eq!(pack.add_to(&config, &admin()), Ok(config.clone()), "queues are people's own");
        config.forms[0].priority = None;
        let refused = pack.add_to(&config, &admin()).unwrap_err().to_string();
        assert!(refused.starts_with("form hardware is there already"), "{refused}");
        let mut config = fresh();
        config.policies[0].id = "claims".into();
        let refused = named("logistics").add_to(&config, &admin()).unwrap_err().to_string();
        assert!(refused.starts_with("policy claims is there already"), "{refused}");
    }

    #[test]
    fn students_are_answered_within_a_day_of_the_calendar() {
        let config = named("academic").add_to(&fresh(), &admin()).unwrap();
        for form in ["complaint", "fee-refund", "transfer", "certificate"] {
            let form = FormId::from(form);
            let priority = config.form(&form).unwrap().priority.unwrap();
            let promise = config.promise(&Circumstances {
                queue: None,
                kind: Type::Task,
                priority,
                channel: Channel::Web,
                email: None,
                form: Some(&form),
            });
            let fast = form.as_str() != "certificate";
            let day = promise.first_response == Some(SignedDuration::from_hours(24));
            assert_eq!(day, fast, "{form}: {promise:?}");
        }
    }
}
