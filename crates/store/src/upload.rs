//! Files that people bring: a place to put one, signed for exactly these bytes, and who may use it for
//! what. A file is kept for good before anything names it, and an upload is used once, in the
//! transaction of what names it.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::ChecksumMode;
use desk::access::Permit;
use desk::config::Config;
use desk::file::{File, NotUsable};
use desk::{Number, PersonId, Refusal};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::change::decide_all;
use crate::error::Error;
use crate::item::{self, Stored, n};
use crate::{Store, key};

/// What the places of incoming files begin with; whatever lies there longer than a day is removed.
pub const INCOMING: &str = "incoming/";
/// How long a place is open.
const OPEN: Duration = Duration::from_secs(15 * 60);
/// How long an upload can be used.
const USABLE: SignedDuration = SignedDuration::from_hours(24);

/// A file that somebody wants to bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Who.
    pub by: PersonId,
    /// For which ticket; none where there is none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Number>,
    /// What it is said to be; its id is the upload's.
    pub file: File,
    /// Whether something names it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub used: bool,
}

/// Where a file can be put, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub url: String,
    /// The headers it must come with.
    pub headers: Vec<(String, String)>,
    /// Until when.
    pub until: Timestamp,
}

impl Upload {
    fn incoming(&self) -> String {
        format!("{INCOMING}{}", self.file.id)
    }
}

impl Store {
    /// A place for exactly these bytes: S3 takes no other length and no other checksum.
    pub async fn place_for(&self, file: &File) -> Result<Place, Error> {
        let signed = PresigningConfig::expires_in(OPEN)
            .map_err(|cause| Error::damaged("a link's expiry", cause))?;
        let until = self.wall().checked_add(OPEN).unwrap_or(Timestamp::MAX);
        let put = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(format!("{INCOMING}{}", file.id))
            .content_type(&file.kind)
            .content_length(i64::try_from(file.size).unwrap_or(i64::MAX))
            .checksum_sha256(checksum(file.sha256())?)
            .presigned(signed)
            .await
            .map_err(|e| Error::from_sdk("sign a place for a file", e))?;
        let headers = put.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Place { url: put.uri().to_owned(), headers: headers.collect(), until })
    }

    /// Remembers an upload, unless it is remembered already.
    pub async fn expect_upload(&self, upload: &Upload) -> Result<(), Error> {
        let item = self.upload_item(upload)?;
        self.written_if_so(vec![self.put_new(item)?]).await
    }

    /// A person's uploads of these ids, each of which has arrived as it was announced; for this ticket
    /// or for none in particular.
    pub async fn uploads(
        &self,
        by: &PersonId,
        ticket: Option<Number>,
        ids: &[String],
    ) -> Result<Vec<Upload>, Error> {
        let mut found: Vec<Upload> = Vec::new();
        for id in ids {
            let id = id.clone();
            let upload = self.upload(&id).await?;
            let theirs = |upload: &Upload| upload.by == *by;
            let fits = |upload: &Upload| upload.ticket.is_none() || upload.ticket == ticket;
            let upload = upload.filter(theirs).filter(fits);
            let Some(upload) = upload else { return Err(no(NotUsable::Unknown { id })) };
            if upload.used || found.iter().any(|other| other.file.id == id) {
                return Err(no(NotUsable::Used { id }));
            }
            if !self.has_arrived(&upload).await? {
                return Err(no(NotUsable::NotThere { id }));
            }
            found.push(upload);
        }
        Ok(found)
    }

    async fn upload(&self, id: &str) -> Result<Option<Upload>, Error> {
        let Some(item) = self.get(key::upload(id), true).await? else { return Ok(None) };
        let expires: i64 = item::number(&item, "expires").unwrap_or(0);
        if expires <= self.wall().as_second() { Ok(None) } else { item::data(&item).map(Some) }
    }

    /// Whether the bytes that were announced are there. S3 took no others; it is asked all the same.
    async fn has_arrived(&self, upload: &Upload) -> Result<bool, Error> {
        let head = self
            .s3
            .head_object()
            .bucket(&self.bucket)
            .key(upload.incoming())
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await;
        let head = match head {
            Ok(head) => head,
            // Whoever may not list the bucket is told that what is absent is forbidden.
            Err(e) if e.raw_response().is_some_and(|raw| absent(raw.status().as_u16())) => {
                return Ok(false);
            }
            Err(e) => return Err(Error::from_sdk("look for a file", e)),
        };
        let size = head.content_length().and_then(|size| u64::try_from(size).ok());
        let same = head.checksum_sha256() == Some(checksum(upload.file.sha256())?.as_str());
        Ok(size == Some(upload.file.size) && same)
    }

    /// Keeps the bytes for good. Done twice it is done once: they are kept under what they are.
    pub async fn keep(&self, uploads: &[Upload]) -> Result<(), Error> {
        for upload in uploads {
            self.s3
                .copy_object()
                .bucket(&self.bucket)
                .key(upload.file.key())
                .copy_source(format!("{}/{}", self.bucket, upload.incoming()))
                .send()
                .await
                .map_err(|e| Error::from_sdk("keep a file", e))?;
        }
        Ok(())
    }

    /// Whether a change would be refused as things stand: nothing is kept for one that would be.
    pub async fn would_change(
        &self,
        number: Number,
        wish: impl Fn(&Stored, &Config) -> Result<Vec<Permit>, Refusal>,
    ) -> Result<(), Error> {
        let config = self.config().await?;
        let stored = self.ticket(number).await?.ok_or(Refusal::NotOpened)?;
        let permits = stored.in_its_place(&config, wish(&stored, &config)?);
        decide_all(&stored.ticket, &permits, self.now())?;
        Ok(())
    }

    /// The upload is used from now on; nobody else was faster.
    pub(crate) fn put_used(&self, upload: &Upload) -> Result<TransactWriteItem, Error> {
        let used = Upload { used: true, ..upload.clone() };
        let mut item = self.upload_item(&used)?;
        item.insert("used".into(), n(1));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(used)")
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The refusal where one of these was used by something else meanwhile.
    pub(crate) async fn still_unused(&self, uploads: &[Upload]) -> Result<(), Error> {
        for upload in uploads {
            let id = upload.file.id.clone();
            match self.upload(&id).await? {
                Some(found) if !found.used => {}
                Some(_) => return Err(no(NotUsable::Used { id })),
                None => return Err(no(NotUsable::Unknown { id })),
            }
        }
        Ok(())
    }

    /// Removes what was brought more than a day ago and what has been kept since: on one machine,
    /// where the bucket has no rule that does.
    pub async fn sweep_incoming(&self) -> Result<(), Error> {
        let old = self.wall().checked_sub(USABLE).unwrap_or(Timestamp::MIN);
        for key in self.blobs_before(INCOMING, old).await? {
            self.remove_blob(&key).await?;
        }
        Ok(())
    }

    fn upload_item(&self, upload: &Upload) -> Result<item::Item, Error> {
        let mut item = key::upload(&upload.file.id).with(upload)?;
        let expires = self.wall().checked_add(USABLE).unwrap_or(Timestamp::MAX);
        item.insert("expires".into(), n(expires.as_second()));
        Ok(item)
    }
}

fn no(why: NotUsable) -> Error {
    Error::Refused(Refusal::NotUsable(why))
}

fn absent(status: u16) -> bool {
    matches!(status, 403 | 404)
}

/// A checksum as S3 writes it: Base64 of the bytes that hexadecimal says.
fn checksum(sha256: &str) -> Result<String, Error> {
    let bytes = hex::decode(sha256).map_err(|cause| Error::damaged("a checksum", cause))?;
    Ok(aws_smithy_types::base64::encode(bytes))
}
