//! Everything that is Slack's: request signatures, payloads, Block Kit messages and the Web API client.
//! What a command or a button then does is decided by the caller.

pub mod card;
pub mod client;
pub mod dialog;
mod event;
mod files;
pub mod home;
mod interaction;
mod methods;
pub mod payload;
mod read;
mod rich;
pub mod signature;

pub use card::{Message, ephemeral};
pub use client::{Client, Posted, SlackUser};
pub use files::Destination;
pub use methods::{Opened, Quoted};
