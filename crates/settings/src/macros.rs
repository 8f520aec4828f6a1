//! Macros as people write them: a name, a team, and what is done. A prepared answer is a macro that
//! only replies.

use desk::macros::Macro;
use desk::{MacroId, PersonId, QueueId};
use serde_json::{Map, Value, json};

use crate::grammar::short_word;
use crate::rule::{People, actions, show_action};
use crate::table::Table;
use crate::wrong::Wrong;

/// The fields of a macro.
pub const FIELDS: &[&str] = &["id", "name", "queue", "then"];

/// Reads a macro that names these people.
pub fn read(value: &Value, who: People<'_>) -> Result<Macro, Wrong> {
    of_table(&Table::of(value, "", FIELDS)?, who)
}

/// Reads a macro that is changed: what is not given stays.
pub fn edit(before: &Macro, given: &Map<String, Value>, who: People<'_>) -> Result<Macro, Wrong> {
    let Value::Object(mut whole) = show(before) else { return read(&show(before), who) };
    for (name, value) in given {
        whole.insert(name.clone(), value.clone());
    }
    read(&Value::Object(whole), who)
}

/// Writes a macro.
pub fn show(one: &Macro) -> Value {
    json!({
        "id": one.id,
        "name": one.name,
        "queue": one.queue,
        "then": one.then.iter().map(show_action).collect::<Value>(),
    })
}

/// Whether it fits into this configuration, in which it need not stand itself.
pub fn check(one: &Macro, config: &desk::config::Config) -> Result<(), Wrong> {
    let then = crate::rule_check::then(config, &one.then, crate::rule_check::By::Macro);
    then.map_err(|message| Wrong::at("then", message))
}

pub(crate) fn of_table(table: &Table<'_>, who: People<'_>) -> Result<Macro, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    Ok(Macro {
        name: table.text("name", 80)?.unwrap_or_else(|| id.clone()),
        id: MacroId(id),
        queue: table.read("queue", |word| short_word(word).map(QueueId))?,
        then: actions(table, "then", who)?,
    })
}

/// The same with other ids for the people it names.
pub fn rename(one: &mut Macro, id: &dyn Fn(&PersonId) -> PersonId) {
    one.then.iter_mut().for_each(|action| action.rename(id));
}
