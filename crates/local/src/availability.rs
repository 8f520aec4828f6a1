//! Whether a service that is stood in for answers: up, down, too busy, or heard by nobody, as tests and
//! the simulator set it. Knows no service; each stand-in says what its own service would say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The switches of one stand-in; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Standin {
    switches: Arc<Switches>,
}

#[derive(Debug, Default)]
struct Switches {
    down: AtomicBool,
    throttled: AtomicU32,
    unheard: AtomicU32,
}

/// How the next call is to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Served.
    Up,
    /// Refused with 503: the service is out.
    Down,
    /// Refused as too fast.
    Throttled,
    /// Served, and the answer is lost on its way back.
    Unheard,
}

impl Standin {
    /// Takes the service down, or up again.
    pub fn set_down(&self, down: bool) {
        self.switches.down.store(down, Ordering::SeqCst);
    }

    /// Refuses the next `calls` calls as too fast; 0 ends it.
    pub fn set_throttled(&self, calls: u32) {
        self.switches.throttled.store(calls, Ordering::SeqCst);
    }

    /// Lets the next `calls` calls take effect and answers none of them; 0 ends it.
    pub fn set_unheard(&self, calls: u32) {
        self.switches.unheard.store(calls, Ordering::SeqCst);
    }

    /// How to meet one call; a throttled or unheard one is counted off.
    pub fn verdict(&self) -> Verdict {
        if self.switches.down.load(Ordering::SeqCst) {
            return Verdict::Down;
        }
        if counts_off(&self.switches.throttled) {
            return Verdict::Throttled;
        }
        if counts_off(&self.switches.unheard) { Verdict::Unheard } else { Verdict::Up }
    }
}

fn counts_off(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttled_calls_are_counted_off_and_down_wins() {
        let standin = Standin::default();
        assert_eq!(standin.verdict(), Verdict::Up);
        standin.set_throttled(2);
        standin.clone().set_down(true);
        assert_eq!(standin.verdict(), Verdict::Down);
        standin.set_down(false);
        standin.set_unheard(1);
        let met: Vec<_> = (0..4).map(|_| standin.verdict()).collect();
        assert_eq!(met, [Verdict::Throttled, Verdict::Throttled, Verdict::Unheard, Verdict::Up]);
    }
}
