//! Counts the calls that reach the embedded S3. It has no meter of its own, but says in its log what
//! each request was for; this reads that line and nothing else of the log.

use std::fmt::Debug;
use std::sync::Mutex;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static CALLED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on calls are counted.
pub fn listen() {
    tracing::subscriber::set_global_default(Listener).expect("nobody else listens");
}

/// The operations called since this was asked last, such as `PutObject`.
pub fn called() -> Vec<String> {
    std::mem::take(&mut *CALLED.lock().expect("nobody panics while holding it"))
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata.target() == "s3s::ops" && *metadata.level() == Level::DEBUG;
        metadata.is_event() && ours
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        if line.message == "resolved route" {
            CALLED.lock().expect("nobody panics while holding it").push(line.operation);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    operation: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "op" => self.operation = format!("{value:?}"),
            _ => {}
        }
    }
}
