//! Whether forms fit the desk. A draft only keeps its name to itself; what is offered to people is
//! looked at as a whole.

use desk::config::Config;
use desk::form::{Field, Form, Kind, ShownWhen};

use crate::check::once;
use crate::wrong::Wrong;

/// Whether they do; else the first thing that does not.
pub(crate) fn forms(config: &Config) -> Result<(), Wrong> {
    let limits = &config.limits;
    if config.forms.len() > limits.forms {
        let message = format!(
            "a desk has {} forms at most; remove one, or raise `forms` under [limits] in the \
             configuration file",
            limits.forms
        );
        return Err(Wrong::at(format!("forms[{}].id", limits.forms), message));
    }
    once("forms", "id", config.forms.iter().map(|form| form.id.as_str()))?;
    once("forms", "name", config.forms.iter().map(|form| form.name.as_str()))?;
    for (n, form) in config.forms.iter().enumerate() {
        let found = lengths(config, form).and_then(|()| places(config, form));
        let found = found.and_then(|()| if form.is_published() { whole(form) } else { Ok(()) });
        found.map_err(|(field, message)| Wrong::at(format!("forms[{n}].{field}"), message))?;
    }
    policies(config)
}

/// What is wrong, by its place in the form.
type Found = Result<(), (String, String)>;

fn wrong(field: impl Into<String>, message: impl Into<String>) -> Found {
    Err((field.into(), message.into()))
}

fn lengths(config: &Config, form: &Form) -> Found {
    let limits = &config.limits;
    for (field, text, at_most, limit) in [
        ("name", &form.name, limits.form_name, "form_name"),
        ("description", &form.description, limits.form_description, "form_description"),
    ] {
        if text.chars().count() > at_most {
            return wrong(
                field,
                format!(
                    "at most {at_most} characters; to allow more, raise `{limit}` under [limits] \
                     in the configuration file"
                ),
            );
        }
    }
    let mut ids = std::collections::BTreeSet::new();
    for (n, field) in form.fields.iter().enumerate() {
        if !ids.insert(&field.id) {
            return wrong(format!("fields[{n}].id"), format!("{:?} is there twice", field.id.0));
        }
    }
    Ok(())
}

/// What a form names is there.
fn places(config: &Config, form: &Form) -> Found {
    if let Some(queue) = form.queue.as_ref().filter(|id| config.queue(id).is_none()) {
        return wrong("queue", format!("there is no queue {queue}"));
    }
    let known = |id: &desk::PolicyId| config.policies.iter().any(|policy| policy.id == *id);
    if let Some(policy) = form.policy.as_ref().filter(|id| !known(id)) {
        return wrong("policy", format!("there is no policy {policy}"));
    }
    for (n, person) in form.handlers.iter().enumerate() {
        if config.member(person).is_none() {
            return wrong(format!("handlers[{n}]"), format!("there is no member {person}"));
        }
    }
    Ok(())
}

/// What is offered to people can be answered.
fn whole(form: &Form) -> Found {
    if form.description.is_empty() {
        return wrong("description", "say when to use the form before it is published");
    }
    for (n, field) in form.fields.iter().enumerate() {
        let path = |name: &str| format!("fields[{n}].{name}");
        let chooses = matches!(
            field.kind,
            Kind::Select { .. } | Kind::TreeSelect { .. } | Kind::MultiSelect { .. }
        );
        if chooses && field.kind.options().is_empty() {
            return wrong(path("options"), "there is nothing to choose; list some");
        }
        let Some(when) = &field.shown_when else { continue };
        let before = form.fields.get(..n).unwrap_or_default();
        let Some(other) = before.iter().find(|other| other.id == when.field) else {
            let message = format!("no field {} comes before this one", when.field);
            return wrong(path("shown_when.field"), message);
        };
        if !field.hidden_from_requester && other.hidden_from_requester {
            let message =
                format!("requesters never see the field {}; hide this one, too", other.id);
            return wrong(path("shown_when.field"), message);
        }
        if let Some(value) = unheard_of(other, when) {
            let message = format!("{} never says {value:?}", other.id);
            return wrong(
                path(if when.is_not { "shown_when.is_not" } else { "shown_when.is" }),
                message,
            );
        }
    }
    Ok(())
}

/// A value the other field can never have.
fn unheard_of<'a>(other: &Field, when: &'a ShownWhen) -> Option<&'a String> {
    let choices = other.kind.choices();
    when.values.iter().find(|value| match &other.kind {
        Kind::Checkbox => !["true", "false"].contains(&value.as_str()),
        Kind::Number { .. } => value.parse::<f64>().is_err(),
        Kind::Select { .. } | Kind::TreeSelect { .. } | Kind::MultiSelect { .. } => {
            !choices.contains(&value.as_str())
        }
        Kind::Text { .. } | Kind::Date | Kind::Member | Kind::File => false,
    })
}

fn policies(config: &Config) -> Result<(), Wrong> {
    for (n, policy) in config.policies.iter().enumerate() {
        if let Some(form) = policy.when.form.iter().find(|id| config.form(id).is_none()) {
            let path = format!("policies[{n}].when.form");
            return Err(Wrong::at(path, format!("there is no form {form}")));
        }
    }
    Ok(())
}
