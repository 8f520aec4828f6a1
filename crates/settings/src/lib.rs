//! The configuration as people write it: calendars and policies out of a body or a file, the whole
//! of it as one TOML document, and what is different about another. Everything here is a function
//! of its arguments: nothing is read, sent or stored.

mod check;
mod document;
mod export;
mod grammar;
mod lines;
mod table;
mod wrong;

pub mod calendar;
pub mod diff;
pub mod ical;
pub mod policy;

pub use check::check;
pub use document::Document;
pub use grammar::short_word;
pub use wrong::Wrong;
