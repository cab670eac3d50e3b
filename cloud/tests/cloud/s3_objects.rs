//! The objects of S3: one module for each concern.

mod conditions;
mod copies;
mod encryption;
mod listing;
mod multipart;
mod reading;
mod versions;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};

use crate::support::Fixture;

/// Returns a cloud with the bucket `data`.
async fn with_bucket() -> (Fixture, Client) {
    let fixture = Fixture::new();
    let s3 = Client::new(&fixture.sdk());
    s3.create_bucket().bucket("data").send().await.unwrap();
    (fixture, s3)
}

async fn set_versioning(s3: &Client, status: BucketVersioningStatus) {
    let configuration = VersioningConfiguration::builder().status(status).build();
    s3.put_bucket_versioning().bucket("data").versioning_configuration(configuration).send().await.unwrap();
}

fn writing(s3: &Client, key: &str, text: &str) -> PutObjectFluentBuilder {
    s3.put_object().bucket("data").key(key).body(ByteStream::from(text.as_bytes().to_vec()))
}

/// Writes; returns entity tag and id of the version.
async fn put(s3: &Client, key: &str, text: &str) -> (String, Option<String>) {
    let written = writing(s3, key, text).send().await.unwrap();
    (written.e_tag.unwrap(), written.version_id)
}

async fn read(s3: &Client, key: &str) -> String {
    let bytes = s3.get_object().bucket("data").key(key).send().await.unwrap().body.collect().await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}
