//! Everything that is Discord's: request signatures, interactions, Components V2 messages, modals and the REST client.
//! What a command or a button then does is decided by the caller.

pub mod card;
pub mod client;
pub mod command;
pub mod modal;
pub mod payload;
pub mod relay;
pub mod signature;

mod file;
mod repeat;
mod thread;

pub use card::{deferred, ephemeral};
pub use client::Client;
