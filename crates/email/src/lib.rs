//! Bytes to mail and back: parsing what arrives, telling machines from people, reading what they report of our own
//! mail, composing what leaves.
//! It does no network, keeps no state and reads no clock; what a mail means for a ticket is decided elsewhere.

mod address;
mod attachment;
mod automatic;
mod calendar;
mod charset;
mod compose;
mod dedupe;
mod delivery_report;
mod encoded_words;
mod file_name;
mod forward;
mod header;
mod header_block;
pub mod html;
mod html_text;
mod keys;
mod line_ends;
pub mod message_id;
pub mod page;
mod parse;
pub mod reply;
pub mod reply_address;
mod structure;
mod subaddress;
pub mod subject;
mod text;
mod tnef;
mod transfer;
pub mod unsubscribe;
mod uuencode;

#[cfg(test)]
mod test_data;

pub use address::Address;
pub use attachment::Attachment;
pub use automatic::Automatic;
pub use compose::{Enclosed, Outgoing, compose};
pub use dedupe::dedupe_key;
pub use delivery_report::{DeliveryReport, Failure, Permanence};
pub use forward::{Forwarded, forwarded};
pub use keys::Keys;
pub use parse::{Mail, parse};
