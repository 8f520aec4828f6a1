//! Bytes in S3: raw mail, files, long texts. Keys are ours, never a sender's: hashes, numbers and
//! dates; an object is written once and never changed.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;

use crate::Store;
use crate::error::Error;

/// The longest key; the embedded engine makes a file name of its parts.
const KEY_AT_MOST: usize = 150;
/// How long a download link lives.
const LINK_LIVES: Duration = Duration::from_secs(15 * 60);

impl Store {
    /// Keeps bytes under a key. Once this answers they are safe.
    pub async fn put_blob(&self, key: &str, bytes: Vec<u8>, kind: &str) -> Result<(), Error> {
        check(key)?;
        self.s3
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(kind)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(|e| Error::from_sdk("keep bytes in the bucket", e))?;
        Ok(())
    }

    /// The bytes under a key.
    pub async fn blob(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        check(key)?;
        let answer = self.s3.get_object().bucket(&self.bucket).key(key).send().await;
        let object = match answer {
            Ok(object) => object,
            Err(e) if e.as_service_error().is_some_and(|e| e.is_no_such_key()) => return Ok(None),
            Err(e) => return Err(Error::from_sdk("read from the bucket", e)),
        };
        let bytes = object.body.collect().await;
        let bytes = bytes.map_err(|cause| Error::damaged(key, cause))?;
        Ok(Some(bytes.to_vec()))
    }

    /// Every key that begins so, page after page.
    pub async fn blobs(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let mut pages =
            self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| Error::from_sdk("list the bucket", e))?;
            let found = page.contents().iter().filter_map(|object| object.key());
            keys.extend(found.map(str::to_owned));
        }
        Ok(keys)
    }

    /// Every key that begins so and was written before an instant, by the bucket's own clock.
    pub(crate) async fn blobs_before(
        &self,
        prefix: &str,
        instant: Timestamp,
    ) -> Result<Vec<String>, Error> {
        let mut pages =
            self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| Error::from_sdk("list the bucket", e))?;
            let old = page.contents().iter().filter(|object| {
                object.last_modified().is_some_and(|at| at.secs() < instant.as_second())
            });
            keys.extend(old.filter_map(|object| object.key()).map(str::to_owned));
        }
        Ok(keys)
    }

    /// Removes what is under a key; nothing there is fine.
    pub async fn remove_blob(&self, key: &str) -> Result<(), Error> {
        check(key)?;
        self.s3
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(|e| Error::from_sdk("remove from the bucket", e))?;
        Ok(())
    }

    /// A link that downloads the bytes, for a quarter of an hour, always as a file and never as a
    /// page.
    pub async fn download_link(&self, key: &str, name: &str) -> Result<String, Error> {
        check(key)?;
        let expiry = PresigningConfig::expires_in(LINK_LIVES)
            .map_err(|cause| Error::damaged("a link's expiry", cause))?;
        let link = self
            .s3
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .response_content_disposition(attachment(name))
            .response_content_type("application/octet-stream")
            .presigned(expiry)
            .await
            .map_err(|e| Error::from_sdk("sign a link", e))?;
        Ok(link.uri().to_owned())
    }
}

/// RFC 6266: a plain name for old readers, the true one in RFC 5987's form.
fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' })
        .collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

fn check(key: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
    let steps = key.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if steps && key.chars().all(plain) && key.len() <= KEY_AT_MOST {
        return Ok(());
    }
    Err(Error::damaged("a key of the bucket", "it is not one of ours"))
}
