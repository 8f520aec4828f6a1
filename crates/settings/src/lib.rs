//! The configuration as people write it: calendars, policies and forms out of a body or a file, the
//! whole of it as one TOML document, packs to begin with, and what is different about another.
//! Everything here is a function of its arguments: nothing is read, sent or stored.

mod check;
mod choice;
mod document;
mod export;
mod form_check;
mod form_export;
mod grammar;
mod guild_role;
mod lines;
mod table;
mod wrong;

pub mod assign;
pub mod calendar;
pub mod diff;
pub mod form;
pub mod ical;
pub mod macros;
pub mod packs;
pub mod policy;
pub mod rule;
mod rule_check;
mod rule_condition;
pub mod ways;
pub mod webhook;

pub use check::check;
pub use document::{Document, is_part};
pub use grammar::short_word;
pub use wrong::Wrong;
