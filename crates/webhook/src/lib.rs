//! Telling other systems what happened, by HTTP. Knows how a request is signed and which addresses are
//! never called; knows nothing of tickets, tables or when to try again.

pub mod address;
pub mod client;
pub mod signature;

pub use address::{Checked, Refused, Resolve, check};
pub use client::{Answered, Client, Delivery, NotDelivered};
