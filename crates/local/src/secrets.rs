//! The data folder of a desk: made private, held by one process at a time, with the secrets made at
//! its first start. The only place that draws randomness; what the secrets sign is not its affair.

use crate::files;
use rand::TryRngCore;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A data folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or the folder itself could not be read or written.
    #[error(
        "cannot use {path}: {source}; check its owner and the free space, or name another folder with --data"
    )]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the folder's lock.
    #[error("another bellhop holds {0}; stop it, or name another folder with --data")]
    Held(PathBuf),
    /// A secrets file that is not what this module writes.
    #[error(
        "{path} cannot be read as secrets ({reason}); restore it, or remove it to have new ones made"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        reason: String,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes; try again")]
    Random,
}

/// A data folder held by this process; the lock goes when this is dropped or the process ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What local mode signs and identifies itself with when the environment names nothing.
/// Kept in `secrets.json`, readable by the owner alone.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    /// The key of Slack's v0 signatures, in the form Slack shows it (32 hex digits).
    pub slack_signing_secret: String,
    /// The bearer token of Slack's Web API.
    pub slack_bot_token: String,
    /// The 32 byte Ed25519 seed of the Discord application's key, in hex: the simulator signs with
    /// it, its public half is what the door verifies by.
    pub discord_seed: String,
    /// The Discord application's id, a snowflake in decimal.
    pub discord_application_id: String,
    /// The token of Discord's HTTP API.
    pub discord_bot_token: String,
    /// The 32 byte key of signed reply addresses and links, in hex.
    pub reply_secret: String,
}

/// Says which secrets there are and shows none.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets")
            .field("discord_application_id", &self.discord_application_id)
            .finish_non_exhaustive()
    }
}

impl Secrets {
    /// Reads the folder's secrets; at the first start makes and keeps them.
    pub fn load_or_make(data: &Path) -> Result<Self, DataError> {
        let path = data.join("secrets.json");
        if let Some(text) =
            files::read_if_there(&path).map_err(|source| file_error(&path, source))?
        {
            return serde_json::from_str(&text)
                .map_err(|error| DataError::Unreadable { path, reason: error.to_string() });
        }
        let secrets = Self::make()?;
        let text = serde_json::to_vec_pretty(&secrets).map_err(|error| DataError::Unreadable {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        files::replace(&path, &text).map_err(|source| file_error(&path, source))?;
        Ok(secrets)
    }

    fn make() -> Result<Self, DataError> {
        Ok(Self {
            slack_signing_secret: random_hex(16)?,
            slack_bot_token: format!("xoxb-{}", random_hex(20)?),
            discord_seed: random_hex(32)?,
            discord_application_id: random_snowflake()?,
            discord_bot_token: random_hex(32)?,
            reply_secret: random_hex(32)?,
        })
    }
}

/// The admin's API token, kept in `admin-token`; made at the first start.
pub fn admin_token(data: &Path) -> Result<String, DataError> {
    let path = data.join("admin-token");
    let kept = files::read_if_there(&path).map_err(|source| file_error(&path, source))?;
    if let Some(token) = kept.map(|text| text.trim().to_owned()).filter(|token| !token.is_empty()) {
        return Ok(token);
    }
    let token = random_hex(32)?;
    files::replace(&path, token.as_bytes()).map_err(|source| file_error(&path, source))?;
    Ok(token)
}

/// Makes the data folder when needed (mode 0700, with a `.gitignore` that keeps it out of any
/// repository) and takes its lock for this process.
pub fn data_dir(path: &Path) -> Result<DataDir, DataError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| file_error(path, source))?;
    make_private(path).map_err(|source| file_error(path, source))?;
    let lock_path = path.join("lock");
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&lock_path)
        .map_err(|source| file_error(&lock_path, source))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(DataError::Held(path.to_owned())),
        Err(TryLockError::Error(source)) => return Err(file_error(&lock_path, source)),
    }
    let ignore = path.join(".gitignore");
    if !ignore.exists() {
        files::replace(&ignore, b"*\n").map_err(|source| file_error(&ignore, source))?;
    }
    Ok(DataDir { path: path.to_owned(), _lock: lock })
}

/// `bytes` random bytes in hex.
pub fn random_hex(bytes: usize) -> Result<String, DataError> {
    let mut buffer = vec![0; bytes];
    fill(&mut buffer)?;
    Ok(hex::encode(buffer))
}

/// A number that looks like an id of Discord's: positive and of 18 digits.
fn random_snowflake() -> Result<String, DataError> {
    let mut buffer = [0; 8];
    fill(&mut buffer)?;
    let spread = u64::from_le_bytes(buffer) % 900_000_000_000_000_000;
    Ok((spread + 100_000_000_000_000_000).to_string())
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place where randomness is drawn, from the system alone"
)]
fn fill(buffer: &mut [u8]) -> Result<(), DataError> {
    rand::rngs::OsRng.try_fill_bytes(buffer).map_err(|_| DataError::Random)
}

/// A folder that is empty or already ours is closed to others; a folder somebody else filled keeps
/// its mode.
fn make_private(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let ours = path.join("lock").exists() || fs::read_dir(path)?.next().is_none();
    if !ours {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

fn file_error(path: &Path, source: io::Error) -> DataError {
    DataError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_is_private_ignored_and_held_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/.bellhop");
        let held = data_dir(&path).unwrap();
        assert_eq!(mode(held.path()), 0o700);
        assert_eq!(fs::read_to_string(path.join(".gitignore")).unwrap(), "*\n");
        let error = data_dir(&path).unwrap_err();
        assert!(error.to_string().starts_with("another bellhop holds"), "{error}");
        drop(held);
        data_dir(&path).unwrap();
    }

    #[test]
    fn an_open_empty_folder_is_closed_and_a_filled_one_left() {
        let folder = tempfile::tempdir().unwrap();
        for (name, filled, expected) in [("empty", false, 0o700), ("filled", true, 0o755)] {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            if filled {
                fs::write(path.join("letter"), "mine").unwrap();
            }
            data_dir(&path).unwrap();
            assert_eq!(mode(&path), expected, "{name}");
        }
    }

    #[test]
    fn secrets_are_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let made = Secrets::load_or_make(folder.path()).unwrap();
        let kept = Secrets::load_or_make(folder.path()).unwrap();
        assert_eq!(made.discord_seed, kept.discord_seed);
        assert_eq!(made.discord_seed.len(), 64);
        assert_eq!(made.reply_secret.len(), 64);
        assert_ne!(made.discord_seed, made.reply_secret);
        assert!(made.discord_application_id.parse::<u64>().is_ok());
        assert!(!format!("{made:?}").contains(&made.slack_bot_token));
        assert_eq!(mode(&folder.path().join("secrets.json")), 0o600);

        let token = admin_token(folder.path()).unwrap();
        assert_eq!(admin_token(folder.path()).unwrap(), token);
        assert_eq!(mode(&folder.path().join("admin-token")), 0o600);
    }

    #[test]
    fn broken_secrets_are_named_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secrets.json"), "{}").unwrap();
        let error = Secrets::load_or_make(folder.path()).unwrap_err();
        assert!(matches!(error, DataError::Unreadable { .. }), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("secrets.json")).unwrap(), "{}");
    }
}
