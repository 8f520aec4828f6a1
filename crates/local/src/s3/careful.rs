//! What the S3 engine lacks, around it: keys that stay below their bucket, writes that are on the
//! disk before they are answered, download headers. Only what the desk calls is let through.

use async_trait::async_trait;
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use std::path::{Path, PathBuf};

/// The longest key in bytes: the engine keeps a key's metadata in a file named by its base64.
pub const MAX_KEY: usize = 150;

/// The engine behind a check of every key and a sync of every write.
pub(super) struct Careful {
    engine: FileSystem,
    root: PathBuf,
}

impl Careful {
    pub(super) fn new(engine: FileSystem, root: PathBuf) -> Self {
        Self { engine, root }
    }
}

#[async_trait]
impl s3s::S3 for Careful {
    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.engine.head_bucket(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.engine.list_objects_v2(request).await
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        check_key(&request.input.key)?;
        self.engine.head_object(request).await
    }

    /// The engine ignores the headers a presigned URL asks for; without them a file would be shown
    /// by the browser rather than downloaded.
    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        check_key(&request.input.key)?;
        let disposition = request.input.response_content_disposition.clone();
        let content_type = request.input.response_content_type.clone();
        let cache_control = request.input.response_cache_control.clone();
        let mut response = self.engine.get_object(request).await?;
        let output = &mut response.output;
        output.content_disposition = disposition.or(output.content_disposition.take());
        output.content_type = content_type.or(output.content_type.take());
        output.cache_control = cache_control.or(output.cache_control.take());
        Ok(response)
    }

    /// The engine puts the file in place before it compares the checksum: a wrong one is taken away
    /// again. What is answered with 200 is on the disk.
    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        check_key(&request.input.key)?;
        let files = Files::of(&self.root, &request.input.bucket, &request.input.key);
        match self.engine.put_object(request).await {
            Ok(response) => files.sync().await.map(|()| response),
            Err(error) if *error.code() == s3s::S3ErrorCode::BadDigest => {
                files.remove().await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        check_key(&request.input.key)?;
        if let CopySource::Bucket { key, .. } = &request.input.copy_source {
            check_key(key)?;
        }
        let files = Files::of(&self.root, &request.input.bucket, &request.input.key);
        let response = self.engine.copy_object(request).await?;
        files.sync().await.map(|()| response)
    }

    /// The engine leaves the metadata of a deleted object behind.
    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        check_key(&request.input.key)?;
        let files = Files::of(&self.root, &request.input.bucket, &request.input.key);
        let response = self.engine.delete_object(request).await?;
        files.remove().await.map(|()| response)
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let mut removed = Vec::new();
        for object in &request.input.delete.objects {
            check_key(&object.key)?;
            removed.push(Files::of(&self.root, &request.input.bucket, &object.key));
        }
        let response = self.engine.delete_objects(request).await?;
        for files in removed {
            files.remove().await?;
        }
        Ok(response)
    }
}

/// A key names one file below its bucket and nothing else. The engine takes a key for a path: `..`
/// would leave the bucket, an empty part would name another object.
fn check_key(key: &str) -> S3Result<()> {
    if key.len() > MAX_KEY {
        return Err(s3_error!(InvalidArgument, "the key is longer than 150 bytes"));
    }
    if key.chars().any(char::is_control) {
        return Err(s3_error!(InvalidArgument, "the key holds a control character"));
    }
    if key.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(s3_error!(InvalidArgument, "the key holds an empty part, a . or a .."));
    }
    Ok(())
}

/// The files of one object: its content, and the two that the engine keeps beside the bucket.
struct Files {
    root: PathBuf,
    object: PathBuf,
    beside: [PathBuf; 2],
}

impl Files {
    fn of(root: &Path, bucket: &str, key: &str) -> Self {
        use base64::Engine as _;
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let stem = format!(".bucket-{}.object-{}", encode(bucket), encode(key));
        Self {
            root: root.to_owned(),
            object: root.join(bucket).join(key),
            beside: [
                root.join(format!("{stem}.metadata.json")),
                root.join(format!("{stem}.internal.json")),
            ],
        }
    }

    /// Syncs the files, then every folder from the object's up to the root, which may all be new.
    async fn sync(self) -> S3Result<()> {
        self.blocking(|files| {
            sync(&files.object)?;
            files.beside.iter().try_for_each(|path| sync(path))?;
            let folders = files.object.ancestors().skip(1);
            folders.take_while(|folder| folder.starts_with(&files.root)).try_for_each(sync)
        })
        .await
    }

    async fn remove(self) -> S3Result<()> {
        self.blocking(|files| {
            remove(&files.object)?;
            files.beside.iter().try_for_each(|path| remove(path))
        })
        .await
    }

    async fn blocking(
        self,
        work: impl FnOnce(&Self) -> std::io::Result<()> + Send + 'static,
    ) -> S3Result<()> {
        let done = tokio::task::spawn_blocking(move || work(&self)).await;
        match done {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(s3_error!(InternalError, "the disk failed: {error}")),
            Err(_) => Err(s3_error!(InternalError, "the write was interrupted")),
        }
    }
}

/// The engine writes no metadata file for some objects; another request may have removed one.
fn sync(path: &Path) -> std::io::Result<()> {
    match std::fs::File::open(path) {
        Ok(file) => file.sync_all(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_below_their_bucket() {
        let long = "k".repeat(MAX_KEY);
        for key in
            ["inbox/2026-11-22/0001.eml", "a", "in/Ünï +&=?#%20 (1).pdf", "..a/b..", long.as_str()]
        {
            assert!(check_key(key).is_ok(), "{key}");
        }
        let too_long = "k".repeat(MAX_KEY + 1);
        for key in [
            "",
            "/a",
            "a//b",
            "a/",
            "../x",
            "a/../../x",
            "a/..",
            ".",
            "a/./b",
            "a\0b",
            "a\nb",
            too_long.as_str(),
        ] {
            assert!(check_key(key).is_err(), "{key:?}");
        }
    }
}
