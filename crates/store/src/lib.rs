//! The only crate that knows DynamoDB and S3.
//!
//! It speaks to them through the AWS SDK alone; on one machine the same client is given embedded
//! engines. What a ticket may do is decided in `desk`; here it is read, raced for and committed.

mod error;
pub mod key;

mod item;

mod draft;

mod transaction;

pub mod change;

pub mod together;

pub mod read;
pub mod rearm;
pub mod rota;

pub mod own_macros;
pub mod people;

mod person_rows;

pub mod erasure;
pub mod link;
pub mod organisation;

mod erased;
mod traces;

pub mod audit;
pub mod settings;

pub mod ledger;

pub mod lane;

pub mod held;

pub mod due;

pub mod archive;
pub mod blob;
pub mod correspondence;
pub mod delivery;
pub mod upload;

pub mod token;
pub mod webhook;

pub mod table;
pub mod talk;

pub mod founding;

pub use error::Error;
pub use item::{Asker, Stored};

use std::sync::{Arc, RwLock};

use desk::config::Config;
use jiff::Timestamp;

/// What the pure parts are told about the outside: the time, and names nobody else has. Made once,
/// in `main`, and handed down.
#[derive(Clone)]
pub struct World {
    /// The desk's time: every promise is measured by it.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// The machine's time: signatures, leases and expiries go by it.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// A fresh random id, 20 or more characters of `a-z0-9`.
    pub id: Arc<dyn Fn() -> String + Send + Sync>,
}

/// A fresh id out of `random`, which picks a number below the one it is given: 24 characters of
/// `a-z0-9`, about 124 bits.
pub fn id_by(mut random: impl FnMut(usize) -> usize) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..24).map(|_| char::from(LETTERS[random(LETTERS.len()) % LETTERS.len()])).collect()
}

/// One desk's table and bucket.
#[derive(Clone)]
pub struct Store {
    db: aws_sdk_dynamodb::Client,
    table: String,
    s3: aws_sdk_s3::Client,
    bucket: String,
    world: World,
    defaults: Arc<Config>,
    settings: Arc<RwLock<Option<settings::Read>>>,
    process: String,
    alone: bool,
}

impl Store {
    /// `defaults` is the configuration of a desk nobody has configured yet.
    pub fn new(
        db: aws_sdk_dynamodb::Client,
        table: impl Into<String>,
        s3: aws_sdk_s3::Client,
        bucket: impl Into<String>,
        world: World,
        defaults: Config,
    ) -> Store {
        let process = (world.id)();
        Store {
            process,
            alone: false,
            db,
            table: table.into(),
            s3,
            bucket: bucket.into(),
            world,
            defaults: Arc::new(defaults),
            settings: Arc::default(),
        }
    }

    /// A desk whose table no other process touches: what an earlier one left leased is free at once.
    pub fn alone(self) -> Store {
        Store { alone: true, ..self }
    }

    /// The desk's time.
    pub fn now(&self) -> Timestamp {
        (self.world.now)()
    }

    /// The machine's time.
    pub fn wall(&self) -> Timestamp {
        (self.world.wall)()
    }

    /// A fresh random id.
    pub fn fresh_id(&self) -> String {
        (self.world.id)()
    }
}
