//! How a ticket stands, in names and values, for where there is no card.

use desk::answer::spoken;
use desk::language::Language;
use desk::view::Viewer;
use desk::{Priority, Status};
use fluent_bundle::FluentArgs;

use crate::facts::Facts;
use crate::locale::Locale;
use crate::words::shown;

/// Names and values for agents, and below them what the fields of its form say.
pub(crate) fn summary(facts: &Facts) -> Vec<(String, String)> {
    let (ticket, locale) = (facts.ticket(), facts.locale);
    let view = shown(facts, Viewer::Agent);
    let known = [
        ("fact-ticket", format!("{} {}", ticket.number, view.title)),
        ("fact-priority", priority(locale, view.priority)),
        ("fact-status", standing(facts)),
        ("fact-requester", view.requester),
        ("fact-assignee", view.assignee.unwrap_or_else(|| locale.word("nobody"))),
        ("fact-queue", view.queue),
    ];
    let form = ticket.form.as_ref().and_then(|form| facts.config.form(form));
    let named = form.map(|form| ("fact-form", form.name.clone()));
    let known = known.into_iter().chain(named).map(|(name, value)| (locale.word(name), value));
    let languages = Language::parse(locale.tag());
    let answers = spoken(form, &facts.stored.answers, &facts.config, languages.as_slice());
    known.chain(answers).collect()
}

/// What a priority is called.
pub(crate) fn priority(locale: &Locale, priority: Priority) -> String {
    locale.say("priority", &FluentArgs::from_iter([("priority", priority.as_str())]))
}

/// What a status is called, where its queue has no name of its own for it.
fn status(locale: &Locale, status: Status) -> String {
    locale.say("status", &FluentArgs::from_iter([("status", status.as_str())]))
}

/// How it stands; a merged ticket says where it lives on.
fn standing(facts: &Facts) -> String {
    let (ticket, locale) = (facts.ticket(), facts.locale);
    if let Some(merged) = &ticket.merged {
        let into = merged.into.to_string();
        return locale.say("merged", &FluentArgs::from_iter([("into", into)]));
    }
    let own = facts.queue().and_then(|queue| queue.ways.labels.get(&ticket.status));
    let own = own.and_then(|labels| labels.agents.clone());
    own.unwrap_or_else(|| status(locale, ticket.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_calls_things_what_the_rest_of_the_desk_calls_them() {
        let english = Locale::of(None);
        for one in Priority::ALL {
            assert_eq!(priority(english, *one), one.label());
        }
        for one in Status::ALL {
            assert_eq!(status(english, *one), one.label());
        }
    }
}
