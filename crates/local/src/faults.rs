//! Faults that tests inject between the SDK and the embedded DynamoDB: slow calls, refused calls,
//! answers lost after the commit. Reproducible from a seed; knows nothing of what is stored.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A way for a call to be refused without having any effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Too fast: `ProvisionedThroughputExceededException`, which the SDK retries.
    Throttle,
    /// 500 `InternalServerError`, which the SDK retries.
    Internal,
    /// Another transaction is at the same item: `TransactionCanceledException`, which nobody retries.
    Conflict,
}

/// The faults of one engine; clones share them. None are set at first.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    set: Arc<Mutex<Set>>,
}

#[derive(Debug, Default)]
struct Set {
    delay: Duration,
    failing: Option<(u32, Failure)>,
    losing: Option<(f64, StdRng)>,
}

impl Faults {
    /// Every call waits this long before it reaches the engine.
    pub fn delay(&self, delay: Duration) {
        self.lock().delay = delay;
    }

    /// The next `calls` calls are refused and have no effect.
    pub fn fail_next(&self, calls: u32, failure: Failure) {
        self.lock().failing = (calls > 0).then_some((calls, failure));
    }

    /// Of the writes that took effect, this share (0 to 1) gets no answer; `seed` chooses which.
    pub fn lose_answers(&self, share: f64, seed: u64) {
        let share = share.clamp(0.0, 1.0);
        self.lock().losing = (share > 0.0).then(|| (share, StdRng::seed_from_u64(seed)));
    }

    /// Ends all faults.
    pub fn clear(&self) {
        *self.lock() = Set::default();
    }

    pub(crate) fn current_delay(&self) -> Duration {
        self.lock().delay
    }

    /// The failure the next call meets, counted off.
    pub(crate) fn next_failure(&self) -> Option<Failure> {
        let mut set = self.lock();
        let (left, failure) = set.failing?;
        set.failing = (left > 1).then_some((left - 1, failure));
        Some(failure)
    }

    /// Whether the answer of a write that took effect is lost.
    pub(crate) fn answer_is_lost(&self) -> bool {
        match &mut self.lock().losing {
            Some((share, random)) => random.random_bool(*share),
            None => false,
        }
    }

    /// A poisoned lock holds nothing that could be half set.
    fn lock(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_off_and_losses_follow_the_seed() {
        let faults = Faults::default();
        faults.fail_next(2, Failure::Throttle);
        let met: Vec<_> = (0..3).map(|_| faults.next_failure()).collect();
        assert_eq!(met, [Some(Failure::Throttle), Some(Failure::Throttle), None]);

        let draw = |seed| {
            faults.lose_answers(0.5, seed);
            (0..64).map(|_| faults.answer_is_lost()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        faults.clear();
        assert!(!faults.answer_is_lost());
    }
}
