//! Everything that is Discord's: request signatures, interactions, Components V2 messages and the REST client.
//! What a command or a button then does is decided by the caller.

pub mod card;
pub mod client;
pub mod payload;
pub mod signature;

pub use card::{deferred, ephemeral};
pub use client::Client;
