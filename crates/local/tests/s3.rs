//! What the desk relies on of S3, asked of the embedded one through the real SDK and through
//! presigned URLs; and that no key leaves its bucket.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, Delete, ObjectIdentifier};
use base64::Engine as _;
use local::s3::S3;
use sha2::{Digest, Sha256};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

const BUCKET: &str = "desk";

struct Desk {
    folder: tempfile::TempDir,
    s3: S3,
    client: aws_sdk_s3::Client,
}

async fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let s3 = S3::start(folder.path(), BUCKET).await.unwrap();
    let client = s3.client();
    Desk { folder, s3, client }
}

impl Desk {
    async fn put(&self, key: &str, body: &'static [u8]) {
        self.client
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(ByteStream::from_static(body))
            .send()
            .await
            .unwrap();
    }

    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let got = self.client.get_object().bucket(BUCKET).key(key).send().await.ok()?;
        Some(got.body.collect().await.unwrap().to_vec())
    }
}

fn minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(bytes))
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => files.extend(files_below(&path)),
            path => files.push(path.display().to_string()),
        }
    }
    files
}

#[tokio::test]
async fn objects_come_back_with_what_was_said_of_them() {
    let desk = desk().await;
    let key = "inbox/2026-11-22/0001.eml";
    let put = desk
        .client
        .put_object()
        .bucket(BUCKET)
        .key(key)
        .content_type("message/rfc822")
        .metadata("k", "v");
    let put = put.body(ByteStream::from_static(b"hello world")).send().await.unwrap();
    let head = desk.client.head_object().bucket(BUCKET).key(key).send().await.unwrap();
    assert_eq!((head.content_length(), head.content_type()), (Some(11), Some("message/rfc822")));
    assert_eq!((head.e_tag(), head.metadata().unwrap()["k"].as_str()), (put.e_tag(), "v"));
    assert_eq!(desk.get(key).await.unwrap(), b"hello world");
    let part =
        desk.client.get_object().bucket(BUCKET).key(key).range("bytes=6-10").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 6-10/11"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"world");

    let odd = "in/Ünï cødé +&=?#%20 file (1).pdf";
    desk.put(odd, b"odd").await;
    assert_eq!(desk.get(odd).await.unwrap(), b"odd");
}

#[tokio::test]
async fn what_is_absent_is_typed() {
    let desk = desk().await;
    let got = desk.client.get_object().bucket(BUCKET).key("nope").send().await.unwrap_err();
    assert!(got.into_service_error().is_no_such_key());
    let head = desk.client.head_object().bucket(BUCKET).key("nope").send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
    desk.client.delete_object().bucket(BUCKET).key("nope").send().await.unwrap();
}

#[tokio::test]
async fn lists_are_complete_sorted_and_hide_the_engine() {
    let desk = desk().await;
    for i in 0..25 {
        desk.put(&format!("list/{}/{i:03}", i % 3), b"x").await;
    }
    let mut keys = Vec::new();
    let mut pages = desk
        .client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("list/")
        .max_keys(10)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        keys.extend(
            page.unwrap().contents().iter().filter_map(|object| object.key().map(str::to_owned)),
        );
    }
    assert_eq!(keys.len(), 25);
    assert!(keys.is_sorted());
    let folders = desk
        .client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("list/")
        .delimiter("/")
        .send()
        .await
        .unwrap();
    assert_eq!(folders.common_prefixes().len(), 3);
    let some =
        desk.client.list_objects_v2().bucket(BUCKET).prefix("list/1/0").send().await.unwrap();
    assert_eq!(some.contents().len(), 8);
    let all = desk.client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert!(all.contents().iter().all(|object| object.key().unwrap().starts_with("list/")));
}

#[tokio::test]
async fn what_is_moved_or_deleted_leaves_nothing_behind() {
    let desk = desk().await;
    desk.put("inbox/one", b"1").await;
    let copied =
        desk.client.copy_object().bucket(BUCKET).key("kept/one").copy_source("desk/inbox/one");
    copied.send().await.unwrap();
    desk.client.delete_object().bucket(BUCKET).key("inbox/one").send().await.unwrap();
    assert_eq!(desk.get("inbox/one").await, None);
    assert_eq!(desk.get("kept/one").await.unwrap(), b"1");
    let one = ObjectIdentifier::builder().key("kept/one").build().unwrap();
    let delete = Delete::builder().objects(one).build().unwrap();
    desk.client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!(files_below(&desk.folder.path().join("s3")), Vec::<String>::new());
}

#[tokio::test]
async fn a_wrong_checksum_keeps_nothing() {
    let desk = desk().await;
    let put = |sum: String| {
        let put = desk
            .client
            .put_object()
            .bucket(BUCKET)
            .key("sum")
            .body(ByteStream::from_static(b"content"));
        put.checksum_algorithm(ChecksumAlgorithm::Sha256).checksum_sha256(sum).send()
    };
    let refused = put(sha256(b"other")).await.unwrap_err();
    assert_eq!(refused.code(), Some("BadDigest"));
    assert_eq!(desk.get("sum").await, None);
    put(sha256(b"content")).await.unwrap();
    assert_eq!(desk.get("sum").await.unwrap(), b"content");
}

#[tokio::test]
async fn presigned_downloads_download() {
    let desk = desk().await;
    desk.put("file", b"<script>").await;
    let get = desk.client.get_object().bucket(BUCKET).key("file");
    let get = get
        .response_content_disposition("attachment; filename=\"n.html\"")
        .response_content_type("application/octet-stream");
    let url = get.presigned(minute()).await.unwrap();
    let reply = reqwest::get(url.uri()).await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["content-disposition"], "attachment; filename=\"n.html\"");
    assert_eq!(reply.headers()["content-type"], "application/octet-stream");
    assert_eq!(reply.text().await.unwrap(), "<script>");
    let signature = url.uri().split("X-Amz-Signature=").nth(1).unwrap().split('&').next().unwrap();
    let tampered = url.uri().replace(signature, &signature.chars().rev().collect::<String>());
    assert_eq!(reqwest::get(tampered).await.unwrap().status(), 403);
    let elsewhere = url.uri().replace("/desk/file", "/desk/other");
    assert_eq!(reqwest::get(elsewhere).await.unwrap().status(), 403);
    let anonymous = format!("{}/desk/file", desk.s3.endpoint);
    assert_eq!(reqwest::get(anonymous).await.unwrap().status(), 403);
    let short = PresigningConfig::expires_in(Duration::from_secs(1)).unwrap();
    let short = desk.client.get_object().bucket(BUCKET).key("file").presigned(short).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(reqwest::get(short.uri()).await.unwrap().status(), 403);
}

#[tokio::test]
async fn presigned_uploads_take_exactly_what_was_signed() {
    let desk = desk().await;
    let put = desk
        .client
        .put_object()
        .bucket(BUCKET)
        .key("up")
        .content_type("image/png")
        .content_length(3);
    let signed = put.checksum_sha256(sha256(b"PNG")).presigned(minute()).await.unwrap();
    let upload = |body: &'static str, content_type: Option<&'static str>| {
        let mut request = reqwest::Client::new().put(signed.uri()).body(body);
        for (name, value) in signed.headers().filter(|(name, _)| *name != "content-length") {
            let value = content_type.filter(|_| name == "content-type").unwrap_or(value);
            request = request.header(name, value);
        }
        request.send()
    };
    assert_eq!(upload("PNG", Some("text/html")).await.unwrap().status(), 403);
    assert_eq!(upload("longer", None).await.unwrap().status(), 403);
    assert_eq!(upload("GIF", None).await.unwrap().status(), 400);
    assert_eq!(desk.get("up").await, None);
    assert_eq!(upload("PNG", None).await.unwrap().status(), 200);
    let head = desk.client.head_object().bucket(BUCKET).key("up").send().await.unwrap();
    assert_eq!(head.content_type(), Some("image/png"));
}

#[tokio::test]
async fn no_key_leaves_its_bucket() {
    let desk = desk().await;
    desk.put("mine", b"1").await;
    let secret = desk.folder.path().join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let before = files_below(desk.folder.path());
    let long = "k".repeat(151);
    for key in [
        "../../secret",
        "../secret",
        "a/../../secret",
        "/secret",
        "a//b",
        "a/",
        "a\0b",
        "..",
        long.as_str(),
    ] {
        let put = desk
            .client
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(ByteStream::from_static(b"x"))
            .send()
            .await;
        let status = put.unwrap_err().raw_response().map(|raw| raw.status().as_u16());
        assert_eq!(status, Some(400), "put {key:?}");
        assert_eq!(desk.get(key).await, None, "get {key:?}");
        assert!(
            desk.client.delete_object().bucket(BUCKET).key(key).send().await.is_err(),
            "delete {key:?}"
        );
        let source = format!("desk/{key}").replace('\0', "%00");
        let copy =
            desk.client.copy_object().bucket(BUCKET).key("stolen").copy_source(source).send().await;
        assert!(copy.is_err(), "copy {key:?}");
    }
    assert_eq!(files_below(desk.folder.path()), before);
}

#[tokio::test]
async fn credentials_are_made_once_and_kept_private() {
    let desk = desk().await;
    desk.put("kept", b"1").await;
    let path = desk.folder.path().join("s3-credentials");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = S3::start(desk.folder.path(), BUCKET).await.unwrap();
    assert_eq!((&again.access_key, &again.secret_key), (&desk.s3.access_key, &desk.s3.secret_key));
    assert!(again.client().get_object().bucket(BUCKET).key("kept").send().await.is_ok());
}
