//! Everything that is Slack's: request signatures, payloads, Block Kit messages and the Web API client.
//! What a command or a button then does is decided by the caller.

pub mod card;
pub mod client;
pub mod payload;
pub mod signature;

pub use card::{Message, ephemeral};
pub use client::{Client, Posted, SlackUser};
