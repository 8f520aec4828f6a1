//! The files of a mail, kept under the hash of their bytes before any ticket mentions them: the
//! ticket's number is not known yet, and the same bytes are kept once.

use std::collections::BTreeSet;

use desk::history::File;
use sha2::{Digest, Sha256};
use store::Store;

use crate::Error;
use crate::letter::Letter;

/// Of more files the rest stays in the raw mail alone.
pub(crate) const MOST_FILES: usize = 100;

/// Keeps the files of a mail, in their order.
pub(crate) async fn keep(store: &Store, letter: &Letter) -> Result<Vec<File>, Error> {
    let mut kept = BTreeSet::new();
    let mut files = Vec::new();
    for attachment in letter.mail.attachments.iter().take(MOST_FILES) {
        let id = hex::encode(Sha256::digest(&attachment.bytes));
        if kept.insert(id.clone()) {
            let bytes = attachment.bytes.clone();
            store.put_blob(&format!("file/{id}"), bytes, &attachment.content_type).await?;
        }
        files.push(File {
            id,
            name: attachment.name.clone(),
            kind: attachment.content_type.clone(),
            size: u64::try_from(attachment.bytes.len()).unwrap_or(u64::MAX),
            sha256: None,
        });
    }
    Ok(files)
}
