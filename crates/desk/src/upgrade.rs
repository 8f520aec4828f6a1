//! Reads configurations as earlier programs stored them. Versions are never rewritten, so each form
//! that was ever written is read for ever.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::assign::Region;
use crate::calendar::{Hours, NamedCalendar};
use crate::config::{ChatChannel, Config, Limits, Member, Queue};
use crate::form::Form;
use crate::guild_role::GuildRole;
use crate::id::{CalendarId, PolicyId};
use crate::language::Language;
use crate::macros::Macro;
use crate::policy::{Conditions, Policy, Targets};
use crate::rule::Rule;
use crate::sla::Promise;
use crate::ticket::Priority;
use crate::webhook::Webhook;

/// A configuration in any form.
#[derive(Deserialize)]
pub(crate) struct AtRest {
    version: u64,
    domain: String,
    #[serde(with = "jiff::fmt::serde::tz::required")]
    zone: TimeZone,
    members: Vec<Member>,
    queues: Vec<Queue>,
    #[serde(default)]
    regions: Vec<Region>,
    #[serde(default)]
    calendars: Vec<NamedCalendar>,
    #[serde(default)]
    policies: Vec<Policy>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    macros: Vec<Macro>,
    #[serde(default)]
    webhooks: Vec<Webhook>,
    #[serde(default)]
    policy: Option<OnePolicy>,
    #[serde(default)]
    forms: Vec<Form>,
    #[serde(default)]
    language: Language,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    workspaces: Vec<String>,
    #[serde(default)]
    guilds: Vec<String>,
    #[serde(default)]
    guild_roles: Vec<GuildRole>,
    #[serde(default)]
    no_emoji: Vec<ChatChannel>,
}

/// The one policy of a desk before there were several: each promise with a calendar of its own.
#[derive(Deserialize)]
struct OnePolicy {
    name: String,
    promises: BTreeMap<Priority, Promise>,
}

impl From<AtRest> for Config {
    fn from(stored: AtRest) -> Config {
        let mut config = Config {
            version: stored.version,
            domain: stored.domain,
            zone: stored.zone,
            members: stored.members,
            queues: stored.queues,
            regions: stored.regions,
            calendars: stored.calendars,
            policies: stored.policies,
            rules: stored.rules,
            macros: stored.macros,
            webhooks: stored.webhooks,
            forms: stored.forms,
            language: stored.language,
            limits: stored.limits,
            workspaces: stored.workspaces,
            guilds: stored.guilds,
            guild_roles: stored.guild_roles,
            no_emoji: stored.no_emoji,
        };
        if let Some(one) = stored.policy {
            one.join(&mut config);
        }
        config
    }
}

impl OnePolicy {
    /// Takes its place behind every policy there is, and its calendars among the others.
    fn join(self, config: &mut Config) {
        let mut targets = BTreeMap::new();
        for (priority, promise) in self.promises {
            let calendar = named(&mut config.calendars, Hours::of(&promise.calendar));
            let Promise { first_response, next_response, resolution, warnings, repeats, .. } =
                promise;
            let kept =
                Targets { calendar, first_response, next_response, resolution, warnings, repeats };
            targets.insert(priority, kept);
        }
        let id =
            PolicyId(self.name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        let when = Conditions::default();
        config.policies.push(Policy { id, name: self.name, when, targets });
    }
}

/// The calendar with these hours, found or made.
fn named(calendars: &mut Vec<NamedCalendar>, hours: Hours) -> CalendarId {
    if let Some(known) = calendars.iter().find(|known| known.hours == hours) {
        return known.id.clone();
    }
    let mut calendar = match &hours {
        Hours::AroundTheClock => NamedCalendar::around_the_clock(),
        Hours::Staffed(week) => NamedCalendar::office(week.zone.clone()),
    };
    calendar.hours = hours;
    let plain = calendar.id.clone();
    let taken = |id: &CalendarId| calendars.iter().any(|known| known.id == *id);
    for n in 2.. {
        if !taken(&calendar.id) {
            break;
        }
        calendar.id = CalendarId(format!("{plain}-{n}"));
        calendar.name = format!("Office hours {n}");
    }
    let id = calendar.id.clone();
    calendars.push(calendar);
    id
}
