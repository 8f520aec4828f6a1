//! S3 on this machine: s3s over a folder, on a loopback port, with credentials of its own.
//! Adds what the engine lacks (safe keys, synced writes, download headers); knows no object's meaning.

mod careful;

pub use careful::MAX_KEY;

use crate::files;
use crate::secrets::{self, DataError};
use crate::wire;
use aws_sdk_s3::config::{Credentials, Region};
use careful::Careful;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// An S3 that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum S3Error {
    /// A file or folder could not be read or written.
    #[error("cannot keep files in {path}: {source}; check the folder and its free space")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The engine refused the folder.
    #[error("cannot open the files in {0}: {1}")]
    Engine(PathBuf, String),
    /// The kept credentials are not what this module writes.
    #[error("{0} does not hold credentials; remove it to have new ones made")]
    Credentials(PathBuf),
    /// No random credentials could be made.
    #[error(transparent)]
    Random(#[from] DataError),
    /// No port of the loopback interface was free.
    #[error("cannot listen on 127.0.0.1: {0}; free a port")]
    Listen(std::io::Error),
}

/// A running S3; it ends when this is dropped.
#[derive(Debug)]
pub struct S3 {
    /// Where it listens, as `http://127.0.0.1:PORT`: buckets are the first part of the path.
    pub endpoint: String,
    /// The access key that alone is accepted.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    serving: AbortHandle,
}

#[derive(Serialize, Deserialize)]
struct Keys {
    access_key: String,
    secret_key: String,
}

impl S3 {
    /// Serves the folder `s3` of the data folder, with `bucket` made when absent. The credentials
    /// are made at the first start and kept in `s3-credentials` (0600).
    pub async fn start(data: &Path, bucket: &str) -> Result<Self, S3Error> {
        let root = data.join("s3");
        std::fs::create_dir_all(root.join(bucket)).map_err(|source| file_error(&root, source))?;
        files::sync_folder_of(&root).map_err(|source| file_error(&root, source))?;
        let keys = load_or_make_keys(&data.join("s3-credentials"))?;
        let engine = FileSystem::new(&root)
            .map_err(|error| S3Error::Engine(root.clone(), format!("{error:?}")))?;
        let mut builder = S3ServiceBuilder::new(Careful::new(engine, root));
        builder
            .set_auth(SimpleAuth::from_single(keys.access_key.as_str(), keys.secret_key.as_str()));
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(S3Error::Listen)?;
        let address = listener.local_addr().map_err(S3Error::Listen)?;
        let serving =
            tokio::spawn(wire::serve_connections(listener, builder.build())).abort_handle();
        Ok(Self {
            endpoint: format!("http://{address}"),
            access_key: keys.access_key,
            secret_key: keys.secret_key,
            serving,
        })
    }

    /// A client of it.
    pub fn client(&self) -> aws_sdk_s3::Client {
        let credentials =
            Credentials::new(&self.access_key, &self.secret_key, None, None, "bellhop");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .region(Region::from_static("us-east-1"))
            .credentials_provider(credentials)
            .endpoint_url(&self.endpoint)
            .force_path_style(true)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn load_or_make_keys(path: &Path) -> Result<Keys, S3Error> {
    let kept = files::read_if_there(path).map_err(|source| file_error(path, source))?;
    if let Some(text) = kept {
        return serde_json::from_str(&text).map_err(|_| S3Error::Credentials(path.to_owned()));
    }
    let keys = Keys {
        access_key: secrets::random_hex(10)?.to_uppercase(),
        secret_key: secrets::random_hex(20)?,
    };
    let text = serde_json::to_vec(&keys).map_err(|_| S3Error::Credentials(path.to_owned()))?;
    files::replace(path, &text).map_err(|source| file_error(path, source))?;
    Ok(keys)
}

fn file_error(path: &Path, source: std::io::Error) -> S3Error {
    S3Error::File { path: path.to_owned(), source }
}
