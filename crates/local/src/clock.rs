//! The desk's clock: the machine's clock plus an offset that only grows and outlives a restart.
//! The only place besides `secrets` that reads the machine's clock; it decides nothing by it.

use crate::files;
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How the other engines are told the time: the desk's clock in the running program, a fixed
/// instant in tests.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A clock that could not be read back or moved.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The file could not be read or written.
    #[error(
        "cannot keep the desk's clock in {path}: {source}; check the folder and its free space"
    )]
    File {
        /// The file of the clock.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds something else than this module writes.
    #[error("the file {0} does not hold a clock; remove it to go on with the machine's time")]
    Unreadable(PathBuf),
    /// The instant cannot be expressed as an offset.
    #[error("the instant is too far away; choose one before the year 9999")]
    TooFar,
}

/// The clock every decision of the desk is made by. It never goes back within a run, and after a
/// restart never before the last instant it was advanced to.
#[derive(Debug)]
pub struct DeskClock {
    path: PathBuf,
    state: Mutex<State>,
}

/// `offset` is added to the machine's clock; nothing before `floor` is ever told.
#[derive(Debug, Clone, Copy)]
struct State {
    offset: SignedDuration,
    floor: Timestamp,
}

impl DeskClock {
    /// Opens the clock kept in the file `clock` of the data folder; a fresh one has no offset.
    pub fn open(data: &Path) -> Result<Self, ClockError> {
        let path = data.join("clock");
        let text = files::read_if_there(&path)
            .map_err(|source| ClockError::File { path: path.clone(), source })?;
        let state = match text {
            Some(text) => parse(&text).ok_or_else(|| ClockError::Unreadable(path.clone()))?,
            None => State { offset: SignedDuration::ZERO, floor: Timestamp::UNIX_EPOCH },
        };
        Ok(Self { path, state: Mutex::new(state) })
    }

    /// The desk's time, to the millisecond.
    pub fn now(&self) -> Timestamp {
        self.now_by(Self::wall())
    }

    /// Moves the clock forward so that it tells `moment` or later; a moment already past changes
    /// nothing. The new offset is on the disk before any reader can see it. Answers the time told
    /// from then on.
    pub fn advance_to(&self, moment: Timestamp) -> Result<Timestamp, ClockError> {
        self.advance_by(moment, Self::wall())
    }

    /// The machine's time, by which signatures, tokens and expiries go.
    #[allow(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    pub fn wall() -> Timestamp {
        milliseconds(Timestamp::now())
    }

    fn now_by(&self, wall: Timestamp) -> Timestamp {
        let mut state = self.lock();
        let moment = wall.checked_add(state.offset).unwrap_or(state.floor);
        state.floor = state.floor.max(moment);
        state.floor
    }

    fn advance_by(&self, moment: Timestamp, wall: Timestamp) -> Result<Timestamp, ClockError> {
        let now = self.now_by(wall);
        if moment <= now {
            return Ok(now);
        }
        let mut state = self.lock();
        let advanced = State { offset: round_up(moment.duration_since(wall)), floor: moment };
        let moment_told = wall.checked_add(advanced.offset).map_err(|_| ClockError::TooFar)?;
        let text = format!("{}\n{}\n", advanced.offset.as_millis(), moment.as_millisecond());
        files::replace(&self.path, text.as_bytes())
            .map_err(|source| ClockError::File { path: self.path.clone(), source })?;
        *state = advanced;
        Ok(moment_told)
    }

    /// A poisoned lock still holds a whole state: it is replaced in one step.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file holds the offset in milliseconds, then the last instant the clock was advanced to, in
/// milliseconds since 1970 (absent: none).
fn parse(text: &str) -> Option<State> {
    let mut lines = text.lines();
    let offset = lines.next()?.trim().parse().ok()?;
    let floor = match lines.next() {
        Some(line) => Timestamp::from_millisecond(line.trim().parse().ok()?).ok()?,
        None => Timestamp::UNIX_EPOCH,
    };
    Some(State { offset: SignedDuration::from_millis(offset), floor })
}

/// Stored times have milliseconds; finer ones would not survive being written and read.
fn milliseconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

fn round_up(duration: SignedDuration) -> SignedDuration {
    let whole = SignedDuration::from_millis(duration.as_millis() as i64);
    if whole < duration {
        return whole.saturating_add(SignedDuration::from_millis(1));
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn advances_and_never_goes_back_even_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let clock = DeskClock::open(folder.path()).unwrap();
        let wall = at("2026-11-22T09:00:00Z");
        assert_eq!(clock.now_by(wall), wall);
        assert_eq!(clock.now_by(at("2026-11-22T08:00:00Z")), wall);
        let target = at("2026-11-23T09:00:00.250Z");
        assert_eq!(clock.advance_by(target, wall).unwrap(), target);
        assert_eq!(clock.advance_by(wall, wall).unwrap(), target);
        assert_eq!(clock.now_by(at("2026-11-22T09:00:01Z")), at("2026-11-23T09:00:01.250Z"));

        let again = DeskClock::open(folder.path()).unwrap();
        assert_eq!(again.now_by(at("2026-11-22T09:00:02Z")), at("2026-11-23T09:00:02.250Z"));
        let again = DeskClock::open(folder.path()).unwrap();
        assert_eq!(again.now_by(at("2026-11-20T00:00:00Z")), target);
    }

    #[test]
    fn a_broken_file_is_named_and_an_offset_alone_is_enough() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("clock"), "soon").unwrap();
        let error = DeskClock::open(folder.path()).unwrap_err();
        assert!(matches!(error, ClockError::Unreadable(_)), "{error}");
        std::fs::write(folder.path().join("clock"), "7200000").unwrap();
        let clock = DeskClock::open(folder.path()).unwrap();
        assert_eq!(clock.now_by(at("2026-11-22T09:00:00Z")), at("2026-11-22T11:00:00Z"));
    }

    #[test]
    fn a_clock_that_cannot_be_stored_does_not_move() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("gone");
        std::fs::create_dir(&data).unwrap();
        let clock = DeskClock::open(&data).unwrap();
        std::fs::remove_dir(&data).unwrap();
        let wall = at("2026-11-22T09:00:00Z");
        assert!(clock.advance_by(at("2027-01-01T00:00:00Z"), wall).is_err());
        assert_eq!(clock.now_by(wall), wall);
    }
}
