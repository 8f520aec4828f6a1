//! Slack and Discord on the wire: signatures, payloads, the text grammar of `/ticket`, cards and the two API clients.
//! It knows nothing of tickets beyond what [`view::TicketView`] shows, keeps no state and reads no clock.

pub mod command;
pub mod discord;
pub mod send;
pub mod slack;
pub mod view;

mod text;

#[cfg(test)]
mod test_data;

#[cfg(test)]
mod test_server;
